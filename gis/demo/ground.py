"""Drawing on the ground: street-aligned frames, plots cut from blocks, roads as strips. Metres, working CRS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, sin

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LinearRing, Polygon

from gis.demo.layout import ORIGIN_M, Km

Floats = NDArray[np.float64]
GRID_M = 0.001  # coordinates stand on whole millimetres, so that a survey file carries them exactly


def metres(points_km: Sequence[Km]) -> Floats:
    """Sketch kilometres as working coordinates, (n, 2)."""
    points: Floats = np.asarray(points_km, dtype=np.float64)
    placed: Floats = points * 1000.0 + np.asarray(ORIGIN_M)
    return placed


def curve(points_km: Sequence[Km], step_m: float = 40.0) -> Floats:
    """A smooth line through the points (Catmull–Rom), a vertex every ``step_m`` or so."""
    knots = metres(points_km)
    ends = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    pieces = [_span(ends[i : i + 4], step_m) for i in range(len(knots) - 1)]
    return np.vstack([*pieces, knots[-1:]])


def _span(knots: Floats, step_m: float) -> Floats:
    """The bend between the second and the third of four knots."""
    before, start, end, after = knots
    count = max(2, int(np.hypot(*(end - start)) / step_m))
    t = np.linspace(0, 1, count, endpoint=False)[:, None]
    bend = 2 * before - 5 * start + 4 * end - after
    twist = 3 * start - before - 3 * end + after
    bent: Floats = 0.5 * (2 * start + (end - before) * t + bend * t**2 + twist * t**3)
    return bent


@dataclass(frozen=True, slots=True)
class Frame:
    """A street grid's own axes: u along the street, v across, metres from ``origin``, turned by ``turn_deg``."""

    origin: tuple[float, float]
    turn_deg: float
    skew: float = 0.0

    def to_ground(self, uv: Floats) -> Floats:
        """Local (n, 2) as working coordinates."""
        a = np.radians(self.turn_deg)
        u, v = uv[:, 0] + self.skew * uv[:, 1], uv[:, 1]
        x = self.origin[0] + u * np.cos(a) - v * np.sin(a)
        y = self.origin[1] + u * np.sin(a) + v * np.cos(a)
        return np.column_stack([x, y])

    def to_local(self, xy: Floats) -> Floats:
        """The inverse of ``to_ground``."""
        a = np.radians(self.turn_deg)
        dx, dy = xy[:, 0] - self.origin[0], xy[:, 1] - self.origin[1]
        v = -dx * np.sin(a) + dy * np.cos(a)
        u = dx * np.cos(a) + dy * np.sin(a) - self.skew * v
        return np.column_stack([u, v])


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in a frame."""

    u0: float
    v0: float
    u1: float
    v1: float

    @property
    def width(self) -> float:
        """Along u."""
        return self.u1 - self.u0

    @property
    def height(self) -> float:
        """Along v."""
        return self.v1 - self.v0

    @property
    def area(self) -> float:
        """m² (a skew keeps areas)."""
        return self.width * self.height

    @property
    def corners(self) -> Floats:
        """(4, 2), counter-clockwise from the south-west."""
        return np.array([(self.u0, self.v0), (self.u1, self.v0), (self.u1, self.v1), (self.u0, self.v1)])

    def inset(self, by: float) -> Rect:
        """Smaller by ``by`` on each side."""
        return Rect(self.u0 + by, self.v0 + by, self.u1 - by, self.v1 - by)


@dataclass(frozen=True, slots=True)
class Lot:
    """A building site: a rectangle of a frame, its north-east corner cut off by ``chamfer`` of the shorter side."""

    frame: Frame
    rect: Rect
    chamfer: float = 0.0

    @property
    def ring(self) -> Floats:
        """The convex outline on the ground, without a closing point."""
        corners = self.rect.corners
        cut = self.chamfer * min(self.rect.width, self.rect.height)
        if cut > 0:
            east, north = corners[2]
            corners = np.vstack([corners[:2], [(east, north - cut), (east - cut, north)], corners[3:]])
        return self.frame.to_ground(corners)

    @property
    def polygon(self) -> Polygon:
        """The outline on the millimetre grid."""
        return polygon(self.ring)

    def grown(self, by: float) -> Lot:
        """The same rectangle, larger by ``by`` to the west and south only, no corner cut."""
        r = self.rect
        return Lot(self.frame, Rect(r.u0 - by, r.v0 - by, r.u1, r.v1))


def polygon(points: Floats) -> Polygon:
    """A polygon on the millimetre grid."""
    return Polygon(np.round(points, 3))


Corner = tuple[float, float]


def plots(ring: Floats, target_m2: float, rng: np.random.Generator) -> list[Floats]:
    """
    A convex block cut into plots as heirs part fields: across the longer side, a little askew.

    Plots come out between a quarter of ``target_m2`` and a good deal above it; they tile the block.
    """
    # Plain floats: a plot has four or five corners, for which arrays cost more than they save.
    corners = [(float(x), float(y)) for x, y in ring]
    return [np.array(leaf) for leaf in _parted(corners, target_m2, rng)]


def _parted(corners: list[Corner], target_m2: float, rng: np.random.Generator) -> list[list[Corner]]:
    if len(corners) < 3 or _area(corners) < target_m2 * rng.uniform(0.75, 1.9):
        return [corners]
    at, normal = _cut_line(corners, rng.uniform(0.36, 0.64), rng.normal(0.0, 0.035))
    back = (-normal[0], -normal[1])
    halves = (_clipped(corners, at, normal), _clipped(corners, at, back))
    return [leaf for half in halves for leaf in _parted(half, target_m2, rng)]


def _area(corners: list[Corner]) -> float:
    rest = [*corners[1:], corners[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, rest, strict=True))) / 2


def _cut_line(corners: list[Corner], share: float, lean: float) -> tuple[Corner, Corner]:
    """A point of the cut and its normal: across the longer extent, ``share`` of the way, ``lean`` radians askew."""
    rest = [*corners[1:], corners[0]]
    edges = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(corners, rest, strict=True)]
    length, (dx, dy) = max((hypot(*edge), edge) for edge in edges)
    along, across = (dx / length, dy / length), (-dy / length, dx / length)
    first = along if _extent(corners, along)[1] >= _extent(corners, across)[1] else across
    normal = (first[0] * cos(lean) - first[1] * sin(lean), first[0] * sin(lean) + first[1] * cos(lean))
    low, extent = _extent(corners, normal)
    depth = low + extent * share
    return (normal[0] * depth, normal[1] * depth), normal


def _extent(corners: list[Corner], axis: Corner) -> tuple[float, float]:
    """Where the corners begin along an axis, and how far they reach."""
    depths = [x * axis[0] + y * axis[1] for x, y in corners]
    return min(depths), max(depths) - min(depths)


def _clipped(corners: list[Corner], at: Corner, normal: Corner) -> list[Corner]:
    """The part of a convex ring where ``(p − at)·normal ≥ 0``."""
    side = [(x - at[0]) * normal[0] + (y - at[1]) * normal[1] for x, y in corners]
    kept: list[Corner] = []
    for i, (x, y) in enumerate(corners):
        j = (i + 1) % len(corners)
        if side[i] >= 0:
            kept.append((x, y))
        if (side[i] > 0 > side[j]) or (side[i] < 0 < side[j]):
            t = side[i] / (side[i] - side[j])
            kept.append((x + (corners[j][0] - x) * t, y + (corners[j][1] - y) * t))
    return kept


def coverage(groups: Sequence[Sequence[Floats]]) -> list[list[Polygon]]:
    """
    Plots with shared corners: every vertex on the millimetre grid, neighbours meeting without gap or overlap.

    Each group of rings becomes a list of polygons, ordered from south to north, then west to east, by centre.
    """
    lines = [LinearRing(ring) for group in groups for ring in group]
    group_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    net = shapely.union_all(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([net]))
    face, ring = shapely.STRtree(shapely.polygons(lines)).query(shapely.point_on_surface(faces), predicate="within")
    face, first = np.unique(face, return_index=True)
    owner = group_of[ring[first]]
    centres = np.round(shapely.get_coordinates(shapely.centroid(faces[face])), 3)
    order = np.lexsort((centres[:, 0], centres[:, 1], owner))
    parted: list[list[Polygon]] = [[] for _ in groups]
    for i in order.tolist():
        parted[owner[i]].append(faces[face[i]])
    return parted


def resampled(line: Floats, step_m: float, trim_m: float, rng: np.random.Generator) -> Floats:
    """Points along a line, ``trim_m`` within both ends, at uneven steps of about ``step_m``."""
    path = shapely.LineString(line)
    count = max(2, round((path.length - 2 * trim_m) / step_m))
    shares = rng.uniform(0.6, 1.4, count)
    chainage = trim_m + np.concatenate([[0.0], np.cumsum(shares / shares.sum())]) * (path.length - 2 * trim_m)
    return np.round(shapely.get_coordinates(shapely.line_interpolate_point(path, chainage)), 3)


def strips(line: Floats, width_m: float) -> list[Floats]:
    """
    A road's land between each two points of its centreline, in a right and a left half.

    The corners lie on the bends' bisectors, so that the pieces tile the mitred strip of that width.
    """
    along = np.diff(line, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    left = np.column_stack([-along[:, 1], along[:, 0]])
    bisector = np.vstack([left[:1], left[:-1] + left[1:], left[-1:]])
    bisector /= np.hypot(bisector[:, 0], bisector[:, 1])[:, None]
    reach = (width_m / 2) / np.einsum("ij,ij->i", bisector, np.vstack([left, left[-1:]]))
    offset = bisector * reach[:, None]
    quads: list[Floats] = []
    for i in range(len(line) - 1):
        quads.append(np.array([line[i] - offset[i], line[i + 1] - offset[i + 1], line[i + 1], line[i]]))
        quads.append(np.array([line[i], line[i + 1], line[i + 1] + offset[i + 1], line[i] + offset[i]]))
    return quads


def blob(centre: Floats, radius_m: float, rough: float, rng: np.random.Generator, *, flat: float = 1.0) -> Polygon:
    """A natural-looking outline: a circle with a few random waves; ``flat`` squeezes it north–south."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = np.full_like(angle, radius_m)
    for wave in range(2, 9):
        radius += radius_m * rough / wave * rng.normal() * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    return polygon(np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle) * flat]))
