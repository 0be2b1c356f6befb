"""Several web processes know the same sessions, tokens and wrong passwords."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis.accounts import Account
from gis.model import LOCAL_ACTOR, Role
from gis.store import create_store
from tests.webapp.accounts import PASSWORD, accounts_with
from tests.webapp.test_serving_processes import SECONDS, serving

NAME = "张土地"

pytestmark = pytest.mark.postgis


class Browser:
    """Keeps cookies; each request has a connection of its own, so that it may meet another process."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy()))
        )

    def ask(self, path: str, *, form: dict[str, str] | None = None, method: str | None = None, **headers: str) -> int:
        """The status of the last answer; its text is kept."""
        data = urllib.parse.urlencode(form).encode() if form is not None else b"{}" if method else None
        if method:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.address + path, data=data, method=method, headers=headers)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                self.text = answer.read().decode()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            self.text = error.read().decode()
            return error.code

    def token(self) -> str:
        assert self.ask("api/session") == 200
        return str(json.loads(self.text)["csrf_token"])

    def sign_in(self, password: str = PASSWORD) -> int:
        return self.ask("login", form={"name": NAME, "password": password, "csrf_token": self.token()})


@pytest.fixture
def address(postgis_dsn: str, tmp_path: Path) -> Iterator[str]:
    """A server of three processes with one account."""
    create_store(postgis_dsn, name="示例市", crs="EPSG:4547", actor=LOCAL_ACTOR).close()
    file = accounts_with(tmp_path, Account(NAME, Role.LAND_OFFICER))
    with serving(postgis_dsn, "--workers", "3", GUATU_ACCOUNTS=str(file.path)) as (_, url):
        yield url


def test_a_session_is_good_in_every_process(address: str) -> None:
    browser = Browser(address)
    assert browser.sign_in() == 200  # led on to the wall map
    token = browser.token()
    # The empty body is refused; who may not write would be told that before.
    asked = {browser.ask("api/parcels/1/households", method="POST", **{"X-CSRFToken": token}) for _ in range(12)}
    assert asked == {400}
    assert browser.ask("api/account") == 200


def test_wrong_passwords_are_counted_together(address: str) -> None:
    told = [Browser(address).sign_in("wrong") for _ in range(8)]
    assert told == [403] * 5 + [429] * 3
    assert Browser(address).sign_in() == 429
