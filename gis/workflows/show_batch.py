"""A batch whole: parcels, areas, who approves, overlaps, zones, gaps in the papers, quota."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from gis.analysis.approval_level import Limits
from gis.analysis.batch import BatchReport
from gis.analysis.batch_areas import total_areas
from gis.analysis.batch_gaps import Gap
from gis.analysis.batch_zones import PRELIMINARY
from gis.crs import to_lonlat
from gis.rules import RuleBook
from gis.rules.land_groups import LandGroup, group_words
from gis.store.port import Store
from gis.workflows.assemble_store_batch import Assembled, assemble
from gis.workflows.names import read_names
from gis.workflows.plain import Record, plain, records_of

# Of each long list so many rows are sent; the files have all.
MOST_ROWS = 2_000
PARCEL_COLUMNS = (
    *("parcel_no", "name", "town", "village", "owner_kind", "supply_kind", "stage", "stage_on", "hold_reason"),
    *("land_class_scheme", "land_class_edition", "land_class_code", "households", "buildings", "unit", "person"),
    *("document_no", "compensation_due_wan", "compensation_paid_wan"),
)
_MEASURED = (*("group", "class_name", "planar_m2", "ellipsoid_m2", "declared_m2", "basis", "off_m2", "off_share"),)


def show_batch(store: Store, name: str, on: date) -> Record:
    """
    Everything about one batch, as /api/batches/NAME sends it.

    Raises
    ------
    NotFound
        There is no such batch.
    """
    return batch_record(store, assemble(store, name, on))


def batch_record(store: Store, found: Assembled) -> Record:
    """An assembled batch as JSON carries it."""
    report = found.report
    return {
        "on": report.on.isoformat(),
        "batch": found.batch.as_record(found.state),
        "parcels": _parcels(store, found),
        "total": plain(total_areas(report.measured)),
        "areas": [_area(row) for row in records_of(report.areas)],
        "by_group": [_area(row) for row in records_of(report.by_group)],
        "level": level_record(store, report),
        "overlaps": _listed(report.overlaps),
        "zones": {
            "preliminary": PRELIMINARY.as_dict(),
            "layers": records_of(report.zones.layers),
            "parts": _listed(report.zones.parts),
        },
        "gaps": {"count": len(report.gaps), "rows": [_gap(row) for row in records_of(report.gaps[:MOST_ROWS])]},
        "checklist": [_checked(row, len(found.members)) for row in records_of(report.checklist)],
        "lawful_bars": int(report.gaps["gap"].isin([gap.value for gap in Gap if gap.is_lawful_bar]).sum()),
        "quota": quota_record(report, found.batch.year),
        "bounds": _bounds(store, found),
    }


def _parcels(store: Store, found: Assembled) -> list[Record]:
    towns = read_names(store, found.report.on).towns
    gaps = found.report.gaps["parcel_no"].value_counts()
    rows = records_of(found.members, PARCEL_COLUMNS)
    measured = records_of(found.report.measured, _MEASURED)
    return [
        {**row, "town_name": towns.get(row["town"]), **measures, "gaps": int(gaps.get(row["parcel_no"], 0))}
        for row, measures in zip(rows, measured, strict=True)
    ]


def _area(row: Record) -> Record:
    group = LandGroup(row["group"])
    return {**row, **{f"group_{code}": text for code, text in group_words(group).as_dict().items()}}


def level_record(store: Store, report: BatchReport) -> Record:
    """Who approves the batch, why, and what is not known."""
    limits = Limits.of(RuleBook.from_frame(store.read("rule_parameter"), report.on))
    land, level = report.land, report.level
    return {
        "authority": level.authority.value,
        **level.authority.words.as_dict(),
        "reason": level.reason.as_dict(),
        "source": level.source,
        "doubts": [words.as_dict() for words in land.doubts(limits)],
        "farmland_m2": land.farmland_m2,
        "arable_m2": land.arable_m2,
        "other_m2": land.other_m2,
        "unstated_m2": land.unstated_m2,
        "arable_limit_ha": limits.arable_ha,
        "other_limit_ha": limits.other_ha,
    }


def _listed(frame: pd.DataFrame) -> Record:
    """The first rows of a long list; how many there are, and how many of them are slivers."""
    slivers = int(frame["is_sliver"].astype(bool).sum()) if len(frame) else 0
    return {"count": len(frame) - slivers, "slivers": slivers, "rows": records_of(frame[:MOST_ROWS])}


def _gap(row: Record) -> Record:
    gap = Gap(row["gap"])
    return {**row, **{f"gap_{code}": text for code, text in gap.words.as_dict().items()}, "bars": gap.is_lawful_bar}


def _checked(row: Record, parcels: int) -> Record:
    return {**row, "parcels": parcels, "bars": Gap(row["gap"]).is_lawful_bar}


def quota_record(report: BatchReport, year: int) -> Record:
    """The year's quota: None for each figure that nobody knows."""
    quota = report.quota
    return {
        "year": year,
        "given_m2": quota.given_m2 if quota else None,
        "used_m2": quota.used_m2 if quota else None,
        "this_m2": report.takes_m2,
        "counted": report.counted,
        "left_m2": report.left_m2,
        "document": quota.document if quota else None,
    }


def _bounds(store: Store, found: Assembled) -> list[float] | None:
    """West, south, east, north in degrees; None without parcels."""
    shapes = to_lonlat(np.asarray(found.members.geometry.to_numpy(), dtype=object), store.info.crs)
    if not len(shapes):
        return None
    box: Any = pd.DataFrame([shape.bounds for shape in shapes])
    return [float(box[0].min()), float(box[1].min()), float(box[2].max()), float(box[3].max())]
