"""Which roads hang together: from each to every other and back, turn restrictions aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.model import RoadDirection

NAMES_TOLD = 3
Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Piece:
    """
    Roads that hang together apart from the main part: how many, how long (m), a point of them (working CRS), names.

    ``touches``: they meet the main part, but one cannot come in and out again.
    """

    roads: int
    metres: float
    at: tuple[float, float]
    names: tuple[str, ...]
    touches: bool


@dataclass(frozen=True)
class Connected:
    """``main`` (n,): the rows of the largest part, by length; ``pieces``: all others, the longest first."""

    main: NDArray[np.bool_]
    pieces: tuple[Piece, ...]


def connected_roads(roads: gpd.GeoDataFrame) -> Connected:
    """
    The largest strongly connected part of a road table (columns of layer ``road``), and the pieces beside it.

    A road belongs to a part where both of its ends do.
    """
    codes, nodes = pd.factorize(pd.concat([roads["from_node"], roads["to_node"]], ignore_index=True))
    start, end = codes[: len(roads)].astype(np.intp), codes[len(roads) :].astype(np.intp)
    label = _strong(start, end, roads["direction"].to_numpy(dtype=object), len(nodes))
    metres = roads["length_m"].to_numpy(dtype=float)
    within = label[start] == label[end]
    weight = np.bincount(label[start][within], metres[within], minlength=int(label.max(initial=0)) + 1)
    main = within & (label[start] == int(weight.argmax()))
    in_main = np.zeros(len(nodes), dtype=bool)
    in_main[start[main]] = in_main[end[main]] = True
    return Connected(main, tuple(_pieces(roads, ~main, (start, end), in_main)))


def _strong(start: Ints, end: Ints, direction: NDArray[np.object_], size: int) -> NDArray[np.int32]:
    along, against = direction != RoadDirection.BACKWARD.value, direction != RoadDirection.FORWARD.value
    tail = np.concatenate((start[along], end[against]))
    head = np.concatenate((end[along], start[against]))
    graph = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(size, size)).tocsr()
    _, label = connected_components(graph, directed=True, connection="strong")
    return np.asarray(label)


def _pieces(
    roads: gpd.GeoDataFrame, apart: NDArray[np.bool_], ends: tuple[Ints, Ints], in_main: NDArray[np.bool_]
) -> Iterator[Piece]:
    """Roads joined by nodes that are not of the main part."""
    rows = np.flatnonzero(apart)
    if not len(rows):
        return
    start, end = (each[rows] for each in ends)
    size = len(in_main)
    joints = [(at, np.arange(len(rows)) + size) for at in (start, end)]
    node = np.concatenate([at[~in_main[at]] for at, _ in joints])
    road = np.concatenate([number[~in_main[at]] for at, number in joints])
    graph = coo_array((np.ones(len(node), dtype=np.int8), (node, road)), shape=(size + len(rows),) * 2).tocsr()
    label = connected_components(graph, directed=False)[1][size:]
    touches = in_main[start] | in_main[end]
    metres = roads["length_m"].to_numpy(dtype=float)[rows]
    names = roads["name"].to_numpy(dtype=object)[rows]
    order = np.argsort(label, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    for group in sorted(groups, key=lambda g: (-float(metres[g].sum()), int(g[0]))):
        x, y = shapely.get_coordinates(roads.geometry.iloc[rows[group[0]]])[0].tolist()
        told = tuple(dict.fromkeys(name for name in names[group].tolist() if isinstance(name, str)))[:NAMES_TOLD]
        yield Piece(len(group), float(metres[group].sum()), (x, y), told, bool(touches[group].any()))
