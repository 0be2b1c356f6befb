"""Shapes that people draw on a map, to and from longitude/latitude."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import from_lonlat, to_lonlat
from gis.errors import InvalidValue
from gis.words import Words

# A tenth of a millimetre: what somebody only looks at comes back where it was.
DECIMALS = 9
MOST_POINTS = 20_000


def shape_of_json(geojson: Mapping[str, Any], crs: str) -> BaseGeometry:
    """
    A GeoJSON geometry in longitude/latitude as a shape in ``crs``.

    Raises
    ------
    InvalidValue
        It is no geometry, has no points or too many of them, or lies off the earth.
    """
    try:
        shape = shapely.from_geojson(json.dumps(geojson))
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise _unreadable(str(error)[:80]) from None
    coords = shapely.get_coordinates(shape)
    if not 0 < len(coords) <= MOST_POINTS:
        words = Words("图形没有顶点，或顶点过多", "the shape has no points, or too many")
        raise InvalidValue(words, found=str(len(coords)), expected=f"1 … {MOST_POINTS}")
    if not (np.isfinite(coords).all() and (np.abs(coords) <= (180, 90)).all()):
        raise _unreadable(str(coords[0].tolist()))
    projected = from_lonlat(np.array([shapely.force_2d(shape)], dtype=object), crs)[0]
    if not np.isfinite(shapely.get_coordinates(projected)).all():
        raise _unreadable(str(coords[0].tolist()))
    found: BaseGeometry = projected
    return found


def json_of_shapes(shapes: Sequence[BaseGeometry | None], crs: str) -> list[dict[str, Any] | None]:
    """Shapes in ``crs`` as GeoJSON geometries, exact enough to be edited; None where there is none."""
    degrees = to_lonlat(np.array([*shapes, None], dtype=object)[:-1], crs)
    texts = shapely.to_geojson(shapely.transform(degrees, lambda coords: np.round(coords, DECIMALS)))
    return [None if text is None else json.loads(text) for text in np.atleast_1d(texts).tolist()]


def _unreadable(found: str) -> InvalidValue:
    return InvalidValue(
        Words("图形无法读取", "the shape cannot be read"),
        found=found,
        expected='GeoJSON: {"type": "Polygon", "coordinates": [[[lon, lat], …]]}',
    )
