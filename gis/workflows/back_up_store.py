"""Write a backup of a store, and let the oldest ones go."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gis.errors import InvalidParameter, StoreMissing
from gis.store.moving import Progress, backup_store, backup_suffix
from gis.words import Words

_NAME = "county-%Y%m%d-%H%M%S"
_NAMES = re.compile(r"county-\d{8}-\d{6}\.(gpkg|dump)")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The backup's file, and older ones that were removed."""

    file: Path
    removed: tuple[Path, ...]


def back_up_store(where: str, to: str, *, keep: int | None, progress: Progress) -> BackedUp:
    """
    Write the store, as of one moment, to a new file. Others may read and write meanwhile.

    Parameters
    ----------
    to
        The file, or a folder: then the file is named for the local time, ``county-YYYYMMDD-HHMMSS.gpkg`` or ``.dump``.
    keep
        In a folder: so many files of that name stay, the new one among them; older ones are removed once it is there.

    Raises
    ------
    InvalidParameter
        ``keep`` with a file.
    StoreMissing, StoreExists, StoreFull, ProgramFailed
        As ``gis.store.moving.backup_store``; then no file was written and none removed.
    """
    folder = Path(to) if Path(to).is_dir() else None
    _check(to, folder, keep)
    file = Path(to) if folder is None else folder / _name(where)
    backup_store(where, file, progress)
    return BackedUp(file, () if folder is None or keep is None else _without_oldest(folder, file, keep))


def _check(to: str, folder: Path | None, keep: int | None) -> None:
    if folder is None and to.endswith(("/", os.sep)):
        raise StoreMissing(Words("文件夹不存在", "the folder does not exist"), found=to)
    if folder is None and keep is not None:
        words = Words("--keep 只用于备份到文件夹", "--keep is for backups to a folder")
        raise InvalidParameter(words, found=to)


def _name(where: str) -> str:
    return datetime.now(UTC).astimezone().strftime(_NAME) + backup_suffix(where)


def _without_oldest(folder: Path, new: Path, keep: int) -> tuple[Path, ...]:
    """Remove all but the newest ``keep``; the names tell their age."""
    older = sorted(
        path for path in folder.iterdir() if path != new and path.suffix == new.suffix and _NAMES.fullmatch(path.name)
    )
    going = older[: max(len(older) - (keep - 1), 0)]
    for path in going:
        path.unlink(missing_ok=True)
    return tuple(going)
