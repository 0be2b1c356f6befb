"""
A year's holidays and make-up working days from a small file: CSV, XLSX or ICS.

A table has a column of days (日期), one that says whether the day is worked (是否上班: 班/休, 是/否), and perhaps one
of names (名称). A calendar file has whole days; a day whose summary says 班 is worked, every other is not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

from gis.errors import ColumnsNotMatched, GuatuError, InvalidValue, Place, UnreadableFile
from gis.ingest.cells import is_blank, read_boolean, read_date
from gis.ingest.spreadsheet import read_csv, read_xlsx
from gis.ingest.table import RawTable, SourceFile
from gis.ingest.text import decode
from gis.layers import RULE_PARAMETER
from gis.words import Words

LARGEST_BYTES = 2_000_000
MOST_DAYS = 2_000
# A holiday is no longer; a range that is was not meant as one.
LONGEST_DAYS = 31
_DAY = RULE_PARAMETER.column("effective_from")
_HEADERS = {
    "on": ("日期", "放假日期", "date", "day"),
    "worked": ("是否上班", "上班", "类型", "安排", "worked", "work", "type"),
    "name": ("名称", "节日", "节假日", "说明", "备注", "name", "holiday"),
}
_WORKED = ("班", "上班", "补班", "调休上班", "工作日", "work", "workday", "worked")
_REST = ("休", "放假", "休息", "节假日", "假期", "调休放假", "rest", "off", "holiday")
_ICS_LINE = re.compile(r"^(?P<name>[A-Z-]+)(?:;[^:]*)?:(?P<value>.*)$")


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """One day of the file: worked or not, what it is called (or ""), and the row it stands in."""

    on: date
    worked: bool
    name: str
    row: int


@dataclass(frozen=True, slots=True)
class HolidayFile:
    """What was read, by day, and what could not be: a cause with its place each."""

    rows: tuple[HolidayRow, ...]
    refused: tuple[GuatuError, ...]


def read_holidays(data: bytes, file_name: str) -> HolidayFile:
    """
    Read the file; of a day that stands twice the last row counts.

    Raises
    ------
    UnreadableFile
        Too large, of another kind, or broken.
    ColumnsNotMatched
        A table without a column of days or of what they are.
    """
    if len(data) > LARGEST_BYTES:
        words = Words("文件过大", "the file is too large")
        raise UnreadableFile(words, found=f"{len(data)} B", expected=f"≤ {LARGEST_BYTES} B", place=Place(file_name))
    kind = PurePath(file_name).suffix.lower()
    source = SourceFile(file_name, len(data), hashlib.sha256(data).hexdigest())
    if kind == ".ics":
        return _last_of_each(_of_calendar(data, file_name))
    if kind not in (".csv", ".txt", ".xlsx"):
        words = Words("不是放假安排文件", "not a file of holidays")
        raise UnreadableFile(words, found=kind or file_name, expected=".csv | .xlsx | .ics", place=Place(file_name))
    known = [header for headers in _HEADERS.values() for header in headers]
    reader = read_xlsx if kind == ".xlsx" else read_csv
    return _last_of_each(_of_table(reader(data, source, known=known), file_name))


def _last_of_each(found: Iterator[HolidayRow | GuatuError]) -> HolidayFile:
    rows: dict[date, HolidayRow] = {}
    refused: list[GuatuError] = []
    for each in found:
        if isinstance(each, GuatuError):
            refused.append(each)
        else:
            rows[each.on] = each
        if len(rows) + len(refused) > MOST_DAYS:
            raise UnreadableFile(Words("天数过多", "too many days"), found=f"> {MOST_DAYS}", expected=f"≤ {MOST_DAYS}")
    return HolidayFile(tuple(sorted(rows.values(), key=lambda row: row.on)), tuple(refused))


def _of_table(table: RawTable, file_name: str) -> Iterator[HolidayRow | GuatuError]:
    frame = table.frame
    columns = _matched([str(header) for header in frame.columns], file_name)
    values = {name: frame.iloc[:, place].tolist() for name, place in columns.items()}
    for place, (on, worked) in enumerate(zip(values["on"], values["worked"], strict=True)):
        name = values["name"][place] if "name" in values else None
        if is_blank(on) and is_blank(worked):
            continue
        row = table.rows[place]
        try:
            day = read_date(on, _DAY)
            if day is None:
                raise InvalidValue(Words("没有日期", "there is no date"), found=str(worked))
            yield HolidayRow(day, _is_worked(worked), "" if is_blank(name) else str(name).strip()[:50], row)
        except InvalidValue as error:
            yield InvalidValue(error.words, found=error.found, expected=error.expected, place=Place(file_name, row))


def _matched(headers: list[str], file_name: str) -> dict[str, int]:
    folded = [header.strip().lower() for header in headers]
    places = {
        name: next((folded.index(known) for known in names if known in folded), -1) for name, names in _HEADERS.items()
    }
    missing = [name for name in ("on", "worked") if places[name] < 0]
    if missing:
        raise ColumnsNotMatched(
            Words("缺少日期列或是否上班列", "there is no column of days, or none that says whether they are worked"),
            found="、".join(headers)[:200],
            expected="日期, 是否上班, 名称",
            place=Place(file_name),
        )
    return {name: place for name, place in places.items() if place >= 0}


def _is_worked(value: Any) -> bool:
    text = str(value).strip().lower()
    if text in _WORKED:
        return True
    if text in _REST:
        return False
    said = read_boolean(value)
    if said is None:
        words = Words("没有写明上班还是休息", "it does not say whether the day is worked")
        raise InvalidValue(words, found=text, expected="班 | 休 | 是 | 否")
    return said


def _of_calendar(data: bytes, file_name: str) -> Iterator[HolidayRow | GuatuError]:
    text, _ = decode(data, file=file_name)
    if "BEGIN:VCALENDAR" not in text:
        words = Words("不是日历文件", "not a calendar file")
        raise UnreadableFile(words, found=text[:40], expected="BEGIN:VCALENDAR", place=Place(file_name))
    event: dict[str, str] | None = None
    # RFC 5545 §3.1: a line that begins with a space goes on with the one before.
    for row, line in enumerate(re.sub(r"\r?\n[ \t]", "", text).splitlines(), 1):
        if line == "BEGIN:VEVENT":
            event = {"row": str(row)}
        elif line == "END:VEVENT" and event is not None:
            yield from _of_event(event, file_name)
            event = None
        elif event is not None and (said := _ICS_LINE.match(line)):
            event.setdefault(said["name"], said["value"])


def _of_event(event: dict[str, str], file_name: str) -> Iterator[HolidayRow | GuatuError]:
    row, summary = int(event["row"]), re.sub(r"\\(.)", r"\1", event.get("SUMMARY", "")).strip()
    try:
        first = _ics_day(event.get("DTSTART", ""))
        after = _ics_day(event["DTEND"]) if "DTEND" in event else first + timedelta(days=1)
        length = max(1, (after - first).days)
        if length > LONGEST_DAYS:
            words = Words("一项假期过长", "one holiday is too long")
            raise InvalidValue(words, found=f"{length}", expected=f"≤ {LONGEST_DAYS}")
    except InvalidValue as error:
        yield InvalidValue(error.words, found=error.found, expected=error.expected, place=Place(file_name, row))
        return
    for n in range(length):
        yield HolidayRow(first + timedelta(days=n), "班" in summary, summary[:50], row)


def _ics_day(text: str) -> date:
    digits = re.match(r"^(\d{4})(\d{2})(\d{2})", text)
    try:
        day = date(*(int(part) for part in digits.groups())) if digits else None
    except ValueError:
        day = None
    if day is None or not 1949 <= day.year <= 2100:
        raise InvalidValue(Words("日期无法读取", "the date cannot be read"), found=text[:20], expected="YYYYMMDD")
    return day
