"""A parcel against its neighbours: squares of 100 m, so that every area is known by heart."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from gis.analysis.readiness import Slivers
from gis.analysis.topology import check_shape, merge_shapes, multipolygon_of, on_known_vertices, split_shape
from gis.errors import InvalidValue

HOME = box(0, 0, 100, 100)
CRS = "EPSG:4547"


def neighbours(**shapes: Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"parcel_no": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def told(shape: Polygon | MultiPolygon, **others: Polygon) -> list[tuple[str, str | None, float | None]]:
    found = check_shape(shape, neighbours(**others), Slivers())
    return [(f.kind, f.other_no, None if f.area_m2 is None else round(f.area_m2, 6)) for f in found]


def test_a_parcel_that_meets_its_neighbours_edge_to_edge_is_right() -> None:
    assert told(HOME, east=box(100, 0, 200, 100), corner=box(100, 100, 200, 200)) == []


def test_an_overlap_is_told_with_its_neighbour_and_its_land_the_greatest_first() -> None:
    shape = box(0, 0, 110, 105)
    assert told(shape, north=box(0, 100, 100, 200), east=box(100, 0, 200, 100)) == [
        ("overlap", "east", 1000.0),
        ("overlap", "north", 500.0),
    ]


def test_a_strip_of_a_few_centimetres_is_said_to_be_an_error_of_drawing() -> None:
    (found,) = check_shape(box(0, 0, 100.04, 100), neighbours(east=box(100, 0, 200, 100)), Slivers())
    assert (found.kind, found.stops) == ("overlap", False)
    assert "疑似误差" in found.words.zh


def test_a_narrow_gap_is_told_and_a_road_between_two_parcels_is_none() -> None:
    assert told(box(0, 0, 99.5, 100), east=box(100, 0, 200, 100)) == [("gap", None, 50.0)]
    assert told(box(0, 0, 96, 100), east=box(100, 0, 200, 100)) == []


def test_a_bow_tie_and_a_splinter_stop() -> None:
    (bow_tie,) = check_shape(Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), neighbours(), Slivers())
    assert (bow_tie.kind, bow_tie.stops) == ("invalid", True)
    (splinter,) = check_shape(box(0, 0, 100, 0.05), neighbours(), Slivers())
    assert (splinter.kind, splinter.stops) == ("tiny", True)


def test_what_is_too_narrow_goes_by_the_county_s_rule() -> None:
    strip, wide = box(0, 0, 100, 0.3), Slivers(min_width_m=0.5)
    assert check_shape(strip, neighbours(), Slivers()) == ()
    (found,) = check_shape(strip, neighbours(), wide)
    assert (found.kind, "窄于 0.5 米" in found.words.zh) == ("tiny", True)
    (overlap,) = check_shape(HOME, neighbours(east=box(99.7, 0, 200, 100)), wide)
    assert "疑似误差" in overlap.words.zh


def test_several_parts_are_told() -> None:
    assert told(MultiPolygon([HOME, box(300, 0, 400, 100)])) == [("parts", None, None)]


def test_a_vertex_within_half_a_centimetre_of_a_known_one_is_that_one() -> None:
    drawn = Polygon([(0.002, 0.001), (99.997, -0.003), (100.004, 100), (0, 100.2)])
    moved = on_known_vertices(drawn, [HOME])
    assert shapely.get_coordinates(moved).tolist() == [[0, 0], [100, 0], [100, 100], [0, 100.2], [0, 0]]
    assert on_known_vertices(drawn, []) is drawn


def test_a_line_divides_a_parcel_into_pieces_the_largest_first() -> None:
    pieces = split_shape(HOME, LineString([(-10, 30), (110, 30)]))
    assert [piece.area for piece in pieces] == [7000.0, 3000.0]


def test_a_line_through_a_yard_with_a_pond_leaves_the_pond_out() -> None:
    yard = Polygon(HOME.exterior, [box(40, 40, 60, 60).exterior])
    pieces = split_shape(yard, LineString([(50, -10), (50, 110)]))
    assert [piece.area for piece in pieces] == [4800.0, 4800.0]


def test_a_line_that_ends_inside_divides_nothing_and_is_refused() -> None:
    for line in (LineString([(-10, 50), (50, 50)]), LineString([(200, 0), (200, 10)])):
        with pytest.raises(InvalidValue, match="does not divide"):
            split_shape(HOME, line)
    with pytest.raises(InvalidValue):
        split_shape(HOME, Point(5, 5))


@given(st.lists(st.tuples(st.floats(1, 99), st.floats(1, 99)), min_size=0, max_size=5))
@settings(deadline=None)
def test_pieces_sum_to_the_parcel_and_put_together_again_are_it(inner: list[tuple[float, float]]) -> None:
    line = LineString([(-10, 37), *inner, (110, 61)])
    pieces = split_shape(HOME, line)
    assert sum(piece.area for piece in pieces) == pytest.approx(10_000, abs=1e-6)
    assert all(shapely.is_valid(np.array(pieces)))
    merged = merge_shapes(pieces)
    assert merged.area == pytest.approx(10_000, abs=1e-6)
    assert shapely.symmetric_difference(merged, HOME).area < 1e-6


def test_parcels_drawn_a_millimetre_apart_merge_without_a_seam() -> None:
    merged = merge_shapes([HOME, box(100.001, 0, 200, 100)])
    assert shapely.get_num_geometries(merged) == 1
    assert len(merged.geoms[0].interiors) == 0
    assert merged.area == pytest.approx(20_000, abs=1e-6)


def test_only_polygons_of_a_reasonable_size_are_parcels() -> None:
    assert multipolygon_of(HOME).equals(HOME)
    for shape in (Point(1, 1), Polygon(), LineString([(0, 0), (1, 1)])):
        with pytest.raises(InvalidValue, match="is a polygon"):
            multipolygon_of(shape)
    with pytest.raises(InvalidValue, match="too many vertices"):
        multipolygon_of(Polygon([(0, 0), (1e6, 0), *((1e6 - i, 1 + i % 2) for i in range(100_000)), (0, 2)]))
