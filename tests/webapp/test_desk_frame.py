"""The frame of the desk's pages: the way to those that are there, the marked one, a map only where wanted."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from tests.webapp.conftest import SETTINGS
from tests.webapp.test_page import page_data
from webapp import create_app
from webapp.desk_pages import DESK_PAGES
from webapp.views.desk_page import render_desk

PLAIN = (
    '{% extends "desk_frame.html" %}{% block title %}T{% endblock %}{% block content %}<p>{{ said }}</p>{% endblock %}'
)
MAPPED = (
    '{% extends "desk_frame.html" %}{% set own_sheets = ("map",) %}'
    '{% block content %}{{ icon("map") }}{{ map.body }}{% endblock %}'
)


@pytest.fixture
def framed(store) -> Flask:
    """An app with two pages of its own, one of them with a map."""
    app = create_app(SETTINGS, store)
    app.jinja_loader = ChoiceLoader([DictLoader({"plain.html": PLAIN, "mapped.html": MAPPED}), app.jinja_loader])
    app.add_url_rule("/stock/own", "own_", lambda: render_desk("plain.html", "main.js", data={"own": 7}, said="<b>"))
    app.add_url_rule("/stock/list", "list_", lambda: render_desk("plain.html", "main.js", said=""))
    app.add_url_rule("/mapped", "mapped_", lambda: render_desk("mapped.html", "main.js", by="stage", here="/stock"))
    return app


def links(text: str) -> list[tuple[str, bool]]:
    """The addresses of the navigation, and whether each is marked."""
    nav = re.search(r'<nav class="pages[^"]*" id="pages".*?</nav>', text, re.DOTALL)[0]
    return [(address, bool(mark)) for address, mark in re.findall(r'<a href="([^"]+)"( aria-current="page")?', nav)]


def test_the_navigation_leads_to_the_pages_that_are_there_in_their_order(framed):
    found = links(framed.test_client().get("/stock/own").text)
    answered = {rule.rule for rule in framed.url_map.iter_rules()}
    assert [address for address, _ in found] == [page.address for page in DESK_PAGES if page.address in answered]
    assert {"/", "/stock"} <= {address for address, _ in found}


@pytest.mark.parametrize("path", ["/stock", "/stock/own", "/stock/list", "/mapped"])
def test_the_page_that_one_is_on_is_marked(framed, path):
    found = links(framed.test_client().get(path).text)
    assert [address for address, marked in found if marked] == ["/stock"]


def test_the_wall_map_leads_to_the_other_pages_too(framed):
    assert ("/stock", False) in links(framed.test_client().get("/").text)


def test_the_navigation_speaks_the_readers_language(framed):
    client = framed.test_client()
    assert ">存量</a>" in client.get("/stock/own?lang=zh").text
    assert ">Stock</a>" in client.get("/stock/own?lang=en").text


def test_a_page_without_a_map_loads_none_of_its_libraries(framed):
    client = framed.test_client()
    assert "maplibre" not in client.get("/stock/own").text
    assert "maplibre-gl-csp.js" in client.get("/mapped").text
    assert "css/map.css" in client.get("/mapped").text


def test_the_scripts_get_what_all_pages_have_and_what_is_the_pages_own(framed):
    data = page_data(framed.test_client().get("/stock/own").text)
    assert data["own"] == 7
    assert data["info"]["name"] == "示例县"
    assert data["codes"]["Stage"][0]["code"] == "not_started"


def test_a_value_is_written_as_text(framed):
    assert "<p>&lt;b&gt;</p>" in framed.test_client().get("/stock/own").text
