"""The rules as data: what ships is complete and coherent; a store's own rows rule while they are in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from gis.errors import InvalidValue
from gis.model import OwnerKind, ProjectCategory, Stage, SupplyKind, ZoneKind, ZoneResult
from gis.rules import RuleBook, default_parameters
from gis.workdays import WorkCalendar

BOOK = RuleBook.default()


def stored(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of rule_parameter as a store gives them."""
    frame = pd.DataFrame(
        {
            "code": pd.Series([row["code"] for row in rows], dtype="str"),
            "value": pd.Series([row["value"] for row in rows], dtype="object"),
            "source": pd.Series([row.get("source", "本县文件") for row in rows], dtype="str"),
        }
    )
    for column in ("effective_from", "effective_to"):
        frame[column] = pd.Series([row.get(column) for row in rows], dtype="datetime64[s]")
    return frame


def test_every_shipped_parameter_has_one_row_and_a_source() -> None:
    rows = default_parameters()
    assert len({row["code"] for row in rows}) == len(rows)
    assert all(row["source"].strip() for row in rows)
    assert set(rows[0]) == {"code", "value", "unit", "source", "region", "effective_from", "effective_to"}


def test_state_land_needs_no_requisition() -> None:
    """DOMAIN §3."""
    assert BOOK.path(OwnerKind.COLLECTIVE) == tuple(Stage)
    assert [s.value for s in BOOK.path(OwnerKind.STATE)] == ["not_started", "cleared", "supplied", "registered"]


@pytest.mark.parametrize("owner", list(OwnerKind))
def test_every_step_of_a_path_but_the_last_has_a_usual_duration(owner: OwnerKind) -> None:
    assert set(BOOK.typical_days(owner)) == set(BOOK.path(owner)[:-1])
    assert all(days >= 0 for days in BOOK.typical_days(owner).values())


def test_the_waits_are_the_law_s() -> None:
    waits = {(wait.after, wait.before): (wait.days, wait.working, wait.supply) for wait in BOOK.waits}
    assert waits == {
        (Stage.PRE_NOTICE, Stage.PLAN_NOTICE): (10, True, None),
        (Stage.PLAN_NOTICE, Stage.AGREEMENT): (30, False, None),
        (Stage.CLEARED, Stage.SUPPLIED): (30, False, SupplyKind.MARKET),
    }
    assert all(wait.source for wait in BOOK.waits)
    assert all(wait.after.rank < wait.before.rank for wait in BOOK.waits)


def test_usual_durations_keep_the_law_s_waits() -> None:
    """A usual duration shorter than the law's wait would promise an illegal date."""
    days = BOOK.typical_days(OwnerKind.COLLECTIVE)
    path = BOOK.path(OwnerKind.COLLECTIVE)
    for wait in BOOK.waits:
        steps = path[path.index(wait.after) : path.index(wait.before)]
        calendar_days = wait.days * 7 / 5 if wait.working else wait.days
        assert sum(days[step] for step in steps) >= calendar_days


def test_a_plan_notice_on_27_february_is_too_early_and_one_on_2_march_is_not() -> None:
    """DOMAIN §3, from the shipped wait and the published calendar."""
    wait = next(w for w in BOOK.waits if w.after is Stage.PRE_NOTICE)
    first = WorkCalendar().first_day_after(date(2026, 2, 9), wait.days, working=wait.working)
    assert date(2026, 2, 27) < first <= date(2026, 3, 2)


@pytest.mark.parametrize("kind", list(ZoneKind))
def test_every_zone_kind_says_what_an_overlap_means(kind: ZoneKind) -> None:
    rule = BOOK.value(f"zone.{kind.value}")
    assert ZoneResult(rule["result"])
    assert rule["where"] in ("inside", "outside")
    assert all(ProjectCategory(category) for category in rule.get("categories", ()))


def test_land_is_ready_from_cleared_on() -> None:
    assert BOOK.ready_stage is Stage.CLEARED


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(InvalidValue) as raised:
        BOOK.value("land.colour")
    assert raised.value.found == "land.colour"


def test_an_empty_table_leaves_the_shipped_rules() -> None:
    assert RuleBook.from_frame(stored(), date(2026, 6, 30)) == BOOK


def test_a_store_s_row_rules_over_the_shipped_one_and_brings_its_source() -> None:
    book = RuleBook.from_frame(stored({"code": "land.ready_stage", "value": "supplied"}), date(2026, 6, 30))
    assert book.ready_stage is Stage.SUPPLIED
    assert book.sources["land.ready_stage"] == "本县文件"
    assert book.value("land.tight_float_days") == 30


@pytest.mark.parametrize(
    ("on", "value"),
    [
        ("2025-12-31", 30),
        ("2026-01-01", 45),
        ("2026-06-30", 45),
        ("2026-07-01", 60),
        ("2026-12-31", 60),
        ("2027-01-01", 30),
    ],
)
def test_a_rule_is_in_force_from_its_first_to_its_last_day(on: str, value: int) -> None:
    code = {"code": "land.tight_float_days"}
    frame = stored(
        {**code, "value": 60, "effective_from": "2026-07-01", "effective_to": "2026-12-31"},
        {**code, "value": 45, "effective_from": "2026-01-01", "effective_to": "2026-12-31"},
        {**code, "value": 30},
    )
    assert RuleBook.from_frame(frame, date.fromisoformat(on)).value("land.tight_float_days") == value
