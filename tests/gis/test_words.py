"""Sentences in two languages, and the causes that carry them."""

from __future__ import annotations

import inspect

import pytest

from gis import errors
from gis.errors import CrsUnknown, GuatuError, InvalidRow, Place
from gis.words import Words, join


def test_words_give_chinese_unless_english_is_asked_for() -> None:
    words = Words("绿", "green")
    assert [words.of(language) for language in ("zh", "en", "fr", "")] == ["绿", "green", "绿", "绿"]
    assert str(words) == "绿"
    assert words.as_dict() == {"zh": "绿", "en": "green"}


def test_words_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Words("绿", "green").zh = "红"  # type: ignore[misc]


def test_texts_are_joined_as_each_language_does() -> None:
    joined = join(Words(zh, en) for zh, en in (("一", "one"), ("二", "two")))
    assert joined == Words("一；二", "one; two")
    assert join([]) == Words("", "")
    assert join([Words("一", "one")], "、", ", ") == Words("一", "one")


def test_a_place_reads_as_far_as_it_is_known() -> None:
    assert str(Place("a.xlsx", 3, "总投资")) == "a.xlsx, row 3, 总投资"
    assert str(Place(row=0)) == "row 0"
    assert str(Place()) == ""


def test_a_cause_says_what_was_found_what_was_expected_and_where() -> None:
    error = InvalidRow(Words("不对", "wrong"), found="a", expected="b", place=Place("f.csv", 2, "c"))
    assert str(error) == "wrong"
    assert error.as_dict() == {
        "cause": "InvalidRow",
        "message": {"zh": "不对", "en": "wrong"},
        **{"found": "a", "expected": "b", "file": "f.csv", "row": 2, "column": "c"},
    }


def test_an_unknown_reference_system_carries_its_candidates() -> None:
    error = CrsUnknown(Words("未知", "unknown"), ["EPSG:4547", "EPSG:4548"], found="500000")
    assert error.as_dict()["candidates"] == ["EPSG:4547", "EPSG:4548"]
    assert error.found == "500000"


CAUSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, Exception)]


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_is_a_guatu_error_and_says_what_it_is(cause: type) -> None:
    assert issubclass(cause, GuatuError)
    assert cause.__doc__
