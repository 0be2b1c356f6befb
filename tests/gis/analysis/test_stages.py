"""Codes as numbers: whole columns at once, missing ones as the caller says."""

from __future__ import annotations

import pandas as pd
import pytest

from gis.analysis.stages import ordered_by, ranks_in, ranks_of
from gis.model import SupplyKind


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_a_missing_stage_counts_as_not_started(dtype: str) -> None:
    stages = pd.Series(["cleared", None, "pre_notice", "cleared"], dtype=dtype)
    assert ranks_of(stages).tolist() == [7, 0, 1, 7]


def test_a_missing_code_gets_the_rank_that_is_asked_for() -> None:
    supplies = pd.Series([None, "allotted", "market"], dtype="str")
    assert ranks_in(supplies, SupplyKind, missing=-1).tolist() == [-1, 1, 0]


@pytest.mark.parametrize("values", [[], [None, None]])
def test_a_column_without_any_code_has_only_missing_ranks(values: list[None]) -> None:
    assert ranks_of(pd.Series(values, dtype="str")).tolist() == [0] * len(values)


def test_a_code_of_no_list_is_refused() -> None:
    with pytest.raises(ValueError, match="razed"):
        ranks_of(pd.Series(["cleared", "razed"], dtype="str"))


def test_a_table_in_order_stays_as_it_is() -> None:
    table = pd.DataFrame({"parcel_no": ["a", "b"]})
    assert ordered_by(table, "parcel_no") is table


def test_rows_of_one_key_keep_their_order() -> None:
    table = pd.DataFrame({"parcel_no": ["b", "a", "b"], "row": [0, 1, 2]})
    assert ordered_by(table, "parcel_no")["row"].tolist() == [1, 0, 2]
