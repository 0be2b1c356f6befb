"""Choose the sites and their order: the value as high as it can be found in the time, then the time short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from gis.tours.problem import Order, Problem
from gis.tours.pyvrp_model import model_of
from gis.tours.pyvrp_search import search
from gis.tours.timing import time_order
from gis.tours.visitors import hours_of, visits


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


# How many searches share the time, and from how many seconds on.
SEARCHES = 3
SHARED_FROM = 2.0
# The watch is told so often, in seconds.
TELL_EVERY = 0.2


def plan(
    problem: Problem, *, seconds: float = 10.0, seed: int = 0, start: Order | None = None, watch: Watch | None = None
) -> Found:
    """
    The best order that is found in ``seconds``.

    The same problem and seed find the same order where the search is not cut by the clock. ``start``: an order to
    begin with.
    """
    best = _Best(problem, seconds, watch)
    best.hear(tuple(() for _ in problem.shifts))
    if start is not None:
        best.hear(start)
    if any(visits(problem, hours_of(problem))):
        _search(problem, best, seed, start)
    return best.found()


def _search(problem: Problem, best: _Best, seed: int, start: Order | None) -> None:
    """PyVRP, once or several times with seeds of their own."""
    model = model_of(problem)
    parts = 1 if best.seconds < SHARED_FROM else SEARCHES
    for part in range(parts):
        until = best.seconds * (part + 1) / parts
        best.hear(search(model, seed + part, partial(best.is_over, until), best.hear, start))


class _Best:
    """The best order heard of under the true rules, and the clock."""

    def __init__(self, problem: Problem, seconds: float, watch: Watch | None) -> None:
        self.problem, self.seconds, self._watch = problem, seconds, watch
        self._began = self._told = perf_counter()
        self._is_stopped = False
        self._order: Order = ()
        self._rank: tuple[float, ...] | None = None

    def hear(self, order: Order) -> None:
        """Keep an order if it is better: fewer breaches, then more value, then less time."""
        timing = time_order(self.problem, order)
        rank = (-sum(breach.by for breach in timing.breaches), self.problem.value_of(order), -timing.duration)
        if self._rank is None or rank > self._rank:
            self._order, self._rank = order, rank

    def is_over(self, until: float) -> bool:
        """Whether so many seconds have passed, or the watch has said to stop; tells the watch now and then."""
        now = perf_counter()
        if self._watch is not None and now - self._told >= TELL_EVERY:
            self._told = now
            self._is_stopped |= self._watch(self.found())
        return self._is_stopped or now - self._began >= until

    def found(self) -> Found:
        """The best so far."""
        feasible = self._rank is not None and self._rank[0] == 0
        value = self.problem.value_of(self._order)
        return Found(self._order, value, feasible, perf_counter() - self._began)
