"""
The land of each project: its footprint cut by parcels, by requisition stage (DOMAIN §4).

What lies under no parcel is ``uncovered``: nobody has listed it. The parts of a footprint and its uncovered
land sum to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.analysis.cut import NOISE_M2, Doubles, Pieces, counted_shapes, cut, doubled_m2, uncovered_shapes
from gis.analysis.footprints import Shapes, require_one_crs, valid_polygons
from gis.analysis.overlap_area import Floats
from gis.analysis.stages import STAGE_CODES, ordered_by, ranks_of

MIN_AREA_M2 = 1.0
MIN_WIDTH_M = 0.1
Bools = npt.NDArray[np.bool_]
_PUBLIC = ["project_code", "parcel_no", "stage", "area_m2", "is_sliver"]


@dataclass(frozen=True, slots=True)
class Slivers:
    """What is too small (m²) or on average too narrow (m, twice the area over the perimeter) to count as land."""

    min_area_m2: float = MIN_AREA_M2
    min_width_m: float = MIN_WIDTH_M

    def among(self, area_m2: Floats, perimeter_m: Floats) -> Bools:
        """Which of these shapes are slivers."""
        return (area_m2 < self.min_area_m2) | (2 * area_m2 < self.min_width_m * perimeter_m)


@dataclass(frozen=True, slots=True)
class LandCut:
    """
    Footprints cut by parcels.

    parts
        ``project_code``, ``parcel_no`` (missing where uncovered), ``stage``, ``area_m2`` (counted once),
        ``is_sliver``; ``whole_m2`` (all common land of project and parcel, also what counts for another
        parcel), ``is_thin`` (that is a sliver), ``parcel_m2`` (the whole parcel).
    lands
        Index ``project_code``: ``footprint_m2``, ``uncovered_m2``, ``overlap_m2``, ``is_uncovered`` (more than
        slivers lie under no parcel).
    overlaps
        As in Assessment.
    numbers
        Numbers of the parcels near footprints, sorted. Parts say by position which project (``project``, in
        ``lands``) and which parcel (``parcel``, in ``numbers``; −1 where uncovered) they belong to, and the
        stage by ``rank``.
    near
        The positions of those parcels among all parcels by number, of which there are ``listed``.
    """

    parts: pd.DataFrame
    lands: pd.DataFrame
    overlaps: pd.DataFrame
    numbers: npt.NDArray[np.object_]
    near: npt.NDArray[np.intp]
    listed: int


def cut_by_parcels(
    footprints: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    *,
    min_area_m2: float = MIN_AREA_M2,
    min_width_m: float = MIN_WIDTH_M,
) -> gpd.GeoDataFrame:
    """
    Cut project footprints by requisition parcels.

    Parcels may overlap one another; a point under several parcels counts once, for the
    least advanced stage (of equal stages: the first parcel number).

    Parameters
    ----------
    footprints
        One row per project (``project_code``), polygons in the store's working CRS (metres).
    parcels
        One row per parcel, same CRS, columns ``parcel_no`` and ``stage`` (missing: not started).
    min_area_m2, min_width_m
        Parts smaller, or on average narrower (2 · area / perimeter), are slivers: kept, marked ``is_sliver``.

    Returns
    -------
    GeoDataFrame
        One row per part, by project and parcel: ``project_code``, ``parcel_no`` (null where no parcel lies),
        ``stage``, ``area_m2``, ``is_sliver``, geometry. For each project the areas sum to the footprint
        within 1 m² or 10⁻⁶ of it.

    Raises
    ------
    CrsMismatch
        Where the two tables are not in the same CRS; names both.
    """
    table, slivers = _Tables.of(footprints, parcels), Slivers(min_area_m2, min_width_m)
    pieces, doubles = table.pieces()
    lands = _lands(table, pieces, doubles, slivers)
    parts = _with_uncovered(_listed_parts(table, pieces, doubles, slivers), lands)
    shapes = gpd.GeoSeries(_part_shapes(parts, lands, pieces, doubles), crs=footprints.crs)
    found = gpd.GeoDataFrame(parts[_PUBLIC], geometry=shapes, crs=footprints.crs)
    return found[found["area_m2"] > 0].reset_index(drop=True)


def _part_shapes(parts: pd.DataFrame, lands: pd.DataFrame, pieces: Pieces, doubles: Doubles) -> Shapes:
    """The shape of each part."""
    result: Shapes = np.full(len(parts), None, dtype=object)
    listed = parts["parcel"].to_numpy() >= 0
    bare = np.flatnonzero(lands["uncovered_m2"] > 0)
    result[listed] = counted_shapes(pieces, doubles, np.arange(len(pieces.parcel)))
    result[~listed] = uncovered_shapes(pieces, doubles, bare, lands["uncovered_m2"].to_numpy()[bare])
    return result


def cut_land(footprints: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, slivers: Slivers) -> LandCut:
    """As ``cut_by_parcels``, with what an assessment needs and without shapes of the parts."""
    table = _Tables.of(footprints, parcels)
    pieces, doubles = table.pieces()
    lands = _lands(table, pieces, doubles, slivers)
    parts = _with_uncovered(_listed_parts(table, pieces, doubles, slivers), lands)
    return LandCut(parts, lands, _overlaps(table, pieces, doubles), table.numbers, table.near, len(parcels))


@dataclass(frozen=True, slots=True)
class _Tables:
    """Both tables as arrays: footprints by code, the parcels near them by number (``near``: which of all)."""

    codes: npt.NDArray[np.object_]
    footprints: Shapes
    numbers: npt.NDArray[np.object_]
    parcels: Shapes
    ranks: npt.NDArray[np.int64]
    near: npt.NDArray[np.intp]

    @classmethod
    def of(cls, footprints: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> _Tables:
        require_one_crs(footprints, parcels)
        rows = ordered_by(footprints, "project_code")
        land = ordered_by(parcels[["parcel_no", "stage", parcels.geometry.name]], "parcel_no")
        shapes = valid_polygons(np.asarray(rows.geometry.to_numpy(), dtype=object))
        all_shapes = np.asarray(land.geometry.to_numpy(), dtype=object)
        near = np.flatnonzero(np.bincount(shapely.STRtree(all_shapes).query(shapes)[1]))
        land = land.iloc[near]
        return cls(
            rows["project_code"].to_numpy(dtype=object),
            shapes,
            land["parcel_no"].to_numpy(dtype=object),
            valid_polygons(all_shapes[near]),
            ranks_of(land["stage"]),
            near,
        )

    def pieces(self) -> tuple[Pieces, Doubles]:
        """The cut, where land counts by stage, then by number: parcels are in the order of their numbers."""
        precedence = self.ranks * len(self.parcels) + np.arange(len(self.parcels))
        return cut(self.footprints, self.parcels, precedence)


def _listed_parts(table: _Tables, pieces: Pieces, doubles: Doubles, slivers: Slivers) -> pd.DataFrame:
    """The parts that lie under parcels."""
    is_thin = _thin(pieces, slivers)
    is_sliver = is_thin.copy()
    losers = np.unique(doubles.loser)
    perimeter = shapely.length(counted_shapes(pieces, doubles, losers))
    is_sliver[losers] = slivers.among(pieces.area_m2[losers], perimeter)
    frame = pd.DataFrame(
        {
            "project_code": table.codes[pieces.footprint],
            "parcel_no": table.numbers[pieces.parcel],
            "stage": STAGE_CODES[table.ranks[pieces.parcel]],
            "area_m2": pieces.area_m2,
            "is_sliver": is_sliver,
            "whole_m2": pieces.whole_m2,
            "is_thin": is_thin,
            "parcel_m2": shapely.area(pieces.parcels)[pieces.parcel],
            "project": pieces.footprint,
            "parcel": pieces.parcel,
            "rank": table.ranks[pieces.parcel],
        }
    )
    return frame.astype({"project_code": "str", "parcel_no": "str", "stage": "str"})


def _longest_perimeters(pieces: Pieces) -> Floats:
    """No piece has a longer boundary than this: it runs along those of its footprint and its parcel."""
    parcel = shapely.length(pieces.parcels)[pieces.parcel]
    return np.where(pieces.is_inside, parcel, parcel + shapely.length(pieces.footprints)[pieces.footprint])


def _thin(pieces: Pieces, slivers: Slivers) -> Bools:
    """Which pieces are slivers. The shape is made only where the longest boundary that it may have leaves that open."""
    result = slivers.among(pieces.whole_m2, _longest_perimeters(pieces))
    open_ = np.flatnonzero(result & ~pieces.is_inside & (pieces.whole_m2 >= slivers.min_area_m2))
    result[open_] = slivers.among(pieces.whole_m2[open_], shapely.length(pieces.shapes(open_)))
    return result


def _lands(table: _Tables, pieces: Pieces, doubles: Doubles, slivers: Slivers) -> pd.DataFrame:
    """Of each project: footprint, uncovered and doubly listed land (m²)."""
    area = shapely.area(table.footprints)
    uncovered = area - np.bincount(pieces.footprint, weights=pieces.area_m2, minlength=len(area))
    # What is left of the arithmetic is not land.
    uncovered[uncovered <= np.maximum(NOISE_M2, 1e-9 * area)] = 0.0
    return pd.DataFrame(
        {
            "footprint_m2": area,
            "uncovered_m2": uncovered,
            "overlap_m2": doubled_m2(pieces, doubles),
            "is_uncovered": _is_uncovered(pieces, doubles, uncovered, slivers),
        },
        index=pd.Index(table.codes, dtype="str", name="project_code"),
    )


def _is_uncovered(pieces: Pieces, doubles: Doubles, uncovered: Floats, slivers: Slivers) -> Bools:
    """
    Which projects have more than slivers under no parcel.

    The boundary of uncovered land runs along those of the footprint and its parcels. Where even so long a
    boundary leaves it wide enough, it need not be drawn.
    """
    perimeter = shapely.length(pieces.footprints)
    parcels = shapely.length(pieces.parcels)[pieces.parcel]
    perimeter = perimeter + np.bincount(pieces.footprint, weights=parcels, minlength=len(perimeter))
    result = ~slivers.among(uncovered, perimeter)
    open_ = np.flatnonzero((uncovered >= slivers.min_area_m2) & ~result)
    result[open_] = _has_more_than_slivers(uncovered_shapes(pieces, doubles, open_, uncovered[open_]), slivers)
    return result


def _has_more_than_slivers(shapes: Shapes, slivers: Slivers) -> Bools:
    """Which shapes have a polygon that is not a sliver."""
    polygons, shape = shapely.get_parts(shapes, return_index=True)
    real = ~slivers.among(shapely.area(polygons), shapely.length(polygons))
    return np.isin(np.arange(len(shapes)), shape[real])


def _with_uncovered(parts: pd.DataFrame, lands: pd.DataFrame) -> pd.DataFrame:
    """The parts with one more row for each project's uncovered land, by project, parcels by number."""
    bare = lands[lands["uncovered_m2"] > 0]
    if bare.empty:
        return parts
    rest = pd.DataFrame(
        {
            "project_code": bare.index.to_numpy(dtype=object),
            "parcel_no": np.nan,
            "stage": np.nan,
            "area_m2": bare["uncovered_m2"].to_numpy(),
            "is_sliver": ~bare["is_uncovered"].to_numpy(),
            "whole_m2": bare["uncovered_m2"].to_numpy(),
            "is_thin": ~bare["is_uncovered"].to_numpy(),
            "parcel_m2": np.nan,
            "project": np.flatnonzero(lands["uncovered_m2"] > 0),
            "parcel": -1,
            "rank": -1,
        }
    ).astype({"project_code": "str", "parcel_no": "str", "stage": "str"})
    both = pd.concat([parts, rest], ignore_index=True)
    return both.sort_values("project", kind="stable", ignore_index=True)


def _overlaps(table: _Tables, pieces: Pieces, doubles: Doubles) -> pd.DataFrame:
    """Pairs of parcels that list the same land of a footprint."""
    return pd.DataFrame(
        {
            "project_code": table.codes[pieces.footprint[doubles.first]],
            "parcel_no": table.numbers[pieces.parcel[doubles.first]],
            "other_no": table.numbers[pieces.parcel[doubles.second]],
            "area_m2": shapely.area(doubles.shape),
        }
    ).astype({"project_code": "str", "parcel_no": "str", "other_no": "str"})
