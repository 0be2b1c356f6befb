"""Why a plan leaves a site out: what it would take to visit it, and what would fall out for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, takewhile

import numpy as np

from gis.tours.draft import Draft, Rules
from gis.tours.legs import NEVER, Grounds
from gis.tours.problem import Order, Problem
from gis.tours.timing import time_shift

# Legs at which a site that does not fit is timed, those with the shortest detours.
LEGS_TIMED = 6


@dataclass(frozen=True, slots=True)
class LeftOut:
    """
    A site that a plan leaves out.

    ``over``: by how much windows, lunch and hours would be broken were it put in at the best place, 0: it fits there;
    None: no shift may visit it. ``shift`` and ``leg``: that place. ``rules``: the keys of the rules that are used up.
    ``swap``: the visited sites of least value, at most two, that would have to fall out for it; empty where it fits as
    it is, and where none were found.
    """

    site: int
    over: int | None
    shift: int | None
    leg: int | None
    rules: tuple[str, ...]
    swap: tuple[int, ...]


def left_out(problem: Problem, order: Order, *, stop: Callable[[], bool] = lambda: False) -> tuple[LeftOut, ...]:
    """
    Of each site that ``order`` leaves out, what it would take; ``order`` keeps all rules.

    Where ``stop`` answers True the rest is left out of the answer.
    """
    draft = Draft(Grounds(problem), Rules(problem), order)
    out = np.flatnonzero(~draft.seen).tolist()
    swaps = _swaps(draft, out, stop)
    return tuple(_left_out(draft, site, swaps.get(site, ())) for site in takewhile(lambda _: not stop(), out))


def _left_out(draft: Draft, site: int, swap: tuple[int, ...]) -> LeftOut:
    problem = draft.grounds.problem
    room = draft.rules.high - draft.used
    full = np.flatnonzero(draft.rules.member[:, site] > room).tolist()
    keys = [*(rule.key for rule in problem.counts), *(limit.key for limit in problem.stays)]
    over, shift, leg = min(_overs(draft, site), key=lambda each: each[0], default=(None, None, None))
    return LeftOut(site, over, shift, leg, tuple(keys[rule] for rule in full), swap if full or over else ())


def _overs(draft: Draft, site: int) -> Iterator[tuple[int, int, int]]:
    """By how much rules of time are broken where the site is put in, at the legs with the shortest detours."""
    problem, place = draft.grounds.problem, draft.grounds.problem.sites[site].place
    for shift, legs in enumerate(draft.legs):
        if not problem.sites[site].may_be_seen_by(shift):
            continue
        if legs.fit.detour[site] < NEVER:
            yield 0, shift, int(legs.fit.leg[site])
            continue
        drives, stops = draft.grounds.drives, legs.places
        detours = [drives[a][place] + drives[place][b] - drives[a][b] for a, b in pairwise(stops)]
        for leg in sorted(range(len(detours)), key=detours.__getitem__)[:LEGS_TIMED]:
            _, breaches = time_shift(problem, shift, (*legs.route[:leg], site, *legs.route[leg:]))
            yield sum(breach.by for breach in breaches), shift, leg


def _swaps(draft: Draft, out: Sequence[int], stop: Callable[[], bool]) -> dict[int, tuple[int, ...]]:
    """For each site left out, the visited sites of least value that fall out for it: one, else two of one shift."""
    ones = [(site,) for route in draft.order for site in route]
    found = _cheapest(draft, ones, out, stop)
    twos = [pair for route in draft.order for pair in combinations(route, 2)]
    return found | _cheapest(draft, twos, [site for site in out if site not in found], stop)


def _cheapest(
    draft: Draft, groups: Sequence[tuple[int, ...]], out: Sequence[int], stop: Callable[[], bool]
) -> dict[int, tuple[int, ...]]:
    """The first group, of those of least value, that makes room for each site."""
    found: dict[int, tuple[int, ...]] = {}
    for gone in sorted(groups, key=lambda group: float(draft.grounds.values[list(group)].sum())):
        rest = [site for site in out if site not in found]
        if not rest or stop():
            break
        found |= dict.fromkeys(_that_fit(draft, gone, rest), gone)
    return found


def _that_fit(draft: Draft, gone: tuple[int, ...], out: Sequence[int]) -> Iterator[int]:
    """The sites that fit in once others are gone, so that nothing is missing that was there."""
    rest = draft.copy()
    rest.take(set(gone))
    may = rest.may_come()
    fits = np.any([legs.fit.detour < NEVER for legs in rest.legs], axis=0)
    lacking = np.maximum(rest.rules.low - rest.used, 0)
    if (rest.rules.must & ~rest.seen)[list(gone)].any():
        return
    for site in out:
        if may[site] and fits[site] and (lacking <= rest.rules.member[:, site]).all():
            yield site
