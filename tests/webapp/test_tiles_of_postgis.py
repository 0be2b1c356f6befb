"""Tiles of a county in PostGIS as the map asks for them: the same addresses, and every change at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import pytest
from flask.testing import FlaskClient
from shapely.geometry import MultiPolygon, box

from gis.model import LOCAL_ACTOR
from gis.settings import Settings
from gis.store import create_store
from gis.store.port import Store
from webapp import create_app

CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 114°E: 114°E 33°N is (500000, 3652748)
EAST, NORTH = 500_000.0, 3_652_000.0
LAYERS = ("parcel", "town", "park", "zone")
NEAR, FAR = "/tiles/parcel/14/13380/6599.mvt", "/tiles/parcel/9/418/206.mvt"


@pytest.fixture
def store(postgis_dsn: str) -> Iterator[Store]:
    """Two parcels side by side, nothing told of either."""
    made = create_store(postgis_dsn, name="示例县", crs=CRS, actor=LOCAL_ACTOR)
    shapes = [MultiPolygon([box(EAST + x, NORTH, EAST + x + 100, NORTH + 100)]) for x in (0, 100)]
    with made.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", gpd.GeoDataFrame({"parcel_no": ["1", "2"]}, geometry=shapes, crs=CRS), on=date(2025, 1, 1))
    yield made
    made.close()


@pytest.fixture
def client(store: Store, tmp_path: Path) -> FlaskClient:
    return create_app(Settings(tile_cache_dir=str(tmp_path / "tiles")), store).test_client()


def classes(client: FlaskClient, address: str) -> set[str]:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/vnd.mapbox-vector-tile")
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.get_data())["parcel"]["features"]
    return {feature["properties"]["readiness"] for feature in found}


def tell(store: Store, number: str, stage: str) -> None:
    row = {"parcel_no": [number], "kind": ["stage"], "stage": [stage], "override_reason": ["示例"]}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", pd.DataFrame({**row, "on_date": pd.to_datetime(["2026-06-01"])}))


def test_a_change_shows_at_once_near_and_far(client: FlaskClient, store: Store) -> None:
    assert classes(client, NEAR) == classes(client, FAR) == {"not_started"}
    tell(store, "2", "cleared")
    assert classes(client, NEAR) == classes(client, FAR) == {"not_started", "ready"}
    tell(store, "1", "cleared")
    assert classes(client, NEAR) == classes(client, FAR) == {"ready"}
    assert classes(client, f"{NEAR}?on=2026-05-31") == classes(client, f"{FAR}?on=2026-05-31") == {"not_started"}


def test_a_tile_that_did_not_change_is_answered_without_drawing(client: FlaskClient, store: Store) -> None:
    for address in (NEAR, FAR, "/tiles/parcel/14/0/0.mvt"):
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    tell(store, "1", "survey")
    assert client.get(NEAR, headers={"If-None-Match": tag}).status_code == 200


def test_an_empty_tile_has_no_body(client: FlaskClient) -> None:
    for place in ("14/0/0", "14/5188/6599", "22/0/0", "6/0/63", "9/417/206", "3/0/0"):
        answer = client.get(f"/tiles/parcel/{place}.mvt")
        assert (answer.status_code, answer.get_data()) == (204, b"")


def test_every_zoom_of_every_layer_is_answered(client: FlaskClient) -> None:
    for z in range(23):
        x, y = int(13380.27083 * 2 ** (z - 14)), int(6599.8140 * 2 ** (z - 14))
        statuses = {name: client.get(f"/tiles/{name}/{z}/{x}/{y}.mvt").status_code for name in LAYERS}
        # The parcels lie in the tile from zoom 8 to 16; the other layers are empty.
        assert statuses["parcel"] == 200 if 8 <= z <= 16 else statuses["parcel"] in (200, 204)
        assert {statuses[name] for name in LAYERS[1:]} == {204}
