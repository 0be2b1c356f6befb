"""One row of a layer, by its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import geopandas as gpd

from gis.errors import NotFound
from gis.layers import Layer
from gis.model import Query
from gis.store.port import Store
from gis.words import Words


def read_one(store: Store, layer: Layer, key: str, on: date, columns: Sequence[str] | None = None) -> gpd.GeoDataFrame:
    """
    The row of ``layer`` with this key as of ``on``; ``columns`` as in ``Query``.

    Raises
    ------
    NotFound
        The store has none on that day.
    """
    frame = store.read(layer.name, Query(on=on, keys=(key,), columns=None if columns is None else tuple(columns)))
    if not len(frame):
        raise not_found(layer, key)
    return frame


def not_found(layer: Layer, key: str) -> NotFound:
    """The answer to a key that no row of ``layer`` has."""
    return NotFound(Words(f"没有{layer.words.zh}“{key}”", f"'{key}' is not among the {layer.words.en}"), found=key)
