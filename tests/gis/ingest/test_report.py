"""The import report accounts for every row, and can be read by people and programs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InvalidValue, Place
from gis.ingest.report import Counts, ImportReport
from gis.ingest.table import Refusal, Repair
from gis.words import Words


def report(**more):
    values = {"read": 10, "stored": 4, "updated": 3, "unchanged": 1, "refused_rows": 2} | more
    return ImportReport("地块.zip", "ab" * 32, "parcel", "EPSG:4526", Words("横坐标带号", "zone prefix"), **values)


def refusal(row, found="两户"):
    return Refusal(Place("地块.zip", row, "户数"), found, Words("应为整数", "a whole number"))


counts = st.integers(0, 50)


@given(counts, counts, counts, counts, counts)
def test_a_report_exists_only_where_its_rows_add_up(read, stored, updated, unchanged, refused):
    values = {"read": read, "stored": stored, "updated": updated, "unchanged": unchanged, "refused_rows": refused}
    if read == stored + updated + unchanged + refused:
        assert report(**values).as_dict()["read"] == read
    else:
        with pytest.raises(InvalidValue, match="does not account"):
            report(**values)


def test_the_json_has_the_fixed_names_and_every_refused_cell():
    told = report(
        refused=(refusal(3), refusal(3, "x")),
        repaired=(Repair(Place("a", 5, "geometry"), "甲", Words("已修复", "repaired"), 10.0, 10.0),),
        warnings=(Words("警告", "careful"),),
        side={"parcel_event": Counts(2, 0, 1)},
    ).as_dict()
    assert json.loads(json.dumps(told)) == told
    assert {"read", "stored", "updated", "unchanged", "refused", "repaired", "warnings"} <= set(told)
    assert [cell["found"] for cell in told["refused"]] == ["两户", "x"]
    assert told["refused"][0] | {"expected": None} == {
        "file": "地块.zip", "row": 3, "column": "户数", "found": "两户", "expected": None
    }  # fmt: skip
    assert told["refused"][0]["expected"]["en"] == "a whole number"
    assert told["side"] == {"parcel_event": {"stored": 2, "updated": 0, "unchanged": 1}}


def test_the_text_is_chinese_or_english_whole():
    told = report(refused=(refusal(3),), area_before_m2=20_000.0, area_after_m2=10_000.0, dry_run=True)
    assert told.as_text("zh").splitlines() == [
        "导入 地块.zip → 地块（试运行，未入库）",
        "  SHA-256  abababababababab…",
        "  坐标系   EPSG:4526：横坐标带号",
        "  读入 10  新增 4  更新 3  未变 1  拒绝 2",
        "  面积   文件 20,000.00 m²，入库 10,000.00 m²（15.00 亩）",
        "",
        "拒绝（1）：",
        "  第 3 行  户数  实际“两户”，应为：整数",
    ]
    assert "row 3  户数  found '两户', expected: a whole number" in told.as_text("en")


def test_a_blank_cell_is_called_empty_in_text_and_json():
    blank = Refusal(Place("a", 3, "地块编号"), "", Words("地块编号不能为空", "parcel number may not be blank"))
    told = report(refused=(blank,))
    assert told.as_dict()["refused"][0]["found"] == "空 / empty"
    assert "第 3 行  地块编号  实际空，应为：地块编号不能为空" in told.as_text("zh")
    assert "row 3  地块编号  found empty, expected: parcel number" in told.as_text("en")


def test_a_long_list_ends_after_twenty_and_says_how_many_more():
    told = report(refused=tuple(refusal(row) for row in range(1, 41)))
    assert told.as_text("zh").count("第 ") == 20
    assert "另有 20 条" in told.as_text("zh")
    assert "20 more" in told.as_text("en")
    assert len(told.as_dict()["refused"]) == 40


def test_the_json_has_one_entry_a_refused_row_with_its_further_cells_beside():
    told = report(refused=(refusal(3), refusal(3, "x"), refusal(5)), refused_rows=2).as_dict()
    assert [entry["row"] for entry in told["refused"]] == [3, 5]
    assert [cell["found"] for cell in told["refused"][0]["also"]] == ["x"]
    assert told["read"] == told["stored"] + told["updated"] + told["unchanged"] + len(told["refused"])
