"""Geometry is repaired only where its area stays; all else is refused with its reason."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.ingest.geometry import Labels, check_geometry
from gis.ingest.table import Target
from gis.layers import LAYERS
from gis.model import BBox

ANYWHERE = Target("EPSG:4547")
SQUARE = shapely.box(500_000, 4_000_000, 500_100, 4_000_100)  # 10,000 m²


def checked(*geoms, layer="parcel", target=ANYWHERE, drawn=False):
    labels = Labels("a.shp", tuple(range(1, len(geoms) + 1)), [f"P{i + 1}" for i in range(len(geoms))])
    return check_geometry(gpd.GeoSeries(list(geoms)), LAYERS[layer], target, labels, drawn=drawn)


def polygon(*points):
    return shapely.Polygon([(500_000 + x, 4_000_000 + y) for x, y in points])


def test_a_good_polygon_becomes_a_multipolygon_of_the_same_area():
    found = checked(SQUARE)
    assert found.geometry[0].geom_type == "MultiPolygon"
    assert (found.area_before_m2, found.area_after_m2) == (10_000.0, 10_000.0)
    assert found.bad == set()


def test_heights_are_dropped():
    found = checked(shapely.force_3d(SQUARE, 12.0))
    assert not found.geometry[0].has_z


def test_points_that_stand_twice_are_dropped():
    twice = polygon((0, 0), (0, 0.0004), (0, 100), (100, 100), (100, 100), (100, 0))
    found = checked(twice)
    assert shapely.get_num_coordinates(found.geometry[0]) == 5
    assert found.repaired == []


def test_a_ring_that_touches_itself_is_repaired_without_change_of_area():
    # Two squares in one ring that meet in one point.
    ring = polygon((0, 0), (50, 0), (50, 50), (100, 50), (100, 100), (50, 100), (50, 50), (0, 50))
    found = checked(ring)
    assert found.bad == set()
    assert shapely.is_valid(found.geometry[0])
    assert found.repaired[0].key == "P1"
    assert (found.repaired[0].area_before_m2, found.repaired[0].area_after_m2) == (5000.0, 5000.0)
    assert "Ring Self-intersection" in found.repaired[0].done.en
    assert "环自接触" in found.repaired[0].done.zh


def test_a_bow_tie_is_refused_with_the_reason_and_the_place():
    # Lobes of 2,500 and 2,000 m² whose signed areas nearly cancel: no repair keeps the area.
    found = checked(polygon((0, 0), (100, 0), (0, 100), (100, 90)), SQUARE)
    assert found.bad == {0}
    assert found.geometry[0] is None
    refusal = found.refused[0]
    assert (refusal.place.file, refusal.place.row, refusal.place.column) == ("a.shp", 1, "geometry")
    assert "Self-intersection[5000" in refusal.found
    assert found.geometry[1] is not None


def test_a_spike_is_cut_off():
    found = checked(polygon((0, 0), (100, 0), (100, 100), (50, 100), (50, 150), (50, 100), (0, 100)))
    assert found.repaired[0].area_after_m2 == pytest.approx(10_000.0)


@pytest.mark.parametrize(
    ("geom", "found_words"),
    [
        (shapely.Point(500_000, 4_000_000), "a point"),
        (shapely.LineString([(500_000, 4_000_000), (500_100, 4_000_000)]), "a line"),
        (shapely.GeometryCollection([SQUARE, shapely.Point(500_000, 4_000_000)]), "a mixed collection"),
    ],
)
def test_only_polygons_go_into_a_layer_of_polygons(geom, found_words):
    found = checked(geom)
    assert found.bad == {0}
    assert found_words in found.refused[0].found


def test_a_closed_line_becomes_a_polygon_and_is_told():
    found = checked(shapely.LineString(SQUARE.exterior.coords))
    assert found.area_after_m2 == 10_000.0
    assert "1 closed lines" in found.warnings[0].en


def test_projects_take_points_lines_and_polygons_but_no_mixture():
    line = shapely.LineString([(500_000, 4_000_000), (500_100, 4_000_000)])
    mixed = shapely.GeometryCollection([SQUARE, line])
    found = checked(shapely.Point(500_000, 4_000_000), line, SQUARE, mixed, layer="project")
    assert found.bad == {3}
    assert [g.geom_type for g in found.geometry[:3]] == ["Point", "LineString", "Polygon"]


def test_a_closed_line_of_a_project_is_an_area_in_a_drawing_only():
    ring = shapely.LineString(SQUARE.exterior.coords)
    assert checked(ring, layer="project").geometry[0].geom_type == "LineString"
    assert checked(ring, layer="project", drawn=True).geometry[0].geom_type == "Polygon"


def test_collections_of_one_kind_are_opened():
    two = shapely.GeometryCollection([SQUARE, shapely.MultiPolygon([shapely.box(500_200, 4e6, 500_300, 4_000_100)])])
    found = checked(two, shapely.MultiPoint([(500_000, 4_000_000)]), layer="project")
    assert found.geometry[0].area == 20_000.0
    assert found.geometry[1].geom_type == "Point"


def test_several_points_are_not_one_place():
    found = checked(shapely.MultiPoint([(500_000, 4e6), (500_001, 4e6)]), layer="project")
    assert found.bad == {0}


def test_nothing_stays_nothing_and_is_not_refused_here():
    found = checked(None, shapely.Polygon())
    assert found.bad == set()
    assert list(found.geometry) == [None, None]


def test_areas_of_nothing_and_lines_of_no_length_are_refused():
    flat = polygon((0, 0), (100, 0), (0, 0))
    dot = shapely.LineString([(500_000, 4e6), (500_000, 4e6)])
    assert checked(flat).bad == {0}
    assert checked(dot, layer="project").bad == {0}


def test_coordinates_without_end_are_refused():
    found = checked(shapely.Point(np.inf, 4_000_000), layer="project")
    assert found.bad == {0}


def test_what_lies_outside_the_county_is_refused_by_its_row():
    county = Target("EPSG:4547", BBox(500_000, 4_000_000, 510_000, 4_010_000))
    near, far = shapely.box(529_000, 4e6, 529_100, 4_000_100), shapely.box(531_000, 4e6, 531_100, 4_000_100)
    found = checked(SQUARE, near, far, target=county)
    assert found.bad == {2}
    assert "20 km" in found.refused[0].expected.en


points = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=3, max_size=9, unique=True)


@given(st.lists(points, max_size=4))
def test_whatever_is_kept_is_valid_and_within_a_thousandth_of_its_area(rings):
    sources = [polygon(*ring) for ring in rings]
    found = checked(*sources)
    for i, source in enumerate(sources):
        kept = found.geometry[i]
        assert (kept is None) == (i in found.bad)
        if kept is not None:
            assert shapely.is_valid(kept)
            assert kept.area == pytest.approx(source.area, rel=0.001)
    assert len(found.refused) == len(found.bad)
