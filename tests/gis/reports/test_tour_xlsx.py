"""The timetable as a workbook, read again."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl

from gis.reports.tour_book import TourBook
from gis.reports.tour_xlsx import tour_xlsx
from tests.gis.reports.tour_samples import BOOK, FIRST, FORMULA, NEXT, SECRETS, moment


def opened(book: TourBook = BOOK, language: str = "zh") -> Any:
    return openpyxl.load_workbook(BytesIO(tour_xlsx(book, language)))


def rows(sheet: Any) -> list[dict[str, Any]]:
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def test_a_sheet_a_day_after_the_overview_and_notes_at_the_end() -> None:
    other = replace(FIRST, number=3, on=NEXT, depart=moment(NEXT, "08:30"))
    assert opened(replace(BOOK, routes=(*BOOK.routes, other))).sheetnames == [
        "总览",
        "2026-12-08",
        "2026-12-09",
        "说明",
    ]


def test_the_columns_are_those_that_the_office_asked_for() -> None:
    heads = [cell.value for cell in opened(replace(BOOK, estimated=False))["2026-12-08"][1]]
    assert "、".join(heads) == (
        "序号、日期、车次、项目、乡镇、到达、离开、车程（分）、车程（公里）、停留（分）、上下车（分）、汇报人、讲解词、停车点、备用点、价值、用地提示"
    )


def test_a_route_stands_from_departure_to_return() -> None:
    found = rows(opened()["2026-12-08"])
    assert [row["项目"] for row in found] == [
        *("出发：县政府", "示例装备制造园（一期）", "午餐：机关食堂", FORMULA, "返回：会议中心（14:00 会议）"),
        *("出发：县政府", "示例水厂", "返回：县政府"),
    ]
    assert [row["序号"] for row in found] == [None, "A1", None, "A2", None, None, "B1", None]
    first = found[1]
    # Of the 23 minutes three go to getting off and on; lunch has none of those.
    assert (first["到达"], first["离开"], first["停留（分）"], first["上下车（分）"]) == ("08:45", "09:23", 20, 3)
    assert (found[2]["停留（分）"], found[2]["上下车（分）"]) == (60, None)
    assert (first["车程（分，估算）"], first["车程（公里，估算）"]) == (15, 8.84)
    assert (first["汇报人"], first["停车点"], first["备用点"]) == ("王建国", "东门停车场", "二期")
    assert first["用地提示"] == "受阻地块"
    assert (found[4]["到达"], found[4]["车程（分，估算）"]) == ("13:45", 25)


def test_the_overview_sums_its_routes() -> None:
    found = rows(opened()["总览"])
    assert [row["站点"] for row in found] == [2, 1, 3]
    # 15 + 10 + 20 + 25 minutes of the first coach, 30 + 30 of the second.
    assert [row["车程（分，估算）"] for row in found] == [70, 60, 130]
    assert found[0]["午餐"] == "11:40—12:40 机关食堂"


def test_a_row_is_as_high_as_its_longest_text() -> None:
    sheet = opened()["2026-12-08"]
    heights = {number: sheet.row_dimensions[number].height for number in range(2, 6)}
    # The talk has two lines of 16 and 62 columns in a cell of 36.
    assert heights[3] == 3 * 15
    assert heights[2] == 15


def test_text_is_never_a_formula() -> None:
    cell = opened()["2026-12-08"]["D5"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (FORMULA, "s", True)


def test_drives_by_straight_lines_are_marked_and_others_are_not() -> None:
    assert any("40公里" in str(cell.value) for row in opened()["说明"].iter_rows() for cell in row)
    plain = opened(replace(BOOK, estimated=False))
    assert "估算" not in "".join(str(cell.value) for sheet in plain for row in sheet.iter_rows() for cell in row)


def test_the_public_one_has_nothing_internal() -> None:
    book = opened(BOOK.public())
    text = "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert [secret for secret in (*SECRETS, "讲解词", "用地提示", "价值") if secret in text] == []
    assert "示例装备制造园" in text


def test_in_english_the_heads_are_english() -> None:
    heads = [cell.value for cell in opened(BOOK, "en")["2026-12-08"][1]]
    assert heads[:4] == ["No.", "Date", "Coach", "Project"]
