"""Turns at what takes a processor or much memory: so many at once, so that the map goes on for everybody else."""

from __future__ import annotations

import threading
from types import TracebackType

from gis.errors import TooMuchAsked
from gis.words import Words


class Turns:
    """
    So many at once in this process. One who comes then waits ``wait_s`` at most; others need not try: each would take
    one of the server's few threads to wait in.

    ``busy``: what is said to those who wait in vain.
    """

    def __init__(self, most: int, busy: Words, *, wait_s: float = 0.0) -> None:
        self._most, self._busy, self._wait_s = most, busy, wait_s
        self._free = threading.BoundedSemaphore(most)
        self._waits = threading.Lock()

    def take(self) -> None:
        """A turn, to be given back; raises TooMuchAsked where none is free."""
        if not self._free.acquire(blocking=False) and not self._waited():
            raise TooMuchAsked(self._busy, found=f"> {self._most}", expected=f"≤ {self._most}")

    def _waited(self) -> bool:
        """Whether a turn came free while this one waited; nobody waits beside another."""
        if not self._waits.acquire(blocking=False):
            return False
        try:
            return self._free.acquire(timeout=self._wait_s)
        finally:
            self._waits.release()

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for a turn."""
        return self._waits.locked()

    def give_back(self) -> None:
        """It is over."""
        self._free.release()

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.give_back()
