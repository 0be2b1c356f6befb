"""
Boundary points become rings, rings become polygons: by where they lie, not by the order they come in.

Used by survey TXT files and by spreadsheets with one row a point. Coordinates here are (east, north).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import Any, NamedTuple, cast

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.words import Words

# Points nearer than this are one point (RULES §1.3.6); a closing point may be written a little less exactly.
SAME_POINT_M = 0.001
CLOSING_M = 0.1

# Work that is done in a few seconds: corners compared with rings around them, edges whose boxes meet.
_MOST_COMPARED = 4_000_000
_MOST_EDGE_PAIRS = 2_000_000
MOST_EDGES_UNSEEN = 5_000

CROSSES_TOO_OFTEN = Words("边界自相交过多，无法判断地块范围", "the boundary crosses itself too often to tell the land")
_TOO_MANY_RINGS = Words(
    "圈与圈相互重叠过多，请检查圈号", "too many rings lie over one another: look at the ring numbers"
)
_X_TWICE = Words("X、Y 不应相同", "X and Y may not be equal")

Ring = list[tuple[float, float]]


class BoundaryPoint(NamedTuple):
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
    if _is_one_usual_ring(points, same):
        return [[(p.east, p.north) for p in points[:-1]]], []
    tracing = _Tracing(same)
    for point, following in zip(points, (*points[1:], None), strict=True):
        tracing.take(point, following)
    rings, current = tracing.rings, tracing.current
    if current and rings and close and len(current) == 1:
        tracing.notes.append(_stray(current[0]))
    elif current:
        _refuse_stray_closing(current)
        rings.append(current)
    return [_checked(ring) for ring in rings], tracing.notes


def _is_one_usual_ring(points: Sequence[BoundaryPoint], same: float) -> bool:
    """As nearly every parcel is written: one ring, closed by its first point, all others named and placed apart."""
    if len(points) < 4 or len({p.name for p in points[:-1]}) != len(points) - 1 or len({p.ring for p in points}) > 1:
        return False
    xy = np.array([(p.east, p.north) for p in points])
    if (xy[0] != xy[-1]).any() or (xy[:, 0] == xy[:, 1]).any():
        return False
    gaps = np.concatenate([xy[1:] - xy[:-1], xy[1:-1] - xy[0]])
    return bool(np.einsum("ij,ij->i", gaps, gaps).min() >= same * same)


class _Tracing:
    """The rings so far and the open one. Each point is looked at once, however many there are."""

    def __init__(self, same: float) -> None:
        self.same = same
        self.rings: list[list[BoundaryPoint]] = []
        self.notes: list[Words] = []
        self.current: list[BoundaryPoint] = []
        self._closed_at: BoundaryPoint | None = None
        self._names: set[str] = set()

    def take(self, point: BoundaryPoint, following: BoundaryPoint | None) -> None:
        """The next point; ``following`` is the one after it."""
        if not self.current:
            if not self._repeats_the_closing(point):
                self._begin(point)
        elif _closes(self.current, point, self.same):
            self._end(self.current[0])
        elif _is_x_twice(point):
            if not self._is_corrupt_closing(point, following):
                raise BadRing(point.row, f"{point.name} ({point.north}, {point.east})", _X_TWICE)
            self.notes.append(_corrupt(point))
            self._end(None)
        elif point.ring != self.current[0].ring or self._starts_anew(point):
            self._end(None)
            self._begin(point)
        elif _distance(point, self.current[-1]) >= self.same:
            self.current.append(point)
            self._names.add(point.name)

    def _begin(self, point: BoundaryPoint) -> None:
        self.current, self._names = [point], {point.name}

    def _end(self, closed_at: BoundaryPoint | None) -> None:
        self.rings.append(self.current)
        self.current, self._closed_at = [], closed_at

    def _repeats_the_closing(self, point: BoundaryPoint) -> bool:
        at = self._closed_at
        return at is not None and _distance(point, at) < self.same and point.ring == at.ring

    def _is_corrupt_closing(self, point: BoundaryPoint, following: BoundaryPoint | None) -> bool:
        """Some tools write the closing point's X twice: (X, X)."""
        is_last = following is None or following.ring != point.ring
        return len(self.current) >= 3 and is_last

    def _starts_anew(self, point: BoundaryPoint) -> bool:
        """The first name comes again, where no name came twice yet."""
        is_first = len(self.current) >= 3 and bool(point.name) and point.name == self.current[0].name
        return is_first and len(self._names) == len(self.current)


def _distance(a: BoundaryPoint, b: BoundaryPoint) -> float:
    return hypot(a.east - b.east, a.north - b.north)


def _closes(ring: Sequence[BoundaryPoint], point: BoundaryPoint, same: float) -> bool:
    """The ring's first point again: at its place, or nearly there and under its name."""
    if len(ring) < 3:
        return False
    gap = _distance(ring[0], point)
    named = bool(point.name) and point.name == ring[0].name and point.ring == ring[0].ring
    return gap < same or (named and gap < CLOSING_M * same / SAME_POINT_M)


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

    Raises
    ------
    BadRing
        Rings cross themselves, or lie within or over one another, so often that nobody could have meant it.
    """
    faces: list[Any] = [shapely.polygons(np.array(ring)) for ring in rings]
    if any(len(ring) >= MOST_EDGES_UNSEEN and crosses_too_often(face) for ring, face in zip(rings, faces, strict=True)):
        raise BadRing(0, f"{sum(map(len, rings)):,}", CROSSES_TOO_OFTEN)
    if len(faces) == 1:
        return cast("Polygon", faces[0])
    faces = _unequal(faces)
    faces.sort(key=lambda face: -face.area)
    depths, innermost = _nested(faces)
    holes: dict[int, list[int]] = {}
    for i, depth in enumerate(depths):
        if depth % 2:
            holes.setdefault(innermost[i], []).append(i)
    shells = [i for i, depth in enumerate(depths) if depth % 2 == 0]
    parts = [Polygon(faces[i].exterior.coords, [faces[k].exterior.coords for k in holes.get(i, ())]) for i in shells]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _unequal(faces: Sequence[Polygon]) -> list[Polygon]:
    kept: dict[bytes, Polygon] = {}
    for face in faces:
        kept.setdefault(face.normalize().wkb, face)
    return list(kept.values())


def _nested(faces: Sequence[Polygon]) -> tuple[list[int], list[int]]:
    """
    Of each ring, by falling area: how many others are around it, and the innermost of them (−1: none).

    Only rings whose boxes lie over one another are compared, and of those no more than can be done in seconds.
    """
    solid = np.array([face if face.is_valid else shapely.make_valid(face) for face in faces], dtype=object)
    shapely.prepare(solid)
    tree = shapely.STRtree(solid)
    depths, innermost, work = [], [], 0
    for i, ring in enumerate(solid):
        near = tree.query(ring)
        near = near[near < i]
        work += len(near) * shapely.get_num_coordinates(ring)
        if work > _MOST_COMPARED:
            raise BadRing(0, f"{len(faces)}", _TOO_MANY_RINGS)
        around = near[shapely.covers(solid[near], ring)]
        depths.append(len(around))
        innermost.append(int(around.max()) if len(around) else -1)
    return depths, innermost


def crosses_too_often(shape: BaseGeometry) -> bool:
    """
    The edges of a polygon lie over one another so often that to look whether it is valid, or to mend it, takes minutes.

    A boundary that a person drew crosses itself a few times; a million corners in random order cross 10¹¹ times.
    Of small shapes it is not asked: whatever they are, they are soon looked at.
    """
    if shapely.get_num_coordinates(shape) < MOST_EDGES_UNSEEN:
        return False
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    same = ring[1:] == ring[:-1]
    boxes = np.asarray(shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1)), dtype=object)
    tree, pairs, at, many = shapely.STRtree(boxes), 0, 0, 16
    while at < len(boxes):
        # Few at first, for a few long edges may meet all others.
        part = boxes[at : at + many]
        pairs += tree.query(part).shape[1] - 3 * len(part)  # each edge meets itself and its two neighbours
        if pairs > _MOST_EDGE_PAIRS:
            return True
        at, many = at + many, min(2 * many, 4_096)
    return False
