"""
The invented roads of the sample county: a trunk road through the valley, county roads between the towns' seats,
streets in towns and parks, village roads to all that lies apart. Marked 示例; nothing of it is on any real map.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from gis.demo.facts import county_boundary, town_names
from gis.demo.ground import Floats, Frame, curve, metres
from gis.demo.layout import CORRIDOR, TOWN_SEATS, TownSeat
from gis.demo.parks import ParkGround
from gis.demo.scene import Scene
from gis.model import RoadClass, RoadDirection
from gis.rules.road_speeds import RoadProfile

SOURCE = "示例数据，虚构"
# Streets of a town: lines either way of its middle, so far apart; the second lines of the first town are one-way.
STREET_LINES, BLOCK_M = 2, 220.0
ONE_WAY_LINE = 1
# A seat so near the trunk road has a road of its own to it.
TO_TRUNK_M = 6_000.0
# Whatever lies farther from every road than this gets a village road.
REACH_M = 120.0
BEND = 0.06
# Roads meet on half metres, so that no two junctions lie closer.
ROAD_GRID_M = 0.5
Row = dict[str, Any]
Lines = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A road as it is drawn, before it is cut at junctions; ``one_way``: along its line."""

    line: LineString
    road_class: RoadClass
    name: str
    one_way: bool = False


def road_rows(scene: Scene, rng: np.random.Generator) -> list[Row]:
    """The roads, cut at their junctions, as rows of layer ``road``."""
    drawn = [*_trunk(), *_between_towns(rng), *_to_trunk(), *_streets(), *_park_streets(scene.parks)]
    drawn += _village_roads(drawn, scene, rng)
    pieces = shapely.get_parts(shapely.union_all([road.line for road in drawn], grid_size=ROAD_GRID_M))
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    order = np.lexsort((shapely.get_y(middles), shapely.get_x(middles)))
    rows = _rows(pieces[order], _owners(middles[order], drawn))
    _forbid_a_left_turn(rows)
    return rows


# ---------------------------------------------------------------- drawing


def _trunk() -> Iterator[Drawn]:
    inside = shapely.get_parts(shapely.intersection(LineString(curve(CORRIDOR)), county_boundary()))
    yield Drawn(max(inside, key=shapely.length), RoadClass.TRUNK, "示例国道")


def _between_towns(rng: np.random.Generator) -> Iterator[Drawn]:
    """Between each two seats with no third one in the circle over them."""
    seats = metres([seat.at for seat in TOWN_SEATS])
    apart = ((seats[:, None] - seats[None]) ** 2).sum(axis=2)
    number = 0
    for i, one in enumerate(TOWN_SEATS):
        for j in range(i + 1, len(TOWN_SEATS)):
            if (apart[i] + apart[j] < apart[i, j]).any():
                continue
            number += 1
            is_long = not (one.is_street and TOWN_SEATS[j].is_street)
            kind = RoadClass.SECONDARY if is_long else RoadClass.PRIMARY
            yield Drawn(_bent(seats[i], seats[j], rng), kind, f"示例县道 X{number:03d}" if is_long else "示例大街")


def _bent(start: Floats, end: Floats, rng: np.random.Generator) -> LineString:
    """A road that keeps a little off the straight line, first to one side and then perhaps to the other."""
    along = end - start
    across = np.array([-along[1], along[0]])
    shares = rng.uniform(-BEND, BEND, 2)
    bends = [start + along * at + across * share for at, share in zip((0.33, 0.67), shares, strict=True)]
    return LineString(np.round([start, *bends, end], 3))


def _to_trunk() -> Iterator[Drawn]:
    (trunk,) = _trunk()
    for seat, at in zip(TOWN_SEATS, metres([seat.at for seat in TOWN_SEATS]), strict=True):
        if 1.0 < trunk.line.distance(Point(at)) < TO_TRUNK_M:
            yield Drawn(
                shapely.shortest_line(Point(at), trunk.line), RoadClass.PRIMARY, f"{town_names()[seat.code]}连接线"
            )


def _frame(seat: TownSeat) -> Frame:
    x, y = metres([seat.at])[0].tolist()
    return Frame((x, y), seat.street_deg)


def _streets() -> Iterator[Drawn]:
    """A grid of streets about each seat."""
    reach = STREET_LINES * BLOCK_M
    for number, seat in enumerate(TOWN_SEATS):
        for line in range(-STREET_LINES, STREET_LINES + 1):
            at, kind = line * BLOCK_M, RoadClass.RESIDENTIAL if line else RoadClass.TERTIARY
            along, across = np.array([(-reach, at), (reach, at)]), np.array([(at, -reach), (at, reach)])
            one_way = number == 0 and abs(line) == ONE_WAY_LINE
            along = along[::-1] if line < 0 else along
            yield Drawn(_on(_frame(seat), along), kind, f"示例街 {line + STREET_LINES + 1}", one_way)
            yield Drawn(_on(_frame(seat), across), kind, f"示例巷 {line + STREET_LINES + 1}")


def _on(frame: Frame, uv: Floats) -> LineString:
    return LineString(np.round(frame.to_ground(uv), 3))


def _park_streets(parks: Sequence[ParkGround]) -> Iterator[Drawn]:
    """Around each block of a park, but not across what is built over the street."""
    for park in parks:
        lots = shapely.union_all([lot.polygon.buffer(-1.0) for lot in park.lots.values()])
        sides = {
            tuple(sorted(map(tuple, np.round(pair, 6).tolist())))
            for cell in park.cells
            for pair in zip(cell.corners, np.roll(cell.corners, -1, axis=0), strict=True)
        }
        for side in sorted(sides):
            line = _on(park.frame, np.array(side))
            if not line.intersects(lots):
                yield Drawn(line, RoadClass.TERTIARY, f"{park.sketch.name.removeprefix('示例·')[:4]}园区路")


def _village_roads(drawn: Sequence[Drawn], scene: Scene, rng: np.random.Generator) -> list[Drawn]:
    """To each park and project that lies apart, one after the other, from the nearest road that is there by then."""
    made: list[Drawn] = []
    towns = [road.line for road in drawn if "园区路" not in road.name]
    there = shapely.union_all(towns)
    parks = [shapely.union_all([r.line for r in drawn if r.name == name]) for name in _park_names(drawn)]
    projects = [shape for shape in (scene.shape_of(part) for part in scene.cast) if shape is not None]
    for goal, always in [*((park, True) for park in parks), *((part, False) for part in _each(projects))]:
        near = shapely.shortest_line(there, goal)
        if always or near.length > REACH_M:
            start, end = shapely.get_coordinates(near)
            made.append(Drawn(_bent(start, end, rng), RoadClass.UNCLASSIFIED, f"示例村道 C{len(made) + 1:03d}"))
            there = shapely.union_all([there, made[-1].line])
        if always:
            there = shapely.union_all([there, goal])
    return [road for road in made if road.line.length > 0]


def _park_names(drawn: Sequence[Drawn]) -> list[str]:
    return sorted({road.name for road in drawn if road.name.endswith("园区路")})


def _each(shapes: Sequence[BaseGeometry]) -> Iterator[BaseGeometry]:
    """Every part of shapes in several parts: each wind turbine has its road."""
    for shape in shapes:
        yield from shapely.get_parts(shape)


# ---------------------------------------------------------------- rows


def _owners(middles: Lines, drawn: Sequence[Drawn]) -> list[Drawn]:
    """The drawn road that each piece is of: the nearest, of several the first."""
    piece, road = shapely.STRtree([each.line for each in drawn]).query_nearest(middles)
    order = np.lexsort((road, piece))
    _, first = np.unique(piece[order], return_index=True)
    return [drawn[i] for i in road[order][first].tolist()]


def _rows(pieces: Lines, owners: Sequence[Drawn]) -> list[Row]:
    profile = RoadProfile.named("coach")
    return [
        {
            "road_no": f"示例-{number:05d}",
            "name": owner.name,
            "road_class": str(owner.road_class),
            "direction": str(_direction(line, owner)),
            "speed_kmh": profile.speed_kmh(owner.road_class, None),
            "surface": "asphalt",
            "length_m": round(float(line.length), 3),
            "from_node": _node(line.coords[0]),
            "to_node": _node(line.coords[-1]),
            "no_turn": None,
            "source": SOURCE,
            "geometry": line,
        }
        for number, (line, owner) in enumerate(zip(pieces, owners, strict=True), start=1)
    ]


def _node(place: tuple[float, ...]) -> str:
    return f"{place[0]:.3f},{place[1]:.3f}"


def _direction(line: LineString, owner: Drawn) -> RoadDirection:
    if not owner.one_way:
        return RoadDirection.BOTH
    start, end = (owner.line.project(Point(line.coords[place])) for place in (0, -1))
    return RoadDirection.FORWARD if start < end else RoadDirection.BACKWARD


def _forbid_a_left_turn(rows: Sequence[Row]) -> None:
    """At a crossing in the first town nobody turns left who comes up the middle street."""
    place = _frame(TOWN_SEATS[0]).to_ground(np.array([(BLOCK_M, 0.0)]))[0]
    node = min((_node(c) for row in rows for c in (row["geometry"].coords[0],)), key=lambda name: _off(name, place))
    meeting = [(row, _bearing(row, node)) for row in rows if node in (row["from_node"], row["to_node"])]
    coming, bearing = min(meeting, key=lambda each: each[1])
    left = min(meeting, key=lambda each: abs((each[1] - bearing + 90.0 + 180.0) % 360.0 - 180.0))[0]
    coming["no_turn"] = [{"at": node, "to": left["road_no"]}]


def _off(name: str, place: Floats) -> float:
    east, north = (float(part) for part in name.split(","))
    return float(np.hypot(east - place[0], north - place[1]))


def _bearing(row: Row, node: str) -> float:
    """Degrees, counter-clockwise from east, in which a road leaves a node."""
    coords = shapely.get_coordinates(row["geometry"])
    coords = coords if row["from_node"] == node else coords[::-1]
    step = coords[1] - coords[0]
    return float(np.degrees(np.arctan2(step[1], step[0])) % 360.0)
