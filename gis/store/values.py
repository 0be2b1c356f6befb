"""
Columns of a frame as the values that a database keeps, and back. The same in every store.

Kept are str, int, float and None. Dates are ``YYYY-MM-DD``, booleans 0 and 1, json its text with
sorted keys, money a double rounded to 10⁻⁶ 万元: up to 15 significant digits come back as they went in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.errors import InvalidParameter, InvalidRow, Place
from gis.layers import Column, Layer
from gis.words import Words

Kept = NDArray[np.object_]
MONEY_PLACES = 6
_INT64 = 2**63
# The character 0, and halves of a character.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_EXPECTED = {
    "text": Words("文本", "text"),
    "integer": Words("整数", "a whole number"),
    "real": Words("数值", "a finite number"),
    "money": Words("金额（万元）", "an amount in 万元"),
    "date": Words("日期（不含时间）", "a date without a time of day"),
    "boolean": Words("是/否", "true or false"),
    "json": Words("JSON 值", "a JSON value"),
}


def kept_values(column: Column, series: pd.Series[Any]) -> Kept:
    """
    The series as kept values, None where missing.

    Raises
    ------
    InvalidRow
        A value is not of the column's type, or not in its code list; names the row (from 1) and the column.
    """
    quick = _quickly_kept(column, series)
    kept = _one_by_one(column, series) if quick is None else quick
    _check_codes(column, kept)
    return kept


def _quickly_kept(column: Column, series: pd.Series[Any]) -> Kept | None:
    """Whole columns of the dtypes that the port names; None where each value must be looked at."""
    if column.type == "date" and series.dtype.kind == "M" and getattr(series.dtype, "tz", None) is None:
        moments = series.to_numpy()
        days = moments.astype("datetime64[D]")
        midnight = (np.isnat(days) | (days == moments)).all()
        return _kept_where(~np.isnat(days), np.datetime_as_string(days).tolist()) if midnight else None
    if column.type in ("real", "money") and series.dtype == np.float64:
        numbers = series.to_numpy()
        listed = [round(n, MONEY_PLACES) for n in numbers.tolist()] if column.type == "money" else numbers.tolist()
        return None if np.isinf(numbers).any() else _kept_where(~np.isnan(numbers), listed)
    return None


def _kept_where(there: NDArray[np.bool_], values: list[Any]) -> Kept:
    kept = np.empty(len(values), dtype=object)
    kept[:] = values
    kept[~there] = None
    return kept


def _one_by_one(column: Column, series: pd.Series[Any]) -> Kept:
    source = series.to_numpy(dtype=object)
    kept = np.empty(len(source), dtype=object)
    keep = _KEEP[column.type]
    for position in np.flatnonzero(series.notna().to_numpy()).tolist():
        try:
            kept[position] = keep(source[position])
        except (TypeError, ValueError, OverflowError):
            raise invalid(column.name, position, source[position], _EXPECTED[column.type]) from None
    return kept


def _check_codes(column: Column, kept: Kept) -> None:
    if column.codes is None:
        return
    known: set[str | None] = {member.value for member in column.codes} | {None}
    for wrong in set(kept) - known:
        position = int(np.flatnonzero(kept == wrong)[0])
        choices = "、".join(f"{m.words.zh}({m.value})" for m in column.codes)
        raise invalid(column.name, position, wrong, Words(choices, choices))


def invalid(column: str, position: int, found: object, expected: Words) -> InvalidRow:
    """The refusal of one cell; ``position`` counts from 0, the row that is told from 1."""
    return InvalidRow(
        Words(
            f"第 {position + 1} 行“{column}”应为{expected.zh}",
            f"row {position + 1}, {column}: expected {expected.en}",
        ),
        found=str(found)[:200],
        expected=expected.zh if expected.zh == expected.en else f"{expected.zh} / {expected.en}",
        place=Place(row=position + 1, column=column),
    )


def _keep_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    text = str(value)
    if not text.isascii():
        text.encode("utf-8")  # a lone surrogate cannot be stored
    if "\0" in text:
        raise ValueError
    return text


def storable(texts: Sequence[str]) -> Sequence[str]:
    """Those of ``texts`` that a store can hold, as ``kept_values`` has it; the others are in no row."""
    if not _UNSTORABLE.search("".join(texts)):
        return texts
    return [text for text in texts if not _UNSTORABLE.search(text)]


def _keep_integer(value: Any) -> int:
    whole = int(value)
    if isinstance(value, str | bool | np.bool_) or whole != value or not -_INT64 <= whole < _INT64:
        raise ValueError
    return whole


def _keep_real(value: object) -> float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
        raise TypeError
    number = float(value)
    if not isfinite(number):
        raise ValueError
    return number


def _keep_money(value: object) -> float:
    return round(_keep_real(value), MONEY_PLACES)


def _keep_date(value: object) -> str:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, datetime):
        if value.tzinfo is not None or value.time() != datetime.min.time():
            raise ValueError
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return date.fromisoformat(value).isoformat()
    raise TypeError


def _keep_boolean(value: object) -> int:
    if isinstance(value, bool | np.bool_) or (isinstance(value, Integral) and value in (0, 1)):
        return int(value)
    raise TypeError


def _keep_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


_KEEP: dict[str, Callable[[Any], Any]] = {
    "text": _keep_text,
    "integer": _keep_integer,
    "real": _keep_real,
    "money": _keep_money,
    "date": _keep_date,
    "boolean": _keep_boolean,
    "json": _keep_json,
}


_SMALL = {ord(capital): capital.lower() for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def in_small_letters(text: str) -> str:
    """As the databases' own ``lower``: the Latin letters, and no other."""
    return text.translate(_SMALL)


def sought_value(layer: Layer, column: str, text: str) -> Any:
    """
    The kept value that an equality of a query means.

    Raises
    ------
    InvalidParameter
        ``text`` cannot be a value of this column.
    """
    declared = next((c for c in layer.columns if c.name == column), None)
    if declared is None or declared.type not in _SEEK:
        return text
    try:
        return _SEEK[declared.type](text)
    except (KeyError, ValueError):
        expected = _EXPECTED[declared.type]
        words = Words(f"{column} 应为{expected.zh}", f"{column}: expected {expected.en}")
        raise InvalidParameter(words, found=text, place=Place(column=column)) from None


_SEEK: dict[str, Callable[[str], Any]] = {
    "integer": lambda text: _keep_integer(int(text)),
    "real": float,
    "money": float,
    "boolean": lambda text: {"0": False, "1": True, "false": False, "true": True}[text.lower()],
}


def frame_values(type_: str, kept: Kept) -> Any:
    """Kept values as the array that the port promises for this column type."""
    return _SHOW[type_](kept)


def _show_dates(kept: Kept) -> Any:
    return _moments(kept, "datetime64[s]")


def _moments(kept: Kept, dtype: str) -> Any:
    """ISO texts as moments; each different text is read once, for days repeat."""
    places, texts = pd.factorize(kept)
    read = np.array([*(text.rstrip("Z") for text in texts), "NaT"], dtype=dtype)
    return read[places]  # -1, a missing one, is the NaT at the end


def _show_booleans(kept: Kept) -> Any:
    return pd.array([None if value is None else bool(value) for value in kept], dtype="boolean")


def _show_json(kept: Kept) -> Any:
    shown = np.empty(len(kept), dtype=object)
    shown[:] = [None if text is None else json.loads(text) for text in kept]
    return shown


_SHOW: dict[str, Callable[[Kept], Any]] = {
    "text": lambda kept: pd.array(np.array(kept, dtype=object), dtype="str"),
    "integer": lambda kept: pd.array(kept.tolist(), dtype="Int64"),
    "real": lambda kept: np.array(kept, dtype="float64"),
    "money": lambda kept: np.array(kept, dtype="float64"),
    "date": _show_dates,
    "boolean": _show_booleans,
    "json": _show_json,
    "datetime": lambda kept: _moments(kept, "datetime64[ms]"),
}
