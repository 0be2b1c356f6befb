"""The box of each layer, kept exactly in ``gpkg_contents``, where GDAL and QGIS read it too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gis.store.columns import GEOMETRY
from gis.store.geopackage.geometry_blob import Box, box_of
from gis.store.queries import named_sql


class Extents:
    """
    Notes what a transaction does to the layers' boxes and writes them at its end.

    Added geometries only widen a box. A replaced one may have held it open: only where it touched the
    side of the box are all boxes of the layer looked at again.
    """

    def __init__(self, connection: sqlite3.Connection, at: str) -> None:
        self._connection = connection
        self._at = at
        self._touched: set[str] = set()
        self._boxes: dict[str, Box | None] = {}
        self._anew: set[str] = set()

    def touch(self, table: str) -> None:
        """Rows of this table changed."""
        self._touched.add(table)

    def added(self, layer: str, blobs: Iterable[bytes | None]) -> None:
        """These geometries are new."""
        self._boxes[layer] = union([self._known(layer), union(_boxes_of(blobs))])

    def replaced(self, layer: str, before: Iterable[bytes | None], after: Iterable[bytes | None]) -> None:
        """These geometries stand in the place of those."""
        known, old = self._known(layer), union(_boxes_of(before))
        if known and old and any(a == b for a, b in zip(known, old, strict=True)):
            self._anew.add(layer)
        self.added(layer, after)

    def finish(self) -> None:
        """Write the boxes and the time of the last change."""
        sql = named_sql("geopackage")
        for table in sorted(self._touched - set(self._boxes)):
            sql.touch_table(self._connection, table=table, at=self._at)
        for layer, noted in self._boxes.items():
            box = measured(self._connection, layer) if layer in self._anew else noted
            sides = dict(zip(("min_x", "min_y", "max_x", "max_y"), box or (None,) * 4, strict=True))
            sql.set_table_extent(self._connection, table=layer, at=self._at, **sides)

    def _known(self, layer: str) -> Box | None:
        if layer not in self._boxes:
            self._boxes[layer] = recorded(self._connection, layer)
        return self._boxes[layer]


def recorded(connection: sqlite3.Connection, layer: str) -> Box | None:
    """The box that the file states for a layer; None where it is empty."""
    row = named_sql("geopackage").table_extent(connection, table=layer)
    return None if row is None or None in row else (row[0], row[1], row[2], row[3])


def measured(connection: sqlite3.Connection, layer: str) -> Box | None:
    """The box around a layer's geometries as they are."""
    sides = ("min(ST_MinX({0}))", "min(ST_MinY({0}))", "max(ST_MaxX({0}))", "max(ST_MaxY({0}))")
    select = f"SELECT {', '.join(side.format(GEOMETRY) for side in sides)} FROM {layer}"  # noqa: S608 (a declared name)
    west, south, east, north = connection.execute(select).fetchone()
    return None if west is None else (west, south, east, north)


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The box around boxes."""
    there: NDArray[np.float64] = np.array([box for box in boxes if box is not None], dtype=float)
    if not len(there):
        return None
    west, south = there[:, :2].min(axis=0).tolist()
    east, north = there[:, 2:].max(axis=0).tolist()
    return (west, south, east, north)


def _boxes_of(blobs: Iterable[bytes | None]) -> list[Box | None]:
    return [None if blob is None else box_of(blob) for blob in blobs]
