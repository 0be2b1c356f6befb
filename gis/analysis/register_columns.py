"""
The register's columns as compact arrays: a million parcels in little more than a hundred bytes each.

Texts that many rows share are numbers of a list; days are whole days since 1970; a missing value is a number that no
row can have. Only numbers and names of parcels are kept as texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gis.layers import PARCEL
from gis.model import Coded, OwnerKind, Stage

Kind = Literal["text", "coded", "day", "count", "amount"]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

NO_CODE = -1
NO_DAY = np.int32(np.iinfo(np.int32).min)
NO_COUNT = np.int32(np.iinfo(np.int32).min)

# In the order in which a page offers them.
KINDS: Mapping[str, Kind] = {
    "parcel_no": "text",
    "name": "text",
    "town": "coded",
    "village": "coded",
    "owner_kind": "coded",
    "supply_kind": "coded",
    "land_class": "coded",
    "declared_area_m2": "amount",
    "declared_basis": "coded",
    "area_planar_m2": "amount",
    "area_ellipsoid_m2": "amount",
    "stage": "coded",
    "stage_on": "day",
    "hold_reason": "coded",
    "held_since": "day",
    "next_stage": "coded",
    "next_legal_on": "day",
    "due_on": "day",
    "overdue_days": "count",
    "ready_expected_on": "day",
    "households": "count",
    "buildings": "count",
    "compensation_due_wan": "amount",
    "compensation_paid_wan": "amount",
    "unit": "coded",
    "person": "coded",
    "batch": "coded",
    "document_no": "coded",
}
# Code lists are sorted by their own order, not by letters.
CODES: Mapping[str, type[Coded]] = {
    **{name: column.codes for name in KINDS if name in PARCEL.names and (column := PARCEL.column(name)).codes},
    "owner_kind": OwnerKind,
    "next_stage": Stage,
}


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """``codes[i]`` is the place of row i's value in ``values``, -1 where it is missing. Values stand there once."""

    codes: npt.NDArray[np.signedinteger[Any]]
    values: tuple[str, ...]

    @classmethod
    def of(cls, column: pd.Series) -> CodedColumn:
        """A column of texts."""
        codes, values = pd.factorize(column.array)
        return cls(_small(codes, len(values)), tuple(str(value) for value in values))

    def place(self, value: str) -> int:
        """Where ``value`` stands; -2, which no row has, where it stands nowhere."""
        try:
            return self.values.index(value)
        except ValueError:
            return -2

    def takes(self, wanted: Flags, *, missing: bool) -> Flags:
        """Which rows have one of the values that ``wanted`` marks (one flag a value); ``missing``: or none."""
        # The code of a missing value is -1: the last flag.
        takes: Flags = np.append(wanted, missing)[self.codes]
        return takes

    def patched(self, places: Places, new: CodedColumn) -> CodedColumn:
        """The column with other values at ``places``; itself where they are no others. What nobody has may stay."""
        known = {value: at for at, value in enumerate(self.values)}
        table = np.array([known.setdefault(value, len(known)) for value in new.values] + [NO_CODE], np.int32)
        codes = table[new.codes]
        if np.array_equal(self.codes[places], codes):
            return self
        copy = _small(self.codes, len(known)) if len(known) > len(self.values) else self.codes.copy()
        copy[places] = codes
        return CodedColumn(copy, tuple(known))


def _small(codes: npt.NDArray[Any], n: int) -> npt.NDArray[np.signedinteger[Any]]:
    """The codes in as few bytes as ``n`` values need."""
    for dtype in (np.int8, np.int16):
        if n <= np.iinfo(dtype).max:
            return codes.astype(dtype)
    return codes.astype(np.int32)


def joined(columns: Sequence[CodedColumn], order: Places) -> CodedColumn:
    """Several columns one after the other, in ``order``; values that no row has any more are let go."""
    places: dict[str, int] = {}
    parts = []
    for column in columns:
        table = np.array([places.setdefault(value, len(places)) for value in column.values] + [NO_CODE], np.int32)
        parts.append(table[column.codes])
    codes = np.concatenate(parts)[order] if parts else np.zeros(0, np.int32)
    used = np.flatnonzero(np.bincount(codes + 1, minlength=len(places) + 1)[1:])
    if len(used) == len(places):
        return CodedColumn(_small(codes, len(places)), tuple(places))
    again = np.full(len(places) + 1, NO_CODE, np.int32)
    again[used] = np.arange(len(used))
    values = list(places)
    return CodedColumn(_small(again[codes], len(used)), tuple(values[place] for place in used.tolist()))


def days_of(column: pd.Series) -> npt.NDArray[np.int32]:
    """Days since 1970; NO_DAY where there is none."""
    days = column.to_numpy(dtype="datetime64[D]")
    found = days.astype(np.int64)
    return np.where(np.isnat(days), NO_DAY, found).astype(np.int32)


def counts_of(column: pd.Series) -> npt.NDArray[np.int32]:
    """Whole numbers; NO_COUNT where there is none."""
    missing = column.isna().to_numpy(dtype=bool)
    return np.where(missing, NO_COUNT, column.fillna(0).to_numpy(dtype=np.int64)).astype(np.int32)


def amounts_of(column: pd.Series) -> npt.NDArray[np.float64]:
    """Areas and money; NaN where there is none."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def texts_of(column: pd.Series) -> pa.StringArray:
    """Texts of single rows."""
    found = pa.array(column.array, type=pa.string(), from_pandas=True)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def texts_joined(parts: Sequence[pa.StringArray], order: Places) -> pa.StringArray:
    """Texts of several parts one after the other, in ``order``."""
    whole = pa.concat_arrays(list(parts))
    return whole if _is_as_it_stands(order, len(whole)) else pc.take(whole, pa.array(order))


def patched(values: npt.NDArray[Any], places: Places, new: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An array with other values at ``places``; itself where they are no others."""
    if np.array_equal(values[places], new, equal_nan=values.dtype.kind == "f"):
        return values
    copy = values.copy()
    copy[places] = new
    return copy


def texts_patched(texts: pa.StringArray, places: Places, new: pa.StringArray) -> pa.StringArray:
    """The same of texts; ``places`` rise."""
    if texts.take(pa.array(places)).equals(new):
        return texts
    mask = np.zeros(len(texts), dtype=bool)
    mask[places] = True
    return pc.replace_with_mask(texts, pa.array(mask), new)


def _is_as_it_stands(order: Places, size: int) -> bool:
    return len(order) == size and bool(np.all(order == np.arange(size)))
