"""
Make a checked table ready to be stored beside what the store holds: towns and parks by name become codes, missing
towns are told from the place, stated stages become events, and a silent shift of the coordinates is looked for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from gis.ingest.events import Events, parcel_events, plain_values, project_events
from gis.ingest.references import holding_towns, only_towns, resolve
from gis.ingest.shift import Shift, find_misplaced, find_shift
from gis.ingest.table import CheckedTable
from gis.layers import Layer
from gis.model import Query
from gis.store.port import Store
from gis.words import Words

_COMPARED = 2000
_TOWN_COLUMN = {"project": "located_in_town", "parcel": "town"}
_STAGE_COLUMNS = {
    "project": ("code", "stage", "stage_on"),
    "parcel": ("parcel_no", "stage", "stage_on", "hold_reason", "held_since"),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table ready to be written, the ledger rows that go with it by ledger, and what else to tell."""

    table: CheckedTable
    side: dict[str, pd.DataFrame]
    warnings: tuple[Words, ...]


def prepare_import(store: Store, layer: Layer, table: CheckedTable, today: date) -> Prepared:
    """
    Fit ``table`` to the store.

    A name that no town or park of the store bears is kept and told. A missing town is filled only where the
    store knows none for that row. Events are made of what the file states where it is not what the
    store's events say already (``today``: the day of a stage without one).
    """
    return _Preparation(store, layer, today).of(table)


@dataclass(frozen=True)
class _Preparation:
    store: Store
    layer: Layer
    today: date

    def of(self, table: CheckedTable) -> Prepared:
        frame, warnings = self._resolved(table.frame)
        frame, filled = self._with_towns(frame)
        table = replace(table, frame=frame)
        side = dict(table.side)
        events = self._events(table, side.pop("parcel_event", pd.DataFrame()))
        if events is not None and len(events.frame):
            side["parcel_event" if self.layer.name == "parcel" else "project_event"] = events.frame
        told = (*warnings, *filled, *(events.warnings if events else ()), *self._shifted(table))
        return Prepared(table, {name: rows for name, rows in side.items() if len(rows)}, told)

    def _resolved(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Words, ...]]:
        """Towns and parks given by name, as codes."""
        told: tuple[Words, ...] = ()
        for column in self.layer.columns:
            if column.references not in ("town", "park") or column.name not in frame or frame[column.name].isna().all():
                continue
            places = self.store.read(column.references, Query(columns=("code", "name")))
            codes, names = [*places["code"]], [*places["name"]]
            if self.layer.name == column.references:
                codes, names = [*codes, *frame["code"]], [*names, *frame["name"]]
            found = resolve(frame[column.name], *_each_once(codes, names), column.references)
            frame = frame.assign(**{column.name: found.values})
            told += found.warnings(column)
        return frame, told

    def _with_towns(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Words, ...]]:
        """A missing town is the one that holds most of the geometry, unless the store knows one already."""
        name = _TOWN_COLUMN.get(self.layer.name)
        if name is None or "geometry" not in frame or frame.empty:
            return frame, ()
        said = frame[name] if name in frame else pd.Series([None] * len(frame), dtype="str", index=frame.index)
        open_ = said.isna() & frame["geometry"].notna() & ~frame[self.layer.key[0]].isin(self._placed(name))
        towns = only_towns(self.store.read("town"))
        if not open_.any() or towns.empty:
            return frame, ()
        found = holding_towns(np.asarray(frame.loc[open_, "geometry"].array, dtype=object), towns)
        filled = said.astype("object")
        filled[open_] = found
        column, count = self.layer.column(name).words, sum(code is not None for code in found)
        told = Words(
            f"{count} 行的{column.zh}按图形位置补填", f"{column.en}: {count} filled from where the geometry lies"
        )
        return frame.assign(**{name: filled.astype("str")}), (told,) if count else ()

    def _placed(self, name: str) -> Collection[str]:
        """Keys whose town the store knows."""
        key = self.layer.key[0]
        stored = self.store.read(self.layer.name, Query(columns=(key, name)))
        return frozenset(stored.loc[stored[name].notna(), key])

    def _events(self, table: CheckedTable, steps: pd.DataFrame) -> Events | None:
        columns = _STAGE_COLUMNS.get(self.layer.name)
        if columns is None or table.frame.empty:
            return None
        states_dates = "actual_start_on" in table.frame or "actual_finish_on" in table.frame
        if table.stated.empty and steps.empty and not states_dates:
            return None
        stored = self.store.read(self.layer.name, Query(columns=columns))
        rows = zip(*(plain_values(stored[c]) for c in columns), strict=True)
        present = {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows}
        if self.layer.name == "project":
            return project_events(table.frame, table.stated, present, self.today)
        return parcel_events(table.frame, table.stated, steps, present, self.today)

    def _shifted(self, table: CheckedTable) -> tuple[Words, ...]:
        """Does the file lie off, as the maps of 高德 and 百度 do, from what is stored?"""
        if self.layer.geometry is None or "geometry" not in table.frame or table.frame.empty:
            return ()
        shift = self._shift_by_name(table) or self._shift_by_town(table)
        return (shift.words,) if shift else ()

    def _shift_by_name(self, table: CheckedTable) -> Shift | None:
        step = max(1, len(table.frame) // _COMPARED)
        key = self.layer.key[0]
        incoming = table.frame.iloc[::step]
        stored = self.store.read(self.layer.name, Query(keys=tuple(incoming[key])))
        by = key
        if self.layer.name == "town" and stored.empty and "name" in incoming:
            stored, by = self.store.read("town"), "name"
            stored = stored.drop_duplicates("name", keep=False)
        pairs = incoming[[by, "geometry"]].merge(stored[[by, "geometry"]], on=by, suffixes=("", "_stored"))
        if pairs.empty:
            return None
        moved, there = (np.asarray(pairs[c].array, dtype=object) for c in ("geometry", "geometry_stored"))
        return find_shift(moved, there, self.store.info.crs)

    def _shift_by_town(self, table: CheckedTable) -> Shift | None:
        name = _TOWN_COLUMN.get(self.layer.name)
        if name is None or name not in table.frame:
            return None
        towns = only_towns(self.store.read("town")).drop_duplicates("code").set_index("code").geometry
        rows = table.frame[table.frame[name].isin(towns.index) & table.frame["geometry"].notna()]
        if rows.empty:
            return None
        geoms = np.asarray(rows["geometry"].array, dtype=object)
        return find_misplaced(geoms, np.asarray(towns[rows[name]].array, dtype=object), self.store.info.crs)


def _each_once(codes: list[str], names: list[Any]) -> tuple[list[str], list[Any]]:
    once = dict(zip(codes, names, strict=True))
    return list(once), list(once.values())
