"""The folium map names no other host, and its style says what the style table says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from gis.maps.colourings import COLOURINGS, colourings, repaint
from gis.maps.style import RISK, TABLES, risk_class
from gis.maps.wall_layers import GROUPS, wall_style
from gis.maps.wall_map import WallView, map_parts, wall_map
from gis.model import BBox
from gis.settings import BaseMap

HERE = BBox(111.7, 36.8, 112.2, 37.2)


def _matched(value: Any, given: list[Any]) -> Any:
    pairs = dict(zip(given[1:-1:2], given[2:-1:2], strict=True))
    return value(pairs.get(value(given[0]), given[-1]))


def _stepped(value: Any, given: list[Any]) -> Any:
    reached = [then for bound, then in zip(given[2::2], given[3::2], strict=True) if value(given[0]) >= bound]
    return value(reached[-1] if reached else given[1])


# The operators that the style uses, as MapLibre's specification defines them.
OPERATORS = {
    "literal": lambda _, given: given[0],
    "coalesce": lambda value, given: next((v for v in map(value, given) if v is not None), None),
    "to-string": lambda value, given: str(value(given[0])),
    "to-number": lambda value, given: next(float(v) for v in map(value, given) if v is not None),
    "==": lambda value, given: value(given[0]) == value(given[1]),
    "case": lambda value, given: value(given[1]) if value(given[0]) else value(given[2]),
    "concat": lambda value, given: "".join(str(value(part)) for part in given),
    "match": _matched,
    "step": _stepped,
}


def evaluated(expression: Any, properties: dict[str, Any]) -> Any:
    """A MapLibre expression's value for one feature."""
    if not isinstance(expression, list):
        return expression
    operator, *given = expression
    if operator == "get":
        return properties.get(given[0])
    return OPERATORS[operator](lambda part: evaluated(part, properties), given)


def test_no_part_of_the_map_names_another_host():
    parts = map_parts(WallView(HERE, static="/static"))
    for text in (parts.styles, parts.body, parts.libraries, parts.script):
        assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text) == []
    links = re.findall(r'(?:src|href)="([^"]+)"', parts.styles + parts.libraries)
    assert len(links) == 5
    assert all(link.startswith("/static/vendor/") for link in links)


def test_nothing_that_runs_stands_before_the_page():
    parts = map_parts(WallView(HERE))
    assert "<script" not in parts.styles + parts.body


def test_the_map_brings_no_inline_script_or_style_of_its_own():
    parts = map_parts(WallView(HERE))
    assert "<style" not in parts.styles + parts.body + parts.libraries
    assert re.findall(r"<script(?![^>]*\bsrc=)", parts.libraries) == []
    assert "<script" not in parts.script


def test_two_maps_do_not_share_their_links():
    one, other = map_parts(WallView(HERE, static="/a")), map_parts(WallView(HERE, static="/b"))
    for mine, others in ((one.styles, other.styles), (one.libraries, other.libraries)):
        assert "/a/vendor" in mine
        assert "/a/vendor" not in others


def test_a_base_map_is_asked_for_at_this_server_and_its_texts_are_escaped():
    base = BaseMap("plan", "规划", "/basemap/plan/{z}/{x}/{y}", "</script><b>示例</b>", 16)
    script = map_parts(WallView(HERE, (base,))).script
    assert "/basemap/plan/{z}/{x}/{y}" in script
    assert "</script>" not in script
    assert "<b>" not in script


def test_the_attribution_is_escaped():
    script = map_parts(WallView(HERE, attribution="<img src=x onerror=alert(1)>")).script
    assert "<img" not in script
    assert "lt;img src=x" in script


def test_an_empty_store_still_has_a_map():
    parts = map_parts(WallView(None))
    assert "fitBounds" not in parts.script
    assert "L.map(" in parts.script


def test_only_a_printed_map_keeps_its_drawing():
    assert "preserveDrawingBuffer: true" in map_parts(WallView(HERE, keep_drawing=True)).script
    assert "preserveDrawingBuffer: false" in map_parts(WallView(HERE)).script


@pytest.mark.parametrize("colouring", COLOURINGS, ids=lambda c: c.code)
def test_each_code_gets_the_fill_outline_hatch_and_badge_of_its_mark(colouring):
    properties = {"lamp": "lamp", "stage": "stage", "land": "readiness", "flag": "worst_flag", "risk": "at_risk_wan"}
    painted = repaint(colouring)
    for code, mark in TABLES[colouring.table].items():
        told = mark.from_wan if colouring.code == "risk" else code
        feature = {properties[colouring.code]: told}
        assert evaluated(painted["project-fill"]["fill-color"], feature) == mark.fill
        assert evaluated(painted["project-line"]["line-color"], feature) == mark.stroke
        assert evaluated(painted["project-hatch"]["fill-pattern"], feature) == f"hatch:{colouring.table}:{code}"
        assert evaluated(painted["project-badge"]["icon-image"], feature) == f"badge:{colouring.table}:{code}"


@pytest.mark.parametrize("nothing", [{}, {"lamp": None}, {"lamp": ""}])
def test_a_missing_lamp_is_drawn_as_none(nothing):
    assert evaluated(repaint(COLOURINGS[0])["project-badge"]["icon-image"], nothing) == "badge:lamp:none"


@pytest.mark.parametrize("amount", [None, 0, 1e-6, 999.99, 1_000, 4_999, 5_000, 20_000, 1e7])
def test_the_map_classes_money_at_risk_as_the_table_does(amount):
    risk = next(c for c in COLOURINGS if c.code == "risk")
    assert evaluated(risk.code_of, {"at_risk_wan": amount}) == risk_class(amount)
    assert risk_class(amount) in RISK


def test_every_layer_is_in_one_group_and_every_group_has_its_layers():
    layers = [layer["id"] for layer in wall_style()["layers"]]
    grouped = [layer for group in GROUPS.values() for layer in group]
    assert sorted(layers) == sorted(grouped)
    assert len(set(layers)) == len(layers)


def test_every_layer_draws_from_a_source_that_is_there():
    style = wall_style()
    for layer in style["layers"]:
        assert layer["source"] in style["sources"]
        if style["sources"][layer["source"]]["type"] == "vector":
            assert layer["source-layer"] == layer["source"]


def test_a_colouring_repaints_only_layers_that_are_there():
    layers = {layer["id"] for layer in wall_style()["layers"]}
    for colouring in colourings():
        assert set(colouring["repaint"]) <= layers
        assert colouring["zh"]
        assert colouring["en"]


def test_the_first_colouring_is_on_from_the_start_and_an_unknown_one_is_the_first():
    by_id = {layer["id"]: layer for layer in wall_style("flag")["layers"]}
    assert "badge:flag:" in json.dumps(by_id["project-badge"]["layout"]["icon-image"])
    assert wall_style("no such colouring") == wall_style("lamp")


def test_the_map_begins_with_its_bounds_in_sight_and_no_animation_that_could_undo_the_address():
    # 0.4418° × 0.3453° at 37°N: 900 px ask for 360/0.4418 × 900/256 = 2^11.48, 450 px for 2^10.51: 10.5.
    drawn = wall_map(WallView(bounds=BBox(111.7275, 36.8370, 112.1693, 37.1823)))
    assert drawn.options["zoom"] == 10.5
    assert "fitBounds" not in map_parts(WallView(bounds=BBox(111.7275, 36.8370, 112.1693, 37.1823))).script
