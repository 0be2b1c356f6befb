"""Progress of a year: figures from the field's speeches (DOMAIN §4) and small counties calculated by hand."""

from __future__ import annotations

from datetime import date
from math import isnan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.progress import assess_progress, expected_share, month_ends_before, months_elapsed, start_months_late
from gis.errors import InvalidValue
from gis.units import rounded
from tests.gis.analysis.progress_samples import inputs_of, project, reasons_of, report, row_of


@pytest.mark.parametrize(
    ("on", "months"),
    [
        ("2026-01-01", 0),
        ("2026-01-31", 1),
        ("2026-02-27", 1),
        ("2026-02-28", 2),
        ("2024-02-28", 1),
        ("2024-02-29", 2),
        ("2026-10-31", 10),
        ("2026-11-22", 10),
        ("2026-11-30", 11),
        ("2026-12-31", 12),
    ],
)
def test_a_month_has_elapsed_when_its_last_day_has(on: str, months: int) -> None:
    assert months_elapsed(date.fromisoformat(on)) == months
    assert expected_share(date.fromisoformat(on)) == months / 12


def test_expected_by_day_counts_the_day_itself_and_leap_years() -> None:
    assert expected_share(date(2026, 1, 1), "day") == 1 / 365
    assert expected_share(date(2026, 7, 2), "day") == 183 / 365
    assert expected_share(date(2024, 12, 31), "day") == 1


def test_month_ends_go_back_over_the_year_s_end() -> None:
    assert month_ends_before(date(2026, 2, 10), 3) == [date(2025, 12, 31), date(2025, 11, 30), date(2025, 10, 31)]
    assert month_ends_before(date(2026, 1, 10), 1) == [date(2025, 11, 30)]
    assert month_ends_before(date(2024, 3, 31), 1) == [date(2024, 2, 29)]


def test_end_of_may_with_35_5_percent_done_is_6_17_points_behind() -> None:
    """A speech's figures: plan 9.014 亿, 35.5 % done, expected 41.67 %; 0.0617 × plan = 5,560 万 short."""
    row = row_of("2026-05-31", 90_140, [report("A", "2026-05-31", 0.355 * 90_140)])
    assert rounded(100 * row["expected_share"], 2) == rounded(41.67, 2)
    assert rounded(row["gap_pp"], 2) == rounded(-6.17, 2)
    # exactly (5/12 − 0.355) × 90,140 = 5,558.63 万; the speech multiplied by the rounded 6.17 points
    assert row["shortfall_wan"] == pytest.approx(5_558.633333)
    assert rounded(row["shortfall_wan"] / 10, 0) == 556
    assert row["lamp"] == "yellow"


def test_end_of_july_546_5_of_850_yi_leaves_60_7_yi_a_month() -> None:
    """A speech's figures: 850 亿 plan, 546.5 亿 done → 64.3 % against 58.3 %, 303.5 亿 left."""
    row = row_of("2026-07-31", 8_500_000, [report("A", "2026-07-31", 5_465_000)])
    assert rounded(100 * row["done_share"], 1) == rounded(64.3, 1)
    assert rounded(100 * row["expected_share"], 1) == rounded(58.3, 1)
    assert row["required_monthly_wan"] == 607_000
    assert row["shortfall_wan"] < 0
    assert row["lamp"] == "green"


def test_97_2_percent_at_the_end_of_october_is_13_87_points_ahead_shown_13_9() -> None:
    row = row_of("2026-10-31", 1_000, [report("A", "2026-10-31", 972)])
    assert rounded(row["gap_pp"], 2) == rounded(13.87, 2)
    assert reasons_of(row) == ["绿: 超序时 13.9 个百分点（完成 97.2%，序时 83.3%；规则：不低于 0 个百分点为绿）"]


def test_more_than_the_plan_is_not_cut_at_100_percent() -> None:
    row = row_of("2026-06-30", 100, [report("A", "2026-06-30", 140)])
    assert row["done_share"] == 1.4
    assert row["required_monthly_wan"] == 0


def test_without_a_plan_there_is_no_share_and_no_lamp() -> None:
    row = row_of("2026-06-30", None, [report("A", "2026-06-30", 40)])
    assert isnan(row["done_share"])
    assert isnan(row["gap_pp"])
    assert isnan(row["shortfall_wan"])
    assert isnan(row["required_monthly_wan"])
    assert row["invested_wan"] == 40
    assert row["lamp"] == "none"
    assert reasons_of(row) == ["无灯: 2026 年没有年度计划投资"]


def test_a_plan_of_zero_is_no_plan_to_measure_by() -> None:
    row = row_of("2026-06-30", 0, [report("A", "2026-06-30", 40)])
    assert isnan(row["done_share"])
    assert row["lamp"] == "none"
    assert reasons_of(row) == ["无灯: 2026 年度计划投资为 0"]


def test_neither_plan_nor_report_leaves_the_investment_unknown() -> None:
    assert isnan(row_of("2026-06-30", None, [])["invested_wan"])


def test_a_plan_without_a_report_counts_as_nothing_done() -> None:
    row = row_of("2026-06-30", 120, [report("A", "2025-12-31", 90)])
    assert row["invested_wan"] == 0
    assert row["gap_pp"] == -50
    assert row["lamp"] == "red"
    assert isnan(row["stat_invested_wan"])
    assert "2026 年尚无进度报告，完成投资按 0 计，缺 6 期" in reasons_of(row)


def test_the_plan_of_another_year_does_not_count() -> None:
    frame = assess_progress(inputs_of("2026-06-30", [project("A")], [("A", 2025, 100), ("A", 2027, 100)]))
    assert isnan(frame.loc["A", "plan_wan"])


def test_a_report_after_the_day_is_not_seen() -> None:
    row = row_of("2026-06-15", 100, [report("A", "2026-05-31", 30), report("A", "2026-06-30", 60)])
    assert row["invested_wan"] == 30
    assert row["last_report_on"] == pd.Timestamp("2026-05-31")


def test_a_report_without_a_figure_leaves_the_figure_before_it() -> None:
    row = row_of("2026-06-30", 100, [report("A", "2026-05-31", 30), report("A", "2026-06-30", None)])
    assert row["invested_wan"] == 30
    assert row["last_report_on"] == pd.Timestamp("2026-06-30")


def test_the_monthly_report_rules_over_a_ten_day_report_of_the_same_day() -> None:
    ten_days = report("A", "2026-06-30", 45, period="ten_days")
    for reports in ([ten_days, report("A", "2026-06-30", 50)], [report("A", "2026-06-30", 50), ten_days]):
        assert row_of("2026-06-30", 100, reports)["invested_wan"] == 50


def test_statistics_stand_beside_the_dispatch_figure_untouched() -> None:
    row = row_of("2026-06-30", 100, [report("A", "2026-06-30", 50, stat_invested_wan=38.5)])
    assert (row["invested_wan"], row["stat_invested_wan"]) == (50, 38.5)


@pytest.mark.parametrize(
    ("invested", "gap", "lamp"),
    [(60, 0, "green"), (59.999, -0.000833333, "yellow"), (24, -30, "yellow"), (23.999, -30.000833333, "red")],
)
def test_lamps_change_exactly_on_their_thresholds(invested: float, gap: float, lamp: str) -> None:
    """Plan 120 by the end of June: 60 expected; 24 done is 20 %, 30 points behind."""
    row = row_of("2026-06-30", 120, [report("A", "2026-06-30", invested)])
    assert row["gap_pp"] == pytest.approx(gap, abs=1e-8)
    assert row["lamp"] == lamp


@settings(deadline=None, max_examples=25)
@given(months=st.integers(1, 12), twelfths=st.lists(st.integers(1, 10**7), min_size=1, max_size=30))
def test_done_exactly_as_expected_is_never_behind(months: int, twelfths: list[int]) -> None:
    """m/12 of any plan at the end of month m is gap 0, whatever binary fractions make of it."""
    on = f"2026-{months:02}-{[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][months - 1]}"
    codes = {f"P{i:02}": twelfth for i, twelfth in enumerate(twelfths)}
    plans = [(code, 2026, 12 * twelfth / 100) for code, twelfth in codes.items()]
    reports = [report(code, on, months * twelfth / 100) for code, twelfth in codes.items()]
    frame = assess_progress(inputs_of(on, [project(code) for code in codes], plans, reports))
    assert (frame["gap_pp"] == 0).all()
    assert (frame["lamp"] == "green").all()


def test_in_january_nothing_is_expected_and_nobody_is_behind() -> None:
    row = row_of("2026-01-20", 100, [])
    assert row["gap_pp"] == 0
    assert row["lamp"] == "green"
    assert not any("缺" in text for text in reasons_of(row))


def test_at_the_year_s_end_no_month_is_left_to_catch_up() -> None:
    behind = row_of("2026-12-31", 100, [report("A", "2026-12-31", 90)])
    assert isnan(behind["required_monthly_wan"])
    assert row_of("2026-12-31", 100, [report("A", "2026-12-31", 100)])["required_monthly_wan"] == 0


@pytest.mark.parametrize(("stage", "text"), [("suspended", "项目已暂停"), ("cancelled", "项目已取消")])
def test_a_halted_project_has_no_lamp_and_says_why(stage: str, text: str) -> None:
    row = row_of("2026-06-30", 100, [], stage=stage, stage_on="2026-05-06", planned_start_on="2026-01-01")
    assert (row["lamp"], row["start_lamp"], row["start_months_late"]) == ("none", "none", 0)
    assert reasons_of(row) == [f"无灯: {text}（2026-05-06）"]
    assert row["gap_pp"] == -50


@pytest.mark.parametrize(
    ("on", "months", "lamp"),
    [
        ("2026-10-09", 0, "none"),
        ("2026-10-10", 0, "none"),
        ("2026-10-11", 1, "yellow"),
        ("2026-10-31", 1, "yellow"),
        ("2026-11-29", 1, "yellow"),
        ("2026-11-30", 2, "yellow"),
        ("2026-12-30", 2, "yellow"),
        ("2026-12-31", 3, "red"),
        ("2027-01-31", 4, "red"),
    ],
)
def test_a_start_due_on_10_october_turns_yellow_in_october_and_red_at_the_end_of_december(
    on: str, months: int, lamp: str
) -> None:
    row = row_of(on, None, [], stage="filed", planned_start_on="2026-10-10")
    assert (row["start_months_late"], row["start_lamp"]) == (months, lamp)


def test_a_start_due_on_the_last_day_of_a_month_is_due_at_that_day_s_end() -> None:
    late = start_months_late(pd.Series(pd.to_datetime(["2026-10-31", None])), date(2026, 10, 31))
    assert late.tolist() == [1, 0]


def test_the_start_lamp_says_since_when_the_start_is_due() -> None:
    row = row_of("2026-12-31", None, [], stage="signed", planned_start_on="2026-10-10")
    assert "开工红: 应开工未开工 3 个月（计划 2026-10-10 开工；规则：不低于 3 个月为红）" in reasons_of(row)


@pytest.mark.parametrize(
    ("values", "started"),
    [
        ({"stage": "started"}, True),
        ({"stage": "full_capacity"}, True),
        ({"stage": "filed"}, False),
        ({"stage": None}, False),
        ({"stage": "filed", "actual_start_on": "2026-06-30"}, True),
        ({"stage": "filed", "actual_start_on": "2026-07-01"}, False),
        ({"stage": "suspended", "actual_start_on": "2025-07-01"}, True),
        ({"stage": "cancelled", "actual_start_on": "2025-07-01"}, False),
    ],
)
def test_started_is_by_stage_or_by_a_date_that_has_come(values: dict[str, str | None], started: bool) -> None:
    row = row_of("2026-06-30", None, [], planned_start_on="2026-01-15", **values)
    assert row["started"] == started
    assert row["due_to_start"] == (values["stage"] != "cancelled")
    assert (row["start_lamp"] == "none") == (started or values["stage"] in ("suspended", "cancelled"))


def test_expected_by_day_is_a_rule() -> None:
    inputs = inputs_of("2026-07-02", [project("A")], [("A", 2026, 365)], [], {"progress.expected_by": "day"})
    assert assess_progress(inputs).loc["A", "shortfall_wan"] == 183


@pytest.mark.parametrize(
    "rules",
    [
        {"progress.expected_by": "week"},
        {"progress.stagnant_reports": 1},
        {"lamp.progress": {"metric": "start_months_late", "bands": [{"lamp": "red", "operator": ">", "threshold": 1}]}},
        {"lamp.start": {"metric": "gap_pp", "bands": [{"lamp": "red", "operator": "<", "threshold": 1}]}},
    ],
)
def test_a_rule_that_cannot_be_read_is_named(rules: dict[str, object]) -> None:
    with pytest.raises(InvalidValue) as raised:
        assess_progress(inputs_of("2026-06-30", [project("A")], rules=rules))
    assert next(iter(rules)) in raised.value.words.zh
    assert raised.value.expected


def test_a_rule_of_two_months_in_a_row_waits_for_the_second() -> None:
    bands = [
        {"lamp": "green", "operator": ">=", "threshold": 0},
        {"lamp": "yellow", "operator": ">=", "threshold": -20},
        {"lamp": "red", "operator": "<", "threshold": -20, "consecutive": 2},
    ]
    rules = {"lamp.progress": {"metric": "gap_pp", "unit": "pp", "bands": bands}}
    plans = [("A", 2026, 120)]
    # April: 30 of 40 expected, 8.3 points behind; May: 25 points; June: 33.3 points
    reports = [report("A", "2026-04-30", 30), report("A", "2026-05-31", 20), report("A", "2026-06-30", 20)]
    may = assess_progress(inputs_of("2026-05-31", [project("A")], plans, reports, rules)).loc["A"]
    june = assess_progress(inputs_of("2026-06-30", [project("A")], plans, reports, rules)).loc["A"]
    assert (may["lamp"], june["lamp"]) == ("yellow", "red")
    assert may["progress_reasons"][0].zh == (
        "黄: 欠序时 25.0 个百分点（完成 16.7%，序时 41.7%；规则：连续 2 个月低于 −20 个百分点为红，已 1 个月）"
    )


def test_months_in_a_row_are_counted_over_new_year_by_each_year_s_plan() -> None:
    bands = [
        {"lamp": "green", "operator": ">=", "threshold": -5},
        {"lamp": "red", "operator": "<", "threshold": -5, "consecutive": 2},
    ]
    rules = {"lamp.progress": {"metric": "gap_pp", "unit": "pp", "bands": bands}}
    reports = [report("A", "2025-12-31", 50), report("A", "2026-01-31", 1)]
    plans = [("A", 2025, 100), ("A", 2026, 100)]
    # 31 December 2025: 50 points behind; 31 January 2026: 7.3 points
    assert assess_progress(inputs_of("2026-01-31", [project("A")], plans, reports, rules)).loc["A", "lamp"] == "red"
    first_year = assess_progress(inputs_of("2026-01-31", [project("A")], plans[1:], reports, rules))
    assert first_year.loc["A", "lamp"] == "green"


def test_no_project_gives_no_row_and_every_column() -> None:
    empty = assess_progress(inputs_of("2026-06-30", []))
    full = assess_progress(inputs_of("2026-06-30", [project("A")]))
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)
    assert empty.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()


def test_the_order_of_rows_and_other_projects_change_nothing() -> None:
    projects = [project("B"), project("A"), project("C", stage="filed", planned_start_on="2026-01-05")]
    plans = [("C", 2026, 9), ("A", 2026, 120), ("B", 2026, 60)]
    reports = [report(c, f"2026-{m}", v) for c in "AB" for m, v in (("05-31", 30), ("03-31", 10), ("06-30", 40))]
    whole = assess_progress(inputs_of("2026-06-30", projects, plans, reports))
    turned = assess_progress(inputs_of("2026-06-30", projects[::-1], plans[::-1], reports[::-1]))
    pd.testing.assert_frame_equal(whole, turned)
    only_b = assess_progress(inputs_of("2026-06-30", projects[:1], plans, reports))
    pd.testing.assert_frame_equal(whole.loc[["B"]], only_b)
    assert list(whole.index) == ["A", "B", "C"]
