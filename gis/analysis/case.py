"""What the law looks at of one parcel: whose land it is, and the events that stand, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from gis.errors import InvalidValue
from gis.model import FIRST_DAY, LAST_DAY, Authority, EventKind, HoldReason, OwnerKind, Stage, SupplyKind
from gis.words import Words

LONGEST_TEXT = 1_000
# What of the store's tables a case is made of.
CASE_COLUMNS = ("parcel_no", "owner_kind", "supply_kind")
ENTRY_COLUMNS = ("parcel_no", "kind", "stage", "on_date", "hold_reason")


@dataclass(frozen=True, slots=True)
class ProposedEvent:
    """
    What somebody says happened to a parcel; ``stage`` of a stage event, ``hold_reason`` of a hold.

    ``authority``: who approved, of an approval. Raises InvalidValue on a day that is no day of this office, on texts
    longer than 1,000 characters, and on a stage event without a stage.
    """

    kind: EventKind
    on: date
    stage: Stage | None = None
    hold_reason: HoldReason | None = None
    document: str = ""
    evidence: str = ""
    note: str = ""
    authority: Authority | None = None

    def __post_init__(self) -> None:
        if not FIRST_DAY <= self.on <= LAST_DAY:
            words = Words("日期超出范围", "the date is out of range")
            raise InvalidValue(words, found=self.on.isoformat(), expected=f"{FIRST_DAY} … {LAST_DAY}")
        if (self.kind is EventKind.STAGE) == (self.stage in (None, Stage.NOT_STARTED)):
            words = Words("进入阶段的记录须写明阶段，其他记录不写", "a stage event names its stage, and no other does")
            raise InvalidValue(words, found=str(self.stage), expected="pre_notice … registered")
        for text in (self.document, self.evidence, self.note):
            if len(text) > LONGEST_TEXT:
                words = Words("文字过长", "the text is too long")
                raise InvalidValue(words, found=f"{len(text)}", expected=f"≤ {LONGEST_TEXT}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event that stands."""

    kind: EventKind
    on: date
    stage: Stage | None = None
    hold_reason: HoldReason | None = None


@dataclass(frozen=True)
class Case:
    """
    One parcel before the law. ``entries`` are in the order in which they count: by day, and of one day as they were
    recorded.
    """

    parcel_no: str
    owner: OwnerKind = OwnerKind.COLLECTIVE
    supply: SupplyKind | None = None
    entries: tuple[Entry, ...] = ()

    @cached_property
    def steps(self) -> tuple[Entry, ...]:
        """Its stage events."""
        return tuple(entry for entry in self.entries if entry.kind is EventKind.STAGE)

    @property
    def last_step(self) -> Entry | None:
        """The one that says where the parcel stands."""
        return self.steps[-1] if self.steps else None

    @property
    def stage(self) -> Stage:
        """Where the parcel stands."""
        last = self.last_step
        return last.stage if last and last.stage else Stage.NOT_STARTED

    def began(self, stage: Stage) -> date | None:
        """
        The day on which ``stage`` began, None where it has not been reached.

        A stage that was passed and never recorded counts from the present one's day, which is never too early.
        """
        if self.stage.rank < stage.rank or self.last_step is None:
            return None
        told = [entry.on for entry in self.steps if entry.stage is stage]
        return told[-1] if told else self.last_step.on

    def holds(self) -> tuple[Entry, ...]:
        """What held it, and what released it."""
        return tuple(entry for entry in self.entries if entry.kind in (EventKind.HOLD, EventKind.RELEASE))

    def held_on(self, day: date) -> Entry | None:
        """The hold under which it was on ``day``, None where it was free."""
        said = [entry for entry in self.holds() if entry.on <= day]
        return said[-1] if said and said[-1].kind is EventKind.HOLD else None


def cases_of(parcels: pd.DataFrame, events: pd.DataFrame) -> dict[str, Case]:
    """
    The cases of these parcels, by number.

    Parameters
    ----------
    parcels
        CASE_COLUMNS. A missing owner kind counts as collective.
    events
        ENTRY_COLUMNS of the events that stand (``gis.analysis.stages.standing``), in their order.
    """
    entries = _entries_by_parcel(events)
    rows = zip(*(parcels[name].tolist() for name in CASE_COLUMNS), strict=True)
    return {
        number: Case(number, _owner(owner), _supply(supply), tuple(entries.get(number, ())))
        for number, owner, supply in rows
    }


def _entries_by_parcel(events: pd.DataFrame) -> Mapping[str, Iterable[Entry]]:
    found: dict[str, list[Entry]] = {}
    columns = (events[name].tolist() for name in ENTRY_COLUMNS)
    for number, kind, stage, on, reason in zip(*columns, strict=True):
        told = Stage(stage) if isinstance(stage, str) and kind == EventKind.STAGE.value else None
        held = HoldReason(reason) if isinstance(reason, str) else None
        found.setdefault(number, []).append(Entry(EventKind(kind), on.date(), told, held))
    return found


def _owner(code: object) -> OwnerKind:
    return OwnerKind(code) if isinstance(code, str) else OwnerKind.COLLECTIVE


def _supply(code: object) -> SupplyKind | None:
    return SupplyKind(code) if isinstance(code, str) else None
