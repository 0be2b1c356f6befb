"""
Where a site can go into a route, asked of all sites and all legs at once.

Along a route two clocks run: the earliest time at which the coach can leave each stop, before lunch and after it; and
backwards the latest time at which it can come to each stop and still keep everything that follows, lunch eaten or to be
eaten. A site fits a leg where the one, plus the visit, is not after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis.tours.problem import Lunch, Problem, Shift, Site, Window

NEVER = 10**12
ALWAYS: Window = (-NEVER, NEVER)

Times = NDArray[np.int64]


class Grounds:
    """A problem's sites as arrays."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.travel = problem.travel
        self.drives: list[list[int]] = problem.travel.tolist()
        self.places = np.array([site.place for site in problem.sites], dtype=np.int64)
        self.stays = np.array([site.stay for site in problem.sites], dtype=np.int64)
        self.values = np.array([site.value for site in problem.sites], dtype=np.float64)
        self.visiting = tuple(Visiting(problem, shift) for shift in range(len(problem.shifts)))


class Visiting:
    """When a shift may visit each site: ``windows`` while it is out; ``rows`` of the sites that have any."""

    def __init__(self, problem: Problem, shift: int) -> None:
        hours = problem.shifts[shift]
        self.stays = [site.stay for site in problem.sites]
        self.windows = [_within(site, hours) for site in problem.sites]
        allowed = [site.may_be_seen_by(shift) and windows != [] for site, windows in _pairs(problem, self.windows)]
        self.allowed = np.array(allowed, dtype=bool)
        bound = [row for row, windows in enumerate(self.windows) if windows and windows != [ALWAYS]]
        self.rows = np.array(bound, dtype=np.int64)
        most = max((len(self.windows[row]) for row in bound), default=0)
        padded = [self.windows[row] + self.windows[row][-1:] * (most - len(self.windows[row])) for row in bound]
        self.ends = [np.array([windows[n] for windows in padded], dtype=np.int64) for n in range(most)]

    def begins(self, arrive: Times) -> Times:
        """When each site's visit begins after an arrival (sites, legs); NEVER after its last window."""
        if not len(self.rows):
            return arrive
        begin, bound = arrive.copy(), arrive[self.rows]
        found: Times | int = NEVER
        for ends in self.ends[::-1]:
            found = np.where(bound <= ends[:, 1:], np.maximum(bound, ends[:, :1]), found)
        begin[self.rows] = found
        return begin

    def begin(self, site: int, arrive: int) -> int:
        """The same of one site."""
        for opens, closes in self.windows[site]:
            if arrive <= closes:
                return arrive if arrive >= opens else opens
        return NEVER

    def latest(self, site: int, leave: int) -> int:
        """The latest arrival at a site after which the coach can leave at ``leave``; -NEVER: there is none."""
        begin = leave - self.stays[site]
        for opens, closes in reversed(self.windows[site]):
            if begin >= opens:
                return begin if begin <= closes else closes
        return -NEVER


def _within(site: Site, hours: Shift) -> list[Window]:
    """A site's windows that a shift meets at all."""
    return [window for window in site.windows or (ALWAYS,) if window[1] >= hours.opens and window[0] <= hours.closes]


def _pairs(problem: Problem, windows: list[list[Window]]) -> Iterator[tuple[Site, list[Window]]]:
    return zip(problem.sites, windows, strict=True)


@dataclass(frozen=True, slots=True)
class Fit:
    """For each site its shortest detour into a route (NEVER: it fits nowhere), and at which leg."""

    detour: Times
    leg: Times


class Legs:
    """One route of a shift, its clocks and what fits into it."""

    def __init__(self, grounds: Grounds, shift: int, route: Sequence[int]) -> None:
        self.grounds, self.number, self.route = grounds, shift, tuple(route)
        # Whether turning a part of it round was tried.
        self.is_straight = False
        self.visiting = grounds.visiting[shift]
        self.shift: Shift = grounds.problem.shifts[shift]
        self.lunch = _lunch_of(self.shift)
        sites = grounds.problem.sites
        self.places = [self.shift.start, *(sites[site].place for site in route), self.shift.end]
        self.hungry, self.fed = self._leaves()
        self.late, self.late_fed = self._latest()

    @cached_property
    def back(self) -> int:
        """When the coach is back at the earliest; NEVER where it cannot keep the route."""
        if not self.route:
            return self.shift.opens
        drive = self.grounds.drives[self.places[-2]][self.places[-1]]
        hungry, last = self.hungry[-1] + drive, self._last_hungry()
        fed = min(self.fed[-1] + drive, self._eat_between(self.hungry[-1], len(self.places) - 2))
        return min((back for back, by in ((hungry, last), (fed, self.shift.closes)) if back <= by), default=NEVER)

    @cached_property
    def duration(self) -> int:
        """From departure to return; it departs so late that its first visit begins on arrival."""
        if not self.route:
            return 0
        drive = self.grounds.drives[self.places[0]][self.places[1]]
        return self.back - self.visiting.begin(self.route[0], self.shift.opens + drive) + drive

    @cached_property
    def fit(self) -> Fit:
        """What every site would cost at its best leg."""
        grounds, stays = self.grounds, self.grounds.stays[:, None]
        here, there = np.array(self.places[:-1]), np.array(self.places[1:])
        into = grounds.travel[here[:, None], grounds.places].T
        out = grounds.travel[grounds.places[:, None], there] + stays
        fits = self._without_lunch(into, out)
        if self.lunch is not None:
            self._add_lunch(self.lunch, into, out, fits)
        fits &= self.visiting.allowed[:, None]
        detour = np.where(fits, into + out - grounds.travel[here, there], NEVER)
        leg = detour.argmin(axis=1)
        return Fit(detour[np.arange(len(leg)), leg], leg)

    def _without_lunch(self, into: Times, out: Times) -> NDArray[np.bool_]:
        """Where a site fits if lunch is on no leg beside it; ``out`` with the stay."""
        late, fed = np.array(self.late[1:]), np.array(self.late_fed[1:])
        fits = self.visiting.begins(np.array(self.hungry) + into) + out <= late
        legs = [leg for leg, leave in enumerate(self.fed) if leave < NEVER]
        if legs:
            fits[:, legs] |= self.visiting.begins(np.array(self.fed)[legs] + into[:, legs]) + out[:, legs] <= fed[legs]
        return fits

    def _add_lunch(self, lunch: Lunch, into: Times, out: Times, fits: NDArray[np.bool_]) -> None:
        """Where a site fits if lunch is taken on the same leg, just before it or after it: only where it can be."""
        window, length = lunch.window, lunch.length
        ends = enumerate(zip(self.hungry, self.late_fed[1:], strict=True))
        legs = [leg for leg, (leave, late) in ends if leave <= window[1] and late >= window[0] + length]
        if not legs:
            return
        hungry, late = np.array(self.hungry)[legs], np.array(self.late_fed[1:])[legs]
        arrive, out = hungry + into[:, legs], out[:, legs]
        visited, begins = self.visiting.begins(arrive), self.visiting.begins
        if not lunch.places:
            first = begins(_eaten_all(lunch, arrive)) + out
            stays = self.grounds.stays[:, None]
            fits[:, legs] |= (first <= late) | (_eaten_all(lunch, visited + stays) + out - stays <= late)
        for place in lunch.places:
            fits[:, legs] |= self._lunch_at(lunch, place, legs, visited, out) <= late

    def _lunch_at(self, lunch: Lunch, place: int, legs: list[int], visited: Times, out: Times) -> Times:
        """When the coach is at the next stop if it eats at ``place`` on the way to each site, or from it."""
        grounds = self.grounds
        here, there = np.array(self.places[:-1])[legs], np.array(self.places[1:])[legs]
        eaten = _eaten_all(lunch, np.array(self.hungry)[legs] + grounds.travel[here, place])
        first = self.visiting.begins(eaten + grounds.travel[place, grounds.places][:, None]) + out
        left = visited + (grounds.stays + grounds.travel[grounds.places, place])[:, None]
        after = _eaten_all(lunch, left) + grounds.travel[place, there]
        return np.where(first < after, first, after)

    def _leaves(self) -> tuple[list[int], list[int]]:
        """When the coach leaves each stop but the last at the earliest: without lunch so far, and after it."""
        grounds, lunch = self.grounds, self.lunch
        hungry, fed = [self.shift.opens], [NEVER]
        for stop, site in enumerate(self.route):
            drive, stay = grounds.drives[self.places[stop]][self.places[stop + 1]], self.visiting.stays[site]
            arrive = hungry[-1] + drive
            leave = self.visiting.begin(site, arrive) + stay
            arrivals = [fed[-1] + drive]
            if lunch is not None:
                arrivals.append(self._eat_between(hungry[-1], stop) if lunch.places else _eaten(lunch, arrive))
            fed_leave = self.visiting.begin(site, min(arrivals)) + stay
            if lunch is not None and not lunch.places:
                fed_leave = min(fed_leave, _eaten(lunch, leave))
            hungry.append(min(leave, NEVER))
            fed.append(min(fed_leave, NEVER))
        return hungry, fed

    def _eat_between(self, leave: int, stop: int) -> int:
        """When the coach is at the next stop if it leaves ``stop`` and eats at the best place on its way."""
        if self.lunch is None:
            return NEVER
        drives, here, there = self.grounds.drives, self.places[stop], self.places[stop + 1]
        ways = (_eaten(self.lunch, leave + drives[here][place]) + drives[place][there] for place in self.lunch.places)
        return min(ways, default=NEVER)

    def _last_hungry(self) -> int:
        """By when a shift is back that takes no lunch."""
        return self.shift.closes if self.lunch is None else min(self.shift.closes, self.lunch.window[1])

    def _latest(self) -> tuple[list[int], list[int]]:
        """The latest arrival at each stop: with lunch still to be taken or not needed, and with lunch taken."""
        grounds, lunch, count = self.grounds, self.lunch, len(self.route)
        late, late_fed = [-NEVER] * (count + 1) + [self._last_hungry()], [-NEVER] * (count + 1) + [self.shift.closes]
        for stop in range(count, 0, -1):
            site, drive = self.route[stop - 1], grounds.drives[self.places[stop]][self.places[stop + 1]]
            leave_fed = late_fed[stop + 1] - drive
            late_fed[stop] = self.visiting.latest(site, leave_fed)
            leaves = [late[stop + 1] - drive]
            if lunch is not None and lunch.places:
                leaves.append(self._latest_to_eat(lunch, stop, late_fed[stop + 1]))
            elif lunch is not None:
                leaves.append(_before_eating(lunch, leave_fed))
            late[stop] = self.visiting.latest(site, max(leaves))
            if lunch is not None and not lunch.places:
                late[stop] = max(late[stop], _before_eating(lunch, late_fed[stop]))
        return late, late_fed

    def _latest_to_eat(self, lunch: Lunch, stop: int, by: int) -> int:
        """The latest leaving of a stop to eat on the way to the next and be there ``by``."""
        drives, here, there = self.grounds.drives, self.places[stop], self.places[stop + 1]
        return max(_before_eating(lunch, by - drives[place][there]) - drives[here][place] for place in lunch.places)


def _lunch_of(shift: Shift) -> Lunch | None:
    """The lunch of a shift that opens before it."""
    return shift.lunch if shift.lunch is not None and shift.opens <= shift.lunch.window[0] else None


def _eaten(lunch: Lunch, arrive: int) -> int:
    return max(arrive, lunch.window[0]) + lunch.length if arrive <= lunch.window[1] else NEVER


def _eaten_all(lunch: Lunch, arrive: Times) -> Times:
    return np.where(arrive <= lunch.window[1], np.maximum(arrive, lunch.window[0]) + lunch.length, NEVER)


def _before_eating(lunch: Lunch, leave: int) -> int:
    """The latest arrival at lunch after which the coach can leave at ``leave``."""
    begin = min(leave - lunch.length, lunch.window[1])
    return begin if begin >= lunch.window[0] else -NEVER
