"""
Shapes too small to see, merged on a grid: each class of them has its true share of a cell's area.

In tile units; what is small, and why it is merged: gis/maps/tiles.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import shapely

from gis.maps.mvt import EXTENT, Value
from gis.maps.rings import Floats, Geometries, Ints
from gis.model import Readiness

CELL = 32  # units: four pixels
FULL_FROM = 0.9  # a cell covered so far is drawn full: hairlines between full cells would say nothing
CLASSES = tuple(readiness.value for readiness in Readiness)


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
