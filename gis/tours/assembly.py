"""From wishes, candidates and travel times to the problem in numbers, and back from an order to codes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from gis.tours.candidates import Candidate
from gis.tours.problem import CountRule, Lunch, Order, Problem, Shift, Site, StayRule, Window
from gis.tours.spec import DAY_MIN, EACH, Limit, LimitBy, Spot, TourDay, TourSpec

_COUNTY = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class RouteWish:
    """The sites of one route in the order that somebody wants; ``coach`` counts from 1."""

    on: date
    coach: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """
    A tour as numbers, and what its numbers stand for.

    ``sites``: the candidates in the order of ``problem.sites``. ``spots``: the places of the travel matrix that are no
    site, before them; a site's place is ``len(spots)`` + its number.
    """

    spec: TourSpec
    problem: Problem
    sites: tuple[Candidate, ...]
    spots: tuple[Spot, ...]

    @property
    def first_midnight(self) -> datetime:
        """When the problem's minutes begin."""
        return datetime.combine(self.spec.days[0].on, time())

    def moment(self, minutes: int) -> datetime:
        """The moment of a problem's time."""
        return self.first_midnight + timedelta(minutes=minutes)

    def day_of(self, shift: int) -> TourDay:
        """The day of a shift."""
        return self.spec.days[self.problem.shifts[shift].day]

    def order_of(self, routes: Sequence[RouteWish]) -> tuple[Order, tuple[str, ...]]:
        """The order of these routes, and the codes in them that are no candidates or in no shift."""
        number = {site.code: i for i, site in enumerate(self.sites)}
        found: list[tuple[int, ...]] = [() for _ in self.problem.shifts]
        lost: list[str] = []
        place = {(self.spec.days[s.day].on, s.coach + 1): i for i, s in enumerate(self.problem.shifts)}
        for route in routes:
            at = place.get((route.on, route.coach))
            known = [code for code in route.codes if at is not None and code in number]
            lost += [code for code in route.codes if code not in known]
            if at is not None:
                found[at] = (*found[at], *(number[code] for code in known))
        return tuple(found), tuple(lost)

    def routes_of(self, order: Order) -> tuple[RouteWish, ...]:
        """An order as codes."""
        return tuple(
            RouteWish(self.day_of(i).on, self.problem.shifts[i].coach + 1, tuple(self.sites[s].code for s in route))
            for i, route in enumerate(order)
        )


def spots_of(spec: TourSpec) -> tuple[Spot, ...]:
    """Every place of the wishes that is no site, once each."""
    ends = [place for day in spec.days for place in (day.start, day.end)]
    return tuple(dict.fromkeys([*ends, *(spec.lunch.places if spec.lunch else ())]))


def assemble(
    spec: TourSpec, sites: Sequence[Candidate], travel: NDArray[np.int64], others: Sequence[Candidate] = ()
) -> Board:
    """
    The board of a tour.

    Parameters
    ----------
    sites
        Those that may be visited.
    travel
        (places, places) whole minutes between ``spots_of(spec)`` and then the sites, in their orders.
    others
        Candidates that may not be visited: a town that has no others still asks for its minimum.
    """
    spots = spots_of(spec)
    shifts = _shifts(spec, spots)
    problem = Problem(
        travel=travel,
        sites=tuple(_site(i + len(spots), site, spec, shifts) for i, site in enumerate(sites)),
        shifts=shifts,
        counts=tuple(_counts(spec.limits, sites, others)),
        stays=_stays(spec, sites),
    )
    return Board(spec, problem, tuple(sites), spots)


def _offset(spec: TourSpec, day: TourDay) -> int:
    return (day.on - spec.days[0].on).days * DAY_MIN


def _shifts(spec: TourSpec, spots: Sequence[Spot]) -> tuple[Shift, ...]:
    place = {spot: i for i, spot in enumerate(spots)}
    return tuple(
        Shift(
            start=place[day.start],
            end=place[day.end],
            opens=_offset(spec, day) + day.from_min,
            closes=_offset(spec, day) + day.closes_min,
            day=number,
            coach=coach,
            lunch=_meal(spec, day, place) if _has_lunch(spec, day) else None,
            meal=_meal(spec, day, place),
            meets=None if day.meeting_min is None else _offset(spec, day) + day.meeting_min,
        )
        for number, day in enumerate(spec.days)
        for coach in range(spec.routes)
    )


def _has_lunch(spec: TourSpec, day: TourDay) -> bool:
    """Lunch is part of a day that begins before its window does and may go on after it."""
    lunch = spec.lunch
    return lunch is not None and day.from_min <= lunch.from_min and day.closes_min > lunch.until_min


def _meal(spec: TourSpec, day: TourDay, place: Mapping[Spot, int]) -> Lunch | None:
    lunch = spec.lunch
    if lunch is None:
        return None
    begins = _offset(spec, day)
    window = (begins + lunch.from_min, begins + lunch.until_min)
    return Lunch(window, lunch.minutes, tuple(place[spot] for spot in lunch.places))


def _site(place: int, site: Candidate, spec: TourSpec, shifts: Sequence[Shift]) -> Site:
    return Site(
        code=site.code,
        place=place,
        value=site.value,
        stay=site.visit_min + spec.boarding_min,
        windows=_windows(site, spec),
        must=site.wish.must,
        shifts=_own_shifts(site, shifts),
    )


def _windows(site: Candidate, spec: TourSpec) -> tuple[Window, ...]:
    days = sorted({_offset(spec, day) for day in spec.days})
    return tuple((begins + opens, begins + closes) for begins in days for opens, closes in site.wish.open)


def _own_shifts(site: Candidate, shifts: Sequence[Shift]) -> frozenset[int] | None:
    """Those of the day and the coach that it is held to."""
    day, coach = site.wish.day, site.wish.coach
    if day is None and coach is None:
        return None
    return frozenset(
        i
        for i, shift in enumerate(shifts)
        if (day is None or shift.day == day - 1) and (coach is None or shift.coach == coach - 1)
    )


def _counts(limits: Sequence[Limit], sites: Sequence[Candidate], others: Sequence[Candidate]) -> list[CountRule]:
    """A limit on each is a rule for each; where one is limited by itself, that rules it. Of one group the strictest."""
    own = {(limit.by, limit.key) for limit in limits if limit.key != EACH}
    found: dict[str, CountRule] = {}
    for limit in limits:
        groups = groups_by(limit.by, sites)
        named = dict.fromkeys([*groups, *(groups_by(limit.by, others) if limit.at_least else ())])
        each = [k for k in _each(limit.by, named) if (limit.by, k) not in own]
        keys = each if limit.key == EACH else [limit.key]
        for key in keys:
            rule = CountRule(f"{limit.by}:{key}", frozenset(groups.get(key, ())), limit.at_least, limit.at_most)
            found[rule.key] = _stricter(rule, found.get(rule.key, rule))
    return list(found.values())


def _each(by: LimitBy, keys: Collection[str]) -> list[str]:
    """
    Whom a limit on each means. Of towns not the county that a project lies in where nobody has told its town (its code
    has six digits, RULES §8); where no town is told at all and there are several counties, those.
    """
    counties = [key for key in keys if by == "town" and _COUNTY.fullmatch(key)]
    if len(counties) == len(keys) > 1:
        return list(keys)
    return [key for key in keys if key not in counties]


def _stricter(one: CountRule, other: CountRule) -> CountRule:
    mosts = [most for most in (one.at_most, other.at_most) if most is not None]
    return replace(one, at_least=max(one.at_least, other.at_least), at_most=min(mosts, default=None))


def groups_by(by: str, sites: Sequence[Candidate]) -> dict[str, list[int]]:
    """The numbers of the sites of each town, park, industry or category; those without one are in none."""
    found: dict[str, list[int]] = {}
    for i, site in enumerate(sites):
        if key := getattr(site, by):
            found.setdefault(key, []).append(i)
    return found


def _stays(spec: TourSpec, sites: Sequence[Candidate]) -> tuple[StayRule, ...]:
    if spec.minutes_per_town is None:
        return ()
    towns, most = groups_by("town", sites), spec.minutes_per_town
    return tuple(StayRule(f"stay:{town}", frozenset(towns[town]), most) for town in _each("town", towns))
