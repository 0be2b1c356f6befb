"""
The land that is approved together, by what the law counts apart: permanent basic farmland, other arable land, the rest.

Arable land is land class 01 (耕地) of every scheme in use: GB/T 21010, the third survey and 用地用海.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.approval_level import ApprovalLevel, Limits, approval_level
from gis.analysis.footprints import Shapes, require_one_crs, shapes_of, valid_polygons
from gis.analysis.overlap_area import Floats
from gis.analysis.overlay import remaining_shapes, united
from gis.analysis.readiness import Slivers
from gis.model import half_width
from gis.words import Words

ARABLE = "01"


@dataclass(frozen=True, slots=True)
class ApprovalAreas:
    """Areas in m², each point counted once; ``unstated_m2`` is land of no stated class, none of it farmland."""

    farmland_m2: float = 0.0
    arable_m2: float = 0.0
    other_m2: float = 0.0
    unstated_m2: float = 0.0

    def level(self, limits: Limits) -> ApprovalLevel:
        """Who approves it; land of no stated class counts as other land."""
        return approval_level(self.farmland_m2, self.arable_m2, self.other_m2 + self.unstated_m2, limits)

    def doubts(self, limits: Limits) -> tuple[Words, ...]:
        """What is not known about it, and whether that might change who approves."""
        if self.unstated_m2 <= 0:
            return ()
        shown = f"{self.unstated_m2 / 10_000:.4f}"
        words = Words(f"{shown} 公顷未填地类，按其他土地计", f"{shown} ha state no land class and count as other land")
        worst = approval_level(self.farmland_m2, self.arable_m2 + self.unstated_m2, self.other_m2, limits)
        if worst.authority is not self.level(limits).authority:
            words = Words(f"{words.zh}；如为耕地，须国务院批准", f"{words.en}; were it arable: State Council")
        return (words,)


def approval_areas(parcels: gpd.GeoDataFrame, farmland: gpd.GeoDataFrame, slivers: Slivers) -> ApprovalAreas:
    """
    The areas of these parcels as the law counts them.

    Parameters
    ----------
    parcels
        Collective land that is approved together: ``land_class_code``, polygons. Land under several of them counts
        once, for the first.
    farmland
        Zones of permanent basic farmland, polygons in the same CRS (metres).
    slivers
        What of common land is drawing noise of two surveys, and no farmland.

    Returns
    -------
    ApprovalAreas
        Planar areas; their sum is the area of the parcels' union.

    Raises
    ------
    CrsMismatch
        The two tables are not in the same CRS.
    """
    require_one_crs(parcels, farmland)
    land = _counted_once(valid_polygons(shapes_of(parcels)))
    return ApprovalAreas(*_by_kind(parcels, land, farmland, slivers).sum(axis=1).tolist())


def areas_one_by_one(
    parcels: gpd.GeoDataFrame, farmland: gpd.GeoDataFrame, slivers: Slivers
) -> tuple[ApprovalAreas, ...]:
    """The areas of each of these parcels by itself, in their order; as ``approval_areas``."""
    require_one_crs(parcels, farmland)
    kinds = _by_kind(parcels, valid_polygons(shapes_of(parcels)), farmland, slivers)
    return tuple(ApprovalAreas(*row) for row in kinds.T.tolist())


def _by_kind(parcels: gpd.GeoDataFrame, land: Shapes, farmland: gpd.GeoDataFrame, slivers: Slivers) -> Floats:
    """Four rows, a column a parcel: farmland, other arable land, other land, land of no stated class (m²)."""
    inside = _common_m2(land, valid_polygons(shapes_of(farmland)), slivers)
    outside = shapely.area(land) - inside
    codes = [half_width(str(code)).strip() if pd.notna(code) else "" for code in parcels["land_class_code"].tolist()]
    is_arable = np.array([code.startswith(ARABLE) for code in codes], dtype=bool)
    is_stated = np.array([bool(code) for code in codes], dtype=bool)
    kinds = (is_arable, is_stated & ~is_arable, ~is_stated)
    return np.vstack([inside, *(np.where(kind, outside, 0.0) for kind in kinds)])


def _counted_once(land: Shapes) -> Shapes:
    """Each shape without what lies under an earlier one."""
    result = land.copy()
    later, earlier = shapely.STRtree(land).query(land, predicate="intersects")
    for place in np.unique(later[earlier < later]).tolist():
        before = land[earlier[(later == place) & (earlier < place)]]
        common = united(before)
        area = shapely.area(land[place]) - shapely.area(shapely.intersection(land[place], common))
        result[place : place + 1] = remaining_shapes(land[place : place + 1], np.array([common]), np.array([area]))
    return result


def _common_m2(land: Shapes, zones: Shapes, slivers: Slivers) -> Floats:
    """Of each shape, the area that lies in zones, slivers left out."""
    found = np.zeros(len(land))
    places, near = shapely.STRtree(zones).query(land, predicate="intersects")
    for place in np.unique(places).tolist():
        zone = united(zones[near[places == place]])
        parts = shapely.get_parts(shapely.intersection(land[place], zone))
        areas = shapely.area(parts)
        found[place] = areas[~slivers.among(areas, shapely.length(parts))].sum()
    return np.minimum(found, shapely.area(land))
