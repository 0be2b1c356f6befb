"""How far the compensation of a parcel is, and what the special account holds: sums, without anybody's data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gis.analysis.compensation import account_by, account_totals, building_totals, household_totals
from gis.layers import ACCOUNT_ENTRY, BUILDING, HOUSEHOLD, PARCEL
from gis.model import Query
from gis.store.port import Store
from gis.workflows.one_entity import not_found
from gis.workflows.plain import Record, records_of
from gis.workflows.record_row import standing_rows

MOST_ENTRIES = 1_000
_OF_PARCEL = ("compensation_due_wan", "compensation_paid_wan")


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries of the account are meant; empty: all."""

    project: tuple[str, ...] = ()
    town: tuple[str, ...] = ()
    parcel: tuple[str, ...] = ()

    def of(self, entries: pd.DataFrame) -> pd.DataFrame:
        """The entries meant."""
        for column, wanted in (("project_code", self.project), ("town", self.town), ("parcel_no", self.parcel)):
            if wanted:
                entries = entries[entries[column].isin(wanted)]
        return entries


def show_compensation(store: Store, parcel_no: str) -> Record:
    """
    ``{parcel_no, due_wan, paid_wan, households, buildings, account}``: what the parcel's own columns say, and the sums
    of its lists and entries, which need not agree.

    Raises
    ------
    NotFound
        There is no such parcel.
    """
    found = store.read("parcel", Query(keys=(parcel_no,), columns=("parcel_no", *_OF_PARCEL)))
    if found.empty:
        raise not_found(PARCEL, parcel_no)
    own = records_of(found)[0]
    entries = EntryFilter(parcel=(parcel_no,)).of(standing_rows(store, ACCOUNT_ENTRY))
    return {
        "parcel_no": parcel_no,
        "due_wan": own["compensation_due_wan"],
        "paid_wan": own["compensation_paid_wan"],
        "households": household_totals(standing_rows(store, HOUSEHOLD, parcel_no)),
        "buildings": building_totals(standing_rows(store, BUILDING, parcel_no)),
        "account": account_totals(entries),
    }


def show_account(store: Store, wanted: EntryFilter) -> Record:
    """
    ``{entries, count, total, by_project, by_town}``: the newest ``MOST_ENTRIES`` entries, and the sums of all meant.

    ``count`` says how many there are. Names stand beside codes where the store knows them.
    """
    entries = wanted.of(standing_rows(store, ACCOUNT_ENTRY))
    newest = entries.sort_values(["on_date", "entry_no"], ascending=False, kind="stable").head(MOST_ENTRIES)
    shown = newest.assign(seen=newest["recorded_at"].astype("str"))
    return {
        "count": len(entries),
        "total": account_totals(entries),
        "by_project": _named(account_by(entries, "project_code"), _names(store, "project")),
        "by_town": _named(account_by(entries, "town"), _names(store, "town")),
        "entries": records_of(shown, (*ACCOUNT_ENTRY.names, "seen", "recorded_by")),
    }


def _names(store: Store, layer: str) -> dict[str, str]:
    frame = store.read(layer, Query(columns=("code", "name")))
    return dict(zip(frame["code"].tolist(), frame["name"].tolist(), strict=True))


def _named(rows: list[Record], names: dict[str, str]) -> list[Record]:
    return [{**row, "name": names.get(row["code"])} for row in rows]
