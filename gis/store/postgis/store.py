"""The production store: the schema ``guatu`` of one PostGIS database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime

from gis.crs import srid_of, working_crs
from gis.errors import StoreExists, StoreMissing
from gis.model import BBox
from gis.store.extents import union
from gis.store.incoming import layer_named
from gis.store.port import StoredTile, StoreInfo, TileSpec
from gis.store.postgis import tiles
from gis.store.postgis.connections import Connection, Pool, causes, connect, without_password
from gis.store.postgis.migrations import applied, migrate, schema_version
from gis.store.postgis.session import PostgisSession
from gis.store.queries import named_sql
from gis.store.session import Session
from gis.store.sql_store import SqlStore, other_schema
from gis.words import Words

BUSY_SECONDS = 10.0


class PostgisStore(SqlStore):
    """``gis.store.port.Store`` on PostGIS. Safe with several threads, processes and machines."""

    def __init__(self, dsn: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open an existing store; raises as ``gis.store.open_store``."""
        self._pool = Pool(dsn, busy_seconds)
        try:
            with self._pool.reading() as connection:
                super().__init__(_checked_info(connection, dsn))
        except BaseException:
            self._pool.close()
            raise
        self._srid = srid_of(self.info.crs)

    def extent(self, layers: Collection[str] = ("town", "park", "parcel", "project")) -> BBox | None:
        """See ``Store.extent``."""
        with self._pool.reading() as connection:
            session = PostgisSession(connection, self._srid)
            box = union([session.recorded(layer_named(layer).name) for layer in layers])
        return None if box is None else BBox(*box)

    def tile(self, spec: TileSpec) -> StoredTile | None:
        """See ``Store.tile``."""
        with self._pool.reading() as connection:
            return tiles.draw(PostgisSession(connection, self._srid), self._srid, spec)

    def tile_version(self, spec: TileSpec, layers: Collection[str]) -> str:
        """See ``Store.tile_version``: of parcels, by the blocks that the tile shows."""
        with self._pool.reading() as connection:
            stamps = tiles.version(PostgisSession(connection, self._srid), spec)
            return super().tile_version(spec, layers) if stamps is None else stamps

    @contextmanager
    def turn(self) -> Iterator[None]:
        """See ``Store.turn``. Of all processes of all machines; ended by the database with a process that dies."""
        with super().turn(), self._pool.turn():
            yield

    def close(self) -> None:
        """See ``Store.close``."""
        self._pool.close()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._pool.reading() as connection:
            yield PostgisSession(connection, self._srid)

    @contextmanager
    def _writing(self, at: str) -> Iterator[Session]:
        with self._pool.writing() as connection:
            yield PostgisSession(connection, self._srid)


def _checked_info(connection: Connection, dsn: str) -> StoreInfo:
    there = applied(connection)
    if not there:
        words = Words("数据库中没有库，请先用 guatu init 建库", "no store in this database; make one: guatu init")
        raise StoreMissing(words, found=without_password(dsn))
    if max(there) != schema_version():
        raise other_schema(max(there), schema_version())
    name, crs, version, created_at, data_on, is_sample = named_sql("postgis").info(connection)
    day = None if data_on is None else date.fromisoformat(data_on)
    return StoreInfo(name, crs, version, datetime.fromisoformat(created_at), day, bool(is_sample))


def create_postgis(dsn: str, info: StoreInfo, fill: Callable[[Session], None]) -> None:
    """
    Make a new store in an existing database and fill it, all of it or nothing. PostGIS is switched on where it is not.

    Raises
    ------
    StoreExists
        The database holds a store already.
    StoreMissing, StoreUnreachable
        There is no such database, or no server that answers.
    NotAllowed
        The account may not make a schema or switch PostGIS on.
    CrsRefused
        ``info.crs`` cannot be a working CRS.
    """
    srid = srid_of(working_crs(info.crs))
    with closing(connect(dsn)) as connection, causes(), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        if not applied(connection):
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public")
        if applied(connection) or not migrate(connection, srid):  # somebody else may have made it while we waited
            raise StoreExists(
                Words("数据库中已有库", "the database holds a store already"), found=without_password(dsn)
            )
        fill(PostgisSession(connection, srid))
        cursor.execute("COMMIT")


def migrate_postgis(dsn: str) -> tuple[int, int]:
    """
    Bring an older store up to date; gives its version before and after.

    Raises
    ------
    StoreMissing
        The database holds no store.
    StoreSchema
        The store is of a newer Guatu.
    """
    with closing(connect(dsn)) as connection, causes(), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        there = applied(connection)
        if not there:
            words = Words("数据库中没有库", "no store in this database")
            raise StoreMissing(words, found=without_password(dsn))
        crs = named_sql("postgis").working_crs(connection)
        run = migrate(connection, srid_of(crs))
        cursor.execute("COMMIT")
    return schema_version() - len(run), schema_version()
