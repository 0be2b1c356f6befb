"""
Replays a finished timetable and says everything that is wrong with it.

It reads the values of a plan and shares no arithmetic with what made them: a fault of the planner or of its timing
cannot hide here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gis.tours.problem import Lunch, Problem, Shift
from gis.tours.timing import Halt, TimedShift


def faults(problem: Problem, timed: Sequence[TimedShift]) -> tuple[str, ...]:
    """What is wrong with a plan's timetable, in plain English; none: every rule is kept and every time is right."""
    found = [f"shift {shift.shift}: {fault}" for shift in timed for fault in _shift_faults(problem, shift)]
    if [shift.shift for shift in timed] != list(range(len(problem.shifts))):
        found.append(f"{len(timed)} shifts are timed, not each of {len(problem.shifts)} once")
    return (*found, *_rule_faults(problem, [h.site for shift in timed for h in shift.halts if h.site is not None]))


def _shift_faults(problem: Problem, timed: TimedShift) -> Iterator[str]:
    shift = problem.shifts[timed.shift]
    if not timed.halts:
        if timed.back != timed.depart:
            yield "nobody is visited and it drives"
        return
    if timed.depart < shift.opens:
        yield f"departs at {timed.depart}, before {shift.opens}"
    clock, place = timed.depart, shift.start
    for halt in timed.halts:
        yield from _drive_faults(problem, halt, clock, place)
        yield from _halt_faults(problem, shift, timed.shift, halt)
        clock, place = halt.leave, halt.place
    if timed.drive_back != problem.travel[place][shift.end] or timed.back != clock + timed.drive_back:
        yield f"is not back at {timed.back}"
    if timed.back > shift.closes:
        yield f"is back at {timed.back}, after {shift.closes}"
    yield from _lunch_faults(shift, timed)


def _drive_faults(problem: Problem, halt: Halt, clock: int, place: int) -> Iterator[str]:
    if halt.drive != problem.travel[place][halt.place]:
        yield f"the drive from {place} to {halt.place} lasts {problem.travel[place][halt.place]}, not {halt.drive}"
    if halt.arrive != clock + halt.drive:
        yield f"arrives at {halt.place} at {clock + halt.drive}, not {halt.arrive}"
    if halt.begin < halt.arrive:
        yield f"begins at {halt.begin} before it arrives at {halt.arrive}"


def _halt_faults(problem: Problem, shift: Shift, number: int, halt: Halt) -> Iterator[str]:
    if halt.site is None:
        if shift.lunch is None or halt.leave - halt.begin != shift.lunch.length:
            yield f"a lunch of {halt.leave - halt.begin}"
        return
    site = problem.sites[halt.site]
    if halt.place != site.place or halt.leave - halt.begin != site.stay:
        yield f"{site.code} is not visited at its place or for its stay"
    if site.windows and not any(opens <= halt.begin <= closes for opens, closes in site.windows):
        yield f"{site.code} is visited at {halt.begin}, outside its windows"
    if site.shifts is not None and number not in site.shifts:
        yield f"{site.code} is not for this shift"


def _lunch_faults(shift: Shift, timed: TimedShift) -> Iterator[str]:
    if shift.lunch is None:
        return
    taken = [number for number, halt in enumerate(timed.halts) if halt.site is None]
    if len(taken) > 1:
        yield "more than one lunch"
    for number in taken:
        yield from _meal_faults(shift.lunch, timed.halts, number)
    if not taken and _is_out_over(shift, shift.lunch, timed):
        yield "no lunch"


def _meal_faults(lunch: Lunch, halts: Sequence[Halt], number: int) -> Iterator[str]:
    meal = halts[number]
    if not lunch.window[0] <= meal.begin <= lunch.window[1]:
        yield f"lunch at {meal.begin}, outside its window"
    beside = {halt.place for halt in (*halts[max(number - 1, 0) : number], *halts[number + 1 : number + 2])}
    if meal.place not in (lunch.places or beside):
        yield f"lunch at {meal.place}, where there is none"


def _is_out_over(shift: Shift, lunch: Lunch, timed: TimedShift) -> bool:
    """Whether the shift is under way over the whole lunch window; only asked of one without a lunch."""
    return shift.opens <= lunch.window[0] and timed.back > lunch.window[1]


def _rule_faults(problem: Problem, visited: list[int]) -> Iterator[str]:
    seen = set(visited)
    if len(seen) < len(visited):
        yield f"visited more than once: {sorted({site for site in visited if visited.count(site) > 1})}"
    yield from (f"{site.code} is left out" for n, site in enumerate(problem.sites) if site.must and n not in seen)
    for rule in problem.counts:
        count = sum(site in rule.sites for site in seen)
        if count < rule.at_least or (rule.at_most is not None and count > rule.at_most):
            yield f"{rule.key}: {count} visited, not {rule.at_least} to {rule.at_most}"
    for limit in problem.stays:
        total = sum(problem.sites[site].stay for site in seen if site in limit.sites)
        if total > limit.most:
            yield f"{limit.key}: {total} stayed, more than {limit.most}"
