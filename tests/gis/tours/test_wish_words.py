"""Ways out of a clash in words: hours, and the meeting that ends them."""

from __future__ import annotations

from typing import Any

import pytest

from gis.tours.assembly import Board
from gis.tours.clashes import Clash, Relaxation
from gis.tours.spec import read_spec
from gis.tours.timetable import Known, Located, timetable
from gis.tours.timing import time_order
from gis.tours.wish_words import clash_words, later_words, longer_words, nearest_words
from gis.tours.wishes import Wish
from tests.gis.tours.spec_samples import MORNING
from tests.gis.tours.test_assembly import board, site

HOURS = Wish("hours", shift=0)


def morning(meeting: str | None, **more: Any) -> Board:
    """From 8:30 to 12:00, and perhaps a meeting."""
    return board(read_spec({"title": "x", "days": [{**MORNING, "meeting": meeting}], **more}))


def test_a_day_ends_with_its_meeting_where_that_is_the_earlier() -> None:
    clash = Clash((HOURS,), (), (), is_proved=True)
    assert clash_words(morning(None), clash, {}).zh == "不能同时满足：12月8日须在 12:00 前结束"
    assert clash_words(morning("12:30"), clash, {}).zh == "不能同时满足：12月8日须在 12:00 前结束"
    assert clash_words(morning("11:30"), clash, {}).zh == "不能同时满足：12月8日 11:30 会议前须到"


@pytest.mark.parametrize(
    ("meeting", "zh", "en"),
    [
        (None, "12月8日延长 40 分钟（到 12:40）", "2026-12-08 40 min longer (until 12:40)"),
        ("13:00", "12月8日延长 40 分钟（到 12:40）", "2026-12-08 40 min longer (until 12:40)"),
        ("11:00", "12月8日会议推迟 40 分钟（到 11:40）", "2026-12-08: the meeting 40 min later (at 11:40)"),
        (
            "11:30",
            "12月8日会议推迟 40 分钟（到 12:10），延长 10 分钟（到 12:10）",
            "2026-12-08: the meeting 40 min later (at 12:10), 10 min longer (until 12:10)",
        ),
        (
            "12:30",
            "12月8日会议推迟 10 分钟（到 12:40），延长 40 分钟（到 12:40）",
            "2026-12-08: the meeting 10 min later (at 12:40), 40 min longer (until 12:40)",
        ),
    ],
)
def test_a_later_end_says_what_it_does_to_the_meeting(meeting: str | None, zh: str, en: str) -> None:
    words = later_words(morning(meeting), 0, 40)
    assert (words.zh, words.en) == (zh, en)


def test_an_earlier_beginning_says_when() -> None:
    clash = Clash((HOURS,), (Relaxation(HOURS, 40, is_earlier=True), Relaxation(HOURS, 40)), (), is_proved=True)
    earlier, later = nearest_words(morning("11:00"), clash, {})
    assert (earlier.zh, earlier.en) == (
        "12月8日提前 40 分钟出发（07:50）",
        "2026-12-08 leaves 40 min earlier (at 07:50)",
    )
    assert later.zh == "12月8日会议推迟 40 分钟（到 11:40）"


def test_a_meeting_is_of_all_coaches_and_hours_are_of_one() -> None:
    two = morning("11:00", coaches=2, together=False)
    assert later_words(two, 1, 40).zh == "12月8日会议推迟 40 分钟（到 11:40）"
    assert longer_words(two, 1, 30).zh == "12月8日 2 号车提前 30 分钟出发（08:00）"


@pytest.mark.parametrize(
    ("meeting", "zh"),
    [
        (None, "12月8日多 30 分钟"),
        ("12:30", "12月8日多 30 分钟"),
        ("12:00", "12月8日提前 30 分钟出发（08:00）"),
        ("12:10", "12月8日提前 20 分钟出发（08:10）；12月8日延长 10 分钟（到 12:10）"),
    ],
)
def test_half_an_hour_more_moves_no_meeting(meeting: str | None, zh: str) -> None:
    assert longer_words(morning(meeting), 0, 30).zh == zh


@pytest.mark.parametrize(("meeting", "must_back"), [(None, "12:00"), ("11:30", "11:30"), ("12:30", "12:00")])
def test_time_to_spare_is_until_the_day_s_end_or_its_meeting_the_earlier(meeting: str | None, must_back: str) -> None:
    spec = read_spec({"title": "x", "days": [{**MORNING, "meeting": meeting}]})
    made = board(spec, site(spec, "A"))
    known = Known([Located(str(n), (112.0, 37.0)) for n in range(3)], made.problem.travel * 1000.0, {})
    (day,) = timetable(made, time_order(made.problem, ((0,),)), known).days
    assert f"{day.must_back:%H:%M}" == must_back
