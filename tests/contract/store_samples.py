"""A few rows for store tests: squares of 100 m on a grid in EPSG:4547, so that areas are known by heart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import MultiPolygon, Polygon, box

from gis.model import Actor, Role
from gis.store.port import PutResult, Store

CRS = "EPSG:4547"
EAST, NORTH = 500_000.0, 4_100_000.0
OFFICER = Actor("李土地", Role.LAND_OFFICER, "140781")
VIEWER = Actor("王查看", Role.VIEWER)


def square(column: int, row: int = 0, side: float = 100.0) -> Polygon:
    """The square in this place of the grid."""
    east, north = EAST + column * 100, NORTH + row * 100
    return box(east, north, east + side, north + side)


def parcels(count: int = 3, first: int = 0, **columns: Any) -> gpd.GeoDataFrame:
    """Parcels P0, P1 … side by side, 10,000 m² each."""
    numbers = range(first, first + count)
    data = {"parcel_no": [f"P{n}" for n in numbers], **columns}
    return gpd.GeoDataFrame(data, geometry=[square(n) for n in numbers], crs=CRS)


def projects(codes: Sequence[str] = ("X1",), **columns: Any) -> pd.DataFrame:
    """Projects without a geometry."""
    return pd.DataFrame({"code": list(codes), "name": [f"项目{code}" for code in codes], **columns})


def town(code: str = "140781100", **columns: Any) -> gpd.GeoDataFrame:
    """One town of 1 km²."""
    shape = MultiPolygon([square(0, 0, side=1000)])
    return gpd.GeoDataFrame({"code": [code], "name": ["义安镇"], **columns}, geometry=[shape], crs=CRS)


def stages(parcel_no: str, *begun: tuple[str, str]) -> pd.DataFrame:
    """Stage events of one parcel: (stage, day) …"""
    rows = [{"parcel_no": parcel_no, "kind": "stage", "stage": s, "on_date": pd.Timestamp(d)} for s, d in begun]
    return pd.DataFrame(rows)


def hold(parcel_no: str, day: str, reason: str = "dispute") -> pd.DataFrame:
    """A parcel is held."""
    row = {"parcel_no": parcel_no, "kind": "hold", "hold_reason": reason, "on_date": pd.Timestamp(day)}
    return pd.DataFrame([row])


def release(parcel_no: str, day: str) -> pd.DataFrame:
    """A parcel is released."""
    return pd.DataFrame([{"parcel_no": parcel_no, "kind": "release", "on_date": pd.Timestamp(day)}])


def put(store: Store, layer: str, frame: pd.DataFrame, on: date | None = None) -> PutResult:
    """One put in a transaction of its own."""
    with store.writing(OFFICER) as writer:
        return writer.put(layer, frame, on=on)


def append(store: Store, layer: str, frame: pd.DataFrame) -> PutResult:
    """One append in a transaction of its own."""
    with store.writing(OFFICER) as writer:
        return writer.append(layer, frame)
