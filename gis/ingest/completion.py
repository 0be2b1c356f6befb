"""What a file adds to stored rows where they were blank, and what they keep where the file says nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def completed(frame: pd.DataFrame, stored: pd.DataFrame, key: str) -> pd.DataFrame:
    """
    The part of ``frame`` that fills what ``stored`` lacks.

    Returns
    -------
    DataFrame
        The rows of ``frame`` whose key is stored and that bring a value to a blank column; their other columns
        are blank. Columns are those of ``frame`` that ``stored`` has.
    """
    there = stored.set_index(key)
    known = frame[frame[key].isin(there.index)]
    there = there.reindex(known[key].to_numpy())
    made = known[[name for name in frame.columns if name == key or name in there.columns]].copy()
    fills = pd.Series(False, index=made.index)
    for name in made.columns.drop(key):
        blank = there[name].isna().to_numpy()
        made[name] = made[name].where(blank)
        fills |= made[name].notna()
    return made[fills]


def with_what_stands(frame: pd.DataFrame, stored: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """
    Ledger rows as corrections that leave what they do not speak of.

    Parameters
    ----------
    stored
        The ruling rows, one a ``key``, in the ledger's columns.

    Returns
    -------
    DataFrame
        The rows of ``frame``; where one is blank, or lacks a column, it has what the stored row of its key holds.
    """
    standing = stored.set_index(list(key))
    there = standing.reindex(pd.MultiIndex.from_frame(frame[list(key)]))
    made = frame.copy()
    for name in there.columns[there.notna().any().to_numpy()]:
        held = pd.Series(there[name].array, index=frame.index)
        made[name] = made[name].where(made[name].notna(), held) if name in made else held
    return made
