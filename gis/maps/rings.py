"""
Polygons as arrays of whole tile units, ready to be written: from shapes, from boxes, and from points in a row.

Every step works on all points of a tile at once; a loop over 20,000 parcels would take longer than all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Outlines:
    """
    Closed rings as they are stored, one after the other: ``x`` and ``y`` (n,), of each ring its number of points
    (the closing one with them), the polygon and the feature that it belongs to. Polygons and features ascend; the
    outer ring of a polygon comes first.
    """

    x: Floats
    y: Floats
    length: Ints
    polygon: Ints
    feature: Ints

    @classmethod
    def of(cls, geometries: npt.NDArray[np.object_]) -> Outlines:
        """Of Polygons and MultiPolygons; None, empty ones and other kinds have no ring."""
        parts, feature = shapely.get_parts(geometries, return_index=True)
        is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        parts, feature = parts[is_polygon], feature[is_polygon]
        rings, polygon = shapely.get_rings(parts, return_index=True)
        x, y = np.ascontiguousarray(shapely.get_coordinates(rings).T)
        return cls(x, y, shapely.get_num_points(rings).astype(np.int64), polygon, feature[polygon])

    def only(self, wanted: Flags) -> Outlines:
        """Of those features."""
        if wanted.all():
            return self
        ring = wanted[self.feature]
        point = np.repeat(ring, self.length)
        polygon = np.cumsum(np.diff(self.polygon[ring], prepend=-1) != 0) - 1
        return Outlines(self.x[point], self.y[point], self.length[ring], polygon, self.feature[ring])

    def of_features(self, features: Ints) -> Outlines:
        """Feature i is ``features[i]`` from now on."""
        return replace(self, feature=features[self.feature])

    def joined(self, other: Outlines) -> Outlines:
        """Both, in the order of their features, of which they have none in common."""
        after = int(self.polygon.max(initial=-1)) + 1
        feature = np.concatenate((self.feature, other.feature))
        order = np.argsort(feature, kind="stable")
        length = np.concatenate((self.length, other.length))
        at = runs(starts(length)[order], length[order])
        polygon = np.concatenate((self.polygon, other.polygon + after))[order]
        return Outlines(
            np.concatenate((self.x, other.x))[at],
            np.concatenate((self.y, other.y))[at],
            length[order],
            np.cumsum(np.diff(polygon, prepend=polygon[:1]) != 0),
            feature[order],
        )


@dataclass(frozen=True, slots=True)
class Rings:
    """
    Rings of whole tile units: no repeated point, no closing point, each of an area.

    ``x`` and ``y`` (n,); the ``length`` of each ring, and the ``feature`` that it belongs to, ascending. Outer rings
    come before their holes and turn clockwise on the screen, holes the other way.
    """

    x: Ints
    y: Ints
    length: Ints
    feature: Ints


def rings_of(outlines: Outlines) -> Rings:
    """Rounded; a polygon goes where its outer ring has no area left, a hole where it has none itself."""
    filled = outlines.length > 0
    polygon, feature = outlines.polygon[filled], outlines.feature[filled]
    x, y, length = _without_repeats(
        np.rint(outlines.x).astype(np.int32), np.rint(outlines.y).astype(np.int32), outlines.length[filled]
    )
    doubled_area = _doubled_areas(x, y, length)
    is_outer = np.diff(polygon, prepend=-1) != 0
    kept = _kept(doubled_area, is_outer, polygon)
    if not kept.all():
        of_kept = np.repeat(kept, length)
        x, y, length = x[of_kept], y[of_kept], length[kept]
        doubled_area, is_outer, feature = doubled_area[kept], is_outer[kept], feature[kept]
    backwards = (doubled_area > 0) != is_outer
    if backwards.any():
        first, size = starts(length)[backwards], length[backwards]
        forth = runs(first, size)
        back = np.repeat(2 * first + size - 1, size) - forth
        x[forth], y[forth] = x[back], y[back]
    return Rings(x, y, length, feature)


def rings_of_boxes(boxes: Ints) -> Rings:
    """One feature of upright rectangles (n, 4): left, top, right, bottom."""
    left, top, right, bottom = boxes.T
    x = np.stack([left, right, right, left], axis=1).ravel()
    y = np.stack([top, top, bottom, bottom], axis=1).ravel()
    return Rings(x, y, np.full(len(boxes), 4, dtype=np.int64), np.zeros(len(boxes), dtype=np.int64))


def starts(length: Ints) -> Ints:
    """Where each run of so many begins."""
    first: Ints = np.cumsum(length) - length
    return first


def runs(first: Ints, length: Ints) -> Ints:
    """first[i], first[i] + 1 … so many of each, one run after the other."""
    return np.arange(int(length.sum())) + np.repeat(first - starts(length), length)


def sums(values: npt.NDArray[Any], length: Ints) -> Ints:
    """The sum of each run of so many, a whole number; 0 of an empty one."""
    total = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=total[1:])
    ends = np.cumsum(length)
    added: Ints = total[ends] - total[ends - length]
    return added


def _without_repeats(x: Ints, y: Ints, length: Ints) -> tuple[Ints, Ints, Ints]:
    """Each point that differs from the next one of its ring; the closing point, which repeats the first, goes."""
    kept = np.ones(len(x), dtype=bool)
    kept[:-1] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    kept[np.cumsum(length) - 1] = False
    at = np.flatnonzero(kept)  # by places: by flags it takes twice as long
    return x[at], y[at], sums(kept, length)


def _doubled_areas(x: Ints, y: Ints, length: Ints) -> Ints:
    """Twice each ring's signed area by the surveyor's formula; positive turns clockwise where y points down."""
    wide_x, wide_y = x.astype(np.int64), y.astype(np.int64)
    products = np.empty(len(x), dtype=np.int64)
    products[:-1] = wide_x[:-1] * wide_y[1:] - wide_x[1:] * wide_y[:-1]
    ends, filled = np.cumsum(length), length > 0
    last, first = (ends - 1)[filled], (ends - length)[filled]
    products[last] = wide_x[last] * wide_y[first] - wide_x[first] * wide_y[last]
    return sums(products, length)


def _kept(doubled_area: Ints, is_outer: Flags, polygon: Ints) -> Flags:
    """Rings that have an area and whose outer ring has one."""
    has_area = doubled_area != 0
    lives = np.zeros(int(polygon.max(initial=-1)) + 1, dtype=bool)
    lives[polygon[is_outer & has_area]] = True
    kept: Flags = has_area & lives[polygon]
    return kept
