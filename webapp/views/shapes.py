"""Drawing parcels: the page, a parcel's shape with its neighbours, and what becomes of it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from gis.model import Coded, OwnerKind, SupplyKind
from gis.workflows.drawn_shapes import shape_of_json
from gis.workflows.redraw_parcels import (
    MOST_PARTS,
    Redrawing,
    Redrawn,
    draw_parcel,
    merge_parcels,
    reshape_parcel,
    split_parcel,
)
from gis.workflows.show_shape import redrawn_json, show_shape
from webapp.acting import allow
from webapp.bodies import LARGEST_NUMBER, BodyAsker, body
from webapp.context import served
from webapp.params import key_in_path, reading
from webapp.rights import MAY
from webapp.views.desk_page import render_desk

blueprint = Blueprint("shapes", __name__)
# What may be said of a parcel while it is drawn; the rest is filled in later.
_TEXTS = ("parcel_no", "name", "town", "village", "unit", "person", "batch")
_CODES: dict[str, type[Coded]] = {"owner_kind": OwnerKind, "supply_kind": SupplyKind}


@blueprint.get("/shape")
def page() -> str:
    """The drawing board of one parcel, or of a new one."""
    return render_desk("shape.html", "shape.js", by="stage", here="/register")


@blueprint.get("/api/parcels/<path:parcel_no>/shape")
def shape(parcel_no: str) -> Response:
    """A parcel's shape and its neighbours'."""
    with reading():
        pass
    return _fresh(show_shape(served().store, key_in_path("parcel_no", parcel_no)))


@blueprint.post("/api/parcels")
def draw() -> Response:
    """A new parcel."""
    actor = allow(*MAY["draw"])
    with body() as ask:
        texts = {name: ask.text(name) for name in _TEXTS}
        codes = {name: ask.code(name, kind) or "" for name, kind in _CODES.items()}
        geometry, how = ask.geometry("geometry", required=True), _how(ask)
    store = served().store
    given = {name: str(value) for name, value in (texts | codes).items() if value}
    return _redrawn(draw_parcel(store, actor, given, shape_of_json(geometry or {}, store.info.crs), how))


@blueprint.post("/api/parcels/<path:parcel_no>/shape")
def reshape(parcel_no: str) -> Response:
    """Another shape of a parcel."""
    actor = allow(*MAY["draw"])
    number = key_in_path("parcel_no", parcel_no)
    with body() as ask:
        geometry, how = ask.geometry("geometry", required=True), _how(ask)
    store = served().store
    return _redrawn(reshape_parcel(store, actor, number, shape_of_json(geometry or {}, store.info.crs), how))


@blueprint.post("/api/parcels/<path:parcel_no>/split")
def split(parcel_no: str) -> Response:
    """A parcel divided along a line."""
    actor = allow(*MAY["draw"])
    number = key_in_path("parcel_no", parcel_no)
    with body() as ask:
        line, how = ask.geometry("line", required=True), _how(ask)
        numbers = ask.texts("numbers", most=MOST_PARTS)
    store = served().store
    return _redrawn(split_parcel(store, actor, number, shape_of_json(line or {}, store.info.crs), numbers, how))


@blueprint.post("/api/merged-parcels")
def merge() -> Response:
    """Several parcels put together."""
    actor = allow(*MAY["draw"])
    with body() as ask:
        parcels, how = ask.texts("parcels", most=MOST_PARTS, required=True), _how(ask)
        number = ask.text("parcel_no", required=True)
    return _redrawn(merge_parcels(served().store, actor, parcels, number, how))


def _how(ask: BodyAsker) -> Redrawing:
    versions: dict[str, int] = {}
    for key, value in ask.scalars("versions").items():
        if isinstance(value, int | float) and 0 <= value <= LARGEST_NUMBER:
            versions[key] = int(value)
        elif value is not None:
            ask.wrong("versions", f"{value}", "{parcel_no: 0, 1, 2 …}")
    return Redrawing(
        on=served().day(ask.day("on")),
        versions=versions,
        accepted=ask.flag("accepted"),
        dry_run=ask.flag("dry_run"),
        note=ask.note("note"),
    )


def _redrawn(done: Redrawn) -> Response:
    return _fresh(redrawn_json(done, served().store.info.crs))


def _fresh(value: object) -> Response:
    response = jsonify(value)
    response.cache_control.no_store = True
    return response
