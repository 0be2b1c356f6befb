"""``guatu demo``: a store to look at and files to practise with, which import to the same county."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from gis.analysis.assessment import Assessment
from gis.demo import facts
from gis.demo.county import build_county
from gis.errors import UnreadableFile
from gis.ingest.report import ImportReport
from gis.model import LOCAL_ACTOR
from gis.store import create_store, open_store
from gis.workflows.assess_store import assess_store
from gis.workflows.import_file import ImportOptions, import_file
from gis.workflows.make_demo import STAMP_NAME, DemoResult, make_demo
from gis.workflows.write_demo_files import IMPORTS

ON = date(2026, 10, 31)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    return make_demo(tmp_path_factory.mktemp("demo"))


@dataclass(frozen=True)
class Imported:
    path: Path
    reports: dict[str, ImportReport]
    assessment: Assessment


@pytest.fixture(scope="module")
def imported(made: DemoResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    path = tmp_path_factory.mktemp("practice") / "练习.gpkg"
    store = create_store(path, name="练习县", crs="EPSG:4546", actor=LOCAL_ACTOR)
    options = ImportOptions(on=ON)
    reports = {name: import_file(store, LOCAL_ACTOR, kind, made.files_dir / name, options) for name, kind in IMPORTS}
    with store.writing(LOCAL_ACTOR) as writer:  # what bureaus keep by hand, not in files
        for ledger in ("batch", "land_quota"):
            writer.append(ledger, build_county().tables[ledger])
    yield Imported(path, reports, assess_store(store, LOCAL_ACTOR, ON))
    store.close()


def test_the_store_is_a_sample_of_its_day(made: DemoResult) -> None:
    store = open_store(made.store_path)
    assert store.info.is_sample
    assert store.info.data_on == ON
    assert store.count("parcel") > 5000
    store.close()
    assert {path.name for path in made.store_path.parent.iterdir()} == {
        made.store_path.name,
        made.files_dir.name,
        STAMP_NAME,
    }


def test_a_second_run_finds_what_the_first_built(made: DemoResult) -> None:
    before = made.store_path.stat().st_mtime_ns
    again = make_demo(made.store_path.parent)
    assert not again.is_new
    assert again.files == made.files
    assert made.store_path.stat().st_mtime_ns == before


def test_an_older_or_damaged_sample_is_built_anew_and_progress_told(made: DemoResult, tmp_path: Path) -> None:
    folder = tmp_path / "不存在的文件夹" / "demo"
    folder.mkdir(parents=True)
    (folder / made.store_path.name).write_bytes(b"half a store")
    (folder / f".{made.store_path.name}.draft").write_bytes(b"left by a crash")
    stamp = json.loads((made.store_path.parent / STAMP_NAME).read_text(encoding="utf-8"))
    (folder / STAMP_NAME).write_text(json.dumps({**stamp, "edition": "older"}), encoding="utf-8")
    told: list[float] = []
    again = make_demo(folder, progress=lambda words, share: told.append(share))
    assert again.is_new
    assert told == sorted(told)
    assert told[-1] == 1.0
    store = open_store(again.store_path)
    assert store.count("project") == 119
    store.close()


def test_without_the_facts_the_cause_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(facts, "DATA_DIR", tmp_path)
    with pytest.raises(UnreadableFile) as raised:
        facts.town_names()
    assert raised.value.expected == "data/demo/jiexiu_towns.csv"


def test_bureaus_send_each_file_in_its_own_way(made: DemoResult) -> None:
    by_number = {path.name[:2]: path for path in made.files}
    assert pyogrio.read_info(by_number["01"])["crs"] == "EPSG:4490"
    with zipfile.ZipFile(by_number["02"]) as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".shp", ".shx", ".dbf", ".prj", ".cpg"}
        assert "示例·汾河北岸经济技术开发区".encode("gbk") in archive.read("园区范围.dbf")
    ledger = pd.read_excel(by_number["03"], header=None)
    assert ledger.iloc[0, 0] == "介休市重点项目台账（示例）"
    assert ledger.iloc[1, 0] == "单位：万元"
    assert {"项目代码", "总投资（万元）", "2026年计划投资（万元）"} <= set(ledger.iloc[2])
    text = by_number["08"].read_bytes().decode("gb18030")
    assert text.startswith("[属性描述]")
    assert "带号=37" in text


def test_the_readme_gives_the_command_for_every_file(made: DemoResult) -> None:
    readme = made.files[-1].read_text(encoding="utf-8-sig")
    for name, kind in IMPORTS:
        assert f'guatu --db 练习.gpkg import {kind} "{name}"' in readme
    assert [path.name for path in made.files[:-1]] == [name for name, _ in IMPORTS]


def test_every_row_of_every_file_is_taken(imported: Imported) -> None:
    for name, report in imported.reports.items():
        assert report.refused_rows == 0, name
        assert report.read == report.stored + report.updated > 0, name


def test_what_was_imported_is_assessed_like_what_was_loaded(imported: Imported, assessed: Assessment) -> None:
    """
    Equal but for rounding: GeoJSON carries zones in degrees (to 10⁻¹⁰), and a repeated corner may go.

    Not in the files: ten-day reports, earlier stages of projects, the day a plan was set. Nothing that is
    assessed on this day depends on them.
    """
    for part in ("projects", "parts", "blocking", "conflicts", "parcels", "overlaps"):
        there, here = getattr(assessed, part), getattr(imported.assessment, part)
        drop = ["stage_m2"] if part == "projects" else []
        there, here = there.drop(columns=drop), here.drop(columns=drop)
        pd.testing.assert_frame_equal(there, here, check_exact=False, rtol=0, atol=1e-3, obj=part)


def test_stage_areas_agree_too(imported: Imported, assessed: Assessment) -> None:
    for code, areas in assessed.projects["stage_m2"].items():
        assert imported.assessment.projects.loc[code, "stage_m2"] == pytest.approx(areas, abs=1e-3)
