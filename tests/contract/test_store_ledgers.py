from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.errors import InvalidRow
from gis.model import Query
from gis.rules import RuleBook
from gis.store.port import Store
from tests.contract.store_samples import OFFICER, append, hold, parcels, projects, put, release, stages


@pytest.fixture
def county(store: Store) -> Store:
    """Two parcels and a project."""
    put(store, "parcel", parcels(2))
    put(store, "project", projects())
    return store


def parcel(store: Store, on: date | None = None, parcel_no: str = "P0") -> dict[str, Any]:
    """The derived columns of one parcel, days as text."""
    row = store.read("parcel", Query(on=on, keys=(parcel_no,))).iloc[0]
    return {name: _plain(row[name]) for name in ("stage", "stage_on", "hold_reason", "held_since")}


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return str(value.date()) if isinstance(value, pd.Timestamp) else value


def plans(*rows: tuple[int, float, str | None]) -> pd.DataFrame:
    """(year, plan, day it was set)"""
    frame = pd.DataFrame(rows, columns=["year", "plan_wan", "set_on"])
    return frame.assign(project_code="X1", set_on=pd.to_datetime(frame["set_on"]))


def plan(store: Store, on: date | None = None) -> list[float]:
    """The plans that rule, by year."""
    return list(store.read("project_plan", Query(on=on))["plan_wan"])


def report(month: str, invested: float, **more: Any) -> pd.DataFrame:
    """One month's report of project X1."""
    day = pd.Timestamp(month) + pd.offsets.MonthEnd(0)
    row = {"project_code": "X1", "period": "month", "period_end_on": day, "invested_wan": invested, **more}
    return pd.DataFrame([row])


def milestone(promised: str, said: str | None, done: str | None = None) -> pd.DataFrame:
    """One promise of project X1 to start."""
    row = {"project_code": "X1", "name": "开工", "promised_on": promised, "said_on": said, "done_on": done}
    return pd.DataFrame([row]).assign(**{n: pd.to_datetime(pd.Series([row[n]])) for n in row if n.endswith("_on")})


def test_the_stage_of_a_parcel_is_that_of_its_latest_event(county: Store) -> None:
    begun = (("survey", "2026-03-01"), ("pre_notice", "2026-02-01"), ("plan_notice", "2026-04-01"))
    assert append(county, "parcel_event", stages("P0", *begun)).outcomes == ("stored",) * 3
    assert parcel(county) == {"stage": "plan_notice", "stage_on": "2026-04-01", "hold_reason": None, "held_since": None}
    assert parcel(county, parcel_no="P1")["stage"] == "not_started"


def test_of_two_events_on_one_day_the_one_written_last_rules(county: Store) -> None:
    append(county, "parcel_event", stages("P0", ("cleared", "2026-03-01"), ("approved", "2026-03-01")))
    assert parcel(county)["stage"] == "approved"
    append(county, "parcel_event", stages("P0", ("supplied", "2026-03-01")))
    assert parcel(county)["stage"] == "supplied"


def test_the_stage_can_be_read_as_of_any_day(county: Store) -> None:
    append(county, "parcel_event", stages("P0", ("pre_notice", "2026-02-01"), ("survey", "2026-03-01")))
    days = {date(2026, 1, 31): None, date(2026, 2, 1): "2026-02-01", date(2026, 2, 28): "2026-02-01"}
    assert {day: parcel(county, day)["stage_on"] for day in days} == days
    assert parcel(county, date(2026, 1, 31))["stage"] == "not_started"
    assert parcel(county, date(2026, 3, 1))["stage"] == "survey"


def test_a_parcel_is_held_from_its_last_hold_until_it_is_released(county: Store) -> None:
    for event in (hold("P0", "2026-02-10"), release("P0", "2026-03-10"), hold("P0", "2026-04-10", "lawsuit")):
        append(county, "parcel_event", event)
    held = {day: parcel(county, day)["hold_reason"] for day in (date(2026, 2, 9), date(2026, 2, 10), date(2026, 3, 10))}
    assert held == {date(2026, 2, 9): None, date(2026, 2, 10): "dispute", date(2026, 3, 10): None}
    assert (parcel(county)["hold_reason"], parcel(county)["held_since"]) == ("lawsuit", "2026-04-10")
    append(county, "parcel_event", release("P0", "2026-05-10"))
    assert (parcel(county)["hold_reason"], parcel(county)["held_since"]) == (None, None)


def test_a_hold_leaves_the_stage_alone_and_a_stage_leaves_the_hold(county: Store) -> None:
    append(county, "parcel_event", stages("P0", ("survey", "2026-02-01")))
    append(county, "parcel_event", hold("P0", "2026-02-10"))
    append(county, "parcel_event", stages("P0", ("plan_notice", "2026-03-01")))
    assert parcel(county) == {
        "stage": "plan_notice",
        "stage_on": "2026-03-01",
        "hold_reason": "dispute",
        "held_since": "2026-02-10",
    }


def test_stages_in_the_past_follow_events_even_where_the_row_was_replaced(county: Store) -> None:
    append(county, "parcel_event", stages("P0", ("pre_notice", "2026-02-01"), ("survey", "2026-03-01")))
    append(county, "parcel_event", hold("P0", "2026-02-10"))
    put(county, "parcel", parcels(1, name="新名"), on=date(2026, 4, 1))
    past = Query(on=date(2026, 2, 15), columns=("name", "stage", "held_since"), keys=("P0",))
    row = county.read("parcel", past).iloc[0]
    assert (row["stage"], row["held_since"]) == ("pre_notice", pd.Timestamp("2026-02-10"))
    assert pd.isna(row["name"])
    only = county.read("parcel", Query(on=date(2026, 2, 15), columns=("stage_on",), keys=("P0",)))
    assert only["stage_on"][0] == pd.Timestamp("2026-02-01")


def test_a_put_does_not_touch_the_stage(county: Store) -> None:
    append(county, "parcel_event", stages("P0", ("cleared", "2026-03-01")))
    put(county, "parcel", parcels(2, name="东地"))
    assert parcel(county)["stage"] == "cleared"


def test_the_stage_of_a_project_follows_its_events(county: Store) -> None:
    days = pd.to_datetime(["2026-02-01", "2026-05-01", "2026-06-01"])
    events = pd.DataFrame({"project_code": "X1", "stage": ["signed", "started", "suspended"], "on_date": days})
    append(county, "project_event", events)
    project = county.read("project").iloc[0]
    assert (project["stage"], project["stage_on"]) == ("suspended", pd.Timestamp("2026-06-01"))
    on = {d: county.read("project", Query(on=d))["stage"][0] for d in (date(2026, 1, 1), date(2026, 5, 31))}
    assert on == {date(2026, 1, 1): "planned", date(2026, 5, 31): "started"}


def test_events_come_all_up_to_a_day_in_order_with_who_wrote_them(county: Store) -> None:
    append(county, "parcel_event", stages("P1", ("survey", "2026-03-01")))
    append(county, "parcel_event", stages("P0", ("survey", "2026-03-01"), ("pre_notice", "2026-02-01")))
    events = county.read("parcel_event", Query(on=date(2026, 3, 1)))
    assert list(zip(events["parcel_no"], events["stage"], strict=True)) == [
        ("P0", "pre_notice"),
        ("P0", "survey"),
        ("P1", "survey"),
    ]
    assert set(events["recorded_by"]) == {OFFICER.name}
    assert set(events["recorded_role"]) == {OFFICER.role.value}
    assert set(events["recorded_jurisdiction"]) == {OFFICER.jurisdiction}
    assert events["recorded_at"].notna().all()
    assert len(county.read("parcel_event", Query(on=date(2026, 2, 1)))) == 1
    assert list(county.read("parcel_event", Query(keys=("P1",)))["parcel_no"]) == ["P1"]
    assert list(county.read("parcel_event", Query(where=(("stage", "survey"),)))["parcel_no"]) == ["P0", "P1"]


def test_the_same_events_again_change_nothing_and_a_new_document_is_a_correction(county: Store) -> None:
    event = stages("P0", ("survey", "2026-03-01"))
    assert append(county, "parcel_event", event).outcomes == ("stored",)
    assert append(county, "parcel_event", event).outcomes == ("unchanged",)
    assert append(county, "parcel_event", event.assign(document="介政征〔2026〕3号")).outcomes == ("updated",)
    assert county.count("parcel_event") == 2


def test_of_a_report_the_last_correction_rules_as_of_any_day_after_its_period(county: Store) -> None:
    assert append(county, "progress_report", report("2026-05", 100.0)).outcomes == ("stored",)
    append(county, "progress_report", report("2026-06", 150.0))
    assert append(county, "progress_report", report("2026-05", 110.0, photos=["a.jpg"])).outcomes == ("updated",)
    assert append(county, "progress_report", report("2026-05", 110.0, photos=["a.jpg"])).outcomes == ("unchanged",)
    reports = county.read("progress_report", Query(on=date(2026, 5, 31)))
    assert list(reports["invested_wan"]) == [110.0]
    assert reports["photos"][0] == ["a.jpg"]
    assert list(county.read("progress_report")["invested_wan"]) == [110.0, 150.0]
    assert county.read("progress_report", Query(on=date(2026, 5, 30))).empty


def test_a_plan_set_in_july_does_not_rule_in_may(county: Store) -> None:
    append(county, "project_plan", plans((2026, 1000.0, "2026-01-10")))
    append(county, "project_plan", plans((2026, 1200.0, "2026-07-01")))
    assert [plan(county, day) for day in (date(2026, 1, 9), date(2026, 5, 31), date(2026, 7, 1), None)] == [
        [],
        [1000.0],
        [1200.0],
        [1200.0],
    ]


def test_plans_rule_by_their_day_whatever_order_they_came_in(county: Store) -> None:
    both = plans((2026, 1200.0, "2026-07-01"), (2026, 1000.0, "2026-01-10"))
    append(county, "project_plan", both)
    assert (plan(county), plan(county, date(2026, 5, 31))) == ([1200.0], [1000.0])
    assert append(county, "project_plan", both).outcomes == ("unchanged", "unchanged")


def test_a_plan_without_a_day_corrects_the_one_before_it(county: Store) -> None:
    append(county, "project_plan", plans((2026, 1000.0, None)))
    assert plan(county, date(2020, 1, 1)) == [1000.0]
    assert append(county, "project_plan", plans((2026, 1100.0, None))).outcomes == ("updated",)
    assert plan(county, date(2020, 1, 1)) == [1100.0]
    append(county, "project_plan", plans((2026, 1200.0, "2026-07-01")))
    append(county, "project_plan", plans((2026, 1300.0, None)))
    assert (plan(county), plan(county, date(2026, 6, 30))) == ([1300.0], [1100.0])


def test_a_plan_may_go_back_to_what_it_was(county: Store) -> None:
    for amount in (100.0, 120.0, 100.0):
        append(county, "project_plan", plans((2026, amount, None)))
    assert (plan(county), county.count("project_plan")) == ([100.0], 3)


def test_what_was_promised_in_january_can_be_compared_with_july(county: Store) -> None:
    append(county, "milestone", milestone("2026-06-30", "2026-01-15"))
    append(county, "milestone", milestone("2026-10-31", "2026-07-01"))
    promised = {
        d: county.read("milestone", Query(on=d))["promised_on"][0] for d in (date(2026, 6, 1), date(2026, 8, 1))
    }
    assert promised == {date(2026, 6, 1): pd.Timestamp("2026-06-30"), date(2026, 8, 1): pd.Timestamp("2026-10-31")}


def test_a_milestone_is_not_done_before_its_done_date(county: Store) -> None:
    append(county, "milestone", milestone("2026-06-30", "2026-01-15"))
    append(county, "milestone", milestone("2026-06-30", "2026-01-15", done="2026-06-20"))
    done = [county.read("milestone", Query(on=d))["done_on"][0] for d in (date(2026, 6, 19), date(2026, 6, 20))]
    assert (pd.isna(done[0]), done[1]) == (True, pd.Timestamp("2026-06-20"))
    assert county.read("milestone")["done_on"][0] == pd.Timestamp("2026-06-20")


def test_a_changed_rule_is_one_more_row_and_the_shipped_ones_are_known(store: Store) -> None:
    before = store.count("rule_parameter")
    row = {"code": "land.tight_float_days", "value": 45, "source": "县政府会议纪要", "effective_from": "2026-07-01"}
    frame = pd.DataFrame([row]).assign(effective_from=pd.Timestamp("2026-07-01"))
    assert append(store, "rule_parameter", frame).outcomes == ("stored",)
    assert store.count("rule_parameter") == before + 1
    rules = store.read("rule_parameter")
    assert RuleBook.from_frame(rules, date(2026, 6, 30)).value("land.tight_float_days") == 30
    assert RuleBook.from_frame(rules, date(2026, 7, 1)).value("land.tight_float_days") == 45
    assert RuleBook.from_frame(rules, date(2026, 7, 1)).ready_stage == RuleBook.default().ready_stage


def test_money_of_fifteen_digits_survives_and_sums_as_on_paper(county: Store) -> None:
    append(county, "project_plan", plans((2024, 123456789.012345, None), (2025, 0.1, None), (2026, 0.2, None)))
    assert plan(county) == [123456789.012345, 0.1, 0.2]


@pytest.mark.parametrize(
    ("layer", "frame", "column"),
    [
        ("parcel_event", stages("P9", ("survey", "2026-03-01")), "parcel_no"),
        ("parcel_event", stages("P0", ("fly", "2026-03-01")), "stage"),
        ("parcel_event", stages("P0", ("survey", "2026-03-01")).drop(columns="stage"), "stage"),
        ("parcel_event", hold("P0", "2026-03-01").drop(columns="hold_reason"), "hold_reason"),
        ("parcel_event", stages("P0", ("survey", "2026-03-01")).drop(columns="on_date"), "on_date"),
        ("parcel_event", stages("P0", *[("survey", "2026-03-01")] * 2), "parcel_no+kind+stage+on_date"),
        ("project_plan", plans((2026, 1.0, None)).assign(project_code="X9"), "project_code"),
        ("project_plan", plans((2026, 1.0, None), (2026, 2.0, None)), "project_code+year+set_on"),
        ("project_plan", plans((2026, float("nan"), None)), "plan_wan"),
    ],
)
def test_a_wrong_ledger_row_is_refused_and_nothing_is_stored(
    county: Store, layer: str, frame: pd.DataFrame, column: str
) -> None:
    with pytest.raises(InvalidRow) as refused:
        append(county, layer, frame)
    assert refused.value.place.column == column
    assert county.count(layer) == 0


_DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 12))
_EVENTS = st.lists(
    st.tuples(st.sampled_from(["survey", "approved", "hold", "release"]), _DAYS), max_size=8, unique=True
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=_EVENTS, day=_DAYS)
def test_a_past_stage_is_what_the_events_up_to_that_day_say(
    store: Store, events: list[tuple[str, date]], day: date
) -> None:
    # One parcel an example: the store is shared by all of them.
    number = store.count("parcel")
    put(store, "parcel", parcels(1, first=number))
    key = f"P{number}"
    for kind, on in events:
        frame = {"hold": hold, "release": release}[kind](key, str(on)) if kind in ("hold", "release") else None
        append(store, "parcel_event", stages(key, (kind, str(on))) if frame is None else frame)
    known = [(on, place, kind) for place, (kind, on) in enumerate(events) if on <= day]
    staged = max((e for e in known if e[2] not in ("hold", "release")), default=None)
    word = max((e for e in known if e[2] in ("hold", "release")), default=None)
    held = word is not None and word[2] == "hold"
    assert parcel(store, day, key) == {
        "stage": staged[2] if staged else "not_started",
        "stage_on": str(staged[0]) if staged else None,
        "hold_reason": "dispute" if held else None,
        "held_since": str(word[0]) if word is not None and held else None,
    }
