"""Coded columns as numbers and back, for arithmetic on whole columns; tables in the order of their keys."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.withdrawn import counting
from gis.layers import PARCEL_EVENT
from gis.model import Coded, OwnerKind, Stage
from gis.rules import RuleBook

Table = TypeVar("Table", bound=pd.DataFrame)
Ranks = npt.NDArray[np.int64]

STAGE_CODES = np.array([stage.value for stage in Stage], dtype=object)


def ranks_in(column: pd.Series, codes: type[Coded], missing: int) -> Ranks:
    """The rank of each code of ``column`` in its list, ``missing`` where there is none; ValueError on a foreign one."""
    places, seen = pd.factorize(column.array)
    # The place of a missing value is -1: the last one.
    return np.array([*(codes(code).rank for code in seen), missing], dtype=np.int64)[places]


def ranks_of(stages: pd.Series) -> Ranks:
    """The rank of each stage code; a missing one counts as not started."""
    return ranks_in(stages, Stage, missing=Stage.NOT_STARTED.rank)


def owners_of(kinds: pd.Series) -> Ranks:
    """The rank of each kind of owner; a missing one counts as collective."""
    return ranks_in(kinds, OwnerKind, missing=OwnerKind.COLLECTIVE.rank)


def on_path(owners: Ranks, step: Stage, rules: RuleBook) -> npt.NDArray[np.bool_]:
    """Which parcels have this step on the path of their owner (``owners_of``)."""
    return np.array([step in rules.path(owner) for owner in OwnerKind], dtype=bool)[owners]


def standing(events: pd.DataFrame) -> pd.DataFrame:
    """
    The parcel events that stand: of each (parcel, kind, stage, day) the row written last, unless it withdraws it.

    ``events``: parcel_event rows in the order in which they were written within a day; the order is kept.
    """
    is_last = ~events.duplicated(list(PARCEL_EVENT.key), keep="last")
    return counting(events[is_last])


def ordered_by(table: Table, key: str) -> Table:
    """The table in the order of its key; as it is where it has that order already (a store's tables have)."""
    if table[key].is_monotonic_increasing:
        return table
    ordered: Table = table.sort_values(key, kind="stable")
    return ordered
