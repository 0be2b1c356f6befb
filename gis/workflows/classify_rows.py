"""
What writing rows would do to a store, found without writing: which are new, which change and how, which stay.

It compares as the store itself does, value by stored value and vertex by vertex, so that an import does what its
preview said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.layers import LAYERS, Column, Layer
from gis.model import Query
from gis.store.incoming import comparable
from gis.store.port import Reader
from gis.store.values import Kept, kept_values

State = Literal["new", "changed", "unchanged"]
Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class CellChange:
    """One value that changes: as it stands (None: blank) and as it will be, both as stores keep them."""

    column: str
    before: Any
    after: Any


@dataclass(slots=True)
class RowFate:
    """
    What becomes of one row: its key, its state, the values that change.

    ``moved_m2``: the area that the old and the new shape do not share, None where the shape stays or is no area.
    ``is_moved``: the shape changes. ``events``: ledger rows that come along and are news, as (ledger, row).
    """

    key: str
    state: State
    changes: list[CellChange] = field(default_factory=list)
    moved_m2: float | None = None
    is_moved: bool = False
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def classify_entities(store: Reader, layer: Layer, frame: pd.DataFrame) -> list[RowFate]:
    """The fate of each row of ``frame`` were it put into ``layer``, in its order."""
    if frame.empty:
        return []
    keys = [str(key) for key in frame[layer.key[0]]]
    columns = [layer.column(str(name)) for name in frame.columns if name != "geometry"]
    names = tuple(dict.fromkeys((layer.key[0], *(c.name for c in columns))))
    wanted = (*names, "geometry") if "geometry" in frame else names
    stored = store.read(layer.name, Query(keys=tuple(dict.fromkeys(keys)), columns=wanted))
    places = pd.Index(stored[layer.key[0]], dtype=object).get_indexer(pd.Index(keys, dtype=object))
    fates = [RowFate(key, "new" if place < 0 else "unchanged") for key, place in zip(keys, places, strict=True)]
    for column in columns:
        _compare(fates, places, column, frame[column.name], stored[column.name])
    if "geometry" in frame:
        _compare_shapes(fates, places, frame, stored)
    return fates


def _compare(fates: list[RowFate], places: NDArray[np.intp], column: Column, new: Any, old: Any) -> None:
    """Missing incoming values leave what is stored."""
    after, before = kept_values(column, new), kept_values(column, old)
    known = np.flatnonzero(places >= 0)
    there = after[known]
    differ = ~pd.isna(there) & (there != before[places[known]]).astype(bool)
    for row in known[differ]:
        fates[row].changes.append(CellChange(column.name, before[places[row]], after[row]))
        fates[row].state = "changed"


def _compare_shapes(
    fates: list[RowFate], places: NDArray[np.intp], frame: pd.DataFrame, stored: gpd.GeoDataFrame
) -> None:
    new = np.asarray(frame["geometry"].array, dtype=object)
    old = np.asarray(stored["geometry"].array, dtype=object)
    known = np.flatnonzero((places >= 0) & ~shapely.is_missing(new))
    doubtful = known[shapely.to_wkb(old[places[known]]) != shapely.to_wkb(new[known])]
    moved = doubtful[comparable(old[places[doubtful]]) != comparable(new[doubtful])] if len(doubtful) else doubtful
    for row in moved:
        fates[row].state, fates[row].is_moved = "changed", True
        fates[row].moved_m2 = not_shared_m2(old[places[row]], new[row])


def not_shared_m2(old: Any, new: Any) -> float | None:
    """The planar area that two shapes do not share; None where neither is an area."""
    if old is None:
        return float(shapely.area(new)) or None
    pair = [shape if shapely.is_valid(shape) else shapely.make_valid(shape) for shape in (old, new)]
    if max(float(shapely.area(shape)) for shape in pair) == 0:
        return None
    return float(shapely.area(shapely.symmetric_difference(*pair)))


def classify_ledger(store: Reader, layer: Layer, frame: pd.DataFrame) -> list[RowFate]:
    """The fate of each row of ``frame`` were it appended to the ledger, in its order."""
    if frame.empty:
        return []
    full = frame.reindex(columns=list(layer.names))
    rows = _kept_rows(layer, full)
    latest = _latest(store, layer, full)
    keyed = [layer.names.index(name) for name in layer.key]
    dated = _own_day(layer)
    fates = []
    for row in rows:
        key = tuple(row[i] for i in keyed)
        exact = (*key, row[dated]) if dated is not None and row[dated] is not None else key
        state: State = "new" if key not in latest else "unchanged" if latest.get(exact) == row else "changed"
        fates.append(RowFate(" · ".join(str(part) for part in exact if part is not None), state))
        fates[-1].changes = (
            _ledger_changes(layer, latest.get(exact) or latest.get(key), row) if state == "changed" else []
        )
    return fates


def _own_day(layer: Layer) -> int | None:
    """The place of the day that a row bears beside its key; None where it bears none."""
    if layer.dated_by is None or layer.dated_by in layer.key:
        return None
    return layer.names.index(layer.dated_by)


def _kept_rows(layer: Layer, frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns: list[Kept] = [kept_values(layer.column(name), frame[name]) for name in layer.names]
    return list(zip(*columns, strict=True))


def _latest(store: Reader, layer: Layer, frame: pd.DataFrame) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """
    The row written last of each key, and of each key and day where rows bear one beside it.

    A reader gives the ruling row of a key as of a day: as of the very days of the frame, that is the row asked for.
    """
    owners = tuple(dict.fromkeys(str(owner) for owner in frame[layer.key[0]]))
    keyed, dated = [layer.names.index(name) for name in layer.key], _own_day(layer)
    days: Iterable[date | None] = [None]
    if dated is not None:
        named = pd.to_datetime(frame[layer.names[dated]]).dropna().unique()
        days = [*(pd.Timestamp(day).date() for day in named), None]
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for day in days:
        stored = store.read(layer.name, Query(keys=owners, columns=layer.names, on=day))
        for row in _kept_rows(layer, stored):
            key = tuple(row[i] for i in keyed)
            found[key] = row
            if dated is not None and row[dated] is not None:
                found[*key, row[dated]] = row
    return found


def _ledger_changes(layer: Layer, before: tuple[Any, ...] | None, after: tuple[Any, ...]) -> list[CellChange]:
    stood = before or (None,) * len(after)
    pairs = zip(layer.names, stood, after, strict=True)
    return [CellChange(name, old, new) for name, old, new in pairs if old != new]


def lift_by_ledgers(store: Reader, fates: Sequence[RowFate], side: dict[str, pd.DataFrame]) -> dict[str, list[RowFate]]:
    """
    Let ledger rows that came along and are news make their rows changed; gives the fate of each ledger's rows.
    """
    by_key = {fate.key: fate for fate in fates}
    found = {}
    for name, rows in side.items():
        layer = LAYERS[name]
        found[name] = classify_ledger(store, layer, rows)
        for owner, fate, row in zip(rows[layer.key[0]], found[name], rows.to_dict("records"), strict=True):
            if fate.state == "unchanged" or owner not in by_key:
                continue
            own = by_key[owner]
            own.events.append((name, {str(k): v for k, v in row.items() if not _is_blank(v)}))
            own.state = "changed" if own.state == "unchanged" else own.state
    return found


def _is_blank(value: Any) -> bool:
    return value is None or (not isinstance(value, list | dict) and bool(pd.isna(value)))
