"""
Survey bureaus' boundary-point TXT, written strictly (RULES §1.1, §1.3 "Writer").

X is north, Y is east with the zone before it; areas are planar 公顷 of the coordinates as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidValue
from gis.units import M2_PER_HA, rounded
from gis.words import Words

Places = list[tuple[float, float]]
# Closed rings, and the area that they enclose (m²).
_Drawn = tuple[list[Places], float]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
MultiParts = Literal["records", "rings"]
_ZONES = {3: range(25, 46), 6: range(13, 24)}
_OWN_KEYS = {
    "格式版本号", "数据产生单位", "数据产生日期", "坐标系", "几度分带",
    "投影类型", "计量单位", "带号", "精度", "转换参数",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SurveyHeader:
    """
    [属性描述]. ``zone`` of 3° (25–45) or 6° (13–23) width; ``more`` are keys that we do not know, kept as read.
    """

    zone: int
    producer: str
    made_on: date
    zone_width: Literal[3, 6] = 3
    system: str = "2000国家大地坐标系"
    more: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.zone not in _ZONES[self.zone_width]:
            allowed = _ZONES[self.zone_width]
            raise InvalidValue(
                Words(f"{self.zone_width}度带没有{self.zone}带", f"no zone {self.zone} of {self.zone_width}°"),
                found=str(self.zone),
                expected=f"{allowed.start}–{allowed.stop - 1}",
            )


@dataclass(frozen=True, slots=True)
class SurveyText:
    """The file's bytes, and what the receiver may stumble on."""

    data: bytes
    warnings: tuple[Words, ...] = ()


def write_survey_txt(
    parcels: gpd.GeoDataFrame,
    header: SurveyHeader,
    *,
    parts: MultiParts = "records",
    encoding: Literal["gb18030", "utf-8"] = "gb18030",
) -> SurveyText:
    """
    Write parcels as survey TXT: CRLF, coordinates to 3 decimals, areas to 4, every ring closed with its first
    point's name, outer rings clockwise from the north-west corner, holes the other way round.

    Parameters
    ----------
    parcels
        ``parcel_no`` and polygons in metres (east, north) of the header's zone, with or without the zone before
        the easting; optionally ``name``, ``sheet_no``, ``land_use``, ``land_class_code``.
    parts
        "records": one record a part, numbers suffixed -1, -2 (receivers take every further ring for a hole);
        "rings": one record, ring numbers go on.

    Raises
    ------
    InvalidValue
        A parcel without a number, a number that comes twice, a geometry that is no polygon or vanishes at 1 mm,
        coordinates that are not of a zone.
    """
    records = _records(_rows(parcels), header, parts)
    _refuse_repeated(record.number for record in records)
    lines = [*_head(header), "[地块坐标]"]
    for record in records:
        lines += record.lines()
    text = "\r\n".join(lines) + "\r\n"
    return SurveyText(text.encode(encoding), _rare(text) if encoding == "gb18030" else ())


def _head(header: SurveyHeader) -> list[str]:
    own = {
        "格式版本号": "1.01",
        "数据产生单位": _clean(header.producer),
        "数据产生日期": header.made_on.isoformat(),
        "坐标系": header.system,
        "几度分带": str(header.zone_width),
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "带号": str(header.zone),
        "精度": "0.001",
        "转换参数": ",,,,,,",
    }
    more = {key: value for key, value in header.more.items() if key not in _OWN_KEYS and not key.startswith("[")}
    return ["[属性描述]", *(f"{key}={value}" for key, value in (own | more).items())]


def _clean(text: str) -> str:
    """A comma or line break would end the field: the full-width comma and a blank stand for them."""
    return re.sub(r"\s+", " ", text.replace(",", "，")).strip()


def _rare(text: str) -> tuple[Words, ...]:
    rare = sorted(c for c in set(text) if not _fits_gbk(c))
    if not rare:
        return ()
    shown = "".join(rare[:20])
    return (Words(f"含 GBK 之外的生僻字，旧软件可能无法显示：{shown}", f"characters outside GBK: {shown}"),)


def _fits_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Row:
    number: str
    name: str
    sheet: str
    use: str
    land_class: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class _Record:
    """One parcel header and its rings, each (ring number, closed places)."""

    number: str
    row: _Row
    rings: tuple[tuple[int, Places], ...]
    area_m2: float

    def lines(self) -> list[str]:
        points = list(self._points())
        row = self.row
        title = [str(len(points)), f"{rounded(self.area_m2 / M2_PER_HA, 4):.4f}", self.number, row.name, "面"]
        return [",".join([*title, row.sheet, row.use, row.land_class, "@"]), *points]

    def _points(self) -> Iterable[str]:
        named = 0
        for ring, places in self.rings:
            first = named + 1
            for i, (east, north) in enumerate(places):
                name = first if i == len(places) - 1 else first + i
                yield f"J{name},{ring},{north:.3f},{east:.3f}"
            named += len(places) - 1


def _rows(parcels: gpd.GeoDataFrame) -> list[_Row]:
    number, name, sheet, use, land_class = (
        _texts(parcels, column) for column in ("parcel_no", "name", "sheet_no", "land_use", "land_class_code")
    )
    rows = [
        _Row(number[i], name[i], sheet[i], use[i], land_class[i], shape) for i, shape in enumerate(parcels.geometry)
    ]
    for row in rows:
        if not row.number:
            raise InvalidValue(Words("地块编号不能为空", "a parcel needs a number"), found=row.name)
    return rows


def _texts(parcels: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in parcels:
        return [""] * len(parcels)
    return ["" if pd.isna(value) else _clean(str(value)) for value in parcels[column]]


def _refuse_repeated(numbers: Iterable[str]) -> None:
    seen: set[str] = set()
    for number in numbers:
        if number in seen:
            raise InvalidValue(
                Words(f"地块编号“{number}”重复", f"the parcel number '{number}' comes twice"),
                found=number,
                expected="唯一的编号 / unique numbers",
            )
        seen.add(number)


def _records(rows: Sequence[_Row], header: SurveyHeader, parts: MultiParts) -> list[_Record]:
    owned = [(place, part) for place, row in enumerate(rows) for part in _polygons(row)]
    owners = np.array([place for place, _ in owned], dtype=np.int64)
    drawn = _drawn(np.array([part for _, part in owned], dtype=object), [rows[place] for place in owners], header)
    starts = np.searchsorted(owners, np.arange(len(rows) + 1)).tolist()
    return [
        record
        for row, first, end in zip(rows, starts, starts[1:], strict=False)
        for record in _records_of(row, drawn[first:end], parts)
    ]


def _records_of(row: _Row, polygons: Sequence[_Drawn], parts: MultiParts) -> list[_Record]:
    if parts == "rings":
        numbered = tuple(enumerate((ring for rings, _ in polygons for ring in rings), 1))
        return [_Record(row.number, row, numbered, sum(area for _, area in polygons))]
    suffixes = [""] if len(polygons) == 1 else [f"-{n}" for n in range(1, len(polygons) + 1)]
    return [
        _Record(row.number + suffix, row, tuple(enumerate(rings, 1)), area)
        for suffix, (rings, area) in zip(suffixes, polygons, strict=True)
    ]


def _polygons(row: _Row) -> Sequence[Polygon]:
    shape: Any = row.shape
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        found = "—" if shape is None else shape.geom_type
        raise InvalidValue(
            Words(f"地块“{row.number}”不是面", f"parcel '{row.number}' is no polygon"), found=found, expected="Polygon"
        )
    return [shape] if shape.geom_type == "Polygon" else list(shape.geoms)


def _drawn(polygons: npt.NDArray[np.object_], rows: Sequence[_Row], header: SurveyHeader) -> list[_Drawn]:
    """
    Of each polygon, which is part of that row: its closed rings as they will stand in the file (shell clockwise from
    the north-west, holes the other way round), and the area (m²) that they enclose.
    """
    rings, polygon = shapely.get_rings(shapely.orient_polygons(polygons, exterior_cw=True), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy[:, 0] = _with_zone(xy[:, 0], polygon[ring], rows, header)
    xy = np.round(xy, 3)
    is_new = np.append(True, (xy[1:] != xy[:-1]).any(axis=1) | (ring[1:] != ring[:-1]))[: len(xy)]
    xy, ring = xy[is_new], ring[is_new]
    places: Places = list(zip(xy[:, 0].tolist(), xy[:, 1].tolist(), strict=True))
    starts = np.searchsorted(ring, np.arange(len(rings) + 1)).tolist()
    found: list[_Drawn] = [([], 0.0) for _ in polygons]
    for owner, first, end in zip(polygon.tolist(), starts, starts[1:], strict=False):
        found[owner][0].append(_ring(places[first:end], rows[owner], is_shell=not found[owner][0]))
    areas = _areas(xy, ring, polygon, len(polygons))
    return [(drawn, area) for (drawn, _), area in zip(found, areas.tolist(), strict=True)]


def _areas(xy: Floats, ring: Rows, polygon: Rows, size: int) -> Floats:
    """Of each polygon the area of its first ring less that of the others."""
    area = shapely.area(shapely.polygons(shapely.linearrings(xy, indices=ring))) if len(xy) else np.zeros(0)
    is_hole = np.append(False, polygon[1:] == polygon[:-1])[: len(polygon)]
    return np.bincount(polygon, weights=np.where(is_hole, -area, area), minlength=size).astype(np.float64)


def _ring(places: Places, row: _Row, *, is_shell: bool) -> Places:
    if len(places) < 4 or len(set(places)) < 3 or places[0] != places[-1]:
        raise InvalidValue(
            Words(f"地块“{row.number}”有一圈小于 1 毫米", f"a ring of parcel '{row.number}' vanishes at 1 mm"),
            found=str(places[:3]),
        )
    return _from_north_west(places) if is_shell else places


def _with_zone(east: Floats, owner: Rows, rows: Sequence[_Row], header: SurveyHeader) -> Floats:
    """Eastings with the zone before them; ``owner``: whose row each one is of."""
    prefix = header.zone * 1_000_000
    bare = (east > 0) & (east < 1_000_000)
    wrong = np.flatnonzero(~bare & ~((east > prefix) & (east < prefix + 1_000_000)))
    if len(wrong):
        number = rows[owner[wrong[0]]].number
        raise InvalidValue(
            Words(f"地块“{number}”的坐标不在{header.zone}带", f"parcel '{number}' is not in zone {header.zone}"),
            found=f"Y={east[wrong[0]]:.3f}",
            expected=f"{header.zone}xxxxxx.xxx",
        )
    return np.where(bare, prefix + east, east)


def _from_north_west(ring: Places) -> Places:
    corner = max(range(len(ring) - 1), key=lambda i: ring[i][1] - ring[i][0])
    return [*ring[corner:-1], *ring[: corner + 1]]
