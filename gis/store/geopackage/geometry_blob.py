"""
Geometries as a GeoPackage keeps them: a short header with the bounding box, then standard WKB.

OGC 12-128r18 §2.1.3. Everything is vectorised except the five functions that the R-tree triggers call.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from math import isnan
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]

_MAGIC = b"GP"
_LITTLE_ENDIAN = 0b1
_BOX_XY = 0b10
_EMPTY = 0b10000
_BARE = 8
# Header length by the envelope indicator (0 none, 1 xy, 2 xyz, 3 xym, 4 xyzm); 5–7 are not valid.
_HEADER_LENGTH = (_BARE, _BARE + 32, _BARE + 48, _BARE + 48, _BARE + 64)

Box = tuple[float, float, float, float]


def blobs_of(geometries: Geometries, srid: int) -> list[bytes | None]:
    """One blob a geometry (2-D, not empty), with its box (minx, maxx, miny, maxy) in the header; None stays None."""
    boxes = shapely.bounds(geometries)[:, [0, 2, 1, 3]]
    start = _MAGIC + bytes((0, _LITTLE_ENDIAN | _BOX_XY)) + struct.pack("<i", srid)
    packed = np.ascontiguousarray(boxes, dtype="<f8").tobytes()
    wkbs = shapely.to_wkb(geometries, byte_order=1, output_dimension=2, include_srid=False)
    return [None if wkb is None else start + packed[32 * i : 32 * i + 32] + wkb for i, wkb in enumerate(wkbs)]


def geometries_of(blobs: Iterable[bytes | None]) -> Geometries:
    """The geometries of blobs, whoever wrote them; None stays None. Raises ValueError on a broken blob."""
    bare = [None if blob is None else blob[_header_length(blob) :] for blob in blobs]
    try:
        made = shapely.from_wkb(np.array(bare, dtype=object))
    except shapely.errors.ShapelyError as error:
        raise ValueError(str(error)) from None
    return np.asarray(made, dtype=object).reshape(len(bare))


def _header_length(blob: bytes) -> int:
    indicator = (blob[3] >> 1) & 0b111 if len(blob) > _BARE and blob[:2] == _MAGIC else len(_HEADER_LENGTH)
    if indicator >= len(_HEADER_LENGTH):
        raise ValueError("not a GeoPackage geometry")
    return _HEADER_LENGTH[indicator]


def box_of(blob: bytes) -> Box | None:
    """(minx, miny, maxx, maxy) of a blob, from its header where it has one; None for an empty geometry."""
    length = _header_length(blob)
    if blob[3] & _EMPTY:
        return None
    if length > _BARE:
        order = "<" if blob[3] & _LITTLE_ENDIAN else ">"
        west, east, south, north = struct.unpack_from(order + "4d", blob, _BARE)
    else:
        west, south, east, north = shapely.bounds(shapely.from_wkb(blob[_BARE:]))
    return None if isnan(west) else (float(west), float(south), float(east), float(north))


def _side(index: int) -> Callable[[Any], float | None]:
    def of(blob: bytes | None) -> float | None:
        box = None if blob is None else box_of(blob)
        return None if box is None else box[index]

    return of


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None else int(box_of(blob) is None)


# What the standard's triggers call (OGC 12-128r18, annex F.3); each engine brings its own.
TRIGGER_FUNCTIONS: dict[str, Callable[[Any], float | int | None]] = {
    "ST_MinX": _side(0),
    "ST_MinY": _side(1),
    "ST_MaxX": _side(2),
    "ST_MaxY": _side(3),
    "ST_IsEmpty": _is_empty,
}
