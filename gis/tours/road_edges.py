"""A road table as arrays: edges between numbered nodes, each in two halves, one a direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.model import RoadDirection

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# No edge takes less: a graph library may take 0 for no edge at all.
LEAST_SECONDS = 1e-3


@dataclass(frozen=True, eq=False)
class RoadEdges:
    """
    Edges (m,) from node ``start`` to node ``end``.

    Half ``2 * edge`` leads along the line, ``2 * edge + 1`` against it. ``is_open`` (2 m,): which halves may be driven.
    ``no_turn``: of a half that arrives where turns are forbidden, the edges that may not be entered from it.
    """

    start: Ints
    end: Ints
    seconds: Floats
    metres: Floats
    is_open: Flags
    nodes: int
    no_turn: Mapping[int, frozenset[int]]

    @cached_property
    def tail(self) -> Ints:
        """The node where each half (2 m,) begins."""
        return np.column_stack((self.start, self.end)).reshape(-1)

    @cached_property
    def head(self) -> Ints:
        """The node where each half (2 m,) ends."""
        return np.column_stack((self.end, self.start)).reshape(-1)

    @cached_property
    def is_restricted(self) -> Flags:
        """Nodes (n,) at which a turn is forbidden."""
        marked = np.zeros(self.nodes, dtype=bool)
        marked[self.head[np.fromiter(self.no_turn, dtype=np.int64, count=len(self.no_turn))]] = True
        return marked

    def is_two_way(self, edges: Ints) -> Flags:
        """Edges that may be driven both ways."""
        both: Flags = self.is_open[2 * edges] & self.is_open[2 * edges + 1]
        return both


def edges_of(roads: gpd.GeoDataFrame) -> RoadEdges:
    """The edges of a table with the columns of layer ``road``, in its order."""
    codes, names = pd.factorize(pd.concat([roads["from_node"], roads["to_node"]], ignore_index=True))
    start, end = codes[: len(roads)].astype(np.int64), codes[len(roads) :].astype(np.int64)
    metres = np.asarray(shapely.length(roads.geometry.to_numpy()), dtype=np.float64)
    seconds = metres / (roads["speed_kmh"].to_numpy(dtype=np.float64) / 3.6)
    direction = roads["direction"].to_numpy(dtype=object)
    is_open = np.column_stack((direction != RoadDirection.BACKWARD.value, direction != RoadDirection.FORWARD.value))
    return RoadEdges(
        start=start,
        end=end,
        seconds=np.maximum(seconds, LEAST_SECONDS),
        metres=metres,
        is_open=is_open.reshape(-1),
        nodes=len(names),
        no_turn=_no_turn(roads),
    )


def _no_turn(roads: gpd.GeoDataFrame) -> dict[int, frozenset[int]]:
    """Half → edges that may not follow it. At a road from a node to itself it cannot be told which half is meant."""
    rows = [row for row, turns in enumerate(roads["no_turn"].tolist()) if isinstance(turns, list) and turns]
    if not rows:
        return {}
    place = {number: row for row, number in enumerate(roads["road_no"].tolist())}
    start, end = roads["from_node"].to_numpy(dtype=object), roads["to_node"].to_numpy(dtype=object)
    turns_of: list[Any] = roads["no_turn"].tolist()
    found: dict[int, set[int]] = {}
    for row in rows:
        for turn in turns_of[row]:
            if turn["to"] in place and start[row] != end[row] and turn["at"] in (start[row], end[row]):
                half = 2 * row + (turn["at"] == start[row])
                found.setdefault(half, set()).add(place[turn["to"]])
    return {half: frozenset(edges) for half, edges in found.items()}
