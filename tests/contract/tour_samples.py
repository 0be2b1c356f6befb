"""A tour of four sites in two towns, with a plan, as a store holds them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from gis.model import Actor, Role
from gis.store.port import Store
from gis.tours.itinerary import CoachDay, LunchStop, Plan, Spotted, Stop, plan_as_dict
from gis.tours.spec import Spot, TourDay, TourSpec, spec_as_dict

PLANNER = Actor("赵规划", Role.PLANNER)
TOUR, PLAN = "T1", "T1-1"
ON = date(2026, 12, 8)
HALL = Spotted("town:140781100", "县政府", (112.0, 37.0))
CANTEEN = Spotted("point:112.05,37.05", "园区食堂", (112.05, 37.05))
# Code, name, town: in the order of the visits.
SITES = (
    ("X1", "示例工厂", "140781100", "义安镇"),
    ("X2", "示例学校", "140781100", "义安镇"),
    ("X3", "示例医院", "140781101", "张兰镇"),
    ("X4", "示例公路", "140781101", "张兰镇"),
)


def at(clock: str) -> datetime:
    """A time of the tour's day."""
    return datetime.fromisoformat(f"{ON.isoformat()}T{clock}")


def stop(place: int, arrive: str, begin: str, leave: str, **more: Any) -> Stop:
    """A visit of one of SITES: 10 minutes' drive to it, 20 there, 5 to board."""
    code, name, town, town_name = SITES[place]
    return Stop(
        code,
        name,
        town,
        town_name,
        at(arrive),
        at(begin),
        at(leave),
        drive_min=10,
        drive_km=6.5,
        visit_min=20,
        boarding_min=5,
        value=10.0,
        lonlat=(112.01 + place / 100, 37.01),
        **more,
    )


def plan() -> Plan:
    """
    One coach: 08:30 from the hall; X1 08:40–09:05; X2 09:15, opens at 09:30, –09:55; lunch 10:05–11:00; X3 11:10–11:35;
    X4 11:45–12:10; back at 12:20, when it has to be there by 12:30.
    """
    stops = (
        stop(0, "08:40", "08:40", "09:05", reporter="王主任 0354-7221234", talk="第一句。\n第二句。", parking="北门"),
        stop(1, "09:15", "09:30", "09:55", lamp="red", flags=("land_supply",)),
        stop(2, "11:10", "11:10", "11:35", reporter="李书记", spare="示例公园"),
        stop(3, "11:45", "11:45", "12:10"),
    )
    lunch = LunchStop(2, CANTEEN, at("10:05"), at("10:05"), at("11:00"), 10, 5.0)
    day = CoachDay(ON, 1, HALL, at("08:30"), stops, HALL, at("12:20"), 10, 7.5, at("12:30"), lunch)
    return Plan((day,), ())


def spec() -> TourSpec:
    """What was asked of it."""
    hall = Spot("town", "140781100")
    return TourSpec("四季度观摩", (TourDay(ON, 8 * 60 + 30, 12 * 60 + 30, hall, hall),))


def keep_tour(store: Store, made: Plan | None = None, *, tour_no: str = TOUR, plan_no: str = PLAN) -> None:
    """Put the tour and its plan into a store."""
    asked, planned = spec_as_dict(spec()), plan_as_dict(made or plan())
    tour = {"tour_no": tour_no, "title": "四季度观摩", "on_date": pd.Timestamp(ON), "spec": asked, "withdrawn": False}
    kept = {
        "plan_no": plan_no,
        "tour_no": tour_no,
        "name": "方案一",
        "spec": asked,
        "plan": planned,
        "withdrawn": False,
    }
    with store.writing(PLANNER) as writer:
        for layer, row in (("tour", tour), ("tour_plan", kept)):
            writer.append(
                layer, pd.DataFrame({name: pd.Series([value], dtype="object") for name, value in row.items()})
            )
