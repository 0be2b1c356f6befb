"""A PostGIS store's open transaction, as the shared reading and writing see it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import shapely

from gis.layers import LAYERS, Layer
from gis.model import BBox
from gis.store import statements
from gis.store.columns import GEOMETRY
from gis.store.extents import Box, Extents
from gis.store.port import Finding
from gis.store.postgis.connections import SCHEMA, Connection
from gis.store.postgis.copying import copy_in, copy_out
from gis.store.postgis.integrity import engine_findings
from gis.store.queries import named_sql
from gis.store.session import Bound, Dialect, Geometries, Named, Table
from gis.store.tables import KeptTable
from gis.store.values import Kept

_ROWS_AT_ONCE = 5_000
# With so many new rows nobody waits for autovacuum: until it comes, one event's statements would read whole tables.
_MANY_ROWS = 5_000
_STRIP_M = 2_000.0
_SIDES = ("near_west", "near_south", "near_east", "near_north")
_NAME = re.compile(r"(?<![:\w]):([a-z_]\w*)")
# What a JSON record is declared as before it is put into a column.
_RECORD_TYPES = {"integer": "bigint", "real": "double precision", "money": "double precision", "boolean": "integer"}


class PostgisDialect:
    """How PostGIS is asked."""

    beginning = "DATE '-infinity'"

    def __init__(self, srid: int) -> None:
        self._srid = srid

    def each(self, name: str) -> str:
        """By JSON, which takes a list of any length as one value."""
        return f"SELECT jsonb_array_elements_text(CAST(:{name} AS jsonb))"

    def among(self, expression: str, name: str, texts: Sequence[str]) -> tuple[str, Bound]:
        """As an array, whose length the planner sees, and which it hashes where it reads the whole table."""
        return f"{expression} = ANY(CAST(:{name} AS text[]))", {name: _array(texts)}

    def holds(self, expression: str, name: str) -> str:
        """Without patterns: no letter of the text means anything but itself."""
        return f"strpos(lower({expression}), :{name}) > 0"

    def in_box(self, layer: Layer) -> tuple[str, str]:
        """By the index, whose sides are rounded outwards, then by the exact box."""
        return f"{layer.name} AS t", (
            f"t.{GEOMETRY} && ST_MakeEnvelope(:west, :south, :east, :north, {self._srid}) "
            f"AND ST_XMin(t.{GEOMETRY}) <= :east AND ST_XMax(t.{GEOMETRY}) >= :west "
            f"AND ST_YMin(t.{GEOMETRY}) <= :north AND ST_YMax(t.{GEOMETRY}) >= :south"
        )

    def near(self, layer: Layer, boxes: Sequence[BBox]) -> tuple[str, Bound]:
        """
        By the index, then by the rows' places in the table, which come once each and in the table's order.

        As arrays, whose length the planner sees: with a guess it might read the whole table. Boxes go strip by strip,
        so that those that come one after the other read the same pages.
        """
        boxes = sorted(boxes, key=lambda box: (box.west // _STRIP_M, box.south))
        sides = dict(zip(_SIDES, zip(*(box.as_tuple() for box in boxes), strict=True), strict=True)) if boxes else {}
        arrays = ", ".join(f"CAST(:{side} AS double precision[])" for side in _SIDES)
        places = (
            f"SELECT n.ctid FROM unnest({arrays}) AS b (west, south, east, north) "  # noqa: S608 (declared names)
            f"JOIN {layer.name} AS n "
            f"ON n.{GEOMETRY} && ST_MakeEnvelope(b.west, b.south, b.east, b.north, {self._srid})"
        )
        return f"t.ctid = ANY(ARRAY({places}))", {side: list(sides.get(side, ())) for side in _SIDES}


def _array(texts: Sequence[str]) -> str:
    """An array of texts, none with the character 0 in it, as PostgreSQL reads it."""
    listed = "\0".join(texts).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + listed.replace("\0", '","') + '"}' if texts else "{}"


@cache
def in_psycopg_style(statement: str) -> str:
    """``:name`` as psycopg2 wants it."""
    return _NAME.sub(r"%(\1)s", statement.replace("%", "%%"))


class PostgisSession:
    """``gis.store.session.Session`` on a psycopg2 connection, within its transaction."""

    def __init__(self, connection: Connection, srid: int) -> None:
        self.dialect: Dialect = PostgisDialect(srid)
        self.connection = connection
        self.sql = Named(named_sql("postgis"), connection)
        self._srid = srid
        self._extents = Extents(self)
        self._added: Counter[str] = Counter()

    def rows(self, statement: str, bound: Bound) -> list[tuple[Any, ...]]:
        """See ``Session.rows``."""
        with self.connection.cursor() as cursor:
            cursor.execute(in_psycopg_style(statement), dict(bound))
            return cursor.fetchall()

    def arrays(self, statement: str, bound: Bound, types: Mapping[str, str]) -> dict[str, Any]:
        """See ``Session.arrays``. By COPY."""
        with self.connection.cursor() as cursor:
            whole = cursor.mogrify(in_psycopg_style(statement), dict(bound)).decode()
        return copy_out(self.connection, whole, types)

    def many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """See ``Session.many``. The rows go as one JSON list, some thousands at a time."""
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            getattr(self.sql, name)(rows=_json(rows[first : first + _ROWS_AT_ONCE]))

    def insert(self, layer: Layer, cells: Table) -> None:
        """See ``Session.insert``. By COPY."""
        if GEOMETRY in cells:
            self._extents.added(layer.name, self.geometries_of(cells[GEOMETRY]))
        self.add(layer.name, {column.name: column.type for column in layer.columns}, cells)

    def add(self, table: str, types: Mapping[str, str], cells: Table) -> None:
        """See ``Session.add``. By COPY."""
        copy_in(self.connection, table, types, cells)
        self._added[table] += len(next(iter(cells.values())))

    def load(self, table: KeptTable, cells: Table) -> None:
        """See ``Session.load``. By COPY."""
        if table.geometry and table.name in LAYERS:
            self._extents.added(table.name, self.geometries_of(cells[GEOMETRY]))
        copy_in(self.connection, table.name, table.types, cells)

    def loaded(self, table: KeptTable) -> None:
        """See ``Session.loaded``. The planner is told of the rows, too."""
        sequence = f"pg_get_serial_sequence('{SCHEMA}.{table.name}', '{table.id}')"
        last = f'SELECT max("{table.id}") AS number FROM {table.name}'  # noqa: S608 (declared names)
        self.rows(f"SELECT setval({sequence}, number) FROM ({last}) AS last WHERE number IS NOT NULL", {})  # noqa: S608
        with self.connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table.name}")

    def update(self, layer: Layer, cells: Table, ids: Kept, before: Kept | None) -> None:
        """See ``Session.update``."""
        if before is not None:
            self._extents.replaced(layer.name, self.geometries_of(before), self.geometries_of(cells[GEOMETRY]))
        assignments = ", ".join(f'"{name}" = {_restored(layer, name)}' for name in cells)
        declared = ", ".join(f'"{name}" {_record_type(layer, name)}' for name in cells)
        key = statements.row_id(layer)
        statement = (
            f"UPDATE {layer.name} AS t SET {assignments} "  # noqa: S608 (declared names)
            f"FROM json_to_recordset(CAST(%s AS json)) AS r (id bigint, {declared}) WHERE t.{key} = r.id"
        )
        columns = {"id": ids, **cells}
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        with self.connection.cursor() as cursor:
            for first in range(0, len(rows), _ROWS_AT_ONCE):
                cursor.execute(statement, (_json(rows[first : first + _ROWS_AT_ONCE]),))

    def delete(self, layer: Layer, ids: Kept, before: Kept | None) -> None:
        """See ``Session.delete``."""
        if before is not None:
            self._extents.removed(layer.name, self.geometries_of(before))
        statement = f"DELETE FROM {layer.name} WHERE {statements.row_id(layer)} = ANY(%s)"  # noqa: S608 (declared names)
        with self.connection.cursor() as cursor:
            cursor.execute(statement, (list(ids),))

    def touched(self, layer: str) -> None:
        """See ``Session.touched``. Nothing is kept of it beside the sequence of changes."""

    def finish(self) -> None:
        """See ``Session.finish``: the layers' boxes; and the planner is told where a table has become another one."""
        self._extents.finish()
        with self.connection.cursor() as cursor:
            for table, rows in self._added.items():
                if rows >= _MANY_ROWS:
                    cursor.execute(f"ANALYZE {table}")

    def recorded(self, layer: str) -> Box | None:
        """See ``ExtentKeeper.recorded``."""
        row = self.sql.extent_of(layer=layer)
        return None if row is None else (row[0], row[1], row[2], row[3])

    def measured(self, layer: str) -> Box | None:
        """See ``ExtentKeeper.measured``."""
        sides = ("min(ST_XMin({0}))", "min(ST_YMin({0}))", "max(ST_XMax({0}))", "max(ST_YMax({0}))")
        select = f"SELECT {', '.join(side.format(GEOMETRY) for side in sides)} FROM {LAYERS[layer].name}"  # noqa: S608
        ((west, south, east, north),) = self.rows(select, {})
        return None if west is None else (west, south, east, north)

    def state(self, layer: str, box: Box | None) -> None:
        """See ``ExtentKeeper.state``."""
        if box is None:
            self.sql.forget_extent(layer=layer)
        else:
            self.sql.set_extent(layer=layer, **dict(zip(("west", "south", "east", "north"), box, strict=True)))

    def kept_geometries(self, geometries: Geometries) -> Kept:
        """See ``Session.kept_geometries``: hexadecimal EWKB."""
        marked = shapely.set_srid(geometries, self._srid)
        return np.asarray(shapely.to_wkb(marked, hex=True, output_dimension=2, include_srid=True), dtype=object)

    def geometries_of(self, kept: Kept) -> Geometries:
        """See ``Session.geometries_of``. Without the SRID, which the store says once."""
        return np.asarray(shapely.set_srid(shapely.from_wkb(kept), 0), dtype=object)

    def engine_findings(self) -> Iterator[Finding]:
        """See ``Session.engine_findings``."""
        return engine_findings(self)


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)


def _record_type(layer: Layer, name: str) -> str:
    if name not in layer.names:
        return "text"
    return _RECORD_TYPES.get(layer.column(name).type, "text")


def _restored(layer: Layer, name: str) -> str:
    """A JSON record's cell as the column wants it."""
    if name == GEOMETRY:
        return f'CAST(r."{name}" AS geometry)'
    if name == "recorded_at":
        return f'CAST(r."{name}" AS timestamptz)'
    kind = layer.column(name).type if name in layer.names else "text"
    return f'CAST(r."{name}" AS {kind})' if kind in ("date", "boolean", "json") else f'r."{name}"'
