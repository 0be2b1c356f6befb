"""Batches over the web: made, changed, judged, approved, handed out; wrong requests are told what is wrong."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gis.crs import to_lonlat
from gis.settings import Settings
from gis.store import create_store
from gis.store.port import Store
from tests.contract.batch_samples import NAME, fill
from tests.contract.store_samples import CRS, OFFICER, square
from tests.webapp.sending import ELSEWHERE, send
from webapp import create_app

SUBMIT = {"on": "2026-04-20", "document": "示自然资报〔2026〕1号"}
APPROVE = {"on": "2026-06-01", "document": "晋政地字〔2026〕1号"}
# A star that crosses itself a million times: to make polygons of it would take longer than anybody waits.
TANGLE = [[114 + math.cos(n * 2.4), 37 + math.sin(n * 2.4)] for n in range(1_900)]


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Store]:
    place = tmp_path / "县.gpkg"
    made = create_store(str(place), name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    fill(made)
    yield made
    made.close()


@pytest.fixture
def client(bureau: Store) -> FlaskClient:
    return create_app(Settings(db="x.gpkg", review_number="晋S(2026)001号"), bureau).test_client()


def make(client: FlaskClient, *numbers: str) -> None:
    answer = send(client, "POST", "/api/batches", {"name": NAME, "parcels": list(numbers)})
    assert (answer.status_code, answer.get_json()["added"]) == (201, len(numbers))


def test_a_batch_goes_from_a_list_to_its_approval(client: FlaskClient) -> None:
    make(client, "P0", "P1")
    assert client.get("/api/batches").get_json()["batches"][0]["parcels"] == 2
    address = f"/api/batches/{NAME}"
    assert send(client, "POST", f"{address}/parcels", {"parcels": ["P2"]}).get_json()["added"] == 1
    assert send(client, "POST", f"{address}/parcels/remove", {"parcels": ["P2"]}).get_json()["removed"] == 1
    assert send(client, "POST", f"{address}/check", {**SUBMIT, "stage": "submitted"}).get_json()["lawful"]
    assert send(client, "POST", f"{address}/submit", SUBMIT).get_json()["parcels"] == ["P0", "P1"]
    assert send(client, "POST", f"{address}/approve", APPROVE).status_code == 200
    shown = client.get(address).get_json()
    assert (shown["batch"]["state"], [row["stage"] for row in shown["parcels"]]) == ("approved", ["approved"] * 2)


def test_what_is_drawn_is_sent_as_a_polygon(client: FlaskClient) -> None:
    make(client, "P0")
    ring = [[lon, lat] for lon, lat in to_lonlat([square(1).union(square(2))], CRS)[0].exterior.coords]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    answer = send(client, "POST", f"/api/batches/{NAME}/parcels", {"polygon": polygon})
    assert answer.get_json()["numbers"] == ["P1", "P2"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"parcels": ["P1"], "polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}},
        {"polygon": {"type": "Point", "coordinates": [0, 0]}},
        {"polygon": {"type": "Polygon", "coordinates": [[["a", 0], [1, 0], [1, 1]]]}},
        {"polygon": {"type": "Polygon", "coordinates": 7}},
        {"polygon": {"type": "Polygon", "coordinates": [[[10**400, 0], [1, 0], [1, 1]]]}},
        {"polygon": {"type": "Polygon", "coordinates": [TANGLE]}},
        {"polygon": {"type": "Polygon", "coordinates": [[[0, 0]] * 3000]}},
        {"parcels": ["P1"], "more": 1},
    ],
)
def test_what_cannot_be_read_is_refused(client: FlaskClient, body: dict[str, object]) -> None:
    make(client, "P0")
    assert send(client, "POST", f"/api/batches/{NAME}/parcels", body).status_code == 400
    assert client.get(f"/api/batches/{NAME}").get_json()["total"]["parcels"] == 1


def test_a_broken_law_is_answered_with_every_breach(client: FlaskClient) -> None:
    make(client, "P0")
    answer = send(client, "POST", f"/api/batches/{NAME}/approve", APPROVE)
    assert answer.status_code == 422
    assert [breach["code"] for breach in answer.get_json()["breaches"]] == ["skipped"]
    done = send(client, "POST", f"/api/batches/{NAME}/approve", {**APPROVE, "override": "专班会议纪要"})
    assert [breach["code"] for breach in done.get_json()["overridden"]] == ["skipped"]


def test_the_quota_of_a_year_is_set_and_seen(client: FlaskClient) -> None:
    answer = send(client, "PUT", "/api/quotas/2026", {"area_m2": 15_000, "document": "晋自然资指〔2026〕5号"})
    assert answer.get_json() == {"year": 2026, "given_m2": 15_000.0, "used_m2": 0.0, "left_m2": 15_000.0}
    make(client, "P0", "P1")
    assert client.get(f"/api/batches/{NAME}").get_json()["quota"]["left_m2"] == pytest.approx(-5_000.0)
    assert send(client, "PUT", "/api/quotas/2026", {"area_m2": -1}).status_code == 400


def test_the_package_is_handed_out_with_the_settings_review_number(client: FlaskClient) -> None:
    make(client, "P0", "P1")
    answer = client.get(f"/export/batches/{NAME}.zip?encoding=UTF-8")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.read(f"{NAME}-地块.cpg") == b"UTF-8"
    assert client.get(f"/export/batches/{NAME}.zip?encoding=latin-1").status_code == 400


def test_features_tell_what_they_are(client: FlaskClient) -> None:
    make(client, "P0", "P1")
    features = client.get(f"/api/batches/{NAME}/features").get_json()["features"]
    assert [(f["properties"]["what"], f["properties"]["group"]) for f in features] == [("parcel", "arable")] * 2


def test_who_may_not_write_is_refused(client: FlaskClient) -> None:
    make(client, "P0")
    for method, path, body in (
        ("POST", "/api/batches", {"name": "二批", "parcels": ["P1"]}),
        ("DELETE", f"/api/batches/{NAME}", {"reason": "x"}),
        ("POST", f"/api/batches/{NAME}/approve", APPROVE),
        ("PUT", "/api/quotas/2026", {"area_m2": 1}),
    ):
        assert send(client, method, path, body, environ_base=ELSEWHERE).status_code == 403
    assert client.get(f"/export/batches/{NAME}.zip", environ_base=ELSEWHERE).status_code == 403
    assert client.get(f"/api/batches/{NAME}", environ_base=ELSEWHERE).status_code == 200


def test_a_batch_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    for path in ("/api/batches/没有", "/api/batches/没有/features", "/export/batches/没有.zip"):
        assert client.get(path).status_code == 404


def test_the_page_and_a_dissolved_batch(client: FlaskClient) -> None:
    assert client.get("/batches").status_code == 200
    make(client, "P0")
    assert send(client, "DELETE", f"/api/batches/{NAME}", {"reason": "改报"}).get_json()["removed"] == 1
    assert client.get("/api/batches").get_json()["batches"] == []
