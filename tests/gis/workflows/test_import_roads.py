"""``guatu import roads`` as its users type it, and what the report tells them."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from click.testing import CliRunner, Result
from shapely import LineString

from gis.cli import PROFILES as OFFERED
from gis.cli import main
from gis.rules.road_speeds import PROFILES
from gis.store import open_store
from gis.workflows.list_imports import list_imports
from tests.gis.ingest.osm_samples import CRS, EAST, NORTH, extract, turn, way

GRID = {3 * row + column + 1: (100.0 * column, 100.0 * row) for row in range(3) for column in range(3)}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "县.gpkg"
    assert run(path, "init", "--crs", CRS).exit_code == 0
    return path


def run(db: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--db", str(db), *words], catch_exceptions=False)


def block(folder: Path, *more: str, **nodes: object) -> Path:
    """A block of four roads with a lane apart of it, a footway and a turn by a way that is not modelled."""
    roads = (way(10, "1 2 3"), way(11, "3 6 9"), way(12, "9 8 7"), way(13, "7 4 1"))
    return extract(folder, GRID, *roads, way(14, "5 2", oneway="yes", name="断头路"), way(15, "4 5", highway="footway"),
                   turn(77, "no_left_turn", "w10 w11 w12"), *more)  # fmt: skip


def test_the_report_names_what_was_left_out_and_where(db: Path, tmp_path: Path) -> None:
    told = run(db, "import", "roads", str(block(tmp_path)))
    assert told.exit_code == 0
    assert "道路（大巴）" in told.output
    assert "读入 6  路段 5（0.8 公里）  新增 5" in told.output
    assert "未取 1：非此车型可走的道路" in told.output
    assert "77 no_left_turn：经由路段" in told.output
    assert "1 段 100 米" in told.output
    assert "断头路" in told.output


def test_the_report_is_json_and_the_same_as_in_the_log(db: Path, tmp_path: Path) -> None:
    told = run(db, "import", "roads", str(block(tmp_path)), "--json")
    report = json.loads(told.output)
    assert (report["profile"], report["roads"], report["stored"]) == ("coach", 5, 5)
    assert report["left_out"] == {"class": 1, "apart": 1}
    assert report["turns"]["not_modelled"] == [{"id": "77", "kind": "no_left_turn", "why": "via_way"}]
    assert report["pieces"][0]["names"] == ["断头路"]
    store = open_store(db)
    (logged,) = list_imports(store)
    assert logged["report"]["left_out"] == report["left_out"]
    assert "import the earlier file again" in logged["hindrance"]["en"]
    store.close()


def test_the_english_report(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUATU_LANGUAGE", "en")
    told = run(db, "import", "roads", str(block(tmp_path)), "--profile", "car", "--dry-run").output
    assert "roads (car) (dry run: nothing was stored)" in told
    assert "left out 1: not connected with the main network both ways" in told
    assert open_store(db).count("road") == 0


def test_the_command_offers_the_profiles_that_there_are() -> None:
    assert OFFERED == PROFILES


def test_options_that_do_not_belong_together_are_refused(db: Path, tmp_path: Path) -> None:
    path = str(block(tmp_path))
    assert run(db, "import", "roads", path, "--strict").exit_code == 2
    assert run(db, "import", "parcels", path, "--profile", "car").exit_code == 2
    assert run(db, "import", "roads", path, "--profile", "tank").exit_code == 2


def test_roads_that_do_not_hang_together_at_all_are_refused_and_nothing_is_lost(db: Path, tmp_path: Path) -> None:
    run(db, "import", "roads", str(block(tmp_path)))
    lost = extract(tmp_path, GRID, way(10, "1 2", oneway="yes"), way(11, "5 6", oneway="yes"))
    told = run(db, "import", "roads", str(lost))
    assert told.exit_code == 2
    assert "互不连通" in told.output
    assert open_store(db).count("road") == 5


def test_where_little_hangs_together_a_warning_says_so(db: Path, tmp_path: Path) -> None:
    lines = [LineString([(EAST, NORTH + 10 * i), (EAST + 100, NORTH + 10 * i)]) for i in range(4)]
    path = tmp_path / "路.geojson"
    pyogrio.write_dataframe(gpd.GeoDataFrame({"等级": ["县道"] * 4}, geometry=lines, crs=CRS), path)
    told = run(db, "import", "roads", str(path), "--crs", CRS)
    assert "只有 25% 的道路长度互相连通" in told.output
    assert "不连通的部分 3 处" in told.output
