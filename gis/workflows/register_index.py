"""
Keep the register of a store in memory, and up to date: read whole once, then what changed.

A million parcels are read in pieces, so that the reading takes little more room than what is kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from gis.analysis.clock import STEP_COLUMNS
from gis.analysis.register import REGISTER_COLUMNS, Register, stacked, tabulate
from gis.errors import StoreBusy
from gis.model import Query
from gis.rules import RuleBook
from gis.store.port import Change, Store
from gis.words import Words

REGISTER_LAYERS = ("parcel", "parcel_event", "rule_parameter")
PIECE = 100_000
# Where more parcels than these changed, the register is read anew.
MOST_FOLLOWED = 20_000
DAYS_KEPT = 2
# So many threads wait for one that reads; more would leave a server none for anything else.
MOST_WAITING = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """A register and the data version that it was made of."""

    version: int
    register: Register


class RegisterIndex:
    """
    The register of one store as of the days that are asked for; the two that were asked for last are kept.

    Safe to share by the threads of a process: one reads, a few others wait a while, and the rest are told to come back.
    """

    def __init__(self, store: Store, *, days_kept: int = DAYS_KEPT, patience_seconds: float = 10.0) -> None:
        self._store = store
        self._kept: OrderedDict[date, Kept] = OrderedDict()
        self._days_kept = days_kept
        self._patience_seconds = patience_seconds
        self._making = threading.Lock()
        self._asking = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING)

    def has(self, on: date) -> bool:
        """Whether a register of that day is there, be it that newer data are still to be brought into it."""
        return on in self._kept

    def at(self, on: date, *, wait: bool = False) -> Kept:
        """
        The register as of ``on``, of the data as they are now.

        Raises
        ------
        StoreBusy
            Another thread is still reading it, for longer than we wait; with ``wait`` we wait to the end.
        """
        version = self._store.version(REGISTER_LAYERS)
        kept = self._kept.get(on)
        if kept is not None and kept.version >= version:
            with self._asking:
                if on in self._kept:  # the days that are asked for stay
                    self._kept.move_to_end(on)
            return kept
        if not self._is_our_turn(wait=wait):
            raise StoreBusy(
                Words("正在整理台账，请稍候", "the register is being read, it will be there in a moment"),
                expected="Retry-After",
            )
        try:
            return self._made(on, self._kept.get(on))
        finally:
            self._making.release()

    def _is_our_turn(self, *, wait: bool) -> bool:
        """Wait until nobody else reads; False where that takes too long, or too many wait already."""
        if wait:
            return self._making.acquire()
        if self._making.acquire(blocking=False):
            return True
        if not self._places.acquire(blocking=False):
            return False
        try:
            return self._making.acquire(timeout=self._patience_seconds)
        finally:
            self._places.release()

    def _made(self, on: date, before: Kept | None) -> Kept:
        kept = None if before is None else followed(self._store, on, before)
        if kept is None:
            kept = read_register(self._store, on)
            # What was written while we read.
            kept = followed(self._store, on, kept) or kept
        with self._asking:
            self._kept[on] = kept
            self._kept.move_to_end(on)
            while len(self._kept) > self._days_kept:
                self._kept.popitem(last=False)
        return kept


def read_register(store: Store, on: date) -> Kept:
    """The register as of ``on``, all of it read from the store."""
    version = store.version(REGISTER_LAYERS)
    numbers = sorted(store.read("parcel", Query(on=on, columns=("parcel_no",)))["parcel_no"].tolist())
    pieces = [numbers[at : at + PIECE] for at in range(0, len(numbers), PIECE)]
    keys: Sequence[Collection[str] | None] = pieces if len(pieces) > 1 else [None]
    return Kept(version, stacked([read_rows(store, on, each) for each in keys]))


def read_rows(store: Store, on: date, keys: Collection[str] | None, *, limit: int | None = None) -> Register:
    """The rows of these parcels (None: of all, or of the first ``limit``), those of them that there are."""
    among = None if keys is None else tuple(keys)
    parcels = store.read("parcel", Query(on=on, keys=among, columns=REGISTER_COLUMNS, limit=limit))
    if limit is not None:
        among = tuple(parcels["parcel_no"])
    events = store.read("parcel_event", Query(on=on, keys=among, columns=STEP_COLUMNS))
    return tabulate(pd.DataFrame(parcels), events, rules_of(store, on), on)


def rules_of(store: Store, on: date) -> RuleBook:
    """The store's rules in force on ``on``."""
    return RuleBook.from_frame(store.read("rule_parameter"), on)


def followed(store: Store, on: date, before: Kept) -> Kept | None:
    """``before`` brought up to the data as they are now; None where it is easier to read all of it."""
    version = store.version(REGISTER_LAYERS)
    if version == before.version:
        return before
    keys = changed_parcels(store.changes_since(before.version))
    if keys is None or len(keys) > MOST_FOLLOWED:
        return None
    if not keys:
        return Kept(version, before.register)
    rows = read_rows(store, on, sorted(keys))
    gone = keys.difference(rows.numbers.to_pylist())
    return Kept(version, before.register.with_rows(rows, gone))


def changed_parcels(changes: Collection[Change]) -> set[str] | None:
    """The parcels whose rows may have changed; None where it may be any."""
    ours = [change for change in changes if change.layer in REGISTER_LAYERS]
    if any(change.key is None or change.layer == "rule_parameter" for change in ours):
        return None
    return {change.key for change in ours if change.key is not None}
