"""
What if: a plan searched on with one rule taken back, with more time, with one more coach.

Each answer is a search of its own, from the best that searching on from the plan finds as everything is. So it tells
two things: how it stands to the plan that was asked about, and (``gain``) what the change alone gives, which is never
less than nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from time import perf_counter
from typing import Literal

from gis.tours.lns import Search
from gis.tours.problem import Order, Problem
from gis.tours.timing import time_shift
from gis.tours.wishes import Wish, later, longer, room_before_meeting, wishes_of, without

# rule: without a wish; longer: more time, no meeting moved; meeting: it begins later; coach: one more a day.
QuestionKind = Literal["rule", "longer", "meeting", "coach"]
# For each site, so many changes without a better plan end a search.
CHANGES = 30


@dataclass(frozen=True, eq=False)
class Question:
    """
    ``problem``: as it would be. ``wish``: of rule, the one taken back. ``shift``: of longer, the one that is (None:
    all); of meeting, the first of its day.
    """

    kind: QuestionKind
    problem: Problem
    wish: Wish | None = None
    shift: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """
    What one search found, and how it stands to the plan that was asked about.

    ``gain``: its value over the plan's; ``comes_in``: sites that the plan leaves out; ``falls_out``: those that it has.
    """

    order: Order
    value: float
    gain: float
    comes_in: tuple[int, ...]
    falls_out: tuple[int, ...]

    @property
    def stops(self) -> int:
        """How many sites it visits."""
        return sum(map(len, self.order))


@dataclass(frozen=True, eq=False)
class Answer:
    """``gain``: the value that the change alone gives, at least 0."""

    question: Question
    gain: float
    found: Tried


@dataclass(frozen=True, eq=False)
class Answers:
    """``unchanged``: what searching on finds with everything as it is."""

    unchanged: Tried
    answers: tuple[Answer, ...]


def without_each(problem: Problem, order: Order) -> tuple[Question, ...]:
    """Without each rule that binds in ``order``; the others cost nothing and are not asked about."""
    wishes = [wish for wish in wishes_of(problem) if wish.kind != "hours" and _binds(problem, order, wish)]
    return tuple(Question("rule", without(problem, [wish]), wish) for wish in wishes)


def with_more(problem: Problem, by: int = 30) -> tuple[Question, ...]:
    """
    Each shift ``by`` longer; where a meeting leaves no room for that at its end, the meeting later as well; all of
    them longer; one more coach a day.
    """
    shifts = range(len(problem.shifts))
    if not shifts:
        return ()
    every = reduce(lambda p, shift: longer(p, shift, by), shifts, problem)
    return (
        *(Question("longer", longer(problem, shift, by), shift=shift) for shift in shifts),
        *_meetings(problem, by),
        Question("longer", every),
        Question("coach", one_more_coach(problem)),
    )


def _meetings(problem: Problem, by: int) -> Iterator[Question]:
    """All shifts of a day, though not its hours, end with one meeting."""
    for first in _first_of_days(problem):
        shift = problem.shifts[first]
        if room_before_meeting(shift, by) < by:
            day = [number for number, other in enumerate(problem.shifts) if other.day == shift.day]
            yield Question("meeting", reduce(lambda p, number: later(p, number, by), day, problem), shift=first)


def one_more_coach(problem: Problem) -> Problem:
    """The problem with the first coach of each day once more; it may visit what that one may."""
    first = _first_of_days(problem)
    coach = max((shift.coach for shift in problem.shifts), default=0) + 1
    more = tuple(replace(problem.shifts[number], coach=coach) for number in first)
    twins = {number: len(problem.shifts) + place for place, number in enumerate(first)}
    sites = tuple(
        s if s.shifts is None else replace(s, shifts=s.shifts | {twins[n] for n in s.shifts if n in twins})
        for s in problem.sites
    )
    return replace(problem, sites=sites, shifts=(*problem.shifts, *more))


def _first_of_days(problem: Problem) -> tuple[int, ...]:
    """The first shift of each day."""
    return tuple({shift.day: number for number, shift in reversed(list(enumerate(problem.shifts)))}.values())


def answers(
    problem: Problem,
    order: Order,
    questions: Sequence[Question],
    *,
    seconds: float = 10.0,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Answers:
    """
    What searches find, all as long as one another, in about ``seconds`` together; ``order`` keeps all rules.

    Where ``stop`` answers True, now and from then on, the questions that are left are not answered.
    """
    trial = _Trial(order, seconds / (len(questions) + 1), seed, stop)
    unchanged = trial.tried(problem, order) or trial.told(problem, order)
    return Answers(unchanged, tuple(_answered(trial, unchanged, questions)))


def _answered(trial: _Trial, unchanged: Tried, questions: Sequence[Question]) -> Iterator[Answer]:
    for question in questions:
        new = len(question.problem.shifts) - len(unchanged.order)
        found = trial.tried(question.problem, (*unchanged.order, *((),) * new))
        if trial.stop():
            return
        # What is allowed need not be done: a plan without the change is always there.
        best = found if found is not None and found.value > unchanged.value else unchanged
        yield Answer(question, round(best.value - unchanged.value, 6), best)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Searches that are told against one plan."""

    plan: Order
    seconds: float
    seed: int
    stop: Callable[[], bool]

    def tried(self, problem: Problem, start: Order) -> Tried | None:
        """The best that is found from ``start``; None where that lacks a must-see site or a minimum."""
        until, steps = perf_counter() + self.seconds, iter(range(CHANGES * (len(problem.sites) + 1)))
        search = Search(problem, self.seed, start)
        search.run(lambda: next(steps, None) is None or perf_counter() > until or self.stop())
        return None if search.rank.missing else self.told(problem, search.best)

    def told(self, problem: Problem, found: Order) -> Tried:
        """An order against the plan."""
        was, now = ({site for route in order for site in route} for order in (self.plan, found))
        value = round(problem.value_of(found), 6)
        gain = round(value - problem.value_of(self.plan), 6)
        return Tried(found, value, gain, tuple(sorted(now - was)), tuple(sorted(was - now)))


def _binds(problem: Problem, order: Order, wish: Wish) -> bool:
    """Whether a wish can cost this order anything: a count or stay at its limit, a must-see, a lunch that is taken."""
    seen = {site for route in order for site in route}
    if wish.kind in ("least", "most"):
        rule = next(rule for rule in problem.counts if rule.key == wish.key)
        return len(rule.sites & seen) == (rule.at_least if wish.kind == "least" else rule.at_most)
    if wish.kind == "stay":
        limit = next(limit for limit in problem.stays if limit.key == wish.key)
        room = limit.most - sum(problem.sites[site].stay for site in limit.sites & seen)
        return any(problem.sites[site].stay > room for site in limit.sites - seen)
    if wish.kind == "lunch" and wish.shift is not None:
        timed, _ = time_shift(problem, wish.shift, order[wish.shift])
        return any(halt.site is None for halt in timed.halts)
    return wish.kind == "must"
