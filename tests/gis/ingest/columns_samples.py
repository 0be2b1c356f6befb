"""Tables of a few cells, matched and converted as the import does it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from gis.ingest.columns import Converted, match_and_convert
from gis.ingest.mapping import Mapping
from gis.ingest.table import RawTable, SourceFile
from gis.layers import PARCEL, PROJECT, Layer

TODAY = date(2026, 5, 31)


def table(columns: dict[str, list[object]], **declared: str) -> RawTable:
    frame = pd.DataFrame(columns, dtype="object")
    return RawTable(
        SourceFile("台账.xlsx", 1, "0" * 64), "xlsx", frame, tuple(range(2, len(frame) + 2)), declared=declared
    )


def convert(
    columns: dict[str, list[object]], layer: Layer = PARCEL, mapping: Mapping | None = None, **declared: str
) -> Converted:
    return match_and_convert(table(columns, **declared), layer, mapping, today=TODAY)


def parcels(**columns: list[object]) -> Converted:
    length = max(len(values) for values in columns.values())
    return convert({"地块编号": [str(n) for n in range(1, length + 1)], **columns})


def projects(mapping: Mapping | None = None, **columns: list[object]) -> Converted:
    length = max(len(values) for values in columns.values())
    numbers = [f"A{n}" for n in range(1, length + 1)]
    return convert({"项目代码": numbers, "项目名称": numbers, **columns}, PROJECT, mapping)


def said(converted: Converted) -> str:
    return "\n".join(w.zh for w in converted.warnings)
