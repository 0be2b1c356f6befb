"""A generated county for measurements: a jittered grid of parcels, and projects of all kinds on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.analysis.assessment import Inputs
from gis.layers import LAYERS
from gis.model import HoldReason, OwnerKind, ProjectStage, Stage, SupplyKind, ZoneKind
from gis.rules import RuleBook

ON = date(2026, 6, 30)
CRS = "EPSG:4547"
ORIGIN_M = np.array([500_000.0, 3_650_000.0])
CELL_M = 30.0
JITTER_M = 6.0
# Of all parcels: not listed at all; listed a second time a few metres off; held.
MISSING_SHARE, DOUBLED_SHARE, HELD_SHARE = 0.03, 0.005, 0.01
_TYPES = {"text": "str", "integer": "Int64", "real": "float64", "money": "float64", "boolean": "boolean"}


def county(parcels: int, projects: int, seed: int = 1) -> Inputs:
    """About so many parcels of some 900 m², and projects of 1–10 ha: nine in ten areas, the rest roads and points."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(parcels)))
    land = _parcels(random, side, parcels)
    codes = [f"P{number:05d}" for number in range(projects)]
    return Inputs(
        on=ON,
        projects=_projects(random, codes, side * CELL_M),
        parcels=land,
        zones=_zones(side * CELL_M),
        parks=_framed("park", {}, []),
        plans=_plans(random, codes),
        reports=_reports(random, codes),
        milestones=_table("milestone", {"project_code": []}),
        rules=RuleBook.default(),
        events=_events(land),
    )


def _table(layer: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A layer's table with every declared column, typed as a store types it."""
    frame = pd.DataFrame(dict(columns))
    for column in LAYERS[layer].columns:
        if column.type == "date":
            values = frame.get(column.name, pd.Series(pd.NaT, index=frame.index))
            frame[column.name] = pd.Series(values, index=frame.index).astype("datetime64[s]")
        elif column.type != "json":
            values = frame.get(column.name, pd.Series(None, index=frame.index, dtype="object"))
            frame[column.name] = values.astype(_TYPES[column.type])
    return frame


def _framed(layer: str, columns: Mapping[str, Any], shapes: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(_table(layer, columns), geometry=gpd.GeoSeries(shapes, crs=CRS), crs=CRS)


def _grid(random: np.random.Generator, side: int) -> npt.NDArray[np.object_]:
    """Cells that share their corners, as a cadastre's parcels do."""
    x, y = np.meshgrid(np.arange(side + 1) * CELL_M, np.arange(side + 1) * CELL_M)
    corners = np.stack([x, y], -1) + random.uniform(-JITTER_M, JITTER_M, (side + 1, side + 1, 2)) + ORIGIN_M
    rings = [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1], corners[:-1, :-1]]
    return np.asarray(shapely.polygons(np.stack(rings, 2).reshape(-1, 5, 2)))


def _parcels(random: np.random.Generator, side: int, wanted: int) -> gpd.GeoDataFrame:
    cells = _grid(random, side)[:wanted]
    cells = cells[random.random(len(cells)) >= MISSING_SHARE]
    doubled = cells[random.random(len(cells)) < DOUBLED_SHARE]
    shapes = np.concatenate([cells, shapely.transform(doubled, lambda xy: xy + 7.0)])
    size = len(shapes)
    rank = random.integers(0, len(Stage), size)
    entered = np.datetime64(ON) - random.integers(0, 700, size).astype("timedelta64[D]")
    held = np.where(random.random(size) < HELD_SHARE, HoldReason.DISPUTE.value, None)
    columns = {
        "parcel_no": [f"L{number:07d}" for number in range(size)],
        "owner_kind": random.choice([kind.value for kind in OwnerKind], size, p=[0.8, 0.2]),
        "supply_kind": random.choice([kind.value for kind in SupplyKind], size),
        "stage": np.array([stage.value for stage in Stage])[rank],
        "stage_on": np.where(rank > 0, entered, np.datetime64("NaT")),
        "hold_reason": held,
        "held_since": np.where(held == None, np.datetime64("NaT"), entered),  # noqa: E711
        "planned_cleared_on": np.datetime64(ON) + random.integers(-60, 600, size).astype("timedelta64[D]"),
    }
    return _framed("parcel", columns, shapes)


def _events(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """For each parcel under way, when its present stage began."""
    told = parcels.loc[parcels["stage_on"].notna(), ["parcel_no", "stage", "stage_on"]]
    columns = told.rename(columns={"stage_on": "on_date"}).reset_index(drop=True).to_dict("series")
    return _table("parcel_event", {**columns, "kind": pd.Series("stage", index=columns["stage"].index)})


def _projects(random: np.random.Generator, codes: list[str], width_m: float) -> gpd.GeoDataFrame:
    size = len(codes)
    shapes = [_shape(random, number % 20, ORIGIN_M + random.uniform(0, width_m, 2)) for number in range(size)]
    columns = {
        "code": codes,
        "name": [f"示例 {code}" for code in codes],
        "category": "industry",
        "stage": random.choice([stage.value for stage in ProjectStage], size),
        "planned_start_on": np.datetime64(ON) + random.integers(-200, 400, size).astype("timedelta64[D]"),
        "row_width_m": 26.0,
    }
    return _framed("project", columns, shapes)


def _shape(random: np.random.Generator, kind: int, middle: npt.NDArray[np.float64]) -> shapely.Geometry:
    if kind == 0:
        return shapely.Point(middle)
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    if kind == 1:
        return shapely.LineString(middle + np.stack([np.arange(12) * 100, 40 * np.sin(angle)], 1))
    radius = random.uniform(60, 180) * random.uniform(0.8, 1.2, 12)
    return shapely.Polygon(middle + np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1))


def _zones(width_m: float) -> gpd.GeoDataFrame:
    """An urban boundary around most of the county, and farmland in a corner of it."""
    west, south = ORIGIN_M
    shapes = [
        shapely.box(west, south, west + width_m * 0.1, south + width_m * 0.1),
        shapely.box(west, south, west + width_m * 0.9, south + width_m * 0.9),
    ]
    kinds = [ZoneKind.FARMLAND.value, ZoneKind.URBAN_BOUNDARY.value]
    return _framed("zone", {"zone_no": ["Z1", "Z2"], "kind": kinds}, shapes)


def _plans(random: np.random.Generator, codes: list[str]) -> pd.DataFrame:
    plan = random.uniform(1e3, 1e5, len(codes))
    return _table("project_plan", {"project_code": codes, "year": ON.year, "plan_wan": plan})


def _reports(random: np.random.Generator, codes: list[str]) -> pd.DataFrame:
    """Monthly reports, January to June."""
    ends = pd.date_range("2026-01-31", periods=6, freq="ME")
    invested = np.cumsum(random.uniform(0, 5_000, (len(codes), len(ends))), axis=1)
    columns = {
        "project_code": np.repeat(codes, len(ends)),
        "period": "month",
        "period_end_on": np.tile(ends.to_numpy(), len(codes)),
        "invested_wan": invested.ravel(),
        "image_percent": np.clip(invested.ravel() / 500, 0, 100),
    }
    return _table("progress_report", columns)
