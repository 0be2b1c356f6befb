"""Shapes in well-known binary come back as the rings that shapely finds in them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from gis.maps.rings import Outlines
from gis.maps.wkb import outlines_of_wkb

SQUARE = box(0, 0, 10, 10)
HOLED = Polygon(box(0, 0, 100, 100).exterior, [box(20, 20, 40, 40).exterior, box(50, 50, 60, 60).exterior])
TRIANGLE = Polygon([(500_000.25, 3_652_000.125), (500_010, 3_652_000), (500_005, 3_652_030.5)])


def read(*shapes: MultiPolygon, before: bytes = b"") -> Outlines:
    pieces = [shapely.to_wkb(each, byte_order=1) for each in shapes]
    at = len(before) + np.cumsum([0, *map(len, pieces)])[:-1]
    return outlines_of_wkb(before + b"".join(pieces), at.astype(np.int64))


def assert_same(one: Outlines, other: Outlines) -> None:
    for name in ("x", "y", "length", "polygon", "feature"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist(), name


@given(
    st.lists(
        st.lists(st.sampled_from([SQUARE, HOLED, TRIANGLE, Polygon()]), max_size=4).map(MultiPolygon),
        max_size=6,
    )
)
def test_the_rings_are_those_that_shapely_finds(shapes: list[MultiPolygon]) -> None:
    assert_same(read(*shapes), Outlines.of(np.array(shapes, dtype=object)))


def test_shapes_come_in_the_order_that_is_asked_for() -> None:
    first, second = (shapely.to_wkb(MultiPolygon([each]), byte_order=1) for each in (HOLED, TRIANGLE))
    turned = outlines_of_wkb(first + second, np.array([len(first), 0]))
    assert_same(turned, read(MultiPolygon([TRIANGLE]), MultiPolygon([HOLED])))


def test_no_shapes_have_no_rings() -> None:
    assert len(outlines_of_wkb(b"", np.array([], dtype=np.int64)).x) == 0
    assert len(read(MultiPolygon(), MultiPolygon()).x) == 0


@pytest.mark.parametrize(
    "wkb",
    [
        shapely.to_wkb(SQUARE, byte_order=1),
        shapely.to_wkb(LineString([(0, 0), (1, 1)]), byte_order=1),
        shapely.to_wkb(MultiPolygon([SQUARE]), byte_order=0),
        shapely.to_wkb(shapely.set_srid(MultiPolygon([SQUARE]), 4547), byte_order=1, include_srid=True),
        shapely.to_wkb(shapely.force_3d(MultiPolygon([SQUARE])), byte_order=1, output_dimension=3),
    ],
)
def test_anything_else_is_refused(wkb: bytes) -> None:
    with pytest.raises(ValueError, match="not a MultiPolygon"):
        outlines_of_wkb(wkb, np.array([0]))
