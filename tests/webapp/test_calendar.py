"""The working calendar and the county's own step lengths over the web."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.sending import ELSEWHERE, send


@pytest.fixture
def desk(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


def test_a_year_is_shown_and_the_store_s_own_day_tells_which(desk: FlaskClient) -> None:
    answer = desk.get("/api/calendar").json
    assert (answer["year"], len(answer["days"]), answer["complete"]) == (2026, 365, False)
    assert len(desk.get("/api/calendar?year=2028").json["days"]) == 366
    assert desk.get("/api/calendar?year=1800").status_code == 400
    assert "工作日历" in desk.get("/calendar").text


def test_days_are_entered_with_their_source(desk: FlaskClient) -> None:
    days = [{"on": "2091-01-01", "worked": "no", "name": "元旦"}, {"on": "2091-01-02", "worked": "yes"}]
    body = {"days": days, "years": [{"year": 2091, "all": True}], "source": "国办发明电"}
    assert send(desk, "POST", "/api/calendar", body).json == {"changed": 2, "own": 2}
    answer = desk.get("/api/calendar?year=2091").json
    assert answer["days"][0] == {"on": "2091-01-01", "worked": False, "source": "county", "name": "元旦"}
    assert (answer["complete"], answer["source"]) == (True, "国办发明电")


@pytest.mark.parametrize(
    "body",
    [
        {"days": [{"on": "2091-01-01", "worked": "no"}]},
        {"days": [{"on": "2091-01-01", "worked": "maybe"}], "source": "通知"},
        {"days": [{"on": "2091-02-30", "worked": "no"}], "source": "通知"},
        {"days": [], "source": "通知"},
        {"years": [{"year": 1800, "all": True}], "source": "通知"},
        {"days": [{"on": "2091-01-01", "worked": "no", "name": "长" * 51}], "source": "通知"},
    ],
)
def test_what_cannot_be_entered_is_refused(desk: FlaskClient, body: dict[str, object]) -> None:
    assert send(desk, "POST", "/api/calendar", body).status_code == 400


def test_a_file_is_looked_at_before_anything_is_written(desk: FlaskClient) -> None:
    file = (io.BytesIO("日期,是否上班,名称\n2091-01-01,休,元旦\n2091-13-01,休,无\n".encode()), "放假.csv")
    found = send(desk, "POST", "/api/calendar/preview", data={"file": file})
    assert found.status_code == 200, found.text
    assert found.json["rows"] == [{"on": "2091-01-01", "worked": False, "name": "元旦", "state": "new", "row": 2}]
    assert found.json["refused"][0]["row"] == 3
    wrong = send(desk, "POST", "/api/calendar/preview", data={"file": (io.BytesIO(b"%PDF"), "a.pdf")})
    assert (wrong.status_code, wrong.json["type"]) == (422, "UnreadableFile")


def test_step_lengths_are_shown_and_few_are_not_offered(desk: FlaskClient) -> None:
    answer = desk.get("/api/durations").json
    step = next(row for row in answer["steps"] if row["stage"] == "pre_notice")
    assert (step["n"], step["median_days"], step["offered"], answer["least"]) == (1, 8.0, False, 5)
    body = {"owner_kind": "collective", "stages": ["pre_notice"]}
    assert send(desk, "POST", "/api/durations/adopt", body).json["value"]["pre_notice"] == 8
    again = next(row for row in desk.get("/api/durations").json["steps"] if row["stage"] == "pre_notice")
    assert (again["typical_days"], again["source"]) == (8, "本地历史中位数（截至 2026-06-30）：征收预公告 n=1")


def test_whoever_may_only_look_changes_nothing(desk: FlaskClient) -> None:
    for path in ("/api/calendar", "/api/calendar/preview", "/api/durations/adopt"):
        assert send(desk, "POST", path, {}, environ_base=ELSEWHERE).status_code == 403
