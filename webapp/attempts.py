"""
Wrong passwords, counted for all web processes of a host: a folder beside the accounts, one file a name and address.

Each attempt is a line at the end of its file, so that processes need not wait for each other; one that succeeds
removes the file. The folder forgets what is older than the lock lasts.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# Of one address under whatever names: whoever tries many names is locked out, too, and the folder stays small.
OF_ONE_ADDRESS = 10
_LINE = b".\n"


class Attempts:
    """Counts failures; says who has to wait. ``clock``: seconds since 1970."""

    def __init__(
        self, folder: Path, *, lock_after: int, lock_seconds: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._lock_after = lock_after
        self._lock_seconds = lock_seconds
        self._clock = clock

    def wait_seconds(self, name: str, address: str) -> int:
        """How long this name from this address, or this address at all, must wait; 0: not at all."""
        return max(
            self._wait(self._file(name, address), self._lock_after),
            self._wait(self._file(None, address), self._lock_after * OF_ONE_ADDRESS),
        )

    def note(self, name: str, address: str) -> None:
        """Count an attempt: before its password is looked at, so that many at once are counted, too."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_old()
        for file in (self._file(name, address), self._file(None, address)):
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as counted:
                counted.write(_LINE)

    def forget(self, name: str, address: str) -> None:
        """The attempt succeeded: nothing is held against this name from this address, nor this attempt at all."""
        self._file(name, address).unlink(missing_ok=True)
        of_address = self._file(None, address)
        with suppress(FileNotFoundError):
            os.truncate(of_address, max(of_address.stat().st_size - len(_LINE), 0))

    def _file(self, name: str | None, address: str) -> Path:
        key = f"{'address' if name is None else 'name'}\x1f{name or ''}\x1f{address}"
        return self._folder / hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:32]

    def _wait(self, file: Path, most: int) -> int:
        try:
            found = file.stat()
        except FileNotFoundError:
            return 0
        left = int(found.st_mtime + self._lock_seconds - self._clock())
        return max(left, 0) if found.st_size // len(_LINE) >= most else 0

    def _forget_old(self) -> None:
        for file in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another process was quicker
                if file.stat().st_mtime + self._lock_seconds < self._clock():
                    file.unlink()
