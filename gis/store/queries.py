"""The engines' fixed SQL, by name, from the ``.sql`` files beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import aiosql

_DRIVERS = {"geopackage": "sqlite3", "postgis": "psycopg2"}


@cache
def named_sql(engine: Literal["geopackage", "postgis"]) -> Any:
    """The named statements of sql/ENGINE/*.sql (not the ``.ddl.sql`` scripts); the same names for both engines."""
    folder = files("gis.store") / "sql" / engine
    texts = [
        entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql") and not entry.name.endswith(".ddl.sql")
    ]
    return aiosql.from_str("\n".join(texts), _DRIVERS[engine])
