"""
The law of parcel events, with the numbers of RULES §3.1 and §11.

10 working days from Monday 2026-02-09 end on Saturday 2026-02-28, a make-up working day (2026-02-14 is one, too).
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.approval_areas import ApprovalAreas
from gis.analysis.case import Case, Entry, ProposedEvent, cases_of
from gis.analysis.clock import time_parcels
from gis.analysis.lawful import Law, announcement_due, breaches_of, next_step, notes_on, running_waits
from gis.errors import Breach, InvalidValue
from gis.model import Authority, EventKind, HoldReason, OwnerKind, Stage, SupplyKind
from gis.rules import RuleBook
from gis.workdays import LAST_YEAR

RULES = RuleBook.default()
TODAY = date(2026, 11, 23)
LAW = Law(RULES, TODAY)
HA = 10_000.0


def day(text: str) -> date:
    return date.fromisoformat(text)


def steps(*begun: tuple[Stage, str]) -> tuple[Entry, ...]:
    return tuple(Entry(EventKind.STAGE, day(on), stage) for stage, on in begun)


def case(*begun: tuple[Stage, str], more: tuple[Entry, ...] = (), **of: object) -> Case:
    entries = sorted((*steps(*begun), *more), key=lambda entry: entry.on)
    return Case("P1", entries=tuple(entries), **of)  # type: ignore[arg-type]


def step(stage: Stage, on: str, **more: object) -> ProposedEvent:
    return ProposedEvent(EventKind.STAGE, day(on), stage, **more)  # type: ignore[arg-type]


def codes(found: tuple[Breach, ...]) -> list[str]:
    return [breach.code for breach in found]


NOTICED = case((Stage.PRE_NOTICE, "2026-02-09"), (Stage.SURVEY, "2026-02-12"))
FUNDS = Entry(EventKind.FUNDS, date(2026, 5, 20))
SUBMITTED = case(
    (Stage.PRE_NOTICE, "2026-02-09"),
    (Stage.SURVEY, "2026-02-12"),
    (Stage.PLAN_NOTICE, "2026-03-02"),
    (Stage.AGREEMENT, "2026-04-02"),
    (Stage.SUBMITTED, "2026-05-06"),
    more=(FUNDS,),
)


# ------------------------------------------------------------------ waits


def test_a_plan_notice_on_27_february_is_refused_and_one_on_2_march_is_not() -> None:
    (breach,) = breaches_of(NOTICED, step(Stage.PLAN_NOTICE, "2026-02-27"), LAW)
    assert (breach.code, breach.legal_on, breach.overridable) == ("wait", day("2026-03-01"), True)
    assert breach.source == "土地管理法实施条例 26"
    assert breach.found == "2026-02-27（8/10）"  # 10–14, 24, 25, 26 February had run
    assert breach.words.zh == (
        "“征收预公告”自 2026-02-09 起须满 10 个工作日（至 2026-02-28），“补偿安置方案公告”最早 2026-03-01"
    )
    assert breaches_of(NOTICED, step(Stage.PLAN_NOTICE, "2026-02-28"), LAW) != ()
    assert breaches_of(NOTICED, step(Stage.PLAN_NOTICE, "2026-03-02"), LAW) == ()


@pytest.mark.parametrize(
    ("posted", "last"),
    [("2026-01-05", "2026-01-19"), ("2026-02-09", "2026-02-28"), ("2026-04-27", "2026-05-13")],
)
def test_ten_working_days_end_where_the_rules_say(posted: str, last: str) -> None:
    (wait,) = running_waits(case((Stage.PRE_NOTICE, posted)), Stage.PLAN_NOTICE, RULES)
    assert (wait.last_on, wait.first_on) == (day(last), day(last) + timedelta(days=1))


def test_the_plan_is_posted_thirty_calendar_days() -> None:
    noticed = case((Stage.SURVEY, "2026-02-12"), (Stage.PLAN_NOTICE, "2026-03-02"))
    assert codes(breaches_of(noticed, step(Stage.AGREEMENT, "2026-04-01"), LAW)) == ["wait"]
    assert breaches_of(noticed, step(Stage.AGREEMENT, "2026-04-02"), LAW) == ()


def test_land_for_the_market_is_announced_and_listed_and_allotted_land_is_not() -> None:
    cleared = (Stage.CLEARED, "2026-06-01")
    market = case(cleared, supply=SupplyKind.MARKET)
    assert codes(breaches_of(market, step(Stage.SUPPLIED, "2026-07-01"), LAW)) == ["wait"]
    assert breaches_of(market, step(Stage.SUPPLIED, "2026-07-02"), LAW) == ()
    assert breaches_of(case(cleared, supply=SupplyKind.ALLOTTED), step(Stage.SUPPLIED, "2026-06-02"), LAW) == ()
    unknown = case(cleared)
    assert breaches_of(unknown, step(Stage.SUPPLIED, "2026-06-02"), LAW) == ()
    assert ["未填供地方式" in note.zh for note in notes_on(unknown, step(Stage.SUPPLIED, "2026-06-02"), LAW)] == [True]


def test_a_stage_that_was_passed_and_never_recorded_counts_from_the_present_one() -> None:
    bare = case((Stage.SURVEY, "2026-02-12"))  # its pre-notice is not told
    assert next_step(bare, RULES).legal_on == day("2026-03-05")  # type: ignore[union-attr]
    # 13, 14, 24–28 February and 2–4 March are ten working days; 15–23 February is the Spring Festival.
    assert codes(breaches_of(bare, step(Stage.PLAN_NOTICE, "2026-03-04"), LAW)) == ["wait"]
    assert breaches_of(bare, step(Stage.PLAN_NOTICE, "2026-03-05"), LAW) == ()


def test_days_that_nobody_has_published_are_told() -> None:
    late = case((Stage.PRE_NOTICE, f"{LAST_YEAR}-12-25"), (Stage.SURVEY, f"{LAST_YEAR}-12-26"))
    proposed = step(Stage.PLAN_NOTICE, f"{LAST_YEAR + 1}-01-20")
    notes = notes_on(late, proposed, Law(RULES, day(f"{LAST_YEAR + 1}-02-01")))
    assert ["暂定" in note.zh for note in notes] == [True]
    assert notes_on(NOTICED, step(Stage.PLAN_NOTICE, "2026-03-02"), LAW) == ()


# ------------------------------------------------------------------ order


def test_a_step_that_is_left_out_is_named_with_the_one_that_comes_first() -> None:
    noticed = case((Stage.PRE_NOTICE, "2026-02-09"))
    (breach,) = breaches_of(noticed, step(Stage.AGREEMENT, "2026-05-01"), LAW)
    assert (breach.code, breach.overridable, breach.legal_on) == ("skipped", True, None)
    assert breach.words.zh == "“补偿登记与签约”之前尚缺：现状调查与稳评、补偿安置方案公告"
    assert breach.source == "土地管理法 44–49; 实施条例 26–32"


def test_the_next_step_is_not_told_for_a_day_before_the_last_one() -> None:
    # The ten working days ended on 19 January, and the survey began six weeks later.
    surveyed = case((Stage.PRE_NOTICE, "2026-01-05"), (Stage.SURVEY, "2026-03-02"))
    coming = next_step(surveyed, RULES)
    assert coming is not None
    assert (coming.stage, coming.legal_on) == (Stage.PLAN_NOTICE, day("2026-03-02"))


def test_the_state_s_land_goes_straight_to_cleared_and_has_no_notices() -> None:
    land = Case("P1", OwnerKind.STATE)
    assert breaches_of(land, step(Stage.CLEARED, "2026-06-01"), LAW) == ()
    assert codes(breaches_of(land, step(Stage.PRE_NOTICE, "2026-06-01"), LAW)) == ["off_path"]
    assert codes(breaches_of(Case("P1"), step(Stage.CLEARED, "2026-06-01"), LAW)) == ["skipped", "funds"]


def test_going_back_is_refused_and_no_reason_helps() -> None:
    back = breaches_of(SUBMITTED, step(Stage.SURVEY, "2026-06-01"), LAW)
    again = breaches_of(SUBMITTED, step(Stage.SUBMITTED, "2026-06-01"), LAW)
    assert [(b.code, b.overridable) for b in (*back, *again)] == [("backward", False), ("repeated", False)]


def test_nothing_is_dated_before_the_last_step() -> None:
    (breach,) = breaches_of(NOTICED, step(Stage.PLAN_NOTICE, "2026-02-11"), LAW)[:1]
    assert (breach.code, breach.legal_on, breach.overridable) == ("before_last", day("2026-02-12"), False)


def test_what_is_to_come_is_not_recorded() -> None:
    (breach,) = breaches_of(Case("P1"), step(Stage.PRE_NOTICE, "2026-11-24"), LAW)
    assert (breach.code, breach.overridable) == ("future", False)
    assert breaches_of(Case("P1"), step(Stage.PRE_NOTICE, "2026-11-23"), LAW) == ()


def test_every_rule_that_is_broken_is_told_at_once() -> None:
    noticed = case((Stage.PRE_NOTICE, "2026-02-09"), (Stage.SURVEY, "2026-02-12"), (Stage.PLAN_NOTICE, "2026-03-02"))
    assert codes(breaches_of(noticed, step(Stage.APPROVED, "2026-12-01"), LAW)) == ["future", "skipped", "funds"]


# ------------------------------------------------------------------ funds and approval


def test_nothing_is_approved_before_its_funds_are_in_place() -> None:
    unpaid = case((Stage.SUBMITTED, "2026-05-06"))
    (breach,) = breaches_of(unpaid, step(Stage.APPROVED, "2026-06-01"), LAW)
    assert (breach.code, breach.overridable, breach.legal_on) == ("funds", True, None)
    assert "实施条例 32" in breach.source
    (early,) = breaches_of(SUBMITTED, step(Stage.APPROVED, "2026-05-19"), LAW)
    assert (early.code, early.legal_on) == ("funds", day("2026-05-20"))
    assert breaches_of(SUBMITTED, step(Stage.APPROVED, "2026-05-20"), LAW) == ()


@pytest.mark.parametrize(
    ("arable_ha", "other_ha", "breaks"),
    [(35.00, 70.00, False), (35.01, 0, True), (0, 70.01, True)],
)
def test_an_approval_by_the_province_of_more_than_its_areas_is_refused(
    arable_ha: float, other_ha: float, breaks: bool
) -> None:
    law = Law(RULES, TODAY, {"P1": ApprovalAreas(0, arable_ha * HA, other_ha * HA)})
    by_province = step(Stage.APPROVED, "2026-06-01", authority=Authority.PROVINCE, document="示政地〔2026〕1号")
    found = breaches_of(SUBMITTED, by_province, law)
    assert codes(found) == (["authority"] if breaks else [])
    assert all("46" in breach.source and breach.overridable for breach in found)


@pytest.mark.parametrize(
    ("named", "document", "breaks"),
    [
        (None, "", True),
        (Authority.PROVINCE, "", True),
        (Authority.STATE_COUNCIL, "", False),
        (None, "国函〔2026〕12号", False),
        (None, "示自然资函〔2026〕12号", True),
    ],
)
def test_permanent_basic_farmland_is_the_state_council_s(named: Authority | None, document: str, breaks: bool) -> None:
    law = Law(RULES, TODAY, {"P1": ApprovalAreas(farmland_m2=500)})
    proposed = step(Stage.APPROVED, "2026-06-01", authority=named, document=document)
    assert codes(breaches_of(SUBMITTED, proposed, law)) == (["authority"] if breaks else [])


def test_land_of_no_stated_class_is_said_to_be_in_doubt() -> None:
    law = Law(RULES, TODAY, {"P1": ApprovalAreas(0, 20 * HA, 0, 20 * HA)})
    proposed = step(Stage.APPROVED, "2026-06-01", document="示政地〔2026〕1号")
    assert breaches_of(SUBMITTED, proposed, law) == ()
    assert "如为耕地，须国务院批准" in notes_on(SUBMITTED, proposed, law)[-1].zh


# ------------------------------------------------------------------ holds


HELD = Case("P1", entries=(Entry(EventKind.HOLD, date(2026, 3, 1), hold_reason=HoldReason.LAWSUIT),))
FREED = Case("P1", entries=(*HELD.entries, Entry(EventKind.RELEASE, date(2026, 4, 1))))


def test_a_hold_has_a_reason() -> None:
    assert codes(breaches_of(Case("P1"), ProposedEvent(EventKind.HOLD, day("2026-03-01")), LAW)) == ["reason"]
    held = ProposedEvent(EventKind.HOLD, day("2026-03-01"), hold_reason=HoldReason.DISPUTE)
    assert breaches_of(Case("P1"), held, LAW) == ()


@pytest.mark.parametrize(
    ("land", "on", "found"),
    [
        (Case("P1"), "2026-03-02", ["not_held"]),
        (HELD, "2026-03-02", []),
        (HELD, "2026-03-01", []),
        (HELD, "2026-02-28", ["before_last"]),
        (FREED, "2026-05-01", ["not_held"]),
        (FREED, "2026-03-15", ["not_held"]),
    ],
)
def test_only_what_is_held_is_released(land: Case, on: str, found: list[str]) -> None:
    assert codes(breaches_of(land, ProposedEvent(EventKind.RELEASE, day(on)), LAW)) == found


def test_what_was_tried_is_told_of_a_day_on_which_the_parcel_was_held() -> None:
    def effort(on: str, note: str = "约谈双方") -> ProposedEvent:
        return ProposedEvent(EventKind.EFFORT, day(on), note=note)

    assert breaches_of(FREED, effort("2026-03-15"), LAW) == ()
    assert codes(breaches_of(FREED, effort("2026-04-15"), LAW)) == ["not_held"]
    assert codes(breaches_of(HELD, effort("2026-03-15", note=" "), LAW)) == ["reason"]


# ------------------------------------------------------------------ announcement


def test_a_requisition_is_announced_within_fifteen_working_days_of_its_approval() -> None:
    # RULES §3.1: 15 working days from 2025-09-22 end on 2025-10-17 (made up: 28 September, 11 October).
    approved = case((Stage.APPROVED, "2025-09-22"))
    due = announcement_due(approved, RULES)
    assert due is not None
    assert (due.began, due.due_on, due.provisional) == (day("2025-09-22"), day("2025-10-17"), False)
    told = ProposedEvent(EventKind.ANNOUNCED, day("2025-10-17"))
    assert breaches_of(approved, told, LAW) == ()
    (late,) = breaches_of(approved, ProposedEvent(EventKind.ANNOUNCED, day("2025-10-18")), LAW)
    assert (late.code, late.overridable) == ("late", True)
    assert "实施条例 31" in late.source


def test_whoever_clears_land_is_told_that_its_announcement_is_missing() -> None:
    approved = case((Stage.APPROVED, "2025-09-22"))
    cleared = step(Stage.CLEARED, "2025-12-01")
    assert [note.zh for note in notes_on(approved, cleared, LAW)] == ["尚未登记征收土地公告"]
    assert breaches_of(approved, cleared, LAW) == ()
    told = case((Stage.APPROVED, "2025-09-22"), more=(Entry(EventKind.ANNOUNCED, day("2025-10-09")),))
    assert notes_on(told, cleared, LAW) == ()


def test_nothing_is_announced_before_it_is_approved_and_nothing_is_due_twice() -> None:
    told = Entry(EventKind.ANNOUNCED, day("2025-10-09"))
    assert announcement_due(case((Stage.APPROVED, "2025-09-22"), more=(told,)), RULES) is None
    assert announcement_due(NOTICED, RULES) is None
    assert announcement_due(Case("P1", OwnerKind.STATE, entries=steps((Stage.CLEARED, "2025-09-22"))), RULES) is None
    (breach,) = breaches_of(NOTICED, ProposedEvent(EventKind.ANNOUNCED, day("2026-03-01")), LAW)
    assert (breach.code, breach.overridable) == ("not_reached", False)


def test_no_requisition_of_the_state_s_own_land_is_announced() -> None:
    own = Case("P1", OwnerKind.STATE, entries=steps((Stage.CLEARED, "2025-09-22")))
    (breach,) = breaches_of(own, ProposedEvent(EventKind.ANNOUNCED, day("2025-10-09")), LAW)
    assert (breach.code, breach.overridable) == ("not_reached", False)


# ------------------------------------------------------------------ values


def test_an_event_that_says_nothing_cannot_be_made() -> None:
    for wrong in (
        {"kind": EventKind.STAGE, "on": TODAY},
        {"kind": EventKind.STAGE, "on": TODAY, "stage": Stage.NOT_STARTED},
        {"kind": EventKind.HOLD, "on": TODAY, "stage": Stage.SURVEY},
        {"kind": EventKind.FUNDS, "on": date(1900, 1, 1)},
        {"kind": EventKind.FUNDS, "on": TODAY, "note": "长" * 1001},
    ):
        with pytest.raises(InvalidValue):
            ProposedEvent(**wrong)  # type: ignore[arg-type]


def test_a_table_without_events_gives_cases_at_their_beginning() -> None:
    parcels = pd.DataFrame({"parcel_no": ["P1"], "owner_kind": [None], "supply_kind": [None]})
    events = pd.DataFrame(columns=["parcel_no", "kind", "stage", "on_date", "hold_reason"])
    assert cases_of(parcels, events) == {"P1": Case("P1")}


# ------------------------------------------------------------------ the same law as the clock's


@given(st.integers(0, 8), st.lists(st.integers(0, 60), min_size=9, max_size=9), st.sampled_from([None, *SupplyKind]))
def test_the_law_allows_the_next_step_on_the_very_day_that_the_clock_tells(
    done: int, gaps: list[int], supply: SupplyKind | None
) -> None:
    path = RULES.path(OwnerKind.COLLECTIVE)[1 : 1 + done]
    on, begun = date(2025, 9, 1), []
    for stage, gap in zip(path, gaps, strict=False):
        on += timedelta(days=gap)
        begun.append((stage, on.isoformat()))
    land = case(*begun, more=(Entry(EventKind.FUNDS, date(2025, 9, 1)),), supply=supply)
    parcels = pd.DataFrame(
        {
            "parcel_no": ["P1"],
            "owner_kind": ["collective"],
            "supply_kind": [supply.value if supply else None],
            "stage": [land.stage.value],
            "stage_on": [pd.Timestamp(on) if begun else pd.NaT],
            "hold_reason": [None],
            "held_since": [pd.NaT],
        }
    )
    events = pd.DataFrame(
        {
            "parcel_no": ["P1"] * len(begun),
            "kind": ["stage"] * len(begun),
            "stage": [stage.value for stage, _ in begun],
            "on_date": pd.to_datetime([text for _, text in begun]).astype("datetime64[s]"),
            "withdrawn": pd.array([None] * len(begun), dtype="boolean"),
        }
    )
    clock = time_parcels(parcels, events, RULES, on).loc["P1"]
    told = clock["next_legal_on"].date()
    coming = Stage(clock["next_stage"])
    law = Law(RULES, date(2030, 1, 1))
    assert breaches_of(land, ProposedEvent(EventKind.STAGE, told, coming), law) == ()
    if told > on:
        early = ProposedEvent(EventKind.STAGE, told - timedelta(days=1), coming)
        assert set(codes(breaches_of(land, early, law))) == {"wait"}
