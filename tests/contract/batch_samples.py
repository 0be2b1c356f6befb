"""A county whose parcels have all their papers, for the tests of batches on each store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import pandas as pd

from gis.store.port import Store
from gis.workflows.approve_batch import Decision
from tests.contract.store_samples import CRS, append, parcels, put, square, stages

NAME = "2026年度第1批次"
ON = date(2026, 6, 30)
SUBMIT, APPROVE = Decision(date(2026, 4, 20)), Decision(date(2026, 6, 1), "晋政地字〔2026〕1号")
STEPS = (
    ("pre_notice", "2026-02-09"),
    ("survey", "2026-02-20"),
    ("plan_notice", "2026-03-02"),
    ("agreement", "2026-04-02"),
)
FIELD = {"land_class_scheme": "用地用海", "land_class_edition": "2023", "land_class_code": "0103"}
OWNED = {"owner_kind": "collective", "village": "示例村"}


def fill(store: Store, count: int = 4, ready: Sequence[str] = ("P0", "P1", "P2", "P3")) -> None:
    """``count`` parcels of 10,000 m² side by side; the ``ready`` ones have every step and their funds."""
    declared = {"declared_area_m2": 10_000.0, "declared_basis": "planar"}
    put(store, "parcel", parcels(count, **FIELD, **OWNED, **declared))
    for number in ready:
        append(store, "parcel_event", stages(number, *STEPS))
        paid = {"parcel_no": [number], "kind": ["funds"], "on_date": [pd.Timestamp("2026-04-10")]}
        append(store, "parcel_event", pd.DataFrame(paid))


def farmland(store: Store) -> None:
    """Permanent basic farmland under the second half of P1."""
    zone = {"zone_no": ["Z1"], "name": ["示例田"], "kind": ["permanent_basic_farmland"], "supplier": ["示例局"]}
    rows = gpd.GeoDataFrame(
        {**zone, "version_on": [pd.Timestamp("2025-12-31")]}, geometry=[square(1).buffer(0)], crs=CRS
    )
    put(store, "zone", rows.set_geometry(rows.translate(50, 0)))


def stages_of(store: Store) -> dict[str, str | None]:
    """The present stage of each parcel."""
    rows = store.read("parcel")
    return {n: s if isinstance(s, str) else None for n, s in zip(rows["parcel_no"], rows["stage"], strict=True)}
