"""What a project's reports tell beyond the figure of the day: the forecast, standing still, months that are missing."""

from __future__ import annotations

from math import isnan

import pytest

from tests.gis.analysis.progress_samples import reasons_of, report, row_of


def test_the_forecast_goes_on_at_the_rate_of_the_last_three_months() -> None:
    monthly = [report("A", f"2026-{m:02}-28", v) for m, v in ((1, 1), (2, 2))]
    later = [report("A", d, v) for d, v in (("2026-03-31", 3), ("2026-04-30", 13), ("2026-06-30", 33))]
    row = row_of("2026-06-30", 60, [*monthly, *later])
    # 31 March: 3, 30 June: 33 → 10 a month; 33 + 6 × 10
    assert row["forecast_wan"] == 93
    assert row["forecast_share"] == 1.55


def test_with_fewer_reports_the_forecast_s_rate_runs_from_new_year() -> None:
    row = row_of("2026-06-30", 100, [report("A", "2026-05-31", 25), report("A", "2026-06-30", 30)])
    # no report by the end of March: 30 in six months; 30 + 6 × 5
    assert row["forecast_wan"] == 60


def test_the_forecast_goes_on_from_the_last_report_when_the_newest_month_is_not_in_yet() -> None:
    row = row_of("2026-10-31", 100, [report("A", "2026-06-30", 30), report("A", "2026-09-30", 60)])
    assert row["forecast_wan"] == 90


def test_a_ten_day_report_moves_the_forecast_s_start_within_the_month() -> None:
    reports = [report("A", "2026-03-31", 10), report("A", "2026-06-15", 35, period="ten_days")]
    # no report three months before 15 June, so from New Year: 35 in 5.5 months, 6.5 months to go
    assert row_of("2026-06-20", 100, reports)["forecast_wan"] == pytest.approx(35 + 6.5 * 35 / 5.5, abs=1e-6)


def test_three_months_of_silence_leave_no_forecast() -> None:
    row = row_of("2026-09-30", 100, [report("A", "2026-06-30", 30)])
    assert isnan(row["forecast_wan"])
    assert isnan(row_of("2026-09-30", 100, [])["forecast_wan"])


def test_a_falling_cumulative_figure_is_no_negative_rate() -> None:
    reports = [report("A", "2026-03-31", 50), report("A", "2026-06-30", 40)]
    assert row_of("2026-06-30", 100, reports)["forecast_wan"] == 40


def test_three_equal_image_reports_of_a_started_project_are_stagnation() -> None:
    reports = [report("A", f"2026-{m}", 10, image_percent=p) for m, p in (("03-31", 30), ("04-30", 35))]
    reports += [report("A", f"2026-{m}", 10, image_percent=35.0) for m in ("05-31", "06-30")]
    row = row_of("2026-06-30", 20, reports)
    assert row["stagnant"]
    assert row["image_percent"] == 35
    assert "没变化: 形象进度 35% 连续 3 期未变（2026-04-30 至 2026-06-30）" in reasons_of(row)
    assert not row_of("2026-05-31", 20, reports)["stagnant"]


@pytest.mark.parametrize(
    ("stage", "percent", "stagnant"),
    [
        ("started", 35, True),
        ("filed", 0, False),
        ("completed", 35, False),
        ("suspended", 35, False),
        ("building", 100, False),
        (None, 35, False),
    ],
)
def test_only_unfinished_works_can_stand_still(stage: str | None, percent: float, stagnant: bool) -> None:
    reports = [report("A", f"2026-{m}", 1, image_percent=percent) for m in ("04-30", "05-31", "06-30")]
    assert row_of("2026-06-30", 20, reports, stage=stage)["stagnant"] == stagnant


def test_reports_without_an_image_figure_and_doubles_of_a_day_are_not_counted_as_unchanged() -> None:
    reports = [
        report("A", "2026-05-31", 1, image_percent=35),
        report("A", "2026-06-30", 1, image_percent=35, period="ten_days"),
        report("A", "2026-06-30", 1, image_percent=35),
        report("A", "2026-07-31", 1),
    ]
    assert not row_of("2026-07-31", 20, reports)["stagnant"]


def test_the_last_report_lagging_behind_is_told() -> None:
    row = row_of("2026-10-31", 100, [report("A", "2026-08-31", 60)])
    assert "最近一期报告截至 2026-08-31，缺 2 期" in reasons_of(row)
    mid_month = row_of("2026-11-22", 100, [report("A", "2026-10-31", 60)])
    assert not any("缺" in text for text in reasons_of(mid_month))
    ten_days = row_of("2026-10-31", 100, [report("A", "2026-10-20", 60, period="ten_days")])
    assert "最近一期报告截至 2026-10-20，缺 1 期" in reasons_of(ten_days)


def test_in_january_the_months_missing_are_those_of_the_year_before() -> None:
    # On 15 January no month of the year has ended; December was not reported.
    row = row_of("2026-01-15", 100, [report("A", "2025-11-30", 5)])
    assert "最近一期报告截至 2025-11-30，缺 1 期" in reasons_of(row)


def test_a_finished_project_that_did_its_plan_owes_no_report() -> None:
    row = row_of("2026-10-31", 100, [report("A", "2026-06-30", 100)], stage="operating")
    assert row["lamp"] == "green"
    assert not any("缺" in text for text in reasons_of(row))
