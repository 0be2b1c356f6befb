"""The cheap proof that two shapes share no land."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.apart import proven_apart
from tests.gis.analysis.land_samples import square, strip

L_SHAPE = shapely.Polygon([(0, 0), (10, 0), (10, 4), (4, 4), (4, 10), (0, 10)])


def proven(one: Any, other: Any) -> bool:
    shapes = np.array([one, other], dtype=object)
    found = proven_apart(shapes, np.array([0]), np.array([1]))
    assert found == proven_apart(shapes, np.array([1]), np.array([0]))
    return bool(found[0])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (square(0, 0), square(10, 0), True),  # a common edge
        (square(0, 0), square(10, 10), True),  # a common corner
        (square(0, 0), square(30, 0), True),
        (square(0, 0), square(9.999, 0), False),
        (square(0, 0), square(2, 2, 3), False),  # one inside the other
        (square(0, 0), square(0, 0), False),
        (L_SHAPE, strip(4, 10, 4, 10), False),  # in the notch: apart, but no straight line proves it
        (square(38_500_000, 3_650_000), square(38_500_010, 3_650_000), True),  # coordinates with a zone prefix
        (square(0, 0), shapely.MultiPolygon([square(10, 0), square(30, 0)]), True),
        (square(0, 0), shapely.MultiPolygon([square(5, 5), square(30, 0)]), False),
    ],
)
def test_a_line_between_two_shapes_is_found_where_there_is_one(one: Any, other: Any, expected: bool) -> None:
    assert proven(one, other) == expected


def test_shapes_with_many_corners_are_left_to_the_exact_test() -> None:
    assert not proven(shapely.Point(0, 0).buffer(5, quad_segs=32), square(30, 0))


polygons = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=9).map(
    lambda corners: shapely.make_valid(shapely.Polygon(corners), method="structure", keep_collapsed=False)
)


@given(polygons, polygons)
@settings(max_examples=400, deadline=None)
def test_what_is_proven_apart_shares_no_land(one: Any, other: Any) -> None:
    if not one.is_empty and not other.is_empty and proven(one, other):
        assert one.intersection(other).area < 1e-3
