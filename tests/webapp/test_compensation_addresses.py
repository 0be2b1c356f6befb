"""Compensation through the web: who may know of people, and what is written down of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gis.accounts import Account
from gis.model import Role
from gis.store.port import Store
from tests.webapp.accounts import PASSWORD, accounts_with, signed_in
from tests.webapp.conftest import SETTINGS
from tests.webapp.sending import ELSEWHERE, send, sign_in
from webapp import create_app

ID_NO, PHONE = "140781198001011234", "13812341234"
ZHANG = {"household_no": "1", "head": "张三", "id_no": ID_NO, "phone": PHONE, "people": 4, "due_wan": 12.5}
HOUSEHOLDS = "/api/parcels/1/households"


@pytest.fixture
def desk(own_store: Store) -> FlaskClient:
    """A browser of this machine's user, at a server without accounts."""
    return create_app(SETTINGS, own_store).test_client()


@pytest.fixture
def office(own_store: Store, tmp_path: Path) -> FlaskClient:
    """A browser at a server with accounts: 张土地 writes, 李规划 plans, 王填报 edits."""
    people = (("张土地", Role.LAND_OFFICER), ("李规划", Role.PLANNER), ("王填报", Role.EDITOR))
    file = accounts_with(tmp_path, *(Account(name, role) for name, role in people))
    return create_app(replace(SETTINGS, accounts=str(file.path)), own_store).test_client()


def audit_lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "accounts.json.audit.log").read_text().splitlines()]


def test_a_household_goes_through_its_life(desk):
    made = send(desk, "POST", HOUSEHOLDS, ZHANG)
    assert made.status_code == 201
    assert (made.get_json()["id_no"], made.get_json()["phone"]) == ("1407**********1234", "138****1234")
    address, seen = f"{HOUSEHOLDS}/1", made.get_json()["seen"]
    changed = send(desk, "PATCH", address, {"paid_wan": 2.5, "note": "首付", "seen": seen})
    assert (changed.status_code, changed.get_json()["due_wan"], changed.get_json()["paid_wan"]) == (200, 12.5, 2.5)
    assert send(desk, "PATCH", address, {"paid_wan": 3, "seen": seen}).status_code == 409
    (shown,) = desk.get(f"{HOUSEHOLDS}?full=1").get_json()["households"]
    assert (shown["id_no"], shown["phone"], shown["note"]) == (ID_NO, PHONE, "首付")  # masked answers changed nothing
    gone = send(desk, "DELETE", address, {"reason": "重复", "seen": shown["seen"]})
    assert gone.status_code == 200
    assert desk.get(HOUSEHOLDS).get_json()["households"] == []


def test_a_number_may_hold_a_stroke(desk):
    made = send(desk, "POST", HOUSEHOLDS, {**ZHANG, "household_no": "3/2 之一"})
    assert made.status_code == 201
    changed = send(desk, "PATCH", f"{HOUSEHOLDS}/3/2 之一", {"people": 5, "seen": made.get_json()["seen"]})
    assert (changed.status_code, changed.get_json()["people"]) == (200, 5)


def test_null_empties_and_absence_leaves(desk):
    seen = send(desk, "POST", HOUSEHOLDS, ZHANG).get_json()["seen"]
    changed = send(desk, "PATCH", f"{HOUSEHOLDS}/1", {"phone": None, "due_wan": None, "seen": seen}).get_json()
    assert (changed["phone"], changed["due_wan"], changed["people"]) == (None, None, 4)


def test_everything_wrong_with_a_household_is_told_at_once(desk):
    sent = {"head": "", "people": 2.5, "due_wan": -1, "signed_on": "heute", "rank": 1}
    told = send(desk, "POST", HOUSEHOLDS, sent).get_json()
    assert [e["column"] for e in told["errors"]] == ["household_no", "head", "people", "due_wan", "signed_on", "rank"]
    told = send(desk, "POST", HOUSEHOLDS, {**ZHANG, "paid_wan": 13, "id_no": "1407**********1234"}).get_json()
    assert [e["column"] for e in told["errors"]] == ["paid_wan", "id_no"]


def test_others_on_the_network_learn_nothing_of_households(desk):
    send(desk, "POST", HOUSEHOLDS, ZHANG)
    for address in (HOUSEHOLDS, f"{HOUSEHOLDS}?full=1", "/api/account"):
        answer = desk.get(address, environ_base=ELSEWHERE)
        assert answer.status_code == 403
        assert "张三" not in answer.text
    for address in ("/api/parcels/1/compensation", "/api/parcels/1/buildings", "/api/parcels/1"):
        answer = desk.get(address, environ_base=ELSEWHERE)
        assert answer.status_code == 200
        assert "张三" not in answer.text


def test_who_looks_at_numbers_in_full_is_written_down_without_them(office, tmp_path):
    signed_in(office, "张土地")
    send(office, "POST", HOUSEHOLDS, ZHANG)
    assert office.get(HOUSEHOLDS).status_code == 200
    assert [line["act"] for line in audit_lines(tmp_path)] == ["sign_in"]
    assert office.get(f"{HOUSEHOLDS}?full=1").status_code == 200
    line = audit_lines(tmp_path)[-1]
    assert (line["who"], line["act"], line["on"], line["from"], line["result"]) == (
        "张土地",
        "households_in_full",
        "1",
        "127.0.0.1",
        "ok",
    )
    text = (tmp_path / "accounts.json.audit.log").read_text()
    assert not any(secret in text for secret in ("张三", ID_NO, PHONE, PASSWORD))
    assert (tmp_path / "accounts.json.audit.log").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_down_is_not_shown(office, tmp_path):
    signed_in(office, "张土地")
    send(office, "POST", HOUSEHOLDS, ZHANG)
    (tmp_path / "accounts.json.audit.log").unlink()
    (tmp_path / "accounts.json.audit.log").mkdir()
    answer = office.get(f"{HOUSEHOLDS}?full=1")
    assert answer.status_code == 500
    assert ID_NO not in answer.text


def test_failed_and_locked_sign_ins_are_written_down_and_what_was_typed_is_not(office, tmp_path):
    sign_in(office, "my-password-typed-as-a-name", "x")
    for _ in range(6):
        sign_in(office, "张土地", "wrong")
    told = [(line["who"], line["result"]) for line in audit_lines(tmp_path)]
    assert told == [("?", "refused"), *[("张土地", "refused")] * 5, ("张土地", "locked")]


@pytest.mark.parametrize("name", ["李规划", "王填报"])
def test_planners_and_editors_do_not_see_households(office, name):
    signed_in(office, name)
    assert office.get(HOUSEHOLDS).status_code == 403
    assert send(office, "POST", HOUSEHOLDS, ZHANG).status_code == 403
    assert send(office, "PATCH", f"{HOUSEHOLDS}/1", {"seen": "x"}).status_code == 403
    assert send(office, "DELETE", f"{HOUSEHOLDS}/1", {"reason": "x", "seen": "x"}).status_code == 403
    assert send(office, "POST", "/api/parcels/1/buildings", {"building_no": "1"}).status_code == 403
    assert send(office, "POST", "/api/account", {"on_date": "2026-05-06", "amount_wan": 1}).status_code == 403


def test_the_account_is_for_land_officers_and_planners(office):
    assert office.get("/api/account").status_code == 401
    signed_in(office, "李规划")
    assert office.get("/api/account").status_code == 200
    signed_in(office, "王填报")
    assert office.get("/api/account").status_code == 403


def test_nobody_on_the_way_keeps_what_is_told_of_people(desk):
    for address in (HOUSEHOLDS, "/api/parcels/1/buildings", "/api/account"):
        assert desk.get(address).headers["Cache-Control"] == "private, no-store"


def test_a_note_on_a_building_is_for_those_who_may_know_its_owner(desk):
    address = "/api/parcels/1/buildings"
    building = {"building_no": "1", "owner": "张三", "note": "张三 13800001111"}
    assert send(desk, "POST", address, building).status_code == 201
    assert desk.get(address).get_json()["buildings"][0]["note"] == building["note"]
    (seen,) = desk.get(address, environ_base=ELSEWHERE).get_json()["buildings"]
    assert (seen["owner"], seen["note"]) == ("张*", None)


def test_a_building_goes_through_its_life(desk):
    address = "/api/parcels/1/buildings"
    made = send(desk, "POST", address, {"building_no": "1", "owner": "张三", "floor_area_m2": 120}).get_json()
    send(desk, "PATCH", f"{address}/1", {"signed_on": "2026-05-01", "cleared_on": "2026-06-01", "seen": made["seen"]})
    found = desk.get(address).get_json()
    assert found["totals"] == {"buildings": 1, "floor_area_m2": 120, "signed": 1, "paid": 0, "cleared": 1}
    seen = found["buildings"][0]["seen"]
    assert send(desk, "DELETE", f"{address}/1", {"reason": "不在红线内", "seen": seen}).status_code == 200
    assert desk.get("/api/parcels/1/compensation").get_json()["buildings"]["buildings"] == 0


def test_entries_of_the_account_go_through_their_life(desk):
    made = send(desk, "POST", "/api/account", {"on_date": "2026-05-06", "amount_wan": 100, "project_code": "A"})
    assert made.status_code == 201
    number = made.get_json()["entry_no"]
    assert number == "20260506-001"
    changed = send(desk, "PATCH", f"/api/account/{number}", {"amount_wan": 80.5, "seen": made.get_json()["seen"]})
    assert changed.get_json()["amount_wan"] == 80.5
    assert desk.get("/api/account?project=A").get_json()["total"]["balance_wan"] == 80.5
    assert desk.get("/api/account?project=B").get_json()["total"]["balance_wan"] == 0
    gone = send(desk, "DELETE", f"/api/account/{number}", {"reason": "记错", "seen": changed.get_json()["seen"]})
    assert gone.status_code == 200
    assert desk.get("/api/account").get_json()["count"] == 0


def test_sums_of_a_parcel_name_nobody(desk):
    send(desk, "POST", HOUSEHOLDS, {**ZHANG, "paid_wan": 2.5})
    told = desk.get("/api/parcels/1/compensation").get_json()
    assert (told["households"]["households"], told["households"]["left_wan"]) == (1, 10)
    assert "张三" not in json.dumps(told, ensure_ascii=False)
