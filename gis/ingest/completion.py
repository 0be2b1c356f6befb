"""What a file adds to stored rows where they were blank: knowledge that came later, not a change of the world."""

from __future__ import annotations

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
