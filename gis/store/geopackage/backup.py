"""Backups of a GeoPackage: SQLite's online copy, of one moment, while others read and write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gis.errors import StoreMissing, UnreadableFile
from gis.store.files import appearing
from gis.store.geopackage.connections import causes, connect
from gis.store.geopackage.store import GeoPackageStore
from gis.words import Words

_PAGES_AT_ONCE = 4_096
MAGIC = b"SQLite format 3\0"

Tell = Callable[[float], None]


def back_up(path: Path, file: Path, tell: Tell) -> None:
    """
    Write a copy of the store at ``path`` to the new ``file``; ``tell`` is given the share done.

    Raises
    ------
    StoreMissing, StoreSchema, UnreadableFile
        There is no store, or one that cannot be read or is damaged.
    StoreExists
        There is a file already.
    StoreFull
        The disk is full.
    """
    with appearing(file) as making, causes(path), closing(connect(path)) as source:
        source.execute("BEGIN")  # the moment that is copied, whoever writes meanwhile
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        _copy(source, making, "DELETE", tell)
        source.execute("COMMIT")


def restore(file: Path, path: Path, tell: Tell) -> None:
    """
    Make the new store at ``path`` from a backup.

    Raises
    ------
    StoreMissing
        There is no such backup, or no such folder.
    StoreExists
        There is a file already.
    StoreSchema, UnreadableFile
        The backup is of another Guatu, damaged, or something else.
    StoreFull
        The disk is full.
    """
    if not file.is_file():
        raise StoreMissing(Words("备份文件不存在", "there is no such backup"), found=str(file))
    # A backup has no log beside it and may lie where nothing can be written; a store's own file may have one.
    way = "mode=rw" if file.with_name(file.name + "-wal").exists() else "mode=ro&immutable=1"
    with appearing(path) as making, causes(file):
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{way}", uri=True)) as source:
            _copy(source, making, "WAL", tell)
        GeoPackageStore(making).close()


def _copy(source: sqlite3.Connection, making: Path, journal: str, tell: Tell) -> None:
    def share(_: int, left: int, all_pages: int) -> None:
        tell(1 - left / max(all_pages, 1))

    with closing(connect(making)) as target:
        source.backup(target, pages=_PAGES_AT_ONCE, progress=share)
        target.execute(f"PRAGMA journal_mode = {journal}")
        (found,) = target.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            words = Words("数据已损坏，未写入任何内容", "the data are damaged; nothing was written")
            raise UnreadableFile(words, found=str(found)[:200])
