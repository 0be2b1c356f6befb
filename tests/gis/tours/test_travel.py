"""Travel as numbers: whole minutes that obey the triangle inequality, straight lines where there are no roads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapely import LineString

from gis.errors import InvalidValue
from gis.tours.connected import connected_roads
from gis.tours.straight import straight_travel, unsnapped
from gis.tours.travel import Travel, closed
from tests.gis.tours.road_samples import EAST, NORTH, road, roads


def of(seconds: list[list[float]]) -> Travel:
    table = np.array(seconds)
    return Travel(table, table * 10, False, lambda i, j: LineString())


def test_minutes_are_rounded_up_and_a_factor_slows_the_coach() -> None:
    travel = of([[0, 60, 61], [120, 0, 90], [1, 100, 0]])
    assert travel.minutes().tolist() == [[0, 1, 2], [2, 0, 2], [1, 2, 0]]
    assert travel.minutes(0.5).tolist() == [[0, 2, 3], [4, 0, 3], [1, 3, 0]]


def test_a_hundredth_of_a_second_is_no_minute() -> None:
    assert of([[0, 60.004], [0.0, 0]]).minutes().tolist() == [[0, 1], [0, 0]]


def test_where_rounding_made_a_way_round_shorter_it_is_taken() -> None:
    # 0 → 2 takes 121 s, so 3 minutes; by 1 it takes 60 and 60 s, so 2 minutes.
    assert of([[0, 60, 121], [60, 0, 60], [121, 60, 0]]).minutes().tolist() == [[0, 1, 2], [1, 0, 1], [2, 1, 0]]


@given(arrays(np.int64, (5, 5), elements=st.integers(0, 300)))
def test_a_closed_matrix_obeys_the_triangle_inequality_and_shortens_nothing_else(minutes: np.ndarray) -> None:
    np.fill_diagonal(minutes, 0)
    made = closed(minutes)
    assert (made <= minutes).all()
    assert (made <= (made[:, :, None] + made[None, :, :]).min(axis=1)).all()
    assert (closed(made) == made).all()


def test_a_factor_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidValue):
        of([[0.0]]).minutes(0)


def test_straight_lines_are_lengthened_by_a_third_and_driven_at_40_km_h_and_marked_as_estimated() -> None:
    points = np.array([(0.0, 0.0), (3000.0, 4000.0)])
    travel = straight_travel(points)
    assert travel.estimated
    assert travel.metres[0, 1] == pytest.approx(6750)
    assert travel.seconds[0, 1] == pytest.approx(607.5)
    assert list(travel.shape(0, 1).coords) == [(0, 0), (3000, 4000)]
    assert [(spot.metres_off, spot.road_no) for spot in unsnapped(points)] == [(0, None), (0, None)]


# ---------------------------------------------------------------- what hangs together

PLACES = {"A": (0, 0), "B": (100, 0), "C": (100, 100), "D": (0, 100), "E": (500, 0), "F": (560, 0), "G": (620, 0)}
BLOCK = (road("A", "B"), road("B", "C"), road("C", "D"), road("D", "A"))


def test_the_longest_part_that_can_be_driven_both_ways_is_kept() -> None:
    table = roads(PLACES, road("E", "F", name="孤巷"), *BLOCK, road("F", "G"), road("C", "E", direction="forward"))
    found = connected_roads(table)
    assert table["road_no"][found.main].tolist() == ["AB", "BC", "CD", "DA"]
    (piece,) = found.pieces  # the lanes and the one-way road that leads to them
    assert (piece.roads, piece.names, piece.touches) == (3, ("孤巷",), True)
    assert piece.metres == pytest.approx(60 + 60 + np.hypot(400, 100))
    assert piece.at == (EAST + 500, NORTH)


def test_an_island_is_a_piece_of_its_own() -> None:
    found = connected_roads(roads(PLACES, *BLOCK, road("E", "F")))
    assert [(piece.roads, piece.touches) for piece in found.pieces] == [(1, False)]
    assert found.main.tolist() == [True] * 4 + [False]


def test_a_ring_that_is_one_way_is_one_part() -> None:
    ring = [road(r["start"], r["end"], direction="forward") for r in BLOCK]
    assert connected_roads(roads(PLACES, *ring)).main.all()
    ring[2] = road("C", "D", direction="backward")
    assert connected_roads(roads(PLACES, *ring)).main.sum() == 0
