"""
What can be told of a file before anything is decided: its encoding, its kind of things, what its columns are, in which
unit its areas are, and whether its codes of land classes need a scheme. Each with the evidence.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis import crs as systems
from gis.crs import Coords
from gis.errors import GuatuError, InvalidValue
from gis.ingest import cells
from gis.ingest.crs_detection import FoundCrs
from gis.ingest.dbf import dbf_encoding
from gis.ingest.files import is_utf8
from gis.ingest.headers import Matching, match_headers, slots_of
from gis.ingest.mapping import Mapping
from gis.ingest.months import month_of_header
from gis.ingest.survey_grammar import KEYWORDS
from gis.ingest.table import RawTable
from gis.ingest.text import decode
from gis.ingest.vector import sidecars
from gis.layers import LAYERS, Layer
from gis.units import M2_PER_HA, M2_PER_MU, UNITS_BY_DIMENSION
from gis.words import Words

_BY_FORMAT = Words("该格式固定为 UTF-8", "UTF-8 by the format's standard")
# What each unit is called in a file, and its m².
_AREA_UNITS: MappingType[str, float] = {"m2": 1.0, "mu": float(M2_PER_MU), "ha": float(M2_PER_HA)}
_NEAR = 0.05
# Kinds in the order in which equal scores are settled: parcels are what a land bureau imports.
_KINDS = ("parcel", "project", "zone", "park", "town", "parcel_event", "progress_report", "milestone")
_SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Encoding:
    """In what a file's texts are written, and how that is known."""

    name: str
    evidence: Words

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"name": self.name, "evidence": self.evidence.as_dict()}


def encoding_of(plain: Path, kind: str, *, said: str | None = None) -> Encoding:
    """The encoding of a file of this kind (``files.kind_of``); ``said``: what the user set."""
    if said is not None:
        return Encoding(said, Words("用户指定", "the user said so"))
    if kind == "shp":
        return _of_shapefile(plain)
    if kind in ("geojson", "topojson", "kml") and is_utf8(plain):
        return Encoding("UTF-8", _BY_FORMAT)
    if kind in ("txt", "csv", "geojson", "topojson", "kml"):
        return _of_text(plain)
    if kind == "dxf":
        name = "UTF-8" if is_utf8(plain) else "GB18030"
        return Encoding(name, Words("按字节判断（DXF）", "told from the bytes (DXF)"))
    return Encoding("UTF-8", _BY_FORMAT)


def _of_shapefile(plain: Path) -> Encoding:
    parts = sidecars(plain)
    if ".dbf" not in parts:
        return Encoding("—", Words("缺少 .dbf", "no .dbf"))
    found = dbf_encoding(parts[".dbf"], parts.get(".cpg"))
    said = Words(".cpg 声明，与 DBF 内容相符", "the .cpg says so and the DBF's bytes agree")
    return Encoding(found.name, found.warning or said)


def _of_text(plain: Path) -> Encoding:
    data = plain.read_bytes()
    _, name = decode(data, file=plain.name, keywords=KEYWORDS)
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding(name.removesuffix("-sig").upper(), Words("文件以 BOM 开头", "the file begins with a BOM"))
    if name == "utf-8":
        return Encoding("UTF-8", Words("全部字节符合 UTF-8", "all bytes are valid UTF-8"))
    evidence = Words(f"不符合 UTF-8，按字节判断为 {name.upper()}", f"not UTF-8; the bytes are {name.upper()}")
    return Encoding(name.upper(), evidence)


def guess_layer(raw: RawTable) -> str:
    """The kind of thing that most of the headers speak of; a survey TXT and a bare drawing hold parcels."""
    if raw.format == "survey_txt":
        return "parcel"
    headers = [str(h) for h in raw.frame.columns]
    has_shapes = raw.geometry is not None
    scores = {name: _score(headers, LAYERS[name], has_shapes=has_shapes) for name in _KINDS}
    best = max(scores.values())
    return next(name for name in _KINDS if scores[name] == best) if best > 0 else "parcel"


def _score(headers: list[str], layer: Layer, *, has_shapes: bool) -> float:
    matching = match_headers(headers, layer, Mapping())
    filled = {m.slot.column.name for m in matching.matches}
    required = [c.name for c in layer.columns if c.required and not c.derived]
    missing = sum(name not in filled for name in required)
    fits = not has_shapes or layer.geometry is not None
    lacks_shapes = layer.geometry_required and not has_shapes
    months = sum(month_of_header(h) is not None for h in headers) if layer.name == "progress_report" else 0
    # A ledger with a column a month needs neither the period nor its last day.
    lacking = 3.0 * missing if months < 2 else 0.0
    return len(matching.matches) + months - lacking - 2.0 * lacks_shapes if fits else -10.0


def columns_of(raw: RawTable, layer: Layer, mapping: Mapping) -> list[dict[str, Any]]:
    """
    Each column of the file: ``header``, first ``samples``, ``fate`` ("matched", "beaten", "computed", "ignored",
    "unknown"), the ``field`` that it fills, its words and its unit where it is said.
    """
    headers = [str(h) for h in raw.frame.columns]
    matching = match_headers(headers, layer, mapping)
    matched = {m.position: m for m in matching.matches}
    ignored = set(mapping.options.ignore)
    found = []
    for position, header in enumerate(headers):
        match = matched.get(position)
        row: dict[str, Any] = {"header": header, "samples": _samples(raw.frame.iloc[:, position])}
        month = month_of_header(header) if layer.name == "progress_report" and match is None else None
        if month is not None:
            words = Words(f"{month.month}月", f"month {month.month}")
            row |= {"fate": "matched", "field": "", "words": words.as_dict(), "unit": month.unit, "is_area": False}
        elif match is None:
            row |= {"fate": "ignored" if header in ignored else _fate(header, matching), "field": None}
        else:
            unit = match.unit or (match.target.unit if match.target else None)
            words = match.slot.stage.words if match.slot.stage else match.slot.column.words
            row |= {
                "fate": "matched",
                "field": field_key(match.slot.column.name, match.slot.stage),
                "words": words.as_dict(),
                "unit": unit,
                "is_area": match.slot.column.dimension == "area",
            }
        found.append(row)
    return found


def field_key(name: str, stage: Any) -> str:
    """A field as one text: a column's name, or "on_date:approved" for the date of a stage."""
    return name if stage is None else f"{name}:{stage}"


def fields_of(layer: Layer) -> list[dict[str, Any]]:
    """What a column of a file of this layer may be: ``field``, words, whether it is required."""
    found = []
    for slot in slots_of(layer):
        if slot.kind == "plan_year":
            continue
        words = slot.column.words
        if slot.stage is not None:
            words = Words(f"{slot.stage.words.zh}日期（记录）", f"date of {slot.stage.words.en} (event)")
        required = slot.column.required and slot.kind == "column"
        found.append({"field": field_key(slot.column.name, slot.stage), "words": words.as_dict(), "required": required})
    return found


def _fate(header: str, matching: Matching) -> str:
    if any(header == loser for loser, _ in matching.beaten):
        return "beaten"
    return "computed" if header in matching.computed else "unknown"


def _samples(column: pd.Series[Any]) -> list[str]:
    found: list[str] = []
    for value in column.head(_SAMPLE):
        text = "" if cells.is_blank(value) else cells.plain(value)[:40]
        if text and text not in found:
            found.append(text)
        if len(found) == 3:
            break
    return found


def area_evidence(raw: RawTable, header: str, unit_said: str | None, planar_m2: Coords | None) -> dict[str, Any]:
    """
    In which unit a column of areas is: what the file says, against the areas of its shapes.

    ``planar_m2`` (n,): of each row's shape, NaN where it has none. ``ratio``: median of declared ÷ drawn as the
    numbers stand, by unit: near 1 is the unit; not there where no number can be compared.
    """
    position = [str(h) for h in raw.frame.columns].index(header)
    numbers, units = _numbers(raw.frame.iloc[:, position])
    said = unit_said or _only(units)
    found: dict[str, Any] = {"header": header, "said": said, "measured": None, "agrees": None, "compared": 0}
    if planar_m2 is None or len(planar_m2) != len(numbers):
        return found
    usable = np.isfinite(numbers) & (numbers > 0) & np.isfinite(planar_m2) & (planar_m2 > 0)
    if not usable.any():
        return found
    ratio = float(np.median(numbers[usable] / planar_m2[usable]))
    measured = next((unit for unit, m2 in _AREA_UNITS.items() if abs(ratio * m2 - 1) < _NEAR), None)
    found |= {"measured": measured, "compared": int(usable.sum()), "ratio": ratio}
    if measured is not None and said is not None:
        factor = UNITS_BY_DIMENSION["area"].get(said.lower())
        found["agrees"] = factor is not None and abs(float(factor) / _AREA_UNITS[measured] - 1) < 1e-3
    return found


def _numbers(column: pd.Series[Any]) -> tuple[Coords, list[str]]:
    """Each cell's number, NaN where it has none, and the units that stand in cells."""
    numbers = np.full(len(column), np.nan)
    units: list[str] = []
    for i, value in enumerate(column.tolist()):
        try:
            number, unit = (None, None) if cells.is_dash(value) else cells.split_number(value)
        except InvalidValue:
            continue
        if number is not None:
            numbers[i] = float(number)
        if unit:
            units.append(unit)
    return numbers, units


def _only(units: list[str]) -> str | None:
    return units[0] if units and len(set(units)) == 1 else None


def planar_areas(found: FoundCrs | None, crs: str) -> Coords | None:
    """Planar areas of a file's shapes in the working CRS, m², NaN where there is none; None where nothing is drawn."""
    if found is None:
        return None
    try:
        shapes = systems.reproject(found.geometry, found.crs, crs)
    except GuatuError:
        return None
    areas = np.asarray(shapely.area(np.asarray(shapes.array, dtype=object)))
    return np.where(areas > 0, areas, np.nan)


def codes_in(raw: RawTable, columns: list[dict[str, Any]]) -> list[str]:
    """The different codes of land classes in the file, the most frequent first, at most 200."""
    header = next((c["header"] for c in columns if c["field"] == "land_class_code"), None)
    if header is None:
        return []
    values = raw.frame.iloc[:, [str(h) for h in raw.frame.columns].index(header)]
    texts = pd.Series(["" if cells.is_blank(v) else cells.plain(v).strip() for v in values])
    return [str(code) for code in texts[texts != ""].value_counts().index[:200]]
