"""The embedded store: one GeoPackage file, which QGIS and ArcGIS open as it is."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gis.crs import crs_name, crs_wkt, srid_of, working_crs
from gis.errors import NotAllowed, StoreExists, StoreMissing, StoreSchema, UnreadableFile
from gis.layers import LAYERS
from gis.model import ALL, Actor, BBox, Query
from gis.rules import default_parameters
from gis.store import statements
from gis.store.connections import BUSY_SECONDS, Connections, causes, connect
from gis.store.ddl import APPLICATION_ID, GEOPACKAGE_VERSION, SCHEMA_VERSION, schema
from gis.store.extents import recorded, union
from gis.store.incoming import layer_named
from gis.store.integrity import findings
from gis.store.metadata import describe
from gis.store.port import Change, Finding, StoreInfo, Writer
from gis.store.queries import geopackage_sql
from gis.store.reading import read_layer, table_of
from gis.store.values import frame_values
from gis.store.writing import GeoPackageWriter
from gis.words import Words


class GeoPackageStore:
    """``gis.store.port.Store`` on a GeoPackage. Safe with several threads and several processes."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open an existing store; raises as ``gis.store.open_store``."""
        self._connections = Connections(path, busy_seconds)
        try:
            with self._connections.reading() as connection:
                self._info = _checked_info(connection, path)
        except BaseException:
            self._connections.close()
            raise
        self._srid = srid_of(self._info.crs)
        self._crs = gpd.GeoSeries([], crs=self._info.crs).crs

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
        with self._connections.reading() as connection:
            return read_layer(connection, layer_named(layer), query, self._crs)

    def count(self, layer: str) -> int:
        """See ``Store.count``; a ledger's rows with all corrections."""
        with self._connections.reading() as connection:
            return int(connection.execute(statements.count(layer_named(layer))).fetchone()[0])

    def extent(self, layers: Collection[str] = ("town", "park", "parcel", "project")) -> BBox | None:
        """See ``Store.extent``."""
        with self._connections.reading() as connection:
            box = union([recorded(connection, layer_named(layer).name) for layer in layers])
        return None if box is None else BBox(*box)

    def version(self, layers: Collection[str] | None = None) -> int:
        """See ``Store.version``."""
        sql = geopackage_sql()
        with self._connections.reading() as connection:
            if layers is None:
                return int(sql.last_change(connection))
            names = [layer_named(layer).name for layer in layers]
            return int(sql.last_change_of(connection, layers=json.dumps(names)))

    def changes_since(self, version: int) -> tuple[Change, ...]:
        """See ``Store.changes_since``."""
        with self._connections.reading() as connection:
            rows = geopackage_sql().changes_since(connection, version=version)
            return tuple(Change(seq, layer, key) for seq, layer, key in rows)

    def history(self, layer: str, key: str) -> pd.DataFrame:
        """See ``Store.history``. ``recorded_*`` tell of the version itself; ``attributes`` are dicts of kept values."""
        with self._connections.reading() as connection:
            name = layer_named(layer, "entity").name
            rows = list(geopackage_sql().history_of(connection, layer=name, key=key))
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
        with self._connections.writing() as connection:
            writer = GeoPackageWriter(connection, self._info.crs, self._srid, actor, moment())
            yield writer
            writer.finish()

    def check_integrity(self) -> Iterator[Finding]:
        """See ``Store.check_integrity``."""
        with self._connections.reading() as connection:
            found = list(findings(connection))
        yield from found

    def close(self) -> None:
        """See ``Store.close``."""
        self._connections.close()


def moment() -> str:
    """Now in UTC, to the millisecond, as the file keeps it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _checked_info(connection: sqlite3.Connection, path: Path) -> StoreInfo:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID or not _has_info(connection):
        words = Words("不是本系统的库文件", "not a store of Guatu")
        raise UnreadableFile(words, found=path.name, expected="guatu init 建立的 GeoPackage")
    row = geopackage_sql().info(connection)
    if row is None:
        raise UnreadableFile(Words("库文件不完整", "the store's file is incomplete"), found=path.name)
    name, crs, version, created_at, data_on, is_sample = row
    if version != SCHEMA_VERSION:
        raise _other_schema(version)
    day = None if data_on is None else date.fromisoformat(data_on)
    return StoreInfo(name, crs, version, datetime.fromisoformat(created_at), day, bool(is_sample))


def _has_info(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'store_info'")
    return found.fetchone() is not None


def _other_schema(version: int) -> StoreSchema:
    if version > SCHEMA_VERSION:
        words = Words("库由更新版本的挂图建立，请升级程序", "made by a newer Guatu: upgrade the program")
    else:
        words = Words("库由旧版本的挂图建立，需要先升级库", "made by an older Guatu: the store must be migrated first")
    return StoreSchema(words, found=str(version), expected=str(SCHEMA_VERSION))


def create_geopackage(path: Path, info: StoreInfo, actor: Actor) -> None:
    """
    Make a new store's file. It appears under its name whole or not at all.

    Raises
    ------
    StoreExists
        Something has this name already.
    StoreMissing
        The folder is not there.
    CrsRefused
        ``info.crs`` cannot be a working CRS.
    """
    _check_place(path)
    working_crs(info.crs)
    making = path.with_name(f".{path.name}.{os.getpid()}.making")
    making.unlink(missing_ok=True)
    try:
        making.touch()
        with causes(path), closing(connect(making)) as connection:
            _fill(connection, info, actor)
        _give_name(making, path)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            making.with_name(making.name + suffix).unlink(missing_ok=True)


def _check_place(path: Path) -> None:
    if path.exists():
        raise StoreExists(Words("该位置已有文件", "there is a file already"), found=str(path))
    if not path.parent.is_dir():
        raise StoreMissing(Words("文件夹不存在", "the folder does not exist"), found=str(path.parent))


def _fill(connection: sqlite3.Connection, info: StoreInfo, actor: Actor) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {GEOPACKAGE_VERSION}")
    connection.executescript(f"BEGIN; {schema()} COMMIT;")
    connection.execute("BEGIN IMMEDIATE")
    describe(connection, crs_name(info.crs), srid_of(info.crs), crs_wkt(info.crs))
    geopackage_sql().add_info(
        connection,
        name=info.name,
        crs=info.crs,
        schema_version=info.schema_version,
        created_at=info.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        created_by=actor.name,
        created_role=actor.role.value,
        data_on=None if info.data_on is None else info.data_on.isoformat(),
        is_sample=int(info.is_sample),
    )
    writer = GeoPackageWriter(connection, info.crs, srid_of(info.crs), actor, moment())
    writer.append("rule_parameter", _parameters())
    writer.finish(log=False)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")


def _parameters() -> pd.DataFrame:
    frame = pd.DataFrame(default_parameters())
    return frame[[name for name in LAYERS["rule_parameter"].names if name in frame.columns]]


def _give_name(making: Path, path: Path) -> None:
    """Move without ever replacing a file that somebody else has made meanwhile."""
    try:
        os.link(making, path)
    except FileExistsError:
        raise StoreExists(Words("该位置已有文件", "there is a file already"), found=str(path)) from None
    except OSError:  # a file system without hard links
        _check_place(path)
        making.rename(path)
    with suppress(OSError):  # the folder's entry, too, is to survive a power cut
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
