"""When a coach arrives and leaves, in the order that it is given: the timetable, and what of it breaks a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gis.tours.problem import CountRule, Lunch, Order, Problem, Shift, Site, Window

# window: a visit begins outside its windows; closes: a shift ends too late; lunch: none, or outside its window;
# count_low, count_high, stay: a rule over all shifts (``key``); must: left out; twice: visited more than once;
# shift: visited by a shift that may not.
BreachKind = Literal["window", "closes", "lunch", "count_low", "count_high", "stay", "must", "twice", "shift"]


@dataclass(frozen=True, slots=True)
class Halt:
    """
    One halt of a shift. ``site`` is None for lunch, taken at ``place``.

    The coach drives ``drive``, arrives at ``arrive``, waits until ``begin``, leaves at ``leave``.
    """

    site: int | None
    place: int
    drive: int
    arrive: int
    begin: int
    leave: int


@dataclass(frozen=True, slots=True)
class TimedShift:
    """A shift's halts in order; it departs at ``depart`` and, after ``drive_back``, is at its end at ``back``."""

    shift: int
    depart: int
    halts: tuple[Halt, ...]
    drive_back: int
    back: int


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a rule, where, and by how much: ``by`` in the problem's units, or a number of sites."""

    kind: BreachKind
    by: int = 0
    shift: int | None = None
    site: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """All shifts timed, empty ones among them (no halts, not driven: ``back`` is ``depart``)."""

    shifts: tuple[TimedShift, ...]
    breaches: tuple[Breach, ...]

    @property
    def is_feasible(self) -> bool:
        """No rule is broken."""
        return not self.breaches

    @property
    def duration(self) -> int:
        """From departure to return, all shifts together."""
        return sum(shift.back - shift.depart for shift in self.shifts)


@dataclass(frozen=True, slots=True)
class _Stop:
    """A site or the lunch before it has a time; ``site`` is None for lunch."""

    site: int | None
    place: int
    stay: int
    windows: tuple[Window, ...]

    def begins(self, arrive: int) -> int:
        """When it begins after an arrival; at once where every window has closed."""
        return next((max(arrive, opens) for opens, closes in self.windows if arrive <= closes), arrive)

    def late(self, begin: int) -> int:
        """By how much ``begin`` is after the last window."""
        return max(0, begin - self.windows[-1][1]) if self.windows else 0


def time_order(problem: Problem, order: Order) -> Timing:
    """
    The timetable of ``order``, as early as its windows allow, and everything of it that breaks a rule.

    A shift departs when it opens; where its first halt would then have to wait, so late that it arrives as that begins.
    An order that cannot be kept is timed all the same: after a window that has closed the visit begins at once.

    Lunch is needed where the shift opens no later than the lunch window and, without lunch, would be back only after
    the window has closed. It is put where it delays the shift least, rules kept before time: at any of its places
    between two halts, or, without places, at a stop: before its visit or after it.
    """
    timed = [time_shift(problem, shift, route) for shift, route in enumerate(order)]
    breaches = [breach for _, found in timed for breach in found]
    return Timing(tuple(shift for shift, _ in timed), (*breaches, *rule_breaches(problem, order)))


def time_shift(problem: Problem, shift: int, route: Sequence[int]) -> tuple[TimedShift, tuple[Breach, ...]]:
    """One shift's timetable, and what of it breaks a window, its hours, its lunch, or its sites' shifts."""
    rules = problem.shifts[shift]
    stops = [_stop(problem.sites[site], site) for site in route]
    timed = _walk(problem, shift, stops)
    if route and rules.lunch is not None and needs_lunch(rules, timed.back):
        tries = (_walk(problem, shift, with_lunch) for with_lunch in _with_lunch(rules, rules.lunch, stops))
        timed = min(tries, key=lambda each: (sum(b.by for b in _breaches(problem, each)), each.back))
    strangers = [
        Breach("shift", shift=shift, site=site) for site in route if not problem.sites[site].may_be_seen_by(shift)
    ]
    return timed, (*_breaches(problem, timed), *strangers)


def needs_lunch(shift: Shift, back: int) -> bool:
    """Whether a shift that is ``back`` then without lunch reaches over its lunch window."""
    return shift.lunch is not None and shift.opens <= shift.lunch.window[0] and back > shift.lunch.window[1]


def rule_breaches(problem: Problem, order: Order) -> tuple[Breach, ...]:
    """What ``order`` breaks over all shifts: sites seen twice, must-see left out, counts, stays."""
    seen = Counter(site for route in order for site in route)
    twice = [Breach("twice", times - 1, site=site) for site, times in seen.items() if times > 1]
    missed = [Breach("must", 1, site=i) for i, site in enumerate(problem.sites) if site.must and i not in seen]
    counts = [breach for rule in problem.counts if (breach := _count_breach(rule, len(rule.sites & seen.keys())))]
    stays = [
        Breach("stay", total - rule.most, key=rule.key)
        for rule in problem.stays
        if (total := sum(problem.sites[site].stay for site in rule.sites & seen.keys())) > rule.most
    ]
    return (*twice, *missed, *counts, *stays)


def _count_breach(rule: CountRule, seen: int) -> Breach | None:
    if seen < rule.at_least:
        return Breach("count_low", rule.at_least - seen, key=rule.key)
    if rule.at_most is not None and seen > rule.at_most:
        return Breach("count_high", seen - rule.at_most, key=rule.key)
    return None


def _stop(site: Site, number: int) -> _Stop:
    return _Stop(number, site.place, site.stay, site.windows)


def _with_lunch(shift: Shift, lunch: Lunch, stops: list[_Stop]) -> Iterator[list[_Stop]]:
    """The stops with lunch among them, in each way that it can be taken."""
    for position in range(len(stops) + 1):
        beside = {stop.place: None for stop in stops[max(position - 1, 0) : position + 1]}
        for place in lunch.places or beside:
            yield [*stops[:position], _Stop(None, place, lunch.length, (lunch.window,)), *stops[position:]]


def _walk(problem: Problem, shift: int, stops: list[_Stop]) -> TimedShift:
    rules = problem.shifts[shift]
    if not stops:
        return TimedShift(shift, rules.opens, (), 0, rules.opens)
    first = int(problem.travel[rules.start, stops[0].place])
    depart = stops[0].begins(rules.opens + first) - first
    now, here, halts = depart, rules.start, []
    for stop in stops:
        drive = int(problem.travel[here, stop.place])
        begin = stop.begins(now + drive)
        halts.append(Halt(stop.site, stop.place, drive, now + drive, begin, begin + stop.stay))
        now, here = begin + stop.stay, stop.place
    drive_back = int(problem.travel[here, rules.end])
    return TimedShift(shift, depart, tuple(halts), drive_back, now + drive_back)


def _breaches(problem: Problem, timed: TimedShift) -> Iterator[Breach]:
    """Of one shift's times."""
    rules = problem.shifts[timed.shift]
    for halt in timed.halts:
        if halt.site is not None and (by := _stop(problem.sites[halt.site], halt.site).late(halt.begin)):
            yield Breach("window", by, timed.shift, halt.site)
        if halt.site is None and rules.lunch is not None and halt.begin > rules.lunch.window[1]:
            yield Breach("lunch", halt.begin - rules.lunch.window[1], timed.shift)
    if timed.halts and timed.back > rules.closes:
        yield Breach("closes", timed.back - rules.closes, timed.shift)
