"""Rows as frames with the column types that a store takes (see gis.store.port)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.demo.facts import WORKING_CRS
from gis.layers import LAYERS

_DTYPES = {"text": "str", "integer": "Int64", "real": "float64", "money": "float64", "boolean": "boolean"}
_DTYPES |= {"date": "datetime64[s]", "json": "object"}


def layer_frame(layer: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """
    The rows with the layer's own columns (those that some row has), in its order and types.

    With a ``geometry`` in the rows: a GeoDataFrame in WORKING_CRS.
    """
    declared = [c for c in LAYERS[layer].columns if any(c.name in row for row in rows)]
    columns = {c.name: pd.Series([row.get(c.name) for row in rows], dtype=_DTYPES[c.type]) for c in declared}
    frame = pd.DataFrame(columns)
    if LAYERS[layer].geometry is None:
        return frame
    shapes = gpd.GeoSeries(np.array([row.get("geometry") for row in rows], dtype=object), crs=WORKING_CRS)
    return gpd.GeoDataFrame(frame, geometry=shapes)
