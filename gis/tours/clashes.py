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
from gis.tours.wishes import Wish, bare, later, wishes_of, with_least, without

# Steps by which the end of a shift that must be later is narrowed down.
NARROWINGS = 6


@dataclass(frozen=True, slots=True)
class Relaxation:
    """
    One wish given up as little as is needed for the whole request to be met.

    ``by``: of hours, how much later the shift may be back; of least, how many fewer; of others 1: given up.
    """

    wish: Wish
    by: int


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


def clash_of(problem: Problem, *, seconds: float = 5.0, seed: int = 0) -> Clash | None:
    """
    The clash of a request that cannot be met; None where a plan that meets it was found.

    ``seconds``: about so long; what is easily met or proved takes much less.
    """
    small = bare(problem)
    proved = is_impossible(problem, seconds=1.0)
    tester = _Tester(small, seconds / (3 * (len(wishes_of(problem)) + 2)), seed)
    if not proved and tester.is_met(small, 6):
        return None
    wishes = _clashing(small, (lambda p: not is_impossible(p, seconds=0.5)) if proved else tester.is_met)
    ways = tuple(_relaxations(small, wishes, tester))
    return Clash(wishes, ways, () if ways else _given_up(small, tester.is_met), proved)


class _Tester:
    """Searches plans with nothing in them but what is asked for; each goes on from the one that lacked least."""

    def __init__(self, problem: Problem, seconds: float, seed: int) -> None:
        self._problem, self._seconds, self._seed = problem, seconds, seed
        self._order: Order | None = None

    def search(self, problem: Problem, times: float = 1.0) -> Search:
        """A search over as soon as nothing is missing; of sites ``problem`` has those of the tester's."""
        began = perf_counter()
        found = Search(problem, self._seed, self._order, is_bare=True)
        found.run(lambda: found.rank.missing == 0 or perf_counter() - began > self._seconds * times)
        return found

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
            yield Relaxation(wish, _later(problem, wish.shift, tester))
        elif wish.kind == "least":
            yield Relaxation(wish, _fewer(problem, wish.key, tester))
        else:
            yield Relaxation(wish, 1)


def _later(problem: Problem, shift: int, tester: _Tester) -> int:
    """How much later a shift must be back: narrowed down from the first plan found."""
    closes = problem.shifts[shift].closes
    enough, little = tester.search(without(problem, [Wish("hours", shift=shift)])).backs[shift] - closes, 0
    for _ in range(NARROWINGS):
        if enough - little <= 1:
            break
        middle = (enough + little) // 2
        found = tester.search(later(problem, shift, middle))
        if found.rank.missing == 0:
            enough = min(middle, found.backs[shift] - closes)
        else:
            little = middle
    return max(enough, 1)


def _fewer(problem: Problem, key: str, tester: _Tester) -> int:
    """How many fewer a minimum must ask for: halved down from none at all, which is known to be met."""
    rule = next(rule for rule in problem.counts if rule.key == key)
    # More than there are is never met.
    met, unmet = 0, min(rule.at_least, len(rule.sites) + 1)
    while unmet - met > 1:
        middle = (met + unmet) // 2
        met, unmet = (middle, unmet) if tester.is_met(with_least(problem, key, middle)) else (met, middle)
    return rule.at_least - met
