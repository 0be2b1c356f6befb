"""
The cutting of footprints by parcels, over arrays.

Most pairs never need a cut: parcels wholly inside a footprint are their own part. Parcels nearly never
overlap one another, so that this is proved cheaply (gis.analysis.apart) and only what stays open is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.analysis.apart import Rows, proven_apart
from gis.analysis.footprints import Shapes
from gis.analysis.threads import over_threads

Floats = npt.NDArray[np.float64]

# Smaller areas are noise of the arithmetic (m²).
NOISE_M2 = 1e-6


@dataclass(frozen=True, slots=True)
class Pieces:
    """
    Footprints cut by parcels: one piece a pair, by footprint, then by parcel.

    ``shape`` and ``whole_m2`` are the whole common land of the pair. ``counted`` and ``area_m2`` leave out
    what is counted for a less advanced parcel on the same land.
    """

    footprint: Rows
    parcel: Rows
    shape: Shapes
    whole_m2: Floats
    counted: Shapes
    area_m2: Floats


@dataclass(frozen=True, slots=True)
class Doubles:
    """Land of a footprint under two parcels: the two pieces (rows of Pieces) and the shape of their common land."""

    first: Rows
    second: Rows
    shape: Shapes


def cut(footprints: Shapes, parcels: Shapes, precedence: npt.NDArray[np.int64]) -> tuple[Pieces, Doubles]:
    """
    Cut valid footprints by parcels, counting each point once.

    Where parcels overlap, the land counts for the one with the lowest ``precedence``.
    """
    footprint, parcel, shape, area = _pieces(footprints, parcels)
    doubles = _doubles(footprint, parcel, shape, parcels)
    counted, counted_area = _counted_once(shape, area, doubles, precedence[parcel])
    return Pieces(footprint, parcel, shape, area, counted, counted_area), doubles


def _pieces(footprints: Shapes, parcels: Shapes) -> tuple[Rows, Rows, Shapes, Floats]:
    """Every footprint and parcel with common land, ordered, with that land and its area."""
    if not len(footprints) or not len(parcels):
        none = np.zeros(0, dtype=np.intp)
        return none, none, np.zeros(0, dtype=object), np.zeros(0)
    footprint, parcel = shapely.STRtree(parcels).query(footprints)
    order = np.lexsort((parcel, footprint))
    footprint, parcel = footprint[order], parcel[order]
    shapely.prepare(footprints)
    shape = over_threads(_common, footprints[footprint], parcels[parcel], together=footprint)
    shapely.destroy_prepared(footprints)
    area = shapely.area(shape)
    kept = area > NOISE_M2
    return footprint[kept], parcel[kept], shape[kept], area[kept]


def _common(footprints: Shapes, parcels: Shapes) -> Shapes:
    """The common land of each pair; None where there is none."""
    result: Shapes = np.full(len(footprints), None, dtype=object)
    inside = shapely.covers(footprints, parcels)
    result[inside] = parcels[inside]
    rest = np.flatnonzero(~inside)
    rest = rest[shapely.intersects(footprints[rest], parcels[rest])]
    result[rest] = shapely.intersection(footprints[rest], parcels[rest])
    return result


def _doubles(footprint: Rows, parcel: Rows, shape: Shapes, parcels: Shapes) -> Doubles:
    """Pairs of pieces of one footprint that share land."""
    first, second = _open_pairs(footprint, parcel, parcels)
    common = over_threads(shapely.intersection, shape[first], shape[second])
    kept = shapely.area(common) > NOISE_M2
    return Doubles(first[kept], second[kept], common[kept])


def _open_pairs(footprint: Rows, parcel: Rows, parcels: Shapes) -> tuple[Rows, Rows]:
    """Pairs of pieces of one footprint whose parcels may share land: what the cheap proof leaves open."""
    none = np.zeros(0, dtype=np.intp)
    used = np.unique(parcel)
    if len(used) < 2:
        return none, none
    shapes = parcels[used]
    a, b = shapely.STRtree(shapes).query(shapes)
    a, b = a[a < b], b[a < b]
    open_ = ~proven_apart(shapes, a, b)
    pairs = pd.DataFrame({"a": used[a[open_]], "b": used[b[open_]]})
    pieces = pd.DataFrame({"footprint": footprint, "parcel": parcel, "piece": np.arange(len(parcel))})
    both = pairs.merge(pieces.rename(columns={"parcel": "a", "piece": "first"}), on="a")
    both = both.merge(pieces.rename(columns={"parcel": "b", "piece": "second"}), on=["b", "footprint"])
    both = both.sort_values(["first", "second"])
    return both["first"].to_numpy(np.intp), both["second"].to_numpy(np.intp)


def _counted_once(
    shape: Shapes, area: Floats, doubles: Doubles, precedence: npt.NDArray[np.int64]
) -> tuple[Shapes, Floats]:
    """The pieces less the land that counts for a piece of lower precedence."""
    if not len(doubles.first):
        return shape, area
    swap = precedence[doubles.first] > precedence[doubles.second]
    loser = np.where(swap, doubles.first, doubles.second)
    counted, counted_area = shape.copy(), area.copy()
    for row, common in grouped(loser, doubles.shape):
        counted[row] = shapely.difference(shape[row], shapely.union_all(common))
        counted_area[row] = shapely.area(counted[row])
    counted_area[counted_area <= NOISE_M2] = 0.0
    return counted, counted_area


def grouped(keys: Rows, values: npt.NDArray[Any]) -> list[tuple[int, npt.NDArray[Any]]]:
    """The values of each distinct key, keys ascending, values in their order."""
    order = np.argsort(keys, kind="stable")
    distinct, start = np.unique(keys[order], return_index=True)
    groups: list[Any] = np.split(values[order], start[1:])
    return list(zip(distinct.tolist(), groups, strict=True)) if len(distinct) else []


def doubled_m2(pieces: Pieces, doubles: Doubles, footprints: int) -> Floats:
    """Of each footprint, the land under two or more parcels (m²)."""
    result = np.zeros(footprints)
    for footprint, common in grouped(pieces.footprint[doubles.first], doubles.shape):
        result[footprint] = shapely.area(shapely.union_all(common))
    return result
