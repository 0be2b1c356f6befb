# ruff: noqa: S608 (names of tables and columns come from gis.layers only)
"""What must be true of a GeoPackage itself, and whether it is: pages, references, spatial index, extents, metadata."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from gis.layers import ENTITIES, LAYERS, Layer
from gis.store.columns import GEOMETRY
from gis.store.extents import union
from gis.store.geopackage.ddl import APPLICATION_ID, PLAIN_TABLES, rtree_name
from gis.store.geopackage.extents import measured, recorded
from gis.store.port import Finding
from gis.store.queries import named_sql
from gis.store.statements import row_id
from gis.words import Words

# The index keeps sides as 32-bit floats rounded outwards: by 2⁻²³ of their size, at most.
_INDEX_ROUNDING = 2.0**-22
_SIDES = (("minx", "<=", "ST_MinX"), ("maxx", ">=", "ST_MaxX"), ("miny", "<=", "ST_MinY"), ("maxy", ">=", "ST_MaxY"))
_MOST_PAGES = 100


def engine_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Everything that is not as it must be, within one read transaction."""
    broken = list(_engine(connection))
    yield from broken
    if broken:  # what else is read from broken pages says nothing
        return
    yield from _references(connection)
    for layer in ENTITIES:
        if layer.geometry:
            yield from _index(connection, layer)
            yield from _extent(connection, layer)
    yield from _metadata(connection)


def _engine(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (text,) in connection.execute(f"PRAGMA integrity_check({_MOST_PAGES})"):
        if text != "ok":
            yield Finding("engine", None, None, Words(f"数据库结构损坏：{text}", f"the database is damaged: {text}"))
    for layer in ENTITIES:
        (text,) = connection.execute("SELECT rtreecheck(?)", (rtree_name(layer),)).fetchone()
        if text != "ok":
            words = Words(f"空间索引损坏：{text}", f"the spatial index is damaged: {text}")
            yield Finding("engine", layer.name, None, words)


def _references(connection: sqlite3.Connection) -> Iterator[Finding]:
    for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        layer = LAYERS.get(table)
        if layer is None:
            words = Words(f"{table} 指向不存在的 {parent}", f"{table} points to a {parent} that is not there")
            yield Finding("reference", None, None, words)
            continue
        select = f'SELECT "{layer.key[0]}" FROM {table} WHERE {row_id(layer)} = ?'
        (key,) = connection.execute(select, (rowid,)).fetchone()
        target = LAYERS[parent].words
        yield Finding(
            "reference",
            table,
            str(key),
            Words(f"{layer.words.zh}指向不存在的{target.zh} {key}", f"{layer.words.en}: no {parent} {key}"),
        )


def _index(connection: sqlite3.Connection, layer: Layer) -> Iterator[Finding]:
    """Each geometry once in the index, in a box around its own and no larger than rounding makes it."""
    key, fid, rtree = layer.key[0], row_id(layer), rtree_name(layer)
    joined = f'SELECT t."{key}" FROM {layer.name} AS t LEFT JOIN {rtree} AS r ON r.id = t.{fid}'
    for (found,) in connection.execute(f"{joined} WHERE (t.{GEOMETRY} IS NULL) != (r.id IS NULL)"):
        yield _stale(layer, found)
    for (found,) in connection.execute(f"SELECT id FROM {rtree} WHERE id NOT IN (SELECT {fid} FROM {layer.name})"):
        words = Words(f"空间索引中有多余的记录 {found}", f"the spatial index has an entry {found} of no row")
        yield Finding("spatial_index", layer.name, None, words)
    off = " OR ".join(
        f"NOT r.{side} {way} {of}(t.{GEOMETRY}) "
        f"OR abs(r.{side} - {of}(t.{GEOMETRY})) > abs(r.{side}) * {_INDEX_ROUNDING}"
        for side, way, of in _SIDES
    )
    inner = f'SELECT t."{key}" FROM {layer.name} AS t JOIN {rtree} AS r ON r.id = t.{fid} WHERE {off}'
    for (found,) in connection.execute(inner):
        yield _stale(layer, found)


def _stale(layer: Layer, key: str) -> Finding:
    words = Words(f"{layer.words.zh} {key} 的空间索引与几何不符", f"the spatial index of {layer.name} {key} is stale")
    return Finding("spatial_index", layer.name, key, words)


def _extent(connection: sqlite3.Connection, layer: Layer) -> Iterator[Finding]:
    """Other programs only widen the stated box, so it may be larger than the real one, never smaller."""
    stated, real = recorded(connection, layer.name), measured(connection, layer.name)
    if real is not None and union([stated, real]) != stated:
        words = Words(
            f"{layer.words.zh}登记的范围 {stated} 小于实际范围 {real}",
            f"the stated extent of {layer.name} {stated} does not hold the real one {real}",
        )
        yield Finding("extent", layer.name, None, words)


def _metadata(connection: sqlite3.Connection) -> Iterator[Finding]:
    """The file still says of itself what makes it a GeoPackage."""
    sql = named_sql("geopackage")
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        yield Finding("metadata", None, None, Words("文件标识不是 GeoPackage", "the file's id is not GeoPackage's"))
    told = {name for (name,) in sql.content_names(connection)}
    for name in sorted({*LAYERS, *(table.name for table in PLAIN_TABLES)} - told):
        words = Words(f"GeoPackage 目录中缺少 {name}", f"{name} is not among the GeoPackage's contents")
        yield Finding("metadata", name, None, words)
