"""The strict writer of RULES §1.3, and that reading gives back what was written."""

from __future__ import annotations

from datetime import date
from math import cos, pi, sin

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from gis.errors import InvalidValue
from gis.ingest.survey_txt import read_survey_txt
from gis.ingest.table import RawTable, SourceFile
from gis.reports.survey_txt import SurveyHeader, SurveyText, write_survey_txt
from tests.gis.survey_samples import HEAD, RING, TITLE

HEADER = SurveyHeader(38, "XX县自然资源局", date(2026, 3, 2))
# RULES §1.1, without the zone before the easting.
RULES_RING = box(500_000.0, 3_649_700.0, 500_400.0, 3_650_000.0)


def table(*shapes, **columns) -> gpd.GeoDataFrame:
    numbers = [str(n) for n in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame({"parcel_no": numbers, **columns}, geometry=list(shapes))


def read_back(written: SurveyText) -> RawTable:
    return read_survey_txt(written.data, SourceFile("back.txt", len(written.data), "0" * 64))


def test_the_example_of_the_rules_is_written_to_the_letter():
    parcels = table(
        RULES_RING, name=["XX产业园一期"], sheet_no=["I50G073001"], land_use=["工业用地"], land_class_code=["1001"]
    )
    written = write_survey_txt(parcels, HEADER)
    assert written.data.decode("gb18030") == (HEAD + TITLE + RING).replace("\n", "\r\n")
    assert written.warnings == ()


def test_an_easting_with_its_zone_is_not_given_another():
    assert write_survey_txt(table(translate(RULES_RING, 38_000_000)), HEADER).data == (
        write_survey_txt(table(RULES_RING), HEADER).data
    )


def test_coordinates_of_another_zone_are_refused():
    with pytest.raises(InvalidValue, match="not in zone 38"):
        write_survey_txt(table(translate(RULES_RING, 39_000_000)), HEADER)


def test_every_part_is_a_record_of_its_own_unless_rings_are_asked_for():
    shape = MultiPolygon([RULES_RING, translate(RULES_RING, 1_000)])
    records = read_back(write_survey_txt(table(shape), HEADER))
    assert records.frame["地块编号"].tolist() == ["1-1", "1-2"]
    rings = read_back(write_survey_txt(table(shape), HEADER, parts="rings"))
    assert rings.frame["地块编号"].tolist() == ["1"]
    assert rings.geometry.iloc[0].area == 240_000.0
    assert rings.frame["登记面积(公顷)"].tolist() == ["24.0000公顷"]


def test_a_part_number_that_meets_a_parcel_number_is_refused():
    parcels = table(MultiPolygon([RULES_RING, translate(RULES_RING, 1_000)]), translate(RULES_RING, 5_000))
    with pytest.raises(InvalidValue, match="comes twice"):
        write_survey_txt(parcels.assign(parcel_no=["7", "7-2"]), HEADER)


def test_commas_and_line_breaks_in_names_cannot_break_the_file():
    raw = read_back(write_survey_txt(table(RULES_RING, name=["甲,乙\n丙"]), HEADER))
    assert raw.frame["地块名称"].tolist() == ["甲，乙 丙"]


def test_a_character_outside_gbk_is_written_and_warned_of():
    written = write_survey_txt(table(RULES_RING, name=["𠮷村"]), HEADER)
    assert "𠮷" in written.warnings[0].zh
    assert read_back(written).frame["地块名称"].tolist() == ["𠮷村"]


@pytest.mark.parametrize(
    "shape",
    [
        None,
        Polygon(),
        LineString([(500_000, 3_650_000), (500_001, 3_650_000)]),
        box(500_000, 3_650_000, 500_000.0001, 3_650_000.0001),
    ],
)
def test_what_is_no_polygon_in_millimetres_is_refused(shape):
    with pytest.raises(InvalidValue):
        write_survey_txt(table(shape), HEADER)


def test_a_parcel_without_a_number_and_a_zone_that_is_none_are_refused():
    with pytest.raises(InvalidValue, match="needs a number"):
        write_survey_txt(table(RULES_RING).assign(parcel_no=[None]), HEADER)
    with pytest.raises(InvalidValue, match="no zone 20"):
        SurveyHeader(20, "甲", date(2026, 1, 1))


def test_header_keys_that_we_do_not_know_survive_reading_and_writing():
    known = read_back(
        write_survey_txt(table(RULES_RING), SurveyHeader(38, "甲", date(2026, 1, 1), more={"描述": "a=b"}))
    )
    again = write_survey_txt(table(RULES_RING), SurveyHeader(38, "甲", date(2026, 1, 1), more=known.declared))
    assert "描述=a=b\r\n" in again.data.decode("gb18030")
    assert read_back(again).declared == known.declared


@st.composite
def parcels_with_holes(draw: st.DrawFn) -> MultiPolygon:
    """One to three stars far apart, each with a smaller star cut out of it or not."""
    parts = []
    for n in range(draw(st.integers(1, 3))):
        radii = draw(st.lists(st.floats(40, 100), min_size=3, max_size=12))
        outer = star(radii, 500_000 + n * 1_000 + draw(st.floats(0, 9)), 3_650_000 + draw(st.floats(0, 9)))
        inner = star(draw(st.lists(st.floats(1, 8), min_size=3, max_size=6)), *outer.centroid.coords[0])
        has_hole = draw(st.booleans()) and outer.buffer(-0.01).contains(inner)
        parts.append(outer.difference(inner) if has_hole else outer)
    return MultiPolygon(parts)


def star(radii: list[float], east: float, north: float) -> Polygon:
    count = len(radii)
    return Polygon(
        [(east + r * cos(2 * pi * i / count), north + r * sin(2 * pi * i / count)) for i, r in enumerate(radii)]
    )


@given(parcels_with_holes(), st.sampled_from(["records", "rings"]), st.sampled_from(["gb18030", "utf-8"]))
@settings(max_examples=60, deadline=None)
def test_reading_gives_back_what_was_written_within_a_millimetre(shape, parts, encoding):
    raw = read_back(write_survey_txt(table(shape), HEADER, parts=parts, encoding=encoding))
    assert raw.refused == ()
    assert raw.warnings == ()
    back = translate(shapely.union_all(raw.geometry.array), -38_000_000)
    assert len(raw.frame) == (len(shape.geoms) if parts == "records" else 1)
    assert shapely.hausdorff_distance(back.boundary, shape.boundary) < 0.001
    assert back.symmetric_difference(shape).area < 0.001 * shape.length
