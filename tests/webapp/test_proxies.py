"""Who the visitor is, behind a proxy that is believed and behind one that is not."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from webapp.proxies import believing

TRUSTED = (ip_network("10.20.0.0/24"), ip_network("::1/128"))
SAID = {
    **{"X-Forwarded-For": "203.0.113.9, 192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "map.example"},
    "Forwarded": "for=203.0.113.9",
}


@Request.application
def seen(request: Request) -> Response:
    """What the app gets to know of its visitor."""
    forwarded = [name for name in request.environ if "FORWARDED" in name and name.startswith("HTTP_")]
    return Response(f"{request.remote_addr} {request.scheme} {request.host} {len(forwarded)}")


def asked_from(address: Any, headers: dict[str, str]) -> str:
    client = Client(believing(seen, TRUSTED))
    return client.get("/", headers=headers, environ_overrides={"REMOTE_ADDR": address}).text


@pytest.mark.parametrize("proxy", ["10.20.0.7", "::ffff:10.20.0.7", "::1"])
def test_a_trusted_proxy_says_where_its_own_visitor_came_from(proxy: str) -> None:
    assert asked_from(proxy, SAID).split()[:3] == ["192.0.2.7", "https", "map.example"]


@pytest.mark.parametrize("stranger", ["10.20.1.7", "192.0.2.1", "fe80::1"])
def test_a_stranger_is_not_believed_and_his_headers_are_gone(stranger: str) -> None:
    assert asked_from(stranger, SAID) == f"{stranger} http localhost 0"


def test_a_visitor_without_an_address_is_not_believed() -> None:
    assert asked_from("", SAID).split()[-3:] == ["http", "localhost", "0"]


def test_a_trusted_proxy_that_says_nothing_is_the_visitor() -> None:
    assert asked_from("10.20.0.7", {}) == "10.20.0.7 http localhost 0"
