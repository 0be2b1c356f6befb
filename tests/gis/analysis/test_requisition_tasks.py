"""A road cut by towns and ready land; towns of 1 km side by side, lengths known by heart."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Polygon, box

from gis.analysis.readiness import Slivers
from gis.analysis.requisition_tasks import stretches, task_progress

CRS = "EPSG:4547"
ON = date(2026, 7, 1)


def towns(*boxes: tuple[str, tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": [code for code, _ in boxes]}, geometry=[box(*b) for _, b in boxes], crs=CRS)


TWO = towns(("T2", (1000, 0, 2000, 1000)), ("T1", (0, 0, 1000, 1000)))


def land(*shapes: Polygon) -> np.ndarray:
    return np.array(shapes, dtype=object)


def parted(
    line: LineString | MultiLineString, width_m: float, areas: gpd.GeoDataFrame, ready: np.ndarray
) -> pd.DataFrame:
    return stretches(line, width_m, areas, ready, Slivers())


def tasks(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["town", "set_on", "due_on"])
    return frame.astype({"town": "str", "set_on": "datetime64[s]", "due_on": "datetime64[s]"})


def test_kilometres_are_counted_where_the_whole_width_is_ready() -> None:
    """A road of 40 m along y = 500 from x = 200 to x = 1700: ready over all its width to x = 1200, then on one side."""
    road = LineString([(200, 500), (1700, 500)])
    parts = parted(road, 40.0, TWO, land(box(0, 400, 1200, 600), box(1200, 500, 2000, 600)))
    found = task_progress(parts, tasks(), ON).set_index("town")
    assert found["length_m"].to_dict() == pytest.approx({"T1": 800.0, "T2": 700.0})
    assert found["ready_m"].to_dict() == pytest.approx({"T1": 800.0, "T2": 200.0})
    assert found["done_share"].to_dict() == pytest.approx({"T1": 1.0, "T2": 2 / 7})


def test_a_house_in_the_right_of_way_blocks_its_own_length() -> None:
    road = LineString([(0, 500), (1000, 500)])
    ready = box(0, 400, 1000, 600).difference(box(300, 510, 350, 600))
    found = task_progress(parted(road, 40.0, TWO, land(ready)), tasks(), ON)
    assert found[["town", "length_m", "ready_m"]].values.tolist() == [["T1", pytest.approx(1000), pytest.approx(950)]]


def test_behind_is_the_time_gone_by_less_what_is_done() -> None:
    """T1: half of the 200 days gone, a quarter ready: 25 points and 250 m behind. T2: overdue for 30 days."""
    road = LineString([(0, 500), (2000, 500)])
    given_ = tasks(("T1", "2026-03-23", "2026-10-09"), ("T2", "2026-01-01", "2026-06-01"))
    found = task_progress(parted(road, 20.0, TWO, land(box(0, 400, 250, 600))), given_, ON).set_index("town")
    assert found.loc["T1", "expected_share"] == pytest.approx(0.5)
    assert found.loc["T1", "behind_pp"] == pytest.approx(25.0)
    assert found.loc["T1", "behind_m"] == pytest.approx(250.0)
    assert found["days_over"].to_dict() == {"T1": 0, "T2": 30}
    assert found.loc["T2", "behind_pp"] == pytest.approx(100.0)


def test_a_finished_task_is_not_overdue_and_ahead_is_negative() -> None:
    road = LineString([(0, 500), (2000, 500)])
    given_ = tasks(("T1", "2026-01-01", "2026-06-01"), ("T2", "2026-06-01", "2026-12-01"))
    found = task_progress(parted(road, 20.0, TWO, land(box(0, 400, 2000, 600))), given_, ON).set_index("town")
    assert found["days_over"].tolist() == [0, 0]
    assert found.loc["T1", "behind_pp"] == pytest.approx(0.0)
    assert found.loc["T2", "behind_pp"] < 0


def test_without_the_day_it_was_set_nothing_is_expected_before_the_task_is_due() -> None:
    road = LineString([(0, 500), (1000, 500)])
    parts = parted(road, 20.0, TWO, land())
    assert pd.isna(task_progress(parts, tasks(("T1", None, "2026-12-01")), ON)["behind_pp"].iloc[0])
    assert task_progress(parts, tasks(("T1", None, "2026-07-01")), ON)["behind_pp"].iloc[0] == pytest.approx(100.0)


def test_a_task_of_a_town_beside_the_line_has_no_share() -> None:
    road = LineString([(0, 500), (900, 500)])
    found = task_progress(parted(road, 20.0, TWO, land()), tasks(("T2", None, "2026-06-01")), ON).set_index("town")
    assert found.loc["T2", "length_m"] == 0.0
    assert pd.isna(found.loc["T2", "done_share"])


def test_a_line_along_a_common_boundary_counts_once_for_the_first_town() -> None:
    road = LineString([(1000, 100), (1000, 900)])
    found = task_progress(parted(road, 20.0, TWO, land()), tasks(), ON)
    assert found[["town", "length_m"]].values.tolist() == [["T1", pytest.approx(800.0)]]


def test_what_lies_outside_every_town_is_told_apart() -> None:
    road = LineString([(1500, 500), (2500, 500)])
    found = task_progress(parted(road, 20.0, TWO, land()), tasks(), ON)
    assert found["length_m"].tolist() == pytest.approx([500.0, 500.0])
    assert found["town"].isna().tolist() == [False, True]


def test_parts_of_a_line_follow_one_another() -> None:
    road = MultiLineString([[(0, 500), (300, 500)], [(600, 500), (1100, 500)]])
    parts = parted(road, 20.0, TWO, land())
    assert parts["start_m"].iloc[0] == 0.0
    assert parts["end_m"].iloc[-1] == pytest.approx(800.0)
    assert task_progress(parts, tasks(), ON)["length_m"].tolist() == pytest.approx([700.0, 100.0])


def test_no_towns_and_no_land_leave_the_whole_line_outside_and_not_ready() -> None:
    found = task_progress(parted(LineString([(0, 0), (100, 0)]), 20.0, TWO[:0], land()), tasks(), ON)
    assert found[["length_m", "ready_m"]].values.tolist() == [[pytest.approx(100.0), 0.0]]


PLACES = st.tuples(st.integers(-200, 2200), st.integers(-200, 1200))
ROADS = st.lists(PLACES, min_size=2, max_size=6, unique=True).map(LineString)
BOXES = st.tuples(st.integers(0, 1900), st.integers(0, 900), st.integers(20, 600), st.integers(20, 400)).map(
    lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(max_examples=60, deadline=None)
@given(ROADS, st.lists(BOXES, max_size=4))
def test_the_lengths_sum_to_the_line_and_the_towns_to_what_lies_within_them(
    road: LineString, ready: list[Polygon]
) -> None:
    parts = parted(road, 20.0, TWO, land(*ready))
    found = task_progress(parts, tasks(), ON)
    assert found["length_m"].sum() == pytest.approx(road.length, abs=1e-3)
    within = road.intersection(box(0, 0, 2000, 1000)).length
    assert found["length_m"][found["town"].notna()].sum() == pytest.approx(within, abs=1e-3)
    assert (found["ready_m"] <= found["length_m"] + 1e-9).all()


def test_a_gap_as_narrow_as_the_county_s_rule_allows_does_not_hold_a_road_up() -> None:
    """Ready land on both sides of a strip of 0.3 m."""
    road = LineString([(0, 500), (1000, 500)])
    ready = land(box(0, 400, 1000, 500), box(0, 500.3, 1000, 600))
    for width_m, is_ready in ((0.1, False), (0.5, True)):
        parts = stretches(road, 20.0, TWO, ready, Slivers(min_width_m=width_m))
        assert parts["is_ready"].tolist() == [is_ready]
