"""
Working days by the calendar of the State Council, with a store's own overrides on top.

Days are counted as the law does: the day of posting is not counted, the period runs to the end of its
last day, and what waits for it may happen on the day after (DOMAIN §3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

FIRST_YEAR = min(d.year for d in holidays)
LAST_YEAR = max(d.year for d in (*holidays, *workdays))
ONE_DAY = timedelta(days=1)


class DaySource(StrEnum):
    """Who says whether a day is worked: the State Council's list, the county's own entry, or nobody yet."""

    PUBLISHED = "published"
    COUNTY = "county"
    COMPUTED = "computed"


def published_name(day: date) -> str:
    """What the State Council's list calls a day that it sets apart (春节), "" for every other."""
    told = holidays.get(day) or workdays.get(day)
    return chinese_calendar.Holiday(told).chinese if told else ""


@lru_cache(maxsize=8192)
def _published(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


@dataclass(frozen=True)
class WorkCalendar:
    """
    Which days are worked. ``overrides`` (day → worked) rule over the published calendar.

    Outside the published years a weekday counts as worked; such answers are provisional, but for ``complete`` years,
    of which the county has entered every day that the State Council sets apart.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)
    complete: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        """The day is worked."""
        if day in self.overrides:
            return self.overrides[day]
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return _published(day)
        return day.weekday() < 5

    def is_provisional(self, day: date) -> bool:
        """Nobody has published yet whether this day is worked."""
        is_told = FIRST_YEAR <= day.year <= LAST_YEAR or day.year in self.complete
        return day not in self.overrides and not is_told

    def source(self, day: date) -> DaySource:
        """Who says whether the day is worked."""
        if self.is_provisional(day):
            return DaySource.COMPUTED
        is_published = day not in self.overrides and FIRST_YEAR <= day.year <= LAST_YEAR
        return DaySource.PUBLISHED if is_published else DaySource.COUNTY

    def has_provisional_between(self, first: date, last: date) -> bool:
        """A day after ``first`` and before ``last`` is provisional."""
        if first.year >= FIRST_YEAR and last.year <= LAST_YEAR:
            return False
        return any(self.is_provisional(first + timedelta(days=n)) for n in range(1, (last - first).days))

    def last_day(self, posted: date, days: int, *, working: bool) -> date:
        """
        The last day of a period of ``days`` that began the day after ``posted``.

        10 working days from Monday 2026-02-09 end on Saturday 2026-02-28, a make-up working day.
        """
        if not working:
            return posted + timedelta(days=days)
        day = posted
        left = days
        while left > 0:
            day += ONE_DAY
            left -= self.is_workday(day)
        return day

    def first_day_after(self, posted: date, days: int, *, working: bool) -> date:
        """The first day on which what waits for the period may happen."""
        return self.last_day(posted, days, working=working) + ONE_DAY
