"""Ledger rows that a file of projects or parcels brings beside its own: annual plans, dates of stages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from gis.ingest.headers import Slot
from gis.model import EventKind
from gis.words import Words

Read = Sequence[tuple[Slot, "pd.Series[Any]"]]


def side_rows(
    read: Read, frame: pd.DataFrame, *, year: int | None, today: date
) -> tuple[dict[str, pd.DataFrame], list[Words]]:
    """
    Ledger rows by ledger, and what to warn of. Their index is the position of their row in the file.

    A plan belongs to the year in its header or mapping, else in the row's own year column, else to ``year``
    (the mapping's option), else to the year of ``today`` with a warning.
    """
    plans, warnings = _plans(read, frame, year, today)
    found = {"project_plan": plans, "parcel_event": _events(read, frame)}
    rows = {ledger: pd.concat(parts).sort_index(kind="stable") for ledger, parts in found.items() if parts}
    if "project_plan" in rows:
        rows["project_plan"] = _once(rows["project_plan"], warnings)
    return rows, warnings


def _plans(read: Read, frame: pd.DataFrame, year: int | None, today: date) -> tuple[list[pd.DataFrame], list[Words]]:
    parts: list[pd.DataFrame] = []
    warnings: list[Words] = []
    by_row = next((values for slot, values in read if slot.kind == "plan_year"), None)
    said = {slot.year for slot, _ in read if slot.kind == "plan" and slot.year is not None}
    for slot, values in sorted(read, key=lambda one: one[0].year is None):  # columns that name their year go first
        if slot.kind != "plan":
            continue
        default = slot.year or year or today.year
        if slot.year is None and by_row is None and default in said:
            warnings.append(_twice(default))
            continue
        if slot.year is None and by_row is None and year is None:
            warnings.append(_assumed(default))
        years = default if slot.year or by_row is None else by_row.fillna(default)
        part = pd.DataFrame({"project_code": frame["code"], "year": years, "plan_wan": values})
        parts.append(part.astype({"year": "Int64"}).dropna(subset=["project_code", "plan_wan"]))
    return [part for part in parts if not part.empty], warnings


def _once(plans: pd.DataFrame, warnings: list[Words]) -> pd.DataFrame:
    """One plan a row of the file and year: where a row's own year meets a column that names it, the latter's."""
    position = pd.Series(plans.index, index=plans.index)
    twice = pd.DataFrame({"position": position, "year": plans["year"]}).duplicated().to_numpy()
    if twice.any():
        warnings += [_twice(int(year)) for year in sorted(set(plans["year"][twice]))]
    return plans[~twice]


def _assumed(year: int) -> Words:
    return Words(f"年度计划投资未注明年份，按{year}年计", f"the annual plan names no year: taken as that of {year}")


def _twice(year: int) -> Words:
    return Words(
        f"{year}年的年度计划有两列，只用了注明年份的一列",
        f"two columns plan for {year}: only the one that names it was used",
    )


def _events(read: Read, frame: pd.DataFrame) -> list[pd.DataFrame]:
    dated = [(slot.stage, values) for slot, values in read if slot.kind == "event" and slot.stage is not None]
    parts = []
    for stage, values in sorted(dated, key=lambda part: part[0].rank):
        part = pd.DataFrame(
            {"parcel_no": frame["parcel_no"], "kind": str(EventKind.STAGE), "stage": str(stage), "on_date": values}
        )
        parts.append(part.dropna(subset=["parcel_no", "on_date"]))
    return [part for part in parts if not part.empty]
