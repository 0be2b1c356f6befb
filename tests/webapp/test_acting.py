"""Who may write: this machine's user where there are no accounts, people who signed in where there are."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient

from gis.accounts import Account, AccountFile, hash_of
from gis.errors import InvalidParameter
from gis.model import LOCAL_ACTOR, Role
from gis.settings import Settings, ip_network
from gis.store.port import Store
from tests.webapp.conftest import SETTINGS
from tests.webapp.sending import ELSEWHERE, send, sign_in, token_of
from webapp import acting, create_app
from webapp.acting import allow
from webapp.context import warm
from webapp.security import takes_up_to
from webapp.views.signing_in import inside

PASSWORD = "Correct-Horse-7"
HASH = hash_of(PASSWORD)


def with_writes(app: Flask) -> Flask:
    """The app, and one address for each way in which a view asks who writes."""

    @app.post("/api/any")
    def any_() -> object:
        return jsonify({"name": allow().name})

    @app.post("/api/all_of_it")
    def all_of_it() -> object:
        return jsonify({"size": len(request.get_data())})

    @app.post("/api/land")
    def land() -> object:
        return jsonify({"name": allow(Role.LAND_OFFICER).name})

    return app


@pytest.fixture
def account_file(tmp_path: Path) -> AccountFile:
    file = AccountFile(tmp_path / "accounts.json")
    file.put(Account("张三", Role.LAND_OFFICER, unit="示例征迁办", password_hash=HASH))
    file.put(Account("李四", Role.VIEWER, password_hash=HASH))
    file.put(Account("王五", Role.EDITOR, active=False, password_hash=HASH))
    file.put(Account("总管", Role.ADMIN, password_hash=HASH))
    return file


@pytest.fixture
def settings(account_file: AccountFile) -> Settings:
    return replace(SETTINGS, accounts=str(account_file.path))


@pytest.fixture
def make_app(store: Store) -> Callable[[Settings], Flask]:
    return lambda settings: with_writes(create_app(settings, store))


@pytest.fixture
def desk(make_app: Callable[[Settings], Flask], settings: Settings) -> FlaskClient:
    """A browser at a server that has accounts; nobody is signed in."""
    return make_app(settings).test_client()


@pytest.fixture
def local(make_app: Callable[[Settings], Flask]) -> FlaskClient:
    """A browser at a server without accounts."""
    return make_app(SETTINGS).test_client()


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


# The token


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("token", [None, "", "x", "IjEi.aaaa.bbbb"])
def test_a_request_without_our_pages_token_changes_nothing(local, method, token):
    local.application.add_url_rule("/api/all", "all", lambda: "changed", methods=["POST", "PUT", "PATCH", "DELETE"])
    headers = {} if token is None else {"X-CSRFToken": token}
    answer = local.open("/api/all", method=method, json={}, headers=headers)
    assert (answer.status_code, answer.get_json()["type"]) == (403, "NotFromOurPage")
    assert send(local, method, "/api/all").text == "changed"


def test_the_token_of_another_session_is_refused(local):
    other = token_of(local.application.test_client())
    token_of(local)
    assert local.post("/api/any", json={}, headers={"X-CSRFToken": other}).status_code == 403


def test_an_address_that_takes_no_writing_says_so_without_a_token(local):
    assert local.post("/api/projects").status_code == 405
    assert local.post("/api/nowhere").status_code == 404


def test_of_a_large_body_without_a_token_nothing_is_read(local):
    @local.application.post("/api/large")
    @takes_up_to(200 << 20)
    def large() -> object:
        return jsonify({"size": len(request.get_data())})

    class Untouched(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("read")

    form = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = local.post("/api/large", input_stream=Untouched(), content_length=150 << 20, headers=form)
    assert (answer.status_code, answer.get_json()["type"]) == (403, "NotFromOurPage")
    # One that bears it is read, as far as the view allows; other views take less.
    assert send(local, "POST", "/api/large", data=b"0" * (2 << 20)).get_json() == {"size": 2 << 20}
    assert send(local, "POST", "/api/all_of_it", data=b"0" * (2 << 20)).status_code == 413


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
        "with_accounts": True,
    }


def test_with_accounts_this_machines_user_has_to_sign_in_too(desk):
    answer = send(desk, "POST", "/api/any")
    assert (answer.status_code, answer.get_json()["type"]) == (401, "NotSignedIn")


def test_reading_is_open(desk):
    assert desk.get("/api/projects").status_code == 200
    assert desk.get("/").status_code == 200


def test_a_viewer_may_not_write(desk):
    sign_in(desk, "李四", PASSWORD)
    answer = send(desk, "POST", "/api/any")
    assert (answer.status_code, answer.get_json()["found"]) == (403, "查看")


def test_what_is_the_land_officers_is_not_the_editors_but_the_administrators(desk, account_file):
    account_file.put(Account("赵六", Role.EDITOR, password_hash=HASH))
    sign_in(desk, "赵六", PASSWORD)
    assert send(desk, "POST", "/api/any").status_code == 200
    answer = send(desk, "POST", "/api/land")
    assert (answer.status_code, answer.get_json()["expected"]) == (403, "土地、管理员")
    sign_in(desk, "总管", PASSWORD)
    assert send(desk, "POST", "/api/land").get_json() == {"name": "总管"}


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
    sign_in(desk, "张三", PASSWORD)
    assert desk.post("/logout").status_code == 403  # no link of another site signs anybody out
    assert send(desk, "POST", "/logout").status_code == 303
    assert send(desk, "POST", "/api/any").status_code == 401


def test_a_viewer_signs_out_too(desk):
    assert sign_in(desk, "李四", PASSWORD).status_code == 303
    assert send(desk, "POST", "/logout").status_code == 303
    assert desk.get("/api/session").get_json()["me"]["name"] is None


def test_who_signs_out_after_the_session_ended_is_not_refused(desk, monkeypatch):
    assert sign_in(desk, "张三", PASSWORD).status_code == 303
    later(monkeypatch, 31 * 60)
    assert send(desk, "POST", "/logout").status_code == 303


def test_who_is_made_inactive_is_out_at_once(desk, account_file):
    sign_in(desk, "张三", PASSWORD)
    account_file.change("张三", active=False)
    assert send(desk, "POST", "/api/any").status_code == 401


def test_a_new_password_ends_the_sessions_of_the_old_one(desk, account_file):
    sign_in(desk, "张三", PASSWORD)
    account_file.change("张三", password_hash=hash_of("Another-Horse-8"))
    assert send(desk, "POST", "/api/any").status_code == 401


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.time() + seconds
    monkeypatch.setattr(acting.time, "time", lambda: now)


def test_a_session_ends_after_half_an_hour_without_a_request(desk, monkeypatch):
    sign_in(desk, "张三", PASSWORD)
    later(monkeypatch, 25 * 60)
    assert send(desk, "POST", "/api/any").status_code == 200  # and the half hour begins anew
    later(monkeypatch, 25 * 60)
    assert send(desk, "POST", "/api/any").status_code == 200
    later(monkeypatch, 31 * 60)
    assert send(desk, "POST", "/api/any").status_code == 401


def test_reading_keeps_a_session_alive(desk, monkeypatch):
    sign_in(desk, "张三", PASSWORD)
    later(monkeypatch, 20 * 60)
    desk.get("/api/projects")
    later(monkeypatch, 20 * 60)
    assert send(desk, "POST", "/api/any").status_code == 200


def test_no_session_lives_longer_than_a_working_day(desk, monkeypatch):
    sign_in(desk, "张三", PASSWORD)
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


# Reading with an account only


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
    sign_in(closed, "李四", PASSWORD)
    assert closed.get("/print").status_code == 200


def test_closed_reading_lets_nobody_on_the_way_keep_an_answer(closed):
    sign_in(closed, "李四", PASSWORD)
    for address in ("/api/projects", "/tiles/parcel/1/0/0.mvt", "/"):
        answer = closed.get(address)
        assert answer.status_code in (200, 204)
        assert "private" in answer.headers["Cache-Control"]
        assert answer.headers["X-Accel-Expires"] == "0"


def test_closed_reading_keeps_the_server_from_nothing_that_it_prepares(closed):
    warm(closed.application)
    assert len(closed.application.extensions["guatu"].answers) > 0
    assert closed.get("/api/projects", headers={"guatu.from_within": "1", "Guatu-From-Within": "1"}).status_code == 401


# The header and the files


def test_the_wall_map_shows_who_is_signed_in_and_signs_out(desk):
    assert 'href="/login?next=/' in desk.get("/").text
    sign_in(desk, "张三", PASSWORD)
    page = desk.get("/").text
    assert re.search(r'class="who"[^>]*>张三<', page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert desk.post("/logout", data={"csrf_token": token}).status_code == 303


def test_an_answer_that_may_be_one_persons_own_is_kept_by_nobody(desk):
    sign_in(desk, "李土地", PASSWORD)
    for address in ("/api/imports", "/api/imports/0123456789abcdef"):
        assert desk.get(address).headers["Cache-Control"] == "no-store"


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
