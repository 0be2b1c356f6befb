"""What is odd about good geometry: told in warnings, decided by people. Duplicates, overlaps, declared areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs as systems
from gis.crs import Coords
from gis.ingest.vector import Geometries
from gis.units import M2_PER_HA, M2_PER_MU, MU_PER_HA, shown
from gis.words import Words

LEAST_OVERLAP_M2 = 1.0
SAME_AREA_SHARE = 0.001
SAME_AREA_M2 = 1.0
NAMED = 20
_MANY_POINTS = 100
_TOUCH_M = 0.0005
_UNIT_NEAR = 0.02
# declared ÷ measured where the number was meant in another unit than the one it was read in (RULES §1.3 item 9).
_UNIT_SLIPS = {
    float(M2_PER_HA): Words("面积似以平方米填写，却按公顷读取", "areas look like m² but were read as 公顷"),
    1 / M2_PER_HA: Words("面积似以公顷填写，却按平方米读取", "areas look like 公顷 but were read as m²"),
    M2_PER_MU: Words("面积似以平方米填写，却按亩读取", "areas look like m² but were read as 亩"),
    1 / M2_PER_MU: Words("面积似以亩填写，却按平方米读取", "areas look like 亩 but were read as m²"),
    float(MU_PER_HA): Words("面积似以亩填写，却按公顷读取", "areas look like 亩 but were read as 公顷"),
    1 / MU_PER_HA: Words("面积似以公顷填写，却按亩读取", "areas look like 公顷 but were read as 亩"),
}


def _named(pairs: Sequence[str]) -> str:
    more = f" …（共 {len(pairs)}）" if len(pairs) > NAMED else ""
    return "、".join(pairs[:NAMED]) + more


def _named_en(pairs: Sequence[str]) -> str:
    more = f" … ({len(pairs)} in all)" if len(pairs) > NAMED else ""
    return ", ".join(pairs[:NAMED]) + more


def duplicates(geoms: Geometries, keys: Sequence[str]) -> tuple[Words, ...]:
    """Rows whose geometry is the same, point for point (in whatever order the ring begins)."""
    there = np.flatnonzero(~shapely.is_missing(geoms))
    shapes = pd.Series(shapely.to_wkb(shapely.normalize(geoms[there])), dtype=object)
    repeated = shapes.duplicated(keep=False).to_numpy()
    if not repeated.any():
        return ()
    same = [list(rows) for _, rows in pd.Series(there[repeated]).groupby(shapes[repeated].to_numpy())]
    pairs = ["=".join(keys[row] for row in rows) for rows in sorted(same)]
    return (
        Words(
            f"{len(same)} 组图形完全重复：{_named(pairs)}", f"{len(same)} groups share one geometry: {_named_en(pairs)}"
        ),
    )


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs (n, 2) of positions whose interiors share at least 1 m², and how much each shares, m²."""

    pairs: NDArray[np.intp]
    areas_m2: Coords


def find_overlaps(geoms: Geometries) -> Overlaps:
    """Every pair of polygons that overlap by at least 1 m², largest first."""
    first, second = shapely.STRtree(geoms).query(geoms)
    once = first < second
    pairs = np.column_stack((first[once], second[once]))
    pairs = pairs[_boxes_overlap(geoms, pairs)]
    pairs = pairs[_more_than_touch(geoms, pairs)]
    areas = np.asarray(shapely.area(shapely.intersection(geoms[pairs[:, 0]], geoms[pairs[:, 1]])))
    enough = areas >= LEAST_OVERLAP_M2
    order = np.argsort(-areas[enough], kind="stable")
    return Overlaps(pairs[enough][order], areas[enough][order])


def _boxes_overlap(geoms: Geometries, pairs: NDArray[np.intp]) -> NDArray[np.bool_]:
    """The cheap test first: boxes that share less than the limit hold no overlap."""
    one, other = shapely.bounds(geoms[pairs[:, 0]]), shapely.bounds(geoms[pairs[:, 1]])
    wide = np.minimum(one[:, 2], other[:, 2]) - np.maximum(one[:, 0], other[:, 0])
    high = np.minimum(one[:, 3], other[:, 3]) - np.maximum(one[:, 1], other[:, 1])
    return np.asarray((wide > 0) & (high > 0) & (wide * high >= LEAST_OVERLAP_M2))


def _more_than_touch(geoms: Geometries, pairs: NDArray[np.intp]) -> NDArray[np.bool_]:
    """
    For pairs with a polygon of many points (a road through half the town): does it reach into the other at all?

    Asked of its index, half a millimetre inside the other, before the costly intersection is made.
    """
    points = shapely.get_num_coordinates(geoms)
    order = np.argsort(points[pairs], axis=1)
    small, large = np.take_along_axis(pairs, order, axis=1).T
    reaches = np.ones(len(pairs), dtype=bool)
    costly = np.flatnonzero(points[large] > _MANY_POINTS)
    shapely.prepare(geoms[large[costly]])
    inner = shapely.buffer(geoms[small[costly]], -_TOUCH_M, join_style="mitre")
    reaches[costly] = shapely.intersects(geoms[large[costly]], inner)
    return reaches


def overlaps(geoms: Geometries, keys: Sequence[str]) -> tuple[Words, ...]:
    """Parcels of one file that overlap by at least 1 m²: how many, how much, the first twenty."""
    found = find_overlaps(geoms)
    if len(found.pairs) == 0:
        return ()
    pairs = [
        f"{keys[a]}×{keys[b]} ({shown(area, 1)} m²)" for (a, b), area in zip(found.pairs, found.areas_m2, strict=True)
    ]
    total = shown(float(found.areas_m2.sum()), 1)
    return (
        Words(
            f"{len(pairs)} 对地块重叠（不小于 1 平方米），合计 {total} 平方米：{_named(pairs)}",
            f"{len(pairs)} pairs of parcels overlap by at least 1 m², {total} m² in all: {_named_en(pairs)}",
        ),
    )


def declared_areas(
    declared: pd.Series[Any], geoms: Geometries, crs: str, planar_there_m2: Coords, keys: Sequence[str]
) -> tuple[Words, ...]:
    """
    Declared areas (m²) that agree with none of the measured ones within 0.1 % (and 1 m²).

    Measured are the planar area in the working CRS, that in the file's own (``planar_there_m2``, NaN where
    it has none), and the ellipsoidal area. Where most differ by the same factor between two units, that is said.
    """
    said = declared.to_numpy(dtype="float64", na_value=np.nan)
    planar = np.asarray(shapely.area(geoms))
    compared = np.isfinite(said) & (said > 0) & np.isfinite(planar) & (planar > 0)
    if not compared.any():
        return ()
    ellipsoidal = np.full(len(said), np.nan)
    ellipsoidal[compared] = systems.ellipsoidal_areas(geoms[compared], crs)
    measured = np.column_stack((planar, planar_there_m2, ellipsoidal))
    limit = np.maximum(SAME_AREA_M2, SAME_AREA_SHARE * planar)
    agrees = (np.abs(measured - said[:, None]) <= limit[:, None]).any(axis=1)
    differ = np.flatnonzero(compared & ~agrees)
    return _of_differing(differ, said, planar, int(compared.sum()), keys) if len(differ) else ()


def _of_differing(
    differ: NDArray[np.intp], said: Coords, planar: Coords, compared: int, keys: Sequence[str]
) -> tuple[Words, ...]:
    ratios = said[differ] / planar[differ]
    for factor, words in _UNIT_SLIPS.items():
        slipped = np.abs(ratios / factor - 1) < _UNIT_NEAR
        if slipped.sum() * 2 > len(differ):
            count = int(slipped.sum())
            return (
                Words(
                    f"{count} 行登记面积与图形面积相差约 {shown(factor, 4)} 倍：{words.zh}，请核对单位",
                    f"{count} declared areas are {shown(factor, 4)} times the measured: {words.en}; check the unit",
                ),
            )
    listed = [
        f"{keys[i]} ({shown(said[i] - planar[i], 1)} m², {shown((said[i] / planar[i] - 1) * 100, 2)} %)" for i in differ
    ]
    return (
        Words(
            f"{compared} 行登记面积中有 {len(differ)} 行与图形面积不符（超过 0.1%）：{_named(listed)}",
            f"{len(differ)} of {compared} declared areas differ from the measured by over 0.1 %: {_named_en(listed)}",
        ),
    )
