"""Draw one layer of a store on one vector tile."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np

from gis.maps.tile_rows import draw_rows
from gis.maps.tiles import (
    FIRST_ZOOM_BY_BOX,
    MERGE_BELOW_ZOOM,
    OVERVIEW_ZOOM,
    Overview,
    Tile,
    TileLayer,
    draw_layer,
    with_small,
)
from gis.model import BBox, Query
from gis.store.port import Store, TileSpec

# Rows that are read at once.
STRIP_ROWS = 50_000
# Rows of the past may lie outside what there is now.
FAR_M = 1e7


class _Strip(NamedTuple):
    """A box to read; of what meets it, rows whose western side lies from ``low`` on and before ``high`` are its own."""

    box: BBox | None
    low: float
    high: float

    def own(self, store: Store, layer: TileLayer, on: date | None) -> gpd.GeoDataFrame:
        """Its rows as they were on ``on``."""
        frame = store.read(layer.name, _query(layer, on, self.box))
        west = frame.geometry.bounds["minx"].to_numpy()
        return frame[(west >= self.low) & (west < self.high)]


class TileDrawer:
    """
    Draws tiles of one store: the store itself, where it can, else from its rows. Safe to share by the threads of
    a process.

    Tiles of a layer whose small shapes are merged would each read the whole layer when zoomed far out; so the
    last few layers and days are kept as overviews, and made anew when their data change.
    """

    def __init__(self, store: Store, *, overviews_kept: int = 2) -> None:
        self._store = store
        self._most = overviews_kept
        self._kept: OrderedDict[tuple[str, date | None, int], Overview] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, layer: TileLayer, tile: Tile, on: date | None = None) -> bytes:
        """``layer`` as it was on ``on`` (None: as it is), on ``tile``; empty where nothing shows."""
        crs = self._store.info.crs
        bbox = _box(tile, crs)
        if bbox is None and tile.z >= FIRST_ZOOM_BY_BOX:
            return b""
        affine = None if bbox is None else tile.affine_from(bbox, crs)
        stored = self._store.tile(TileSpec(layer.name, tile.z, tile.x, tile.y, bbox, affine, on))
        if stored is not None:
            data = stored.data
            if stored.rows is not None and affine is not None:
                data = draw_rows(layer, stored.rows.columns, stored.rows.wkb, stored.rows.sizes, tile, affine)
            return with_small(layer, data, stored.shares)
        if layer.merged_by is not None and tile.z < MERGE_BELOW_ZOOM:
            is_far = tile.z <= OVERVIEW_ZOOM
            overview = self._overview(layer, on) if is_far else self._gathered(layer, on, bbox, tile.z)
            return draw_layer(layer, overview.large, tile, crs, overview.small)
        frame = self._store.read(layer.name, _query(layer, on, bbox))
        return draw_layer(layer, frame, tile, crs) if len(frame) else b""

    def version(self, layer: TileLayer, tile: Tile, on: date | None = None) -> str:
        """A text that is another one when ``draw`` would give another tile."""
        bbox = _box(tile, self._store.info.crs)
        spec = TileSpec(layer.name, tile.z, tile.x, tile.y, bbox, None, on)
        return self._store.tile_version(spec, layer.shows)

    def _overview(self, layer: TileLayer, on: date | None) -> Overview:
        """One thread makes it, the others wait for it."""
        with self._lock:
            key = (layer.name, on, self._store.version(layer.shows))
            if key not in self._kept:
                self._kept[key] = self._gathered(layer, on, None, OVERVIEW_ZOOM)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return self._kept[key]

    def _gathered(self, layer: TileLayer, on: date | None, box: BBox | None, z: int) -> Overview:
        """What tiles up to zoom ``z`` show of a box (None: of all), read in strips, so that memory is bounded."""
        crs = self._store.info.crs
        strips = self._strips(layer, box)
        parts = (Overview.of(layer, strip.own(self._store, layer, on), crs, z) for strip in strips)
        return Overview.joined(parts)

    def _strips(self, layer: TileLayer, box: BBox | None) -> list[_Strip]:
        """Upright strips of a box, of some tens of thousands of present rows each where these lie evenly."""
        extent = self._store.extent((layer.name,))
        if extent is None:
            return [_Strip(box, -math.inf, math.inf)]
        whole = box or extent.grown(FAR_M)
        west, east = max(whole.west, extent.west), max(min(whole.east, extent.east), whole.west)
        high = max(min(whole.north, extent.north) - max(whole.south, extent.south), 0.0)
        share = max(east - west, 0.0) * high / max((extent.east - extent.west) * (extent.north - extent.south), 1.0)
        count = max(1, math.ceil(self._store.count(layer.name) * min(share, 1.0) / STRIP_ROWS))
        inner = np.linspace(west, east, count + 1)[1:-1].tolist()
        lows, highs = [-math.inf, *inner], [*inner, math.inf]
        return [
            _Strip(BBox(max(low, whole.west), whole.south, min(high, whole.east), whole.north), low, high)
            for low, high in zip(lows, highs, strict=True)
        ]


@lru_cache(maxsize=4096)  # each tile is asked for again and again
def _box(tile: Tile, crs: str) -> BBox | None:
    """The tile and its edge in the working CRS; None out of its reach, and where the whole layer is looked at."""
    return tile.box_in(crs) if tile.z >= FIRST_ZOOM_BY_BOX else None


def _query(layer: TileLayer, on: date | None, bbox: BBox | None) -> Query:
    return Query(on=on, bbox=bbox, columns=(*layer.columns, "geometry"))
