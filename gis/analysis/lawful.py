"""
Whether the law allows an event of a parcel: the order of steps, waits, funds, who approves (RULES §3.1).

Every rule that would be broken is told, not the first one alone. Codes of breaches: ``future`` ``off_path``
``skipped`` ``backward`` ``repeated`` ``before_last`` ``wait`` ``funds`` ``authority`` ``reason`` ``not_held``
``not_reached`` ``late``. What
describes nothing that can have happened (a day to come, a step back, the release of what was not held) cannot be
overridden; what did happen against the law can, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from gis.analysis import lawful_words as say
from gis.analysis.approval_areas import ApprovalAreas
from gis.analysis.approval_level import Limits
from gis.analysis.case import Case, ProposedEvent
from gis.errors import Breach
from gis.model import Authority, EventKind, Stage
from gis.rules import RuleBook, Wait
from gis.words import Words

_ENTRY_SOURCE = "记录只写已经发生的事 (RULES §3.1)"
_HELD_SOURCE = "DOMAIN §3：受阻须写明原因和起始日期"
# Letters by which the State Council's approval comes (a province's bear the province's short name before).
_STATE_COUNCIL_LETTERS = ("国函", "自然资函", "国土资函")


@dataclass(frozen=True, slots=True)
class Law:
    """
    By what events are judged.

    ``today`` is the last day on which something can have happened. ``together`` has, by parcel number, the areas of
    all land that is approved together with it; a parcel that is not in it is not asked who approves.
    """

    rules: RuleBook
    today: date
    together: Mapping[str, ApprovalAreas] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunningWait:
    """A statutory time of a parcel: the day it was posted, its last day, and the first day after it."""

    wait: Wait
    began: date
    last_on: date
    first_on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class NextStep:
    """
    The step that comes next, and the first day on which it may be taken: its waits have run out, and the last step was
    taken (None: nothing stands before it).
    """

    stage: Stage
    legal_on: date | None
    waits: tuple[RunningWait, ...]


def breaches_of(case: Case, proposed: ProposedEvent, law: Law) -> tuple[Breach, ...]:
    """Every rule that ``proposed`` would break; none: the law allows it."""
    found = list(_future(case, proposed, law))
    if proposed.stage is not None:
        found += _of_step(case, proposed, proposed.stage, law)
    elif proposed.kind is EventKind.HOLD:
        found += _of_hold(case, proposed)
    elif proposed.kind is EventKind.RELEASE:
        found += _of_release(case, proposed)
    elif proposed.kind is EventKind.EFFORT:
        found += _of_effort(case, proposed)
    elif proposed.kind is EventKind.ANNOUNCED:
        found += _of_announcement(case, proposed, law)
    return tuple(found)


def notes_on(case: Case, proposed: ProposedEvent, law: Law) -> tuple[Words, ...]:
    """What whoever records it should know, though the law allows it."""
    found: list[Words] = []
    if proposed.stage is not None:
        waits = running_waits(case, proposed.stage, law.rules)
        if any(wait.provisional for wait in waits):
            found.append(say.PROVISIONAL)
        if case.supply is None and any(w.before is proposed.stage and w.supply for w in law.rules.waits):
            found.append(say.NO_SUPPLY_KIND)
        if case.held_on(proposed.on):
            found.append(say.STILL_HELD)
        if announcement_due(case, law.rules) and proposed.stage.rank > case.stage.rank:
            found.append(say.NOT_ANNOUNCED)
        if proposed.stage is Stage.APPROVED and (areas := law.together.get(case.parcel_no)):
            found += [areas.level(Limits.of(law.rules)).reason, *areas.doubts(Limits.of(law.rules))]
            found += [] if proposed.document.strip() else [say.NO_DOCUMENT]
    return tuple(found)


def next_step(case: Case, rules: RuleBook) -> NextStep | None:
    """What comes next on the parcel's path; None at its end."""
    step = next((step for step in rules.path(case.owner) if step.rank > case.stage.rank), None)
    if step is None:
        return None
    waits = running_waits(case, step, rules)
    last = [case.last_step.on] if case.last_step else []
    return NextStep(step, max([*last, *(wait.first_on for wait in waits)], default=None), waits)


def running_waits(case: Case, before: Stage, rules: RuleBook) -> tuple[RunningWait, ...]:
    """The waits of this land that have begun and must run out before ``before``."""
    path = rules.path(case.owner)
    found = []
    for wait in rules.waits:
        is_ours = wait.before is before and wait.after in path and wait.supply in (None, case.supply)
        began = case.began(wait.after) if is_ours else None
        if began is not None:
            found.append(run(wait, began, rules))
    return tuple(found)


def run(wait: Wait, began: date, rules: RuleBook) -> RunningWait:
    """The days of a wait that began on ``began``."""
    last = rules.calendar.last_day(began, wait.days, working=wait.working)
    first = last + timedelta(days=1)
    provisional = wait.working and rules.calendar.has_provisional_between(began, first)
    return RunningWait(wait, began, last, first, provisional)


@dataclass(frozen=True, slots=True)
class Due:
    """What must be done by ``due_on``, counted from the day on which a stage began; None where it was done."""

    after: Stage
    began: date
    due_on: date
    provisional: bool
    source: str


def announcement_due(case: Case, rules: RuleBook) -> Due | None:
    """
    Until when the requisition must be announced; None where it has been, or need not be (yet).

    Land that has gone on to a later stage is taken to be announced: of the past not everything was recorded.
    """
    wait = announcement(rules)
    is_there = case.stage is wait.after and wait.after in rules.path(case.owner)
    began = case.began(wait.after) if is_there else None
    is_told = began is not None and any(e.kind is EventKind.ANNOUNCED and e.on >= began for e in case.entries)
    if began is None or is_told:
        return None
    running = run(wait, began, rules)
    return Due(wait.after, began, running.last_on, running.provisional, wait.source)


def announcement(rules: RuleBook) -> Wait:
    """The time within which an approved requisition must be announced."""
    value = rules.value("due.announcement")
    after, is_working = Stage(value["after"]), value["kind"] == "working"
    return Wait(after, after, int(value["days"]), is_working, None, rules.sources["due.announcement"])


def funds_gate(case: Case, rules: RuleBook) -> Stage | None:
    """Before which stage the compensation must be in place; None where the land's path has no such stage."""
    gate = Stage(rules.value("gate.funds"))
    return gate if gate in rules.path(case.owner) else None


def authority_named(proposed: ProposedEvent) -> Authority | None:
    """Who approved, as it is said, or as the document's number shows."""
    if proposed.authority is not None:
        return proposed.authority
    return Authority.STATE_COUNCIL if proposed.document.strip().startswith(_STATE_COUNCIL_LETTERS) else None


def _future(case: Case, proposed: ProposedEvent, law: Law) -> Iterator[Breach]:
    if proposed.on > law.today:
        yield Breach(
            case.parcel_no,
            "future",
            say.FUTURE,
            _ENTRY_SOURCE,
            found=proposed.on.isoformat(),
            expected=f"≤ {law.today}",
            overridable=False,
        )


def _of_step(case: Case, proposed: ProposedEvent, stage: Stage, law: Law) -> Iterator[Breach]:
    if stage.rank <= case.stage.rank:
        yield _back(case, stage, law)
        return
    yield from _order(case, stage, law)
    yield from _before_last(case, proposed, _dates_of_steps(case))
    yield from _waits(case, proposed, stage, law)
    yield from _funds(case, proposed, stage, law)
    yield from _authority(case, proposed, stage, law)


def _back(case: Case, stage: Stage, law: Law) -> Breach:
    is_same = stage is case.stage
    source = law.rules.sources[f"path.{case.owner.value}"]
    words = say.REPEATED if is_same else say.BACKWARD
    return Breach(
        case.parcel_no,
        "repeated" if is_same else "backward",
        words,
        source,
        found=say.both(stage.words),
        expected=say.after(case.stage),
        overridable=False,
    )


def _order(case: Case, stage: Stage, law: Law) -> Iterator[Breach]:
    path = law.rules.path(case.owner)
    source = law.rules.sources[f"path.{case.owner.value}"]
    told = " → ".join(step.words.zh for step in path)
    if stage not in path:
        words = say.off_path(stage, case.owner)
        yield Breach(case.parcel_no, "off_path", words, source, found=say.both(stage.words), expected=told)
        return
    missing = [step for step in path if case.stage.rank < step.rank < stage.rank]
    if missing:
        coming = next_step(case, law.rules)
        expected = say.next_one(missing[0], coming.legal_on if coming else None)
        words = say.skipped(stage, missing)
        yield Breach(case.parcel_no, "skipped", words, source, found=say.both(stage.words), expected=expected)


def _dates_of_steps(case: Case) -> list[date]:
    return [step.on for step in case.steps]


def _before_last(case: Case, proposed: ProposedEvent, dates: list[date]) -> Iterator[Breach]:
    last = max(dates, default=None)
    if last is not None and proposed.on < last:
        yield Breach(
            case.parcel_no,
            "before_last",
            say.before_last(last),
            _ENTRY_SOURCE,
            found=proposed.on.isoformat(),
            expected=f"≥ {last}",
            legal_on=last,
            overridable=False,
        )


def _waits(case: Case, proposed: ProposedEvent, stage: Stage, law: Law) -> Iterator[Breach]:
    for running in running_waits(case, stage, law.rules):
        if proposed.on < running.first_on:
            passed = _days_passed(running, proposed.on, law.rules)
            yield Breach(
                case.parcel_no,
                "wait",
                say.too_early(running, running.wait, stage),
                running.wait.source,
                found=say.days_found(proposed.on, passed, running.wait),
                expected=f"≥ {running.first_on}",
                legal_on=running.first_on,
            )


def _days_passed(running: RunningWait, on: date, rules: RuleBook) -> int:
    """The days of a wait that had run by the end of the day before ``on``."""
    days = [running.began + timedelta(days=n) for n in range(1, max((on - running.began).days, 1))]
    return sum(1 for day in days if not running.wait.working or rules.calendar.is_workday(day))


def _funds(case: Case, proposed: ProposedEvent, stage: Stage, law: Law) -> Iterator[Breach]:
    gate = funds_gate(case, law.rules)
    if gate is None or not case.stage.rank < gate.rank <= stage.rank:
        return
    paid = [entry.on for entry in case.entries if entry.kind is EventKind.FUNDS]
    first = min(paid, default=None)
    if first is None or first > proposed.on:
        yield Breach(
            case.parcel_no,
            "funds",
            say.no_funds(gate),
            law.rules.sources["gate.funds"],
            found=say.funds_found(first),
            expected=say.funds_by(proposed.on),
            legal_on=first,
        )


def _authority(case: Case, proposed: ProposedEvent, stage: Stage, law: Law) -> Iterator[Breach]:
    areas = law.together.get(case.parcel_no)
    if stage is not Stage.APPROVED or areas is None:
        return
    level, named = areas.level(Limits.of(law.rules)), authority_named(proposed)
    if level.authority is Authority.STATE_COUNCIL and named is not Authority.STATE_COUNCIL:
        yield Breach(
            case.parcel_no,
            "authority",
            say.wrong_authority(level.reason, named),
            level.source,
            found=say.both(named.words) if named else "—",
            expected=say.both(level.authority.words),
        )


def _of_hold(case: Case, proposed: ProposedEvent) -> Iterator[Breach]:
    if proposed.hold_reason is None:
        yield _missing(case, say.NO_HOLD_REASON, "dispute | lawsuit | obstruction")
    yield from _before_last(case, proposed, [entry.on for entry in case.holds()])


def _of_release(case: Case, proposed: ProposedEvent) -> Iterator[Breach]:
    dates = [entry.on for entry in case.holds()]
    if case.held_on(max([proposed.on, *dates])) is None:
        yield _not_held(case, proposed)
        return
    yield from _before_last(case, proposed, dates)


def _of_effort(case: Case, proposed: ProposedEvent) -> Iterator[Breach]:
    if case.held_on(proposed.on) is None:
        yield _not_held(case, proposed)
    if not proposed.note.strip():
        yield _missing(case, say.NO_EFFORT_TOLD, "1–1000 个字符 / characters")


def _of_announcement(case: Case, proposed: ProposedEvent, law: Law) -> Iterator[Breach]:
    wait = announcement(law.rules)
    is_requisitioned = wait.after in law.rules.path(case.owner)
    began = case.began(wait.after) if is_requisitioned else None
    on = proposed.on.isoformat()
    if began is None or proposed.on < began:
        expected = say.after(wait.after) if began is None else f"≥ {began}"
        yield Breach(
            case.parcel_no, "not_reached", say.not_reached(wait.after), wait.source, on, expected, began, False
        )
        return
    last = run(wait, began, law.rules).last_on
    if proposed.on > last:
        yield Breach(case.parcel_no, "late", say.late(wait, began, last), wait.source, on, f"≤ {last}")


def _not_held(case: Case, proposed: ProposedEvent) -> Breach:
    held = [entry.on for entry in case.holds() if entry.kind is EventKind.HOLD]
    expected = f"≥ {held[-1]}" if held and held[-1] > proposed.on else say.both(EventKind.HOLD.words)
    on = proposed.on.isoformat()
    return Breach(case.parcel_no, "not_held", say.NOT_HELD, _HELD_SOURCE, on, expected, overridable=False)


def _missing(case: Case, words: Words, expected: str) -> Breach:
    return Breach(case.parcel_no, "reason", words, _HELD_SOURCE, "—", expected, overridable=False)
