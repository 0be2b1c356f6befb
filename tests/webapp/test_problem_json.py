"""Failures on the web: one status a cause, nothing of the inside in the answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis import errors as causes
from gis.errors import GuatuError
from gis.settings import Settings
from gis.words import Words
from webapp import create_app
from webapp.errors import STATUS, problem_of, row_of


def subclasses(cause: type[GuatuError]) -> Iterator[type[GuatuError]]:
    yield cause
    for kind in cause.__subclasses__():
        yield from subclasses(kind)


def test_every_cause_has_its_own_row_in_the_table() -> None:
    declared = {cause for cause in subclasses(GuatuError) if cause.__module__ == causes.__name__}
    assert declared == set(STATUS)


def test_a_cause_that_is_told_apart_elsewhere_has_the_row_of_the_nearest_declared_one() -> None:
    class Special(causes.NotFound):
        """As a view may define."""

    assert row_of(Special) is causes.NotFound


def test_a_conflict_is_409_and_carries_both_versions() -> None:
    words = Words("已被他人修改", "changed meanwhile")
    clash = causes.Clash(
        "project", "X1", 1, 2, {"remark": "一"}, {"remark": "二"}, "2026-06-30T08:00:00.000Z", "赵规划"
    )
    problem = problem_of(causes.Conflict(words, [clash]))
    assert (problem["type"], problem["status"]) == ("Conflict", 409)
    (told,) = problem["conflicts"]  # type: ignore[misc]
    assert (told["stored"], told["wanted"], told["changed_by"]) == ({"remark": "一"}, {"remark": "二"}, "赵规划")


@pytest.mark.parametrize(
    ("address", "status", "type_"),
    [
        ("/api/projects/none", 404, "NotFound"),
        ("/api/parcels/none", 404, "NotFound"),
        ("/api/parks/none", 404, "NotFound"),
        ("/tiles/project/1/0/0.mvt", 404, "NotFound"),
        ("/export/projects.pdf", 404, "NotFound"),
        ("/basemap/none/1/0/0", 404, "NotFound"),
        ("/api/projects?lamp=pink", 400, "InvalidParameter"),
        ("/api/projects?sort=colour", 400, "InvalidParameter"),
        ("/api/projects?columns=code,colour", 400, "InvalidParameter"),
        ("/api/totals?by=colour", 400, "InvalidParameter"),
        ("/tiles/parcel/3/8/0.mvt", 400, "InvalidParameter"),
        ("/api/at", 400, "InvalidParameter"),
        ("/api/codes?x=1", 400, "InvalidParameter"),
        (f"/api/projects?words={'x' * 9000}", 400, "InvalidParameter"),
        ("/api/nothing", 404, "HttpError"),
        ("/tiles/parcel/a/b/c.mvt", 404, "HttpError"),
    ],
)
def test_failures_for_programs_are_problem_json(client: FlaskClient, address: str, status: int, type_: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = answer.get_json()
    assert problem["type"] == type_
    assert problem["status"] == status
    assert set(problem["title"]) == {"zh", "en"}
    assert {"found", "expected", "column"} <= set(problem)


def test_several_wrong_parameters_are_listed(client: FlaskClient) -> None:
    problem = client.get("/api/projects?on=x&lamp=pink&who=me").get_json()
    assert problem["column"] == "on, lamp, who"
    assert [(e["column"], e["found"]) for e in problem["errors"]] == [("on", "x"), ("lamp", "pink"), ("who", "who")]


def test_chinese_is_written_as_it_is(client: FlaskClient) -> None:
    assert "没有项目“某”".encode() in client.get("/api/projects/某").get_data()


def test_other_methods_are_refused_and_the_allowed_ones_named(client: FlaskClient) -> None:
    answer = client.post("/api/projects")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_bug_gets_a_number_and_its_text_goes_to_the_log_only(
    own_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @own_app.get("/api/broken")
    def broken() -> str:
        raise RuntimeError("password 12345 in /etc/secret")

    with caplog.at_level(logging.ERROR):
        answer = own_app.test_client().get("/api/broken")
    problem = answer.get_json()
    assert (answer.status_code, problem["type"]) == (500, "Unexpected")
    assert b"12345" not in answer.get_data()
    assert problem["incident"] in problem["title"]["zh"]
    assert problem["incident"] in caplog.text
    assert "password 12345" in caplog.text


def test_a_busy_store_asks_to_come_again(own_app: Flask) -> None:
    @own_app.get("/api/busy")
    def busy() -> str:
        raise causes.StoreBusy(Words("库正忙", "the store is busy"))

    answer = own_app.test_client().get("/api/busy")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_page_that_is_not_there_is_a_page(client: FlaskClient) -> None:
    answer = client.get("/nowhere?x=%3Cscript%3E")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "没有这个地址" in answer.get_data(as_text=True)


def test_an_app_needs_a_store() -> None:
    with pytest.raises(causes.StoreMissing):
        create_app(Settings())


def test_the_store_named_in_the_settings_is_opened(own_file: Path) -> None:
    app = create_app(Settings(db=str(own_file)))
    assert app.test_client().get("/healthz").get_json()["ok"] is True
    app.extensions["guatu"].store.close()
