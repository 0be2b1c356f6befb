"""
What a land desk has before it on one day: overdue, today, this week, what may be done, what is held.

A parcel may stand in several lists. ``overdue``: a planned day has passed, or the requisition should have been
announced. ``today``: planned for today, to be announced by today, or its wait ran out yesterday. ``week``: the same of
the days to Sunday. ``may``: the law allows the next step, and nothing holds the parcel. ``held``: it is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gis.analysis.clock import WaitTable
from gis.analysis.lawful import announcement
from gis.analysis.register import Register
from gis.analysis.register_columns import NO_COUNT, NO_DAY, CodedColumn, Flags, Places
from gis.model import OwnerKind, Stage
from gis.rules import RuleBook

DESK_LISTS = ("overdue", "today", "week", "may", "held")
Days = npt.NDArray[np.int32]
_EPOCH = date(1970, 1, 1)
# Later than every day: what has none comes last.
_NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """Whose desk; what is empty lets all pass."""

    unit: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    town: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskDays:
    """Of each row of a register, days since 1970, NO_DAY where there is none."""

    opened_on: Days
    """The first day on which the law allows the next step, where that is known to be today."""
    announce_by: Days
    """Until when the requisition must be announced."""


def week_end(on: date) -> date:
    """The Sunday of the week."""
    return on + timedelta(days=6 - on.weekday())


def may_open_today(register: Register, rules: RuleBook) -> Places:
    """
    Rows of which the wait may have run out yesterday: allowed now, before a step that waits, and in their stage since
    no longer than a wait takes.
    """
    waiting = {wait.before.value for wait in rules.waits}
    # Ten working days have been twenty calendar days around the Spring Festival.
    longest = max((wait.days * (3 if wait.working else 1) + 10 for wait in rules.waits), default=0)
    next_stage = register.coded["next_stage"]
    before_wait = next_stage.takes(np.array([v in waiting for v in next_stage.values], dtype=bool), missing=False)
    since, legal = register.days["stage_on"], register.days["next_legal_on"]
    recent = (since != NO_DAY) & (since >= register.today - longest)
    return np.flatnonzero(before_wait & recent & (legal == register.today))


def announce_by(register: Register, rules: RuleBook, announced: Mapping[str, date]) -> Days:
    """
    Until when each parcel's requisition must be announced; NO_DAY where it need not be, or was.

    ``announced``: parcel → the last day on which its requisition was announced.
    """
    wait = announcement(rules)
    due = np.full(len(register), NO_DAY, dtype=np.int32)
    owners = register.coded["owner_kind"]
    on_path = {owner.value for owner in OwnerKind if wait.after in rules.path(owner)}
    of_path = owners.takes(np.array([v in on_path for v in owners.values], dtype=bool), missing=True)
    since = register.days["stage_on"]
    places = np.flatnonzero(_is(register.coded["stage"], wait.after) & of_path & (since != NO_DAY))
    firsts, _ = WaitTable(rules.calendar).after(since[places].astype("datetime64[D]"), wait)
    due[places] = firsts.astype(np.int64) - 1
    if announced:
        # Where a number is not among them, -1: the last one, a day before every day.
        told = np.array([*((on - _EPOCH).days for on in announced.values()), NO_DAY], dtype=np.int64)
        known = pa.array(list(announced), type=pa.string())
        found = pc.index_in(register.numbers.take(pa.array(places)), value_set=known)
        is_told = told[pc.fill_null(found, -1).to_numpy(zero_copy_only=False)] >= since[places]
        due[places[is_told]] = NO_DAY
    return due


def _is(column: CodedColumn, stage: Stage) -> Flags:
    return column.takes(np.array([value == stage.value for value in column.values], dtype=bool), missing=False)


@dataclass(frozen=True, slots=True)
class DeskList:
    """Which rows of a register stand in a list, and how they press: the least number first."""

    chosen: Flags
    pressing: npt.NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many there are."""
        return int(np.count_nonzero(self.chosen))

    def first(self, limit: int) -> Places:
        """The ``limit`` most pressing rows, in order; equal ones by number."""
        places = np.flatnonzero(self.chosen)
        keys = self.pressing[places]
        if limit < len(places):
            least = np.partition(keys, limit - 1)[limit - 1]
            places, keys = places[keys <= least], keys[keys <= least]
        found: Places = places[np.argsort(keys, kind="stable")][:limit]
        return found


def desk_lists(register: Register, wanted: DeskFilter, days: DeskDays) -> dict[str, DeskList]:
    """The rows of each list."""
    mine = is_of(register, wanted)
    today, sunday = register.today, (week_end(register.on) - _EPOCH).days
    due, legal = register.days["due_on"], register.days["next_legal_on"]
    late = np.where(register.counts["overdue_days"] == NO_COUNT, 0, register.counts["overdue_days"])
    held = register.coded["hold_reason"].codes >= 0
    announce = days.announce_by
    must_have = (announce != NO_DAY) & (announce < today)
    open_now = (days.opened_on == today) & ~held
    longest = np.maximum(late, np.where(must_have, today - announce.astype(np.int64), 0))
    coming = np.minimum.reduce([_or_never(d, after=today) for d in (due, announce, legal)])
    planned = _or_never(due)
    week = _between(due, today, sunday) | _between(announce, today, sunday) | _between(legal, today, sunday)
    lists = {
        "overdue": ((late > 0) | must_have, -longest),
        "today": ((due == today) | (announce == today) | open_now, planned),
        "week": (week, coming),
        "may": ((legal != NO_DAY) & (legal <= today) & ~held, planned),
        "held": (held, _or_never(register.days["held_since"])),
    }
    # Of equal ones, those that have stood at their stage for longest.
    since = _or_never(register.days["stage_on"])
    return {name: DeskList(chosen & mine, (key << 32) + since) for name, (chosen, key) in lists.items()}


def _between(days: Days, after: int, until: int) -> Flags:
    found: Flags = (days != NO_DAY) & (days > after) & (days <= until)
    return found


def _or_never(days: Days, *, after: int | None = None) -> npt.NDArray[np.int64]:
    missing = (days == NO_DAY) | (False if after is None else days <= after)
    return np.where(missing, _NEVER, days).astype(np.int64)


def is_of(register: Register, wanted: DeskFilter) -> Flags:
    """Which rows the filter lets pass."""
    mine = np.ones(len(register), dtype=bool)
    for name in ("unit", "person", "town"):
        values = set(getattr(wanted, name))
        if values:
            column = register.coded[name]
            mine &= column.takes(np.array([v in values for v in column.values], dtype=bool), missing=False)
    return mine
