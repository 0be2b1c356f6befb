"""Draw one layer of a store on one vector tile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date

from gis.maps.tile_rows import draw_rows
from gis.maps.tiles import FIRST_ZOOM_BY_BOX, OVERVIEW_ZOOM, Overview, Tile, TileLayer, draw_layer, with_small
from gis.model import BBox, Query
from gis.store.port import Store, TileSpec


class TileDrawer:
    """
    Draws tiles of one store: the store itself, where it can, else from its rows. Safe to share by the threads of
    a process.

    Tiles of a layer whose small shapes are merged would each read the whole layer when zoomed far out; so the
    last few layers and days are kept as overviews, and made anew when their data change.
    """

    def __init__(self, store: Store, *, overviews_kept: int = 4) -> None:
        self._store = store
        self._most = overviews_kept
        self._kept: OrderedDict[tuple[str, date | None, int], Overview] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, layer: TileLayer, tile: Tile, on: date | None = None) -> bytes:
        """``layer`` as it was on ``on`` (None: as it is), on ``tile``; empty where nothing shows."""
        crs = self._store.info.crs
        bbox = tile.box_in(crs) if tile.z >= FIRST_ZOOM_BY_BOX else None
        if bbox is None and tile.z >= FIRST_ZOOM_BY_BOX:
            return b""
        affine = None if bbox is None else tile.affine_from(bbox, crs)
        stored = self._store.tile(TileSpec(layer.name, tile.z, tile.x, tile.y, bbox, affine, on))
        if stored is not None:
            data = stored.data
            if stored.rows is not None and affine is not None:
                data = draw_rows(layer, stored.rows.columns, stored.rows.wkb, stored.rows.sizes, tile, affine)
            return with_small(layer, data, stored.shares)
        if layer.merged_by is not None and tile.z <= OVERVIEW_ZOOM:
            overview = self._overview(layer, on)
            return draw_layer(layer, overview.large, tile, crs, overview.small)
        frame = self._store.read(layer.name, _query(layer, on, bbox))
        return draw_layer(layer, frame, tile, crs) if len(frame) else b""

    def _overview(self, layer: TileLayer, on: date | None) -> Overview:
        """One thread makes it, the others wait for it."""
        with self._lock:
            key = (layer.name, on, self._store.version(layer.shows))
            if key not in self._kept:
                frame = self._store.read(layer.name, _query(layer, on, None))
                self._kept[key] = Overview.of(layer, frame, self._store.info.crs)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return self._kept[key]


def _query(layer: TileLayer, on: date | None, bbox: BBox | None) -> Query:
    return Query(on=on, bbox=bbox, columns=(*layer.columns, "geometry"))
