"""Rows of a tile as PostGIS sends them: none, one, and texts that another program wrote."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import geopandas as gpd
import psycopg2
from shapely.geometry import MultiPolygon, box

from gis.maps.tiles import Tile
from gis.model import LOCAL_ACTOR
from gis.store.port import Store, StoredRows, TileSpec
from tests.gis.store.tile_samples import CRS, EAST, NORTH

TILE = Tile(14, 13380, 6599)


def put(store: Store, *numbers: str) -> None:
    shapes = [MultiPolygon([box(EAST + 40 * i, NORTH, EAST + 40 * i + 30, NORTH + 30)]) for i in range(len(numbers))]
    with store.writing(LOCAL_ACTOR) as writer:
        frame = gpd.GeoDataFrame({"parcel_no": list(numbers)}, geometry=shapes, crs=CRS)
        writer.put("parcel", frame, on=date(2025, 1, 1))


def sent(store: Store, tile: Tile = TILE) -> StoredRows | None:
    bounds = tile.box_in(CRS)
    assert bounds is not None
    tiled = store.tile(TileSpec("parcel", tile.z, tile.x, tile.y, bounds, tile.affine_from(bounds, CRS)))
    return None if tiled is None else tiled.rows


def texts(rows: StoredRows | None) -> dict[str, list[str]]:
    assert rows is not None
    return {name: column.to_pylist() for name, column in rows.columns.items()}


def test_no_row_is_sent_as_none(store: Store) -> None:
    rows = sent(store)
    assert texts(rows) == {"parcel_no": [], "stage": [], "hold_reason": [], "name": []}
    assert rows is not None
    assert (len(rows.wkb), len(rows.sizes)) == (0, 0)


def test_one_row_without_a_name_is_one_row(store: Store) -> None:
    put(store, "A")
    assert texts(sent(store)) == {"parcel_no": ["A"], "stage": ["not_started"], "hold_reason": [""], "name": [""]}
    # A MultiPolygon of one ring of five points: heads of 9 and 9 bytes, a count of 4, points of 16.
    rows = sent(store)
    assert rows is not None
    assert rows.sizes.tolist() == [9 + 9 + 4 + 5 * 16]
    assert len(rows.wkb) == rows.sizes.sum()


def test_names_are_sent_from_zoom_14(store: Store) -> None:
    put(store, "A", "B")
    assert texts(sent(store, Tile(13, 6690, 3299))).keys() == {"parcel_no", "stage", "hold_reason"}


def test_rows_that_cannot_be_told_apart_are_left_to_be_read(store: Store, postgis_dsn: str) -> None:
    put(store, "A", "B")
    with closing(psycopg2.connect(postgis_dsn)) as other, other, other.cursor() as cursor:
        cursor.execute("UPDATE guatu.parcel SET name = E'one\\x1fother' WHERE parcel_no = 'A'")
    assert sent(store) is None
