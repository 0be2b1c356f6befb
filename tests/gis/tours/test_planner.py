"""The planner against all plans of small tours, and under every rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.tours import visitors
from gis.tours.check import faults
from gis.tours.planner import Found, plan
from gis.tours.problem import CountRule, Lunch, Problem, Shift, Site, StayRule
from gis.tours.timing import time_order
from tests.gis.tours.small_tours import NINE, best_value, day, site, tour

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def found(problem: Problem, seed: int = 0) -> Found:
    """A plan of a few sites: the search ends by itself."""
    return plan(problem, seconds=1.0, seed=seed)


def valid(problem: Problem, answer: Found) -> bool:
    timing = time_order(problem, answer.order)
    return answer.is_feasible and timing.is_feasible and faults(problem, timing.shifts) == ()


def test_value_comes_before_time() -> None:
    """From 9:00 to 10:00 there is time for the far site worth 5 or for the two near ones worth 2 each."""
    problem = tour((0, 20, 5, 6), [site(1, 5.0), site(2, 2.0), site(3, 2.0)], [day(NINE + 60)])
    assert found(problem).order == ((0,),)
    assert found(problem).value == 5.0


def test_of_plans_of_the_same_value_the_shorter_is_found() -> None:
    problem = tour((0, 10, 20, 30), [site(2), site(1), site(3)], [day()])
    answer = found(problem)
    assert set(answer.order[0]) == {0, 1, 2}
    assert time_order(problem, answer.order).duration == 60 + 60


def test_what_must_be_seen_is_seen_before_what_is_worth_more() -> None:
    problem = tour((0, 20, -20), [site(1, 1.0, must=True), site(2, 9.0)], [day(NINE + 70)])
    assert found(problem).order == ((0,),)


def test_a_minimum_is_met_before_value_is_made() -> None:
    sites = [site(1, 9.0), site(2, 9.0), site(3, 1.0), site(4, 1.0)]
    rules = [CountRule("west", frozenset({2, 3}), at_least=1)]
    problem = tour((0, 5, 6, -20, -40), sites, [day(NINE + 100)], rules)
    answer = found(problem)
    assert valid(problem, answer)
    assert set(answer.order[0]) == {0, 2} or set(answer.order[0]) == {1, 2}
    assert answer.value == 10.0


def test_at_most_n_holds_over_all_shifts() -> None:
    sites = [site(1, 5.0), site(2, 4.0), site(3, 3.0)]
    problem = tour((0, 5, 6, 7), sites, [day(), day()], [CountRule("town", frozenset({0, 1, 2}), at_most=2)])
    assert found(problem).value == 9.0


def test_minutes_of_a_town_hold_over_all_shifts() -> None:
    sites = [site(1, 5.0, 30), site(2, 4.0, 20), site(3, 3.0, 20)]
    problem = tour((0, 5, 6, 7), sites, [day(), day()], stays=[StayRule("town", frozenset({0, 1, 2}), 45)])
    assert found(problem).value == 7.0


def test_a_site_is_visited_in_one_of_its_windows_on_the_day_that_has_it() -> None:
    tomorrow = Shift(0, 0, 1440 + NINE, 1440 + 720, day=1)
    problem = tour((0, 10), [site(1, 1.0, 20, (300, 400), (1440 + 600, 1440 + 660))], [day(720), tomorrow])
    assert found(problem).order == ((), (0,))


def test_nothing_is_planned_where_there_is_nothing_to_plan() -> None:
    assert found(tour((0,), [], [day()])).order == ((),)
    assert found(tour((0, 1), [site(1)], [])).order == ()
    assert found(tour((0, 1), [site(1)], [day(NINE)])).order == ((),)
    assert found(tour((0,), [], [])).is_feasible


def test_a_request_that_cannot_be_met_is_answered_with_what_comes_nearest_and_why() -> None:
    problem = tour((0, 40, 5), [site(1, 1.0, must=True), site(2, 1.0)], [day(NINE + 60)])
    answer = found(problem)
    assert not answer.is_feasible
    assert answer.clashes == ("hours:0", "must:P1")


def test_the_watch_hears_of_the_best_and_stops_the_search() -> None:
    heard: list[Found] = []
    problem = tour(tuple(range(41)), [site(n, float(n)) for n in range(1, 41)], [day()])
    answer = plan(problem, seconds=60.0, watch=lambda best: heard.append(best) is None)
    assert len(heard) == 1
    assert answer.seconds < 30.0
    assert answer.value >= heard[0].value


def test_the_same_seed_finds_the_same_order() -> None:
    sites = [site(n, float(n % 3 + 1), 25) for n in range(1, 7)]
    problem = tour((0, 9, 22, 35, -14, -30, 41), sites, [day(NINE + 150), day(NINE + 100)])
    assert plan(problem, seconds=20.0, seed=4).order == plan(problem, seconds=20.0, seed=4).order


def test_a_plan_is_no_worse_than_the_one_it_begins_with() -> None:
    problem = tour((0, 10, 20, 30), [site(1, 1.5), site(2), site(3)], [day(NINE + 60)])
    answer = plan(problem, seconds=0.0, start=((0,),))
    assert answer.value >= 1.5


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to five sites, two shifts, every kind of rule."""
    minutes = st.integers(0, 40)
    count = draw(st.integers(1, 5))
    points = np.array([[draw(minutes), draw(minutes)] for _ in range(count + 2)])
    travel = np.abs(points[:, None, :] - points[None, :, :]).sum(axis=2).astype(np.int64)
    sites = tuple(_site(draw, number) for number in range(count))
    shifts = tuple(_shift(draw, number, count) for number in range(draw(st.integers(1, 2))))
    some = st.frozensets(st.integers(0, count - 1), min_size=1)
    counts = tuple(
        CountRule(f"c{n}", draw(some), draw(st.integers(0, 1)), draw(st.sampled_from((None, 1, 2))))
        for n in range(draw(st.integers(0, 2)))
    )
    stays = (StayRule("s", draw(some), draw(st.sampled_from((30, 50)))),) if draw(st.booleans()) else ()
    return Problem(travel, sites, shifts, counts, stays)


def _site(draw: st.DrawFn, number: int) -> Site:
    opens = draw(st.integers(540, 640))
    windows = draw(st.sampled_from(((), ((opens, opens + 60),), ((opens, opens + 20), (opens + 60, opens + 90)))))
    value, stay = float(draw(st.integers(1, 9))), draw(st.sampled_from((10, 20, 30)))
    bound = draw(st.sampled_from((None, None, None, frozenset({0}))))
    return Site(f"P{number}", number, value, stay, windows, draw(st.integers(0, 9)) == 0, bound)


def _shift(draw: st.DrawFn, number: int, sites: int) -> Shift:
    begins = draw(st.integers(560, 640))
    places = draw(st.sampled_from(((), (sites,), (sites, sites + 1))))
    lunch = draw(st.sampled_from((None, Lunch((begins, begins + 40), 30, places))))
    return Shift(sites, sites + 1, NINE, NINE + draw(st.integers(0, 240)), coach=number, lunch=lunch)


@FEW
@given(problems())
def test_a_plan_keeps_every_rule_and_is_the_best_of_all(problem: Problem) -> None:
    answer, best = found(problem), best_value(problem)
    assert answer.is_feasible == (best is not None)
    if best is not None:
        assert valid(problem, answer)
        assert answer.value == pytest.approx(best)
    visited = [s for route in answer.order for s in route]
    assert len(visited) == len(set(visited))


@FEW
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_in_which_sites_are_given_does_not_matter(problem: Problem, chance) -> None:  # type: ignore[no-untyped-def]
    turned = list(range(len(problem.sites)))
    chance.shuffle(turned)
    place = {old: new for new, old in enumerate(turned)}
    other = replace(
        problem,
        sites=tuple(problem.sites[old] for old in turned),
        counts=tuple(replace(rule, sites=frozenset(place[s] for s in rule.sites)) for rule in problem.counts),
        stays=tuple(replace(rule, sites=frozenset(place[s] for s in rule.sites)) for rule in problem.stays),
    )
    first, second = found(problem), found(other)
    assert first.is_feasible == second.is_feasible
    assert not first.is_feasible or first.value == pytest.approx(second.value)


def test_a_problem_too_large_for_pyvrp_is_planned_by_our_own_search(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = tour((0, 20, 5, 6), [site(1, 5.0), site(2, 2.0), site(3, 2.0)], [day(NINE + 60)])
    monkeypatch.setattr(visitors, "MOST_CELLS", 0)
    assert not visitors.is_small(problem)
    assert found(problem).order == ((0,),)
