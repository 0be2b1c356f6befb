"""Files of a plan over the web: as they are asked for, and the internal version for none but people with an account."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import gpxpy
import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.settings import Settings
from gis.store.port import Store
from gis.words import Words
from tests.webapp.accounts import signed_in
from tests.webapp.conftest import SETTINGS
from tests.webapp.sending import send
from webapp import create_app
from webapp.turns import Turns
from webapp.views import tour_exports

DAY = {"date": "2026-12-08", "from": "08:30", "until": "12:00", "start": "town:T1", "end": "town:T1"}
SPEC: dict[str, Any] = {"title": "下半年观摩", "days": [DAY]}
ROUTES = [{"date": "2026-12-08", "coach": 1, "codes": ["A", "C"]}]


def planned(client: FlaskClient) -> str:
    """The number of a plan that was just kept."""
    tour = send(client, "POST", "/api/tours", {"spec": SPEC}).get_json()["tour_no"]
    told = {"name": "定稿", "spec": SPEC, "routes": ROUTES, "made_from": "", "note": ""}
    return str(send(client, "POST", f"/api/tours/{tour}/plans", told).get_json()["plan_no"])


@pytest.fixture
def own(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


@pytest.mark.parametrize(
    ("kind", "mimetype"),
    [
        ("gpx", "application/gpx+xml"),
        ("kml", "application/vnd.google-earth.kml+xml"),
        ("ics", "text/calendar"),
        ("html", "text/html"),
        ("pdf", "application/pdf"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_each_kind_is_a_file_to_save(own: FlaskClient, kind: str, mimetype: str) -> None:
    number = planned(own)
    answer = own.get(f"/export/tours/{number}.{kind}")
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    assert f"下半年观摩_{number}.{kind}" in unquote(answer.headers["Content-Disposition"])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]


def test_codes_name_the_host_of_the_request_or_the_address_that_is_set(own_store: Store) -> None:
    settings = Settings.from_env({"GUATU_PUBLIC_URL": "https://guatu.example.gov.cn/map"})
    for given, address in ((None, "http://localhost/"), (settings.public_url, "https://guatu.example.gov.cn/map/")):
        client = create_app(replace(SETTINGS, public_url=given), own_store).test_client()
        text = client.get(f"/export/tours/{planned(client)}.ics").get_data(as_text=True).replace("\r\n ", "")
        assert f"URL:{address}?sel=project:A\r\n" in text


def test_the_language_is_the_page_s(own: FlaskClient) -> None:
    data = own.get(f"/export/tours/{planned(own)}.xlsx?lang=en").get_data()
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames[0] == "Overview"


def test_the_internal_version_is_for_people_with_an_account(
    own_store: Store, settings: Settings, make_app: Callable[[Settings], Flask]
) -> None:
    number = planned(create_app(SETTINGS, own_store).test_client())
    app = create_app(settings, own_store)
    assert app.test_client().get(f"/export/tours/{number}.gpx").status_code == 401
    public = app.test_client().get(f"/export/tours/{number}.gpx?version=public")
    assert len(gpxpy.parse(public.get_data(as_text=True)).waypoints) == 2
    assert signed_in(app.test_client(), "李四").get(f"/export/tours/{number}.gpx").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("T99-1.pdf", 404),
        ("{plan}.exe", 404),
        ("{plan}.pdf?version=secret", 400),
        ("{plan}.gpx?colour=red", 400),
        ("{long}.gpx", 400),
    ],
)
def test_what_is_not_there_is_said(own: FlaskClient, address: str, status: int) -> None:
    answer = own.get("/export/tours/" + address.format(plan=planned(own), long="T" * 300))
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_no_more_files_are_made_at_once_than_may(own: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    number, turns = planned(own), Turns(1, Words("正忙", "busy"))
    monkeypatch.setattr(tour_exports, "_turns", turns)
    with turns:
        refused = own.get(f"/export/tours/{number}.gpx")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert refused.get_json()["title"]["zh"] == "正忙"
    assert own.get(f"/export/tours/{number}.gpx").status_code == 200
    assert own.get("/export/tours/T99-1.gpx").status_code == 404
    assert own.get(f"/export/tours/{number}.gpx").status_code == 200


def test_who_comes_while_a_file_is_made_waits_for_it(own: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    number, turns = planned(own), Turns(1, Words("正忙", "busy"), wait_s=20)
    monkeypatch.setattr(tour_exports, "_turns", turns)
    turns.take()
    threading.Timer(0.2, turns.give_back).start()
    assert own.get(f"/export/tours/{number}.gpx").status_code == 200
