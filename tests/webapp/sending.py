"""What a page does when it writes: it asks for the session's token and sends it along."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# Whoever is not on the server's own machine.
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def token_of(client: FlaskClient, **request: Any) -> str:
    """The token of the client's session."""
    return client.get("/api/session", **request).get_json()["csrf_token"]


def send(client: FlaskClient, method: str, path: str, body: Any = None, **request: Any) -> TestResponse:
    """As ``send()`` of api.js. ``data=…`` sends a form instead; ``environ_base=ELSEWHERE``: from another machine."""
    origin = {name: value for name, value in request.items() if name in ("environ_base", "base_url")}
    headers = {"X-CSRFToken": token_of(client, **origin), **request.pop("headers", {})}
    if "data" not in request:
        request["json"] = {} if body is None else body
    return client.open(path, method=method, headers=headers, **request)


def sign_in(client: FlaskClient, name: str, password: str, **request: Any) -> TestResponse:
    """Fill in the form of /login."""
    origin = {name: value for name, value in request.items() if name in ("environ_base", "base_url")}
    fields = {"name": name, "password": password, "csrf_token": token_of(client, **origin)}
    return client.post("/login", data={**fields, **request.pop("data", {})}, **request)
