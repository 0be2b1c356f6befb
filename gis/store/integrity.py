# ruff: noqa: S608 (names of tables and columns come from gis.layers only)
"""What must be true of a GeoPackage store, and whether it is: pages, references, index, derived columns, history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from gis.layers import ENTITIES, LAYERS, Layer
from gis.store.ddl import APPLICATION_ID, GEOMETRY, PLAIN_TABLES, row_id, rtree_name
from gis.store.extents import measured, recorded, union
from gis.store.geometry_blob import geometries_of
from gis.store.port import Finding
from gis.store.queries import geopackage_sql
from gis.store.reading import LAST_DAY, STAGE_COLUMNS, stages_on, table_of
from gis.words import Words

# The index keeps sides as 32-bit floats rounded outwards: by 2⁻²³ of their size, at most.
_INDEX_ROUNDING = 2.0**-22
_SIDES = (("minx", "<=", "ST_MinX"), ("maxx", ">=", "ST_MaxX"), ("miny", "<=", "ST_MinY"), ("maxy", ">=", "ST_MaxY"))
_AREA_TOLERANCE_M2 = 1e-6
_MOST_PAGES = 100


def findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Everything that is not as it must be, within one read transaction."""
    broken = list(_engine(connection))
    yield from broken
    if broken:  # what else is read from broken pages says nothing
        return
    yield from _references(connection)
    for layer in ENTITIES:
        unreadable: list[Finding] = []
        if layer.geometry:
            yield from _index(connection, layer)
            yield from _extent(connection, layer)
            unreadable = list(_shapes(connection, layer))
            yield from unreadable
        if not unreadable:
            yield from _areas(connection, layer)
        yield from _stages(connection, layer)
        yield from _history(connection, layer)
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


def _shapes(connection: sqlite3.Connection, layer: Layer) -> Iterator[Finding]:
    """Each geometry can be read."""
    rows = connection.execute(f'SELECT "{layer.key[0]}", {GEOMETRY} FROM {layer.name}').fetchall()
    if _is_readable([blob for _, blob in rows]):
        return
    for key, blob in rows:
        if not _is_readable([blob]):
            words = Words(f"{layer.words.zh} {key} 的几何已损坏", f"the geometry of {layer.name} {key} is broken")
            yield Finding("geometry", layer.name, key, words)


def _is_readable(blobs: list[bytes | None]) -> bool:
    try:
        geometries_of(blobs)
    except ValueError:
        return False
    return True


def _areas(connection: sqlite3.Connection, layer: Layer) -> Iterator[Finding]:
    if "area_planar_m2" not in layer.names:
        return
    select = f'SELECT "{layer.key[0]}", {GEOMETRY}, area_planar_m2 FROM {layer.name}'
    table = table_of(connection.execute(select).fetchall(), ("key", GEOMETRY, "area"))
    real = shapely.area(geometries_of(table[GEOMETRY]))
    stated = pd.to_numeric(pd.Series(table["area"])).to_numpy(dtype=float)
    off = ~(np.abs(real - stated) <= np.maximum(_AREA_TOLERANCE_M2, real * 1e-9))
    for key, is_m2, says_m2 in zip(table["key"][off], real[off], stated[off], strict=True):
        words = Words(
            f"{layer.words.zh} {key} 的面积 {says_m2} 与几何 {is_m2} 不符",
            f"the area of {layer.name} {key} is {is_m2} m², not {says_m2}",
        )
        yield Finding("derived_area", layer.name, key, words)


def _stages(connection: sqlite3.Connection, layer: Layer) -> Iterator[Finding]:
    """Stage and hold as the events give them."""
    names = STAGE_COLUMNS.get(layer.name)
    if names is None:
        return
    key = layer.key[0]
    rows = connection.execute(f'SELECT "{key}", {", ".join(names)} FROM {layer.name}').fetchall()
    derived = stages_on(connection, layer.name, [row[0] for row in rows], LAST_DAY)
    for found, *stated in rows:
        wanted = [derived[found][name] for name in names]
        if stated != wanted:
            words = Words(
                f"{layer.words.zh} {found} 的阶段 {stated} 与记录推算 {wanted} 不符",
                f"the stage of {layer.name} {found} is {stated}; its events say {wanted}",
            )
            yield Finding("derived_stage", layer.name, found, words)


def _history(connection: sqlite3.Connection, layer: Layer) -> Iterator[Finding]:
    """Versions follow one another without gap or overlap, and belong to a row that is there."""
    sql, key = geopackage_sql(), layer.key[0]
    for (found,) in sql.history_out_of_order(connection, layer=layer.name, key_column=key):
        words = Words(f"{layer.words.zh} {found} 的历史记录不连续", f"the history of {layer.name} {found} has a gap")
        yield Finding("history", layer.name, found, words)
    orphans = f'SELECT DISTINCT key FROM row_history WHERE layer = ? AND key NOT IN (SELECT "{key}" FROM {layer.name})'
    for (found,) in connection.execute(orphans, (layer.name,)):
        words = Words(
            f"历史记录所属的{layer.words.zh} {found} 不存在", f"there is history of a missing {layer.name} {found}"
        )
        yield Finding("history", layer.name, found, words)


def _metadata(connection: sqlite3.Connection) -> Iterator[Finding]:
    """The file still says of itself what makes it a GeoPackage."""
    sql = geopackage_sql()
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        yield Finding("metadata", None, None, Words("文件标识不是 GeoPackage", "the file's id is not GeoPackage's"))
    told = {name for (name,) in sql.content_names(connection)}
    for name in sorted({*LAYERS, *(table.name for table in PLAIN_TABLES)} - told):
        words = Words(f"GeoPackage 目录中缺少 {name}", f"{name} is not among the GeoPackage's contents")
        yield Finding("metadata", name, None, words)
