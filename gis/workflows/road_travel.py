"""
The roads of a store, and what a coach goes to for the places of a tour.

For a project or park: its entrance where one was set by hand, else where its ground (polygon, line or point) is nearest
to a road; where a road runs through the ground, by the road nearest to its middle. For a town: a point within it, as
nobody has told where its seat is. Without roads: the entrance, else somewhere on the ground.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import coords_of
from gis.errors import GuatuError, InvalidParameter, NotFound, Place
from gis.layers import ENTRANCE, LAYERS, ROAD
from gis.model import Query
from gis.store.port import Reader, Store
from gis.tours.roads import RoadNetwork
from gis.tours.spec import Spot, SpotKind
from gis.words import Words, join
from gis.workflows.record_row import standing_rows

# What may have an entrance of its own.
SUBJECTS = ("project", "park")
_NAMED: tuple[SpotKind, ...] = ("town", "project", "park")
ROAD_COLUMNS = (
    *("road_no", "road_class", "direction", "speed_kmh", "from_node", "to_node", "no_turn"),
    "geometry",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """A place's name, and what is to be reached of it in the store's working CRS."""

    name: str
    shape: BaseGeometry


def read_network(store: Reader) -> RoadNetwork | None:
    """The roads as they are now; None where none are loaded."""
    roads = store.read(ROAD.name, Query(columns=ROAD_COLUMNS))
    return RoadNetwork(roads) if len(roads) else None


def entrances(store: Reader) -> Mapping[tuple[str, str], tuple[float, float]]:
    """(subject, key) → the entrance set by hand, east and north in the working CRS."""
    rows = standing_rows(store, ENTRANCE)
    columns = (rows[name].tolist() for name in ("subject", "subject_key", "east_m", "north_m"))
    return {(subject, key): (east, north) for subject, key, east, north in zip(*columns, strict=True)}


def grounds_of(store: Store, spots: Sequence[Spot]) -> tuple[Ground, ...]:
    """
    What is to be reached of each spot, in their order.

    Raises
    ------
    NotFound
        The store has no such towns, parks or projects; names all.
    InvalidParameter
        Projects or parks have no place on the map: all of them.
    """
    named = {spot: ground for kind in _NAMED for spot, ground in _named(store, kind, spots)}
    _refuse_unknown([spot for spot in spots if spot.kind != "point" and spot not in named])
    by_hand = entrances(store)
    found: list[Ground] = []
    nowhere: list[GuatuError] = []
    for spot in spots:
        name, shape = named.get(spot) or _point(store, spot)
        if (entrance := by_hand.get((spot.kind, spot.key))) is not None:
            shape = shapely.Point(entrance)
        if shape is None:
            nowhere.append(_nowhere(spot))
        else:
            found.append(Ground(name, shape))
    if nowhere:
        raise InvalidParameter.several(nowhere, join(each.words for each in nowhere))
    return tuple(found)


def _named(
    store: Reader, kind: SpotKind, spots: Sequence[Spot]
) -> Iterator[tuple[Spot, tuple[str, BaseGeometry | None]]]:
    """Of the spots of one kind the name and the shape, None where it has none."""
    keys = tuple(dict.fromkeys(spot.key for spot in spots if spot.kind == kind))
    if not keys:
        return
    rows = store.read(kind, Query(keys=keys, columns=("code", "name", "geometry")))
    for code, name, shape in zip(rows["code"], rows["name"], rows.geometry, strict=True):
        yield Spot(kind, code), (name, shapely.point_on_surface(shape) if kind == "town" else shape)


def _point(store: Store, spot: Spot) -> tuple[str, BaseGeometry | None]:
    at = coords_of(np.array([[spot.lon, spot.lat]]), store.info.crs)[0]
    return f"{spot.lon:.5f}, {spot.lat:.5f}", shapely.Point(at)


def _refuse_unknown(spots: Sequence[Spot]) -> None:
    if spots:
        named = "、".join(f"{LAYERS[spot.kind].words.zh} {spot.key}" for spot in spots)
        raise NotFound(
            Words(f"没有这些地点：{named}", f"no such places: {', '.join(map(str, spots))}"),
            found=", ".join(map(str, spots)),
        )


def _nowhere(spot: Spot) -> GuatuError:
    name = LAYERS[spot.kind].words
    words = Words(
        f"{name.zh}“{spot.key}”没有图形，请先设置出入口",
        f"'{spot.key}' ({name.en}) has no place on the map: set its entrance",
    )
    return InvalidParameter(words, found=spot.key, place=Place(column=spot.kind))
