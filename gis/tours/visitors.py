"""
Whom a solver may send where and when: a site once for each of its windows, by the shifts that can keep it.

*Days.* Where the hours of all days are alike every shift is counted from its own midnight (``DAY``), so that a site
with the same hours every day has one window.

*Lunch*: one of its places for each shift, or, where it has none, at any site's place.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis.tours.problem import Lunch, Problem, Shift, Site, Window

DAY = 1440
NEVER = 10**9
ALWAYS: Window = (-NEVER, NEVER)
# Cells of all of PyVRP's matrices together: 16 bytes each, so about a gigabyte.
MOST_CELLS = 60_000_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """
    A visit that a solver may make: of a site (None: a lunch), at a place, in a window, by the shifts that may.

    ``window`` counts from the origin of the shift. No ``shifts``: the visit that stands for leaving the site out.
    """

    site: int | None
    place: int
    stay: int
    window: Window
    shifts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Hours:
    """A shift's hours from its own origin; ``lunch``: where it has to be taken to use them."""

    origin: int
    opens: int
    closes: int
    lunch: Lunch | None


def hours_of(problem: Problem) -> tuple[Hours, ...]:
    """Each shift's hours, counted so that sites have the fewest windows."""
    absolute = tuple(_hours(shift, 0) for shift in problem.shifts)
    folded = tuple(_hours(shift, DAY * (shift.opens // DAY)) for shift in problem.shifts)
    return min(absolute, folded, key=lambda hours: len(visits(problem, hours)))


def visits(problem: Problem, hours: tuple[Hours, ...]) -> tuple[Visitor, ...]:
    """Every visit of a site that a shift can make at all; none of a site that no shift can reach."""
    return tuple(
        visitor for number, site in enumerate(problem.sites) for visitor in _visits(problem, hours, number, site)
    )


def lunches(problem: Problem, hours: tuple[Hours, ...]) -> tuple[tuple[Visitor, ...], ...]:
    """For each shift that takes a lunch, where it may be."""
    anywhere = tuple(sorted({site.place for site in problem.sites}))
    return tuple(
        tuple(
            Visitor(None, place, each.lunch.length, _moved(each.lunch.window, each.origin), frozenset({number}))
            for place in dict.fromkeys(each.lunch.places) or anywhere
        )
        for number, each in enumerate(hours)
        if each.lunch is not None
    )


def is_small(problem: Problem) -> bool:
    """Whether PyVRP's matrices, one a shift with a row for each visit and each place of each lunch, are bounded."""
    hours = hours_of(problem)
    rows = len(visits(problem, hours)) + sum(map(len, lunches(problem, hours)))
    return rows * rows * len(problem.shifts) <= MOST_CELLS


def _hours(shift: Shift, origin: int) -> Hours:
    """Where a lunch would take more than it gives, the shift is back before its window closes and takes none."""
    lunch, closes = shift.lunch, shift.closes
    if lunch is not None and (shift.opens > lunch.window[0] or closes <= lunch.window[1] + lunch.length):
        closes = closes if shift.opens > lunch.window[0] else min(closes, lunch.window[1])
        lunch = None
    return Hours(origin, shift.opens - origin, closes - origin, lunch)


def _visits(problem: Problem, hours: tuple[Hours, ...], number: int, site: Site) -> list[Visitor]:
    """The fewest windows that hold every moment at which some shift can begin the visit."""
    moments = {
        (shift, moment)
        for shift in range(len(hours))
        if site.may_be_seen_by(shift)
        for moment in _moments(problem, hours[shift], shift, site)
    }
    windows = {_moved(window, each.origin): None for each in hours for window in site.windows or (ALWAYS,)}
    held = {window: _held(problem, hours, site, window) & moments for window in windows}
    found: list[Visitor] = []
    while moments:
        window = max(held, key=lambda each: len(held[each] & moments))
        shifts = frozenset(shift for shift, _ in held[window] & moments)
        found.append(Visitor(number, site.place, site.stay, window, shifts))
        moments -= held[window]
    return found


def _moments(problem: Problem, hours: Hours, shift: int, site: Site) -> list[Window]:
    """The windows of a site from the shift's origin, cut to when the shift can be there."""
    cut = (_cut(problem, hours, shift, site, _moved(w, hours.origin)) for w in site.windows or (ALWAYS,))
    return [window for window in cut if window is not None]


def _held(problem: Problem, hours: tuple[Hours, ...], site: Site, window: Window) -> set[tuple[int, Window]]:
    cuts = ((shift, _cut(problem, each, shift, site, window)) for shift, each in enumerate(hours))
    return {(shift, cut) for shift, cut in cuts if cut is not None}


def _cut(problem: Problem, hours: Hours, shift: int, site: Site, window: Window) -> Window | None:
    first = hours.opens + int(problem.travel[problem.shifts[shift].start, site.place])
    last = hours.closes - int(problem.travel[site.place, problem.shifts[shift].end]) - site.stay
    cut = max(first, window[0]), min(last, window[1])
    return cut if cut[0] <= cut[1] else None


def _moved(window: Window, origin: int) -> Window:
    return window if window == ALWAYS else (window[0] - origin, window[1] - origin)
