"""Working days by the State Council's calendar: the test vectors of RULES §3.1 and §11, and a store's overrides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.workdays import FIRST_YEAR, LAST_YEAR, WorkCalendar, published_name

CALENDAR = WorkCalendar()


@pytest.mark.parametrize(
    ("posted", "days", "last"),
    [
        (date(2026, 1, 5), 10, date(2026, 1, 19)),
        (date(2026, 2, 9), 10, date(2026, 2, 28)),
        (date(2026, 4, 27), 10, date(2026, 5, 13)),
        (date(2025, 9, 22), 15, date(2025, 10, 17)),
    ],
)
def test_working_days_count_from_the_day_after_posting(posted: date, days: int, last: date) -> None:
    assert CALENDAR.last_day(posted, days, working=True) == last


def test_what_waits_may_happen_the_day_after_the_period() -> None:
    """DOMAIN §3: posted on Monday 9 February 2026, the 10 working days end on Saturday 28 February."""
    first = CALENDAR.first_day_after(date(2026, 2, 9), 10, working=True)
    assert date(2026, 2, 27) < first <= date(2026, 3, 2)
    assert first == date(2026, 3, 1)


def test_calendar_days_are_plain_days() -> None:
    assert CALENDAR.last_day(date(2026, 1, 31), 30, working=False) == date(2026, 3, 2)
    assert CALENDAR.first_day_after(date(2024, 2, 28), 1, working=False) == date(2024, 3, 1)


def test_holidays_and_make_up_saturdays_are_the_published_ones() -> None:
    assert not CALENDAR.is_workday(date(2026, 2, 17))  # Spring Festival
    assert CALENDAR.is_workday(date(2026, 2, 28))  # a Saturday, made up
    assert not CALENDAR.is_workday(date(2026, 3, 1))  # a Sunday
    assert not CALENDAR.is_workday(date(2026, 10, 1))


def test_an_override_rules_over_the_published_calendar() -> None:
    calendar = WorkCalendar({date(2026, 2, 28): False, date(2026, 2, 17): True})
    assert not calendar.is_workday(date(2026, 2, 28))
    assert calendar.is_workday(date(2026, 2, 17))
    assert calendar.last_day(date(2026, 2, 9), 10, working=True) == date(2026, 2, 27)


def test_beyond_the_published_years_weekdays_are_worked_and_said_to_be_provisional() -> None:
    beyond = date(LAST_YEAR + 1, 6, 1)
    monday = beyond + timedelta(days=-beyond.weekday() % 7)
    assert CALENDAR.is_workday(monday)
    assert not CALENDAR.is_workday(monday + timedelta(days=5))
    assert CALENDAR.is_provisional(monday)
    assert not WorkCalendar({monday: False}).is_provisional(monday)
    assert not CALENDAR.is_provisional(date(2026, 6, 1))


def test_only_the_days_between_two_others_make_a_time_provisional() -> None:
    last, unpublished = date(LAST_YEAR, 12, 31), date(LAST_YEAR + 1, 1, 1)
    assert not CALENDAR.has_provisional_between(date(2026, 2, 9), last)
    assert not CALENDAR.has_provisional_between(last, unpublished)
    assert not CALENDAR.has_provisional_between(last - timedelta(days=30), unpublished)
    assert CALENDAR.has_provisional_between(last, unpublished + timedelta(days=1))
    assert CALENDAR.has_provisional_between(unpublished - timedelta(days=9), unpublished + timedelta(days=9))
    assert not WorkCalendar({unpublished: False}).has_provisional_between(last, unpublished + timedelta(days=1))


@given(first=st.dates(date(1990, 1, 1), date(2035, 12, 31)), days=st.integers(0, 60))
def test_a_time_is_provisional_where_one_of_its_days_is(first: date, days: int) -> None:
    between = [first + timedelta(days=n) for n in range(1, days)]
    found = CALENDAR.has_provisional_between(first, first + timedelta(days=days))
    assert found == any(CALENDAR.is_provisional(day) for day in between)


def test_every_day_of_the_published_years_has_an_answer() -> None:
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    answers = [CALENDAR.is_workday(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    assert LAST_YEAR >= 2026
    assert 0.6 < sum(answers) / len(answers) < 0.72


@given(posted=st.dates(date(2020, 1, 1), date(2030, 12, 31)), days=st.integers(1, 60))
def test_a_period_holds_exactly_its_working_days(posted: date, days: int) -> None:
    last = CALENDAR.last_day(posted, days, working=True)
    held = [posted + timedelta(days=n) for n in range(1, (last - posted).days + 1)]
    assert sum(CALENDAR.is_workday(day) for day in held) == days
    assert CALENDAR.is_workday(last)


@given(posted=st.dates(date(2020, 1, 1), date(2030, 12, 31)), working=st.booleans())
def test_a_period_of_no_days_ends_where_it_began(posted: date, working: bool) -> None:
    assert CALENDAR.last_day(posted, 0, working=working) == posted


def test_a_day_says_who_told_whether_it_is_worked() -> None:
    calendar = WorkCalendar({date(2026, 3, 2): False}, frozenset({2090}))
    days = (date(2026, 3, 3), date(2026, 3, 2), date(2090, 1, 1), date(2091, 1, 1))
    assert [calendar.source(day).value for day in days] == ["published", "county", "county", "computed"]


def test_a_year_that_is_entered_whole_is_not_provisional() -> None:
    calendar = WorkCalendar({date(2090, 1, 1): False}, frozenset({2090}))
    assert not calendar.has_provisional_between(date(2090, 1, 2), date(2090, 2, 1))
    assert calendar.has_provisional_between(date(2090, 12, 20), date(2091, 1, 10))
    assert not calendar.is_workday(date(2090, 1, 1))


def test_days_that_are_set_apart_have_their_names() -> None:
    named = {date(2026, 2, 17): "春节", date(2026, 2, 28): "春节", date(2026, 10, 1): "国庆节", date(2026, 3, 3): ""}
    assert {day: published_name(day) for day in named} == named
