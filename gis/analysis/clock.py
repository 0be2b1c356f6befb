"""
The clock of each parcel: when the law allows its next step, and when its land can be ready.

A forward pass over the steps that remain, made twice (DOMAIN §4): ``earliest`` takes the law's waits
and nothing else, ``expected`` adds the usual local durations. All land of one kind of owner is stepped
through together, as arrays of days: the work grows with the steps of the law, not with the parcels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.clock_rows import NO_DAY, NONE, Days, Flags, ParcelRows, StepsTold, no_days
from gis.analysis.clock_words import clock_reasons
from gis.analysis.stages import STAGE_CODES, Ranks, on_path
from gis.layers import PARCEL
from gis.model import HoldReason, OwnerKind, Stage
from gis.rules import RuleBook, Wait
from gis.words import Words
from gis.workdays import WorkCalendar

# By rank, for whole columns at once.
_STAGE_TEXTS = pd.array(STAGE_CODES, dtype="str")
_STEP_TEXTS = pd.array(["", *STAGE_CODES[1:]], dtype="str")  # rank 0 is no step
_STAGES = np.array(list(Stage), dtype=object)
_STEPS = np.array([None, *list(Stage)[1:]], dtype=object)
_HOLDS = np.array([*HoldReason, None], dtype=object)  # rank -1 is no hold


@dataclass
class WaitTable:
    """Waits as arithmetic on whole columns; each distinct day that needs a calendar is worked out once."""

    calendar: WorkCalendar
    _kept: dict[tuple[date, int], tuple[np.datetime64, bool]] = field(default_factory=dict)

    def after(self, began: Days, wait: Wait) -> tuple[Days, Flags]:
        """The first day on which ``wait.before`` may begin, and whether unpublished days were counted."""
        if not wait.working:
            return began + np.timedelta64(wait.days + 1, "D"), np.zeros(len(began), dtype=bool)
        distinct, inverse = np.unique(began, return_inverse=True)
        answers = [self._working(day, wait.days) for day in distinct.tolist()]
        firsts = np.array([first for first, _ in answers], dtype="datetime64[D]")
        unpublished = np.array([counted for _, counted in answers], dtype=bool)
        return firsts[inverse], unpublished[inverse]

    def _working(self, posted: date | None, days: int) -> tuple[np.datetime64, bool]:
        if posted is None:
            return NO_DAY, False
        if (posted, days) not in self._kept:
            first = self.calendar.first_day_after(posted, days, working=True)
            unpublished = self.calendar.has_provisional_between(posted, first)
            self._kept[posted, days] = (np.datetime64(first, "D"), unpublished)
        return self._kept[posted, days]


@dataclass(frozen=True, slots=True)
class Course:
    """
    What the rules say of one kind of owner's land.

    ``steps`` is its path, ``ready_rank`` the stage of the path at which it counts as ready, ``waits`` those between
    its steps; by the rank of the stage reached: ``usual``, the usual time to the next step (for a stage off the
    path, that of the stage before it), and ``next_rank``, the step that comes next, 0 where none is left.
    """

    steps: tuple[Stage, ...]
    ready_rank: int
    waits: tuple[Wait, ...]
    usual: npt.NDArray[np.timedelta64]
    next_rank: Ranks

    @classmethod
    def of(cls, owner: OwnerKind, rules: RuleBook) -> Course:
        """The course of this owner's land."""
        steps, days = rules.path(owner), rules.typical_days(owner)
        ready = next((s for s in steps if s.rank >= rules.ready_stage.rank), steps[-1])
        usual = [0]
        for stage in Stage:
            usual.append(days.get(stage, usual[-1]))
        following = [next((s.rank for s in steps if s.rank > stage.rank), 0) for stage in Stage]
        waits = tuple(wait for wait in rules.waits if wait.after in steps)
        return cls(steps, ready.rank, waits, np.array(usual[1:], dtype="timedelta64[D]"), np.array(following))


@dataclass(frozen=True, slots=True)
class Land:
    """
    Parcels of one kind of owner, by rising rank of their stage: those still before a step are the first ones.

    ``entered`` is the day on which each entered its stage, ``began`` the day on which it entered each of the stages
    from which waits count, NaT where it has not been there; ``supplies`` holds ranks of ``SupplyKind``.
    """

    owner: OwnerKind
    ranks: Ranks
    supplies: Ranks
    entered: Days
    began: Mapping[Stage, Days]


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass over land; the first step, and the day the land is ready (NaT: neither is to come)."""

    first_step: Days
    ready: Days
    unpublished: Flags


@dataclass(frozen=True)
class Clock:
    """The rules and the day by which parcels are timed."""

    on: date
    rules: RuleBook
    waits: WaitTable

    @classmethod
    def of(cls, on: date, rules: RuleBook) -> Clock:
        """The clock of one day, by the rules' calendar."""
        return cls(on, rules, WaitTable(rules.calendar))

    @cached_property
    def today(self) -> np.datetime64:
        """The day of the assessment."""
        return np.datetime64(self.on, "D")

    @cached_property
    def courses(self) -> Mapping[OwnerKind, Course]:
        """The course of each kind of owner's land."""
        return {owner: Course.of(owner, self.rules) for owner in OwnerKind}

    def run(self, land: Land, *, usual: bool) -> Pass:
        """
        Step land through its remaining path.

        No step is put before the assessment's day. ``usual`` adds the usual durations.
        """
        course, size = self.courses[land.owner], len(land.ranks)
        result = Pass(no_days(size), no_days(size), np.zeros(size, dtype=bool))
        at, reached = land.entered.copy(), land.ranks.copy()
        began = {stage: days.copy() for stage, days in land.began.items()}
        for step in course.steps:
            before = slice(int(np.searchsorted(land.ranks, step.rank)))
            day, unpublished = self._legal(step, land, began, before)
            if usual:
                day = np.fmax(day, at[before] + course.usual[reached[before]])
            day = np.fmax(np.fmax(day, at[before]), self.today)
            is_first = reached[before] == land.ranks[before]
            result.first_step[before][is_first] = day[is_first]
            result.unpublished[before] |= unpublished & (is_first | (step.rank <= course.ready_rank))
            if step.rank == course.ready_rank:
                result.ready[before] = day
            at[before], reached[before] = day, step.rank
            if step in began:
                began[step][before] = day
        return result

    def _legal(self, step: Stage, land: Land, began: Mapping[Stage, Days], before: slice) -> tuple[Days, Flags]:
        """The latest day that a statutory wait sets for ``step``; NaT where none does."""
        supplies = land.supplies[before]
        legal, unpublished = no_days(len(supplies)), np.zeros(len(supplies), dtype=bool)
        for wait in self.courses[land.owner].waits:
            if wait.before is step:
                day, counted = self.waits.after(began[wait.after][before], wait)
                if wait.supply is not None:
                    counted &= supplies == wait.supply.rank
                    day[supplies != wait.supply.rank] = NO_DAY
                legal, unpublished = np.fmax(legal, day), unpublished | counted
        return legal, unpublished

    def whole_procedure(self) -> tuple[np.datetime64, np.datetime64]:
        """Earliest and expected ready day of collective land that nobody has listed yet."""
        today, never = np.array([self.today]), no_days(1)
        began = {wait.after: today if wait.after is Stage.NOT_STARTED else never for wait in self.rules.waits}
        land = Land(OwnerKind.COLLECTIVE, np.zeros(1, np.int64), np.array([NONE]), today, began)
        return self.run(land, usual=False).ready[0], self.run(land, usual=True).ready[0]


# What ``time_parcels`` looks at, for those who read no more than is needed.
CLOCKED_COLUMNS = (
    *("parcel_no", "owner_kind", "supply_kind", "stage", "stage_on", "hold_reason", "held_since"),
    *(name for name in PARCEL.names if name.startswith("planned_")),
)
STEP_COLUMNS = ("parcel_no", "kind", "stage", "on_date", "withdrawn")


def time_parcels(
    parcels: pd.DataFrame, events: pd.DataFrame | None, rules: RuleBook, on: date, *, reasons: bool = True
) -> pd.DataFrame:
    """
    The clock of each parcel.

    Parameters
    ----------
    parcels
        Parcel rows as the store gives them for day ``on`` (``parcel_no``, ``owner_kind``, ``supply_kind``,
        ``stage``, ``stage_on``, ``hold_reason``, ``held_since``, ``planned_<stage>_on``). A missing owner
        kind counts as collective, a missing stage as not started.
    events
        Parcel events up to ``on``. They tell when earlier stages began; without them a wait that began in an
        earlier stage counts from the present stage's date, which is never too early.
    reasons
        Say in words why (column ``reason``): of a million parcels these take more time and room than all the rest.

    Returns
    -------
    DataFrame
        Index ``parcel_no``, sorted; the columns that ``Assessment.parcels`` lists. Ready land: both ready
        dates are the day on which it became ready where that is known, else the present stage's day, never
        after ``on``. Held land: no expected date; the earliest is still given.
    """
    rows = ParcelRows.of(parcels)
    clock = Clock.of(on, rules)
    told = StepsTold.of(events, rows, clock.today)
    times = _stepped(rows, told, clock)
    _settle_ready(rows, told, clock, times)
    times.ready_expected_on[(rows.hold_ranks >= 0) & ~times.is_ready] = NO_DAY
    overdue = _overdue(rows, clock)
    framed = _framed(rows, times, overdue)
    if reasons:
        told_why = _reasons(rows, times, overdue, clock.today)
        framed["reason"] = np.fromiter(told_why, dtype=object, count=len(rows.ranks))
    return framed


def _began(stage: Stage, rows: ParcelRows, told: StepsTold, entered: Days) -> Days:
    """The day on which each parcel entered ``stage``: of its present stage, as its row says; of a later one, NaT."""
    began = no_days(len(entered))
    of_stage = told.ranks == stage.rank
    began[told.places[of_stage]] = told.days[of_stage]  # in order: the latest stays
    # An event later than the present stage's beginning was undone by it.
    is_told = (began <= entered) & (rows.ranks != stage.rank)
    return np.where(rows.ranks < stage.rank, NO_DAY, np.where(is_told, began, entered))


@dataclass(frozen=True, slots=True)
class _Times:
    """What the two forward passes say of each parcel; a ``next_rank`` of 0: no step is left."""

    next_rank: Ranks
    next_legal_on: Days
    ready_earliest_on: Days
    ready_expected_on: Days
    provisional: Flags
    is_ready: Flags


def _stepped(rows: ParcelRows, told: StepsTold, clock: Clock) -> _Times:
    """Both forward passes, one kind of owner after another."""
    size, entered = len(rows.ranks), rows.entered(clock.today)
    began = {wait.after: _began(wait.after, rows, told, entered) for wait in clock.rules.waits}
    is_ready = rows.ranks >= clock.rules.ready_stage.rank
    next_rank, unpublished = np.zeros(size, np.int64), np.zeros(size, dtype=bool)
    times = _Times(next_rank, no_days(size), no_days(size), no_days(size), unpublished, is_ready)
    for owner, where in rows.by_owner():
        began_there = {stage: days[where] for stage, days in began.items()}
        land = Land(owner, rows.ranks[where], rows.supplies[where], entered[where], began_there)
        earliest, expected = clock.run(land, usual=False), clock.run(land, usual=True)
        times.next_rank[where] = clock.courses[owner].next_rank[land.ranks]
        times.next_legal_on[where] = earliest.first_step
        times.ready_earliest_on[where] = earliest.ready
        times.ready_expected_on[where] = expected.ready
        times.provisional[where] = earliest.unpublished | expected.unpublished
    return times


def _settle_ready(rows: ParcelRows, told: StepsTold, clock: Clock, times: _Times) -> None:
    """Ready land keeps the day on which it became ready; that never makes a project late."""
    ready = times.is_ready
    since = _ready_since(len(ready), told, clock)
    since = np.where(np.isnat(since), rows.stage_on, since)
    since = np.where(np.isnat(since), clock.today, np.minimum(since, clock.today))
    times.ready_earliest_on[ready] = since[ready]
    times.ready_expected_on[ready] = since[ready]


def _ready_since(size: int, told: StepsTold, clock: Clock) -> Days:
    """The first day of the unbroken time in which events put the parcel at the ready stage or later."""
    is_ready = told.ranks >= clock.rules.ready_stage.rank
    # By the order of events: several may be of one day.
    order, broken, since = np.arange(len(told.ranks)), np.full(size, -1), no_days(size)
    broken[told.places[~is_ready]] = order[~is_ready]
    unbroken = np.flatnonzero(is_ready & (order > broken[told.places]))[::-1]
    since[told.places[unbroken]] = told.days[unbroken]  # newest first: the oldest stays
    return since


def _overdue(rows: ParcelRows, clock: Clock) -> tuple[Ranks, npt.NDArray[np.int64]]:
    """Of the steps not yet taken whose planned day has passed, the earliest (0: none), and by how many days."""
    rank, worst = np.zeros(len(rows.ranks), np.int64), np.full(len(rows.ranks), clock.today)
    for step, planned in rows.planned.items():
        late = (planned < worst) & (rows.ranks < step.rank) & on_path(rows.owners, step, clock.rules)
        rank[late], worst[late] = step.rank, planned[late]
    return rank, (clock.today - worst).astype(np.int64)


def _framed(rows: ParcelRows, times: _Times, overdue: tuple[Ranks, npt.NDArray[np.int64]]) -> pd.DataFrame:
    overdue_rank, overdue_days = overdue
    columns = {
        "stage": _STAGE_TEXTS.take(rows.ranks),
        "next_stage": _STEP_TEXTS.take(times.next_rank),
        "next_legal_on": times.next_legal_on.astype("datetime64[s]"),
        "ready_earliest_on": times.ready_earliest_on.astype("datetime64[s]"),
        "ready_expected_on": times.ready_expected_on.astype("datetime64[s]"),
        "overdue_stage": _STEP_TEXTS.take(overdue_rank),
        "overdue_days": overdue_days,
        "held": rows.hold_ranks >= 0,
        "provisional": times.provisional,
        "is_ready": times.is_ready,
        "hold_reason": rows.hold_reason,
        "held_since": rows.held_since.astype("datetime64[s]"),
    }
    return pd.DataFrame(columns, index=rows.numbers)


def _reasons(
    rows: ParcelRows, times: _Times, overdue: tuple[Ranks, npt.NDArray[np.int64]], today: np.datetime64
) -> Iterator[Words]:
    overdue_rank, overdue_days = overdue
    said = zip(
        _STAGES[rows.ranks].tolist(),
        _STEPS[times.next_rank].tolist(),
        np.where(times.next_legal_on <= today, NO_DAY, times.next_legal_on).tolist(),
        np.where(times.is_ready, NO_DAY, times.ready_expected_on).tolist(),
        _HOLDS[rows.hold_ranks].tolist(),
        rows.held_since.tolist(),
        _STEPS[overdue_rank].tolist(),
        overdue_days.tolist(),
        times.provisional.tolist(),
        strict=True,
    )
    return clock_reasons(rows.numbers.tolist(), said)
