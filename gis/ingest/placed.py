"""
Geometry from a table's columns: WKT, longitude and latitude, east and north, or one row a boundary point.

In Chinese surveying X (纵坐标) is north and Y (横坐标) is east; in a GIS it is the other way round. Columns
called just X and Y are told apart by their numbers (RULES §2.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidValue, Place
from gis.ingest import cells
from gis.ingest.headers import normal
from gis.ingest.rings import SAME_POINT_M, BadRing, BoundaryPoint, polygon_of, split_rings
from gis.ingest.table import RawTable, Refusal
from gis.layers import Column
from gis.words import Words

_WKT = ("wkt", "geom", "geometry", "thegeom", "几何", "图形", "坐标串")
_EAST = ("经度", "lon", "lng", "long", "longitude", "东坐标", "东", "横坐标", "东向坐标", "easting", "east", "坐标东")
_NORTH = ("纬度", "lat", "latitude", "北坐标", "北", "纵坐标", "北向坐标", "northing", "north", "坐标北")
_X, _Y = ("x", "x坐标", "坐标x", "x(m)"), ("y", "y坐标", "坐标y", "y(m)")
_POINT_NAME = ("点号", "界址点号", "界址点", "界址点编号", "顶点号")
_RING = ("圈号", "环号", "地块圈号")
_PARCEL = ("地块编号", "地块号", "宗地号", "宗地编号", "编号", "parcelno", "地块名称", "名称")
_NUMBER = Column("coordinate", "real", Words("坐标", "coordinate"))
_EWKT = re.compile(r"^\s*SRID=(\d+);", re.IGNORECASE)
_DEGREE_M = 111_320.0


def with_geometry(raw: RawTable) -> RawTable:
    """
    ``raw`` with the geometry that its columns state, and without those columns. A table that states none is given
    back as it is. Rows whose coordinates cannot be read are refused and gone from the frame.
    """
    names = [normal(str(h)) for h in raw.frame.columns]
    pair = _pair(raw, names)
    point_name = _position(names, _POINT_NAME)
    if pair is not None and point_name is not None:
        return _boundary_table(raw, names, pair, point_name)
    wkt = _position(names, _WKT)
    if wkt is not None:
        return _with_wkt(raw, wkt)
    return raw if pair is None else _with_points(raw, pair)


def _position(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(w) for w in wanted if w in names), None)


def _pair(raw: RawTable, names: Sequence[str]) -> tuple[int, int] | None:
    """Positions of the east and the north column."""
    east, north = _position(names, _EAST), _position(names, _NORTH)
    if east is not None and north is not None:
        return east, north
    x, y = _position(names, _X), _position(names, _Y)
    if x is None or y is None:
        return None
    rows = zip(_values(raw, x), _values(raw, y), strict=True)
    votes = [_x_is_north(*row) for row in rows if not any(isnan(v) for v in row)]
    return (y, x) if sum(votes) * 2 > len(votes) else (x, y)


def _values(raw: RawTable, position: int) -> list[float]:
    return [float(v) for v in pd.to_numeric(raw.frame.iloc[:, position], errors="coerce")]


def _x_is_north(x: float, y: float) -> bool:
    """X has the 7 digits of a northing and Y the 6 or 8 of an easting; or they are latitude and longitude of China."""
    in_metres = 1_900_000 <= x < 6_000_000 and (100_000 <= y < 1_000_000 or 13_000_000 <= y < 46_000_000)
    return in_metres or (3 <= x <= 54 and 73 <= y <= 136)


def _numbers(raw: RawTable, row: int, pair: tuple[int, int]) -> tuple[float, float] | None:
    """East and north of a row; None where both are blank. Raises InvalidValue."""
    values = [raw.frame.iat[row, position] for position in pair]
    read = [_coordinate(value) for value in values]
    if read[0] is None and read[1] is None:
        return None
    if read[0] is None or read[1] is None:
        raise InvalidValue(Words("坐标缺一个", "one of the two coordinates is missing"), found=str(values))
    return read[0], read[1]


def _coordinate(value: Any) -> float | None:
    if isinstance(value, str) and value.strip().startswith("-"):
        number = cells.read_number(value.strip()[1:], _NUMBER, None)
        return None if number is None else -number
    if isinstance(value, int | float) and not cells.is_blank(value):
        return float(value)
    return cells.read_number(value, _NUMBER, None)


def _with_points(raw: RawTable, pair: tuple[int, int]) -> RawTable:
    shapes: list[BaseGeometry | None] = []
    refused: dict[int, Refusal] = {}
    for row in range(len(raw.frame)):
        try:
            place = _numbers(raw, row, pair)
        except InvalidValue as error:
            refused[row] = _refusal(raw, row, pair[0], error.found or "", error.words)
            place = None
        shapes.append(None if place is None else Point(place))
    return _placed(raw, shapes, refused, pair)


def _with_wkt(raw: RawTable, position: int) -> RawTable:
    shapes: list[BaseGeometry | None] = []
    refused: dict[int, Refusal] = {}
    codes: set[str] = set()
    for row, value in enumerate(raw.frame.iloc[:, position].tolist()):
        text = "" if cells.is_blank(value) else str(value)
        code = _EWKT.match(text)
        if code:
            codes.add(code[1])
            text = text[code.end() :]
        shape = shapely.from_wkt(text, on_invalid="ignore") if text else None
        if text and shape is None:
            expected = Words("应为 WKT，如 POLYGON((…))", "expected WKT such as POLYGON((…))")
            refused[row] = _refusal(raw, row, position, text[:60], expected)
        shapes.append(shape)
    crs = f"EPSG:{codes.pop()}" if len(codes) == 1 else raw.crs
    return _placed(replace(raw, crs=crs), shapes, refused, (position,))


def _refusal(raw: RawTable, row: int, position: int, found: str, expected: Words) -> Refusal:
    return Refusal(Place(raw.source.name, raw.rows[row], str(raw.frame.columns[position])), found, expected)


def _placed(
    raw: RawTable, shapes: Sequence[BaseGeometry | None], refused: dict[int, Refusal], used: Sequence[int]
) -> RawTable:
    kept = [i for i in range(len(raw.frame)) if i not in refused]
    columns = [i for i in range(raw.frame.shape[1]) if i not in used]
    return replace(
        raw,
        frame=raw.frame.iloc[kept, columns].reset_index(drop=True),
        rows=tuple(raw.rows[i] for i in kept),
        geometry=gpd.GeoSeries(np.array([shapes[i] for i in kept], dtype=object)),
        refused=(*raw.refused, *refused.values()),
    )


def _boundary_table(raw: RawTable, names: Sequence[str], pair: tuple[int, int], point_name: int) -> RawTable:
    """One row a boundary point (界址点表) becomes one row a parcel, with the first row's other cells."""
    parcel, ring = _position(names, _PARCEL), _position(names, _RING)
    groups = _groups(raw, parcel)
    shapes: list[BaseGeometry | None] = []
    refused: dict[int, Refusal] = {}
    for first, rows in groups.items():
        try:
            shapes.append(_polygon(raw, rows, pair, point_name, ring))
        except (BadRing, InvalidValue) as error:
            expected = error.expected if isinstance(error, BadRing) else error.words
            refused[len(shapes)] = _refusal(raw, first, pair[1], str(error.found), expected)
            shapes.append(None)
    used = [*pair, point_name, *([] if ring is None else [ring])]
    firsts = list(groups)
    parcels = replace(raw, frame=raw.frame.iloc[firsts], rows=tuple(raw.rows[i] for i in firsts))
    return _placed(parcels, shapes, refused, used)


def _groups(raw: RawTable, parcel: int | None) -> dict[int, list[int]]:
    """Rows of each parcel, by its first row; a blank number means the one above (merged cells)."""
    by_key: dict[Any, list[int]] = {}
    key: Any = None
    for row in range(len(raw.frame)):
        value = None if parcel is None else raw.frame.iat[row, parcel]
        key = key if cells.is_blank(value) else cells.plain(value).strip()
        by_key.setdefault(key, []).append(row)
    return {rows[0]: rows for rows in by_key.values()}


def _polygon(
    raw: RawTable, rows: Sequence[int], pair: tuple[int, int], point_name: int, ring: int | None
) -> BaseGeometry:
    points = []
    for row in rows:
        place = _numbers(raw, row, pair)
        if place is None:
            raise InvalidValue(
                Words("界址点没有坐标", "a boundary point without coordinates"), found=f"row {raw.rows[row]}"
            )
        name = raw.frame.iat[row, point_name]
        number = "" if ring is None else raw.frame.iat[row, ring]
        points.append(BoundaryPoint(raw.rows[row], _text(name), _text(number), *place))
    in_degrees = abs(points[0].east) <= 180 and abs(points[0].north) <= 180
    rings, _ = split_rings(points, same=SAME_POINT_M / (_DEGREE_M if in_degrees else 1))
    return polygon_of(rings)


def _text(value: Any) -> str:
    return "" if cells.is_blank(value) else cells.plain(value).strip()
