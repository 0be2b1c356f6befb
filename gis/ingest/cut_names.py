"""
Column names of a Shapefile, which its DBF cuts after ten bytes: 地块编号 becomes 地块编 where it was written in UTF-8.

A cut name is taken for the header that it is the beginning of, where all such headers mean the same column and the
column has no unit: of "登记面积（亩）" the unit would be lost, and 15 亩 are not 15 m².
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from gis.ingest.headers import Slot, normal, slots_of
from gis.ingest.mapping import Mapping
from gis.ingest.table import RawTable
from gis.layers import Layer
from gis.words import Words

_BYTES = 10
_ENCODINGS = ("utf-8", "gb18030")


def with_whole_names(raw: RawTable, layer: Layer, mapping: Mapping) -> RawTable:
    """``raw`` with cut column names completed and told; other formats as they are."""
    if raw.format != "Shapefile":
        return raw
    slots = slots_of(layer)
    known = {normal(h) for slot in slots for h in slot.headers} | {normal(h) for h in mapping.headers_used}
    known |= {normal(h) for h in mapping.options.ignore}
    headers = [str(header) for header in raw.frame.columns]
    whole = {h: found for h in headers if normal(h) not in known and (found := _whole(h, slots)) is not None}
    there = {normal(h) for h in headers}
    whole = {cut: name for cut, name in whole.items() if normal(name) not in there}
    if not whole or not mapping.options.match_others:
        return raw
    frame = raw.frame.set_axis(pd.Index([whole.get(h, h) for h in headers], dtype="object"), axis=1)
    listed = [f"{cut} → {name}" for cut, name in whole.items()]
    told = Words(
        "Shapefile 的列名只存 10 个字节，已补全：" + "、".join(listed),
        "a Shapefile keeps ten bytes of a column's name; completed: " + ", ".join(listed),
    )
    return replace(raw, frame=frame, warnings=(*raw.warnings, told))


def _whole(cut: str, slots: tuple[Slot, ...]) -> str | None:
    """The header that ``cut`` is the beginning of; None where there is none, or several of different columns."""
    found = [(slot, h) for slot in slots for h in slot.headers if any(_cut(h, e) == cut for e in _ENCODINGS)]
    meant = {(slot.column.name, slot.kind, slot.stage) for slot, _ in found}
    if len(meant) != 1 or found[0][0].column.dimension is not None:
        return None
    return found[0][1]


def _cut(header: str, encoding: str) -> str | None:
    """The part of a header that a DBF keeps; None where it keeps the whole."""
    data = header.encode(encoding)
    return None if len(data) <= _BYTES else data[:_BYTES].decode(encoding, "ignore")
