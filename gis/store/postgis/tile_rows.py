"""Rows of a tile, sent as one: each column in one piece, by COPY in binary: no number becomes a text and back."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.store.port import StoredRows
from gis.store.postgis.connections import Connection

SEPARATOR = "\x1f"  # between the texts of a column, as tiles.sql puts it
# PostgreSQL's documentation of COPY, "Binary Format": a signature, flags, the length of what is added to the head.
_HEAD = struct.Struct(">11sII")
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
_COUNT, _SIZE = struct.Struct(">h"), struct.Struct(">i")


def copy_rows(
    connection: Connection, statement: str, bound: Mapping[str, Any], names: Sequence[str]
) -> StoredRows | None:
    """
    The rows that a statement of tiles.sql sends: shapes, the bytes of each, and the columns of these names.

    None where they cannot be told apart: a text holds the separator, as only another program can have written it.
    """
    sent = _Messages()
    with connection.cursor() as cursor:
        whole = cursor.mogrify(statement.rstrip().rstrip(";"), bound).decode()
        cursor.copy_expert(f"COPY ({whole}) TO STDOUT WITH (FORMAT binary)", sent)
    wkb, sizes, *texts = _fields(sent.whole())
    rows = len(sizes) // _SIZE.size
    found = {name: _texts(text if rows else None) for name, text in zip(names, texts, strict=True)}
    if any(len(column) != rows for column in found.values()):
        return None
    return StoredRows(found, wkb, np.frombuffer(sizes, dtype=">i4").astype(np.int64))


class _Messages:
    """What COPY sends, kept as it comes: the one row is megabytes long, and another copy of it takes time."""

    def __init__(self) -> None:
        self._sent: list[bytes] = []
        self.write = self._sent.append

    def whole(self) -> memoryview:
        """All but the end, which says nothing."""
        *rows, _end = self._sent
        return memoryview(rows[0] if len(rows) == 1 else b"".join(rows))


def _fields(sent: memoryview) -> Iterator[memoryview]:
    """The fields of the one row; nothing for NULL, which is what there is of no rows."""
    signature, _, added = _HEAD.unpack_from(sent)
    if signature != _SIGNATURE:
        raise ValueError("not what COPY sends in binary")
    at = _HEAD.size + added
    (count,) = _COUNT.unpack_from(sent, at)
    at += _COUNT.size
    for _ in range(count):
        (size,) = _SIZE.unpack_from(sent, at)
        at += _SIZE.size
        yield sent[at : at + max(size, 0)]
        at += max(size, 0)


def _texts(joined: memoryview | None) -> pa.StringArray:
    """The texts between the separators; None: of no rows."""
    if joined is None:
        return pa.array([], pa.string())
    return pc.split_pattern(pa.array([bytes(joined)], pa.string()), SEPARATOR).values
