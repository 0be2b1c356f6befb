"""The stock of land: the page, its list, its workbook, and the record of one parcel's supply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify

from gis.analysis.idle_land import IdleStatus
from gis.analysis.stock import GROUPED_BY, StockKind
from gis.layers import LAND_SUPPLY
from gis.store.attached_types import XLSX
from gis.workflows.assess_store import last_day_that_may_have_been
from gis.workflows.export_stock import export_stock
from gis.workflows.list_stock import STOCK_LAYERS, StockFilter, list_stock
from gis.workflows.names import read_names
from gis.workflows.record_supply import SUPPLY_FIELDS, record_supply, show_supply, withdraw_supply
from webapp.acting import allow
from webapp.bodies import BodyAsker, body
from webapp.context import served
from webapp.language import current_language
from webapp.params import Asker, key_in_path, reading
from webapp.rights import MAY
from webapp.views.answering import answer, download
from webapp.views.desk_page import render_desk

blueprint = Blueprint("stock", __name__)
# Every number of a record is at least nothing; the largest price or area that is believed.
LARGEST = 1e12


@blueprint.get("/stock")
def page() -> str:
    """The page."""
    site = served()
    names = read_names(site.store, site.day(None))
    choices = {"towns": _choices(names.towns), "parks": _choices(names.parks)}
    return render_desk("stock.html", "stock.js", data={"supplyFields": _fields(), **choices})


@blueprint.get("/api/stock")
def stock() -> Response:
    """The stock of land as of a day, by town, park, batch or unit."""
    with reading() as ask:
        asked, wanted, by = ask.day(), _filter(ask), ask.choice("by", tuple(GROUPED_BY), "town")
    site = served()
    on = site.day(asked)
    tag = site.tag(STOCK_LAYERS, on, wanted, by)
    return answer(tag, lambda: list_stock(site.store, on, wanted, by))


@blueprint.get("/export/stock.xlsx")
def workbook() -> Response:
    """The same as a workbook, with every parcel."""
    with reading() as ask:
        asked, wanted, by = ask.day(), _filter(ask), ask.choice("by", tuple(GROUPED_BY), "town")
    site = served()
    on = site.day(asked)
    data = export_stock(site.store, on, wanted, by, current_language())
    name = f"{site.store.info.name}_存量_{on.isoformat()}.xlsx"
    return download(data, XLSX, name)


@blueprint.get("/api/parcels/<path:parcel_no>/supply")
def supply(parcel_no: str) -> Response:
    """The record of one parcel's supply and how it stands."""
    with reading() as ask:
        asked = ask.day()
    site = served()
    on = site.day(asked)
    number = key_in_path("parcel_no", parcel_no)
    tag = site.tag(("parcel", "land_supply", "rule_parameter"), on, number)
    return answer(tag, lambda: show_supply(site.store, number, on))


@blueprint.put("/api/parcels/<path:parcel_no>/supply")
def put_supply(parcel_no: str) -> Response:
    """Record it whole: what the body lacks is not known."""
    acts = allow(*MAY["supply"])
    with body() as ask:
        given, seen = _supply(ask), ask.text("seen")
    number, store = key_in_path("parcel_no", parcel_no), served().store
    record_supply(store, acts, number, given, seen=seen or None, today=last_day_that_may_have_been(store))
    return jsonify(show_supply(store, number, served().day(None)))


@blueprint.delete("/api/parcels/<path:parcel_no>/supply")
def delete_supply(parcel_no: str) -> Response:
    """Withdraw it, with a reason."""
    acts = allow(*MAY["supply"])
    with body() as ask:
        reason, seen = ask.reason(), ask.text("seen")
    number, store = key_in_path("parcel_no", parcel_no), served().store
    withdraw_supply(store, acts, number, reason=reason, seen=seen or None)
    return jsonify(show_supply(store, number, served().day(None)))


def _filter(ask: Asker) -> StockFilter:
    below = ask.number("built_below", 0, 1, 1.0)
    return StockFilter(
        kind=ask.codes("kind", StockKind),
        status=ask.codes("status", IdleStatus),
        town=ask.texts("town"),
        park=ask.texts("park"),
        batch=ask.texts("batch", listed=False),
        words=ask.text("words"),
        built_below=None if below == 1.0 else below,
    )


def _supply(ask: BodyAsker) -> dict[str, Any]:
    """The fields of a record, each as its column's type wants it."""
    read: dict[str, Callable[[str], Any]] = {
        "date": ask.day,
        "money": lambda name: ask.number(name, 0, LARGEST),
        "real": lambda name: ask.number(name, 0, LARGEST),
        "boolean": ask.flag,
        "text": lambda name: ask.note(name) if name in ("note", "cause") else ask.text(name),
    }
    return {name: read[LAND_SUPPLY.column(name).type](name) for name in SUPPLY_FIELDS}


def _choices(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "name": name} for code, name in names.items()]


def _fields() -> list[dict[str, Any]]:
    """What the form asks for."""
    columns = [LAND_SUPPLY.column(name) for name in SUPPLY_FIELDS]
    return [{"name": c.name, "type": c.type, "dimension": c.dimension, **c.words.as_dict()} for c in columns]
