"""
Drawn tiles in a folder that the processes of one host share, so that what one has drawn another need not.

Why not a library: docs/decisions/0009-tiles-of-a-million-parcels.md. A tile is a file named by what it shows, its data
version included: it is never changed, only put in place whole and removed. Nobody waits for anybody.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

DIGEST_BYTES = 16
BLOCK_BYTES = 4096  # what a file takes at least
SWEPT_TO = 0.8  # of what is allowed is kept by a sweep
SWEEPS_A_FILL = 16  # a sweep each time that this process has written so much of what is allowed

log = logging.getLogger(__name__)


def default_folder() -> Path:
    """The account's own folder under the system's temporary one."""
    account = os.getuid() if hasattr(os, "getuid") else "tiles"
    return Path(tempfile.gettempdir()) / f"guatu-tiles-{account}"


class TileFolder:
    """
    At most about ``most_bytes`` of values by key (a sixteenth more for each process). Safe with threads and processes.

    A value that is damaged, or a folder that cannot be written, is as good as none: the tile is made again.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._written = 0
        self._usable = most_bytes > 0 and _is_private(folder)

    def get_or_make(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The value kept for ``key``, else what ``make`` gives, kept from now on."""
        if not self._usable:
            return make()
        path = self._path(key)
        kept = _read(path)
        if kept is not None:
            return kept
        value = make()
        with suppress(OSError):  # a full disk: then it is not kept
            self._write(path, value)
        return value

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / name[2:]

    def _write(self, path: Path, value: bytes) -> None:
        handle, name = _new_file(path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(value) + value)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        self._written += _room(len(value))
        if self._written > self._most_bytes / SWEEPS_A_FILL:
            self._written = 0
            self._sweep()

    def _sweep(self) -> None:
        """Remove the longest unread until there is room again; another process may do the same."""
        kept = sorted(_entries(self._folder))
        room = sum(size for _, size, _ in kept)
        if room <= self._most_bytes:
            return
        for _, size, path in kept:
            if room <= self._most_bytes * SWEPT_TO:
                return
            with suppress(OSError):
                os.unlink(path)
            room -= size


def _read(path: Path) -> bytes | None:
    """The value, marked as read; None where there is none or it is damaged, which it is then no longer."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    value = content[DIGEST_BYTES:]
    with suppress(OSError):
        if content[:DIGEST_BYTES] != _digest(value):
            path.unlink()
            return None
        os.utime(path)
    return value


def _new_file(folder: Path) -> tuple[int, str]:
    """A file opened to be written in ``folder``, which is made where it is not: mostly it is."""
    try:
        return tempfile.mkstemp(dir=folder)
    except FileNotFoundError:
        folder.mkdir(mode=0o700, exist_ok=True)
        return tempfile.mkstemp(dir=folder)


def _digest(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=DIGEST_BYTES).digest()


def _room(size: int) -> int:
    return -(-size // BLOCK_BYTES) * BLOCK_BYTES


def _entries(folder: Path) -> list[tuple[float, int, str]]:
    """When last read, room and path of every file in the folders of ``folder``."""
    found = []
    for inner in os.scandir(folder):
        with suppress(OSError):
            for entry in os.scandir(inner.path):
                with suppress(FileNotFoundError):
                    facts = entry.stat(follow_symlinks=False)
                    found.append((facts.st_mtime, _room(facts.st_size), entry.path))
    return found


def _is_private(folder: Path) -> bool:
    """Make it for this account alone; False, and said in the log, where somebody else could write into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except OSError as error:
        log.warning("tiles are not kept in %s: %s", folder, error)
        return False
    own = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
    private = os.name == "nt" or not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if own and private and stat.S_ISDIR(facts.st_mode):
        return True
    log.warning("tiles are not kept in %s: it must be a folder that this account alone can write into", folder)
    return False
