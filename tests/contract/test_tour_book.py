"""Tours, their plans and what was visited, on every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from gis.errors import Conflict, InvalidParameter, NotAllowed, NotFound
from gis.model import LOCAL_ACTOR, Actor, Role
from gis.store.port import Store
from gis.tours.itinerary import CoachDay, Plan, Spotted, Stop
from gis.tours.spec import TourSpec, read_spec
from gis.workflows.remember_visits import forget_visits, remember_visits, visits_of
from gis.workflows.tour_book import (
    NewPlan,
    change_tour,
    list_tours,
    new_tour,
    read_plan,
    read_tour,
    save_plan,
    withdraw_plan,
    withdraw_tour,
)
from tests.contract.store_samples import OFFICER, projects, put

PLANNER = Actor("赵规划", Role.PLANNER)
SPEC = read_spec(
    {
        "title": "下半年观摩",
        "days": [{"date": "2026-12-08", "from": "08:30", "until": "12:00", "start": "town:1", "end": "town:1"}],
    }
)
SEAT = Spotted("town:1", "县城", (112.0, 37.0))


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-12-08T{clock}")


def stop(code: str, begin: str, leave: str) -> Stop:
    times: dict[str, Any] = {"arrive": at(begin), "begin": at(begin), "leave": at(leave)}
    return Stop(code, f"项目{code}", "1", "城关镇", **times, drive_min=10, drive_km=5.0, visit_min=20, boarding_min=3,
                value=8.5, lonlat=(112.1, 37.1), flags=("late",))  # fmt: skip


def plan(*codes: str) -> Plan:
    stops = tuple(stop(code, f"{8 + i:02d}:40", f"{9 + i:02d}:03") for i, code in enumerate(codes))
    return Plan(
        (CoachDay(date(2026, 12, 8), 1, SEAT, at("08:30"), stops, SEAT, at("11:30"), 10, 5.0, at("12:00")),), ()
    )


def test_tours_are_numbered_and_listed_the_latest_first(store: Store) -> None:
    earlier = replace(SPEC, title="上半年观摩", days=(replace(SPEC.days[0], on=date(2026, 6, 9)),))
    assert [new_tour(store, PLANNER, spec) for spec in (SPEC, earlier)] == ["T1", "T2"]
    assert [(each["tour_no"], each["title"]) for each in list_tours(store)] == [
        ("T1", "下半年观摩"),
        ("T2", "上半年观摩"),
    ]
    assert read_tour(store, "T1").spec == SPEC


def test_a_tour_s_wishes_are_changed_by_who_saw_the_last_ones(store: Store) -> None:
    new_tour(store, PLANNER, SPEC)
    seen = read_tour(store, "T1").recorded_at
    changed: TourSpec = change_tour(store, PLANNER, "T1", replace(SPEC, visit_min=30), seen=seen).spec
    assert changed.visit_min == 30
    with pytest.raises(Conflict):
        change_tour(store, PLANNER, "T1", SPEC, seen=seen)


def test_a_number_is_not_given_again_after_its_tour_was_withdrawn(store: Store) -> None:
    new_tour(store, PLANNER, SPEC)
    withdraw_tour(store, PLANNER, "T1", reason="改期", seen=read_tour(store, "T1").recorded_at)
    with pytest.raises(NotFound):
        read_tour(store, "T1")
    assert new_tour(store, PLANNER, SPEC) == "T2"


def test_plans_stay_as_they_were_made_each_with_where_it_came_from(store: Store) -> None:
    new_tour(store, PLANNER, SPEC)
    first = save_plan(store, PLANNER, "T1", NewPlan("初稿", SPEC, plan("A", "B")))
    second = save_plan(store, PLANNER, "T1", NewPlan("二稿", replace(SPEC, visit_min=30), plan("B"), first, "去掉 A"))
    assert (first, second) == ("T1-1", "T1-2")
    kept = read_plan(store, "T1-1")
    assert (kept.plan, kept.spec, kept.made_from) == (plan("A", "B"), SPEC, "")
    assert (read_plan(store, "T1-2").made_from, read_plan(store, "T1-2").note) == ("T1-1", "去掉 A")
    ((listed),) = list_tours(store)
    assert [(p["plan_no"], p["stops"], p["value"], p["minutes"]) for p in listed["plans"]] == [
        ("T1-1", 2, 17.0, 180),
        ("T1-2", 1, 8.5, 180),
    ]
    assert listed["plans"][0]["recorded_at"] == kept.recorded_at
    withdraw_plan(store, PLANNER, "T1-2", reason="重做", seen=read_plan(store, "T1-2").recorded_at)
    with pytest.raises(NotFound):
        read_plan(store, "T1-2")
    assert save_plan(store, PLANNER, "T1", NewPlan("三稿", SPEC, plan())) == "T1-3"


def test_what_a_plan_refers_to_must_be_there(store: Store) -> None:
    with pytest.raises(NotFound):
        save_plan(store, PLANNER, "T1", NewPlan("初稿", SPEC, plan()))
    new_tour(store, PLANNER, SPEC)
    with pytest.raises(NotFound):
        save_plan(store, PLANNER, "T1", NewPlan("初稿", SPEC, plan(), "T1-7"))
    with pytest.raises(InvalidParameter):
        save_plan(store, PLANNER, "T1", NewPlan("  ", SPEC, plan()))
    assert list_tours(store)[0]["plans"] == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.LAND_OFFICER])
def test_tours_are_planned_by_planners(store: Store, role: Role) -> None:
    with pytest.raises(NotAllowed):
        new_tour(store, Actor("某人", role), SPEC)


def test_visits_are_remembered_anew_and_forgotten(store: Store) -> None:
    put(store, "project", projects(("A", "B", "C")))
    new_tour(store, LOCAL_ACTOR, SPEC)
    for codes in (("A", "B"), ("B", "C")):
        save_plan(store, PLANNER, "T1", NewPlan("方案", SPEC, plan(*codes)))
    assert remember_visits(store, PLANNER, "T1-1") == 2
    assert remember_visits(store, PLANNER, "T1-2") == 2
    assert sorted(visits_of(store)["project_code"]) == ["B", "C"]
    assert {str(day)[:10] for day in visits_of(store)["on_date"]} == {"2026-12-08"}
    assert remember_visits(store, PLANNER, "T1-1") == 2
    assert sorted(visits_of(store)["project_code"]) == ["A", "B"]
    assert forget_visits(store, PLANNER, "T1", reason="因雨取消") == 2
    assert visits_of(store).empty
    with pytest.raises(NotAllowed):
        remember_visits(store, OFFICER, "T1-1")


def test_visits_of_a_withdrawn_tour_count_no_more(store: Store) -> None:
    put(store, "project", projects(("A",)))
    new_tour(store, PLANNER, SPEC)
    save_plan(store, PLANNER, "T1", NewPlan("方案", SPEC, plan("A")))
    remember_visits(store, PLANNER, "T1-1")
    assert len(visits_of(store)) == 1
    withdraw_tour(store, PLANNER, "T1", reason="误录", seen=read_tour(store, "T1").recorded_at)
    assert visits_of(store).empty


def retire(store: Store, *codes: str) -> None:
    with store.writing(OFFICER) as writer:
        writer.retire("project", codes, date(2026, 12, 1))


def test_a_project_that_a_tour_visited_is_retired_its_visits_stay_and_can_be_forgotten(store: Store) -> None:
    put(store, "project", projects(("A", "B")))
    new_tour(store, PLANNER, SPEC)
    save_plan(store, PLANNER, "T1", NewPlan("方案", SPEC, plan("A", "B")))
    remember_visits(store, PLANNER, "T1-1")
    retire(store, "A")
    assert sorted(visits_of(store)["project_code"]) == ["A", "B"]
    # Said again: what was seen has been seen.
    remember_visits(store, PLANNER, "T1-1")
    assert sorted(visits_of(store)["project_code"]) == ["A", "B"]
    assert list(store.check_integrity()) == []
    assert read_plan(store, "T1-1").plan == plan("A", "B")
    assert forget_visits(store, PLANNER, "T1", reason="因雨取消") == 2
    assert visits_of(store).empty
    assert list(store.check_integrity()) == []


def test_of_a_plan_of_which_a_project_was_retired_the_others_are_remembered(store: Store) -> None:
    put(store, "project", projects(("A", "B", "C")))
    new_tour(store, PLANNER, SPEC)
    for codes in (("A", "B"), ("B", "C")):
        save_plan(store, PLANNER, "T1", NewPlan("方案", SPEC, plan(*codes)))
    remember_visits(store, PLANNER, "T1-1")
    retire(store, "A", "C")
    # A is taken back though it is gone; C cannot be remembered any more.
    assert remember_visits(store, PLANNER, "T1-2") == 1
    assert visits_of(store)["project_code"].tolist() == ["B"]
