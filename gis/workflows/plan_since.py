"""What has changed since a tour's plans were kept: the roads, the land of their sites, the tour's wishes."""

from __future__ import annotations

from typing import Any

from gis.analysis.overview import Overview
from gis.layers import TOUR, TOUR_PLAN
from gis.store.port import Reader
from gis.tours.itinerary import Plan, plan_from_dict
from gis.tours.spec import read_spec, spec_as_dict
from gis.workflows.plain import Record
from gis.workflows.record_row import standing_row, standing_rows
from gis.workflows.tour_book import ROAD_LAYERS


def changed_since_kept(reader: Reader, overview: Overview, tour_no: str) -> dict[str, list[str]]:
    """
    Plan number → what is not as it was when the plan was kept, in this order:

    ``roads`` (their network, or where coaches enter sites), ``gone`` (a site is no longer in the store), ``land`` (the
    bottlenecks of a site are others), ``wishes`` (the tour's are others than the plan's). Nothing of a withdrawn tour.
    """
    tour = standing_row(reader, TOUR, {"tour_no": tour_no})
    if tour is None:
        return {}
    wishes = spec_as_dict(read_spec(tour["spec"]))
    roads = reader.version(ROAD_LAYERS)
    rows = standing_rows(reader, TOUR_PLAN)
    own = rows[rows["tour_no"] == tour_no].to_dict("records")
    return {str(row["plan_no"]): _changed(row["plan"], row["spec"], overview, roads, wishes) for row in own}


def _changed(said: Record, asked: Record, overview: Overview, roads: int, wishes: Record) -> list[str]:
    plan = plan_from_dict(said)
    is_changed = {
        # A plan of which nobody noted the roads says nothing of them.
        "roads": said.get("roads_version", roads) != roads,
        "gone": bool(set(plan.codes) - set(overview.projects.index)),
        "land": _has_other_land(plan, overview),
        "wishes": spec_as_dict(read_spec(asked)) != wishes,
    }
    return [name for name, is_so in is_changed.items() if is_so]


def _has_other_land(plan: Plan, overview: Overview) -> bool:
    flags: dict[Any, Any] = overview.projects["flags"].to_dict()
    stops = (stop for day in plan.days for stop in day.stops if stop.code in flags)
    return any(stop.flags != tuple(map(str, flags[stop.code])) for stop in stops)
