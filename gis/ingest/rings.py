"""
Boundary points become rings, rings become polygons: by where they lie, not by the order they come in.

Used by survey TXT files and by spreadsheets with one row a point. Coordinates here are (east, north).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.words import Words

# Points nearer than this are one point (RULES §1.3.6); a closing point may be written a little less exactly.
SAME_POINT_M = 0.001
CLOSING_M = 0.1

_X_TWICE = Words("X、Y 不应相同", "X and Y may not be equal")

Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class BoundaryPoint:
    """A point as a file has it: ``row`` for messages, ``name`` and ``ring`` may be empty."""

    row: int
    name: str
    ring: str
    east: float
    north: float


class BadRing(Exception):
    """Points of which no ring can be made; ``row`` is that of the point that shows it. ``fix``: as of a Refusal."""

    def __init__(self, row: int, found: str, expected: Words, fix: str | None = None) -> None:
        super().__init__(expected.en)
        self.row, self.found, self.expected, self.fix = row, found, expected, fix


def split_rings(
    points: Sequence[BoundaryPoint], *, same: float = SAME_POINT_M, close: bool = False
) -> tuple[list[Ring], list[Words]]:
    """
    Part the points of one parcel into rings, open (the first point is not repeated), and say what was odd.

    A ring ends where its first point comes again, where the ring number changes or where the naming starts
    anew. ``same`` is the distance (in the points' unit) under which two points are one. ``close``: a closing point
    that is somewhere else is dropped and its ring closed at its first point (the user's decision).

    Raises
    ------
    BadRing
        A ring of fewer than three different points, or a closing point that is somewhere else.
    """
    rings: list[list[BoundaryPoint]] = []
    notes: list[Words] = []
    current: list[BoundaryPoint] = []
    closed_at: BoundaryPoint | None = None
    for place, point in enumerate(points):
        if (
            closed_at is not None
            and not current
            and _distance(point, closed_at) < same
            and point.ring == closed_at.ring
        ):
            continue
        if not current:
            current = [point]
        elif _closes(current, point, same):
            rings.append(current)
            closed_at, current = current[0], []
        elif _is_x_twice(point) and not _is_corrupt_closing(current, point, points[place + 1 :]):
            raise BadRing(point.row, f"{point.name} ({point.north}, {point.east})", _X_TWICE)
        elif _is_corrupt_closing(current, point, points[place + 1 :]):
            notes.append(_corrupt(point))
            rings.append(current)
            closed_at, current = None, []
        elif point.ring != current[0].ring or _starts_anew(current, point):
            rings.append(current)
            closed_at, current = None, [point]
        elif _distance(point, current[-1]) >= same:
            current.append(point)
    if current and rings and close and len(current) == 1:
        notes.append(_stray(current[0]))
    elif current:
        _refuse_stray_closing(current)
        rings.append(current)
    return [_checked(ring) for ring in rings], notes


def _distance(a: BoundaryPoint, b: BoundaryPoint) -> float:
    return hypot(a.east - b.east, a.north - b.north)


def _closes(ring: Sequence[BoundaryPoint], point: BoundaryPoint, same: float) -> bool:
    """The ring's first point again: at its place, or nearly there and under its name."""
    if len(ring) < 3:
        return False
    gap = _distance(ring[0], point)
    named = bool(point.name) and point.name == ring[0].name and point.ring == ring[0].ring
    return gap < same or (named and gap < CLOSING_M * same / SAME_POINT_M)


def _is_corrupt_closing(ring: Sequence[BoundaryPoint], point: BoundaryPoint, rest: Sequence[BoundaryPoint]) -> bool:
    """Some tools write the closing point's X twice: (X, X)."""
    is_last = not rest or rest[0].ring != point.ring
    return len(ring) >= 3 and is_last and _is_x_twice(point)


def _is_x_twice(point: BoundaryPoint) -> bool:
    """No place in China has equal X and Y in metres; small numbers are a drawing's own."""
    return point.east == point.north and abs(point.east) > 100_000


def _corrupt(point: BoundaryPoint) -> Words:
    return Words(
        f"第{point.row}行的闭合点 X、Y 相同，已弃用并以首点闭合",
        f"row {point.row}: the closing point has X twice; dropped, the ring is closed at its first point",
    )


def _stray(point: BoundaryPoint) -> Words:
    return Words(
        f"第{point.row}行的闭合点与首点不符，已弃用并以首点闭合",
        f"row {point.row}: the closing point lies elsewhere; dropped, the ring is closed at its first point",
    )


def _starts_anew(ring: Sequence[BoundaryPoint], point: BoundaryPoint) -> bool:
    names = [p.name for p in ring]
    return len(ring) >= 3 and bool(point.name) and point.name == names[0] and len(set(names)) == len(names)


def _refuse_stray_closing(ring: Sequence[BoundaryPoint]) -> None:
    """One point left over that bears a name used before is a closing point gone astray, not a ring."""
    if len(ring) == 1:
        point = ring[0]
        raise BadRing(
            point.row,
            f"{point.name} ({point.north}, {point.east})",
            Words("闭合点应与该圈首点坐标一致", "the closing point must lie where its ring began"),
            fix="close_rings",
        )


def _checked(ring: Sequence[BoundaryPoint]) -> Ring:
    places = [(p.east, p.north) for p in ring]
    if len(set(places)) < 3:
        raise BadRing(
            ring[0].row,
            f"{len(set(places))}",
            Words("每圈至少应有 3 个不同的界址点", "a ring needs 3 different points"),
        )
    return places


def polygon_of(rings: Sequence[Ring]) -> BaseGeometry:
    """
    Polygon or MultiPolygon of rings: a ring inside an odd number of others is a hole of the innermost of them,
    any other one is a shell (so an island in a hole is a part of its own). Equal rings count once.
    """
    faces = _unequal([Polygon(ring) for ring in rings])
    faces.sort(key=lambda face: -face.area)
    solid = [face if face.is_valid else shapely.make_valid(face) for face in faces]
    parents = [_parents(solid, i) for i in range(len(faces))]
    shells = [i for i, around in enumerate(parents) if len(around) % 2 == 0]
    parts = [_with_holes(i, faces, parents) for i in shells]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _unequal(faces: Sequence[Polygon]) -> list[Polygon]:
    kept: dict[bytes, Polygon] = {}
    for face in faces:
        kept.setdefault(face.normalize().wkb, face)
    return list(kept.values())


def _parents(solid: Sequence[BaseGeometry], i: int) -> list[int]:
    """The rings around ring ``i``, the innermost last (they are sorted by falling area)."""
    return [k for k in range(i) if solid[k].covers(solid[i])]


def _with_holes(i: int, faces: Sequence[Polygon], parents: Sequence[Sequence[int]]) -> Polygon:
    depth = len(parents[i])
    holes = [k for k, around in enumerate(parents) if len(around) == depth + 1 and around[-1] == i]
    return Polygon(faces[i].exterior.coords, [faces[k].exterior.coords for k in holes])
