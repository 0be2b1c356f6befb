"""
The command line as its users type it.

The small county: working CRS EPSG:4547 (CM 114°E), one town of 2 × 2 km, four parcels of 100 × 100 m in a row from
easting 500,000 and northing 3,650,000, and one project over the first two of them and 50 m of no parcel.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result

from gis.cli import main
from gis.model import Query
from gis.store import open_store

JANUARY, JULY = date(2026, 1, 31), date(2026, 7, 31)
E0, N0 = 500_000.0, 3_650_000.0


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [[[E0 + x, N0 + y] for x, y in ring]]}


def collection(*features: tuple[dict[str, object], dict[str, object]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}},
            "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in features],
        },
        ensure_ascii=False,
    )


STAGES = ("净地", "征收预公告", "已批复", "未启动")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "towns.geojson").write_text(
        collection(({"code": "411700001", "name": "示例镇"}, box(-1000, -1000, 1000, 1000))), encoding="utf-8"
    )
    parcels = [
        (
            {"地块编号": f"P{i + 1}", "征收阶段": stage, "阶段日期": "2026-10-12", "权属性质": "集体"},
            box(100 * i, 0, 100 * (i + 1), 100),
        )
        for i, stage in enumerate(STAGES)
    ]
    (tmp_path / "parcels.geojson").write_text(collection(*parcels), encoding="utf-8")
    project = {
        "项目代码": "A1",
        "项目名称": "示例厂房",
        "项目阶段": "立项",
        "总投资(亿元)": 3.2,
        "2026年度计划投资(万元)": 12000,
        "计划开工日期": "2026-11-30",
    }
    (tmp_path / "projects.geojson").write_text(collection((project, box(0, -50, 200, 100))), encoding="utf-8")
    (tmp_path / "reports.csv").write_text(
        "项目代码,报告期,本年累计完成投资(万元),形象进度\nA1,2026年9月,7000,40%\nA1,2026年10月,8000,45%\n",
        encoding="utf-8",
    )
    return tmp_path


def run(db: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--db", str(db), *words], catch_exceptions=False)


@pytest.fixture
def county(files: Path) -> Path:
    db = files / "county.gpkg"
    assert run(db, "init", "--crs", "EPSG:4547", "--name", "示范县").exit_code == 0
    for kind, name in (
        ("towns", "towns.geojson"),
        ("parcels", "parcels.geojson"),
        ("projects", "projects.geojson"),
        ("reports", "reports.csv"),
    ):
        result = run(db, "import", kind, str(files / name), "--json")
        assert result.exit_code == 0, result.output
    return db


def test_init_refuses_a_geographic_working_crs(tmp_path: Path) -> None:
    result = run(tmp_path / "c.gpkg", "init", "--crs", "EPSG:4490")
    assert result.exit_code == 2
    assert "EPSG:4490" in result.output
    assert not (tmp_path / "c.gpkg").exists()


def test_init_does_not_overwrite_a_store(county: Path) -> None:
    assert run(county, "init", "--crs", "EPSG:4547").exit_code == 2
    assert run(county, "verify").exit_code == 0


def test_a_command_without_a_store_says_how_to_name_one() -> None:
    result = CliRunner().invoke(main, ["verify"], env={"GUATU_DB": ""})
    assert result.exit_code == 2
    assert "GUATU_DB" in result.output


def test_guatu_db_stands_for_the_option(county: Path) -> None:
    result = CliRunner().invoke(main, ["verify", "--json"], env={"GUATU_DB": str(county)})
    assert json.loads(result.stdout) == {"ok": True, "findings": []}


def test_a_setting_that_cannot_be_read_is_told_in_a_sentence(county: Path) -> None:
    for name in ("GUATU_TILE_CACHE", "GUATU_LANGUAGE", "GUATU_DB_PASSWORD_FILE"):
        result = CliRunner().invoke(main, ["--db", str(county), "verify"], env={name: "/no/such"})
        assert result.exit_code == 2
        assert name in result.output


def test_the_import_report_adds_up(county: Path, files: Path) -> None:
    report = json.loads(run(county, "import", "parcels", str(files / "parcels.geojson"), "--json").stdout)
    assert (report["read"], report["stored"], report["updated"], report["unchanged"]) == (4, 0, 0, 4)
    assert report["refused"] == []


def test_one_layer_of_several_is_named_by_the_option(county: Path, files: Path) -> None:
    towns = gpd.read_file(files / "towns.geojson")
    for layer in ("甲", "乙"):
        towns.to_file(files / "two.gpkg", layer=layer)
    asked = run(county, "import", "towns", str(files / "two.gpkg"))
    assert asked.exit_code == 2
    assert "--layer" in asked.stderr
    told = run(county, "import", "towns", str(files / "two.gpkg"), "--layer", "乙", "--json")
    assert json.loads(told.stdout)["unchanged"] == 1


def test_a_dry_run_stores_nothing(files: Path) -> None:
    db = files / "dry.gpkg"
    run(db, "init", "--crs", "EPSG:4547")
    report = json.loads(run(db, "import", "towns", str(files / "towns.geojson"), "--dry-run", "--json").stdout)
    assert report["stored"] == 1
    again = json.loads(run(db, "import", "towns", str(files / "towns.geojson"), "--dry-run", "--json").stdout)
    assert again["stored"] == 1


def test_assess_prints_the_fixed_form_with_the_numbers_of_the_small_county(county: Path) -> None:
    # Footprint 200 × 150 m = 30,000 m²: P1 (cleared) and P2 (pre-notice) 10,000 m² each, 10,000 m² under no parcel.
    # Ten months of 2026 are over: expected 83.33 %; done 8,000 / 12,000 = 66.67 %: 16.67 points behind, yellow.
    answer = json.loads(run(county, "assess", "--on", "2026-10-31", "--json").stdout)
    assert answer["on"] == "2026-10-31"
    (project,) = answer["projects"]
    assert (project["code"], project["name"], project["lamp"]) == ("A1", "示例厂房", "yellow")
    assert project["progress_gap_pp"] == pytest.approx(-100 / 6)
    land = project["land"]
    assert land["footprint_m2"] == pytest.approx(30_000)
    assert land["ready_m2"] == pytest.approx(10_000)
    assert land["uncovered_m2"] == pytest.approx(10_000)
    assert land["by_stage_m2"]["pre_notice"] == pytest.approx(10_000)
    assert project["flags"][0] == "impossible"
    assert "uncovered" in project["flags"]
    assert [part["parcel_no"] for part in project["blocking"]] == ["P2"]
    assert project["reasons"][0]["zh"].startswith("黄")
    # From 31 October, with the start planned for 30 November and no land by year's end: all that is left waits.
    assert project["at_risk_wan"] == pytest.approx(4000)


def test_assess_writes_the_file_kinds_it_names(county: Path, tmp_path: Path) -> None:
    for suffix in (".xlsx", ".gpkg", ".geojson", ".csv"):
        out = tmp_path / f"assessment{suffix}"
        assert run(county, "assess", "--on", "2026-10-31", "--out", str(out)).exit_code == 0
        assert out.stat().st_size > 0


def test_assess_prints_a_table_for_people(county: Path) -> None:
    result = run(county, "assess", "--on", "2026-10-31")
    assert "示例厂房" in result.output
    assert "截至 2026-10-31：1 个项目" in result.output


def test_verify_names_a_breach_and_ends_with_1(county: Path, files: Path) -> None:
    wrong = files / "wrong.csv"
    wrong.write_text(
        "项目代码,项目名称,计划开工日期,计划竣工日期\nB1,示例倒序,2026-05-01,2025-05-01\n", encoding="utf-8"
    )
    assert run(county, "import", "projects", str(wrong), "--json").exit_code == 0
    result = run(county, "verify", "--json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["rule"], finding["layer"], finding["key"]) == ("dates_in_order", "project", "B1")


def test_a_missing_file_is_a_sentence_not_a_traceback(county: Path) -> None:
    result = run(county, "import", "parcels", "nowhere.geojson")
    assert result.exit_code == 2
    assert "nowhere.geojson" in result.output
    assert "Traceback" not in result.output


def test_a_wrong_day_is_told_with_the_form_expected(county: Path) -> None:
    result = run(county, "assess", "--on", "31.10.2026")
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.output


def test_a_promise_and_the_one_that_replaced_it_come_in_one_file(county: Path, files: Path) -> None:
    promises = files / "promises.csv"
    promises.write_text(
        "项目代码,节点名称,承诺完成日期,承诺作出日期\nA1,施工许可,2026-06-30,2026-01-10\nA1,施工许可,2026-09-30,2026-07-02\n",
        encoding="utf-8",
    )
    report = json.loads(run(county, "import", "milestones", str(promises), "--json").stdout)
    assert (report["read"], report["refused"]) == (2, [])
    store = open_store(county)
    promised = [store.read("milestone", Query(on=on))["promised_on"].dt.date[0] for on in (JANUARY, JULY)]
    store.close()
    assert promised == [date(2026, 6, 30), date(2026, 9, 30)]
    again = json.loads(run(county, "import", "milestones", str(promises), "--json").stdout)
    assert (again["unchanged"], again["stored"], again["updated"]) == (2, 0, 0)


def test_a_strict_import_with_a_refused_row_stores_nothing_and_ends_with_1(county: Path, files: Path) -> None:
    mixed = files / "mixed.csv"
    mixed.write_text("项目代码,项目名称,总投资(万元)\nC1,示例一,100\nC2,示例二,很多\n", encoding="utf-8")
    result = run(county, "import", "projects", str(mixed), "--strict", "--json")
    assert result.exit_code == 1
    (refused,) = json.loads(result.stdout)["refused"]
    assert (refused["row"], refused["column"], refused["found"]) == (3, "总投资(万元)", "很多")
    assert run(county, "import", "projects", str(mixed), "--json").exit_code == 0
    assert [p["code"] for p in json.loads(run(county, "assess", "--json").stdout)["projects"]] == ["A1", "C1"]


def test_the_commands_are_listed_without_loading_what_reads_tables() -> None:
    told = "import sys, gis.cli; print(sorted({'numpy', 'pandas', 'pyarrow', 'shapely'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
