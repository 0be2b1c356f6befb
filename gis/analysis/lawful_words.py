"""What is said of events that the law does not allow, or not yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from gis.model import Authority, OwnerKind, Stage
from gis.rules import Wait
from gis.words import Words, join

FUTURE = Words("日期在将来：只记录已经发生的事", "the date is to come: only what has happened is recorded")
REPEATED = Words(
    "地块已在这一阶段；日期有误时先撤回原记录",
    "the parcel is at this stage already; where its date is wrong, withdraw that entry first",
)
BACKWARD = Words(
    "不能退回以前的阶段；记错时撤回错误的记录",
    "a parcel does not go back; withdraw the entry that is wrong",
)
NOT_HELD = Words("地块在这一天没有受阻", "the parcel was not held on that day")
NO_HOLD_REASON = Words("须写明受阻原因：争议、诉讼或阻工", "a hold needs its reason: dispute, lawsuit or obstruction")
NO_EFFORT_TOLD = Words("须写明做了什么工作", "say what was tried")
PROVISIONAL = Words(
    "期间含尚未公布放假安排的日子，日期暂定", "some days are not published yet: the date is provisional"
)
NO_SUPPLY_KIND = Words(
    "未填供地方式：出让须公告 20 日、挂牌 10 日，划拨不须",
    "no supply kind is stated: land for the market waits 20 + 10 days, allotted land does not",
)
STILL_HELD = Words("地块仍在受阻", "the parcel is still held")
NOT_ANNOUNCED = Words("尚未登记征收土地公告", "the requisition's announcement is not recorded yet")
NO_DOCUMENT = Words("未填批准文号", "the document number is missing")


class Running(Protocol):
    """The days of a wait."""

    @property
    def began(self) -> date: ...
    @property
    def last_on(self) -> date: ...
    @property
    def first_on(self) -> date: ...


def both(words: Words) -> str:
    """Both languages side by side, for what was found and expected."""
    return f"{words.zh} / {words.en}"


def after(stage: Stage) -> str:
    """A stage later than this one."""
    return f"“{stage.words.zh}”之后 / after '{stage.words.en}'"


def next_one(stage: Stage, legal_on: date | None) -> str:
    """The step that comes first, and from when."""
    return both(stage.words) if legal_on is None else f"{both(stage.words)} ≥ {legal_on}"


def off_path(stage: Stage, owner: OwnerKind) -> Words:
    """The owner's path has no such stage."""
    return Words(
        f"{owner.words.zh}土地的办理步骤中没有“{stage.words.zh}”", f"{owner.words.en} land has no '{stage.words.en}'"
    )


def skipped(stage: Stage, missing: Sequence[Stage]) -> Words:
    """Stages were left out."""
    left = join((step.words for step in missing), "、", ", ")
    return Words(f"“{stage.words.zh}”之前尚缺：{left.zh}", f"before '{stage.words.en}' there must be: {left.en}")


def before_last(last: date) -> Words:
    """A later entry stands."""
    return Words(f"早于该地块已有的记录（{last}）", f"before an entry that the parcel has already ({last})")


def too_early(running: Running, wait: Wait, stage: Stage) -> Words:
    """A wait has not run out: 征收预公告自 2026-02-09 起须满 10 个工作日（至 2026-02-28）……"""
    posted, step, days = wait.after.words, stage.words, wait_days(wait)
    return Words(
        f"“{posted.zh}”自 {running.began} 起须满 {days.zh}（至 {running.last_on}），“{step.zh}”最早 {running.first_on}",
        f"{days.en} must pass after '{posted.en}' of {running.began} (to {running.last_on}): "
        f"'{step.en}' from {running.first_on}",
    )


def wait_days(wait: Wait) -> Words:
    """The length of a wait."""
    if wait.working:
        return Words(f"{wait.days} 个工作日", f"{wait.days} working days")
    return Words(f"{wait.days} 日", f"{wait.days} days")


def days_found(on: date, passed: int, wait: Wait) -> str:
    """The day proposed, and how much of the wait had run."""
    return f"{on}（{passed}/{wait.days}）"


def not_reached(stage: Stage) -> Words:
    """A stage comes first."""
    return Words(f"地块尚未“{stage.words.zh}”", f"the parcel was not yet {stage.words.en}")


def late(wait: Wait, began: date, last: date) -> Words:
    """Done after the time that the law gives."""
    days = wait_days(wait)
    return Words(
        f"应自 {began} 起 {days.zh}内（至 {last}）公告，已逾期",
        f"due within {days.en} of {began} (by {last}): it is late",
    )


def no_funds(gate: Stage) -> Words:
    """The compensation is not in place."""
    return Words(
        f"补偿费用未足额到位，不得“{gate.words.zh}”", f"the compensation is not in place: it may not be {gate.words.en}"
    )


def funds_found(first: date | None) -> str:
    """When the funds were there, if at all."""
    return "没有到位记录 / no record" if first is None else f"{first} 到位 / in place on {first}"


def funds_by(on: date) -> str:
    """When they should have been."""
    return f"≤ {on} 足额到位 / in place in full"


def wrong_authority(reason: Words, named: Authority | None) -> Words:
    """Another one has to approve."""
    if named is None:
        return Words(f"{reason.zh}；须写明批准机关", f"{reason.en}; say who approved")
    return Words(f"{reason.zh}；批准机关为{named.words.zh}", f"{reason.en}; approved by the {named.words.en}")
