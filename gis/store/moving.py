"""Whole stores: copied to another place of either kind, backed up to a file, restored from one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gis.errors import StoreMissing, UnreadableFile
from gis.store import fill_new_store, is_database, open_sql_store
from gis.store.geopackage import backup as file_backup
from gis.store.port import StoreInfo
from gis.store.session import Session
from gis.store.tables import KeptTable
from gis.store.transfer import TableDigest, count_all, digests, load_all
from gis.words import Words

Progress = Callable[[Words, float], None]
# Rows are read for the copy, then once more on either side for the comparison.
_READINGS = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """One table in the store that was copied and in the copy."""

    source: TableDigest
    copy: TableDigest

    @property
    def same(self) -> bool:
        """Both hold the same rows."""
        return self.source == self.copy


def copy_store(source: str | Path, target: str | Path, progress: Progress) -> tuple[Compared, ...]:
    """
    Make a new store at ``target`` with everything that ``source`` holds, and compare both as they are then read.

    The source is read as of one moment; others may write to it meanwhile. The target appears whole or not at all.

    Raises
    ------
    StoreMissing, StoreSchema, StoreUnreachable
        There is no store at ``source``, or no place for one at ``target``.
    StoreExists
        There is something at ``target`` already.
    UnreadableFile, InvalidRow
        The source holds what no sound store may hold: guatu verify names it.
    """
    with closing(open_sql_store(source)) as there, there.session() as taken:
        advance = _Advance(progress, count_all(taken) * _READINGS)

        def fill(session: Session, info: StoreInfo) -> None:
            load_all(taken, session, info, advance.copied)

        fill_new_store(target, there.info, fill)
        with closing(open_sql_store(target)) as made, made.session() as copied:
            sides = (digests(taken, advance.compared), digests(copied, advance.compared))
    return tuple(Compared(*pair) for pair in zip(*sides, strict=True))


class _Advance:
    """Rows done, told as a share of all."""

    def __init__(self, progress: Progress, rows: int) -> None:
        self._progress = progress
        self._rows = max(rows, 1)
        self._done = 0

    def copied(self, table: KeptTable, rows: int) -> None:
        """So many rows of this table came over."""
        self._tell(Words(f"复制{table.words.zh}", f"copying {table.words.en}"), rows)

    def compared(self, table: KeptTable, rows: int) -> None:
        """So many rows of this table were read for the comparison."""
        self._tell(Words(f"核对{table.words.zh}", f"comparing {table.words.en}"), rows)

    def _tell(self, words: Words, rows: int) -> None:
        self._done += rows
        self._progress(words, min(self._done / self._rows, 1.0))


def backup_suffix(where: str | Path) -> str:
    """How the name of a backup of this store ends."""
    return ".dump" if is_database(where) else ".gpkg"


def backup_store(where: str | Path, file: Path, progress: Progress) -> None:
    """
    Write all of the store, as of one moment, to the new ``file``; others may write meanwhile.

    Raises
    ------
    StoreMissing, StoreSchema, StoreUnreachable, UnreadableFile
        There is no store, or one that cannot be read.
    StoreExists
        There is a file already.
    StoreFull, ProgramFailed
        The disk is full; pg_dump did not do it.
    """
    open_sql_store(where).close()
    words = Words("备份", "backing up")
    progress(words, 0.0)
    if is_database(where):
        from gis.store.postgis import backup

        backup.back_up(str(where), file)
    else:
        file_backup.back_up(Path(where), file, lambda share: progress(words, share))


def restore_store(where: str | Path, file: Path, progress: Progress) -> None:
    """
    Make the new store ``where`` from a backup of its kind: whole or not at all.

    Raises
    ------
    StoreMissing, StoreExists, StoreUnreachable
        There is no backup, no place for a store, or a store there already.
    UnreadableFile
        The file is not a backup, is damaged, or is a backup of the other kind of store.
    ProgramFailed
        pg_restore did not do it.
    """
    _check_kind(where, file)
    words = Words("恢复", "restoring")
    progress(words, 0.0)
    if is_database(where):
        from gis.store.postgis import backup

        backup.restore(file, str(where))
    else:
        file_backup.restore(file, Path(where), lambda share: progress(words, share))


def _check_kind(where: str | Path, file: Path) -> None:
    if not file.is_file():
        raise StoreMissing(Words("备份文件不存在", "there is no such backup"), found=str(file))
    with file.open("rb") as opened:
        begins = opened.read(16)
    of_file, of_database = begins == file_backup.MAGIC, begins.startswith(b"PGDMP")
    if of_file and is_database(where):
        words = Words(
            "这是 GeoPackage 备份，转入数据库请用 guatu copy",
            "a backup of a GeoPackage; guatu copy takes it to a database",
        )
        raise UnreadableFile(words, found=str(file), expected="pg_dump -Fc")
    if of_database and not is_database(where):
        words = Words("这是数据库备份，只能恢复到数据库", "a backup of a database, which only a database takes")
        raise UnreadableFile(words, found=str(where), expected="postgresql://user@host/name")
    if not (of_file or of_database):
        words = Words("不是挂图的备份文件", "not a backup of Guatu")
        raise UnreadableFile(words, found=str(file), expected="guatu backup")
