"""Headers to fields, cells to stored units and types. Money in 万元, areas in m² (1 亩 = 10000/15 m²)."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import ColumnsNotMatched, InvalidValue
from gis.ingest.columns import Converted, match_and_convert
from gis.ingest.headers import normal, slots_of
from gis.ingest.keys import numbered, qualified
from gis.ingest.mapping import FieldTarget, Mapping, Options
from gis.ingest.synonyms import SYNONYMS
from gis.ingest.table import RawTable, SourceFile
from gis.layers import LAYERS, MILESTONE, PARCEL, PARK, PROGRESS_REPORT, PROJECT, ZONE, Layer

TODAY = date(2026, 5, 31)


def table(columns: dict[str, list[object]], **declared: str) -> RawTable:
    frame = pd.DataFrame(columns, dtype="object")
    return RawTable(
        SourceFile("台账.xlsx", 1, "0" * 64), "xlsx", frame, tuple(range(2, len(frame) + 2)), declared=declared
    )


def convert(
    columns: dict[str, list[object]], layer: Layer = PARCEL, mapping: Mapping | None = None, **declared: str
) -> Converted:
    return match_and_convert(table(columns, **declared), layer, mapping, today=TODAY)


def parcels(**columns: list[object]) -> Converted:
    length = max(len(values) for values in columns.values())
    return convert({"地块编号": [str(n) for n in range(1, length + 1)], **columns})


def projects(mapping: Mapping | None = None, **columns: list[object]) -> Converted:
    length = max(len(values) for values in columns.values())
    numbers = [f"A{n}" for n in range(1, length + 1)]
    return convert({"项目代码": numbers, "项目名称": numbers, **columns}, PROJECT, mapping)


def said(converted: Converted) -> str:
    return "\n".join(w.zh for w in converted.warnings)


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize(
    "header",
    [
        "项目代码",
        " 项目代码 ",
        "项目\n代码",
        "*项目代码",
        "项目代码（必填）",
        "项目编号",
        "Project Code",
        "PROJECT_CODE",
        "ＣＯＤＥ",
        "code",
    ],
)
def test_a_header_is_known_however_it_is_written(header):
    assert convert({header: ["A1"], "项目名称": ["甲"]}, PROJECT).frame["code"].tolist() == ["A1"]


def test_a_bracket_that_changes_the_meaning_is_not_overlooked():
    converted = projects(**{"开工日期（计划）": ["2026-03-02"]})
    assert "actual_start_on" not in converted.frame
    assert "未识别，未导入：开工日期（计划）" in said(converted)


@pytest.mark.parametrize("column", list(LAYERS["project"].columns) + list(LAYERS["parcel"].columns))
def test_every_declared_header_finds_its_own_column_or_an_earlier_one(column):
    layer = PROJECT if column in PROJECT.columns else PARCEL
    known: dict[str, str] = {}
    for slot in slots_of(layer):
        for header in slot.headers:
            known.setdefault(normal(header), slot.column.name)
    if column.name.startswith("area_"):
        assert column.name not in known.values()
    else:
        assert known[normal(column.words.zh)] == column.name


def test_of_two_columns_for_one_field_the_declared_name_wins_and_the_other_is_named():
    converted = convert({"名称": ["别名"], "项目名称": ["甲"], "项目代码": ["A1"]}, PROJECT)
    assert converted.frame["name"].tolist() == ["甲"]
    assert "“名称”与“项目名称”同指一项，只用了“项目名称”" in said(converted)


def test_all_missing_required_columns_are_named_at_once_with_what_was_found():
    with pytest.raises(ColumnsNotMatched) as caught:
        convert({"名称": ["甲"], "面积": [1]}, ZONE)
    assert caught.value.expected == "zone_no、kind"
    assert caught.value.found == "名称、面积"
    assert "TBBH" in caught.value.words.zh


def test_columns_that_the_system_computes_are_not_imported_and_said_so():
    converted = parcels(投影面积=[1.0])
    assert "area_planar_m2" not in converted.frame
    assert "由系统计算，未导入：投影面积" in said(converted)


def test_two_file_columns_of_one_name_do_not_disturb_each_other():
    raw = table({"地块编号": ["1"], "a": ["甲"], "b": ["乙"]})
    raw.frame.columns = pd.Index(["地块编号", "名称", "名称"])
    assert match_and_convert(raw, PARCEL, None, today=TODAY).frame["name"].tolist() == ["甲"]


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


def test_frames_have_the_stores_dtypes_even_without_a_value_or_a_row():
    for length in (0, 2):
        blank = [None] * length
        converted = convert(
            {"编号": [str(i) for i in range(length)], "名称": [str(i) for i in range(length)], "级别": blank,
             "批准面积(亩)": blank, "是否化工园区": blank}, PARK,
        )  # fmt: skip
        assert [str(t) for t in converted.frame.dtypes] == ["str", "str", "str", "float64", "boolean"]
        assert len(converted.frame) == length


def test_a_layers_frame_from_a_geographic_file_is_read_in_its_own_dtypes():
    frame = pd.DataFrame(
        {"编号": pd.Series(["1", "2"], dtype="str"), "面积(m2)": pd.Series([1.5, np.nan]),
         "户数": pd.Series([3, pd.NA], dtype="Int32"),
         "计划净地日期": pd.to_datetime(pd.Series(["2026-03-02", None])).astype("datetime64[ms]")}
    )  # fmt: skip
    raw = RawTable(SourceFile("a.gpkg", 1, "0" * 64), "gpkg", frame, (1, 2))
    converted = match_and_convert(raw, PARCEL, None, today=TODAY)
    assert converted.frame["declared_area_m2"].tolist()[0] == 1.5
    assert converted.frame["households"].isna().tolist() == [False, True]
    assert converted.frame["planned_cleared_on"].tolist() == [pd.Timestamp(2026, 3, 2), pd.NaT]
    assert converted.bad_rows == frozenset()


# ---------------------------------------------------------------- what comes along


def test_a_years_plan_is_a_ledger_row_of_that_year():
    converted = projects(
        **{"总投资(万元)": [9, 9], "2026年计划投资(万元)": [1, None], "2027年度投资计划（亿元）": [2, 3]}
    )
    plans = converted.side["project_plan"]
    assert plans.values.tolist() == [["A1", 2026, 1.0], ["A1", 2027, 20_000.0], ["A2", 2027, 30_000.0]]
    assert plans.index.tolist() == [0, 0, 1]


def test_a_plan_without_a_year_is_of_the_mappings_year_or_this_one_with_a_warning():
    assert projects(年度计划投资=[5]).side["project_plan"]["year"].tolist() == [2026]
    assert "按2026年计" in said(projects(年度计划投资=[5]))
    dated = projects(Mapping(options=Options(year=2025)), 年度计划投资=[5])
    assert dated.side["project_plan"]["year"].tolist() == [2025]
    assert "年计" not in said(dated)
    by_row = projects(年度计划投资=[5, 6], 年度=[2024, 2025])
    assert by_row.side["project_plan"]["year"].tolist() == [2024, 2025]


def test_a_bare_plan_is_a_years_plan_only_beside_a_total():
    assert "project_plan" in projects(**{"总投资(万元)": [9], "计划投资(万元)": [1]}).side
    alone = projects(**{"计划投资(万元)": [1]})
    assert alone.side == {}
    assert "未识别，未导入：计划投资(万元)" in said(alone)


def test_two_plans_for_one_year_do_not_both_count():
    converted = projects(**{"年度计划投资(万元)": [5], "2026年计划投资(万元)": [6]})
    assert converted.side["project_plan"]["plan_wan"].tolist() == [6.0]
    assert "2026年的年度计划有两列" in said(converted)


def test_actual_dates_of_stages_become_events_and_planned_ones_do_not():
    converted = parcels(
        征收预公告日期=["2026-01-05", None], 批复日期=["2026-04-01", None], 净地时间=[None, "2026-05-01"],
        计划净地日期=["2026-06-30", None], 拟供地时间=["2026-08-01", None],
    )  # fmt: skip
    events = converted.side["parcel_event"]
    assert events[["parcel_no", "kind", "stage"]].values.tolist() == [
        ["1", "stage", "pre_notice"],
        ["1", "stage", "approved"],
        ["2", "stage", "cleared"],
    ]
    assert events.index.tolist() == [0, 0, 1]
    assert converted.frame["planned_cleared_on"].tolist() == [pd.Timestamp(2026, 6, 30), pd.NaT]
    assert converted.frame["planned_supplied_on"].tolist() == [pd.Timestamp(2026, 8, 1), pd.NaT]


def test_the_end_of_a_step_is_not_the_beginning_of_its_stage():
    converted = parcels(签约完成日期=["2026-01-05"], 净地完成日期=["2026-03-05"])
    assert converted.side["parcel_event"]["stage"].tolist() == ["cleared"]
    assert "未识别，未导入：签约完成日期" in said(converted)


def test_a_stated_stage_and_hold_stand_beside_the_frame():
    converted = parcels(征收阶段=["批而未供"], 阶段日期=["2026-03-02"], 受阻原因=["诉讼"], 受阻日期=["2026-04-01"])
    assert list(converted.frame.columns) == ["parcel_no"]
    assert converted.derived["stage"].tolist() == ["approved"]
    assert converted.derived["hold_reason"].tolist() == ["lawsuit"]
    assert converted.derived["held_since"].tolist() == [pd.Timestamp(2026, 4, 1)]


def test_a_bad_key_brings_no_ledger_rows_along():
    converted = convert({"项目代码": [None], "名称": ["甲"], "2026年计划投资(万元)": [1]}, PROJECT)
    assert converted.side == {}


# ---------------------------------------------------------------- mapping


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


def test_a_rows_own_year_and_a_column_that_names_it_make_one_plan():
    made = projects(年度=[2026, 2026], **{"年度计划投资(万元)": [90, 5], "2026年计划投资(万元)": [100, None]})
    plans = made.side["project_plan"]
    assert plans[["project_code", "year", "plan_wan"]].values.tolist() == [["A1", 2026, 100.0], ["A2", 2026, 5.0]]
    assert "2026年的年度计划有两列" in said(made)
