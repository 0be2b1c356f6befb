"""
Is a file shifted as the maps of 高德 or 百度 are? Told by comparing it with what is already known to lie right.

GCJ-02 moves every point of China by 300–700 m, and BD-09 by 900–1,400 m, in a direction that hardly changes over
a county (RULES §2.5). A file alone cannot be told; features of it that are known already can: their
displacement is then the same for all, and the one of that place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs as systems
from gis.crs import Coords
from gis.gcj02 import bd09_of_wgs84, gcj02_of_bd09, gcj02_of_wgs84, wgs84_of_gcj02
from gis.ingest.vector import Geometries
from gis.words import Words

CHINA = (73.0, 3.0, 136.0, 54.0)
# The median displacement may be this far (share of the pattern's own length) from what the pattern says …
_NEAR = 0.35
# … and this share of the features must each be nearer to the pattern than to no displacement at all.
_MOST = 0.75
_LEAST_MISPLACED = 10
_STILL_MISPLACED = 0.3
_PATTERNS = {
    "GCJ-02": (gcj02_of_wgs84, Words("GCJ-02（高德、腾讯等地图坐标）", "GCJ-02 (the maps of 高德 and 腾讯)")),
    "BD-09": (bd09_of_wgs84, Words("BD-09（百度地图坐标）", "BD-09 (the maps of 百度)")),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """A pattern that fits: its name, the median displacement found and what the pattern says here (m)."""

    pattern: str
    found_m: float
    expected_m: float
    compared: int
    by_town: bool = False

    @property
    def words(self) -> Words:
        """The warning."""
        name = _PATTERNS[self.pattern][1]
        if self.by_town:
            return Words(
                f"{self.compared} 个要素不在其所填乡镇之内，按{name.zh}还原（约 {self.expected_m:.0f} 米）后大多落回。"
                "请核实来源，转换为国家2000坐标系后再导入",
                f"{self.compared} features lie outside the towns they name, and undoing {name.en} "
                f"(about {self.expected_m:.0f} m) puts most of them back. Check the source and convert it to CGCS2000",
            )
        return Words(
            f"与已入库的 {self.compared} 个同名要素相比，整体偏移约 {self.found_m:.0f} 米，"
            f"与{name.zh}在此处的偏移（{self.expected_m:.0f} 米）相符。请核实来源，转换为国家2000坐标系后再导入",
            f"against {self.compared} features already stored the file lies about {self.found_m:.0f} m off, as "
            f"{name.en} does here ({self.expected_m:.0f} m). Check its source and convert it to CGCS2000 first",
        )


def find_shift(incoming: Geometries, stored: Geometries, crs: str) -> Shift | None:
    """
    The pattern by which ``incoming`` is displaced from ``stored``, pair by pair in ``crs``; None where there is none.

    Outside China nothing is compared.
    """
    both = ~(shapely.is_missing(incoming) | shapely.is_missing(stored))
    incoming, stored = incoming[both], stored[both]
    if len(stored) == 0:
        return None
    here = _middles(stored)
    degrees = systems.lonlat_of(here, crs)
    if not _in_china(degrees):
        return None
    moved = _middles(incoming) - here
    fits = [_fit(name, degrees, here, moved, crs) for name in _PATTERNS]
    found = [f for f in fits if f is not None]
    if not found or not _closer_undone(found[0].pattern, incoming, stored, crs):
        return None
    return found[0]


def _middles(geoms: Geometries) -> Coords:
    return np.asarray(shapely.get_coordinates(shapely.centroid(geoms)))


def _fit(name: str, degrees: Coords, here: Coords, moved: Coords, crs: str) -> Shift | None:
    expected = systems.coords_of(_PATTERNS[name][0](degrees), crs) - here
    length = float(np.median(np.hypot(*expected.T)))
    middle = np.median(moved, axis=0)
    off = float(np.hypot(*(middle - np.median(expected, axis=0))))
    nearer = np.hypot(*(moved - expected).T) < np.hypot(*moved.T) * 0.75
    if off > _NEAR * length or nearer.mean() < _MOST:
        return None
    return Shift(name, float(np.hypot(*middle)), length, len(moved))


def _closer_undone(name: str, incoming: Geometries, stored: Geometries, crs: str) -> bool:
    """For polygons: undoing the shift must make the two agree better, in the middle of all."""
    polygons = np.isin(shapely.get_type_id(incoming), (3, 6)) & np.isin(shapely.get_type_id(stored), (3, 6))
    if not polygons.any():
        return True
    undo = _UNDO[name]
    back = systems.from_lonlat(shapely.transform(systems.to_lonlat(incoming[polygons], crs), undo), crs)
    return bool(
        np.median(_agreement(back, stored[polygons])) > np.median(_agreement(incoming[polygons], stored[polygons]))
    )


def _undo_bd09(degrees: Coords) -> Coords:
    return wgs84_of_gcj02(gcj02_of_bd09(degrees))


_UNDO = {"GCJ-02": wgs84_of_gcj02, "BD-09": _undo_bd09}


def _agreement(one: Geometries, other: Geometries) -> Coords:
    """Shared area over joint area, 0 where either is not valid."""
    fine = shapely.is_valid(one) & shapely.is_valid(other)
    share = np.zeros(len(one))
    common = shapely.area(shapely.intersection(one[fine], other[fine]))
    share[fine] = common / np.maximum(shapely.area(one[fine]) + shapely.area(other[fine]) - common, 1e-9)
    return share


def find_misplaced(geoms: Geometries, towns: Geometries, crs: str) -> Shift | None:
    """
    The pattern whose undoing puts features into the towns that they say they are in.

    ``towns`` is for each feature the boundary of the town that it names. At least ten must lie outside
    theirs, and undoing the shift must bring most of those in: boundaries that are merely coarse do not.
    """
    here = _middles(geoms)
    degrees = systems.lonlat_of(here, crs)
    if len(here) == 0 or not _in_china(degrees):
        return None
    outside = ~_within(here, towns)
    if outside.sum() < _LEAST_MISPLACED:
        return None
    for name, undo in _UNDO.items():
        back = systems.coords_of(undo(degrees), crs)
        still = ~_within(back, towns)
        if still.sum() <= _STILL_MISPLACED * outside.sum():
            length = float(np.median(np.hypot(*(here - back).T)))
            return Shift(name, length, length, int(outside.sum()), by_town=True)
    return None


def _in_china(degrees: Coords) -> bool:
    west, south, east, north = CHINA
    return bool((degrees > (west, south)).all() and (degrees < (east, north)).all())


def _within(points: Coords, areas: Geometries) -> NDArray[np.bool_]:
    shapely.prepare(areas)
    return np.asarray(shapely.contains_xy(areas, points[:, 0], points[:, 1]))
