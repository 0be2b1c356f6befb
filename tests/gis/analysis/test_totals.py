"""Totals, rates and ranks: hand-calculated counties, and conservation over every grouping."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.totals import COLUMN_OF, RANKED_BY, rows, total, totals
from gis.errors import InvalidParameter
from gis.model import Flag, Lamp
from tests.gis.analysis.progress_samples import assessed

TOWNS = {"140781001": "示例东镇", "140781002": "示例西镇", "140781003": "示例南镇"}
EAST, WEST, SOUTH = TOWNS


def by_code(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in rows(frame)}


def test_a_town_s_row_is_made_of_its_projects_sums() -> None:
    """End of June (expected 50 %). East: 300 planned, 180 done → 60 %, 10 points ahead."""
    projects = assessed(
        [
            {"located_in_town": EAST, "plan_wan": 100, "invested_wan": 80, "lamp": "green", "at_risk_wan": 5.25},
            {"located_in_town": EAST, "plan_wan": 200, "invested_wan": 100, "lamp": "green", "flags": ("late", "held")},
            {"located_in_town": EAST, "invested_wan": 7, "flags": ("late",)},
            {"located_in_town": WEST, "plan_wan": 50, "invested_wan": 10, "lamp": "red"},
        ]
    )
    found = by_code(totals(projects, "town", TOWNS))
    east = found[EAST]
    assert (east["zh"], east["en"], east["n"]) == ("示例东镇", "示例东镇", 3)
    assert (east["plan_wan"], east["invested_wan"], east["unplanned_invested_wan"]) == (300, 180, 7)
    assert (east["done_share"], east["gap_pp"], east["rank"]) == (0.6, 10, 1)
    assert east["lamps"] == {"green": 2, "yellow": 0, "red": 0, "none": 1}
    assert (east["flags"]["late"], east["flags"]["held"], east["flags"]["tight"]) == (2, 1, 0)
    assert east["at_risk_wan"] == 5.25
    assert (found[WEST]["done_share"], found[WEST]["gap_pp"], found[WEST]["rank"]) == (0.2, -30, 2)


def test_the_group_s_share_is_of_sums_not_a_mean_of_shares() -> None:
    projects = assessed([{"plan_wan": 1, "invested_wan": 1}, {"plan_wan": 99, "invested_wan": 0}])
    assert total(projects)["done_share"] == 0.01


def test_a_plan_of_zero_counts_on_neither_side_of_the_share() -> None:
    whole = total(assessed([{"plan_wan": 0, "invested_wan": 30}, {"plan_wan": 100, "invested_wan": 50}]))
    assert (whole["plan_wan"], whole["invested_wan"], whole["done_share"]) == (100, 50, 0.5)
    assert whole["unplanned_invested_wan"] == 30


def test_start_rate_counts_those_due_and_may_exceed_one() -> None:
    started = {"started": True, "planned_start_on": "2026-03-01", "due_to_start": True}
    early = {"started": True, "planned_start_on": "2026-09-01"}
    waiting = {"planned_start_on": "2026-05-01", "due_to_start": True}
    assert total(assessed([started, early, waiting]))["start_rate"] == 1
    assert total(assessed([started, early]))["start_rate"] == 2
    assert total(assessed([started, waiting, waiting, waiting]))["start_rate"] == 0.25


def test_a_start_that_nobody_planned_does_not_raise_the_rate() -> None:
    whole = total(
        assessed([{"started": True}, {"started": True}, {"planned_start_on": "2026-05-01", "due_to_start": True}])
    )
    assert (whole["started"], whole["started_as_planned"], whole["due_to_start"]) == (2, 0, 1)
    assert whole["start_rate"] == 0


def test_206_of_255_due_starts_are_80_8_percent() -> None:
    """RULES §7.1: 206/255 = 80.8 %."""
    due = {"planned_start_on": "2026-03-01", "due_to_start": True}
    rate = total(assessed([{**due, "started": True}] * 206 + [due] * 49))["start_rate"]
    assert round(100 * rate, 1) == 80.8


def test_requisition_rate_is_ready_land_over_footprint() -> None:
    whole = total(assessed([{"footprint_m2": 900, "ready_m2": 100}, {"footprint_m2": 100, "ready_m2": 100}, {}]))
    assert (whole["footprint_m2"], whole["ready_m2"], whole["ready_share"]) == (1000, 200, 0.2)


def test_nothing_to_divide_by_gives_no_rate() -> None:
    for projects in (assessed([]), assessed([{}])):
        whole = total(projects)
        for rate in ("start_rate", "done_share", "gap_pp", "green_share", "ready_share"):
            assert whole[rate] is None
        assert whole["n"] == len(projects)
        assert whole["plan_wan"] == 0


def test_ties_share_a_rank_and_the_next_rank_is_left_out() -> None:
    towns = [("1", 60), ("2", 60), ("3", 50), ("4", 70)]
    projects = assessed([{"located_in_town": t, "plan_wan": 100, "invested_wan": v} for t, v in towns])
    frame = totals(projects, "town")
    assert frame["code"].tolist() == ["4", "1", "2", "3"]
    assert frame["rank"].tolist() == [1, 2, 2, 4]


def test_a_tie_is_a_tie_in_spite_of_binary_fractions() -> None:
    """1/3 of one plan and of a sum of plans that no binary fraction holds."""
    parts = [{"located_in_town": "1", "plan_wan": 0.3, "invested_wan": 0.1}] * 3
    whole = [{"located_in_town": "2", "plan_wan": 0.9, "invested_wan": 0.3}]
    assert totals(assessed([*parts, *whole]), "town")["rank"].tolist() == [1, 1]


def test_groups_without_a_value_or_a_name_have_no_rank_and_come_last() -> None:
    projects = assessed(
        [
            {"located_in_town": None, "plan_wan": 100, "invested_wan": 100},
            {"located_in_town": SOUTH},
            {"located_in_town": WEST, "plan_wan": 100, "invested_wan": 10},
        ]
    )
    found = rows(totals(projects, "town", TOWNS))
    assert [(row["code"], row["rank"]) for row in found] == [(WEST, 1), (SOUTH, None), ("", None)]
    assert (found[-1]["zh"], found[-1]["en"]) == ("未注明", "not stated")


def test_an_enclave_project_counts_where_it_lies_or_for_whom_it_is_credited() -> None:
    projects = assessed([{"located_in_town": EAST, "credited_to_town": WEST}])
    assert totals(projects, "town")["code"].tolist() == [EAST]
    assert totals(projects, "credited_town")["code"].tolist() == [WEST]


def test_coded_groups_have_their_words() -> None:
    projects = assessed([{"kind": "new", "level": "county", "category": "industry", "industry": "3011"}])
    assert by_code(totals(projects, "kind"))["new"]["zh"] == "新建"
    assert by_code(totals(projects, "level"))["county"]["en"] == "county"
    assert by_code(totals(projects, "category"))["industry"]["zh"] == "产业"
    assert by_code(totals(projects, "industry"))["3011"]["zh"] == "3011"


def test_groups_may_be_ranked_by_another_rate() -> None:
    projects = assessed(
        [
            {"located_in_town": EAST, "footprint_m2": 10, "ready_m2": 1, "lamp": "green"},
            {"located_in_town": WEST, "footprint_m2": 10, "ready_m2": 9, "lamp": "red"},
        ]
    )
    assert totals(projects, "town", rank_by="ready_share")["code"].tolist() == [WEST, EAST]
    assert totals(projects, "town", rank_by="green_share")["code"].tolist() == [EAST, WEST]


@pytest.mark.parametrize("wrong", [{"by": "village"}, {"by": "town", "rank_by": "n"}])
def test_an_unknown_grouping_is_refused_with_the_choices(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter) as raised:
        totals(assessed([]), **wrong)
    assert raised.value.expected in (" | ".join(COLUMN_OF), " | ".join(RANKED_BY))


def test_no_project_gives_no_group_and_every_column() -> None:
    empty = totals(assessed([]), "town")
    assert len(empty) == 0
    assert list(empty.columns) == list(totals(assessed([{}]), "town").columns)


def test_rows_are_plain_json() -> None:
    text = json.dumps(rows(totals(assessed([{}, {"located_in_town": EAST, "plan_wan": 1.0}]), "town")), allow_nan=False)
    assert json.loads(text)[0]["rank"] == 1


MONEY = st.none() | st.decimals(0, 10_000_000, places=6).map(float)
PROJECT = st.fixed_dictionaries(
    {
        **{column: st.none() | st.sampled_from("ABC") for column in ("located_in_town", "leader", "department")},
        "kind": st.sampled_from(["new", "continued", None]),
        **dict.fromkeys(("plan_wan", "invested_wan", "at_risk_wan", "footprint_m2", "ready_m2"), MONEY),
        "lamp": st.sampled_from([lamp.value for lamp in Lamp]),
        "flags": st.sets(st.sampled_from([flag.value for flag in Flag])).map(tuple),
        "started": st.booleans(),
        "due_to_start": st.booleans(),
        "planned_start_on": st.sampled_from([None, "2026-03-01"]),
    }
)
ADDITIVE = (
    *("n", "started", "due_to_start", "started_as_planned"),
    *("plan_wan", "invested_wan", "unplanned_invested_wan", "at_risk_wan", "footprint_m2", "ready_m2"),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(PROJECT, max_size=12), st.sampled_from(["town", "leader", "department", "kind"]))
def test_groups_sum_to_the_whole(projects: list[dict[str, Any]], by: str) -> None:
    frame = assessed(projects)
    groups, whole = rows(totals(frame, by)), total(frame)
    for column in ADDITIVE:
        # exact in millionths; the sum of the printed floats may differ in their last bit
        assert round(sum(row[column] for row in groups) * 10**6) == round(whole[column] * 10**6)
    for column in ("lamps", "flags"):
        for code, count in whole[column].items():
            assert sum(row[column][code] for row in groups) == count
    assert sum(whole["lamps"].values()) == whole["n"]


@settings(deadline=None, max_examples=25)
@given(st.lists(PROJECT, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_projects_changes_no_total(projects: list[dict[str, Any]], random: Any) -> None:
    turned = random.sample(projects, len(projects))
    assert total(assessed(projects)) == total(assessed(turned))
