"""
An order that is being changed: its routes, what fits into them, and how far the rules over all shifts are used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.tours.legs import NEVER, Grounds, Legs
from gis.tours.problem import Order, Problem

# So many routes are remembered with what fits into them.
MOST_KNOWN = 5_000


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """How good an order is: what is missing, then value, then time."""

    missing: int
    lost: float
    time: int


class Rules:
    """The rules over all shifts as arrays; ``member`` (rules, sites), ``most`` and ``least`` in its unit."""

    def __init__(self, problem: Problem) -> None:
        sites = len(problem.sites)
        rows: list[NDArray[np.int64]] = []
        self.least: list[int] = []
        self.most: list[int] = []
        for rule in problem.counts:
            rows.append(_row(sites, rule.sites, [1] * sites))
            self.least.append(rule.at_least)
            self.most.append(NEVER if rule.at_most is None else rule.at_most)
        for limit in problem.stays:
            rows.append(_row(sites, limit.sites, [site.stay for site in problem.sites]))
            self.least.append(0)
            self.most.append(limit.most)
        self.member = np.array(rows, dtype=np.int64).reshape(len(rows), sites)
        self.low, self.high = np.array(self.least, dtype=np.int64), np.array(self.most, dtype=np.int64)
        self.must = np.array([site.must for site in problem.sites], dtype=bool)


def _row(sites: int, members: frozenset[int], loads: Sequence[int]) -> NDArray[np.int64]:
    row = np.zeros(sites, dtype=np.int64)
    for site in members:
        row[site] = loads[site]
    return row


class Draft:
    """An order that is being changed: its routes, what fits where, and how far the rules are used up."""

    def __init__(self, grounds: Grounds, rules: Rules, order: Order) -> None:
        self.grounds, self.rules = grounds, rules
        self.known: dict[tuple[int, tuple[int, ...]], Legs] = {}
        self.legs = [Legs(grounds, shift, route) for shift, route in enumerate(order)]
        self.seen = np.zeros(len(grounds.places), dtype=bool)
        self.seen[[site for route in order for site in route]] = True
        self.used = rules.member @ self.seen

    def copy(self) -> Draft:
        """The same, to be changed apart."""
        twin = Draft.__new__(Draft)
        twin.grounds, twin.rules, twin.known, twin.legs = self.grounds, self.rules, self.known, [*self.legs]
        twin.seen, twin.used = self.seen.copy(), self.used.copy()
        return twin

    @property
    def order(self) -> Order:
        """The routes."""
        return tuple(legs.route for legs in self.legs)

    @property
    def missing(self) -> int:
        """Must-see sites left out and what minima lack."""
        lack = np.maximum(self.rules.low - self.used, 0).sum()
        return int(lack + (self.rules.must & ~self.seen).sum())

    @property
    def rank(self) -> Rank:
        """How good it is."""
        lost = round(float(self.grounds.values[~self.seen].sum()), 6)
        return Rank(self.missing, lost, sum(legs.duration for legs in self.legs))

    def take(self, sites: set[int]) -> None:
        """Take sites out."""
        for shift, legs in enumerate(self.legs):
            if sites & set(legs.route):
                self._set(shift, tuple(site for site in legs.route if site not in sites))
        gone = [site for site in sites if self.seen[site]]
        self.seen[gone] = False
        self.used -= self.rules.member[:, gone].sum(axis=1)

    def put(self, site: int, shift: int, leg: int) -> None:
        """Put a site in."""
        route = self.legs[shift].route
        self._set(shift, (*route[:leg], site, *route[leg:]))
        self.seen[site] = True
        self.used += self.rules.member[:, site]

    def straighten(self) -> bool:
        """Turn parts of routes round while that shortens them; whether it did."""
        before = self.order
        for shift in range(len(self.legs)):
            while (turned := self._turned(shift)) is not None:
                self._set(shift, turned)
        return self.order != before

    def _turned(self, shift: int) -> tuple[int, ...] | None:
        """A route with the part turned round that saves most travel; None: none does, or its windows forbid it."""
        legs = self.legs[shift]
        if legs.is_straight or len(legs.route) < 2:
            return None
        legs.is_straight = True
        first, last, saved = _best_turn(self.grounds.travel[np.ix_(legs.places, legs.places)])
        if saved <= 0:
            return None
        route = (*legs.route[:first], *legs.route[first : last + 1][::-1], *legs.route[last + 1 :])
        return route if self._legs_of(shift, route).duration < legs.duration else None

    def may_come(self) -> NDArray[np.bool_]:
        """The sites that no rule keeps out."""
        full = (self.rules.member > (self.rules.high - self.used)[:, None]).any(axis=0)
        return ~self.seen & ~full

    def wanted(self) -> NDArray[np.bool_]:
        """The sites that make up what is missing."""
        lacking = self.rules.member[self.used < self.rules.low].any(axis=0)
        return ~self.seen & (self.rules.must | lacking)

    def _set(self, shift: int, route: tuple[int, ...]) -> None:
        self.legs[shift] = self._legs_of(shift, route)

    def _legs_of(self, shift: int, route: tuple[int, ...]) -> Legs:
        """A route that was met before is not worked out again."""
        found = self.known.get((shift, route))
        if found is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            found = self.known[shift, route] = Legs(self.grounds, shift, route)
        return found


def _best_turn(drives: NDArray[np.int64]) -> tuple[int, int, int]:
    """Of a route's drives between all its places, the first and last stop of the part to turn, and what it saves."""
    steps = np.arange(len(drives) - 1)
    there = np.concatenate(([0], drives[steps, steps + 1].cumsum()))
    back = np.concatenate(([0], drives[steps + 1, steps].cumsum()))
    inner = slice(1, len(drives) - 1)
    longer = (back - there)[None, inner] - (back - there)[inner, None]
    ends = drives[:-2, inner] + drives[inner, 2:]
    now = drives[steps, steps + 1]
    change = np.triu(ends + longer - now[:-1, None] - now[None, 1:], k=1)
    first, last = divmod(int(change.argmin()), change.shape[1])
    return first, last, -int(change[first, last])
