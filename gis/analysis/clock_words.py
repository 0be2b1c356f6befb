"""What a parcel's clock says, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from gis.model import HoldReason, Stage
from gis.words import Words

# What a parcel waits for, by its next stage.
_WAITS_FOR: dict[Stage, Words] = {
    Stage.PRE_NOTICE: Words("待发征收预公告", "its pre-notice"),
    Stage.SURVEY: Words("待现状调查与稳评", "its survey and risk assessment"),
    Stage.PLAN_NOTICE: Words("待发补偿安置方案公告", "its plan notice"),
    Stage.AGREEMENT: Words("待补偿登记与签约", "registration and agreements"),
    Stage.SUBMITTED: Words("待组卷报批", "submission for approval"),
    Stage.APPROVED: Words("待批复", "approval"),
    Stage.CLEARED: Words("待腾地交净", "clearance"),
    Stage.SUPPLIED: Words("待供地", "supply"),
    Stage.REGISTERED: Words("待登记", "registration"),
}


class Said(NamedTuple):
    """
    What a parcel's sentence says besides its number; parcels of which the same is said share their words.

    ``until``: the next step has to wait until then, None where it is allowed now. ``ready_on``: None where the
    land is ready already or nobody knows. What else is None is not said.
    """

    stage: Stage
    next_stage: Stage | None
    until: date | None
    ready_on: date | None
    hold_reason: HoldReason | None
    held_since: date | None
    overdue_stage: Stage | None
    overdue_days: int
    is_provisional: bool


def day(value: object) -> str:
    """A day as ``YYYY-MM-DD``."""
    return f"{value:%Y-%m-%d}"


def clock_reasons(numbers: Iterable[str], said: Iterable[tuple[Any, ...]]) -> Iterator[Words]:
    """
    One sentence a parcel: what it waits for and until when, what holds it, what is overdue.

    ``said`` has the values of a ``Said`` for each number.
    """
    tails: dict[tuple[Any, ...], Words] = {}
    for number, case in zip(numbers, said, strict=True):
        tail = tails.get(case)
        if tail is None:
            tail = tails[case] = _tail(Said(*case))
        yield Words(f"地块 {number} {tail.zh}", f"parcel {number} {tail.en}")


def _tail(said: Said) -> Words:
    """What is said after the parcel's number."""
    parts = [_next(said), *_hold(said), *_overdue(said), *_provisional(said)]
    return Words("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def _next(said: Said) -> Words:
    if said.next_stage is None:
        stage = said.stage.words
        return Words(stage.zh, f"is {stage.en}")
    waits = _WAITS_FOR[said.next_stage]
    if said.until is None:
        step = Words(f"{waits.zh}，现已可办", f"waits for {waits.en}, allowed now")
    else:
        on = day(said.until)
        step = Words(f"{waits.zh}，最早 {on}", f"waits for {waits.en} until {on}")
    if said.ready_on is None:
        return step
    on = day(said.ready_on)
    return Words(f"{step.zh}，预计 {on} 可供使用", f"{step.en}, expected ready {on}")


def _hold(said: Said) -> list[Words]:
    if said.hold_reason is None:
        return []
    reason = said.hold_reason.words
    if said.held_since is None:
        return [Words(f"因{reason.zh}受阻", f"held: {reason.en}")]
    since = day(said.held_since)
    return [Words(f"自 {since} 因{reason.zh}受阻", f"held since {since}: {reason.en}")]


def _overdue(said: Said) -> list[Words]:
    if said.overdue_stage is None:
        return []
    stage, days = said.overdue_stage.words, said.overdue_days
    return [Words(f"“{stage.zh}”已逾计划 {days} 天", f"'{stage.en}' overdue by {days} days")]


def _provisional(said: Said) -> list[Words]:
    if not said.is_provisional:
        return []
    return [Words("节假日安排尚未公布，日期暂定", "provisional: holidays not yet published")]
