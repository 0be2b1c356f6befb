"""What is told of a file before anything is decided, and on what evidence."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from gis.ingest.detection import area_evidence, codes_in, columns_of, encoding_of, guess_layer
from gis.ingest.files import read_raw
from gis.ingest.mapping import Mapping, mapping_of
from gis.ingest.table import RawTable, SourceFile
from gis.layers import LAYERS
from tests.gis.ingest.files_samples import shapefile

PARCEL = LAYERS["parcel"]


def raw_of(columns, *, format_="csv", shapes=False):
    frame = pd.DataFrame(columns)
    geometry = gpd.GeoSeries([box(0, 0, 1, 1)] * len(frame)) if shapes else None
    return RawTable(SourceFile("a", 1, ""), format_, frame, tuple(range(1, len(frame) + 1)), geometry)


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        ("地块编号\n甲\n".encode(), "UTF-8", "all bytes are valid UTF-8"),
        ("\ufeff地块编号\n甲\n".encode(), "UTF-8", "BOM"),
        ("地块编号\n甲\n".encode("gbk"), "GB18030", "not UTF-8"),
        ("地块编号\n甲\n".encode("utf-16"), "UTF-16", "BOM"),
    ],
)
def test_the_encoding_of_a_text_comes_with_its_evidence(tmp_path, data, name, says):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    found = encoding_of(path, "csv")
    assert found.name == name
    assert says in found.evidence.en


def test_a_dbf_without_a_cpg_says_that_it_was_told_from_its_bytes(tmp_path):
    path = shapefile(tmp_path, "GBK", cpg=False)
    found = encoding_of(path, "shp")
    assert (found.name, "no .cpg" in found.evidence.en) == ("GB18030", True)


def test_what_the_user_says_goes_before_the_bytes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    assert encoding_of(path, "csv", said="gbk").evidence.en == "the user said so"


@pytest.mark.parametrize(
    ("columns", "shapes", "layer"),
    [
        ({"地块编号": ["1"], "所在村": ["东"]}, True, "parcel"),
        ({"项目代码": ["1"], "项目名称": ["甲"], "总投资（万元）": [1]}, False, "project"),
        ({"项目代码": ["1"], "1月完成投资": [1], "2月完成投资": [2]}, False, "progress_report"),
        ({"项目代码": ["1"], "节点名称": ["开工"], "承诺完成日期": ["2026-01-01"]}, False, "milestone"),
        ({"图斑编号": ["1"], "管控类型": ["永农"]}, True, "zone"),
        ({"行政区代码": ["1"], "行政区名称": ["甲"], "行政级别": ["镇"]}, True, "town"),
        ({"地块编号": ["1"], "记录类型": ["进入阶段"], "日期": ["2026-01-01"], "文号": ["1"]}, False, "parcel_event"),
        ({"甲": [1], "乙": [2]}, True, "parcel"),
    ],
)
def test_the_kind_of_thing_is_guessed_from_the_headers(columns, shapes, layer):
    assert guess_layer(raw_of(columns, shapes=shapes)) == layer


def test_every_column_of_the_file_has_its_fate():
    raw = raw_of({"地块编号": ["1", "2"], "面积（亩）": [1.5, 2.0], "投影面积": [1, 2], "土质": ["黏", None]})
    found = {column["header"]: column for column in columns_of(raw, PARCEL, Mapping())}
    assert {header: column["fate"] for header, column in found.items()} == {
        "地块编号": "matched", "面积（亩）": "matched", "投影面积": "computed", "土质": "unknown",
    }  # fmt: skip
    assert (found["面积（亩）"]["field"], found["面积（亩）"]["unit"]) == ("declared_area_m2", "亩")
    assert found["土质"]["samples"] == ["黏"]


def test_a_column_that_the_user_maps_or_leaves_out_says_so():
    mapping = mapping_of({"columns": {"土质": {"field": "remark"}}, "options": {"ignore": ["户数"]}}, PARCEL, name="x")
    raw = raw_of({"地块编号": ["1"], "土质": ["黏"], "户数": [3]})
    found = {column["header"]: (column["fate"], column["field"]) for column in columns_of(raw, PARCEL, mapping)}
    assert found == {"地块编号": ("matched", "parcel_no"), "土质": ("matched", "remark"), "户数": ("ignored", None)}


@pytest.mark.parametrize(
    ("numbers", "said", "measured", "agrees"),
    [
        ([10_000.0, 20_000.0], "m2", "m2", True),
        ([1.0, 2.0], "公顷", "ha", True),
        ([15.0, 30.0], "亩", "mu", True),
        ([10_000.0, 20_000.0], "公顷", "m2", False),
        ([15.0, 30.0], "公顷", "mu", False),
        ([3.0, 7.0], "公顷", None, None),
    ],
)
def test_the_unit_of_areas_is_weighed_against_the_drawn_ones(numbers, said, measured, agrees):
    """Drawn are 1 ha and 2 ha: 10,000 m² or 15 亩, and twice that."""
    raw = raw_of({"地块编号": ["1", "2"], "面积": numbers})
    found = area_evidence(raw, "面积", said, np.array([10_000.0, 20_000.0]))
    assert (found["measured"], found["agrees"], found["compared"]) == (measured, agrees, 2)


def test_areas_without_shapes_are_compared_with_nothing():
    raw = raw_of({"地块编号": ["1"], "面积": ["1.5亩"]})
    found = area_evidence(raw, "面积", None, None)
    assert (found["said"], found["measured"], found["compared"]) == ("亩", None, 0)


def test_the_codes_of_land_classes_are_listed_by_how_often_they_come():
    raw = raw_of({"地块编号": ["1", "2", "3", "4"], "地类编码": ["0103", "0101", "0103", None]})
    assert codes_in(raw, columns_of(raw, PARCEL, Mapping())) == ["0103", "0101"]


def test_a_file_of_texts_is_sampled_with_what_a_person_sees(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("地块编号,户数\nA,1\nB,1\nC,2\n", encoding="utf-8")
    (_, count) = columns_of(read_raw(path), PARCEL, Mapping())
    assert count["samples"] == ["1", "2"]
