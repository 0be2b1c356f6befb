"""Base maps through this server: a real upstream on this machine, good and bad."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.errors import BaseMapUnavailable
from gis.maps.base_maps import base_maps_of, offered, tile_address
from gis.maps.tiles import Tile
from gis.settings import BaseMap, Settings
from gis.store.port import Store
from webapp import create_app
from webapp.upstream import LONGEST_PICTURE_BYTES, Upstream

PICTURE = b"\x89PNG\r\n\x1a\n picture"
TOKEN = "d41d8cd98f00b204"


class FakeServer(BaseHTTPRequestHandler):
    """Answers as the first part of the path says."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        kind = self.path.split("/")[1]
        if kind == "elsewhere":
            return self._send(302, "text/html", b"", Location="http://localhost:1/x.png")
        if kind == "moved":
            return self._send(302, "text/html", b"", Location=self.path.replace("moved", "good"))
        if kind == "slow":
            time.sleep(1)
        if kind == "huge":
            return self._send(200, "image/png", b"x" * (LONGEST_PICTURE_BYTES + 1))
        if kind == "page":
            return self._send(200, "text/html", b"<html>key " + TOKEN.encode())
        return self._send(403 if kind == "refused" else 200, "image/png", PICTURE)

    def _send(self, status: int, type_: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": type_, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def upstream_address() -> Iterator[str]:
    """A base-map server on a free port."""
    FakeServer.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxied(upstream_address: str, store: Store) -> FlaskClient:
    """An app whose base maps are the kinds of the fake server."""
    kinds = ("good", "moved", "elsewhere", "page", "refused", "huge")
    maps = tuple(
        BaseMap(kind, kind, f"{upstream_address}/{kind}/{{z}}/{{x}}/{{y}}.png?tk={TOKEN}", "示例") for kind in kinds
    )
    return create_app(Settings(base_maps=maps), store).test_client()


def test_a_picture_comes_through_with_its_type(proxied: FlaskClient) -> None:
    answer = proxied.get("/basemap/good/3/5/2")
    assert (answer.status_code, answer.mimetype, answer.get_data()) == (200, "image/png", PICTURE)
    assert FakeServer.asked == [f"/good/3/5/2.png?tk={TOKEN}"]
    assert "max-age=86400" in answer.headers["Cache-Control"]


def test_a_redirect_on_the_same_host_is_followed(proxied: FlaskClient) -> None:
    assert proxied.get("/basemap/moved/3/5/2").get_data() == PICTURE


@pytest.mark.parametrize("kind", ["elsewhere", "page", "refused", "huge"])
def test_what_is_no_picture_of_that_host_is_a_bad_gateway(
    proxied: FlaskClient, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = proxied.get(f"/basemap/{kind}/3/5/2")
    assert (answer.status_code, answer.get_json()["type"]) == (502, "BaseMapUnavailable")
    assert TOKEN not in answer.get_data(as_text=True)
    assert TOKEN not in caplog.text


def test_a_server_that_is_not_there_is_a_bad_gateway(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/basemap/plan/3/5/2")
    assert answer.status_code == 502
    assert "secret" not in answer.get_data(as_text=True) + caplog.text


def test_only_configured_maps_and_tiles_are_asked_for(proxied: FlaskClient) -> None:
    assert proxied.get("/basemap/other/3/5/2").status_code == 404
    assert proxied.get("/basemap/good/3/9/2").status_code == 400
    assert proxied.get("/basemap/good/3/5/2?url=http://example.org").status_code == 400
    assert FakeServer.asked == []


def test_a_slow_server_is_not_waited_for(upstream_address: str) -> None:
    start = time.monotonic()
    with pytest.raises(BaseMapUnavailable):
        Upstream(timeout_s=0.2).picture(f"{upstream_address}/slow/0/0/0")
    assert time.monotonic() - start < 0.9


def test_a_host_that_keeps_failing_is_left_alone_for_a_while(upstream_address: str) -> None:
    upstream = Upstream(rest_s=0.3)
    for _ in range(5):
        with pytest.raises(BaseMapUnavailable):
            upstream.picture(f"{upstream_address}/refused/0/0/0")
    assert len(FakeServer.asked) == 3
    time.sleep(0.35)
    assert upstream.picture(f"{upstream_address}/good/0/0/0") == (PICTURE, "image/png")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:image/png,x"])
def test_nothing_but_the_web_is_fetched(address: str) -> None:
    with pytest.raises(BaseMapUnavailable):
        Upstream().picture(address)


def test_tianditu_is_there_with_a_token_and_only_then() -> None:
    assert base_maps_of(Settings()) == {}
    maps = base_maps_of(Settings(tianditu_token=TOKEN))
    assert list(maps) == ["tdt_vec", "tdt_cva", "tdt_img", "tdt_cia", "tdt_ter", "tdt_cta"]
    # RULES §2.6: layer_w with TILEMATRIXSET=w, row is y, column is x; hosts t0 … t7.
    assert tile_address(maps["tdt_img"], Tile(12, 3345, 1650)) == (
        "https://t3.tianditu.gov.cn/img_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=img"
        f"&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX=12&TILEROW=1650&TILECOL=3345&tk={TOKEN}"
    )
    assert TOKEN not in repr(maps)


def test_place_names_come_with_their_map_and_are_not_offered_by_themselves() -> None:
    maps = base_maps_of(Settings(tianditu_token=TOKEN))
    assert [(each.id, each.labels) for each in offered(maps.values())] == [
        ("tdt_vec", "tdt_cva"),
        ("tdt_img", "tdt_cia"),
        ("tdt_ter", "tdt_cta"),
    ]


def test_the_token_reaches_no_page(store: Store) -> None:
    app: Flask = create_app(Settings(tianditu_token=TOKEN), store)
    for address in ("/api/info", "/", "/api/codes"):
        assert TOKEN not in app.test_client().get(address).get_data(as_text=True)
