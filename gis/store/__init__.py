"""STORE: the only door to the data. ``create_store`` and ``open_store`` are where the kind of store is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from gis.crs import working_crs
from gis.errors import StoreMissing
from gis.model import Actor
from gis.store.geopackage.connections import BUSY_SECONDS
from gis.store.geopackage.ddl import SCHEMA_VERSION
from gis.store.geopackage.store import GeoPackageStore, create_geopackage, migrate_geopackage
from gis.store.moments import moment
from gis.store.port import Store, StoreInfo
from gis.store.session import Session
from gis.store.sql_store import SqlStore, begin
from gis.words import Words

__all__ = ["create_store", "is_database", "migrate_store", "open_store", "shown_place"]


def is_database(where: str | Path) -> bool:
    """It is the address of a PostGIS database, not a file's path; the one place that tells the kinds apart."""
    return str(where).startswith(("postgresql://", "postgres://"))


def shown_place(where: str | Path) -> str:
    """Where a store is, as people may read it: a database's address without user and password."""
    if not is_database(where):
        return str(where)
    from gis.store.postgis.connections import without_password

    return without_password(str(where))


def create_store(
    where: str | Path,
    *,
    name: str,
    crs: str,
    actor: Actor,
    data_on: date | None = None,
    is_sample: bool = False,
) -> Store:
    """
    Make a new store and open it. It holds the shipped rule parameters and nothing else.

    Parameters
    ----------
    where
        A file's path (a GeoPackage), or the address of a database: ``postgresql://user@host:port/name``.
    name
        The county's name, as pages show it.
    crs
        The working CRS: projected, in metres ("EPSG:4547").
    data_on
        For samples: the day that the data reflect.

    Raises
    ------
    StoreExists, StoreMissing
        A store is there already; the folder or the database is not there.
    StoreUnreachable
        The database's server does not answer.
    CrsRefused
        ``crs`` cannot be a working CRS.
    """
    info = StoreInfo(name, working_crs(crs), 0, datetime.now(UTC), data_on, is_sample)
    fill_new_store(where, info, lambda session, told: begin(session, told, actor, moment()))
    return open_store(where)


def fill_new_store(where: str | Path, info: StoreInfo, fill: Callable[[Session, StoreInfo], None]) -> None:
    """
    Make a new store in one transaction with ``fill``, which is given ``info`` with the schema's version.

    Raises as ``create_store``, and whatever ``fill`` raises; then there is no store.
    """
    if is_database(where):
        from gis.store.postgis.migrations import schema_version
        from gis.store.postgis.store import create_postgis

        told = replace(info, schema_version=schema_version())
        create_postgis(str(where), told, lambda session: fill(session, told))
    else:
        told = replace(info, schema_version=SCHEMA_VERSION)
        create_geopackage(Path(where), told, lambda session: fill(session, told))


def open_store(where: str | Path, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """
    Open a store; ``busy_seconds``: how long a writer waits for another one.

    Raises
    ------
    StoreMissing
        Nothing is there.
    StoreSchema
        Made by an older or a newer Guatu.
    UnreadableFile
        Something else than a store, or a damaged one.
    """
    return open_sql_store(where, busy_seconds=busy_seconds)


def open_sql_store(where: str | Path, *, busy_seconds: float = BUSY_SECONDS) -> SqlStore:
    """``open_store`` for what needs a whole store's rows as they are kept (gis.store.moving)."""
    if is_database(where):
        from gis.store.postgis.store import PostgisStore

        return PostgisStore(str(where), busy_seconds=busy_seconds)
    return GeoPackageStore(_existing(where), busy_seconds=busy_seconds)


def _existing(where: str | Path) -> Path:
    path = Path(where)
    if not path.is_file():
        words = Words("库不存在，请先用 guatu init 建库", "no store there; make one: guatu init")
        raise StoreMissing(words, found=str(path))
    return path


def migrate_store(where: str | Path) -> tuple[int, int]:
    """
    Bring a store that an older Guatu made up to date; gives its schema's version before and after.

    Raises
    ------
    StoreMissing
        Nothing is there.
    StoreSchema
        Made by a newer Guatu.
    """
    if is_database(where):
        from gis.store.postgis.store import migrate_postgis

        return migrate_postgis(str(where))
    return migrate_geopackage(_existing(where))
