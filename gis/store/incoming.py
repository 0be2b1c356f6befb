"""What a writer is handed, checked before anything is touched. The same in every store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import normal_crs, same_crs
from gis.errors import CrsMismatch, InvalidParameter, InvalidRow, Place
from gis.layers import LAYERS, Column, GeometryKind, Layer
from gis.model import EventKind
from gis.store.columns import AREA_COLUMNS, GEOMETRY
from gis.store.ledgers import LEDGER_RULES
from gis.store.session import Geometries, Table
from gis.store.values import Kept, invalid, kept_values
from gis.words import Words

# Shapely's numbers of points, lines, polygons and their multis, by what a layer says of its geometry.
_LINE, _POLYGON, _MULTIPOLYGON = 1, 3, 6
_ALLOWED: dict[GeometryKind, tuple[tuple[int, ...], Words]] = {
    "MultiPolygon": ((_POLYGON, _MULTIPOLYGON), Words("非空面", "polygons, not empty")),
    "LineString": ((_LINE,), Words("非空的线", "lines, not empty")),
    "Geometry": ((0, 1, 3, 4, 5, 6), Words("非空的点、线或面", "points, lines or polygons, not empty")),
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """
    A checked frame as kept values, by column; ``geometry`` None where the frame has none.

    Geometries are 2-D, of the layer's kind (a polygon for a multipolygon layer is made a multipolygon).
    """

    layer: Layer
    size: int
    columns: dict[str, Kept]
    geometry: Geometries | None

    @property
    def owners(self) -> list[str]:
        """Each row's key; of a ledger, the key of what it belongs to."""
        return list(self.columns[self.layer.key[0]])

    def over(self, stored: Table, places: NDArray[np.intp]) -> Incoming:
        """The same with what is stored in place of missing values; ``places`` of the rows in ``stored``, or -1."""
        columns = {name: _laid_over(values, stored[name], places) for name, values in self.columns.items()}
        return replace(self, columns=columns)


def layer_named(name: str, kind: str | None = None) -> Layer:
    """The declared layer; raises InvalidParameter on any other name, or where it is not of this kind."""
    layer = LAYERS.get(name)
    if layer is None or (kind is not None and layer.kind != kind):
        known = "、".join(key for key, known in LAYERS.items() if kind in (None, known.kind))
        raise InvalidParameter(Words(f"没有图层 {name}", f"no layer {name}"), found=name, expected=known)
    return layer


def check_entities(name: str, frame: pd.DataFrame, crs: str) -> Incoming:
    """
    The rows of an entity layer.

    Raises
    ------
    InvalidRow
        As ``Writer.put``; the place says which row (from 1) and column.
    CrsMismatch
        The frame carries a CRS that is not the store's.
    """
    layer = layer_named(name, "entity")
    columns = _kept_columns(layer, frame, also=(GEOMETRY, *AREA_COLUMNS))
    _require(layer, columns, np.ones(len(frame), dtype=bool), layer.key)
    _refuse_twice(layer, [columns[layer.key[0]]], layer.key[0])
    return Incoming(layer, len(frame), columns, _checked_geometry(layer, frame, crs))


def check_ledger(name: str, frame: pd.DataFrame) -> Incoming:
    """The rows of a ledger; raises InvalidRow as ``Writer.append``."""
    layer = layer_named(name, "ledger")
    columns = _kept_columns(layer, frame, also=())
    for column in layer.columns:
        columns.setdefault(column.name, np.full(len(frame), None, dtype=object))
    everywhere = np.ones(len(frame), dtype=bool)
    _require(layer, columns, everywhere, [c.name for c in layer.columns if c.required])
    if layer is LAYERS["parcel_event"]:
        _check_parcel_events(layer, columns)
    day = LEDGER_RULES[name].day
    identity = dict.fromkeys((*layer.key, day) if day else layer.key)
    _refuse_twice(layer, [columns[part] for part in identity], "+".join(identity))
    return Incoming(layer, len(frame), columns, None)


def _check_parcel_events(layer: Layer, columns: dict[str, Kept]) -> None:
    _require(layer, columns, columns["kind"] == EventKind.STAGE.value, ["stage"])
    _require(layer, columns, columns["kind"] == EventKind.HOLD.value, ["hold_reason"])


def check_complete(incoming: Incoming, new: NDArray[np.bool_]) -> None:
    """Rows that are new need every required column, and a geometry where the layer wants one."""
    layer = incoming.layer
    _require(layer, incoming.columns, new, [c.name for c in layer.columns if c.required])
    if layer.geometry_required and new.any():
        absent = new if incoming.geometry is None else new & shapely.is_missing(incoming.geometry)
        for position in np.flatnonzero(absent)[:1]:
            raise invalid("geometry", int(position), None, Words("几何图形", "a geometry"))


def check_kept(incoming: Incoming, known: NDArray[np.bool_]) -> None:
    """No required column of a known row may be emptied."""
    names = [c.name for c in incoming.layer.columns if c.required and c.name in incoming.columns]
    _require(incoming.layer, incoming.columns, known, names)


def check_references(incoming: Incoming, column: Column, known: Collection[str]) -> None:
    """Every value of ``column`` must be among ``known``."""
    for position, value in enumerate(incoming.columns[column.name]):
        if value is not None and value not in known:
            target = LAYERS[column.references or ""].words
            raise invalid(
                column.name,
                position,
                value,
                Words(f"库中已有的{target.zh}", f"a key that the store holds ({target.en})"),
            )


def _kept_columns(layer: Layer, frame: pd.DataFrame, also: Iterable[str]) -> dict[str, Kept]:
    """Columns as kept values. Areas are left out: they are computed from the geometry anew."""
    writable = {column.name for column in layer.columns if not column.derived}
    for name in frame.columns:
        if name not in writable and name not in also:
            _refuse_column(layer, str(name))
    if not frame.columns.is_unique:
        _refuse_column(layer, str(frame.columns[frame.columns.duplicated()][0]))
    return {c.name: kept_values(c, frame[c.name]) for c in layer.columns if c.name in writable & set(frame.columns)}


def _refuse_column(layer: Layer, name: str) -> NoReturn:
    derived = name in layer.names
    why = (
        Words("由记录推算，不能直接写入", "is derived from events; write those")
        if derived
        else Words("不是此图层的列，或出现两次", "is not a column of this layer, or stands twice")
    )
    raise InvalidRow(
        Words(f"列“{name}”{why.zh}", f"column '{name}' {why.en}"),
        found=name,
        expected="、".join(c.name for c in layer.columns if not c.derived),
        place=Place(column=name),
    )


def _require(layer: Layer, columns: dict[str, Kept], rows: NDArray[np.bool_], names: Iterable[str]) -> None:
    """These columns must have a value in these rows; a text of blanks is none."""
    if not rows.any():
        return
    for name in names:
        kept = columns.get(name)
        words = layer.column(name).words
        absent = (
            np.array([value is None or (isinstance(value, str) and not value.strip()) for value in kept])
            if kept is not None
            else np.ones(len(rows), dtype=bool)
        )
        for position in np.flatnonzero(rows & absent)[:1]:
            expected = Words(f"{words.zh}（必填）", f"a value ({words.en} is required)")
            raise invalid(name, int(position), None, expected)


def _refuse_twice(layer: Layer, parts: Sequence[Kept], column: str) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for position, key in enumerate(zip(*parts, strict=True)):
        first = seen.setdefault(key, position)
        if first != position:
            found = "+".join(str(part) for part in key if part is not None)
            expected = Words(
                f"不重复的键（与第 {first + 1} 行相同）", f"a key that stands once (row {first + 1} has it)"
            )
            raise invalid(column, position, found, expected)


def _checked_geometry(layer: Layer, frame: pd.DataFrame, crs: str) -> Geometries | None:
    if "geometry" not in frame.columns:
        return None
    series = frame["geometry"]
    if layer.geometry is None:
        _refuse_column(layer, "geometry")
    declared = series.crs if isinstance(series, gpd.GeoSeries) else None
    if declared is not None and declared != crs and not same_crs(normal_crs(declared.to_wkt()), crs):
        raise CrsMismatch(
            Words("数据的坐标系与库的工作坐标系不同", "the rows are not in the store's working CRS"),
            found=str(declared.name),
            expected=crs,
        )
    return _of_kind(layer, _geometries(series))


def _laid_over(values: Kept, stored: Kept, places: NDArray[np.intp]) -> Kept:
    if not len(stored):
        return values
    absent = pd.isna(values) & (places >= 0)
    return np.where(absent, stored[places], values)


def _geometries(series: pd.Series[Any]) -> Geometries:
    found = series.to_numpy(dtype=object).copy()
    found[series.isna().to_numpy()] = None
    for position in np.flatnonzero(~(shapely.is_geometry(found) | (found == None)))[:1]:  # noqa: E711 (an array)
        raise invalid("geometry", int(position), found[position], Words("几何图形", "a geometry"))
    return np.asarray(shapely.force_2d(found), dtype=object)


def _of_kind(layer: Layer, geometry: Geometries) -> Geometries:
    """2-D, finite, not empty, of the layer's kind."""
    there = ~shapely.is_missing(geometry)
    kinds = shapely.get_type_id(geometry)
    allowed, expected = _ALLOWED[layer.geometry or "Geometry"]
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)  # an empty geometry has no finite bounds
    for position in np.flatnonzero(there & ~(finite & np.isin(kinds, allowed)))[:1]:
        raise invalid("geometry", int(position), shapely.to_wkt(geometry[position]), expected)
    if layer.geometry == "MultiPolygon":
        single = kinds == _POLYGON
        geometry[single] = shapely.multipolygons(geometry[single], indices=np.arange(int(single.sum())))
    return geometry


def comparable(geometry: Geometries) -> Geometries:
    """A form in which two geometries are the same bytes where they are the same shape with the same vertices."""
    alone = shapely.get_num_geometries(geometry) == 1
    unwrapped = np.where(alone, shapely.get_geometry(geometry, 0), geometry)
    return np.asarray(shapely.to_wkb(shapely.normalize(unwrapped), byte_order=1), dtype=object)
