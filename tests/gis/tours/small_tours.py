"""Small tours on a straight road, their places at minutes along it, and the best plan of one, by trying all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations, product

import numpy as np

from gis.tours.problem import CountRule, Lunch, Order, Problem, Shift, Site, StayRule, Window
from gis.tours.timing import rule_breaches, time_shift

NINE, TEN, NOON = 540, 600, 720


def road(*minutes: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Travel times between places that lie so many minutes along one straight road."""
    at = np.array(minutes, dtype=np.int64)
    return np.abs(at[:, None] - at[None, :])


def site(place: int, value: float = 1.0, stay: int = 20, *windows: Window, must: bool = False) -> Site:
    """A site named after its place."""
    return Site(f"P{place}", place, value, stay, windows, must)


def day(closes: int = 1080, lunch: Lunch | None = None, opens: int = NINE) -> Shift:
    """One coach from place 0 and back."""
    return Shift(0, 0, opens, closes, lunch=lunch)


def tour(
    minutes: Sequence[int],
    sites: Sequence[Site],
    shifts: Sequence[Shift],
    counts: Sequence[CountRule] = (),
    stays: Sequence[StayRule] = (),
) -> Problem:
    """A problem on the road."""
    return Problem(road(*minutes), tuple(sites), tuple(shifts), tuple(counts), tuple(stays))


def best_value(problem: Problem) -> float | None:
    """The value of the best plan, all orders tried; None: no plan keeps the rules."""
    routes = [list(_routes(problem, shift)) for shift in range(len(problem.shifts))]
    orders = (order for order in product(*routes) if not rule_breaches(problem, order))
    return max((problem.value_of(order) for order in orders), default=None)


def _routes(problem: Problem, shift: int) -> Iterator[tuple[int, ...]]:
    """For each set of sites that the shift can visit, one order in which it can."""
    everything = range(len(problem.sites))
    for count in range(len(problem.sites) + 1):
        for chosen in combinations(everything, count):
            kept = (route for route in permutations(chosen) if not time_shift(problem, shift, route)[1])
            route = next(kept, None)
            if route is not None:
                yield route


def order_of(*routes: tuple[int, ...]) -> Order:
    """An order, a route a shift."""
    return routes
