"""What a request carries in its body: everything that is wrong is told at once, and nothing unasked gets through."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask, request
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import InvalidParameter
from gis.model import Stage
from webapp.bodies import BodyAsker, body, document

APP = Flask("bodies")


def asked(read: Callable[[BodyAsker], Any], **sent: Any) -> Any:
    """What ``read`` gets of a body."""
    with APP.test_request_context("/", method="POST", **sent), body() as ask:
        return read(ask)


def problems(read: Callable[[BodyAsker], Any], **sent: Any) -> list[tuple[str | None, str | None]]:
    """Where and what was wrong."""
    with pytest.raises(InvalidParameter) as caught:
        asked(read, **sent)
    return [(problem.place.column, problem.found) for problem in caught.value.problems]


def test_single_values_are_read_by_their_kind():
    sent = {
        "a": " 某村 ",
        "b": "2026-06-30",
        "c": 1.5,
        "d": "survey",
        "e": ["x", " y", "x"],
        "f": True,
        "g": "一\n二",
        "h": 3,
    }
    found = asked(
        lambda ask: (
            ask.text("a"),
            ask.day("b"),
            ask.number("c", 0, 2),
            ask.code("d", Stage),
            ask.texts("e"),
            ask.flag("f"),
            ask.note("g"),
            ask.whole("h", 0, 5),
        ),
        json=sent,
    )
    assert found == ("某村", date(2026, 6, 30), 1.5, Stage.SURVEY, ("x", "y"), True, "一\n二", 3)


def test_what_is_not_given_or_null_is_the_default():
    def read(ask: BodyAsker) -> tuple[Any, ...]:
        return (ask.text("a", "甲"), ask.day("b"), ask.number("c"), ask.code("d", Stage), ask.texts("e"), ask.flag("f"))

    empty = ("甲", None, None, None, (), False)
    assert asked(read, json={}) == empty
    assert asked(read, json=dict.fromkeys("abcdef")) == empty


def test_null_and_absence_can_be_told_apart():
    assert asked(lambda ask: (ask.has("a"), ask.has("b")), json={"a": None}) == (True, False)


def test_everything_that_is_wrong_is_told_at_once():
    def read(ask: BodyAsker) -> None:
        ask.day("on", required=True)
        ask.number("area", 0, 10)
        ask.code("stage", Stage)
        ask.text("name", required=True)

    sent = {"on": "2026-02-30", "area": 11, "stage": "pink", "name": " ", "who": "me"}
    told = [("on", "2026-02-30"), ("area", "11"), ("stage", "pink"), ("name", ""), ("who", "who")]
    assert problems(read, json=sent) == told


@pytest.mark.parametrize("value", ["12", 12, "2026-6-1", "20260630", True, [], {}, "1800-01-01", "9999-12-31"])
def test_what_is_no_day_is_refused(value):
    assert [column for column, _ in problems(lambda ask: ask.day("on"), json={"on": value})] == ["on"]


@pytest.mark.parametrize("value", ["x", True, [1], {}, 11, -1, "nan", "inf", 10**400])
def test_what_is_no_number_within_its_bounds_is_refused(value):
    assert [column for column, _ in problems(lambda ask: ask.number("n", 0, 10), json={"n": value})] == ["n"]


@pytest.mark.parametrize("value", [1, True, ["x"], "x" * 201, "a\nb", "a\x00b", "\ud800"])
def test_what_is_no_text_of_one_line_is_refused(value):
    assert [column for column, _ in problems(lambda ask: ask.text("t"), json={"t": value})] == ["t"]


@pytest.mark.parametrize("value", [[1], 5, {}, ["x"] * 101, ["x" * 201], [["x"]]])
def test_what_is_no_list_of_texts_is_refused(value):
    assert [column for column, _ in problems(lambda ask: ask.texts("t"), json={"t": value})] == ["t"]


def test_objects_in_a_list_are_asked_one_by_one_and_the_wrong_one_is_named():
    sent = {"rows": [{"no": "1", "area": 2}, {"no": "2", "area": "many", "x": 1}]}

    def read(ask: BodyAsker) -> list[tuple[str, float | None]]:
        return [(row.text("no"), row.number("area")) for row in ask.objects("rows")]

    assert problems(read, json=sent) == [("rows[1].area", "many"), ("rows[1].x", "x")]
    assert asked(read, json={"rows": [{"no": "1", "area": 2}]}) == [("1", 2.0)]


def test_columns_of_a_row_come_as_they_were_sent():
    sent = {"values": {"owner": "某村", "area_m2": 5.5, "remark": None, "is": True}}
    assert asked(lambda ask: ask.scalars("values"), json=sent) == sent["values"]
    assert problems(lambda ask: ask.scalars("values"), json={"values": {"a": []}}) == [("values", "{'a': []}")]


@pytest.mark.parametrize("values", [{"remark": "\ud800"}, {"\ud800": "x"}, {"remark": "a\x00"}])
def test_columns_of_a_row_hold_no_text_that_no_file_can_hold(values):
    assert [column for column, _ in problems(lambda ask: ask.scalars("v"), json={"v": values})] == ["v"]


def test_what_cannot_be_written_down_is_refused_as_a_whole():
    asked = APP.test_request_context("/", method="POST", json={"columns": {"\ud800": "name"}})
    with asked, pytest.raises(InvalidParameter, match="cannot be read"):
        document()


def test_a_geometry_is_passed_on_as_it_is():
    shape = {"type": "Point", "coordinates": [114, 33]}
    assert asked(lambda ask: ask.geometry("shape"), json={"shape": shape}) == shape
    assert problems(lambda ask: ask.geometry("shape"), json={"shape": [1]}) == [("shape", "[1]")]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '{"a": Infinity}', "\xff"]
)
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(InvalidParameter, match="cannot be read"):
        asked(lambda ask: ask.has("a"), data=text.encode("latin-1"), content_type="application/json")


@pytest.mark.parametrize("kind", ["text/plain", "", "application/xml"])
def test_json_says_that_it_is_json(kind):
    with pytest.raises(InvalidParameter, match="cannot be read"):
        asked(lambda ask: ask.has("a"), data="{}", content_type=kind)


def test_a_form_has_fields_and_files_and_its_token_is_nobodys_value():
    data = {"kind": "survey", "n": "2", "csrf_token": "x", "file": (io.BytesIO(b"abc"), "../../某.txt")}

    def read(ask: BodyAsker) -> tuple[Any, ...]:
        file = ask.file("file")
        assert file is not None
        with file.stream:
            return ask.code("kind", Stage), ask.number("n"), file.read(), request.files["file"] is file

    assert asked(read, data=data, content_type="multipart/form-data") == (Stage.SURVEY, 2.0, b"abc", True)


def test_a_file_that_is_not_there_is_told():
    assert problems(lambda ask: ask.file("file"), data={"file": "text"}) == [("file", "")]


def test_a_field_stands_in_a_form_once():
    with pytest.raises(InvalidParameter, match="cannot be read"):
        asked(lambda ask: ask.text("a"), data="a=1&a=2", content_type="application/x-www-form-urlencoded")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(value=anything)
def test_whatever_is_sent_is_read_or_refused_and_nothing_else_happens(value):
    def read(ask: BodyAsker) -> None:
        ask.text("v")
        ask.note("v")
        ask.texts("v")
        ask.day("v")
        ask.number("v")
        ask.whole("v", 0, 9)
        ask.code("v", Stage)
        ask.choice("v", ("a", "b"))
        ask.flag("v")
        ask.scalars("v")
        ask.object("v")
        ask.objects("v")
        ask.geometry("v")
        ask.file("v")

    assert {column.split(".")[0].split("[")[0] for column, _ in problems(read, json={"v": value})} == {"v"}
