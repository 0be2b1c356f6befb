"""
The cutting of footprints by parcels, over arrays.

Areas come first, from edges (gis.analysis.overlap_area); shapes are made only where they are asked for.
Parcels nearly never overlap one another, so that this is proved cheaply (gis.analysis.apart) and only what
stays open is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gis.analysis.apart import proven_apart
from gis.analysis.footprints import Shapes
from gis.analysis.overlap_area import Floats, Rows, expanded, overlap_area_m2
from gis.analysis.overlay import common_shapes, remaining_shapes, united, united_neighbours
from gis.analysis.threads import over_threads

# Smaller areas are noise of the arithmetic (m²).
NOISE_M2 = 1e-6


@dataclass(frozen=True, slots=True)
class Pieces:
    """
    Footprints cut by parcels: one piece a pair with common land, by footprint, then by parcel.

    ``is_inside``: the parcel lies wholly inside. ``whole_m2`` is all their common land; ``area_m2`` leaves
    out what is counted for a less advanced parcel on the same land.
    """

    footprints: Shapes
    parcels: Shapes
    footprint: Rows
    parcel: Rows
    is_inside: npt.NDArray[np.bool_]
    whole_m2: Floats
    area_m2: Floats

    def shapes(self, rows: Rows) -> Shapes:
        """The common land of these pieces."""
        result = self.parcels[self.parcel[rows]]
        cut = np.flatnonzero(~self.is_inside[rows])
        at = rows[cut]
        land, parcels = self.footprints[self.footprint[at]], self.parcels[self.parcel[at]]
        result[cut] = over_threads(common_shapes, land, parcels, self.whole_m2[at])
        return result


@dataclass(frozen=True, slots=True)
class Doubles:
    """Land of a footprint under two parcels: the two pieces (rows of Pieces), which of them loses it, its shape."""

    first: Rows
    second: Rows
    loser: Rows
    shape: Shapes
    area_m2: Floats


def cut(
    footprints: Shapes, parcels: Shapes, close: tuple[Rows, Rows], precedence: npt.NDArray[np.int64]
) -> tuple[Pieces, Doubles]:
    """
    Cut valid footprints by valid parcels, counting each point once.

    ``close`` are the pairs, footprint and parcel by position, whose boxes meet: no others share land. Where
    parcels overlap, the land counts for the one with the lowest ``precedence``.
    """
    pieces = _pieces(footprints, parcels, *close)
    doubles = _doubles(pieces, precedence)
    for row, common in grouped(doubles.loser, doubles.shape):
        pieces.area_m2[row] = max(pieces.area_m2[row] - shapely.area(united(common)), 0.0)
    pieces.area_m2[pieces.area_m2 <= NOISE_M2] = 0.0
    return pieces, doubles


def _pieces(footprints: Shapes, parcels: Shapes, footprint: Rows, parcel: Rows) -> Pieces:
    order = np.lexsort((parcel, footprint))
    footprint, parcel = footprint[order], parcel[order]
    shapely.prepare(footprints)
    is_inside = over_threads(shapely.covers, footprints[footprint], parcels[parcel], together=footprint).astype(bool)
    shapely.destroy_prepared(footprints)
    area = _areas(footprints, parcels, footprint, parcel, is_inside)
    kept = area > NOISE_M2
    return Pieces(footprints, parcels, footprint[kept], parcel[kept], is_inside[kept], area[kept], area[kept])


def _areas(
    footprints: Shapes, parcels: Shapes, footprint: Rows, parcel: Rows, is_inside: npt.NDArray[np.bool_]
) -> Floats:
    """The area of each pair's common land."""
    area = shapely.area(parcels[parcel])
    rest = np.flatnonzero(~is_inside)
    used, at = np.unique(parcel[rest], return_inverse=True)
    area[rest] = overlap_area_m2(footprints, parcels[used], footprint[rest], at)
    return np.asarray(area)


def _doubles(pieces: Pieces, precedence: npt.NDArray[np.int64]) -> Doubles:
    """Pairs of pieces of one footprint that share land."""
    first, second = _double_pairs(pieces)
    if not len(first):
        return Doubles(first, second, first, np.zeros(0, dtype=object), np.zeros(0))
    used, at = np.unique(np.concatenate([first, second]), return_inverse=True)
    shapes = pieces.shapes(used)
    a, b = at[: len(first)], at[len(first) :]
    area = overlap_area_m2(shapes, shapes, a, b)
    kept = area > NOISE_M2
    first, second, area = first[kept], second[kept], area[kept]
    common = over_threads(common_shapes, shapes[a[kept]], shapes[b[kept]], area)
    rank = precedence[pieces.parcel]
    return Doubles(first, second, np.where(rank[first] > rank[second], first, second), common, area)


def _double_pairs(pieces: Pieces) -> tuple[Rows, Rows]:
    """Pairs of pieces of one footprint whose parcels share land somewhere, ordered."""
    used = np.flatnonzero(np.bincount(pieces.parcel, minlength=len(pieces.parcels)))
    shapes = pieces.parcels[used]
    a, b = shapely.STRtree(shapes).query(shapes)
    a, b = a[a < b], b[a < b]
    open_ = ~proven_apart(shapes, a, b)
    a, b = a[open_], b[open_]
    if not len(a):
        return a, b
    close, at = np.unique(np.concatenate([a, b]), return_inverse=True)
    shapes = shapes[close]
    share = overlap_area_m2(shapes, shapes, at[: len(a)], at[len(a) :]) > NOISE_M2
    return _pieces_of_pairs(pieces, used[a[share]], used[b[share]])


def _pieces_of_pairs(pieces: Pieces, a: Rows, b: Rows) -> tuple[Rows, Rows]:
    """The pieces of one footprint whose parcels are one of these pairs, ordered."""
    number = np.bincount(pieces.parcel, minlength=len(pieces.parcels))
    pair, at = expanded(np.cumsum(number) - number, number, a)
    first = np.argsort(pieces.parcel, kind="stable")[at]
    key = pieces.footprint * len(pieces.parcels) + pieces.parcel  # ascending: so are the pieces ordered
    wanted = pieces.footprint[first] * len(pieces.parcels) + b[pair]
    second = np.searchsorted(key, wanted)
    there = key[np.minimum(second, len(key) - 1)] == wanted
    first, second = first[there], second[there]
    order = np.lexsort((second, first))
    return first[order], second[order]


def counted_shapes(pieces: Pieces, doubles: Doubles, rows: Rows) -> Shapes:
    """What these pieces count for: their common land less what counts for other parcels."""
    result = pieces.shapes(rows)
    lost = dict(grouped(doubles.loser, doubles.shape))
    losing = [number for number, row in enumerate(rows.tolist()) if row in lost]
    taken = np.array([united(lost[rows[number]]) for number in losing], dtype=object)
    result[losing] = remaining_shapes(result[losing], taken, pieces.area_m2[rows[losing]])
    return result


def uncovered_shapes(pieces: Pieces, doubles: Doubles, rows: Rows, area_m2: Floats) -> Shapes:
    """The land of these footprints, whose area is known, that no parcel covers."""
    losing = np.isin(np.arange(len(pieces.parcel)), doubles.loser)
    # Of two parcels with common land one loses it: the others have none in common.
    apart, rest = _parcels_of(pieces, rows, ~losing), _parcels_of(pieces, rows, losing)
    taken = []
    for row in rows.tolist():
        joined = united_neighbours(apart[row]) if row in apart else shapely.Polygon()
        taken.append(united(np.array([joined, *rest.get(row, ())], dtype=object)))
    return remaining_shapes(pieces.footprints[rows], np.array(taken, dtype=object), area_m2)


def _parcels_of(pieces: Pieces, footprints: Rows, which: npt.NDArray[np.bool_]) -> dict[int, Shapes]:
    """The parcels of these footprints, those pieces only that ``which`` tells."""
    wanted = np.flatnonzero(which & np.isin(pieces.footprint, footprints))
    return dict(grouped(pieces.footprint[wanted], pieces.parcels[pieces.parcel[wanted]]))


def doubled_m2(pieces: Pieces, doubles: Doubles) -> Floats:
    """Of each footprint, the land under two or more parcels (m²)."""
    result = np.zeros(len(pieces.footprints))
    for footprint, common in grouped(pieces.footprint[doubles.first], doubles.shape):
        result[footprint] = shapely.area(united(common))
    return result


def grouped(keys: Rows, values: npt.NDArray[Any]) -> list[tuple[int, npt.NDArray[Any]]]:
    """The values of each distinct key, keys ascending, values in their order."""
    order = np.argsort(keys, kind="stable")
    distinct, start = np.unique(keys[order], return_index=True)
    groups: list[Any] = np.split(values[order], start[1:])
    return list(zip(distinct.tolist(), groups, strict=True)) if len(distinct) else []
