"""Files for people: what the table shows, readable by Excel, QGIS and a plain reader."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from flask.testing import FlaskClient

from gis.errors import InvalidParameter
from gis.model import ProjectFilter
from gis.store.port import Store
from gis.workflows.assess_store import assess_overview, default_day
from gis.workflows.export_projects import export_assessment


def workbook(client: FlaskClient, query: str = "") -> Any:
    return openpyxl.load_workbook(io.BytesIO(client.get(f"/export/projects.xlsx{query}").get_data()))


def test_the_workbook_opens_with_header_and_first_columns_held(client: FlaskClient) -> None:
    sheet = workbook(client).worksheets[0]
    assert sheet.freeze_panes == "C2"
    header = [cell.value for cell in sheet[1]]
    assert header[:2] == ["项目代码", "项目名称"]
    assert any("调度口径" in text for text in header)
    assert any("统计口径" in text for text in header)
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["A", "B", "C", "D"]


def test_numbers_and_days_are_numbers_and_days(client: FlaskClient) -> None:
    sheet = workbook(client).worksheets[0]
    cells = dict(zip((c.value for c in sheet[1]), sheet[2], strict=True))
    assert cells["年度计划投资（万元）"].value == 12_000
    assert cells["计划开工日期"].value == datetime(2026, 9, 1)
    # 20,000 m² = 30 亩.
    assert cells["用地面积（亩）"].value == pytest.approx(30)
    assert cells["超（欠）序时（百分点）"].value == -25
    assert cells["完成年度计划"].number_format == "0.0%"


def test_missing_values_are_empty_cells(client: FlaskClient) -> None:
    sheet = workbook(client).worksheets[0]
    cells = dict(zip((c.value for c in sheet[1]), sheet[5], strict=True))
    assert cells["项目代码"].value == "D"
    assert cells["总投资（万元）"].value is None
    assert cells["计划开工日期"].value is None


def test_a_text_that_looks_like_a_formula_stays_text(client: FlaskClient) -> None:
    cell = workbook(client).worksheets[0]["C2"]
    assert (cell.value, cell.data_type) == ("=cmd|' /C calc'!A0", "s")
    assert cell.quotePrefix


def test_lamps_are_painted(client: FlaskClient) -> None:
    sheet = workbook(client).worksheets[0]
    lamps = {c.value: c.column for c in sheet[1]}["进度灯"]
    yellow = client.get("/api/style").get_json()["lamp"]["yellow"]["fill"].lstrip("#")
    assert sheet.cell(2, lamps).value == "黄"
    assert sheet.cell(2, lamps).fill.fgColor.rgb.endswith(yellow)
    assert sheet.cell(3, lamps).fill.fgColor.rgb == "00000000"


def test_the_second_sheet_says_of_what_and_when(client: FlaskClient) -> None:
    notes = {row[0].value: row[1].value for row in workbook(client, "?town=T1&lamp=yellow").worksheets[1].iter_rows()}
    assert notes["数据截止"] == "2026-06-30"
    assert notes["筛选条件"] == "所在乡镇：城关镇；进度灯：黄"
    assert notes["项目数"] == "1"
    assert notes["年度计划投资（万元）"] == "12,000.00"
    assert notes["超（欠）序时（百分点）"] == "-25.0"
    assert "示例" in notes["名称"]


def test_the_workbook_speaks_english_where_asked(client: FlaskClient) -> None:
    book = workbook(client, "?lang=en")
    assert book.worksheets[0]["A1"].value == "project code"
    assert book.sheetnames == ["projects", "notes"]


def test_the_file_is_named_in_chinese_for_every_browser(client: FlaskClient) -> None:
    named = client.get("/export/projects.csv").headers["Content-Disposition"]
    assert unquote(named.split("filename*=UTF-8''")[1]) == "示例县_项目_2026-06-30.csv"


def test_the_csv_is_read_by_excel_and_runs_nothing(client: FlaskClient) -> None:
    data = client.get("/export/projects.csv").get_data()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["项目代码"] for row in rows] == ["A", "B", "C", "D"]
    assert rows[0]["建设单位"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["超（欠）序时（百分点）"] == "-25.0"
    assert rows[0]["计划开工日期"] == "2026-09-01"
    assert rows[3]["总投资（万元）"] == ""


def test_the_geojson_is_rfc_7946(client: FlaskClient) -> None:
    collection = json.loads(client.get("/export/projects.geojson").get_data())
    assert "crs" not in collection
    by_code = {f["properties"]["code"]: f for f in collection["features"]}
    lon, lat = by_code["C"]["geometry"]["coordinates"]
    assert (round(lon, 3), round(lat, 3)) == (114.003, 33.047)
    assert by_code["D"]["geometry"] is None
    assert by_code["A"]["properties"]["flags"][0]
    assert by_code["D"]["properties"]["plan_wan"] is None


def test_the_geopackage_is_in_the_working_crs_and_says_its_fields(client: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    path.write_bytes(client.get("/export/projects.gpkg?town=T1").get_data())
    frame = gpd.read_file(path, layer="project")
    assert frame["code"].tolist() == ["A", "B"]
    assert frame.crs.to_epsg() == 4547
    assert frame.geometry.iloc[0].area == pytest.approx(20_000)
    assert frame["planned_start_on"].iloc[0].date() == date(2026, 9, 1)
    fields = pyogrio.read_dataframe(path, layer="fields")
    assert dict(zip(fields["name"], fields["zh"], strict=True))["footprint_m2"] == "用地面积（平方米）"
    assert set(fields["name"]) == set(frame.columns) - {"geometry"}


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".gpkg", ".geojson"])
def test_a_filter_that_lets_nothing_through_gives_an_empty_file(client: FlaskClient, suffix: str) -> None:
    answer = client.get(f"/export/projects{suffix}?words=没有这样的项目")
    assert answer.status_code == 200
    assert answer.get_data()


def test_the_order_is_that_of_the_table(client: FlaskClient) -> None:
    data = client.get("/export/projects.csv?sort=-footprint_m2").get_data().decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(data)))["项目代码"] == "B"


def test_a_file_is_there_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    overview = assess_overview(store, default_day(store))
    path = tmp_path / "台账.XLSX"
    export_assessment(store, overview, ProjectFilter(), path)
    assert [p.name for p in tmp_path.iterdir()] == ["台账.XLSX"]
    with pytest.raises(InvalidParameter):
        export_assessment(store, overview, ProjectFilter(), tmp_path / "x.pdf")
    with pytest.raises(InvalidParameter):
        export_assessment(store, overview, ProjectFilter(), tmp_path / "none" / "x.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["台账.XLSX"]
