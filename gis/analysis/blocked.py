"""What is said of the parcels that hold a project up: the few that are named, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from gis.analysis.bottleneck import Days, Needed
from gis.analysis.columns import Rows, Texts, plain
from gis.analysis.stages import STAGE_CODES

# So many parcels are named; of the rest the number is given.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A parcel that holds a project up, as its clock has it; days are missing where the clock has none."""

    parcel_no: str
    stage: str
    ready_earliest_on: date | None
    ready_expected_on: date | None
    hold_reason: str
    held_since: date | None
    overdue_stage: str
    overdue_days: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """
    Of one project's blocking parcels: those that are named, held and overdue, the worst first, with the
    number of each; those that decide the earliest and the expected ready day; the area of all (m²).
    """

    named: Sequence[Part] = ()
    held: Sequence[Part] = ()
    overdue: Sequence[Part] = ()
    decide_earliest: Sequence[Part] = ()
    decide_expected: Sequence[Part] = ()
    count: int = 0
    held_count: int = 0
    overdue_count: int = 0
    area_m2: float = 0.0


def blocked_by_project(blocking: Needed, clocks: pd.DataFrame, numbers: Texts, size: int) -> list[Blocked]:
    """``Blocked`` of each of ``size`` projects, by position; ``blocking`` as ``blocking_parts`` orders it."""
    every, overdue_days = np.arange(len(blocking.part)), clocks["overdue_days"].to_numpy()[blocking.clock]
    held, overdue = every[blocking.held], every[blocking.is_overdue]
    heads = {
        "named": _heads(every, blocking.project, NAMED),
        "held": _heads(held, blocking.project, NAMED),
        "overdue": _heads(_largest(overdue, overdue_days, blocking), blocking.project, 1),
        "decide_earliest": _heads(_latest(blocking.ready_earliest_on, blocking), blocking.project, 1),
        "decide_expected": _heads(_latest(blocking.ready_expected_on, blocking), blocking.project, 1),
    }
    columns = {
        **_parts_by_project(heads, blocking, clocks, numbers, size),
        "count": _counts(every, blocking, size),
        "held_count": _counts(held, blocking, size),
        "overdue_count": _counts(overdue, blocking, size),
        "area_m2": np.bincount(blocking.project, weights=blocking.area_m2, minlength=size).tolist(),
    }
    return [Blocked(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def _latest(days: Days, blocking: Needed) -> Rows:
    """The parcels that have a day by project, the latest first; equal ones by number."""
    return _largest(np.flatnonzero(~np.isnat(days)), days.astype("int64"), blocking)


def _largest(rows: Rows, values: Any, blocking: Needed) -> Rows:
    """These parcels by project, those with the largest value first; equal ones by number."""
    return rows[np.lexsort((blocking.parcel[rows], -values[rows], blocking.project[rows]))]


def _heads(rows: Rows, project: Rows, count: int) -> Rows:
    """Of rows ordered by project the first few of each."""
    owner = project[rows]
    place = np.arange(len(rows)) - np.searchsorted(owner, owner)
    return rows[place < count]


def _parts_by_project(
    heads: dict[str, Rows], blocking: Needed, clocks: pd.DataFrame, numbers: Texts, size: int
) -> dict[str, list[list[Part]]]:
    """The parts at these rows, by name and project; each is made once."""
    said, at = np.unique(np.concatenate(list(heads.values())), return_inverse=True)
    parts, owners = _parts(blocking.only(said), clocks, numbers), blocking.project[said].tolist()
    result: dict[str, list[list[Part]]] = {name: [[] for _ in range(size)] for name in heads}
    ends = np.cumsum([len(rows) for rows in heads.values()])[:-1]
    for lists, places in zip(result.values(), np.split(at, ends), strict=True):
        for place in places.tolist():
            lists[owners[place]].append(parts[place])
    return result


def _parts(blocking: Needed, clocks: pd.DataFrame, numbers: Texts) -> list[Part]:
    """Each of these parcels by what its clock says."""
    columns = (
        numbers.take(blocking.parcel),
        STAGE_CODES[blocking.rank],
        blocking.ready_earliest_on,
        blocking.ready_expected_on,
        *(clocks[name].array.take(blocking.clock) for name in ("hold_reason", "held_since")),
        *(clocks[name].array.take(blocking.clock) for name in ("overdue_stage", "overdue_days")),
    )
    return [Part(*values) for values in zip(*map(plain, columns), strict=True)]


def _counts(rows: Rows, blocking: Needed, size: int) -> list[int]:
    counts: list[int] = np.bincount(blocking.project[rows], minlength=size).tolist()
    return counts
