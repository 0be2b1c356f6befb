"""
Record what happened to parcels: a stage began, a hold, its release, what was tried, funds, the announcement.

The law is asked first. What breaks it is refused, unless a reason is given and the rule may be broken at all: then the
event bears the reason for good. Events are never changed: a wrong one is withdrawn by another row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from gis.analysis.case import LONGEST_TEXT, Case, Entry, ProposedEvent, cases_of
from gis.analysis.lawful import funds_gate
from gis.analysis.stages import standing
from gis.errors import Breach, InvalidParameter, LawBroken, NotFound
from gis.model import Actor, EventKind, Query, Stage
from gis.rules import RuleBook
from gis.store.port import PutResult, Reader, Store, Writer
from gis.words import Words
from gis.workflows.assess_store import last_day_that_may_have_been
from gis.workflows.judge_events import Judged, judge_events, parcels_of, refuse_strangers
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.plain import Record
from gis.workflows.withdrawal_reason import withdrawal_reason

_WITHDRAWAL_SOURCE = "记录不删除，以撤销记录更正；先撤销后发生的"
# What stands on what: a withdrawal of the one is refused while a later one of the others stands.
_STANDS_ON = {
    EventKind.STAGE: (EventKind.STAGE, EventKind.ANNOUNCED),
    EventKind.HOLD: (EventKind.HOLD, EventKind.RELEASE, EventKind.EFFORT),
    EventKind.RELEASE: (EventKind.HOLD, EventKind.RELEASE),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    What was written: ``result`` has one outcome a parcel, in the order of ``parcels`` (unchanged: it was there
    already); ``overridden`` are the rules broken for the reason given.
    """

    parcels: tuple[str, ...]
    result: PutResult
    overridden: tuple[Breach, ...]
    judged: Judged

    def as_record(self) -> Record:
        """As /api sends it."""
        return {
            "parcels": list(self.parcels),
            "recorded": self.result.count("stored") + self.result.count("updated"),
            "unchanged": self.result.count("unchanged"),
            "overridden": [breach.as_dict() for breach in self.overridden],
            "notes": self.judged.as_record()["notes"],
        }


def record_event(
    store: Store, actor: Actor, parcel_no: str, proposed: ProposedEvent, override: str | None = None
) -> Recorded:
    """One parcel's event; see ``record_events``."""
    return record_events(store, actor, [parcel_no], proposed, override)


def record_events(
    store: Store, actor: Actor, numbers: Sequence[str], proposed: ProposedEvent, override: str | None = None
) -> Recorded:
    """
    Record one event of each of these parcels, all or none, and judge them in the same transaction.

    The same event once more is no breach: what it says beside the day (document, note) is then a correction of the
    entry, which keeps its reason for breaking a rule.

    Parameters
    ----------
    numbers
        At most 2,000 parcels.
    override
        Why the law is broken; written with the events that break it, and with no others.

    Raises
    ------
    LawBroken
        A rule is broken and there is no reason, or no reason helps; carries every breach of every parcel.
    NotFound
        A number that no parcel has.
    NotAllowed
        The actor may not record this (``refuse_strangers``).
    """
    reason = _reason(override)
    with writing_assessed(store, actor) as writer:
        return record_in(writer, actor, numbers, proposed, reason, last_day_that_may_have_been(store))


def record_in(
    writer: Writer, actor: Actor, numbers: Sequence[str], proposed: ProposedEvent, reason: str, today: date
) -> Recorded:
    """``record_events`` within an open transaction, for what records more than events (a batch's approval)."""
    refuse_strangers(writer, actor, parcels_of(writer, numbers))
    judged = judge_events(writer, numbers, proposed, today)
    again = {number: _same(case, proposed) for number, case in judged.cases.items()}
    broken = tuple(breach for breach in judged.breaches if not again[breach.parcel_no])
    if broken and not (reason and all(breach.overridable for breach in broken)):
        raise law_broken(broken)
    marked = dict.fromkeys((breach.parcel_no for breach in broken), reason)
    marked |= _kept_reasons(writer, [number for number, same in again.items() if same], proposed)
    frame = pd.DataFrame([_row(number, proposed, marked.get(number)) for number in judged.cases])
    return Recorded(tuple(judged.cases), writer.append("parcel_event", frame), broken, judged)


def law_broken(breaches: Sequence[Breach]) -> LawBroken:
    """The refusal of events that break these rules."""
    first, parcels = breaches[0], {breach.parcel_no for breach in breaches}
    words = first.words
    if len(breaches) > 1:
        words = Words(
            f"{len(parcels)} 块地有 {len(breaches)} 处不合规定，第一处：{words.zh}",
            f"{len(breaches)} rules would be broken on {len(parcels)} parcels, the first: {words.en}",
        )
    return LawBroken(words, breaches, found=first.found, expected=first.expected)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An event of a parcel that is taken back, and why; ``stage`` of a stage event."""

    kind: EventKind
    stage: Stage | None
    on: date
    reason: str


def withdraw_event(store: Store, actor: Actor, parcel_no: str, event: Withdrawal) -> Recorded:
    """
    Take back an event that was recorded wrongly: from now on it counts as never having happened; its rows stay.

    What stands on it must be withdrawn first: later stages and the announcement on a stage, a release and what was
    tried on a hold, an approval on its funds. So a parcel's history never has a hole.

    Raises
    ------
    NotFound
        No such parcel, or no such event stands.
    LawBroken
        Later entries stand on it; names the first.
    InvalidParameter
        The reason is none, or too long.
    NotAllowed
        As ``record_events``.
    """
    stated = replace(event, reason=withdrawal_reason(event.reason))
    with writing_assessed(store, actor) as writer:
        return withdraw_in(writer, actor, parcel_no, stated)


def withdraw_in(writer: Writer, actor: Actor, parcel_no: str, event: Withdrawal) -> Recorded:
    """``withdraw_event`` within an open transaction, for what withdraws more (a batch's approval)."""
    parcels = parcels_of(writer, [parcel_no])
    refuse_strangers(writer, actor, parcels)
    row = _standing_row(writer, parcel_no, event.kind, event.stage, event.on)
    case = cases_of(parcels, standing(writer.read("parcel_event", Query(keys=(parcel_no,)))))[parcel_no]
    if breach := _stood_upon(case, event, writer):
        raise law_broken([breach])
    result = writer.append("parcel_event", row.assign(note=event.reason, withdrawn=True))
    return Recorded((parcel_no,), result, (), Judged({parcel_no: case}, (), {}))


def _reason(text: str | None) -> str:
    reason = (text or "").strip()
    if len(reason) > LONGEST_TEXT:
        words = Words("理由过长", "the reason is too long")
        raise InvalidParameter(words, found=str(len(reason)), expected=f"≤ {LONGEST_TEXT}")
    return reason


def _same(case: Case, proposed: ProposedEvent) -> bool:
    """
    The event is there already, and telling it again does not put it behind another of its day.

    Of one day, the entry written last is the later one. A hold and what was tried are judged each time.
    """
    if proposed.kind in (EventKind.HOLD, EventKind.EFFORT):
        return False
    same = [e for e in case.entries if (e.kind, e.stage, e.on) == (proposed.kind, proposed.stage, proposed.on)]
    return bool(same) and not any(e.on == proposed.on for e in _after(case, same[0]))


def _after(case: Case, entry: Entry) -> list[Entry]:
    """Entries that stand on this one: later of its kind's line."""
    return [e for e in case.entries[case.entries.index(entry) + 1 :] if e.kind in _STANDS_ON.get(entry.kind, ())]


def _kept_reasons(reader: Reader, numbers: Sequence[str], proposed: ProposedEvent) -> dict[str, str]:
    """The reasons for breaking a rule that entries bear already: a correction does not wash them off."""
    if not numbers:
        return {}
    rows = standing(reader.read("parcel_event", Query(keys=tuple(numbers))))
    mine = rows[_is_event(rows, proposed.kind, proposed.stage, proposed.on) & rows["override_reason"].notna()]
    return dict(zip(mine["parcel_no"].tolist(), mine["override_reason"].tolist(), strict=True))


def _is_event(rows: pd.DataFrame, kind: EventKind, stage: Stage | None, on: date) -> pd.Series:
    of_stage = rows["stage"].isna() if stage is None else rows["stage"] == stage.value
    return (rows["kind"] == kind.value) & of_stage & (rows["on_date"] == pd.Timestamp(on))


def _row(number: str, proposed: ProposedEvent, override: str | None) -> Record:
    return {
        "parcel_no": number,
        "kind": proposed.kind.value,
        "stage": proposed.stage.value if proposed.stage else None,
        "hold_reason": proposed.hold_reason.value if proposed.hold_reason else None,
        "on_date": pd.Timestamp(proposed.on),
        "document": proposed.document.strip() or None,
        "evidence": _evidence(proposed) or None,
        "note": proposed.note.strip() or None,
        "override_reason": override or None,
    }


def _evidence(proposed: ProposedEvent) -> str:
    """The evidence, and who approved, as the approval says."""
    authority = f"批准机关：{proposed.authority.words.zh}" if proposed.authority else ""
    return "；".join(text for text in (authority, proposed.evidence.strip()) if text)


def _standing_row(reader: Reader, parcel_no: str, kind: EventKind, stage: Stage | None, on: date) -> pd.DataFrame:
    """The row of the event that stands, with the columns that are written."""
    rows = standing(reader.read("parcel_event", Query(keys=(parcel_no,))))
    mine = rows[_is_event(rows, kind, stage, on)]
    if not len(mine):
        what = f"{stage.words.zh if stage else kind.words.zh} {on}"
        raise NotFound(Words(f"地块“{parcel_no}”没有这条记录", f"'{parcel_no}' has no such entry"), found=what)
    return mine[[name for name in mine.columns if not name.startswith("recorded_")]]


def _stood_upon(case: Case, event: Withdrawal, reader: Reader) -> Breach | None:
    entry = next(e for e in case.entries if (e.kind, e.stage, e.on) == (event.kind, event.stage, event.on))
    later = _paid_by(case, entry, reader) if event.kind is EventKind.FUNDS else _after(case, entry)
    if not later:
        return None
    first = later[-1]
    name = (first.stage or first.kind).words
    words = Words(
        f"后面的记录以它为据，先撤销“{name.zh}”（{first.on}）",
        f"a later entry stands on it: withdraw '{name.en}' first",
    )
    return Breach(
        case.parcel_no,
        "stood_upon",
        words,
        _WITHDRAWAL_SOURCE,
        found=f"{name.zh} / {name.en} {first.on}",
        expected="先撤销后发生的 / the later one first",
        overridable=False,
    )


def _paid_by(case: Case, entry: Entry, reader: Reader) -> list[Entry]:
    """The steps that the law allowed for these funds alone, by the rules of their own days."""
    others = [e.on for e in case.entries if e.kind is EventKind.FUNDS and e is not entry]
    resting = [step for step in _gated(case, reader) if entry.on <= step.on]
    return [step for step in resting if not any(other <= step.on for other in others)]


def _gated(case: Case, reader: Reader) -> Iterator[Entry]:
    """The steps that only funds open."""
    parameters, before = reader.read("rule_parameter"), Stage.NOT_STARTED
    for step in case.steps:
        gate = funds_gate(case, RuleBook.from_frame(parameters, step.on))
        stage = step.stage or before
        if gate is not None and before.rank < gate.rank <= stage.rank:
            yield step
        before = stage
