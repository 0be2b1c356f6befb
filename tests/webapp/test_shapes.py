"""Drawing parcels over the web: what the page asks for, what it may save, what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from gis.crs import lonlat_of
from gis.settings import Settings
from gis.store import create_store
from gis.store.port import Store
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, append, parcels, put, stages
from webapp import create_app

TOKEN = "X-CSRFToken"


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    """P0 P1 P2 side by side, 100 m each."""
    made = create_store(tmp_path / "county.gpkg", name="示范县", crs=CRS, actor=OFFICER)
    put(made, "parcel", parcels(3, owner_kind="collective"))
    append(made, "parcel_event", stages("P0", ("pre_notice", "2026-04-01")))
    yield made
    made.close()


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return create_app(Settings(), store).test_client()


def post(client: FlaskClient, path: str, body: dict[str, Any]) -> Any:
    """As the page sends it: with its token."""
    token = client.get("/api/session").get_json()["csrf_token"]
    return client.post(path, json=body, headers={TOKEN: token})


def lonlat(*places: tuple[float, float]) -> list[list[float]]:
    """Places in metres from P0's south-west corner, in degrees."""
    return lonlat_of(np.array([(EAST + x, NORTH + y) for x, y in places]), CRS).tolist()


def line(*places: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": lonlat(*places)}


def polygon(*places: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [lonlat(*places, places[0])]}


def test_a_shape_comes_with_its_version_and_its_neighbours(client: FlaskClient) -> None:
    answer = client.get("/api/parcels/P1/shape").get_json()
    assert (answer["version"], answer["stage"]) == (1, "not_started")
    assert answer["geometry"]["coordinates"][0][0][0][0] == pytest.approx(lonlat((200, 0))[0][0], abs=1e-8)
    assert [f["properties"]["parcel_no"] for f in answer["neighbours"]["features"]] == ["P0", "P2"]
    assert client.get("/api/parcels/P9/shape").status_code == 404


def test_a_parcel_is_divided_by_what_the_page_drew(client: FlaskClient, store: Store) -> None:
    body = {"line": line((-10, 30), (110, 30)), "numbers": ["A"], "versions": {"P0": 1}}
    told = post(client, "/api/parcels/P0/split", {**body, "dry_run": True}).get_json()
    assert (told["stored"], told["retired"]) == (False, ["P0"])
    assert [(p["parcel_no"], round(p["area_m2"])) for p in told["parcels"]] == [("A", 7000), ("P0-1", 3000)]
    assert store.count("parcel") == 3
    assert post(client, "/api/parcels/P0/split", body).get_json()["stored"]
    assert client.get("/api/parcels/A/shape").get_json()["stage"] == "pre_notice"
    assert client.get("/api/parcels/P0/shape").status_code == 404


def test_an_overlap_is_shown_where_it_is_and_saved_once_it_is_accepted(client: FlaskClient) -> None:
    body = {"geometry": polygon((100, 0), (210, 0), (210, 100), (100, 100)), "versions": {"P1": 1}}
    told = post(client, "/api/parcels/P1/shape", body).get_json()
    (finding,) = told["parcels"][0]["findings"]
    assert (told["stored"], finding["kind"], finding["other_no"]) == (False, "overlap", "P2")
    assert finding["where"]["type"] == "Polygon"
    assert post(client, "/api/parcels/P1/shape", {**body, "accepted": True}).get_json()["stored"]


def test_parcels_are_merged_and_a_new_one_is_drawn(client: FlaskClient) -> None:
    merged = post(client, "/api/merged-parcels", {"parcels": ["P1", "P2"], "parcel_no": "M"}).get_json()
    assert (merged["stored"], merged["retired"]) == (True, ["P1", "P2"])
    body = {"geometry": polygon((300, 0), (350, 0), (350, 100), (300, 100)), "parcel_no": "N", "owner_kind": "state"}
    assert post(client, "/api/parcels", body).get_json()["parcels"][0]["area_m2"] == pytest.approx(5000, abs=0.01)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/parcels/P0/split", {}, 400),
        ("/api/parcels/P0/split", {"line": {"type": "LineString", "coordinates": [[1]]}}, 400),
        ("/api/parcels/P0/split", {"line": {"type": "Point", "coordinates": [112, 37]}}, 400),
        ("/api/parcels/P0/split", {"line": {"type": "LineString", "coordinates": [[500, 1], [2, 900]]}}, 400),
        ("/api/parcels/P0/shape", {"geometry": {"type": "Polygon", "coordinates": []}}, 400),
        ("/api/parcels", {"geometry": polygon((0, 500), (9, 500), (9, 509)), "parcel_no": "P0"}, 422),
        ("/api/parcels", {"geometry": polygon((0, 500), (9, 500), (9, 509))}, 422),
        ("/api/merged-parcels", {"parcels": ["P1"], "parcel_no": "M"}, 400),
        ("/api/merged-parcels", {"parcels": ["P1", "P2"], "parcel_no": "M", "colour": "red"}, 400),
        ("/api/parcels/P0/split", {"line": line((-10, 30), (110, 30)), "versions": {"P0": 7}}, 409),
        ("/api/parcels/P0/split", {"line": line((-10, 30), (110, 30)), "versions": {"P0": "7"}}, 400),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(
    client: FlaskClient, store: Store, path: str, body: dict[str, Any], status: int
) -> None:
    before = store.version()
    answer = post(client, path, body)
    assert answer.status_code == status, answer.get_json()
    assert answer.get_json()["title"]["zh"]
    assert store.version() == before


def test_a_version_beyond_all_numbers_is_refused(client: FlaskClient) -> None:
    token = client.get("/api/session").get_json()["csrf_token"]
    text = '{"line": {"type": "LineString", "coordinates": [[112, 37], [113, 37]]}, "versions": {"P0": 1e999}}'
    answer = client.post("/api/parcels/P0/split", data=text, content_type="application/json", headers={TOKEN: token})
    assert (answer.status_code, answer.get_json()["column"]) == (400, "versions")


def test_a_stranger_may_look_but_not_draw(client: FlaskClient) -> None:
    stranger = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/api/parcels/P0/shape", environ_base=stranger).status_code == 200
    refused = client.post("/api/parcels/P0/split", json={}, environ_base=stranger)
    assert refused.status_code in (400, 403)


def test_the_page_opens_for_a_parcel_and_for_a_new_one(client: FlaskClient) -> None:
    for address in ("/shape", "/shape?no=P0&mode=split"):
        page = client.get(address)
        assert page.status_code == 200
        assert "shape_board" in page.text or "shape.js" in page.text
