"""
Vector tiles of the stored polygon layers: where a tile lies, and what is drawn on it.

Drawn in tile units: 4096 across a tile, x to the right, y down; a screen shows a tile 512 pixels wide, so
8 units are a pixel. A parcel narrower than four pixels is not drawn by itself below zoom 13: such
parcels are merged, by readiness, into the cells of a grid, each class with its true share of the cell's area.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.crs import coords_of_mercator, mercator_of
from gis.errors import InvalidValue
from gis.maps.mvt import EXTENT, Rectangles, Value, encode_polygons, with_rectangles
from gis.model import BBox, Readiness, Stage
from gis.words import Words

MAX_ZOOM = 22
BUFFER = 64  # units drawn past a tile's edge, so that outlines meet
PIXEL = 8  # units
MERGE_BELOW_ZOOM = 13
CELL = 4 * PIXEL
FULL_FROM = 0.9  # a cell covered so far is drawn full: hairlines between full cells would say nothing
OVERVIEW_ZOOM = 10
SIMPLIFY_BELOW_ZOOM = 14
SIMPLIFY_UNITS = PIXEL / 2
SIMPLIFY_FROM_POINTS = 24
HALF_WORLD_M = math.pi * 6378137.0
# Below this a tile is wider than any projection in metres is good for: the whole layer is read instead.
FIRST_ZOOM_BY_BOX = 6
AFFINE_WITHIN_UNITS = 1.5

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Attributes = dict[str, list[Value | None]]
CLASSES = tuple(readiness.value for readiness in Readiness)


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

    def affine_from(self, box: BBox, crs: str) -> tuple[float, float, float, float, float, float] | None:
        """
        The affine map (a, b, d, e, xoff, yoff) from ``crs`` to units that fits best in ``box``, which is this tile's.

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
    attributes: Callable[[pd.DataFrame], Attributes]
    # The stored layers whose change changes the tiles.
    shows: tuple[str, ...]
    # The column by which small ones are merged; None: never merged.
    merged_by: str | None = None
    # Attributes that no style or question needs far out, and that would take a tenth of such a tile.
    near_only: tuple[str, ...] = ()

    def attributes_at(self, zoom: int, frame: pd.DataFrame) -> Attributes:
        """What a feature carries on a tile of this zoom."""
        left_out = self.near_only if zoom < MERGE_BELOW_ZOOM else ()
        return {name: values for name, values in self.attributes(frame).items() if name not in left_out}


def _given(column: pd.Series) -> list[Value | None]:
    """The column's values, None for missing and empty ones: an absent attribute takes no room."""
    return [value if isinstance(value, str) and value else None for value in column.tolist()]


def _as_stored(*names: str) -> Callable[[pd.DataFrame], Attributes]:
    return lambda frame: {name: _given(frame[name]) for name in names}


_READINESS = {stage.value: stage.readiness.value for stage in Stage}


def readiness_of(stages: pd.Series) -> list[Value | None]:
    """The readiness class of each stage code; None for a missing one."""
    return [_READINESS.get(stage) for stage in stages.tolist()]


def _parcel_attributes(frame: pd.DataFrame) -> Attributes:
    return {
        **_as_stored("parcel_no", "name", "stage")(frame),
        "readiness": readiness_of(frame["stage"]),
        "held": [True if held else None for held in frame["hold_reason"].notna().tolist()],
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
            near_only=("name",),
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
        classes = layer.attributes(frame)[layer.merged_by] if layer.merged_by else [None] * len(frame)
        return cls(boxes, shapely.area(_shapes(frame)), class_places(classes))

    def joined(self, other: Small) -> Small:
        """Both."""
        return Small(
            np.concatenate((self.boxes, other.boxes)),
            np.concatenate((self.areas_m2, other.areas_m2)),
            np.concatenate((self.classes, other.classes)),
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """A whole layer, made once for every tile up to ``OVERVIEW_ZOOM``: what is large there, and the rest as boxes."""

    large: gpd.GeoDataFrame
    small: Small

    @classmethod
    def of(cls, layer: TileLayer, frame: gpd.GeoDataFrame, crs: str) -> Overview:
        """The layer's columns and geometry in ``crs``, every row."""
        boxes = _mercator_boxes(_shapes(frame), crs)
        is_small = _is_small(layer, boxes, OVERVIEW_ZOOM)
        return cls(frame[~is_small], Small.of(layer, frame[is_small], boxes[is_small]))


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
    merged = _merged(small if also is None else small.joined(also), tile, crs)
    if merged and layer.merged_by is not None:
        shapes = np.concatenate([shapes, np.array(list(merged.values()), dtype=object)])
        attributes = _with_merged(attributes, layer.merged_by, list(merged))
    return encode_polygons(layer.name, shapes, attributes)


def _with_merged(attributes: Attributes, merged_by: str, codes: list[str]) -> Attributes:
    """The attributes followed by those of the merged features: their class and ``merged``."""
    none: list[Value | None] = [None] * len(codes)
    longer = {key: [*column, *(codes if key == merged_by else none)] for key, column in attributes.items()}
    drawn = len(attributes[merged_by])
    return {**longer, "merged": [*([None] * drawn), *([True] * len(codes))]}


def _shapes(frame: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(frame.geometry.array, dtype=object)


def _mercator_boxes(geometries: Geometries, crs: str) -> Floats:
    """(n, 4) in Web Mercator metres, by two corners: good for small shapes. NaN where there is no geometry."""
    return mercator_of(shapely.bounds(geometries).reshape(-1, 2), crs).reshape(-1, 4)


def _is_small(layer: TileLayer, boxes: Floats, z: int) -> npt.NDArray[np.bool_]:
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
    near = (boxes[:, :2] <= EXTENT + BUFFER).all(axis=1) & (boxes[:, 2:] >= -BUFFER).all(axis=1)
    reaches = np.flatnonzero(near & np.isfinite(boxes).all(axis=1))
    shapes, boxes = shapes[reaches], boxes[reaches]
    if tile.z < SIMPLIFY_BELOW_ZOOM:
        many = shapely.get_num_coordinates(shapes) >= SIMPLIFY_FROM_POINTS
        shapes[many] = shapely.simplify(shapes[many], SIMPLIFY_UNITS)
    sticks_out = (boxes[:, :2] < -BUFFER).any(axis=1) | (boxes[:, 2:] > EXTENT + BUFFER).any(axis=1)
    shapes[sticks_out] = shapely.clip_by_rect(shapes[sticks_out], -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    return frame.iloc[reaches], shapes


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


# --- merging ----------------------------------------------------------------------------------------


def class_places(codes: Sequence[Value | None]) -> Ints:
    """The place of each readiness code in ``CLASSES``; -1 for any other value."""
    place = {code: i for i, code in enumerate(CLASSES)}
    return np.array([place.get(str(code), -1) for code in codes], dtype=np.int64)


def merge_small(boxes: Floats, areas: Floats, classes: Ints) -> dict[str, shapely.MultiPolygon]:
    """
    Shapes too small to see, as one MultiPolygon a class.

    Each cell of the grid is cut into upright strips, one a class, in the order of ``CLASSES``; a strip's
    share of the cell is the share of the cell's area that the class covers. A class's drawn area is so its
    true area to within the rounding to whole units. A cell that is covered by nine tenths or more, or overfilled
    by shapes that overlap, is drawn full, and its classes keep their proportions.

    Parameters
    ----------
    boxes
        (n, 4) left, top, right, bottom in tile units, no side longer than a cell.
    areas
        (n,) in square units.
    classes
        (n,) places in ``CLASSES``; a shape with -1 is left out.
    """
    known = classes >= 0
    shares = _cell_shares(boxes[known], areas[known], classes[known], len(CLASSES))
    return {code: shapely.MultiPolygon(list(_boxes(sides))) for code, sides in strips_of(shares).items()}


def _boxes(sides: Ints) -> Geometries:
    return np.asarray(shapely.box(*sides.T), dtype=object)


def strips_of(shares: Floats) -> dict[str, Ints]:
    """
    The strips (n, 4: left, top, right, bottom in units) of each class that covers any of the tile.

    ``shares`` (rows, columns, classes): the share of each cell that each class of ``CLASSES`` covers.
    """
    covered = shares.sum(axis=2, keepdims=True)
    drawn = shares / np.where(covered >= FULL_FROM, covered, 1.0)
    edges = np.rint(np.cumsum(drawn, axis=2) * CELL).astype(np.int64)
    lefts = np.concatenate([np.zeros_like(edges[:, :, :1]), edges[:, :, :-1]], axis=2)
    return {
        code: _strips(lefts[:, :, i], edges[:, :, i])
        for i, code in enumerate(CLASSES)
        if (edges[:, :, i] > lefts[:, :, i]).any()
    }


def _cell_shares(boxes: Floats, areas: Floats, index: Ints, classes: int) -> Floats:
    """(rows, columns, classes): the share of each cell that each class covers. A box gives to the cells it meets."""
    across = EXTENT // CELL
    shares = np.zeros((across, across, classes))
    first = np.floor(boxes[:, :2] / CELL).astype(np.int64)
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-9)
    for step in product((0, 1), (0, 1)):
        cell = first + step
        low = np.maximum(boxes[:, :2], cell * CELL)
        high = np.minimum(boxes[:, 2:], (cell + 1) * CELL)
        part = np.clip((high - low) / sides, 0, 1).prod(axis=1)
        inside = ((cell >= 0) & (cell < across)).all(axis=1)
        at = (cell[inside, 1], cell[inside, 0], index[inside])
        np.add.at(shares, at, (part * areas)[inside] / CELL**2)
    return shares


def _strips(left: Ints, right: Ints) -> Ints:
    rows, columns = np.nonzero(right > left)
    x, y = columns * CELL, rows * CELL
    return np.column_stack((x + left[rows, columns], y, x + right[rows, columns], y + CELL))


def with_small(layer: TileLayer, data: bytes, shares: Floats | None) -> bytes:
    """A drawn layer (or nothing) together with the small shapes that a store has prepared; see ``StoredTile``."""
    if shares is None or layer.merged_by is None:
        return data
    strips = strips_of(shares).items()
    return with_rectangles(
        data, layer.name, [Rectangles(boxes, {layer.merged_by: code, "merged": True}) for code, boxes in strips]
    )
