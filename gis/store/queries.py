"""The store's fixed SQL, by name, from the ``.sql`` files beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import aiosql


@cache
def geopackage_sql() -> Any:
    """The named statements of sql/geopackage/*.sql (not the ``.ddl.sql`` scripts), bound to sqlite3."""
    folder = files("gis.store") / "sql" / "geopackage"
    texts = [
        entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql") and not entry.name.endswith(".ddl.sql")
    ]
    return aiosql.from_str("\n".join(texts), "sqlite3")
