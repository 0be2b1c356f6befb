"""
What lies before a land desk on Wednesday 2026-06-10; the week ends on Sunday the 14th.

15 working days from Monday 2026-05-18 end on Monday 2026-06-08: four in its week, then five, five and one.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from gis.analysis.desk import DESK_LISTS, DeskDays, DeskFilter, announce_by, desk_lists, may_open_today, week_end
from gis.analysis.register import REGISTER_COLUMNS, Register, day_text, tabulate
from gis.analysis.register_columns import NO_DAY
from gis.layers import FRAME_DTYPES, PARCEL
from gis.rules import RuleBook

ON = date(2026, 6, 10)
RULES = RuleBook.default()


def register(*rows: dict[str, object]) -> Register:
    """Parcels P0, P1 … with these values; collective unless they say otherwise."""
    frame = pd.DataFrame([{"parcel_no": f"P{n}", "owner_kind": "collective", **row} for n, row in enumerate(rows)])
    types = {column.name: column.type for column in PARCEL.columns}
    for name in REGISTER_COLUMNS:
        dtype = FRAME_DTYPES[types.get(name, "integer")]
        frame[name] = frame[name].astype(dtype) if name in frame else pd.Series([None] * len(frame), dtype=dtype)
    return tabulate(frame, None, RULES, ON)


def lists(known: Register, wanted: DeskFilter | None = None, **announced: str) -> dict[str, list[str]]:
    days = {number: date.fromisoformat(on) for number, on in announced.items()}
    nothing = np.full(len(known), NO_DAY, dtype=np.int32)
    found = desk_lists(known, wanted or DeskFilter(), DeskDays(nothing, announce_by(known, RULES, days)))
    return {
        name: [r["parcel_no"] for r in known.records(each.first(99), ("parcel_no",))] for name, each in found.items()
    }


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_a_planned_day_is_overdue_today_or_this_week() -> None:
    noticed = {"stage": "pre_notice", "stage_on": day("2026-06-09")}
    known = register(
        {**noticed, "planned_survey_on": day("2026-06-09")},
        {**noticed, "planned_survey_on": day("2026-06-10")},
        {**noticed, "planned_survey_on": day("2026-06-14")},
        {**noticed, "planned_survey_on": day("2026-06-15")},
        {**noticed, "planned_survey_on": day("2026-05-01")},
    )
    found = lists(known)
    assert (found["overdue"], found["today"], found["week"]) == (["P4", "P0"], ["P1"], ["P2"])
    assert week_end(ON) == date(2026, 6, 14)


def test_an_approval_is_to_be_announced_within_fifteen_working_days() -> None:
    approved = [
        {"stage": "approved", "stage_on": day(on)} for on in ("2026-05-18", "2026-05-19", "2026-05-20", "2026-05-21")
    ]
    known = register(*approved, {**approved[0]}, {**approved[0], "owner_kind": "state"})
    due = announce_by(known, RULES, {"P4": date(2026, 5, 18)})
    assert [day_text(d) if d != NO_DAY else None for d in due.tolist()] == [
        *("2026-06-08", "2026-06-09", "2026-06-10", "2026-06-11"),
        *(None, None),
    ]
    found = lists(known, P4="2026-05-18")
    assert (found["overdue"], found["today"], found["week"]) == (["P0", "P1"], ["P2"], ["P3"])
    assert lists(known, P0="2026-05-17")["overdue"][0] == "P0"  # told before this approval: of another one


def test_what_the_law_allows_may_be_done_unless_it_is_held() -> None:
    known = register(
        {"stage": "plan_notice", "stage_on": day("2026-05-10")},
        {"stage": "plan_notice", "stage_on": day("2026-05-11")},
        {
            "stage": "plan_notice",
            "stage_on": day("2026-05-10"),
            "hold_reason": "lawsuit",
            "held_since": day("2026-06-01"),
        },
        {"stage": "registered", "stage_on": day("2026-05-10")},
        {"stage": "agreement", "stage_on": day("2026-05-01"), "planned_submitted_on": day("2026-07-01")},
    )
    found = lists(known)
    assert found["may"] == ["P4", "P0"]  # what is planned comes first
    assert (found["week"], found["held"]) == (["P1"], ["P2"])  # 30 days after 11 May end today


def test_a_wait_that_ran_out_yesterday_is_looked_for_only_where_it_may_have() -> None:
    known = register(
        {"stage": "plan_notice", "stage_on": day("2026-05-10")},
        {"stage": "plan_notice", "stage_on": day("2025-05-10")},
        {"stage": "agreement", "stage_on": day("2026-05-10")},
        {"stage": "plan_notice", "stage_on": day("2026-06-01")},
    )
    places = may_open_today(known, RULES)
    assert known.records(places, ("parcel_no",)) == [{"parcel_no": "P0"}]
    opened = np.full(len(known), NO_DAY, dtype=np.int32)
    opened[places] = known.today
    no_days = np.full(len(known), NO_DAY, dtype=np.int32)
    assert desk_lists(known, DeskFilter(), DeskDays(opened, no_days))["today"].first(9).tolist() == [0]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (DeskFilter(unit=("甲镇",)), ["P0", "P1"]),
        (DeskFilter(unit=("甲镇",), person=("张三",)), ["P0"]),
        (DeskFilter(town=("T9",)), []),
        (DeskFilter(unit=("甲镇", "乙镇")), ["P0", "P1", "P2"]),
    ],
)
def test_a_desk_is_a_unit_s_or_a_person_s(wanted: DeskFilter, found: list[str]) -> None:
    held = {"hold_reason": "dispute", "held_since": day("2026-06-01")}
    known = register(
        {**held, "unit": "甲镇", "person": "张三"}, {**held, "unit": "甲镇"}, {**held, "unit": "乙镇"}, {**held}
    )
    assert lists(known, wanted)["held"] == found


def test_no_parcels_make_empty_lists() -> None:
    empty = register({}).with_rows(register({}), gone=[])
    nobody = DeskFilter(unit=("无",))
    assert lists(empty, nobody) == {name: [] for name in DESK_LISTS}


def test_the_first_of_a_list_are_the_most_pressing_and_equal_ones_stand_by_number() -> None:
    late = [day(f"2026-05-{n:02d}") for n in (9, 3, 3, 1, 9)]
    known = register(*({"stage": "pre_notice", "stage_on": day("2026-04-01"), "planned_survey_on": on} for on in late))
    nothing = np.full(len(known), NO_DAY, dtype=np.int32)
    overdue = desk_lists(known, DeskFilter(), DeskDays(nothing, nothing))["overdue"]
    order = [3, 1, 2, 0, 4]
    assert overdue.count == 5
    assert [overdue.first(n).tolist() for n in range(1, 7)] == [order[:n] for n in range(1, 7)]
