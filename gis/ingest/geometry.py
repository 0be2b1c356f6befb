"""
Geometry that may be stored: of the layer's kind, flat, closed, valid, in the county; and what is odd about it.

All in the target's CRS, in metres. A repair must keep the area within 0.1 %, unless the user has seen both areas and
wants it all the same; whatever cannot be repaired so is refused, row by row, with the reason and the place. Duplicates,
overlaps and declared areas that do not agree are told, not decided.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

from gis.crs import Coords
from gis.errors import Place
from gis.ingest.crs_detection import inside
from gis.ingest.rings import CROSSES_TOO_OFTEN, MOST_EDGES_UNSEEN, crosses_too_often
from gis.ingest.table import Refusal, Repair, Target
from gis.ingest.vector import Geometries, as_polygons
from gis.layers import Layer
from gis.words import Words

REPAIR_LIMIT = 0.001
SAME_POINT_M = 0.001
LEAST_AREA_M2 = 0.01
_POINT, _LINE, _POLYGON = 0, 1, 2
# Shapely's type numbers by dimension; a collection is looked into.
_KIND = {0: _POINT, 1: _LINE, 2: _LINE, 3: _POLYGON, 4: _POINT, 5: _LINE, 6: _POLYGON}
_KIND_WORDS = {
    _POINT: Words("点", "a point"),
    _LINE: Words("线", "a line"),
    _POLYGON: Words("面", "a polygon"),
    None: Words("点线面混合", "a mixed collection"),
}
_WANT_POLYGON = Words("面（多边形）", "a polygon")
_WANT_ONE_KIND = Words("单一的点、线或面", "a point, a line or a polygon, not mixed")


@dataclass(slots=True)
class CheckedGeometry:
    """
    Geometries as they may be stored, by position in the raw table; None where there is none or it was refused.

    ``area_before_m2`` is of what the file holds, ``area_after_m2`` of what is left, both planar.
    """

    geometry: Geometries
    bad: set[int] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)
    repaired: list[Repair] = field(default_factory=list)
    warnings: list[Words] = field(default_factory=list)
    area_before_m2: float = 0.0
    area_after_m2: float = 0.0


@dataclass(frozen=True, slots=True)
class Labels:
    """How the user knows each row: file, row number, key; and which rows they want repaired at any cost in area."""

    file: str
    rows: Sequence[int]
    keys: Sequence[str]
    repair: Collection[int] = ()

    def place(self, position: int) -> Place:
        """Where this row's geometry stands."""
        return Place(self.file, self.rows[position], "geometry")


def check_geometry(
    series: gpd.GeoSeries, layer: Layer, target: Target, labels: Labels, *, drawn: bool
) -> CheckedGeometry:
    """
    Make each geometry fit its layer, or refuse it.

    Parameters
    ----------
    series
        In the target's CRS, by position.
    drawn
        The file is a drawing (DXF, KML), where a closed line means an area.
    """
    geoms = _flat(np.asarray(series.array, dtype=object))
    found = CheckedGeometry(geoms, area_before_m2=_total_area(geoms))
    _refuse_not_finite(found, labels)
    _refuse_outside(found, target, labels)
    if drawn or layer.geometry == "MultiPolygon":
        _close_lines(found)
    _fit_kind(found, layer, labels)
    _refuse_tangled(found, labels)
    _make_valid(found, labels)
    _refuse_nothing(found, labels)
    if layer.geometry == "MultiPolygon":
        found.geometry = _as_multi(found.geometry)
    found.area_after_m2 = _total_area(found.geometry)
    return found


def _flat(geoms: Geometries) -> Geometries:
    flat = shapely.force_2d(geoms)
    flat[shapely.is_empty(flat)] = None
    return np.asarray(flat, dtype=object)


def _total_area(geoms: Geometries) -> float:
    return float(np.nansum(shapely.area(geoms)))


def _refuse(
    found: CheckedGeometry, labels: Labels, position: int, what: str, expected: Words, *, fix: str | None = None
) -> None:
    found.geometry[position] = None
    found.bad.add(position)
    found.refused.append(Refusal(labels.place(position), what, expected, fix))


def _refuse_not_finite(found: CheckedGeometry, labels: Labels) -> None:
    there = ~shapely.is_missing(found.geometry)
    for i in np.flatnonzero(there & ~np.isfinite(shapely.bounds(found.geometry)).all(axis=1)):
        _refuse(found, labels, int(i), "∞ / NaN", Words("可以投影的坐标", "coordinates that can be projected"))
    found.area_before_m2 = _total_area(found.geometry)


def _refuse_outside(found: CheckedGeometry, target: Target, labels: Labels) -> None:
    if target.extent is None:
        return
    boxes = shapely.bounds(found.geometry)
    middles: Coords = np.column_stack((boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3])) / 2
    there = np.asarray(np.isfinite(middles).all(axis=1))
    lost = there.copy()
    lost[there] = ~inside(middles[there], target.crs, target)
    wanted = Words("在本县范围（外扩20公里）之内", "within the county grown by 20 km")
    for i in np.flatnonzero(lost):
        _refuse(found, labels, int(i), f"({middles[i, 0]:.3f}, {middles[i, 1]:.3f})", wanted)


def _close_lines(found: CheckedGeometry) -> None:
    closed = as_polygons(found.geometry)
    count = int((shapely.get_type_id(closed) != shapely.get_type_id(found.geometry)).sum())
    if count:
        found.warnings.append(Words(f"{count} 条闭合线已转为面", f"{count} closed lines became polygons"))
    found.geometry = closed


def _kind(geom: shapely.Geometry) -> int | None:
    """Point, line or polygon; None for a mixture."""
    type_id = int(shapely.get_type_id(geom))
    if type_id != 7:
        return _KIND[type_id]
    kinds = {_kind(part) for part in shapely.get_parts(geom)}
    return kinds.pop() if len(kinds) == 1 else None


def _fit_kind(found: CheckedGeometry, layer: Layer, labels: Labels) -> None:
    """Only what the layer takes; collections of one kind are opened."""
    only_polygons = layer.geometry == "MultiPolygon"
    types = shapely.get_type_id(found.geometry)
    doubtful = types == 7 if not only_polygons else (types >= 0) & (types != 3) & (types != 6)
    for i in np.flatnonzero(doubtful | (types == 4)):
        kind = _kind(found.geometry[i])
        if kind is None or (only_polygons and kind != _POLYGON):
            words = _KIND_WORDS[kind]
            _refuse(
                found, labels, int(i), f"{words.zh} / {words.en}", _WANT_POLYGON if only_polygons else _WANT_ONE_KIND
            )
        else:
            _open_collection(found, labels, int(i), kind)


def _open_collection(found: CheckedGeometry, labels: Labels, position: int, kind: int) -> None:
    parts = _simple_parts(found.geometry[position])
    if len(parts) == 1:
        found.geometry[position] = parts[0]
    elif kind == _POINT:
        _refuse(found, labels, position, f"{len(parts)} 个点 / points", Words("一个点", "one point"))
    else:
        make = shapely.multipolygons if kind == _POLYGON else shapely.multilinestrings
        found.geometry[position] = make(parts)


def _simple_parts(geom: shapely.Geometry) -> list[shapely.Geometry]:
    parts = shapely.get_parts(geom)
    if len(parts) == 1 and parts[0] is geom:
        return [geom]
    return [p for part in parts for p in (_simple_parts(part) if shapely.get_type_id(part) >= 4 else [part])]


def _refuse_tangled(found: CheckedGeometry, labels: Labels) -> None:
    """Before any question that would take minutes to answer of such a shape."""
    polygons = np.isin(shapely.get_type_id(found.geometry), (3, 6))
    for i in np.flatnonzero(polygons & (shapely.get_num_coordinates(found.geometry) >= MOST_EDGES_UNSEEN)):
        if crosses_too_often(found.geometry[i]):
            corners = f"{int(shapely.get_num_coordinates(found.geometry[i])):,} 个点 / points"
            _refuse(found, labels, int(i), corners, CROSSES_TOO_OFTEN)


def _make_valid(found: CheckedGeometry, labels: Labels) -> None:
    """Drop points that stand twice, then repair polygons whose rings cross or touch, within the limit."""
    polygons = np.isin(shapely.get_type_id(found.geometry), (3, 6))
    cleaned = shapely.remove_repeated_points(found.geometry, SAME_POINT_M)
    # A sliver thinner than a millimetre would collapse: it is left as it was.
    collapsed = shapely.is_empty(cleaned) | (shapely.is_valid(found.geometry) & ~shapely.is_valid(cleaned))
    found.geometry = np.where(collapsed, found.geometry, cleaned)
    for i in np.flatnonzero(polygons & ~shapely.is_valid(found.geometry)):
        _repair(found, labels, int(i))


def _repair(found: CheckedGeometry, labels: Labels, position: int) -> None:
    broken = found.geometry[position]
    reason = str(shapely.is_valid_reason(broken))
    mended = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    before, after = float(shapely.area(broken)), float(shapely.area(mended))
    polygonal = int(shapely.get_type_id(mended)) in (3, 6)
    wanted = labels.rows[position] in labels.repair
    if not polygonal or not (wanted or (before > 0 and abs(after - before) <= REPAIR_LIMIT * before)):
        _refuse(
            found,
            labels,
            position,
            f"{_name_zh(reason)} / {reason}; {before:,.2f} m² → {after:,.2f} m²",
            Words("有效的面（修复后面积变化不超过 0.1%）", "a valid polygon (repair may change its area by 0.1 %)"),
            fix="repair" if polygonal and after >= LEAST_AREA_M2 else None,
        )
        return
    found.geometry[position] = mended
    done = Words(f"已修复：{reason.replace(_name(reason), _name_zh(reason), 1)}", f"repaired: {reason}")
    found.repaired.append(Repair(labels.place(position), labels.keys[position], done, before, after))


def _name(reason: str) -> str:
    return reason.split("[", maxsplit=1)[0].strip()


def _name_zh(reason: str) -> str:
    known = {
        "Ring Self-intersection": "环自接触",
        "Self-intersection": "自相交",
        "Too few points": "点数不足",
        "Holes are nested": "孔洞嵌套",
        "Nested shells": "外环嵌套",
        "Hole lies outside shell": "孔洞在外环之外",
        "Interior is disconnected": "内部不连通",
        "Duplicate Rings": "重复的环",
    }
    return known.get(_name(reason), _name(reason))


def _refuse_nothing(found: CheckedGeometry, labels: Labels) -> None:
    """An area of nothing, a line of no length."""
    types = shapely.get_type_id(found.geometry)
    flat = np.isin(types, (3, 6)) & (shapely.area(found.geometry) < LEAST_AREA_M2)
    short = np.isin(types, (1, 5)) & (shapely.length(found.geometry) < SAME_POINT_M)
    for i in np.flatnonzero(flat):
        _refuse(
            found, labels, int(i), f"{shapely.area(found.geometry[i]):.6f} m²", Words("面积大于 0", "an area above 0")
        )
    for i in np.flatnonzero(short):
        _refuse(found, labels, int(i), "0 m", Words("长度大于 0", "a length above 0"))


def _as_multi(geoms: Geometries) -> Geometries:
    made = geoms.copy()
    single = np.flatnonzero(shapely.get_type_id(geoms) == 3)
    if len(single):
        made[single] = shapely.multipolygons(geoms[single], indices=np.arange(len(single)))
    return made
