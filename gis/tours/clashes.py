"""
Why a request cannot be met: the wishes that clash, and how little would have to be given up.

First what counting proves (gis/tours/counting.py). Then a filter: each wish is taken back in turn, for good where the
rest still cannot be met; those that are left clash, and none of them can be spared. That the rest cannot be met is then
not proved but searched for, in the time given: ``is_proved`` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

from gis.tours.counting import is_impossible
from gis.tours.lns import Search
from gis.tours.problem import Order, Problem
from gis.tours.visitors import DAY
from gis.tours.wishes import (
    Wish,
    bare,
    earlier,
    later,
    room_before_meeting,
    wishes_of,
    with_least,
    without,
)

# Steps by which the hours that a shift needs are narrowed down.
NARROWINGS = 6


@dataclass(frozen=True, slots=True)
class Relaxation:
    """
    One wish given up as little as is needed for the whole request to be met.

    ``by``: of hours, how much later the shift may be back or, with ``is_earlier``, how much sooner it begins; of least,
    how many fewer; of others 1: given up.
    """

    wish: Wish
    by: int
    is_earlier: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """
    Wishes that cannot be met together, none of which can be spared; each way out that was found.

    ``together``: where no single one is enough, as there is more than one clash, wishes that are given up together.
    """

    wishes: tuple[Wish, ...]
    relaxations: tuple[Relaxation, ...]
    together: tuple[Wish, ...]
    is_proved: bool


def clash_of(
    problem: Problem, *, seconds: float = 5.0, seed: int = 0, stop: Callable[[], bool] = lambda: False
) -> Clash | None:
    """
    The clash of a request that cannot be met; None where a plan that meets it was found, and where ``stop`` said so.

    ``seconds``: about so long; what is easily met or proved takes much less. ``stop`` is asked often; once it has
    answered True it goes on to.
    """
    if stop():
        return None
    try:
        return _clash_of(problem, _Tester(bare(problem), seconds / (3 * (len(wishes_of(problem)) + 2)), seed, stop))
    except _Stopped:
        return None


def _clash_of(problem: Problem, tester: _Tester) -> Clash | None:
    small = tester.problem
    proved = is_impossible(problem, seconds=1.0)
    if not proved and tester.is_met(small, 6):
        return None
    wishes = _clashing(small, tester.is_possible if proved else tester.is_met)
    ways = tuple(_relaxations(small, wishes, tester))
    return Clash(wishes, ways, () if ways else _given_up(small, tester.is_met), proved)


class _Stopped(Exception):
    """Somebody has said to stop."""


class _Tester:
    """Searches plans with nothing in them but what is asked for; each goes on from the one that lacked least."""

    def __init__(self, problem: Problem, seconds: float, seed: int, stop: Callable[[], bool]) -> None:
        self.problem, self._seconds, self._seed, self._stop = problem, seconds, seed, stop
        self._order: Order | None = None

    def search(self, problem: Problem, times: float = 1.0) -> Search:
        """A search over as soon as nothing is missing; of sites ``problem`` has those of the tester's."""
        self._go_on()
        until = perf_counter() + self._seconds * times
        found = Search(problem, self._seed, self._order, is_bare=True)
        found.run(lambda: found.rank.missing == 0 or perf_counter() > until or self._stop())
        self._go_on()
        return found

    def is_possible(self, problem: Problem) -> bool:
        """Whether counting does not prove that no plan keeps all rules."""
        self._go_on()
        return not is_impossible(problem, seconds=0.5)

    def _go_on(self) -> None:
        if self._stop():
            raise _Stopped

    def is_met(self, problem: Problem, times: float = 1.0) -> bool:
        """Whether a plan that keeps all rules was found within the time."""
        found = self.search(problem, times)
        if self._order is None:
            self._order = found.best
        return found.rank.missing == 0


def _clashing(problem: Problem, is_possible: Callable[[Problem], bool]) -> tuple[Wish, ...]:
    """A smallest set in that none can be spared; what is most easily given up is spared first."""
    kept, gone = list(wishes_of(problem)), set[Wish]()
    for wish in wishes_of(problem):
        if not is_possible(without(problem, gone | {wish})):
            gone.add(wish)
            kept.remove(wish)
    return tuple(kept)


def _given_up(problem: Problem, is_possible: Callable[[Problem], bool]) -> tuple[Wish, ...]:
    """Wishes without which all others are met, none of which can be had back; the most easily given up first."""
    gone = set(wishes_of(problem))
    for wish in reversed(wishes_of(problem)):
        if is_possible(without(problem, gone - {wish})):
            gone.remove(wish)
    return tuple(wish for wish in wishes_of(problem) if wish in gone)


def _relaxations(problem: Problem, wishes: tuple[Wish, ...], tester: _Tester) -> Iterator[Relaxation]:
    """Each clashing wish on its own, given up as little as is needed; those that do not help are left out."""
    for wish in wishes:
        if not tester.is_met(without(problem, [wish])):
            continue
        if wish.kind == "hours" and wish.shift is not None:
            yield from _other_hours(problem, wish, wish.shift, tester)
        elif wish.kind == "least":
            yield Relaxation(wish, _fewer(problem, wish.key, tester))
        else:
            yield Relaxation(wish, 1)


def _other_hours(problem: Problem, wish: Wish, shift: int, tester: _Tester) -> Iterator[Relaxation]:
    """Back later; where that would move a meeting, first how much earlier the shift may begin instead."""
    by = _later(problem, shift, tester)
    if room_before_meeting(problem.shifts[shift], by) < by:
        sooner = _earlier(problem, shift, by, tester)
        if sooner is not None:
            yield Relaxation(wish, sooner, is_earlier=True)
    yield Relaxation(wish, by)


def _later(problem: Problem, shift: int, tester: _Tester) -> int:
    """How much later a shift must be back: narrowed down from the first plan found."""
    closes = problem.shifts[shift].closes

    def used(by: int) -> int | None:
        found = tester.search(later(problem, shift, by))
        return found.backs[shift] - closes if found.rank.missing == 0 else None

    first = tester.search(without(problem, [Wish("hours", shift=shift)])).backs[shift] - closes
    return max(_narrowed(first, used), 1)


def _earlier(problem: Problem, shift: int, by: int, tester: _Tester) -> int | None:
    """How much earlier a shift must begin: as much as it would be late, else from midnight on; None: no help."""

    def used(by: int) -> int | None:
        return by if tester.is_met(earlier(problem, shift, by)) else None

    most = problem.shifts[shift].opens % DAY
    enough = next((each for each in (by, most) if each <= most and used(each) is not None), None)
    return None if enough is None else _narrowed(enough, used)


def _narrowed(enough: int, used: Callable[[int], int | None]) -> int:
    """From what is enough down to about as little as is; ``used``: how much of so much was needed, None: too little."""
    little = 0
    for _ in range(NARROWINGS):
        if enough - little <= 1:
            break
        middle = (enough + little) // 2
        needed = used(middle)
        if needed is None:
            little = middle
        else:
            enough = min(middle, needed)
    return enough


def _fewer(problem: Problem, key: str, tester: _Tester) -> int:
    """How many fewer a minimum must ask for: halved down from none at all, which is known to be met."""
    rule = next(rule for rule in problem.counts if rule.key == key)
    # More than there are is never met.
    met, unmet = 0, min(rule.at_least, len(rule.sites) + 1)
    while unmet - met > 1:
        middle = (met + unmet) // 2
        met, unmet = (middle, unmet) if tester.is_met(with_least(problem, key, middle)) else (met, middle)
    return rule.at_least - met
