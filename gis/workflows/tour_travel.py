"""Travel between the places of a tour as its wishes name them: towns, too, which have no entrance of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.crs import coords_of, lonlat_of
from gis.errors import NotFound
from gis.layers import LAYERS
from gis.model import Query
from gis.store.port import Store
from gis.tours.spec import Spot
from gis.tours.timetable import Located
from gis.tours.travel import Travel
from gis.words import Words
from gis.workflows import road_travel
from gis.workflows.road_travel import RoadTravel

_NAMED = ("town", "park", "project")


@dataclass(frozen=True)
class Travelled:
    """``travel`` between places in their order, and where the coach stops for each."""

    travel: Travel
    places: tuple[Located, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store says of a place: its name, and a point within a town."""

    name: str
    point: tuple[float, float] | None


class Travels:
    """Answers for one store, again and again; safe to share by the threads of a process."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._roads = RoadTravel(store)

    @property
    def has_roads(self) -> bool:
        """Whether drives are those of roads, not estimated."""
        return self._roads.network() is not None

    def between(self, spots: Sequence[Spot]) -> Travelled:
        """
        Travel between ``spots``.

        Raises
        ------
        NotFound
            The store has no such towns, parks or projects; names all.
        InvalidParameter
            A project or park has no place on the map.
        """
        known = self._known(spots)
        travelled = self._roads.between([self._of_roads(spot, known) for spot in spots])
        at = np.array([(stop.x, stop.y) for stop in travelled.snapped]).reshape(-1, 2)
        lonlat = lonlat_of(at, self.store.info.crs).tolist()
        places = tuple(
            Located(self._name(spot, known), (lon, lat), stop.metres_off)
            for spot, (lon, lat), stop in zip(spots, lonlat, travelled.snapped, strict=True)
        )
        return Travelled(travelled.travel, places)

    def _known(self, spots: Sequence[Spot]) -> dict[Spot, _Known]:
        found: dict[Spot, _Known] = {}
        for kind in _NAMED:
            keys = tuple(dict.fromkeys(spot.key for spot in spots if spot.kind == kind))
            columns = ("code", "name", *(("geometry",) if kind == "town" else ()))
            rows = self.store.read(kind, Query(keys=keys, columns=columns)) if keys else None
            if rows is not None:
                points = _within(rows.geometry.to_numpy()) if kind == "town" else [None] * len(rows)
                for code, name, point in zip(rows["code"], rows["name"], points, strict=True):
                    found[Spot(kind, code)] = _Known(name, point)  # type: ignore[arg-type]  # of _NAMED
        _refuse_unknown([spot for spot in spots if spot.kind in _NAMED and spot not in found])
        return found

    def _of_roads(self, spot: Spot, known: dict[Spot, _Known]) -> road_travel.Spot:
        if spot.kind == "point":
            east, north = coords_of(np.array([[spot.lon, spot.lat]]), self.store.info.crs)[0].tolist()
            return road_travel.Spot("point", str(spot), (east, north))
        if spot.kind == "town":
            return road_travel.Spot("point", str(spot), known[spot].point)
        return road_travel.Spot(spot.kind, spot.key)

    def _name(self, spot: Spot, known: dict[Spot, _Known]) -> str:
        return f"{spot.lon:.5f}, {spot.lat:.5f}" if spot.kind == "point" else known[spot].name


def _within(shapes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> list[tuple[float, float]]:
    """A point within each town: where its seat is, nobody has told."""
    return [(x, y) for x, y in shapely.get_coordinates(shapely.point_on_surface(shapes)).tolist()]


def _refuse_unknown(spots: Sequence[Spot]) -> None:
    if spots:
        named = "、".join(f"{LAYERS[spot.kind].words.zh} {spot.key}" for spot in spots)
        raise NotFound(
            Words(f"没有这些地点：{named}", f"no such places: {', '.join(map(str, spots))}"),
            found=", ".join(map(str, spots)),
        )
