"""Approval batches: the page, put together, looked at, submitted, approved, handed out; the year's quota."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, jsonify

from gis.analysis.case import LONGEST_TEXT
from gis.model import DBF_ENCODINGS, FIRST_DAY, Authority, BatchKind, Stage
from gis.rules.land_groups import LandGroup, group_words
from gis.workflows.approve_batch import Decision, approve_batch, judge_batch, submit_batch
from gis.workflows.batch_features import batch_features
from gis.workflows.change_batch import MOST_CORNERS, Drawn, add_to_batch, dissolve_batch, remove_from_batch
from gis.workflows.export_batch import PackageChoices, package_batch
from gis.workflows.list_batches import list_batches
from gis.workflows.new_batch import FIRST_YEAR, LAST_YEAR, NewBatch, new_batch
from gis.workflows.one_batch import LONGEST_NAME, MOST_MEMBERS
from gis.workflows.set_land_quota import MOST_M2, GivenQuota, set_land_quota
from gis.workflows.show_batch import show_batch
from gis.workflows.withdraw_batch_step import withdraw_batch_step
from webapp.acting import allow
from webapp.bodies import LARGEST_NUMBER, BodyAsker, body
from webapp.context import served
from webapp.params import key_in_path, reading
from webapp.rights import MAY
from webapp.views.answering import answer, download
from webapp.views.desk_page import render_desk

blueprint = Blueprint("batches", __name__)
GEOJSON = "application/geo+json"
# What a batch's answers are made of.
BATCH_LAYERS = (*("batch", "parcel", "parcel_event", "zone", "town", "land_quota", "attachment", "rule_parameter"),)


@blueprint.get("/batches")
def page() -> str:
    """The page."""
    groups = [{"code": group.value, **group_words(group).as_dict()} for group in LandGroup]
    return render_desk("batches.html", "batches.js", by="stage", data={"landGroups": groups})


@blueprint.get("/api/batches")
def batches() -> Response:
    """All batches and quotas."""
    with reading() as ask:
        asked = ask.day()
    site = served()
    on = site.day(asked)
    return answer(site.tag(BATCH_LAYERS, on), lambda: list_batches(site.store, on))


@blueprint.post("/api/batches")
def make() -> tuple[Response, int]:
    """Put a new batch together."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        name = ask.text("name", longest=LONGEST_NAME, required=True)
        kind = ask.code("kind", BatchKind) or BatchKind.TOWN_BATCH
        year = ask.whole("year", FIRST_YEAR, LAST_YEAR)
        purpose, note = ask.text("purpose"), ask.note("note")
        numbers = ask.texts("parcels", most=MOST_MEMBERS)
    made = new_batch(served().store, acts, NewBatch(name, kind, year, purpose, note), numbers)
    return jsonify(made), 201


@blueprint.get("/api/batches/<path:name>")
def batch(name: str) -> Response:
    """One batch whole."""
    return _told(name, show_batch)


@blueprint.get("/api/batches/<path:name>/features")
def features(name: str) -> Response:
    """The same as map features."""
    return _told(name, batch_features, GEOJSON)


@blueprint.delete("/api/batches/<path:name>")
def dissolve(name: str) -> Response:
    """Take a batch away that is not approved."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        reason = ask.reason()
    return jsonify(dissolve_batch(served().store, acts, key_in_path("name", name), reason))


@blueprint.post("/api/batches/<path:name>/parcels")
def add(name: str) -> Response:
    """Put parcels in, by number or by a ring drawn round them."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        numbers, drawn = ask.texts("parcels", most=MOST_MEMBERS), _ring(ask)
        if bool(numbers) == (drawn is not None):
            ask.wrong("parcels", "", "parcels | polygon")
    return jsonify(add_to_batch(served().store, acts, key_in_path("name", name), drawn or numbers))


@blueprint.post("/api/batches/<path:name>/parcels/remove")
def remove(name: str) -> Response:
    """Take parcels out."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        numbers = ask.texts("parcels", most=MOST_MEMBERS, required=True)
    return jsonify(remove_from_batch(served().store, acts, key_in_path("name", name), numbers))


@blueprint.post("/api/batches/<path:name>/check")
def check(name: str) -> Response:
    """What the law says of the submission or the approval, with nothing written."""
    allow(*MAY["batches"])
    with body() as ask:
        stage = Stage(ask.choice("stage", (Stage.SUBMITTED.value, Stage.APPROVED.value)))
        said = _decision(ask)
    return jsonify(judge_batch(served().store, key_in_path("name", name), stage, said))


@blueprint.post("/api/batches/<path:name>/submit")
def submit(name: str) -> Response:
    """Record the submission of every parcel."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        said = _decision(ask)
    return jsonify(submit_batch(served().store, acts, key_in_path("name", name), said))


@blueprint.post("/api/batches/<path:name>/approve")
def approve(name: str) -> Response:
    """Record the approval of every parcel."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        said = _decision(ask)
    return jsonify(approve_batch(served().store, acts, key_in_path("name", name), said))


@blueprint.post("/api/batches/<path:name>/withdraw")
def withdraw(name: str) -> Response:
    """Take back the approval, or the submission, with a reason."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        reason = ask.reason()
    return jsonify(withdraw_batch_step(served().store, acts, key_in_path("name", name), reason))


@blueprint.put("/api/quotas/<int:year>")
def quota(year: int) -> Response:
    """Write down the quota of a year."""
    acts = allow(*MAY["batches"])
    with body() as ask:
        area_m2 = ask.number("area_m2", 0, MOST_M2, required=True)
        document, set_on, note = ask.text("document"), ask.day("set_on"), ask.note("note", longest=LONGEST_TEXT)
    return jsonify(set_land_quota(served().store, acts, GivenQuota(year, area_m2 or 0.0, document, set_on, note)))


@blueprint.get("/export/batches/<path:name>.zip")
def export(name: str) -> Response:
    """The package."""
    allow(*MAY["package"])
    with reading() as ask:
        encoding = ask.choice("encoding", DBF_ENCODINGS, DBF_ENCODINGS[0])
        review_no = ask.text("review_no", longest=60)
    site = served()
    choices = PackageChoices(encoding, review_no or site.settings.review_number)
    package = package_batch(site.store, key_in_path("name", name), choices)
    response = download(package.data, "application/zip", package.file_name)
    response.headers["X-Guatu-Worst-Mm"] = f"{package.worst_mm:.3f}"
    return response


def _told(name: str, tell: Callable[..., object], mimetype: str = "application/json") -> Response:
    with reading() as ask:
        asked = ask.day()
    site, key = served(), key_in_path("name", name)
    on: date = site.day(asked)
    return answer(site.tag(BATCH_LAYERS, on, key), lambda: tell(site.store, key, on), mimetype)


def _decision(ask: BodyAsker) -> Decision:
    on = ask.day("on", required=True)
    document, override = ask.text("document"), ask.note("override", longest=LONGEST_TEXT)
    authority = ask.code("authority", Authority)
    return Decision(on or FIRST_DAY, document, authority, override)


def _ring(ask: BodyAsker) -> Drawn | None:
    """The ring of a GeoJSON polygon."""
    shape = ask.geometry("polygon")
    if shape is None:
        return None
    rings = shape.get("coordinates")
    ring = rings[0] if isinstance(rings, list) and rings else None
    if shape["type"] != "Polygon" or not isinstance(ring, list) or len(ring) > MOST_CORNERS:
        ask.wrong("polygon", str(shape["type"]), '{"type": "Polygon", "coordinates": [[[lon, lat], …]]}')
        return None
    places = [tuple(place) for place in ring if isinstance(place, list) and _is_place(place)]
    if len(places) != len(ring):
        ask.wrong("polygon", "", "[[lon, lat], …]")
        return None
    return Drawn(tuple((float(lon), float(lat)) for lon, lat, *_ in places))


def _is_place(place: list[object]) -> bool:
    return len(place) >= 2 and all(map(_is_coordinate, place[:2]))


def _is_coordinate(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER
