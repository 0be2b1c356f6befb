"""Headers to fields, and what comes along with a table: plans, events, stages. Frames have the store's types."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gis.errors import ColumnsNotMatched
from gis.ingest.columns import match_and_convert
from gis.ingest.headers import normal, slots_of
from gis.ingest.mapping import Mapping, Options
from gis.ingest.table import RawTable, SourceFile
from gis.layers import LAYERS, PARCEL, PARK, PROJECT, ZONE
from tests.gis.ingest.columns_samples import TODAY, convert, parcels, projects, said, table

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


# ---------------------------------------------------------------- frames


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


def test_a_rows_own_year_and_a_column_that_names_it_make_one_plan():
    made = projects(年度=[2026, 2026], **{"年度计划投资(万元)": [90, 5], "2026年计划投资(万元)": [100, None]})
    plans = made.side["project_plan"]
    assert plans[["project_code", "year", "plan_wan"]].values.tolist() == [["A1", 2026, 100.0], ["A2", 2026, 5.0]]
    assert "2026年的年度计划有两列" in said(made)
