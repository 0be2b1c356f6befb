"""Choose the sites and their order: the value as high as it can be found in the time, then the time short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from time import perf_counter

from gis.tours.clashes import Clash, clash_of
from gis.tours.lns import Search
from gis.tours.problem import Order, Problem
from gis.tours.pyvrp_model import model_of
from gis.tours.pyvrp_search import search
from gis.tours.shares import shared_rules, shares, strained
from gis.tours.timing import time_order
from gis.tours.visitors import hours_of, is_small, visits


@dataclass(frozen=True, slots=True)
class Found:
    """
    The best order so far. ``bound``: no plan is worth more (None: not known). ``clash``: of a request that cannot be
    met, the smallest set of wishes found that cannot be met together, and the ways out.
    """

    order: Order
    value: float
    is_feasible: bool
    seconds: float
    bound: float | None = None
    clash: Clash | None = None

    @property
    def clashes(self) -> tuple[str, ...]:
        """The keys of the wishes that clash."""
        return () if self.clash is None else tuple(str(wish) for wish in self.clash.wishes)


# Told of the best so far several times a second; answers True to stop.
Watch = Callable[[Found], bool]


# How many searches share the time, and from how many seconds on.
SEARCHES = 3
SHARED_FROM = 2.0
# Of each search's time: until when it looks for an order to begin with; until when PyVRP searches that knows all rules,
# and that does not.
BEGUN, FULL, SOME = 0.1, 1.0, 0.3
# For each site, so many changes without a better plan end our search, and so many changes PyVRP's.
CHANGES, MOVES = 30, 150
# After a search that found no plan that keeps the rules, so long at most is spent on why.
CLASH_SECONDS = 3.0
# The watch is told so often, in seconds.
TELL_EVERY = 0.2


def plan(
    problem: Problem,
    *,
    seconds: float = 10.0,
    seed: int = 0,
    start: Order | None = None,
    watch: Watch | None = None,
    clash_seconds: float | None = None,
) -> Found:
    """
    The best order that is found in ``seconds``: rules first, then value, then time.

    Of a few sites it ends by itself, after so many changes. The same problem and seed may find another order on a
    busier machine: where the time passes faster than the changes do, it is the clock that cools the search.
    ``start``: an order to begin with; what is found is no worse.
    ``clash_seconds``: about how long it looks for what clashes where no plan keeps the rules; None: half as long as for
    the plan, CLASH_SECONDS at most. The watch can stop that, too.
    """
    best = _Best(problem, seconds, watch)
    best.hear(tuple(() for _ in problem.shifts))
    if start is not None:
        best.hear(start)
    if visits(problem, hours_of(problem)):
        parts = 1 if seconds < SHARED_FROM else SEARCHES
        over: frozenset[str] = frozenset()
        for part in range(parts):
            over |= _search(best, seed + part, (seconds * part / parts, seconds * (part + 1) / parts), over, start)
    answer = best.found()
    return answer if answer.is_feasible else replace(answer, clash=_clash(best, clash_seconds, seed))


def _clash(best: _Best, seconds: float | None, seed: int) -> Clash | None:
    seconds = min(best.seconds / 2, CLASH_SECONDS) if seconds is None else seconds
    return clash_of(best.problem, seconds=seconds, seed=seed, stop=lambda: best.is_over(inf))


def _search(
    best: _Best, seed: int, span: tuple[float, float], over: frozenset[str], start: Order | None
) -> frozenset[str]:
    """
    An order to begin with, then PyVRP where the problem is small enough for it, then, where it does not know all
    rules, the search that does.

    ``over``: the rules of which each shift may have only its share; answers those that PyVRP's order breaks.
    """
    problem = best.problem
    knows_all = not shared_rules(problem) and all(shift.lunch is None for shift in problem.shifts)
    begin = Search(problem, seed, best.order if over else start)
    _run(begin, best, _Turn(best, span, BEGUN, CHANGES))
    found = begin.best
    if is_small(problem):
        model = model_of(problem, shares(problem, over, begin.best))
        turn = _Turn(best, span, FULL if knows_all else SOME, MOVES)
        found = search(model, seed, turn.passed, turn.hear, begin.best)
        best.hear(found)
    last = Search(problem, seed, found)
    last = last if last.rank < begin.rank else Search(problem, seed + SEARCHES, begin.best)
    _run(last, best, _Turn(best, span, FULL, CHANGES))
    return strained(problem, found)


def _run(search_: Search, best: _Best, turn: _Turn) -> None:
    best.hear(search_.best)
    search_.run(turn.is_over, turn.hear)


class _Best:
    """The best order heard of under the true rules, and the clock."""

    def __init__(self, problem: Problem, seconds: float, watch: Watch | None) -> None:
        self.problem, self.seconds, self._watch = problem, seconds, watch
        self._began = self._told = perf_counter()
        self._is_stopped = False
        self.order: Order = ()
        self._rank: tuple[float, ...] | None = None

    def hear(self, order: Order) -> None:
        """Keep an order if it is better: fewer breaches, then more value, then less time."""
        timing = time_order(self.problem, order)
        rank = (-sum(breach.by for breach in timing.breaches), self.problem.value_of(order), -timing.duration)
        if self._rank is None or rank > self._rank:
            self.order, self._rank = order, rank

    def is_over(self, until: float) -> bool:
        """Whether so many seconds have passed, or the watch has said to stop; tells the watch now and then."""
        now = perf_counter()
        if self._watch is not None and now - self._told >= TELL_EVERY:
            self._told = now
            self._is_stopped |= self._watch(self.found())
        return self._is_stopped or now - self._began >= until

    def seconds_passed(self) -> float:
        """Since the search began."""
        return perf_counter() - self._began

    def found(self) -> Found:
        """The best so far."""
        feasible = self._rank is not None and self._rank[0] == 0
        value = self.problem.value_of(self.order)
        return Found(self.order, value, feasible, self.seconds_passed())


class _Turn:
    """One search's time: over when its share of the span is, or when it has made, or idled for, enough changes."""

    def __init__(self, best: _Best, span: tuple[float, float], share: float, changes: int) -> None:
        self._best, self._until = best, span[0] + share * (span[1] - span[0])
        self._since = best.seconds_passed()
        self._most = changes * (len(best.problem.sites) + 1) * max(1.0, best.seconds / 10)
        self._made = self._idle = 0

    def hear(self, order: Order) -> None:
        """A better order of this search."""
        self._idle = 0
        self._best.hear(order)

    def is_over(self) -> bool:
        """Asked once for each change, by a search that ends when it has found nothing better for long."""
        self._idle += 1
        return self._idle > self._most or self._best.is_over(self._until)

    def passed(self) -> float:
        """
        Asked once for each change, by a search that has to know how far it is; 1: over.

        Of a few sites the changes run out before the time does.
        """
        self._made += 1
        if self._best.is_over(self._until):
            return 1.0
        time = (self._best.seconds_passed() - self._since) / max(self._until - self._since, 1e-9)
        return min(1.0, max(self._made / self._most, time))
