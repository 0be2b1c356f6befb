"""Geometries in longitude/latitude as GeoJSON (RFC 7946): seven decimals, outer rings counter-clockwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
DECIMALS = 7  # about a centimetre


def rounded(geometries: Geometries) -> Geometries:
    """To seven decimals, rings turned as RFC 7946 wants them."""
    moved: Geometries = shapely.transform(geometries, lambda coords: np.round(coords, DECIMALS))
    turned: Geometries = shapely.orient_polygons(moved)
    return turned


def geometries_json(geometries: Geometries) -> list[Any]:
    """Each as a GeoJSON geometry; None where there is none."""
    texts = shapely.to_geojson(rounded(geometries))
    return [
        None if text is None or shapely.is_empty(g) else json.loads(text)
        for text, g in zip(texts, geometries, strict=True)
    ]


def features_of(geometries: Geometries, properties: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One feature a geometry; ``null`` geometry where there is none."""
    shapes = geometries_json(geometries)
    return [
        {"type": "Feature", "geometry": shape, "properties": known}
        for shape, known in zip(shapes, properties, strict=True)
    ]


def label_points(geometries: Geometries) -> list[tuple[float | None, float | None]]:
    """
    A point of each geometry to put a label or a circle at: inside an area, half-way along a line.

    (None, None) where there is no geometry.
    """
    points = shapely.point_on_surface(geometries)
    is_line = shapely.get_type_id(geometries) == shapely.GeometryType.LINESTRING
    points[is_line] = shapely.line_interpolate_point(geometries[is_line], 0.5, normalized=True)
    coords = np.round(np.column_stack((shapely.get_x(points), shapely.get_y(points))), DECIMALS)
    return [(None, None) if np.isnan(lon) else (lon, lat) for lon, lat in coords.tolist()]


def bounds_json(geometries: Geometries) -> list[float] | None:
    """[west, south, east, north] around them all; None where there is nothing."""
    box = shapely.total_bounds(geometries)
    return None if np.isnan(box).any() else [float(v) for v in np.round(box, DECIMALS)]
