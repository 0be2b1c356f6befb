"""The independent checker finds each kind of fault in a timetable that has one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis.tours.check import faults
from gis.tours.problem import CountRule, Lunch, Problem, StayRule
from gis.tours.timing import TimedShift, time_order
from tests.gis.tours.small_tours import day, site, tour


@pytest.fixture
def problem() -> Problem:
    sites = [site(1, must=True), site(2, 1.0, 165, (560, 700)), site(3)]
    counts = [CountRule("towns", frozenset({0, 2}), at_least=1, at_most=1)]
    stays = [StayRule("minutes", frozenset({0, 1}), 185)]
    return tour((0, 10, 30, 50), sites, [day(1080, Lunch((690, 780), 60, (3,)))], counts, stays)


@pytest.fixture
def right(problem: Problem) -> TimedShift:
    """At site 0 from 9:10, at site 1 from 9:50 to 12:35, lunch at place 3 from 12:55, back at 14:45."""
    return time_order(problem, ((0, 1),)).shifts[0]


def with_halt(timed: TimedShift, number: int, **changes: int) -> TimedShift:
    halts = list(timed.halts)
    halts[number] = replace(halts[number], **changes)
    return replace(timed, halts=tuple(halts))


def test_a_right_timetable_has_no_fault(problem: Problem, right: TimedShift) -> None:
    assert right.back == 885
    assert faults(problem, (right,)) == ()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (lambda t: replace(t, depart=530), "departs at 530"),
        (lambda t: with_halt(t, 0, drive=9), "lasts 10, not 9"),
        (lambda t: with_halt(t, 1, arrive=580), "arrives at 2 at 590, not 580"),
        (lambda t: with_halt(t, 0, begin=545), "before it arrives"),
        (lambda t: with_halt(t, 0, leave=560), "for its stay"),
        (lambda t: with_halt(t, 1, begin=710), "outside its windows"),
        (lambda t: with_halt(t, 2, place=0), "where there is none"),
        (lambda t: with_halt(t, 2, begin=790), "lunch at 790"),
        (lambda t: with_halt(t, 2, leave=815), "a lunch of 40"),
        (lambda t: replace(t, back=860), "is not back at 860"),
        (lambda t: replace(t, back=1090), "after 1080"),
        (lambda t: replace(t, halts=t.halts[:2], drive_back=30, back=785), "no lunch"),
        (lambda t: replace(t, halts=t.halts[1:]), "P1 is left out"),
        (lambda t: replace(t, halts=(*t.halts, t.halts[0])), "more than once: [0]"),
        (lambda t: replace(t, halts=()), "nobody is visited"),
    ],
)
def test_each_fault_is_found(problem: Problem, right: TimedShift, wrong, fault: str) -> None:  # type: ignore[no-untyped-def]
    assert any(fault in found for found in faults(problem, (wrong(right),)))


def test_rules_over_all_shifts_are_counted(problem: Problem) -> None:
    timed = time_order(problem, ((0, 2),)).shifts
    assert any("towns: 2 visited, not 1 to 1" in found for found in faults(problem, timed))
    tight = replace(problem, stays=(StayRule("minutes", frozenset({0, 1}), 160),))
    assert any("minutes: 185 stayed" in found for found in faults(tight, time_order(problem, ((0, 1),)).shifts))


def test_every_shift_has_a_timetable(problem: Problem) -> None:
    assert faults(problem, ())[0] == "0 shifts are timed, not each of 1 once"
