"""The box of each layer in ``gpkg_contents``, where GDAL and QGIS read it too."""

from __future__ import annotations

import sqlite3

from gis.store.columns import GEOMETRY
from gis.store.extents import Box
from gis.store.queries import named_sql


class ContentsExtents:
    """``gis.store.extents.ExtentKeeper`` in ``gpkg_contents``; ``at`` is written as the time of the change."""

    def __init__(self, connection: sqlite3.Connection, at: str) -> None:
        self._connection = connection
        self._at = at

    def recorded(self, layer: str) -> Box | None:
        """See ``ExtentKeeper.recorded``."""
        return recorded(self._connection, layer)

    def measured(self, layer: str) -> Box | None:
        """See ``ExtentKeeper.measured``."""
        return measured(self._connection, layer)

    def state(self, layer: str, box: Box | None) -> None:
        """See ``ExtentKeeper.state``."""
        sides = dict(zip(("min_x", "min_y", "max_x", "max_y"), box or (None,) * 4, strict=True))
        named_sql("geopackage").set_table_extent(self._connection, table=layer, at=self._at, **sides)


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
