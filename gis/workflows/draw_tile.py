"""Draw one layer of a store on one vector tile."""

from __future__ import annotations

from datetime import date

from gis.maps.tiles import FIRST_ZOOM_BY_BOX, Tile, TileLayer, draw_layer
from gis.model import Query
from gis.store.port import Store


def draw_tile(store: Store, layer: TileLayer, tile: Tile, on: date | None = None) -> bytes:
    """``layer`` as it was on ``on`` (None: as it is), on ``tile``; empty where nothing shows."""
    crs = store.info.crs
    box = tile.box_in(crs)
    if box is None and tile.z >= FIRST_ZOOM_BY_BOX:
        return b""
    bbox = box if tile.z >= FIRST_ZOOM_BY_BOX else None
    frame = store.read(layer.name, Query(on=on, bbox=bbox, columns=(*layer.columns, "geometry")))
    return draw_layer(layer, frame, tile, crs) if len(frame) else b""
