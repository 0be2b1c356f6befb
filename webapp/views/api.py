"""All that the page shows, as JSON; docs/api.md describes each address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVarTuple

from flask import Blueprint, Response, jsonify

from gis.analysis.overview import Overview
from gis.analysis.totals import COLUMN_OF, RANKED_BY
from gis.maps.style import style_tables
from gis.model import Stage
from gis.store.port import Store
from gis.workflows.chart_projects import chart_projects
from gis.workflows.count_legend import count_legend
from gis.workflows.describe_store import list_codes
from gis.workflows.find_at_point import find_at_point
from gis.workflows.list_assessment import list_assessment
from gis.workflows.list_choices import list_choices
from gis.workflows.list_parcels import ParcelFilter, list_parcels
from gis.workflows.list_projects import list_project_columns, list_project_features, list_projects
from gis.workflows.list_towns import list_towns
from gis.workflows.show_parcel import show_parcel
from gis.workflows.show_park import list_parks, show_park
from gis.workflows.show_project import show_project
from gis.workflows.show_zone import show_zone
from gis.workflows.total_projects import total_projects
from webapp.caching import conditional, tag_of
from webapp.context import served
from webapp.params import key_in_path, reading
from webapp.views.answering import answer

blueprint = Blueprint("api", __name__, url_prefix="/api")
GEOJSON = "application/geo+json"

Ts = TypeVarTuple("Ts")


@blueprint.get("/info")
def info() -> Response:
    """The store and what a page may know of the settings."""
    on = _day_only()
    site = served()
    return answer(site.info_tag(on), lambda: site.info(on))


@blueprint.get("/codes")
def codes() -> Response:
    """Every code list."""
    with reading():
        pass
    return _unchanging(list_codes())


@blueprint.get("/style")
def style() -> Response:
    """The style table."""
    with reading():
        pass
    return _unchanging(style_tables())


@blueprint.get("/choices")
def choices() -> Response:
    """The values that the filter may take now."""
    return _assessed(_day_only(), list_choices)


@blueprint.get("/projects")
def projects() -> Response:
    """The projects that the filter lets pass."""
    with reading() as ask:
        asked, wanted, sort = ask.day(), ask.project_filter(), ask.text("sort")
        columns = ask.texts("columns")
    if columns:
        return _assessed(asked, list_project_columns, wanted, sort, columns)
    return _assessed(asked, list_projects, wanted, sort)


@blueprint.get("/projects.geojson")
def project_features() -> Response:
    """The same projects as map features."""
    with reading() as ask:
        asked, wanted = ask.day(), ask.project_filter()
    site = served()
    on = site.day(asked)
    tag = site.assessed_tag(on, wanted)
    return answer(tag, lambda: list_project_features(site.store, site.overview(on), wanted), GEOJSON)


@blueprint.get("/projects/<path:code>")
def project(code: str) -> Response:
    """One project whole."""
    return _assessed(_day_only(), show_project, key_in_path("code", code))


@blueprint.get("/parcels")
def parcels() -> Response:
    """Parcels of a stage, a town, some words, or those that hold one project up."""
    with reading() as ask:
        asked = ask.day()
        wanted = ParcelFilter(ask.codes("stage", Stage), ask.texts("town"), ask.text("words"), ask.text("blocking"))
    return _assessed(asked, list_parcels, wanted)


@blueprint.get("/parcels/<path:parcel_no>")
def parcel(parcel_no: str) -> Response:
    """One parcel whole."""
    return _assessed(_day_only(), show_parcel, key_in_path("parcel_no", parcel_no))


@blueprint.get("/parks")
def parks() -> Response:
    """Every park."""
    return _assessed(_day_only(), list_parks)


@blueprint.get("/parks/<path:code>")
def park(code: str) -> Response:
    """One park whole."""
    return _assessed(_day_only(), show_park, key_in_path("code", code))


@blueprint.get("/zones/<path:zone_no>")
def zone(zone_no: str) -> Response:
    """One constraint zone whole."""
    return _assessed(_day_only(), show_zone, key_in_path("zone_no", zone_no))


@blueprint.get("/towns")
def towns() -> Response:
    """The county and its towns."""
    on = _day_only()
    site = served()
    return answer(site.tag(("town",), on), lambda: list_towns(site.store, on))


@blueprint.get("/assessment")
def assessment() -> Response:
    """The whole assessment, as ``guatu assess --json`` prints it."""
    on = _day_only()
    site = served()
    return answer(site.assessed_tag(on), lambda: list_assessment(site.store, site.overview(on)))


@blueprint.get("/totals")
def totals() -> Response:
    """Totals and ranking by ``by``."""
    with reading() as ask:
        asked, wanted = ask.day(), ask.project_filter()
        by = ask.choice("by", tuple(COLUMN_OF), "town")
        rank_by = ask.choice("rank_by", RANKED_BY, "gap_pp")
    return _assessed(asked, total_projects, wanted, by, rank_by)


@blueprint.get("/charts")
def charts() -> Response:
    """The charts."""
    with reading() as ask:
        asked, wanted = ask.day(), ask.project_filter()
    return _assessed(asked, chart_projects, wanted)


@blueprint.get("/legend")
def legend() -> Response:
    """Counts behind the legend."""
    on = _day_only()
    site = served()
    shown = ("parcel", "parcel_event", "zone", "park", "town")
    return answer(site.tag(shown, on), lambda: count_legend(site.store, on))


@blueprint.get("/at")
def at() -> Response:
    """What lies at a place."""
    with reading() as ask:
        asked, near = ask.day(), ask.near()
    return _assessed(asked, find_at_point, near.lon, near.lat, near.radius_m)


def _day_only() -> date:
    """The day of an address that takes no other parameter."""
    with reading() as ask:
        asked = ask.day()
    return served().day(asked)


def _assessed(asked: date | None, show: Callable[[Store, Overview, *Ts], object], *parameters: *Ts) -> Response:
    """What ``show`` tells of the store as assessed on the day asked for; tagged by that and ``parameters``."""
    site = served()
    on = site.day(asked)
    return answer(site.assessed_tag(on, *parameters), lambda: show(site.store, site.overview(on), *parameters))


def _unchanging(value: object) -> Response:
    """What only another program changes: tagged by its own text."""
    response = jsonify(value)
    return conditional(tag_of(response.get_data()), lambda: response)
