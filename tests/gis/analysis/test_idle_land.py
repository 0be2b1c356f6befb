"""Idle land: the lines of 53号令 on named days, the boundary, and what the sentence must say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.idle_land import SUPPLY_TYPES, IdleStatus, idle_status, idle_statuses, years_after
from gis.rules import RuleBook

RULES = RuleBook.default()
AGREED = {"agreed_start_on": pd.Timestamp("2024-03-01"), "price_wan": 1_500.0}


def with_rule(code: str, value: Any) -> RuleBook:
    return RuleBook({**RULES.values, code: value}, RULES.sources)


def test_the_year_is_full_on_the_day_after_its_anniversary() -> None:
    assert idle_status(AGREED, date(2025, 3, 1)).status is IdleStatus.OVERDUE
    assert idle_status(AGREED, date(2025, 3, 2)).status is IdleStatus.IDLE_A
    assert idle_status(AGREED, date(2026, 3, 1)).status is IdleStatus.IDLE_A
    assert idle_status(AGREED, date(2026, 3, 2)).status is IdleStatus.RECOVER_A


def test_a_county_may_count_the_anniversary_itself_as_full() -> None:
    rules = with_rule("idle.full_year", "on")
    assert idle_status(AGREED, date(2025, 2, 28), rules).status is IdleStatus.OVERDUE
    assert idle_status(AGREED, date(2025, 3, 1), rules).status is IdleStatus.IDLE_A
    assert idle_status(AGREED, date(2026, 3, 1), rules).status is IdleStatus.RECOVER_A


def test_the_lines_and_the_days_left_are_told() -> None:
    result = idle_status(AGREED, date(2025, 2, 19))
    assert (result.due_start_on, result.one_year_line_on) == (date(2024, 3, 1), date(2025, 3, 1))
    assert result.two_year_line_on == date(2026, 3, 1)
    assert (result.days_to_one_year, result.days_to_two_years) == (10, 375)
    assert idle_status(AGREED, date(2025, 3, 11)).days_to_one_year == -10


def test_the_agreed_day_itself_is_not_overdue_and_the_next_is() -> None:
    assert idle_status(AGREED, date(2024, 3, 1)).status is IdleStatus.NOT_DUE
    assert idle_status(AGREED, date(2024, 3, 2)).status is IdleStatus.OVERDUE


def test_the_fee_is_a_fifth_of_the_price_until_the_land_is_taken_back() -> None:
    assert idle_status(AGREED, date(2025, 3, 2)).fee_preview_wan == pytest.approx(300.0)
    assert idle_status(AGREED, date(2024, 1, 1)).fee_preview_wan == pytest.approx(300.0)
    assert idle_status(AGREED, date(2026, 3, 2)).fee_preview_wan is None
    assert idle_status({**AGREED, "price_wan": None}, date(2025, 3, 2)).fee_preview_wan is None


def test_no_fee_is_foretold_where_the_government_is_the_cause() -> None:
    caused = {**AGREED, "government_cause": True}
    assert idle_status(caused, date(2024, 1, 1)).status is IdleStatus.NOT_DUE
    assert idle_status(caused, date(2024, 1, 1)).fee_preview_wan is None
    assert idle_status(caused, date(2025, 3, 2)).fee_preview_wan is None


def test_without_an_agreed_day_a_year_after_the_handover_counts() -> None:
    handed = {"handed_over_on": pd.Timestamp("2024-02-29")}
    result = idle_status(handed, date(2026, 2, 28))
    assert (result.due_start_on, result.one_year_line_on) == (date(2025, 2, 28), date(2026, 2, 28))
    assert result.status is IdleStatus.OVERDUE
    assert idle_status(handed, date(2026, 3, 1)).status is IdleStatus.IDLE_A
    assert "2024-02-29" in result.reason.zh


def test_without_any_day_nothing_is_said() -> None:
    result = idle_status({"price_wan": 100.0}, date(2026, 3, 1))
    assert result.status is IdleStatus.UNKNOWN
    assert (result.days_to_one_year, result.fee_preview_wan) == (None, None)


def test_started_little_invested_and_stopped_for_a_year_is_suspected() -> None:
    """RULES §11: area 40 %, invest 24 %, stopped 13 months → 疑似B."""
    supply = {
        **AGREED,
        "legal_start_on": pd.Timestamp("2024-02-01"),
        "due_area_m2": 30_000.0,
        "developed_area_m2": 12_000.0,
        "total_wan": 10_000.0,
        "invested_wan": 2_400.0,
        "stopped_since": pd.Timestamp("2024-06-01"),
    }
    result = idle_status(supply, date(2025, 7, 1))
    assert result.status is IdleStatus.IDLE_B
    assert (result.developed_share, result.invested_share) == (pytest.approx(0.4), pytest.approx(0.24))
    assert "40.0%" in result.reason.zh
    assert "24.0%" in result.reason.zh
    assert (result.days_to_one_year, result.fee_preview_wan) == (None, None)
    assert idle_status(supply, date(2025, 6, 1)).status is IdleStatus.STARTED  # stopped for a year, not over it
    assert idle_status({**supply, "invested_wan": 2_500.0}, date(2025, 7, 1)).status is IdleStatus.STARTED
    assert idle_status({**supply, "developed_area_m2": 9_999.0}, date(2025, 7, 1)).status is IdleStatus.IDLE_B


def test_a_third_exactly_and_unknown_shares_are_not_little() -> None:
    supply = {
        "legal_start_on": pd.Timestamp("2023-01-01"),
        "stopped_since": pd.Timestamp("2023-06-01"),
        "due_area_m2": 30_000.0,
        "developed_area_m2": 10_000.0,
    }
    assert idle_status(supply, date(2025, 1, 1)).status is IdleStatus.STARTED
    assert idle_status({**supply, "due_area_m2": 0.0}, date(2025, 1, 1)).status is IdleStatus.STARTED
    assert idle_status({**supply, "developed_area_m2": None}, date(2025, 1, 1)).status is IdleStatus.STARTED


def test_only_the_legal_start_counts() -> None:
    """The statistical start and the building permit are other dates (RULES §0, trap 5)."""
    other = {**AGREED, "stat_start_on": pd.Timestamp("2024-02-01"), "permit_start_on": pd.Timestamp("2024-02-02")}
    assert idle_status(other, date(2025, 3, 2)).status is IdleStatus.IDLE_A
    begun = {**other, "legal_start_on": pd.Timestamp("2025-03-02")}
    assert idle_status(begun, date(2025, 3, 2)).status is IdleStatus.STARTED
    assert idle_status({**begun, "legal_start_on": pd.Timestamp("2025-03-03")}, date(2025, 3, 2)).status is (
        IdleStatus.IDLE_A
    )


def test_a_government_cause_takes_the_place_of_the_suspicion() -> None:
    supply = {**AGREED, "government_cause": True, "cause": "规划调整"}
    late = idle_status(supply, date(2026, 6, 1))
    assert late.status is IdleStatus.GOVERNMENT_CAUSE
    assert late.fee_preview_wan is None
    assert "规划调整" in late.reason.zh
    assert idle_status(supply, date(2024, 2, 1)).status is IdleStatus.NOT_DUE


def test_only_a_written_finding_makes_it_certain() -> None:
    supply = {**AGREED, "certified_on": pd.Timestamp("2025-05-06"), "certified_document": "闲认〔2025〕3号"}
    before, after = idle_status(supply, date(2025, 5, 5)), idle_status(supply, date(2025, 5, 6))
    assert (before.is_certified, after.is_certified) == (False, True)
    assert "疑似" in before.reason.zh
    assert "闲认〔2025〕3号" in after.reason.zh


def test_thresholds_are_rule_parameters() -> None:
    assert idle_status(AGREED, date(2025, 3, 2), with_rule("idle.one_year_line", 2)).status is IdleStatus.OVERDUE
    fee = idle_status(AGREED, date(2025, 3, 2), with_rule("idle.fee_share", 0.1)).fee_preview_wan
    assert fee == pytest.approx(150.0)


def test_an_empty_table_gives_an_empty_table() -> None:
    frame = idle_statuses(pd.DataFrame({"parcel_no": pd.Series([], dtype="str")}), date(2026, 1, 1), RULES)
    assert len(frame) == 0
    assert {"status", "reason", "days_to_one_year"} <= set(frame.columns)


def test_a_period_of_years_ends_with_the_same_day_or_the_months_last() -> None:
    days = np.array(["2024-02-29", "2023-02-28", "2024-12-31", "NaT"], dtype="datetime64[D]")
    assert years_after(days, 1).astype(str).tolist() == ["2025-02-28", "2024-02-28", "2025-12-31", "NaT"]
    assert years_after(days, 4).astype(str).tolist() == ["2028-02-29", "2027-02-28", "2028-12-31", "NaT"]


DAYS = st.none() | st.dates(date(2018, 1, 1), date(2027, 12, 31)).map(pd.Timestamp)
AMOUNTS = st.none() | st.floats(0, 1e6)
SUPPLIES = st.fixed_dictionaries(
    {
        name: DAYS if type_ == "date" else AMOUNTS if type_ in ("money", "real") else st.none() | st.booleans()
        for name, type_ in SUPPLY_TYPES.items()
        if type_ not in ("text",)
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SUPPLIES, max_size=4), st.dates(date(2018, 1, 1), date(2027, 12, 31)))
def test_a_row_stands_alike_alone_and_in_a_table(supplies: list[dict[str, Any]], on: date) -> None:
    frame = idle_statuses(pd.DataFrame(supplies, columns=[*SUPPLY_TYPES]), on, RULES)
    assert len(frame) == len(supplies)
    for place, supply in enumerate(supplies):
        alone = idle_status(supply, on)
        assert frame["status"].iloc[place] == alone.status
        assert frame["reason"].iloc[place] == alone.reason
        assert alone.reason.zh
        assert alone.reason.en


@settings(max_examples=60, deadline=None)
@given(SUPPLIES, st.dates(date(2018, 1, 1), date(2027, 12, 31)))
def test_while_nothing_begins_a_parcel_never_stands_better_the_next_day(supply: dict[str, Any], on: date) -> None:
    still = {**supply, "legal_start_on": None, "government_cause": None}
    order = [IdleStatus.NOT_DUE, IdleStatus.OVERDUE, IdleStatus.IDLE_A, IdleStatus.RECOVER_A]
    today, tomorrow = idle_status(still, on).status, idle_status(still, on + timedelta(days=1)).status
    if today is IdleStatus.UNKNOWN:
        assert tomorrow is IdleStatus.UNKNOWN
    else:
        assert 0 <= order.index(tomorrow) - order.index(today) <= 1
