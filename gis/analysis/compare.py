"""
Two days compared: which parcels moved through their stages, which stood still, and what became of what was promised.

A promise is a planned date (``planned_<stage>_on``) as it stood on the first day, of a stage that was not reached then,
that falls on or before the second day: "January's promise against July".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.columns import texts
from gis.analysis.stages import Ranks, on_path, owners_of, ranks_of
from gis.analysis.totals import NOT_STATED, exact_sum
from gis.model import Coded, OwnerKind, Stage
from gis.rules import RuleBook
from gis.words import Words


class Movement(Coded):
    """What became of a parcel between two days."""

    FORWARD = "forward", "推进", "moved forward"
    STILL = "still", "未动", "stood still"
    BACK = "back", "退回", "went back"
    NEW = "new", "新增", "new"
    RETIRED = "retired", "注销", "retired"


class PromiseOutcome(Coded):
    """What became of a promised stage."""

    KEPT = "kept", "如期完成", "kept"
    LATE = "late", "逾期完成", "done late"
    NOT_DONE = "not_done", "未完成", "not done"
    GONE = "gone", "地块已注销", "parcel retired"


GROUPED_BY: Mapping[str, str] = {"town": "town", "unit": "unit"}
# What a comparison looks at, for those who read no more than is needed.
COMPARED_COLUMNS = (
    *("parcel_no", "name", "town", "unit", "owner_kind", "stage", "area_planar_m2", "households"),
    *("compensation_due_wan", "compensation_paid_wan"),
    *(f"planned_{stage.value}_on" for stage in Stage if stage is not Stage.NOT_STARTED),
)
_TAKEN = ("name", "town", "unit", "owner_kind", "area_planar_m2", "households")
PARCEL_COLUMNS = (
    *("parcel_no", *_TAKEN, "stage_from", "stage_to", "movement", "steps"),
    *("due_wan", "paid_from_wan", "paid_to_wan"),
)
PROMISE_COLUMNS = (
    *("parcel_no", "name", "town", "unit", "stage", "planned_on", "done_on", "outcome", "days_late", "was_overdue"),
    "area_planar_m2",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What two days have between them.

    parcels
        One row a parcel of either day, by number: PARCEL_COLUMNS. What can be told of both days is told of the later
        one. ``steps`` counts stages of its owner's path (negative: back; missing for new and retired ones).
    promises
        One row a promised stage: PROMISE_COLUMNS; ``days_late`` of a stage not done: until the second day;
        ``was_overdue``: its day had passed on the first day.
    """

    parcels: pd.DataFrame
    promises: pd.DataFrame


def compare(first: pd.DataFrame, second: pd.DataFrame, events: pd.DataFrame, rules: RuleBook, days: Days) -> Comparison:
    """
    Compare parcels as of two days.

    Parameters
    ----------
    first, second
        The parcels of each day: COMPARED_COLUMNS. Those of one table alone were retired, or are new.
    events
        The stage events that stand up to the second day, in order: ``parcel_no``, ``stage``, ``on_date``.
    """
    parcels = _moved(first, second, rules)
    promises = _promises(first, second, events, rules, days)
    return Comparison(parcels[list(PARCEL_COLUMNS)], promises[list(PROMISE_COLUMNS)])


@dataclass(frozen=True, slots=True)
class Days:
    """The two days, the earlier one first."""

    first: pd.Timestamp
    second: pd.Timestamp


def _moved(first: pd.DataFrame, second: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    before, after = first.set_index("parcel_no"), second.set_index("parcel_no")
    numbers = before.index.union(after.index)
    was, is_ = before.reindex(numbers), after.reindex(numbers)
    there, here = numbers.isin(before.index), numbers.isin(after.index)
    latest = pd.DataFrame({name: is_[name].where(here, was[name]) for name in _TAKEN})
    steps = _places(is_, rules) - _places(was, rules)
    movement = np.select(
        [
            ~there,
            ~here,
            ranks_of(is_["stage"]) > ranks_of(was["stage"]),
            ranks_of(is_["stage"]) < ranks_of(was["stage"]),
        ],
        [Movement.NEW, Movement.RETIRED, Movement.FORWARD, Movement.BACK],
        Movement.STILL,
    )
    return latest.assign(
        parcel_no=texts(numbers.array),
        stage_from=_stages(was, there),
        stage_to=_stages(is_, here),
        movement=texts(movement.astype(object)),
        steps=pd.arrays.IntegerArray(steps, ~(there & here)),
        due_wan=is_["compensation_due_wan"].where(here, was["compensation_due_wan"]),
        paid_from_wan=was["compensation_paid_wan"],
        paid_to_wan=is_["compensation_paid_wan"],
    ).reset_index(drop=True)


def _stages(parcels: pd.DataFrame, there: npt.NDArray[np.bool_]) -> pd.Series:
    """The stage of those that are there; one that no event tells is "not started"."""
    return parcels["stage"].fillna(Stage.NOT_STARTED.value).where(there)


def _places(parcels: pd.DataFrame, rules: RuleBook) -> Ranks:
    """How many stages of its owner's path each parcel has entered."""
    counted = np.cumsum([[stage in rules.path(owner) for stage in Stage] for owner in OwnerKind], axis=1)
    return np.asarray(counted[owners_of(parcels["owner_kind"]), ranks_of(parcels["stage"])])


def _promises(
    first: pd.DataFrame, second: pd.DataFrame, events: pd.DataFrame, rules: RuleBook, days: Days
) -> pd.DataFrame:
    """Every promised stage with what became of it, by parcel and stage."""
    parts = [_promised(first, stage, rules, days) for stage in Stage if stage is not Stage.NOT_STARTED]
    promised = pd.concat(parts, ignore_index=True)
    reached = dict(zip(second["parcel_no"].tolist(), ranks_of(second["stage"]).tolist(), strict=True))
    ranks = ranks_of(promised["stage"])
    now = np.array([reached.get(number, -1) for number in promised["parcel_no"].tolist()], dtype=np.int64)
    is_done = now >= ranks
    done_on = _done_on(promised, ranks, events).where(is_done)
    is_late = (done_on > promised["planned_on"]).to_numpy(dtype=bool)
    outcome = np.select(
        [now < 0, ~is_done, is_late],
        [PromiseOutcome.GONE, PromiseOutcome.NOT_DONE, PromiseOutcome.LATE],
        PromiseOutcome.KEPT,
    )
    late = done_on.fillna(days.second) - promised["planned_on"]
    counted = np.where(np.isin(outcome, [PromiseOutcome.LATE, PromiseOutcome.NOT_DONE]), late.dt.days, 0)
    return promised.assign(
        done_on=done_on,
        outcome=texts(outcome.astype(object)),
        days_late=counted.astype(np.int64),
        was_overdue=(promised["planned_on"] < days.first).to_numpy(dtype=bool),
    ).sort_values(["parcel_no", "planned_on"], kind="stable", ignore_index=True)


def _promised(first: pd.DataFrame, stage: Stage, rules: RuleBook, days: Days) -> pd.DataFrame:
    """The promises of one stage, of those parcels whose path has it."""
    planned = first[f"planned_{stage.value}_on"]
    is_to_come = on_path(owners_of(first["owner_kind"]), stage, rules) & (ranks_of(first["stage"]) < stage.rank)
    kept = (planned <= days.second).to_numpy(dtype=bool) & is_to_come
    rows = first.loc[kept, ["parcel_no", "name", "town", "unit", "area_planar_m2"]]
    return rows.assign(stage=stage.value, planned_on=planned[kept]).astype({"stage": "str"})


def _done_on(promised: pd.DataFrame, ranks: Ranks, events: pd.DataFrame) -> pd.Series:
    """The day on which each promised stage, or a later one, was entered and not left again; missing where never."""
    told = events[events["parcel_no"].isin(promised["parcel_no"])]
    by_parcel: dict[str, list[tuple[int, pd.Timestamp]]] = {}
    for number, rank, on in zip(told["parcel_no"], ranks_of(told["stage"]).tolist(), told["on_date"], strict=True):
        by_parcel.setdefault(number, []).append((rank, on))
    found = [
        _entered(by_parcel.get(number, []), rank)
        for number, rank in zip(promised["parcel_no"], ranks.tolist(), strict=True)
    ]
    return pd.Series(found, index=promised.index, dtype="datetime64[s]")


def _entered(history: list[tuple[int, pd.Timestamp]], rank: int) -> pd.Timestamp | None:
    """The first day of the unbroken time at this rank or beyond."""
    since: pd.Timestamp | None = None
    for reached, on in history:
        since = None if reached < rank else since or on
    return since


def transitions(parcels: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Each pair of stages that parcels have, on the first day and on the second: ``{from, to, n, area_m2}``.

    ``from`` None: new ones; ``to`` None: retired ones. In the order of the stages.
    """
    ends = parcels[["stage_from", "stage_to"]].fillna("")
    found = []
    for (start, end), rows in parcels.groupby([ends["stage_from"], ends["stage_to"]]):
        key = (start or None, end or None)
        found.append({"from": key[0], "to": key[1], "n": len(rows), "area_m2": exact_sum(rows["area_planar_m2"])})
    rank: dict[str | None, int] = {None: -1, **{stage.value: stage.rank for stage in Stage}}
    return sorted(found, key=lambda pair: (rank[pair["from"]], rank[pair["to"]]))


def comparison_totals(found: Comparison, by: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row a group of ``GROUPED_BY``: ``code`` ("" = not stated, last), ``zh``, ``en``, ``comparison_total``."""
    column = GROUPED_BY[by]
    parcels, promises = found.parcels[column].fillna(""), found.promises[column].fillna("")
    rows = []
    for code in sorted({*parcels, *promises}, key=lambda code: (code == "", code)):
        part = Comparison(found.parcels[parcels == code], found.promises[promises == code])
        words = NOT_STATED if code == "" else Words(names.get(code, code), names.get(code, code))
        rows.append({"code": code, **words.as_dict(), **comparison_total(part)})
    return rows


def comparison_total(found: Comparison) -> dict[str, Any]:
    """
    ``movements``: ``{code: {n, area_m2, households}}``; ``promises``: ``{code: {n, area_m2}}``, ``promised``: their
    number, ``kept_share`` (kept of promised but of retired parcels; None where nothing was promised);
    ``due_wan``: of the parcels of the second day; ``paid_wan``: what was paid between the two days, of parcels of both
    (a correction may take away).
    """
    parcels, promises = found.parcels, found.promises
    there = parcels[parcels["movement"] != Movement.RETIRED.value]
    outcomes = {code.value: promises[promises["outcome"] == code.value] for code in PromiseOutcome}
    judged = len(promises) - len(outcomes[PromiseOutcome.GONE])
    return {
        "n": len(parcels),
        "movements": {code.value: _counted(parcels[parcels["movement"] == code.value]) for code in Movement},
        "promised": len(promises),
        "promises": {
            code: {"n": len(rows), "area_m2": exact_sum(rows["area_planar_m2"])} for code, rows in outcomes.items()
        },
        "kept_share": len(outcomes[PromiseOutcome.KEPT]) / judged if judged else None,
        "due_wan": exact_sum(there["due_wan"]),
        "paid_wan": _paid(parcels),
    }


def _counted(rows: pd.DataFrame) -> dict[str, Any]:
    households = int(rows["households"].fillna(0).sum())
    return {"n": len(rows), "area_m2": exact_sum(rows["area_planar_m2"]), "households": households}


def _paid(parcels: pd.DataFrame) -> float:
    """
    Paid on the second day less paid on the first; nothing recorded is nothing paid.

    Of parcels of both days alone: what a parcel made of others bears was paid to those.
    """
    of_both = parcels[~parcels["movement"].isin((Movement.RETIRED.value, Movement.NEW.value))]
    return exact_sum(of_both["paid_to_wan"].fillna(0) - of_both["paid_from_wan"].fillna(0))
