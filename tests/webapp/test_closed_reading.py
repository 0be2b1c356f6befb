"""A server that shows nothing to who is not signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.settings import Settings
from tests.webapp.accounts import signed_in
from webapp.context import warm


@pytest.fixture
def closed(make_app: Callable[[Settings], Flask], settings: Settings) -> FlaskClient:
    """A browser at a server that shows nothing to who is not signed in."""
    return make_app(replace(settings, open_reading=False)).test_client()


@pytest.mark.parametrize(
    "address", ["/api/projects", "/tiles/parcel/1/0/0.mvt", "/export/projects.csv", "/basemap/plan/1/0/0"]
)
def test_closed_reading_shows_no_data_to_strangers(closed, address):
    answer = closed.get(address)
    assert (answer.status_code, answer.get_json()["type"]) == (401, "NotSignedIn")


def test_closed_reading_leads_pages_to_the_sign_in_and_back(closed):
    answer = closed.get("/print?town=T1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/print?town%3DT1")
    assert closed.get("/login").status_code == 200
    assert closed.get("/healthz").status_code == 200
    signed_in(closed, "李四")
    assert closed.get("/print").status_code == 200


def test_closed_reading_lets_nobody_on_the_way_keep_an_answer(closed):
    signed_in(closed, "李四")
    for address in ("/api/projects", "/tiles/parcel/1/0/0.mvt", "/"):
        answer = closed.get(address)
        assert answer.status_code in (200, 204)
        assert "private" in answer.headers["Cache-Control"]
        assert answer.headers["X-Accel-Expires"] == "0"


def test_closed_reading_keeps_the_server_from_nothing_that_it_prepares(closed):
    warm(closed.application)
    assert len(closed.application.extensions["guatu"].answers) > 0
    assert closed.get("/api/projects", headers={"guatu.from_within": "1", "Guatu-From-Within": "1"}).status_code == 401
