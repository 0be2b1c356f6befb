"""
Where a required column usually is in files that have no header for it, told wherever it is used:
names of administrative areas by level (province 山西省, city 晋中市, district 介休市), the number of a parcel as a
text inside its outline (DXF).
"""

from __future__ import annotations

from dataclasses import replace

from gis.ingest.headers import match_headers, normal
from gis.ingest.mapping import Mapping
from gis.ingest.table import RawTable
from gis.layers import Layer
from gis.words import Words

# From the smallest area to the largest: the name of a row is the first that is not blank.
_LEVELS = ("town", "township", "乡镇名", "乡级", "乡", "district", "county", "县名", "县级", "县", "区县", "县区",
           "city", "市名", "地级", "市", "province", "省名", "省级", "省")  # fmt: skip


def with_usual_recipes(mapping: Mapping, raw: RawTable, layer: Layer) -> tuple[Mapping, tuple[Words, ...]]:
    """``mapping`` with a recipe for the column that nothing else fills, and what to tell of it."""
    field, usual = _usual(raw, layer)
    known = {normal(str(header)): str(header) for header in raw.frame.columns}
    there = tuple(known[normal(name)] for name in usual if normal(name) in known)
    if not there or not mapping.options.match_others or _is_filled(field, raw, layer, mapping):
        return mapping, ()
    title, listed = layer.column(field).words, "、".join(there)
    told = Words(f"{title.zh}取自：{listed}", f"{title.en} taken from: {listed}")
    return replace(mapping, compose={**mapping.compose, field: there}), (told,)


def _usual(raw: RawTable, layer: Layer) -> tuple[str, tuple[str, ...]]:
    if layer.name == "town":
        return "name", _LEVELS
    if layer.name == "parcel" and raw.format == "DXF":
        return "parcel_no", ("Text",)
    return "", ()


def _is_filled(field: str, raw: RawTable, layer: Layer, mapping: Mapping) -> bool:
    if field in mapping.constants or field in mapping.compose:
        return True
    matches = match_headers([str(header) for header in raw.frame.columns], layer, mapping).matches
    return any(match.slot.column.name == field for match in matches)
