"""The routes of a plan as lines on the map, leg by leg."""

from __future__ import annotations

import itertools

import numpy as np
import shapely

from gis.crs import to_lonlat
from gis.tours.itinerary import CoachDay, LonLat, Plan
from gis.tours.spec import Spot
from gis.workflows.tour_travel import Travels

# What a line may be off on the map; a road's own shape is drawn no finer.
_SIMPLER_M = 3.0
_DECIMALS = 6
Legs = tuple[tuple[LonLat, ...], ...]


def tour_lines(travels: Travels, plan: Plan) -> tuple[Legs, ...]:
    """
    Of each route of the plan its legs in driving order, lunch among them: longitude, latitude (EPSG:4490).

    By the places where its coaches stop, so that a plan is drawn though a project of it is gone. A route without stops
    has no legs.
    """
    halts = [_halts(day) for day in plan.days]
    spots = list(dict.fromkeys(spot for route in halts for spot in route))
    if not spots:
        return tuple(() for _ in halts)
    travelled, place = travels.between(spots), {spot: i for i, spot in enumerate(spots)}
    legs = [[(place[a], place[b]) for a, b in itertools.pairwise(route)] for route in halts]
    shapes = [travelled.travel.shape(*leg) for route in legs for leg in route]
    simple = shapely.simplify(np.array(shapes, dtype=object), _SIMPLER_M)
    lines = iter(to_lonlat(simple, travels.store.info.crs))
    return tuple(tuple(_line(next(lines)) for _ in route) for route in legs)


def _halts(day: CoachDay) -> list[Spot]:
    """Where the coach stops, from start to end."""
    if not day.stops and day.lunch is None:
        return []
    at = [stop.lonlat for stop in day.stops]
    if day.lunch is not None:
        at.insert(day.lunch.after, day.lunch.place.lonlat)
    return [Spot("point", "", *lonlat) for lonlat in (day.start.lonlat, *at, day.end.lonlat)]


def _line(shape: shapely.LineString) -> tuple[LonLat, ...]:
    rounded = np.round(shapely.get_coordinates(shape), _DECIMALS)
    return tuple((float(lon), float(lat)) for lon, lat in rounded)
