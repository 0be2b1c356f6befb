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
from gis.tours.problem import Problem
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
    slice_ = seconds / (3 * (len(wishes_of(problem)) + 2))
    proved = is_impossible(problem, seconds=max(slice_, 0.5))
    if not proved and is_met(problem, slice_ * 4, seed):
        return None
    small, _ = bare(problem)
    test = (lambda p: not is_impossible(p, seconds=0.5)) if proved else (lambda p: is_met(p, slice_, seed))
    wishes = _clashing(small, test)
    ways = tuple(_relaxations(problem, wishes, slice_, seed))
    together = () if ways else _given_up(problem, lambda p: is_met(p, slice_, seed))
    return Clash(wishes, ways, together, proved)


def is_met(problem: Problem, seconds: float, seed: int) -> bool:
    """Whether a plan that keeps all rules was found within the time."""
    return _search(problem, seconds, seed).rank.missing == 0


def _search(problem: Problem, seconds: float, seed: int) -> Search:
    """A plan with nothing in it but what is asked for; over as soon as nothing is missing."""
    small, _ = bare(problem)
    began = perf_counter()
    search = Search(small, seed, is_bare=True)
    search.run(lambda: search.rank.missing == 0 or perf_counter() - began > seconds)
    return search


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


def _relaxations(problem: Problem, wishes: tuple[Wish, ...], seconds: float, seed: int) -> Iterator[Relaxation]:
    """Each clashing wish on its own, given up as little as is needed; those that do not help are left out."""
    for wish in wishes:
        if not is_met(without(problem, [wish]), seconds * 2, seed):
            continue
        if wish.kind == "hours" and wish.shift is not None:
            yield Relaxation(wish, _later(problem, wish.shift, seconds, seed))
        elif wish.kind == "least":
            yield Relaxation(wish, _fewer(problem, wish.key, seconds, seed))
        else:
            yield Relaxation(wish, 1)


def _later(problem: Problem, shift: int, seconds: float, seed: int) -> int:
    """How much later a shift must be back: narrowed down from the first plan found."""
    open_end = without(problem, [Wish("hours", shift=shift)])
    enough = _search(open_end, seconds * 2, seed).backs[shift] - problem.shifts[shift].closes
    little = 0
    for _ in range(NARROWINGS):
        if enough - little <= 1:
            break
        middle = (enough + little) // 2
        search = _search(later(problem, shift, middle), seconds, seed)
        if search.rank.missing == 0:
            enough = min(middle, search.backs[shift] - problem.shifts[shift].closes)
        else:
            little = middle
    return max(enough, 1)


def _fewer(problem: Problem, key: str, seconds: float, seed: int) -> int:
    """How many fewer a minimum must ask for."""
    least = next(rule.at_least for rule in problem.counts if rule.key == key)
    fewer = (by for by in range(1, least) if is_met(with_least(problem, key, least - by), seconds, seed))
    return next(fewer, least)
