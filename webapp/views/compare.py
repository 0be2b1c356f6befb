"""Two days compared, and the requisition tasks of linear projects: the page, its lists, its workbook."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify

from gis.analysis.compare import GROUPED_BY, Movement, PromiseOutcome
from gis.store.attached_types import XLSX
from gis.workflows.compare_days import (
    COMPARED_LAYERS,
    CompareFilter,
    Span,
    compare_days,
    compare_features,
    usual_span,
)
from gis.workflows.export_comparison import SHEETS, export_comparison
from gis.workflows.list_tasks import TASK_LAYERS, list_linear_projects, list_tasks
from gis.workflows.record_task import record_task, withdraw_task
from webapp.acting import allow
from webapp.bodies import body
from webapp.context import served
from webapp.language import current_language
from webapp.params import Asker, key_in_path, reading
from webapp.rights import MAY
from webapp.views.answering import answer, download
from webapp.views.desk_page import render_desk

blueprint = Blueprint("compare", __name__)
GEOJSON = "application/geo+json"


@blueprint.get("/compare")
def page() -> str:
    """The page."""
    usual = usual_span(served().day(None))
    span = {"from": usual.first.isoformat(), "to": usual.second.isoformat()}
    return render_desk("compare.html", "compare.js", by="stage", data={"usualSpan": span})


@blueprint.get("/api/compare")
def compare() -> Response:
    """Two days compared."""
    with reading() as ask:
        first, second, wanted = ask.day("from"), ask.day("to"), _filter(ask)
        by = ask.choice("by", tuple(GROUPED_BY), "town")
    site, span = served(), _span(first, second)
    tag = site.tag(COMPARED_LAYERS, span, wanted, by)
    return answer(tag, lambda: compare_days(site.store, span, wanted, by))


@blueprint.get("/api/compare.geojson")
def features() -> Response:
    """The same parcels as map features."""
    with reading() as ask:
        first, second, wanted = ask.day("from"), ask.day("to"), _filter(ask)
    site, span = served(), _span(first, second)
    tag = site.tag(COMPARED_LAYERS, span, wanted)
    return answer(tag, lambda: compare_features(site.store, span, wanted), GEOJSON)


@blueprint.get("/export/compare.xlsx")
def workbook() -> Response:
    """The parcels, or the promises, as a workbook."""
    with reading() as ask:
        first, second, wanted = ask.day("from"), ask.day("to"), _filter(ask)
        by, sheet = ask.choice("by", tuple(GROUPED_BY), "town"), ask.choice("sheet", SHEETS, "parcels")
    site, span = served(), _span(first, second)
    data = export_comparison(site.store, span, wanted, by=by, sheet=sheet, language=current_language())
    name = f"{site.store.info.name}_对照_{span.first}_{span.second}.xlsx"
    return download(data, XLSX, name)


@blueprint.get("/api/tasks")
def linear_projects() -> Response:
    """The linear projects and how many tasks each has."""
    with reading() as ask:
        asked = ask.day()
    site = served()
    on = site.day(asked)
    return answer(site.tag(TASK_LAYERS, on), lambda: list_linear_projects(site.store, on))


@blueprint.get("/api/projects/<path:code>/tasks")
def tasks(code: str) -> Response:
    """How the requisition tasks of one project stand."""
    with reading() as ask:
        asked = ask.day()
    site, key = served(), key_in_path("code", code)
    on = site.day(asked)
    return answer(site.tag(TASK_LAYERS, on, key), lambda: list_tasks(site.store, key, on))


@blueprint.put("/api/projects/<path:code>/tasks/<town>")
def put_task(code: str, town: str) -> Response:
    """Set or correct the task of one county or town."""
    acts = allow(*MAY["tasks"])
    with body() as ask:
        due, begun = ask.day("due_on", required=True), ask.day("set_on")
        task = {"due_on": due, "set_on": begun, "note": ask.note("note")}
        seen = ask.text("seen")
    site, key = served(), key_in_path("code", code)
    record_task(site.store, acts, key, key_in_path("town", town), task, seen=seen or None)
    return jsonify(list_tasks(site.store, key, site.day(None)))


@blueprint.delete("/api/projects/<path:code>/tasks/<town>")
def delete_task(code: str, town: str) -> Response:
    """Withdraw it, with a reason."""
    acts = allow(*MAY["tasks"])
    with body() as ask:
        reason, seen = ask.reason(), ask.text("seen")
    site, key = served(), key_in_path("code", code)
    withdraw_task(site.store, acts, key, key_in_path("town", town), reason=reason, seen=seen or None)
    return jsonify(list_tasks(site.store, key, site.day(None)))


def _span(first: date | None, second: date | None) -> Span:
    return usual_span(served().day(second), first)


def _filter(ask: Asker) -> CompareFilter:
    return CompareFilter(
        town=ask.texts("town"),
        unit=ask.texts("unit", listed=False),
        movement=ask.codes("movement", Movement),
        outcome=ask.codes("outcome", PromiseOutcome),
    )
