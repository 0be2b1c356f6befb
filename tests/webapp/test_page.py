"""The page as the server sends it: what the scripts need, and nothing that may not run or be fetched."""

from __future__ import annotations

import html
import json
import re

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gis.maps.style import FLAG, TABLES
from gis.model import LOCAL_ACTOR
from gis.settings import Settings
from gis.workflows.list_projects import ON_THE_PAGE
from webapp import create_app
from webapp.context import warm
from webapp.first_view import ASKED_AT_ONCE, EVERY_ADDRESS, LIST


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
    for link in map(html.unescape, links):
        assert link.startswith("/static/") or link in ASKED_AT_ONCE, link
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


def preloaded(text: str) -> list[str]:
    """The answers that the page's head asks for."""
    return [html.unescape(link) for link in re.findall(r'<link rel="preload" as="fetch" href="([^"]+)"', text)]


def test_the_head_asks_for_list_and_figures_of_the_whole_county(client):
    assert preloaded(client.get("/?lang=zh&by=flag&sel=project:A").text) == list(ASKED_AT_ONCE)
    assert [client.get(address).status_code for address in ASKED_AT_ONCE] == [200, 200]


@pytest.mark.parametrize("filtered", ["lamp=red", "lamp=purple", "words=x", "on=2026-05-31", "on=never", "town="])
def test_the_head_leaves_a_filtered_view_to_the_scripts(client, filtered):
    answer = client.get(f"/?{filtered}")
    assert preloaded(answer.text) == []


def test_the_sheet_asks_for_nothing_in_its_head(client):
    assert preloaded(client.get("/print").text) == []


def test_the_list_has_the_columns_that_the_scripts_are_told_of(client):
    assert page_data(client.get("/").text)["projectColumns"] == list(ON_THE_PAGE)
    assert list(client.get(LIST).get_json()["columns"]) == list(ON_THE_PAGE)


def test_a_server_that_has_started_makes_nothing_for_its_first_visitor(own_app, monkeypatch):
    warm(own_app)
    for made in ("list_project_columns", "list_project_features", "total_projects", "count_legend", "list_choices"):
        monkeypatch.setattr(f"webapp.views.api.{made}", None)
    monkeypatch.setattr("webapp.context.describe_store", None)
    client = own_app.test_client()
    assert {client.get(address).status_code for address in EVERY_ADDRESS} == {200}


def test_the_store_is_described_anew_when_it_has_changed(own_app, own_store):
    new = gpd.GeoDataFrame({"parcel_no": ["4"], "town": ["T1"]}, geometry=[box(0, 0, 10, 10)], crs=own_store.info.crs)
    client = own_app.test_client()
    assert page_data(client.get("/").text)["info"]["counts"]["parcel"] == 3
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", new)
    assert page_data(client.get("/").text)["info"]["counts"]["parcel"] == 4
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.append("project_plan", pd.DataFrame({"project_code": ["B"], "year": [2026], "plan_wan": [100.0]}))
    assert page_data(client.get("/").text)["info"]["version"] == own_store.version()
    assert client.get("/api/info").get_json()["version"] == own_store.version()
