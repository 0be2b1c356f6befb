"""What must be true of a GeoPackage store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from gis.store.port import Finding


def findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Everything that is not as it must be."""
    yield from ()
