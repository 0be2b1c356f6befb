"""Choose the sites and their order: the value as high as it can be found in the time, then the time short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gis.tours.problem import Order, Problem


@dataclass(frozen=True, slots=True)
class Found:
    """
    The best order so far. ``bound``: no plan is worth more (None: not known). ``clashes``: of a request that cannot be
    met, the keys of the smallest set of wishes found that cannot be met together.
    """

    order: Order
    value: float
    is_feasible: bool
    seconds: float
    bound: float | None = None
    clashes: tuple[str, ...] = ()


# Told of the best so far several times a second; answers True to stop.
Watch = Callable[[Found], bool]


def plan(
    problem: Problem, *, seconds: float = 10.0, seed: int = 0, start: Order | None = None, watch: Watch | None = None
) -> Found:
    """
    The best order that is found in ``seconds``.

    The same problem and seed find the same order where the search is not cut by the clock. ``start``: an order to
    begin with.
    """
    raise NotImplementedError
