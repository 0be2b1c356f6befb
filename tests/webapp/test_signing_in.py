"""Signing in and out: refusals that tell nothing, locks, cookies, how long a session lasts, and what shows of it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gis.accounts import Account, AccountFile, hash_of
from gis.errors import InvalidParameter
from gis.model import Role
from tests.webapp.accounts import HASH, PASSWORD, signed_in
from tests.webapp.conftest import SETTINGS
from tests.webapp.sending import ELSEWHERE, send, sign_in
from webapp import acting
from webapp.views.signing_in import inside


@pytest.mark.parametrize(
    ("name", "password"),
    [("张三", "wrong"), ("nobody", PASSWORD), ("王五", PASSWORD), ("", ""), ("张三", ""), ("张三", "x" * 5000)],
)
def test_every_refusal_to_sign_in_is_the_same(desk, name, password):
    answer = sign_in(desk, name, password)
    assert answer.status_code == 403
    assert "账号或密码不对" in answer.text
    assert send(desk, "POST", "/api/any").status_code == 401


def test_whether_there_is_such_an_account_cannot_be_told_by_the_time(desk):
    def seconds(name: str) -> float:
        began = time.perf_counter()
        sign_in(desk, name, "wrong")
        return time.perf_counter() - began

    known, unknown = (min(seconds(f"{name}") for _ in range(2)) for name in ("张三", "nobody"))
    assert 0.3 < known / unknown < 3


def test_signing_out_ends_the_session(desk):
    signed_in(desk, "张三")
    assert desk.post("/logout").status_code == 403  # no link of another site signs anybody out
    assert send(desk, "POST", "/logout").status_code == 303
    assert send(desk, "POST", "/api/any").status_code == 401


def test_a_viewer_signs_out_too(desk):
    signed_in(desk, "李四")
    assert send(desk, "POST", "/logout").status_code == 303
    assert desk.get("/api/session").get_json()["me"]["name"] is None


def test_who_signs_out_after_the_session_ended_is_not_refused(desk, monkeypatch):
    signed_in(desk, "张三")
    later(monkeypatch, 31 * 60)
    assert send(desk, "POST", "/logout").status_code == 303


def test_who_is_made_inactive_is_out_at_once(desk, account_file):
    signed_in(desk, "张三")
    account_file.change("张三", active=False)
    assert send(desk, "POST", "/api/any").status_code == 401


def test_a_new_password_ends_the_sessions_of_the_old_one(desk, account_file):
    signed_in(desk, "张三")
    account_file.change("张三", password_hash=hash_of("Another-Horse-8"))
    assert send(desk, "POST", "/api/any").status_code == 401


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.time() + seconds
    monkeypatch.setattr(acting.time, "time", lambda: now)


def test_a_session_ends_after_half_an_hour_without_a_request(desk, monkeypatch):
    signed_in(desk, "张三")
    later(monkeypatch, 25 * 60)
    assert send(desk, "POST", "/api/any").status_code == 200  # and the half hour begins anew
    later(monkeypatch, 25 * 60)
    assert send(desk, "POST", "/api/any").status_code == 200
    later(monkeypatch, 31 * 60)
    assert send(desk, "POST", "/api/any").status_code == 401


def test_reading_keeps_a_session_alive(desk, monkeypatch):
    signed_in(desk, "张三")
    later(monkeypatch, 20 * 60)
    desk.get("/api/projects")
    later(monkeypatch, 20 * 60)
    assert send(desk, "POST", "/api/any").status_code == 200


def test_no_session_lives_longer_than_a_working_day(desk, monkeypatch):
    signed_in(desk, "张三")
    for _ in range(25):
        later(monkeypatch, 29 * 60)
        desk.get("/api/projects")
    assert send(desk, "POST", "/api/any").status_code == 401


def test_five_wrong_passwords_lock_a_name_for_half_an_hour(desk):
    for _ in range(5):
        assert sign_in(desk, "张三", "wrong").status_code == 403
    answer = sign_in(desk, "张三", PASSWORD)
    assert answer.status_code == 429
    assert 29 * 60 <= int(answer.headers["Retry-After"]) <= 30 * 60
    assert sign_in(desk, "总管", PASSWORD).status_code == 303
    assert sign_in(desk, "张三", PASSWORD, environ_base=ELSEWHERE).status_code == 303


def test_a_name_that_is_nobodys_is_locked_just_so(desk):
    assert [sign_in(desk, "nobody", "wrong").status_code for _ in range(6)] == [403] * 5 + [429]


def test_the_cookie_is_not_for_scripts_or_other_sites_and_over_https_for_https_only(desk):
    plain = sign_in(desk, "张三", PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    # Werkzeug's client keeps cookies of both.
    https = desk.application.test_client()
    headers = {"Referer": "https://localhost/login"}
    answer = sign_in(https, "张三", PASSWORD, base_url="https://localhost/", headers=headers)
    assert "Secure" in answer.headers["Set-Cookie"]


def test_neither_password_nor_hash_is_in_a_log_or_a_page(desk, caplog):
    answer = sign_in(desk, "张三", "Wrong-Horse-77")
    assert sign_in(desk, "张三", PASSWORD).status_code == 303
    for text in (answer.text, caplog.text, desk.get("/").text, desk.get("/api/session").text):
        assert "Wrong-Horse-77" not in text
        assert PASSWORD not in text
        assert "scrypt" not in text
    assert HASH not in repr(AccountFile(Path("x")).__dict__) + repr(Account("a", Role.ADMIN, password_hash=HASH))


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil.example",
        "/%0d",
        "javascript:alert(1)",
        "/\t/evil.example",
        "///evil",
        "/\r\nSet-Cookie: a=b",
        "",
        "\\\\evil",
        "/login?next=/login",
        "//[evil",
    ],
)
def test_signing_in_leads_to_no_other_site(desk, wanted):
    assert inside(wanted) in ("/", "/%0d")
    answer = sign_in(desk, "张三", PASSWORD, data={"next": wanted})
    if answer.status_code == 303:
        assert answer.headers["Location"] in ("/", "/%0d")
    else:
        assert answer.status_code == 400


def test_signing_in_leads_back_to_where_the_visitor_was(desk):
    answer = sign_in(desk, "张三", PASSWORD, data={"next": "/register?town=T1&words=某"})
    assert answer.headers["Location"].startswith("/register?town=T1")


# What shows of it, and the files


def test_the_wall_map_shows_who_is_signed_in_and_signs_out(desk):
    assert 'href="/login?next=/' in desk.get("/").text
    signed_in(desk, "张三")
    page = desk.get("/").text
    assert re.search(r'class="who"[^>]*>张三<', page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert desk.post("/logout", data={"csrf_token": token}).status_code == 303


def test_an_answer_that_may_be_one_persons_own_is_kept_by_nobody(desk):
    signed_in(desk, "张三")
    for address, status in (("/api/imports", 200), ("/api/imports/0123456789abcdef", 404)):
        answer = desk.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")


def test_a_visitor_of_the_open_map_gets_no_session(desk):
    for address in ("/", "/api/projects", "/tiles/parcel/1/0/0.mvt"):
        assert "guatu_session" not in desk.get(address).headers.get("Set-Cookie", "")


def test_the_key_is_made_once_and_is_the_owners_alone(make_app, settings):
    first, second = (make_app(settings).secret_key for _ in range(2))
    key = Path(f"{settings.accounts}.key")
    assert first == second == key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_key_of_the_administrators_own_is_taken(make_app, settings, tmp_path):
    (tmp_path / "key").write_text("0123456789abcdef" * 2 + "\n")
    assert make_app(replace(settings, secret_key_file=str(tmp_path / "key"))).secret_key == "0123456789abcdef" * 2
    (tmp_path / "key").write_text("short")
    with pytest.raises(InvalidParameter, match="secret key"):
        make_app(replace(settings, secret_key_file=str(tmp_path / "key")))


def test_a_server_whose_accounts_cannot_be_read_does_not_start(make_app, tmp_path):
    with pytest.raises(InvalidParameter, match="file of accounts"):
        make_app(replace(SETTINGS, accounts=str(tmp_path / "none.json")))
