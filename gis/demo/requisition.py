"""
The dates on which a batch of land went through its steps, worked out backwards from the last one.

Every step keeps the law's waits (gis.rules) and falls on a working day (gis.workdays).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from gis.model import OwnerKind, Stage, SupplyKind
from gis.rules import RuleBook
from gis.workdays import WorkCalendar

DATA_ON = date(2026, 10, 31)
CALENDAR = WorkCalendar()
RULES = RuleBook.default()

# Shortest and longest days from the stage before to this one, as a busy county takes them.
_GAP_DAYS: dict[Stage, tuple[int, int]] = {
    Stage.SURVEY: (3, 9),
    Stage.PLAN_NOTICE: (10, 22),
    Stage.AGREEMENT: (31, 40),
    Stage.SUBMITTED: (24, 45),
    Stage.APPROVED: (40, 75),
    Stage.CLEARED: (18, 40),
    Stage.SUPPLIED: (31, 55),
    Stage.REGISTERED: (8, 22),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a batch of parcels is: its last common stage since ``begun_on``; ``lag`` of them are a stage behind."""

    target: Stage
    begun_on: date
    owner: OwnerKind = OwnerKind.COLLECTIVE
    supply: SupplyKind = SupplyKind.MARKET
    lag: float = 0.0


@cache
def worked_on_or_before(day: date) -> date:
    """The last working day up to ``day``."""
    while not CALENDAR.is_workday(day):
        day -= timedelta(days=1)
    return day


@cache
def path_of(owner: OwnerKind) -> tuple[Stage, ...]:
    """The stages that land of this owner passes, without the first, "not started"."""
    return tuple(s for s in RULES.path(owner) if s is not Stage.NOT_STARTED)


@cache
def usual_days(owner: OwnerKind) -> dict[Stage, int]:
    """Usual days from each stage to the next."""
    return RULES.typical_days(owner)


@cache
def days_to_ready(stage: Stage) -> int:
    """Usual days from the beginning of ``stage`` until collective land is ready."""
    typical = usual_days(OwnerKind.COLLECTIVE)
    return sum(days for s, days in typical.items() if stage.rank <= s.rank < RULES.ready_stage.rank)


def batch_dates(batch: Batch, rng: np.random.Generator) -> dict[Stage, date]:
    """Stage → the day it began for the whole batch, in order, ending with ``batch.target``."""
    path = [s for s in path_of(batch.owner) if s.rank <= batch.target.rank]
    dates: dict[Stage, date] = {}
    day = batch.begun_on
    for stage in reversed(path):
        day = worked_on_or_before(_latest_lawful(stage, day, dates, batch.supply))
        dates[stage] = day
        shortest, longest = _GAP_DAYS.get(stage, (0, 0))
        day -= timedelta(days=int(rng.integers(shortest, longest + 1)))
    return dict(sorted(dates.items(), key=lambda item: item[0].rank))


def _latest_lawful(stage: Stage, day: date, later: dict[Stage, date], supply: SupplyKind) -> date:
    """``day``, or the last day before it that leaves every wait after ``stage`` its time."""
    for wait in RULES.waits:
        if wait.after is stage and wait.before in later and wait.supply in (None, supply):
            while CALENDAR.first_day_after(day, wait.days, working=wait.working) > later[wait.before]:
                day -= timedelta(days=1)
    return day


def stage_for_start(start_on: date, margin_days: int) -> tuple[Stage, date]:
    """The stage, and the day it began, at which land is usually ready ``margin_days`` before ``start_on``."""
    for stage in (Stage.APPROVED, Stage.SUBMITTED, Stage.AGREEMENT, Stage.PLAN_NOTICE, Stage.SURVEY, Stage.PRE_NOTICE):
        begun = start_on - timedelta(days=margin_days + days_to_ready(stage))
        if begun <= DATA_ON - timedelta(days=3):
            return stage, worked_on_or_before(begun)
    return Stage.NOT_STARTED, DATA_ON


def parcel_dates(
    batch: Batch, common: dict[Stage, date], rng: np.random.Generator, *, lags: bool
) -> list[tuple[Stage, date]]:
    """
    One parcel's own steps: agreements are signed and ground is cleared house by house.

    Both fall between the batch's step before and the batch's own date, within the law's waits.
    """
    kept = [s for s in common if not lags or s is not batch.target]
    dates = dict(common)
    for stage, least in ((Stage.AGREEMENT, 31), (Stage.CLEARED, 10)):
        if stage in dates and stage in kept and batch.owner is OwnerKind.COLLECTIVE:
            dates[stage] = _own_day(stage, dates, least, rng)
    return [(stage, dates[stage]) for stage in kept]


def _own_day(stage: Stage, dates: dict[Stage, date], least: int, rng: np.random.Generator) -> date:
    stages = list(dates)
    earliest = dates[stages[stages.index(stage) - 1]] + timedelta(days=least)
    spare = (dates[stage] - earliest).days
    if spare <= 0:
        return dates[stage]
    day = worked_on_or_before(earliest + timedelta(days=int(rng.integers(0, spare + 1))))
    return max(day, earliest)
