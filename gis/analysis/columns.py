"""Columns out of tables and into tables, with as little of pandas between as can be: a small table is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

# Columns of a table by name, as arrays of one length.
Columns = Mapping[str, npt.NDArray[Any]]
Rows = npt.NDArray[np.intp]
# A column of texts, as pandas keeps it.
Texts = pd.api.extensions.ExtensionArray


def texts(values: Any) -> Texts:
    """The values as a column of texts; None and NaN are missing ones."""
    column: Texts = pd.array(values, dtype="str", copy=False)
    return column


def objects(values: list[Any]) -> npt.NDArray[np.object_]:
    """The values as an array of objects, whatever they are: tuples are not looked into."""
    return np.fromiter(values, dtype=object, count=len(values))


def places_by(keys: pd.Series) -> Rows:
    """The positions of a table's rows in the order of their keys (a store's tables have that order already)."""
    if len(keys) < 2 or keys.is_monotonic_increasing:
        return np.arange(len(keys))
    return keys.reset_index(drop=True).sort_values(kind="stable").index.to_numpy()


def plain(column: Any) -> list[Any]:
    """The column's values as Python's own: days as ``date``, None where there is none."""
    values = np.asarray(column)
    found: list[Any] = (values.astype("datetime64[D]") if values.dtype.kind == "M" else values).tolist()
    return found
