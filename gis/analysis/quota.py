"""
The year's quota of new building land (新增建设用地指标): given, used, left.

It follows from two ledgers alone, what was given and what approved batches took (an approval keeps that area in its
row): no event of a parcel changes what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import fsum

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.withdrawn import is_withdrawn
from gis.model import OwnerKind
from gis.rules.land_groups import grouped_class

# What of parcels is looked at to tell whether they take quota.
QUOTA_COLUMNS = ("owner_kind", "land_class_scheme", "land_class_edition", "land_class_code")


@dataclass(frozen=True, slots=True)
class Quota:
    """A year's quota in m²; ``used_m2`` is what the batches of that year took that are approved."""

    year: int
    given_m2: float
    used_m2: float
    document: str = ""

    @property
    def left_m2(self) -> float:
        """What is left; below zero where more was approved than given."""
        return self.given_m2 - self.used_m2


def quota_of(given: pd.DataFrame, batches: pd.DataFrame, year: int, on: date) -> Quota | None:
    """
    The quota of ``year`` as it stands on ``on``; None where none is known.

    ``given`` are land_quota rows, one a year, of which the present one rules on every day; ``batches`` are batch rows,
    one a name: those approved by ``on`` have taken their ``converted_area_m2``.
    """
    rows = given[_is_of(given, year) & ~is_withdrawn(given) & given["area_m2"].notna().to_numpy()]
    if rows.empty:
        return None
    row = rows.iloc[-1]
    document = row["document"] if isinstance(row["document"], str) else ""
    return Quota(year, float(row["area_m2"]), used_m2(batches, year, on), document)


def used_m2(batches: pd.DataFrame, year: int, on: date) -> float:
    """What the batches of ``year`` took that were approved by ``on`` (m²)."""
    approved = (batches["approved_on"] <= pd.Timestamp(on)).to_numpy(dtype=bool)
    taken = batches["converted_area_m2"][_is_of(batches, year) & approved & ~is_withdrawn(batches)]
    return fsum(taken.dropna())


def _is_of(rows: pd.DataFrame, year: int) -> npt.NDArray[np.bool_]:
    return (rows["year"] == year).fillna(value=False).to_numpy(dtype=bool)


def takes_quota(parcels: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """
    Which parcels take quota when they are approved: collective land that is not building land.

    A missing owner kind counts as collective, and land of no known class as land that takes it, so that what is left
    never looks larger than it is.
    """
    size = len(parcels)
    state = parcels["owner_kind"].to_numpy(dtype=object) == OwnerKind.STATE.value
    named = [_codes(parcels[name]) for name in QUOTA_COLUMNS[1:]]
    # Few distinct triples: each is looked up once.
    triple = np.zeros(size, dtype=np.int64)
    for places, seen in named:
        triple = triple * (len(seen) + 1) + places + 1
    distinct, first, inverse = np.unique(triple, return_index=True, return_inverse=True)
    takes = np.array(
        [grouped_class(*(_at(column, row) for column in named)).group.needs_conversion for row in first.tolist()],
        dtype=bool,
    )
    return takes[inverse] & ~state if len(distinct) else np.zeros(size, dtype=bool)


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.int64], pd.Index]:
    places, seen = pd.factorize(column.array)
    return np.asarray(places, dtype=np.int64), pd.Index(seen)


def _at(column: tuple[npt.NDArray[np.int64], pd.Index], row: int) -> str | None:
    place = int(column[0][row])
    return None if place < 0 else str(column[1][place])
