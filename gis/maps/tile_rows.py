"""
A layer's tile from rows as a database sends them, their shapes still in well-known binary: what ``draw_layer`` draws
of a frame, by an affine map, without making a shape of each row that needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis.maps.mvt import EXTENT, encode_outlines
from gis.maps.rings import Flags, Geometries, Ints, Outlines, starts, sums
from gis.maps.tiles import (
    BUFFER,
    SIMPLIFY_BELOW_ZOOM,
    SIMPLIFY_FROM_POINTS,
    Affine,
    Tile,
    TileLayer,
    fitted,
    reaches,
)
from gis.maps.wkb import Buffer, outlines_of_wkb

# Units off the tile to which a shape is left uncut: MapLibre holds up to 4,096 of them.
UNCUT = 1024


def draw_rows(
    layer: TileLayer, columns: Mapping[str, pa.StringArray], wkb: Buffer, sizes: Ints, tile: Tile, affine: Affine
) -> bytes:
    """
    One layer on one near tile.

    Parameters
    ----------
    layer
        What to draw; nothing of it is merged here.
    columns
        The layer's columns by name, at least of the rows that meet the tile and its buffer; "" is a missing one.
    wkb, sizes
        The rows' MultiPolygons in the working CRS one after the other, and the bytes of each.
    tile, affine
        Where, and the map from the working CRS to its units; see ``Tile.affine_from``.

    Returns
    -------
    bytes
        Empty where nothing shows.

    Raises
    ------
    ValueError
        ``wkb`` holds something else than MultiPolygons.
    """
    at = starts(sizes)
    order = _order(columns[layer.columns[0]])
    if order is not None:
        columns = {name: column.take(order) for name, column in columns.items()}
        at, sizes = at[order], sizes[order]
    outlines = _outlines(wkb, at, sizes, tile, affine)
    return encode_outlines(layer.name, outlines, layer.attributes_at(tile.z, columns), len(at))


def _outlines(wkb: Buffer, at: Ints, sizes: Ints, tile: Tile, affine: Affine) -> Outlines:
    """What is to be drawn of the shapes that begin there and have so many bytes."""
    outlines = _in_units(outlines_of_wkb(wkb, at), affine)
    awkward = _awkward(outlines, len(at), tile)
    drawn = outlines.only(~awkward)
    if awkward.any():
        rows = np.flatnonzero(awkward)
        read = shapely.from_wkb([bytes(wkb[at[i] : at[i] + sizes[i]]) for i in rows.tolist()])
        drawn = drawn.joined(_fitted(read, affine, tile).of_features(rows))
    return drawn


def _order(keys: pa.StringArray) -> Ints | None:
    """The places of the keys in their order; None where they stand in it, as they often do."""
    if pc.all(pc.less_equal(keys[:-1], keys[1:])).as_py():
        return None
    return np.asarray(pc.sort_indices(keys), dtype=np.int64)


def _in_units(outlines: Outlines, affine: Affine) -> Outlines:
    a, b, d, e, xoff, yoff = affine
    x, y = outlines.x, outlines.y
    return replace(outlines, x=a * x + b * y + xoff, y=d * x + e * y + yoff)


def _awkward(outlines: Outlines, features: int, tile: Tile) -> Flags:
    """
    Which features cannot be drawn as they are: they have no point on the tile and its buffer, reach far beyond, or
    have to be simplified. What sticks out a little stays whole: nobody sees it, and a cut takes a fifth of the time.
    """
    points = _count(np.ones(len(outlines.x), dtype=bool), outlines, features)
    awkward: Flags = _count(_beyond(outlines, BUFFER), outlines, features) == points
    awkward |= _count(_beyond(outlines, UNCUT), outlines, features) > 0
    if tile.z < SIMPLIFY_BELOW_ZOOM:
        awkward |= points >= SIMPLIFY_FROM_POINTS
    return awkward


def _beyond(outlines: Outlines, edge: int) -> Flags:
    """Which points lie farther than so many units off the tile."""
    x, y, far = outlines.x, outlines.y, EXTENT + edge
    beyond: Flags = np.logical_or(x < -edge, x > far)
    return beyond | (y < -edge) | (y > far)


def _count(points: Flags, outlines: Outlines, features: int) -> Ints:
    """How many of these points each feature has."""
    count = np.bincount(outlines.feature, weights=sums(points, outlines.length), minlength=features)
    return count.astype(np.int64)


def _fitted(shapes: Geometries, affine: Affine, tile: Tile) -> Outlines:
    """Of these shapes in the working CRS, what is to be drawn of them."""
    a, b, d, e, xoff, yoff = affine
    moved: Geometries = shapely.transform(shapes, lambda xy: xy @ np.array([[a, d], [b, e]]) + [xoff, yoff])
    boxes = shapely.bounds(moved)
    near = np.flatnonzero(reaches(boxes))
    return Outlines.of(fitted(moved[near], boxes[near], tile)).of_features(near)
