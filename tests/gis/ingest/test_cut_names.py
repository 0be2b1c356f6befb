"""Names of Shapefile columns, which a DBF cuts after ten bytes."""

import pandas as pd

from gis.ingest.cut_names import with_whole_names
from gis.ingest.mapping import FieldTarget, Mapping, Options
from gis.ingest.table import RawTable, SourceFile
from gis.layers import PARCEL, PROJECT


def raw(*headers, kind="Shapefile"):
    frame = pd.DataFrame({header: [""] for header in headers}, dtype=object)
    return RawTable(SourceFile("a.shp", 1, "0"), kind, frame, (1,))


def headers_of(table, layer=PARCEL, mapping=None):
    return list(with_whole_names(table, layer, mapping or Mapping()).frame.columns)


def test_utf8_names_cut_to_three_characters_are_completed_and_told():
    made = with_whole_names(raw("地块编", "地块名"), PARCEL, Mapping())
    assert list(made.frame.columns) == ["地块编号", "地块名称"]
    assert "地块编 → 地块编号" in made.warnings[0].zh


def test_gbk_names_cut_to_five_characters_are_completed():
    assert headers_of(raw("计划开工日"), PROJECT) == ["计划开工日期"]


def test_a_name_that_may_have_lost_its_unit_is_left_alone():
    # 登记面积（亩） and 面积（亩）, cut in UTF-8; 总投资（亿元）, cut in GBK
    assert headers_of(raw("登记面", "面积（")) == ["登记面", "面积（"]
    assert headers_of(raw("总投资（亿"), PROJECT) == ["总投资（亿"]


def test_a_beginning_of_several_columns_is_left_alone():
    assert headers_of(raw("地类分")) == ["地类分"]  # 地类分类标准, 地类分类版本


def test_a_whole_name_beside_it_or_a_mapping_goes_first():
    assert headers_of(raw("地块编", "地块编号")) == ["地块编", "地块编号"]
    mapped = Mapping(columns={"地块编": FieldTarget("name")})
    assert headers_of(raw("地块编"), mapping=mapped) == ["地块编"]
    assert headers_of(raw("地块编"), mapping=Mapping(options=Options(match_others=False))) == ["地块编"]


def test_other_formats_cut_nothing():
    assert headers_of(raw("地块编", kind="csv")) == ["地块编"]
