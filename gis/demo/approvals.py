"""What the land bureau wrote beside the steps: batches, the quota of each year, money in place, announcements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from gis.demo.requisition import CALENDAR, DATA_ON
from gis.model import BatchKind, EventKind, OwnerKind, Stage
from gis.rules.land_groups import grouped_class

Row = dict[str, Any]
# What is left of the year's quota: enough for most projects that still wait for approval, not for the largest ones.
_LEFT_M2 = 120_000.0
_ANNOUNCED_AFTER_DAYS = 9
_FIRST_YEAR = 2024


def batch_rows(parcels: Sequence[Row], events: Sequence[Row]) -> list[Row]:
    """A row of ``batch`` for each name that parcels bear, by name; approved where its parcels are."""
    days = _days_of(events)
    members: dict[str, list[Row]] = {}
    for row in parcels:
        if row.get("batch"):
            members.setdefault(row["batch"], []).append(row)
    return [_batch(name, rows, days) for name, rows in sorted(members.items())]


def _days_of(events: Sequence[Row]) -> dict[tuple[str, str], date]:
    return {(row["parcel_no"], row["stage"]): row["on_date"] for row in events if row.get("stage")}


def _batch(name: str, rows: Sequence[Row], days: dict[tuple[str, str], date]) -> Row:
    submitted = min(days[row["parcel_no"], Stage.SUBMITTED.value] for row in rows)
    approved = [days.get((row["parcel_no"], Stage.APPROVED.value)) for row in rows]
    approved_on = max((day for day in approved if day is not None), default=None)
    is_road = any(row.get("_of_line") for row in rows)
    batch = {
        "name": name,
        "kind": str(BatchKind.SINGLE_SITE if is_road else BatchKind.TOWN_BATCH),
        "year": (approved_on or submitted).year,
        "purpose": "示例：道路用地" if is_road else "示例：产业与储备用地",
        "submitted_on": submitted,
        "note": "示例批次，内容均为虚构",
    }
    if approved_on is None:
        return batch
    return batch | {
        "approved_on": approved_on,
        "document": rows[0].get("document_no"),
        "approved_area_m2": round(sum(row["geometry"].area for row in rows), 2),
        "converted_area_m2": round(sum(row["geometry"].area for row in rows if _is_converted(row)), 2),
    }


def _is_converted(row: Row) -> bool:
    known = grouped_class(row["land_class_scheme"], row["land_class_edition"], row["land_class_code"])
    return row["owner_kind"] == OwnerKind.COLLECTIVE and known.group.needs_conversion


def quota_rows(batches: Sequence[Row]) -> list[Row]:
    """What the province gave each year: a little more than was used."""
    return [_quota(year, batches) for year in range(_FIRST_YEAR, DATA_ON.year + 1)]


def _quota(year: int, batches: Sequence[Row]) -> Row:
    used = sum(row.get("converted_area_m2") or 0.0 for row in batches if row["year"] == year)
    return {
        "year": year,
        "area_m2": round(used + _LEFT_M2, -4),
        "document": f"示例自然资发〔{year}〕18号",
        "set_on": date(year, 3, 10),
        "note": "示例指标",
    }


def paper_events(events: Sequence[Row]) -> Iterator[Row]:
    """Before each approval the money was in place; after it the requisition was announced."""
    for row in events:
        if row.get("stage") != Stage.APPROVED.value:
            continue
        approved: date = row["on_date"]
        number = row["document"]
        yield {
            "parcel_no": row["parcel_no"],
            "kind": str(EventKind.FUNDS),
            "on_date": approved - timedelta(days=12),
            "document": number.replace("示例政地", "示例财资"),
            "note": "示例：补偿资金、社保费用足额到位",
        }
        announced = CALENDAR.last_day(approved, _ANNOUNCED_AFTER_DAYS, working=True)
        if announced <= DATA_ON:
            yield {
                "parcel_no": row["parcel_no"],
                "kind": str(EventKind.ANNOUNCED),
                "on_date": announced,
                "document": number.replace("示例政地", "示例征公告"),
            }
