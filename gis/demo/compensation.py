"""Who is to be paid for the land, and what was paid: households, buildings, the special account. All invented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from gis.demo.requisition import DATA_ON
from gis.model import Stage

Row = dict[str, Any]
# Lists are kept for the land of so many projects; a county of thousands of households would only be longer.
_LISTED_PROJECTS = 3
_FAMILY = 4
_HOUSE_M2 = 118.0


def listed_projects(parcels: Sequence[Row], events: Sequence[Row]) -> tuple[str, ...]:
    """The projects whose land is being signed for: those with the most households among them."""
    signed = {row["parcel_no"] for row in events if row.get("stage") == Stage.AGREEMENT.value}
    cleared = {row["parcel_no"] for row in events if row.get("stage") == Stage.CLEARED.value}
    counts: dict[str, int] = {}
    for row in parcels:
        if row.get("_project") and row["parcel_no"] in signed - cleared:
            counts[row["_project"]] = counts.get(row["_project"], 0) + int(row.get("households") or 0)
    return tuple(sorted(counts, key=lambda code: (-counts[code], code))[:_LISTED_PROJECTS])


def household_rows(parcels: Sequence[Row], events: Sequence[Row]) -> list[Row]:
    """Households of the listed projects' land; what they are due and were paid sums to the parcel's."""
    return [row for parcel, signed_on in _listed(parcels, events) for row in _households(parcel, signed_on)]


def building_rows(parcels: Sequence[Row], events: Sequence[Row]) -> list[Row]:
    """Buildings on the same land: every second one is paid, every third one cleared."""
    return [row for parcel, signed_on in _listed(parcels, events) for row in _buildings(parcel, signed_on)]


def account_rows(parcels: Sequence[Row], events: Sequence[Row]) -> list[Row]:
    """What was paid into the special account for the listed projects, and out of it."""
    rows: list[Row] = []
    for code in listed_projects(parcels, events):
        land = [row for row in parcels if row.get("_project") == code]
        due = sum(row.get("compensation_due_wan") or 0.0 for row in land)
        paid = sum(row.get("compensation_paid_wan") or 0.0 for row in land)
        day = min(row["on_date"] for row in events if row["parcel_no"] == land[0]["parcel_no"])
        rows += [
            _entry(len(rows) + 1, code, land[0]["town"], day, round(due, 2), "示例：财政预存"),
            _entry(len(rows) + 2, code, land[0]["town"], day + timedelta(days=40), -round(paid, 2), "示例：兑付"),
        ]
    return rows


def _entry(number: int, code: str, town: str, day: date, amount_wan: float, note: str) -> Row:
    return {
        "entry_no": f"示例-{number:03d}",
        "project_code": code,
        "town": town,
        "on_date": min(day, DATA_ON),
        "amount_wan": amount_wan,
        "document": f"示例拨款〔{day.year}〕{number}号",
        "note": note,
    }


def _listed(parcels: Sequence[Row], events: Sequence[Row]) -> Iterator[tuple[Row, date | None]]:
    listed = set(listed_projects(parcels, events))
    signed = {row["parcel_no"]: row["on_date"] for row in events if row.get("stage") == Stage.AGREEMENT.value}
    for row in parcels:
        if row.get("_project") in listed and row.get("households"):
            yield row, signed.get(row["parcel_no"])


def _households(parcel: Row, signed_on: date | None) -> Iterator[Row]:
    count = int(parcel["households"])
    dues = _shared(parcel["compensation_due_wan"], count)
    paids = _shared(parcel["compensation_paid_wan"], count)
    for place, (due, paid) in enumerate(zip(dues, paids, strict=True), start=1):
        yield {
            "parcel_no": parcel["parcel_no"],
            "household_no": f"{place:02d}",
            "head": f"示例户主{place:02d}",
            "id_no": f"示例证件{parcel['parcel_no'][-4:]}{place:02d}",
            "phone": f"示例电话{place:02d}",
            "people": 1 + place % _FAMILY,
            "area_m2": round(parcel["declared_area_m2"] / count, 1),
            "due_wan": due,
            "paid_wan": paid,
            "signed_on": signed_on,
            "paid_on": signed_on + timedelta(days=20) if signed_on and paid >= due else None,
        }


def _buildings(parcel: Row, signed_on: date | None) -> Iterator[Row]:
    for place in range(1, int(parcel["buildings"]) + 1):
        is_paid = signed_on is not None and place % 2 == 0
        yield {
            "parcel_no": parcel["parcel_no"],
            "building_no": f"{place:02d}",
            "owner": f"示例户主{place:02d}",
            "floor_area_m2": _HOUSE_M2 + 7 * (place % 5),
            "signed_on": signed_on,
            "paid_on": signed_on + timedelta(days=20) if is_paid and signed_on else None,
            "cleared_on": signed_on + timedelta(days=50) if is_paid and signed_on and place % 3 == 0 else None,
        }


def _shared(total_wan: float, count: int) -> list[float]:
    """An amount in as many parts as there are, to the yuan; the last takes what rounding leaves."""
    part = round(total_wan / count, 4)
    return [part] * (count - 1) + [round(total_wan - part * (count - 1), 4)]
