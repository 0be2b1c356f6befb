"""Reading from a store: present rows, those of the past laid over them, as frames. The same in every store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import from_shapely
from numpy.typing import NDArray

from gis.errors import InvalidParameter
from gis.layers import Layer
from gis.model import BBox, Query
from gis.store import statements
from gis.store.columns import FIRST_STAGE, GEOMETRY, RECORDED, STAGE_COLUMNS, VERSION
from gis.store.ledgers import LEDGER_RULES
from gis.store.session import Geometries, Session, Table, arrays_of, broken_geometry, table_of
from gis.store.values import Kept, in_small_letters, sought_value, storable
from gis.words import Words

# After every event.
LAST_DAY = "9999-12-31"
# Up to so many keys, later events are looked up by key; above, by day.
_FEW_KEYS = 5_000
_OTHER_TYPES = {GEOMETRY: GEOMETRY, "recorded_at": "datetime", VERSION: "integer"}


def read_layer(session: Session, layer: Layer, query: Query, crs: Any) -> gpd.GeoDataFrame:
    """``Store.read`` within an open read transaction; ``crs`` is given to the geometries."""
    wanted = _wanted(layer, query)
    names = tuple(dict.fromkeys((layer.key[0], *wanted, *query.filtered_by)))
    read = _entities if layer.kind == "entity" else _ledger
    try:
        arrays = read(session, layer, query, names)
    except (ValueError, shapely.errors.ShapelyError) as error:
        raise broken_geometry(layer.words, error) from None
    return _frame(arrays, wanted, crs)


def _wanted(layer: Layer, query: Query) -> tuple[str, ...]:
    """Columns to give: all that are declared (a ledger's with who wrote it) and the geometry, or those asked for."""
    geometry = (GEOMETRY,) if layer.geometry else ()
    known = {*layer.names, *geometry, *RECORDED}
    # Versions are of the present: that is what can be edited.
    shown = known | ({VERSION} if layer.kind == "entity" and query.on is None else set())
    _refuse_unknown(layer, query.columns or (), shown)
    _refuse_unknown(layer, query.filtered_by, known)
    if (query.bbox is not None or query.near is not None) and not layer.geometry:
        words = Words(f"{layer.words.zh}没有几何，不能按范围查询", f"{layer.words.en} have no geometry to be in a box")
        raise InvalidParameter(words, found=str(query.bbox or query.near)[:200])
    if query.columns is not None:
        return tuple(dict.fromkeys(query.columns))
    return (*layer.names, *(RECORDED if layer.kind == "ledger" else ()), *geometry)


def _refuse_unknown(layer: Layer, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            words = Words(f"{layer.words.zh}没有列 {name}", f"{layer.words.en} have no column {name}")
            raise InvalidParameter(words, found=name, expected="、".join(sorted(known)))


def _types(layer: Layer, names: Iterable[str]) -> dict[str, str]:
    """Column → type, as ``Session.arrays`` wants them."""
    types = {column.name: column.type for column in layer.columns}
    return {name: types.get(name, _OTHER_TYPES.get(name, "text")) for name in names}


def _ledger(session: Session, layer: Layer, query: Query, names: Sequence[str]) -> dict[str, Any]:
    rule = LEDGER_RULES[layer.name]
    select = statements.select_events if rule.every_row else statements.select_ruling
    return session.arrays(*select(session.dialect, rule, names, query), _types(layer, names))


def _entities(session: Session, layer: Layer, query: Query, names: Sequence[str]) -> dict[str, Any]:
    if query.on is None:
        return _present(session, layer, query, names)
    return _past(session, layer, query, names, query.on.isoformat())


def _present(session: Session, layer: Layer, query: Query, names: Sequence[str]) -> dict[str, Any]:
    statement = statements.select_entities(session.dialect, layer, names, query)
    return session.arrays(*statement, _types(layer, names))


def tally(session: Session, layer: Layer, column: str, query: Query) -> dict[Any, int] | None:
    """How many rows have each value of ``column``; None where rows of the past must be looked at one by one."""
    _wanted(layer, replace(query, columns=(column,)))
    if query.on is not None and not _is_settled(session, layer, (column, *query.filtered_by), query.on.isoformat()):
        return None
    return dict(session.rows(*statements.select_tally(session.dialect, layer, column, query)))


def _past(session: Session, layer: Layer, query: Query, names: Sequence[str], day: str) -> dict[str, Any]:
    """As of ``day``; quick where nothing happened after it."""
    if _is_settled(session, layer, names, day):
        return _present(session, layer, query, names)
    replaced = bool(session.sql.has_history_after(layer=layer.name, day=day))
    staged = [name for name in STAGE_COLUMNS.get(layer.name, ()) if name in names]
    names = tuple(dict.fromkeys((*names, *(["stage"] if staged else []))))  # null in rows from history: to be derived
    reach = statements.Reach(unreplaced_since=day if replaced else None, filtered=False)
    statement = statements.select_entities(session.dialect, layer, names, query, reach)
    table = table_of(session.rows(*statement), names)
    if replaced:
        table = _sorted(_joined(table, _versions(session, layer, query, names, day)), layer.key[0])
    if staged:
        _lay_over_stages(session, layer, table, staged, day)
    return arrays_of(session, _filtered(layer, table, query), _types(layer, names))


def _is_settled(session: Session, layer: Layer, names: Iterable[str], day: str) -> bool:
    """Nothing that these columns show happened after ``day``."""
    staged = not set(names).isdisjoint(STAGE_COLUMNS.get(layer.name, ()))
    replaced = session.sql.has_history_after(layer=layer.name, day=day)
    return not replaced and not (staged and _has_later_events(session, layer, day))


def _has_later_events(session: Session, layer: Layer, day: str) -> bool:
    sql = session.sql
    ask = sql.has_parcel_events_after if layer.name == "parcel" else sql.has_project_events_after
    return bool(ask(day=day))


def _versions(session: Session, layer: Layer, query: Query, names: Sequence[str], day: str) -> Table:
    """Rows of ``day`` that were replaced later, from the history."""
    box = query.bbox.as_tuple() if query.bbox else (None, None, None, None)
    found = list(
        session.sql.versions_on(
            layer=layer.name,
            day=day,
            keys=None if query.keys is None else json.dumps(storable(query.keys)),
            **dict(zip(("west", "south", "east", "north"), box, strict=True)),
        )
    )
    rows, geometries = [], []
    for attributes, geometry, *recorded in found:
        kept = json.loads(attributes)
        if kept is None:  # not there on that day
            continue
        geometries.append(geometry)
        version = {**kept, GEOMETRY: geometry, **dict(zip(RECORDED, recorded, strict=True))}
        rows.append(tuple(version.get(name) for name in names))
    if query.near is None:
        return table_of(rows, names)
    shapes = session.geometries_of(np.array(geometries or [None], dtype=object))
    return table_of([row for row, is_near in zip(rows, _are_near(shapes, query.near), strict=False) if is_near], names)


def _are_near(shapes: Geometries, boxes: Sequence[BBox]) -> list[bool]:
    tree = shapely.STRtree([shapely.box(*box.as_tuple()) for box in boxes])
    near = np.zeros(len(shapes), dtype=bool)
    near[tree.query(shapes)[0]] = True
    return near.tolist()


def _joined(one: Table, other: Table) -> Table:
    return {name: np.concatenate((one[name], other[name])) for name in one}


def _sorted(table: Table, key: str) -> Table:
    order = np.argsort(table[key], kind="stable")
    return {name: kept[order] for name, kept in table.items()}


def _filtered(layer: Layer, table: Table, query: Query) -> Table:
    """Equalities and the limit, where the database could not apply them."""
    rows = np.ones(len(table[layer.key[0]]), dtype=bool)
    for column, value in query.where:
        rows &= _is_among(layer, column, value, table[column])
    if query.says is not None:
        text = in_small_letters(query.says.text)
        said = [[kept is not None and text in in_small_letters(kept) for kept in table[c]] for c in query.says.columns]
        rows &= np.array(said, dtype=bool).any(axis=0)
    chosen = np.flatnonzero(rows)[: query.limit]
    return {name: kept[chosen] for name, kept in table.items()}


def _is_among(layer: Layer, column: str, value: str | tuple[str, ...], kept: Kept) -> NDArray[np.bool_]:
    sought = set(value) if isinstance(value, tuple) else {sought_value(layer, column, value)}
    return np.array([each is not None and each in sought for each in kept], dtype=bool)


def _lay_over_stages(session: Session, layer: Layer, table: Table, staged: Sequence[str], day: str) -> None:
    """Derived columns as the events up to ``day`` give them, for rows that have later events or came from history."""
    keys = table[layer.key[0]]
    unknown = set(keys[np.array([stage is None for stage in table.get("stage", keys)], dtype=bool)])
    late = sorted(unknown | _late_keys(session, layer, keys, day))
    stages = stages_on(session, layer.name, late, day)
    places = pd.Index(keys).get_indexer(pd.Index(late, dtype=object))
    for place, key in zip(places.tolist(), late, strict=True):
        if place >= 0:
            for name in staged:
                table[name][place] = stages[key][name]


def _late_keys(session: Session, layer: Layer, keys: Kept, day: str) -> set[str]:
    sql, few = session.sql, json.dumps(keys.tolist()) if len(keys) <= _FEW_KEYS else None
    if layer.name == "parcel":
        rows = (
            sql.parcels_with_later_events(day=day)
            if few is None
            else (sql.parcels_of_with_later_events(day=day, keys=few))
        )
    else:
        rows = sql.projects_with_later_events(day=day)
    return {key for (key,) in rows}


def stages_on(session: Session, layer: str, keys: Sequence[str], day: str) -> dict[str, dict[str, Any]]:
    """The derived columns of these parcels or projects by their events up to ``day``."""
    sql, bound = session.sql, {"keys": json.dumps(keys), "day": day}
    names = STAGE_COLUMNS[layer]
    stages: dict[str, dict[str, Any]] = {key: {**dict.fromkeys(names), "stage": FIRST_STAGE[layer]} for key in keys}
    ruling = sql.parcel_stages_on if layer == "parcel" else sql.project_stages_on
    for key, stage, day_begun in ruling(**bound):
        stages[key].update(stage=stage, stage_on=day_begun)
    if layer == "parcel":
        for key, reason, day_held in sql.parcel_holds_on(**bound):
            stages[key].update(hold_reason=reason, held_since=day_held)
    return stages


def _frame(arrays: Mapping[str, Any], wanted: Sequence[str], crs: Any) -> gpd.GeoDataFrame:
    """The arrays side by side, the geometry last."""
    cells = {name: arrays[name] for name in wanted if name != GEOMETRY}
    if GEOMETRY in wanted:
        cells[GEOMETRY] = from_shapely(arrays[GEOMETRY], crs=crs)
    index = pd.RangeIndex(len(next(iter(arrays.values()))))
    frame = pd.DataFrame(cells, index=index) if cells else pd.DataFrame(index=index, columns=[])
    shown = cast(gpd.GeoDataFrame, frame)
    if GEOMETRY in wanted:
        # As geopandas turns frames into its own; its constructor looks the geometry over again, which takes longer
        # than all the rest of reading one project.
        shown.__class__ = gpd.GeoDataFrame
        shown._geometry_column_name = GEOMETRY
    return shown
