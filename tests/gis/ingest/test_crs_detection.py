"""Where a file lies is believed only when it lies in the county; what cannot be told is asked (RULES §2.3, §11)."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis import crs as systems
from gis.errors import CrsRefused, CrsUnknown
from gis.ingest.crs_detection import find_crs
from gis.ingest.table import RawTable, SourceFile, Target
from gis.model import BBox

ZHUMADIAN = Target("EPSG:4547", BBox(490_000.0, 3_640_000.0, 520_000.0, 3_670_000.0))
NO_EXTENT = Target("EPSG:4547")
CAMBRIDGE = Target("EPSG:26986")


def raw_of(x, y, *, crs=None, side=100.0, declared=None):
    shape = shapely.box(x, y, x + side, y + side)
    series = gpd.GeoSeries([shape, None])
    frame = pd.DataFrame({"编号": ["1", "2"]})
    return RawTable(SourceFile("a.txt", 1, "0"), "survey_txt", frame, (1, 2), series, crs, declared or {})


def in_degrees(**more):
    return raw_of(114.05, 32.98, side=0.001, **more)


def test_what_the_file_declares_holds_where_it_lies_in_the_county():
    found = find_crs(raw_of(500_000, 3_650_000, crs="EPSG:4547"), ZHUMADIAN)
    assert found.crs == "EPSG:4547"
    assert "declares EPSG:4547" in found.evidence.en


def test_a_table_without_geometry_needs_no_crs():
    table = RawTable(SourceFile("a.csv", 1, "0"), "csv", pd.DataFrame({"a": [1]}), (1,))
    assert find_crs(table, ZHUMADIAN) is None
    empty = RawTable(SourceFile("a.csv", 1, "0"), "csv", pd.DataFrame({"a": [1]}), (1,), gpd.GeoSeries([None]))
    assert find_crs(empty, ZHUMADIAN) is None


@pytest.mark.parametrize(
    ("easting", "crs"),
    [(38_500_000, "EPSG:4526"), (20_218_500, "EPSG:4498")],
)
def test_a_zone_in_front_of_the_easting_is_believed(easting, crs):
    # 20_218_500 in the 6° zone 20 (CM 117°E) is 114.0°E at 32.98°N, by PROJ.
    found = find_crs(
        raw_of(easting, 3_655_000), Target("EPSG:4547", BBox(480_000.0, 3_640_000.0, 540_000.0, 3_670_000.0))
    )
    assert found.crs == crs
    assert "CGCS2000" in found.warnings[0].en  # the file does not name its datum


def test_a_six_digit_easting_without_a_zone_is_asked_with_38_first():
    with pytest.raises(CrsUnknown) as asked:
        find_crs(raw_of(500_000, 3_650_000, declared={"带号": ""}), ZHUMADIAN)
    assert asked.value.candidates == ("EPSG:4547",)
    assert "500050.000" in asked.value.found


def test_without_an_extent_the_neighbour_zones_are_candidates_too_and_the_working_one_is_first():
    with pytest.raises(CrsUnknown) as asked:
        find_crs(raw_of(500_000, 3_650_000), NO_EXTENT)
    assert asked.value.candidates[0] == "EPSG:4547"
    assert {"EPSG:4546", "EPSG:4548"} <= set(asked.value.candidates)


def test_the_users_word_answers_the_question():
    assert find_crs(raw_of(500_000, 3_650_000), ZHUMADIAN, said="4547").crs == "EPSG:4547"


def test_the_users_word_is_weighed_as_well():
    with pytest.raises(CrsUnknown, match="outside the county") as refused:
        find_crs(raw_of(500_000, 3_650_000), ZHUMADIAN, said="EPSG:4548")
    assert "EPSG:4547" in refused.value.candidates


@pytest.mark.parametrize("declared", [{}, {"带号": "38", "几度分带": "3"}])
def test_coordinates_of_several_zones_are_refused_with_the_zones(declared):
    shapes = gpd.GeoSeries([shapely.box(e, 3_650_000, e + 100, 3_650_100) for e in (38_500_000, 37_500_000)])
    frame = pd.DataFrame({"编号": ["1", "2"]})
    raw = RawTable(SourceFile("a.txt", 1, "0"), "survey_txt", frame, (1, 2), shapes, None, declared)
    with pytest.raises(CrsUnknown, match="several zones") as refused:
        find_crs(raw, ZHUMADIAN)
    assert refused.value.found == "37 (3°)、38 (3°)"
    assert refused.value.candidates == ("EPSG:4525", "EPSG:4526")


def test_the_header_of_a_survey_text_names_the_zone():
    found = find_crs(raw_of(500_000, 3_650_000, declared={"带号": "38", "几度分带": "3"}), ZHUMADIAN)
    assert found.crs == "EPSG:4547"
    prefixed = find_crs(raw_of(38_500_000, 3_650_000, declared={"带号": "38", "几度分带": "3"}), ZHUMADIAN)
    assert prefixed.crs == "EPSG:4526"


def test_header_and_eastings_that_disagree_are_asked():
    with pytest.raises(CrsUnknown, match="disagree") as asked:
        find_crs(raw_of(38_500_000, 3_650_000, declared={"带号": "39", "几度分带": "3"}), ZHUMADIAN)
    assert asked.value.candidates == ("EPSG:4526", "EPSG:4527")


def test_a_zone_of_3_is_the_width_by_mistake():
    found = find_crs(raw_of(38_500_000, 3_650_000, declared={"带号": "3", "几度分带": "3"}), ZHUMADIAN)
    assert found.crs == "EPSG:4526"
    assert any("mistake" in w.en for w in found.warnings)
    with pytest.raises(CrsUnknown):
        find_crs(raw_of(500_000, 3_650_000, declared={"带号": "3", "几度分带": "3"}), ZHUMADIAN)


def test_degrees_are_told_and_confirmed():
    assert find_crs(in_degrees(), ZHUMADIAN).crs == "EPSG:4490"
    assert find_crs(raw_of(-71.1, 42.37, side=0.001), CAMBRIDGE).crs == "EPSG:4490"


def test_degrees_elsewhere_are_refused():
    with pytest.raises(CrsUnknown, match="outside the county"):
        find_crs(raw_of(116.4, 39.9, side=0.001), ZHUMADIAN)


def test_metres_that_are_declared_as_degrees_are_refused_with_both_named():
    with pytest.raises(CrsUnknown) as refused:
        find_crs(raw_of(38_500_000, 3_650_000, crs="EPSG:4326"), ZHUMADIAN)
    assert "EPSG:4326" in refused.value.words.en
    assert "EPSG:4526" in refused.value.candidates


def test_a_declared_plain_zone_with_prefixed_eastings_is_refused_with_the_prefixed_one():
    with pytest.raises(CrsUnknown) as refused:
        find_crs(raw_of(38_500_000, 3_650_000, crs="EPSG:4547"), ZHUMADIAN)
    assert refused.value.candidates == ("EPSG:4526",)


@pytest.mark.parametrize(
    "raw",
    [
        raw_of(3_650_000, 500_000, crs="EPSG:4547"),
        raw_of(3_650_000, 38_500_000),
        raw_of(3_650_000, 38_500_000, declared={"带号": "38", "几度分带": "3"}),
        raw_of(3_650_000, 500_000),
        raw_of(32.98, 114.05, side=0.001),
        raw_of(32.98, 114.05, side=0.001, crs="EPSG:4326"),
    ],
    ids=["declared metres", "prefixed metres", "header zone", "undeclared metres", "degrees", "declared degrees"],
)
def test_swapped_axes_are_offered_and_not_silently_stored(raw):
    with pytest.raises(CrsUnknown, match="--swap-axes"):
        find_crs(raw, ZHUMADIAN)


def test_confirmed_swapping_puts_east_first():
    found = find_crs(raw_of(3_650_000, 38_500_000), ZHUMADIAN, swap_axes=True)
    assert found.crs == "EPSG:4526"
    assert found.geometry.iloc[0].bounds == (38_500_000, 3_650_000, 38_500_100, 3_650_100)
    assert found.geometry.iloc[1] is None


def test_swapping_what_is_right_is_refused():
    with pytest.raises(CrsUnknown, match="leave out --swap-axes"):
        find_crs(raw_of(38_500_000, 3_650_000), ZHUMADIAN, swap_axes=True)


@pytest.mark.parametrize("text", ["80国家大地坐标系", "西安80", "北京54", "1954年北京坐标系"])
def test_old_datums_in_a_header_are_refused_whatever_the_user_says(text):
    raw = raw_of(38_500_000, 3_650_000, declared={"坐标系": text, "带号": "38"})
    for said in (None, "EPSG:4526"):
        with pytest.raises(CrsRefused, match="Xian 80"):
            find_crs(raw, ZHUMADIAN, said=said)


def test_an_old_datum_that_the_file_declares_is_refused_with_the_file_named():
    with pytest.raises(CrsRefused, match="Xian 80") as refused:
        find_crs(raw_of(38_500_000, 3_650_000, crs="EPSG:2362"), ZHUMADIAN)
    assert refused.value.place.file == "a.txt"


def test_a_local_independent_system_is_refused():
    with pytest.raises(CrsRefused, match="local independent"):
        find_crs(raw_of(50_000, 30_000, declared={"坐标系": "驻马店独立坐标系"}), ZHUMADIAN)


def test_coordinates_of_a_drawing_at_the_origin_are_refused():
    with pytest.raises(CrsUnknown):
        find_crs(raw_of(0.0, 0.0, side=50.0), ZHUMADIAN)


def test_one_feature_in_the_county_is_enough_for_the_file():
    here, far = shapely.box(500_000, 3_650_000, 500_100, 3_650_100), shapely.box(900_000, 3_650_000, 900_100, 3_650_100)
    raw = RawTable(
        SourceFile("a", 1, "0"),
        "GeoPackage",
        pd.DataFrame({"a": [1, 2]}),
        (1, 2),
        gpd.GeoSeries([here, far]),
        "EPSG:4547",
    )
    assert find_crs(raw, ZHUMADIAN).crs == "EPSG:4547"


def test_web_mercator_is_recognised_by_where_it_would_lie():
    metres = systems.mercator_of(np.array([[500_000.0, 3_650_000.0]]), "EPSG:4547")[0]
    with pytest.raises(CrsUnknown) as asked:
        find_crs(raw_of(*metres), ZHUMADIAN)
    assert "EPSG:3857" in asked.value.candidates


def test_a_zone_that_does_not_exist_is_refused_with_the_file_that_says_it():
    with pytest.raises(CrsRefused) as caught:
        find_crs(raw_of(500_000, 3_650_000, declared={"带号": "12", "几度分带": "3"}), ZHUMADIAN)
    assert caught.value.place.file == "a.txt"
