"""The clock of parcels. Working days of February 2026: RULES §11 (holiday 15–23, make-up Saturdays 14 and 28)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.clock import time_parcels
from gis.model import HoldReason, OwnerKind, Stage, SupplyKind
from gis.rules import RuleBook
from tests.gis.analysis.land_samples import began, layer, parcel
from tests.gis.analysis.progress_samples import layer_frame


def clock_of(on: str, row: dict[str, Any], *events: dict[str, Any], rules: RuleBook | None = None) -> Any:
    """The clock of one parcel."""
    told = layer_frame("parcel_event", events) if events else None
    frame = time_parcels(layer("parcel", [row]), told, rules or RuleBook.default(), date.fromisoformat(on))
    return frame.iloc[0]


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_a_plan_notice_may_follow_a_pre_notice_after_ten_working_days() -> None:
    clock = clock_of(
        "2026-02-10", parcel("1", stage="survey", stage_on="2026-02-10"), began("1", "pre_notice", "2026-02-09")
    )
    assert clock["next_stage"] == "plan_notice"
    # 10–14 and 24–28 February are the ten days; the eleventh is no working day, but the wait is over.
    assert clock["next_legal_on"] == day("2026-03-01")


def test_without_events_the_wait_counts_from_the_present_stage() -> None:
    clock = clock_of("2026-02-10", parcel("1", stage="survey", stage_on="2026-02-10"))
    # 11–14, 24–28 February, 2 March
    assert clock["next_legal_on"] == day("2026-03-03")


def test_the_survey_need_not_wait_for_the_notice_to_run_out() -> None:
    clock = clock_of("2026-02-09", parcel("1", stage="pre_notice", stage_on="2026-02-09"))
    assert clock["next_stage"] == "survey"
    assert clock["next_legal_on"] == day("2026-02-09")
    # Plan notice 1 March, thirty days to 31 March, the rest on 1 April.
    assert clock["ready_earliest_on"] == day("2026-04-01")


def test_usual_durations_come_on_top_of_the_law() -> None:
    clock = clock_of("2026-02-09", parcel("1", stage="pre_notice", stage_on="2026-02-09"))
    # +20 survey 1 March, +20 plan notice 21 March, +35 agreement 25 April (law: 21 April),
    # +45 submitted 9 June, +75 approved 23 August, +45 cleared 7 October.
    assert clock["ready_expected_on"] == day("2026-10-07")


def test_the_law_rules_where_the_usual_time_is_shorter() -> None:
    quick = {"typical.collective": {"pre_notice": 1, "survey": 1, "plan_notice": 1, "agreement": 1, "submitted": 1}}
    book = RuleBook({**RuleBook.default().values, **quick}, RuleBook.default().sources)
    clock = clock_of("2026-02-09", parcel("1", stage="pre_notice", stage_on="2026-02-09"), rules=book)
    # Plan notice 1 March, agreement 1 April, submitted 2, approved 3, cleared one usual day later: submitted's.
    assert clock["ready_expected_on"] == day("2026-04-04")


def test_a_parcel_that_has_not_started_starts_today_whatever_its_record_says() -> None:
    fresh = clock_of("2026-02-09", parcel("1"))
    old = clock_of("2026-02-09", parcel("1", stage="not_started", stage_on="2020-01-01"))
    assert fresh["next_legal_on"] == old["next_legal_on"] == day("2026-02-09")
    assert fresh["ready_earliest_on"] == day("2026-04-01")
    # 15 usual days before the pre-notice (24 February): survey 16 March, plan notice 5 April, agreement 10 May,
    # submitted 24 June, approved 7 September, cleared 22 October.
    assert fresh["ready_expected_on"] == old["ready_expected_on"] == day("2026-10-22")


def test_a_step_long_overdue_is_expected_today_and_not_in_the_past() -> None:
    clock = clock_of("2026-06-30", parcel("1", stage="submitted", stage_on="2025-01-01"))
    assert clock["ready_earliest_on"] == day("2026-06-30")
    assert clock["ready_expected_on"] == day("2026-08-14")  # approved today, cleared 45 days later


def test_state_land_is_only_cleared() -> None:
    clock = clock_of("2026-06-30", parcel("1", owner_kind="state"))
    assert clock["next_stage"] == "cleared"
    assert clock["ready_earliest_on"] == day("2026-06-30")
    assert clock["ready_expected_on"] == day("2026-08-29")  # 60 days


def test_land_of_an_unknown_owner_counts_as_collective() -> None:
    assert clock_of("2026-06-30", parcel("1", owner_kind=None))["next_stage"] == "pre_notice"


def test_only_land_for_the_market_waits_for_notice_and_listing() -> None:
    market = parcel("1", stage="cleared", stage_on="2026-06-01", supply_kind="market")
    allotted = {**market, "supply_kind": "allotted"}
    # 30 days end on 1 July.
    assert clock_of("2026-06-10", market)["next_legal_on"] == day("2026-07-02")
    assert clock_of("2026-06-10", allotted)["next_legal_on"] == day("2026-06-10")


def test_a_held_parcel_has_no_expected_date_but_an_earliest_one() -> None:
    clock = clock_of("2026-06-30", parcel("1", stage="approved", stage_on="2026-06-01", hold_reason="lawsuit"))
    assert clock["held"]
    assert pd.isna(clock["ready_expected_on"])
    assert clock["ready_earliest_on"] == day("2026-06-30")


def test_ready_land_keeps_the_day_on_which_it_became_ready() -> None:
    supplied = parcel("1", stage="supplied", stage_on="2026-05-01")
    told = clock_of("2026-06-30", supplied, began("1", "cleared", "2026-01-10"), began("1", "supplied", "2026-05-01"))
    assert told["ready_earliest_on"] == told["ready_expected_on"] == day("2026-01-10")
    assert clock_of("2026-06-30", supplied)["ready_expected_on"] == day("2026-05-01")
    assert clock_of("2026-06-30", {**supplied, "stage_on": None})["ready_expected_on"] == day("2026-06-30")


def test_land_that_fell_back_is_ready_only_since_it_came_back() -> None:
    events = [
        ("cleared", "2026-01-10"),
        ("approved", "2026-02-01"),
        ("cleared", "2026-03-01"),
        ("supplied", "2026-04-01"),
    ]
    row = parcel("1", stage="supplied", stage_on="2026-04-01")
    clock = clock_of("2026-06-30", row, *(began("1", stage, on) for stage, on in events))
    assert clock["ready_expected_on"] == day("2026-03-01")


def test_land_that_fell_back_on_the_day_on_which_it_became_ready_is_ready_since_it_came_back() -> None:
    events = [("cleared", "2026-03-01"), ("approved", "2026-03-01"), ("cleared", "2026-04-01")]
    row = parcel("1", stage="cleared", stage_on="2026-04-01")
    clock = clock_of("2026-06-30", row, *(began("1", stage, on) for stage, on in events))
    assert clock["ready_expected_on"] == day("2026-04-01")


def test_a_notice_posted_again_counts_from_its_second_posting() -> None:
    events = [
        ("pre_notice", "2025-06-02"),
        ("survey", "2025-07-01"),
        ("pre_notice", "2026-02-09"),
        ("survey", "2026-02-10"),
    ]
    row = parcel("1", stage="survey", stage_on="2026-02-10")
    clock = clock_of("2026-02-11", row, *(began("1", stage, on) for stage, on in events))
    assert clock["next_legal_on"] == day("2026-03-01")


def test_an_event_after_the_day_is_not_known_yet() -> None:
    row = parcel("1", stage="cleared", stage_on="2026-05-01")
    clock = clock_of("2026-06-30", row, began("1", "cleared", "2026-05-01"), began("1", "supplied", "2026-07-15"))
    assert clock["ready_expected_on"] == day("2026-05-01")


def test_the_earliest_missed_step_is_overdue() -> None:
    planned = {
        "planned_survey_on": "2026-01-05",
        "planned_plan_notice_on": "2026-03-01",
        "planned_approved_on": "2026-06-30",
    }
    clock = clock_of("2026-06-30", parcel("1", stage="survey", stage_on="2026-02-10", **planned))
    assert (clock["overdue_stage"], clock["overdue_days"]) == ("plan_notice", 121)


def test_a_step_planned_for_today_is_not_overdue() -> None:
    clock = clock_of("2026-06-30", parcel("1", planned_pre_notice_on="2026-06-30"))
    assert (clock["overdue_stage"], clock["overdue_days"]) == ("", 0)


def test_state_land_misses_no_step_that_it_does_not_pass() -> None:
    row = parcel("1", owner_kind="state", planned_pre_notice_on="2026-01-01", planned_cleared_on="2026-06-01")
    assert clock_of("2026-06-30", row)["overdue_stage"] == "cleared"


@pytest.mark.parametrize(("posted", "provisional"), [("2026-12-01", False), ("2026-12-25", True)])
def test_a_wait_into_a_year_without_a_published_calendar_is_provisional(posted: str, provisional: bool) -> None:
    clock = clock_of(posted, parcel("1", stage="survey", stage_on=posted))
    assert clock["provisional"] == provisional


def test_days_that_a_county_entered_itself_rule_over_the_calendar() -> None:
    book = RuleBook({**RuleBook.default().values, "calendar.days": {"2026-02-28": False}}, RuleBook.default().sources)
    row = parcel("1", stage="survey", stage_on="2026-02-09")
    assert clock_of("2026-02-09", row, rules=book)["next_legal_on"] == day("2026-03-03")


def test_nothing_is_left_to_do_for_registered_land() -> None:
    clock = clock_of("2026-06-30", parcel("1", stage="registered", stage_on="2025-01-01"))
    assert clock["next_stage"] == ""
    assert pd.isna(clock["next_legal_on"])
    assert clock["reason"].zh == "地块 1 已登记"


def test_the_reason_says_what_a_parcel_waits_for_and_until_when() -> None:
    row = parcel("12", stage="survey", stage_on="2026-02-09", hold_reason="dispute", held_since="2026-02-08")
    reason = clock_of("2026-02-09", row)["reason"]
    assert reason.zh == "地块 12 待发补偿安置方案公告，最早 2026-03-01，自 2026-02-08 因争议受阻"
    assert reason.en == "parcel 12 waits for its plan notice until 2026-03-01, held since 2026-02-08: dispute"


def test_a_later_ready_stage_asks_for_more_steps() -> None:
    book = RuleBook({**RuleBook.default().values, "land.ready_stage": "supplied"}, RuleBook.default().sources)
    row = parcel("1", stage="cleared", stage_on="2026-06-01", supply_kind="market")
    clock = clock_of("2026-06-10", row, rules=book)
    assert not clock["is_ready"]
    assert clock["ready_earliest_on"] == day("2026-07-02")
    assert clock["ready_expected_on"] == day("2026-07-31")  # 60 usual days from 1 June


def test_parcels_come_sorted_whatever_their_order() -> None:
    frame = time_parcels(layer("parcel", [parcel("b"), parcel("a")]), None, RuleBook.default(), date(2026, 6, 30))
    assert list(frame.index) == ["a", "b"]


def test_no_parcels_give_an_empty_table_of_the_same_columns() -> None:
    empty = time_parcels(layer("parcel", []), None, RuleBook.default(), date(2026, 6, 30))
    one = time_parcels(layer("parcel", [parcel("1")]), None, RuleBook.default(), date(2026, 6, 30))
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == one.dtypes.to_dict()


def test_an_unknown_kind_of_supply_waits_for_no_listing() -> None:
    row = parcel("1", stage="cleared", stage_on="2026-06-01", supply_kind=None)
    assert clock_of("2026-06-10", row)["next_legal_on"] == day("2026-06-10")


def test_a_wait_for_one_kind_of_supply_leaves_the_dates_of_the_other_final() -> None:
    wait = {"after": "cleared", "before": "supplied", "days": 10, "kind": "working", "supply": "market"}
    book = RuleBook({**RuleBook.default().values, "wait.supply": wait}, RuleBook.default().sources)
    market = parcel("1", stage="cleared", stage_on="2026-12-25", supply_kind="market")
    assert clock_of("2026-12-25", market, rules=book)["provisional"]
    allotted = clock_of("2026-12-25", {**market, "supply_kind": "allotted"}, rules=book)
    assert not allotted["provisional"]
    assert allotted["next_legal_on"] == day("2026-12-25")


def test_events_of_other_parcels_and_of_holds_say_nothing() -> None:
    row = parcel("1", stage="supplied", stage_on="2026-05-01")
    hold = {"parcel_no": "1", "kind": "hold", "stage": None, "on_date": "2026-04-01", "hold_reason": "dispute"}
    clock = clock_of("2026-06-30", row, began("2", "cleared", "2026-01-10"), hold)
    assert clock["ready_expected_on"] == day("2026-05-01")


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(str)
PARCELS = st.fixed_dictionaries(
    {
        "stage": st.sampled_from([None, *(stage.value for stage in Stage)]),
        "stage_on": DAYS,
        "owner_kind": st.sampled_from([None, *(kind.value for kind in OwnerKind)]),
        "supply_kind": st.sampled_from([None, *(kind.value for kind in SupplyKind)]),
        "hold_reason": st.sampled_from([None, *(reason.value for reason in HoldReason)]),
        "held_since": DAYS,
        "planned_cleared_on": DAYS,
        "planned_survey_on": DAYS,
    }
)
STEPS = st.tuples(st.integers(0, 5), st.sampled_from([s.value for s in Stage]), DAYS.filter(bool))


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(PARCELS, min_size=2, max_size=6), steps=st.lists(STEPS, max_size=12))
def test_parcels_timed_together_have_the_clocks_that_each_has_alone(
    rows: list[dict[str, Any]], steps: list[tuple[int, str, Any]]
) -> None:
    on, rules = date(2026, 9, 30), RuleBook.default()
    land = layer("parcel", [parcel(str(number), **row) for number, row in enumerate(rows)])
    events = layer_frame("parcel_event", [began(str(number), stage, when) for number, stage, when in steps])
    together = time_parcels(land, events, rules, on)
    alone = [time_parcels(land.iloc[[n]], events[events["parcel_no"] == str(n)], rules, on) for n in range(len(rows))]
    pd.testing.assert_frame_equal(together, pd.concat(alone), check_exact=True)
