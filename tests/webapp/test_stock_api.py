"""The addresses of the stock of land, of two days compared and of requisition tasks."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.settings import Settings
from tests.webapp.conftest import make_county
from tests.webapp.sending import ELSEWHERE, send
from webapp import create_app


@pytest.fixture
def desk(own_app: Flask) -> FlaskClient:
    """A browser on the server's own machine, over a county that may be changed."""
    return own_app.test_client()


def sheet_of(data: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_the_stock_is_listed_and_summed(client: FlaskClient) -> None:
    """Parcel 1 is cleared; project A, planned only, lies on it."""
    found = client.get("/api/stock").get_json()
    assert [(p["parcel_no"], p["kind"], p["town_name"], p["park"]) for p in found["parcels"]] == [
        ("1", "approved_not_supplied", "城关镇", "K1")
    ]
    assert found["parcels"][0]["since_on"] == "2025-08-01"
    assert found["total"]["kinds"]["approved_not_supplied"]["n"] == 1
    assert found["groups"][0]["zh"] == "城关镇"
    assert "认定书" in found["preliminary"]["zh"]
    assert client.get("/api/stock?by=park&town=T2").get_json()["parcels"] == []


def test_an_answer_is_not_sent_twice(client: FlaskClient) -> None:
    first = client.get("/api/stock")
    assert client.get("/api/stock", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    other = client.get("/api/stock?kind=supplied_not_used", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/api/stock?by=color",
        "/api/stock?status=idle",
        "/api/stock?built_below=2",
        "/api/stock?nothing=1",
        "/api/compare?from=2026-06-01&to=2026-01-01",
        "/api/compare?movement=sideways",
        "/export/compare.xlsx?sheet=all",
    ],
)
def test_a_wrong_parameter_is_named(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer.get_json()["column"]


def test_a_supply_is_put_and_withdrawn_over_the_web(desk: FlaskClient) -> None:
    supply = {"agreed_start_on": "2024-01-01", "price_wan": 100, "government_cause": False}
    found = send(desk, "PUT", "/api/parcels/1/supply", supply).get_json()
    assert (found["standing"]["status"], found["supply"]["price_wan"]) == ("recover_a", 100)
    listed = desk.get("/api/stock").get_json()["parcels"][0]
    assert (listed["kind"], listed["stage_behind"], listed["status"]) == ("supplied_not_used", True, "recover_a")
    assert send(desk, "PUT", "/api/parcels/1/supply", supply).status_code == 409
    seen = found["supply"]["recorded_at"]
    assert send(desk, "DELETE", "/api/parcels/1/supply", {"seen": seen}).status_code == 400
    gone = send(desk, "DELETE", "/api/parcels/1/supply", {"reason": "录错", "seen": seen})
    assert gone.get_json()["supply"] is None


def test_every_wrong_value_of_a_supply_is_told(desk: FlaskClient) -> None:
    wrong = {"price_wan": -1, "agreed_start_on": "2024-13-01", "unknown": 1}
    errors = send(desk, "PUT", "/api/parcels/1/supply", wrong).get_json()["errors"]
    assert {error["column"] for error in errors} == {"price_wan", "agreed_start_on", "unknown"}
    late = send(desk, "PUT", "/api/parcels/1/supply", {"legal_start_on": "2199-01-01"})
    assert late.status_code == 400
    assert [error["column"] for error in late.get_json()["errors"]] == ["legal_start_on"]
    assert send(desk, "PUT", "/api/parcels/99/supply", {}).status_code == 404


def test_what_happened_may_be_of_a_samples_own_day_though_it_be_after_today(tmp_path: Path) -> None:
    store = make_county(tmp_path / "later.gpkg", data_on=date(2150, 6, 1))
    desk = create_app(Settings(), store).test_client()
    supplied = send(desk, "PUT", "/api/parcels/1/supply", {"legal_start_on": "2150-06-01"})
    assert supplied.get_json()["supply"]["legal_start_on"] == "2150-06-01"
    paid = {"on_date": "2150-06-01", "amount_wan": 10}
    assert send(desk, "POST", "/api/account", paid).status_code == 201
    late = send(desk, "POST", "/api/account", {**paid, "on_date": "2150-06-02"})
    assert [error["column"] for error in late.get_json()["errors"]] == ["on_date"]
    store.close()


def test_who_may_not_write_records_nothing(own_app: Flask) -> None:
    visitor = own_app.test_client()
    answer = send(visitor, "PUT", "/api/parcels/1/supply", {"price_wan": 1}, environ_base=ELSEWHERE)
    assert answer.status_code == 403
    assert visitor.get("/api/parcels/1/supply").get_json()["supply"] is None


def test_two_days_are_compared_over_the_web(client: FlaskClient) -> None:
    """Parcel 1 was announced in January 2025 and cleared by October; parcel 2 promised a notice for March 2026."""
    found = client.get("/api/compare?from=2025-01-05&to=2026-06-30").get_json()
    moved = {p["parcel_no"]: (p["movement"], p["stage_from"], p["stage_to"]) for p in found["parcels"]}
    assert moved["1"] == ("forward", "pre_notice", "cleared")
    assert moved["2"] == ("still", "not_started", "not_started")
    assert [(p["parcel_no"], p["stage"], p["outcome"]) for p in found["promises"]] == [("2", "pre_notice", "not_done")]
    features = client.get("/api/compare.geojson?from=2025-01-05&to=2026-06-30&movement=forward").get_json()
    assert [f["properties"]["parcel_no"] for f in features["features"]] == ["1"]
    usual = client.get("/api/compare").get_json()
    assert (usual["from"], usual["to"]) == ("2026-01-31", "2026-06-30")


def test_the_workbooks_hold_what_is_listed(client: FlaskClient) -> None:
    stock = sheet_of(client.get("/export/stock.xlsx").data)
    assert (stock[1][0], stock[1][2], stock[1][8]) == ("1", "批而未供", pytest.approx(15.0, abs=0.01))
    parcels = sheet_of(client.get("/export/compare.xlsx?from=2025-01-05&lang=en").data)
    assert "forward" in " ".join(str(cell) for cell in parcels[1])
    promises = sheet_of(client.get("/export/compare.xlsx?from=2025-01-05&sheet=promises&lang=zh").data)
    assert "未完成" in promises[1]


def test_tasks_are_listed_set_and_withdrawn(desk: FlaskClient) -> None:
    """Project B is a road of 1,000 m in one town, with no parcel on it."""
    assert [p["code"] for p in desk.get("/api/tasks").get_json()["projects"]] == ["B"]
    found = send(desk, "PUT", "/api/projects/B/tasks/T1", {"due_on": "2026-12-31", "set_on": "2026-01-01"}).get_json()
    task = found["tasks"][0]
    assert (task["town_name"], task["length_m"], task["ready_m"]) == ("城关镇", pytest.approx(1000), 0)
    assert task["behind_pp"] == pytest.approx(100 * 180 / 364)
    assert send(desk, "PUT", "/api/projects/B/tasks/T1", {"due_on": "2027-01-01"}).status_code == 409
    assert send(desk, "PUT", "/api/projects/B/tasks/T9", {"due_on": "2027-01-01"}).status_code == 404
    assert send(desk, "PUT", "/api/projects/B/tasks/T1", {}).status_code == 400
    gone = send(desk, "DELETE", "/api/projects/B/tasks/T1", {"reason": "取消", "seen": task["recorded_at"]})
    assert gone.get_json()["tasks"][0]["due_on"] is None
    assert desk.get("/api/projects/A/tasks").get_json()["is_linear"] is False


@pytest.mark.parametrize("address", ["/stock", "/compare"])
def test_the_pages_speak_both_languages(client: FlaskClient, address: str) -> None:
    assert "存量" in client.get(address).text
    assert "Stock" in client.get(f"{address}?lang=en").text


def test_an_empty_store_has_its_pages(empty_store) -> None:  # type: ignore[no-untyped-def]
    from tests.webapp.conftest import SETTINGS
    from webapp import create_app

    client = create_app(SETTINGS, empty_store).test_client()
    for address in ("/stock", "/compare", "/api/stock", "/api/compare", "/api/tasks", "/export/stock.xlsx"):
        assert client.get(address).status_code == 200, address
