"""Parcels of a batch for tests: squares of 100 m at places known by heart, with all that their papers need."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely

from tests.gis.analysis.land_samples import layer, parcel

EAST, NORTH = 500_000.0, 4_100_000.0
FIELD = {"land_class_scheme": "用地用海", "land_class_edition": "2023", "land_class_code": "0103"}
YARD = {**FIELD, "land_class_code": "1001"}


def box(west: float, south: float, width: float = 100.0, height: float = 100.0) -> shapely.Polygon:
    """A rectangle by its south-west corner, metres from the county's own."""
    return shapely.box(EAST + west, NORTH + south, EAST + west + width, NORTH + south + height)


def member(number: str, west: float, south: float = 0.0, **more: Any) -> dict[str, Any]:
    """A parcel of 10,000 m² of arable collective land."""
    area = {"declared_area_m2": 10_000.0, "declared_basis": "planar", "village": "示例村"}
    row: dict[str, Any] = parcel(number, box(west, south), **{**FIELD, **area, **more})
    return row


def members(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """A layer of parcels."""
    return layer("parcel", rows)


def zone(number: str, kind: str, shape: Any, **more: Any) -> dict[str, Any]:
    """A constraint zone."""
    return {"zone_no": number, "name": f"示例{number}", "kind": kind, "geometry": shape, **more}
