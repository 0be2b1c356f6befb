"""A kept plan as the coach's phone shows it: each route's halts with times, key figures, and ways for the driver."""

from __future__ import annotations

from itertools import pairwise

from gis.analysis.overview import Overview
from gis.model import ProjectFilter
from gis.reports.tour_book import Place
from gis.reports.tour_links import navigation_links
from gis.store.port import Store
from gis.tours.itinerary import Plan, plan_as_dict, route_letter, stop_labels
from gis.workflows.list_projects import listed_projects
from gis.workflows.plain import Record, records_of
from gis.workflows.tour_book import read_plan

# What is told of each site beside its times; ``lamp`` and ``flags`` as they are today.
FIGURES = (
    *("code", "owner", "category", "stage", "total_wan", "plan_wan", "invested_wan", "image_percent", "lamp", "flags"),
    *("footprint_m2", "ready_share"),
)


def show_tour_day(store: Store, overview: Overview, plan_no: str) -> Record:
    """
    ``{plan_no, tour_no, title, name, estimated, days}``: each day as ``plan_as_dict`` has it.

    Beside it stops, lunch and end have ``links``, the ways there for the driver: ``[{service, address}]``; a stop has
    its ``label`` and ``figures``: FIGURES of its project, None where the project is gone; a day has the ``letter`` of
    its stops, "" where there is but one. Raises NotFound where there is no such plan.
    """
    kept = read_plan(store, plan_no)
    said = plan_as_dict(kept.plan)
    figures = _figures(store, overview, kept.plan)
    for place, (day, labels) in enumerate(zip(said["days"], stop_labels(kept.plan), strict=True)):
        day["letter"] = route_letter(place, len(said["days"]))
        for stop, label in zip(day["stops"], labels, strict=True):
            stop.update(label=label, figures=figures.get(stop["code"]))
        for before, halt in pairwise(_halts(day)):
            halt["links"] = _links(before, halt)
    return {
        "plan_no": plan_no,
        "tour_no": kept.tour_no,
        "title": kept.spec.title,
        "name": kept.name,
        "estimated": said["estimated"],
        "days": said["days"],
    }


def _links(before: Record, to: Record) -> list[Record]:
    """The ways from one halt (``{name, lonlat}``) to the next: ``[{service, address}]`` (gis.reports.tour_links)."""
    places = (Place(halt["name"], tuple(halt["lonlat"])) for halt in (to, before))
    return [{"service": each.service.as_dict(), "address": each.address} for each in navigation_links(*places)]


def _figures(store: Store, overview: Overview, plan: Plan) -> dict[str, Record]:
    known = listed_projects(store, overview.only(plan.codes), ProjectFilter())
    return {row["code"]: row for row in records_of(known, FIGURES)}


def _halts(day: Record) -> list[Record]:
    """Start, stops with lunch among them, end: each with its name and place."""
    halts = list(day["stops"])
    if day["lunch"] is not None:
        day["lunch"].update(name=day["lunch"]["place"]["name"], lonlat=day["lunch"]["place"]["lonlat"])
        halts.insert(day["lunch"]["after"], day["lunch"])
    return [day["start"], *halts, day["end"]]
