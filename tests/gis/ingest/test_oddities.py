"""Duplicates, overlaps and declared areas that do not agree are told, with how many and how much."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.ingest.oddities import declared_areas, duplicates, find_overlaps, overlaps

A = shapely.box(0, 0, 100, 100)
B = shapely.box(90, 0, 190, 100)  # overlaps A by 10 × 100 m
C = shapely.box(190, 0, 290, 100)  # touches B
D = shapely.box(289.995, 0, 390, 100)  # overlaps C by 5 mm × 100 m = 0.5 m²


def array(*geoms):
    return np.array(geoms, dtype=object)


def test_overlaps_of_at_least_one_square_metre_are_told():
    told = overlaps(array(A, B, C, D, None), ["A", "B", "C", "D", "E"])
    assert told[0].en == "1 pairs of parcels overlap by at least 1 m², 1,000.0 m² in all: A×B (1,000.0 m²)"


def test_parcels_that_only_touch_do_not_overlap():
    assert overlaps(array(B, C), ["B", "C"]) == ()


def test_a_road_of_many_points_overlaps_only_what_it_enters():
    road = shapely.segmentize(shapely.box(-10, 100, 1000, 110), 1.0)
    entered = shapely.box(200, 0, 300, 102)
    found = find_overlaps(array(A, road, entered))
    assert found.pairs.tolist() == [[1, 2]]
    assert found.areas_m2.tolist() == [pytest.approx(200.0)]


def test_a_long_list_of_overlaps_ends_after_twenty():
    row = [shapely.box(x * 90, 0, x * 90 + 100, 100) for x in range(31)]
    told = overlaps(array(*row), [str(i) for i in range(31)])[0]
    assert told.en.count("×") == 20
    assert "(30 in all)" in told.en


def test_the_same_shape_from_another_starting_point_is_a_duplicate():
    turned = shapely.Polygon([(100, 100), (0, 100), (0, 0), (100, 0)])
    assert duplicates(array(A, C, turned), ["A", "C", "T"])[0].en == "1 groups share one geometry: A=T"
    assert duplicates(array(A, B, None, None), list("ABCD")) == ()


boxes = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 9), st.integers(1, 9))


@given(st.lists(boxes, min_size=2, max_size=8, unique=True))
def test_the_overlaps_found_are_those_of_every_pair_compared(parts):
    geoms = array(*[shapely.box(x, y, x + w, y + h) for x, y, w, h in parts])
    brute = {
        (i, j): geoms[i].intersection(geoms[j]).area
        for i in range(len(geoms)) for j in range(i + 1, len(geoms)) if geoms[i].intersection(geoms[j]).area >= 1
    }  # fmt: skip
    found = find_overlaps(geoms)
    assert {tuple(p): a for p, a in zip(found.pairs.tolist(), found.areas_m2, strict=True)} == pytest.approx(brute)


PARCEL = shapely.box(500_000, 3_650_000, 500_400, 3_650_300)  # 120,000 m² = 180 亩
NOWHERE = np.array([np.nan])


def told_of(declared):
    words = declared_areas(pd.Series([declared]), array(PARCEL), "EPSG:4547", NOWHERE, ["P1"])
    return words[0].en if words else ""


@pytest.mark.parametrize("declared", [120_000.0, 120_119.0, 119_999.9998, np.nan, 0.0])
def test_a_declared_area_that_agrees_or_says_nothing_is_quiet(declared):
    assert told_of(declared) == ""


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (12.0, "look like 公顷 but were read as m²"),
        (1.2e9, "look like m² but were read as 公顷"),
        (180.0, "look like 亩 but were read as m²"),
        (120_000 * 10_000 / 15, "look like m² but were read as 亩"),
        (120_000 * 15, "look like 亩 but were read as 公顷"),
        (120_000 / 15, "look like 公顷 but were read as 亩"),
    ],
)
def test_an_area_read_in_the_wrong_unit_is_recognised_by_the_factor(declared, words):
    assert words in told_of(declared)


def test_another_difference_is_told_in_metres_and_per_cent():
    assert told_of(121_000.0) == (
        "1 of 1 declared areas differ from the measured by over 0.1 %: P1 (1,000.0 m², 0.83 %)"
    )


def test_the_area_in_the_files_own_zone_counts_too():
    there = np.array([121_000.0])
    assert declared_areas(pd.Series([121_000.0]), array(PARCEL), "EPSG:4547", there, ["P1"]) == ()


def test_the_ellipsoidal_area_counts_too():
    # RULES §11: the same ring 125 km off the central meridian has 119,953.65 m² on the ellipsoid (−386 ppm):
    # within a thousandth anyway; 380 km off it is 0.36 % less, by the factor 1 + x²/2R².
    east = shapely.box(880_000, 3_650_000, 880_400, 3_650_300)
    from gis.crs import ellipsoidal_areas

    true = ellipsoidal_areas([east], "EPSG:4547")[0]
    assert true < 119_700
    assert declared_areas(pd.Series([true]), array(east), "EPSG:4547", NOWHERE, ["P1"]) == ()
