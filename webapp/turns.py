"""Turns at what takes a processor or much memory: so many at once, so that the map goes on for everybody else."""

from __future__ import annotations

import threading
from types import TracebackType

from gis.errors import TooMuchAsked
from gis.words import Words


class Turns:
    """
    So many at once in this process; whoever comes then waits ``wait_s`` at most.

    ``busy``: what is said to those who wait in vain.
    """

    def __init__(self, most: int, busy: Words, *, wait_s: float = 0.0) -> None:
        self._most, self._busy, self._wait_s = most, busy, wait_s
        self._free = threading.BoundedSemaphore(most)

    def take(self) -> None:
        """A turn, to be given back; raises TooMuchAsked where none is free."""
        if not self._free.acquire(timeout=self._wait_s):
            raise TooMuchAsked(self._busy, found=f"> {self._most}", expected=f"≤ {self._most}")

    def give_back(self) -> None:
        """It is over."""
        self._free.release()

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.give_back()
