"""
A search under the true rules: take a few sites out, put others in where they are worth most for their detour.

It knows every rule of a problem, which PyVRP does not, and breaks none but one: what is missing of must-see sites and
minima is counted, and made up before value is.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
from numpy.typing import NDArray

from gis.tours.draft import Draft, Rank, Rules
from gis.tours.legs import NEVER, Grounds
from gis.tours.problem import Order, Problem

# How warm the search is at the start of each round, in parts of the best value, and how many changes it cools over.
WARMTH, ROUND = 0.02, 600
# So many changes without a better plan: back to the best.
PATIENCE = 600
# How often a whole route is taken out.
WHOLE = 0.05
# Sites taken out at once, at most.
MOST_TAKEN = 7
# How far chance moves a site's worth for a shift: the deviation of its logarithm.
SPREADS = (0.1, 0.25, 0.8)


class Search:
    """
    Changes one order again and again; ``best`` is the best it met.

    ``is_bare``: nothing is visited but what must-see sites and minima ask for.
    """

    def __init__(self, problem: Problem, seed: int, order: Order | None = None, *, is_bare: bool = False) -> None:
        self._is_bare = is_bare
        self._random, self._noise = Random(seed), np.random.default_rng(seed)  # noqa: S311
        self._grounds = Grounds(problem)
        self._all_value = problem.total_value
        self._current = cleaned(self._grounds, Rules(problem), order or tuple(() for _ in problem.shifts))
        self._fill(self._current, np.zeros(len(problem.sites), dtype=bool), 1.0)
        self._current = self._swapped(self._current)
        self._best, self._rank = self._current, self._current.rank
        self._now, self._idle, self._steps = self._rank, 0, 0

    @property
    def best(self) -> Order:
        """The best order so far."""
        return self._best.order

    @property
    def rank(self) -> Rank:
        """How good it is."""
        return self._rank

    @property
    def backs(self) -> tuple[int, ...]:
        """When each shift is back at the earliest in the best order."""
        return tuple(legs.back for legs in self._best.legs)

    def run(self, stop: Callable[[], bool], tell: Callable[[Order], None] = lambda order: None) -> None:
        """Change the order until ``stop``; ``tell`` hears of each new best."""
        while not stop():
            if self.step():
                tell(self.best)

    def step(self) -> bool:
        """One change; whether it found a new best."""
        draft = self._current.copy()
        taken = self._some(draft)
        draft.take(taken)
        barred = np.zeros(len(draft.seen), dtype=bool)
        barred[[site for site in taken if self._random.random() < 0.5]] = True
        power = self._random.uniform(0.5, 2.0)
        self._fill(draft, barred, power)
        if draft.straighten():
            self._fill(draft, barred, power)
        rank = draft.rank
        self._idle, self._steps = self._idle + 1, self._steps + 1
        if self._follows(rank):
            self._current, self._now = draft, rank
        if rank < self._rank:
            draft = self._swapped(draft)
            self._current = self._best = draft
            self._now = self._rank = draft.rank
            self._idle = 0
            return True
        if self._idle > PATIENCE:
            self._current, self._now, self._idle = self._best, self._rank, 0
        return False

    def _follows(self, rank: Rank) -> bool:
        if rank < self._now:
            return True
        warmth = WARMTH * (self._all_value - self._rank.lost) * (1 - self._steps % ROUND / ROUND)
        return rank.missing <= self._now.missing and rank.lost <= self._now.lost + warmth * self._random.expovariate(1)

    def _swapped(self, draft: Draft) -> Draft:
        """One site for another of more value, and whatever fits then, until no such swap is left."""
        nobody = np.zeros(len(draft.seen), dtype=bool)
        while not self._is_bare:
            swaps = (swap for route in draft.order for site in route if (swap := self._swap(draft, site)) is not None)
            best = next(swaps, None)
            if best is None:
                break
            self._fill(best, nobody, 1.0)
            draft = best
        return draft

    def _swap(self, draft: Draft, site: int) -> Draft | None:
        """The draft with the most valuable site in place of ``site``; None: none is worth more."""
        values = draft.grounds.values
        better = (values > values[site]) & ~draft.seen
        if draft.rules.must[site] or not better.any():
            return None
        rest = draft.copy()
        rest.take({site})
        better &= rest.may_come()
        fits = [legs.fit for legs in rest.legs]
        for other in sorted(np.flatnonzero(better).tolist(), key=lambda each: -values[each]):
            shift = min(range(len(fits)), key=lambda number: fits[number].detour[other])
            if fits[shift].detour[other] < NEVER:
                rest.put(other, shift, int(fits[shift].leg[other]))
                if rest.missing <= draft.missing:
                    return rest
                rest.take({other})
        return None

    def _some(self, draft: Draft) -> set[int]:
        """The sites that one change takes out."""
        visited = [site for route in draft.order for site in route]
        if not visited:
            return set()
        if self._random.random() < WHOLE:
            return set(self._random.choice([route for route in draft.order if route]))
        count = self._random.randint(1, min(MOST_TAKEN, len(visited)))
        kind = self._random.randrange(3)
        if kind == 0:
            route = self._random.choice([route for route in draft.order if route])
            first = self._random.randrange(len(route))
            return set(route[first : first + count])
        if kind == 1:
            centre = self._grounds.places[self._random.randrange(len(draft.seen))]
            return set(
                sorted(visited, key=lambda site: self._grounds.drives[centre][self._grounds.places[site]])[:count]
            )
        return set(self._random.sample(visited, count))

    def _fill(self, draft: Draft, barred: NDArray[np.bool_], power: float) -> None:
        """Put sites in while any fits, the one with most value for its detour first; what is missing before all."""
        spread = self._random.choice(SPREADS)
        shape = len(draft.legs), len(draft.seen)
        worth = (draft.grounds.values + 1e-9) ** power * np.exp(spread * self._noise.standard_normal(shape))
        while not self._is_bare or draft.missing:
            may = draft.may_come() & ~barred
            wanted = draft.wanted()
            may &= wanted | (not self._is_bare)
            best = max(
                (_best_fit(draft, shift, may, wanted, worth[shift]) for shift in range(len(draft.legs))), default=None
            )
            if best is None or best[0] <= 0:
                return
            draft.put(best[1], best[2], best[3])


def _best_fit(
    draft: Draft, shift: int, may: NDArray[np.bool_], wanted: NDArray[np.bool_], worth: NDArray[np.float64]
) -> tuple[float, int, int, int]:
    """The score of the site that fits best into a shift, the site, the shift, the leg; no score: none fits."""
    fit = draft.legs[shift].fit
    score = np.where(may & (fit.detour < NEVER), worth / np.maximum(fit.detour, 1), 0.0)
    score[wanted] *= 1e12
    site = int(score.argmax()) if len(score) else 0
    return (float(score[site]), site, shift, int(fit.leg[site])) if len(score) else (0.0, 0, shift, 0)


def cleaned(grounds: Grounds, rules: Rules, order: Order) -> Draft:
    """A draft of an order that breaks no rule: the sites that break one are taken out, of least value first."""
    seen: set[int] = set()
    routes: list[tuple[int, ...]] = []
    for shift, route in enumerate(order):
        kept = tuple(s for s in dict.fromkeys(route) if s not in seen and grounds.visiting[shift].allowed[s])
        seen.update(kept)
        routes.append(kept)
    draft = Draft(grounds, rules, tuple(routes))
    for shift in range(len(routes)):
        while draft.legs[shift].back >= NEVER:
            draft.take({min(draft.legs[shift].route, key=lambda site: _weight(draft, site))})
    while (over := draft.used > rules.high).any():
        full = (rules.member[over] > 0).any(axis=0) & draft.seen
        draft.take({min(np.flatnonzero(full).tolist(), key=lambda site: _weight(draft, site))})
    return draft


def _weight(draft: Draft, site: int) -> tuple[bool, float]:
    return bool(draft.rules.must[site]), float(draft.grounds.values[site])
