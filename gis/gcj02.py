"""
How the maps of 高德 and 腾讯 (GCJ-02) and of 百度 (BD-09) shift every point of China, and back (RULES §2.5).

Points are (n, 2) longitude, latitude in degrees.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]

_GCJ_AXIS_M = 6378245.0
_GCJ_EE = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0


def _waves(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    sin, pi = np.sin, np.pi
    common = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + common
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + common
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    return east, north


def gcj02_of_wgs84(lonlat: Degrees) -> Degrees:
    """Degrees (n, 2) as the maps of 高德 and 腾讯 draw them (RULES §2.5). Meaningful inside China only."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    east, north = _waves(lon - 105.0, lat - 35.0)
    radians = np.radians(lat)
    magic = 1 - _GCJ_EE * np.sin(radians) ** 2
    lat_step = north * 180 / (_GCJ_AXIS_M * (1 - _GCJ_EE) / (magic * np.sqrt(magic)) * np.pi)
    lon_step = east * 180 / (_GCJ_AXIS_M / np.sqrt(magic) * np.cos(radians) * np.pi)
    return np.column_stack((lon + lon_step, lat + lat_step))


def _undone(function: Callable[[Degrees], Degrees], moved: Degrees) -> Degrees:
    guess = moved.copy()
    for _ in range(8):
        guess -= function(guess) - moved
    return guess


def wgs84_of_gcj02(lonlat: Degrees) -> Degrees:
    """The reverse, by iteration: approximate by its nature (≈ 1 m against the original survey)."""
    return _undone(gcj02_of_wgs84, lonlat)


def bd09_of_gcj02(lonlat: Degrees) -> Degrees:
    """Degrees of GCJ-02 as the maps of 百度 draw them."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))


def gcj02_of_bd09(lonlat: Degrees) -> Degrees:
    """The reverse of ``bd09_of_gcj02``, by iteration."""
    return _undone(bd09_of_gcj02, lonlat)


def bd09_of_wgs84(lonlat: Degrees) -> Degrees:
    """Degrees as the maps of 百度 draw them."""
    return bd09_of_gcj02(gcj02_of_wgs84(lonlat))
