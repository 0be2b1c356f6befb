"""Rows of ledgers that were taken away: they stay for ever, and count no more."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

Table = TypeVar("Table", bound=pd.DataFrame)


def is_withdrawn(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows of a ledger say of their key that it was taken away; one that says nothing does not."""
    return rows["withdrawn"].fillna(value=False).to_numpy(dtype=bool)


def counting(rows: Table) -> Table:
    """The rows of a ledger that were not taken away, in their order."""
    kept: Table = rows[~is_withdrawn(rows)]
    return kept
