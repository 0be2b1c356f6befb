"""Sums of compensation, calculated by hand."""

from __future__ import annotations

from math import copysign

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.compensation import account_by, account_totals, building_totals, household_totals
from gis.analysis.totals import exact_sum

DAY = pd.Timestamp("2026-05-01")


def households(*rows: dict[str, object]) -> pd.DataFrame:
    columns = {"people": "Int64", "area_m2": "float64", "due_wan": "float64", "paid_wan": "float64"}
    days = {"signed_on": "datetime64[s]", "paid_on": "datetime64[s]"}
    return pd.DataFrame(list(rows), columns=[*columns, *days]).astype({**columns, **days})


def entries(*amounts: float, projects: list[str | None] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"amount_wan": pd.Series(amounts, dtype="float64")})
    return frame.assign(project_code=pd.Series(projects or [None] * len(amounts), dtype="str"))


def test_households_are_summed_and_those_without_an_amount_are_told():
    found = household_totals(
        households(
            {"people": 4, "area_m2": 600.5, "due_wan": 12.5, "paid_wan": 12.5, "signed_on": DAY, "paid_on": DAY},
            {"people": 3, "area_m2": 400.0, "due_wan": 8.0, "paid_wan": 5.0, "signed_on": DAY},
            {"people": None, "area_m2": None, "due_wan": None, "paid_wan": 1.0},
        )
    )
    assert found == {
        "households": 3,
        "people": 7,
        "area_m2": 1000.5,
        "due_wan": 20.5,
        "paid_wan": 18.5,
        "left_wan": 3.0,
        "signed": 2,
        "paid": 1,
        "without_due": 1,
    }


def test_a_household_that_got_all_is_paid_though_nobody_wrote_the_day_and_one_that_is_due_nothing_is_not():
    assert household_totals(households({"due_wan": 3.0, "paid_wan": 3.0}))["paid"] == 1
    assert household_totals(households({"due_wan": 0.0, "paid_wan": 0.0}))["paid"] == 0


def test_what_one_got_too_much_is_not_taken_from_what_another_is_due():
    found = household_totals(households({"due_wan": 5.0, "paid_wan": 9.0}, {"due_wan": 5.0, "paid_wan": 0.0}))
    assert found["left_wan"] == 5.0


def test_nothing_sums_to_nothing():
    assert set(household_totals(households()).values()) == {0}
    assert account_totals(entries())["balance_wan"] == 0
    assert account_by(entries(), "project_code") == []


def test_buildings_are_counted_by_what_happened_to_them():
    frame = pd.DataFrame(
        {
            "floor_area_m2": [120.0, None, 80.5],
            "signed_on": [DAY, DAY, None],
            "paid_on": [DAY, None, None],
            "cleared_on": [DAY, None, None],
        }
    )
    assert building_totals(frame) == {"buildings": 3, "floor_area_m2": 200.5, "signed": 2, "paid": 1, "cleared": 1}


def test_the_account_holds_what_came_in_less_what_went_out():
    assert account_totals(entries(1000.0, 500.5, -300.25)) == {
        "entries": 3,
        "deposits_wan": 1500.5,
        "payments_wan": 300.25,
        "balance_wan": 1200.25,
    }
    assert account_totals(entries(100.0, -150.0))["balance_wan"] == -50.0


def test_balances_stand_by_project_and_under_nothing_where_none_is_stated():
    rows = account_by(entries(10.0, -4.0, 5.0, projects=["A", "A", None]), "project_code")
    assert [(row["code"], row["balance_wan"]) for row in rows] == [("", 5.0), ("A", 6.0)]


def test_balances_that_are_no_whole_fen_add_up_all_the_same() -> None:
    """Each is rounded once, to a millionth of 万元; sums of groups are never rounded again."""
    frame = entries(0.12345674, 0.12345674, projects=["A", "B"])
    balances = [row["balance_wan"] for row in account_by(frame, "project_code")]
    assert sum(balances) == account_totals(frame)["balance_wan"] == 0.246914


def test_ten_dimes_are_one_yuan_and_nothing_is_never_less_than_nothing():
    assert exact_sum(pd.Series([0.1] * 10)) == 1.0
    assert copysign(1, exact_sum(pd.Series([-0.0]))) == 1


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(["A", "B", None])),
        max_size=30,
    )
)
def test_the_balances_of_all_projects_sum_to_that_of_the_account(rows):
    fen = [amount for amount, _ in rows]
    frame = entries(*[amount / 1e6 for amount in fen], projects=[code for _, code in rows])
    assert account_totals(frame)["balance_wan"] == pytest.approx(sum(fen) / 1e6, abs=1e-7)
    parts = [row["balance_wan"] for row in account_by(frame, "project_code")]
    assert exact_sum(pd.Series(parts, dtype="float64")) == pytest.approx(sum(fen) / 1e6, abs=1e-6)
