"""
Survey bureaus' boundary-point TXT (勘测定界 / 报批界址点坐标交换格式), read tolerantly (RULES §1).

In the file X is north and Y is east; geometry comes out as (east, north). Coordinates are never changed:
a missing zone, swapped axes or degrees are for the reference-system check, which gets the file's own words in
``declared``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from gis.errors import Place, UnreadableFile
from gis.ingest.keys import numbered
from gis.ingest.rings import SAME_POINT_M, BadRing, BoundaryPoint, polygon_of, split_rings
from gis.ingest.survey_grammar import KEYWORDS, SurveyFile, SurveyParcel, number_of, parse
from gis.ingest.table import RawTable, Refusal, SourceFile
from gis.ingest.text import decode
from gis.model import half_width
from gis.units import M2_PER_HA, M2_PER_MU, shown
from gis.words import Words

_LAND_CLASS = re.compile(r"^\d{2,8}[A-Z]?$", re.IGNORECASE)
_AREA_FACTORS = {"公顷": float(M2_PER_HA), "平方米": 1.0, "亩": M2_PER_MU}
_DEGREE_M = 111_320.0
_MOST_NAMED = 5
_MOST_TOLD = 20


def read_survey_txt(
    data: bytes, source: SourceFile, *, encoding: str | None = None, close_rings: bool = False
) -> RawTable:
    """
    Read a survey TXT with any of the variants of RULES §1.2.

    Parameters
    ----------
    encoding
        None: told from the bytes.
    close_rings
        Close a ring at its first point where its closing point lies elsewhere, instead of refusing the parcel.

    Returns
    -------
    RawTable
        One row a parcel: 地块编号, 地块名称, 登记面积(公顷) (with the unit in the cell where it is another),
        图形属性, 图幅号, 地块用途, 地类编码, 扩展1 … for further header fields. ``rows`` are the lines of the
        parcels' headers. Parcels never merge: a number that comes again gets "-2". ``declared`` has the keys of
        all sections.

    Raises
    ------
    UnreadableFile
        There is no boundary point in it.
    """
    text, _ = decode(data, file=source.name, encoding=encoding, keywords=KEYWORDS)
    parsed = parse(text, PurePath(source.name).stem)
    if not any(parcel.points for parcel in parsed.parcels):
        raise UnreadableFile(
            Words("文件中没有界址点坐标", "the file has no boundary points"),
            found=text[:80],
            expected="[地块坐标] 点号,圈号,X,Y",
            place=Place(source.name),
        )
    return _table(parsed, source, close_rings=close_rings)


def _table(parsed: SurveyFile, source: SourceFile, *, close_rings: bool) -> RawTable:
    order = _axes(parsed)
    rows, shapes, lines, refused, notes = [], [], [], [], _Notes()
    for parcel in parsed.parcels:
        try:
            shape = _shape(parcel, order, notes, close=close_rings)
        except BadRing as error:
            refused.append(_refusal(parcel, error, source))
            continue
        notes.count(parcel)
        rows.append(_row(parcel, shape, order, notes))
        shapes.append(shape)
        lines.append(parcel.line)
    frame = pd.DataFrame(rows, columns=_headers(rows))
    frame["地块编号"] = _numbers(frame, source, notes)
    warnings = (*parsed.warnings, *order.warnings, *notes.words())
    return RawTable(
        source, "survey_txt", frame, tuple(lines), gpd.GeoSeries(shapes), None,
        {**parsed.declared, **order.declared}, warnings, tuple(refused),
    )  # fmt: skip


def _headers(rows: Sequence[dict[str, Any]]) -> list[str]:
    usual = ["地块编号", "地块名称", "登记面积(公顷)", "图形属性", "图幅号", "地块用途", "地类编码", "备注"]
    extras = max((len(row) for row in rows), default=len(usual)) - len(usual)
    return [*usual, *(f"扩展{n}" for n in range(1, extras + 1))]


@dataclass(frozen=True, slots=True)
class _Axes:
    """What the numbers themselves say: degrees or metres, and whether X and Y look swapped."""

    degrees: bool
    swap: bool
    declared: dict[str, str]
    warnings: tuple[Words, ...] = ()

    def placed(self, point: BoundaryPoint) -> BoundaryPoint:
        """The point as (east, north)."""
        if not self.swap:
            return point
        return BoundaryPoint(point.row, point.name, point.ring, point.north, point.east)


def _axes(parsed: SurveyFile) -> _Axes:
    """
    Degrees are put in order (in China no longitude can be a latitude); swapped metres are only reported,
    because that is for a person to decide (RULES §1.3.7).
    """
    points = [p for parcel in parsed.parcels for p in parcel.points]
    north, east = np.quantile([(p.north, p.east) for p in points], 0.5, axis=0, method="lower").tolist()
    if abs(north) <= 180 and abs(east) <= 180:
        return _Axes(True, abs(north) > abs(east), {"计量单位": "度"})
    if _is_easting(north) and 1_900_000 <= east < 6_000_000:
        said = Words(
            "X、Y 两列疑似颠倒：X（北）应为 7 位，Y（东）应为 6 位或带带号的 8 位",
            "X and Y look swapped: X (north) has 7 digits, Y (east) has 6, or 8 with the zone",
        )
        return _Axes(False, False, {"坐标轴": "X、Y疑似颠倒"}, (said,))
    return _Axes(False, False, {})


def _is_easting(value: float) -> bool:
    return 100_000 <= value < 1_000_000 or 13_000_000 <= value < 46_000_000


def _shape(parcel: SurveyParcel, axes: _Axes, notes: _Notes, *, close: bool) -> BaseGeometry:
    if parcel.bad is not None:
        raise BadRing(*parcel.bad, Words("应为 点号,圈号,X,Y", "expected point, ring, X, Y"))
    points = [axes.placed(p) for p in parcel.points]
    kind = parcel.fields[4]
    if kind == "点" and points:
        places = [(p.east, p.north) for p in points]
        return Point(places[0]) if len(places) == 1 else MultiPoint(places)
    if kind == "线" and len({(p.east, p.north) for p in points}) >= 2:
        return LineString([(p.east, p.north) for p in points])
    if len(points) < 3:
        raise BadRing(parcel.line, str(len(points)), Words("至少应有 3 个界址点", "a parcel needs 3 boundary points"))
    rings, odd = split_rings(points, same=SAME_POINT_M / (_DEGREE_M if axes.degrees else 1), close=close)
    notes.said += odd
    return polygon_of(rings)


def _refusal(parcel: SurveyParcel, error: BadRing, source: SourceFile) -> Refusal:
    label = parcel.fields[2] or parcel.fields[3]
    return Refusal(
        Place(source.name, error.row or parcel.line, "界址点"),
        f"{label}: {error.found}" if label else error.found,
        error.expected,
        error.fix,
    )


@dataclass(slots=True)
class _Notes:
    """Oddities that parcels share, told once with the lines they stand on."""

    said: list[Words] = field(default_factory=list)
    lines: dict[str, list[int]] = field(default_factory=dict)
    texts: dict[str, Words] = field(default_factory=dict)
    differences: list[Words] = field(default_factory=list)

    def add(self, line: int, words: Words) -> None:
        self.texts[words.en] = words
        self.lines.setdefault(words.en, []).append(line)

    def count(self, parcel: SurveyParcel) -> None:
        """The header's number of points may count the closing one or not; another number is reported."""
        stated, found = number_of(parcel.fields[0]), len(parcel.points)
        if stated is not None and stated not in (found, found - 1, found + 1):
            self.add(
                parcel.line,
                Words("界址点数与实际点数不符，以实际点为准", "the number of points differs from the points"),
            )

    def words(self) -> Iterator[Words]:
        yield from self.said
        yield from self.differences[:_MOST_TOLD]
        more_differ = len(self.differences) - _MOST_TOLD
        if more_differ > 0:
            yield Words(f"另有 {more_differ} 个地块登记面积与坐标不符", f"{more_differ} more parcels differ in area")
        for key, lines in self.lines.items():
            named = "、".join(str(n) for n in lines[:_MOST_NAMED])
            more = f" 等 {len(lines)} 处" if len(lines) > _MOST_NAMED else ""
            english = ", ".join(str(n) for n in lines[:_MOST_NAMED]) + (f" … ({len(lines)})" if more else "")
            yield Words(f"{self.texts[key].zh}：第 {named} 行{more}", f"{key}: row {english}")


def _row(parcel: SurveyParcel, shape: BaseGeometry, axes: _Axes, notes: _Notes) -> dict[str, Any]:
    _, area, number, name, kind, sheet, use, land_class = parcel.fields
    code, remark = half_width(land_class), ""
    if code and not _LAND_CLASS.match(code):
        notes.add(
            parcel.line, Words("地类编码栏不是编码，已记入备注", "no land class code in its place: kept as a remark")
        )
        code, remark = "", f"地类编码栏原填：{land_class}"
    usual = {
        "地块编号": number,
        "地块名称": name,
        "登记面积(公顷)": _area(parcel.line, area, 0.0 if axes.degrees else shape.area, notes),
        "图形属性": kind or "面",
        "图幅号": sheet,
        "地块用途": use,
        "地类编码": code,
        "备注": remark,
    }
    return {**usual, **{f"扩展{n}": extra for n, extra in enumerate(parcel.extras, 1)}}


def _area(line: int, text: str, computed_m2: float, notes: _Notes) -> str:
    """
    The declared area as it stands, with its unit. The format wants 公顷; where the number is clearly m² or 亩
    of the drawn area (within 5 %), that unit is put to it and said (RULES §1.3.9).
    """
    folded = re.sub(r"\s+", "", half_width(text))
    number = number_of(folded)
    if number is None or number == 0 or computed_m2 == 0:
        return folded if number != 0 else ""
    unit = next((u for u, f in _AREA_FACTORS.items() if abs(number * f / computed_m2 - 1) < 0.05), None)
    if unit not in (None, "公顷"):
        notes.add(line, Words(f"面积栏应为公顷，实为{unit}", f"the area is in {unit}, not in hectares"))
    stated = number * _AREA_FACTORS[unit or "公顷"]
    if abs(stated - computed_m2) > max(1.0, 0.001 * computed_m2):
        notes.differences.append(_differs(line, stated, computed_m2))
    return f"{folded}{unit or '公顷'}"


def _differs(line: int, stated: float, computed: float) -> Words:
    gap, share = shown(stated - computed, 1), shown((stated / computed - 1) * 100, 2)
    return Words(
        f"第 {line} 行：登记面积与坐标计算面积相差 {gap} 平方米（{share}%）",
        f"row {line}: the declared area differs from the drawn one by {gap} m² ({share} %)",
    )


def _numbers(frame: pd.DataFrame, source: SourceFile, notes: _Notes) -> list[str | None]:
    """Numbers that can be keys: a blank one takes the name or the file's name, one that comes again gets "-2"."""
    stated = [half_width(str(n)).strip() for n in frame["地块编号"]]
    names = [str(n).strip() for n in frame["地块名称"]]
    filled: list[str | None] = [s or n or PurePath(source.name).stem for s, n in zip(stated, names, strict=True)]
    made = numbered(filled)
    blank, again = stated.count(""), sum(a != b for a, b in zip(filled, made, strict=True))
    if blank:
        notes.said.append(
            Words(
                f"{blank} 个地块没有编号，以名称或文件名代替",
                f"{blank} parcels have no number: name or file name stands for it",
            )
        )
    if again:
        notes.said.append(
            Words(
                f"{again} 个地块编号重复，已加后缀 -2、-3 区分",
                f"{again} parcels repeat a number: told apart by -2, -3",
            )
        )
    return made
