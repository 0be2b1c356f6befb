"""Where drawn lines meet: lines of any layer become stretches between junctions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import Coords
from gis.ingest.road_cuts import Ids, Rows, cut_runs, texts
from gis.ingest.road_tags import RoadFacts
from gis.ingest.roads import Geometries, Stretches, joined

_PER_M = 1000  # vertices on the same millimetre are one


@dataclass(frozen=True, slots=True)
class Drawn:
    """Simple lines, the row that each is of, and of each row its number (not unique) and what it says."""

    lines: Geometries
    owner: Rows
    names: tuple[str, ...]
    facts: Sequence[RoadFacts]


def stretches_of(drawn: Drawn, snap_m: float) -> Stretches:
    """The lines cut where they meet; nodes are called by their coordinates, so that the same file names them alike."""
    lines = _with_touching_ends(drawn.lines, snap_m)
    coords = shapely.get_coordinates(lines)
    sizes: Rows = np.asarray(shapely.get_num_coordinates(lines), dtype=np.intp)
    vertices = _numbered(coords)
    cut = cut_runs(vertices, sizes)
    at = _snapped(coords, vertices, sizes, snap_m)
    coords = coords.copy()
    for place in (cut.starts, cut.ends):
        coords[place] = at[place]
    owner = drawn.owner[cut.run]
    return Stretches(
        cut.lines(coords),
        _numbers(drawn.names, owner),
        _names(at[cut.starts]),
        _names(at[cut.ends]),
        owner,
        drawn.facts,
    )


def _with_touching_ends(lines: Geometries, snap_m: float) -> Geometries:
    """The lines with a vertex more where another one ends on them, within the tolerance, between their own ends."""
    ends: Geometries = np.asarray(shapely.points(np.unique(_line_ends(lines), axis=0)))
    point, line = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=snap_m)
    own = [shapely.distance(ends[point], shapely.get_point(lines[line], place)) <= snap_m for place in (0, -1)]
    between = ~(own[0] | own[1])
    made = lines.copy()
    for row in np.unique(line[between]).tolist():
        made[row] = _with_vertices(lines[row], ends[point[between & (line == row)]])
    return made


def _line_ends(lines: Geometries) -> Coords:
    return np.vstack([shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)])


def _with_vertices(line: shapely.LineString, points: Geometries) -> shapely.LineString:
    """The line led through these points near it."""
    coords = shapely.get_coordinates(line)
    steps = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))))
    along = np.concatenate((steps, shapely.line_locate_point(line, points)))
    order = np.argsort(along, kind="stable")
    return shapely.LineString(np.vstack((coords, shapely.get_coordinates(points)))[order])


def _numbered(coords: Coords) -> Ids:
    """The same number for vertices on the same millimetre."""
    cells = np.round(coords * _PER_M).astype(np.int64)
    return np.unique(cells, axis=0, return_inverse=True)[1].reshape(-1)


def _snapped(coords: Coords, vertices: Ids, sizes: Rows, snap_m: float) -> Coords:
    """Each vertex's place (n, 2): its own, or for ends near one another that of the westernmost."""
    last = np.cumsum(sizes) - 1
    _, first = np.unique(vertices[np.concatenate((last - sizes + 1, last))], return_index=True)
    rows = np.concatenate((last - sizes + 1, last))[first]
    rows = rows[np.lexsort((coords[rows, 1], coords[rows, 0]))]
    points: Geometries = np.asarray(shapely.points(coords[rows]))
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=snap_m)
    near = one < other
    pairs = ((f"{a:012d}", f"{b:012d}") for a, b in zip(one[near].tolist(), other[near].tolist(), strict=True))
    moved = {int(name): int(root) for name, root in joined(pairs).items() if name != root}
    place = np.arange(int(vertices.max()) + 1)
    at = np.empty((len(place), 2))
    at[vertices] = coords
    at[vertices[rows]] = coords[rows]
    for name, root in moved.items():
        at[vertices[rows[name]]] = coords[rows[root]]
    return np.asarray(at[vertices])


def _names(at: Coords) -> NDArray[np.object_]:
    return texts(f"{east:.3f},{north:.3f}" for east, north in at.tolist())


def _numbers(names: Sequence[str], owner: Rows) -> NDArray[np.object_]:
    """``G108.2``: the second stretch of that number, through all rows that bear it."""
    counted: Counter[str] = Counter()
    numbers = []
    for row in owner.tolist():
        counted[names[row]] += 1
        numbers.append(f"{names[row]}.{counted[names[row]]}")
    return texts(numbers)
