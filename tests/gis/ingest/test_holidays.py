"""Files of holidays: tables as people type them, calendars as programs write them."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import ColumnsNotMatched, GuatuError, UnreadableFile
from gis.ingest.holidays import LARGEST_BYTES, HolidayFile, read_holidays

CSV = "日期,是否上班,名称\n2027-01-01,休,元旦\n2027年2月6日,休,春节\n2027/2/20,班,春节\n"


def told(found: HolidayFile) -> list[tuple[str, bool, str]]:
    return [(row.on.isoformat(), row.worked, row.name) for row in found.rows]


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_of_text_in_whatever_encoding(encoding: str) -> None:
    expected = [("2027-01-01", False, "元旦"), ("2027-02-06", False, "春节"), ("2027-02-20", True, "春节")]
    assert told(read_holidays(CSV.encode(encoding), "放假.csv")) == expected


def test_a_workbook_with_dates_as_dates() -> None:
    book = openpyxl.Workbook()
    for row in (["Date", "Type", "Holiday"], [date(2027, 10, 1), "休息", "国庆节"], [date(2027, 10, 9), "上班", None]):
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    expected = [("2027-10-01", False, "国庆节"), ("2027-10-09", True, "")]
    assert told(read_holidays(out.getvalue(), "holidays.XLSX")) == expected


def test_a_calendar_with_days_of_several_days_and_folded_lines() -> None:
    data = calendar(
        "BEGIN:VEVENT",
        "DTSTART;VALUE=DATE:20270206",
        "DTEND;VALUE=DATE:20270209",
        "SUMMARY:春节 假",
        " 期",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "DTSTART:20270220T000000",
        "SUMMARY:春节 补班\\, 第1天",
        "END:VEVENT",
    )
    assert told(read_holidays(data, "中国节假日.ics")) == [
        ("2027-02-06", False, "春节 假期"),
        ("2027-02-07", False, "春节 假期"),
        ("2027-02-08", False, "春节 假期"),
        ("2027-02-20", True, "春节 补班, 第1天"),
    ]


def test_what_cannot_be_read_is_told_with_its_row_and_the_rest_is_taken() -> None:
    table = "日期,是否上班\n2027-02-30,休\n2027-01-01,也许\n2027-01-02,休\n2027-01-02,班\n,班\n"
    found = read_holidays(table.encode(), "放假.csv")
    assert told(found) == [("2027-01-02", True, "")]  # of a day that stands twice the last row counts
    assert [error.place.row for error in found.refused] == [2, 3, 6]


@pytest.mark.parametrize(
    ("data", "name", "cause"),
    [
        (b"x" * (LARGEST_BYTES + 1), "a.csv", UnreadableFile),
        (b"%PDF", "a.pdf", UnreadableFile),
        (b"nothing", "a.ics", UnreadableFile),
        (b"PK\x03\x04broken", "a.xlsx", UnreadableFile),
        ("名称,地点\n元旦,县城\n".encode(), "a.csv", ColumnsNotMatched),
    ],
)
def test_a_file_that_is_none_is_refused(data: bytes, name: str, cause: type[GuatuError]) -> None:
    with pytest.raises(cause):
        read_holidays(data, name)


def test_a_holiday_without_end_is_refused_and_one_that_ends_before_it_begins_is_a_day() -> None:
    data = calendar(
        *("BEGIN:VEVENT", "DTSTART;VALUE=DATE:20270101", "DTEND;VALUE=DATE:21000101", "END:VEVENT"),
        *("BEGIN:VEVENT", "DTSTART;VALUE=DATE:20270105", "DTEND;VALUE=DATE:20270101", "SUMMARY:休", "END:VEVENT"),
    )
    found = read_holidays(data, "a.ics")
    assert (told(found), len(found.refused)) == ([("2027-01-05", False, "休")], 1)


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.ics", "a.xlsx"]))
def test_whatever_stands_in_a_file_is_answered(data: bytes, name: str) -> None:
    with suppress(GuatuError):
        assert all(row.on.year >= 1949 for row in read_holidays(data, name).rows)
