"""Scoring over HTTP: who may hold one, who gets in by a code, what is told to whom."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.accounts import Account
from gis.model import Role
from gis.settings import Settings
from gis.store.port import Store
from tests.contract.tour_samples import PLAN, SITES, TOUR, keep_tour
from tests.webapp.accounts import accounts_with, signed_in
from tests.webapp.conftest import SETTINGS
from tests.webapp.sending import ELSEWHERE, send
from webapp import create_app
from webapp.wrong_codes import MOST_WRONG

SHEET = {
    "plan_no": PLAN,
    "criteria": [{"name": "形象进度", "weight": 3, "most": 100}, {"name": "现场管理", "weight": 1, "most": 20}],
    "trim": {"count": 0, "share": 0},
    "codes": 3,
    "address": "https://guatu.example",
}
GOOD = {"X1": [80, 10]}


@pytest.fixture
def toured(own_store: Store) -> Store:
    """The small county with a tour of its own."""
    keep_tour(own_store)
    return own_store


@pytest.fixture
def served_settings(own_file, tmp_path) -> Settings:
    """With accounts, and closed to who has none."""
    accounts = accounts_with(tmp_path, Account("赵规划", Role.PLANNER), Account("张三", Role.LAND_OFFICER))
    return replace(SETTINGS, db=str(own_file), accounts=str(accounts.path), open_reading=False)


@pytest.fixture
def app(toured: Store, served_settings: Settings) -> Flask:
    """A server that shows nothing to who is not signed in."""
    return create_app(served_settings, toured)


@pytest.fixture
def organiser(app: Flask) -> FlaskClient:
    """A planner at it."""
    return signed_in(app.test_client(), "赵规划")


@pytest.fixture
def codes(organiser: FlaskClient) -> list[str]:
    """The codes of a scoring that is open."""
    answer = send(organiser, "POST", f"/api/scoring/{TOUR}/open", SHEET)
    assert answer.status_code == 201
    return [slip["code"] for slip in answer.get_json()["slips"]]


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    """Somebody without an account."""
    return app.test_client()


def cast(phone: FlaskClient, code: str, marks: object = GOOD, **more: object):
    return send(
        phone, "POST", f"/api/scoring/{TOUR}/ballot", {"code": code, "marks": marks, **more}, environ_base=ELSEWHERE
    )


def sheet(phone: FlaskClient, code: str, tour_no: str = TOUR, address: str = "192.0.2.7"):
    place = {"REMOTE_ADDR": address}
    return send(phone, "POST", f"/api/scoring/{tour_no}/sheet", {"code": code}, environ_base=place)


def test_a_slip_s_code_stands_behind_the_stroke_of_its_address(organiser: FlaskClient):
    answer = send(organiser, "POST", f"/api/scoring/{TOUR}/open", {**SHEET, "address": "https://guatu.example/"})
    told = answer.get_json()
    assert told["address"] == f"https://guatu.example/score/{TOUR}"
    assert all(slip["qr"].startswith("data:image/png;base64,iVBOR") for slip in told["slips"])
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address", ["", "guatu.example", "javascript:alert(1)", "https://a/?q=1", "https://a/#b", "http://"]
)
def test_an_address_that_no_phone_can_open_is_refused(organiser: FlaskClient, address: str):
    answer = send(organiser, "POST", f"/api/scoring/{TOUR}/open", {**SHEET, "address": address})
    assert (answer.status_code, answer.get_json()["column"]) == (400, "address")


def test_everything_that_is_wrong_with_a_sheet_is_told_at_once(organiser: FlaskClient):
    wrong = {**SHEET, "criteria": [{"name": "", "weight": 1, "most": 100}], "codes": 0, "trim": {"share": 0.6}}
    told = send(organiser, "POST", f"/api/scoring/{TOUR}/open", wrong).get_json()
    assert {each["column"] for each in told["errors"]} == {"criteria[0].name", "codes", "trim.share"}
    assert organiser.get(f"/api/scoring/{TOUR}").get_json()["state"] is None


def test_a_stranger_gets_the_form_but_nothing_that_stands_on_the_sheet(phone: FlaskClient, codes: list[str]):
    for tour_no in (TOUR, "T99"):
        page = phone.get(f"/score/{tour_no}", environ_base=ELSEWHERE)
        assert page.status_code == 200
        assert not any(name in page.text for _, name, _, _ in SITES)
        assert "示例县" not in page.text
    for address in (f"/api/scoring/{TOUR}", f"/export/scores/{TOUR}.xlsx", f"/tours/score/{TOUR}", "/api/projects"):
        assert phone.get(address, environ_base=ELSEWHERE).status_code in (302, 401)


def test_a_valid_code_opens_the_sheet_without_an_account(phone: FlaskClient, codes: list[str]):
    told = sheet(phone, codes[0].lower().replace("-", "")).get_json()
    assert [site["name"] for site in told["sites"]] == [name for _, name, _, _ in SITES]
    assert told.keys() == {"criteria", "sites"}


def test_a_wrong_code_is_answered_alike_whether_there_is_such_a_tour(phone: FlaskClient, codes: list[str]):
    answers = [sheet(phone, "ABCD-EFGH-JKMN", tour_no) for tour_no in (TOUR, "T99")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_json() == answers[1].get_json()


def test_a_ballot_is_cast_once_and_counted_without_marks(phone: FlaskClient, organiser: FlaskClient, codes: list[str]):
    assert cast(phone, codes[0]).status_code == 201
    again = cast(phone, codes[0])
    assert (again.status_code, again.get_json()["column"]) == (400, "code")
    assert sheet(phone, codes[0]).status_code == 400
    told = organiser.get(f"/api/scoring/{TOUR}").get_json()
    assert (told["state"], told["ballots"], told["codes"], told["result"]) == ("open", 1, 3, None)


def test_a_lost_answer_may_be_asked_for_again(phone: FlaskClient, codes: list[str]):
    assert [cast(phone, codes[0], receipt="a1b2").status_code for _ in range(2)] == [201, 201]


@pytest.mark.parametrize("marks", [None, [], "x", {}, {"X1": "ab"}, {"X1": [1, 2, 3]}, {"X1": [101, 1]}, {"Z": [1, 1]}])
def test_marks_that_do_not_fit_are_refused_and_the_code_stays_good(phone: FlaskClient, codes: list[str], marks: object):
    assert cast(phone, codes[0], marks).status_code == 400
    assert cast(phone, codes[0]).status_code == 201


def test_a_ballot_needs_the_page_s_token(phone: FlaskClient, codes: list[str]):
    answer = phone.post(f"/api/scoring/{TOUR}/ballot", json={"code": codes[0], "marks": GOOD}, environ_base=ELSEWHERE)
    assert (answer.status_code, answer.get_json()["type"]) == (403, "NotFromOurPage")


def test_only_planners_hold_a_scoring(app: Flask, phone: FlaskClient):
    officer = signed_in(app.test_client(), "张三")
    for act, body in (("open", SHEET), ("close", {}), ("withdraw", {"reason": "重来"})):
        assert send(officer, "POST", f"/api/scoring/{TOUR}/{act}", body).status_code == 403
        assert send(phone, "POST", f"/api/scoring/{TOUR}/{act}", body).status_code == 401
    assert officer.get(f"/api/scoring/{TOUR}").status_code == 403


def test_too_many_wrong_codes_from_one_place_have_to_wait(phone: FlaskClient, codes: list[str]):
    assert {sheet(phone, "ABCD-EFGH-JKMN").status_code for _ in range(MOST_WRONG)} == {404}
    locked = sheet(phone, "ABCD-EFGH-JKMN")
    assert (locked.status_code, locked.get_json()["type"]) == (429, "TooManyAttempts")
    assert 0 < int(locked.headers["Retry-After"]) <= 600
    # A right one is taken from there all the same: others may sit behind the address.
    assert sheet(phone, codes[0]).status_code == 200
    assert sheet(phone, "ABCD-EFGH-JKMN").status_code == 429
    assert sheet(phone, "ABCD-EFGH-JKMN", address="192.0.2.8").status_code == 404


def test_a_right_code_clears_what_was_held_against_a_shared_address(phone: FlaskClient, codes: list[str]):
    for _ in range(2):
        assert {sheet(phone, "ABCD-EFGH-JKMN").status_code for _ in range(MOST_WRONG - 1)} == {404}
        assert sheet(phone, codes[0]).status_code == 200


def test_a_closed_scoring_shows_its_result_and_is_exported(
    phone: FlaskClient, organiser: FlaskClient, codes: list[str]
):
    cast(phone, codes[0])
    assert organiser.get(f"/export/scores/{TOUR}.xlsx").status_code == 400
    assert send(organiser, "POST", f"/api/scoring/{TOUR}/close").get_json()["ballots"] == 1
    late = cast(phone, codes[1])
    assert (late.status_code, late.get_json()["title"]["zh"]) == (400, "评分已经结束")
    told = organiser.get(f"/api/scoring/{TOUR}").get_json()
    assert (told["result"]["projects"][0]["code"], told["result"]["projects"][0]["score"]) == ("X1", 72.5)
    file = organiser.get(f"/export/scores/{TOUR}.xlsx?lang=en")
    assert openpyxl.load_workbook(BytesIO(file.data)).sheetnames == ["projects", "towns", "notes"]
    assert "no-store" in file.headers["Cache-Control"]
    assert send(organiser, "POST", f"/api/scoring/{TOUR}/open", SHEET).status_code == 400


def test_without_accounts_phones_score_and_nobody_else_writes(toured: Store, own_file):
    local = create_app(replace(SETTINGS, db=str(own_file)), toured).test_client()
    slips = send(local, "POST", f"/api/scoring/{TOUR}/open", SHEET).get_json()["slips"]
    assert cast(local, slips[0]["code"]).status_code == 201
    answer = send(local, "POST", f"/api/scoring/{TOUR}/close", environ_base=ELSEWHERE)
    assert answer.status_code == 403


def test_the_organiser_s_page_opens(organiser: FlaskClient):
    assert organiser.get(f"/tours/score/{TOUR}").status_code == 200
