"""The quickest way between each two stops: through the graph, or without it along one chain or within one tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.tours.road_chains import NONE
from gis.tours.road_edges import Floats, Ints
from gis.tours.road_graph import RoadGraph
from gis.tours.road_search import Found, search, search_back
from gis.tours.road_stops import Direct, Driven, Stop, along_chain, direct, spur_down, spur_up


@dataclass(frozen=True, eq=False)
class Routes:
    """
    Between stops: ``seconds``, ``metres`` (n, n), inf where no way leads.

    ``short``: the ways that pass no junction. ``leave``, ``enter``: which link of the stops the others use;
    ``between``: the whole ways (of a RoadGraph) that they drive.
    """

    seconds: Floats
    metres: Floats
    leave: Ints
    enter: Ints
    between: dict[tuple[int, int], Ints]
    short: dict[tuple[int, int], Direct]

    @classmethod
    def none(cls) -> Routes:
        """Of no stops."""
        blank, whole = np.zeros((0, 0)), np.zeros((0, 0), dtype=np.int64)
        return cls(blank, blank, whole, whole, {}, {})

    def driven(self, graph: RoadGraph, stops: Sequence[Stop], i: int, j: int) -> list[Driven]:
        """What is driven from stop ``i`` to stop ``j``, half by half; nothing from a stop to itself."""
        start, end = stops[i], stops[j]
        if i == j or not np.isfinite(self.seconds[i, j]):
            return []
        found = self.short.get((i, j))
        if found is not None and found.driven is not None:
            return list(found.driven)
        if found is not None and start.chain == NONE:
            middle = []
        elif found is not None:
            way = 2 * start.chain + (end.seconds < start.seconds)
            middle = along_chain(graph, way, start, end)
        else:
            middle = self._through(graph, start, end, (i, j))
        return [*spur_up(start), *middle, *spur_down(end)]

    def _through(self, graph: RoadGraph, start: Stop, end: Stop, pair: tuple[int, int]) -> list[Driven]:
        first = start.leaves[int(self.leave[pair])].way
        last = end.enters[int(self.enter[pair])].way
        driven = [] if first == NONE else along_chain(graph, first, start, None)
        for way in self.between[pair].tolist():
            driven += along_chain(graph, way, None, None)
        return driven if last == NONE else [*driven, *along_chain(graph, last, None, end)]


def routes_between(graph: RoadGraph, old: Sequence[Stop], new: Sequence[Stop], known: Routes) -> Routes:
    """
    The ways between all stops, ``old`` and then ``new``. ``known``: those between the old ones.

    A new stop takes two searches, one out and one back; where there are more new than old ones, every stop takes one.
    """
    stops = (*old, *new)
    if len(old) < len(new):
        return _joined(graph, stops, _Blocks(search(graph, stops, stops)), 0, Routes.none())
    there, back = search_back(graph, old, new), search(graph, new, stops)
    return _joined(graph, stops, _Blocks(back, there), len(old), known)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """``out``: from new stops to all; ``back``: from old stops to new ones, None where all are new."""

    out: Found
    back: Found | None = None


def _joined(graph: RoadGraph, stops: Sequence[Stop], blocks: _Blocks, old: int, known: Routes) -> Routes:
    size = len(stops)
    made = Routes(
        np.full((size, size), np.inf),
        np.full((size, size), np.inf),
        np.full((size, size), NONE),
        np.full((size, size), NONE),
        dict(known.between),
        dict(known.short),
    )
    for mine, theirs in (
        (made.seconds, known.seconds),
        (made.metres, known.metres),
        (made.leave, known.leave),
        (made.enter, known.enter),
    ):
        mine[:old, :old] = theirs[:old, :old]
    _fill(made, stops, blocks.out, (old, 0))
    if blocks.back is not None:
        _fill(made, stops, blocks.back, (0, old))
    _take_direct(made, graph, stops, old)
    return made


def _fill(made: Routes, stops: Sequence[Stop], found: Found, at: tuple[int, int]) -> None:
    """Write a block of ways, whose first row and column are ``at``, with the spurs at both ends."""
    rows, columns = (slice(first, first + size) for first, size in zip(at, found.seconds.shape, strict=True))
    for mine, theirs, spur in (
        (made.seconds, found.seconds, np.array([stop.spur_seconds for stop in stops])),
        (made.metres, found.metres, np.array([stop.spur_metres for stop in stops])),
    ):
        mine[rows, columns] = theirs + spur[rows, None] + spur[None, columns]
    made.leave[rows, columns], made.enter[rows, columns] = found.leave, found.enter
    for i, row in enumerate(found.between):
        made.between.update({(at[0] + i, at[1] + j): ways for j, ways in enumerate(row)})


def _take_direct(made: Routes, graph: RoadGraph, stops: Sequence[Stop], old: int) -> None:
    """Ways that pass no junction, where they are quicker; between old stops that is known."""
    groups: dict[tuple[str, int], list[int]] = {}
    for i, stop in enumerate(stops):
        groups.setdefault(("chain", stop.chain) if stop.chain != NONE else ("root", stop.root), []).append(i)
    for members in groups.values():
        for i, j in ((i, j) for i in members for j in members if max(i, j) >= old):
            found = direct(graph, stops[i], stops[j])
            if i == j:
                made.seconds[i, j] = made.metres[i, j] = 0.0
            elif found is not None and found.seconds <= made.seconds[i, j]:
                made.seconds[i, j], made.metres[i, j] = found.seconds, found.metres
                made.short[i, j] = found
