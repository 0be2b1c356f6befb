"""
The chains as a graph to be searched: an arc a driveable direction of a chain, junctions with forbidden turns apart.

At such a junction there is one node for each road by which it is reached, and arcs only to where one may turn from it.
Elsewhere a coach may turn round where a stretch ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from gis.tours.road_chains import NONE, Chains, Trees, chains_of, trees_of
from gis.tours.road_edges import Flags, Floats, Ints, RoadEdges

# A csr_array of scipy, which states no types.
Graph = Any


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """
    Way ``2 * chain`` leads along a chain, ``2 * chain + 1`` against it.

    ``reaches`` (ways,): the graph node in which a way ends. ``junction`` (nodes,): the graph node of a node without
    forbidden turns that is a chain's end or alone, -1 elsewhere. ``arcs``: csr of seconds; ``way`` the way of each of
    its entries, and of several ways from node to node the quickest alone.
    """

    edges: RoadEdges
    trees: Trees
    chains: Chains
    junction: Ints
    reaches: Ints
    arcs: Graph
    way: Ints

    @property
    def size(self) -> int:
        """Graph nodes."""
        return int(self.arcs.shape[0])

    @cached_property
    def back(self) -> tuple[Graph, Ints]:
        """The arcs turned round, and the way of each."""
        numbered = csr_array((np.arange(len(self.way)), self.arcs.indices, self.arcs.indptr), shape=self.arcs.shape)
        turned = numbered.T.tocsr()
        order = turned.data
        return csr_array((self.arcs.data[order], turned.indices, turned.indptr), shape=self.arcs.shape), self.way[order]

    def way_tail(self, way: int) -> int:
        """The node where a way begins."""
        first = self.first_half(way)
        return int(self.edges.tail[first])

    def first_half(self, way: int) -> int:
        """The first half that is driven on a way."""
        chain, back = divmod(way, 2)
        places = self.chains.first
        return int(self.chains.halves[places[chain + 1] - 1] ^ 1 if back else self.chains.halves[places[chain]])

    def enters(self, way: int) -> list[int]:
        """The graph nodes from which a way may be begun."""
        node = self.way_tail(way)
        if not self.edges.is_restricted[node]:
            return [int(self.junction[node])]
        edge = self.first_half(way) >> 1
        arriving = self._arriving.get(node, ())
        return [int(self.reaches[each]) for each in arriving if not self._forbidden(each, edge)]

    def _forbidden(self, arriving: int, edge: int) -> bool:
        """From this way no turn into that edge."""
        return edge in self.edges.no_turn.get(self.first_half(arriving ^ 1) ^ 1, frozenset())

    @cached_property
    def _arriving(self) -> dict[int, list[int]]:
        """Node with forbidden turns → the ways that end there."""
        heads = ways_of(self.edges, self.chains)[1]
        found: dict[int, list[int]] = {}
        for way in np.flatnonzero(self.edges.is_restricted[heads]).tolist():
            found.setdefault(int(heads[way]), []).append(way)
        return found


def graph_of(edges: RoadEdges, where: Floats) -> RoadGraph:
    """The graph of these edges. ``where`` (nodes, 2): nodes near one another get near numbers, which a search likes."""
    trees = trees_of(edges)
    chains = chains_of(edges, trees)
    tails, heads = ways_of(edges, chains)
    is_apart = edges.is_restricted
    plain = _alone(edges, trees)
    plain[tails] = plain[heads] = True
    plain &= ~is_apart
    junction, reaches, size = _numbered(plain, heads, where)
    graph = RoadGraph(edges, trees, chains, junction, reaches, csr_array((size, size)), np.empty(0, np.int64))
    return _with_arcs(graph, tails, size)


def _alone(edges: RoadEdges, trees: Trees) -> Flags:
    """Nodes (n,) of the core without a road of it: roots of trees that are all there is."""
    core = np.flatnonzero(trees.is_core)
    alone: Flags = trees.up == NONE
    alone[edges.start[core]] = alone[edges.end[core]] = False
    return alone


def ways_of(edges: RoadEdges, chains: Chains) -> tuple[Ints, Ints]:
    """Tail and head node of each way."""
    start = edges.tail[chains.halves[chains.first[:-1]]]
    end = edges.head[chains.halves[chains.first[1:] - 1]]
    return np.column_stack((start, end)).reshape(-1), np.column_stack((end, start)).reshape(-1)


def _numbered(plain: Flags, heads: Ints, where: Floats) -> tuple[Ints, Ints, int]:
    """Graph nodes of junctions, and of the ends of ways: those at a restricted node have one each."""
    nodes = np.flatnonzero(plain)
    apart = np.flatnonzero(~plain[heads])
    order = np.argsort(_along_z(where[np.concatenate((nodes, heads[apart]))]), kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    junction = np.full(len(plain), -1)
    junction[nodes] = number[: len(nodes)]
    reaches = junction[heads]
    reaches[apart] = number[len(nodes) :]
    return junction, reaches, len(order)


def _along_z(where: Floats) -> Ints:
    """Places on Morton's curve: near numbers for near points."""
    if not len(where):
        return np.empty(0, dtype=np.int64)
    low, high = where.min(axis=0), where.max(axis=0)
    cells = ((where - low) / np.maximum(high - low, 1e-9).max() * 65_535).astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cells = (cells | (cells << shift)) & mask
    return np.asarray(cells[:, 0] | (cells[:, 1] << 1))


def _with_arcs(graph: RoadGraph, tails: Ints, size: int) -> RoadGraph:
    chains = graph.chains
    shut = np.column_stack((np.diff(chains.shut[chains.first]), np.diff(chains.shut_back[chains.first]))).reshape(-1)
    is_open = shut == 0
    apart = graph.edges.is_restricted[tails]
    ways = np.flatnonzero(is_open & ~apart)
    tail = graph.junction[tails[ways]]
    more = [(enter, way) for way in np.flatnonzero(is_open & apart).tolist() for enter in graph.enters(way)]
    if more:
        extra = np.array(more, dtype=np.int64)
        tail, ways = np.concatenate((tail, extra[:, 0])), np.concatenate((ways, extra[:, 1]))
    seconds = np.diff(chains.seconds[chains.first])[ways >> 1]
    head = graph.reaches[ways]
    order = np.lexsort((ways, seconds, head, tail))
    tail, head, seconds, ways = tail[order], head[order], seconds[order], ways[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    tail, head, seconds, ways = tail[first], head[first], seconds[first], ways[first]
    starts = np.searchsorted(tail, np.arange(size + 1))
    arcs = csr_array((seconds, head.astype(np.int32), starts.astype(np.int32)), shape=(size, size))
    return RoadGraph(graph.edges, graph.trees, chains, graph.junction, graph.reaches, arcs, ways)
