"""The supply of the sample county's land and the requisition tasks of its roads: some in order, some late; invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis.demo.requisition import DATA_ON
from gis.model import Stage
from gis.units import mu_of_m2

Row = dict[str, Any]
_PRICE_WAN_PER_MU = 16.8
_TOTAL_WAN_PER_MU = 210.0
_START_DAYS = (180, 270, 365)
_SET_ON = date(2026, 3, 1)
# Days that towns have for their stretch of a road.
_TASK_DAYS = (180, 214, 245, 300)


def supply_rows(parcels: Sequence[Row], events: Sequence[Row]) -> list[Row]:
    """A row of ``land_supply`` for each parcel that was supplied, by number."""
    supplied = {row["parcel_no"]: row["on_date"] for row in events if row.get("stage") == Stage.SUPPLIED.value}
    of_land = {row["parcel_no"]: row for row in parcels}
    numbers = sorted(number for number in supplied if number in of_land)
    return [_supply(place, of_land[number], supplied[number]) for place, number in enumerate(numbers)]


def _supply(place: int, parcel: Row, supplied_on: date) -> Row:
    area_m2 = float(parcel["declared_area_m2"])
    mu = mu_of_m2(area_m2)
    start_on = supplied_on + timedelta(days=_START_DAYS[place % len(_START_DAYS)])
    row = {
        "parcel_no": parcel["parcel_no"],
        "contract_no": f"示例供地〔{supplied_on.year}〕{place + 1:03d}号",
        "price_wan": round(_PRICE_WAN_PER_MU * mu, 2),
        "agreed_start_on": start_on,
        "agreed_finish_on": start_on + timedelta(days=730),
        "handed_over_on": min(supplied_on + timedelta(days=20), DATA_ON),
        "due_area_m2": round(area_m2 * 0.8, 1),
        "total_wan": round(_TOTAL_WAN_PER_MU * mu, 1),
        "note": "示例记录，内容均为虚构",
    }
    return row | _COURSES[place % len(_COURSES)](row, start_on)


def _in_order(row: Row, start_on: date) -> Row:
    """Building began about when it was agreed."""
    begun = start_on - timedelta(days=12)
    if begun > DATA_ON:
        return {}
    share = min(1.0, 0.2 + (DATA_ON - begun).days / 600)
    return {
        "stat_start_on": begun - timedelta(days=25),
        "permit_start_on": begun - timedelta(days=30),
        "legal_start_on": begun,
        "developed_area_m2": round(row["due_area_m2"] * share, 1),
        "invested_wan": round(row["total_wan"] * share, 1),
    }


def _not_begun(row: Row, start_on: date) -> Row:
    """Reported as started, with a permit, and no foundation dug."""
    reported = start_on + timedelta(days=15)
    return {"stat_start_on": reported} if reported <= DATA_ON else {}


def _by_government(row: Row, start_on: date) -> Row:
    return {"government_cause": True, "cause": "示例：规划道路调整，未按期交付净地"}


def _stopped(row: Row, start_on: date) -> Row:
    """Begun early, hardly built on, then left."""
    begun = start_on - timedelta(days=150)
    stopped = begun + timedelta(days=120)
    if stopped > DATA_ON:
        return _in_order(row, start_on)
    return {
        "permit_start_on": begun - timedelta(days=20),
        "legal_start_on": begun,
        "stopped_since": stopped,
        "developed_area_m2": round(row["due_area_m2"] * 0.4, 1),
        "invested_wan": round(row["total_wan"] * 0.18, 1),
    }


def _found_idle(row: Row, start_on: date) -> Row:
    """Over the line for long, and found idle in writing."""
    found_on = start_on + timedelta(days=430)
    if found_on > DATA_ON:
        return {}
    return {"certified_on": found_on, "certified_document": f"示例闲认〔{found_on.year}〕{start_on.month}号"}


def _without_days(row: Row, start_on: date) -> Row:
    """An old contract of which nobody has the days any more."""
    return {"agreed_start_on": None, "agreed_finish_on": None, "handed_over_on": None}


_COURSES: tuple[Callable[[Row, date], Row], ...] = (
    *(_in_order, _in_order, _not_begun, _in_order, _stopped, _in_order, _by_government, _in_order),
    *(_found_idle, _in_order, _not_begun, _in_order, _without_days),
)


def task_rows(lines: Mapping[str, BaseGeometry], towns: Mapping[str, MultiPolygon]) -> list[Row]:
    """Tasks of the roads that cross several towns: project code → centreline, town code → its land."""
    rows = []
    for code, line in sorted(lines.items()):
        crossed = [town for town, land in sorted(towns.items()) if land.intersects(line)]
        if len(crossed) < 2:
            continue
        for place, town in enumerate(crossed):
            due = _SET_ON + timedelta(days=_TASK_DAYS[place % len(_TASK_DAYS)])
            rows.append({"project_code": code, "town": town, "set_on": _SET_ON, "due_on": due, "note": "示例任务"})
    return rows
