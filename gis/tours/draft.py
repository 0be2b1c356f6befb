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

    def may_come(self) -> NDArray[np.bool_]:
        """The sites that no rule keeps out."""
        full = (self.rules.member > (self.rules.high - self.used)[:, None]).any(axis=0)
        return ~self.seen & ~full

    def wanted(self) -> NDArray[np.bool_]:
        """The sites that make up what is missing."""
        lacking = self.rules.member[self.used < self.rules.low].any(axis=0)
        return ~self.seen & (self.rules.must | lacking)

    def _set(self, shift: int, route: tuple[int, ...]) -> None:
        """A route that was met before is not worked out again."""
        found = self.known.get((shift, route))
        if found is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            found = self.known[shift, route] = Legs(self.grounds, shift, route)
        self.legs[shift] = found
