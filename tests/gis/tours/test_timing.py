"""A tour's timetable, worked out by hand."""

from __future__ import annotations

from gis.tours.check import faults
from gis.tours.problem import CountRule, Lunch, Problem, Shift, StayRule
from gis.tours.timing import Breach, Halt, Timing, time_order
from tests.gis.tours.small_tours import NINE, day, site, tour


def times(timing: Timing) -> list[tuple[int | None, int, int, int]]:
    """Site, arrival, beginning and leaving of the first shift's halts."""
    return [(halt.site, halt.arrive, halt.begin, halt.leave) for halt in timing.shifts[0].halts]


def timed(problem: Problem, *route: int) -> Timing:
    return time_order(problem, (route,))


def test_a_coach_drives_visits_and_is_back() -> None:
    timing = timed(tour((0, 10, 30), [site(1), site(2, 1.0, 30)], [day()]), 0, 1)
    assert timing.shifts[0].depart == NINE
    assert timing.shifts[0].halts == (Halt(0, 1, 10, 550, 550, 570), Halt(1, 2, 20, 590, 590, 620))
    assert (timing.shifts[0].drive_back, timing.shifts[0].back) == (30, 650)
    assert timing.is_feasible
    assert timing.duration == 110


def test_a_coach_leaves_so_late_that_its_first_site_is_open_when_it_comes() -> None:
    timing = timed(tour((0, 10), [site(1, 1.0, 20, (600, 660))], [day()]), 0)
    assert timing.shifts[0].depart == 590
    assert times(timing) == [(0, 600, 600, 620)]


def test_it_waits_at_a_later_site_for_the_next_of_its_windows() -> None:
    problem = tour((0, 10, 20), [site(1), site(2, 1.0, 20, (550, 570), (600, 700))], [day()])
    assert times(timed(problem, 0, 1)) == [(0, 550, 550, 570), (1, 580, 600, 620)]


def test_a_visit_after_the_last_window_begins_at_once_and_is_so_much_late() -> None:
    timing = timed(tour((0, 10), [site(1, 1.0, 20, (500, 545))], [day()]), 0)
    assert times(timing) == [(0, 550, 550, 570)]
    assert timing.breaches == (Breach("window", 5, 0, 0),)


def test_a_shift_that_is_back_late_says_by_how_much() -> None:
    assert timed(tour((0, 10), [site(1)], [day(575)]), 0).breaches == (Breach("closes", 5, 0),)


def test_lunch_anywhere_fills_the_wait_before_a_window() -> None:
    """Out at 9:00, at the second site 12:10, which opens at 14:00: lunch there from 12:10 costs nothing."""
    problem = tour((0, 10, 30), [site(1, 1.0, 160), site(2, 1.0, 20, (840, 900))], [day(1080, Lunch((690, 780), 60))])
    timing = timed(problem, 0, 1)
    assert times(timing) == [(0, 550, 550, 710), (None, 710, 710, 770), (1, 790, 840, 860)]
    assert (timing.shifts[0].back, timing.breaches) == (890, ())
    assert faults(problem, timing.shifts) == ()


def test_lunch_at_a_place_is_on_the_shortest_way_round() -> None:
    """Canteens at minute 15 and 60 of the road; between sites at 10 and 20 the first is on the way."""
    problem = tour(
        (0, 10, 20, 15, 60), [site(1, 1.0, 150), site(2, 1.0, 120)], [day(1080, Lunch((690, 780), 60, (3, 4)))]
    )
    timing = timed(problem, 0, 1)
    assert timing.shifts[0].halts[1] == Halt(None, 3, 5, 705, 705, 765)
    assert times(timing)[2] == (1, 770, 770, 890)
    assert timing.shifts[0].back == 910


def test_a_shift_that_is_back_before_the_lunch_window_closes_takes_none() -> None:
    problem = tour((0, 10), [site(1, 1.0, 100)], [day(1080, Lunch((600, 700), 60))])
    assert [halt.site for halt in timed(problem, 0).shifts[0].halts] == [0]


def test_a_shift_that_opens_after_the_lunch_window_did_takes_none() -> None:
    problem = tour((0, 10), [site(1, 1.0, 100)], [day(1080, Lunch((600, 660), 60), opens=610)])
    assert [halt.site for halt in timed(problem, 0).shifts[0].halts] == [0]


def test_a_lunch_that_comes_too_late_is_told() -> None:
    """The site is open until 9:20 and the visit lasts until 12:30: lunch, to begin by 11:00, is 90 minutes late."""
    problem = tour((0, 10), [site(1, 1.0, 200, (500, 560))], [day(1080, Lunch((600, 660), 60))])
    assert timed(problem, 0).breaches == (Breach("lunch", 90, 0),)


def test_rules_over_all_shifts_are_told_by_name_and_amount() -> None:
    counts = [
        CountRule("few", frozenset({0, 1}), at_least=2),
        CountRule("many", frozenset({1, 2}), at_most=1),
    ]
    sites = [site(1, must=True), site(2), site(3)]
    problem = tour((0, 1, 2, 3), sites, [day(), day()], counts, [StayRule("stay", frozenset({1, 2}), 30)])
    assert set(time_order(problem, ((1,), (2, 1))).breaches) == {
        Breach("twice", 1, site=1),
        Breach("must", 1, site=0),
        Breach("count_low", 1, key="few"),
        Breach("count_high", 1, key="many"),
        Breach("stay", 10, key="stay"),
    }


def test_a_site_of_another_shift_is_told() -> None:
    problem = tour((0, 1), [site(1)], [day(), day()])
    bound = Problem(problem.travel, (type(problem.sites[0])("P1", 1, 1.0, 5, shifts=frozenset({1})),), problem.shifts)
    assert time_order(bound, ((0,), ())).breaches == (Breach("shift", shift=0, site=0),)


def test_an_empty_shift_is_not_driven() -> None:
    problem = Problem(tour((0, 9), [], []).travel, (), (Shift(0, 1, NINE, NINE),))
    timing = time_order(problem, ((),))
    assert (timing.shifts[0].back, timing.duration, timing.breaches) == (NINE, 0, ())
