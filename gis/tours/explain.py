"""
Why a plan is as it is: of each site left out what it would take to visit it, of each rule what it costs, and what more
time or one more coach would give.

Costs are differences between two searches of the same length, both from the plan that is asked about: what the shorter
list of rules gains is counted from what more searching alone would have gained, and is never less than nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from time import perf_counter

import numpy as np

from gis.tours.draft import Draft, Rules
from gis.tours.legs import NEVER, Grounds
from gis.tours.lns import Search
from gis.tours.problem import Order, Problem
from gis.tours.timing import time_shift
from gis.tours.wishes import Wish, later, wishes_of, without

# Legs at which a site that does not fit is timed, those with the shortest detours.
LEGS_TIMED = 6
# Told how much of an explanation is done, from 0 to 1; answers True to stop.
Progress = Callable[[float], bool]


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


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan would gain in value without a wish, at least 0."""

    wish: Wish
    gain: float


@dataclass(frozen=True, slots=True)
class Change:
    """What more would give: ``shift`` lasts longer (None: all of them), or one more coach a day."""

    kind: str
    shift: int | None
    gain: float
    sites: int


def left_out(problem: Problem, order: Order) -> tuple[LeftOut, ...]:
    """Of each site that ``order`` leaves out, what it would take; ``order`` keeps all rules."""
    draft = Draft(Grounds(problem), Rules(problem), order)
    out = np.flatnonzero(~draft.seen).tolist()
    swaps = _swaps(draft, out)
    return tuple(_left_out(draft, site, swaps.get(site, ())) for site in out)


def costs(
    problem: Problem, order: Order, *, seconds: float = 10.0, seed: int = 0, watch: Progress | None = None
) -> tuple[Cost, ...]:
    """What each wish costs that binds in ``order``, the dearest first; the others cost nothing and are not named."""
    wishes = [wish for wish in wishes_of(problem) if wish.kind != "hours" and _binds(problem, order, wish)]
    problems = [without(problem, [wish]) for wish in wishes]
    gains = _gains(problem, problems, order, _Budget(seconds, len(problems) + 1, seed, watch))
    found = [Cost(wish, gain) for wish, (gain, _) in zip(wishes, gains, strict=False)]
    return tuple(sorted(found, key=lambda cost: -cost.gain))


def sensitivity(
    problem: Problem,
    order: Order,
    *,
    longer: int = 30,
    seconds: float = 10.0,
    seed: int = 0,
    watch: Progress | None = None,
) -> tuple[Change, ...]:
    """What each shift gains that lasts ``longer``, all of them together, and one more coach a day."""
    shifts = range(len(problem.shifts))
    every = problem
    for shift in shifts:
        every = later(every, shift, longer)
    asked: list[tuple[str, int | None, Problem]] = [("longer", s, later(problem, s, longer)) for s in shifts]
    asked += [("longer", None, every), ("coach", None, one_more_coach(problem))] if asked else []
    budget = _Budget(seconds, len(asked) + 1, seed, watch)
    gains = _gains(problem, [changed for _, _, changed in asked], order, budget)
    return tuple(Change(kind, shift, *gain) for (kind, shift, _), gain in zip(asked, gains, strict=False))


def one_more_coach(problem: Problem) -> Problem:
    """The problem with the first coach of each day once more; it may visit what that one may."""
    first = {shift.day: number for number, shift in reversed(list(enumerate(problem.shifts)))}
    coach = max((shift.coach for shift in problem.shifts), default=0) + 1
    more = tuple(replace(problem.shifts[number], coach=coach) for number in first.values())
    twins = {number: len(problem.shifts) + place for place, number in enumerate(first.values())}
    sites = tuple(
        s if s.shifts is None else replace(s, shifts=s.shifts | {twins[n] for n in s.shifts if n in twins})
        for s in problem.sites
    )
    return replace(problem, sites=sites, shifts=(*problem.shifts, *more))


@dataclass(frozen=True, slots=True)
class _Budget:
    seconds: float
    parts: int
    seed: int
    watch: Progress | None

    def search(self, problem: Problem, order: Order) -> Search:
        """One part's search from ``order``."""
        search, began = Search(problem, self.seed, order), perf_counter()
        patience = 30 * (len(problem.sites) + 1)
        steps = iter(range(patience))
        search.run(lambda: next(steps, None) is None or perf_counter() - began > self.seconds / self.parts)
        return search

    def is_stopped(self, done: int) -> bool:
        """Tells how much is done."""
        return self.watch is not None and self.watch(done / self.parts)


def _gains(problem: Problem, changed: Sequence[Problem], order: Order, budget: _Budget) -> Iterator[tuple[float, int]]:
    """For each changed problem the value gained, and the sites; fewer where the watch stops."""
    base = budget.search(problem, order).best
    value, sites = problem.value_of(base), sum(map(len, base))
    for done, each in enumerate(changed, 1):
        if budget.is_stopped(done):
            return
        search = budget.search(each, (*base, *((),) * (len(each.shifts) - len(base))))
        gain = each.value_of(search.best) - value if search.rank.missing == 0 else 0.0
        yield (round(gain, 6), sum(map(len, search.best)) - sites) if gain > 0 else (0.0, 0)


def _binds(problem: Problem, order: Order, wish: Wish) -> bool:
    """Whether a wish can cost this order anything: a count or stay at its limit, a must-see, a lunch that is taken."""
    seen = {site for route in order for site in route}
    if wish.kind in ("least", "most"):
        rule = next(rule for rule in problem.counts if rule.key == wish.key)
        return len(rule.sites & seen) == (rule.at_least if wish.kind == "least" else rule.at_most)
    if wish.kind == "stay":
        limit = next(limit for limit in problem.stays if limit.key == wish.key)
        room = limit.most - sum(problem.sites[site].stay for site in limit.sites & seen)
        return any(problem.sites[site].stay > room for site in limit.sites - seen)
    if wish.kind == "lunch" and wish.shift is not None:
        timed, _ = time_shift(problem, wish.shift, order[wish.shift])
        return any(halt.site is None for halt in timed.halts)
    return wish.kind == "must"


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


def _swaps(draft: Draft, out: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """For each site left out, the visited sites of least value that fall out for it: one, else two of one shift."""
    ones = [(site,) for route in draft.order for site in route]
    found = _cheapest(draft, ones, out)
    twos = [pair for route in draft.order for pair in combinations(route, 2)]
    return found | _cheapest(draft, twos, [site for site in out if site not in found])


def _cheapest(draft: Draft, groups: Sequence[tuple[int, ...]], out: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The first group, of those of least value, that makes room for each site."""
    found: dict[int, tuple[int, ...]] = {}
    for gone in sorted(groups, key=lambda group: float(draft.grounds.values[list(group)].sum())):
        rest = [site for site in out if site not in found]
        if not rest:
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
