"""
Land that a batch's parcels share: with one another, with parcels of other batches, with neighbours of no batch.

What is below 1 m², or on average below 0.1 m wide, is told apart as a probable survey error and is never hidden
(RULES §9).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.apart import proven_apart
from gis.analysis.cut import NOISE_M2
from gis.analysis.footprints import Shapes, require_one_crs, shapes_of, valid_polygons
from gis.analysis.overlap_area import Rows, overlap_area_m2
from gis.analysis.overlay import common_shapes
from gis.analysis.readiness import Slivers
from gis.model import Coded


class Relation(Coded):
    """Whose the other parcel is."""

    OWN = "own", "本批次内", "within the batch"
    OTHER_BATCH = "other_batch", "与其他批次", "with another batch"
    NEIGHBOUR = "neighbour", "与未入批次的相邻地块", "with a parcel of no batch"


COLUMNS = ("parcel_no", "other_no", "relation", "other_batch", "area_m2", "share", "is_sliver")


def find_overlaps(members: gpd.GeoDataFrame, others: gpd.GeoDataFrame, slivers: Slivers) -> gpd.GeoDataFrame:
    """
    Land that two parcels list.

    Parameters
    ----------
    members
        The batch's parcels: ``parcel_no``, polygons in the working CRS (metres).
    others
        Parcels near them that are none of them: ``parcel_no``, ``batch`` (missing: none), polygons, same CRS.

    Returns
    -------
    GeoDataFrame
        One row a pair: COLUMNS and the common land as geometry. ``share`` is that of ``parcel_no`` (0–1),
        ``other_batch`` is "" where there is none. By relation, the largest first, slivers last.

    Raises
    ------
    CrsMismatch
        The two tables are not in one CRS.
    """
    require_one_crs(members, others)
    own, near = valid_polygons(shapes_of(members)), valid_polygons(shapes_of(others))
    shapes = np.concatenate([own, near])
    one, other = _pairs(own, near)
    area = overlap_area_m2(shapes, shapes, one, other)
    kept = area > NOISE_M2
    one, other, area = one[kept], other[kept], area[kept]
    common = common_shapes(shapes[one], shapes[other], area)
    numbers = np.array([*members["parcel_no"].tolist(), *others["parcel_no"].tolist()], dtype=object)
    batches = np.array([""] * len(own) + [b if isinstance(b, str) else "" for b in others["batch"]], dtype=object)
    whole = shapely.area(shapes[one])
    frame = pd.DataFrame(
        {
            "parcel_no": numbers[one],
            "other_no": numbers[other],
            "relation": [_relation(int(place) < len(own), batches[place]) for place in other],
            "other_batch": batches[other],
            "area_m2": area,
            "share": np.divide(area, whole, out=np.zeros_like(area), where=whole > 0),
            "is_sliver": slivers.among(area, shapely.length(common)),
        },
        columns=list(COLUMNS),
    )
    found = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(common, crs=members.crs))
    return _ordered(found)


def _pairs(own: Shapes, near: Shapes) -> tuple[Rows, Rows]:
    """Pairs that may share land: places in own and near shapes put one after the other, the first an own one."""
    one, other = shapely.STRtree(own).query(own)
    one, other = one[one < other], other[one < other]
    beside, neighbour = shapely.STRtree(near).query(own)
    first, second = np.concatenate([one, beside]), np.concatenate([other, neighbour + len(own)])
    shapes = np.concatenate([own, near])
    open_ = ~proven_apart(shapes, first, second)
    return first[open_], second[open_]


def _relation(is_own: bool, batch: str) -> str:
    if is_own:
        return Relation.OWN.value
    return Relation.OTHER_BATCH.value if batch else Relation.NEIGHBOUR.value


def _ordered(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rank = found["relation"].map({relation.value: relation.rank for relation in Relation}).to_numpy(dtype="int64")
    order = np.lexsort((-found["area_m2"].to_numpy(), rank, found["is_sliver"].to_numpy(dtype=bool)))
    return found.iloc[order].reset_index(drop=True)
