"""Sites outside the parks: each is tried at many places of its town and put where it fits best."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.demo.cast import Part
from gis.demo.facts import county_boundary
from gis.demo.ground import Floats, Frame, Lot, Rect, curve, metres, resampled
from gis.demo.layout import CORRIDOR, LINES, RIVER, TOWN_SEATS, WATER_SOURCE, LineSketch, TownSeat
from gis.units import M2_PER_MU

CLEARANCE_M = 45.0
TRIES = 900
# How far from the town's seat a site of each spot would like to lie, metres.
WISHED_M = {"town": 900.0, "plain": 2600.0, "hills": 5200.0, "farmland": 3000.0, "reserve": 1500.0, "buffer": 3000.0}
# Areas that all sites keep out of, but for those of one spot.
KEPT_OUT = {"all_red": "redline", "water": "water", "buffer": "buffer"}
SEATS = {seat.code: seat for seat in TOWN_SEATS}


@dataclass
class Map:
    """What is taken already, and where sites of a spot may lie; grows while sites are placed."""

    towns: dict[str, MultiPolygon]
    areas: dict[str, BaseGeometry]
    taken: list[BaseGeometry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._inner = {code: shapely.buffer(area, -25.0) for code, area in self.towns.items()}
        for area in (*self._inner.values(), *self.areas.values()):
            shapely.prepare(area)

    def take(self, shape: BaseGeometry) -> None:
        """Nothing else may come nearer than CLEARANCE_M from now on."""
        self.taken.append(shape)

    def allows(self, shape: Polygon, town: str, spot: str) -> bool:
        """The shape lies in its town, keeps its distance, and only what must lies in a protected area."""
        kept_out = (self.areas[key] for key, exception in KEPT_OUT.items() if key in self.areas and spot != exception)
        return (
            bool(self._inner[town].contains(shape))
            and not any(area.intersects(shape) for area in kept_out)
            and not shapely.dwithin(self.taken, shape, CLEARANCE_M).any()
        )


def place_site(part: Part, ground: Map, rng: np.random.Generator) -> Lot:
    """A lot of the part's size in its town; taken on ``ground``."""
    return place(part.place, part.spot, part.mu * M2_PER_MU, ground, rng)


def place(town: str, spot: str, area_m2: float, ground: Map, rng: np.random.Generator) -> Lot:
    """
    The best of TRIES places for a rectangle of this area.

    Raises
    ------
    RuntimeError
        The town has no room left for it: the sketch or the cast must be changed.
    """
    aspect = float(rng.uniform(1.1, 2.2 if spot == "river" else 1.7))
    height = float(np.sqrt(area_m2 / aspect))
    rect = Rect(-height * aspect / 2, -height / 2, height * aspect / 2, height / 2)
    chamfer = float(rng.choice([0.0, 0.0, rng.uniform(0.12, 0.35)]))
    for frame in _frames(SEATS[town], spot, ground, rng):
        lot = Lot(frame, rect, chamfer)
        if ground.allows(lot.polygon, town, spot):
            ground.take(lot.polygon)
            return lot
    raise RuntimeError(f"no room for {spot} of {area_m2:.0f} m² in {town}")


def _frames(seat: TownSeat, spot: str, ground: Map, rng: np.random.Generator) -> list[Frame]:
    """Random places in the area, the best suited first, each with its streets' direction."""
    area = ground.areas.get(spot, ground.towns[seat.code])
    west, south, east, north = shapely.bounds(area)
    points = rng.uniform((west, south), (east, north), (TRIES, 2))
    turn, skew = rng.normal(seat.street_deg, 3.0, TRIES), rng.uniform(-0.1, 0.1, TRIES)
    if spot == "river":
        turn = _river_turn(points)
    order = np.argsort(_cost(seat, spot, points), kind="stable")
    inside = shapely.contains_xy(area, points)
    return [
        Frame((float(points[i, 0]), float(points[i, 1])), float(turn[i]), float(skew[i])) for i in order if inside[i]
    ]


def _river_turn(points: Floats) -> Floats:
    river = curve(RIVER)
    nearest = np.argmin(_distances(points, river[:-1]), axis=1)
    step = np.diff(river, axis=0)[nearest]
    turned: Floats = np.degrees(np.arctan2(step[:, 1], step[:, 0]))
    return turned


def _distances(points: Floats, others: Floats) -> Floats:
    apart: Floats = np.hypot(points[:, None, 0] - others[None, :, 0], points[:, None, 1] - others[None, :, 1])
    return apart


def _cost(seat: TownSeat, spot: str, points: Floats) -> Floats:
    """How ill a place suits the spot, metres."""
    cost: Floats
    at = metres([seat.at])
    if spot == "river":
        cost = np.abs(_distances(points, curve(RIVER)).min(axis=1) - 330.0)
    elif spot in ("redline", "water"):
        cost = np.abs(_distances(points, metres([WATER_SOURCE]))[:, 0] - 720.0)
    else:
        cost = np.abs(_distances(points, at)[:, 0] - WISHED_M[spot])
    if spot == "hills":
        cost += np.maximum(points[:, 1] - at[0, 1], 0.0)
    elif spot in ("plain", "farmland"):
        cost += 0.15 * _distances(points, curve(CORRIDOR)).min(axis=1)
    return cost


def wind_turbines(town: str, ground: Map, rng: np.random.Generator, count: int = 10) -> list[Lot]:
    """Small square sites along a ridge."""
    return [place(town, "hills", 6 * M2_PER_MU, ground, rng) for _ in range(count)]


def draw_lines(rng: np.random.Generator) -> dict[str, tuple[LineSketch, Floats]]:
    """Each road or pipeline: its sketch and the points of its centreline inside the county."""
    county = shapely.buffer(county_boundary(), -30.0)
    drawn = {}
    for sketch in LINES:
        inside = shapely.get_parts(shapely.intersection(LineString(curve(sketch.course)), county))
        longest = max(inside, key=shapely.length)
        drawn[sketch.key] = (sketch, resampled(shapely.get_coordinates(longest), sketch.plot_m, 5.0, rng))
    return drawn
