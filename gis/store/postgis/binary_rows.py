"""
Rows as PostgreSQL writes them in ``COPY … (FORMAT binary)``, turned into arrays a column at a time.

A row is its number of columns (two bytes), then each value's length (four bytes, -1 for a missing one) and its bytes,
numbers with the most significant byte first (PostgreSQL's manual, COPY, "Binary Format"). No value is looked at by
itself: the places of one column's values in all rows are followed as one array.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis.store.columns import GEOMETRY

HEADER_BYTES = 19  # the signature (11), flags (4), and the length of a further header, which no server writes (4)
END = b"\xff\xff"
_SPARE = bytes(16)  # behind the last row, so that the place of a missing last value can be looked at

_FIRST_DAY = np.datetime64("2000-01-01", "s")
_FIRST_MOMENT = np.datetime64("2000-01-01", "ms")

# Extended well-known binary: byte order (1; 1: least first), type (4, with flags in the last), perhaps an SRID (4).
_HAS_SRID = 0x20
_SRID_BYTES = 4

# One column of some rows: texts as Arrow has them, geometries, or values and which are missing.
Piece = Any


def columns_of(rows: Sequence[bytes], types: Mapping[str, str]) -> dict[str, Piece]:
    """Some whole rows, by column; ``types``: column → type, in the order of the rows."""
    text = np.frombuffer(bytearray().join([*rows, _SPARE]), dtype=np.uint8)
    ends = np.cumsum(np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)))
    places = np.concatenate(([0], ends[:-1])) + 2 if rows else ends
    pieces = {}
    for name, kind in types.items():
        values = _Values.at(text, places)
        pieces[name] = _PIECES.get(kind, _Values.texts)(values)
        places = values.ends
    return pieces


def joined(kind: str, pieces: Sequence[Piece]) -> Any:
    """The pieces of one column as the array that the port promises for its type."""
    return _JOIN.get(kind, _shown_texts)(pieces)


@dataclass(frozen=True, slots=True)
class _Values:
    """One column's values: where each begins in ``text``, and how many bytes it has, -1 where it is missing."""

    text: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def at(cls, text: NDArray[np.uint8], places: NDArray[np.int64]) -> _Values:
        """The values whose lengths stand at ``places``."""
        return cls(text, places + 4, _numbers_at(text, places, ">i4").astype(np.int64))

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which are not missing."""
        return self.lengths >= 0

    @property
    def ends(self) -> NDArray[np.int64]:
        """The place behind each value."""
        return self.starts + np.maximum(self.lengths, 0)

    def numbers(self, dtype: str) -> tuple[Any, NDArray[np.bool_]]:
        """Values, any where they are missing, and which are missing."""
        width = np.dtype(dtype).itemsize
        wrong = self.lengths[self.there & (self.lengths != width)]
        if len(wrong):
            raise TypeError(f"values of {wrong[0]} bytes where {width} are read")
        return _numbers_at(self.text, self.starts, dtype), ~self.there

    def texts(self) -> pa.Array:
        """As UTF-8, which the session asks of the server."""
        lengths = np.maximum(self.lengths, 0)
        ends = np.cumsum(lengths)
        letters = np.repeat(self.starts - ends + lengths, lengths) + np.arange(lengths.sum())
        offsets = np.concatenate(([0], ends))
        there = np.packbits(self.there, bitorder="little")
        buffers = [pa.py_buffer(there), pa.py_buffer(offsets), pa.py_buffer(self.text[letters])]
        return pa.Array.from_buffers(pa.large_string(), len(lengths), buffers)

    def geometries(self) -> NDArray[np.object_]:
        """Without an SRID: cut out of the bytes, which is quicker than taking it off each geometry."""
        there = np.flatnonzero(self.there)
        cut = there[(self.text[self.starts[there]] == 1) & (self.text[self.starts[there] + 4] & _HAS_SRID != 0)]
        starts = self.starts.copy()
        starts[cut] += _SRID_BYTES
        self.text[starts[cut] + 4] = self.text[self.starts[cut] + 4] & ~np.uint8(_HAS_SRID)
        for place in (3, 2, 1, 0):
            self.text[starts[cut] + place] = self.text[self.starts[cut] + place]
        whole = self.text.tobytes()
        shapes = np.empty(len(starts), dtype=object)
        bounds = zip(there.tolist(), starts[there].tolist(), self.ends[there].tolist(), strict=True)
        shapes[there] = shapely.from_wkb([whole[start:end] for _, start, end in bounds])
        return shapes if len(cut) == len(there) else np.asarray(shapely.set_srid(shapes, 0), dtype=object)


def _numbers_at(text: NDArray[np.uint8], places: NDArray[np.int64], dtype: str) -> Any:
    """The numbers that begin at ``places``, in the machine's own order of bytes."""
    width = np.dtype(dtype).itemsize
    everywhere = np.ndarray((len(text) - width + 1,), dtype=dtype, buffer=text, strides=(1,))
    return everywhere[places].astype(np.dtype(dtype).newbyteorder("="))


_PIECES: dict[str, Callable[[_Values], Piece]] = {
    "integer": lambda values: values.numbers(">i8"),
    "real": lambda values: values.numbers(">f8"),
    "money": lambda values: values.numbers(">f8"),
    "boolean": lambda values: values.numbers(">i1"),
    "date": lambda values: values.numbers(">i4"),
    "datetime": lambda values: values.numbers(">i8"),
    GEOMETRY: _Values.geometries,
}


# --------------------------------------------------------------------------------- as the port promises


def _whole(pieces: Sequence[Piece]) -> tuple[Any, NDArray[np.bool_]]:
    return np.concatenate([values for values, _ in pieces]), np.concatenate([missing for _, missing in pieces])


def _shown_texts(pieces: Sequence[Piece]) -> Any:
    return _TEXT.__from_arrow__(pa.chunked_array(pieces, type=pa.large_string()))


def _shown_json(pieces: Sequence[Piece]) -> Any:
    texts = pa.chunked_array(pieces, type=pa.large_string()).to_pylist()
    shown = np.empty(len(texts), dtype=object)
    shown[:] = [None if text is None else json.loads(text) for text in texts]
    return shown


def _shown_integers(pieces: Sequence[Piece]) -> Any:
    return pd.arrays.IntegerArray(*_whole(pieces))


def _shown_booleans(pieces: Sequence[Piece]) -> Any:
    values, missing = _whole(pieces)
    return pd.arrays.BooleanArray((values != 0) & ~missing, missing)


def _shown_reals(pieces: Sequence[Piece]) -> Any:
    values, missing = _whole(pieces)
    values[missing] = np.nan
    return values


def _shown_days(pieces: Sequence[Piece]) -> Any:
    """Counted from the first day of 2000."""
    values, missing = _whole(pieces)
    days = _FIRST_DAY + values.astype("timedelta64[D]").astype("timedelta64[s]")
    days[missing] = np.datetime64("NaT")
    return days


def _shown_moments(pieces: Sequence[Piece]) -> Any:
    """Microseconds from the beginning of 2000."""
    values, missing = _whole(pieces)
    moments = _FIRST_MOMENT + values.astype("timedelta64[us]").astype("timedelta64[ms]")
    moments[missing] = np.datetime64("NaT")
    return moments


_TEXT: Any = pd.StringDtype(na_value=np.nan)
_JOIN: dict[str, Callable[[Sequence[Piece]], Any]] = {
    "integer": _shown_integers,
    "real": _shown_reals,
    "money": _shown_reals,
    "boolean": _shown_booleans,
    "date": _shown_days,
    "datetime": _shown_moments,
    "json": _shown_json,
    GEOMETRY: np.concatenate,
}
