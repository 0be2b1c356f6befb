"""From wishes to numbers: days as shifts, hours as windows, limits as rules; and back to codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from gis.tours.assembly import Board, RouteWish, assemble, spots_of
from gis.tours.candidates import Candidate, ValueParts
from gis.tours.itinerary import plan_as_dict, plan_from_dict
from gis.tours.problem import CountRule, Lunch, StayRule
from gis.tours.spec import Spot, TourSpec, read_spec
from gis.tours.timetable import Known, Located, timetable
from gis.tours.timing import time_order
from tests.gis.tours.spec_samples import MORNING, wishes

NEXT = {**MORNING, "date": "2026-12-10", "from": "13:00", "until": "17:00", "end": "town:140781"}
TOWNS = {"T1": "城关镇", "T2": "北关镇"}


def site(spec: TourSpec, code: str, town: str = "T1", **more: Any) -> Candidate:
    facts = {"park": "", "industry": "", "category": "", "lamp": "green", "flags": (), "total_wan": 1.0} | more
    return Candidate(
        code=code,
        name=f"项目{code}",
        town=town,
        share_done=None,
        value=10.0,
        parts=ValueParts(0, 0, 0, 0),
        visit_min=20,
        wish=spec.wish(code),
        **facts,
    )


def board(spec: TourSpec, *sites: Candidate) -> Board:
    """Every drive between two places takes ten minutes."""
    size = len(spots_of(spec)) + len(sites)
    return assemble(spec, sites, 10 * (1 - np.eye(size, dtype=np.int64)))


def test_each_coach_of_each_day_is_a_shift() -> None:
    spec = read_spec({"title": "x", "days": [MORNING, NEXT], "coaches": 2, "together": False})
    shifts = board(spec).problem.shifts
    assert [(s.day, s.coach, s.start, s.end) for s in shifts] == [
        (0, 0, 0, 1),
        (0, 1, 0, 1),
        (1, 0, 0, 0),
        (1, 1, 0, 0),
    ]
    # Two days later: 2 · 1440 + 780 and + 1020.
    assert [(s.opens, s.closes) for s in shifts] == [(510, 720), (510, 720), (3660, 3900), (3660, 3900)]


@pytest.mark.parametrize(
    ("opens", "closes", "has_lunch"),
    [("08:30", "17:30", True), ("08:30", "12:30", False), ("13:30", "17:30", False), ("11:31", "14:00", False)],
)
def test_lunch_is_part_of_a_day_that_goes_on_after_it(opens: str, closes: str, has_lunch: bool) -> None:
    day = {**MORNING, "from": opens, "until": closes}
    lunch = {"from": "11:30", "until": "13:00", "minutes": 45, "places": ["park:K2"]}
    (shift,) = board(read_spec({"title": "x", "days": [day], "lunch": lunch})).problem.shifts
    assert shift.lunch == (Lunch((690, 780), 45, (2,)) if has_lunch else None)


def test_a_stay_is_the_visit_and_the_boarding_and_hours_hold_on_every_day() -> None:
    asked = {"title": "x", "days": [MORNING, NEXT], "boarding_min": 5}
    spec = read_spec({**asked, "sites": [{"code": "A", "open": ["09:00-11:00"], "must": True, "day": 2}]})
    (found,) = board(spec, site(spec, "A")).problem.sites
    assert (found.place, found.stay, found.must) == (2, 25, True)
    assert found.windows == ((540, 660), (2880 + 540, 2880 + 660))
    assert found.shifts == frozenset({1})


def test_a_limit_on_each_town_is_a_rule_for_each_but_for_one_that_has_its_own() -> None:
    limits = [{"by": "town", "at_most": 2}, {"by": "town", "key": "T2", "at_least": 1}]
    spec = read_spec(wishes(limits=limits, minutes_per_town=60))
    problem = board(spec, site(spec, "A"), site(spec, "B", "T2"), site(spec, "C")).problem
    assert problem.counts == (
        CountRule("town:T1", frozenset({0, 2}), 0, 2),
        CountRule("town:T2", frozenset({1}), 1, None),
    )
    assert problem.stays == (StayRule("stay:T1", frozenset({0, 2}), 60), StayRule("stay:T2", frozenset({1}), 60))


def test_a_limit_on_what_no_candidate_belongs_to_still_asks_for_it() -> None:
    spec = read_spec(wishes(limits=[{"by": "park", "key": "K9", "at_least": 1}]))
    assert board(spec, site(spec, "A")).problem.counts == (CountRule("park:K9", frozenset(), 1, None),)


def test_routes_become_an_order_and_come_back_and_what_has_no_place_is_named() -> None:
    spec = read_spec({"title": "x", "days": [MORNING, NEXT]})
    laid = board(spec, site(spec, "A"), site(spec, "B"))
    first, second = RouteWish(date(2026, 12, 8), 1, ("B",)), RouteWish(date(2026, 12, 10), 1, ("A",))
    order, lost = laid.order_of([second, first])
    assert (order, lost) == (((1,), (0,)), ())
    assert laid.routes_of(order) == (first, second)
    elsewhere = [RouteWish(date(2026, 12, 8), 2, ("A",)), RouteWish(date(2026, 12, 8), 1, ("Z", "B"))]
    assert laid.order_of(elsewhere) == (((1,), ()), ("A", "Z"))


def known(spec: TourSpec, count: int) -> Known:
    places = [Located(f"地点{i}", (112.0 + i, 37.0), 7.0) for i in range(len(spots_of(spec)) + count)]
    metres = 5_000 * (1 - np.eye(len(places)))
    return Known(places, metres, TOWNS, estimated=True)


def test_a_timetable_has_the_times_drives_and_names_of_its_stops() -> None:
    day = {**MORNING, "until": "17:00", "meeting": "16:30"}
    lunch = {"from": "09:00", "until": "09:30", "minutes": 30}
    spec = read_spec({"title": "x", "days": [day], "boarding_min": 3, "lunch": lunch})
    laid = board(spec, site(spec, "A"), site(spec, "B", "T2"))
    plan = timetable(laid, time_order(laid.problem, ((0, 1),)), known(spec, 2))
    (route,) = plan.days
    first, second = route.stops
    # 08:30 + 10 → 08:40, 20 + 3 minutes there → 09:03; half an hour's lunch there; + 10 → 09:43, … 10:06; + 10.
    assert (first.arrive, first.leave) == (datetime(2026, 12, 8, 8, 40), datetime(2026, 12, 8, 9, 3))
    assert route.lunch is not None
    assert (route.lunch.after, route.lunch.leave) == (1, datetime(2026, 12, 8, 9, 33))
    assert (second.arrive, second.leave) == (datetime(2026, 12, 8, 9, 43), datetime(2026, 12, 8, 10, 6))
    assert (route.back, route.must_back) == (datetime(2026, 12, 8, 10, 16), datetime(2026, 12, 8, 16, 30))
    assert (second.drive_min, second.drive_km, second.town_name, second.off_road_m) == (10, 5.0, "北关镇", 7.0)
    assert (route.lunch.drive_km, route.back_drive_km) == (0.0, 5.0)
    assert (plan.value, plan.minutes, plan.is_feasible, plan.estimated) == (20.0, 106, True, True)


def test_a_plan_is_written_so_that_it_reads_the_same() -> None:
    spec = read_spec({"title": "x", "days": [MORNING, NEXT], "sites": [{"code": "C", "must": True}]})
    laid = board(spec, site(spec, "A"), site(spec, "B"), site(spec, "C", flags=("late", "held")))
    plan = timetable(laid, time_order(laid.problem, ((0, 2), ())), known(spec, 3), [site(spec, "D")])
    assert plan_from_dict(plan_as_dict(plan)) == plan


def test_what_a_plan_breaks_is_told_in_words_with_its_place() -> None:
    short = {**MORNING, "until": "09:00"}
    limits = [{"by": "town", "key": "T2", "at_least": 1}]
    spec = read_spec({"title": "x", "days": [short], "limits": limits, "sites": [{"code": "B", "must": True}]})
    laid = board(spec, site(spec, "A"), site(spec, "B", "T2"))
    plan = timetable(laid, time_order(laid.problem, ((0,),)), known(spec, 2))
    told = {each.kind: each for each in plan.breaches}
    assert set(told) == {"closes", "must", "count_low"}
    # 08:30 + 10 + 23 + 10 = 09:13
    assert (told["closes"].by, told["closes"].on, told["closes"].coach) == (13, date(2026, 12, 8), 1)
    assert told["closes"].words.zh == "比 09:00 晚 13 分钟到终点"
    assert told["must"].code == "B"
    assert told["count_low"].words.zh == "北关镇至少 1 个：少 1 个"


def test_spots_are_named_once_each() -> None:
    lunch = {"from": "11:30", "until": "13:00", "places": ["park:K1", "point:112,37"]}
    assert spots_of(read_spec(wishes(lunch=lunch))) == (
        Spot("town", "140781"),
        Spot("park", "K1"),
        Spot("point", "", 112.0, 37.0),
    )


def test_two_limits_on_one_town_are_one_rule_the_stricter() -> None:
    limits = [{"by": "town", "key": "T1", "at_most": 3}, {"by": "town", "key": "T1", "at_least": 1, "at_most": 2}]
    spec = read_spec(wishes(limits=limits))
    assert board(spec, site(spec, "A")).problem.counts == (CountRule("town:T1", frozenset({0}), 1, 2),)


def test_a_town_without_a_site_that_may_be_visited_still_asks_for_its_minimum() -> None:
    spec = read_spec(wishes(limits=[{"by": "town", "at_least": 1}]))
    sites, others = [site(spec, "A")], [site(spec, "B", "T2")]
    travel = 10 * (1 - np.eye(len(spots_of(spec)) + 1, dtype=np.int64))
    counts = assemble(spec, sites, travel, others).problem.counts
    assert counts == (CountRule("town:T1", frozenset({0}), 1, None), CountRule("town:T2", frozenset(), 1, None))


def test_a_route_that_ends_after_midnight_is_read_as_it_was_written() -> None:
    late = {**MORNING, "from": "22:00", "until": "23:50"}
    spec = read_spec({"title": "x", "days": [late], "visit_min": 60})
    laid = board(spec, *(replace(site(spec, code), visit_min=60) for code in "AB"))
    plan = timetable(laid, time_order(laid.problem, ((0, 1),)), known(spec, 2))
    # 22:00 + 10 + 63 + 10 + 63 + 10: 00:36 of the next day.
    assert plan_as_dict(plan)["days"][0]["back"] == "24:36"
    assert plan_from_dict(plan_as_dict(plan)) == plan


def test_the_county_itself_is_no_town_of_a_limit_on_each() -> None:
    """Of a project in 介休市 nobody has told the town; a limit that names the county is meant as it is."""
    asked = {"limits": [{"by": "town", "at_least": 1}], "minutes_per_town": 60}
    spec = read_spec(wishes(**asked))
    sites = (site(spec, "A", "140781"), site(spec, "B", "140781100"), site(spec, "C", "140781101000"))
    problem = board(spec, *sites).problem
    assert [rule.key for rule in problem.counts] == ["town:140781100", "town:140781101000"]
    assert [rule.key for rule in problem.stays] == ["stay:140781100", "stay:140781101000"]
    named = read_spec(wishes(limits=[{"by": "town", "key": "140781", "at_most": 1}]))
    assert board(named, *sites).problem.counts == (CountRule("town:140781", frozenset({0}), 0, 1),)


def test_where_nobody_has_told_a_town_the_county_bounds_nothing() -> None:
    spec = read_spec(wishes(limits=[{"by": "town", "at_least": 1}], minutes_per_town=60))
    problem = board(spec, site(spec, "A", "140781"), site(spec, "B", "140781")).problem
    assert (problem.counts, problem.stays) == ((), ())


def test_in_a_prefecture_that_knows_counties_only_each_of_them_is_meant() -> None:
    spec = read_spec(wishes(limits=[{"by": "town", "at_least": 1}]))
    problem = board(spec, site(spec, "A", "140781"), site(spec, "B", "140702")).problem
    assert [rule.key for rule in problem.counts] == ["town:140781", "town:140702"]
