"""Requisition stages as numbers and back, for arithmetic on whole columns; tables in the order of their keys."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.model import Stage

Table = TypeVar("Table", bound=pd.DataFrame)

RANKS: dict[str, int] = {stage.value: stage.rank for stage in Stage}
STAGE_CODES = np.array([stage.value for stage in Stage], dtype=object)


def ranks_of(stages: pd.Series) -> npt.NDArray[np.int64]:
    """The rank of each stage code; a missing one counts as not started."""
    coded = stages.astype("category").cat
    known = [RANKS[code] for code in coded.categories]
    # The code of a missing value is -1: it takes the last place.
    return np.array([*known, Stage.NOT_STARTED.rank], dtype=np.int64)[coded.codes.to_numpy()]


def ordered_by(table: Table, key: str) -> Table:
    """The table in the order of its key; as it is where it has that order already (a store's tables have)."""
    if table[key].is_monotonic_increasing:
        return table
    ordered: Table = table.sort_values(key, kind="stable")
    return ordered
