"""Compensation: households and buildings of a parcel, and the special account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from gis.layers import ACCOUNT_ENTRY, BUILDING, HOUSEHOLD, Layer
from gis.model import Actor
from gis.workflows.assess_store import last_day_that_may_have_been
from gis.workflows.list_households import list_buildings, list_households, masked_household
from gis.workflows.plain import Record
from gis.workflows.record_compensation import add_row, correct_row, take_row_away
from gis.workflows.show_compensation import EntryFilter, show_account, show_compensation
from webapp import audit
from webapp.acting import actor, allow
from webapp.bodies import BodyAsker, body
from webapp.context import served
from webapp.params import key_in_path, reading
from webapp.rights import MAY
from webapp.views.desk_page import render_desk

blueprint = Blueprint("compensation", __name__)
LARGEST = 1e9
MOST_PEOPLE = 1_000


@blueprint.get("/api/parcels/<path:parcel_no>/compensation")
def compensation(parcel_no: str) -> Response:
    """Sums of a parcel's compensation, without anybody's data."""
    with reading():
        pass
    return _fresh(show_compensation(served().store, _parcel(parcel_no)))


@blueprint.get("/api/parcels/<path:parcel_no>/households")
def households(parcel_no: str) -> Response:
    """The households of a parcel; ``full=1``: their numbers unmasked, which is written down."""
    acts = allow(*MAY["households"])
    with reading() as ask:
        full = ask.choice("full", ("0", "1"), "0") == "1"
    found = list_households(served().store, acts, _parcel(parcel_no), full=full)
    if full:
        audit.note(acts.name, "households_in_full", parcel_no)
    return _private(found)


@blueprint.post("/api/parcels/<path:parcel_no>/households")
def add_household(parcel_no: str) -> tuple[Response, int]:
    """Add a household."""
    return _added(allow(*MAY["households"]), HOUSEHOLD, _parcel(parcel_no))


@blueprint.patch("/api/parcels/<path:parcel_no>/households/<path:household_no>")
def correct_household(parcel_no: str, household_no: str) -> Response:
    """Correct a household."""
    acts = allow(*MAY["households"])
    return _corrected(acts, HOUSEHOLD, {"parcel_no": _parcel(parcel_no), "household_no": household_no})


@blueprint.delete("/api/parcels/<path:parcel_no>/households/<path:household_no>")
def withdraw_household(parcel_no: str, household_no: str) -> Response:
    """Withdraw a household."""
    acts = allow(*MAY["households"])
    return _taken_away(acts, HOUSEHOLD, {"parcel_no": _parcel(parcel_no), "household_no": household_no})


@blueprint.get("/api/parcels/<path:parcel_no>/buildings")
def buildings(parcel_no: str) -> Response:
    """The buildings of a parcel that are to be demolished."""
    with reading():
        pass
    return _private(list_buildings(served().store, actor(), _parcel(parcel_no)))


@blueprint.post("/api/parcels/<path:parcel_no>/buildings")
def add_building(parcel_no: str) -> tuple[Response, int]:
    """Add a building."""
    return _added(allow(*MAY["entries"]), BUILDING, _parcel(parcel_no))


@blueprint.patch("/api/parcels/<path:parcel_no>/buildings/<path:building_no>")
def correct_building(parcel_no: str, building_no: str) -> Response:
    """Correct a building."""
    acts = allow(*MAY["entries"])
    return _corrected(acts, BUILDING, {"parcel_no": _parcel(parcel_no), "building_no": building_no})


@blueprint.delete("/api/parcels/<path:parcel_no>/buildings/<path:building_no>")
def withdraw_building(parcel_no: str, building_no: str) -> Response:
    """Withdraw a building."""
    acts = allow(*MAY["entries"])
    return _taken_away(acts, BUILDING, {"parcel_no": _parcel(parcel_no), "building_no": building_no})


@blueprint.get("/account")
def account_page() -> str:
    """The page of the special account; its scripts ask for what it shows, and are told who may see it."""
    return render_desk("special_account.html", "special_account.js")


@blueprint.get("/api/account")
def account() -> Response:
    """The special account: entries, and what is left by project and by town."""
    allow(*MAY["account"])
    with reading() as ask:
        wanted = EntryFilter(ask.texts("project"), ask.texts("town"), ask.texts("parcel"))
    return _private(show_account(served().store, wanted))


@blueprint.post("/api/account")
def add_entry() -> tuple[Response, int]:
    """Add an entry: a deposit above 0, a payment below."""
    return _added(allow(*MAY["entries"]), ACCOUNT_ENTRY, None)


@blueprint.patch("/api/account/<path:entry_no>")
def correct_entry(entry_no: str) -> Response:
    """Correct an entry."""
    return _corrected(allow(*MAY["entries"]), ACCOUNT_ENTRY, {"entry_no": key_in_path("entry_no", entry_no)})


@blueprint.delete("/api/account/<path:entry_no>")
def withdraw_entry(entry_no: str) -> Response:
    """Withdraw an entry."""
    return _taken_away(allow(*MAY["entries"]), ACCOUNT_ENTRY, {"entry_no": key_in_path("entry_no", entry_no)})


def _parcel(parcel_no: str) -> str:
    return key_in_path("parcel_no", parcel_no)


def _added(acts: Actor, layer: Layer, parcel_no: str | None) -> tuple[Response, int]:
    of_parcel = {} if parcel_no is None else {"parcel_no": parcel_no}
    with body() as ask:
        row = {**_values(ask, layer, new=True), **of_parcel}
    store = served().store
    return _private(_told(layer, add_row(store, acts, layer, row, last_day_that_may_have_been(store)))), 201


def _corrected(acts: Actor, layer: Layer, key: dict[str, str]) -> Response:
    with body() as ask:
        changes, seen = _values(ask, layer, new=False), ask.text("seen", required=True)
    store = served().store
    row = correct_row(store, acts, layer, key, changes, seen=seen, today=last_day_that_may_have_been(store))
    return _private(_told(layer, row))


def _taken_away(acts: Actor, layer: Layer, key: dict[str, str]) -> Response:
    with body() as ask:
        reason, seen = ask.reason(), ask.text("seen", required=True)
    take_row_away(served().store, acts, layer, key, reason=reason, seen=seen)
    return _private({"withdrawn": key})


def _values(ask: BodyAsker, layer: Layer, *, new: bool) -> dict[str, Any]:
    """The columns that the body names, each as its type wants it; of a new row those that it must have."""
    of_parcel = "parcel_no" in layer.key
    names = [n for n in layer.names if n != "withdrawn" and not (of_parcel and n == "parcel_no")]
    if not new:
        names = [n for n in names if n not in layer.key]
    # An entry gets its number where it has none.
    needed = {n for n in names if layer.column(n).required and n != "entry_no"}
    return {n: _value(ask, layer, n, required=n in needed) for n in names if (new and n in needed) or ask.has(n)}


def _value(ask: BodyAsker, layer: Layer, name: str, *, required: bool) -> Any:
    kind = layer.column(name).type
    if kind == "date":
        return ask.day(name, required=required)
    if kind == "integer":
        return ask.whole(name, 0, MOST_PEOPLE, required=required)
    if kind in ("money", "real"):
        return ask.number(name, -LARGEST if layer is ACCOUNT_ENTRY else 0, LARGEST, required=required)
    text = ask.note(name) if name == "note" else ask.text(name, required=required)
    return text or None


def _told(layer: Layer, row: Record) -> Record:
    """A row that was written, for who wrote it; masked as the list is."""
    told = {**{name: row[name] for name in layer.names}, "seen": row["recorded_at"], "recorded_by": row["recorded_by"]}
    return masked_household(told) if layer is HOUSEHOLD else told


def _fresh(value: Record) -> Response:
    answer = jsonify(value)
    answer.cache_control.no_cache = True
    return answer


def _private(value: Record) -> Response:
    """Nobody on the way keeps it, nor the browser."""
    answer = jsonify(value)
    answer.cache_control.private = True
    answer.cache_control.no_store = True
    return answer
