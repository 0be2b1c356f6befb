"""The open write transaction of a store. The same in every store."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import ellipsoidal_areas
from gis.layers import LAYERS, Layer
from gis.model import Actor
from gis.store import statements
from gis.store.columns import AREA_COLUMNS, GEOMETRY, STAGE_COLUMNS
from gis.store.history import HistoryKeeper, chosen
from gis.store.incoming import (
    Incoming,
    check_complete,
    check_entities,
    check_kept,
    check_ledger,
    check_references,
    comparable,
    layer_named,
)
from gis.store.kept_results import keep_results
from gis.store.ledgers import LEDGER_RULES
from gis.store.moments import told
from gis.store.port import Change, Outcome, PutResult, Results, TakenBack
from gis.store.reader import SessionReader
from gis.store.reading import LAST_DAY, stages_on
from gis.store.retiring import retire, stored_rows, take_back
from gis.store.session import Geometries, Table
from gis.store.values import Kept
from gis.store.versions import Found, refuse_stale

# More changed keys of one layer in one transaction than this count as "the whole layer".
MANY_CHANGES = 500
_STAGED_BY = {"parcel_event": "parcel", "project_event": "project"}
Rows = NDArray[np.bool_]


@dataclass
class StoreWriter(SessionReader):
    """
    ``gis.store.port.Writer`` within one transaction.

    ``at`` is the moment (UTC, ISO 8601) written with every row; ``finish`` must be called before the commit.
    """

    crs: str
    actor: Actor
    at: str
    # By layer and key: whether only its events changed it.
    _changed: dict[str, dict[str, bool]] = field(default_factory=dict)

    def put(
        self,
        layer: str,
        frame: pd.DataFrame,
        *,
        on: date | None = None,
        expected: Mapping[str, int] | None = None,
        clearing: bool = False,
        since: date | None = None,
    ) -> PutResult:
        """See ``Writer.put``. A change counts from the last one of its key at the earliest: ``on`` is raised to it."""
        incoming = check_entities(layer, frame, self.crs)
        stored, places = self._stored(incoming)
        new, day = places < 0, (on or date.today()).isoformat()
        check_complete(incoming, new)
        asked = incoming
        if clearing:
            check_kept(incoming, ~new)
        else:
            incoming = asked.over(stored, places)
        moved = self._moved(incoming, stored, places)
        changed = _differing(incoming, stored, places) | moved
        if expected is not None:
            refuse_stale(self.session, asked, Found(stored, places, new | changed), expected)
        self.history.keep(incoming.layer, chosen(stored, places[changed]), day)
        self._update(incoming, stored, places, changed & ~moved, moved)
        self._insert(incoming, new)
        self._begin(incoming.layer, np.array(incoming.owners, dtype=object)[new].tolist(), day, since)
        self._note(layer, np.array(incoming.owners, dtype=object)[new | changed])
        return PutResult(_outcomes(new, changed))

    def append(self, layer: str, frame: pd.DataFrame) -> PutResult:
        """
        See ``Writer.append``. A row that bears its own day (a plan's ``set_on``, a promise's ``said_on``) is
        compared with the latest row of its key and day; a frame may hold several days of one key.
        """
        incoming = check_ledger(layer, frame)
        known, same = self._known(incoming)
        self._check_references(incoming, taken_back=known & _withdrawn(incoming))
        self._insert(incoming, ~same)
        self._note(layer, np.array(incoming.owners, dtype=object)[~same])
        if layer in _STAGED_BY:
            self._derive_stages(_STAGED_BY[layer], sorted(set(np.array(incoming.owners, dtype=object)[~same])))
        return PutResult(_outcomes(~(known | same), known & ~same))

    def finish(self, *, log: bool = True) -> None:
        """Write the sequence of changes. ``log`` False: a new store's own content."""
        if log:
            self._log_changes()
        self.session.finish()

    def _log_changes(self) -> None:
        """Those since the last time."""
        names = ("layer", "key", "by_events")
        rows = [{**dict(zip(names, logged, strict=True)), "at": self.at} for logged in self._logged()]
        self.session.many("add_changes", rows)
        self._changed.clear()

    def _logged(self) -> Iterable[tuple[str, str | None, bool]]:
        for layer, keys in self._changed.items():
            if len(keys) > MANY_CHANGES:
                yield layer, None, False
            else:
                yield from ((layer, key, by_events) for key, by_events in sorted(keys.items()))

    def version(self, layers: Collection[str] | None = None) -> int:
        """See ``Reader.version``."""
        self._log_changes()
        return super().version(layers)

    def changes_since(self, version: int) -> tuple[Change, ...]:
        """See ``Reader.changes_since``."""
        self._log_changes()
        return super().changes_since(version)

    def retire(self, layer: str, keys: Collection[str], on: date) -> None:
        """See ``Writer.retire``."""
        retire(self.history, layer_named(layer, "entity"), keys, on.isoformat())
        self._note(layer, keys)

    def take_back(self, layer: str, at: datetime) -> TakenBack:
        """See ``Writer.take_back``."""
        back = take_back(self.history, layer_named(layer, "entity"), told(at))
        self._note(layer, (*back.restored, *back.removed))
        return back

    def keep_results(self, results: Results, *, whole: bool) -> None:
        """See ``Writer.keep_results``."""
        keep_results(self.session, results, whole=whole)

    def _note(self, layer: str, keys: Iterable[str], *, by_events: bool = False) -> None:
        noted = set(keys)
        if noted:
            changed = self._changed.setdefault(layer, {})
            changed.update({key: by_events and changed.get(key, True) for key in noted})
            self.session.touched(layer)

    @property
    def history(self) -> HistoryKeeper:
        """What this transaction replaces is kept by it."""
        return HistoryKeeper(self.session, self.actor, self.at)

    # ------------------------------------------------------------ entities

    def _stored(self, incoming: Incoming) -> tuple[Table, NDArray[np.intp]]:
        """The rows that the store has for these keys, and for each incoming row its place among them, or -1."""
        stored = stored_rows(self.session, incoming.layer, incoming.owners)
        keys = pd.Index(stored[incoming.layer.key[0]], dtype=object)
        return stored, keys.get_indexer(pd.Index(incoming.owners, dtype=object))

    def _begin(self, layer: Layer, keys: list[str], on: str, since: date | None) -> None:
        """New rows: of a key that was retired there was nothing until ``on``, of another one until ``since``."""
        retired = {key for key, _ in self.session.sql.last_history(layer=layer.name, keys=json.dumps(keys))}
        self.history.keep_absence(layer, sorted(retired), on)
        if since is not None:
            self.history.keep_absence(layer, sorted(set(keys) - retired), since.isoformat())
        if layer.name in STAGE_COLUMNS:
            self._derive_stages(layer.name, sorted(retired))

    def _update(self, incoming: Incoming, stored: Table, places: NDArray[np.intp], kept: Rows, moved: Rows) -> None:
        """Rows whose geometry is kept, then rows whose geometry is new."""
        for rows, with_geometry in ((kept, False), (moved, True)):
            if not rows.any():
                continue
            cells = {name: values[rows] for name, values in incoming.columns.items()}
            before = None
            if with_geometry:
                cells |= self._geometry_cells(incoming, rows)
                before = stored[GEOMETRY][places[rows]]
            ids = stored[statements.row_id(incoming.layer)][places[rows]]
            self.session.update(incoming.layer, self.history.signed(cells, len(ids)), ids, before)

    def _insert(self, incoming: Incoming, rows: Rows) -> None:
        if not rows.any():
            return
        cells = {name: values[rows] for name, values in incoming.columns.items()}
        if incoming.geometry is not None:
            cells |= self._geometry_cells(incoming, rows)
        self.session.insert(incoming.layer, self.history.signed(cells, int(np.count_nonzero(rows))))

    def _geometry_cells(self, incoming: Incoming, rows: Rows) -> Table:
        assert incoming.geometry is not None  # noqa: S101 (the callers' condition)
        geometry = incoming.geometry[rows]
        cells = {GEOMETRY: self.session.kept_geometries(geometry)}
        if set(AREA_COLUMNS) <= set(incoming.layer.names):
            areas = (shapely.area(geometry), ellipsoidal_areas(geometry, self.crs))
            cells |= {name: _objects(area.tolist()) for name, area in zip(AREA_COLUMNS, areas, strict=True)}
        return cells

    def _moved(self, incoming: Incoming, stored: Table, places: NDArray[np.intp]) -> Rows:
        """Known rows whose incoming geometry is not the stored one, vertex by vertex."""
        moved = np.zeros(incoming.size, dtype=bool)
        if incoming.geometry is None:
            return moved
        known = np.flatnonzero((places >= 0) & ~shapely.is_missing(incoming.geometry))
        before: Geometries = self.session.geometries_of(stored[GEOMETRY][places[known]])
        after = incoming.geometry[known]
        doubtful = known[shapely.to_wkb(before) != shapely.to_wkb(after)]
        if len(doubtful):
            old, new = self.session.geometries_of(stored[GEOMETRY][places[doubtful]]), incoming.geometry[doubtful]
            moved[doubtful] = comparable(old) != comparable(new)
        return moved

    # ------------------------------------------------------------ ledgers

    def _check_references(self, incoming: Incoming, taken_back: Rows) -> None:
        """What was said of a thing that is gone may still be taken back, where it outlives it."""
        for column in incoming.layer.columns:
            if column.must_exist and column.references:
                select = statements.select_known_keys(self.session.dialect, LAYERS[column.references])
                keys = json.dumps(sorted({key for key in incoming.columns[column.name] if key is not None}))
                known = {key for (key,) in self.session.rows(select, {"keys": keys})}
                if column.outlives:
                    known.update(incoming.columns[column.name][taken_back])
                check_references(incoming, column, known)

    def _known(self, incoming: Incoming) -> tuple[Rows, Rows]:
        """Which rows have a key that is known, and which equal the row that they would correct."""
        layer = incoming.layer
        day = LEDGER_RULES[layer.name].day
        keyed = [layer.names.index(name) for name in layer.key]
        dated = None if day is None or day in layer.key else layer.names.index(day)
        latest: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        select = statements.select_stored(self.session.dialect, layer, layer.names)
        for _, *row in self.session.rows(select, {"keys": json.dumps(sorted(set(incoming.owners)))}):
            for identity in _identities(row, keyed, dated):
                latest[identity] = tuple(row)
        if not latest:
            return np.zeros(incoming.size, dtype=bool), np.zeros(incoming.size, dtype=bool)
        rows = list(zip(*(incoming.columns[name] for name in layer.names), strict=True))
        known = [_identities(row, keyed, None)[0] in latest for row in rows]
        same = [latest.get(_identities(row, keyed, dated)[-1]) == row for row in rows]
        return np.array(known, dtype=bool), np.array(same, dtype=bool)

    def _derive_stages(self, layer: str, keys: Sequence[str]) -> None:
        """Stage and hold of these parcels or projects, from all their events."""
        if not keys:
            return
        stages = stages_on(self.session, layer, keys, LAST_DAY)
        self.session.many(f"set_{layer}_stages", [{"key": key, **values} for key, values in stages.items()])
        self._note(layer, keys, by_events=True)


def _withdrawn(incoming: Incoming) -> Rows:
    """Which rows take back what they say."""
    if "withdrawn" not in incoming.columns:
        return np.zeros(incoming.size, dtype=bool)
    return np.array([bool(value) for value in incoming.columns["withdrawn"]], dtype=bool)


def _identities(row: Sequence[Any], keyed: Sequence[int], dated: int | None) -> list[tuple[Any, ...]]:
    """A row's key; and, where it bears its own day beside it, key and day."""
    key = tuple(row[place] for place in keyed)
    return [key] if dated is None or row[dated] is None else [key, (*key, row[dated])]


def _differing(incoming: Incoming, stored: Table, places: NDArray[np.intp]) -> Rows:
    """Known rows in which an incoming value is not what is stored."""
    differing = np.zeros(incoming.size, dtype=bool)
    known = np.flatnonzero(places >= 0)
    for name, values in incoming.columns.items():
        differing[known] |= (values[known] != stored[name][places[known]]).astype(bool)
    return differing


def _outcomes(new: Rows, changed: Rows) -> tuple[Outcome, ...]:
    names = np.where(new, "stored", np.where(changed, "updated", "unchanged"))
    return tuple(names.tolist())


def _objects(values: Sequence[Any]) -> Kept:
    kept = np.empty(len(values), dtype=object)
    kept[:] = values
    return kept
