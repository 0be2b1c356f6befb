"""
A tour's problem in PyVRP's words: a shift is a coach of its own kind, a visit a client.

*Value first, time second.* A client's prize is its value × M, with M above the longest time that all shifts together
can last; a coach costs its duration. Values become whole numbers, at least ``STEPS`` of them up to the total.

*At least k.* PyVRP's client groups say only "at most one of these". So where a rule has a minimum every site must be
visited, and one more coach takes those that are not: it drives no time, its distance into a site is the value lost, and
its capacity in the rule's dimension is the number of sites less k. What must be seen is too large for it.

*What it cannot say*: at most n, or so many minutes of stays, over several shifts (``caps`` are for each shift); and
that no lunch is needed where a shift is back early. What comes out is judged by gis/tours/timing.py and finished by
gis/tours/lns.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray

from gis.tours.problem import CountRule, Order, Problem, StayRule
from gis.tours.timing import time_shift
from gis.tours.visitors import NEVER, Hours, Visitor, hours_of, lunches, visits

STEPS = 1_000_000
# One counted site in units of load: the search weighs loads and times by penalties of the same size.
LOAD = 50
# The penalty of a unit of time or load, at most so many times what a unit of travel is worth.
CAP = 20

# By key of a rule, what each shift may have of it: sites, or time stayed.
Caps = Mapping[str, Sequence[int]]


@dataclass(frozen=True, eq=False)
class Model:
    """
    ``data`` for PyVRP; ``visitors``: its clients; ``worth``: what a usual site is worth in its costs; ``max_penalty``:
    where its search must stop raising penalties.

    Vehicle type ``i`` is shift ``i``; where sites are left out by a coach of its own, that is the last one.
    """

    problem: Problem
    hours: tuple[Hours, ...]
    visitors: tuple[Visitor, ...]
    data: Any
    worth: float
    max_penalty: float

    def decode(self, solution: Any) -> Order:
        """The order that a solution of PyVRP means."""
        routes: list[tuple[int, ...]] = [() for _ in self.problem.shifts]
        for route in solution.routes():
            if route.vehicle_type() < len(routes):
                sites = (self.visitors[stop.idx].site for stop in route if stop.is_client())
                routes[route.vehicle_type()] = tuple(site for site in sites if site is not None)
        return tuple(routes)

    def encode(self, order: Order) -> Any:
        """A solution of PyVRP for an order."""
        routes = [self._clients_of(shift, route) for shift, route in enumerate(order)]
        if self.data.num_vehicle_types > len(order):
            seen = {site for route in order for site in route}
            rest = {
                v.site: client for client, v in enumerate(self.visitors) if v.site is not None and v.site not in seen
            }
            routes.append(list(rest.values()))
        return pyvrp.Solution(self.data, [pyvrp.Route(self.data, r, i) for i, r in enumerate(routes) if r])

    def _clients_of(self, shift: int, route: Sequence[int]) -> list[int]:
        timed, _ = time_shift(self.problem, shift, route)
        origin = self.hours[shift].origin
        found = (self._client(shift, halt.site, halt.place, halt.begin - origin) for halt in timed.halts)
        return [client for client in found if client is not None]

    def _client(self, shift: int, site: int | None, place: int, begin: int) -> int | None:
        """The client of a visit; where none has the window, the first of the site."""
        ours = [c for c in self._clients.get((site, place), []) if shift in self.visitors[c].shifts]
        windows = (c for c in ours if self.visitors[c].window[0] <= begin <= self.visitors[c].window[1])
        return next(windows, ours[0] if ours else None)

    @cached_property
    def _clients(self) -> dict[tuple[int | None, int], list[int]]:
        found: dict[tuple[int | None, int], list[int]] = {}
        for client, visitor in enumerate(self.visitors):
            found.setdefault((visitor.site, visitor.place), []).append(client)
        return found


def model_of(problem: Problem, caps: Caps | None = None) -> Model:
    """The problem for PyVRP; ``caps``: what each shift may have of a rule that holds over all (None: all of it)."""
    hours = hours_of(problem)
    sites = visits(problem, hours)
    leaves_out = any(rule.at_least > 0 for rule in problem.counts)
    groups = [*_by_site(problem, sites, leaves_out), *lunches(problem, hours)]
    builder = _Builder(problem, hours, groups, leaves_out, caps or {})
    return Model(problem, hours, builder.visitors, builder.data(), builder.worth, builder.max_penalty)


def scale_of(problem: Problem) -> float:
    """What a unit of value is in whole steps."""
    values = [site.value for site in problem.sites]
    if all(float(value).is_integer() for value in values):
        return 1.0
    return STEPS / max(problem.total_value, 1e-9)


def _by_site(problem: Problem, sites: Sequence[Visitor], leaves_out: bool) -> list[tuple[Visitor, ...]]:
    """A site's visits together; where windows clash on the coach of those left out, with one visit that has none."""
    together: dict[int | None, list[Visitor]] = {}
    for visitor in sites:
        together.setdefault(visitor.site, []).append(visitor)
    moment = _common_moment(sites)
    for site, ours in together.items():
        if leaves_out and not any(v.window[0] <= moment <= v.window[1] for v in ours):
            ours.append(Visitor(site, ours[0].place, 0, (moment, moment), frozenset()))
    return [tuple(ours) for ours in together.values()]


def _common_moment(sites: Sequence[Visitor]) -> int:
    """The moment at which most visits may be: all that are left out are left out then."""
    ends = [max(visitor.window[0], 0) for visitor in sites] or [0]
    return max(ends, key=lambda end: sum(v.window[0] <= end <= v.window[1] for v in sites))


class _Builder:
    """Puts one problem's clients, coaches, matrices and groups together."""

    def __init__(
        self, problem: Problem, hours: Sequence[Hours], groups: list[tuple[Visitor, ...]], leaves_out: bool, caps: Caps
    ) -> None:
        self.problem, self.hours, self.groups, self.leaves_out, self.caps = problem, hours, groups, leaves_out, caps
        self.visitors = tuple(visitor for group in groups for visitor in group)
        self.moment = _common_moment([v for v in self.visitors if v.site is not None and v.shifts])
        self.longest = sum(max(0, each.closes - each.opens) for each in hours) + 1
        self.scale = scale_of(problem)
        self.rules: list[CountRule | StayRule] = [*(r for r in problem.counts if _counts(r)), *problem.stays]

    @property
    def worth(self) -> float:
        values = [site.value * self.scale for site in self.problem.sites if site.value > 0] or [1.0]
        return self.longest * float(np.median(values))

    @property
    def max_penalty(self) -> float:
        travel = self.problem.travel[self.problem.travel > 0]
        usual = float(np.median(travel)) if travel.size else 1.0
        return max(10.0, CAP * self.worth / max(usual, 1.0))

    def data(self) -> Any:
        """All of it."""
        places = [p for shift in self.problem.shifts for p in (shift.start, shift.end)]
        depots = [pyvrp.Depot(location=number) for number in range(len(places))]
        at = np.array([*places, *(visitor.place for visitor in self.visitors)], dtype=np.int64)
        travel = self.problem.travel[np.ix_(at, at)]
        durations: list[Any] = [self._durations(travel, shift) for shift in range(len(self.hours))]
        distances = list(durations)
        if self.leaves_out:
            durations.append(np.zeros_like(travel))
            distances.append(self._losses(len(places)))
        return pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0) for _ in at],
            clients=self._clients(len(places)),
            depots=depots,
            vehicle_types=self._coaches(),
            distance_matrices=distances,
            duration_matrices=durations,
            groups=self._client_groups(),
        )

    def _durations(self, travel: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
        """A shift's travel; with the stays where the clients have none; without end to where it may not go."""
        depots = len(travel) - len(self.visitors)
        found = travel.copy()
        if self.leaves_out:
            found[depots:] += np.array([visitor.stay for visitor in self.visitors])[:, None]
        barred = [depots + number for number, visitor in enumerate(self.visitors) if shift not in visitor.shifts]
        found[:, barred] = 2 * self.longest
        np.fill_diagonal(found, 0)
        return found

    def _losses(self, depots: int) -> NDArray[np.int64]:
        """The value lost by leaving a client out, as the distance into it from anywhere."""
        row = np.array([0] * depots + [self._lost(visitor) for visitor in self.visitors], dtype=np.int64)
        found = np.tile(row, (len(row), 1))
        np.fill_diagonal(found, 0)
        return found

    def _lost(self, visitor: Visitor) -> int:
        return 0 if visitor.site is None else self._prize(visitor.site)

    def _prize(self, site: int) -> int:
        return round(self.problem.sites[site].value * self.scale) * self.longest

    def _clients(self, depots: int) -> list[Any]:
        groups = [number for number, group in enumerate(self._grouped()) for _ in group]
        group_of = dict(zip((v for group in self._grouped() for v in group), groups, strict=True))
        return [
            pyvrp.Client(
                location=depots + number,
                delivery=self._loads(visitor),
                service_duration=0 if self.leaves_out else visitor.stay,
                tw_early=max(0, visitor.window[0]),
                tw_late=max(0, visitor.window[1]),
                prize=0 if self.leaves_out else self._lost(visitor),
                required=self._is_required(visitor) and visitor not in group_of,
                group=group_of.get(visitor),
            )
            for number, visitor in enumerate(self.visitors)
        ]

    def _grouped(self) -> list[tuple[Visitor, ...]]:
        return [group for group in self.groups if len(group) > 1]

    def _client_groups(self) -> list[Any]:
        index = {visitor: number for number, visitor in enumerate(self.visitors)}
        return [
            pyvrp.ClientGroup([index[visitor] for visitor in group], required=self._is_required(group[0]))
            for group in self._grouped()
        ]

    def _is_required(self, visitor: Visitor) -> bool:
        return self.leaves_out or visitor.site is None or self.problem.sites[visitor.site].must

    def _loads(self, visitor: Visitor) -> list[int]:
        """First what may not be left out, then the rules."""
        if visitor.site is None:
            return [LOAD, *(0 for _ in self.rules)]
        kept = self.problem.sites[visitor.site].must or not visitor.window[0] <= self.moment <= visitor.window[1]
        return [LOAD * kept, *(self._load(rule, visitor) for rule in self.rules)]

    def _load(self, rule: CountRule | StayRule, visitor: Visitor) -> int:
        if visitor.site not in rule.sites:
            return 0
        return LOAD if isinstance(rule, CountRule) else self.problem.sites[visitor.site].stay

    def _coaches(self) -> list[Any]:
        coaches = [
            pyvrp.VehicleType(
                capacity=[NEVER, *(self._capacity(rule, shift) for rule in self.rules)],
                start_depot=2 * shift,
                end_depot=2 * shift + 1,
                tw_early=max(0, each.opens),
                tw_late=max(0, each.opens, each.closes),
                unit_distance_cost=0,
                unit_duration_cost=1,
                profile=shift,
            )
            for shift, each in enumerate(self.hours)
        ]
        if self.leaves_out:
            loads = [0, *(self._left_out(rule) for rule in self.rules)]
            coaches.append(pyvrp.VehicleType(capacity=loads, unit_distance_cost=1, profile=len(self.hours)))
        return coaches

    def _capacity(self, rule: CountRule | StayRule, shift: int) -> int:
        if isinstance(rule, StayRule):
            return self.caps[rule.key][shift] if rule.key in self.caps else rule.most
        most = NEVER if rule.at_most is None else rule.at_most * LOAD
        return self.caps[rule.key][shift] * LOAD if rule.key in self.caps else most

    def _left_out(self, rule: CountRule | StayRule) -> int:
        if isinstance(rule, StayRule) or rule.at_least <= 0:
            return NEVER
        reached = {v.site for v in self.visitors if v.site is not None and v.shifts}
        return max(0, len(rule.sites & reached) - rule.at_least) * LOAD


def _counts(rule: CountRule) -> bool:
    """Whether a rule can bind at all."""
    return rule.at_least > 0 or (rule.at_most is not None and rule.at_most < len(rule.sites))
