"""The schema's numbered migrations, which only go forward. Each is a file of plain SQL in sql/postgis/migrations."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gis.errors import StoreSchema
from gis.store.postgis.connections import SCHEMA, Connection
from gis.words import Words

# Who migrates waits for whoever is at it.
_LOCK = 0x6D696772  # "migr"
_BOOK = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.schema_migration (
  number integer CONSTRAINT schema_migration_pkey PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT now()
);
COMMENT ON TABLE {SCHEMA}.schema_migration IS '结构版本 / versions of the schema';
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name, its SQL with ``:srid`` for the working CRS."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """By which a changed file is noticed."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """All, in order; their numbers are 1, 2, 3 …"""
    folder = files("gis.store") / "sql" / "postgis" / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    found = tuple(Migration(int(name[:4]), name, (folder / name).read_text(encoding="utf-8")) for name in names)
    assert [m.number for m in found] == list(range(1, len(found) + 1))  # noqa: S101 (the files are our own)
    return found


def schema_version() -> int:
    """The version that this program works with: the last migration's number."""
    return len(migrations())


def applied(connection: Connection) -> dict[int, str]:
    """Number → SHA-256 of what the database has; empty where it has no store."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 WHERE to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.schema_migration",))
        if cursor.fetchone() is None:
            return {}
        cursor.execute(f"SELECT number, sha256 FROM {SCHEMA}.schema_migration ORDER BY number")  # noqa: S608 (a constant)
        return dict(cursor.fetchall())


def migrate(connection: Connection, srid: int) -> tuple[int, ...]:
    """
    Bring the schema up to date within the open transaction; gives the numbers that were run.

    Raises
    ------
    StoreSchema
        The database is of a newer Guatu, or a migration that it has is not the one in this program.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        cursor.execute(_BOOK)
        there = applied(connection)
        _check(there)
        wanted = [migration for migration in migrations() if migration.number not in there]
        for migration in wanted:
            cursor.execute(migration.text.replace(":srid", str(int(srid))))
            cursor.execute(
                f"INSERT INTO {SCHEMA}.schema_migration (number, name, sha256) VALUES (%s, %s, %s)",  # noqa: S608 (a constant)
                (migration.number, migration.name, migration.sha256),
            )
    return tuple(migration.number for migration in wanted)


def _check(there: dict[int, str]) -> None:
    if there and max(there) > schema_version():
        words = Words("库由更新版本的挂图建立，请升级程序", "made by a newer Guatu: upgrade the program")
        raise StoreSchema(words, found=str(max(there)), expected=str(schema_version()))
    for migration in migrations():
        if there.get(migration.number, migration.sha256) != migration.sha256:
            words = Words(
                f"库的结构变更 {migration.name} 与本程序不一致",
                f"the database ran another {migration.name} than this program has",
            )
            raise StoreSchema(words, found=there[migration.number][:12], expected=migration.sha256[:12])
