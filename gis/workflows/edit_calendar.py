"""
The working days of a year as the county counts them, and what it enters itself: next year's holidays, its own days.

Kept as the rule parameter ``calendar.days`` (day → worked), names beside it in ``calendar.names``, and in
``calendar.years`` the years of which all is entered; every edit appends a whole new value, so that earlier ones stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from gis.errors import InvalidParameter
from gis.ingest.holidays import read_holidays
from gis.model import Actor, Role
from gis.rules import RuleBook
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workdays import FIRST_YEAR, LAST_YEAR, DaySource, WorkCalendar, published_name
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.plain import Record
from gis.workflows.require_role import require_role

DAYS, NAMES, YEARS = "calendar.days", "calendar.names", "calendar.years"
FIRST, LAST = 1990, 2100
MOST_CHANGES = 1_000
MOST_KEPT = 5_000
LONGEST_SOURCE, LONGEST_NAME = 200, 50
MAY_EDIT = (Role.PLANNER, Role.LAND_OFFICER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class DayChange:
    """What a day becomes: worked or not, None for what is published or computed again; and its name, or ""."""

    on: date
    worked: bool | None
    name: str = ""


def show_calendar(store: Reader, year: int) -> Record:
    """
    ``{year, days: [{on, worked, source, name}], published: [first, last year], complete, own, source}``.

    ``source`` of a day: published, county, computed (provisional); ``complete``: the county has entered all of the
    year; ``own``: how many days it entered in all, and ``source`` by what.
    """
    if not FIRST <= year <= LAST:
        raise InvalidParameter(Words("年份超出范围", "no such year"), found=str(year), expected=f"{FIRST} … {LAST}")
    book = _rules(store)
    names: Mapping[str, str] = book.values.get(NAMES, {})
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    return {
        "year": year,
        "days": [_day(day, book.calendar, names) for day in days],
        "published": [FIRST_YEAR, LAST_YEAR],
        "complete": year in book.calendar.complete,
        "own": len(book.calendar.overrides),
        "source": book.sources.get(DAYS),
    }


def _day(day: date, calendar: WorkCalendar, names: Mapping[str, str]) -> Record:
    source = calendar.source(day)
    told = names.get(day.isoformat(), "") if source is DaySource.COUNTY else published_name(day)
    return {"on": day.isoformat(), "worked": calendar.is_workday(day), "source": source.value, "name": told or None}


def _rules(reader: Reader) -> RuleBook:
    return RuleBook.from_frame(reader.read("rule_parameter"), date.today())


def edit_calendar(
    store: Store,
    actor: Actor,
    changes: tuple[DayChange, ...],
    source: str,
    years: Mapping[int, bool] | None = None,
) -> Record:
    """
    Enter days; gives ``{changed, own}``. Days that others entered meanwhile stay.

    Parameters
    ----------
    changes
        At most 1,000.
    source
        By what: the notice's number. Required.
    years
        Year → whether all of it is entered now, so that its dates are provisional no more.

    Raises
    ------
    NotAllowed
        The actor is no planner, land officer or administrator.
    InvalidParameter
        No change or too many, a year out of range, a text that is missing or too long.
    """
    words = Words("只有规划、土地人员和管理员能改工作日历", "only planners, land officers and administrators may")
    require_role(actor, MAY_EDIT, words)
    _check(changes, source.strip(), years or {})
    with writing_assessed(store, actor) as writer:
        book = _rules(writer)
        days, names = dict(book.values.get(DAYS, {})), dict(book.values.get(NAMES, {}))
        before, told = dict(days), set(book.calendar.complete)
        for change in changes:
            _enter(days, names, change)
        if len(days) > MOST_KEPT:
            raise InvalidParameter(Words("日历过大", "the calendar is too large"), found=str(len(days)))
        told = {year for year in {*told, *(years or {})} if (years or {}).get(year, year in told)}
        changed = len({day for day in {*days, *before} if days.get(day) != before.get(day)})
        values = {DAYS: dict(sorted(days.items())), NAMES: dict(sorted(names.items())), YEARS: sorted(told)}
        fresh = [code for code, value in values.items() if value != book.values.get(code, type(value)())]
        if fresh:
            rows = [{"code": code, "value": values[code], "source": source.strip()} for code in fresh]
            writer.append("rule_parameter", pd.DataFrame(rows))
    return {"changed": changed, "own": len(days)}


def _enter(days: dict[str, Any], names: dict[str, str], change: DayChange) -> None:
    key = change.on.isoformat()
    names.pop(key, None)
    if change.worked is None:
        days.pop(key, None)
        return
    days[key] = change.worked
    if change.name.strip():
        names[key] = change.name.strip()


def _check(changes: tuple[DayChange, ...], source: str, years: Mapping[int, bool]) -> None:
    if not 0 < len(changes) + len(years) <= MOST_CHANGES or any(not FIRST <= year <= LAST for year in years):
        words = Words("没有改动，或者改动过多", "nothing is changed, or too much")
        raise InvalidParameter(words, found=str(len(changes)), expected=f"1 … {MOST_CHANGES}")
    if not 0 < len(source) <= LONGEST_SOURCE:
        words = Words("须写明依据（通知文号）", "say by what: the notice's number")
        raise InvalidParameter(words, found=f"{len(source)}", expected=f"1–{LONGEST_SOURCE} 个字符 / characters")
    for change in changes:
        if not FIRST <= change.on.year <= LAST or len(change.name) > LONGEST_NAME:
            words = Words("日期或名称超出范围", "the day or its name is out of range")
            raise InvalidParameter(words, found=f"{change.on} {change.name[:LONGEST_NAME]}")


def preview_holidays(store: Reader, data: bytes, file_name: str) -> Record:
    """
    What a file would change, nothing written: ``{rows: [{on, worked, name, state, row}], refused: [cause]}``.

    ``state``: "same" where the calendar says so already by its own entry or the published list; "new" of a day that
    nobody has said anything of; "changed" of a day that it would turn round.
    """
    found = read_holidays(data, file_name)
    calendar = _rules(store).calendar
    return {
        "rows": [
            {
                "on": row.on.isoformat(),
                "worked": row.worked,
                "name": row.name or None,
                "state": _state(calendar, row.on, worked=row.worked),
                "row": row.row,
            }
            for row in found.rows
        ],
        "refused": [error.as_dict() for error in found.refused],
    }


def _state(calendar: WorkCalendar, day: date, *, worked: bool) -> str:
    if calendar.source(day) is DaySource.COMPUTED:
        return "new"
    return "same" if calendar.is_workday(day) == worked else "changed"
