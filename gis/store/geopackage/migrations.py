"""The steps that bring an older file up to date; they only go forward."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.resources import files

from gis.store.geopackage.ddl import ASSESSMENT_TABLES, PART_TABLES, SCHEMA_VERSION, PlainTable
from gis.store.geopackage.metadata import describe_table


def run_steps(connection: sqlite3.Connection, before: int) -> None:
    """All steps from schema version ``before`` to the present one, within the open transaction."""
    for version in range(before + 1, SCHEMA_VERSION + 1):
        _STEPS[version](connection)
    connection.execute("UPDATE store_info SET schema_version = ?", (SCHEMA_VERSION,))


def _keep_assessments(connection: sqlite3.Connection) -> None:
    _add(connection, "assessment.ddl.sql", ASSESSMENT_TABLES)


def _keep_parts(connection: sqlite3.Connection) -> None:
    _add(connection, "parts.ddl.sql", PART_TABLES)
    connection.execute("ALTER TABLE change ADD COLUMN by_events BOOLEAN NOT NULL DEFAULT 0 CHECK (by_events IN (0, 1))")


def _add(connection: sqlite3.Connection, script: str, tables: tuple[PlainTable, ...]) -> None:
    text = (files("gis.store") / "sql" / "geopackage" / script).read_text(encoding="utf-8")
    for statement in text.split(";"):
        connection.execute(statement)
    for table in tables:
        describe_table(connection, table)


_STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {2: _keep_assessments, 3: _keep_parts}
