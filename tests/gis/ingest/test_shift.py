"""A file that lies off as the maps of 高德 or 百度 do is recognised against what is known; nothing else is."""

import numpy as np
import pytest
import shapely

from gis import crs as systems
from gis.gcj02 import bd09_of_wgs84, gcj02_of_wgs84
from gis.ingest.shift import find_misplaced, find_shift

CRS = "EPSG:4547"
PARCELS = np.array(
    [shapely.box(500_000 + x, 3_650_000 + y, 500_060 + x, 3_650_040 + y) for x in (0, 900) for y in (0, 700, 1500)],
    dtype=object,
)


def moved(geoms, function, crs=CRS):
    return systems.from_lonlat(shapely.transform(systems.to_lonlat(geoms, crs), function), crs)


def by(geoms, east, north):
    return shapely.transform(geoms, lambda coords: coords + np.array([east, north]))


@pytest.mark.parametrize(
    ("function", "pattern", "metres"),
    [(gcj02_of_wgs84, "GCJ-02", 586), (bd09_of_wgs84, "BD-09", 1245)],  # RULES §2.5, 驻马店
)
def test_the_two_patterns_are_told_apart(function, pattern, metres):
    found = find_shift(moved(PARCELS, function), PARCELS, CRS)
    assert found.pattern == pattern
    assert found.found_m == pytest.approx(metres, abs=5)
    assert found.compared == 6
    assert pattern in found.words.en


def test_features_where_they_were_are_not_shifted():
    assert find_shift(PARCELS, PARCELS, CRS) is None
    assert find_shift(by(PARCELS, 3.0, -2.0), PARCELS, CRS) is None


def test_a_shift_in_another_direction_or_of_another_length_is_none():
    gcj = moved(PARCELS[:1], gcj02_of_wgs84)[0].centroid
    east, north = gcj.x - PARCELS[0].centroid.x, gcj.y - PARCELS[0].centroid.y
    assert find_shift(by(PARCELS, -east, -north), PARCELS, CRS) is None
    assert find_shift(by(PARCELS, 3 * east, 3 * north), PARCELS, CRS) is None


def test_one_of_six_that_moved_is_no_pattern():
    some = PARCELS.copy()
    some[0] = moved(PARCELS[:1], gcj02_of_wgs84)[0]
    assert find_shift(some, PARCELS, CRS) is None


def test_outside_china_nothing_is_compared():
    here = np.array([shapely.box(233_000, 901_000, 233_100, 901_100)], dtype=object)
    assert find_shift(by(here, 560, 80), here, "EPSG:26986") is None


def test_nothing_to_compare_is_no_shift():
    assert find_shift(np.array([None], dtype=object), PARCELS[:1], CRS) is None
    assert find_shift(PARCELS[:0], PARCELS[:0], CRS) is None


def test_points_are_compared_as_well():
    points = shapely.centroid(PARCELS)
    assert find_shift(moved(points, gcj02_of_wgs84), points, CRS).pattern == "GCJ-02"


WEST_TOWN = shapely.box(490_000, 3_640_000, 500_000, 3_660_000)
EAST_TOWN = shapely.box(500_000, 3_640_000, 510_000, 3_660_000)


def along_the_border(count=40):
    """Parcels on both sides of the towns' common border, and the town that each is in."""
    west = [shapely.box(499_700 - 5 * i, 3_650_000, 499_760 - 5 * i, 3_650_040) for i in range(count)]
    east = [shapely.box(500_240 + 5 * i, 3_650_000, 500_300 + 5 * i, 3_650_040) for i in range(count)]
    towns = [WEST_TOWN] * count + [EAST_TOWN] * count
    return np.array(west + east, dtype=object), np.array(towns, dtype=object)


def test_features_that_left_their_towns_as_the_pattern_says_are_recognised():
    parcels, towns = along_the_border()
    assert find_misplaced(parcels, towns, CRS) is None
    found = find_misplaced(moved(parcels, gcj02_of_wgs84), towns, CRS)
    assert found.pattern == "GCJ-02"
    assert found.compared == 40
    assert "40 features lie outside the towns" in found.words.en


def test_a_few_misplaced_features_or_wrong_towns_are_no_pattern():
    parcels, towns = along_the_border(4)
    assert find_misplaced(moved(parcels, gcj02_of_wgs84), towns, CRS) is None
    many, _ = along_the_border()
    assert find_misplaced(many, np.array([shapely.box(0, 0, 1, 1)] * 80, dtype=object), CRS) is None
