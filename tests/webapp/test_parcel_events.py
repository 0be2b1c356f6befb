"""
Events over the web: recorded by the law, judged without writing, withdrawn.

Parcel 1 is cleared since 2025-10-01, parcel 2 not started and held by a lawsuit since 2026-05-06, parcel 3 the state's.
"""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.store.port import Store
from tests.webapp.sending import ELSEWHERE, send


@pytest.fixture
def desk(own_app: Flask) -> FlaskClient:
    """Somebody at the server's own machine."""
    return own_app.test_client()


def test_a_step_is_recorded_and_the_parcel_moves(desk: FlaskClient) -> None:
    answer = send(
        desk, "POST", "/api/parcels/2/events", {"stage": "pre_notice", "on": "2026-05-06", "note": "公告\n照片"}
    )
    assert answer.status_code == 201
    assert (answer.json["recorded"], answer.json["overridden"]) == (1, [])
    assert desk.get("/api/parcels/2").json["parcel"]["stage"] == "pre_notice"


def test_a_step_that_breaks_the_law_is_refused_with_every_rule(desk: FlaskClient) -> None:
    answer = send(desk, "POST", "/api/parcels/2/events", {"stage": "approved", "on": "2026-06-01"})
    assert (answer.status_code, answer.json["type"]) == (422, "LawBroken")
    assert [breach["code"] for breach in answer.json["breaches"]] == ["skipped", "funds", "authority"]
    assert {breach["parcel_no"] for breach in answer.json["breaches"]} == {"2"}
    assert all(breach["source"] and breach["overridable"] for breach in answer.json["breaches"])
    body = {"stage": "approved", "on": "2026-06-01", "override": "历史遗留，县政府会议纪要"}
    again = send(desk, "POST", "/api/parcels/2/events", body)
    assert again.status_code == 201
    assert len(again.json["overridden"]) == 3


def test_the_law_is_asked_without_writing(desk: FlaskClient, own_store: Store) -> None:
    before = own_store.version()
    answer = send(desk, "POST", "/api/parcels/1/events/check", {"stage": "supplied", "on": "2025-10-02"})
    assert (answer.status_code, answer.json["lawful"]) == (200, True)
    assert "供地方式" in answer.json["notes"][0]["zh"]
    refused = send(desk, "POST", "/api/events/check", {"parcels": ["1", "2"], "stage": "supplied", "on": "2025-09-30"})
    codes = [(breach["parcel_no"], breach["code"]) for breach in refused.json["breaches"]]
    assert codes == [("1", "before_last"), ("2", "skipped"), ("2", "funds")]
    assert refused.json["overridable"] is False
    assert own_store.version() == before


def test_several_parcels_are_recorded_together_or_not_at_all(desk: FlaskClient, own_store: Store) -> None:
    count = own_store.count("parcel_event")
    body = {"parcels": ["1", "3"], "stage": "registered", "on": "2026-06-01"}
    assert send(desk, "POST", "/api/events", body).status_code == 422
    assert own_store.count("parcel_event") == count
    done = send(desk, "POST", "/api/events", {**body, "override": "补录历史"})
    assert (done.status_code, done.json["recorded"], len(done.json["overridden"])) == (201, 2, 2)


def test_a_hold_is_told_released_and_withdrawn(desk: FlaskClient) -> None:
    effort = {"kind": "effort", "on": "2026-06-01", "note": "约谈双方"}
    assert send(desk, "POST", "/api/parcels/2/events", effort).status_code == 201
    assert send(desk, "POST", "/api/parcels/2/events", {"kind": "release", "on": "2026-06-05"}).status_code == 201
    assert send(desk, "POST", "/api/parcels/2/events", {"kind": "release", "on": "2026-06-06"}).status_code == 422
    withdrawal = {"kind": "release", "on": "2026-06-05", "reason": "误报"}
    assert send(desk, "POST", "/api/parcels/2/events/withdraw", withdrawal).status_code == 200
    shown = desk.get("/api/parcels/2").json
    assert shown["parcel"]["hold_reason"] == "lawsuit"
    assert [effort["note"] for effort in shown["holds"][0]["efforts"]] == ["约谈双方"]
    release = next(event for event in shown["events"] if event["kind"] == "release")
    assert (release["state"], release["withdrawn_reason"]) == ("withdrawn", "误报")


@pytest.mark.parametrize(
    ("path", "body", "column"),
    [
        ("/api/parcels/2/events", {"stage": "pre_notice"}, "on"),
        ("/api/parcels/2/events", {"on": "2026-05-06"}, "stage"),
        ("/api/parcels/2/events", {"kind": "hold", "stage": "survey", "on": "2026-05-06"}, "stage"),
        ("/api/parcels/2/events", {"stage": "pre_notice", "on": "2026-02-30"}, "on"),
        ("/api/parcels/2/events", {"stage": "pre_notice", "on": "2026-05-06", "note": "长" * 1001}, "note"),
        ("/api/parcels/2/events", {"stage": "pre_notice", "on": "2026-05-06", "colour": "red"}, "colour"),
        ("/api/events", {"stage": "pre_notice", "on": "2026-05-06"}, "parcels"),
        ("/api/parcels/2/events/withdraw", {"kind": "hold", "on": "2026-05-06"}, "reason"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_name(
    desk: FlaskClient, path: str, body: dict[str, object], column: str
) -> None:
    answer = send(desk, "POST", path, body)
    assert answer.status_code == 400
    assert column in answer.json["column"]


def test_whoever_may_only_look_records_nothing(desk: FlaskClient) -> None:
    notice = {"stage": "pre_notice", "on": "2026-05-06"}
    for path in ("/api/parcels/2/events", "/api/parcels/2/events/check", "/api/parcels/2/events/withdraw"):
        assert send(desk, "POST", path, notice, environ_base=ELSEWHERE).status_code == 403
    assert desk.post("/api/parcels/2/events", json=notice).status_code == 403  # without the page's token


def test_a_parcel_that_is_not_there_is_not_found(desk: FlaskClient) -> None:
    answer = send(desk, "POST", "/api/parcels/无此/地块/events", {"stage": "pre_notice", "on": "2026-05-06"})
    assert (answer.status_code, answer.json["found"]) == (404, "无此/地块")
