"""Headers, tags and packing that every answer shares."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Thread

import numpy as np
import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.model import LOCAL_ACTOR
from gis.store.port import Store
from gis.words import Words
from webapp import caching
from webapp.caching import FAST_GZIP_LEVEL, GZIP_LEVEL, Kept, pack
from webapp.json_provider import PlainJson

ADDRESSES = (
    "/api/info",
    "/api/codes",
    "/api/style",
    "/api/choices",
    "/api/projects",
    "/api/projects.geojson",
    "/api/projects/A",
    "/api/parcels",
    "/api/parcels/1",
    "/api/parks",
    "/api/parks/K1",
    "/api/towns",
    "/api/assessment",
    "/api/totals",
    "/api/charts",
    "/api/legend",
    "/api/at?lon=114.0005&lat=32.9935",
    "/tiles/parcel/14/13380/6599.mvt",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_change_of_the_data_changes_the_tags_of_what_shows_it(own_app: Flask, own_store: Store) -> None:
    client = own_app.test_client()
    before = {address: client.get(address).headers["ETag"] for address in ADDRESSES}
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", pd.DataFrame({"parcel_no": ["1"], "unit": ["示例单位"]}))
    changed = {a for a in ADDRESSES if client.get(a).headers["ETag"] != before[a]}
    assert {"/api/codes", "/api/style", "/api/towns"}.isdisjoint(changed)
    assert {"/api/info", "/api/projects", "/api/parcels/1", "/tiles/parcel/14/13380/6599.mvt"} <= changed


def test_the_tag_follows_the_day_and_the_filter(client: FlaskClient) -> None:
    addresses = ["/api/projects", "/api/projects?on=2026-05-31", "/api/projects?lamp=red", "/api/projects?sort=-gap_pp"]
    assert len({client.get(address).headers["ETag"] for address in addresses}) == 4


def test_a_304_is_answered_before_anything_is_assessed(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = own_app.test_client()
    tag = client.get("/api/projects").headers["ETag"]
    monkeypatch.setattr("gis.workflows.keep_assessment.overview_from", None)
    own_app.extensions["guatu"].assessor._kept.clear()
    assert client.get("/api/projects", headers={"If-None-Match": tag}).status_code == 304


def test_text_is_packed_for_clients_that_take_it(client: FlaskClient) -> None:
    plain = client.get("/api/projects")
    packed = client.get("/api/projects", headers={"Accept-Encoding": "gzip"})
    assert plain.content_encoding is None
    assert packed.content_encoding == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.get_data()) < len(plain.get_data())
    assert gzip.decompress(packed.get_data()) == plain.get_data()


def test_a_script_is_packed_once_and_what_is_short_is_not(own_app: Flask, tmp_path: Path) -> None:
    own_app.static_folder = str(tmp_path)
    (tmp_path / "long.js").write_text("let x = 1;\n" * 200)
    (tmp_path / "short.js").write_text("let x = 1;\n")
    client = own_app.test_client()
    for _ in range(2):
        answer = client.get("/static/long.js", headers={"Accept-Encoding": "gzip"}, buffered=True)
        assert answer.content_encoding == "gzip"
        assert gzip.decompress(answer.get_data()) == (tmp_path / "long.js").read_bytes()
    short = client.get("/static/short.js", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert short.content_encoding is None


@pytest.mark.parametrize("address", ["/api/info", "/healthz", "/nowhere", "/tiles/parcel/14/13380/6599.mvt"])
def test_every_answer_keeps_the_page_to_this_server(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_each_request_has_its_own_nonce(client: FlaskClient) -> None:
    policies = {client.get("/healthz").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_no_cookie_is_set_without_a_choice_of_language(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/api/info").headers


def test_a_body_may_not_be_long(app: Flask) -> None:
    assert app.config["MAX_CONTENT_LENGTH"] == 1 << 20


def test_missing_values_of_every_kind_are_null() -> None:
    value = {
        "nan": float("nan"),
        "inf": [float("inf"), np.float64("nan")],
        "nat": pd.NaT,
        "na": pd.NA,
        "day": date(2026, 6, 30),
        "moment": pd.Timestamp("2026-06-30"),
        "decimal": Decimal("1.5"),
        "words": Words("绿", "green"),
        "n": np.int64(3),
    }
    written = json.loads(PlainJson(Flask(__name__)).dumps(value))
    assert written == {
        "nan": None,
        "inf": [None, None],
        "nat": None,
        "na": None,
        "day": "2026-06-30",
        "moment": "2026-06-30T00:00:00",
        "decimal": 1.5,
        "words": {"zh": "绿", "en": "green"},
        "n": 3,
    }


def test_json_refuses_what_it_does_not_know() -> None:
    with pytest.raises(TypeError, match="object"):
        PlainJson(Flask(__name__)).dumps({"x": object()})


@pytest.mark.parametrize("level", [GZIP_LEVEL, FAST_GZIP_LEVEL])
@pytest.mark.parametrize("data", [b"", b"a", b"tile" * 50_000, bytes(range(256)) * 300])
def test_packed_bytes_unpack_to_what_they_were_and_are_the_same_each_time(level: int, data: bytes) -> None:
    once = pack(data, level)
    assert gzip.decompress(once) == data
    assert pack(data, level) == once


def test_tiles_are_packed_where_there_is_no_isal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "igzip", None)
    packed = pack(b"tile" * 50_000, FAST_GZIP_LEVEL)
    assert gzip.decompress(packed) == b"tile" * 50_000
    assert len(packed) < 4_000  # the level given: stored as they are they would be 200,000


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    kept: Kept[int] = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get_or_make(key, lambda: 1)
    made: list[str] = []
    for key in ("a", "c", "b"):
        kept.get_or_make(key, lambda key=key: made.append(key) or 1)  # type: ignore[misc]
    assert made == ["b"]
    assert len(kept) == 2


def test_nothing_is_kept_where_the_administrator_says_so() -> None:
    kept: Kept[int] = Kept(0)
    assert kept.get_or_make("a", lambda: 1) == 1
    assert len(kept) == 0


def test_several_threads_get_the_same_answers(app: Flask) -> None:
    expected = app.test_client().get("/api/projects").get_data()
    found: list[bool] = []

    def ask() -> None:
        found.append(app.test_client().get("/api/projects").get_data() == expected)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8


def test_the_same_question_is_answered_once_until_the_data_change(
    own_app: Flask, own_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr("webapp.views.api.list_projects", lambda *asked: made.append(asked) or {"n": len(made)})
    client = own_app.test_client()
    addresses = ("/api/projects", "/api/projects", "/api/projects?words=x")
    assert [client.get(address).json for address in addresses] == [{"n": 1}, {"n": 1}, {"n": 2}]
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", pd.DataFrame({"parcel_no": ["1"], "unit": ["示例单位"]}))
    assert client.get("/api/projects").json == {"n": 3}
