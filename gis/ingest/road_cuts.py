"""Lines cut into stretches where two meet: arrays of vertices in, arrays of lines out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import Coords

Ids = NDArray[np.int64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Cut:
    """Stretches by the places of their first and last vertex, and the run that each is of."""

    starts: Rows
    ends: Rows
    run: Rows

    def lines(self, coords: Coords) -> NDArray[np.object_]:
        """The stretches as lines; ``coords`` (vertices, 2)."""
        sizes = self.ends - self.starts + 1
        shift = np.repeat(self.starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        taken = np.arange(int(sizes.sum())) + shift
        return np.asarray(shapely.linestrings(coords[taken], indices=np.repeat(np.arange(len(sizes)), sizes)))


def cut_runs(nodes: Ids, sizes: Rows, also: NDArray[np.bool_] | None = None) -> Cut:
    """
    Runs of nodes, one after the other, cut at their ends, where a node stands twice, and at ``also``.

    ``sizes``: the nodes of each run, at least two.
    """
    last = np.cumsum(sizes) - 1
    cut = used_twice(nodes)
    if also is not None:
        cut |= also
    cut[last - sizes + 1] = cut[last] = True
    is_last = np.zeros(len(nodes), dtype=bool)
    is_last[last] = True
    starts, cuts = np.flatnonzero(cut & ~is_last), np.flatnonzero(cut)
    ends = cuts[np.searchsorted(cuts, starts, side="right")]
    return Cut(starts, ends, np.repeat(np.arange(len(sizes)), sizes)[starts])


def used_twice(nodes: Ids) -> NDArray[np.bool_]:
    """Which nodes (n,) stand more than once among them."""
    _, place, count = np.unique(nodes, return_inverse=True, return_counts=True)
    return np.asarray(count[place] > 1)


def numbered_within(owner: Rows) -> Rows:
    """1, 2, 3 … for the neighbours (n,) of one owner."""
    begins = np.concatenate(([True], owner[1:] != owner[:-1]))
    return np.asarray(np.arange(len(owner)) - np.flatnonzero(begins)[np.cumsum(begins) - 1] + 1)


def texts(listed: Iterable[str | None]) -> NDArray[np.object_]:
    """Texts as an array of objects."""
    all_of_them = list(listed)
    made = np.empty(len(all_of_them), dtype=object)
    made[:] = all_of_them
    return made
