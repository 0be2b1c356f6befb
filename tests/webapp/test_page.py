"""The page as the server sends it: what the scripts need, and nothing that may not run or be fetched."""

from __future__ import annotations

import html
import json
import re

import pytest

from gis.maps.style import FLAG, TABLES
from gis.settings import Settings
from webapp import create_app


def page_data(text: str) -> dict:
    """What the server wrote into the page for its scripts."""
    return json.loads(re.search(r'<script type="application/json" id="page-data">(.*?)</script>', text, re.DOTALL)[1])


@pytest.mark.parametrize("path", ["/", "/print"])
def test_inline_scripts_bear_the_nonce_of_the_policy(client, path):
    answer = client.get(path)
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1]
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", answer.text)
    assert len(inline) == 2
    for attributes in inline:
        assert f'nonce="{nonce}"' in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("path", ["/", "/print"])
def test_the_page_fetches_only_from_this_server_and_files_that_are_there(client, path):
    links = re.findall(r'<(?:script|link)[^>]*?(?:src|href)="([^"]+)"', client.get(path).text)
    assert len(links) > 5
    for link in links:
        assert link.startswith("/static/"), link
        with client.get(link) as answer:
            assert answer.status_code == 200 or "/vendor/" in link, link


def test_the_scripts_get_the_tables_in_their_own_order(client):
    data = page_data(client.get("/").text)
    assert list(data["style"]) == list(TABLES)
    assert list(data["style"]["flag"]) == list(FLAG)
    assert data["readinessOf"]["cleared"] == "ready"
    assert [c["code"] for c in data["colourings"]] == ["lamp", "stage", "land", "flag", "risk"]
    assert data["info"]["name"] == "示例县"
    assert data["texts"] == {}
    assert page_data(client.get("/?lang=en").text)["texts"]["进度灯"] == "Lamp"


def test_a_name_cannot_break_out_of_the_page(tmp_path):
    from gis.model import LOCAL_ACTOR
    from gis.store import create_store

    evil = "</script><script>alert(1)</script>县\"'>"
    store = create_store(tmp_path / "evil.gpkg", name=evil, crs="EPSG:4547", actor=LOCAL_ACTOR)
    text = create_app(Settings(review_number=evil), store).test_client().get("/").text
    store.close()
    assert "<script>alert" not in text
    assert page_data(text)["info"]["name"] == evil
    assert html.escape("<script>alert(1)") in text


def test_an_empty_store_has_a_page(empty_store):
    answer = create_app(Settings(), empty_store).test_client().get("/")
    assert answer.status_code == 200
    assert page_data(answer.text)["info"]["bounds"] is None


def test_a_link_of_another_version_still_opens(client):
    assert client.get("/?by=colours&lamp=purple&at=x&sel=nothing&unknown=1").status_code == 200


def test_the_first_colouring_is_the_links(client):
    assert "badge:flag:" in client.get("/?by=flag").text.split("window.guatuWall")[0].split("L.maplibreGL")[1]


def test_the_review_number_stands_on_the_map(client):
    script = client.get("/").text.split("L.maplibreGL")[1]
    assert "customAttribution" in script
    assert json.dumps("审图号：示S(2026)1号") in script


def test_an_address_that_is_not_there_has_a_page_that_says_so(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有这个地址" in answer.text
    assert "回到地图" in answer.text
    assert "nothing at this address" in client.get("/nowhere?lang=en").text
