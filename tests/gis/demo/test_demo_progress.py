"""The sample county's figures move as real ones do."""

from __future__ import annotations

import pandas as pd

from gis.demo.county import County
from gis.model import Period, ProjectStage


def monthly(county: County) -> pd.DataFrame:
    reports = county.tables["progress_report"]
    return reports[reports["period"] == Period.MONTH.value]


def test_money_grows_through_the_year_and_begins_anew_in_january(county: County) -> None:
    reports = monthly(county)
    for _, rows in reports.groupby(["project_code", reports["period_end_on"].dt.year]):
        assert rows["period_end_on"].is_monotonic_increasing
        assert rows["invested_wan"].is_monotonic_increasing
        assert rows["stat_invested_wan"].dropna().is_monotonic_increasing


def test_statistics_stay_below_dispatch(county: County) -> None:
    both = county.tables["progress_report"].dropna(subset="stat_invested_wan")
    positive = both[both["invested_wan"] > 50]
    assert (positive["stat_invested_wan"] < positive["invested_wan"]).all()
    without = (
        county.tables["progress_report"].groupby("project_code")["stat_invested_wan"].apply(lambda s: s.isna().all())
    )
    assert 3 <= without.sum() <= 25


def test_the_image_never_goes_back_and_never_passes_the_whole(county: County) -> None:
    for _, rows in monthly(county).groupby("project_code"):
        assert rows["image_percent"].is_monotonic_increasing
    assert county.tables["progress_report"]["image_percent"].between(0, 100).all()


def test_months_without_a_gap_from_the_first_report_to_the_last(county: County) -> None:
    reports = monthly(county)
    for _, rows in reports.groupby(["project_code", reports["period_end_on"].dt.year]):
        months = rows["period_end_on"].dt.month
        assert (months.diff().dropna() == 1).all()
    assert (reports["period_end_on"] <= pd.Timestamp(county.data_on)).all()


def test_plans_stand_in_three_years_and_none_exceeds_the_whole_investment(county: County) -> None:
    plans = county.tables["project_plan"]
    assert set(plans["year"]) == {2024, 2025, 2026}
    whole = county.tables["project"].set_index("code")["total_wan"]
    planned = plans.groupby("project_code")["plan_wan"].sum()
    assert (planned <= whole.reindex(planned.index) * 1.01).all()


def test_stages_follow_one_another_and_end_in_the_stage_played(county: County) -> None:
    events = county.tables["project_event"]
    rank = events["stage"].map({s.value: s.rank for s in ProjectStage})
    for _, rows in events.assign(rank=rank).groupby("project_code"):
        assert rows["rank"].is_monotonic_increasing
        assert rows["on_date"].is_monotonic_increasing
    assert events["on_date"].max() <= pd.Timestamp(county.data_on)
    last = events.groupby("project_code")["stage"].last()
    assert set(last) == {s.value for s in ProjectStage}


def test_a_slow_project_has_promised_anew_and_kept_its_first_promise_on_record(county: County) -> None:
    milestones = county.tables["milestone"]
    twice = milestones[milestones.duplicated(["project_code", "name"], keep=False)]
    assert len(twice) >= 40
    for _, rows in twice.groupby(["project_code", "name"]):
        assert list(rows["said_on"]) == sorted(rows["said_on"])
        assert rows["promised_on"].iloc[-1] > pd.Timestamp(county.data_on)
        assert rows["promised_on"].is_unique
    assert (milestones["done_on"].dropna() <= pd.Timestamp(county.data_on)).all()


def test_a_project_starts_when_it_says(county: County) -> None:
    projects = county.tables["project"].set_index("code")
    events = county.tables["project_event"]
    begun = events[events["stage"] == ProjectStage.STARTED.value].set_index("project_code")["on_date"]
    assert (projects["actual_start_on"].reindex(begun.index) == begun).all()
    assert projects["actual_start_on"].drop(begun.index).isna().all()
    finished = projects.dropna(subset="actual_finish_on")
    assert (finished["actual_finish_on"] > finished["actual_start_on"]).all()
