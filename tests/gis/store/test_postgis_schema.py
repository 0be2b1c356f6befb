"""The database itself says what gis.layers says, keeps it, and is brought up to date in steps that only go forward."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest

from gis.errors import InvalidRow, StoreMissing, StoreSchema
from gis.layers import ENTITIES, LAYERS, Column, Layer
from gis.store import create_store, migrate_store, open_store
from gis.store.columns import FIRST_STAGE, RECORDED_WORDS
from gis.store.postgis import migrations
from gis.store.postgis.migrations import Migration, schema_version
from gis.store.statements import row_id
from gis.workflows.migrate_store import migrate_store as migrated
from tests.contract.store_samples import CRS, OFFICER, append, parcels, put, stages
from tests.postgis_databases import Databases

pytestmark = pytest.mark.postgis
SRID = 4547
GUARDED = [*(name for name, layer in LAYERS.items() if layer.kind == "ledger"), "row_history", "change"]
Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]


@pytest.fixture
def dsn(postgis_dsn: str) -> str:
    create_store(postgis_dsn, name="示范县", crs=CRS, actor=OFFICER).close()
    return postgis_dsn


@pytest.fixture
def ask(dsn: str) -> Iterator[Ask]:
    """Plain psycopg2, as any other program comes to the database."""
    with _asking(dsn) as ask:
        yield ask


@pytest.fixture(scope="module")
def schema(postgis_databases: Databases) -> Iterator[Ask]:
    """One store with a row in most tables, for tests that leave it as it is."""
    dsn = postgis_databases.fresh()
    with closing(create_store(dsn, name="示范县", crs=CRS, actor=OFFICER)) as store:
        put(store, "parcel", parcels(1))
        put(store, "parcel", parcels(1, households=3))
        append(store, "parcel_event", stages("P0", ("survey", "2026-03-01")))
    with _asking(dsn) as ask:
        yield ask
    postgis_databases.drop(dsn)


@contextmanager
def _asking(dsn: str) -> Iterator[Ask]:
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True

        def run(statement: str, *bound: object) -> Rows:
            with connection.cursor() as cursor:
                cursor.execute("SET search_path = guatu, public")
                cursor.execute(statement, bound)
                return cursor.fetchall() if cursor.description else []

        yield run


# ------------------------------------------------------------------ what gis.layers declares

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(a.attrelid, a.attnum)
FROM pg_attribute AS a WHERE a.attrelid = CAST(%s AS regclass) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_TYPES = {"integer": "bigint", "real": "finite_number", "money": "money_wan"}


def type_of(column: Column) -> str:
    if column.codes is not None:
        return f"code_{re.sub(r'(?<!^)(?=[A-Z])', '_', column.codes.__name__).lower()}"
    if column.type == "text":
        return "filled_text" if column.required else "plain_text"
    return _TYPES.get(column.type, column.type)


def not_null(layer: Layer, column: Column) -> bool:
    return column.required or (column.name == "stage" and layer.name in FIRST_STAGE)


def declared(layer: Layer) -> Rows:
    rows: Rows = [(row_id(layer), "bigint", True, None)]
    if layer.geometry:
        rows.append(("geometry", f"geometry({layer.geometry},{SRID})", layer.geometry_required, None))
    rows += [(c.name, type_of(c), not_null(layer, c), f"{c.words.zh} / {c.words.en}") for c in layer.columns]
    for name, (zh, en) in RECORDED_WORDS.items():
        type_ = "timestamp(3) with time zone" if name == "recorded_at" else "plain_text"
        rows.append((name, type_, name != "recorded_jurisdiction", f"{zh} / {en}"))
    return rows


@pytest.mark.parametrize("name", LAYERS)
def test_a_table_has_the_columns_types_and_comments_of_its_declaration(schema: Ask, name: str) -> None:
    # A column that a later version adds stands last.
    assert sorted(schema(_COLUMNS, f"guatu.{name}"), key=str) == sorted(declared(LAYERS[name]), key=str)
    words = LAYERS[name].words
    assert schema("SELECT obj_description(CAST(%s AS regclass))", f"guatu.{name}") == [(f"{words.zh} / {words.en}",)]


def test_every_code_list_is_a_domain_with_exactly_these_codes(schema: Ask) -> None:
    lists = {type_of(c): c.codes for layer in LAYERS.values() for c in layer.columns if c.codes is not None}
    checks = dict(
        schema(
            "SELECT t.typname, pg_get_constraintdef(c.oid) "
            "FROM pg_type AS t JOIN pg_constraint AS c ON c.contypid = t.oid "
            "WHERE t.typnamespace = CAST('guatu' AS regnamespace) AND t.typname LIKE 'code|_%%' ESCAPE '|'"
        )
    )
    assert set(lists) == set(checks)
    assert lists
    for domain, codes in lists.items():
        assert codes is not None
        assert set(re.findall(r"'([^']+)'::", checks[domain])) == {member.value for member in codes}
        (comment,) = schema("SELECT obj_description(CAST(%s AS regtype))", f"guatu.{domain}")
        assert comment == ("；".join(f"{member.value} {member.words.zh}" for member in codes),)


def test_every_key_that_must_exist_is_a_foreign_key_and_no_other_is(schema: Ask) -> None:
    keys = schema(
        "SELECT CAST(conrelid AS regclass)::text, a.attname, CAST(confrelid AS regclass)::text FROM pg_constraint "
        "JOIN pg_attribute AS a ON a.attrelid = conrelid AND a.attnum = conkey[1] "
        "WHERE contype = 'f' AND connamespace = CAST('guatu' AS regnamespace) AND convalidated"
    )
    wanted = {
        (layer.name, c.name, c.references) for layer in LAYERS.values() for c in layer.columns if c.is_foreign_key
    }
    assert set(keys) == wanted
    assert ("project_event", "project_code", "project") in wanted


def test_every_key_of_an_entity_stands_once_and_every_geometry_has_an_index(schema: Ask) -> None:
    indexes = schema("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'guatu'")
    for layer in ENTITIES:
        of = [text for table, text in indexes if table == layer.name]
        assert any("UNIQUE" in text and f"({layer.key[0]})" in text for text in of)
        assert any("USING gist (geometry)" in text for text in of) == (layer.geometry is not None)


def test_every_table_and_every_named_constraint_tells_what_it_is(schema: Ask) -> None:
    silent = schema(
        "SELECT relname FROM pg_class WHERE relnamespace = CAST('guatu' AS regnamespace) "
        "AND relkind IN ('r', 'v') AND obj_description(oid) IS NULL"
    )
    assert silent == []


# ------------------------------------------------------------------ what the database refuses, whoever asks


@pytest.mark.parametrize("how", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_what_was_written_stays(schema: Ask, how: str) -> None:
    for table in GUARDED:
        before = schema(f"SELECT count(*) FROM {table}")
        with pytest.raises(psycopg2.errors.RestrictViolation, match=f"^{table} is append-only"):
            schema(how.format(table, "seq" if table == "change" else "id"))
        assert schema(f"SELECT count(*) FROM {table}") == before
    assert [schema(f"SELECT count(*) > 0 FROM {table}") for table in ("change", "row_history")] == [[(True,)]] * 2


def test_truncating_what_events_point_at_does_not_get_past_the_guard(schema: Ask) -> None:
    with pytest.raises(psycopg2.errors.RestrictViolation):
        schema("TRUNCATE parcel CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO project (code, name) VALUES ('X1', '  ')",
        "INSERT INTO project (code, name, level) VALUES ('X1', '项目', 'royal')",
        "INSERT INTO project (code, name, total_wan) VALUES ('X1', '项目', 'NaN')",
        "INSERT INTO project (code, name, total_wan) VALUES ('X1', '项目', 'Infinity')",
        "INSERT INTO project (code, name, geometry) VALUES ('X1', '项目', ST_SetSRID(ST_MakePoint(1, 2), 4326))",
        "INSERT INTO project_event (project_code, stage, on_date) VALUES ('X9', 'signed', '2026-01-01')",
        "INSERT INTO parcel (parcel_no) VALUES ('P1')",
    ],
)
def test_a_row_against_the_declaration_is_refused_by_the_database(schema: Ask, statement: str) -> None:
    with pytest.raises((psycopg2.IntegrityError, psycopg2.DataError)):
        schema(statement)


# ------------------------------------------------------------------ migrations

_FAKE = "SELECT pg_sleep({seconds}); CREATE TABLE guatu.added AS SELECT 7 AS answer;"
_MIGRATES = """
import sys
from gis.store import migrate_store
from gis.store.postgis import migrations
there = migrations.migrations()
more = migrations.Migration(len(there) + 1, "9999_added.sql", sys.argv[2])
migrations.migrations = lambda: (*there, more)
print(*migrate_store(sys.argv[1]))
"""


def one_more(text: str) -> tuple[Migration, ...]:
    """This program's migrations, and one that the database has not run."""
    there = migrations.migrations()
    return (*there, Migration(len(there) + 1, "9999_added.sql", text))


def test_a_new_store_is_up_to_date(dsn: str, ask: Ask) -> None:
    version = schema_version()
    assert migrate_store(dsn) == (version, version)
    assert "已是最新" in migrated(dsn).words.zh
    numbers = ask("SELECT number, sha256 FROM schema_migration ORDER BY number")
    assert numbers == [(m.number, m.sha256) for m in migrations.migrations()]


def test_an_older_store_is_refused_until_it_is_migrated(dsn: str, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema_version()
    more = one_more(_FAKE.format(seconds=0))
    monkeypatch.setattr(migrations, "migrations", lambda: more)
    with pytest.raises(StoreSchema) as refused:
        open_store(dsn)
    assert (refused.value.found, refused.value.expected) == (str(before), str(before + 1))
    assert "升级库" in refused.value.words.zh
    told = migrated(dsn)
    assert (told.before, told.after) == (before, before + 1)
    assert f"{before} 升级到版本 {before + 1}" in told.words.zh
    assert ask("SELECT answer FROM added") == [(7,)]
    assert open_store(dsn).info.schema_version == before + 1
    assert migrated(dsn).before == before + 1


def test_a_store_of_a_newer_program_is_refused(dsn: str, ask: Ask) -> None:
    newer = schema_version() + 1
    ask("INSERT INTO schema_migration (number, name, sha256) VALUES (%s, 'later.sql', 'x')", newer)
    for open_or_migrate in (open_store, migrate_store):
        with pytest.raises(StoreSchema) as refused:
            open_or_migrate(dsn)
        assert (refused.value.found, refused.value.expected) == (str(newer), str(newer - 1))
        assert "升级程序" in refused.value.words.zh


def test_a_migration_that_was_changed_since_it_ran_is_refused(dsn: str, ask: Ask) -> None:
    ask("UPDATE schema_migration SET sha256 = 'other' WHERE number = 1")
    with pytest.raises(StoreSchema) as refused:
        migrate_store(dsn)
    assert "0001_layers_and_ledgers.sql" in refused.value.words.zh
    assert refused.value.found == "other"


def test_a_migration_that_fails_leaves_the_store_as_it_was(dsn: str, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    there = migrations.migrations()
    more = one_more("CREATE TABLE guatu.half (id int); SELECT 1 / 0;")
    monkeypatch.setattr(migrations, "migrations", lambda: more)
    with pytest.raises(InvalidRow):
        migrate_store(dsn)
    assert ask("SELECT to_regclass('guatu.half')") == [(None,)]
    monkeypatch.setattr(migrations, "migrations", lambda: there)
    open_store(dsn).close()


def test_a_database_without_a_store_is_not_migrated_into_one(postgis_dsn: str) -> None:
    with pytest.raises(StoreMissing):
        migrate_store(postgis_dsn)
    with pytest.raises(StoreMissing):
        open_store(postgis_dsn)


def test_of_two_processes_that_migrate_at_once_one_does_it_and_both_end_well(dsn: str, ask: Ask) -> None:
    version, text = schema_version(), _FAKE.format(seconds=1)
    command = [sys.executable, "-c", _MIGRATES, dsn, text]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = sorted([int(n) for n in process.communicate(timeout=60)[0].split()] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert answers == [[version, version + 1], [version + 1] * 2]
    assert ask("SELECT count(*) FROM schema_migration") == [(version + 1,)]
