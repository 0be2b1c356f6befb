"""How long steps took: examples with days counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from gis.analysis.durations import medians, step_lengths
from gis.rules import RuleBook

RULES = RuleBook.default()
Told = tuple[str, str, str]


def history(*rows: Told, override: dict[int, str] | None = None, withdrawn: tuple[int, ...] = ()) -> pd.DataFrame:
    """(parcel, stage, day) …"""
    return pd.DataFrame(
        {
            "parcel_no": [row[0] for row in rows],
            "kind": "stage",
            "stage": [row[1] for row in rows],
            "on_date": pd.to_datetime([row[2] for row in rows]).astype("datetime64[s]"),
            "override_reason": pd.Series([(override or {}).get(n) for n in range(len(rows))], dtype="str"),
            "withdrawn": pd.array([n in withdrawn or None for n in range(len(rows))], dtype="boolean"),
        }
    )


def lengths(events: pd.DataFrame, **owners: str) -> list[tuple[str, str, int]]:
    numbers = sorted(set(events["parcel_no"]))
    parcels = pd.DataFrame(
        {"parcel_no": numbers, "owner_kind": [owners.get(n) for n in numbers], "town": ["T1"] * len(numbers)}
    )
    found = step_lengths(parcels, events, RULES)
    return list(zip(found["owner_kind"], found["stage"], found["days"], strict=True))


NOTICED: tuple[Told, ...] = (("P1", "pre_notice", "2026-03-02"), ("P1", "survey", "2026-03-09"))


def test_a_step_lasts_until_the_next_one_of_the_path_begins() -> None:
    events = history(*NOTICED, ("P1", "plan_notice", "2026-03-30"), ("P2", "pre_notice", "2026-03-02"))
    assert lengths(events) == [("collective", "pre_notice", 7), ("collective", "survey", 21)]


def test_the_state_s_land_has_its_own_path() -> None:
    events = history(("P1", "cleared", "2026-03-02"), ("P1", "supplied", "2026-04-02"))
    assert lengths(events, P1="state") == [("state", "cleared", 31)]


def test_a_step_that_was_left_out_is_no_length() -> None:
    assert lengths(history(("P1", "pre_notice", "2026-03-02"), ("P1", "plan_notice", "2026-03-30"))) == []


@pytest.mark.parametrize("broken", [0, 1])
def test_what_was_done_against_a_rule_does_not_count(broken: int) -> None:
    assert lengths(history(*NOTICED, override={broken: "防汛"})) == []


def test_what_was_withdrawn_does_not_count() -> None:
    events = history(*NOTICED, ("P1", "survey", "2026-03-09"), ("P1", "survey", "2026-03-12"), withdrawn=(2,))
    assert lengths(events) == [("collective", "pre_notice", 10)]


def test_medians_and_quartiles_have_their_sample_size() -> None:
    days = {"owner_kind": "collective", "town": ["T1", "T1", "T1", "T2", "T2"], "stage": "survey"}
    known = pd.DataFrame({**days, "days": [10, 20, 30, 40, 50]})
    whole = medians(known).iloc[0]
    assert (whole["n"], whole["q1_days"], whole["median_days"], whole["q3_days"]) == (5, 20, 30, 40)
    towns = medians(known, ("town", "stage"))
    assert list(zip(towns["town"], towns["n"], towns["median_days"], strict=True)) == [("T1", 3, 20.0), ("T2", 2, 45.0)]


def test_no_history_has_no_medians() -> None:
    assert lengths(history()) == []
    assert len(medians(step_lengths(pd.DataFrame(columns=["parcel_no", "owner_kind", "town"]), history(), RULES))) == 0
