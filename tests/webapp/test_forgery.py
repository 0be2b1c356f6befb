"""What changes something bears the token of its session: no other site writes through a browser that is signed in."""

from __future__ import annotations

import io

import pytest
from flask import jsonify, request

from tests.webapp.sending import send, token_of
from webapp.security import takes_up_to


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
