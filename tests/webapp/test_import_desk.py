"""The import desk through the web: who may, what is answered, what a page sees while work goes on."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gis.accounts import Account
from gis.ingest.staging import Limits, Staging, Upload
from gis.model import LOCAL_ACTOR, Query, Role
from gis.store.port import Store
from gis.workflows import commit_upload as committing
from gis.workflows import stage_upload
from gis.workflows.show_upload import STATUS, idle
from tests.webapp.accounts import accounts_with, signed_in
from tests.webapp.conftest import EAST, NORTH, SETTINGS
from tests.webapp.sending import ELSEWHERE, send
from webapp import create_app
from webapp.views import imports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def desk(own_store: Store, folder: Path) -> FlaskClient:
    app = create_app(replace(SETTINGS, upload_dir=str(folder)), own_store)
    app.config[imports.WAIT_SECONDS] = 60.0
    return app.test_client()


def square(x: float, y: float, side: float = 100.0) -> list[list[float]]:
    east, north = EAST + x, NORTH + y
    return [[east, north], [east + side, north], [east + side, north + side], [east, north + side], [east, north]]


def parcels_file(*rows: tuple[str, Any, list[list[float]]]) -> bytes:
    """A GeoJSON of (number, households, ring) in the store's CRS."""
    features = [
        {
            "type": "Feature",
            "properties": {"地块编号": number, "户数": households},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for number, households, ring in rows
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


BOW_TIE = [[EAST, NORTH], [EAST + 100, NORTH + 100], [EAST + 100, NORTH], [EAST, NORTH + 100], [EAST, NORTH]]
FILE = parcels_file(("1", "5", square(0, 0)), ("9", "两户", square(300, 0)), ("10", "3", square(500, 0)))


def uploaded(client: FlaskClient, content: bytes = FILE, name: str = "地块.geojson", **origin: Any) -> TestResponse:
    return send(client, "POST", "/api/imports", data={"file": (io.BytesIO(content), name)}, **origin)


def part_of(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.get_json()["parts"][0]
    return found


def said(client: FlaskClient, answer: TestResponse, **choices: Any) -> TestResponse:
    """The same upload after a choice."""
    upload = answer.get_json()
    known = {"kind": upload["parts"][0]["detected"]["kind"], **upload["parts"][0]["choices"]}
    known["kind"] = known["kind"] or upload["parts"][0]["detected"]["kind"]
    return send(client, "PUT", f"/api/imports/{upload['id']}/parts/0", {**known, **choices})


def committed(client: FlaskClient, answer: TestResponse) -> TestResponse:
    upload = answer.get_json()
    digest = upload["parts"][0]["preview"]["digest"]
    return send(client, "POST", f"/api/imports/{upload['id']}/parts/0/commit", {"digest": digest})


def test_the_page_opens(desk):
    page = desk.get("/import")
    assert page.status_code == 200
    assert "import.js" in page.text


def test_an_upload_is_detected_and_previewed_and_nothing_is_stored(desk, own_store):
    before = own_store.version()
    answer = uploaded(desk)
    assert answer.status_code == 201
    part = part_of(answer)
    assert (part["detected"]["kind"], part["detected"]["crs"]["crs"]) == ("parcels", "EPSG:4547")
    assert part["preview"]["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "removed": 0, "refused": 1}
    assert own_store.version() == before


def test_refused_rows_say_where_and_why_and_a_corrected_cell_makes_them_good(desk, own_store):
    answer = uploaded(desk)
    address = f"/api/imports/{answer.get_json()['id']}/parts/0"
    (row,) = desk.get(f"{address}/rows?state=refused").get_json()["rows"]
    assert (row["row"], row["reasons"][0]["column"], row["reasons"][0]["found"]) == (2, "户数", "两户")
    assert row["cells"] == {"户数": "两户"}
    fixed = said(desk, answer, edits={"2": {"户数": "2"}})
    assert part_of(fixed)["preview"]["counts"]["refused"] == 0
    assert part_of(committed(desk, fixed))["done"]["stored"] == 2
    assert own_store.read("parcel", Query(keys=("9",)))["households"].tolist() == [2]


def test_a_crossing_ring_is_repaired_only_where_that_is_asked_for(desk, own_store):
    answer = uploaded(desk, parcels_file(("9", 1, BOW_TIE), ("10", 1, square(500, 0))))
    address = f"/api/imports/{answer.get_json()['id']}/parts/0"
    (row,) = desk.get(f"{address}/rows?state=refused").get_json()["rows"]
    assert row["reasons"][0]["fix"] == "repair"
    assert "0.00 m² → 5,000.00 m²" in row["reasons"][0]["found"]
    repaired = said(desk, answer, repair=[1])
    (told,) = part_of(repaired)["preview"]["repaired"]
    assert (told["area_before_m2"], round(told["area_after_m2"], 3)) == (0.0, 5000.0)
    committed(desk, repaired)
    assert round(own_store.read("parcel", Query(keys=("9",)))["area_planar_m2"].iloc[0], 3) == 5000.0


@pytest.mark.parametrize(("query", "wrong"), [("state=refused,built", "state"), ("page=1.5", "page")])
def test_a_page_of_rows_that_cannot_be_meant_is_refused(desk, query, wrong):
    upload_id = uploaded(desk).get_json()["id"]
    answer = desk.get(f"/api/imports/{upload_id}/parts/0/rows?{query}")
    assert (answer.status_code, answer.get_json()["column"]) == (400, wrong)


def test_the_map_has_every_row_with_its_state(desk):
    answer = uploaded(desk)
    collection = desk.get(f"/api/imports/{answer.get_json()['id']}/parts/0/map").get_json()
    states = sorted((f["properties"]["state"], f["properties"]["row"]) for f in collection["features"])
    assert states == [("changed", 1), ("new", 3), ("refused", 2)]
    lon, lat = collection["features"][0]["geometry"]["coordinates"][0][0][0]
    assert (round(lon, 2), round(lat, 2)) == (114.0, 32.99)


def test_a_commit_is_logged_and_can_be_undone(desk, own_store):
    committed(desk, uploaded(desk))
    (logged,) = desk.get("/api/imports").get_json()["imports"]
    assert (logged["file"], logged["stored"], logged["refused"], logged["hindrance"]) == ("地块.geojson", 1, 1, None)
    undone = send(desk, "POST", "/api/imports/undo", {"sha256": logged["sha256"], "layer": "parcel"})
    assert undone.get_json()["undone"] == {"restored": 1, "removed": 1, "withdrawn_events": 0}
    assert own_store.read("parcel")["parcel_no"].tolist() == ["1", "2", "3"]
    again = send(desk, "POST", "/api/imports/undo", {"sha256": logged["sha256"], "layer": "parcel"})
    assert again.status_code == 400


def test_an_import_and_its_undo_stand_in_the_stores_log_with_who_did_them_whatever_other_log_there_is(
    own_store, folder, tmp_path
):
    (tmp_path / "audit.log").mkdir()  # nothing can be written to it
    app = create_app(replace(SETTINGS, upload_dir=str(folder), audit_log=str(tmp_path / "audit.log")), own_store)
    app.config[imports.WAIT_SECONDS] = 60.0
    desk = app.test_client()
    assert part_of(committed(desk, uploaded(desk)))["done"]["stored"] == 1
    (logged,) = desk.get("/api/imports").get_json()["imports"]
    undone = send(desk, "POST", "/api/imports/undo", {"sha256": logged["sha256"], "layer": "parcel"})
    assert undone.status_code == 200
    assert logged["by"] == undone.get_json()["imports"][0]["undone"]["by"] == LOCAL_ACTOR.name


def test_what_changed_since_the_preview_is_told_as_a_conflict(desk, own_store):
    answer = uploaded(desk)
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", pd.DataFrame({"parcel_no": ["1"], "households": [7]}))
    told = committed(desk, answer).get_json()
    assert told["status"]["error"]["cause"] == "Conflict"
    assert told["parts"][0]["done"] is None
    assert own_store.read("parcel", Query(keys=("1",)))["households"].tolist() == [7]
    fresh = desk.get(f"/api/imports/{told['id']}")
    assert part_of(committed(desk, fresh))["done"]["updated"] == 1


def test_a_dropped_upload_is_gone_with_its_file(desk, folder):
    upload_id = uploaded(desk).get_json()["id"]
    assert send(desk, "DELETE", f"/api/imports/{upload_id}").status_code == 204
    assert desk.get(f"/api/imports/{upload_id}").status_code == 404
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "choices",
    [
        {"kind": "castles"},
        {"edits": {"²": {"地块编号": "x"}}},
        {"edits": {"1": {"户数": 5}}},
        {"repair": ["1"]},
        {"crs": 4547},
        {"on": "2099-01-01"},
        {"scheme": "GB/T 0"},
        {"complete_for": {"column": "remark", "value": "x"}},
        {"unknown": 1},
        {"columns": {"户数": "x" * 201}},
    ],
)
def test_a_wrong_choice_is_named(desk, choices):
    upload_id = uploaded(desk).get_json()["id"]
    answer = send(desk, "PUT", f"/api/imports/{upload_id}/parts/0", {"kind": "parcels", **choices})
    assert answer.status_code == 400
    problem = answer.get_json()
    assert next(iter(choices)) in (problem["column"], problem["found"])


def test_a_file_that_cannot_be_read_is_answered_and_not_kept(desk, folder):
    answer = uploaded(desk, b"\x00\x01\x02 nothing", "x.bin")
    assert answer.status_code == 422
    assert answer.get_json()["found"] == ".bin"
    assert [p.name for p in folder.iterdir()] == []


def test_an_upload_that_is_gone_takes_no_other_from_the_list(desk, folder):
    kept, gone = (uploaded(desk, name=name).get_json()["id"] for name in ("甲.geojson", "乙.geojson"))
    (folder / gone / "contents.json").unlink()  # as between the listing and the reading
    answer = desk.get("/api/imports")
    assert answer.status_code == 200
    assert [upload["id"] for upload in answer.get_json()["uploads"]] == [kept]


def test_an_upload_is_listed_only_when_it_has_been_looked_through(desk, folder, monkeypatch):
    real = stage_upload.contents_of

    def seen_meanwhile(*given):
        assert desk.get("/api/imports").get_json()["uploads"] == []
        return real(*given)

    monkeypatch.setattr(stage_upload, "contents_of", seen_meanwhile)
    assert uploaded(desk).status_code == 201


def test_too_large_an_upload_is_refused_without_being_kept(own_store, folder, monkeypatch):
    app = create_app(replace(SETTINGS, upload_dir=str(folder)), own_store)
    app.extensions["guatu"] = replace(app.extensions["guatu"], staging=Staging(folder, Limits(upload_bytes=1000)))
    answer = uploaded(app.test_client(), b"x" * 2000, "a.txt")
    assert answer.status_code == 422
    assert "0 MB" in answer.get_json()["title"]["zh"]
    assert [p.name for p in folder.iterdir()] == []


def test_a_body_over_the_limit_of_the_address_is_not_read(desk, monkeypatch):
    monkeypatch.setattr(imports.upload, "longest_body_bytes", 1000)
    monkeypatch.setattr(desk.application.view_functions["imports.upload"], "longest_body_bytes", 1000)
    assert uploaded(desk, b"x" * 5000, "a.txt").status_code == 413


# ---------------------------------------------------------------- people


@pytest.fixture
def with_accounts(own_store: Store, folder: Path, tmp_path: Path) -> Callable[[], FlaskClient]:
    people = (("甲", Role.LAND_OFFICER), ("乙", Role.PLANNER), ("丙", Role.EDITOR), ("丁", Role.VIEWER))
    accounts = accounts_with(tmp_path, *(Account(name, role) for name, role in people))
    app = create_app(replace(SETTINGS, upload_dir=str(folder), accounts=str(accounts.path)), own_store)
    app.config[imports.WAIT_SECONDS] = 60.0
    return app.test_client


@pytest.mark.parametrize("name", ["丙", "丁"])
def test_who_may_not_import_is_told_so(with_accounts, name):
    client = signed_in(with_accounts(), name)
    assert uploaded(client).status_code == 403
    assert client.get("/api/imports").status_code == 403


def test_uploads_are_each_person_s_own(with_accounts):
    officer, planner = signed_in(with_accounts(), "甲"), signed_in(with_accounts(), "乙")
    upload_id = uploaded(officer).get_json()["id"]
    assert [u["id"] for u in officer.get("/api/imports").get_json()["uploads"]] == [upload_id]
    assert planner.get("/api/imports").get_json()["uploads"] == []
    assert planner.get(f"/api/imports/{upload_id}").status_code == 404
    assert send(planner, "DELETE", f"/api/imports/{upload_id}").status_code == 404


def test_nobody_uploads_from_elsewhere_without_an_account(desk):
    assert uploaded(desk, environ_base=ELSEWHERE).status_code == 403


def test_an_upload_without_our_page_s_token_is_not_taken(desk):
    answer = desk.post("/api/imports", data={"file": (io.BytesIO(FILE), "a.geojson")})
    assert answer.status_code == 403


# ---------------------------------------------------------------- long work


def test_long_work_is_told_while_it_goes_on_and_is_done_once(desk, own_store, monkeypatch):
    answer = uploaded(desk)
    go, begun = threading.Event(), threading.Event()
    real = committing.draft_import

    def slow(*given):
        begun.set()
        assert go.wait(60)
        return real(*given)

    monkeypatch.setattr(committing, "draft_import", slow)
    desk.application.config[imports.WAIT_SECONDS] = 0.0
    working = committed(desk, answer).get_json()
    assert begun.wait(60)
    assert working["status"]["doing"] == "committing"
    assert committed(desk, answer).status_code == 503  # one at a time
    assert send(desk, "DELETE", f"/api/imports/{working['id']}").status_code == 503
    go.set()
    told = until_idle(desk, working["id"])
    assert told["parts"][0]["done"]["stored"] == 1
    assert own_store.count("parcel") == 4


def until_idle(client: FlaskClient, upload_id: str) -> dict[str, Any]:
    for _ in range(600):
        told: dict[str, Any] = client.get(f"/api/imports/{upload_id}").get_json()
        if told["status"]["doing"] is None:
            return told
        time.sleep(0.05)
    raise AssertionError("still working")


def test_work_whose_process_ended_says_that_nothing_was_stored(desk, own_store, folder):
    upload_id = uploaded(desk).get_json()["id"]
    status = {**idle(), "doing": "committing", "share": 0.6}
    (folder / upload_id / STATUS).write_text(json.dumps(status), encoding="utf-8")
    told = desk.get(f"/api/imports/{upload_id}").get_json()
    assert told["status"]["doing"] is None
    assert told["status"]["error"]["cause"] == "Interrupted"
    assert own_store.count("parcel") == 3


def test_work_that_begins_while_somebody_asks_is_not_called_interrupted(desk, folder, monkeypatch):
    upload_id = uploaded(desk).get_json()["id"]
    upload = Staging(folder).upload(upload_id, LOCAL_ACTOR)
    status = {**idle(), "doing": "checking", "share": 0.2}
    monkeypatch.setattr(Upload, "is_worked_on", False)  # it was not yet, when it was looked at
    with upload.working():
        upload.keep(STATUS, status)
        assert desk.get(f"/api/imports/{upload_id}").get_json()["status"] == status
    assert upload.kept(STATUS) == status


def test_work_that_committed_before_its_process_ended_is_told_as_done(desk, folder):
    answer = committed(desk, uploaded(desk)).get_json()
    place = folder / answer["id"]
    (place / "done-0.json").unlink()
    (place / STATUS).write_text(json.dumps({**idle(), "doing": "committing"}), encoding="utf-8")
    told = desk.get(f"/api/imports/{answer['id']}").get_json()
    assert told["status"]["error"] is None
    assert told["parts"][0]["done"]["stored"] == 1
