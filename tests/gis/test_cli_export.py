"""``guatu export parcels``: every format from one command, its conditions, and what it refuses."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from gis.cli import main
from gis.cli_export import filter_of
from gis.errors import InvalidParameter
from gis.model import LOCAL_ACTOR, RegisterFilter, Stage
from gis.store import create_store
from tests.webapp.conftest import ON, make_county


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("county") / "county.gpkg"
    make_county(path).close()
    return path


def export(county: Path, *arguments: str):
    return CliRunner().invoke(main, ["--db", str(county), "export", "parcels", *arguments])


@pytest.mark.parametrize("name", ["p.txt", "p.shp", "p.zip", "p.gpkg", "p.geojson", "p.xlsx"])
def test_each_format_is_written(county, tmp_path, name):
    done = export(county, str(tmp_path / name), "--where", "town=T1")
    assert done.exit_code == 0, done.output
    beside = {"p.shp": {".cpg", ".dbf", ".prj", ".shp", ".shx"}}.get(name, {Path(name).suffix})
    assert {path.suffix for path in tmp_path.iterdir()} == beside
    assert {path.stem for path in tmp_path.iterdir()} == {"p"}


def test_a_shapefile_says_its_encoding(county, tmp_path):
    export(county, str(tmp_path / "g.shp"))
    export(county, str(tmp_path / "u.shp"), "--encoding", "UTF-8")
    assert (tmp_path / "g.cpg").read_text() == "GBK"
    assert (tmp_path / "u.cpg").read_text() == "UTF-8"
    assert gpd.read_file(tmp_path / "g.shp")["SZYY"].tolist()[1] == "诉讼"


def test_conditions_narrow_and_the_same_name_is_an_alternative(county, tmp_path):
    def numbers(*conditions: str) -> list[str]:
        path = tmp_path / "n.xlsx"
        done = export(county, str(path), "--sort", "-parcel_no", *[a for c in conditions for a in ("--where", c)])
        assert done.exit_code == 0, done.output
        rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
        return [row[0] for row in rows[1:-1]]

    assert numbers() == ["3", "2", "1"]
    assert numbers("town=T1") == ["2", "1"]
    assert numbers("town=T1", "town=T2") == ["3", "2", "1"]
    assert numbers("town=T1", "stage=净地") == ["1"]
    assert numbers("stage=cleared", "held=true") == []
    assert numbers("blocking=A") == ["2"]


def test_no_parcels_are_a_boundary_file_of_none_in_a_crs_that_is_no_zone(tmp_path):
    path = tmp_path / "utm.gpkg"
    create_store(path, name="某县", crs="EPSG:32649", actor=LOCAL_ACTOR).close()
    done = export(path, str(tmp_path / "p.txt"))
    assert done.exit_code == 0, done.output
    assert "带号=37" in (tmp_path / "p.txt").read_bytes().decode("gb18030")  # 108°–114° E, about 111° = 3 × 37


def test_a_zipped_shapefile_tells_what_was_changed(county, tmp_path):
    long = tmp_path / "long.gpkg"
    with closing(make_county(long)) as store, store.writing(LOCAL_ACTOR) as writer:
        rows = pd.DataFrame({"parcel_no": ["1"], "remark": ["备" * 200], "unit": ["𠮷镇"]})
        writer.put("parcel", rows, on=ON)
    done = export(long, str(tmp_path / "p.zip"), "--where", "town=T1", "--where", "held=false")
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        told = archive.read("说明.txt").decode()
    assert "条件：所在乡镇：城关镇；受阻：否" in told
    assert "GBK 没有这些字，已写成“?”：𠮷" in told
    assert "已截断" in told


def test_the_workbook_says_its_filter_and_bases_in_words(county, tmp_path):
    path = tmp_path / "p.xlsx"
    done = export(county, str(path), "--where", "town=T1", "--where", "stage=cleared", "--where", "unit=none")
    assert done.exit_code == 0, done.output
    notes = dict(openpyxl.load_workbook(path).worksheets[1].iter_rows(values_only=True, max_col=2))
    assert notes["条件"] == "所在乡镇：城关镇；征地阶段：净地；责任单位：未注明"
    assert [part.split()[0] for part in notes["登记面积合计（平方米，按基准）"].split("，")] == [
        "投影面积",
        "椭球面积",
        "未注明",
    ]


def test_a_past_day_is_written_as_it_was(county, tmp_path):
    path = tmp_path / "past.gpkg"
    assert export(county, str(path), "--on", "2025-01-05").exit_code == 0
    assert gpd.read_file(path, layer="parcel")["stage"].tolist() == ["pre_notice", "not_started", "not_started"]


@pytest.mark.parametrize("arguments", [("p.docx",), ("no/folder/p.xlsx",), ("p.xlsx", "--where", "color=red")])
def test_what_cannot_be_done_is_a_sentence_and_no_file(county, tmp_path, arguments):
    done = export(county, str(tmp_path / arguments[0]), *arguments[1:])
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_more_parcels_than_a_format_holds_are_refused(county, tmp_path, monkeypatch):
    monkeypatch.setattr("gis.workflows.export_parcels.MOST_IN_WORKBOOK", 2)
    done = export(county, str(tmp_path / "p.xlsx"))
    assert done.exit_code == 2
    assert "≤ 2" in done.output
    assert export(county, str(tmp_path / "p.xlsx"), "--where", "town=T1").exit_code == 0
    assert export(county, str(tmp_path / "p.gpkg")).exit_code == 0


def test_conditions_are_read():
    assert filter_of(()) == RegisterFilter()
    assert filter_of(("held=true", "overdue=false")) == RegisterFilter(held=True, overdue=False)
    assert filter_of(("stage=approved", "stage=净地")).stage == (Stage.APPROVED, Stage.CLEARED)
    assert filter_of(("legal_within_days=7", "words=a=b")) == RegisterFilter(legal_within_days=7, words="a=b")
    assert filter_of(("batch=none", "hold_reason=none")) == RegisterFilter(batch=("none",), hold_reason=("none",))


@pytest.mark.parametrize(
    "condition",
    [
        "town",
        "town=",
        "=T1",
        "color=red",
        "held=maybe",
        "legal_within_days=-1",
        "legal_within_days=x",
        "legal_within_days=²",
    ],
)
def test_a_condition_that_is_none_is_refused(condition):
    with pytest.raises(InvalidParameter):
        filter_of((condition,))
