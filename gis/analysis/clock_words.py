"""What a parcel's clock says, in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gis.model import HoldReason, Stage
from gis.words import Words

# What a parcel waits for, by its next stage.
_WAITS_FOR: dict[str, Words] = {
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
_SAID_OF = [
    "stage",
    "next_stage",
    "next_legal_on",
    "ready_expected_on",
    "overdue_stage",
    "overdue_days",
    "is_ready",
    "provisional",
    "hold_reason",
    "held_since",
    "is_allowed",
]


def day(value: object) -> str:
    """A day as ``YYYY-MM-DD``."""
    return f"{value:%Y-%m-%d}"


def clock_reasons(clock: pd.DataFrame, today: pd.Timestamp) -> pd.Series:
    """
    One sentence a parcel: what it waits for and until when, what holds it, what is overdue.

    ``clock`` has the columns of ``Assessment.parcels``.
    """
    said = clock.assign(is_allowed=clock["next_legal_on"] <= today)[_SAID_OF]
    group = said.groupby(_SAID_OF, sort=False, dropna=False, observed=True).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    tails = [_tail(row) for row in said.iloc[first].itertuples(index=False)]
    reasons = [
        Words(f"地块 {number} {tails[g].zh}", f"parcel {number} {tails[g].en}")
        for number, g in zip(clock.index.to_numpy(dtype=object), group, strict=True)
    ]
    return pd.Series(reasons, index=clock.index, dtype=object)


def _tail(row: Any) -> Words:
    """What is said after the parcel's number."""
    parts = [_next(row), *_hold(row), *_overdue(row), *_provisional(row)]
    return Words("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def _next(row: Any) -> Words:
    if not row.next_stage:
        stage = Stage(row.stage).words
        return Words(stage.zh, f"is {stage.en}")
    waits = _WAITS_FOR[row.next_stage]
    if row.is_allowed:
        step = Words(f"{waits.zh}，现已可办", f"waits for {waits.en}, allowed now")
    else:
        on = day(row.next_legal_on)
        step = Words(f"{waits.zh}，最早 {on}", f"waits for {waits.en} until {on}")
    if row.is_ready or pd.isna(row.ready_expected_on):
        return step
    on = day(row.ready_expected_on)
    return Words(f"{step.zh}，预计 {on} 可供使用", f"{step.en}, expected ready {on}")


def _hold(row: Any) -> list[Words]:
    if pd.isna(row.hold_reason):
        return []
    reason = HoldReason(row.hold_reason).words
    if pd.isna(row.held_since):
        return [Words(f"因{reason.zh}受阻", f"held: {reason.en}")]
    since = day(row.held_since)
    return [Words(f"自 {since} 因{reason.zh}受阻", f"held since {since}: {reason.en}")]


def _overdue(row: Any) -> list[Words]:
    if not row.overdue_stage:
        return []
    stage, days = Stage(row.overdue_stage).words, row.overdue_days
    return [Words(f"“{stage.zh}”已逾计划 {days} 天", f"'{stage.en}' overdue by {days} days")]


def _provisional(row: Any) -> list[Words]:
    if not row.provisional:
        return []
    return [Words("节假日安排尚未公布，日期暂定", "provisional: holidays not yet published")]
