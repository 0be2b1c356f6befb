"""The Gauss-Krüger zone in which land is written as boundary points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np

from gis.crs import area_of_use, lonlat_of, reproject, same_crs, zone_crs

_ZONES: tuple[tuple[Literal[3, 6], range], ...] = ((3, range(25, 46)), (6, range(13, 24)))
_MIDDLE_OF_CHINA = 105.0


@dataclass(frozen=True, slots=True)
class SurveyZone:
    """A zone, its width in degrees, and a CRS of it."""

    zone: int
    width: Literal[3, 6]
    crs: str


def zone_of(frame: gpd.GeoDataFrame) -> SurveyZone:
    """
    The zone of the frame's CRS; else the 3° zone in which the middle of its land lies, or, of no land at all, the
    middle of where that CRS is used.
    """
    crs = str(frame.crs)
    for width, zones in _ZONES:
        for zone in zones:
            if any(same_crs(crs, zone_crs(zone, width, prefixed=prefixed)) for prefixed in (False, True)):
                return SurveyZone(zone, width, crs)
    zone = round(_middle_longitude(frame, crs) / 3)
    return SurveyZone(zone, 3, zone_crs(zone, 3))


def _middle_longitude(frame: gpd.GeoDataFrame, crs: str) -> float:
    west, south, east, north = frame.total_bounds
    if np.isnan(west):
        used = area_of_use(crs)
        return _MIDDLE_OF_CHINA if used is None else (used[0] + used[2]) / 2
    middle = np.array([[(west + east) / 2, (south + north) / 2]])
    return float(lonlat_of(middle, crs)[0][0])


def in_zone(frame: gpd.GeoDataFrame, zone: SurveyZone) -> gpd.GeoDataFrame:
    """The frame with its geometry in the zone's CRS."""
    crs = str(frame.crs)
    if same_crs(crs, zone.crs):
        return frame
    return frame.set_geometry(reproject(frame.geometry, crs, zone.crs))
