"""
Travel between projects, parks and points by the roads of a store; without roads by straight lines, marked as estimated.

Where a coach stops for a project or park: at its entrance where one was set by hand, else where its ground (polygon,
line or point) is nearest to a road; where a road runs through the ground, by the road nearest to its middle. Without
roads: at its entrance, else somewhere on its ground.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.errors import GuatuError, InvalidParameter, Place
from gis.layers import ENTRANCE, LAYERS, ROAD
from gis.model import Query
from gis.store.port import Reader, Store
from gis.tours.roads import RoadNetwork
from gis.tours.straight import straight_travel, unsnapped
from gis.tours.travel import Snapped, Travel
from gis.words import Words
from gis.workflows.record_row import standing_rows

Subject = Literal["project", "park", "point"]
SUBJECTS: tuple[Subject, ...] = ("project", "park")
ROAD_COLUMNS = (
    *("road_no", "road_class", "direction", "speed_kmh", "from_node", "to_node", "no_turn"),
    "geometry",
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere to go: a project or park by its key, or a point (east, north) of the working CRS, called ``key``."""

    subject: Subject
    key: str
    point: tuple[float, float] | None = None


@dataclass(frozen=True)
class SpotTravel:
    """
    ``travel`` between the spots in their order; ``snapped``: where the coach stops for each, and how far that is off.

    ``by_hand``: its entrance was set by hand.
    """

    travel: Travel
    snapped: tuple[Snapped, ...]
    by_hand: tuple[bool, ...]


class RoadTravel:
    """
    Answers "how far from each of these to each other" for one store, again and again.

    Safe to share by the threads of a process: the network is built once for each version of the roads.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: tuple[int, RoadNetwork | None] | None = None
        self._lock = threading.Lock()

    def network(self) -> RoadNetwork | None:
        """The roads as they are now; None where none are loaded."""
        with self._lock:
            version = self._store.version((ROAD.name,))
            if self._kept is None or self._kept[0] != version:
                self._kept = (version, _read_network(self._store))
            return self._kept[1]

    def between(self, spots: Sequence[Spot]) -> SpotTravel:
        """
        Travel between spots.

        Raises
        ------
        InvalidParameter
            Projects or parks that are not there, or have no place on the map: all of them.
        """
        grounds, by_hand = _grounds(self._store, spots)
        network = self.network()
        if network is None:
            points = shapely.get_coordinates(shapely.point_on_surface(grounds))
            return SpotTravel(straight_travel(points), unsnapped(points), by_hand)
        snapped = network.snap_shapes(grounds) if len(grounds) else ()
        return SpotTravel(network.matrix(snapped), snapped, by_hand)


def travel_between(store: Store, spots: Sequence[Spot]) -> SpotTravel:
    """The same, once: the network is built for this one question."""
    return RoadTravel(store).between(spots)


def _read_network(store: Reader) -> RoadNetwork | None:
    roads = store.read(ROAD.name, Query(columns=ROAD_COLUMNS))
    return RoadNetwork(roads) if len(roads) else None


def entrances(store: Reader) -> Mapping[tuple[str, str], tuple[float, float]]:
    """(subject, key) → the entrance set by hand, east and north in the working CRS."""
    rows = standing_rows(store, ENTRANCE)
    columns = (rows[name].tolist() for name in ("subject", "subject_key", "east_m", "north_m"))
    return {(subject, key): (east, north) for subject, key, east, north in zip(*columns, strict=True)}


def _grounds(store: Store, spots: Sequence[Spot]) -> tuple[NDArray[np.object_], tuple[bool, ...]]:
    """What is to be reached of each spot, and whether somebody has said where."""
    set_by_hand = entrances(store)
    shapes = {subject: _shapes(store, subject, spots) for subject in SUBJECTS}
    found = np.full(len(spots), None, dtype=object)
    problems: list[GuatuError] = []
    for i, spot in enumerate(spots):
        point = spot.point or set_by_hand.get((spot.subject, spot.key))
        found[i] = shapely.Point(point) if point is not None else shapes.get(spot.subject, {}).get(spot.key)
        if found[i] is None:
            problems.append(_nowhere(spot, spot.key in shapes.get(spot.subject, {})))
    if problems:
        told_zh, told_en = "；".join(p.words.zh for p in problems), "; ".join(p.words.en for p in problems)
        raise InvalidParameter.several(problems, Words(told_zh, told_en))
    return found, tuple((spot.subject, spot.key) in set_by_hand for spot in spots)


def _shapes(store: Reader, subject: str, spots: Sequence[Spot]) -> dict[str, BaseGeometry | None]:
    keys = tuple(dict.fromkeys(spot.key for spot in spots if spot.subject == subject))
    if not keys:
        return {}
    rows = store.read(subject, Query(keys=keys, columns=("code", "geometry")))
    return dict(zip(rows["code"], rows.geometry, strict=True))


def _nowhere(spot: Spot, is_known: bool) -> GuatuError:
    name = LAYERS[spot.subject].words if spot.subject in LAYERS else Words("地点", "point")
    if is_known:
        words = Words(
            f"{name.zh}“{spot.key}”没有图形，请先设置出入口",
            f"'{spot.key}' ({name.en}) has no place on the map: set its entrance",
        )
    else:
        words = Words(f"没有{name.zh}“{spot.key}”", f"'{spot.key}' is not among the {name.en}")
    return InvalidParameter(words, found=spot.key, place=Place(column=spot.subject))


def far_from_roads(spots: Sequence[Spot], snapped: Sequence[Snapped]) -> tuple[dict[str, Any], ...]:
    """The spots over 500 m from any road, as JSON carries them: subject, key, metres off."""
    pairs = zip(spots, snapped, strict=True)
    return tuple(
        {"subject": spot.subject, "key": spot.key, "metres_off": round(stop.metres_off, 1)}
        for spot, stop in pairs
        if stop.is_far
    )
