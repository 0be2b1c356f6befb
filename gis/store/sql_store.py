"""What every store does alike: reading, writing, versions and history, over its engine's sessions."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.errors import NotAllowed, StoreSchema
from gis.layers import LAYERS
from gis.model import ALL, Actor, BBox, Query
from gis.rules import default_parameters
from gis.store import statements
from gis.store.incoming import layer_named
from gis.store.integrity import findings
from gis.store.moments import moment, told
from gis.store.port import Change, Finding, Results, StoredTile, StoreInfo, TileSpec, Writer
from gis.store.reader import SessionReader
from gis.store.session import Session, Sessions, table_of
from gis.store.values import frame_values
from gis.store.writing import StoreWriter
from gis.words import Words


class SqlStore(ABC):
    """``gis.store.port.Store`` over the sessions that an engine opens."""

    def __init__(self, info: StoreInfo) -> None:
        self._info = info
        self._turns = threading.Lock()
        self._crs = gpd.GeoSeries([], crs=info.crs).crs

    @abstractmethod
    def _reading(self) -> Sessions:
        """One read transaction: everything read in it is of the same moment."""

    @abstractmethod
    def _writing(self, at: str) -> Sessions:
        """The one write transaction of the moment ``at``: committed at the end, rolled back on any exception."""

    @abstractmethod
    def extent(self, layers: Collection[str] = ("town", "park", "parcel", "project")) -> BBox | None:
        """See ``Store.extent``."""

    @abstractmethod
    def close(self) -> None:
        """See ``Store.close``."""

    def session(self) -> Sessions:
        """One read transaction by itself: the door of gis.store.moving, which takes a store as a whole."""
        return self._reading()

    @property
    def info(self) -> StoreInfo:
        """See ``Store.info``."""
        return self._info

    def read(self, layer: str, query: Query = ALL) -> gpd.GeoDataFrame:
        """
        See ``Store.read``. One consistent snapshot.

        The geometry comes where ``query.columns`` is None or names ``geometry``; without it a plain
        DataFrame is given. ``recorded_at`` (UTC), ``recorded_by``, ``recorded_role`` and
        ``recorded_jurisdiction`` may be asked for by name, and come with a ledger unasked. ``query.keys``
        of a ledger are those of what its rows belong to (project code, parcel number, parameter code).
        """
        with self._reader() as reader:
            return reader.read(layer, query)

    def shapes_ever(self, layer: str, keys: Collection[str]) -> NDArray[np.object_]:
        """See ``Reader.shapes_ever``."""
        with self._reader() as reader:
            return reader.shapes_ever(layer, keys)

    def results(self, *, since: int = -1, keys: Collection[str] | None = None) -> Results | None:
        """See ``Reader.results``."""
        with self._reader() as reader:
            return reader.results(since=since, keys=keys)

    def kept_parts(self, parcels: Collection[str] | None = None) -> pd.DataFrame:
        """See ``Reader.kept_parts``."""
        with self._reader() as reader:
            return reader.kept_parts(parcels)

    @contextmanager
    def _reader(self) -> Iterator[SessionReader]:
        with self._reading() as session:
            yield SessionReader(session, self._crs)

    def tile(self, spec: TileSpec) -> StoredTile | None:
        """See ``Store.tile``: left to gis.maps, but for engines that know better."""
        return None

    def tile_version(self, spec: TileSpec, layers: Collection[str]) -> str:
        """See ``Store.tile_version``: another one with every change to the layers, and every day."""
        return f"{self.version(layers)} {spec.on}"

    def count(self, layer: str) -> int:
        """See ``Store.count``; a ledger's rows with all corrections."""
        with self._reading() as session:
            return int(session.rows(statements.count(layer_named(layer)), {})[0][0])

    def tally(self, layer: str, column: str, query: Query = ALL) -> dict[Any, int]:
        """See ``Reader.tally``."""
        with self._reader() as reader:
            return reader.tally(layer, column, query)

    def version(self, layers: Collection[str] | None = None) -> int:
        """See ``Reader.version``."""
        with self._reader() as reader:
            return reader.version(layers)

    def changes_since(self, version: int) -> tuple[Change, ...]:
        """See ``Reader.changes_since``."""
        with self._reader() as reader:
            return reader.changes_since(version)

    def history(self, layer: str, key: str) -> pd.DataFrame:
        """See ``Store.history``. ``recorded_*`` tell of the version itself; ``attributes`` are dicts of kept values."""
        with self._reading() as session:
            rows = list(session.sql.history_of(layer=layer_named(layer, "entity").name, key=key))
        types = {"valid_from": "date", "valid_to": "date", "recorded_at": "datetime"}
        types |= {"recorded_by": "text", "attributes": "json"}
        table = table_of(rows, tuple(types))
        return pd.DataFrame({name: frame_values(type_, table[name]) for name, type_ in types.items()})

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Writer]:
        """See ``Store.writing``."""
        if not actor.may_write:
            words = Words(f"“{actor.name}”没有写入权限", f"'{actor.name}' may not write")
            raise NotAllowed(words, found=actor.role.value)
        at = moment()
        with self._writing(at) as session:
            writer = StoreWriter(session, self._crs, self._info.crs, actor, at)
            yield writer
            writer.finish()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """See ``Store.turn``."""
        with self._turns:
            yield

    def restart_changes(self) -> None:
        """
        Tell every layer to have changed, with versions that no earlier life of this store can have told.

        For a restored backup: what was written after it is gone, and its versions would be told a second time, of other
        data. Versions go on from the seconds since 1970, which no store reaches by counting its changes.
        """
        at = moment()
        with self._writing(at) as session:
            first = max(int(session.sql.last_change()), int(datetime.now(UTC).timestamp())) + 1
            session.sql.restart_changes(layers=json.dumps(list(LAYERS)), first=first, at=at)
            session.finish()

    def check_integrity(self) -> Iterator[Finding]:
        """See ``Store.check_integrity``."""
        with self._reading() as session:
            found = list(findings(session))
        yield from found


def begin(session: Session, info: StoreInfo, actor: Actor, at: str) -> None:
    """Fill the tables of a new store: what it is, and the shipped rule parameters."""
    session.sql.add_info(
        name=info.name,
        crs=info.crs,
        schema_version=info.schema_version,
        created_at=told(info.created_at),
        created_by=actor.name,
        created_role=actor.role.value,
        data_on=None if info.data_on is None else info.data_on.isoformat(),
        is_sample=info.is_sample,
    )
    writer = StoreWriter(session, info.crs, info.crs, actor, at)
    writer.append("rule_parameter", _parameters())
    writer.finish(log=False)


def _parameters() -> pd.DataFrame:
    frame = pd.DataFrame(default_parameters())
    return frame[[name for name in LAYERS["rule_parameter"].names if name in frame.columns]]


def other_schema(version: int, wanted: int) -> StoreSchema:
    """The refusal of a store that another version of Guatu made."""
    if version > wanted:
        words = Words("库由更新版本的挂图建立，请升级程序", "made by a newer Guatu: upgrade the program")
    else:
        words = Words(
            "库由旧版本的挂图建立，请先升级库：guatu migrate",
            "made by an older Guatu; bring the store up to date: guatu migrate",
        )
    return StoreSchema(words, found=str(version), expected=str(wanted))
