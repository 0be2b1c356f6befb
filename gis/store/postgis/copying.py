"""
Rows into and out of PostgreSQL by COPY, in pieces, so that a million rows never stand in memory twice: in as CSV that
Arrow writes, out as binary rows.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from pyarrow import csv

from gis.store.postgis.binary_rows import END, HEADER_BYTES, Piece, columns_of, joined
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


def copy_out(connection: Connection, statement: str, types: Mapping[str, str]) -> dict[str, Any]:
    """
    The rows of a SELECT (nothing left to bind) as the arrays that the port promises for each column's type.

    ``types``: column → type, in the order of the SELECT; ``geometry`` stands for geometries, given without an SRID.
    """
    rows = _Rows(types)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH (FORMAT binary)", rows, size=1 << 20)
    pieces = rows.finished()
    return {name: joined(kind, [piece[name] for piece in pieces]) for name, kind in types.items()}


class _Rows:
    """Takes a row at a time, as the server sends them, and turns some megabytes of them into columns at once."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = types
        self._waiting: list[bytes] = []
        self._size = 0
        self._pieces: list[dict[str, Piece]] = []

    def write(self, row: bytes) -> int:
        """One whole row; the first has the header before it, the last is the end's mark."""
        self._waiting.append(row)
        self._size += len(row)
        if self._size >= _BYTES_AT_ONCE:
            self._turn()
        return len(row)

    def finished(self) -> list[dict[str, Piece]]:
        """What came, column by column, in pieces: at least one, perhaps of no rows."""
        self._turn()
        return self._pieces

    def _turn(self) -> None:
        rows, self._waiting, self._size = self._waiting, [], 0
        if not self._pieces:
            rows[0] = rows[0][HEADER_BYTES:]
        if rows and rows[-1] == END:
            rows.pop()
        self._pieces.append(columns_of(rows, self._types))
