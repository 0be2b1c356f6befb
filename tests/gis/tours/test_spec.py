"""What an office asks of a tour: read as it is written, and everything wrong told at once."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest

from gis.errors import InvalidParameter
from gis.model import Lamp, ProjectCategory
from gis.tours.spec import Limit, LunchWish, Spot, clock_text, read_spec, spec_as_dict
from tests.gis.tours.spec_samples import MORNING, wishes

WHOLE = """
title = "下半年观摩"
coaches = 2
together = false
speed_factor = 0.8
boarding_min = 5
visit_min = 15
minutes_per_town = 60
not_seen_in_last = 3
min_share_done = 0.3333
codes = ["A", "B"]
visit_min_of = {industry = 25}
weights = {investment = 2}

[[days]]
date = 2026-12-08
from = 08:30:00
until = "17:30"
start = "town:140781"
end = "point:112.5,37.25"
meeting = "17:00"

[lunch]
from = "11:30"
until = "13:00"
minutes = 45
places = ["park:K1"]

[candidates]
lamp = ["red", "黄"]
words = "示例"

[[sites]]
code = "A"
must = true
open = ["09:00-11:30", "14:00-16:00"]
reporter = "王某"

[[limits]]
by = "town"
at_least = 1
at_most = 2
"""


def problems(given: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Path → what was found, what was expected."""
    with pytest.raises(InvalidParameter) as refused:
        read_spec(given)
    return {str(p.place.column): (p.found, p.expected) for p in refused.value.problems}


def test_a_whole_file_is_read() -> None:
    spec = read_spec(tomllib.loads(WHOLE))
    (day,) = spec.days
    assert (day.on, day.from_min, day.until_min) == (date(2026, 12, 8), 510, 1050)
    assert (day.start, day.end) == (Spot("town", "140781"), Spot("point", "", 112.5, 37.25))
    assert day.closes_min == 1020  # the meeting comes before the end of the day
    assert spec.lunch == LunchWish(690, 780, 45, (Spot("park", "K1"),))
    assert spec.visit_min_of == ((ProjectCategory.INDUSTRY, 25),)
    assert spec.candidates.lamp == (Lamp.RED, Lamp.YELLOW)
    assert spec.wish("A").open == ((540, 690), (840, 960))
    assert (spec.wish("A").must, spec.wish("B").must) == (True, False)
    assert spec.limits == (Limit("town", "*", 1, 2),)
    assert (spec.routes, spec.weights.investment, spec.weights.lamp) == (2, 2.0, 0.5)


def test_coaches_together_drive_one_route() -> None:
    assert read_spec(wishes(coaches=3)).routes == 1


def test_what_was_read_is_written_so_that_it_reads_the_same() -> None:
    spec = read_spec(tomllib.loads(WHOLE))
    assert read_spec(spec_as_dict(spec)) == spec


def test_everything_wrong_is_told_at_once_with_its_path() -> None:
    given = wishes(
        colour="red",
        coaches=0,
        lunch={"from": "13:00", "until": "11:30"},
        sites=[{"code": "A", "must": True, "never": True}, {"open": ["11:00-09:00"]}],
        limits=[{"by": "owner", "at_least": 3, "at_most": 2}],
        candidates={"lamp": ["blue"]},
    )
    assert set(problems(given)) == {
        *("colour", "coaches", "lunch.until", "sites[1].never", "sites[2].code", "sites[2].open"),
        *("limits[1].by", "limits[1].at_most", "candidates.lamp"),
    }


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"until": "08:30"}, "days[1].until"),
        ({"until": "08:00"}, "days[1].until"),
        ({"meeting": "08:00"}, "days[1].meeting"),
        ({"from": "24:00"}, "days[1].from"),
        ({"from": 830}, "days[1].from"),
        ({"date": "2026-02-30"}, "days[1].date"),
        ({"date": "2026-W50-2"}, "days[1].date"),
        ({"start": "village:7"}, "days[1].start"),
        ({"start": "point:200,37"}, "days[1].start"),
        ({"end": None}, "days[1].end"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_place(changed: dict[str, Any], path: str) -> None:
    assert list(problems({"title": "x", "days": [{**MORNING, **changed}]})) == [path]


def test_a_tour_has_a_day() -> None:
    assert list(problems({"title": "x", "days": []})) == ["days"]
    assert list(problems({"title": "x"})) == ["days"]


def test_days_follow_one_another_each_once() -> None:
    earlier = {**MORNING, "date": "2026-12-07"}
    assert list(problems({"title": "x", "days": [MORNING, earlier]})) == ["days"]
    assert list(problems({"title": "x", "days": [MORNING, MORNING]})) == ["days"]
    assert len(read_spec({"title": "x", "days": [earlier, MORNING]}).days) == 2


def test_hours_are_in_order_and_apart() -> None:
    overlapping = {"code": "A", "open": ["09:00-11:00", "10:00-12:00"]}
    assert problems(wishes(sites=[overlapping])) == {"sites[1].open": ("10:00-12:00", "> 11:00")}
    backwards = {"code": "A", "open": ["11:00-09:00"]}
    assert problems(wishes(sites=[backwards])) == {"sites[1].open": ("11:00-09:00", "> 11:00")}


def test_what_is_no_number_is_no_number() -> None:
    given = wishes(visit_min="20", speed_factor=True, min_share_done=float("nan"), boarding_min=2.5)
    assert set(problems(given)) == {"visit_min", "speed_factor", "min_share_done", "boarding_min"}


@pytest.mark.parametrize(("minutes", "text"), [(0, "00:00"), (510, "08:30"), (1439, "23:59"), (1440 + 510, "08:30")])
def test_minutes_are_shown_as_a_time_of_day(minutes: int, text: str) -> None:
    assert clock_text(minutes) == text


def test_a_value_of_nothing_by_hand_is_kept() -> None:
    spec = read_spec(wishes(sites=[{"code": "A", "value": 0}]))
    assert read_spec(spec_as_dict(spec)).wish("A").value == 0.0


def test_numbers_beyond_all_bounds_and_unseen_signs_are_refused() -> None:
    assert set(problems(wishes(coaches=10**400))) == {"coaches"}
    assert set(problems(wishes(codes=["\x00"]))) == {"codes"}


def test_a_category_that_is_none_is_refused_at_its_place() -> None:
    limits = [{"by": "category", "key": "工业", "at_least": 1}]
    assert list(problems(wishes(limits=limits))) == ["limits[1].key"]


@pytest.mark.parametrize(
    ("sites", "path"),
    [
        ([{"code": "A", "day": 2}], "sites[1].day"),
        ([{"code": "A", "coach": 2}], "sites[1].coach"),
        ([{"code": "A"}, {"code": "A", "must": True}], "sites[2].code"),
    ],
)
def test_a_site_is_said_once_and_held_to_a_day_and_a_coach_that_there_are(
    sites: list[dict[str, Any]], path: str
) -> None:
    assert list(problems(wishes(sites=sites))) == [path]
