"""Where coaches stop, set by hand over the web: a tour's drives go there."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.sending import ELSEWHERE, send
from tests.webapp.test_tours_api import SPEC

ADDRESS = "/api/entrances/project/A"


@pytest.fixture
def own(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


def stop_of(client: FlaskClient, code: str) -> list[float]:
    sites = send(client, "POST", "/api/tours/candidates", {"spec": SPEC}).get_json()["sites"]
    return next(site["lonlat"] for site in sites if site["code"] == code)


def test_an_entrance_is_set_moved_and_taken_away(own: FlaskClient) -> None:
    before = stop_of(own, "A")
    assert own.get(ADDRESS).get_json() == {"entrance": None}
    first = send(own, "PUT", ADDRESS, {"lon": 114.001, "lat": 32.995, "note": "东门"}).get_json()["entrance"]
    assert (first["lon"], first["lat"], first["note"]) == (114.001, 32.995, "东门")
    assert stop_of(own, "A") == pytest.approx([114.001, 32.995], abs=1e-6)
    assert send(own, "PUT", ADDRESS, {"lon": 114.002, "lat": 32.995}).status_code == 409  # not seen
    moved = {"lon": 114.002, "lat": 32.995, "seen": first["recorded_at"]}
    second = send(own, "PUT", ADDRESS, moved).get_json()["entrance"]
    taken = {"reason": "改走西门", "seen": second["recorded_at"]}
    assert send(own, "DELETE", ADDRESS, taken).get_json() == {"entrance": None}
    assert stop_of(own, "A") == before


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        (ADDRESS, {"lon": 10.0, "lat": 33.0}, 400),
        (ADDRESS, {"lat": 33.0}, 400),
        ("/api/entrances/town/T1", {"lon": 114.0, "lat": 33.0}, 400),
        ("/api/entrances/project/Z", {"lon": 114.0, "lat": 33.0}, 404),
    ],
)
def test_a_place_that_cannot_be_is_refused(own: FlaskClient, address: str, body: dict[str, float], status: int) -> None:
    assert send(own, "PUT", address, body).status_code == status


def test_a_project_without_a_place_may_be_visited_once_it_has_an_entrance(own: FlaskClient) -> None:
    send(own, "PUT", "/api/entrances/project/D", {"lon": 114.001, "lat": 33.0})
    sites = send(own, "POST", "/api/tours/candidates", {"spec": SPEC}).get_json()["sites"]
    assert next(site["eligible"] for site in sites if site["code"] == "D")


def test_who_may_only_look_sets_none(own: FlaskClient) -> None:
    assert send(own, "PUT", ADDRESS, {"lon": 114.0, "lat": 33.0}, environ_base=ELSEWHERE).status_code == 403
