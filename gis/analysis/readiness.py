"""
The land of each project: its footprint cut by parcels, by requisition stage (DOMAIN §4).

What lies under no parcel is ``uncovered``: nobody has listed it. The parts of a footprint and its uncovered
land sum to it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gis.analysis.columns import Texts, places_by, texts
from gis.analysis.cut import NOISE_M2, Doubles, Pieces, counted_shapes, cut, doubled_m2, uncovered_shapes
from gis.analysis.footprints import Shapes, require_one_crs, shapes_of, valid_polygons
from gis.analysis.overlap_area import Floats, Rows
from gis.analysis.stages import STAGE_CODES, ranks_of
from gis.rules import RuleBook

MIN_AREA_M2 = 1.0
MIN_WIDTH_M = 0.1
Bools = npt.NDArray[np.bool_]
STAGES = texts(STAGE_CODES)
OVERLAP_COLUMNS = ("project_code", "parcel_no", "other_no", "area_m2")


@dataclass(frozen=True, slots=True)
class Slivers:
    """What is too small (m²) or on average too narrow (m, twice the area over the perimeter) to count as land."""

    min_area_m2: float = MIN_AREA_M2
    min_width_m: float = MIN_WIDTH_M

    @classmethod
    def of(cls, rules: RuleBook) -> Slivers:
        """As the rules in force have it."""
        return cls(min_width_m=float(rules.value("land.sliver_width_m")))

    def among(self, area_m2: Floats, perimeter_m: Floats) -> Bools:
        """Which of these shapes are slivers."""
        return (area_m2 < self.min_area_m2) | (2 * area_m2 < self.min_width_m * perimeter_m)

    def has(self, shape: BaseGeometry) -> bool:
        """The shape is one."""
        return bool(self.among(np.array([shape.area]), np.array([shape.length]))[0])


@dataclass(frozen=True, slots=True)
class Parts:
    """
    Parts of footprints, as arrays of one length: by project, its parcels by number, its uncovered land last.

    ``project`` and ``parcel`` are positions in ``LandCut.codes`` and ``LandCut.numbers``, ``rank`` is the parcel's
    stage; ``parcel`` and ``rank`` are −1 where no parcel lies. ``area_m2`` is counted once, ``whole_m2`` is all
    common land of project and parcel, also what counts for another parcel; ``is_sliver`` and ``is_thin`` say
    which of the one and of the other are slivers. ``parcel_m2`` is the whole parcel.
    """

    project: Rows
    parcel: Rows
    rank: npt.NDArray[np.int64]
    area_m2: Floats
    is_sliver: Bools
    whole_m2: Floats
    is_thin: Bools
    parcel_m2: Floats


@dataclass(frozen=True, slots=True)
class Lands:
    """Of each project its footprint, what lies under no parcel (more than slivers of it?), and under several (m²)."""

    footprint_m2: Floats
    uncovered_m2: Floats
    is_uncovered: Bools
    overlap_m2: Floats


@dataclass(frozen=True, slots=True)
class LandCut:
    """
    Footprints cut by parcels.

    codes
        The projects' codes, sorted.
    numbers
        The numbers of the parcels near footprints, sorted.
    near
        The positions of those parcels among all parcels by number, of which there are ``listed``.
    overlaps
        As in Assessment.
    """

    codes: Texts
    numbers: Texts
    near: Rows
    listed: int
    parts: Parts
    lands: Lands
    overlaps: pd.DataFrame

    def table(self, **more: Floats) -> pd.DataFrame:
        """The parts with the columns of Assessment.parts but the last, and ``more`` columns."""
        parts = self.parts
        return pd.DataFrame(
            {
                "project_code": self.codes.take(parts.project),
                "parcel_no": self.numbers.take(parts.parcel, allow_fill=True),
                "stage": STAGES.take(parts.rank, allow_fill=True),
                "area_m2": parts.area_m2,
                "is_sliver": parts.is_sliver,
                **more,
            }
        )


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
    land = _land_cut(table, pieces, doubles, slivers)
    shapes = gpd.GeoSeries(_part_shapes(land, pieces, doubles), crs=footprints.crs)
    found = gpd.GeoDataFrame(land.table(), geometry=shapes, crs=footprints.crs)
    return found[found["area_m2"] > 0].reset_index(drop=True)


def _part_shapes(land: LandCut, pieces: Pieces, doubles: Doubles) -> Shapes:
    """The shape of each part."""
    result: Shapes = np.full(len(land.parts.parcel), None, dtype=object)
    listed = land.parts.parcel >= 0
    bare = np.flatnonzero(land.lands.uncovered_m2 > 0)
    result[listed] = counted_shapes(pieces, doubles, np.arange(len(pieces.parcel)))
    result[~listed] = uncovered_shapes(pieces, doubles, bare, land.lands.uncovered_m2[bare])
    return result


def cut_land(footprints: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, slivers: Slivers) -> LandCut:
    """As ``cut_by_parcels``, with what an assessment needs and without shapes of the parts."""
    table = _Tables.of(footprints, parcels)
    return _land_cut(table, *table.pieces(), slivers)


def _land_cut(table: _Tables, pieces: Pieces, doubles: Doubles, slivers: Slivers) -> LandCut:
    lands = _lands(pieces, doubles, slivers)
    return LandCut(
        codes=table.codes,
        numbers=table.numbers,
        near=table.near,
        listed=table.listed,
        parts=with_uncovered(_listed_parts(table, pieces, doubles, slivers), lands),
        lands=lands,
        overlaps=_overlaps(table, pieces, doubles),
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    """
    Both tables as arrays: footprints by code, the parcels near them by number (``near``: which of all).

    ``close``: the pairs, footprint and parcel by position, whose boxes meet.
    """

    codes: Texts
    footprints: Shapes
    numbers: Texts
    parcels: Shapes
    ranks: npt.NDArray[np.int64]
    near: Rows
    listed: int
    close: tuple[Rows, Rows]

    @classmethod
    def of(cls, footprints: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> _Tables:
        require_one_crs(footprints, parcels)
        rows, by_number = places_by(footprints["project_code"]), places_by(parcels["parcel_no"])
        shapes = valid_polygons(shapes_of(footprints)[rows])
        all_shapes = shapes_of(parcels)[by_number]
        footprint, met = shapely.STRtree(all_shapes).query(shapes)
        near, parcel = np.unique(met, return_inverse=True)
        at = by_number[near]
        return cls(
            codes=texts(footprints["project_code"]).take(rows),
            footprints=shapes,
            numbers=texts(parcels["parcel_no"]).take(at),
            parcels=valid_polygons(all_shapes[near]),
            ranks=ranks_of(parcels["stage"].iloc[at]),
            near=near,
            listed=len(parcels),
            close=(footprint, parcel),
        )

    def pieces(self) -> tuple[Pieces, Doubles]:
        """The cut, where land counts by stage, then by number: parcels are in the order of their numbers."""
        precedence = self.ranks * len(self.parcels) + np.arange(len(self.parcels))
        return cut(self.footprints, self.parcels, self.close, precedence)


def _listed_parts(table: _Tables, pieces: Pieces, doubles: Doubles, slivers: Slivers) -> Parts:
    """The parts that lie under parcels."""
    is_thin = _thin(pieces, slivers)
    is_sliver = is_thin.copy()
    losers = np.unique(doubles.loser)
    perimeter = shapely.length(counted_shapes(pieces, doubles, losers))
    is_sliver[losers] = slivers.among(pieces.area_m2[losers], perimeter)
    return Parts(
        project=pieces.footprint,
        parcel=pieces.parcel,
        rank=table.ranks[pieces.parcel],
        area_m2=pieces.area_m2,
        is_sliver=is_sliver,
        whole_m2=pieces.whole_m2,
        is_thin=is_thin,
        parcel_m2=shapely.area(pieces.parcels)[pieces.parcel],
    )


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


def _lands(pieces: Pieces, doubles: Doubles, slivers: Slivers) -> Lands:
    area = shapely.area(pieces.footprints)
    uncovered = area - np.bincount(pieces.footprint, weights=pieces.area_m2, minlength=len(area))
    # What is left of the arithmetic is not land.
    uncovered[uncovered <= np.maximum(NOISE_M2, 1e-9 * area)] = 0.0
    return Lands(
        footprint_m2=area,
        uncovered_m2=uncovered,
        is_uncovered=_is_uncovered(pieces, doubles, uncovered, slivers),
        overlap_m2=doubled_m2(pieces, doubles),
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


def with_uncovered(parts: Parts, lands: Lands) -> Parts:
    """The parts with one more for each project's uncovered land."""
    bare = np.flatnonzero(lands.uncovered_m2 > 0)
    if not len(bare):
        return parts
    none, area, is_sliver = np.full(len(bare), -1), lands.uncovered_m2[bare], ~lands.is_uncovered[bare]
    rest = Parts(bare, none, none, area, is_sliver, area, is_sliver, np.full(len(bare), np.nan))
    order = np.argsort(np.concatenate([parts.project, bare]), kind="stable")
    columns = (np.concatenate([getattr(parts, f.name), getattr(rest, f.name)])[order] for f in fields(Parts))
    return Parts(*columns)


def _overlaps(table: _Tables, pieces: Pieces, doubles: Doubles) -> pd.DataFrame:
    """Pairs of parcels that list the same land of a footprint."""
    columns = (
        table.codes.take(pieces.footprint[doubles.first]),
        table.numbers.take(pieces.parcel[doubles.first]),
        table.numbers.take(pieces.parcel[doubles.second]),
        shapely.area(doubles.shape),
    )
    return pd.DataFrame(dict(zip(OVERLAP_COLUMNS, columns, strict=True)))
