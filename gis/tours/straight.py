"""Travel where no roads are loaded: the straight line, lengthened and driven at one speed. An estimate, marked so."""

from __future__ import annotations

import numpy as np
from shapely import LineString

from gis.tours.travel import Floats, Snapped, Travel

# RULES §7.6: straight line × 1.35 (UNVERIFIED there), a coach on county roads at 40 km/h.
DETOUR = 1.35
COACH_KMH = 40.0


def straight_travel(points: Floats) -> Travel:
    """Between points (n, 2) in metres; ``metres`` are those of the way estimated, the shapes are straight."""
    metres = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1)) * DETOUR

    def shape(start: int, end: int) -> LineString:
        return LineString(points[[start, end]])

    return Travel(metres / (COACH_KMH / 3.6), metres, True, shape)


def unsnapped(points: Floats) -> tuple[Snapped, ...]:
    """Points (n, 2) as they are: without roads nothing is far from one."""
    return tuple(Snapped(x, y, 0.0) for x, y in points.tolist())
