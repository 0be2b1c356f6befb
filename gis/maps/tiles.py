"""
Vector tiles of the stored polygon layers: where a tile lies, and what is drawn on it.

Drawn in tile units: 4096 across a tile, x to the right, y down; a screen shows a tile 512 pixels wide, so
8 units are a pixel. A parcel narrower than four pixels is not drawn by itself below zoom 13: such
parcels are merged, by readiness, into the cells of a grid, each class with its true share of the cell's area.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis.crs import coords_of_mercator, mercator_of
from gis.errors import InvalidValue
from gis.maps.merging import CELL, CLASSES, class_places, merge_small, strips_of
from gis.maps.mvt import EXTENT, Coded, Rectangles, Value, encode_polygons, with_rectangles
from gis.maps.rings import Flags, Floats, Geometries, Ints
from gis.model import BBox, Stage
from gis.words import Words

MAX_ZOOM = 22
BUFFER = 64  # units drawn past a tile's edge, so that outlines meet
PIXEL = 8  # units
MERGE_BELOW_ZOOM = 13
EVERY_ATTRIBUTE_FROM_ZOOM = 14
OVERVIEW_ZOOM = 10
SIMPLIFY_BELOW_ZOOM = 14
SIMPLIFY_UNITS = PIXEL / 2
SIMPLIFY_FROM_POINTS = 24
HALF_WORLD_M = math.pi * 6378137.0
# Below this a tile is wider than any projection in metres is good for: the whole layer is read instead.
FIRST_ZOOM_BY_BOX = 6
AFFINE_WITHIN_UNITS = 1.5

Attributes = dict[str, Coded]
Texts: TypeAlias = "pd.Series | pa.StringArray"
Columns: TypeAlias = "pd.DataFrame | Mapping[str, pa.StringArray]"
Affine = tuple[float, float, float, float, float, float]  # a, b, d, e, xoff, yoff


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of the Web Mercator pyramid; y counts from the north."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        across = 1 << self.z if 0 <= self.z <= MAX_ZOOM else 0
        if not (0 <= self.x < across and 0 <= self.y < across):
            raise InvalidValue(
                Words("没有这个瓦片", "there is no such tile"),
                found=f"{self.z}/{self.x}/{self.y}",
                expected=f"0 ≤ z ≤ {MAX_ZOOM}, 0 ≤ x, y < 2^z",
            )

    @property
    def width_m(self) -> float:
        """Its side in Web Mercator metres."""
        return 2 * HALF_WORLD_M / (1 << self.z)

    @property
    def north_west(self) -> tuple[float, float]:
        """Its upper left corner in Web Mercator metres."""
        return (self.x * self.width_m - HALF_WORLD_M, HALF_WORLD_M - self.y * self.width_m)

    def units_of(self, mercator: Floats) -> Floats:
        """Points (n, 2) in Web Mercator metres as units of this tile."""
        west, north = self.north_west
        scale = EXTENT / self.width_m
        return np.column_stack(((mercator[:, 0] - west) * scale, (north - mercator[:, 1]) * scale))

    def box_in(self, crs: str) -> BBox | None:
        """The box in ``crs`` around this tile and its buffer; None where it lies out of the projection's reach."""
        steps = np.linspace(-BUFFER, EXTENT + BUFFER, 9)
        west, north = self.north_west
        units = np.array(list(product(steps, steps)))
        mercator = np.array([west, north]) + units * [1, -1] * self.width_m / EXTENT
        coords = coords_of_mercator(mercator, crs)
        if not np.isfinite(coords).all():
            return None
        (left, bottom), (right, top) = coords.min(axis=0), coords.max(axis=0)
        return BBox(float(left), float(bottom), float(right), float(top))

    def affine_from(self, box: BBox, crs: str) -> Affine | None:
        """
        The affine map from ``crs`` to units that fits best in ``box``, which is this tile's.

        None where it is off by more than a unit and a half somewhere: the wider a tile, the more the two projections
        bend against each other. At 33°N it is off by 0.9 units at zoom 12, and by half of that with each further zoom.
        """
        corners = np.array(box.as_tuple()).reshape(2, 2)
        coords = np.array(list(product(*(np.linspace(low, high, 7) for low, high in corners.T))))
        units = self.units_of(mercator_of(coords, crs))
        middle = coords.mean(axis=0)
        known = np.column_stack((coords - middle, np.ones(len(coords))))
        fitted = np.linalg.lstsq(known, units, rcond=None)[0]
        if not np.abs(known @ fitted - units).max() <= AFFINE_WITHIN_UNITS:
            return None
        (a, d), (b, e), (xoff, yoff) = fitted[0], fitted[1], fitted[2] - middle @ fitted[:2]
        return float(a), float(b), float(d), float(e), float(xoff), float(yoff)


@dataclass(frozen=True, slots=True)
class TileLayer:
    """A stored layer as tiles carry it: the columns to read, and the attributes made of them."""

    name: str
    columns: tuple[str, ...]
    attributes: Callable[[Columns], Attributes]
    # The stored layers whose change changes the tiles.
    shows: tuple[str, ...]
    # The column by which small ones are merged; None: never merged.
    merged_by: str | None = None
    # Attributes that no style needs far out (a click asks the store), and that would take a tenth of such a tile.
    near_only: tuple[str, ...] = ()

    def attributes_at(self, zoom: int, frame: Columns) -> Attributes:
        """What a feature carries on a tile of this zoom."""
        left_out = self.near_only if zoom < EVERY_ATTRIBUTE_FROM_ZOOM else ()
        return {name: values for name, values in self.attributes(frame).items() if name not in left_out}


def texts_of(column: Texts) -> pa.StringArray:
    """The column as Arrow keeps it."""
    if isinstance(column, pa.StringArray):
        return column
    texts = pa.array(column.array, type=pa.string(), from_pandas=True)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _keys(column: Texts) -> Coded:
    """A column of which no value is missing, empty or there twice."""
    return Coded(np.arange(len(column)), texts_of(column))


def _given(column: Texts) -> Coded:
    """The column's texts, without missing and empty ones: an absent attribute takes no room."""
    texts = texts_of(column)
    found = texts.dictionary_encode()
    places = found.indices.fill_null(-1).to_numpy()
    return Coded(np.where(places == found.dictionary.index("").as_py(), -1, places), found.dictionary)


def _as_stored(*names: str) -> Callable[[Columns], Attributes]:
    return lambda frame: {name: _given(frame[name]) for name in names}


_READINESS = {stage.value: stage.readiness.value for stage in Stage}


def _readiness(stage: Coded) -> Coded:
    """The readiness class of each stage code; none for a missing one."""
    classes = class_places([_READINESS.get(str(code)) for code in stage.values])
    return Coded(np.append(classes, -1)[stage.places], CLASSES)


def readiness_of(stages: pd.Series) -> list[Value | None]:
    """The readiness class of each stage code; None for a missing one."""
    return [_READINESS.get(stage) for stage in stages.tolist()]


def _is_given(column: Texts) -> Flags:
    """Where a text is neither missing nor empty."""
    lengths = pc.fill_null(pc.binary_length(texts_of(column)), 0)
    return np.asarray(lengths.to_numpy(zero_copy_only=False) > 0)


def _parcel_attributes(frame: Columns) -> Attributes:
    stage = _given(frame["stage"])
    return {
        "parcel_no": _keys(frame["parcel_no"]),
        **({"name": _given(frame["name"])} if "name" in frame else {}),
        "stage": stage,
        "readiness": _readiness(stage),
        "held": Coded(np.where(_is_given(frame["hold_reason"]), 0, -1), [True]),
    }


TILE_LAYERS: dict[str, TileLayer] = {
    layer.name: layer
    for layer in (
        TileLayer(
            "parcel",
            ("parcel_no", "name", "stage", "hold_reason"),
            _parcel_attributes,
            shows=("parcel", "parcel_event"),
            merged_by="readiness",
            near_only=("name", "stage"),
        ),
        TileLayer("zone", ("zone_no", "name", "kind"), _as_stored("zone_no", "name", "kind"), shows=("zone",)),
        TileLayer("park", ("code", "name", "level"), _as_stored("code", "name", "level"), shows=("park",)),
        TileLayer("town", ("code", "name", "level"), _as_stored("code", "name", "level"), shows=("town",)),
    )
}


@dataclass(frozen=True, slots=True)
class Small:
    """
    Shapes too small to be drawn by themselves.

    ``boxes`` (n, 4) west, south, east, north in Web Mercator metres, ``areas_m2`` in the working CRS, ``classes``
    the place in ``CLASSES`` of the layer's ``merged_by``, -1 for none.
    """

    boxes: Floats
    areas_m2: Floats
    classes: Ints

    @classmethod
    def of(cls, layer: TileLayer, frame: gpd.GeoDataFrame, boxes: Floats) -> Small:
        """These rows, whose boxes are known."""
        column = layer.attributes(frame)[layer.merged_by] if layer.merged_by else Coded(np.full(len(frame), -1), ())
        return cls(boxes, shapely.area(_shapes(frame)), np.append(class_places(column.values), -1)[column.places])

    @classmethod
    def joined(cls, parts: Sequence[Small]) -> Small:
        """All of them; at least one."""
        return cls(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.areas_m2 for part in parts]),
            np.concatenate([part.classes for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """Rows of a layer as they are looked at from afar: what is large at some zoom, and the rest as boxes."""

    large: gpd.GeoDataFrame
    small: Small

    @classmethod
    def of(cls, layer: TileLayer, frame: gpd.GeoDataFrame, crs: str, z: int = OVERVIEW_ZOOM) -> Overview:
        """The layer's columns and geometry in ``crs``, as every tile up to zoom ``z`` needs them."""
        boxes = _mercator_boxes(_shapes(frame), crs)
        is_small = _is_small(layer, boxes, z)
        return cls(frame[~is_small], Small.of(layer, frame[is_small], boxes[is_small]))

    @classmethod
    def joined(cls, parts: Iterable[Overview]) -> Overview:
        """All of them, of one layer and zoom; at least one."""
        held = list(parts)
        frames = [part.large for part in held if len(part.large)] or [held[0].large]
        return cls(pd.concat(frames, ignore_index=True), Small.joined([part.small for part in held]))


def draw_layer(layer: TileLayer, frame: gpd.GeoDataFrame, tile: Tile, crs: str, also: Small | None = None) -> bytes:
    """
    One layer on one tile.

    Parameters
    ----------
    layer
        What to draw.
    frame
        The layer's columns and geometry in ``crs``; at least the rows that meet ``tile.box_in(crs)``.
    tile, crs
        Where, and the store's working CRS.
    also
        More rows of the layer, known to be small on this tile's zoom.

    Returns
    -------
    bytes
        Empty where nothing shows.
    """
    boxes = _mercator_boxes(_shapes(frame), crs)
    is_small = _is_small(layer, boxes, tile.z)
    small = Small.of(layer, frame[is_small], boxes[is_small])
    drawn, shapes = _drawn(frame[~is_small], tile, crs)
    attributes = layer.attributes_at(tile.z, drawn)
    merged = _merged(small if also is None else Small.joined([small, also]), tile, crs)
    if merged and layer.merged_by is not None:
        shapes = np.concatenate([shapes, np.array(list(merged.values()), dtype=object)])
        attributes = _with_merged(attributes, layer.merged_by, list(merged))
    return encode_polygons(layer.name, shapes, attributes)


def _with_merged(attributes: Attributes, merged_by: str, codes: list[str]) -> Attributes:
    """The attributes followed by those of the merged features: their class and ``merged``."""
    drawn, none = len(attributes[merged_by].places), np.full(len(codes), -1)
    longer = {key: column.followed_by(none) for key, column in attributes.items()}
    longer[merged_by] = attributes[merged_by].followed_by(class_places(codes))
    return {**longer, "merged": Coded(np.full(drawn, -1), [True]).followed_by(np.zeros_like(none))}


def _shapes(frame: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(frame.geometry.array, dtype=object)


def _mercator_boxes(geometries: Geometries, crs: str) -> Floats:
    """(n, 4) in Web Mercator metres, by two corners: good for small shapes. NaN where there is no geometry."""
    return mercator_of(shapely.bounds(geometries).reshape(-1, 2), crs).reshape(-1, 4)


def _is_small(layer: TileLayer, boxes: Floats, z: int) -> Flags:
    """Narrower than a cell at this zoom, and of a layer whose small shapes are merged."""
    if layer.merged_by is None or z >= MERGE_BELOW_ZOOM:
        return np.zeros(len(boxes), dtype=bool)
    units_per_m = EXTENT / Tile(z, 0, 0).width_m
    sides = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    return np.asarray(sides * units_per_m <= CELL)


def _drawn(frame: gpd.GeoDataFrame, tile: Tile, crs: str) -> tuple[gpd.GeoDataFrame, Geometries]:
    """The rows that reach the tile, and their shapes in its units: simplified where zoomed out, cut at the buffer."""
    shapes: Geometries = shapely.transform(_shapes(frame), lambda coords: tile.units_of(mercator_of(coords, crs)))
    boxes = shapely.bounds(shapes)
    near = np.flatnonzero(reaches(boxes) & np.isfinite(boxes).all(axis=1))
    return frame.iloc[near], fitted(shapes[near], boxes[near], tile)


def fitted(shapes: Geometries, boxes: Floats, tile: Tile) -> Geometries:
    """Shapes in the tile's units, whose boxes (n, 4) are known: simplified where zoomed out, cut at the buffer."""
    fit = shapes.copy()
    if tile.z < SIMPLIFY_BELOW_ZOOM:
        many = shapely.get_num_coordinates(fit) >= SIMPLIFY_FROM_POINTS
        fit[many] = shapely.simplify(fit[many], SIMPLIFY_UNITS)
    out = sticks_out(boxes)
    fit[out] = shapely.clip_by_rect(fit[out], -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    return fit


def reaches(boxes: Floats) -> Flags:
    """Which boxes (n, 4) in units meet the tile and its buffer; not those of nothing, which are NaN."""
    near = (boxes[:, :2] <= EXTENT + BUFFER) & (boxes[:, 2:] >= -BUFFER)
    return np.asarray(near.all(axis=1))


def sticks_out(boxes: Floats) -> Flags:
    """Which boxes (n, 4) in units go beyond the buffer."""
    out = (boxes[:, :2] < -BUFFER) | (boxes[:, 2:] > EXTENT + BUFFER)
    return np.asarray(out.any(axis=1))


def _merged(small: Small, tile: Tile, crs: str) -> dict[str, shapely.MultiPolygon]:
    """The small shapes on the grid of the tile, one MultiPolygon a class."""
    corners = tile.units_of(small.boxes.reshape(-1, 2)).reshape(-1, 4)
    boxes = corners[:, [0, 3, 2, 1]]  # y turns over
    near = (boxes[:, :2] <= EXTENT).all(axis=1) & (boxes[:, 2:] >= 0).all(axis=1)
    if not near.any():
        return {}
    areas = small.areas_m2[near] * _units_per_m(tile, small.boxes[near], crs) ** 2
    return merge_small(boxes[near], areas, small.classes[near])


def _units_per_m(tile: Tile, boxes: Floats, crs: str) -> float:
    """How many tile units a metre of ``crs`` takes in the middle of these Web Mercator boxes."""
    middle = coords_of_mercator((boxes[:, :2].min(axis=0) + boxes[:, 2:].max(axis=0))[None, :] / 2, crs)
    ends = tile.units_of(mercator_of(middle + np.array([[-500.0, 0.0], [500.0, 0.0]]), crs))
    return float(np.hypot(*(ends[1] - ends[0]))) / 1000


def with_small(layer: TileLayer, data: bytes, shares: Floats | None) -> bytes:
    """A drawn layer (or nothing) together with the small shapes that a store has prepared; see ``StoredTile``."""
    if shares is None or layer.merged_by is None:
        return data
    strips = strips_of(shares).items()
    return with_rectangles(
        data, layer.name, [Rectangles(boxes, {layer.merged_by: code, "merged": True}) for code, boxes in strips]
    )
