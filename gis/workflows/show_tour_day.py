"""A kept plan as the coach's phone shows it: each route's halts with times, key figures, and ways for the driver."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote

import numpy as np

from gis.analysis.overview import Overview
from gis.gcj02 import gcj02_of_wgs84
from gis.model import ProjectFilter
from gis.store.port import Store
from gis.tours.itinerary import LonLat, Plan, plan_as_dict
from gis.workflows.list_projects import listed_projects
from gis.workflows.plain import Record, records_of
from gis.workflows.tour_book import read_plan

# What is told of each site beside its times; ``lamp`` and ``flags`` as they are today.
FIGURES = (
    *("code", "owner", "category", "stage", "total_wan", "plan_wan", "invested_wan", "image_percent", "lamp", "flags"),
    *("footprint_m2", "ready_share"),
)
_SOURCE = "guatu"
LONGEST_NAME = 40
_WIDE = str.maketrans({",": "，", "|": "／", ":": "："})


def show_tour_day(store: Store, overview: Overview, plan_no: str) -> Record:
    """
    ``{plan_no, tour_no, title, name, estimated, days}``: each day as ``plan_as_dict`` has it, and for start, stops,
    lunch and end ``links`` (see ``navigation_links``); for a stop ``figures``: FIGURES of its project, None where the
    project is gone.

    Raises NotFound where there is no such plan.
    """
    kept = read_plan(store, plan_no)
    said = plan_as_dict(kept.plan)
    figures = _figures(store, overview, kept.plan)
    for day in said["days"]:
        for stop in day["stops"]:
            stop["figures"] = figures.get(stop["code"])
        for before, halt in pairwise(_halts(day)):
            halt["links"] = navigation_links(before, halt)
    return {
        "plan_no": plan_no,
        "tour_no": kept.tour_no,
        "title": kept.spec.title,
        "name": kept.name,
        "estimated": said["estimated"],
        "days": said["days"],
    }


def navigation_links(before: Record, to: Record) -> Record:
    """
    The addresses that open the way from one halt (``{name, lonlat}``) to the next on the driver's phone:
    ``{amap, baidu}``, in GCJ-02 as both services take it (RULES §7.6). 高德 begins where the phone is,
    https://lbs.amap.com/api/uri-api/guide/travel/route; 百度 wants an origin,
    https://lbsyun.baidu.com/docs/webapi?title=mapadjustment/uri/web.
    """
    (from_lon, from_lat), (lon, lat) = _gcj02([before["lonlat"], to["lonlat"]])
    from_name, name = _in_address(before["name"]), _in_address(to["name"])
    way = f"origin=latlng:{from_lat},{from_lon}%7Cname:{from_name}&destination=latlng:{lat},{lon}%7Cname:{name}"
    return {
        "amap": f"https://uri.amap.com/navigation?to={lon},{lat},{name}&mode=car&coordinate=gaode"
        f"&src={_SOURCE}&callnative=1",
        "baidu": f"https://api.map.baidu.com/direction?{way}&mode=driving&coord_type=gcj02&output=html"
        f"&src=webapp.{_SOURCE}.{_SOURCE}",
    }


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


def _gcj02(places: Sequence[LonLat]) -> list[tuple[str, str]]:
    """Six digits: a tenth of a metre."""
    return [(f"{lon:.6f}", f"{lat:.6f}") for lon, lat in gcj02_of_wgs84(np.array(places, dtype=float)).tolist()]


def _in_address(name: str) -> str:
    """A name as a part of an address: comma, bar and colon part values there, and are written wide."""
    plain = "".join(character for character in name if character.isprintable()).translate(_WIDE)
    return quote(plain[:LONGEST_NAME], safe="")
