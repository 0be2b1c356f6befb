"""What the papers of a batch lack: steps, waits, funds, attributes, areas, documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from gis.analysis.batch_areas import measured_parcels
from gis.analysis.batch_gaps import Gap, Papers, checklist, find_gaps
from gis.model import Stage
from gis.rules import RuleBook
from tests.gis.analysis.batch_samples import member, members
from tests.gis.analysis.land_samples import began
from tests.gis.analysis.progress_samples import layer_frame

STEPS = [
    ("pre_notice", "2026-02-09"),
    ("survey", "2026-02-20"),
    ("plan_notice", "2026-03-02"),
    ("agreement", "2026-04-02"),
]
DOCUMENTS = frozenset(("", stage) for stage, _ in STEPS)
ON = date(2026, 5, 1)


def funds(number: str) -> dict[str, Any]:
    return {"parcel_no": number, "kind": "funds", "on_date": "2026-04-10"}


def complete(number: str) -> list[dict[str, Any]]:
    return [*(began(number, stage, day) for stage, day in STEPS), funds(number)]


def gaps(
    parcel: dict[str, Any],
    events: list[dict[str, Any]],
    *,
    documents: Any = DOCUMENTS,
    on: date = ON,
    approved: bool = False,
) -> list[tuple[str, str]]:
    rows = members(parcel)
    papers = Papers(layer_frame("parcel_event", events), documents)
    found = find_gaps(rows, measured_parcels(rows), papers, RuleBook.default(), on=on, approved=approved)
    return list(zip(found["gap"], found["item"], strict=True))


def test_a_parcel_with_all_its_papers_lacks_nothing() -> None:
    assert gaps(member("P1", 0), complete("P1")) == []


def test_steps_and_funds_that_are_not_recorded_are_missing() -> None:
    found = gaps(member("P1", 0), complete("P1")[:2])
    assert found == [("step", "plan_notice"), ("step", "agreement"), ("funds", "")]


def test_a_wait_that_runs_says_from_when_on() -> None:
    """Ten working days from Monday 2026-02-09 end on 2026-02-28 (RULES §11)."""
    rows = members(member("P1", 0))
    papers = Papers(layer_frame("parcel_event", complete("P1")[:2]), DOCUMENTS)
    found = find_gaps(rows, measured_parcels(rows), papers, RuleBook.default(), on=date(2026, 2, 20), approved=False)
    waiting = found[found["gap"] == "wait"].iloc[0]
    assert (waiting["item"], waiting["from_on"]) == ("plan_notice", date(2026, 3, 1))


def test_a_step_that_was_taken_too_early_is_told() -> None:
    early = [
        began("P1", "pre_notice", "2026-02-09"),
        began("P1", "survey", "2026-02-20"),
        began("P1", "plan_notice", "2026-02-27"),
    ]
    assert ("wait", "plan_notice") in gaps(member("P1", 0), early)


def test_a_notice_that_was_never_recorded_counts_from_the_present_step_as_the_clock_counts_it() -> None:
    """Ten working days from Thursday 2026-03-05 end on 2026-03-19."""
    skipped = [began("P1", "survey", "2026-03-05")]
    found = gaps(member("P1", 0), skipped, on=date(2026, 3, 19))
    assert found == [
        ("step", "pre_notice"),
        ("step", "plan_notice"),
        ("step", "agreement"),
        ("wait", "plan_notice"),
        ("funds", ""),
    ]
    assert ("wait", "plan_notice") not in gaps(member("P1", 0), skipped, on=date(2026, 3, 20))


def test_of_steps_taken_in_time_none_is_told_because_an_earlier_notice_was_not_recorded() -> None:
    assert gaps(member("P1", 0), complete("P1")[1:]) == [("step", "pre_notice")]


def test_a_step_is_judged_by_what_had_happened_before_it_not_by_a_notice_put_up_again() -> None:
    again = [*complete("P1")[:2], began("P1", "plan_notice", "2026-03-02"), began("P1", "survey", "2026-03-05")]
    found = gaps(member("P1", 0), again, on=date(2026, 3, 6))
    assert found == [("step", "plan_notice"), ("step", "agreement"), ("funds", "")]


def test_funds_are_asked_for_where_the_county_s_rule_asks_for_them() -> None:
    def lacking(gate: str) -> list[str]:
        shipped = RuleBook.default()
        rules = replace(shipped, values={**shipped.values, "gate.funds": gate})
        rows = members(member("P1", 0))
        papers = Papers(layer_frame("parcel_event", complete("P1")[:4]), DOCUMENTS)
        found = find_gaps(rows, measured_parcels(rows), papers, rules, on=ON, approved=False)
        return [words.zh for words in found["words"]]

    source = RuleBook.default().sources["gate.funds"]
    assert lacking("submitted") == [f"未登记：补偿费用未足额到位，不得“组卷报批”（{source}）"]
    assert lacking("cleared") == []


def test_an_event_that_was_withdrawn_or_lies_ahead_does_not_count() -> None:
    withdrawn = [*complete("P1"), {**funds("P1"), "withdrawn": True, "note": "误记"}]
    assert gaps(member("P1", 0), withdrawn) == [("funds", "")]
    assert ("funds", "") in gaps(member("P1", 0), complete("P1"), on=date(2026, 4, 9))


def test_attributes_areas_and_documents_are_asked_for() -> None:
    bare = member("P1", 0, village=None, owner_kind=None, land_class_scheme=None, declared_area_m2=10_050.0)
    found = gaps(
        bare, complete("P1"), documents=frozenset({("", "survey"), ("P1", "plan_notice"), ("P2", "agreement")})
    )
    assert found == [
        ("attribute", "owner_kind"),
        ("attribute", "village"),
        ("attribute", "land_class_code"),
        ("area", "declared_area_m2"),
        ("document", "pre_notice"),
        ("document", "agreement"),
    ]


def test_a_tenth_of_a_percent_or_a_square_metre_is_no_difference() -> None:
    assert gaps(member("P1", 0, declared_area_m2=10_009.9), complete("P1")) == []
    assert gaps(member("P1", 0, declared_area_m2=None), complete("P1")) == [("attribute", "declared_area_m2")]


def test_held_parcels_and_those_approved_before_are_told() -> None:
    held = member("P1", 0, hold_reason="dispute", stage="approved")
    assert gaps(held, complete("P1")) == [("already", "approved"), ("held", "dispute")]
    assert gaps(held, complete("P1"), approved=True) == [("held", "dispute")]


def test_the_states_own_land_needs_no_requisition() -> None:
    assert gaps(member("P1", 0, owner_kind="state"), [], documents=frozenset()) == []


def test_the_checklist_names_every_step_and_who_lacks_it() -> None:
    rows = members(member("P1", 0), member("P2", 100))
    papers = Papers(layer_frame("parcel_event", complete("P1")), DOCUMENTS)
    rules = RuleBook.default()
    found = find_gaps(rows, measured_parcels(rows), papers, rules, on=ON, approved=False)
    lines = checklist(found, 2, rules)
    steps = lines[lines["gap"] == Gap.STEP.value]
    assert steps["item"].tolist() == [
        stage.value for stage in (Stage.PRE_NOTICE, Stage.SURVEY, Stage.PLAN_NOTICE, Stage.AGREEMENT)
    ]
    assert steps["named"].tolist() == [("P2",)] * 4
    whole = lines.set_index("gap").loc["held"]
    assert (whole["lacking"], whole["done"]) == (0, 2)
    assert (lines["lacking"] + lines["done"] == 2).all()


def test_nothing_is_missing_of_no_parcels() -> None:
    empty = members()
    papers = Papers(layer_frame("parcel_event", ()))
    found = find_gaps(empty, measured_parcels(empty), papers, RuleBook.default(), on=ON, approved=False)
    assert found.empty
    assert (checklist(found, 0, RuleBook.default())["lacking"] == 0).all()
    assert isinstance(found, pd.DataFrame)
