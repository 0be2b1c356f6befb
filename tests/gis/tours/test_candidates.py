"""Which projects a tour may visit, what each is worth, and why others may not be visited."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from gis.tours.candidates import Candidate, ValueParts, candidates_of
from gis.tours.spec import Weights, read_spec
from tests.gis.tours.spec_samples import wishes

_ROW = {
    "name": "项目",
    "located_in_town": "T1",
    "located_in_park": None,
    "industry": None,
    "category": "industry",
    "level": "county",
    "stage": "building",
    "total_wan": 1000.0,
    "lamp": "green",
    "flags": (),
    "has_place": True,
}


def projects(**rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{**_ROW, **row} for row in rows.values()], index=pd.Index(list(rows), name="code"))


def reports(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """(project, day, invested 万元 in its year, image progress)"""
    frame = pd.DataFrame(rows, columns=["project_code", "period_end_on", "invested_wan", "image_percent"])
    return frame.assign(period_end_on=pd.to_datetime(frame["period_end_on"]))


def visits(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["project_code", "tour_no", "on_date"])
    return frame.assign(on_date=pd.to_datetime(frame["on_date"]))


def chosen(
    frame: pd.DataFrame, reported: pd.DataFrame | None = None, seen: pd.DataFrame | None = None, **asked: Any
) -> dict[str, Candidate]:
    found = candidates_of(
        frame,
        reports() if reported is None else reported,
        visits() if seen is None else seen,
        read_spec(wishes(**asked)),
    )
    return {each.code: each for each in found}


def test_a_value_is_the_weighted_mean_of_its_figures() -> None:
    parts = ValueParts(investment=50, lamp=100, level=40, progress=10)
    # (50·1 + 100·0.5 + 40·0.5 + 10·0.5) / 2.5 = 125 / 2.5
    assert parts.weighed(Weights()) == 50.0
    assert parts.weighed(Weights(0, 0, 1, 0)) == 40.0
    assert parts.weighed(Weights(0, 0, 0, 0)) == 0.0


def test_investment_counts_by_its_place_among_the_candidates() -> None:
    found = chosen(
        projects(A={"total_wan": 10.0}, B={"total_wan": 5000.0}, C={"total_wan": None}, D={"total_wan": 20.0})
    )
    assert {code: each.parts.investment for code, each in found.items()} == {"A": 33.3, "B": 100.0, "C": 0.0, "D": 66.7}


def test_progress_counts_the_points_of_the_half_year_before_the_tour() -> None:
    # 183 days before 2026-12-08 is 2026-06-08: of A 20 then, 55 at last; of B nothing before it, and 4 at first.
    told = reports(("A", "2026-05-31", 1, 20), ("A", "2026-10-31", 1, 55))
    told = pd.concat([told, reports(("B", "2026-07-31", 1, 4), ("B", "2026-10-31", 1, 16))], ignore_index=True)
    found = chosen(projects(A={}, B={}, C={}), told)
    assert {code: each.parts.progress for code, each in found.items()} == {"A": 35.0, "B": 12.0, "C": 0.0}


def test_what_was_invested_is_the_last_of_each_year_together() -> None:
    told = reports(("A", "2025-11-30", 100, 1), ("A", "2025-12-31", 120, 1), ("A", "2026-10-31", 214, 1))
    # 120 of 2025 and 214 of 2026 are 334 of 1,000.
    assert chosen(projects(A={}), told, min_share_done=0.3333)["A"].is_eligible
    short = chosen(projects(A={}), told, min_share_done=0.335)["A"]
    assert (short.reason, short.share_done, short.why.en) == (
        "not_enough_done",
        0.334,
        "33% of its investment done, 34% asked for",
    )


@pytest.mark.parametrize(("row", "told"), [({"total_wan": None}, reports(("A", "2026-10-31", 9, 1))), ({}, reports())])
def test_a_share_that_nobody_knows_is_not_enough(row: dict[str, Any], told: pd.DataFrame) -> None:
    found = chosen(projects(A=row), told, min_share_done=0.1)["A"]
    assert (found.reason, found.share_done) == ("not_enough_done", None)


def test_sites_of_the_last_tours_are_left_out() -> None:
    seen = visits(
        ("A", "T1", "2024-06-01"), ("B", "T2", "2025-06-01"), ("C", "T3", "2026-06-01"), ("B", "T9", "2027-01-01")
    )
    frame = projects(A={}, B={}, C={})
    assert [c for c, e in chosen(frame, None, seen, not_seen_in_last=2).items() if not e.is_eligible] == ["B", "C"]
    assert [c for c, e in chosen(frame, None, seen, not_seen_in_last=1).items() if not e.is_eligible] == ["C"]
    found = chosen(frame, None, seen)
    assert (found["B"].is_eligible, found["B"].last_seen_on) == (True, date(2025, 6, 1))


def test_a_must_see_is_held_to_no_condition_but_must_lie_somewhere() -> None:
    must = [{"code": code, "must": True} for code in ("A", "B")]
    found = chosen(projects(A={"stage": "suspended"}, B={"has_place": False}), min_share_done=0.5, sites=must)
    assert (found["A"].reason, found["B"].reason) == ("", "no_place")


@pytest.mark.parametrize(
    ("row", "wish", "reason"),
    [({"stage": "cancelled"}, {}, "halted"), ({}, {"never": True}, "never"), ({"has_place": False}, {}, "no_place")],
)
def test_who_may_not_be_visited_says_why(row: dict[str, Any], wish: dict[str, Any], reason: str) -> None:
    found = chosen(projects(A=row), sites=[{"code": "A", **wish}])["A"]
    assert found.reason == reason
    assert found.why.zh
    assert found.why.en


def test_minutes_and_value_go_by_the_site_then_its_kind_then_the_tour() -> None:
    own = [{"code": "A", "visit_min": 40, "value": 7.5}]
    found = chosen(
        projects(A={}, B={}, C={"category": "ecology"}), visit_min=15, visit_min_of={"industry": 25}, sites=own
    )
    assert {code: each.visit_min for code, each in found.items()} == {"A": 40, "B": 25, "C": 15}
    assert found["A"].value == 7.5
