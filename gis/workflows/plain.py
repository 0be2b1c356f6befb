"""Frames as plain values that JSON can carry: missing → None, dates → YYYY-MM-DD, Words → {zh, en}."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from gis.words import Words

Record = dict[str, Any]


def plain(value: Any) -> Any:
    """One value; containers are gone through."""
    if isinstance(value, Words):
        return value.as_dict()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat()[:10] if isinstance(value, date) else value


def column_values(column: pd.Series) -> list[Any]:
    """A column's plain values."""
    if pd.api.types.is_datetime64_any_dtype(column):
        days = np.datetime_as_string(column.to_numpy().astype("datetime64[D]"))
        return [None if day == "NaT" else day for day in days.tolist()]
    if pd.api.types.is_float_dtype(column) and isinstance(column.dtype, np.dtype):
        return [value if math.isfinite(value) else None for value in column.tolist()]
    if isinstance(column.dtype, pd.StringDtype):
        return [value if isinstance(value, str) else None for value in column.tolist()]
    if pd.api.types.is_bool_dtype(column) and isinstance(column.dtype, np.dtype):
        return list(column.tolist())
    return [plain(value) for value in column.tolist()]


def records_of(frame: pd.DataFrame, columns: Sequence[str] | None = None) -> list[Record]:
    """One record a row: of ``columns`` that the frame has, in their order, or of all but the geometry."""
    wanted: Iterable[str] = frame.columns if columns is None else columns
    names = [name for name in wanted if name in frame.columns and name != "geometry"]
    values = [column_values(frame[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
