"""Two days compared, on a few named parcels of 10,000 m²."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.compare import (
    COMPARED_COLUMNS,
    Comparison,
    Days,
    Movement,
    compare,
    comparison_total,
    comparison_totals,
    transitions,
)
from gis.model import Stage
from gis.rules import RuleBook

RULES = RuleBook.default()
JANUARY, JULY = pd.Timestamp("2026-01-31"), pd.Timestamp("2026-07-31")
DAYS = Days(JANUARY, JULY)
NUMBERS = ("area_planar_m2", "compensation_due_wan", "compensation_paid_wan")


def parcels(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COMPARED_COLUMNS)
    dtypes = {
        name: "datetime64[s]" if name.endswith("_on") else "float64" if name in NUMBERS else "str" for name in frame
    }
    frame["area_planar_m2"] = frame["area_planar_m2"].astype("float64").fillna(10_000.0)
    return frame.astype({**dtypes, "households": "Int64"})


def parcel(number: str, stage: str | None, **more: Any) -> dict[str, Any]:
    return {"parcel_no": number, "stage": stage, "town": "T1", "unit": "城关所", "owner_kind": "collective", **more}


def events(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["parcel_no", "stage", "on_date"])
    return frame.astype({"parcel_no": "str", "stage": "str", "on_date": "datetime64[s]"})


def compared(first: pd.DataFrame, second: pd.DataFrame, *told: tuple[str, str, str]) -> Comparison:
    return compare(first, second, events(*told), RULES, DAYS)


def test_each_parcel_moved_stood_still_went_back_is_new_or_retired() -> None:
    first = parcels(
        parcel("A", "survey"), parcel("B", "approved"), parcel("C", "cleared"), parcel("D", None), parcel("S", None)
    )
    second = parcels(
        parcel("A", "submitted"), parcel("B", "approved"), parcel("C", "approved"), parcel("N", "survey"),
        parcel("S", "cleared", owner_kind="state"),
    )  # fmt: skip
    found = compared(first, second).parcels.set_index("parcel_no")
    assert "".join(f"{number}:{what} " for number, what in found["movement"].items()) == (
        "A:forward B:still C:back D:retired N:new S:forward "
    )
    assert found["steps"].fillna(99).to_dict() == {"A": 3, "B": 0, "C": -1, "D": 99, "N": 99, "S": 1}
    assert found["stage_from"].fillna("-").to_dict()["D"] == "not_started"
    assert found["stage_to"].fillna("-").to_dict()["D"] == "-"
    assert found["stage_from"].fillna("-").to_dict()["N"] == "-"


def test_januarys_promise_is_held_against_july() -> None:
    """Kept on the day, kept before it, done a month late, not done, and on a parcel that is no more."""
    first = parcels(
        parcel("A", "survey", planned_agreement_on=pd.Timestamp("2026-05-01")),
        parcel("B", "survey", planned_agreement_on=pd.Timestamp("2026-05-01")),
        parcel("C", "survey", planned_agreement_on=pd.Timestamp("2026-05-01")),
        parcel("D", "survey", planned_agreement_on=pd.Timestamp("2026-01-01")),
        parcel("E", "survey", planned_agreement_on=pd.Timestamp("2026-05-01")),
        parcel("F", "survey", planned_agreement_on=pd.Timestamp("2026-08-01")),
        parcel("G", "agreement", planned_agreement_on=pd.Timestamp("2026-05-01")),
    )
    second = parcels(
        parcel("A", "agreement"),
        parcel("B", "approved"),
        parcel("C", "agreement"),
        parcel("D", "plan_notice"),
        parcel("F", "agreement"),
        parcel("G", "agreement"),
    )
    told = (
        ("A", "agreement", "2026-05-01"),
        ("B", "agreement", "2026-04-01"),
        ("B", "approved", "2026-07-01"),
        ("C", "agreement", "2026-04-01"),
        ("C", "survey", "2026-04-10"),
        ("C", "agreement", "2026-05-31"),
    )
    found = compared(first, second, *told).promises.set_index("parcel_no")
    assert found["outcome"].to_dict() == {"A": "kept", "B": "kept", "C": "late", "D": "not_done", "E": "gone"}
    assert found["days_late"].to_dict() == {"A": 0, "B": 0, "C": 30, "D": 211, "E": 0}
    assert found["was_overdue"].to_dict() == {"A": False, "B": False, "C": False, "D": True, "E": False}
    assert found["done_on"].dt.strftime("%m-%d").fillna("").tolist() == ["05-01", "04-01", "05-31", "", ""]
    total = comparison_total(compared(first, second, *told))
    assert total["promised"] == 5
    assert total["kept_share"] == pytest.approx(2 / 4)
    assert total["promises"]["kept"] == {"n": 2, "area_m2": 20_000.0}


def test_a_changed_promise_is_judged_as_it_stood_on_the_first_day() -> None:
    first = parcels(parcel("A", "survey", planned_agreement_on=pd.Timestamp("2026-05-01")))
    second = parcels(parcel("A", "survey", planned_agreement_on=pd.Timestamp("2026-12-01")))
    assert compared(first, second).promises["outcome"].tolist() == ["not_done"]


def test_a_step_that_the_owners_path_does_not_have_is_no_promise() -> None:
    planned = {"planned_survey_on": pd.Timestamp("2026-03-01"), "planned_cleared_on": pd.Timestamp("2026-04-01")}
    first = parcels(parcel("S", None, owner_kind="state", **planned))
    second = parcels(parcel("S", "cleared", owner_kind="state"))
    found = compared(first, second, ("S", "cleared", "2026-04-01")).promises
    assert found[["stage", "outcome"]].values.tolist() == [["cleared", "kept"]]


def test_money_and_households_are_summed_by_group() -> None:
    first = parcels(
        parcel("A", "survey", compensation_paid_wan=10.0, households=3),
        parcel("B", "survey", town="T2", households=5),
        parcel("R", "survey", compensation_paid_wan=50.0),
    )
    second = parcels(
        parcel("A", "agreement", compensation_paid_wan=35.5, compensation_due_wan=40.0, households=3),
        parcel("B", "survey", town="T2", compensation_paid_wan=7.0, households=5),
    )
    rows = {row["code"]: row for row in comparison_totals(compared(first, second), "town", {"T1": "城关镇"})}
    assert (rows["T1"]["zh"], rows["T1"]["paid_wan"], rows["T1"]["due_wan"]) == ("城关镇", 25.5, 40.0)
    assert rows["T1"]["movements"]["forward"] == {"n": 1, "area_m2": 10_000.0, "households": 3}
    assert rows["T2"]["movements"]["still"]["households"] == 5
    assert rows["T2"]["paid_wan"] == 7.0


def test_money_of_parcels_that_were_put_together_is_neither_paid_nor_due_again() -> None:
    first = parcels(
        parcel("A", "survey", compensation_due_wan=60.0, compensation_paid_wan=10.0),
        parcel("B", "survey", compensation_due_wan=40.0, compensation_paid_wan=20.0),
        parcel("C", "survey", compensation_due_wan=5.0, compensation_paid_wan=1.0),
    )
    second = parcels(
        parcel("AB", "survey", compensation_due_wan=100.0, compensation_paid_wan=30.0),
        parcel("C", "survey", compensation_due_wan=5.0, compensation_paid_wan=4.0),
    )
    total = comparison_total(compared(first, second))
    assert (total["due_wan"], total["paid_wan"]) == (105.0, 3.0)


def test_the_matrix_counts_each_parcel_once() -> None:
    first = parcels(parcel("A", "survey"), parcel("B", "survey"), parcel("R", "approved"))
    second = parcels(parcel("A", "agreement"), parcel("B", "agreement"), parcel("N", None))
    assert transitions(compared(first, second).parcels) == [
        {"from": None, "to": "not_started", "n": 1, "area_m2": 10_000.0},
        {"from": "survey", "to": "agreement", "n": 2, "area_m2": 20_000.0},
        {"from": "approved", "to": None, "n": 1, "area_m2": 10_000.0},
    ]


def test_nothing_compared_with_nothing_is_nothing() -> None:
    found = compared(parcels(), parcels())
    assert (len(found.parcels), len(found.promises), transitions(found.parcels)) == (0, 0, [])
    assert comparison_total(found)["kept_share"] is None


STAGES = st.sampled_from([None, *(stage.value for stage in Stage)])
ROWS = st.lists(
    st.tuples(STAGES, STAGES, st.booleans(), st.booleans(), st.sampled_from(["T1", "T2", None])), max_size=8
)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_every_parcel_of_either_day_is_counted_in_one_movement_and_one_group(rows: list[Any]) -> None:
    first = parcels(*(parcel(f"P{n}", a, town=t) for n, (a, _, there, _, t) in enumerate(rows) if there))
    second = parcels(*(parcel(f"P{n}", b, town=t) for n, (_, b, _, here, t) in enumerate(rows) if here))
    found = compared(first, second)
    total, groups = comparison_total(found), comparison_totals(found, "town", {})
    assert total["n"] == sum(there or here for *_, there, here, _ in rows)
    assert sum(total["movements"][code.value]["n"] for code in Movement) == total["n"]
    assert sum(pair["n"] for pair in transitions(found.parcels)) == total["n"]
    assert sum(group["n"] for group in groups) == total["n"]
