"""The charts' figures, calculated by hand on a county of three projects."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from gis.analysis.charts import charts, lamps_by_town, land, months
from gis.analysis.progress import assess_progress
from gis.analysis.totals import total
from gis.model import Stage
from tests.gis.analysis.progress_samples import assessed, inputs_of, layer_frame, project, report

ON = date(2026, 6, 30)
A, B = {"code": "A", "plan_wan": 120.0}, {"code": "B", "plan_wan": 60.0}
REPORTS = [
    report("A", "2026-02-28", 10, stat_invested_wan=4),
    report("A", "2026-04-30", 30),
    report("B", "2026-03-31", 5),
    report("B", "2025-12-31", 99),
    report("B", "2026-07-31", 50),
    report("C", "2026-03-31", 1000),
]


def series(rows: list[dict[str, Any]], name: str) -> list[float | None]:
    return [row[name] for row in rows]


def test_done_and_plan_by_month_carry_the_last_figure_and_stop_at_the_day() -> None:
    rows = months(assessed([A, B]), layer_frame("progress_report", REPORTS), ON)
    assert [row["month"] for row in rows][:2] == ["2026-01", "2026-02"]
    assert series(rows, "plan_wan") == [15.0 * m for m in range(1, 13)]
    assert series(rows, "done_wan") == [0, 10, 15, 35, 35, 35, *[None] * 6]
    assert series(rows, "stat_wan") == [None, 4, 4, 4, 4, 4, *[None] * 6]


def test_a_month_that_has_not_ended_has_no_figure_done() -> None:
    rows = months(assessed([A]), layer_frame("progress_report", REPORTS), date(2026, 4, 29))
    assert series(rows, "done_wan") == [0, 10, 10, *[None] * 9]


def test_projects_without_a_plan_are_on_neither_line() -> None:
    rows = months(assessed([A, {"code": "C"}]), layer_frame("progress_report", REPORTS), ON)
    assert rows[5]["done_wan"] == 30
    assert rows[11]["plan_wan"] == 120


def test_the_chart_ends_where_the_total_stands() -> None:
    plans = [("A", 2026, 120.0), ("B", 2026, 60.0)]
    inputs = inputs_of("2026-06-30", [project(c) for c in "ABC"], plans, REPORTS)
    progress = assess_progress(inputs)
    rows = months(progress, inputs.reports, ON)
    frame = assessed([{**row, "code": code} for code, row in progress.to_dict("index").items()])
    assert rows[5]["done_wan"] == total(frame)["invested_wan"]


def test_no_project_draws_a_flat_empty_chart() -> None:
    empty = charts(assessed([]), layer_frame("progress_report", []), ON, {})
    assert empty["lamps_by_town"] == []
    assert series(empty["months"], "plan_wan") == [0] * 12
    assert [row["m2"] for row in empty["land"]] == [0] * 11


def test_lamps_by_town_stand_in_the_order_of_codes_with_not_stated_last() -> None:
    frame = assessed(
        [
            {"located_in_town": "T2", "lamp": "green", "plan_wan": 1.0, "invested_wan": 9.0},
            {"located_in_town": "T1", "lamp": "red"},
            {"located_in_town": "T1", "lamp": "none"},
            {"lamp": "yellow"},
        ]
    )
    assert lamps_by_town(frame, {"T1": "示例镇"}) == [
        {"code": "T1", "zh": "示例镇", "en": "示例镇", "green": 0, "yellow": 0, "red": 1, "none": 1},
        {"code": "T2", "zh": "T2", "en": "T2", "green": 1, "yellow": 0, "red": 0, "none": 0},
        {"code": "", "zh": "未注明", "en": "not stated", "green": 0, "yellow": 1, "red": 0, "none": 0},
    ]


def test_land_by_stage_and_uncovered_land_sum_to_the_footprints() -> None:
    frame = assessed(
        [
            {"footprint_m2": 100.0, "uncovered_m2": 20.0, "stage_m2": {"cleared": 50.0, "survey": 30.0}},
            {"footprint_m2": 10.0, "uncovered_m2": 0.0, "stage_m2": {"cleared": 10.0}},
            {"stage_m2": {}},
        ]
    )
    rows = land(frame)
    assert [row["stage"] for row in rows] == [*[stage.value for stage in Stage], "uncovered"]
    areas = {row["stage"]: row["m2"] for row in rows}
    assert (areas["cleared"], areas["survey"], areas["uncovered"], areas["approved"]) == (60, 30, 20, 0)
    assert sum(areas.values()) == pytest.approx(frame["footprint_m2"].sum())


def test_the_charts_are_plain_json() -> None:
    frame = assessed([{**A, "located_in_town": "T1", "stage_m2": {"cleared": 5.0}}])
    text = json.dumps(charts(frame, layer_frame("progress_report", REPORTS), ON, {"T1": "示例镇"}), allow_nan=False)
    assert set(json.loads(text)) == {"lamps_by_town", "months", "land"}
