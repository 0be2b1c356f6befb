"""What the file tells GDAL and QGIS of its tables: names, aliases, coded values, extensions (OGC 12-128r18)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from gis.layers import LAYERS, Column, Layer
from gis.model import Coded
from gis.store.columns import GEOMETRY, RECORDED_WORDS
from gis.store.geopackage.ddl import PLAIN_TABLES, PlainTable
from gis.store.queries import named_sql
from gis.words import Words

_RTREE = ("gpkg_rtree_index", "http://www.geopackage.org/spec120/#extension_rtree", "write-only")
_SCHEMA = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")


def describe(connection: sqlite3.Connection, crs_name: str, srid: int, wkt: str) -> None:
    """Fill the metadata of a new file whose working CRS is EPSG:``srid``."""
    sql = named_sql("geopackage")
    sql.add_reference_system(connection, name=crs_name, srid=srid, wkt=wkt)
    for layer in LAYERS.values():
        describe_layer(connection, layer, srid)
    for table in PLAIN_TABLES:
        describe_table(connection, table)
    for table_name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        _add_extension(connection, table_name, None, _SCHEMA)
    for codes in dict.fromkeys(_code_lists()):
        describe_codes(connection, codes)


def describe_codes(connection: sqlite3.Connection, codes: Iterable[Coded]) -> None:
    """Members of one code list."""
    for member in codes:
        named_sql("geopackage").add_code(
            connection, constraint=_constraint(type(member)), value=member.value, description=member.words.zh
        )


def describe_table(connection: sqlite3.Connection, table: PlainTable) -> None:
    """A table of the store itself."""
    _add_content(connection, table.name, "attributes", table.zh, table.en, None)


def describe_layer(connection: sqlite3.Connection, layer: Layer, srid: int) -> None:
    """A layer: its table, its geometry, its columns with their words and codes."""
    kind = "features" if layer.geometry else "attributes"
    _add_content(connection, layer.name, kind, layer.words.zh, layer.words.en, srid if layer.geometry else None)
    if layer.geometry:
        named_sql("geopackage").add_geometry_column(
            connection, table=layer.name, column=GEOMETRY, kind=layer.geometry.upper(), srid=srid
        )
        _add_extension(connection, layer.name, GEOMETRY, _RTREE)
    for column in layer.columns:
        describe_column(connection, layer.name, column)
    for name, (zh, en) in RECORDED_WORDS.items():
        describe_column(connection, layer.name, Column(name, "text", Words(zh, en)))


def describe_column(connection: sqlite3.Connection, table: str, column: Column) -> None:
    """A column's words, unit and code list."""
    unit = {"money": ("（万元）", " (10⁴ yuan)"), "area": ("（平方米）", " (m²)"), "length": ("（米）", " (m)")}
    zh, en = unit.get(column.dimension or "", ("", ""))
    named_sql("geopackage").add_data_column(
        connection,
        table=table,
        column=column.name,
        title=column.words.zh + zh,
        description=column.words.en + en,
        mime_type="application/json" if column.type == "json" else None,
        constraint=None if column.codes is None else _constraint(column.codes),
    )


def _add_content(
    connection: sqlite3.Connection, table: str, data_type: str, zh: str, en: str, srid: int | None
) -> None:
    named_sql("geopackage").add_content(
        connection, table=table, data_type=data_type, identifier=zh, description=en, srid=srid
    )


def _add_extension(
    connection: sqlite3.Connection, table: str, column: str | None, extension: tuple[str, str, str]
) -> None:
    name, definition, scope = extension
    named_sql("geopackage").add_extension(
        connection, table=table, column=column, extension=name, definition=definition, scope=scope
    )


def _code_lists() -> Iterator[type[Coded]]:
    for layer in LAYERS.values():
        yield from (column.codes for column in layer.columns if column.codes is not None)


def _constraint(codes: type[Coded]) -> str:
    """The constraint's name: lower case, as the standard wants it."""
    return codes.__name__.lower()
