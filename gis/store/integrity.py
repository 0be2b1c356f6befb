# ruff: noqa: S608 (names of tables and columns come from gis.layers only)
"""What must be true of stored data, and whether it is: derived columns and history. The same in every store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from gis.layers import ENTITIES, LAYERS, Layer
from gis.store.columns import GEOMETRY, STAGE_COLUMNS
from gis.store.port import Finding
from gis.store.reading import LAST_DAY, stages_on
from gis.store.session import Session, table_of
from gis.store.values import Kept
from gis.words import Words

_AREA_TOLERANCE_M2 = 1e-6


def findings(session: Session) -> Iterator[Finding]:
    """Everything that is not as it must be, within one read transaction; nothing more where the engine is damaged."""
    damaged = False
    for finding in session.engine_findings():
        damaged = damaged or finding.rule == "engine"
        yield finding
    if damaged:
        return
    for layer in ENTITIES:
        unreadable = list(_shapes(session, layer)) if layer.geometry else []
        yield from unreadable
        if not unreadable:
            yield from _areas(session, layer)
        yield from _stages(session, layer)
        yield from _history(session, layer)
    for layer in LAYERS.values():
        yield from _outliving(session, layer)


def _shapes(session: Session, layer: Layer) -> Iterator[Finding]:
    """Each geometry can be read."""
    rows = session.rows(f'SELECT "{layer.key[0]}", {GEOMETRY} FROM {layer.name}', {})
    table = table_of(rows, ("key", GEOMETRY))
    if _is_readable(session, table[GEOMETRY]):
        return
    for place, key in enumerate(table["key"]):
        if not _is_readable(session, table[GEOMETRY][place : place + 1]):
            words = Words(f"{layer.words.zh} {key} 的几何已损坏", f"the geometry of {layer.name} {key} is broken")
            yield Finding("geometry", layer.name, key, words)


def _is_readable(session: Session, kept: Kept) -> bool:
    try:
        session.geometries_of(kept)
    except (ValueError, shapely.errors.ShapelyError):
        return False
    return True


def _areas(session: Session, layer: Layer) -> Iterator[Finding]:
    if "area_planar_m2" not in layer.names:
        return
    select = f'SELECT "{layer.key[0]}", {GEOMETRY}, area_planar_m2 FROM {layer.name}'
    table = table_of(session.rows(select, {}), ("key", GEOMETRY, "area"))
    real = shapely.area(session.geometries_of(table[GEOMETRY]))
    stated = pd.to_numeric(pd.Series(table["area"])).to_numpy(dtype=float)
    off = ~(np.abs(real - stated) <= np.maximum(_AREA_TOLERANCE_M2, real * 1e-9))
    for key, is_m2, says_m2 in zip(table["key"][off], real[off], stated[off], strict=True):
        words = Words(
            f"{layer.words.zh} {key} 的面积 {says_m2} 与几何 {is_m2} 不符",
            f"the area of {layer.name} {key} is {is_m2} m², not {says_m2}",
        )
        yield Finding("derived_area", layer.name, key, words)


def _stages(session: Session, layer: Layer) -> Iterator[Finding]:
    """Stage and hold as the events give them."""
    names = STAGE_COLUMNS.get(layer.name)
    if names is None:
        return
    key = layer.key[0]
    rows = session.rows(f'SELECT "{key}", {", ".join(names)} FROM {layer.name}', {})
    derived = stages_on(session, layer.name, [row[0] for row in rows], LAST_DAY)
    for found, *stated in rows:
        wanted = [derived[found][name] for name in names]
        if stated != wanted:
            words = Words(
                f"{layer.words.zh} {found} 的阶段 {stated} 与记录推算 {wanted} 不符",
                f"the stage of {layer.name} {found} is {stated}; its events say {wanted}",
            )
            yield Finding("derived_stage", layer.name, found, words)


def _history(session: Session, layer: Layer) -> Iterator[Finding]:
    """Versions follow one another without gap or overlap, and belong to a row that is there."""
    key = layer.key[0]
    for (found,) in session.sql.history_out_of_order(layer=layer.name, key_column=key):
        words = Words(f"{layer.words.zh} {found} 的历史记录不连续", f"the history of {layer.name} {found} has a gap")
        yield Finding("history", layer.name, found, words)
    # Of what was retired the last word is that nothing is there.
    orphans = (
        "SELECT key FROM row_history AS h WHERE layer = :layer "
        f'AND key NOT IN (SELECT "{key}" FROM {layer.name}) '
        "AND id = (SELECT max(id) FROM row_history AS l WHERE l.layer = h.layer AND l.key = h.key) "
        "AND CAST(attributes AS text) <> 'null'"
    )
    for (found,) in session.rows(orphans, {"layer": layer.name}):
        words = Words(
            f"历史记录所属的{layer.words.zh} {found} 不存在", f"there is history of a missing {layer.name} {found}"
        )
        yield Finding("history", layer.name, found, words)


def _outliving(session: Session, layer: Layer) -> Iterator[Finding]:
    """What a ledger says is said of something that is there, or was until it was retired."""
    for column in layer.columns:
        if not column.outlives or column.references is None:
            continue
        target = LAYERS[column.references]
        strays = (
            f'SELECT DISTINCT "{column.name}" FROM {layer.name} '
            f'WHERE "{column.name}" NOT IN (SELECT "{target.key[0]}" FROM {target.name}) '
            f'AND "{column.name}" NOT IN '
            "(SELECT key FROM row_history WHERE layer = :layer AND CAST(attributes AS text) <> 'null')"
        )
        for (found,) in session.rows(strays, {"layer": target.name}):
            words = Words(
                f"{layer.words.zh}指向不存在的{target.words.zh} {found}", f"{layer.words.en}: no {target.name} {found}"
            )
            yield Finding("reference", layer.name, found, words)
