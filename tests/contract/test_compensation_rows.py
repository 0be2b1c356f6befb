"""Households, buildings and the account, on each store."""

from __future__ import annotations

from datetime import date

import pytest

from gis.errors import Conflict, InvalidParameter, NotAllowed, NotFound
from gis.layers import ACCOUNT_ENTRY, BUILDING, HOUSEHOLD
from gis.model import Actor, Role
from gis.store.port import Store
from gis.workflows.list_households import list_buildings, list_households
from gis.workflows.record_compensation import add_row, correct_row, take_row_away
from gis.workflows.show_compensation import EntryFilter, show_account, show_compensation
from tests.contract.store_samples import OFFICER, VIEWER, parcels, projects, town

TODAY = date(2026, 6, 30)
EDITOR = Actor("赵填报", Role.EDITOR)
ZHANG = {
    "parcel_no": "P0",
    "household_no": "1",
    "head": "张三",
    "id_no": "140781198001011234",
    "phone": "13812341234",
    "people": 4,
    "due_wan": 12.5,
}


@pytest.fixture
def county(store: Store) -> Store:
    with store.writing(OFFICER) as writer:
        writer.put("town", town())
        writer.put("parcel", parcels(2))
        writer.put("project", projects(("X1",)))
    return store


def entry(**columns: object) -> dict[str, object]:
    return {"on_date": date(2026, 5, 6), "amount_wan": 100.0, "project_code": "X1", "town": "140781100", **columns}


def test_a_household_is_added_corrected_and_withdrawn(county):
    row = add_row(county, OFFICER, HOUSEHOLD, ZHANG, TODAY)
    (shown,) = list_households(county, OFFICER, "P0")["households"]
    assert shown["seen"] == row["recorded_at"]
    key = {"parcel_no": "P0", "household_no": "1"}
    changes = {"paid_wan": 12.5, "paid_on": date(2026, 6, 1), "phone": None}
    correct_row(county, OFFICER, HOUSEHOLD, key, changes, seen=shown["seen"], today=TODAY)
    found = list_households(county, OFFICER, "P0", full=True)
    (shown,) = found["households"]
    assert (shown["head"], shown["people"], shown["due_wan"], shown["paid_wan"]) == ("张三", 4, 12.5, 12.5)
    assert (shown["paid_on"], shown["phone"], shown["id_no"]) == ("2026-06-01", None, ZHANG["id_no"])
    assert found["totals"]["left_wan"] == 0
    take_row_away(county, OFFICER, HOUSEHOLD, key, reason="重复登记", seen=shown["seen"])
    assert list_households(county, OFFICER, "P0")["households"] == []
    assert len(county.read("household")) == 1  # the ledger still knows of it
    add_row(county, OFFICER, HOUSEHOLD, ZHANG, TODAY)
    assert len(list_households(county, OFFICER, "P0")["households"]) == 1


def test_numbers_are_masked_unless_asked_for_in_full(county):
    add_row(county, OFFICER, HOUSEHOLD, ZHANG, TODAY)
    add_row(county, OFFICER, HOUSEHOLD, {**ZHANG, "household_no": "2", "id_no": "12345678", "phone": None}, TODAY)
    first, second = list_households(county, OFFICER, "P0")["households"]
    assert (first["id_no"], first["phone"]) == ("1407**********1234", "138****1234")
    assert (second["id_no"], second["phone"]) == ("********", None)


@pytest.mark.parametrize("actor", [VIEWER, EDITOR, Actor("钱规划", Role.PLANNER)])
def test_only_land_officers_and_administrators_know_of_households(county, actor):
    add_row(county, OFFICER, HOUSEHOLD, ZHANG, TODAY)
    with pytest.raises(NotAllowed):
        list_households(county, actor, "P0")
    with pytest.raises(NotAllowed):
        add_row(county, actor, HOUSEHOLD, {**ZHANG, "household_no": "2"}, TODAY)
    with pytest.raises(NotAllowed):
        take_row_away(county, actor, HOUSEHOLD, {"parcel_no": "P0", "household_no": "1"}, reason="x", seen="x")
    told = str(show_compensation(county, "P0"))
    assert "张三" not in told
    assert "140781198001011234" not in told


def test_two_who_correct_at_once_do_not_overwrite_each_other(county):
    seen = add_row(county, OFFICER, HOUSEHOLD, ZHANG, TODAY)["recorded_at"]
    key = {"parcel_no": "P0", "household_no": "1"}
    correct_row(county, OFFICER, HOUSEHOLD, key, {"people": 5}, seen=seen, today=TODAY)
    with pytest.raises(Conflict):
        correct_row(county, OFFICER, HOUSEHOLD, key, {"people": 6}, seen=seen, today=TODAY)
    with pytest.raises(Conflict):
        take_row_away(county, OFFICER, HOUSEHOLD, key, reason="x", seen=seen)
    assert list_households(county, OFFICER, "P0")["households"][0]["people"] == 5


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"paid_wan": 12.6}, "paid_wan"),
        ({"paid_wan": 3.0, "paid_on": date(2026, 6, 1)}, "paid_on"),
        ({"signed_on": date(2026, 7, 1)}, "signed_on"),
        ({"id_no": "1407**********1234"}, "id_no"),
        ({"phone": "138****1234"}, "phone"),
    ],
)
def test_what_cannot_be_of_a_household_is_refused(county, changes, column):
    with pytest.raises(InvalidParameter) as caught:
        add_row(county, OFFICER, HOUSEHOLD, {**ZHANG, **changes}, TODAY)
    assert [problem.place.column for problem in caught.value.problems] == [column]
    assert county.read("household").empty


def test_a_number_is_given_once(county):
    add_row(county, OFFICER, HOUSEHOLD, ZHANG, TODAY)
    with pytest.raises(InvalidParameter) as caught:
        add_row(county, OFFICER, HOUSEHOLD, {**ZHANG, "head": "李四"}, TODAY)
    assert caught.value.place.column == "household_no"
    assert "张三" not in str(caught.value.as_dict())
    add_row(county, OFFICER, HOUSEHOLD, {**ZHANG, "parcel_no": "P1"}, TODAY)


def test_of_a_parcel_that_is_not_there_nothing_is_known(county):
    for layer, row in ((HOUSEHOLD, ZHANG), (BUILDING, {"building_no": "1"})):
        with pytest.raises(NotFound):
            add_row(county, OFFICER, layer, {**row, "parcel_no": "P9"}, TODAY)
    with pytest.raises(NotFound):
        correct_row(county, OFFICER, HOUSEHOLD, {"parcel_no": "P0", "household_no": "7"}, {}, seen="x", today=TODAY)
    with pytest.raises(NotFound):
        show_compensation(county, "P9")


def test_buildings_stand_beside_households_and_their_owners_are_not_for_everybody(county):
    add_row(
        county,
        OFFICER,
        BUILDING,
        {"parcel_no": "P0", "building_no": "1", "owner": "张三丰", "floor_area_m2": 120.5},
        TODAY,
    )
    assert list_buildings(county, OFFICER, "P0")["buildings"][0]["owner"] == "张三丰"
    assert list_buildings(county, VIEWER, "P0")["buildings"][0]["owner"] == "张**"
    assert show_compensation(county, "P0")["buildings"]["floor_area_m2"] == 120.5


def test_the_account_tells_what_is_left_by_project_and_town(county):
    add_row(county, OFFICER, ACCOUNT_ENTRY, entry(amount_wan=1000.0), TODAY)
    add_row(county, OFFICER, ACCOUNT_ENTRY, entry(amount_wan=-300.5, parcel_no="P0", entry_no="付-1"), TODAY)
    add_row(county, OFFICER, ACCOUNT_ENTRY, entry(amount_wan=50.0, project_code=None, town=None), TODAY)
    found = show_account(county, EntryFilter())
    assert (found["count"], found["total"]["balance_wan"]) == (3, 749.5)
    told = [(row["code"], row["name"], row["balance_wan"]) for row in found["by_project"]]
    assert told == [("", None, 50.0), ("X1", "项目X1", 699.5)]
    assert [(row["code"], row["balance_wan"]) for row in found["by_town"]] == [("", 50.0), ("140781100", 699.5)]
    assert {row["entry_no"] for row in found["entries"]} == {"20260506-001", "20260506-002", "付-1"}
    assert show_account(county, EntryFilter(parcel=("P0",)))["total"]["payments_wan"] == 300.5
    assert show_compensation(county, "P0")["account"]["balance_wan"] == -300.5


def test_a_withdrawn_entry_is_no_money_and_its_number_is_not_given_again(county):
    row = add_row(county, OFFICER, ACCOUNT_ENTRY, entry(), TODAY)
    take_row_away(county, OFFICER, ACCOUNT_ENTRY, {"entry_no": row["entry_no"]}, reason="记错", seen=row["recorded_at"])
    assert show_account(county, EntryFilter())["total"]["balance_wan"] == 0
    assert add_row(county, OFFICER, ACCOUNT_ENTRY, entry(), TODAY)["entry_no"] == "20260506-002"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"amount_wan": 0.0}, "amount_wan"),
        ({"project_code": "X9"}, "project_code"),
        ({"town": "1"}, "town"),
        ({"parcel_no": "P9"}, "parcel_no"),
        ({"on_date": date(2026, 7, 1)}, "on_date"),
    ],
)
def test_an_entry_of_nothing_or_of_what_is_not_there_is_refused(county, changes, column):
    with pytest.raises(InvalidParameter) as caught:
        add_row(county, OFFICER, ACCOUNT_ENTRY, entry(**changes), TODAY)
    assert [problem.place.column for problem in caught.value.problems] == [column]


def test_a_day_has_a_thousand_numbers_less_one(county):
    add_row(county, OFFICER, ACCOUNT_ENTRY, entry(entry_no="20260506-999"), TODAY)
    with pytest.raises(InvalidParameter, match="used up"):
        add_row(county, OFFICER, ACCOUNT_ENTRY, entry(), TODAY)
