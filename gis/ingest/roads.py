"""
Roads as an import leaves them: stretches between junctions, as rows of the layer ``road``, and what was left out.

Shared by OpenStreetMap extracts and road layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs as systems
from gis.crs import Coords
from gis.errors import Place, UnreadableFile
from gis.ingest.crs_detection import GROWN_M
from gis.ingest.road_cuts import texts
from gis.ingest.road_tags import RoadFacts
from gis.ingest.table import Refusal, SourceFile, Target
from gis.words import Words

# A stretch shorter than this is none.
ZERO_M = 0.001
EARTH_RADIUS_KM = 6371.0
Geometries = NDArray[np.object_]

LEFT_OUT: Mapping[str, Words] = {
    "class": Words(
        "非此车型可走的道路（步行、骑行、在建、机耕路等）", "not a road for this vehicle (footway, track …)"
    ),
    "access": Words("禁止通行", "closed to this vehicle"),
    "size": Words("限高、限宽、限长或限重低于车辆", "limited below the vehicle's height, width, length or weight"),
    "area": Words("面状场地", "an area, not a road"),
    "no_nodes": Words("结点缺失，连不成线", "its nodes are missing"),
    "outside": Words("在本县范围（外扩20公里）之外", "outside the county grown by 20 km"),
    "zero_length": Words("长度为零（两端已并为一点）", "of no length (its ends were made one)"),
    "apart": Words("与主路网不连通", "not connected with the main network both ways"),
}


class OtherCounty(UnreadableFile):
    """Roads that all lie elsewhere: an extract of another county."""


@dataclass(frozen=True, slots=True)
class TurnsLeft:
    """Turn restrictions of a file: how many are kept, how many do not concern the vehicle, and those not modelled."""

    kept: int = 0
    not_concerned: int = 0
    not_modelled: tuple[Mapping[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it: ``not_modelled`` lists id, kind and why."""
        listed = [dict(each) for each in self.not_modelled]
        return {"kept": self.kept, "not_concerned": self.not_concerned, "not_modelled": listed}


@dataclass(frozen=True)
class RoadTable:
    """
    Roads that may be stored.

    ``frame``: the columns of layer ``road``, lines in the target's CRS. ``read``: ways or rows for roads in the file.
    ``left_out``: reason (keys of LEFT_OUT) → how many ways or stretches. ``missing_nodes``: nodes that ways name and
    the file lacks, as where an extract was cut.
    """

    source: SourceFile
    frame: gpd.GeoDataFrame
    read: int
    left_out: Mapping[str, int]
    crs: str
    crs_evidence: Words
    turns: TurnsLeft = field(default_factory=TurnsLeft)
    missing_nodes: int = 0
    refused: tuple[Refusal, ...] = ()
    warnings: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretches:
    """
    Lines between junctions, one entry each: ``lines`` in the target's CRS, ``numbers`` unique, ``start`` and ``end``
    the names of the nodes, ``owner`` the place of its way in ``facts``.
    """

    lines: Geometries
    numbers: NDArray[np.object_]
    start: NDArray[np.object_]
    end: NDArray[np.object_]
    owner: NDArray[np.intp]
    facts: Sequence[RoadFacts]

    def chosen(self, rows: NDArray[np.bool_]) -> Stretches:
        """Only these."""
        start, end = self.start[rows], self.end[rows]
        return Stretches(self.lines[rows], self.numbers[rows], start, end, self.owner[rows], self.facts)

    def frame(self, target: Target, source: str) -> gpd.GeoDataFrame:
        """As rows of the layer ``road``; nowhere is a turn forbidden yet."""
        facts = [self.facts[i] for i in self.owner.tolist()]
        columns = {
            "road_no": pd.Series(self.numbers, dtype="str"),
            "name": pd.Series([fact.name for fact in facts], dtype="str"),
            "road_class": pd.Series([fact.road_class.value for fact in facts], dtype="str"),
            "direction": pd.Series([fact.direction.value for fact in facts], dtype="str"),
            "speed_kmh": pd.Series([fact.speed_kmh for fact in facts], dtype="float64"),
            "surface": pd.Series([fact.surface for fact in facts], dtype="str"),
            "length_m": np.round(shapely.length(self.lines), 3),
            "from_node": pd.Series(self.start, dtype="str"),
            "to_node": pd.Series(self.end, dtype="str"),
            "no_turn": pd.Series([None] * len(facts), dtype="object"),
            "source": pd.Series([source] * len(facts), dtype="str"),
        }
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(self.lines, crs=target.crs))


def without_zero_length(found: Stretches) -> tuple[Stretches, int]:
    """The stretches that have a length, and how many had none: the nodes at both ends of those are made one."""
    short = shapely.length(found.lines) < ZERO_M
    if not short.any():
        return found, 0
    one = joined(zip(found.start[short].tolist(), found.end[short].tolist(), strict=True))
    kept = found.chosen(~short)
    start, end = (_renamed(nodes, one) for nodes in (kept.start, kept.end))
    return Stretches(kept.lines, kept.numbers, start, end, kept.owner, kept.facts), int(short.sum())


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each name → the first one of those that pairs join it with."""
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while first.setdefault(name, name) != name:
            name = first[name]
        return name

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        first[high] = low
    return {name: root(name) for name in first}


def _renamed(nodes: NDArray[np.object_], names: Mapping[str, str]) -> NDArray[np.object_]:
    return texts(names.get(node, node) for node in nodes.tolist())


# ---------------------------------------------------------------- where


def near_county(lines: Geometries, target: Target) -> NDArray[np.bool_]:
    """Which lines (n,) in the target's CRS come within 20 km of the county's box; all, where no box is known."""
    if target.extent is None:
        return np.ones(len(lines), dtype=bool)
    return np.asarray(shapely.intersects(lines, shapely.box(*target.extent.grown(GROWN_M).as_tuple())))


def refuse_other_county(lonlat: Coords, target: Target, file: str) -> None:
    """Raises OtherCounty: no road lies near the county, whose distance (km) from the nearest point is told."""
    middle, where = _county(target)
    far_km = float(_apart_km(lonlat, middle).min())
    east, north = np.median(lonlat, axis=0)
    raise OtherCounty(
        Words(
            f"文件中的道路都不在{where.zh}：最近处距其中心约 {far_km:,.0f} 公里，像是别的县的数据",
            f"no road of the file lies in {where.en}: the nearest is about {far_km:,.0f} km from its middle. "
            "It looks like an extract of another county",
        ),
        found=f"({east:.4f}, {north:.4f})",
        expected=f"{where.zh} / {where.en}",
        place=Place(file),
    )


def _county(target: Target) -> tuple[Coords, Words]:
    if target.extent is not None:
        box = target.extent
        middle = systems.lonlat_of(np.array([[(box.west + box.east) / 2, (box.south + box.north) / 2]]), target.crs)[0]
        return middle, Words("本县（外扩20公里）", "the county (grown by 20 km)")
    west, south, east, north = systems.area_of_use(target.crs) or (-180.0, -90.0, 180.0, 90.0)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    return middle, Words("工作坐标系的适用范围", "the reach of the working CRS")


def _apart_km(lonlat: Coords, point: Coords) -> Coords:
    """Great-circle distances (n,) of points in degrees from one."""
    (lon, lat), (lon0, lat0) = np.radians(lonlat).T, np.radians(point)
    chord = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord)))


def without_lost_turns(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The roads, and no forbidden turn into a road that is not among them."""
    there = frozenset(roads["road_no"])
    column = np.full(len(roads), None, dtype=object)
    for row, turns in enumerate(roads["no_turn"].tolist()):
        kept = [turn for turn in turns if turn["to"] in there] if isinstance(turns, list) else []
        column[row] = kept or None
    return roads.assign(no_turn=pd.Series(column, dtype="object", index=roads.index))
