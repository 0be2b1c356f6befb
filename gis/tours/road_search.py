"""The quickest ways from some points to others: one search a point, then all ways followed back at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.tours.road_edges import Floats, Ints
from gis.tours.road_graph import Graph, RoadGraph
from gis.tours.road_stops import Link, Stop

# Predecessors of so many nodes are held at once (4 bytes each).
MOST_NODES_HELD = 40_000_000


@dataclass(frozen=True, eq=False)
class Found:
    """
    Ways through the graph, starts by ends: ``seconds``, ``metres`` (inf where none leads), without the spurs in trees.

    ``way(i, j)``: the links by which it leaves and enters, and the whole ways between.
    """

    seconds: Floats
    metres: Floats
    leave: Ints
    enter: Ints
    between: tuple[tuple[Ints, ...], ...]


def search(graph: RoadGraph, starts: Sequence[Stop], ends: Sequence[Stop]) -> Found:
    """From each start to each end; one search a start."""
    arcs, ways = graph.arcs, graph.way
    return _Search(graph, arcs, ways, [s.leaves for s in starts], [e.enters for e in ends]).run()


def search_back(graph: RoadGraph, starts: Sequence[Stop], ends: Sequence[Stop]) -> Found:
    """The same, one search an end."""
    arcs, ways = graph.back
    found = _Search(graph, arcs, ways, [e.enters for e in ends], [s.leaves for s in starts]).run()
    turned = tuple(tuple(found.between[j][i][::-1] for j in range(len(ends))) for i in range(len(starts)))
    return Found(found.seconds.T, found.metres.T, found.enter.T, found.leave.T, turned)


class _Search:
    """One search under way. ``froms``, ``tos``: the links of each point."""

    def __init__(
        self,
        graph: RoadGraph,
        arcs: Graph,
        ways: Ints,
        froms: Sequence[Sequence[Link]],
        tos: Sequence[Sequence[Link]],
    ) -> None:
        self.ways, self.froms = ways, froms
        self.lengths = np.diff(graph.chains.metres[graph.chains.first])
        self.arcs = _with_points(arcs, froms)
        self.size, self.shape = int(arcs.shape[0]), (len(froms), len(tos))
        links = [(j, k, link) for j, point in enumerate(tos) for k, link in enumerate(point)]
        self.to = np.array([j for j, _, _ in links], dtype=np.int64)
        self.link = np.array([k for _, k, _ in links], dtype=np.int64)
        self.node = np.array([link.node for _, _, link in links], dtype=np.int64)
        self.seconds = np.array([link.seconds for _, _, link in links])
        self.metres = np.array([link.metres for _, _, link in links])

    def run(self) -> Found:
        seconds = np.full(self.shape, np.inf)
        metres = np.full(self.shape, np.inf)
        leave, enter = np.full(self.shape, -1), np.full(self.shape, -1)
        between: list[tuple[Ints, ...]] = []
        batch = max(1, MOST_NODES_HELD // max(1, self.size))
        for first in range(0, self.shape[0], batch):
            rows = np.arange(first, min(first + batch, self.shape[0]))
            before, chosen = self._rows(rows, seconds)
            between += self._followed(rows, before, chosen, (metres, leave, enter))
        return Found(seconds, metres, leave, enter, tuple(between))

    def _rows(self, rows: Ints, seconds: Floats) -> tuple[Ints, Ints]:
        """Predecessors (rows, nodes), and which link each point is reached by (rows, points), -1 for none."""
        before = np.empty((len(rows), self.arcs.shape[0]), dtype=np.int32)
        chosen = np.full((len(rows), self.shape[1]), -1)
        for k, row in enumerate(rows.tolist()):
            far, before[k] = dijkstra(self.arcs, indices=self.size + row, return_predecessors=True)
            total = far[self.node] + self.seconds
            order = np.lexsort((total, self.to))
            points, first = np.unique(self.to[order], return_index=True)
            best = order[first]
            reached = np.isfinite(total[best])
            chosen[k, points[reached]] = best[reached]
            seconds[row, points[reached]] = total[best[reached]]
        return before, chosen

    def _followed(
        self, rows: Ints, before: Ints, chosen: Ints, out: tuple[Floats, Ints, Ints]
    ) -> list[tuple[Ints, ...]]:
        """Follow every way back to its start, all at once; what is found goes to ``out``."""
        metres, leave, enter = out
        k, point = np.nonzero(chosen >= 0)
        link = chosen[k, point]
        node, run = self.node[link], np.arange(len(k))
        far = self.metres[link]
        steps: list[tuple[Ints, Ints]] = []
        while len(run):
            prior = before[k[run], node]
            on = prior < self.size
            done = run[~on]
            first = self._first_links(rows[k[done]], node[~on])
            leave[rows[k[done]], point[done]] = first
            far[done] += [self.froms[i][j].metres for i, j in zip(rows[k[done]].tolist(), first.tolist(), strict=True)]
            run, prior, node = run[on], prior[on], node[on]
            way = self._way(prior, node)
            far[run] += self.lengths[way >> 1]
            steps.append((run, way))
            node = prior
        metres[rows[k], point] = far
        enter[rows[k], point] = self.link[link]
        return self._collected(rows, (k, point), steps)

    def _collected(self, rows: Ints, at: tuple[Ints, Ints], steps: list[tuple[Ints, Ints]]) -> list[tuple[Ints, ...]]:
        run = np.concatenate([each for each, _ in steps] or [np.empty(0, np.int64)])
        way = np.concatenate([each for _, each in steps] or [np.empty(0, np.int64)])
        order = np.argsort(run, kind="stable")[::-1]  # a way was followed from its end
        run, way = run[order], way[order]
        cuts = np.searchsorted(-run, -np.arange(len(at[0])))
        last = np.searchsorted(-run, -np.arange(len(at[0])), side="right")
        empty = np.empty(0, dtype=np.int64)
        found = [[empty] * self.shape[1] for _ in rows]
        for i, (k, j) in enumerate(zip(at[0].tolist(), at[1].tolist(), strict=True)):
            found[k][j] = way[cuts[i] : last[i]].copy()
        return [tuple(row) for row in found]

    def _first_links(self, rows: Ints, nodes: Ints) -> Ints:
        """The quickest link of each start to a node."""
        found = []
        for row, node in zip(rows.tolist(), nodes.tolist(), strict=True):
            fit = [(link.seconds, i) for i, link in enumerate(self.froms[row]) if link.node == node]
            found.append(min(fit)[1])
        return np.array(found, dtype=np.int64)

    def _way(self, tail: Ints, head: Ints) -> Ints:
        """The way of the arc between two nodes each."""
        place = self.arcs.indptr[tail].astype(np.int64)
        wrong = self.arcs.indices[place] != head
        while wrong.any():
            place[wrong] += 1
            wrong[wrong] = self.arcs.indices[place[wrong]] != head[wrong]
        return np.asarray(self.ways[place])


def _with_points(arcs: Graph, froms: Sequence[Sequence[Link]]) -> Graph:
    """The graph, and behind its nodes one for each point, with arcs to where it is left."""
    links = [sorted({link.node: min(x.seconds for x in point if x.node == link.node) for link in point}.items())
             for point in froms]  # fmt: skip
    size = int(arcs.shape[0]) + len(froms)
    seconds = np.array([s for point in links for _, s in point], dtype=np.float64)
    nodes = np.array([n for point in links for n, _ in point], dtype=np.int32)
    starts = int(arcs.nnz) + np.cumsum([len(point) for point in links], dtype=np.int64)
    return csr_array(
        (
            np.concatenate((arcs.data, np.maximum(seconds, 1e-9))),
            np.concatenate((arcs.indices, nodes)),
            np.concatenate((arcs.indptr, starts.astype(np.int32))),
        ),
        shape=(size, size),
    )
