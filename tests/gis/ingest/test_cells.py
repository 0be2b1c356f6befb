"""Cells to stored units and types. Money in 万元, areas in m² (1 亩 = 10000/15 m²)."""

from __future__ import annotations

import math
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InvalidValue
from gis.ingest.columns import Converted, match_and_convert
from gis.ingest.mapping import FieldTarget, Mapping
from gis.ingest.synonyms import SYNONYMS
from gis.layers import MILESTONE, PROGRESS_REPORT, PROJECT, ZONE
from tests.gis.ingest.columns_samples import TODAY, convert, parcels, projects, said, table

# ---------------------------------------------------------------- units and numbers


@pytest.mark.parametrize(
    ("header", "value", "wan"),
    [
        ("总投资（亿元）", "3.2", 32_000.0),
        ("总投资(万元)", "1,234.5", 1_234.5),
        ("总投资[元]", 50_000, 5.0),
        ("总投资/万元", 7, 7.0),
        ("总投资（单位：亿元）", 1, 10_000.0),
        ("总投资万元", 7, 7.0),
        ("计划总投资 (亿元)", "0.1", 1_000.0),
        ("total_wan", 7, 7.0),
        ("总投资(万元)", "3.2亿元", 32_000.0),
        ("总投资(万元)", "１２．５", 12.5),
        ("总投资(万元)", 12345678.25, 12_345_678.25),
        ("总投资(亿元)", 0.1 + 0.2, 3_000.0),
    ],
)
def test_money_in_any_unit_becomes_wan(header, value, wan):
    converted = projects(**{header: [value]})
    assert converted.frame["total_wan"].tolist() == [wan]
    assert converted.warnings == ()


@pytest.mark.parametrize(
    ("header", "value", "m2"),
    [
        ("面积(亩)", 180, 120_000.0),
        ("登记面积（公顷）", "12.0000", 120_000.0),
        ("用地面积(㎡)", 5, 5.0),
        ("DKMJ(m²)", 5, 5.0),
        ("declared_area_m2", 5, 5.0),
        ("面积(亩)", "0.7655公顷", 7_655.0),
        ("面积（平方公里）", 1, 1_000_000.0),
    ],
)
def test_areas_in_any_unit_become_square_metres(header, value, m2):
    assert parcels(**{header: [value]}).frame["declared_area_m2"].tolist() == [m2]


def test_the_unit_comes_from_header_then_mapping_then_note_then_the_usual_one_with_a_warning():
    mapping = Mapping(columns={"总投资": FieldTarget("total_wan", unit="亿元")})
    assert projects(mapping, 总投资=[1]).frame["total_wan"].tolist() == [10_000.0]
    mapping = Mapping(columns={"总投资(万元)": FieldTarget("total_wan", unit="亿元")})
    assert projects(mapping, **{"总投资(万元)": [1]}).frame["total_wan"].tolist() == [1.0]
    noted = convert({"代码": ["A"], "名称": ["甲"], "总投资": [1]}, PROJECT, 单位="亿元、亩")
    assert noted.frame["total_wan"].tolist() == [10_000.0]
    assert noted.warnings == ()
    bare = projects(总投资=[1])
    assert bare.frame["total_wan"].tolist() == [1.0]
    assert "“总投资”未注明单位，按万元计" in said(bare)
    assert "按m2计" in said(parcels(面积=[1]))


def test_no_unit_is_missed_where_every_cell_states_its_own():
    assert projects(总投资=["3亿元", None, "—", "20万元"]).warnings == ()


def test_a_unit_that_does_not_fit_its_column_stops_the_import():
    with pytest.raises(InvalidValue) as caught:
        parcels(**{"面积(万元)": [1]})
    assert caught.value.place.column == "面积(万元)"


@pytest.mark.parametrize("blank", [None, "", " ", "-", "—", "——", "/", "无", "暂无", "N/A", math.nan, pd.NaT, pd.NA])
def test_dashes_are_no_numbers_and_no_dates_and_refuse_nothing(blank):
    converted = parcels(**{"面积(亩)": [blank], "户数": [blank], "计划净地日期": [blank], "权属性质": [blank]})
    assert converted.frame.drop(columns="parcel_no").isna().all(axis=None)
    assert converted.bad_rows == frozenset()


@pytest.mark.parametrize("text", ["—", "/", "无"])
def test_dashes_in_texts_stay_texts(text):
    assert parcels(备注=[text]).frame["remark"].tolist() == [text]


@pytest.mark.parametrize(
    "bad",
    ["约12", "12亩左右", "1,23", "12万元", "#DIV/0!", "#N/A", "-1", "1e99", "inf", "12-13", datetime(2026, 1, 1), True],
)
def test_what_is_no_area_is_refused_with_its_place(bad):
    converted = parcels(**{"面积(亩)": [1, bad]})
    (refusal,) = converted.refused
    assert (refusal.place.file, refusal.place.row, refusal.place.column) == ("台账.xlsx", 3, "面积(亩)")
    assert refusal.found == str(bad)
    assert converted.bad_rows == {1}
    assert len(converted.frame) == 2


@pytest.mark.parametrize(("value", "number"), [("12户", 12), (12.0, 12), ("12.0", 12), ("1,200", 1200)])
def test_counts_are_whole_numbers(value, number):
    converted = parcels(户数=[value])
    assert converted.frame["households"].tolist() == [number]
    assert str(converted.frame["households"].dtype) == "Int64"
    assert parcels(户数=["1.5"]).bad_rows == {0}


def test_shares_are_per_cent_and_a_doubtful_one_is_asked_about():
    def reports(header: str, *values: object) -> Converted:
        count = len(values)
        columns = {
            "项目代码": ["A1"] * count,
            "周期": ["月报"] * count,
            "月份": ["2026-03"] * count,
            header: list(values),
        }
        return convert(columns, PROGRESS_REPORT)

    assert reports("形象进度", "60%", 30, "12.5").frame["image_percent"].tolist() == [60.0, 30.0, 12.5]
    assert reports("形象进度(%)", 0.6).frame["image_percent"].tolist() == [0.6]
    assert reports("形象进度", 0, 1).frame["image_percent"].tolist() == [0.0, 1.0]
    with pytest.raises(InvalidValue, match="nothing above 1"):
        reports("形象进度", 0.6, 1)
    ratio = Mapping(columns={"形象进度": FieldTarget("image_percent", unit="ratio")})
    raw = table({"项目代码": ["A1"], "周期": ["月报"], "月份": ["2026-03"], "形象进度": [0.6]})
    assert match_and_convert(raw, PROGRESS_REPORT, ratio, today=TODAY).frame["image_percent"].tolist() == [60.0]
    assert reports("形象进度", 105).bad_rows == {0}


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_a_number_survives_thousands_separators_full_width_and_units(number):
    wide = f"{number:,}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.,"})
    found = projects(**{"总投资(万元)": [f"{number}", f"{number:,}", wide, f"{number}万元"]}).frame["total_wan"]
    assert found.tolist() == [float(number)] * 4


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02", "2026/3/2", "2026.3.2", "2026年3月2日", "２０２６年３月２日", "2026 年 3 月 2 日", "20260302",
        20260302,
        "2026-03-02 00:00:00", "2026-03-02T08:30:00Z", datetime(2026, 3, 2, 9), date(2026, 3, 2), 46083,
        46083.5, "46083",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(value):
    converted = parcels(计划净地日期=[value])
    assert converted.frame["planned_cleared_on"].tolist() == [pd.Timestamp(2026, 3, 2)]
    assert str(converted.frame["planned_cleared_on"].dtype) == "datetime64[s]"


@pytest.mark.parametrize("value", ["2026年2月", "2026-02", "2026.2", "202602", 202602, "2026/02"])
def test_a_bare_month_is_by_its_end_where_something_is_due_and_from_its_beginning_elsewhere(value):
    frame = projects(计划竣工时间=[value], 计划开工时间=[value], 实际开工时间=[value]).frame
    assert frame["planned_finish_on"].tolist() == [pd.Timestamp(2026, 2, 28)]
    assert frame["planned_start_on"].tolist() == [pd.Timestamp(2026, 2, 1)]
    assert frame["actual_start_on"].tolist() == [pd.Timestamp(2026, 2, 1)]
    assert parcels(计划净地日期=[value]).frame["planned_cleared_on"].tolist() == [pd.Timestamp(2026, 2, 28)]
    promise = convert({"项目代码": ["A1"], "节点": ["开工"], "承诺日期": [value]}, MILESTONE)
    assert promise.frame["promised_on"].tolist() == [pd.Timestamp(2026, 2, 28)]


def test_the_end_of_a_month_is_its_last_day_everywhere():
    assert projects(计划开工时间=["2024年2月底"]).frame["planned_start_on"].tolist() == [pd.Timestamp(2024, 2, 29)]


@pytest.mark.parametrize(
    "bad",
    [
        "2026-13-01",
        "2026-02-30",
        "3/2/2026",
        "26.3.2",
        "2026年",
        "2026年底",
        "尽快",
        2026.1,
        2026,
        "1900-01-01",
        99999999,
        True,
    ],
)
def test_what_is_no_day_or_two_days_is_refused(bad):
    assert parcels(计划净地日期=[bad]).bad_rows == {0}


def test_a_pattern_in_the_mapping_reads_other_dates_and_only_those():
    mapping = Mapping(columns={"Start": FieldTarget("planned_start_on", format="%m/%d/%Y")})
    converted = projects(mapping, Start=["7/5/2005", "2005-07-05"])
    assert converted.frame["planned_start_on"].tolist() == [pd.Timestamp(2005, 7, 5), pd.NaT]
    assert converted.bad_rows == {1}


# ---------------------------------------------------------------- booleans, codes, texts


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        ("是", True),
        ("有", True),
        (1, True),
        ("TRUE", True),
        ("√", True),
        (True, True),
        ("否", False),
        ("无", False),
        (0, False),
        ("×", False),
        (False, False),
    ],
)
def test_yes_and_no_in_every_form(value, truth):
    assert projects(是否化工=[value]).frame["is_chemical"].tolist() == [truth]


def test_what_is_neither_yes_nor_no_is_refused_and_a_blank_is_not():
    converted = projects(是否化工=["也许", None])
    assert converted.bad_rows == {0}
    assert str(converted.frame["is_chemical"].dtype) == "boolean"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("collective", "collective"),
        ("集体", "collective"),
        ("Collective", "collective"),
        ("国有土地", "state"),
        (30, "collective"),
        ("20", "state"),
    ],
)
def test_codes_are_known_by_code_word_and_usual_short_form(value, code):
    assert parcels(权属性质=[value]).frame["owner_kind"].tolist() == [code]


def test_brackets_of_a_lists_own_words_may_be_half_width():
    converted = convert({"编号": ["1"], "类型": ["生态保护红线(核心区)"]}, ZONE)
    assert converted.frame["kind"].tolist() == ["ecological_red_line_core"]


def test_an_unknown_code_is_refused_with_the_choices():
    (refusal,) = parcels(权属性质=["私有"]).refused
    assert "集体(collective)" in refusal.expected.zh


def test_no_short_form_means_two_codes_or_shadows_a_word():
    for codes, table_ in SYNONYMS.items():
        words = {m.words.zh: m.value for m in codes}
        assert all(words.get(text, code) == code for text, code in table_.items())
        assert set(table_.values()) <= {m.value for m in codes}


def test_a_mappings_values_go_before_the_code_list():
    mapping = Mapping(values={"stage": {"Built": "completed", "在建": "started", "?": ""}})
    derived = projects(mapping, 项目状态=["Built", "在建", "?", "签约"]).derived
    assert derived["stage"].tolist()[:2] == ["completed", "started"]
    assert pd.isna(derived["stage"].iloc[2])
    assert derived["stage"].iloc[3] == "signed"


def test_texts_are_trimmed_and_numbers_in_them_are_as_typed():
    assert parcels(备注=[" 甲 ", 12.0, 3.5, datetime(2026, 3, 2)]).frame["remark"].tolist() == [
        "甲",
        "12",
        "3.5",
        "2026-03-02",
    ]


def test_keys_are_one_key_however_they_are_typed():
    converted = convert(
        {"项目代码": ["２０２４-140781-77-01-012345", "20241407817701012345"], "名称": ["甲", "乙"]}, PROJECT
    )
    assert converted.frame["code"].tolist() == ["2024-140781-77-01-012345"] * 2


@pytest.mark.parametrize("cut", [20241407817701012345, 2.0241407817701e19, "2.02414E+19"])
def test_a_code_that_a_spreadsheet_has_cut_is_refused(cut):
    assert convert({"项目代码": [cut], "名称": ["甲"]}, PROJECT).bad_rows == {0}


def test_a_blank_required_cell_refuses_its_row_once():
    converted = convert({"项目代码": ["A1", None, " "], "名称": ["甲", "乙", None]}, PROJECT)
    assert [(r.place.row, r.place.column) for r in converted.refused] == [(3, "项目代码"), (4, "项目代码"), (4, "名称")]
    assert converted.bad_rows == {1, 2}


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_what_is_without_end_is_no_day_and_a_text_like_any_other(value):
    made = parcels(地块名称=[value], 净地日期=[value])
    assert [refusal.place.column for refusal in made.refused] == ["净地日期"]
    assert made.frame["name"].tolist() == [str(value)]


def test_a_cell_of_endless_digits_is_refused_at_once():
    made = parcels(面积=["1" * 200_000 + " 1"])
    assert made.bad_rows == {0}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01T16:00:00Z", "2026-03-02"),
        ("2026-03-01T15:59:59Z", "2026-03-01"),
        ("2026-12-31T16:00:00.000+00:00", "2027-01-01"),
        ("2026-03-01T16:00:00+08:00", "2026-03-01"),
        ("2026-03-01 16:00", "2026-03-01"),
    ],
)
def test_a_text_of_a_moment_in_utc_is_of_the_day_that_it_is_in_beijing(text, day):
    assert parcels(净地日期计划=[text], 计划净地日期=[text]).frame["planned_cleared_on"][0] == pd.Timestamp(day)
