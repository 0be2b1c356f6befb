"""The box around each layer, kept exactly by every write. The same in every store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.store.session import Geometries

Box = tuple[float, float, float, float]


class ExtentKeeper(Protocol):
    """Where an engine keeps the boxes (west, south, east, north)."""

    def recorded(self, layer: str) -> Box | None:
        """The box that is stated; None where the layer is empty."""
        ...

    def measured(self, layer: str) -> Box | None:
        """The box around the geometries as they are."""
        ...

    def state(self, layer: str, box: Box | None) -> None:
        """Write the box."""
        ...


class Extents:
    """
    Notes what a transaction does to the layers' boxes and writes them at its end.

    Added geometries only widen a box. A replaced one may have held it open: only where it touched the
    side of the box are all geometries of the layer looked at again.
    """

    def __init__(self, keeper: ExtentKeeper) -> None:
        self._keeper = keeper
        self._boxes: dict[str, Box | None] = {}
        self._anew: set[str] = set()

    def added(self, layer: str, geometries: Geometries) -> None:
        """These geometries are new."""
        self._boxes[layer] = union([self._known(layer), box_around(geometries)])

    def replaced(self, layer: str, before: Geometries, after: Geometries) -> None:
        """These geometries stand in the place of those."""
        known, old = self._known(layer), box_around(before)
        if known and old and any(a == b for a, b in zip(known, old, strict=True)):
            self._anew.add(layer)
        self.added(layer, after)

    def removed(self, layer: str, before: Geometries) -> None:
        """These geometries are gone."""
        self.replaced(layer, before, before[:0])

    def finish(self) -> None:
        """Write the boxes."""
        for layer, noted in self._boxes.items():
            self._keeper.state(layer, self._keeper.measured(layer) if layer in self._anew else noted)

    def _known(self, layer: str) -> Box | None:
        if layer not in self._boxes:
            self._boxes[layer] = self._keeper.recorded(layer)
        return self._boxes[layer]


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The box around boxes."""
    there: NDArray[np.float64] = np.array([box for box in boxes if box is not None], dtype=float)
    if not len(there):
        return None
    west, south = there[:, :2].min(axis=0).tolist()
    east, north = there[:, 2:].max(axis=0).tolist()
    return (west, south, east, north)


def box_around(geometries: Geometries) -> Box | None:
    """The box around geometries; None where there is none."""
    if not len(geometries):
        return None
    west, south, east, north = shapely.total_bounds(geometries).tolist()
    return None if np.isnan(west) else (west, south, east, north)
