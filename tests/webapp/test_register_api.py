"""The register over the web: rows, sums, choices, edits, saved views and files."""

from __future__ import annotations

import io
import zipfile

import geopandas as gpd
import openpyxl
import pytest

from gis.ingest.survey_txt import read_survey_txt
from gis.ingest.table import SourceFile
from gis.model import LOCAL_ACTOR, Query
from tests.webapp.sending import token_of
from tests.webapp.test_page import page_data


@pytest.fixture
def own_client(own_app):
    """A browser that may change its own county."""
    return own_app.test_client()


def send(client, path: str, body: dict):
    token = client.get("/api/session").get_json()["csrf_token"]
    return client.post(path, json=body, headers={"X-CSRFToken": token})


def rows(client, query: str = "") -> list[dict]:
    answer = client.get(f"/api/register?{query}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()["rows"]


def test_the_page_tells_its_scripts_the_columns_and_what_may_be_edited(client):
    text = client.get("/register").text
    told = page_data(text)["register"]
    assert {"parcel_no", "stage", "due_on"} <= {column["name"] for column in told["columns"]}
    assert told["editable"]["owner_kind"]["codes"] == "OwnerKind"
    assert {"stage", "parcel_no", "area_planar_m2", "batch"}.isdisjoint(told["editable"])
    assert 'aria-current="page">台账' in text


def test_rows_of_a_filter(client):
    assert [row["parcel_no"] for row in rows(client)] == ["1", "2", "3"]
    assert [row["parcel_no"] for row in rows(client, "town=T1&held=true")] == ["2"]
    assert [row["parcel_no"] for row in rows(client, "overdue=true")] == ["2"]
    assert [row["parcel_no"] for row in rows(client, "town=T1,T2&sort=-parcel_no&limit=2")] == ["3", "2"]
    assert [row["parcel_no"] for row in rows(client, "blocking=A")] == ["2"]
    assert [row["parcel_no"] for row in rows(client, "parcel_no=3&parcel_no=1")] == ["1", "3"]


@pytest.mark.parametrize(
    "query", ["kind=new", "lamp=red", "lamp=green&lamp=none", "words=A", "park=P1", "leader=nobody"]
)
@pytest.mark.parametrize("on", ["", "&on=2026-03-31"])
def test_the_wall_maps_filter_lists_the_parcels_on_the_land_of_its_projects(client, query, on):
    codes = {project["code"] for project in client.get(f"/api/projects?{query}{on}").get_json()["projects"]}
    standing = {
        number: {project["code"] for project in client.get(f"/api/parcels/{number}?{on}").get_json()["projects"]}
        for number in "123"
    }
    behind = "&".join(f"project_{condition}" for condition in query.split("&"))
    found = [row["parcel_no"] for row in rows(client, behind + on)]
    assert found == [number for number, there in standing.items() if there & codes]


def test_a_filter_of_projects_narrows_and_is_narrowed(client):
    every = [row["parcel_no"] for row in rows(client, "project_words=A")]
    assert 0 < len(every) < 3
    assert rows(client, "project_words=A&project_leader=nobody") == []
    assert [row["parcel_no"] for row in rows(client, "project_words=A&blocking=A")] == ["2"]


def test_sums_and_choices(client):
    sums = client.get("/api/register/sums?town=T1").get_json()
    assert sums["count"] == 2
    assert sums["area_planar_m2"] == pytest.approx(20_000)
    facets = client.get("/api/register/facets").get_json()
    assert facets["town"] == [{"code": "T1", "n": 2, "name": "城关镇"}, {"code": "T2", "n": 1, "name": "北关镇"}]


@pytest.mark.parametrize(
    "query",
    [
        "limit=501",
        "limit=0",
        "offset=-1",
        "sort=geometry",
        "columns=geometry",
        "held=maybe",
        "stage=finished",
        "hold_reason=rain",
        "legal_within_days=soon",
        "legal_within_days=-1",
        "area=star:1,2",
        "on=yesterday",
        "town=" + ",".join(map(str, range(101))),
        "unknown=1",
    ],
)
def test_what_cannot_be_asked_is_said(client, query):
    answer = client.get(f"/api/register?{query}")
    assert answer.status_code == 400
    assert answer.get_json()["title"]["zh"]


def test_an_unchanged_answer_is_not_sent_twice(client):
    tag = client.get("/api/register/sums").headers["ETag"]
    assert client.get("/api/register/sums", headers={"If-None-Match": tag}).status_code == 304


def test_an_edit_is_looked_at_before_it_is_written(own_client, own_store):
    edit = {"parcel_no": "1", "version": 1, "values": {"unit": "甲镇", "households": 4, "town": "T1"}}
    preview = send(own_client, "/api/parcels/edit", {"edits": [edit], "dry_run": True}).get_json()
    assert preview["rows"][0]["changes"] == [
        {"column": "unit", "before": None, "after": "甲镇"},
        {"column": "households", "before": None, "after": 4},
    ]
    assert (preview["changed"], preview["refused"], preview["outdated"]) == (1, 0, 0)
    assert own_store.read("parcel", Query(keys=("1",)))["unit"].isna().all()
    written = send(own_client, "/api/parcels/edit", {"edits": [edit]}).get_json()
    assert written["rows"][0]["version"] == 2
    assert rows(own_client, "words=甲镇")[0]["households"] == 4


def test_values_that_cannot_be_taken_are_refused_and_nothing_is_written(own_client, own_store):
    wrong = {
        "households": "x",
        "declared_area_m2": -1,
        "owner_kind": "nobody",
        "town": "T9",
        "planned_survey_on": "2026-02-30",
        "stage": "cleared",
        "compensation_due_wan": True,
        "buildings": 1.5,
    }
    edits = [{"parcel_no": "1", "values": wrong}, {"parcel_no": "2", "values": {"unit": "乙"}}]
    preview = send(own_client, "/api/parcels/edit", {"edits": edits, "dry_run": True}).get_json()
    assert {refusal["column"] for refusal in preview["rows"][0]["refused"]} == set(wrong)
    assert send(own_client, "/api/parcels/edit", {"edits": edits}).status_code == 422
    assert own_store.read("parcel", Query(keys=("2",)))["unit"].isna().all()


def test_an_empty_value_empties_the_cell_and_leaves_the_others(own_client):
    first = {"parcel_no": "3", "values": {"unit": "甲", "person": "赵", "households": 2}}
    send(own_client, "/api/parcels/edit", {"edits": [first]})
    second = [{"parcel_no": "3", "values": {"unit": None}}, {"parcel_no": "1", "values": {"person": "钱"}}]
    assert send(own_client, "/api/parcels/edit", {"edits": second}).get_json()["changed"] == 2
    (row,) = rows(own_client, "town=T2")
    assert (row["unit"], row["person"], row["households"]) == (None, "赵", 2)


def test_a_row_that_somebody_changed_meanwhile_is_told_with_both_versions(own_client):
    one = {"parcel_no": "1", "version": 1, "values": {"unit": "甲"}}
    assert send(own_client, "/api/parcels/edit", {"edits": [one]}).status_code == 200
    other = [{"parcel_no": "1", "version": 1, "values": {"unit": "乙"}}, {"parcel_no": "2", "values": {"unit": "乙"}}]
    preview = send(own_client, "/api/parcels/edit", {"edits": other, "dry_run": True}).get_json()
    assert preview["outdated"] == 1
    answer = send(own_client, "/api/parcels/edit", {"edits": other})
    assert answer.status_code == 409
    (clash,) = answer.get_json()["conflicts"]
    assert (clash["stored"]["unit"], clash["wanted"]["unit"], clash["version"]) == ("甲", "乙", 2)
    assert clash["changed_by"] == LOCAL_ACTOR.name
    assert [row["unit"] for row in rows(own_client)] == ["甲", None, None]


def test_a_step_back_is_an_edit_with_the_new_version(own_client):
    written = send(
        own_client, "/api/parcels/edit", {"edits": [{"parcel_no": "1", "values": {"unit": "甲"}}]}
    ).get_json()
    (row,) = written["rows"]
    back = {"parcel_no": "1", "version": row["version"], "values": {c["column"]: c["before"] for c in row["changes"]}}
    assert send(own_client, "/api/parcels/edit", {"edits": [back]}).get_json()["changed"] == 1
    assert rows(own_client)[0]["unit"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"edits": []}, 400),
        ({"edits": [{"parcel_no": "1", "values": {}}] * 2}, 400),
        ({"edits": [{"parcel_no": "99", "values": {"unit": "x"}}]}, 404),
        ({"edits": [{"values": {"unit": "x"}}]}, 400),
        ({"edits": [{"parcel_no": "1", "values": {"unit": ["x"]}}]}, 400),
        ({"edits": [{"parcel_no": "1", "values": {}}], "other": 1}, 400),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(own_client, body, status):
    assert send(own_client, "/api/parcels/edit", body).status_code == status


def test_nobody_writes_without_the_pages_token(own_client):
    answer = own_client.post("/api/parcels/edit", json={"edits": [{"parcel_no": "1", "values": {"unit": "x"}}]})
    assert answer.status_code == 403


def test_a_view_is_saved_renamed_replaced_and_taken_away(own_client):
    view = {"name": "受阻", "page": "register", "query": "held=true&columns=parcel_no,stage"}
    assert send(own_client, "/api/views", view).status_code == 201
    assert send(own_client, "/api/views", view).status_code == 400
    assert send(own_client, "/api/views", {**view, "query": "", "replace": True}).status_code == 201
    assert [kept["query"] for kept in own_client.get("/api/views?page=register").get_json()] == [""]
    renamed = {**view, "name": "受阻地块", "was": "受阻"}
    assert send(own_client, "/api/views", renamed).status_code == 201
    (kept,) = own_client.get("/api/views?page=register").get_json()
    assert (kept["name"], kept["query"], kept["recorded_by"]) == ("受阻地块", view["query"], LOCAL_ACTOR.name)
    assert own_client.get("/api/views?page=desk").get_json() == []
    assert send(own_client, "/api/views/withdraw", {"name": "受阻地块"}).status_code == 200
    assert own_client.get("/api/views").get_json() == []
    assert send(own_client, "/api/views/withdraw", {"name": "受阻地块"}).status_code == 404
    assert send(own_client, "/api/views", view).status_code == 201


def file_of(client, suffix: str, query: str = "town=T1&sort=-parcel_no") -> bytes:
    answer = client.get(f"/export/parcels{suffix}?{query}")
    assert answer.status_code == 200, answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].endswith(suffix)
    return answer.data


def test_the_workbook_has_the_rows_their_types_and_their_sums(client):
    book = openpyxl.load_workbook(io.BytesIO(file_of(client, ".xlsx")))
    header, second, first, total = list(book.worksheets[0].iter_rows())
    names = [cell.value for cell in header]
    at = {name: place for place, name in enumerate(names)}
    assert [second[0].value, first[0].value] == ["2", "1"]
    assert first[at["阶段日期"]].is_date
    assert first[at["投影面积（平方米）"]].value == pytest.approx(10_000)
    assert first[at["投影面积（亩）"]].value == pytest.approx(15)
    assert second[at["受阻原因"]].value == "诉讼"
    assert total[0].value == "合计 2 块"
    assert total[at["投影面积（亩）"]].value == pytest.approx(30)
    assert total[at["登记面积（平方米）"]].value is None  # of several bases: never added
    assert book.worksheets[0].freeze_panes == "C2"


@pytest.mark.parametrize(("suffix", "layer"), [(".gpkg", "parcel"), (".geojson", None)])
def test_a_gis_reads_the_file(client, tmp_path, suffix, layer):
    path = tmp_path / f"p{suffix}"
    path.write_bytes(file_of(client, suffix))
    read = gpd.read_file(path, **({"layer": layer} if layer else {}))
    assert read["parcel_no"].tolist() == ["2", "1"]
    assert read["stage"].tolist() == ["not_started", "cleared"]
    assert read.to_crs("EPSG:4547").area.tolist() == pytest.approx([10_000] * 2, rel=1e-4)


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_comes_zipped_in_the_encoding_asked_for(client, tmp_path, encoding):
    path = tmp_path / "p.zip"
    path.write_bytes(file_of(client, ".zip", f"town=T1&encoding={encoding}"))
    names = zipfile.ZipFile(path).namelist()
    assert sorted(name.rpartition(".")[2] for name in names) == ["cpg", "dbf", "prj", "shp", "shx", "txt"]
    read = gpd.read_file(path)
    assert read["DKBH"].tolist() == ["1", "2"]
    assert read["ZSJD"].tolist() == ["净地", "未启动"]
    assert read["XZMC"].tolist() == ["城关镇", "城关镇"]
    assert read.area.tolist() == pytest.approx([10_000] * 2)


def test_boundary_points_are_read_back(client):
    data = file_of(client, ".txt")
    read = read_survey_txt(data, SourceFile("p.txt", len(data), "0"))
    assert read.frame["地块编号"].tolist() == ["2", "1"]
    assert "带号=38" in data.decode("gb18030")


def test_an_empty_list_is_still_a_file(client):
    for suffix in (".xlsx", ".gpkg", ".zip", ".txt", ".geojson"):
        assert file_of(client, suffix, "words=nothing-of-this-name")


def test_a_format_that_is_none_is_not_there(client):
    assert client.get("/export/parcels.docx").status_code == 404
    assert client.get("/export/parcels.zip?encoding=BIG5").status_code == 400


@pytest.mark.parametrize("text", ['{"name": "\\ud800"}', '{"name": "a", "\\udfff": 1}'])
def test_half_a_character_is_refused_like_any_other_wrong_text(own_client, text):
    headers = {"X-CSRFToken": token_of(own_client), "Content-Type": "application/json"}
    answer = own_client.post("/api/views", data=text, headers=headers)
    assert (answer.status_code, answer.get_json()["type"]) == (400, "InvalidParameter")
