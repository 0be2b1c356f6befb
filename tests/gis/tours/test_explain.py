"""Why a plan leaves a site out, what its rules cost, what more time would give."""

from __future__ import annotations

from hypothesis import given

from gis.tours.explain import Change, LeftOut, costs, left_out, one_more_coach, sensitivity
from gis.tours.planner import plan
from gis.tours.problem import CountRule, Lunch, Problem, Site
from gis.tours.wishes import Wish
from tests.gis.tours.small_tours import NINE, day, site, tour
from tests.gis.tours.test_planner import FEW, problems


def test_a_site_left_out_for_time_says_how_many_minutes_and_what_would_fall_out() -> None:
    """80 minutes: to 10 and back with two stays of 20 takes 60; the site at 20 needs 40 more, 20 of them over."""
    problem = tour((0, 5, 10, 20), [site(1, 3.0), site(2, 4.0), site(3, 2.0)], [day(NINE + 80)])
    assert left_out(problem, ((0, 1),)) == (LeftOut(2, 20, 0, 1, (), (0,)),)


def test_a_site_left_out_for_a_rule_names_it_and_the_cheapest_swap() -> None:
    rules = [CountRule("town", frozenset({0, 1, 2}), at_most=2)]
    problem = tour((0, 5, 10, 15), [site(1, 3.0), site(2, 4.0), site(3, 2.0)], [day()], rules)
    assert left_out(problem, ((0, 1),)) == (LeftOut(2, 0, 0, 1, ("town",), (0,)),)


def test_no_must_see_site_falls_out_for_another() -> None:
    problem = tour((0, 5, 10, 20), [site(1, 3.0, must=True), site(2, 4.0), site(3, 2.0)], [day(NINE + 80)])
    assert left_out(problem, ((0, 1),))[0].swap == (1,)


def test_a_site_that_no_shift_may_visit_has_no_place() -> None:
    problem = tour((0, 5), [], [day()])
    closed = Problem(problem.travel, (Site("P1", 1, 1.0, 20, shifts=frozenset()),), problem.shifts)
    assert left_out(closed, ((),)) == (LeftOut(0, None, None, None, (), ()),)


def test_a_rule_costs_the_value_that_is_there_without_it() -> None:
    rules = [CountRule("town", frozenset({0, 1}), at_most=1), CountRule("all", frozenset({0, 1, 2}), at_most=3)]
    problem = tour((0, 5, 10, 15), [site(1, 3.0), site(2, 4.0), site(3, 2.0)], [day()], rules)
    found = costs(problem, ((1, 2),), seconds=1.0)
    assert [(cost.wish, cost.gain) for cost in found] == [(Wish("most", "town"), 3.0)]


def test_a_must_see_site_costs_what_it_keeps_out_and_lunch_what_its_hour_would_give() -> None:
    """To 12:00 with lunch from 10:00 to 10:20: without it the third site of 30 minutes goes in."""
    sites = [site(1, 1.0, 60, must=True), site(2, 2.0, 30), site(3, 5.0, 60)]
    problem = tour((0, 1, 2, 3), sites, [day(NINE + 160, Lunch((600, 620), 30))])
    found = {cost.wish: cost.gain for cost in costs(problem, ((0, 2),), seconds=1.0)}
    assert found == {Wish("lunch", shift=0): 2.0, Wish("must", "P1"): 1.0}


def test_half_an_hour_more_lets_in_what_needs_it() -> None:
    problem = tour((0, 5, 10), [site(1, 3.0), site(2, 4.0)], [day(NINE + 50)])
    found = sensitivity(problem, ((1,),), seconds=1.0)
    assert found == (Change("longer", 0, 3.0, 1), Change("longer", None, 3.0, 1), Change("coach", None, 3.0, 1))


def test_one_more_coach_a_day_has_the_hours_of_the_first_and_its_sites() -> None:
    problem = tour((0, 5), [], [day(), day()])
    bound = Problem(problem.travel, (Site("P1", 1, 1.0, 20, shifts=frozenset({0})),), problem.shifts)
    more = one_more_coach(bound)
    assert len(more.shifts) == 3
    assert more.sites[0].shifts == {0, 2}


def test_an_explanation_stops_when_it_is_told_to() -> None:
    problem = tour((0, 5, 10), [site(1, 3.0, must=True), site(2, 4.0)], [day()])
    assert costs(problem, ((0, 1),), seconds=1.0, watch=lambda done: True) == ()
    assert sensitivity(tour((0,), [], []), ()) == ()


@FEW
@given(problems())
def test_nothing_costs_less_than_nothing(problem: Problem) -> None:
    answer = plan(problem, seconds=0.3)
    if not answer.is_feasible:
        return
    assert all(cost.gain >= 0 for cost in costs(problem, answer.order, seconds=0.3))
    assert all(change.gain >= 0 for change in sensitivity(problem, answer.order, seconds=0.3))
    seen = {site for route in answer.order for site in route}
    left = left_out(problem, answer.order)
    assert [each.site for each in left] == [n for n in range(len(problem.sites)) if n not in seen]
    assert all(each.over is None or each.over >= 0 for each in left)
