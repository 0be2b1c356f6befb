"""The database is down: every kind of answer says so in its own way, and all is well again once it is back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest
from flask.testing import FlaskClient

from gis.model import LOCAL_ACTOR
from gis.settings import Settings
from gis.store import create_store
from tests.contract.store_samples import CRS, append, parcels, projects, put, stages, town
from tests.postgis_server import Cluster
from webapp import create_app

pytestmark = pytest.mark.postgis
SENTENCE = "数据库暂时无法连接"
FOR_PROGRAMS = (
    "/healthz",
    "/api/info",
    "/api/projects",
    "/api/projects.geojson",
    "/api/totals?by=town",
    "/api/legend",
    "/api/parcels/P1",
    "/api/at?lon=111&lat=37",
    "/export/projects.xlsx",
    "/tiles/parcel/12/3312/1590.mvt",
)


@pytest.fixture
def client(durable_cluster: Cluster) -> Iterator[FlaskClient]:
    with closing(create_store(durable_cluster.dsn(), name="示例市", crs=CRS, actor=LOCAL_ACTOR)) as store:
        put(store, "town", town())
        put(store, "parcel", parcels(3))
        put(store, "project", projects())
        append(store, "parcel_event", stages("P1", ("cleared", "2026-03-01")))
    app = create_app(Settings(db=durable_cluster.dsn()))
    yield app.test_client()
    app.extensions["guatu"].store.close()


def statuses(client: FlaskClient) -> dict[str, int]:
    return {address: client.get(address).status_code for address in ("/", "/print", *FOR_PROGRAMS)}


@pytest.mark.slow
def test_every_answer_says_that_the_database_is_down_and_comes_back_with_it(
    client: FlaskClient, durable_cluster: Cluster
) -> None:
    before = statuses(client)
    assert set(before.values()) <= {200, 204}
    for take_down in (durable_cluster.kill, durable_cluster.stop):
        take_down()
        began = time.monotonic()
        _all_say_so(client)
        assert time.monotonic() - began < 10  # who is refused does not wait
        durable_cluster.start()
        assert statuses(client) == before


def _all_say_so(client: FlaskClient) -> None:
    for address in FOR_PROGRAMS:
        answer = client.get(address)
        problem = answer.get_json()
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json"), address
        assert int(answer.headers["Retry-After"]) > 0
        assert problem["type"] == "StoreUnreachable"
        assert problem["title"] == {"zh": SENTENCE, "en": "the database cannot be reached at the moment"}
        assert "no-store" in answer.headers.get("Cache-Control", ""), address
        assert b"127.0.0.1" not in answer.get_data()  # where the database lies is nobody's business
    for address, sentence in (("/", SENTENCE), ("/?lang=en", "cannot be reached"), ("/print", SENTENCE)):
        answer = client.get(address)
        text = answer.get_data(as_text=True)
        assert (answer.status_code, answer.mimetype) == (503, "text/html")
        assert sentence in text
        assert 'http-equiv="refresh"' in text  # it looks again by itself
        assert int(answer.headers["Retry-After"]) > 0
        assert "psycopg2" not in text
        assert "127.0.0.1" not in text
        client.delete_cookie("guatu_lang")


@pytest.mark.slow
def test_visitors_of_a_restart_get_answers_or_503_and_nothing_else(
    client: FlaskClient, durable_cluster: Cluster
) -> None:
    seen: list[int] = []
    stopped = False

    def visit() -> None:
        own = client.application.test_client()
        while not stopped:
            seen.extend(own.get(address).status_code for address in ("/healthz", "/api/totals?by=town", "/api/info"))

    visitors = [Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    try:
        time.sleep(0.3)
        durable_cluster.kill()
        time.sleep(0.3)
        durable_cluster.start()
    finally:
        time.sleep(0.5)
        stopped = True
        for visitor in visitors:
            visitor.join(30)
    assert set(seen) == {200, 503}
    assert set(statuses(client).values()) <= {200, 204}
