"""Who may write: this machine's user where there are no accounts, people who signed in where there are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis.accounts import Account
from gis.model import LOCAL_ACTOR, Role
from gis.settings import ip_network
from tests.webapp.accounts import HASH, PASSWORD, signed_in
from tests.webapp.conftest import SETTINGS
from tests.webapp.sending import send, sign_in
from webapp.rights import MAY

# Without accounts


def test_without_accounts_this_machines_user_writes(local):
    assert send(local, "POST", "/api/any").get_json() == {"name": LOCAL_ACTOR.name}
    assert local.get("/api/session").get_json()["me"]["may_write"] is True


@pytest.mark.parametrize("address", ["::1", "127.0.0.9", "::ffff:127.0.0.1"])
def test_every_loopback_address_is_this_machine(local, address):
    assert send(local, "POST", "/api/any", environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "", "localhost"])
def test_without_accounts_others_may_only_look_and_are_told_how_to_get_accounts(local, address):
    answer = send(local, "POST", "/api/any", environ_base={"REMOTE_ADDR": address})
    assert (answer.status_code, answer.get_json()["type"]) == (403, "NotAllowed")
    assert "GUATU_ACCOUNTS" in answer.get_json()["title"]["zh"]
    assert local.get("/api/projects", environ_base={"REMOTE_ADDR": address}).status_code == 200


def test_a_foreign_name_that_points_to_this_machine_may_not_write(local):
    assert send(local, "POST", "/api/any", base_url="http://evil.example/").status_code == 403
    assert send(local, "POST", "/api/any", base_url="http://127.0.0.1:8765/").status_code == 200
    assert send(local, "POST", "/api/any", base_url="http://[::1]:8765/").status_code == 200
    assert send(local, "POST", "/api/any", base_url="http://127.0.0.1.evil.example/").status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_passes_on_is_not_of_this_machine(local, header):
    assert send(local, "POST", "/api/any", headers={header: "127.0.0.1"}).status_code == 403


def test_behind_a_believed_proxy_the_visitors_own_address_counts(make_app):
    client = make_app(replace(SETTINGS, trusted_proxies=(ip_network("127.0.0.1"),))).test_client()
    assert send(client, "POST", "/api/any", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403
    assert send(client, "POST", "/api/any", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 200


def test_without_accounts_the_sign_in_page_says_how_to_make_some(local):
    assert "guatu account add" in local.get("/login").text
    assert sign_in(local, "张三", PASSWORD).status_code == 403


# With accounts


def test_who_signs_in_writes_under_their_own_name(desk):
    answer = sign_in(desk, "张三", PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert send(desk, "POST", "/api/land").get_json() == {"name": "张三"}
    assert desk.get("/api/session").get_json()["me"] == {
        "name": "张三",
        "role": "land_officer",
        "unit": "示例征迁办",
        "may_write": True,
        "may": [right for right in MAY if right != "tours"],
        "with_accounts": True,
    }


def test_with_accounts_this_machines_user_has_to_sign_in_too(desk):
    answer = send(desk, "POST", "/api/any")
    assert (answer.status_code, answer.get_json()["type"]) == (401, "NotSignedIn")


def test_reading_is_open(desk):
    assert desk.get("/api/projects").status_code == 200
    assert desk.get("/").status_code == 200


def test_a_viewer_may_not_write(desk):
    signed_in(desk, "李四")
    answer = send(desk, "POST", "/api/any")
    assert (answer.status_code, answer.get_json()["found"]) == (403, "查看")


def test_what_is_the_land_officers_is_not_the_editors_but_the_administrators(desk, account_file):
    account_file.put(Account("赵六", Role.EDITOR, password_hash=HASH))
    signed_in(desk, "赵六")
    assert send(desk, "POST", "/api/any").status_code == 200
    answer = send(desk, "POST", "/api/land")
    assert (answer.status_code, answer.get_json()["expected"]) == (403, "土地、管理员")
    signed_in(desk, "总管")
    assert send(desk, "POST", "/api/land").get_json() == {"name": "总管"}
