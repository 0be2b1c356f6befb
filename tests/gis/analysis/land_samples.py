"""Small counties for the tests of land: inputs from a few plain rows with geometries in metres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gis.analysis.assessment import Assessment, Inputs
from gis.rules import RuleBook
from tests.gis.analysis.progress_samples import layer_frame

CRS = "EPSG:4547"
Rows = Sequence[Mapping[str, Any]]
TABLES = ("projects", "parts", "blocking", "conflicts", "parcels", "overlaps")


def square(west: float, south: float, side: float = 10.0) -> shapely.Polygon:
    """A square by its south-west corner."""
    return shapely.box(west, south, west + side, south + side)


def strip(west: float, east: float, south: float = 0.0, north: float = 10.0) -> shapely.Polygon:
    """A rectangle from ``west`` to ``east``."""
    return shapely.box(west, south, east, north)


def layer(name: str, rows: Rows, crs: str = CRS) -> gpd.GeoDataFrame:
    """A spatial layer's rows, typed as a store types them."""
    shapes = gpd.GeoSeries([row.get("geometry") for row in rows], crs=crs)
    return gpd.GeoDataFrame(layer_frame(name, rows), geometry=shapes, crs=crs)


def project(code: str, geometry: Any = None, **values: Any) -> dict[str, Any]:
    """A project that has not started, unless said otherwise."""
    return {"code": code, "name": f"示例{code}", "stage": "filed", "geometry": geometry, **values}


def parcel(
    number: str, geometry: Any = None, stage: str | None = None, stage_on: str | None = None, **values: Any
) -> Any:
    """A parcel of collective land."""
    row = {"parcel_no": number, "geometry": geometry, "stage": stage, "stage_on": stage_on}
    return {"owner_kind": "collective", **row, **values}


def began(number: str, stage: str, on_date: str) -> dict[str, Any]:
    """The event by which a parcel entered a stage."""
    return {"parcel_no": number, "kind": "stage", "stage": stage, "on_date": on_date}


def county(on: str, *, rules: Mapping[str, Any] | None = None, **tables: Rows) -> Inputs:
    """Inputs with the named tables (projects, parcels, zones, parks, plans, reports, events); the rest are empty."""
    book = RuleBook.default()
    return Inputs(
        on=date.fromisoformat(on),
        projects=layer("project", tables.get("projects", ())),
        parcels=layer("parcel", tables.get("parcels", ())),
        zones=layer("zone", tables.get("zones", ())),
        parks=layer("park", tables.get("parks", ())),
        plans=layer_frame("project_plan", tables.get("plans", ())),
        reports=layer_frame("progress_report", tables.get("reports", ())),
        milestones=layer_frame("milestone", ()),
        rules=RuleBook({**book.values, **(rules or {})}, book.sources),
        events=layer_frame("parcel_event", tables["events"]) if "events" in tables else None,
    )


def assert_same(found: Assessment, expected: Assessment) -> None:
    """Every table of the two is equal, exactly."""
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name), check_exact=True, obj=name)
