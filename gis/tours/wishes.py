"""What a request asks for, one wish at a time: named, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from gis.tours.problem import CountRule, Problem, Shift

# must: a site in every plan; least, most: a count; stay: a limit of stays; lunch: of a shift; hours: a shift's end.
WishKind = Literal["must", "least", "most", "stay", "lunch", "hours"]
# A shift whose hours are taken back may last so many times as long as all shifts together.
LONG = 3


@dataclass(frozen=True, slots=True, order=True)
class Wish:
    """``key``: of must the site's code, of counts and stays the rule's key; ``shift``: of lunch and hours."""

    kind: WishKind
    key: str = ""
    shift: int | None = None

    def __str__(self) -> str:
        """As ``Found.clashes`` carries it: ``must:P001``, ``least:town 3``, ``hours:0``."""
        return f"{self.kind}:{self.key if self.shift is None else self.shift}"


def wishes_of(problem: Problem) -> tuple[Wish, ...]:
    """Everything that a plan could break, what is most easily given up first."""
    lunches = [Wish("lunch", shift=number) for number, shift in enumerate(problem.shifts) if shift.lunch is not None]
    mosts = [Wish("most", rule.key) for rule in problem.counts if rule.at_most is not None]
    stays = [Wish("stay", rule.key) for rule in problem.stays]
    leasts = [Wish("least", rule.key) for rule in problem.counts if rule.at_least > 0]
    hours = [Wish("hours", shift=number) for number in range(len(problem.shifts))]
    musts = [Wish("must", site.code) for site in problem.sites if site.must]
    return (*lunches, *mosts, *stays, *leasts, *hours, *musts)


def without(problem: Problem, wishes: Iterable[Wish]) -> Problem:
    """The problem with these wishes taken back."""
    gone = frozenset(wishes)
    sites = tuple(replace(s, must=s.must and Wish("must", s.code) not in gone) for s in problem.sites)
    counts = tuple(_count_without(rule, gone) for rule in problem.counts)
    stays = tuple(rule for rule in problem.stays if Wish("stay", rule.key) not in gone)
    longest = (
        LONG * sum(max(0, shift.closes - shift.opens) for shift in problem.shifts) + int(problem.travel.max()) * LONG
    )
    shifts = tuple(_shift_without(number, shift, gone, longest) for number, shift in enumerate(problem.shifts))
    return replace(problem, sites=sites, counts=counts, stays=stays, shifts=shifts)


def later(problem: Problem, shift: int, by: int) -> Problem:
    """The problem with one shift that may be back later, though it moves the meeting at its end."""
    return _with_hours(problem, shift, 0, by)


def earlier(problem: Problem, shift: int, by: int) -> Problem:
    """The problem with one shift that begins earlier."""
    return _with_hours(problem, shift, by, 0)


def longer(problem: Problem, shift: int, by: int) -> Problem:
    """The problem with one shift that lasts longer: back later as far as its meeting allows, else begun earlier."""
    room = room_before_meeting(problem.shifts[shift], by)
    return _with_hours(problem, shift, by - room, room)


def room_before_meeting(shift: Shift, by: int) -> int:
    """How much of ``by`` a shift may be back later without moving its meeting."""
    return by if shift.meets is None else min(by, max(0, shift.meets - shift.closes))


def _with_hours(problem: Problem, shift: int, earlier: int, later: int) -> Problem:
    shifts = [s.between(s.opens - earlier, s.closes + later) if n == shift else s for n, s in enumerate(problem.shifts)]
    return replace(problem, shifts=tuple(shifts))


def with_least(problem: Problem, key: str, least: int) -> Problem:
    """The problem with another minimum."""
    counts = [replace(rule, at_least=least) if rule.key == key else rule for rule in problem.counts]
    return replace(problem, counts=tuple(counts))


def bare(problem: Problem) -> Problem:
    """Only the sites that some wish asks for, worth nothing: the others never help to meet a wish."""
    asked = {site for rule in problem.counts if rule.at_least > 0 for site in rule.sites}
    kept = tuple(n for n, site in enumerate(problem.sites) if site.must or n in asked)
    number = {site: place for place, site in enumerate(kept)}
    sites = tuple(replace(problem.sites[n], value=0.0) for n in kept)
    counts = tuple(replace(r, sites=frozenset(_numbers(r.sites, number))) for r in problem.counts)
    stays = tuple(replace(r, sites=frozenset(_numbers(r.sites, number))) for r in problem.stays)
    return replace(problem, sites=sites, counts=counts, stays=stays)


def _numbers(sites: Iterable[int], number: dict[int, int]) -> Iterator[int]:
    return (number[site] for site in sites if site in number)


def _count_without(rule: CountRule, gone: frozenset[Wish]) -> CountRule:
    least = 0 if Wish("least", rule.key) in gone else rule.at_least
    return replace(rule, at_least=least, at_most=None if Wish("most", rule.key) in gone else rule.at_most)


def _shift_without(number: int, shift: Shift, gone: frozenset[Wish], longest: int) -> Shift:
    if Wish("lunch", shift=number) in gone:
        shift = replace(shift, lunch=None, meal=None)
    return shift.between(shift.opens, shift.closes + longest) if Wish("hours", shift=number) in gone else shift
