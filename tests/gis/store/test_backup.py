"""A backup is a whole store of one moment, and a restored one goes on as if nothing had happened."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from gis.errors import ProgramFailed, StoreExists, StoreFull, StoreMissing, UnreadableFile
from gis.store import open_store
from gis.store.geopackage import backup as copying
from gis.store.moving import backup_store, backup_suffix, restore_store
from gis.store.postgis import backup as dumping
from gis.words import Words
from tests.contract.store_samples import parcels, put
from tests.gis.store.moving_samples import contents, filled, goes_on, is_empty
from tests.postgis_databases import Databases


def quiet(_words: Words, _share: float) -> None:
    return None


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return filled(str(request.getfixturevalue("postgis_dsn")) if request.param == "postgis" else tmp_path / "县.gpkg")


@pytest.fixture
def elsewhere(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A place for another store of the same kind."""
    if not where.startswith("postgresql"):
        yield str(tmp_path / "新.gpkg")
        return
    databases: Databases = request.getfixturevalue("postgis_databases")
    dsn = databases.fresh()
    yield dsn
    databases.drop(dsn)


@pytest.fixture
def file(where: str, tmp_path: Path) -> Path:
    return tmp_path / f"backup{backup_suffix(where)}"


def test_a_restored_store_is_the_same_and_goes_on(where: str, elsewhere: str, file: Path) -> None:
    backup_store(where, file, quiet)
    restore_store(elsewhere, file, quiet)
    assert contents(elsewhere) == contents(where)
    goes_on(elsewhere)
    assert [entry.name for entry in file.parent.iterdir() if "making" in entry.name] == []


def test_a_backup_is_of_one_moment_whoever_writes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = filled(tmp_path / "county.gpkg")
    before, written = contents(where), []
    monkeypatch.setattr(copying, "_PAGES_AT_ONCE", 50)

    with closing(open_store(where)) as store:

        def write(_words: Words, share: float) -> None:
            if 0 < share < 1:
                written.append(put(store, "parcel", parcels(1, first=700 + len(written))))

        backup_store(where, tmp_path / "b.gpkg", write)
    assert len(written) > 1
    restore_store(tmp_path / "new.gpkg", tmp_path / "b.gpkg", quiet)
    assert contents(str(tmp_path / "new.gpkg")) == before
    assert contents(where)["parcel"][0] == before["parcel"][0] + len(written)


def test_a_backup_never_replaces_a_file(where: str, file: Path) -> None:
    file.write_text("my letters", encoding="utf-8")
    with pytest.raises(StoreExists):
        backup_store(where, file, quiet)
    assert file.read_text(encoding="utf-8") == "my letters"


def test_a_restore_never_replaces_a_store(where: str, file: Path) -> None:
    backup_store(where, file, quiet)
    with closing(open_store(where)) as store:
        put(store, "parcel", parcels(1, first=700))
    before = contents(where)
    with pytest.raises(StoreExists):
        restore_store(where, file, quiet)
    assert contents(where) == before


def test_half_a_backup_is_refused_and_leaves_no_store(where: str, elsewhere: str, file: Path) -> None:
    backup_store(where, file, quiet)
    half = file.with_name(f"half{file.suffix}")
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises((UnreadableFile, ProgramFailed)):
        restore_store(elsewhere, half, quiet)
    assert is_empty(elsewhere)


def test_something_else_than_a_backup_is_refused(where: str, elsewhere: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.dump"
    letter.write_text("my letters", encoding="utf-8")
    with pytest.raises(UnreadableFile):
        restore_store(elsewhere, letter, quiet)
    with pytest.raises(StoreMissing):
        restore_store(elsewhere, tmp_path / "none", quiet)
    assert is_empty(elsewhere)


def test_a_backup_of_one_kind_is_not_restored_to_the_other(where: str, file: Path, tmp_path: Path) -> None:
    backup_store(where, file, quiet)
    other = str(tmp_path / "x.gpkg") if where.startswith("postgresql") else "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(UnreadableFile):
        restore_store(other, file, quiet)


def test_a_store_that_is_not_there_has_no_backup(tmp_path: Path, postgis_dsn: str) -> None:
    for place in (str(tmp_path / "none.gpkg"), postgis_dsn):
        with pytest.raises(StoreMissing):
            backup_store(place, tmp_path / "backup", quiet)
    assert not (tmp_path / "backup").exists()


def test_a_backup_can_be_restored_from_where_nothing_can_be_written(tmp_path: Path) -> None:
    where = filled(tmp_path / "county.gpkg")
    (tmp_path / "disc").mkdir()
    backup_store(where, tmp_path / "disc" / "b.gpkg", quiet)
    assert [entry.name for entry in (tmp_path / "disc").iterdir()] == ["b.gpkg"]
    (tmp_path / "disc" / "b.gpkg").chmod(0o444)
    (tmp_path / "disc").chmod(0o555)
    restore_store(tmp_path / "new.gpkg", tmp_path / "disc" / "b.gpkg", quiet)
    (tmp_path / "disc").chmod(0o755)
    assert contents(str(tmp_path / "new.gpkg")) == contents(where)


def test_a_damaged_file_is_not_backed_up_as_if_it_were_sound(tmp_path: Path) -> None:
    where = Path(filled(tmp_path / "county.gpkg"))
    with where.open("r+b") as opened:
        opened.seek(where.stat().st_size // 8192 * 4096)
        opened.write(b"\xff" * 20_000)
    with pytest.raises(UnreadableFile):
        backup_store(where, tmp_path / "backup.gpkg", quiet)
    assert not (tmp_path / "backup.gpkg").exists()


def test_a_restored_store_is_written_ahead_as_any_other(tmp_path: Path) -> None:
    where = filled(tmp_path / "county.gpkg")
    backup_store(where, tmp_path / "b.gpkg", quiet)
    restore_store(tmp_path / "new.gpkg", tmp_path / "b.gpkg", quiet)
    import sqlite3

    with closing(sqlite3.connect(tmp_path / "new.gpkg")) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# ------------------------------------------------------------------ pg_dump


@pytest.mark.postgis
def test_the_password_is_in_no_argument(postgis_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where, commands, environments = filled(postgis_dsn), [], []
    usual = subprocess.run

    def watched(command: list[str], **more: Any) -> Any:
        commands.append(command)
        environments.append(more.get("env"))
        return usual(command, **more)

    monkeypatch.setattr(subprocess, "run", watched)
    backup_store(where, tmp_path / "b.dump", quiet)
    password = parse_dsn(postgis_dsn)["password"]
    assert [argument for command in commands for argument in command if password in argument] == []
    assert environments[-1]["PGPASSWORD"] == password


@pytest.mark.postgis
def test_a_missing_or_older_pg_dump_is_told(postgis_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where, old = filled(postgis_dsn), tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    for candidates, found in (([], None), ([str(old)], "pg_dump 9")):
        monkeypatch.setattr(dumping, "_candidates", lambda name, there=candidates: there)
        with pytest.raises(ProgramFailed) as told:
            backup_store(where, tmp_path / "b.dump", quiet)
        assert told.value.found == found
        assert told.value.expected is not None
        assert told.value.expected.startswith("pg_dump ≥ ")
    assert not (tmp_path / "b.dump").exists()


@pytest.mark.postgis
@pytest.mark.parametrize(
    ("says", "cause"), [("pg_dump: error: out of luck", ProgramFailed), ("No space left on device", StoreFull)]
)
def test_a_pg_dump_that_fails_leaves_no_file(
    postgis_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, cause: type[Exception]
) -> None:
    failing = tmp_path / "pg_dump"
    failing.write_text(
        f"#!/bin/sh\n[ $1 = --version ] && echo 'pg_dump (PostgreSQL) 99.1' && exit\necho '{says}' >&2\nexit 1\n"
    )
    failing.chmod(0o755)
    monkeypatch.setattr(dumping, "_candidates", lambda name: [str(failing)])
    with pytest.raises(cause):
        backup_store(filled(postgis_dsn), tmp_path / "b.dump", quiet)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pg_dump"]


@pytest.mark.postgis
def test_the_program_nearest_to_the_server_writes_and_the_newest_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in (13, 16, 17):
        for name in ("pg_dump", "pg_restore"):
            program = tmp_path / str(version) / "bin" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}.2 (Debian)'\n")
            program.chmod(0o755)
    monkeypatch.setattr(dumping, "_DEBIAN", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    chosen = [Path(dumping._found(name, 15)).parent.parent.name for name in ("pg_dump", "pg_restore")]
    assert chosen == ["16", "17"]


@pytest.mark.postgis
def test_postgis_is_switched_on_in_the_empty_database_and_another_schema_of_the_name_is_left_alone(
    postgis_dsn: str, tmp_path: Path, postgis_databases: Databases
) -> None:
    backup_store(filled(postgis_dsn), tmp_path / "b.dump", quiet)
    other = postgis_databases.fresh()
    with closing(psycopg2.connect(other)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP EXTENSION postgis; CREATE SCHEMA guatu; CREATE TABLE guatu.letters (id int)")
            with pytest.raises(StoreExists):
                restore_store(other, tmp_path / "b.dump", quiet)
            cursor.execute("SELECT count(*) FROM guatu.letters")
            assert cursor.fetchone() == (0,)
            cursor.execute("DROP SCHEMA guatu CASCADE")
    restore_store(other, tmp_path / "b.dump", quiet)
    assert contents(other) == contents(postgis_dsn)
    postgis_databases.drop(other)
