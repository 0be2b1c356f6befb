"""``guatu export parcels``: every format from one command, its conditions, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner

from gis.cli import main
from gis.cli_export import filter_of
from gis.errors import InvalidParameter
from gis.model import RegisterFilter, Stage
from tests.webapp.conftest import make_county


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
