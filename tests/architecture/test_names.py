"""One name per thing; no drawer for odds and ends; every text in both languages."""

from __future__ import annotations

import inspect
import re

import pytest

import gis.model
from gis.layers import LAYERS, Column, Layer
from gis.model import Coded
from tests.architecture.source import PACKAGES, ROOT, modules

FORBIDDEN = ("util", "utils", "helper", "helpers", "manager", "managers", "misc", "common")
CODE_LISTS = [value for _, value in inspect.getmembers(gis.model, inspect.isclass) if issubclass(value, Coded)]
COLUMNS = [(layer, column) for layer in LAYERS.values() for column in layer.columns]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    parts = {part for m in modules() for name in m.name.split(".") for part in (name, *name.split("_"))}
    assert parts.isdisjoint(FORBIDDEN)
    scripts = [p for package in PACKAGES for p in (ROOT / package).rglob("*.js") if "vendor" not in p.parts]
    own = {part for p in scripts if "node_modules" not in p.parts for part in re.split(r"[-_.]", p.stem.lower())}
    assert own.isdisjoint(FORBIDDEN)


@pytest.mark.parametrize(("layer", "column"), COLUMNS, ids=lambda value: value.name)
def test_every_column_has_a_chinese_and_an_english_name(layer: Layer, column: Column) -> None:
    assert CHINESE.search(column.words.zh) or column.words.zh == "SHA-256"
    assert column.words.en.strip()
    assert not CHINESE.search(column.words.en)


@pytest.mark.parametrize("layer", list(LAYERS.values()), ids=lambda layer: layer.name)
def test_every_layer_has_a_chinese_and_an_english_name(layer: Layer) -> None:
    assert CHINESE.search(layer.words.zh)
    assert layer.words.en.strip()


@pytest.mark.parametrize("codes", [c for c in CODE_LISTS if c is not Coded], ids=lambda codes: codes.__name__)
def test_every_code_has_its_words_and_no_two_share_them(codes: type[Coded]) -> None:
    for member in codes:
        assert CHINESE.search(member.words.zh)
        assert member.words.en.strip()
    for language in ("zh", "en"):
        assert len({member.words.of(language) for member in codes}) == len(codes)


def test_stored_names_carry_their_unit() -> None:
    """Money ends in _wan, areas in _m2, lengths in _m, shares in _percent, dates in _on (_since, _from, _to)."""
    ends = {"area": "_m2", "length": "_m", "share": "_percent", "money": "_wan"}
    wrong = [f"{layer.name}.{c.name}" for layer, c in COLUMNS if c.dimension and not c.name.endswith(ends[c.dimension])]
    dated = ("_on", "_since", "_from", "_to", "on_date")
    wrong += [f"{layer.name}.{c.name}" for layer, c in COLUMNS if c.type == "date" and not c.name.endswith(dated)]
    assert wrong == []


def test_the_same_column_means_the_same_in_every_layer() -> None:
    """A name that stands in several layers has one type, one dimension and one code list (level apart)."""
    seen: dict[str, tuple[str, Column]] = {}
    for layer, column in COLUMNS:
        where, first = seen.setdefault(column.name, (layer.name, column))
        same = (first.type, first.dimension) == (column.type, column.dimension)
        assert same, f"{column.name} differs in {where} and {layer.name}"
