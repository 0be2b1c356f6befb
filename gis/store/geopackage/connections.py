"""Connections to one GeoPackage file: one a thread for reading, one for the single writer. Errors get a cause."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gis.errors import GuatuError, InvalidRow, NotAllowed, StoreBusy, StoreFull, StoreMissing, UnreadableFile
from gis.store.geopackage.geometry_blob import TRIGGER_FUNCTIONS
from gis.words import Words

BUSY_SECONDS = 10.0
_CACHE_KIB = 64 * 1024

# How SQLite says that a disk takes no more: full, over a quota, or at the largest size of a file.
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}

_DAMAGED = Words("文件已损坏或不是数据库", "the file is damaged or not a database")
_FILE_CAUSES: dict[int, tuple[type[GuatuError], Words]] = {
    sqlite3.SQLITE_NOTADB: (UnreadableFile, _DAMAGED),
    sqlite3.SQLITE_CORRUPT: (UnreadableFile, _DAMAGED),
    sqlite3.SQLITE_READONLY: (NotAllowed, Words("库文件是只读的", "the store's file is read-only")),
    sqlite3.SQLITE_CANTOPEN: (StoreMissing, Words("无法打开库文件", "the store's file cannot be opened")),
}


class Connection(sqlite3.Connection):
    """SQLite's connection; a class of our own so that it can be referred to weakly."""


def connect(path: Path, busy_seconds: float = BUSY_SECONDS) -> Connection:
    """
    Open an existing GeoPackage for reading and writing, with the functions that its triggers call.

    ``synchronous = FULL``: a commit is on the disk before it is acknowledged (docs/decisions/0001).
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )
    for name, function in TRIGGER_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


@contextmanager
def causes(path: Path) -> Iterator[None]:
    """Turn the engine's errors into causes; what has none (a bug) passes as it is."""
    try:
        yield
    except sqlite3.Error as error:
        cause = _cause(error, path)
        if cause is None:
            raise
        raise cause from error


def _cause(error: sqlite3.Error, path: Path) -> GuatuError | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    if code in _NO_ROOM:
        return StoreFull(Words("磁盘空间不足，未写入任何内容", "no room left on the disk; nothing was written"))
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy()
    if code & 0xFF == sqlite3.SQLITE_CONSTRAINT:
        return InvalidRow(Words("数据违反库的约束", "the row breaks a constraint of the store"), found=str(error))
    if code & 0xFF in _FILE_CAUSES:
        kind, words = _FILE_CAUSES[code & 0xFF]
        return kind(words, found=str(path))
    return None


def busy() -> StoreBusy:
    """Somebody else writes for longer than we wait."""
    return StoreBusy(Words("库正被其他操作写入，请稍后再试", "another writer holds the store; try again later"))


class Connections:
    """All connections of one store in this process; a forked child opens its own."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._local = threading.local()
        self._open: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._write_lock = threading.Lock()
        self._writer: tuple[int, Connection] | None = None
        self._closed = False

    def _connected(self) -> Connection:
        if self._closed:
            raise StoreMissing(Words("库已关闭", "the store is closed"), found=str(self.path))
        connection = connect(self.path, self._busy_seconds)
        self._open.add(connection)
        return connection

    def _own(self) -> Connection:
        """This thread's connection. SQLite's must not cross a fork, so the process is looked at too."""
        kept: tuple[int, Connection] | None = getattr(self._local, "kept", None)
        if kept is None or kept[0] != os.getpid() or self._closed:
            kept = self._local.kept = (os.getpid(), self._connected())
        return kept[1]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read transaction: everything read in it is of the same moment."""
        with causes(self.path):
            connection = self._own()
            if connection.in_transaction:  # a read within a read is of the same moment
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                _end(connection, "COMMIT")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one write transaction: committed at the end, rolled back on any exception."""
        if not self._write_lock.acquire(timeout=self._busy_seconds):
            raise busy()
        try:
            with causes(self.path):
                yield from self._transaction(self._writing_connection())
        finally:
            self._write_lock.release()

    def _writing_connection(self) -> Connection:
        if self._writer is None or self._writer[0] != os.getpid() or self._closed:
            self._writer = (os.getpid(), self._connected())
        return self._writer[1]

    def _transaction(self, connection: Connection) -> Iterator[Connection]:
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            _end(connection, "ROLLBACK")
            raise

    def close(self) -> None:
        """Close every connection; the last one of all processes folds the write-ahead log into the file."""
        self._closed = True
        for connection in list(self._open):
            with suppress(sqlite3.Error):
                connection.close()


def _end(connection: Connection, how: str) -> None:
    if connection.in_transaction:
        with suppress(sqlite3.Error):
            connection.execute(how)
