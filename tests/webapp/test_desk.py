"""The land desk over the web. Parcel 2 is held by a lawsuit since 2026-05-06, its pre-notice planned for 2026-03-01."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.sending import send


@pytest.fixture
def desk(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


def numbers(answer: dict[str, dict[str, dict[str, list[dict[str, str]]]]], name: str) -> list[str]:
    return [row["parcel_no"] for row in answer["lists"][name]["rows"]]


def test_each_parcel_stands_in_the_lists_that_concern_it(desk: FlaskClient) -> None:
    answer = desk.get("/api/desk").json
    assert (answer["on"], answer["week_until"]) == ("2026-06-30", "2026-07-05")
    assert (numbers(answer, "overdue"), numbers(answer, "held")) == (["2"], ["2"])
    assert sorted(numbers(answer, "may")) == ["1", "3"]
    late = answer["lists"]["overdue"]["rows"][0]
    assert (late["overdue_days"], late["town_name"], late["hold_reason"]) == (121, "城关镇", "lawsuit")
    assert answer["choices"]["town"][0] == {"code": "T1", "n": 1, "name": "城关镇"}


def test_a_wait_that_ran_out_yesterday_opens_a_step_today(desk: FlaskClient) -> None:
    """Announced for 30 days to 29 June: agreements may be closed from 30 June on."""
    for stage, on in (("pre_notice", "2026-05-06"), ("survey", "2026-05-10"), ("plan_notice", "2026-05-30")):
        assert send(desk, "POST", "/api/parcels/2/events", {"stage": stage, "on": on}).status_code == 201
    assert send(desk, "POST", "/api/parcels/2/events", {"kind": "release", "on": "2026-06-01"}).status_code == 201
    answer = desk.get("/api/desk").json
    row = next(row for row in answer["lists"]["today"]["rows"] if row["parcel_no"] == "2")
    assert (row["opened"], row["next_stage"], row["next_legal_on"]) == (True, "agreement", "2026-06-30")


def test_a_desk_is_narrowed_and_its_lists_are_bounded(desk: FlaskClient) -> None:
    assert numbers(desk.get("/api/desk?town=T2").json, "may") == ["3"]
    assert desk.get("/api/desk?unit=无此单位").json["lists"]["may"]["count"] == 0
    cut = desk.get("/api/desk?limit=1").json["lists"]["may"]
    assert (cut["count"], len(cut["rows"])) == (2, 1)
    for wrong in ("limit=0", "limit=501", "limit=x", "colour=red"):
        assert desk.get(f"/api/desk?{wrong}").status_code == 400


def test_the_calendar_has_planned_days_and_those_of_the_law(desk: FlaskClient) -> None:
    told = desk.get("/desk.ics")
    assert (told.status_code, told.mimetype) == (200, "text/calendar")
    assert "BEGIN:VEVENT" not in told.text  # planned in March: longer ago than sixty days
    for stage, on in (("pre_notice", "2026-05-06"), ("survey", "2026-05-10"), ("plan_notice", "2026-06-20")):
        send(desk, "POST", "/api/parcels/2/events", {"stage": stage, "on": on})
    text = desk.get("/desk.ics?town=T1").text
    assert "DTSTART;VALUE=DATE:20260721" in text
    assert "SUMMARY:2 “补偿登记与签约”起可办" in text.replace("\r\n ", "")
    assert "URL:http://localhost/parcel?no=2" in text.replace("\r\n ", "")
    assert "'registration and agreements' allowed from" in desk.get("/desk.ics?lang=en").text.replace("\r\n ", "")
    assert "BEGIN:VEVENT" not in desk.get("/desk.ics?unit=无").text


def test_the_pages_are_there(desk: FlaskClient) -> None:
    assert "今日" in desk.get("/desk").text
    page = desk.get("/parcel?no=%3Cscript%3E1")
    assert page.status_code == 200
    assert "<script>1" not in page.text


def test_one_parcel_whole_is_asked_for_by_a_number_that_no_address_could_hold(desk: FlaskClient) -> None:
    assert desk.get("/api/parcel?no=1").json["parcel"]["parcel_no"] == "1"
    answer = desk.get("/api/parcel", query_string={"no": "A/../B"})
    assert (answer.status_code, answer.json["found"]) == (404, "A/../B")
    assert desk.get("/api/parcel").status_code == 400
