"""guatu migrate, copy, backup and restore, as their users type them."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis.cli import main
from gis.layers import LAYERS
from gis.store import moving, open_store
from gis.store.geopackage.ddl import SCHEMA_VERSION
from gis.store.moving import Compared
from gis.workflows import copy_store as copying
from tests.contract.store_samples import CRS, OFFICER, parcels, put
from tests.gis.store.moving_samples import contents, filled


def run(*words: str | Path, language: str = "zh") -> Result:
    environment = {"GUATU_DB": "", "GUATU_LANGUAGE": language}
    return CliRunner().invoke(main, [str(word) for word in words], env=environment, catch_exceptions=False)


@pytest.fixture
def county(tmp_path: Path) -> str:
    return filled(tmp_path / "county.gpkg")


def test_migrate_says_that_a_store_is_up_to_date(county: str) -> None:
    assert run("--db", county, "migrate").stdout == f"库结构已是最新（版本 {SCHEMA_VERSION}）\n"
    told = run("--db", county, "migrate", language="en").stdout
    assert told == f"the store is already up to date (version {SCHEMA_VERSION})\n"


def test_migrate_without_a_store_ends_with_2(tmp_path: Path) -> None:
    told = run("--db", tmp_path / "none.gpkg", "migrate")
    assert (told.exit_code, "guatu init" in told.stderr) == (2, True)


def test_copy_prints_each_table_s_rows_and_digest(county: str, tmp_path: Path) -> None:
    told = run("copy", county, tmp_path / "copy.gpkg")
    assert told.exit_code == 0
    (line,) = [line for line in told.stdout.splitlines() if line.startswith("parcel ")]
    assert line.split() == ["parcel", "600", "600", contents(county)["parcel"][1][:16], "一致"]
    assert len(told.stdout.splitlines()) == 1 + len(contents(county))
    again = run("copy", county, tmp_path / "copy.gpkg")
    assert (again.exit_code, "该位置已有文件" in again.stderr) == (2, True)


@pytest.mark.postgis
def test_copy_takes_a_county_to_a_database_and_back(county: str, postgis_dsn: str, tmp_path: Path) -> None:
    assert run("copy", county, postgis_dsn).exit_code == 0
    assert run("--db", postgis_dsn, "verify").exit_code == 0
    assert run("copy", postgis_dsn, tmp_path / "back.gpkg", language="en").stdout.count(" same\n") == len(
        contents(county)
    )
    assert contents(str(tmp_path / "back.gpkg")) == contents(county)


def test_copy_ends_with_1_where_the_copy_differs(county: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = moving.copy_store

    def spoiled(*words: object) -> tuple[Compared, ...]:
        first, *others = usual(*words)  # type: ignore[arg-type]
        return (replace(first, copy=replace(first.copy, sha256="0" * 64)), *others)

    monkeypatch.setattr(copying.moving, "copy_store", spoiled)
    told = run("copy", county, tmp_path / "copy.gpkg")
    assert told.exit_code == 1
    assert [line.split()[0] for line in told.stdout.splitlines() if line.endswith("不一致")] == ["store_info"]


def assert_restored(where: str, before: dict[str, tuple[int, str]]) -> None:
    """Everything is as it was, but that every layer is told to have changed since, with versions never told before."""
    after = contents(where)
    assert after.pop("change")[0] == before.pop("change")[0] + len(LAYERS)
    assert after == before
    with closing(open_store(where)) as store:
        assert min(store.version((layer,)) for layer in LAYERS) > 1_700_000_000


def test_backup_and_restore_of_a_file(county: str, tmp_path: Path) -> None:
    told = run("--db", county, "backup", tmp_path / "b.gpkg")
    assert (told.exit_code, told.stdout) == (0, f"已备份到 {tmp_path / 'b.gpkg'}\n")
    told = run("--db", tmp_path / "new.gpkg", "restore", tmp_path / "b.gpkg")
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, "数据检查通过")
    assert_restored(str(tmp_path / "new.gpkg"), contents(county))
    assert run("--db", county, "restore", tmp_path / "b.gpkg").exit_code == 2


@pytest.mark.postgis
def test_backup_and_restore_of_a_database(postgis_dsn: str, tmp_path: Path) -> None:
    before = contents(filled(postgis_dsn))
    assert run("--db", postgis_dsn, "backup", tmp_path).exit_code == 0
    (file,) = tmp_path.iterdir()
    assert re.fullmatch(r"county-\d{8}-\d{6}\.dump", file.name)
    refused = run("--db", postgis_dsn, "restore", file)
    assert (refused.exit_code, "已有库" in refused.stderr) == (2, True)
    import psycopg2

    with closing(psycopg2.connect(postgis_dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA guatu CASCADE")
    told = run("--db", postgis_dsn, "restore", file)
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, "数据检查通过")
    assert_restored(postgis_dsn, before)


def test_restore_ends_with_1_where_the_data_were_not_sound(county: str, tmp_path: Path) -> None:
    with closing(open_store(county)) as store:
        put(store, "parcel", parcels(1, compensation_due_wan=1.0, compensation_paid_wan=2.0))
    run("--db", county, "backup", tmp_path / "b.gpkg")
    told = run("--db", tmp_path / "new.gpkg", "restore", tmp_path / "b.gpkg")
    assert told.exit_code == 1
    assert "compensation_within_due\tparcel\tP0" in told.stdout


def test_of_the_backups_in_a_folder_the_newest_are_kept_and_other_files_stay(county: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old = [f"county-202601{day:02}-030000.gpkg" for day in range(1, 6)]
    others = ["county-20260101-030000.dump", "county.gpkg", "county-20260101-030000.gpkg.sha256", "readme.txt"]
    for name in (*old, *others):
        (folder / name).write_text("x", encoding="utf-8")
    told = run("--db", county, "backup", folder, "--keep", "3")
    assert told.exit_code == 0
    kept = {path.name for path in folder.iterdir()}
    assert kept >= {*others, old[3], old[4]}
    assert kept.isdisjoint(old[:3])
    (new,) = kept - {*others, *old}
    assert re.fullmatch(r"county-\d{8}-\d{6}\.gpkg", new)
    assert contents(str(folder / new)) == contents(county)


def test_a_backup_that_fails_removes_none(tmp_path: Path) -> None:
    (tmp_path / "county-20260101-030000.gpkg").write_text("x", encoding="utf-8")
    assert run("--db", tmp_path / "none.gpkg", "backup", tmp_path, "--keep", "1").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["county-20260101-030000.gpkg"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("b.gpkg", "--keep", "2"), "--keep"),
        (("none/",), "文件夹不存在"),
        (("none/b.gpkg",), "文件夹不存在"),
        ((".", "--keep", "0"), "--keep"),
    ],
)
def test_a_place_for_backups_that_makes_no_sense_is_told(
    county: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(Path(county).parent)
    result = run("--db", county, "backup", *words)
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_a_new_store_made_by_copy_has_the_county_s_name(county: str, tmp_path: Path) -> None:
    run("copy", county, tmp_path / "copy.gpkg")
    with closing(open_store(tmp_path / "copy.gpkg")) as store:
        assert (store.info.name, store.info.crs, store.info.is_sample) == ("示范县", CRS, True)
        assert OFFICER.name in set(store.read("rule_parameter")["recorded_by"])
