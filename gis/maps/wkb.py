"""
Well-known binary of many MultiPolygons read at once, into arrays instead of shapes.

Little-endian, two dimensions, without an SRID: OGC 06-103r4, 8.2.8. All shapes are read side by side, a ring of each
at a time: as many steps as the shape of the most rings has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gis.maps.rings import Ints, Outlines, starts

Buffer = bytes | memoryview

_HEAD, _COUNT, _POINT = 5, 4, 16  # bytes: byte order and kind; a number; x and y
_OF_HEAD = (1 << 8 * _HEAD) - 1  # of the eight bytes that begin there
_POLYGON, _MULTIPOLYGON = 3, 6


def outlines_of_wkb(wkb: Buffer, at: Ints) -> Outlines:
    """
    The rings of the MultiPolygons that begin at these bytes of ``wkb``, in their order.

    Raises
    ------
    ValueError
        Something there is not a MultiPolygon of Polygons as described above.
    """
    feature, part, first, length = _Reading(wkb, at).rings()
    places = np.repeat(first - _POINT * starts(length), length)
    places += np.arange(0, _POINT * len(places), _POINT)
    # Two numbers at once are a complex one.
    points = _at_each_byte(wkb, "<c16")[places]
    polygon = np.cumsum((np.diff(feature, prepend=-1) != 0) | (np.diff(part, prepend=-1) != 0)) - 1
    return Outlines(points.real, points.imag, length, polygon, feature)


def _at_each_byte(wkb: Buffer, kind: str) -> npt.NDArray[Any]:
    """The number of this kind that begins at each byte: a view."""
    size = np.dtype(kind).itemsize
    return np.ndarray((len(wkb) - size + 1,), kind, wkb, strides=(1,)) if len(wkb) >= size else np.empty(0, kind)


class _Reading:
    """How far each shape that has not come to its end has been read."""

    def __init__(self, wkb: Buffer, at: Ints) -> None:
        self._heads = _at_each_byte(wkb, "<u8")
        self._counts = _at_each_byte(wkb, "<u4")
        self._feature = np.arange(len(at))
        self._at = at.astype(np.int64)
        self._parts = self._counted(np.ones(len(at), dtype=bool), _MULTIPOLYGON)
        self._rings = np.zeros(len(at), dtype=np.int64)
        self._part = np.full(len(at), -1)

    def rings(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Feature, polygon in it, first byte of the points, and number of points of each ring."""
        found = [np.empty((4, 0), dtype=np.int64)]
        while self._go_on():
            opens = self._rings == 0
            self._rings = self._rings + self._counted(opens, _POLYGON)
            self._parts = self._parts - opens
            self._part = self._part + opens
            found.append(self._ring())
        rings = np.concatenate(found, axis=1)
        feature, part, first, length = rings[:, np.argsort(rings[0], kind="stable")] if len(found) > 2 else rings
        return feature, part, first, length

    def _go_on(self) -> bool:
        """Leave out the shapes at their end."""
        on = (self._parts > 0) | (self._rings > 0)
        if not on.all():
            self._feature, self._at, self._part = self._feature[on], self._at[on], self._part[on]
            self._parts, self._rings = self._parts[on], self._rings[on]
        return len(self._at) > 0

    def _counted(self, which: npt.NDArray[np.bool_], kind: int) -> Ints:
        """How many parts follow the head that stands there; 0 of the others. Goes past it."""
        at = self._at if which.all() else self._at[which]
        if (self._heads[at] & _OF_HEAD != kind << 8 | 1).any():
            raise ValueError("not a MultiPolygon in well-known binary")
        counts = np.zeros(len(which), dtype=np.int64)
        counts[which] = self._counts[at + _HEAD]
        self._at = self._at + which * (_HEAD + _COUNT)
        return counts

    def _ring(self) -> npt.NDArray[np.int64]:
        """The next ring of each that has one: a polygon may have none."""
        has = self._rings > 0
        at = self._at[has]
        length = self._counts[at].astype(np.int64)
        self._at[has] += _COUNT + _POINT * length
        self._rings = self._rings - has
        return np.stack((self._feature[has], self._part[has], at + _COUNT, length))
