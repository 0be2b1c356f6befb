"""
The steps that bring an older file up to date; they only go forward.

The step to version 4 makes its tables as they are declared today, not as they were then. Whoever adds a column to one
of them therefore writes a later step that leaves a column alone that is there already: a file that comes from version 3
has it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.resources import files

from gis.layers import (
    ACCOUNT_ENTRY,
    ATTACHMENT,
    BALLOT,
    BATCH,
    BUILDING,
    ENTRANCE,
    HOUSEHOLD,
    LAND_QUOTA,
    LAND_SUPPLY,
    LINEAGE,
    PARCEL_EVENT,
    REQUISITION_TASK,
    ROAD,
    SAVED_VIEW,
    SCORING,
    TOUR,
    TOUR_PLAN,
    TOUR_VISIT,
    Layer,
)
from gis.model import AttachmentKind, BatchKind, EventKind, LineageKind, RoadClass, RoadDirection, ScoringState
from gis.store.geopackage.ddl import (
    ASSESSMENT_TABLES,
    PARCEL_EVENT_DAY,
    PART_TABLES,
    SCHEMA_VERSION,
    STRAYS,
    PlainTable,
    append_only,
    rtree_script,
    table_script,
)
from gis.store.geopackage.metadata import describe_codes, describe_column, describe_layer, describe_table


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
    _run(connection, _script(script))
    for table in tables:
        describe_table(connection, table)


def _serve_the_land_bureau(connection: sqlite3.Connection) -> None:
    """Ledgers of batches, households and the like; events that may be withdrawn and outlive their parcel."""
    _make_anew(connection, PARCEL_EVENT)
    connection.execute(PARCEL_EVENT_DAY)
    _run(connection, _script(STRAYS))
    describe_column(connection, PARCEL_EVENT.name, PARCEL_EVENT.column("withdrawn"))
    describe_codes(connection, (EventKind.FUNDS, EventKind.EFFORT, EventKind.ANNOUNCED))
    for codes in (BatchKind, LineageKind, AttachmentKind):
        describe_codes(connection, codes)
    for layer in _LAND_BUREAU:
        _add_ledger(connection, layer)


def _go_on_tour(connection: sqlite3.Connection) -> None:
    """Roads, and the ledgers of tours."""
    ((srid,),) = connection.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'project'").fetchall()
    _run(connection, table_script(ROAD))
    _run(connection, rtree_script(ROAD))
    describe_layer(connection, ROAD, srid)
    for codes in (RoadClass, RoadDirection, ScoringState):
        describe_codes(connection, codes)
    for layer in _TOURS:
        _add_ledger(connection, layer)


def _add_ledger(connection: sqlite3.Connection, layer: Layer) -> None:
    _run(connection, table_script(layer))
    describe_layer(connection, layer, 0)
    for trigger in append_only(layer.name):
        connection.execute(trigger)


def _script(name: str) -> str:
    return (files("gis.store") / "sql" / "geopackage" / name).read_text(encoding="utf-8")


def _make_anew(connection: sqlite3.Connection, layer: Layer) -> None:
    """A ledger's table as it is declared now, with the rows that it has: SQLite cannot drop a foreign key."""
    old = f"{layer.name}_before"
    for index in (f"{layer.name}_key", "parcel_event_day"):
        connection.execute(f"DROP INDEX {index}")
    connection.execute(f"ALTER TABLE {layer.name} RENAME TO {old}")
    names = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({old})"))
    _run(connection, table_script(layer))
    connection.execute(f"INSERT INTO {layer.name} ({names}) SELECT {names} FROM {old} ORDER BY id")  # noqa: S608 (declared names)
    connection.execute(f"DROP TABLE {old}")
    for trigger in append_only(layer.name):
        connection.execute(trigger)


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Statement by statement: a script as a whole would commit first."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


_LAND_BUREAU = (
    BATCH,
    LAND_QUOTA,
    LINEAGE,
    ATTACHMENT,
    HOUSEHOLD,
    BUILDING,
    ACCOUNT_ENTRY,
    LAND_SUPPLY,
    REQUISITION_TASK,
    SAVED_VIEW,
)
_TOURS = (ENTRANCE, TOUR, TOUR_PLAN, TOUR_VISIT, SCORING, BALLOT)
_STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {
    2: _keep_assessments,
    3: _keep_parts,
    4: _serve_the_land_bureau,
    5: _go_on_tour,
}
