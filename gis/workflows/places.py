"""Where things lie, in longitude/latitude: boxes to fly to and points to label."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import numpy as np

from gis.crs import to_lonlat
from gis.maps.geojson import Geometries, bounds_json
from gis.model import BBox, Query
from gis.store.port import Store


def lonlat_geometries(frame: gpd.GeoDataFrame, crs: str) -> Geometries:
    """A frame's geometries in degrees."""
    return to_lonlat(np.asarray(frame.geometry.array, dtype=object), crs)


def bounds_by_key(store: Store, layer: str, key: str, keys: Sequence[str], on: date) -> dict[str, list[float] | None]:
    """The box of each of these rows, by key."""
    wanted = tuple(dict.fromkeys(keys))
    if not wanted:
        return {}
    frame = store.read(layer, Query(on=on, keys=wanted, columns=(key, "geometry")))
    shapes = lonlat_geometries(frame, store.info.crs)
    boxes = [bounds_json(shapes[i : i + 1]) for i in range(len(shapes))]
    return dict(zip(frame[key].tolist(), boxes, strict=True))


def box_around(frame: gpd.GeoDataFrame) -> BBox:
    """The box around a frame's geometries, in their CRS; the frame has at least one."""
    west, south, east, north = frame.total_bounds.tolist()
    return BBox(west, south, east, north)
