"""Travel between the places of a tour by the roads of a store; without roads by straight lines, marked as estimated."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.crs import lonlat_of
from gis.layers import ROAD
from gis.store.port import Store
from gis.tours.roads import RoadNetwork
from gis.tours.spec import Spot
from gis.tours.straight import straight_travel, unsnapped
from gis.tours.timetable import Located
from gis.tours.travel import Snapped, Travel
from gis.workflows.road_travel import Ground, grounds_of, read_network


@dataclass(frozen=True)
class Travelled:
    """``travel`` between places in their order; ``snapped`` and ``places``: where the coach stops for each."""

    travel: Travel
    snapped: tuple[Snapped, ...]
    places: tuple[Located, ...]


class Travels:
    """
    Answers "how far from each of these to each other" for one store, again and again.

    Safe to share by the threads of a process: the network is built once for each version of the roads.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: tuple[int, RoadNetwork | None] | None = None
        self._lock = threading.Lock()

    @property
    def has_roads(self) -> bool:
        """Whether drives are those of roads, not estimated."""
        return self.network() is not None

    def network(self) -> RoadNetwork | None:
        """The roads as they are now; None where none are loaded."""
        with self._lock:
            version = self.store.version((ROAD.name,))
            if self._kept is None or self._kept[0] != version:
                self._kept = (version, read_network(self.store))
            return self._kept[1]

    def between(self, spots: Sequence[Spot]) -> Travelled:
        """
        Travel between ``spots``.

        Raises
        ------
        NotFound
            The store has no such towns, parks or projects; names all.
        InvalidParameter
            Projects or parks have no place on the map: all of them.
        """
        grounds = grounds_of(self.store, spots)
        travel, snapped = self._travel(grounds)
        at = np.array([(stop.x, stop.y) for stop in snapped]).reshape(-1, 2)
        lonlat = lonlat_of(at, self.store.info.crs).tolist()
        places = tuple(
            Located(ground.name, (lon, lat), stop.metres_off)
            for ground, (lon, lat), stop in zip(grounds, lonlat, snapped, strict=True)
        )
        return Travelled(travel, snapped, places)

    def _travel(self, grounds: Sequence[Ground]) -> tuple[Travel, tuple[Snapped, ...]]:
        shapes = np.array([ground.shape for ground in grounds], dtype=object)
        network = self.network()
        if network is None:
            points = shapely.get_coordinates(shapely.point_on_surface(shapes))
            return straight_travel(points), unsnapped(points)
        snapped = network.snap_shapes(shapes) if len(shapes) else ()
        return network.matrix(snapped), snapped
