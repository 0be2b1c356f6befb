"""Connections to one PostGIS database: a bounded pool, a transaction at a time. Errors get a cause."""

from __future__ import annotations

import os
import re
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from psycopg2 import errorcodes, extensions

from gis.errors import (
    GuatuError,
    InvalidParameter,
    InvalidRow,
    NotAllowed,
    StoreBusy,
    StoreFull,
    StoreMissing,
    StoreUnreachable,
    TooMuchAsked,
    UnreadableFile,
)
from gis.words import Words

Connection = extensions.connection
SCHEMA = "guatu"
MOST_CONNECTIONS = 10
READ_SECONDS = 30
# Whoever waits longer for a process that does long work for all takes it for dead, and works for itself.
TURN_SECONDS = 300
# One writer at a time, so that the sequence of changes is the order of the commits.
_WRITER_LOCK = 0x67756174  # "guat"; 0003_outside_edits.sql takes the same
_TURN_LOCK = 0x7475726E  # "turn"
# guatu.writing: who does not say so is another program, whose edits the database tells by itself.
_OPTIONS = f"-c search_path={SCHEMA},public -c TimeZone=UTC -c client_encoding=UTF8 -c jit=off -c guatu.writing=on"
_CONNECT_SECONDS = 5

_BEGIN_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{READ_SECONDS}s'"
_BEGIN_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
# A writer that was killed, or whose machine is gone, is noticed within seconds even where its statement runs on, so
# that its lock does not outlive it. PostgreSQL has the setting since 14, not all that descend from it have.
_NOTICE_LEAVING = """
SELECT CASE WHEN current_setting('client_connection_check_interval', true) IS NOT NULL
THEN set_config('client_connection_check_interval', '2s', true) END
"""
# Sent as one: each by itself would wait for the server once more.
_BECOME_WRITER = f"""
SELECT set_config('lock_timeout', %s, true); SELECT pg_advisory_xact_lock(%s); SET LOCAL lock_timeout = 0;
{_NOTICE_LEAVING}"""
_KEEPALIVES = "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=6"
_LOST = (psycopg2.OperationalError, psycopg2.InterfaceError)
# SQLSTATEs of a connection that failed, of a session that the server ended, and of a server that ends or starts.
_LOST_CODES = ("08", "25P03", "57P")

_BUSY = (
    StoreBusy,
    Words("库正被其他操作写入，请稍后再试", "another writer holds the store; try again later"),
)
_CONNECTIONS_TAKEN = Words("数据库连接已满，请稍后再试", "the database takes no more connections; try again later")
_TOO_LARGE = (
    TooMuchAsked,
    Words("查询超出数据库的资源限制，请缩小范围", "the query needs more than the database allows; ask for less"),
)
_CAUSES: dict[str, tuple[type[GuatuError], Words]] = {
    errorcodes.LOCK_NOT_AVAILABLE: _BUSY,
    errorcodes.DEADLOCK_DETECTED: _BUSY,
    errorcodes.SERIALIZATION_FAILURE: _BUSY,
    errorcodes.TOO_MANY_CONNECTIONS: (StoreBusy, _CONNECTIONS_TAKEN),
    errorcodes.OUT_OF_MEMORY: _TOO_LARGE,
    errorcodes.CONFIGURATION_LIMIT_EXCEEDED: _TOO_LARGE,
    errorcodes.QUERY_CANCELED: (
        TooMuchAsked,
        Words("查询超时，请缩小范围", "the query took too long; ask for less"),
    ),
    errorcodes.DISK_FULL: (
        StoreFull,
        Words("数据库磁盘空间不足，未写入任何内容", "no room left on the database's disk; nothing was written"),
    ),
    errorcodes.INSUFFICIENT_PRIVILEGE: (
        NotAllowed,
        Words("数据库账号没有这项权限", "the database account may not do this"),
    ),
    errorcodes.READ_ONLY_SQL_TRANSACTION: (
        NotAllowed,
        Words("数据库是只读的", "the database is read-only"),
    ),
    errorcodes.UNDEFINED_TABLE: (
        UnreadableFile,
        Words("数据库中的库不完整", "the store in this database is not complete"),
    ),
}
_UNREACHABLE = Words("数据库暂时无法连接", "the database cannot be reached at the moment")
# Who is not let in is told so without a SQLSTATE: by the sentence alone, in the server's language.
_NO_DATABASE = re.compile(r"database .* does not exist|数据库.*不存在")
_FULL = re.compile(
    r"too many (clients|connections)|connection slots are reserved|太多的客户|连接太多|连接过多|保留的连接位置"
)


def without_password(dsn: str) -> str:
    """The address as people may see it."""
    with suppress(psycopg2.ProgrammingError):
        parts = extensions.parse_dsn(dsn)
        port = f":{parts['port']}" if "port" in parts else ""
        return f"postgresql://{parts.get('host', '')}{port}/{parts.get('dbname', '')}"
    return "postgresql://…"


def connect(dsn: str) -> Connection:
    """
    A connection that sees the store's schema, speaks UTC, and gives values as stores keep them.

    Raises
    ------
    StoreMissing
        There is no such database.
    StoreBusy
        The server takes no more connections.
    StoreUnreachable
        The server does not answer or lets nobody in.
    InvalidParameter
        ``dsn`` is not the address of a database.
    """
    try:
        connection = psycopg2.connect(
            dsn,
            connect_timeout=_CONNECT_SECONDS,
            application_name="guatu",
            options=f"{_OPTIONS} {_KEEPALIVES}",
        )
    except psycopg2.OperationalError as error:
        raise _refusal(str(error), without_password(dsn)) from error
    except psycopg2.ProgrammingError:  # its text repeats the address, perhaps with the password: it is not passed on
        raise InvalidParameter(
            Words("数据库地址无法读取", "the database's address cannot be read"),
            expected="postgresql://user@host:5432/name",
        ) from None
    connection.autocommit = True
    _give_kept_values(connection)
    return connection


def _refusal(told: str, where: str) -> GuatuError:
    """Why a server let nobody in, by what it said."""
    if _NO_DATABASE.search(told):
        return StoreMissing(Words("数据库不存在", "there is no such database"), found=where)
    if _FULL.search(told):
        return StoreBusy(_CONNECTIONS_TAKEN, found=where)
    return StoreUnreachable(_UNREACHABLE, found=where)


def _give_kept_values(connection: Connection) -> None:
    """Dates and moments as ISO text, booleans as 0 and 1, JSON as its text: what gis.store.values keeps."""
    for name, oids, convert in (
        ("KEPT_DATE", (1082,), lambda text, _: text),
        ("KEPT_MOMENT", (1184,), lambda text, _: None if text is None else _utc(text)),
        ("KEPT_BOOLEAN", (16,), lambda text, _: None if text is None else int(text == "t")),
        ("KEPT_JSON", (114,), lambda text, _: text),
    ):
        extensions.register_type(extensions.new_type(oids, name, convert), connection)


def _utc(text: str) -> str:
    """``2026-11-22 08:00:00.12+00`` as ``2026-11-22T08:00:00.120Z``."""
    moment, _, fraction = text.removesuffix("+00").replace(" ", "T").partition(".")
    return f"{moment}.{fraction:0<3}Z"


@contextmanager
def causes() -> Iterator[None]:
    """Turn the engine's errors into causes; what has none (a bug) passes as it is."""
    try:
        yield
    except psycopg2.Error as error:
        cause = _cause(error)
        if cause is None:
            raise
        raise cause from error


def _cause(error: psycopg2.Error) -> GuatuError | None:
    code = error.pgcode
    if code in _CAUSES:
        kind, words = _CAUSES[code]
        return kind(words)
    if isinstance(error, psycopg2.IntegrityError | psycopg2.DataError):
        told = error.diag.constraint_name or error.diag.message_primary
        return InvalidRow(Words("数据违反库的约束", "the row breaks a constraint of the store"), found=told)
    lost = isinstance(error, _LOST) if code is None else code.startswith(_LOST_CODES)
    if lost:
        return StoreUnreachable(_UNREACHABLE)
    return None


class Pool:
    """
    At most ``most`` connections of this process; a forked child opens its own.

    A connection that the server has closed meanwhile (a restart) is noticed at its next BEGIN and replaced, so
    that a process outlives the database's restarts.
    """

    def __init__(self, dsn: str, busy_seconds: float, most: int = MOST_CONNECTIONS) -> None:
        self._dsn = dsn
        self._busy_seconds = busy_seconds
        self._most = most
        self._closed = False
        self._begin_anew()
        _POOLS.add(self)

    def _begin_anew(self) -> None:
        """
        Forget all connections, at the start and in a child, before it has a second thread. The parent's stay
        open: psycopg2 closes a connection only in the process that made it.
        """
        self._local = threading.local()
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._places = threading.BoundedSemaphore(self._most)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read-only transaction of one moment; a read within a read is of the same moment."""
        inner: Connection | None = getattr(self._local, "reading", None)
        if inner is not None:
            with causes():
                yield inner
            return
        with self._transaction(_BEGIN_READ) as connection:
            self._local.reading = connection
            try:
                yield connection
            finally:
                self._local.reading = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one write transaction: committed at the end, rolled back on any exception."""
        with self._transaction(_BEGIN_WRITE) as connection:
            _execute(connection, _BECOME_WRITER, (f"{self._busy_seconds * 1000:.0f}ms", _WRITER_LOCK))
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A transaction that does nothing but keep others waiting for their turn, though not for ever."""
        with self._transaction("BEGIN") as connection:
            _execute(connection, f"SET LOCAL lock_timeout = '{TURN_SECONDS}s'")
            _execute(connection, "SELECT pg_advisory_xact_lock(%s)", (_TURN_LOCK,))
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        self._take_place()
        try:
            with causes():
                yield from self._run(self._begun(begin))
        finally:
            self._places.release()

    def _run(self, connection: Connection) -> Iterator[Connection]:
        try:
            yield connection
            _execute(connection, "COMMIT")
        except BaseException:
            with suppress(psycopg2.Error):
                _execute(connection, "ROLLBACK")
            raise
        finally:
            self._give_back(connection)

    def _take_place(self) -> None:
        if self._closed:
            raise StoreMissing(Words("库已关闭", "the store is closed"), found=without_password(self._dsn))
        if not self._places.acquire(timeout=self._busy_seconds):
            raise StoreBusy(Words("数据库连接都在使用中，请稍后再试", "all connections are in use; try again later"))

    def _begun(self, begin: str) -> Connection:
        """A connection with its transaction open; those that the server has left are thrown away."""
        while (kept := self._take_idle()) is not None:
            try:
                _execute(kept, begin)
            except _LOST:
                kept.close()
            else:
                return kept
        fresh = connect(self._dsn)
        _execute(fresh, begin)
        return fresh

    def _take_idle(self) -> Connection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: Connection) -> None:
        idle = not connection.closed and connection.info.transaction_status == extensions.TRANSACTION_STATUS_IDLE
        with self._lock:
            if idle and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle; what is in use is closed when it comes back."""
        self._closed = True
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


_POOLS: weakref.WeakSet[Pool] = weakref.WeakSet()


def _begin_all_anew() -> None:
    for pool in _POOLS:
        pool._begin_anew()


os.register_at_fork(after_in_child=_begin_all_anew)


def _execute(connection: Connection, statement: str, bound: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, bound)
