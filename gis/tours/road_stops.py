"""
Points of roads in the graph: by which ways they are left and reached, at what cost.

A point within a chain is left towards both of its ends, as far as the roads there may be driven; a point in a tree is
left by the tree's root, which lies on a chain or is a junction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.tours.road_chains import NONE
from gis.tours.road_graph import RoadGraph

# One half and the parts of it that are driven: from where to where, 0 to 1 in the half's own direction.
Driven = tuple[int, float, float]


@dataclass(frozen=True, slots=True)
class Link:
    """A graph node by which a point is left or reached: seconds and metres between, and the way used in part."""

    node: int
    seconds: float
    metres: float
    way: int


@dataclass(frozen=True, slots=True)
class Stop:
    """
    A point of an edge, ``share`` of it along its line, in the graph.

    ``spur``: what is driven from the point to its tree's root, nothing within the core. ``place``, ``until``: where the
    point (or the root) stands among the chains' halves, -1 for a junction; ``until`` is the next place behind it.
    """

    edge: int
    share: float
    spur: tuple[Driven, ...]
    spur_seconds: float
    spur_metres: float
    root: int
    chain: int
    place: int
    until: int
    seconds: float
    metres: float
    leaves: tuple[Link, ...]
    enters: tuple[Link, ...]


def stop_at(graph: RoadGraph, edge: int, share: float) -> Stop:
    """
    The point ``share`` (0 to 1) along the line of ``edge``.

    At a road's very end it is the junction that counts: by whatever road one comes there, one is there. Only where
    turns are forbidden it stays the end of its own road.
    """
    edges = graph.edges
    if share in (0.0, 1.0):
        node = int((edges.end if share else edges.start)[edge])
        if not edges.is_restricted[node]:
            return _at_root(graph, node, _spur(graph, int(graph.trees.up[node]), 0.0), _Point(edge, share))
    place = int(graph.chains.place[edge])
    if place == NONE:
        return _in_tree(graph, edge, share)
    along = _along(int(graph.chains.halves[place]), share)
    seconds = graph.chains.seconds[place] + along * edges.seconds[edge]
    metres = graph.chains.metres[place] + along * edges.metres[edge]
    return _on_chain(graph, _Point(edge, share), place, place + 1, (float(seconds), float(metres)))


def _along(half: int, share: float) -> float:
    """A share of an edge's line, in the direction of its half."""
    return 1.0 - share if half & 1 else share


@dataclass(frozen=True, slots=True)
class _Point:
    edge: int
    share: float
    spur: tuple[Driven, ...] = ()
    seconds: float = 0.0
    metres: float = 0.0
    root: int = NONE


def _in_tree(graph: RoadGraph, edge: int, share: float) -> Stop:
    trees, edges = graph.trees, graph.edges
    half = int(trees.up[edges.start[edge]])
    if half == NONE or half >> 1 != edge:
        half = int(trees.up[edges.end[edge]])
    spur = _spur(graph, half, _along(half, share))
    return _at_root(graph, int(trees.root[edges.head[half]]), spur, _Point(edge, share))


def _spur(graph: RoadGraph, half: int, done: float) -> tuple[Driven, ...]:
    """From a point of a tree's half, ``done`` of it behind, up to the root; nothing where the half is none."""
    spur: list[Driven] = []
    while half != NONE:
        spur.append((half, done, 1.0))
        half, done = int(graph.trees.up[graph.edges.head[half]]), 0.0
    return tuple(spur)


def _at_root(graph: RoadGraph, node: int, spur: tuple[Driven, ...], point: _Point) -> Stop:
    """The stop of a point that reaches the core by ``spur`` at a node (of which ``node`` is one of the same tree)."""
    root, edges, chains = int(graph.trees.root[node]), graph.edges, graph.chains
    seconds = sum((to - since) * edges.seconds[half >> 1] for half, since, to in spur)
    metres = sum((to - since) * edges.metres[half >> 1] for half, since, to in spur)
    point = _Point(point.edge, point.share, spur, float(seconds), float(metres), root)
    place = int(chains.at[root])
    if place != NONE:
        return _on_chain(graph, point, place, place, (float(chains.seconds[place]), float(chains.metres[place])))
    link = Link(int(graph.junction[root]), 0.0, 0.0, NONE)
    return _stop(point, (NONE, NONE, NONE), (0.0, 0.0), ((link,), (link,)))


def _on_chain(graph: RoadGraph, point: _Point, place: int, until: int, at: tuple[float, float]) -> Stop:
    """``at``: seconds and metres before the point, as the chains' sums count."""
    chains = graph.chains
    chain = int(chains.chain[place])
    first, last = int(chains.first[chain]), int(chains.first[chain + 1])
    before = (at[0] - float(chains.seconds[first]), at[1] - float(chains.metres[first]))
    behind = (float(chains.seconds[last]) - at[0], float(chains.metres[last]) - at[1])
    on, back = 2 * chain, 2 * chain + 1
    leaves, enters = [], []
    if chains.shut[last] == chains.shut[place]:
        leaves.append(Link(int(graph.reaches[on]), *behind, on))
    if chains.shut_back[until] == chains.shut_back[first]:
        leaves.append(Link(int(graph.reaches[back]), *before, back))
    if chains.shut[until] == chains.shut[first]:
        enters += [Link(node, *before, on) for node in graph.enters(on)]
    if chains.shut_back[last] == chains.shut_back[place]:
        enters += [Link(node, *behind, back) for node in graph.enters(back)]
    return _stop(point, (chain, place, until), at, (tuple(leaves), tuple(enters)))


def _stop(
    point: _Point,
    where: tuple[int, int, int],
    at: tuple[float, float],
    links: tuple[tuple[Link, ...], tuple[Link, ...]],
) -> Stop:
    return Stop(point.edge, point.share, point.spur, point.seconds, point.metres, point.root, *where, *at, *links)


# ---------------------------------------------------------------- without the graph


@dataclass(frozen=True, slots=True)
class Direct:
    """A way between two points that passes no junction: along one chain, or within one tree."""

    seconds: float
    metres: float
    driven: tuple[Driven, ...] | None = None


def direct(graph: RoadGraph, start: Stop, end: Stop) -> Direct | None:
    """
    The way that stays on the chain, or in the tree, that both points are of; None where there is none.

    Within a tree it is the quickest. ``driven`` None: along the chain, see ``along_chain``.
    """
    if start.spur and end.spur and start.root == end.root:
        return _within_tree(graph, start, end)
    if start.chain == NONE or start.chain != end.chain:
        return _by_spurs(start, end, 0.0, 0.0) if start.root == end.root != NONE else None
    chains = graph.chains
    ahead = end.seconds - start.seconds
    if ahead >= 0 and chains.shut[end.until] == chains.shut[start.place]:
        return _by_spurs(start, end, ahead, end.metres - start.metres)
    if ahead <= 0 and chains.shut_back[start.until] == chains.shut_back[end.place]:
        return _by_spurs(start, end, -ahead, start.metres - end.metres)
    return None


def _by_spurs(start: Stop, end: Stop, seconds: float, metres: float) -> Direct:
    return Direct(start.spur_seconds + seconds + end.spur_seconds, start.spur_metres + metres + end.spur_metres)


def _within_tree(graph: RoadGraph, start: Stop, end: Stop) -> Direct:
    going, coming = list(start.spur), list(end.spur)
    while len(going) > 1 and len(coming) > 1 and going[-1][0] == coming[-1][0]:
        going.pop()
        coming.pop()
    if going[-1][0] != coming[-1][0]:
        driven = [*going, *_turned(coming)]
    elif len(coming) == 1 and len(going) == 1:
        driven = [_between(going[0], coming[0])]
    elif len(going) == 1:  # the way begins on a road that the other's way up takes whole
        half, done, _ = going[0]
        driven = [(half ^ 1, 1.0 - done, 1.0), *_turned(coming[:-1])]
    else:
        half, done, _ = coming[0]
        driven = [*going[:-1], (half, 0.0, done)]
    edges = graph.edges
    seconds = sum((to - since) * edges.seconds[half >> 1] for half, since, to in driven)
    metres = sum((to - since) * edges.metres[half >> 1] for half, since, to in driven)
    return Direct(float(seconds), float(metres), tuple(driven))


def _turned(driven: list[Driven]) -> list[Driven]:
    return [(half ^ 1, 1.0 - to, 1.0 - since) for half, since, to in reversed(driven)]


def _between(one: Driven, other: Driven) -> Driven:
    """On one road from the place of one to that of the other."""
    half, since, to = one[0], one[1], other[1]
    return (half, since, to) if since <= to else (half ^ 1, 1.0 - since, 1.0 - to)


def spur_up(stop: Stop) -> tuple[Driven, ...]:
    """From the point to its tree's root."""
    return stop.spur


def spur_down(stop: Stop) -> tuple[Driven, ...]:
    """From its tree's root to the point."""
    return tuple(_turned(list(stop.spur)))


def along_chain(graph: RoadGraph, way: int, start: Stop | None, end: Stop | None) -> list[Driven]:
    """What is driven of a way: all of it, or from ``start`` on, or up to ``end``, or between both."""
    chains = graph.chains
    chain, back = divmod(way, 2)
    first, last = int(chains.first[chain]), int(chains.first[chain + 1])
    low, high = (end, start) if back else (start, end)
    since = chains.seconds[first] if low is None else low.seconds
    to = chains.seconds[last] if high is None else high.seconds
    begin = first if low is None else low.place
    stop = last if high is None else high.until
    driven: list[Driven] = []
    for place in range(begin, stop):
        half, length = int(chains.halves[place]), float(chains.seconds[place + 1] - chains.seconds[place])
        part = np.clip([(since - chains.seconds[place]) / length, (to - chains.seconds[place]) / length], 0.0, 1.0)
        driven.append((half, float(part[0]), float(part[1])))
    return _turned(driven) if back else driven
