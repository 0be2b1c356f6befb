"""Stock of land, two days compared and requisition tasks, on every store; squares of 100 m."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString

from gis.analysis.compare import Movement
from gis.analysis.idle_land import IdleStatus
from gis.analysis.stock import StockKind
from gis.errors import Conflict, InvalidParameter, NotAllowed, NotFound, Place
from gis.model import Actor, Role
from gis.store.port import Store
from gis.workflows.compare_days import CompareFilter, Span, compare_days, compare_features, usual_span
from gis.workflows.list_stock import StockFilter, list_stock
from gis.workflows.list_tasks import list_linear_projects, list_tasks
from gis.workflows.record_supply import record_supply, show_supply, withdraw_supply
from gis.workflows.record_task import record_task, withdraw_task
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, append, parcels, put, square, stages, town

ON = date(2026, 6, 30)
UP_TO = ("pre_notice", "survey", "plan_notice", "agreement", "submitted", "approved", "cleared", "supplied")


def reach(store: Store, parcel_no: str, last: str, first_day: str = "2024-01-10") -> None:
    """The parcel goes through its stages up to ``last``, one a month."""
    wanted = UP_TO[: UP_TO.index(last) + 1]
    days = pd.date_range(first_day, periods=len(wanted), freq="MS")
    append(store, "parcel_event", stages(parcel_no, *((s, str(d.date())) for s, d in zip(wanted, days, strict=True))))


@pytest.fixture
def land(store: Store) -> Store:
    """P0 approved, P1 supplied, P2 not started, all in one town; a project begun on the left half of P1."""
    put(store, "town", town())
    put(store, "parcel", parcels(3, town="140781100", unit="义安所"), on=date(2023, 1, 1))
    reach(store, "P0", "approved")
    reach(store, "P1", "supplied")
    works = gpd.GeoDataFrame({"code": ["X1"], "name": ["示例工厂"]}, geometry=[square(1, 0, 50)], crs=CRS)
    put(store, "project", works)
    begun = pd.DataFrame({"project_code": ["X1"], "stage": ["building"], "on_date": pd.to_datetime(["2025-01-01"])})
    append(store, "project_event", begun)
    return store


def test_stock_is_listed_with_what_it_sums_to(land: Store) -> None:
    found = list_stock(land, ON, StockFilter())
    assert {p["parcel_no"]: p["kind"] for p in found["parcels"]} == {
        "P0": "approved_not_supplied",
        "P1": "supplied_not_used",
    }
    assert [(group["zh"], group["held_m2"]) for group in found["groups"]] == [("义安镇", pytest.approx(10_000))]
    assert found["total"]["kinds"]["approved_not_supplied"]["n"] == 1
    of_p1 = next(p for p in found["parcels"] if p["parcel_no"] == "P1")
    assert of_p1["built_m2"] == pytest.approx(2_500)
    assert of_p1["since_on"] == "2024-09-01"  # the first days of eight months from February


def test_stock_of_an_earlier_day_is_what_it_was_then(land: Store) -> None:
    assert list_stock(land, date(2024, 1, 15), StockFilter())["all"] == 0
    assert [p["kind"] for p in list_stock(land, date(2024, 8, 15), StockFilter())["parcels"]] == [
        "approved_not_supplied",
        "approved_not_supplied",
    ]


def test_a_contract_supplies_no_land_on_days_before_the_land_was_supplied(land: Store) -> None:
    record_supply(land, OFFICER, "P1", {"agreed_start_on": date(2025, 1, 1)}, seen=None, today=ON)
    (before,) = [p for p in list_stock(land, date(2024, 8, 15), StockFilter())["parcels"] if p["parcel_no"] == "P1"]
    assert (before["kind"], before["since_on"], before["status"]) == ("approved_not_supplied", "2024-07-01", None)
    (after,) = [p for p in list_stock(land, date(2024, 9, 1), StockFilter())["parcels"] if p["parcel_no"] == "P1"]
    assert (after["kind"], after["stage_behind"]) == ("supplied_not_used", False)
    assert list_stock(land, date(2024, 1, 15), StockFilter())["all"] == 0


def test_the_filter_narrows_the_list_and_its_sums(land: Store) -> None:
    only = list_stock(land, ON, StockFilter(kind=(StockKind.UNUSED,)))
    assert (only["count"], only["all"]) == (1, 2)
    assert only["total"]["kinds"]["approved_not_supplied"]["n"] == 0
    assert list_stock(land, ON, StockFilter(words="p0"))["count"] == 1
    assert list_stock(land, ON, StockFilter(status=(IdleStatus.IDLE_A,)))["count"] == 0
    assert list_stock(land, ON, StockFilter(built_below=0.5))["count"] == 1
    assert list_stock(land, ON, StockFilter(built_below=0.2))["count"] == 0


def test_a_supply_is_recorded_corrected_and_withdrawn(land: Store) -> None:
    first = record_supply(land, OFFICER, "P1", {"agreed_start_on": date(2025, 1, 1)}, seen=None, today=ON)
    assert show_supply(land, "P1", ON)["standing"]["status"] == "idle_a"
    assert list_stock(land, ON, StockFilter(status=(IdleStatus.IDLE_A,)))["count"] == 1
    begun = {"agreed_start_on": date(2025, 1, 1), "legal_start_on": date(2025, 2, 1)}
    second = record_supply(land, OFFICER, "P1", begun, seen=first["recorded_at"], today=ON)
    assert show_supply(land, "P1", ON)["standing"]["status"] == "started"
    withdraw_supply(land, OFFICER, "P1", reason="录错地块", seen=second["recorded_at"])
    assert show_supply(land, "P1", ON)["supply"] is None
    again = record_supply(land, OFFICER, "P1", {"price_wan": 5.0}, seen=None, today=ON)
    assert again["price_wan"] == 5.0
    assert again["agreed_start_on"] is None


def test_who_did_not_see_the_latest_record_gets_a_conflict(land: Store) -> None:
    first = record_supply(land, OFFICER, "P1", {"price_wan": 5.0}, seen=None, today=ON)
    with pytest.raises(Conflict):
        record_supply(land, OFFICER, "P1", {"price_wan": 6.0}, seen=None, today=ON)
    with pytest.raises(Conflict):
        withdraw_supply(land, OFFICER, "P1", reason="错", seen="2020-01-01")
    assert show_supply(land, "P1", ON)["supply"]["price_wan"] == 5.0
    assert first["price_wan"] == 5.0


def test_supply_is_for_land_officers_and_tasks_for_planners_too(land: Store) -> None:
    planner, editor = Actor("规划员", Role.PLANNER), Actor("填报员", Role.EDITOR)
    for actor in (planner, editor):
        with pytest.raises(NotAllowed):
            record_supply(land, actor, "P1", {"price_wan": 5.0}, seen=None, today=ON)
        with pytest.raises(NotAllowed):
            withdraw_supply(land, actor, "P1", reason="错", seen=None)
    task = {"due_on": date(2026, 12, 31), "set_on": None, "note": ""}
    with pytest.raises(NotAllowed) as refused:
        record_task(land, editor, "R1", "140781100", task, seen=None)
    assert refused.value.expected == "规划、土地、管理员"
    with pytest.raises(NotAllowed):
        withdraw_task(land, editor, "R1", "140781100", reason="错", seen=None)
    with pytest.raises(NotFound):
        record_task(land, planner, "R1", "140781100", task, seen=None)


def test_a_record_that_cannot_be_is_refused_whole(land: Store) -> None:
    wrong = {
        "legal_start_on": date(2026, 7, 1),
        "price_wan": -1.0,
        "agreed_start_on": date(2026, 1, 1),
        "agreed_finish_on": date(2025, 1, 1),
        "stopped_since": date(2026, 6, 1),
        "certified_document": "闲认1号",
    }
    with pytest.raises(InvalidParameter) as caught:
        record_supply(land, OFFICER, "P1", wrong, seen=None, today=ON)
    assert {p.place.column for p in caught.value.problems} == {
        "legal_start_on", "price_wan", "agreed_finish_on", "stopped_since", "certified_on",
    }  # fmt: skip
    with pytest.raises(NotFound):
        record_supply(land, OFFICER, "P9", {}, seen=None, today=ON)
    with pytest.raises(NotFound):
        withdraw_supply(land, OFFICER, "P0", reason="错", seen=None)
    for reason in (" ", "错" * 1001):
        with pytest.raises(InvalidParameter) as refused:
            withdraw_supply(land, OFFICER, "P1", reason=reason, seen=None)
        assert refused.value.place == Place(column="reason")


def test_an_empty_store_has_no_stock_and_nothing_to_compare(store: Store) -> None:
    assert list_stock(store, ON, StockFilter(), "park")["parcels"] == []
    span = Span(date(2026, 1, 1), ON)
    assert compare_days(store, span, CompareFilter())["total"]["n"] == 0
    assert compare_features(store, span, CompareFilter())["features"] == []


def test_two_days_are_compared_with_the_promises_of_the_first(store: Store) -> None:
    planned = {"planned_survey_on": pd.to_datetime(["2026-03-01", "2026-03-01", None])}
    put(store, "parcel", parcels(3, **planned), on=date(2023, 1, 1))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2025-12-01"), ("survey", "2026-02-01")))
    # A later promise takes the place of January's.
    later = parcels(1, first=1, planned_survey_on=pd.to_datetime(["2026-12-01"]))
    put(store, "parcel", later, on=date(2026, 4, 1))
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(1, first=3), since=date(2026, 5, 1))
        writer.retire("parcel", ["P2"], on=date(2026, 5, 1))
    found = compare_days(store, Span(date(2026, 1, 31), ON), CompareFilter())
    assert {p["parcel_no"]: p["movement"] for p in found["parcels"]} == {
        "P0": "forward", "P1": "still", "P2": "retired", "P3": "new",
    }  # fmt: skip
    assert [(p["parcel_no"], p["outcome"]) for p in found["promises"]] == [("P1", "not_done"), ("P0", "kept")]
    shapes = compare_features(store, Span(date(2026, 1, 31), ON), CompareFilter())
    assert shapes["count"] == 4
    assert all(feature["geometry"]["type"] == "MultiPolygon" for feature in shapes["features"])
    only = compare_days(store, Span(date(2026, 1, 31), ON), CompareFilter(movement=(Movement.NEW,)))
    assert [p["parcel_no"] for p in only["parcels"]] == ["P3"]
    assert only["total"]["n"] == 4


def test_the_usual_span_begins_with_the_end_of_january() -> None:
    assert usual_span(date(2026, 7, 31)) == Span(date(2026, 1, 31), date(2026, 7, 31))
    assert usual_span(date(2026, 1, 31)) == Span(date(2025, 1, 31), date(2026, 1, 31))
    with pytest.raises(InvalidParameter):
        usual_span(date(2026, 1, 1), date(2026, 1, 1))


def test_the_tasks_of_a_road_are_set_measured_and_withdrawn(store: Store) -> None:
    put(store, "town", town(level="town"))
    put(store, "parcel", parcels(3), on=date(2023, 1, 1))
    reach(store, "P0", "cleared")
    road = LineString([(EAST, NORTH + 50), (EAST + 1000, NORTH + 50)])
    works = gpd.GeoDataFrame({"code": ["R1"], "name": ["路"], "row_width_m": [20.0]}, geometry=[road], crs=CRS)
    put(store, "project", works)
    task = {"due_on": date(2026, 12, 31), "set_on": date(2026, 1, 1), "note": ""}
    record_task(store, OFFICER, "R1", "140781100", task, seen=None)
    found = list_tasks(store, "R1", ON)
    row = found["tasks"][0]
    assert (row["town_name"], row["length_m"], row["ready_m"]) == ("义安镇", pytest.approx(1000), pytest.approx(100))
    assert row["expected_share"] == pytest.approx(180 / 364)
    assert row["behind_m"] == pytest.approx((180 / 364 - 0.1) * 1000)
    assert [(s["start_m"], s["end_m"], s["is_ready"]) for s in found["stretches"]] == [
        (0.0, pytest.approx(100), True),
        (pytest.approx(100), pytest.approx(1000), False),
    ]
    assert list_linear_projects(store, ON)["projects"][0]["tasks"] == 1
    withdraw_task(store, OFFICER, "R1", "140781100", reason="任务取消", seen=row["recorded_at"])
    assert list_tasks(store, "R1", ON)["tasks"][0]["due_on"] is None
    assert list_linear_projects(store, ON)["projects"][0]["tasks"] == 0


def test_a_task_needs_its_project_its_town_and_a_deadline_after_it_was_set(store: Store) -> None:
    put(store, "town", town(level="town"))
    task = {"due_on": date(2026, 1, 1), "set_on": date(2026, 1, 1), "note": ""}
    with pytest.raises(NotFound):
        record_task(store, OFFICER, "R1", "140781100", task, seen=None)
    put(store, "project", gpd.GeoDataFrame({"code": ["R1"], "name": ["厂"]}, geometry=[square(0)], crs=CRS))
    with pytest.raises(NotFound):
        record_task(store, OFFICER, "R1", "999", task, seen=None)
    with pytest.raises(InvalidParameter):
        record_task(store, OFFICER, "R1", "140781100", task, seen=None)
    assert list_tasks(store, "R1", ON)["is_linear"] is False
