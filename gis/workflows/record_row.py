"""Write one row of an append-only ledger as a person edits it: added, corrected, or withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from gis.analysis.withdrawn import counting
from gis.errors import Conflict, GuatuError, InvalidParameter, NotFound, Place
from gis.layers import FRAME_DTYPES, Column, Layer
from gis.model import Actor, Query
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.plain import Record, records_of
from gis.workflows.withdrawal_reason import withdrawal_reason


def standing_rows(reader: Reader, layer: Layer, owner: str | None = None, *, on: date | None = None) -> pd.DataFrame:
    """The ruling rows of a ledger that are not withdrawn; ``owner``: those of one key of its first key column."""
    keys = None if owner is None else (owner,)
    rows = reader.read(layer.name, Query(on=on, keys=keys))
    return counting(rows).reset_index(drop=True)


def standing_row(reader: Reader, layer: Layer, key: Mapping[str, str]) -> Record | None:
    """The row of this key, as JSON carries it; None where there is none or it was withdrawn."""
    rows = standing_rows(reader, layer, key[layer.key[0]])
    for name in layer.key:
        rows = rows[rows[name] == key[name]]
    found = [{**row, "recorded_at": str(row["recorded_at"])} for row in records_of(_moments(rows))]
    return found[-1] if found else None


def _moments(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the moment of writing in full, not as a day."""
    return rows.assign(recorded_at=rows["recorded_at"].astype("str"))


def record_row(store: Store, actor: Actor, layer: Layer, row: Mapping[str, Any], seen: str | None) -> Record:
    """
    Write a row whole; columns of the layer that ``row`` lacks are empty in it. Gives the row as it stands.

    ``seen``: the ``recorded_at`` of the row that the person had before their eyes, None for none.

    Raises
    ------
    Conflict
        Another row of this key was written meanwhile.
    InvalidRow
        The store's rules refuse it.
    """
    key = {name: str(row[name]) for name in layer.key}
    with writing_assessed(store, actor) as writer:
        _require_seen(standing_row(writer, layer, key), seen, layer, key)
        writer.append(layer.name, row_frame(layer, {**row, "withdrawn": False}))
        return standing_row(writer, layer, key) or {}


def withdraw_row(
    store: Store, actor: Actor, layer: Layer, key: Mapping[str, str], *, reason: str, seen: str | None
) -> None:
    """
    Take a row away: it stays in the ledger with the reason, and counts no more.

    Raises
    ------
    NotFound
        There is no such row.
    Conflict
        Another row of this key was written meanwhile.
    InvalidParameter
        The reason is none, or too long.
    """
    why = withdrawal_reason(reason)
    with writing_assessed(store, actor) as writer:
        standing = standing_row(writer, layer, key)
        if standing is None:
            name = "/".join(key.values())
            raise NotFound(Words(f"没有{layer.words.zh}记录“{name}”", f"no {layer.words.en} row '{name}'"), found=name)
        _require_seen(standing, seen, layer, key)
        kept = {name: standing[name] for name in layer.names}
        writer.append(layer.name, row_frame(layer, {**kept, "note": why, "withdrawn": True}))


def _require_seen(standing: Record | None, seen: str | None, layer: Layer, key: Mapping[str, str]) -> None:
    now = None if standing is None else standing["recorded_at"]
    if now == (seen or None):
        return
    by = "" if standing is None else str(standing["recorded_by"])
    raise Conflict(
        Words(
            f"{layer.words.zh}“{'/'.join(key.values())}”已被他人改动，请刷新后再改",
            f"'{'/'.join(key.values())}' of {layer.words.en} was changed meanwhile: load it again",
        ),
        (),
        found=f"{by} {now}" if now else "—",
        expected=seen or "—",
    )


def row_frame(layer: Layer, row: Mapping[str, Any]) -> pd.DataFrame:
    """One row with every column of the layer; those that ``row`` lacks are empty."""
    columns = {
        column.name: pd.Series([_cell(column, row.get(column.name))], dtype="object") for column in layer.columns
    }
    return pd.DataFrame(columns).astype({column.name: FRAME_DTYPES[column.type] for column in layer.columns})


def _cell(column: Column, value: Any) -> Any:
    return pd.Timestamp(value) if column.type == "date" and value else None if value == "" else value


def require_past(layer: Layer, row: Mapping[str, Any], names: tuple[str, ...], today: date) -> list[GuatuError]:
    """What is wrong with days of things that have happened: one after ``today``."""
    return [
        InvalidParameter(
            Words(f"{words.zh}不能晚于今天", f"{words.en} may not be later than today"),
            found=str(day),
            expected=f"≤ {today}",
            place=Place(column=name),
        )
        for name in names
        for words, day in [(layer.column(name).words, row.get(name))]
        if day is not None and day > today
    ]
