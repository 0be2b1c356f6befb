"""The calendar file: RFC 5545 §3.1 (lines), §3.3.11 (text), §3.6.1 (whole days), §3.8.4.7 (identity)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from gis.reports.calendar_ics import CalendarDay, calendar_text, escaped, folded

STAMP = datetime(2026, 6, 10, tzinfo=UTC)


def lines_of(text: str) -> list[str]:
    """The lines of a file, unfolded."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return text[:-2].replace("\r\n ", "").split("\r\n")


def test_a_day_is_a_whole_one() -> None:
    day = CalendarDay(
        "P1|planned", date(2026, 12, 31), "地块 P1 计划日期", "甲镇\n张三", "http://127.0.0.1/parcel?no=P1"
    )
    lines = lines_of(calendar_text("征地日程", [day], STAMP))
    assert lines[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Guatu//Land desk//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    begin = lines.index("BEGIN:VEVENT")
    assert lines[begin + 2 : begin + 8] == [
        "DTSTAMP:20260610T000000Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:地块 P1 计划日期",
        "DESCRIPTION:甲镇\\n张三",
        "URL:http://127.0.0.1/parcel?no=P1",
    ]
    assert lines[-2:] == ["END:VEVENT", "END:VCALENDAR"]


def test_an_entry_keeps_its_identity_when_its_day_moves_and_no_two_share_one() -> None:
    def identity(key: str, on: date) -> str:
        return next(
            line for line in lines_of(calendar_text("", [CalendarDay(key, on, "")], STAMP)) if line[:4] == "UID:"
        )

    first = identity("P1|planned", date(2026, 6, 10))
    assert first == identity("P1|planned", date(2026, 7, 1))
    assert first != identity("P1|legal", date(2026, 6, 10))


def test_signs_that_mean_something_are_escaped() -> None:
    assert escaped("甲;乙,丙\\丁\r\n戊\x07") == "甲\\;乙\\,丙\\\\丁\\n戊"


def test_a_calendar_without_days_is_a_calendar() -> None:
    assert lines_of(calendar_text("空", [], STAMP))[-1] == "END:VCALENDAR"


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=400))
def test_a_long_line_is_folded_at_75_octets_and_no_character_is_cut(line: str) -> None:
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert folded(line).replace("\r\n ", "") == line
