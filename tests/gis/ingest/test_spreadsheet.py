"""Tables as bureaus send them: made here with openpyxl and csv, read back as plain tables."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest

from gis.errors import UnreadableFile
from gis.ingest.columns import match_and_convert
from gis.ingest.spreadsheet import read_csv, read_xlsx
from gis.ingest.table import RawTable, SourceFile
from gis.layers import PARCEL, PROJECT

TODAY = datetime(2026, 5, 31).date()
SQUARE = "POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))"


def source(name: str) -> SourceFile:
    return SourceFile(name, 1, "0" * 64)


def csv_of(text: str | bytes, **how) -> RawTable:
    return read_csv(text if isinstance(text, bytes) else text.encode(), source("台账.csv"), **how)


def book(**sheets: list[list[object]]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return made


def xlsx_of(made: openpyxl.Workbook, **how) -> RawTable:
    buffer = io.BytesIO()
    made.save(buffer)
    return read_xlsx(buffer.getvalue(), source("台账.xlsx"), **how)


def said(raw: RawTable) -> str:
    return "\n".join(w.zh for w in raw.warnings)


def rows_of(raw: RawTable) -> list[list[object]]:
    return raw.frame.values.tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_encodings_and_separators_are_told_apart(encoding, separator):
    text = '项目代码,项目名称,备注\nA1,一号厂房,"甲;乙,丙"\n'.replace(",", separator).replace(
        f"乙{separator}丙", "乙,丙"
    )
    raw = csv_of(text.encode(encoding))
    assert list(raw.frame.columns) == ["项目代码", "项目名称", "备注"]
    assert rows_of(raw) == [["A1", "一号厂房", "甲;乙,丙"]]
    assert raw.rows == (2,)


def test_western_csv_in_latin_1_is_not_taken_for_chinese():
    raw = csv_of("code,name\nA1,Café Müller\nA2,Señor Ltd\n".encode("latin-1"))
    assert raw.frame["name"].tolist() == ["Café Müller", "Señor Ltd"]


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    raw = csv_of('项目代码,项目名称\nA1,"两行\n的名称"\n\nA2,乙\n')
    assert raw.rows == (2, 4)
    assert csv_of("sep=;\n项目代码;项目名称\nA1;甲\n").rows == (3,)


def test_a_title_and_a_unit_note_above_the_header_are_used():
    raw = xlsx_of(
        book(
            台账=[
                ["2026年重点项目台账"],
                [None, None, "单位：亿元、亩"],
                ["项目代码", "项目名称", "总投资"],
                ["A1", "甲", 3.2],
            ]
        )
    )
    assert raw.declared == {"标题": "2026年重点项目台账 单位：亿元、亩", "单位": "亿元、亩"}
    converted = match_and_convert(raw, PROJECT, None, today=TODAY)
    assert converted.frame["total_wan"].tolist() == [32_000.0]
    assert converted.warnings == ()
    assert raw.rows == (4,)


def test_a_two_row_header_is_joined_by_its_groups():
    made = book(
        台账=[
            ["重点项目一览表", None, None, None, None, None],
            ["项目代码", "项目名称", "计划", None, "投资情况（亿元）", None],
            [None, None, "开工日期", "竣工日期", "总投资", "2026年计划投资"],
            ["A1", "甲", "2026.3", "2027年6月", 3.2, 1],
        ]
    )
    made["台账"].merge_cells("A1:F1")
    raw = xlsx_of(made)
    assert list(raw.frame.columns) == [
        "项目代码", "项目名称", "计划开工日期", "计划竣工日期", "总投资(亿元)", "2026年计划投资(亿元)",
    ]  # fmt: skip
    converted = match_and_convert(raw, PROJECT, None, today=TODAY)
    assert converted.frame["planned_finish_on"].dt.strftime("%Y-%m-%d").tolist() == ["2027-06-30"]
    assert converted.side["project_plan"][["year", "plan_wan"]].values.tolist() == [[2026, 10_000.0]]


def test_months_under_a_year_stay_months_of_that_year():
    raw = xlsx_of(
        book(
            台账=[
                ["项目代码", "项目名称", "2026年完成投资（万元）", None, None],
                [None, None, "1月", "2月", "3月"],
                ["A1", "甲", 1, 2, 3],
            ]
        )
    )
    assert list(raw.frame.columns)[2:] == [
        "2026年完成投资1月(万元)",
        "2026年完成投资2月(万元)",
        "2026年完成投资3月(万元)",
    ]


def test_a_row_of_data_is_never_taken_for_a_second_header():
    raw = csv_of("项目代码,项目名称,备注,,\nA1,甲,,x,\n")
    assert raw.rows == (2,)
    assert list(raw.frame.columns) == ["项目代码", "项目名称", "备注", "（第4列）"]


def test_totals_sections_footers_and_empty_rows_are_left_out_and_named():
    raw = xlsx_of(
        book(
            台账=[
                ["序号", "项目代码", "项目名称", "总投资(万元)"],
                ["一、产业项目"],
                [1, "A1", "甲", 10],
                [None, "小计", None, 10],
                [],
                [2, "A2", "合计大厦", 20],
                ["合计", None, None, 30],
                ["注：数据截至5月底"],
            ]
        )
    )
    assert raw.rows == (3, 6)
    assert "合计行未导入：第 4、7 行" in said(raw)
    assert "分组标题行未导入：第 2 行" in said(raw)
    assert "表尾说明未导入：第 8 行" in said(raw)


def test_hidden_sheets_are_ignored_and_the_sheet_that_matches_is_read():
    made = book(
        说明=[["填表说明"], ["略"]],
        旧=[["项目代码", "项目名称"], ["X", "旧"]],
        台账=[["项目代码", "项目名称"], ["A1", "甲"]],
    )
    made["旧"].sheet_state = "hidden"
    raw = xlsx_of(made)
    assert rows_of(raw) == [["A1", "甲"]]
    assert "只读了工作表“台账”，未读：说明" in said(raw)
    assert rows_of(xlsx_of(made, sheet="旧")) == [["X", "旧"]]
    with pytest.raises(UnreadableFile, match="no sheet"):
        xlsx_of(made, sheet="没有")


def test_a_formula_without_a_saved_result_is_refused_at_its_cell():
    raw = xlsx_of(book(台账=[["项目代码", "项目名称", "总投资(万元)"], ["A1", "甲", "=1+2"], ["A2", "乙", 5]]))
    converted = match_and_convert(raw, PROJECT, None, today=TODAY)
    (refusal,) = converted.refused
    assert (refusal.place.row, refusal.place.column) == (2, "总投资(万元)")
    assert "公式没有保存计算结果" in refusal.expected.zh
    assert converted.bad_rows == {0}


def test_per_cent_formats_dates_and_long_codes_keep_their_meaning():
    made = book(台账=[["项目代码", "项目名称", "形象进度", "开工时间"], ["A1", "甲", 0.6, datetime(2026, 3, 2)]])
    made["台账"]["C2"].number_format = "0%"
    raw = xlsx_of(made)
    assert rows_of(raw) == [["A1", "甲", "60%", datetime(2026, 3, 2)]]
    cut = xlsx_of(book(台账=[["项目代码", "项目名称"], [20261407810312345, "甲"]]))
    assert "截断" in match_and_convert(cut, PROJECT, None, today=TODAY).refused[0].expected.zh


def test_merged_texts_reach_over_their_rows_and_merged_numbers_do_not():
    made = book(
        台账=[
            ["所在乡镇", "项目代码", "项目名称", "总投资(万元)"],
            ["张兰镇", "A1", "甲", 10],
            [None, "A2", "乙", None],
            ["义安镇", "A3", "丙", 5],
        ]
    )
    made["台账"].merge_cells("A2:A3")
    made["台账"].merge_cells("D2:D3")
    raw = xlsx_of(made)
    assert raw.frame["所在乡镇"].tolist() == ["张兰镇", "张兰镇", "义安镇"]
    assert raw.frame["总投资(万元)"].tolist() == [10, None, 5]


def test_a_table_whose_headers_nobody_knows_begins_at_its_first_full_row_of_texts():
    raw = csv_of("Export 2026,,\nLot,Owner,Acres\n7-18,Smith,3\n")
    assert list(raw.frame.columns) == ["Lot", "Owner", "Acres"]
    assert list(csv_of("a,b\nLot,Owner\n1,2\n", known=["Lot", "Owner"]).frame.columns) == ["Lot", "Owner"]
    assert list(csv_of("a,b\nLot,Owner\n1,2\n", skip_rows=1).frame.columns) == ["Lot", "Owner"]


def test_wkt_becomes_geometry_and_bad_wkt_refuses_its_row():
    raw = csv_of(f'地块编号,wkt\n1,"{SQUARE}"\n2,POLYGON((\n3,\n')
    assert raw.frame.columns.tolist() == ["地块编号"]
    assert raw.frame["地块编号"].tolist() == ["1", "3"]
    assert raw.geometry.iloc[0].area == 100.0
    assert raw.geometry.iloc[1] is None
    assert [(r.place.row, r.place.column) for r in raw.refused] == [(3, "wkt")]
    assert raw.rows == (2, 4)


def test_ewkt_states_its_reference_system():
    assert csv_of(f'地块编号,几何\n1,"SRID=4547;{SQUARE}"\n').crs == "EPSG:4547"


@pytest.mark.parametrize(
    ("headers", "values", "place"),
    [
        ("经度,纬度", "114.02,32.98", (114.02, 32.98)),
        ("lat,lon", "32.98,-71.1", (-71.1, 32.98)),
        ("X,Y", "3650000,38500000", (38500000.0, 3650000.0)),
        ("X,Y", "500000,3650000", (500000.0, 3650000.0)),
        ("纵坐标,横坐标", "3650000,500000", (500000.0, 3650000.0)),
        ("x,y", "32.98,114.02", (114.02, 32.98)),
        ("X坐标,Y坐标", "236000.5,901000.25", (236000.5, 901000.25)),
    ],
)
def test_coordinate_columns_come_out_as_east_and_north(headers, values, place):
    raw = csv_of(f"项目代码,项目名称,{headers}\nA1,甲,{values}\nA2,乙,,\nA3,丙,1,\n")
    assert raw.geometry.iloc[0].coords[0] == place
    assert raw.geometry.iloc[1] is None
    assert raw.refused[0].place.row == 4


def test_a_table_of_boundary_points_becomes_one_row_a_parcel():
    raw = xlsx_of(
        book(
            界址点=[
                ["地块编号", "所在村", "点号", "圈号", "X", "Y"],
                ["1", "某村", "J1", 1, 3650000, 38500000],
                [None, None, "J2", 1, 3650000, 38500400],
                [None, None, "J3", 1, 3649700, 38500400],
                [None, None, "J4", 1, 3649700, 38500000],
                ["2", "乙村", "J1", 1, 3650000, 38501000],
                ["2", "乙村", "J2", 1, 3650000, 38501400],
            ]
        )
    )
    assert raw.geometry.iloc[0].area == 120_000.0
    assert raw.frame.values.tolist() == [["1", "某村"]]
    assert raw.rows == (2,)
    assert raw.refused[0].place.row == 6
    assert match_and_convert(raw, PARCEL, None, today=TODAY).frame["village"].tolist() == ["某村"]


def test_an_empty_table_has_headers_and_no_rows():
    raw = csv_of("项目代码,项目名称\n")
    assert list(raw.frame.columns) == ["项目代码", "项目名称"]
    assert raw.rows == ()
    assert len(match_and_convert(raw, PROJECT, None, today=TODAY).frame) == 0


def broken() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<no")
    return buffer.getvalue()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", broken()])
def test_what_is_no_workbook_is_unreadable(data):
    with pytest.raises(UnreadableFile):
        read_xlsx(data, source("坏.xlsx"))


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a\0b\0\0\0c", ",".join("a" * 600).encode() + b"\n"])
def test_what_is_no_table_is_unreadable(data):
    with pytest.raises(UnreadableFile):
        csv_of(data)


def test_a_row_that_claims_a_number_beyond_any_sheet_is_refused_before_it_fills_the_memory():
    made = io.BytesIO()
    book(表=[["项目代码", "项目名称"], ["P1", "甲"]]).save(made)
    changed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b'r="2"', b'r="2000000000"') if "sheet1" in name else content)
    with pytest.raises(UnreadableFile, match="too large"):
        read_xlsx(changed.getvalue(), source("台账.xlsx"))


def test_a_quotation_mark_that_is_never_closed_loses_no_rows_in_silence():
    with pytest.raises(UnreadableFile, match="never closed") as caught:
        csv_of('项目代码,项目名称,杂项\nP1,甲,"一\nP2,乙,二\nP3,丙,三\n')
    assert caught.value.place.row == 2
    assert csv_of('项目代码,项目名称,杂项\nP1,甲,一\nP2,乙,"二\n').frame["杂项"].tolist() == ["一", "二"]
    assert csv_of('项目代码,项目名称,杂项\nP1,甲,"一\n二"\n').frame["杂项"].tolist() == ["一\n二"]


@pytest.mark.parametrize(
    ("shown", "read"), [("0%", "60%"), ("0.0%;[Red]-0.0%", "60%"), ('0.0"%"', 0.6), ("0.0\\%", 0.6)]
)
def test_only_a_format_that_multiplies_makes_per_cent_of_a_number(shown, read):
    made = book(表=[["项目代码", "形象进度"], ["P1", 0.6]])
    made.active["B2"].number_format = shown
    data = io.BytesIO()
    made.save(data)
    assert read_xlsx(data.getvalue(), source("台账.xlsx")).frame["形象进度"].tolist() == [read]
