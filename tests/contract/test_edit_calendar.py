"""The county's own days and its own step lengths, on every store."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gis.analysis.case import ProposedEvent
from gis.errors import InvalidParameter, LawBroken, NotAllowed
from gis.model import Actor, EventKind, OwnerKind, Role, Stage
from gis.rules import RuleBook
from gis.store.port import Store
from gis.workflows.edit_calendar import DayChange, edit_calendar, preview_holidays, show_calendar
from gis.workflows.list_durations import adopt_durations, list_durations
from gis.workflows.record_event import record_event
from tests.contract.store_samples import OFFICER, append, parcels, put, stages

ON = date(2026, 6, 30)


def day(store: Store, on: str) -> dict[str, object]:
    days = show_calendar(store, int(on[:4]))["days"]
    found: dict[str, object] = next(each for each in days if each["on"] == on)
    return found


def test_a_day_of_the_county_s_own_rules_over_the_published_one_until_it_goes(store: Store) -> None:
    assert day(store, "2026-03-02") == {"on": "2026-03-02", "worked": True, "source": "published", "name": None}
    assert day(store, "2026-02-28")["name"] == "春节"  # a Saturday that is worked
    done = edit_calendar(store, OFFICER, (DayChange(date(2026, 3, 2), False, "县庆"),), "县政府通知")
    assert done == {"changed": 1, "own": 1}
    assert day(store, "2026-03-02") == {"on": "2026-03-02", "worked": False, "source": "county", "name": "县庆"}
    edit_calendar(store, OFFICER, (DayChange(date(2026, 3, 2), None),), "取消")
    assert day(store, "2026-03-02")["source"] == "published"


def test_the_law_counts_the_county_s_own_days(store: Store) -> None:
    """10 working days from 2026-02-09 end on 2026-02-28; with that Saturday free, on Monday 2 March."""
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-02-09"), ("survey", "2026-02-12")))
    edit_calendar(store, OFFICER, (DayChange(date(2026, 2, 28), False),), "县政府通知")
    notice = ProposedEvent(EventKind.STAGE, date(2026, 3, 2), Stage.PLAN_NOTICE)
    with pytest.raises(LawBroken) as refused:
        record_event(store, OFFICER, "P0", notice)
    assert refused.value.breaches[0].legal_on == date(2026, 3, 3)


def test_a_year_that_is_entered_whole_is_provisional_no_more(store: Store) -> None:
    assert {each["source"] for each in show_calendar(store, 2093)["days"]} == {"computed"}
    edit_calendar(store, OFFICER, (DayChange(date(2093, 1, 1), False, "元旦"),), "国办发", {2093: True})
    told = show_calendar(store, 2093)
    assert (told["complete"], {each["source"] for each in told["days"]}) == (True, {"county"})
    edit_calendar(store, OFFICER, (), "有误", {2093: False})
    assert [each["source"] for each in show_calendar(store, 2093)["days"]].count("county") == 1


def test_a_file_is_compared_with_what_is_known_and_nothing_is_written(store: Store) -> None:
    before = store.version()
    table = "日期,是否上班\n2026-03-02,休\n2026-02-28,班\n2093-01-01,休\n"
    found = preview_holidays(store, table.encode(), "放假.csv")
    assert [(row["on"], row["state"]) for row in found["rows"]] == [
        *(("2026-02-28", "same"), ("2026-03-02", "changed"), ("2093-01-01", "new")),
    ]
    assert store.version() == before


def test_days_are_entered_by_those_who_may_with_a_source_and_within_bounds(store: Store) -> None:
    one = (DayChange(date(2026, 3, 2), False),)
    with pytest.raises(NotAllowed):
        edit_calendar(store, Actor("张填报", Role.EDITOR), one, "通知")
    many = tuple(DayChange(date(2026, 1, 1) + timedelta(days=n), False) for n in range(1_001))
    for changes, source in ((one, " "), ((), "通知"), (many, "通知"), ((DayChange(date(1980, 1, 1), True),), "通知")):
        with pytest.raises(InvalidParameter):
            edit_calendar(store, OFFICER, changes, source)
    with pytest.raises(InvalidParameter):
        show_calendar(store, 1900)


def test_the_county_s_medians_are_shown_offered_from_five_on_and_taken_over(store: Store) -> None:
    """Six parcels took 7, 8 … 12 days from pre-notice to survey (median 9.5, half up 10), two of them 30 on."""
    put(store, "parcel", parcels(6, town=["T1"] * 6))
    first = date(2026, 3, 2)
    for n in range(6):
        begun = [("pre_notice", first), ("survey", first + timedelta(days=7 + n))]
        begun += [("plan_notice", begun[1][1] + timedelta(days=30))] if n < 2 else []
        append(store, "parcel_event", stages(f"P{n}", *((stage, on.isoformat()) for stage, on in begun)))
    steps = {row["stage"]: row for row in list_durations(store, ON)["steps"] if row["owner_kind"] == "collective"}
    notice, survey = steps["pre_notice"], steps["survey"]
    assert (notice["n"], notice["median_days"], notice["typical_days"], notice["offered"]) == (6, 9.5, 20, True)
    assert (survey["n"], survey["median_days"], survey["offered"]) == (2, 30.0, False)
    towns = list_durations(store, ON)["towns"]
    assert [(row["town"], row["stage"], row["n"]) for row in towns] == [("T1", "pre_notice", 6), ("T1", "survey", 2)]
    adopt_durations(store, OFFICER, OwnerKind.COLLECTIVE, [Stage.PRE_NOTICE], ON)
    rules = RuleBook.from_frame(store.read("rule_parameter"), ON)
    typical = rules.typical_days(OwnerKind.COLLECTIVE)
    assert (typical[Stage.PRE_NOTICE], typical[Stage.SURVEY]) == (10, 20)
    assert rules.sources["typical.collective"] == "本地历史中位数（截至 2026-06-30）：征收预公告 n=6"
    before = RuleBook.from_frame(store.read("rule_parameter"), ON - timedelta(days=1))
    assert before.typical_days(OwnerKind.COLLECTIVE)[Stage.PRE_NOTICE] == 20
    for stages_wanted in ([], [Stage.CLEARED]):
        with pytest.raises(InvalidParameter):
            adopt_durations(store, OFFICER, OwnerKind.COLLECTIVE, stages_wanted, ON)
