"""
A tour as numbers: who may be visited when, by which coach, under which rules. No store, no names of things.

Times are whole units from one origin, the same for travel, stays and windows. A county's tour counts minutes from
midnight of its first day, so that day ``d`` begins at ``1440 * d``; an instance of the literature counts what it likes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis.errors import InvalidValue
from gis.words import Words

# First and last moment of a window; a visit begins within it.
Window = tuple[int, int]
# For each shift, the sites that it visits, in order: their places in ``Problem.sites``.
Order = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Site:
    """
    What may be visited once.

    ``place``: its row of the travel matrix. ``value``: what the visit is worth, at least 0. ``stay``: how long the
    coach stands there. ``windows``: in which the visit begins, in order and apart; none: at any time. ``must``: in
    every plan. ``shifts``: those that may come here; None: all.
    """

    code: str
    place: int
    value: float
    stay: int
    windows: tuple[Window, ...] = ()
    must: bool = False
    shifts: frozenset[int] | None = None

    def may_be_seen_by(self, shift: int) -> bool:
        """Whether a shift may come here."""
        return self.shifts is None or shift in self.shifts


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break that begins within ``window``, lasts ``length``, at one of ``places``; none: wherever the coach is."""

    window: Window
    length: int
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """
    One coach on one day: from ``start`` not before ``opens``, at ``end`` not after ``closes``.

    ``day`` and ``coach`` count from 0. ``lunch``: one break, taken where the shift's time reaches over it; ``meal``:
    the one that it takes once other hours reach over it. ``meets``: when a meeting at its end begins, which a later
    end moves; None: there is none.
    """

    start: int
    end: int
    opens: int
    closes: int
    day: int = 0
    coach: int = 0
    lunch: Lunch | None = None
    meal: Lunch | None = None
    meets: int | None = None

    def between(self, opens: int, closes: int) -> Shift:
        """The shift with other hours, and with lunch where they reach over it."""
        reaches = self.meal is not None and opens <= self.meal.window[0] and closes > self.meal.window[1]
        return replace(self, opens=opens, closes=closes, lunch=self.meal if reaches else self.lunch)


@dataclass(frozen=True, slots=True)
class CountRule:
    """At least and at most so many of ``sites`` are visited, over all shifts. ``key`` says which rule it is."""

    key: str
    sites: frozenset[int]
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class StayRule:
    """The stays at ``sites`` together last at most ``most``, over all shifts."""

    key: str
    sites: frozenset[int]
    most: int


@dataclass(frozen=True, eq=False)
class Problem:
    """
    Everything that a plan is judged by.

    ``travel`` (places, places): whole units, from row to column, 0 on the diagonal, not negative.
    """

    travel: NDArray[np.int64]
    sites: tuple[Site, ...]
    shifts: tuple[Shift, ...]
    counts: tuple[CountRule, ...] = ()
    stays: tuple[StayRule, ...] = field(default=())

    def __post_init__(self) -> None:
        size = len(self.travel)
        if self.travel.shape != (size, size) or (self.travel < 0).any() or self.travel.diagonal().any():
            words = Words("行程矩阵须为方阵、非负、对角线为 0", "travel must be square, not negative, its diagonal 0")
            raise InvalidValue(words, found=str(self.travel.shape))
        named = [site.place for site in self.sites] + [p for s in self.shifts for p in (s.start, s.end)]
        if named and not 0 <= min(named) <= max(named) < size:
            raise InvalidValue(
                Words("地点不在行程矩阵内", "a place is not in the travel matrix"), found=f"{max(named)}"
            )

    @cached_property
    def total_value(self) -> float:
        """Of all sites together."""
        return sum(site.value for site in self.sites)

    def value_of(self, order: Order) -> float:
        """What the visited sites are worth together."""
        return sum(self.sites[site].value for route in order for site in route)

    def without(self, rule: str) -> Problem:
        """The same without the rule of this key."""
        counts = tuple(each for each in self.counts if each.key != rule)
        stays = tuple(each for each in self.stays if each.key != rule)
        return replace(self, counts=counts, stays=stays)
