"""Why a plan leaves a site out, and what it would take to visit it."""

from __future__ import annotations

from hypothesis import given

from gis.tours.explain import LeftOut, left_out
from gis.tours.planner import plan
from gis.tours.problem import CountRule, Problem, Site
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


def test_what_each_site_would_take_is_told_as_far_as_one_got_when_it_is_stopped() -> None:
    problem = tour((0, 5, 10, 20), [site(1, 3.0), site(2, 4.0), site(3, 2.0)], [day(NINE + 80)])
    asked = iter([False, False])
    assert [out.site for out in left_out(problem, ((),), stop=lambda: next(asked, True))] == [0, 1]
    assert left_out(problem, ((),), stop=lambda: True) == ()


@FEW
@given(problems())
def test_each_site_left_out_is_told_once(problem: Problem) -> None:
    answer = plan(problem, seconds=0.3)
    if not answer.is_feasible:
        return
    seen = {site for route in answer.order for site in route}
    left = left_out(problem, answer.order)
    assert [each.site for each in left] == [n for n in range(len(problem.sites)) if n not in seen]
    assert all(each.over is None or each.over >= 0 for each in left)
