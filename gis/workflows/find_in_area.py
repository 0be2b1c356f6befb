"""Find the parcels that a drawn shape meets."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from gis.crs import coords_of
from gis.errors import InvalidParameter, Place
from gis.model import BBox, Query
from gis.store.port import Store
from gis.words import Words

MOST_CORNERS = 200
MOST_IN_AREA = 200_000
LARGEST_RADIUS_M = 200_000
LONGEST_AREA_TEXT = 6_000
_EXPECTED = "rect:w,s,e,n | polygon:lon lat,lon lat,… | circle:lon,lat,radius_m"
_SIDES = 16  # a rectangle of degrees is not quite one on the plane


def shape_of_area(text: str, crs: str) -> BaseGeometry:
    """
    The shape that a text describes, in ``crs``: ``rect:west,south,east,north``, ``polygon:lon lat,lon lat,…`` (at most
    200 corners), ``circle:lon,lat,radius_m``.

    Raises
    ------
    InvalidParameter
        The text says no such shape, or one whose sides cross.
    """
    kind, _, rest = text.partition(":")
    make = _SHAPES.get(kind)
    if make is None or len(text) > LONGEST_AREA_TEXT:
        raise _wrong(text)
    try:
        shape = make(rest, crs)
    except ValueError:
        raise _wrong(text) from None
    if not shape.is_valid or shape.is_empty or not shape.area > 0 or not math.isfinite(shape.area):
        raise _wrong(
            text, Words("画的范围无效（边线自相交或面积为零）", "the drawn shape crosses itself or has no area")
        )
    return shape


def _wrong(text: str, words: Words | None = None) -> InvalidParameter:
    words = words or Words("范围无法读取", "this shape cannot be read")
    return InvalidParameter(words, found=text[:80], expected=_EXPECTED, place=Place(column="area"))


def _numbers(text: str, n: int, separator: str = ",") -> list[float]:
    values = [float(part) for part in text.split(separator)]
    if len(values) != n or not all(map(math.isfinite, values)):
        raise ValueError(text)
    return values


def _placed(lonlat: list[tuple[float, float]], crs: str) -> list[tuple[float, float]]:
    degrees = np.array(lonlat, dtype=float)
    if (np.abs(degrees) > (180, 89.9)).any():
        raise ValueError(lonlat)
    return [(float(x), float(y)) for x, y in coords_of(degrees, crs)]


def _rectangle(text: str, crs: str) -> BaseGeometry:
    west, south, east, north = _numbers(text, 4)
    if not (west < east and south < north):
        raise ValueError(text)
    ring = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, north - south) / _SIDES)
    return Polygon(_placed([(lon, lat) for lon, lat in ring.exterior.coords], crs))


def _polygon(text: str, crs: str) -> BaseGeometry:
    corners = [tuple(_numbers(part.strip(), 2, " ")) for part in text.split(",")]
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise ValueError(text)
    return Polygon(_placed([(lon, lat) for lon, lat in corners], crs))


def _circle(text: str, crs: str) -> BaseGeometry:
    lon, lat, radius_m = _numbers(text, 3)
    if not 0 < radius_m <= LARGEST_RADIUS_M:
        raise ValueError(text)
    return shapely.Point(_placed([(lon, lat)], crs)[0]).buffer(radius_m, quad_segs=32)


_SHAPES: dict[str, Callable[[str, str], BaseGeometry]] = {
    "rect": _rectangle,
    "polygon": _polygon,
    "circle": _circle,
}


def parcels_in_area(store: Store, text: str, on: date) -> set[str]:
    """
    The numbers of the parcels that the shape meets, wholly or in part (a common border alone is none), as of ``on``.

    Raises
    ------
    InvalidParameter
        No shape (see ``shape_of_area``), or more than 200,000 parcels around it.
    """
    shape = shape_of_area(text, store.info.crs)
    query = Query(on=on, bbox=BBox(*shape.bounds), columns=("parcel_no", "geometry"), limit=MOST_IN_AREA + 1)
    near = store.read("parcel", query)
    if len(near) > MOST_IN_AREA:
        words = Words("范围内地块太多，请画小一些", "too many parcels lie there: draw a smaller shape")
        raise InvalidParameter(
            words, found=f"> {MOST_IN_AREA}", expected=f"≤ {MOST_IN_AREA}", place=Place(column="area")
        )
    shapely.prepare(shape)
    geometries = near.geometry.to_numpy()
    meets = shapely.intersects(shape, geometries) & ~shapely.touches(shape, geometries)
    return set(near["parcel_no"][meets].tolist())
