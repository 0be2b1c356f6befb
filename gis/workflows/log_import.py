"""The row of the import log that every import writes, and whether a file is in it already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gis.ingest.report import ImportReport
from gis.model import Query
from gis.store.port import Reader, Writer
from gis.workflows.road_report import RoadImportReport


def log_import(writer: Writer, layer: str, report: ImportReport | RoadImportReport, told: Mapping[str, Any]) -> None:
    """Write the row; ``told``: the report as it is kept."""
    row = {
        "layer": layer,
        "file_name": report.file,
        "sha256": report.sha256,
        "crs": report.crs,
        "read": report.read,
        "stored": report.stored,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": report.refused_rows,
        "report": told,
    }
    writer.append("import_log", pd.DataFrame({name: [value] for name, value in row.items()}))


def is_logged(reader: Reader, layer: str, sha256: str) -> bool:
    """Whether a file of this content was imported into the layer before."""
    log = reader.read("import_log", Query(keys=(sha256,)))
    return bool((log["layer"] == layer).any())
