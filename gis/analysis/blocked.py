"""What is said of the parcels that hold a project up: the few that are named, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Part = dict[str, Any]

# So many parcels are named; of the rest the number is given.
NAMED = 3
_SAID = [
    "project",
    "parcel_no",
    "stage",
    "ready_earliest_on",
    "ready_expected_on",
    "held",
    "hold_reason",
    "held_since",
    "overdue_stage",
    "overdue_days",
]


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


def blocked_by_project(blocking: pd.DataFrame, size: int) -> list[Blocked]:
    """``Blocked`` of each of ``size`` projects, by position; ``blocking`` as ``blocking_parts`` orders it."""
    held = blocking[blocking["held"].to_numpy(dtype=bool)]
    overdue = blocking[(blocking["overdue_stage"] != "").to_numpy(dtype=bool)]
    columns = {
        "named": _heads(blocking, NAMED, size),
        "held": _heads(held, NAMED, size),
        "overdue": _heads(_by(overdue, "overdue_days"), 1, size),
        "decide_earliest": _heads(_by(blocking, "ready_earliest_on"), 1, size),
        "decide_expected": _heads(_by(blocking, "ready_expected_on"), 1, size),
        "count": _counts(blocking, size),
        "held_count": _counts(held, size),
        "overdue_count": _counts(overdue, size),
        "area_m2": np.bincount(blocking["project"], weights=blocking["area_m2"], minlength=size).tolist(),
    }
    return [Blocked(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def _by(blocking: pd.DataFrame, column: str) -> pd.DataFrame:
    """The parcels by project, those with the largest value first; equal ones by number."""
    known = blocking[blocking[column].notna()]
    return known.iloc[np.lexsort((known["parcel"], -known[column].astype("int64"), known["project"]))]


def _heads(parts: pd.DataFrame, count: int, size: int) -> list[list[Part]]:
    """The first few parts of each project."""
    result: list[list[Part]] = [[] for _ in range(size)]
    heads: Any = parts.groupby("project").head(count)[_SAID].to_dict("records")
    for part in heads:
        result[part["project"]].append(part)
    return result


def _counts(parts: pd.DataFrame, size: int) -> list[int]:
    counts: list[int] = np.bincount(parts["project"], minlength=size).tolist()
    return counts
