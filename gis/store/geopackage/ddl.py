"""
The GeoPackage's tables, derived from gis.layers: columns, checks, index, triggers, and what QGIS shows of them.

Identifiers come from the declarations only, never from a user. The R-tree's triggers are word for word
those of OGC 12-128r18 (GeoPackage 1.3), annex F.3, so that any other program keeps the index right too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from gis.layers import LAYERS, Column, Layer
from gis.store.columns import FIRST_STAGE, GEOMETRY
from gis.store.statements import row_id

SCHEMA_VERSION = 5
APPLICATION_ID = 0x47504B47
# 1.3, which every GDAL in use reads without a warning (docs/decisions/0001).
GEOPACKAGE_VERSION = 10300

_SQL_TYPES = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "money": "REAL",
    "date": "DATE",
    "boolean": "BOOLEAN",
    "json": "TEXT",
}

# Who wrote a row. The defaults are for rows that another program (QGIS, ogr2ogr) adds.
_RECORDED = (
    "recorded_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
    "recorded_by TEXT NOT NULL DEFAULT '外部程序'",
    "recorded_role TEXT NOT NULL DEFAULT 'external'",
    "recorded_jurisdiction TEXT",
)


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table of the store itself, for ``gpkg_contents``."""

    name: str
    zh: str
    en: str


ASSESSMENT_TABLES = (
    PlainTable("assessment", "研判结果的日期与版本", "day and version of the kept assessment"),
    PlainTable("project_assessment", "项目研判结果", "the kept assessment of each project"),
)
PART_TABLES = (PlainTable("project_part", "项目用地内的地块", "parcels on the land of projects"),)
PLAIN_TABLES = (
    PlainTable("row_history", "历史记录", "replaced rows"),
    PlainTable("change", "变更序列", "sequence of changes"),
    PlainTable("store_info", "库信息", "the store itself"),
    *ASSESSMENT_TABLES,
    *PART_TABLES,
)
STRAYS = "strays.ddl.sql"
PARCEL_EVENT_DAY = "CREATE INDEX parcel_event_day ON parcel_event (on_date);"
_APPEND_ONLY = (*(name for name, layer in LAYERS.items() if layer.kind == "ledger"), "row_history", "change")


def rtree_name(layer: Layer) -> str:
    """The spatial index's name, as the standard wants it."""
    return f"rtree_{layer.name}_{GEOMETRY}"


def schema() -> str:
    """Everything that makes an empty store, as one script."""
    folder = files("gis.store") / "sql" / "geopackage"
    names = ("metadata.ddl.sql", "tables.ddl.sql", "assessment.ddl.sql", "parts.ddl.sql")
    fixed = [(folder / name).read_text(encoding="utf-8") for name in names]
    derived = [table_script(layer) for layer in LAYERS.values()]
    derived += [rtree_script(layer) for layer in LAYERS.values() if layer.geometry]
    derived += ["\n".join(append_only(table)) for table in _APPEND_ONLY]
    strays = (folder / STRAYS).read_text(encoding="utf-8")
    return "\n".join((*fixed, *derived, *_event_indexes(), strays))


def table_script(layer: Layer) -> str:
    """The statements that make a layer's table and the index by its key."""
    columns = [f"{row_id(layer)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if layer.geometry:
        columns.append(f"{GEOMETRY} {layer.geometry.upper()}{' NOT NULL' if layer.geometry_required else ''}")
    columns += [_column(layer, column) for column in layer.columns]
    columns += _RECORDED
    if layer.kind == "entity":
        columns.append(f"UNIQUE ({', '.join(layer.key)})")
    indexes = (
        "" if layer.kind == "entity" else f"CREATE INDEX {layer.name}_key ON {layer.name} ({', '.join(layer.key)});"
    )
    return f"CREATE TABLE {layer.name} (\n  " + ",\n  ".join(columns) + f"\n);\n{indexes}"


def _column(layer: Layer, column: Column) -> str:
    parts = [f'"{column.name}"', _SQL_TYPES[column.type], *_not_null(layer, column), *_checks(column)]
    if column.is_foreign_key and column.references:
        parts.append(f"REFERENCES {column.references} ({LAYERS[column.references].key[0]})")
    return " ".join(parts)


def _not_null(layer: Layer, column: Column) -> Iterator[str]:
    if column.name == "stage" and layer.name in FIRST_STAGE:
        yield f"NOT NULL DEFAULT '{FIRST_STAGE[layer.name]}'"
    elif column.required:
        yield "NOT NULL"


def _checks(column: Column) -> Iterator[str]:
    name = f'"{column.name}"'
    if column.codes is not None:
        codes = ", ".join(f"'{member.value}'" for member in column.codes)
        yield f"CHECK ({name} IN ({codes}))"
    if column.required and column.type == "text":
        yield f"CHECK (length(trim({name})) > 0)"
    if column.type == "date":
        yield f"CHECK ({name} IS date({name}, '+0 days'))"  # the step turns 30 February into another day
    if column.type == "boolean":
        yield f"CHECK ({name} IN (0, 1))"


def append_only(table: str) -> list[str]:
    """The statements that guard a table against change."""
    return [
        f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table}\n"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        for act in ("UPDATE", "DELETE")
    ]


def _event_indexes() -> Iterator[str]:
    yield PARCEL_EVENT_DAY
    yield "CREATE INDEX project_event_day ON project_event (on_date);"


def rtree_script(layer: Layer) -> str:
    """The statements that make a layer's spatial index and keep it right."""
    text = (files("gis.store") / "sql" / "geopackage" / "rtree.ddl.sql").read_text(encoding="utf-8")
    return text.replace("<t>", layer.name).replace("<c>", GEOMETRY).replace("<i>", row_id(layer))
