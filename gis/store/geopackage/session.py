"""A GeoPackage's open transaction, as the shared reading and writing see it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import shapely

from gis.layers import LAYERS, Layer
from gis.model import BBox
from gis.store import statements
from gis.store.columns import GEOMETRY
from gis.store.extents import Extents
from gis.store.geopackage.ddl import rtree_name
from gis.store.geopackage.extents import ContentsExtents
from gis.store.geopackage.geometry_blob import blobs_of, geometries_of
from gis.store.geopackage.integrity import engine_findings
from gis.store.geopackage.rtree import MANY_ROWS, filled_at_once
from gis.store.port import Finding
from gis.store.queries import named_sql
from gis.store.session import Bound, Dialect, Geometries, Named, Table, arrays_of, table_of
from gis.store.tables import KeptTable
from gis.store.values import Kept


class GeoPackageDialect:
    """How SQLite is asked."""

    beginning = "''"

    def each(self, name: str) -> str:
        """By JSON, which takes a list of any length as one value."""
        return f"SELECT value FROM json_each(:{name})"  # noqa: S608 (a name of our own)

    def among(self, expression: str, name: str, texts: Sequence[str]) -> tuple[str, Bound]:
        """By JSON."""
        return f"{expression} IN ({self.each(name)})", {name: json.dumps(texts)}

    def holds(self, expression: str, name: str) -> str:
        """Without patterns: no letter of the text means anything but itself."""
        return f"instr(lower({expression}), :{name}) > 0"

    def in_box(self, layer: Layer) -> tuple[str, str]:
        """By the index, whose sides are rounded outwards, then by the exact box where it matters."""
        key = statements.row_id(layer)
        source = f"{rtree_name(layer)} AS r CROSS JOIN {layer.name} AS t ON t.{key} = r.id"
        return source, (
            "r.minx <= :east AND r.maxx >= :west AND r.miny <= :north AND r.maxy >= :south AND ("
            "(r.minx >= :west AND r.maxx <= :east AND r.miny >= :south AND r.maxy <= :north) OR ("
            f"ST_MinX(t.{GEOMETRY}) <= :east AND ST_MaxX(t.{GEOMETRY}) >= :west "
            f"AND ST_MinY(t.{GEOMETRY}) <= :north AND ST_MaxY(t.{GEOMETRY}) >= :south))"
        )

    def near(self, layer: Layer, boxes: Sequence[BBox]) -> tuple[str, Bound]:
        """By the index."""
        west, south, east, north = (f"json_extract(b.value, '$[{place}]')" for place in range(4))
        ids = (
            f"SELECT n.id FROM json_each(:boxes) AS b CROSS JOIN {rtree_name(layer)} AS n "  # noqa: S608 (declared names)
            f"ON n.minx <= {east} AND n.maxx >= {west} AND n.miny <= {north} AND n.maxy >= {south}"
        )
        return f"t.{statements.row_id(layer)} IN ({ids})", {"boxes": json.dumps([box.as_tuple() for box in boxes])}


class GeoPackageSession:
    """``gis.store.session.Session``. ``at``: the moment of a write; None for a read transaction."""

    def __init__(self, connection: sqlite3.Connection, srid: int, at: str | None = None) -> None:
        self.dialect: Dialect = GeoPackageDialect()
        self.connection = connection
        self.sql = Named(named_sql("geopackage"), connection)
        self._srid = srid
        self._at = at
        self._extents = None if at is None else Extents(ContentsExtents(connection, at))
        self._touched: set[str] = set()

    def rows(self, statement: str, bound: Bound) -> list[tuple[Any, ...]]:
        """See ``Session.rows``."""
        return self.connection.execute(statement, dict(bound)).fetchall()

    def arrays(self, statement: str, bound: Bound, types: Mapping[str, str]) -> dict[str, Any]:
        """See ``Session.arrays``."""
        return arrays_of(self, table_of(self.rows(statement, bound), tuple(types)), types)

    def many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """See ``Session.many``."""
        getattr(self.sql, name)(rows)

    def insert(self, layer: Layer, cells: Table) -> None:
        """See ``Session.insert``."""
        geometries = cells.get(GEOMETRY)
        if geometries is not None:
            self._writing.added(layer.name, geometries_of(geometries))
        many = geometries is not None and len(geometries) >= MANY_ROWS
        with filled_at_once(self.connection, layer) if many else nullcontext():
            self._add(layer.name, cells)

    def add(self, table: str, types: Mapping[str, str], cells: Table) -> None:
        """See ``Session.add``."""
        self._add(table, cells)

    def _add(self, table: str, cells: Table) -> None:
        names = ", ".join(f'"{name}"' for name in cells)
        statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(cells))})"  # noqa: S608 (declared names)
        self.connection.executemany(statement, zip(*cells.values(), strict=True))

    def load(self, table: KeptTable, cells: Table) -> None:
        """See ``Session.load``."""
        if table.name in LAYERS:
            self.insert(LAYERS[table.name], cells)
            self.touched(table.name)
        elif table.geometry:
            self._add(table.name, cells | _sides(geometries_of(cells[GEOMETRY])))
        else:
            self._add(table.name, cells)

    def loaded(self, table: KeptTable) -> None:
        """See ``Session.loaded``. SQLite notes the largest number by itself."""

    def update(self, layer: Layer, cells: Table, ids: Kept, before: Kept | None) -> None:
        """See ``Session.update``."""
        if before is not None:
            self._writing.replaced(layer.name, geometries_of(before), geometries_of(cells[GEOMETRY]))
        assignments = ", ".join(f'"{name}" = ?' for name in cells)
        statement = f"UPDATE {layer.name} SET {assignments} WHERE {statements.row_id(layer)} = ?"  # noqa: S608 (declared names)
        self.connection.executemany(statement, zip(*cells.values(), ids, strict=True))

    def delete(self, layer: Layer, ids: Kept, before: Kept | None) -> None:
        """See ``Session.delete``."""
        if before is not None:
            self._writing.removed(layer.name, geometries_of(before))
        statement = f"DELETE FROM {layer.name} WHERE {statements.row_id(layer)} = ?"  # noqa: S608 (declared names)
        self.connection.executemany(statement, [(each,) for each in ids])

    def touched(self, layer: str) -> None:
        """See ``Session.touched``."""
        self._touched.add(layer)

    def finish(self) -> None:
        """See ``Session.finish``: the tables' boxes and the times of their last change."""
        for table in sorted(self._touched):
            self.sql.touch_table(table=table, at=self._at)
        self._writing.finish()

    @property
    def _writing(self) -> Extents:
        assert self._extents is not None  # noqa: S101 (a read transaction writes nothing)
        return self._extents

    def kept_geometries(self, geometries: Geometries) -> Kept:
        """See ``Session.kept_geometries``: blobs."""
        kept = np.empty(len(geometries), dtype=object)
        kept[:] = blobs_of(geometries, self._srid)
        return kept

    def geometries_of(self, kept: Kept) -> Geometries:
        """See ``Session.geometries_of``."""
        return geometries_of(kept)

    def engine_findings(self) -> Iterator[Finding]:
        """See ``Session.engine_findings``."""
        return engine_findings(self.connection)


def _sides(geometries: Geometries) -> Table:
    """The columns by which history is found in a box; null without a geometry."""
    bounds = shapely.bounds(geometries)
    sides = bounds.astype(object)
    sides[np.isnan(bounds)] = None
    return dict(zip(("minx", "miny", "maxx", "maxy"), sides.T, strict=True))
