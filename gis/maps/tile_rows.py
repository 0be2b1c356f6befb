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
    at, key = starts(sizes), layer.columns[0]
    order = _order(columns[key])
    if order is None:
        attributes = layer.attributes_at(tile.z, columns)
    else:
        at, sizes = at[order], sizes[order]
        # Texts that come by the thousand are put in order as numbers; keys, each there once, as they are.
        found = layer.attributes_at(tile.z, {**columns, key: columns[key].take(order)})
        attributes = {name: column if name == key else column.of_rows(order) for name, column in found.items()}
    return encode_outlines(layer.name, _outlines(wkb, at, sizes, tile, affine), attributes, len(at))


def _outlines(wkb: Buffer, at: Ints, sizes: Ints, tile: Tile, affine: Affine) -> Outlines:
    """What is to be drawn of the shapes that begin there and have so many bytes."""
    outlines = _in_units(outlines_of_wkb(wkb, at), affine)
    awkward = _awkward(outlines, len(at), tile)
    drawn = outlines.only(~awkward)
    if awkward.any():
        rows = np.flatnonzero(awkward)
        read = shapely.from_wkb([bytes(wkb[at[i] : at[i] + sizes[i]]) for i in rows.tolist()])
        cut = _fitted(read, affine, tile).of_features(rows)
        drawn = drawn.joined(cut) if len(cut.length) else drawn
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
    points = np.zeros(features, dtype=np.int64)
    np.add.at(points, outlines.feature, outlines.length)
    middle = EXTENT / 2
    off = np.maximum(np.abs(outlines.x - middle), np.abs(outlines.y - middle)) - middle
    awkward: Flags = _count(off > BUFFER, outlines, features) == points
    if off.max(initial=0) > UNCUT:
        awkward |= _count(off > UNCUT, outlines, features) > 0
    if tile.z < SIMPLIFY_BELOW_ZOOM:
        awkward |= points >= SIMPLIFY_FROM_POINTS
    return awkward


def _count(points: Flags, outlines: Outlines, features: int) -> Ints:
    """How many of these points each feature has."""
    count = np.zeros(features, dtype=np.int64)
    np.add.at(count, outlines.feature, sums(points, outlines.length))
    return count


def _fitted(shapes: Geometries, affine: Affine, tile: Tile) -> Outlines:
    """Of these shapes in the working CRS, what is to be drawn of them."""
    a, b, d, e, xoff, yoff = affine
    moved: Geometries = shapely.transform(shapes, lambda xy: xy @ np.array([[a, d], [b, e]]) + [xoff, yoff])
    boxes = shapely.bounds(moved)
    near = np.flatnonzero(reaches(boxes))
    return Outlines.of(fitted(moved[near], boxes[near], tile)).of_features(near)
