"""Files that appear under their name whole or not at all. What stores and their backups have in common on a disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gis.errors import StoreExists, StoreMissing
from gis.words import Words

# What SQLite keeps beside a file.
_BESIDE = ("-wal", "-shm", "-journal")


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """
    An empty file beside ``path`` to be filled; at the block's end it gets its name, on any exception it goes.

    Raises
    ------
    StoreExists
        Something has this name already, or SQLite's log of a file that had it would be taken for the new one's.
    StoreMissing
        The folder is not there.
    """
    check_place(path)
    making = path.with_name(f".{path.name}.{os.getpid()}.making")
    _remove(making)
    try:
        making.touch()
        yield making
        _force_to_disk(making)
        _give_name(making, path)
    finally:
        _remove(making)


def check_place(path: Path) -> None:
    """Nothing is there and something can be; raises as ``appearing``."""
    if path.exists():
        raise StoreExists(Words("该位置已有文件", "there is a file already"), found=str(path))
    if not path.parent.is_dir():
        raise StoreMissing(Words("文件夹不存在", "the folder does not exist"), found=str(path.parent))
    for suffix in _BESIDE:
        left = path.with_name(path.name + suffix)
        if left.exists():
            words = Words(
                "旧库遗留的日志文件仍在，请先移走", "the log of a former store is still there: move it away first"
            )
            raise StoreExists(words, found=str(left))


def _remove(making: Path) -> None:
    for suffix in ("", *_BESIDE):
        making.with_name(making.name + suffix).unlink(missing_ok=True)


def _force_to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _give_name(making: Path, path: Path) -> None:
    """Move without ever replacing a file that somebody else has made meanwhile."""
    try:
        os.link(making, path)
    except FileExistsError:
        raise StoreExists(Words("该位置已有文件", "there is a file already"), found=str(path)) from None
    except OSError:  # a file system without hard links
        check_place(path)
        making.rename(path)
    with suppress(OSError):  # the folder's entry, too, is to survive a power cut
        _force_to_disk(path.parent)
