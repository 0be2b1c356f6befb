"""
A county's roads, ready to be driven: spots are snapped to them, and the quickest way from each to each other is known.

What was searched once is kept as long as the network, so that a new spot costs only its own two searches.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString
from shapely.ops import substring

from gis.errors import InvalidValue
from gis.model import RoadClass
from gis.tours.road_edges import Floats, Ints, edges_of
from gis.tours.road_graph import RoadGraph, graph_of
from gis.tours.road_routes import Routes, routes_between
from gis.tours.road_stops import Driven, Stop, stop_at
from gis.tours.travel import Snapped, Travel
from gis.words import Words

# Of more spots than these at once what was known before is forgotten: their ways take some tens of megabytes.
MOST_KEPT = 600
# Nobody gets on or off a coach on a motorway.
NO_STOPPING = frozenset((RoadClass.MOTORWAY.value,))
_Key = tuple[int, float]


@dataclass(frozen=True, slots=True)
class _Known:
    """Spots of which all ways between are known, in the order of ``routes``."""

    keys: dict[_Key, int]
    stops: tuple[Stop, ...]
    routes: Routes


class RoadNetwork:
    """
    Roads that one vehicle may take, as the layer ``road`` has them. Safe to share by the threads of a process.

    A coach may turn round wherever a stretch ends but where that is forbidden; on the road between, it may leave a spot
    in both directions.
    """

    def __init__(self, roads: gpd.GeoDataFrame) -> None:
        if not len(roads):
            raise InvalidValue(Words("没有道路", "there are no roads"), found="0", expected="≥ 1")
        self._lines = np.asarray(roads.geometry.to_numpy(), dtype=object)
        self._numbers = roads["road_no"].tolist()
        self._classes = roads["road_class"].to_numpy(dtype=object)
        self.graph = _graph(roads, self._lines)
        self._lock = threading.Lock()
        self._known = _Known({}, (), Routes.none())

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {number: row for row, number in enumerate(self._numbers)}

    @cached_property
    def _stopping(self) -> tuple[Ints, shapely.STRtree]:
        """Roads on which one may stop, and their tree; all, where there are only others."""
        rows = np.flatnonzero(~np.isin(self._classes.astype(str), list(NO_STOPPING)))
        rows = rows if len(rows) else np.arange(len(self._lines))
        return rows, shapely.STRtree(self._lines[rows])

    # ------------------------------------------------------------ where

    def snap(self, points: Floats) -> tuple[Snapped, ...]:
        """The nearest point of a road on which one may stop, for each of points (n, 2) in the roads' CRS."""
        return self.snap_shapes(np.asarray(shapely.points(points)))

    def snap_shapes(self, shapes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> tuple[Snapped, ...]:
        """
        The same for shapes: a site of 30 ha is entered where it is nearest to a road, not in its middle.

        A shape that a road runs through is entered where a road is nearest to its middle.
        """
        row = self._nearest(shapes)
        through = (shapely.distance(shapes, self._lines[row]) == 0) & (shapely.get_dimensions(shapes) > 0)
        goals = np.where(through, shapely.point_on_surface(shapes), shapes)
        row[through] = self._nearest(goals[through])
        lines = self._lines[row]
        at = shapely.get_coordinates(shapely.shortest_line(goals, lines)).reshape(-1, 2, 2)[:, 1]
        share = shapely.line_locate_point(lines, shapely.points(at), normalized=True)
        off = shapely.distance(shapes, shapely.points(at))
        return tuple(
            Snapped(x, y, float(d), self._numbers[r], round(float(s), 9))
            for (x, y), d, r, s in zip(at.tolist(), off, row.tolist(), share, strict=True)
        )

    def _nearest(self, shapes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> Ints:
        """The road nearest to each shape on which one may stop; of equally near ones the first."""
        rows, tree = self._stopping
        shape, road = tree.query_nearest(shapes, return_distance=False, all_matches=True)
        order = np.lexsort((road, shape))
        found, first = np.unique(shape[order], return_index=True)
        if len(found) != len(shapes):
            raise InvalidValue(Words("空的位置", "an empty place"), found="—")
        return np.asarray(rows[road[order][first]])

    # ------------------------------------------------------------ how long

    def matrix(self, spots: Sequence[Snapped]) -> Travel:
        """
        Travel between snapped spots of this network.

        Raises
        ------
        InvalidValue
            A spot is not on a road of this network.
        """
        keys = [self._key(spot) for spot in spots]
        with self._lock:
            known = self._known = _with_spots(self.graph, self._known, keys)
        place = np.array([known.keys[key] for key in keys], dtype=np.intp)
        grid = np.ix_(place, place)

        def shape(start: int, end: int) -> LineString:
            driven = known.routes.driven(self.graph, known.stops, int(place[start]), int(place[end]))
            return self._line(driven, spots[start])

        return Travel(known.routes.seconds[grid], known.routes.metres[grid], False, shape)

    def _key(self, spot: Snapped) -> _Key:
        row = self._row_of.get(spot.road_no or "")
        if row is None:
            words = Words(
                "地点所在路段已不在路网中，请重新定位", "the spot's road is not of this network: snap it again"
            )
            raise InvalidValue(words, found=str(spot.road_no))
        return row, spot.share

    def _line(self, driven: Sequence[Driven], start: Snapped) -> LineString:
        """The line of what is driven, in order."""
        parts = [self._part(half, since, to) for half, since, to in driven if to > since]
        if not parts:
            return LineString([(start.x, start.y), (start.x, start.y)])
        coords = np.vstack(parts)
        moved = np.concatenate(([True], (np.diff(coords, axis=0) != 0).any(axis=1)))
        return LineString(coords[moved])

    def _part(self, half: int, since: float, to: float) -> Floats:
        line = self._lines[half >> 1]
        if (since, to) != (0.0, 1.0):
            since, to = (1 - since, 1 - to) if half & 1 else (since, to)
            return np.asarray(shapely.get_coordinates(substring(line, since, to, normalized=True)))
        coords = shapely.get_coordinates(line)
        return np.asarray(coords[::-1] if half & 1 else coords)


def _graph(roads: gpd.GeoDataFrame, lines: np.ndarray[tuple[int], np.dtype[np.object_]]) -> RoadGraph:
    edges = edges_of(roads)
    where = np.zeros((edges.nodes, 2))
    coords = shapely.get_coordinates(lines)
    last = np.cumsum(shapely.get_num_coordinates(lines)) - 1
    where[edges.end] = coords[last]
    where[edges.start] = coords[np.concatenate(([0], last[:-1] + 1))]
    return graph_of(edges, where)


def _with_spots(graph: RoadGraph, known: _Known, keys: Sequence[_Key]) -> _Known:
    """What is known, and of these spots all ways to and from them."""
    new = [key for key in dict.fromkeys(keys) if key not in known.keys]
    if not new:
        return known
    if len(known.keys) + len(new) > MOST_KEPT:
        known, new = _Known({}, (), Routes.none()), list(dict.fromkeys(keys))
    stops = tuple(stop_at(graph, *key) for key in new)
    routes = routes_between(graph, known.stops, stops, known.routes)
    numbered = {**known.keys, **{key: len(known.keys) + i for i, key in enumerate(new)}}
    return _Known(numbered, (*known.stops, *stops), routes)
