"""The land desk of the store's own day, 2026-06-30 (a Tuesday), on every store."""

from __future__ import annotations

from datetime import date

import pandas as pd

from gis.analysis.case import ProposedEvent
from gis.analysis.desk import DeskFilter
from gis.model import EventKind
from gis.store.port import Store
from gis.workflows.list_desk import list_dates, list_desk
from gis.workflows.plain import Record
from gis.workflows.record_event import Withdrawal, record_event, withdraw_event
from gis.workflows.register_index import read_register
from tests.contract.store_samples import OFFICER, append, hold, parcels, put, stages

ON = date(2026, 6, 30)


def desk(store: Store, **wanted: tuple[str, ...]) -> dict[str, list[str]]:
    answer = list_desk(store, read_register(store, ON).register, DeskFilter(**wanted))
    return {name: [row["parcel_no"] for row in found["rows"]] for name, found in answer["lists"].items()}


def dates(store: Store) -> list[tuple[str, str, str]]:
    found: list[Record] = list_dates(store, read_register(store, ON).register, DeskFilter())
    return [(each["on"], each["parcel_no"], each["what"]) for each in found]


def test_an_announcement_is_due_until_it_is_told_and_again_when_that_is_withdrawn(store: Store) -> None:
    """15 working days from Monday 2026-06-01 end on Tuesday the 23rd: the 19th is Dragon Boat day."""
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("approved", "2026-06-01")))
    assert desk(store)["overdue"] == ["P0"]
    assert dates(store) == [("2026-06-23", "P0", "announce")]
    record_event(store, OFFICER, "P0", ProposedEvent(EventKind.ANNOUNCED, date(2026, 6, 10)))
    assert (desk(store)["overdue"], dates(store)) == ([], [])
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.ANNOUNCED, None, date(2026, 6, 10), "未发布"))
    assert desk(store)["overdue"] == ["P0"]


def test_a_step_opens_on_the_day_after_its_wait(store: Store) -> None:
    """Ten working days from 2026-06-12: 15–18, 22–26 June and the 29th, the 19th being a holiday."""
    put(store, "parcel", parcels(3))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-06-12"), ("survey", "2026-06-15")))
    append(store, "parcel_event", stages("P1", ("pre_notice", "2026-06-11"), ("survey", "2026-06-15")))
    append(store, "parcel_event", stages("P2", ("pre_notice", "2026-06-15"), ("survey", "2026-06-16")))
    found = desk(store)
    assert (found["today"], found["week"], found["may"]) == (["P0"], ["P2"], ["P0", "P1"])
    assert dates(store) == [("2026-07-01", "P2", "legal")]


def test_an_approval_waits_for_its_funds_though_no_day_does(store: Store) -> None:
    put(store, "parcel", parcels(2))
    for number in ("P0", "P1"):
        append(store, "parcel_event", stages(number, ("submitted", "2026-05-06")))
    record_event(store, OFFICER, "P1", ProposedEvent(EventKind.FUNDS, date(2026, 6, 1)))
    rows = list_desk(store, read_register(store, ON).register, DeskFilter())["lists"]["may"]["rows"]
    assert [(row["parcel_no"], row["unpaid"]) for row in rows] == [("P0", True), ("P1", False)]


def test_whose_desk_it_is_and_how_many_press(store: Store) -> None:
    late = [pd.Timestamp("2026-06-01"), pd.NaT]
    put(store, "parcel", parcels(2, unit=["甲镇", "乙镇"], planned_pre_notice_on=late))
    append(store, "parcel_event", hold("P1", "2026-05-06"))
    assert (desk(store)["overdue"], desk(store, unit=("乙镇",))["overdue"]) == (["P0"], [])
    answer = list_desk(store, read_register(store, ON).register, DeskFilter(unit=("乙镇",)), limit=1)
    assert answer["lists"]["held"]["count"] == 1
    assert sorted((choice["code"], choice["n"]) for choice in answer["choices"]["unit"]) == [("乙镇", 1), ("甲镇", 1)]
    assert (answer["on"], answer["week_until"]) == ("2026-06-30", "2026-07-05")


def test_a_store_without_parcels_has_an_empty_desk(store: Store) -> None:
    assert desk(store) == {"overdue": [], "today": [], "week": [], "may": [], "held": []}
    assert dates(store) == []
