"""Parameters: read whole, refused whole, bounded always."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from gis.errors import InvalidParameter
from gis.model import Flag, Lamp, Level, ProjectFilter
from webapp.params import Near, key_in_path, reading, tile_at

PLAIN = Flask(__name__)


def wrong(address: str, ask_for: Any, *, strict: bool = True) -> dict[str | None, InvalidParameter]:
    """What is refused, by parameter."""
    with PLAIN.test_request_context(address), pytest.raises(InvalidParameter) as caught, reading(strict=strict) as ask:
        ask_for(ask)
    return {problem.place.column: problem for problem in caught.value.problems}


def read(address: str, ask_for: Any, *, strict: bool = True) -> Any:
    with PLAIN.test_request_context(address), reading(strict=strict) as ask:
        return ask_for(ask)


def test_a_filter_takes_repeated_values_and_comma_lists() -> None:
    address = "/?town=T1&town=T2,T3，T4&level=county&lamp=red,yellow&flag=late&words=%20水泥%20"
    assert read(address, lambda ask: ask.project_filter()) == ProjectFilter(
        town=("T1", "T2", "T3", "T4"),
        level=(Level.COUNTY,),
        lamp=(Lamp.RED, Lamp.YELLOW),
        flag=(Flag.LATE,),
        words="水泥",
    )


def test_a_comma_belongs_to_a_name_that_people_wrote() -> None:
    address = "/?department=发改局，财政局&department=住建局&leader=张三,%20李四&industry=食品、饮料,精制茶"
    assert read(address, lambda ask: ask.project_filter()) == ProjectFilter(
        industry=("食品、饮料,精制茶",),
        leader=("张三, 李四",),
        department=("发改局，财政局", "住建局"),
    )


def test_no_parameters_are_the_empty_filter() -> None:
    assert read("/", lambda ask: ask.project_filter()).is_empty


def test_everything_wrong_is_said_at_once_with_found_expected_and_column() -> None:
    def ask_all(ask: Any) -> None:
        ask.day()
        ask.project_filter()

    problems = wrong("/?on=2026-02-30&lamp=purple&stage=built&colour=red", ask_all)
    assert set(problems) == {"on", "lamp", "stage", "colour"}
    assert problems["lamp"].found == "purple"
    assert problems["lamp"].expected == "green | yellow | red | none"
    assert problems["on"].found == "2026-02-30"
    assert "on" in str(problems["colour"].expected)


def test_a_page_forgives_names_that_it_does_not_know() -> None:
    assert read("/?utm=x&on=2026-01-31", lambda ask: ask.day(), strict=False) == date(2026, 1, 31)


def test_the_language_may_stand_everywhere() -> None:
    assert read("/?lang=en", lambda ask: ask.day()) is None


@pytest.mark.parametrize("text", ["20260101", "2026-1-1", "1066-10-14", "tomorrow", "2026-01-01T00:00", "9999-01-01"])
def test_only_whole_days_of_our_time_are_days(text: str) -> None:
    assert "on" in wrong(f"/?on={text}", lambda ask: ask.day())


@pytest.mark.parametrize("number", ["nan", "inf", "-1e999", "x", "", "181"])
def test_a_longitude_is_a_finite_number_on_the_globe(number: str) -> None:
    assert set(wrong(f"/?lon={number}&lat=0", lambda ask: ask.near())) == {"lon"}


def test_a_place_needs_both_coordinates_and_has_a_radius() -> None:
    assert read("/?lon=114.5&lat=33&radius_m=20", lambda ask: ask.near()) == Near(114.5, 33.0, 20.0)
    assert set(wrong("/?lon=114.5", lambda ask: ask.near())) == {"lat"}
    assert set(wrong("/?lon=1&lat=1&radius_m=100000", lambda ask: ask.near())) == {"radius_m"}


def test_single_values_may_not_be_repeated() -> None:
    assert set(wrong("/?on=2026-01-01&on=2026-01-02", lambda ask: ask.day())) == {"on"}


def test_texts_and_lists_are_bounded() -> None:
    assert set(wrong(f"/?words={'x' * 201}", lambda ask: ask.project_filter())) == {"words"}
    assert set(wrong(f"/?town={'x' * 201}", lambda ask: ask.project_filter())) == {"town"}
    many = ",".join(str(i) for i in range(101))
    assert set(wrong(f"/?leader={many}", lambda ask: ask.project_filter())) == {"leader"}
    assert set(wrong("/?words=a%00b", lambda ask: ask.project_filter())) == {"words"}
    assert set(wrong("/?town=T1,%00&leader=a%00b", lambda ask: ask.project_filter())) == {"town", "leader"}


@pytest.mark.parametrize("number", ["1.5", "nan", "x", "-1", "10", ""])
def test_of_a_number_that_is_no_whole_one_no_part_is_taken(number: str) -> None:
    assert set(wrong(f"/?page={number}", lambda ask: ask.whole("page", 0, 9, 0))) == {"page"}


def test_a_whole_number_is_given_or_its_default() -> None:
    assert [read(address, lambda ask: ask.whole("page", 0, 9, 3)) for address in ("/", "/?page=7", "/?page=7.0")] == [
        3, 7, 7,
    ]  # fmt: skip


def test_an_unknown_value_beside_known_ones_is_wrong_too() -> None:
    states = ("new", "changed")
    assert read("/?state=changed,new", lambda ask: ask.among("state", states)) == ("changed", "new")
    problems = wrong("/?state=new&state=built", lambda ask: ask.among("state", states))
    assert (problems["state"].found, problems["state"].expected) == ("built", "new | changed")


def test_what_was_found_is_shown_only_in_part() -> None:
    problems = wrong(f"/?on={'9' * 5000}", lambda ask: ask.day())
    assert len(str(problems["on"].found)) <= 80


def test_a_tile_outside_the_pyramid_is_a_wrong_parameter() -> None:
    with pytest.raises(InvalidParameter) as caught:
        tile_at(3, 8, 0)
    assert caught.value.found == "3/8/0"


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b"])
def test_a_key_in_an_address_is_bounded(key: str) -> None:
    with pytest.raises(InvalidParameter):
        key_in_path("code", key)
