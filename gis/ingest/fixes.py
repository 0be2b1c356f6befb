"""
What a user puts right in a file without touching it: single cells, and the unit that an area column is really in.

The file's own bytes stay as they came; a fix is applied to the table that was read of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.errors import InvalidParameter, InvalidValue, Place
from gis.ingest import cells
from gis.ingest.headers import find_header
from gis.ingest.table import CheckedTable, RawTable, Refusal
from gis.rules.land_classes import LandClassScheme
from gis.units import UNITS_BY_DIMENSION
from gis.words import Words

Edits = Mapping[int, Mapping[str, str]]


def with_edits(raw: RawTable, edits: Edits) -> RawTable:
    """
    ``raw`` with these cells, by row number and header, in place of its own; "" makes a cell blank.

    Raises
    ------
    InvalidParameter
        There is no such row or column.
    """
    if not edits:
        return raw
    at = {row: position for position, row in enumerate(raw.rows)}
    frame = raw.frame.copy()
    for row, changes in edits.items():
        for header, text in changes.items():
            position = find_header([str(h) for h in frame.columns], header)
            if position is None or row not in at:
                raise InvalidParameter(
                    Words("要修改的单元格不存在", "there is no such cell to change"),
                    found=f"{row} / {header}"[:80],
                    place=Place(raw.source.name, row, header),
                )
            column = frame.columns[position]
            if frame[column].dtype != object:
                frame[column] = frame[column].astype(object)
            frame.iat[at[row], position] = text or None
    return replace(raw, frame=frame)


def with_area_units(raw: RawTable, units: Mapping[str, str]) -> RawTable:
    """
    ``raw`` with the numbers of these columns (header → unit) in that unit, whatever header and cells say.

    Raises
    ------
    InvalidParameter
        No such column, or no unit of area.
    """
    frame = raw.frame.copy() if units else raw.frame
    for header, unit in units.items():
        position = find_header([str(h) for h in frame.columns], header)
        if position is None or unit not in UNITS_BY_DIMENSION["area"]:
            raise InvalidParameter(
                Words("面积单位的设置无效", "this unit of area cannot be set"),
                found=f"{header}: {unit}"[:80],
                expected="、".join(UNITS_BY_DIMENSION["area"]),
            )
        column = frame.columns[position]
        frame[column] = pd.Series([_in_unit(v, unit) for v in frame[column]], index=frame.index, dtype=object)
    return replace(raw, frame=frame)


def _in_unit(value: Any, unit: str) -> Any:
    """The cell's number with this unit in place of its own; what is no number, or not of an area, is left."""
    if cells.is_blank(value):
        return None
    try:
        number, own = cells.split_number(value)
    except InvalidValue:
        return value
    return f"{number}{unit}" if own is None or own in UNITS_BY_DIMENSION["area"] else value


def with_land_classes(
    table: CheckedTable, scheme: LandClassScheme, header: str, asked: NDArray[np.bool_]
) -> CheckedTable:
    """
    The rows whose code of land class the scheme knows, with scheme and edition beside it; the others are refused.

    ``asked`` (n,): the rows that are meant; the others keep what they have. ``header``: the file's own name of the
    column.
    """
    codes = table.frame["land_class_code"]
    unknown = [code for code in codes.dropna().unique() if scheme.name_of(code) is None]
    bad = asked & codes.isin(unknown).to_numpy()
    good = table.frame.copy()
    for column, value in (("land_class_scheme", scheme.scheme), ("land_class_edition", scheme.edition)):
        there = good[column] if column in good else pd.Series(None, index=good.index, dtype="str")
        good[column] = there.mask(asked & there.isna(), value)
    wanted = Words(f"{scheme.words.zh}中有的编码", f"a code of {scheme.words.en}")
    refused = [
        Refusal(Place(table.source.name, table.rows[i], header), str(codes.iloc[i]), wanted)
        for i in range(len(good))
        if bad[i]
    ]
    return without_rows(replace(table, frame=good), ~bad, tuple(refused))


def without_rows(table: CheckedTable, keep: Any, refused: tuple[Refusal, ...]) -> CheckedTable:
    """The table's rows where ``keep`` (n,) is true; what they brought for ledgers goes with them."""
    if bool(keep.all()):
        return table
    key = table.frame.columns[0]
    gone = set(table.frame.loc[~keep, key])
    return replace(
        table,
        frame=table.frame[keep].reset_index(drop=True),
        rows=tuple(row for row, kept in zip(table.rows, keep, strict=True) if kept),
        stated=table.stated[keep].reset_index(drop=True) if len(table.stated) else table.stated,
        side={name: rows[~rows.iloc[:, 0].isin(gone)].reset_index(drop=True) for name, rows in table.side.items()},
        refused=tuple(sorted((*table.refused, *refused), key=lambda r: r.place.row or 0)),
    )
