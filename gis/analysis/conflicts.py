"""
Footprints against constraint zones (RULES §9): what lies where it may not, how much, and what that means.

A first comparison only: the natural-resources bureau decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.analysis.columns import places_by
from gis.analysis.cut import NOISE_M2
from gis.analysis.footprints import Shapes, require_one_crs, shapes_of, valid_polygons
from gis.analysis.overlap_area import Floats, overlap_area_m2
from gis.analysis.overlay import common_shapes, remaining_shapes, united
from gis.analysis.readiness import Slivers
from gis.analysis.stages import ordered_by
from gis.errors import InvalidValue
from gis.model import ZoneKind, ZoneResult
from gis.rules import RuleBook
from gis.words import Words

SEVERITY: dict[str, int] = {result.value: number for number, result in enumerate(ZoneResult)}
_TEXT = {"project_code": "str", "zone_no": "str", "kind": "str", "result": "str"}
_COLUMNS = ("project_code", "zone_no", "kind", "result", "area_m2", "share", "is_sliver", "together_m2")


def find_conflicts(
    footprints: gpd.GeoDataFrame,
    projects: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    rules: RuleBook,
    slivers: Slivers,
) -> pd.DataFrame:
    """
    Land of projects that constraint zones forbid or bind to an approval.

    A rule ``zone.<kind>`` says whether land ``inside`` or ``outside`` the zones conflicts, for which
    categories, and whether only for chemical projects; a zone's own ``result`` stands above the rule's.
    Where no zone of a kind is stored, nothing is known to lie outside it.

    Parameters
    ----------
    footprints
        ``project_code`` and polygons, in the zones' CRS (metres).
    projects
        Index ``code``; ``category``, ``is_chemical``.

    Returns
    -------
    DataFrame
        ``project_code``, ``zone_no`` (missing for land outside), ``kind``, ``result``, ``area_m2``, ``share`` of
        the footprint (0–1), ``is_sliver``, ``together_m2`` (the land in all zones of this kind and result, each
        point counted once, slivers left out; a sliver's own area); by project, worst result first. Results that
        are OK are left out.

    Raises
    ------
    CrsMismatch
        Footprints and zones are not in one CRS.
    """
    require_one_crs(footprints, zones)
    found = [_nothing()]
    for kind in sorted(zones["kind"].unique()):
        rule = zone_rule(rules, kind)
        concerned = footprints[_concerned(footprints["project_code"], projects, rule)]
        if len(concerned):
            look = _outside if rule["where"] == "outside" else _inside
            found.append(
                look(concerned, ordered_by(zones[zones["kind"] == kind], "zone_no"), rule, slivers).assign(kind=kind)
            )
    return _ordered(pd.concat([f for f in found if len(f)] or found))


def zone_rule(rules: RuleBook, kind: str) -> Mapping[str, Any]:
    """The rule of a zone kind; raises InvalidValue where it cannot be read."""
    rule: Mapping[str, Any] = rules.value(f"zone.{ZoneKind(kind).value}")
    if rule.get("where") not in ("inside", "outside") or rule.get("result") not in SEVERITY:
        raise InvalidValue(
            Words(f"规则 zone.{kind} 无法读取", f"the rule zone.{kind} cannot be read"),
            found=repr(rule),
            expected='{"result": "ARGUE", "where": "inside" | "outside"}',
        )
    return rule


def _concerned(codes: pd.Series, projects: pd.DataFrame, rule: Mapping[str, Any]) -> Any:
    """Which projects the rule is about."""
    of = projects.loc[codes]
    concerned = np.ones(len(of), dtype=bool)
    if rule.get("categories"):
        concerned &= of["category"].isin(rule["categories"]).to_numpy()
    if rule.get("chemical_only"):
        concerned &= of["is_chemical"].fillna(False).to_numpy(dtype=bool)
    return concerned


def _inside(
    footprints: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, rule: Mapping[str, Any], slivers: Slivers
) -> pd.DataFrame:
    land, areas = shapes_of(footprints), valid_polygons(shapes_of(zones))
    project, zone = shapely.STRtree(areas).query(land, predicate="intersects")
    area = overlap_area_m2(areas, land, zone, project)
    common = common_shapes(land[project], areas[zone], area)
    own = zones["result"].fillna(rule["result"]).to_numpy(dtype=object)
    frame = _measured(footprints.iloc[project], common, area, slivers)
    frame = frame.assign(zone_no=zones["zone_no"].to_numpy(dtype=object)[zone], result=own[zone])
    return frame.assign(together_m2=_together_m2(frame, common))


def _together_m2(frame: pd.DataFrame, common: Shapes) -> Floats:
    """Of each row, the area of all land of its project with its result: zones of one kind may overlap."""
    result = frame["area_m2"].to_numpy(copy=True)
    real = np.flatnonzero(~frame["is_sliver"].to_numpy(dtype=bool))
    for rows in frame.iloc[real].groupby(["project_code", "result"]).indices.values():
        if len(rows) > 1:
            result[real[rows]] = shapely.area(united(common[real[rows]]))
    return result


def _outside(
    footprints: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, rule: Mapping[str, Any], slivers: Slivers
) -> pd.DataFrame:
    land = shapes_of(footprints)
    whole = valid_polygons(np.array([united(valid_polygons(shapes_of(zones)))], dtype=object))
    rows = np.arange(len(land))
    area = np.maximum(shapely.area(land) - overlap_area_m2(whole, land, np.zeros_like(rows), rows), 0.0)
    left = remaining_shapes(land, np.repeat(whole, len(land)), area)
    own = sorted(zones["result"].dropna().unique(), key=lambda code: SEVERITY[code])
    frame = _measured(footprints, left, area, slivers)
    return frame.assign(zone_no=np.nan, result=own[0] if own else rule["result"])


def _measured(footprints: gpd.GeoDataFrame, common: Shapes, area: Floats, slivers: Slivers) -> pd.DataFrame:
    whole = shapely.area(shapes_of(footprints))
    return pd.DataFrame(
        {
            "project_code": footprints["project_code"].to_numpy(dtype=object),
            "area_m2": area,
            "share": np.divide(area, whole, out=np.zeros_like(area), where=whole > 0),
            "is_sliver": slivers.among(area, shapely.length(common)),
            "together_m2": area,
        }
    )


def _nothing() -> pd.DataFrame:
    empty: dict[str, Any] = {name: np.zeros(0, dtype=object) for name in _TEXT}
    numbers = {name: np.zeros(0) for name in ("area_m2", "share", "together_m2")}
    return pd.DataFrame({**empty, **numbers, "is_sliver": np.zeros(0, dtype=bool)})


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame[(frame["area_m2"] > NOISE_M2) & (frame["result"] != ZoneResult.OK.value)]
    kept = kept.assign(severity=kept["result"].map(SEVERITY).astype("int64")).astype(_TEXT)
    kept = kept.sort_values(["project_code", "severity", "kind", "zone_no"], kind="stable", ignore_index=True)
    return kept[list(_COLUMNS)]


def chemical_outside_park(projects: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> pd.Series:
    """
    Which chemical projects are not in a park that allows chemicals (DOMAIN §4, park balance).

    The park is the one that the project names; where it names none, the one around its middle.
    Boolean, index ``code``.
    """
    rows = places_by(projects["code"])
    outside = projects["is_chemical"].to_numpy(dtype=bool, na_value=False)[rows]
    if outside.any():
        allowed = parks[parks["chemicals_allowed"].fillna(False).to_numpy(dtype=bool)]
        outside[outside] = ~_in_park(projects.iloc[rows[outside]], allowed)
    return pd.Series(outside, index=pd.Index(projects["code"].iloc[rows]))


def _in_park(rows: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Which projects are in one of these parks."""
    named = rows["located_in_park"]
    there = np.where(named.notna(), named.isin(parks["code"]), _inside_any(shapes_of(rows), shapes_of(parks)))
    return there.astype(bool)


def _inside_any(shapes: Shapes, areas: Shapes) -> Any:
    """Which shapes have their middle in one of these areas."""
    inside = np.zeros(len(shapes), dtype=bool)
    middle = shapely.point_on_surface(shapes)
    inside[np.unique(shapely.STRtree(areas).query(middle, predicate="intersects")[0])] = True
    return inside
