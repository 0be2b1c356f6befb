"""
The clock of each parcel: when the law allows its next step, and when its land can be ready.

A forward pass over the steps that remain, made twice (DOMAIN §4): ``earliest`` takes the law's waits
and nothing else, ``expected`` adds the usual local durations. All parcels with the same path, kind of
supply and stage are stepped through together, as arrays of days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.clock_words import clock_reasons
from gis.analysis.stages import ordered_by, ranks_of
from gis.layers import PARCEL
from gis.model import EventKind, OwnerKind, Stage, SupplyKind
from gis.rules import RuleBook, Wait
from gis.workdays import WorkCalendar

Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
Began = Mapping[Stage, Days]

NO_DAY = np.datetime64("NaT", "D")
ONE_DAY = np.timedelta64(1, "D")


@dataclass
class WaitTable:
    """Working-day arithmetic, each distinct day worked out once."""

    calendar: WorkCalendar
    _kept: dict[tuple[date, int, bool], tuple[np.datetime64, bool]] = field(default_factory=dict)

    def after(self, began: Days, wait: Wait) -> tuple[Days, Flags]:
        """The first day on which ``wait.before`` may begin, and whether unpublished days were counted."""
        distinct, inverse = np.unique(began, return_inverse=True)
        answers = [self._one(day, wait) for day in distinct]
        firsts = np.array([a[0] for a in answers], dtype="datetime64[D]")
        unpublished = np.array([a[1] for a in answers], dtype=bool)
        return firsts[inverse], unpublished[inverse]

    def _one(self, began: np.datetime64, wait: Wait) -> tuple[np.datetime64, bool]:
        if np.isnat(began):
            return NO_DAY, False
        posted: date = began.astype(object)
        key = (posted, wait.days, wait.working)
        if key not in self._kept:
            first = self.calendar.first_day_after(posted, wait.days, working=wait.working)
            span = pd.date_range(posted, first)[1:-1]
            unpublished = wait.working and any(self.calendar.is_provisional(d.date()) for d in span)
            self._kept[key] = (np.datetime64(first, "D"), unpublished)
        return self._kept[key]


@dataclass(frozen=True, slots=True)
class Route:
    """What decides the steps that remain: the path, the kind of supply, the stage reached."""

    owner: OwnerKind
    supply: SupplyKind | None
    stage: Stage


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass over a group of parcels; the first step, and the day the land is ready."""

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

    @property
    def today(self) -> np.datetime64:
        """The day of the assessment."""
        return np.datetime64(self.on, "D")

    def steps_left(self, route: Route) -> tuple[Stage, ...]:
        """The stages of the path that are still to come, in order."""
        return tuple(s for s in self.rules.path(route.owner) if s.rank > route.stage.rank)

    def ready_at(self, owner: OwnerKind) -> Stage:
        """The stage of the path at which land counts as ready."""
        path = self.rules.path(owner)
        return next((s for s in path if s.rank >= self.rules.ready_stage.rank), path[-1])

    def usual_days(self, route: Route, stage: Stage) -> int:
        """Usual days from ``stage`` to the next; for a stage off the path, those of the stage before it."""
        usual = self.rules.typical_days(route.owner)
        known = [s for s in usual if s.rank <= stage.rank]
        return usual[max(known, key=lambda s: s.rank)] if known else 0

    def run(self, route: Route, began: Began, *, usual: bool) -> Pass:
        """
        Step a group through its remaining path; ``began`` holds the known beginnings by stage.

        No step is put before the assessment's day. ``usual`` adds the usual durations.
        """
        known = dict(began)
        entry = known[route.stage]
        size = len(entry)
        result = Pass(_no_days(size), _no_days(size), np.zeros(size, dtype=bool))
        at, stage = entry, route.stage
        ready_rank = self.ready_at(route.owner).rank
        for number, step in enumerate(self.steps_left(route)):
            day, unpublished = self._legal(route, step, known)
            if usual:
                day = np.fmax(day, at + np.timedelta64(self.usual_days(route, stage), "D"))
            day = np.fmax(np.fmax(day, at), self.today)
            if number == 0:
                result.first_step[:] = day
            if step.rank <= ready_rank or number == 0:
                result.unpublished[:] |= unpublished
            known[step], at, stage = day, day, step
            if step.rank == ready_rank:
                result.ready[:] = day
        return result

    def _legal(self, route: Route, step: Stage, known: Began) -> tuple[Days, Flags]:
        """The latest day that a statutory wait sets for ``step``; NaT where none does."""
        size, path = len(known[route.stage]), self.rules.path(route.owner)
        legal, unpublished = _no_days(size), np.zeros(size, dtype=bool)
        for wait in self.rules.waits:
            applies = wait.before is step and wait.after in path and wait.supply in (None, route.supply)
            if applies and wait.after in known:
                day, counted = self.waits.after(known[wait.after], wait)
                legal, unpublished = np.fmax(legal, day), unpublished | counted
        return legal, unpublished

    def whole_procedure(self) -> tuple[np.datetime64, np.datetime64]:
        """Earliest and expected ready day of collective land that nobody has listed yet."""
        route = Route(OwnerKind.COLLECTIVE, None, Stage.NOT_STARTED)
        began = {Stage.NOT_STARTED: np.array([self.today])}
        return self.run(route, began, usual=False).ready[0], self.run(route, began, usual=True).ready[0]


# What ``time_parcels`` looks at, for those who read no more than is needed.
CLOCKED_COLUMNS = (
    *("parcel_no", "owner_kind", "supply_kind", "stage", "stage_on", "hold_reason", "held_since"),
    *(name for name in PARCEL.names if name.startswith("planned_")),
)
STEP_COLUMNS = ("parcel_no", "kind", "stage", "on_date")


def time_parcels(parcels: pd.DataFrame, events: pd.DataFrame | None, rules: RuleBook, on: date) -> pd.DataFrame:
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

    Returns
    -------
    DataFrame
        Index ``parcel_no``, sorted; the columns that ``Assessment.parcels`` lists. Ready land: both ready
        dates are the day on which it became ready where that is known, else the present stage's day, never
        after ``on``. Held land: no expected date; the earliest is still given.
    """
    rows = _normal(parcels)
    clock = Clock.of(on, rules)
    told = _stage_events(rows, events, clock)
    columns = _stepped(rows, _began(rows, told, clock), clock)
    _settle_ready(rows, told, clock, columns)
    columns["ready_expected_on"][rows["held"].to_numpy() & ~columns["is_ready"]] = NO_DAY
    columns["overdue_stage"], columns["overdue_days"] = _overdue(rows, clock)
    return _framed(rows, columns, pd.Timestamp(on))


def _normal(parcels: pd.DataFrame) -> pd.DataFrame:
    """The rows by number, with defaults in place of what is missing and codes as small numbers."""
    rows = pd.DataFrame(parcels.drop(columns="geometry", errors="ignore"))
    rows = ordered_by(rows, "parcel_no").reset_index(drop=True)
    rows["stage"] = rows["stage"].fillna(Stage.NOT_STARTED.value)
    rows["rank"] = ranks_of(rows["stage"])
    rows["owner"] = rows["owner_kind"].fillna(OwnerKind.COLLECTIVE.value)
    rows["supply"] = rows["supply_kind"].fillna("")
    rows["held"] = rows["hold_reason"].notna().to_numpy(dtype=bool)
    return rows


def _days(column: pd.Series) -> Days:
    return column.to_numpy(dtype="datetime64[D]")


def _began(rows: pd.DataFrame, told: pd.DataFrame, clock: Clock) -> dict[Stage, Days]:
    """
    For each stage, the day on which a parcel entered it; of the present stage as the row says.

    Land not started is taken to start today, and an unknown day counts as today.
    """
    entry = np.where(rows["rank"] == 0, clock.today, _days(rows["stage_on"])).astype("datetime64[D]")
    entry = np.where(np.isnat(entry), clock.today, entry)
    result: dict[Stage, Days] = {}
    for stage in Stage:
        group = told[told["rank"] == stage.rank]
        past = _no_days(len(rows))
        past[group["row"]] = group["on_date"].to_numpy()  # in order: the latest stays
        # An event later than the present stage's beginning was undone by it.
        past = np.where(np.isnat(past) | (past > entry), entry, past)
        result[stage] = np.where(rows["rank"] == stage.rank, entry, past)
    return result


def _stage_events(rows: pd.DataFrame, events: pd.DataFrame | None, clock: Clock) -> pd.DataFrame:
    """
    The events by which stages began, up to today, oldest first.

    ``row`` is the parcel's position in ``rows``, ``rank`` the stage's; ``on_date`` counts in days.
    """
    if events is None or events.empty:
        return pd.DataFrame({"row": np.zeros(0, np.intp), "rank": np.zeros(0, np.int64), "on_date": _no_days(0)})
    told = events[(events["kind"] == EventKind.STAGE.value) & (events["on_date"] <= pd.Timestamp(clock.on))]
    row = pd.Index(rows["parcel_no"]).get_indexer(pd.Index(told["parcel_no"]))
    frame = pd.DataFrame({"row": row, "rank": ranks_of(told["stage"]), "on_date": _days(told["on_date"])})
    known: pd.DataFrame = frame[row >= 0]
    return known.sort_values("on_date", kind="stable")


def _no_days(size: int) -> Days:
    return np.full(size, NO_DAY)


def _stepped(rows: pd.DataFrame, began: Began, clock: Clock) -> dict[str, npt.NDArray[Any]]:
    """Both forward passes, one group of parcels after another."""
    size = len(rows)
    out: dict[str, npt.NDArray[Any]] = {
        "next_stage": np.full(size, "", dtype=object),
        "next_legal_on": _no_days(size),
        "ready_earliest_on": _no_days(size),
        "ready_expected_on": _no_days(size),
        "provisional": np.zeros(size, dtype=bool),
        "is_ready": np.zeros(size, dtype=bool),
    }
    for key, rows_of in rows.groupby(["owner", "supply", "rank"], sort=False).indices.items():
        route, where = _route(key), np.asarray(rows_of, dtype=np.intp)
        _step_group(route, {stage: days[where] for stage, days in began.items()}, clock, out, where)
    return out


def _route(key: Any) -> Route:
    owner, supply, rank = key
    return Route(OwnerKind(owner), SupplyKind(supply) if supply else None, list(Stage)[rank])


def _step_group(
    route: Route, began: Began, clock: Clock, out: Mapping[str, npt.NDArray[Any]], where: npt.NDArray[np.intp]
) -> None:
    left = clock.steps_left(route)
    out["is_ready"][where] = route.stage.rank >= clock.rules.ready_stage.rank
    if not left:
        return
    known = {s: days for s, days in began.items() if s.rank <= route.stage.rank}
    earliest, expected = clock.run(route, known, usual=False), clock.run(route, known, usual=True)
    out["next_stage"][where] = left[0].value
    out["next_legal_on"][where] = earliest.first_step
    out["ready_earliest_on"][where] = earliest.ready
    out["ready_expected_on"][where] = expected.ready
    out["provisional"][where] = earliest.unpublished | expected.unpublished


def _settle_ready(
    rows: pd.DataFrame, told: pd.DataFrame, clock: Clock, columns: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Ready land keeps the day on which it became ready; that never makes a project late."""
    ready = columns["is_ready"]
    since = _ready_since(rows, told, clock)
    entered = _days(rows["stage_on"])
    since = np.where(np.isnat(since), entered, since)
    since = np.where(np.isnat(since), clock.today, np.minimum(since, clock.today))
    columns["ready_earliest_on"][ready] = since[ready]
    columns["ready_expected_on"][ready] = since[ready]


def _ready_since(rows: pd.DataFrame, told: pd.DataFrame, clock: Clock) -> Days:
    """The first day of the unbroken time in which events put the parcel at the ready stage or later."""
    rank, row, day = told["rank"].to_numpy(), told["row"].to_numpy(), told["on_date"].to_numpy("datetime64[D]")
    is_ready = rank >= clock.rules.ready_stage.rank
    broken, since = _no_days(len(rows)), _no_days(len(rows))
    broken[row[~is_ready]] = day[~is_ready]
    unbroken = np.flatnonzero(is_ready & ~(day < broken[row]))[::-1]
    since[row[unbroken]] = day[unbroken]  # newest first: the oldest stays
    return since


def _overdue(rows: pd.DataFrame, clock: Clock) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Of the steps not yet taken whose planned day has passed, the earliest, and by how many days."""
    size = len(rows)
    stage, worst = np.full(size, "", dtype=object), np.full(size, clock.today)
    for step in list(Stage)[1:]:
        column = f"planned_{step.value}_on"
        if column not in rows:
            continue
        planned = _days(rows[column])
        on_path = rows["owner"].isin([o.value for o in OwnerKind if step in clock.rules.path(o)])
        late = (planned < worst) & (rows["rank"] < step.rank).to_numpy() & on_path.to_numpy()
        stage[late], worst[late] = step.value, planned[late]
    return stage, (clock.today - worst).astype(np.int64)


def _framed(rows: pd.DataFrame, columns: Mapping[str, npt.NDArray[Any]], today: pd.Timestamp) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "stage": rows["stage"].to_numpy(dtype=object),
            "next_stage": columns["next_stage"],
            **{name: columns[name].astype("datetime64[s]") for name in DATE_COLUMNS},
            "overdue_stage": columns["overdue_stage"],
            "overdue_days": columns["overdue_days"],
            "held": rows["held"].to_numpy(),
            "provisional": columns["provisional"],
            "is_ready": columns["is_ready"],
            "hold_reason": rows["hold_reason"].to_numpy(dtype=object),
            "held_since": rows["held_since"].to_numpy(dtype="datetime64[s]"),
        },
        index=pd.Index(rows["parcel_no"], dtype="str", name="parcel_no"),
    ).astype(dict.fromkeys(("stage", "next_stage", "overdue_stage", "hold_reason"), "str"))
    frame["reason"] = clock_reasons(frame, today)
    return frame


DATE_COLUMNS: Sequence[str] = ("next_legal_on", "ready_earliest_on", "ready_expected_on")
