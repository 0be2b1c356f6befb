"""All approval batches, and the quotas of their years."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from gis.analysis.batch import BatchState
from gis.analysis.quota import quota_of
from gis.analysis.withdrawn import counting
from gis.model import Query
from gis.store.port import Store
from gis.workflows.one_batch import Batch, batches_of, state_of, unregistered
from gis.workflows.plain import Record, column_values

_COLUMNS = ("parcel_no", "batch", "stage", "area_planar_m2", "households")


def list_batches(store: Store, on: date) -> Record:
    """
    ``{on, batches, quotas}``: batches, those still to be approved first, then the latest year, by name; those that
    nobody registered last. Each with its parcels' number, planar area and stages. Quotas by year, the latest first.
    """
    batches = {name: batch.as_of(on) for name, batch in batches_of(store).items()}
    members = _members(store, on)
    for name in members.keys() - batches.keys():
        batches[name] = unregistered(name, on)
    rows = [_row(batch, members.get(batch.name)) for batch in batches.values()]
    rows.sort(key=_order)
    return {"on": on.isoformat(), "batches": rows, "quotas": _quotas(store, on)}


def _order(row: Record) -> tuple[bool, int, int, list[tuple[int, str]]]:
    """The second batch comes before the tenth."""
    pieces = re.split(r"(\d+)", row["name"])
    name = [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]
    return not row["registered"], BatchState(row["state"]).rank, -row["year"], name


def _members(store: Store, on: date) -> dict[str, pd.DataFrame]:
    """The parcels of each batch."""
    names = tuple(name for name in store.tally("parcel", "batch", Query(on=on)) if isinstance(name, str) and name)
    if not names:
        return {}
    found = pd.DataFrame(store.read("parcel", Query(on=on, where=(("batch", names),), columns=_COLUMNS)))
    return {str(name): rows for name, rows in found.groupby("batch")}


def _row(batch: Batch, members: pd.DataFrame | None) -> Record:
    stages = [] if members is None else column_values(members["stage"])
    counted = pd.Series([code or "not_started" for code in stages], dtype="str").value_counts()
    return {
        **batch.as_record(state_of(batch, stages)),
        "parcels": len(stages),
        "planar_m2": 0.0 if members is None else float(members["area_planar_m2"].sum()),
        "households": 0 if members is None else int(members["households"].sum()),
        "stages": {str(code): int(number) for code, number in counted.items()},
    }


def _quotas(store: Store, on: date) -> list[Record]:
    given, batches = store.read("land_quota"), store.read("batch")
    years = sorted({int(year) for year in counting(given)["year"].dropna()}, reverse=True)
    found = [quota_of(given, batches, year, on) for year in years]
    return [
        {
            "year": quota.year,
            "given_m2": quota.given_m2,
            "used_m2": quota.used_m2,
            "left_m2": quota.left_m2,
            "document": quota.document,
        }
        for quota in found
        if quota is not None
    ]
