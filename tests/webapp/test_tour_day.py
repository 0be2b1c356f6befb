"""The phone page of a tour's day and its worker, as the server gives them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest
from flask.testing import FlaskClient

from gis.accounts import Account
from gis.gcj02 import gcj02_of_wgs84
from gis.model import Role
from gis.store.port import Store
from gis.tours.itinerary import Plan
from tests.contract.tour_samples import PLAN, keep_tour, plan
from tests.webapp.accounts import accounts_with, signed_in
from tests.webapp.conftest import SETTINGS
from webapp import create_app

DAY = f"/tours/day/{PLAN}"


@pytest.fixture
def toured(own_store: Store) -> Store:
    """The small county with a tour: its first stop is project A, the others are gone."""
    (day,) = plan().days
    first, *others = day.stops
    keep_tour(own_store, Plan((replace(day, stops=(replace(first, code="A", name="示例工厂"), *others)),), ()))
    return own_store


@pytest.fixture
def client(toured: Store) -> FlaskClient:
    """A browser at it."""
    return create_app(SETTINGS, toured).test_client()


def told(client: FlaskClient) -> dict:
    text = client.get(DAY).text
    (found,) = re.findall(r'<script type="application/json" id="page-data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)["day"]


def test_the_page_holds_all_that_it_shows(client: FlaskClient):
    day = told(client)
    assert (day["plan_no"], day["title"], day["name"]) == (PLAN, "四季度观摩", "方案一")
    (route,) = day["days"]
    assert [stop["arrive"] for stop in route["stops"]] == ["08:40", "09:15", "11:10", "11:45"]
    assert route["lunch"]["name"] == "园区食堂"


def test_a_site_has_the_key_figures_of_its_project_as_they_are_today(client: FlaskClient):
    first, second, *_ = told(client)["days"][0]["stops"]
    # 3,000 of 12,000 are invested at half of the year; parcel 2 is held.
    figures = first["figures"]
    assert (figures["total_wan"], figures["plan_wan"], figures["invested_wan"]) == (50_000.0, 12_000.0, 3_000.0)
    assert (figures["image_percent"], figures["ready_share"], "held" in figures["flags"]) == (12.0, 0.5, True)
    assert second["figures"] is None


def test_every_halt_but_the_first_has_its_ways(client: FlaskClient):
    (route,) = told(client)["days"]
    assert "links" not in route["start"]
    for halt in (*route["stops"], route["lunch"], route["end"]):
        assert [way["service"]["zh"] for way in halt["links"]] == ["高德", "百度", "腾讯"]
    lon, lat = gcj02_of_wgs84(np.array([[112.03, 37.01]]))[0].tolist()
    amap, baidu, _ = (way["address"] for way in route["stops"][2]["links"])
    assert f"to={lon:.6f},{lat:.6f}," in amap
    assert abs(lon - 112.03) > 0.003, "shifted"
    # The way to the third stop begins where lunch was.
    assert f"name:{quote('园区食堂')}&destination=latlng:{lat:.6f},{lon:.6f}" in baidu


def test_there_is_no_page_of_a_plan_that_is_not_kept(client: FlaskClient):
    assert client.get("/tours/day/T9-9").status_code == 404


def test_the_worker_is_no_wider_than_the_pages_of_days(client: FlaskClient):
    answer = client.get("/tours/day-worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers
    files = json.loads(re.findall(r"^const FILES = (.*);$", answer.text, re.MULTILINE)[0])
    assert {"/static/js/tour_day.js", "/static/js/tour_clock.js", "/static/css/tour-day.css"} <= set(files)
    assert all(client.get(file).status_code == 200 for file in files)


def test_the_worker_keeps_every_file_that_the_page_names(client: FlaskClient):
    worker = client.get("/tours/day-worker.js").text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(DAY).text)
    assert len(named) > 5
    assert [file for file in named if f'"{file}"' not in worker] == []


def test_the_page_s_policy_lets_its_worker_run_and_nothing_from_elsewhere(client: FlaskClient):
    policy = client.get(DAY).headers["Content-Security-Policy"]
    assert "worker-src 'self' blob:;" in policy
    assert "connect-src 'self';" in policy


def test_closed_reading_shows_the_day_to_who_is_signed_in_alone(toured: Store, tmp_path):
    accounts = accounts_with(tmp_path, Account("李四", Role.VIEWER))
    settings = replace(SETTINGS, accounts=str(accounts.path), open_reading=False)
    stranger = create_app(settings, toured).test_client()
    answer = stranger.get(DAY)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={DAY}")
    page = signed_in(stranger, "李四").get(DAY)
    assert page.status_code == 200
    assert "private" in page.headers["Cache-Control"]
