"""
The roads made small: blind ends cut off as trees, and what lies between two junctions made one chain.

Both keep every travel time exactly; a search then visits a fraction of the nodes. Nodes at which a turn is forbidden
stay, and so do the roads that end there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.tours.road_edges import Flags, Floats, Ints, RoadEdges

NONE = -1


@dataclass(frozen=True, eq=False)
class Trees:
    """
    Roads that lead to nowhere else, two-way all of them.

    ``up`` (nodes,): the half from a tree's node to the next one nearer to its root, -1 outside of trees. ``root``:
    where its tree leaves the core (itself outside of trees); ``seconds``, ``metres``: the way there.
    ``is_core`` (edges,).
    """

    up: Ints
    root: Ints
    seconds: Floats
    metres: Floats
    is_core: Flags


@dataclass(frozen=True, eq=False)
class Chains:
    """
    The core's edges in chains from junction to junction.

    ``halves``: those of all chains, one after the other, in the direction of each chain; those of chain ``c`` stand at
    ``first[c]`` to ``first[c + 1]``. ``place`` (edges,): where an edge stands among them, -1 in trees. ``chain``: of
    each place. ``at`` (nodes,): the place of the half that leads on from a node within a chain, -1 elsewhere.
    ``seconds``, ``metres`` (places + 1,): sums before each place, through all chains; ``shut``, ``shut_back``: how many
    halves before it may not be driven along the chain, and against it.
    """

    halves: Ints
    first: Ints
    place: Ints
    chain: Ints
    at: Ints
    seconds: Floats
    metres: Floats
    shut: Ints
    shut_back: Ints

    def __len__(self) -> int:
        return len(self.first) - 1


def trees_of(edges: RoadEdges) -> Trees:
    """Cut blind ends off, again and again, until there is none."""
    up, degree, total = np.full(edges.nodes, NONE), *_incidence(edges, np.ones(len(edges.start), dtype=bool))
    is_core = np.ones(len(edges.start), dtype=bool)
    rounds: list[Ints] = []
    leaves = np.flatnonzero(degree == 1)
    while len(leaves):
        edge = total[leaves]  # of a node with one edge the sum of its edges is that edge
        other = edges.start[edge] + edges.end[edge] - leaves
        fits = edges.is_two_way(edge) & ~edges.is_restricted[leaves] & ~edges.is_restricted[other]
        fits &= (degree[other] > 1) | (leaves > other)  # of two ends of a last road one stays
        leaves, edge, other = leaves[fits], edge[fits], other[fits]
        up[leaves] = 2 * edge + (edges.end[edge] == leaves)
        is_core[edge] = False
        degree[leaves] = 0
        np.subtract.at(degree, other, 1)
        np.subtract.at(total, other, edge)
        rounds.append(leaves)
        leaves = np.unique(other)
        leaves = leaves[degree[leaves] == 1]
    return _measured(edges, up, is_core, rounds)


def _incidence(edges: RoadEdges, among: Flags) -> tuple[Ints, Ints]:
    """Of each node how many ends of these edges it has, and the sum of their numbers."""
    rows = np.flatnonzero(among)
    ends = np.concatenate((edges.start[rows], edges.end[rows]))
    degree = np.bincount(ends, minlength=edges.nodes)
    total = np.zeros(edges.nodes, dtype=np.int64)
    np.add.at(total, ends, np.concatenate((rows, rows)))
    return degree, total


def _measured(edges: RoadEdges, up: Ints, is_core: Flags, rounds: list[Ints]) -> Trees:
    root = np.arange(edges.nodes)
    seconds, metres = np.zeros(edges.nodes), np.zeros(edges.nodes)
    for leaves in reversed(rounds):
        half = up[leaves]
        above = edges.head[half]
        root[leaves] = root[above]
        seconds[leaves] = seconds[above] + edges.seconds[half >> 1]
        metres[leaves] = metres[above] + edges.metres[half >> 1]
    return Trees(up, root, seconds, metres, is_core)


def chains_of(edges: RoadEdges, trees: Trees) -> Chains:
    """Join what lies between two junctions of the core."""
    degree, total = _incidence(edges, trees.is_core)
    loops = np.flatnonzero(trees.is_core & (edges.start == edges.end))
    within = (degree == 2) & ~edges.is_restricted
    within[edges.start[loops]] = False
    # Behind a junction with a forbidden turn a coach may turn round at the next node: no chain leads on over that.
    within[edges.head[edges.is_restricted[edges.tail]]] = False
    core = np.flatnonzero(trees.is_core)
    within[_one_of_each_ring(edges, core, within)] = False
    chain, step, half = _walked(edges, core, within, total)
    order = np.lexsort((step, chain))
    chain, half = chain[order], half[order]
    return _summed(edges, chain, half)


def _one_of_each_ring(edges: RoadEdges, core: Ints, within: Flags) -> Ints:
    """A node of each part of the core in which every node has two roads: its chain must begin somewhere."""
    start, end = edges.start[core], edges.end[core]
    graph = coo_array((np.ones(len(core), dtype=np.int8), (start, end)), shape=(edges.nodes, edges.nodes)).tocsr()
    count, label = connected_components(graph, directed=False)
    has_junction = np.zeros(count, dtype=bool)
    has_junction[label[~within]] = True
    nodes = np.unique(start[~has_junction[label[start]]])
    _, first = np.unique(label[nodes], return_index=True)
    return np.asarray(nodes[first], dtype=np.int64)


def _walked(edges: RoadEdges, core: Ints, within: Flags, total: Ints) -> tuple[Ints, Ints, Ints]:
    """From each junction along each of its roads to the next one, all at once: (chain, step, half) of each half."""
    halves = np.concatenate((2 * core, 2 * core + 1))
    starts = np.sort(halves[~within[edges.tail[halves]]])
    last, parts = starts.copy(), []
    running, half, step = np.arange(len(starts)), starts, 0
    while len(running):
        parts.append((running, np.full(len(running), step), half))
        last[running] = half
        node = edges.head[half]
        on = within[node]
        running, node = running[on], node[on]
        edge = total[node] - (half[on] >> 1)
        half = 2 * edge + (edges.end[edge] == node)
        step += 1
    chain, steps, found = (np.concatenate([part[i] for part in parts] or [np.empty(0, np.int64)]) for i in range(3))
    # Each chain was walked from both its ends.
    kept = starts < (last ^ 1)
    numbers = np.cumsum(kept) - 1
    mine = kept[chain]
    return numbers[chain[mine]], steps[mine], found[mine]


def _summed(edges: RoadEdges, chain: Ints, halves: Ints) -> Chains:
    count = int(chain[-1]) + 1 if len(chain) else 0
    first = np.searchsorted(chain, np.arange(count + 1))
    place = np.full(len(edges.start), NONE)
    place[halves >> 1] = np.arange(len(halves))
    at = np.full(edges.nodes, NONE)
    inner = np.ones(len(halves), dtype=bool)
    inner[first[:-1]] = False
    at[edges.tail[halves[inner]]] = np.flatnonzero(inner)
    return Chains(
        halves=halves,
        first=first,
        place=place,
        chain=chain,
        at=at,
        seconds=_before(edges.seconds[halves >> 1]),
        metres=_before(edges.metres[halves >> 1]),
        shut=_before(~edges.is_open[halves]).astype(np.int64),
        shut_back=_before(~edges.is_open[halves ^ 1]).astype(np.int64),
    )


def _before(values: Floats | Flags) -> Floats:
    return np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
