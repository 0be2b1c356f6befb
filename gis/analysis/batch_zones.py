"""
A batch's parcels against constraint zones, layer by layer (RULES §9): how much, what that means, by whose data.

A first comparison only. A layer that is not stored was not compared, and is told as that: nothing found is not the
same as nothing looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.conflicts import SEVERITY, zone_rule
from gis.analysis.cut import NOISE_M2
from gis.analysis.footprints import Shapes, require_one_crs, shapes_of, valid_polygons
from gis.analysis.overlap_area import overlap_area_m2
from gis.analysis.overlay import common_shapes, remaining_shapes, united
from gis.analysis.readiness import Slivers
from gis.analysis.stages import ordered_by
from gis.model import ProjectCategory, ZoneKind, ZoneResult
from gis.rules import RuleBook
from gis.words import Words, join

PRELIMINARY = Words(
    "初步比对，以自然资源主管部门认定为准", "a first comparison; the natural-resources authority decides"
)
PART_COLUMNS = (
    *("part_id", "parcel_no", "zone_no", "zone_name", "kind", "result", "area_m2", "share", "is_sliver"),
    *("version_on", "supplier"),
)


@dataclass(frozen=True, slots=True)
class ZoneLayer:
    """What a store has of one zone kind: how many zones, the dates of their versions, their suppliers."""

    zones: int
    versions: tuple[str, ...]
    suppliers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """
    parts
        One row a part of a parcel in (or, for zones that land must lie within, outside) a zone: PART_COLUMNS and its
        shape. ``part_id`` is unique in the report; ``zone_no`` is "" for land outside all zones of a kind; ``result`` a
        ZoneResult code; ``share`` is that of the parcel (0–1).
    layers
        One row a zone kind, in the order of the list: ``kind``, ``compared`` (bool), ``zones``, ``versions``,
        ``suppliers``, ``result`` (the worst, slivers left out; OK where nothing lies there; "" where not compared),
        ``area_m2`` (each point counted once, slivers left out), ``parcels``, ``slivers``, ``sliver_m2``, ``scope``
        (Words: for what the rule is meant, None where for all).
    """

    parts: gpd.GeoDataFrame
    layers: pd.DataFrame


def compare_zones(
    members: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    stored: Mapping[str, ZoneLayer],
    rules: RuleBook,
    slivers: Slivers,
) -> ZoneReport:
    """
    Compare parcels with the zones near them; ``stored`` says of each kind what the store has of it at all.

    Raises
    ------
    CrsMismatch
        Parcels and zones are not in one CRS.
    InvalidValue
        A rule ``zone.<kind>`` cannot be read.
    """
    require_one_crs(members, zones)
    found = {
        kind: _parts(members, ordered_by(zones[zones["kind"] == kind], "zone_no"), zone_rule(rules, kind), slivers)
        for kind in (k.value for k in ZoneKind)
        if kind in stored
    }
    layers = pd.DataFrame([_layer(k.value, stored.get(k.value), found.get(k.value), rules) for k in ZoneKind])
    return ZoneReport(_numbered([parts.assign(kind=kind) for kind, parts in found.items()], members.crs), layers)


def _parts(
    members: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, rule: Mapping[str, Any], slivers: Slivers
) -> gpd.GeoDataFrame:
    look = _outside if rule["where"] == "outside" else _inside
    frame, shapes = look(members, zones, rule)
    whole = shapely.area(shapes_of(members))[frame["member"].to_numpy()]
    area = frame["area_m2"].to_numpy()
    frame = frame.assign(
        parcel_no=members["parcel_no"].to_numpy(dtype=object)[frame["member"].to_numpy()],
        share=np.divide(area, whole, out=np.zeros_like(area), where=whole > 0),
        is_sliver=slivers.among(area, shapely.length(shapes)),
    )
    real = area > NOISE_M2
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=members.crs))[real].reset_index(drop=True)


def _inside(members: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, rule: Mapping[str, Any]) -> tuple[pd.DataFrame, Shapes]:
    land, areas = valid_polygons(shapes_of(members)), valid_polygons(shapes_of(zones))
    member, zone = shapely.STRtree(areas).query(land)
    area = overlap_area_m2(areas, land, zone, member)
    met = area > NOISE_M2
    member, zone, area = member[met], zone[met], area[met]
    columns = {name: zones[name].to_numpy(dtype=object)[zone] for name in ("zone_no", "name", "result", "supplier")}
    frame = pd.DataFrame({"member": member, "area_m2": area, **columns})
    frame["version_on"] = zones["version_on"].to_numpy()[zone]
    frame["result"] = [own if isinstance(own, str) else rule["result"] for own in frame["result"]]
    return frame.rename(columns={"name": "zone_name"}), common_shapes(land[member], areas[zone], area)


def _outside(
    members: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, rule: Mapping[str, Any]
) -> tuple[pd.DataFrame, Shapes]:
    """What of each parcel lies in none of the zones."""
    land, areas = valid_polygons(shapes_of(members)), valid_polygons(shapes_of(zones))
    whole = np.array([united(areas) if len(areas) else shapely.Polygon()], dtype=object)
    whole, rows = valid_polygons(whole), np.arange(len(land))
    area = np.maximum(shapely.area(land) - overlap_area_m2(whole, land, np.zeros_like(rows), rows), 0.0)
    left = remaining_shapes(land, np.repeat(whole, len(land)), area)
    own = sorted((code for code in zones["result"] if isinstance(code, str)), key=lambda code: SEVERITY[code])
    columns: dict[str, Any] = {"zone_no": "", "zone_name": "", "result": own[0] if own else rule["result"]}
    version = zones["version_on"].max() if len(zones) else pd.NaT
    suppliers = "、".join(sorted({text for text in zones["supplier"] if isinstance(text, str)}))
    frame = pd.DataFrame({"member": rows, "area_m2": area}).assign(**columns, supplier=suppliers)
    frame["version_on"] = np.full(len(rows), np.datetime64(version if pd.notna(version) else "NaT", "s"))
    return frame, left


def _numbered(parts: list[gpd.GeoDataFrame], crs: Any) -> gpd.GeoDataFrame:
    """All parts by kind, worst result first, then by parcel, each with its number; slivers among them."""
    filled = [part for part in parts if len(part)]
    if not filled:
        empty: dict[str, Any] = {name: np.zeros(0, dtype=object) for name in PART_COLUMNS}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))
    found = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=crs)
    kind = found["kind"].map({kind.value: kind.rank for kind in ZoneKind})
    severity = found["result"].map(SEVERITY)
    order = np.lexsort((found["zone_no"], found["parcel_no"], kind, severity))
    found = found.iloc[order].reset_index(drop=True)
    found["part_id"] = [f"G{number:04d}" for number in range(1, len(found) + 1)]
    return found[[*PART_COLUMNS, "geometry"]]


def _layer(kind: str, stored: ZoneLayer | None, parts: gpd.GeoDataFrame | None, rules: RuleBook) -> dict[str, Any]:
    compared = stored is not None and parts is not None
    real = parts[~parts["is_sliver"].to_numpy(dtype=bool)] if parts is not None else None
    thin = parts[parts["is_sliver"].to_numpy(dtype=bool)] if parts is not None else None
    return {
        "kind": kind,
        "compared": compared,
        "zones": stored.zones if stored else 0,
        "versions": stored.versions if stored else (),
        "suppliers": stored.suppliers if stored else (),
        "result": _worst(real) if real is not None else "",
        "area_m2": together_m2(real) if real is not None else 0.0,
        "parcels": 0 if real is None else int(real["parcel_no"].nunique()),
        "slivers": 0 if thin is None else len(thin),
        "sliver_m2": 0.0 if thin is None else float(thin["area_m2"].sum()),
        "scope": _scope(zone_rule(rules, kind)),
    }


def _worst(parts: pd.DataFrame) -> str:
    if parts.empty:
        return ZoneResult.OK.value
    return str(min(parts["result"], key=lambda code: SEVERITY[code]))


def together_m2(parts: gpd.GeoDataFrame) -> float:
    """The area of all parts together, each point counted once (m²)."""
    return float(shapely.area(united(shapes_of(parts)))) if len(parts) else 0.0


def _scope(rule: Mapping[str, Any]) -> Words | None:
    """For which land the rule is meant, where not for all: a parcel does not say what will stand on it."""
    said: list[Words] = []
    if rule.get("categories"):
        kinds = join([ProjectCategory(code).words for code in rule["categories"]], "、", ", ")
        said.append(Words(f"仅涉及{kinds.zh}类项目", f"concerns {kinds.en} projects only"))
    if rule.get("chemical_only"):
        said.append(Words("仅涉及化工项目", "concerns chemical projects only"))
    return join(said) if said else None
