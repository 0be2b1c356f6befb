# ruff: noqa: S608 (names of tables and columns come from gis.store.tables only)
"""
Whole stores from one engine to the other, row by row as they are kept, and the proof that both hold the same.

Rows keep their numbers, so that ledgers keep their order and versions of data do not go back. Both sides are read in
pieces, so that the memory needed does not grow with the county.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from gis.store.columns import GEOMETRY
from gis.store.moments import told
from gis.store.port import StoreInfo
from gis.store.session import Geometries, Session, Table, broken_geometry, table_of
from gis.store.statements import quoted
from gis.store.tables import STORE_INFO, TABLES, KeptTable
from gis.store.values import Kept

# Both sides of a comparison must cut alike: a digest is made of whole pieces.
_ROWS_AT_ONCE = 5_000
_BEFORE_ALL = -(2**63)

Advance = Callable[[KeptTable, int], None]


@dataclass(frozen=True, slots=True)
class TableDigest:
    """How many rows a table has, and the SHA-256 of all of them in a form that is the same for every engine."""

    table: KeptTable
    rows: int
    sha256: str


def pieces(session: Session, table: KeptTable) -> Iterator[Table]:
    """All rows as kept values, in the order of their numbers, some thousands at a time."""
    names = tuple(table.types)
    select = f'SELECT {quoted(names)} FROM {table.name} WHERE "{table.id}" > :last ORDER BY "{table.id}" LIMIT :most'
    last = _BEFORE_ALL
    while rows := session.rows(select, {"last": last, "most": _ROWS_AT_ONCE}):
        piece = table_of(rows, names)
        yield piece
        last = piece[table.id][-1]
        if len(rows) < _ROWS_AT_ONCE:
            return


def count_all(session: Session) -> int:
    """Rows of all tables."""
    return sum(int(session.rows(f"SELECT count(*) FROM {table.name}", {})[0][0]) for table in TABLES)


def load_all(source: Session, target: Session, info: StoreInfo, advance: Advance) -> None:
    """
    Put every row of ``source`` into the empty tables of ``target``, within its open transaction.

    Parameters
    ----------
    info
        What the new store says of itself; only its schema's version is not that of the source.
    advance
        Told after each piece: the table, and how many rows came over.

    Raises
    ------
    UnreadableFile
        A geometry of the source is broken.
    """
    for table in TABLES:
        for piece in pieces(source, table):
            if table is STORE_INFO:
                _add_info(target, piece, info)
            else:
                if table.geometry:
                    shapes = _shapes(source, table, piece[GEOMETRY])
                    piece[GEOMETRY] = target.kept_geometries(shapes)
                target.load(table, piece)
            advance(table, len(piece[table.id]))
        if table is not STORE_INFO:
            target.loaded(table)
    target.finish()


def _add_info(target: Session, piece: Table, info: StoreInfo) -> None:
    row = {name: values[0] for name, values in piece.items() if name != STORE_INFO.id}
    row["is_sample"] = bool(row["is_sample"])
    target.sql.add_info(schema_version=info.schema_version, **row)


def digests(session: Session, advance: Advance) -> tuple[TableDigest, ...]:
    """Every table's digest, read from the store anew."""
    return tuple(_digest(session, table, advance) for table in TABLES)


def _digest(session: Session, table: KeptTable, advance: Advance) -> TableDigest:
    rows, digest = 0, hashlib.sha256()
    for piece in pieces(session, table):
        size = len(piece[table.id])
        columns = [_canonical(session, table, type_, piece[name]) for name, type_ in table.types.items()]
        digest.update(json.dumps(columns, ensure_ascii=False, allow_nan=False).encode("utf-8"))
        rows += size
        advance(table, size)
    return TableDigest(table, rows, digest.hexdigest())


def _canonical(session: Session, table: KeptTable, type_: str, kept: Kept) -> list[Any]:
    """
    A column as both engines give it: geometries as plain little-endian WKB, numbers as doubles (SQLite knows no
    negative zero), moments to the millisecond (another program may have written one otherwise).
    """
    if type_ == "geometry":
        wkb = shapely.to_wkb(_shapes(session, table, kept), hex=True, byte_order=1, output_dimension=2)
        return [*wkb]
    if type_ in ("real", "money"):
        return [None if value is None else float(value) + 0.0 for value in kept]
    if type_ == "datetime":
        return [None if value is None else _moment(value) for value in kept]
    return [*kept]


def _moment(text: str) -> str:
    if len(text) == len("2026-06-30T08:00:00.000Z") and (text[10], text[-1]) == ("T", "Z"):
        return text
    moment = datetime.fromisoformat(text)
    return told(moment if moment.tzinfo else datetime.fromisoformat(f"{text}+00:00"))


def _shapes(session: Session, table: KeptTable, kept: Kept) -> Geometries:
    try:
        return np.asarray(session.geometries_of(kept), dtype=object)
    except (ValueError, shapely.errors.ShapelyError) as error:
        raise broken_geometry(table.words, error) from None
