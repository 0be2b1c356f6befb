"""Columns that a mapping names, composes and fills."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import ColumnsNotMatched
from gis.ingest.columns import match_and_convert
from gis.ingest.keys import numbered, qualified
from gis.ingest.mapping import FieldTarget, Mapping, Options
from gis.ingest.table import RawTable, SourceFile
from gis.layers import PARCEL
from tests.gis.ingest.columns_samples import TODAY, convert, said


def test_constants_and_composed_fields_fill_columns():
    mapping = Mapping(
        constants={"owner_kind": "国有"},
        compose={"parcel_no": "{MAP}-{LOT}", "name": ("地名", "MAP")},
        options=Options(match_others=False),
    )
    converted = convert({"MAP": ["7", "8", None], "LOT": [18, 19, 1], "地名": [None, "乙", "丙"]}, PARCEL, mapping)
    assert converted.frame["parcel_no"].tolist()[:2] == ["7-18", "8-19"]
    assert converted.frame["name"].tolist() == ["7", "乙", "丙"]
    assert converted.frame["owner_kind"].tolist() == ["state"] * 3
    assert converted.bad_rows == {2}
    assert converted.warnings == ()


def test_a_column_that_the_mapping_needs_and_the_file_lacks_is_told():
    with pytest.raises(ColumnsNotMatched, match="LOT"):
        convert({"MAP": ["7"]}, PARCEL, Mapping(compose={"parcel_no": "{MAP}-{LOT}"}))
    absent = convert({"地块编号": ["7"]}, PARCEL, Mapping(columns={"Rem": FieldTarget("remark")}))
    assert "对照文件中的以下列在文件里没有：Rem" in said(absent)


def test_repeated_keys_are_told_apart_as_the_mapping_says():
    columns = {"ML": ["a", "b", "a", "a"], "id": [1, 2, 3, 4]}
    target = {"ML": FieldTarget("parcel_no")}
    by_number = convert(columns, PARCEL, Mapping(columns=target, options=Options(repeated_keys="number")))
    assert by_number.frame["parcel_no"].tolist() == ["a", "b", "a-2", "a-3"]
    by_id = convert(columns, PARCEL, Mapping(columns=target, options=Options(repeated_keys_by="id")))
    assert by_id.frame["parcel_no"].tolist() == ["a#1", "b", "a#3", "a#4"]
    untouched = convert(columns, PARCEL, Mapping(columns=target))
    assert untouched.frame["parcel_no"].tolist() == ["a", "b", "a", "a"]


@given(st.lists(st.one_of(st.none(), st.sampled_from(["a", "a-2", "a-3", "b", "b-2-2", "b-2"]))))
def test_numbered_keys_are_unique_and_leave_the_first_alone(keys):
    made = numbered(keys)
    named = [k for k in made if k is not None]
    assert len(named) == len(set(named)) == sum(k is not None for k in keys)
    for key in {k for k in keys if k is not None}:
        assert made[keys.index(key)] == key


def test_qualified_keys_do_not_depend_on_the_order():
    rows = [("a", 1), ("b", 2), ("a", 3), (None, 4)]
    there = dict(zip(rows, qualified([k for k, _ in rows], [v for _, v in rows]), strict=True))
    back = dict(zip(rows[::-1], qualified([k for k, _ in rows[::-1]], [v for _, v in rows[::-1]]), strict=True))
    assert there == back == {("a", 1): "a#1", ("b", 2): "b", ("a", 3): "a#3", (None, 4): None}


def test_a_template_is_blank_where_a_part_is_missing_however_it_is_missing():
    mapping = Mapping(compose={"parcel_no": "{M}-{L}"})
    made = convert({"M": ["a", math.nan, None], "L": ["1", "2", "3"]}, PARCEL, mapping)
    assert made.frame["parcel_no"].tolist()[0] == "a-1"
    assert made.bad_rows == {1, 2}


@pytest.mark.parametrize("header", ["No.", "A.B", "长[米]", "0"])
def test_a_template_takes_headers_with_dots_and_brackets(header):
    made = convert({header: ["a"], "L": ["1"]}, PARCEL, Mapping(compose={"parcel_no": f"{{{header}}}-{{L}}"}))
    assert made.frame["parcel_no"].tolist() == ["a-1"]


def test_values_of_the_mapping_are_found_where_whole_numbers_came_as_floats():
    mapping = Mapping(
        columns={"K": FieldTarget("owner_kind"), "S": FieldTarget("declared_area_m2", unit="m2")},
        values={"owner_kind": {"7": "state"}, "declared_area_m2": {"9999": ""}},
    )
    frame = pd.DataFrame({"地块编号": ["a", "b"], "K": [7.0, math.nan], "S": [9999.0, 5.0]})
    raw = RawTable(SourceFile("a.gpkg", 1, "0" * 64), "GeoPackage", frame, (1, 2))
    made = match_and_convert(raw, PARCEL, mapping, today=TODAY)
    assert made.refused == ()
    assert made.frame["owner_kind"].tolist()[0] == "state"
    assert made.frame["declared_area_m2"].isna().tolist() == [True, False]
