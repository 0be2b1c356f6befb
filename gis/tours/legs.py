"""
Where a site can go into a route, asked of all sites and all legs at once.

Along a route two clocks run: the earliest time at which the coach can leave each stop, before lunch and after it; and
backwards the latest time at which it can come to each stop and still keep everything that follows, lunch eaten or to be
eaten. A site fits a leg where the one, plus the visit, is not after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.tours.problem import Lunch, Problem, Shift

NEVER = 10**12

Times = NDArray[np.int64]


class Grounds:
    """A problem's sites as arrays; ``opens`` and ``closes`` (windows, sites)."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.travel = problem.travel
        self.drives: list[list[int]] = problem.travel.tolist()
        self.places = np.array([site.place for site in problem.sites], dtype=np.int64)
        self.stays = np.array([site.stay for site in problem.sites], dtype=np.int64)
        self.values = np.array([site.value for site in problem.sites], dtype=np.float64)
        self.windows = [list(site.windows) or [(-NEVER, NEVER)] for site in problem.sites]
        most = max((len(windows) for windows in self.windows), default=1)
        padded = [windows + windows[-1:] * (most - len(windows)) for windows in self.windows]
        self.opens, self.closes = np.array(padded, dtype=np.int64).reshape(-1, most, 2).transpose(2, 1, 0)
        allowed = [[site.may_be_seen_by(shift) for site in problem.sites] for shift in range(len(problem.shifts))]
        self.allowed = np.array(allowed, dtype=bool).reshape(len(problem.shifts), len(problem.sites))

    def begins(self, arrive: Times) -> Times:
        """When each site's visit begins after an arrival (sites, …); NEVER after its last window."""
        begin = np.full_like(arrive, NEVER)
        shape = (-1,) + (1,) * (arrive.ndim - 1)
        for opens, closes in zip(self.opens[::-1], self.closes[::-1], strict=True):
            begin = np.where(arrive <= closes.reshape(shape), np.maximum(arrive, opens.reshape(shape)), begin)
        return begin

    def begin(self, site: int, arrive: int) -> int:
        """The same of one site."""
        return next((max(arrive, opens) for opens, closes in self.windows[site] if arrive <= closes), NEVER)

    def latest(self, site: int, leave: int) -> int:
        """The latest arrival at a site after which the coach can leave at ``leave``; -NEVER: there is none."""
        begin = leave - int(self.stays[site])
        return next((min(begin, closes) for opens, closes in self.windows[site][::-1] if begin >= opens), -NEVER)


@dataclass(frozen=True, slots=True)
class Fit:
    """For each site its shortest detour into a route (NEVER: it fits nowhere), and at which leg."""

    detour: Times
    leg: Times


class Legs:
    """One route of a shift, its clocks and what fits into it."""

    def __init__(self, grounds: Grounds, shift: int, route: Sequence[int]) -> None:
        self.grounds, self.number, self.route = grounds, shift, tuple(route)
        self.shift: Shift = grounds.problem.shifts[shift]
        self.lunch = _lunch_of(self.shift)
        sites = grounds.problem.sites
        self.places = [self.shift.start, *(sites[site].place for site in route), self.shift.end]
        self.hungry, self.fed = self._leaves()

    @property
    def back(self) -> int:
        """When the coach is back at the earliest; NEVER where it cannot keep the route."""
        if not self.route:
            return self.shift.opens
        drive = self.grounds.drives[self.places[-2]][self.places[-1]]
        hungry, last = self.hungry[-1] + drive, self._last_hungry()
        fed = min(self.fed[-1] + drive, self._eat_between(self.hungry[-1], len(self.places) - 2))
        return min((back for back, by in ((hungry, last), (fed, self.shift.closes)) if back <= by), default=NEVER)

    @property
    def duration(self) -> int:
        """From departure to return; it departs so late that its first visit begins on arrival."""
        if not self.route:
            return 0
        drive = self.grounds.drives[self.places[0]][self.places[1]]
        return self.back - self.grounds.begin(self.route[0], self.shift.opens + drive) + drive

    def fit(self) -> Fit:
        """What every site would cost at its best leg."""
        grounds = self.grounds
        here, there = np.array(self.places[:-1]), np.array(self.places[1:])
        into = grounds.travel[here[:, None], grounds.places].T
        out = grounds.travel[grounds.places[:, None], there]
        late, late_fed = self._latest()
        stays = grounds.stays[:, None]
        fits = grounds.begins(np.array(self.hungry) + into) + stays + out <= np.array(late[1:])
        if self.lunch is not None:
            fits |= grounds.begins(np.array(self.fed) + into) + stays + out <= np.array(late_fed[1:])
            fits |= self._with_lunch(self.lunch, into, out, np.array(late_fed[1:]))
        fits &= grounds.allowed[self.number][:, None]
        detour = np.where(fits, into + stays + out - grounds.travel[here, there], NEVER)
        leg = detour.argmin(axis=1)
        return Fit(detour[np.arange(len(leg)), leg], leg)

    def _with_lunch(self, lunch: Lunch, into: Times, out: Times, late: Times) -> NDArray[np.bool_]:
        """Where a site fits if lunch is taken on the same leg, just before it or after it."""
        grounds, hungry = self.grounds, np.array(self.hungry)
        stays = grounds.stays[:, None]
        if not lunch.places:
            first = grounds.begins(_eaten_all(lunch, hungry + into)) + stays + out
            after = _eaten_all(lunch, grounds.begins(hungry + into) + stays) + out
            return np.asarray((first <= late) | (after <= late))
        fits = np.zeros(into.shape, dtype=bool)
        visited = grounds.begins(hungry + into) + stays
        for place in lunch.places:
            to_site, from_site = grounds.travel[place, grounds.places], grounds.travel[grounds.places, place]
            eaten = _eaten_all(lunch, hungry + grounds.travel[np.array(self.places[:-1]), place])
            first = grounds.begins(eaten + to_site[:, None]) + stays + out
            after = _eaten_all(lunch, visited + from_site[:, None]) + grounds.travel[place, np.array(self.places[1:])]
            fits |= (first <= late) | (after <= late)
        return fits

    def _leaves(self) -> tuple[list[int], list[int]]:
        """When the coach leaves each stop but the last at the earliest: without lunch so far, and after it."""
        grounds, lunch = self.grounds, self.lunch
        hungry, fed = [self.shift.opens], [NEVER]
        for stop, site in enumerate(self.route):
            drive, stay = grounds.drives[self.places[stop]][self.places[stop + 1]], int(grounds.stays[site])
            arrive = hungry[-1] + drive
            leave = grounds.begin(site, arrive) + stay
            arrivals = [fed[-1] + drive]
            if lunch is not None:
                arrivals.append(self._eat_between(hungry[-1], stop) if lunch.places else _eaten(lunch, arrive))
            fed_leave = grounds.begin(site, min(arrivals)) + stay
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
            late_fed[stop] = grounds.latest(site, leave_fed)
            leaves = [late[stop + 1] - drive]
            if lunch is not None and lunch.places:
                leaves.append(self._latest_to_eat(lunch, stop, late_fed[stop + 1]))
            elif lunch is not None:
                leaves.append(_before_eating(lunch, leave_fed))
            late[stop] = grounds.latest(site, max(leaves))
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
