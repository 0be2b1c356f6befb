"""Travel between spots: how long, how far, along which line; the values that roads and straight lines both give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import LineString

from gis.errors import InvalidValue
from gis.words import Words

Floats = NDArray[np.float64]
# A spot farther from any road than this is reported (issue of tours: "a site over 500 m from any road").
FAR_FROM_ROAD_M = 500.0


@dataclass(frozen=True, slots=True)
class Snapped:
    """
    Where a coach stops for a spot: a point of a road (working CRS), and how far the spot lies from it.

    ``share``: how far along the road's line it is, 0 to 1. Without roads (``road_no`` None) it is the spot itself.
    """

    x: float
    y: float
    metres_off: float
    road_no: str | None = None
    share: float = 0.0

    @property
    def is_far(self) -> bool:
        """So far from any road that somebody should look at it."""
        return self.metres_off > FAR_FROM_ROAD_M


@dataclass(frozen=True, eq=False)
class Travel:
    """
    From each spot to each other one.

    ``seconds``, ``metres`` (n, n): from row to column, 0 on the diagonal, inf where no way leads. ``estimated``: not
    from roads, to be marked 估算 wherever it shows. ``shape(i, j)``: the line driven, in the working CRS; its length is
    ``metres[i, j]`` where that comes from roads.
    """

    seconds: Floats
    metres: Floats
    estimated: bool
    shape: Callable[[int, int], LineString]

    @property
    def unreachable(self) -> tuple[tuple[int, int], ...]:
        """Pairs between which no way leads (turn restrictions can do that)."""
        return tuple((int(i), int(j)) for i, j in np.argwhere(~np.isfinite(self.seconds)))

    def minutes(self, speed_factor: float = 1.0) -> NDArray[np.int64]:
        """
        The matrix of a problem: whole minutes, rounded up, closed under the triangle inequality.

        ``speed_factor`` 0.8: a fifth slower than the roads allow.

        Raises
        ------
        Unreachable
            No way leads from one spot to another; names them all.
        InvalidValue
            The factor is not above 0.
        """
        if not speed_factor > 0:
            words = Words("车速系数应大于 0", "the speed factor must be above 0")
            raise InvalidValue(words, found=str(speed_factor), expected="> 0")
        if self.unreachable:
            raise Unreachable(self.unreachable)
        # A hundredth of a second is noise of the arithmetic, not a minute more.
        return closed(np.ceil((self.seconds / speed_factor - 0.01) / 60.0).clip(min=0).astype(np.int64))


class Unreachable(InvalidValue):
    """Spots between which no way leads, as ``pairs`` of their places (from, to)."""

    def __init__(self, pairs: tuple[tuple[int, int], ...]) -> None:
        self.pairs = pairs
        told = "、".join(f"{i + 1}→{j + 1}" for i, j in pairs[:20])
        words = Words(f"以下地点之间无路可通（转向限制）：{told}", f"no way leads between these spots (turns): {told}")
        super().__init__(words, found=told, expected="—")


def closed(minutes: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    The matrix (n, n) under the triangle inequality: no way round is shorter than the way straight on.

    Rounding up makes ways round look shorter by a minute; Floyd and Warshall's sweep takes them.
    """
    made = minutes.copy()
    for middle in range(len(made)):
        np.minimum(made, made[:, middle, None] + made[None, middle, :], out=made)
    return made
