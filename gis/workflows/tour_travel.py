"""Interim: straight lines between representative points, until the road network takes their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point

from gis.crs import coords_of, lonlat_of
from gis.errors import NotFound
from gis.model import Query
from gis.store.port import Store
from gis.tours.spec import Spot
from gis.tours.timetable import Located
from gis.words import Words


@dataclass(frozen=True)
class Travelled:
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    places: tuple[Located, ...]
    points: NDArray[np.float64]
    estimated: bool

    def shape(self, one: int, other: int) -> LineString:
        return LineString([Point(self.points[one]), Point(self.points[other])])


class Travels:
    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def has_roads(self) -> bool:
        return False

    def between(self, spots: Sequence[Spot]) -> Travelled:
        points, names = [], []
        for spot in spots:
            if spot.kind == "point":
                points.append(coords_of(np.array([[spot.lon, spot.lat]]), self.store.info.crs)[0])
                names.append(f"{spot.lon:.4f}, {spot.lat:.4f}")
                continue
            frame = self.store.read(spot.kind, Query(keys=(spot.key,), columns=("code", "name", "geometry")))
            if frame.empty or frame.geometry.iloc[0] is None:
                raise NotFound(Words(f"没有地点“{spot}”", f"no place '{spot}'"), found=str(spot))
            at = frame.geometry.iloc[0].representative_point()
            points.append(np.array([at.x, at.y]))
            names.append(str(frame["name"].iloc[0]))
        xy = np.array(points).reshape(-1, 2)
        metres = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)) * 1.35
        lonlat = lonlat_of(xy, self.store.info.crs)
        places = tuple(Located(name, (float(x), float(y))) for name, (x, y) in zip(names, lonlat, strict=True))
        return Travelled(metres / (40 / 3.6), metres, places, xy, True)


def whole_minutes(seconds: NDArray[np.float64], speed_factor: float) -> NDArray[np.int64]:
    return np.ceil(seconds / speed_factor / 60).astype(np.int64)
