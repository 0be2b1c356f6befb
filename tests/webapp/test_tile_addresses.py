"""Vector tiles as the map asks for them."""

from __future__ import annotations

import gzip
from typing import Any

import mapbox_vector_tile
import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.model import LOCAL_ACTOR
from gis.store.port import Store

# The tile of 114.001°E 32.9937°N, where parcels 1 and 2 lie (see test_tiles for the formula).
HERE = "14/13380/6599"


def features(answer: Any, layer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.get_data())[layer]["features"]
    return found


def test_a_parcel_tile_carries_number_stage_and_readiness(client: FlaskClient) -> None:
    answer = client.get(f"/tiles/parcel/{HERE}.mvt")
    assert (answer.status_code, answer.mimetype) == (200, "application/vnd.mapbox-vector-tile")
    assert [f["properties"] for f in features(answer, "parcel")] == [
        {"parcel_no": "1", "stage": "cleared", "readiness": "ready"},
        {"parcel_no": "2", "stage": "not_started", "readiness": "not_started", "held": True},
    ]


def test_a_tile_is_as_of_its_day(client: FlaskClient) -> None:
    before = features(client.get(f"/tiles/parcel/{HERE}.mvt?on=2025-03-01"), "parcel")
    assert [f["properties"] for f in before] == [
        {"parcel_no": "1", "stage": "plan_notice", "readiness": "in_procedure"},
        {"parcel_no": "2", "stage": "not_started", "readiness": "not_started"},
    ]


@pytest.mark.parametrize(
    ("layer", "properties"),
    [
        ("zone", {"zone_no": "Z1", "name": "示例农田", "kind": "permanent_basic_farmland"}),
        ("park", {"code": "K1", "name": "示例产业园", "level": "county"}),
        ("town", {"code": "T1", "name": "城关镇", "level": "town"}),
    ],
)
def test_the_other_layers_carry_their_own_attributes(
    client: FlaskClient, layer: str, properties: dict[str, str]
) -> None:
    (feature,) = features(client.get(f"/tiles/{layer}/{HERE}.mvt"), layer)
    assert feature["properties"] == properties


@pytest.mark.parametrize("place", ["14/0/0", "14/5188/6599", "22/0/0", "6/0/63"])
def test_an_empty_tile_has_no_body(client: FlaskClient, place: str) -> None:
    answer = client.get(f"/tiles/parcel/{place}.mvt")
    assert (answer.status_code, answer.get_data()) == (204, b"")


@pytest.mark.parametrize("z", range(0, 23))
def test_every_zoom_over_the_county_is_drawn(client: FlaskClient, z: int) -> None:
    x, y = (13380.27083 * 2 ** (z - 14)), (6599.8140 * 2 ** (z - 14))
    answer = client.get(f"/tiles/town/{z}/{int(x)}/{int(y)}.mvt")
    # Below zoom 4 the county is under one unit across; whether it still shows is a matter of rounding.
    assert answer.status_code == 200 if z >= 4 else answer.status_code in (200, 204)


def test_an_empty_tile_is_not_asked_for_again(client: FlaskClient) -> None:
    first = client.get("/tiles/parcel/14/0/0.mvt")
    assert client.get("/tiles/parcel/14/0/0.mvt", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_packed_tile_holds_what_a_plain_one_does(client: FlaskClient) -> None:
    plain = client.get(f"/tiles/parcel/{HERE}.mvt")
    packed = client.get(f"/tiles/parcel/{HERE}.mvt", headers={"Accept-Encoding": "gzip"})
    assert packed.content_encoding == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()


def test_a_tile_shows_a_change_at_once_and_at_every_zoom(own_app: Flask, own_store: Store) -> None:
    client = own_app.test_client()

    def stages(address: str) -> set[str]:
        return {f["properties"]["readiness"] for f in features(client.get(address), "parcel")}

    near, far = f"/tiles/parcel/{HERE}.mvt", "/tiles/parcel/9/418/206.mvt"
    assert stages(near) == {"ready", "not_started"}
    assert stages(far) == {"ready", "not_started"}
    with own_store.writing(LOCAL_ACTOR) as writer:
        event = {"parcel_no": ["2"], "kind": ["stage"], "stage": ["pre_notice"]}
        writer.append("parcel_event", pd.DataFrame({**event, "on_date": pd.to_datetime(["2026-06-01"])}))
        event["parcel_no"] = ["3"]
        writer.append("parcel_event", pd.DataFrame({**event, "on_date": pd.to_datetime(["2026-06-01"])}))
    assert stages(near) == {"ready", "in_procedure"}
    assert stages(far) == {"ready", "in_procedure"}


def test_tiles_that_are_kept_are_bounded(client: FlaskClient, app: Flask) -> None:
    client.get(f"/tiles/parcel/{HERE}.mvt")
    kept = app.extensions["guatu"].tiles
    assert 0 < len(kept) <= app.extensions["guatu"].settings.tile_cache
