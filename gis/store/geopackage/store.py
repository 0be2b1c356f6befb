"""The embedded store: one GeoPackage file, which QGIS and ArcGIS open as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path

from gis.crs import crs_name, crs_wkt, srid_of, working_crs
from gis.errors import UnreadableFile
from gis.model import BBox
from gis.store.extents import union
from gis.store.files import appearing, check_place
from gis.store.geopackage.connections import BUSY_SECONDS, Connections, causes, connect
from gis.store.geopackage.ddl import APPLICATION_ID, GEOPACKAGE_VERSION, SCHEMA_VERSION, schema
from gis.store.geopackage.extents import recorded
from gis.store.geopackage.metadata import describe
from gis.store.geopackage.migrations import run_steps
from gis.store.geopackage.session import GeoPackageSession
from gis.store.incoming import layer_named
from gis.store.moments import moment
from gis.store.port import StoreInfo
from gis.store.queries import named_sql
from gis.store.session import Session
from gis.store.sql_store import SqlStore, other_schema
from gis.words import Words


class GeoPackageStore(SqlStore):
    """``gis.store.port.Store`` on a GeoPackage. Safe with several threads and several processes."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open an existing store; raises as ``gis.store.open_store``."""
        self._connections = Connections(path, busy_seconds)
        try:
            with self._connections.reading() as connection:
                super().__init__(_checked_info(connection, path))
        except BaseException:
            self._connections.close()
            raise
        self._srid = srid_of(self.info.crs)

    def extent(self, layers: Collection[str] = ("town", "park", "parcel", "project")) -> BBox | None:
        """See ``Store.extent``."""
        with self._connections.reading() as connection:
            box = union([recorded(connection, layer_named(layer).name) for layer in layers])
        return None if box is None else BBox(*box)

    def close(self) -> None:
        """See ``Store.close``."""
        self._connections.close()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._connections.reading() as connection:
            yield GeoPackageSession(connection, self._srid)

    @contextmanager
    def _writing(self, at: str) -> Iterator[Session]:
        with self._connections.writing() as connection:
            yield GeoPackageSession(connection, self._srid, at)


def _checked_info(connection: sqlite3.Connection, path: Path) -> StoreInfo:
    info = _info(connection, path)
    if info.schema_version != SCHEMA_VERSION:
        raise other_schema(info.schema_version, SCHEMA_VERSION)
    return info


def _info(connection: sqlite3.Connection, path: Path) -> StoreInfo:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID or not _has_info(connection):
        words = Words("不是本系统的库文件", "not a store of Guatu")
        raise UnreadableFile(words, found=path.name, expected="guatu init 建立的 GeoPackage")
    row = named_sql("geopackage").info(connection)
    if row is None:
        raise UnreadableFile(Words("库文件不完整", "the store's file is incomplete"), found=path.name)
    name, crs, version, created_at, data_on, is_sample = row
    day = None if data_on is None else date.fromisoformat(data_on)
    return StoreInfo(name, crs, version, datetime.fromisoformat(created_at), day, bool(is_sample))


def _has_info(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'store_info'")
    return found.fetchone() is not None


def create_geopackage(path: Path, info: StoreInfo, fill: Callable[[Session], None]) -> None:
    """
    Make a new store's file, filled in its first transaction. It appears under its name whole or not at all.

    Raises
    ------
    StoreExists
        Something has this name already.
    StoreMissing
        The folder is not there.
    CrsRefused
        ``info.crs`` cannot be a working CRS.
    """
    check_place(path)
    working_crs(info.crs)
    with appearing(path) as making, causes(path), closing(connect(making)) as connection:
        _fill(connection, info, fill)


def _fill(connection: sqlite3.Connection, info: StoreInfo, fill: Callable[[Session], None]) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {GEOPACKAGE_VERSION}")
    connection.executescript(f"BEGIN; {schema()} COMMIT;")
    connection.execute("BEGIN IMMEDIATE")
    describe(connection, crs_name(info.crs), srid_of(info.crs), crs_wkt(info.crs))
    fill(GeoPackageSession(connection, srid_of(info.crs), moment()))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")


def migrate_geopackage(path: Path) -> tuple[int, int]:
    """
    Bring an older file up to date; gives its version before and after.

    Raises
    ------
    UnreadableFile
        Not a store.
    StoreSchema
        The file is of a newer Guatu.
    """
    with causes(path), closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        before = _info(connection, path).schema_version
        if before > SCHEMA_VERSION:
            raise other_schema(before, SCHEMA_VERSION)
        run_steps(connection, before)
        connection.execute("COMMIT")
    return before, SCHEMA_VERSION
