"""The common area of polygons by their edges: by hand, and against GEOS where GEOS is right."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.overlap_area import overlap_area_m2
from gis.analysis.overlay import common_shapes
from tests.gis.analysis.land_samples import square, strip


def area_of(one: Any, other: Any) -> float:
    shapes = np.array([one, other], dtype=object)
    there, back = overlap_area_m2(shapes, shapes, np.array([0, 1]), np.array([1, 0]))
    assert there == pytest.approx(back, abs=1e-8)
    return float(there)


RING = strip(0, 10).difference(strip(2, 8, 2, 8))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (square(0, 0), square(5, 5), 25.0),
        (square(0, 0), square(10, 0), 0.0),
        (square(0, 0), square(0, 0), 100.0),
        (square(0, 0), square(2, 2, 3), 9.0),
        (RING, strip(0, 10), 64.0),
        (RING, strip(3, 5, 3, 5), 0.0),  # in the hole
        (RING, strip(0, 5), 32.0),
        (square(0, 0), shapely.Polygon([(0, 0), (20, 0), (0, 20)]), 100.0),
        (square(0, 0), shapely.Polygon([(0, 0), (10, 0), (0, 10)]), 50.0),
        (shapely.MultiPolygon([square(0, 0), square(20, 0)]), strip(5, 25), 100.0),
        (square(38_500_000, 3_650_000), square(38_500_005, 3_650_005), 25.0),
        (strip(0, 10).reverse(), square(5, 5), 25.0),
    ],
)
def test_overlap_areas_by_hand(one: Any, other: Any, expected: float) -> None:
    assert area_of(one, other) == pytest.approx(expected, abs=1e-7)


def nine_corners(x: float, y: float, *radii: float) -> Any:
    angle = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    return shapely.Polygon(np.stack([x + radii * np.cos(angle), y + radii * np.sin(angle)], 1))


def test_a_part_cut_out_of_a_polygon_lies_in_it_where_geos_finds_nothing() -> None:
    """Found by the property of conservation: GEOS 3.14 gives two points for these two."""
    whole = nine_corners(15.078, 1.0, 1.0, 1.0, 1.0, 1.0, 2.122, 8.573, 5.152, 1.0, 1.0)
    part = whole.intersection(nine_corners(5.929, 0.0, 5.899, 3.333, 1.0, 1.0, 1.0, 1.0, 1.0, 9.08, 3.795))
    assert area_of(part, whole) == pytest.approx(part.area, abs=1e-9)
    shape = common_shapes(np.array([part]), np.array([whole]), np.array([part.area]))
    assert shape[0].area == pytest.approx(part.area, abs=1e-4)


def test_pairs_are_told_apart_in_any_order_and_number() -> None:
    left, right = np.array([square(0, 0), square(20, 0)]), np.array([strip(0, 25), strip(8, 22, 0, 5)])
    found = overlap_area_m2(left, right, np.array([1, 0, 1, 0]), np.array([0, 0, 1, 1]))
    assert found == pytest.approx([50.0, 100.0, 10.0, 10.0])


def test_no_pairs_have_no_areas() -> None:
    none = np.zeros(0, dtype=np.intp)
    assert len(overlap_area_m2(np.array([square(0, 0)]), np.array([square(0, 0)]), none, none)) == 0
    assert len(overlap_area_m2(np.zeros(0, object), np.zeros(0, object), none, none)) == 0


millimetres = st.integers(0, 50_000).map(lambda mm: mm / 1000)
corners = st.lists(st.tuples(millimetres, millimetres), min_size=3, max_size=10)
polygons = corners.map(
    lambda points: shapely.make_valid(shapely.Polygon(points), method="structure", keep_collapsed=False)
).filter(lambda shape: not shape.is_empty)


@given(polygons, polygons)
@settings(max_examples=300, deadline=None)
def test_areas_agree_with_an_overlay_on_a_grid(one: Any, other: Any) -> None:
    expected = shapely.area(shapely.intersection(one, other, grid_size=1e-8))
    assert area_of(one, other) == pytest.approx(expected, abs=1e-5)


@given(polygons, polygons)
@settings(max_examples=200, deadline=None)
def test_what_two_polygons_share_is_no_more_than_either_has(one: Any, other: Any) -> None:
    assert 0.0 <= area_of(one, other) <= min(one.area, other.area) + 1e-7
    assert area_of(one, one) == pytest.approx(one.area, abs=1e-7)


def test_a_street_net_of_many_corners_against_yards_takes_no_more_memory_than_the_yards() -> None:
    # A comb of 5,000 teeth, each 1 m wide and 100 m high, one every 2 m: of a yard 10 m wide half is teeth.
    x = np.arange(5_000) * 2.0
    teeth = np.stack([x, x, x + 1, x + 1], axis=1).ravel()
    heights = np.tile([0.0, 100.0, 100.0, 0.0], 5_000)
    comb = shapely.Polygon([*zip(teeth, heights, strict=True), (9_999.0, -5.0), (0.0, -5.0)])
    yards = np.array([shapely.box(20 * i, 10, 20 * i + 10, 30) for i in range(400)], dtype=object)
    none, every = np.zeros(400, np.intp), np.arange(400)
    tracemalloc.start()
    found = overlap_area_m2(np.array([comb], dtype=object), yards, none, every)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == pytest.approx(100.0, abs=1e-8)
    # All pairs of edges at once would be 400 × 20,000 × 4 × 8 bytes = 256 MB an array.
    assert peak < 100e6
