"""Rows into PostgreSQL by COPY: CSV that Arrow writes, in pieces, so that a million rows need no second copy."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import pyarrow as pa
from pyarrow import csv

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
