"""Monthly ledgers, wide and long, as reports. Amounts are small whole numbers so that sums are seen at once."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from gis.errors import ColumnsNotMatched, InvalidValue
from gis.ingest.columns import Converted, match_and_convert
from gis.ingest.ledger import as_reports
from gis.ingest.mapping import FieldTarget, Mapping, Options
from gis.ingest.months import month_of_header
from gis.ingest.table import RawTable, SourceFile
from gis.layers import PROGRESS_REPORT

TODAY = date(2026, 5, 31)


def ledger(columns: dict[str, list[object]], title: str | None = None, unit: str | None = None) -> RawTable:
    frame = pd.DataFrame(columns, dtype="object")
    declared = {k: v for k, v in (("标题", title), ("单位", unit)) if v}
    rows = tuple(range(2, len(frame) + 2))
    return RawTable(SourceFile("台账.xlsx", 1, "0" * 64), "xlsx", frame, rows, declared=declared)


def reports(raw: RawTable, mapping: Mapping | None = None, today: date = TODAY) -> Converted:
    return match_and_convert(as_reports(raw, mapping, today=today), PROGRESS_REPORT, mapping, today=today)


def amounts(converted: Converted) -> dict[tuple[str, str], float]:
    frame = converted.frame
    return {
        (code, day.strftime("%Y-%m-%d")): done
        for code, day, done in zip(frame["project_code"], frame["period_end_on"], frame["invested_wan"], strict=True)
    }


def warned(raw: RawTable, mapping: Mapping | None = None) -> str:
    return "\n".join(w.zh for w in as_reports(raw, mapping, today=TODAY).warnings)


def test_a_column_a_month_becomes_a_report_a_month():
    raw = ledger(
        {"项目代码": ["A1", "A2"], "1月累计(万元)": [10, 5], "2026年2月累计完成投资（亿元）": [0.002, None]},
        "2026年台账",
    )
    converted = reports(raw)
    assert amounts(converted) == {("A1", "2026-01-31"): 10.0, ("A1", "2026-02-28"): 20.0, ("A2", "2026-01-31"): 5.0}
    assert converted.frame["period"].tolist() == ["month"] * 3
    assert as_reports(raw, None, today=TODAY).rows == (2, 2, 3)


def test_monthly_amounts_are_summed_from_january():
    raw = ledger(
        {"项目代码": ["A1"], "2026年1月当月": [10], "2月当月": [None], "3月当月": [5], "4月当月": [2]}, "2026年"
    )
    assert list(amounts(reports(raw)).values()) == [10.0, 15.0, 17.0]


def test_monthly_sums_begin_anew_in_january():
    raw = ledger(
        {
            "项目代码": ["A1"],
            "2025年12月当月完成投资": [100],
            "2026年1月当月完成投资": [7],
            "2026年2月当月完成投资": [1],
        }
    )
    assert list(amounts(reports(raw)).values()) == [100.0, 7.0, 8.0]


def test_running_amounts_win_over_monthly_ones_beside_them():
    raw = ledger({"项目代码": ["A1"], "2月当月(万元)": [3], "2月累计(万元)": [9], "1-3月累计(万元)": [12]}, "2026年")
    assert list(amounts(reports(raw)).values()) == [9.0, 12.0]
    assert "只用累计数" in warned(raw)


def test_amounts_that_never_fall_are_taken_as_running_and_said_so():
    raw = ledger({"项目代码": ["A1"], "1月": [3], "2月": [3], "3月": [9]}, "2026年")
    assert list(amounts(reports(raw)).values()) == [3.0, 3.0, 9.0]
    assert "按累计数" in warned(raw)


def test_amounts_that_fall_are_asked_about_unless_the_mapping_says():
    raw = ledger({"项目代码": ["A1"], "1月": [9], "2月": [3]}, "2026年")
    with pytest.raises(InvalidValue, match="rise and fall") as caught:
        reports(raw)
    assert caught.value.place.row == 2
    monthly = Mapping(options=Options(amounts="monthly"))
    assert list(amounts(reports(raw, monthly)).values()) == [9.0, 12.0]
    running = Mapping(options=Options(amounts="cumulative"))
    assert list(amounts(reports(raw, running)).values()) == [9.0, 3.0]
    assert "累计数比上月减少：第 2 行" in warned(raw, running)


def test_the_year_comes_from_header_then_mapping_then_title_then_today():
    columns = {"项目代码": ["A1"], "2月累计": [3]}
    assert list(amounts(reports(ledger(columns)))) == [("A1", "2026-02-28")]
    assert "台账未注明年份，按2026年计" in warned(ledger(columns))
    assert list(amounts(reports(ledger(columns, "2024年度重点项目")))) == [("A1", "2024-02-29")]
    said = Mapping(options=Options(year=2025))
    assert list(amounts(reports(ledger(columns, "2024年度重点项目"), said))) == [("A1", "2025-02-28")]


def test_a_month_to_come_without_a_year_is_asked_about_and_with_a_year_refused():
    columns = {"项目代码": ["A1"], "5月累计": [3], "6月累计": [4]}
    with pytest.raises(InvalidValue, match="2026-06 has not come"):
        reports(ledger(columns))
    converted = as_reports(ledger(columns, "2026年"), None, today=TODAY)
    assert [(r.place.row, r.place.column, r.found) for r in converted.refused] == [(2, "6月累计", "4")]
    assert len(converted.frame) == 1


def test_an_unreadable_amount_is_refused_at_its_cell_and_the_other_months_stay():
    raw = as_reports(
        ledger({"项目代码": ["A1"], "1月累计": [3], "2月累计": ["约5"], "3月累计": [9]}, "2026年"), None, today=TODAY
    )
    assert [(r.place.row, r.place.column) for r in raw.refused] == [(2, "2月累计")]
    assert len(raw.frame) == 2


def test_after_an_unreadable_month_nothing_is_summed_over_the_gap():
    raw = as_reports(
        ledger({"项目代码": ["A1"], "1月当月": [3], "2月当月": ["?"], "3月当月": [9]}, "2026年"), None, today=TODAY
    )
    assert raw.frame["本年累计完成投资(万元)"].tolist() == [3.0]
    assert len(raw.refused) == 1


def test_statistics_progress_and_words_of_each_month_have_fields_of_their_own():
    raw = ledger(
        {
            "项目代码": ["A1"],
            "1月完成投资(万元)累计": [1],
            "1月入统投资(万元)": [2],
            "1月形象进度": ["基础完成，完成20%"],
            "2月形象进度": ["30%"],
            "2月进展情况": ["主体施工"],
            "3月计划投资": [99],
            "存在问题": ["缺地"],
        },
        "2026年",
    )
    frame = reports(raw).frame
    assert frame["invested_wan"].tolist()[0] == 1.0
    assert frame["stat_invested_wan"].tolist()[0] == 2.0
    assert frame["image_percent"].tolist() == [20.0, 30.0]
    assert frame["words"].tolist() == ["基础完成，完成20%", "主体施工"]
    assert frame["problems"].isna().tolist() == [True, False]
    assert len(frame) == 2


def test_what_stands_beside_the_months_is_as_of_the_latest_even_where_its_amount_is_missing():
    raw = ledger(
        {
            "项目代码": ["A1", "A2"],
            "1月累计": [1, 1],
            "2月累计": ["?", 2],
            "3月累计": [None, None],
            "存在问题": ["缺地", None],
        },
        "2026年",
    )
    frame = reports(raw).frame
    assert frame["period_end_on"].dt.month.tolist() == [1, 2, 1, 2]
    assert frame["problems"].isna().tolist() == [True, False, True, True]
    assert frame["invested_wan"].isna().tolist() == [False, True, False, False]


def test_a_total_beside_the_months_is_not_taken_for_the_last_month():
    raw = ledger({"项目代码": ["A1"], "1月累计": [3], "2月累计": [5], "累计完成投资": [999]}, "2026年")
    assert list(amounts(reports(raw)).values()) == [3.0, 5.0]


def test_the_note_above_the_table_gives_the_unit():
    assert list(amounts(reports(ledger({"项目代码": ["A1"], "1月累计": [3]}, "2026年", "亿元"))).values()) == [30_000.0]


def test_a_long_table_keeps_its_rows_and_ends_on_the_months_last_day():
    raw = ledger({"项目代码": ["A1", "A1"], "月份": ["2026-01", "2026年2月"], "累计完成投资(万元)": [3, 5]})
    converted = reports(raw)
    assert amounts(converted) == {("A1", "2026-01-31"): 3.0, ("A1", "2026-02-28"): 5.0}
    assert as_reports(raw, None, today=TODAY).rows == (2, 3)


def test_bare_months_of_a_long_table_belong_to_the_titles_year():
    raw = ledger({"项目代码": ["A1"], "月份": ["2月"], "累计完成投资(万元)": [3]}, "2024年台账")
    assert list(amounts(reports(raw))) == [("A1", "2024-02-29")]


def test_days_within_a_month_are_ten_day_reports_or_the_whole_month():
    days = [datetime(2026, 3, 10), datetime(2026, 3, 25), datetime(2026, 4, 30)]
    raw = ledger({"项目代码": ["A1"] * 3, "截止日期": days, "累计完成投资(万元)": [1, 2, 3]})
    frame = reports(raw).frame
    assert frame["period"].tolist() == ["ten_days", "month", "month"]
    assert frame["period_end_on"].dt.strftime("%m-%d").tolist() == ["03-10", "03-31", "04-30"]
    assert "1 行的截止日期不是月末" in warned(raw)


def test_the_title_gives_the_month_of_a_ledger_without_months():
    raw = ledger({"项目代码": ["A1"], "本年累计完成投资(万元)": [3]}, "2026年1-4月重点项目进展情况")
    assert list(amounts(reports(raw))) == [("A1", "2026-04-30")]


def test_a_ledger_without_any_month_is_not_matched():
    with pytest.raises(ColumnsNotMatched, match="period's last day"):
        reports(ledger({"项目代码": ["A1"], "本年累计完成投资(万元)": [3]}))


def test_own_months_of_a_long_table_are_summed_in_order_of_time_whatever_the_rows():
    raw = ledger(
        {
            "项目代码": ["A1", "B1", "A1", "A1"],
            "月份": ["2026-02", "2026-01", "2026-01", "2026-02"],
            "当月完成投资(亿元)": [0.0002, 1, 0.0001, 5],
        }
    )
    found = reports(raw).frame["invested_wan"].tolist()
    assert found[:3] == [3.0, 10_000.0, 1.0]
    assert pd.isna(found[3])


def test_bare_amounts_of_a_long_table_that_fall_are_asked_about():
    columns = {"项目代码": ["A1", "A1"], "月份": ["2026-01", "2026-02"], "完成投资(万元)": [9, 3]}
    with pytest.raises(InvalidValue, match="rise and fall"):
        reports(ledger(columns))
    assert list(amounts(reports(ledger(columns), Mapping(options=Options(amounts="monthly")))).values()) == [9.0, 12.0]


@pytest.mark.parametrize(
    ("text", "percent", "words"),
    [
        ("主体施工至三层，完成60%", 60.0, "主体施工至三层，完成60%"),
        ("完成６０．５％", 60.5, "完成６０．５％"),
        ("由40%到60%", None, "由40%到60%"),
        ("正在打桩", None, "正在打桩"),
        ("85", 85.0, None),
        ("—", None, None),
    ],
)
def test_image_progress_in_words_gives_its_one_percentage(text, percent, words):
    raw = ledger({"项目代码": ["A1", "A2"], "月份": ["2026-01"] * 2, "形象进度": [text, "打桩，1%"]})
    frame = reports(raw).frame
    assert frame["image_percent"].iloc[0] == percent or (percent is None and pd.isna(frame["image_percent"].iloc[0]))
    assert frame["words"].iloc[0] == words or (words is None and pd.isna(frame["words"].iloc[0]))


def test_words_that_stand_beside_stay_behind_those_of_image_progress():
    raw = ledger({"项目代码": ["A1"], "月份": ["2026-01"], "形象进度": ["打桩，完成5%"], "进展情况": ["正常"]})
    assert reports(raw).frame["words"].tolist() == ["打桩，完成5%；正常"]


def test_a_mapping_names_the_key_and_a_format_for_dates():
    mapping = Mapping(
        columns={"Case": FieldTarget("project_code"), "Day": FieldTarget("period_end_on", format="%d/%m/%Y")},
    )
    raw = ledger({"Case": ["A1"], "Day": ["31/03/2026"], "Invested this year (dispatch)": [3]})
    assert list(amounts(reports(raw, mapping))) == [("A1", "2026-03-31")]


@pytest.mark.parametrize("columns", [{"项目代码": [], "1月累计": []}, {"项目代码": [], "月份": []}])
def test_an_empty_ledger_gives_no_reports(columns):
    assert len(reports(ledger(columns, "2026年")).frame) == 0


@pytest.mark.parametrize(
    ("header", "month", "year", "kind"),
    [
        ("1月", 1, None, None),
        ("十二月份", 12, None, None),
        ("2026年3月", 3, 2026, None),
        ("2026-03", 3, 2026, None),
        ("202603", 3, 2026, None),
        ("1-3月累计", 3, None, "cumulative"),
        ("1—11月完成投资（亿元）", 11, None, "cumulative"),
        ("截至5月底累计完成投资", 5, None, "cumulative"),
        ("2026年1-4月", 4, 2026, "cumulative"),
        ("5月当月完成", 5, None, "monthly"),
        ("Mar 2026", 3, 2026, None),
        ("september", 9, None, None),
    ],
)
def test_headers_that_name_a_month(header, month, year, kind):
    found = month_of_header(header)
    assert found is not None
    assert (found.month, found.year, found.amounts) == (month, year, kind)


@pytest.mark.parametrize(
    "header",
    [
        "计划开工日期",
        "3月开工",
        "13月",
        "2-3月",
        "2026年计划投资",
        "总投资",
        "月份",
        "marble",
        "2026",
        "12",
        "一期",
        "2026年3月开工时间",
    ],
)
def test_headers_that_name_no_month(header):
    assert month_of_header(header) is None


def test_a_bare_month_beside_the_running_one_is_its_own_amount_and_not_used():
    raw = ledger({"项目代码": ["P1"], "1月": [100], "2月": [300], "1-2月": [400], "3月": [50], "1-3月": [450]})
    made = amounts(reports(raw))
    assert made == {("P1", "2026-01-31"): 100.0, ("P1", "2026-02-28"): 400.0, ("P1", "2026-03-31"): 450.0}
    assert "只用累计数" in warned(raw)


def test_january_is_kept_where_later_months_stand_both_ways():
    raw = ledger({"项目代码": ["P1"], "1月": [100], "2月当月": [300], "2月累计": [400]})
    assert amounts(reports(raw)) == {("P1", "2026-01-31"): 100.0, ("P1", "2026-02-28"): 400.0}


def test_a_code_composed_of_columns_belongs_to_every_month_of_a_wide_ledger():
    raw = ledger({"年": ["2026"], "序": [7], "1月累计": [100], "2月累计": [300]})
    made = reports(raw, Mapping(compose={"project_code": "{年}-{序}"}))
    assert amounts(made) == {("2026-7", "2026-01-31"): 100.0, ("2026-7", "2026-02-28"): 300.0}
    assert made.refused == ()


def test_a_long_remark_is_no_month_and_is_told_so_at_once():
    assert month_of_header("3月" + "建设进展" * 100_000) is None


def test_months_after_one_that_cannot_be_read_are_left_out_and_told():
    wide = ledger({"项目代码": ["P1"], "1月当月": [100], "2月当月": ["约50"], "3月当月": [70]})
    assert amounts(reports(wide)) == {("P1", "2026-01-31"): 100.0}
    assert "第 2 行“2月当月”无法读取" in warned(wide)
    months = ["2026-01", "2026-02", "2026-03"]
    long = ledger({"项目代码": ["P1"] * 3, "月份": months, "当月完成投资(万元)": [100, "约50", 70]})
    assert "第 3 行“当月完成投资(万元)”无法读取" in warned(long)
