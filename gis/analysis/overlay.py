"""
Overlays of polygons whose result is checked by its area, and made again on a fine grid where it is wrong.

Overlays in floating point are fast, and wrong without a word in rare cases of nearly coincident edges (see
gis.analysis.overlap_area). On a grid they are slower and always right, but for the grid's width.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from gis.analysis.footprints import Shapes, valid_polygons
from gis.analysis.overlap_area import Floats

GRID_M = 1e-6
# An overlay's area may differ from the known one by so much: m², and a share of the larger shape.
_OFF_M2, _OFF_SHARE = 1e-5, 1e-9


def common_shapes(one: Shapes, other: Shapes, area_m2: Floats) -> Shapes:
    """The common land of each pair, whose area is known."""
    return _checked(shapely.intersection, one, other, area_m2)


def remaining_shapes(one: Shapes, other: Shapes, area_m2: Floats) -> Shapes:
    """What is left of each first shape without the second, whose area is known."""
    return _checked(shapely.difference, one, other, area_m2)


def united_neighbours(shapes: Shapes) -> Any:
    """
    Shapes that share no land, as one.

    Parcels of a cadastre share their corners, and such a coverage is joined quickly; where the result does not
    have the area of its parts, or is no valid shape, it is made on the grid.
    """
    with _quiet():
        try:
            joined = shapely.coverage_union_all(shapes)
        except shapely.GEOSException:
            return united(shapes)
        off = abs(shapely.area(joined) - shapely.area(shapes).sum())
        return joined if off <= _OFF_M2 and shapely.is_valid(joined) else united(shapes)


def united(shapes: Shapes) -> Any:
    """All shapes as one."""
    with _quiet():
        return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes, grid_size=GRID_M)


def _checked(overlay: Callable[..., Any], one: Shapes, other: Shapes, area_m2: Floats) -> Shapes:
    with _quiet():
        result = np.asarray(overlay(one, other), dtype=object)
        off = np.abs(shapely.area(result) - area_m2) > _OFF_M2 + _OFF_SHARE * shapely.area(one)
        result[off] = overlay(one[off], other[off], grid_size=GRID_M)
        return valid_polygons(result)


def _quiet() -> np.errstate:
    """GEOS tries divisions by zero and recovers from them; numpy would report each."""
    return np.errstate(divide="ignore", invalid="ignore", over="ignore")
