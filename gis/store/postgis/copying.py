"""
Rows into and out of PostgreSQL by COPY: CSV that Arrow writes and reads, in pieces, so that a million rows
never stand in memory twice.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyarrow import csv

from gis.store.columns import GEOMETRY
from gis.store.postgis.connections import Connection
from gis.store.session import Table

_ROWS_AT_ONCE = 20_000
# In Arrow's CSV an empty text is "" and a missing one nothing, which is how COPY tells them apart too.
_FORMAT = csv.WriteOptions(include_header=False, quoting_style="needed")
_ARROW_TYPES = {"integer": pa.int64(), "real": pa.float64(), "money": pa.float64(), "boolean": pa.int64()}


def copy_in(connection: Connection, table: str, types: Mapping[str, str], cells: Table) -> None:
    """Add rows of kept values: columns by name, all of one length. ``types``: of the columns that are not text."""
    names = ", ".join(f'"{name}"' for name in cells)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv)",
            _Pieces(_csv(types, cells)),
            size=1 << 20,
        )


def _csv(declared: Mapping[str, str], cells: Table) -> Iterator[bytes]:
    size = len(next(iter(cells.values())))
    types = {name: _ARROW_TYPES.get(declared.get(name, "text"), pa.string()) for name in cells}
    for first in range(0, size, _ROWS_AT_ONCE):
        piece = {
            name: pa.array(kept[first : first + _ROWS_AT_ONCE].tolist(), type=types[name])
            for name, kept in cells.items()
        }
        written = io.BytesIO()
        csv.write_csv(pa.table(piece), written, _FORMAT)
        yield written.getvalue()


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file that can be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        size = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


# ---------------------------------------------------------------------------------------- out

_BYTES_AT_ONCE = 8 << 20
_READ = csv.ParseOptions(newlines_in_values=True)
_READ_TYPES = {
    "integer": pa.int64(),
    "real": pa.float64(),
    "money": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms", tz="UTC"),
}


def copy_out(connection: Connection, statement: str, types: Mapping[str, str]) -> dict[str, Any]:
    """
    The rows of a SELECT (nothing left to bind) as the arrays that the port promises for each column's type.

    ``types``: column → type, in the order of the SELECT; ``geometry`` stands for geometries, given without an SRID.
    """
    rows = _Rows(types)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv)", rows, size=1 << 20)
    pieces = rows.finished()
    return {name: _joined(kind, [piece[name] for piece in pieces]) for name, kind in types.items()}


class _Rows(io.RawIOBase):
    """Takes a row at a time, as COPY gives them, and turns some megabytes of them into Arrow at once."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = types
        self._convert = csv.ConvertOptions(
            column_types={name: _READ_TYPES.get(kind, pa.string()) for name, kind in types.items()},
            true_values=["t"],
            false_values=["f"],
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        self._waiting: list[bytes] = []
        self._size = 0
        self._pieces: list[dict[str, Any]] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, row: Any) -> int:
        """One whole row."""
        self._waiting.append(bytes(row))
        self._size += len(row)
        if self._size >= _BYTES_AT_ONCE:
            self._turn()
        return len(row)

    def finished(self) -> list[dict[str, Any]]:
        """What came, column by column, in pieces: at least one, perhaps of no rows."""
        if self._waiting or not self._pieces:
            self._turn()
        return self._pieces

    def _turn(self) -> None:
        text, self._waiting, self._size = b"".join(self._waiting), [], 0
        if not text:
            self._pieces.append({name: _nothing(kind) for name, kind in self._types.items()})
            return
        block = csv.ReadOptions(column_names=list(self._types), use_threads=False, block_size=len(text) + 1)
        table = csv.read_csv(io.BytesIO(text), block, _READ, self._convert)
        self._pieces.append({name: _piece(kind, table.column(name)) for name, kind in self._types.items()})


def _nothing(kind: str) -> Any:
    return _piece(kind, pa.chunked_array([], type=_READ_TYPES.get(kind, pa.string())))


def _piece(kind: str, column: pa.ChunkedArray) -> Any:
    """Geometries are read at once, so that their texts need not stay; the rest waits for its fellows."""
    if kind != GEOMETRY:
        return column
    texts = column.to_numpy(zero_copy_only=False)
    return shapely.set_srid(shapely.from_wkb(np.asarray(texts, dtype=object)), 0)


def _joined(kind: str, pieces: list[Any]) -> Any:
    if kind == GEOMETRY:
        return np.concatenate(pieces)
    column = pa.chunked_array([chunk for piece in pieces for chunk in piece.chunks], type=pieces[0].type)
    return _SHOW.get(kind, _show)(column)


def _show(column: pa.ChunkedArray) -> Any:
    return column.to_pandas(types_mapper=_PANDAS_TYPES.get).array


def _show_json(column: pa.ChunkedArray) -> Any:
    shown = np.empty(len(column), dtype=object)
    shown[:] = [None if text is None else json.loads(text) for text in column.to_pylist()]
    return shown


_PANDAS_TYPES = {
    pa.string(): pd.StringDtype(na_value=np.nan),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
_SHOW: dict[str, Callable[[pa.ChunkedArray], Any]] = {
    "real": lambda column: column.to_numpy(),
    "money": lambda column: column.to_numpy(),
    "date": lambda column: column.to_numpy().astype("datetime64[s]"),
    "datetime": lambda column: column.to_numpy().astype("datetime64[ms]"),
    "json": _show_json,
}
