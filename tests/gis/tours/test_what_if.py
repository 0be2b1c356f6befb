"""What a plan's rules cost, and what more time or one more coach would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given

from gis.tours.planner import plan
from gis.tours.problem import CountRule, Lunch, Order, Problem, Shift, Site
from gis.tours.what_if import Question, answers, one_more_coach, with_more, without_each
from gis.tours.wishes import Wish
from tests.gis.tours.small_tours import NINE, day, site, tour
from tests.gis.tours.test_planner import FEW, problems


def gains(problem: Problem, order: Order, questions: Sequence[Question]) -> list[tuple[object, ...]]:
    """Of each question its wish or its kind with its shift, what it gives, and how many stops there are."""
    found = answers(problem, order, questions, seconds=1.0)
    asked = [(each.question.wish or (each.question.kind, each.question.shift)) for each in found.answers]
    return [(name, each.gain, each.found.stops) for name, each in zip(asked, found.answers, strict=True)]


def meeting_at(closes: int) -> Shift:
    return replace(day(closes), meets=closes)


def test_a_rule_costs_the_value_that_is_there_without_it() -> None:
    rules = [CountRule("town", frozenset({0, 1}), at_most=1), CountRule("all", frozenset({0, 1, 2}), at_most=3)]
    problem = tour((0, 5, 10, 15), [site(1, 3.0), site(2, 4.0), site(3, 2.0)], [day()], rules)
    order = ((1, 2),)
    assert gains(problem, order, without_each(problem, order)) == [(Wish("most", "town"), 3.0, 3)]


def test_a_must_see_site_costs_what_it_keeps_out_and_lunch_what_its_hour_would_give() -> None:
    """To 12:00 with lunch from 10:00 to 10:20: without it the third site of 30 minutes goes in."""
    sites = [site(1, 1.0, 60, must=True), site(2, 2.0, 30), site(3, 5.0, 60)]
    problem = tour((0, 1, 2, 3), sites, [day(NINE + 160, Lunch((600, 620), 30))])
    order = ((0, 2),)
    found = gains(problem, order, without_each(problem, order))
    assert {name: gain for name, gain, _ in found} == {Wish("lunch", shift=0): 2.0, Wish("must", "P1"): 1.0}


def test_half_an_hour_more_lets_in_what_needs_it() -> None:
    problem = tour((0, 5, 10), [site(1, 3.0), site(2, 4.0)], [day(NINE + 50)])
    found = gains(problem, ((1,),), with_more(problem))
    assert found == [(("longer", 0), 3.0, 2), (("longer", None), 3.0, 2), (("coach", None), 3.0, 2)]


def test_half_an_hour_more_before_a_meeting_is_half_an_hour_earlier() -> None:
    """Both sites are open until 9:20 only: earlier helps, a later meeting does not. The meeting itself stays."""
    sites = [site(1, 3.0, 20, (0, NINE + 20)), site(2, 4.0, 20, (0, NINE + 20))]
    problem = tour((0, 5, 10), sites, [meeting_at(NINE + 50)])
    asked = with_more(problem)
    assert [(each.kind, each.problem.shifts[0].opens, each.problem.shifts[0].closes) for each in asked] == [
        ("longer", NINE - 30, NINE + 50),
        ("meeting", NINE, NINE + 80),
        ("longer", NINE - 30, NINE + 50),
        ("coach", NINE, NINE + 50),
    ]
    found = gains(problem, ((1,),), asked)
    assert [gain for _, gain, _ in found] == [3.0, 0.0, 3.0, 3.0]


def test_a_day_that_ends_before_its_meeting_is_longer_up_to_it() -> None:
    problem = tour((0, 5), [site(1)], [replace(day(NINE + 50), meets=NINE + 60)])
    longer, meeting, *_ = with_more(problem)
    assert (longer.problem.shifts[0].opens, longer.problem.shifts[0].closes) == (NINE - 20, NINE + 60)
    assert (meeting.problem.shifts[0].opens, meeting.problem.shifts[0].closes) == (NINE, NINE + 80)


def test_a_meeting_is_moved_for_all_coaches_of_its_day() -> None:
    problem = tour((0, 5), [site(1)], [meeting_at(700), replace(meeting_at(700), coach=1), replace(day(), day=1)])
    (meeting,) = (each for each in with_more(problem) if each.kind == "meeting")
    assert [shift.closes for shift in meeting.problem.shifts] == [730, 730, 1080]


def test_a_day_that_gets_longer_has_lunch_once_it_reaches_over_it() -> None:
    """Back by 12:00 nobody eats, as lunch may begin until 12:10; back by 12:30 lunch is due, of 25 minutes."""
    lunch = Lunch((690, 730), 25)
    half_a_day = replace(day(720), meal=lunch)
    problem = tour((0, 5, 10), [site(1, 3.0, 160), site(2, 4.0, 20)], [half_a_day])
    longer = with_more(problem)[0]
    assert longer.problem.shifts[0].lunch == lunch
    assert gains(problem, ((0,),), [longer]) == [(("longer", 0), 0.0, 1)]


def test_a_plan_made_by_hand_is_told_apart_from_what_searching_on_finds() -> None:
    """By hand the poorest of three goes to a day of one: searching on finds the best, without a limit two more come."""
    rules = [CountRule("town", frozenset({0, 1, 2}), at_most=1)]
    problem = tour((0, 5, 10, 15), [site(1, 3.0), site(2, 4.0), site(3, 2.0)], [day()], rules)
    order = ((2,),)
    found = answers(problem, order, without_each(problem, order), seconds=1.0)
    searched = found.unchanged
    assert (searched.value, searched.gain, searched.comes_in, searched.falls_out) == (4.0, 2.0, (1,), (2,))
    (answer,) = found.answers
    assert (answer.gain, answer.found.value, answer.found.gain) == (5.0, 9.0, 7.0)
    assert (answer.found.comes_in, answer.found.falls_out) == ((0, 1), ())


def test_one_more_coach_a_day_has_the_hours_of_the_first_and_its_sites() -> None:
    problem = tour((0, 5), [], [day(), day()])
    bound = Problem(problem.travel, (Site("P1", 1, 1.0, 20, shifts=frozenset({0})),), problem.shifts)
    more = one_more_coach(bound)
    assert len(more.shifts) == 3
    assert more.sites[0].shifts == {0, 2}


def test_nothing_more_is_answered_once_somebody_says_to_stop() -> None:
    problem = tour((0, 5, 10), [site(1, 3.0, must=True), site(2, 4.0)], [day()])
    order = ((0, 1),)
    assert answers(problem, order, without_each(problem, order), stop=lambda: True).answers == ()
    assert with_more(tour((0,), [], [])) == ()


@FEW
@given(problems())
def test_nothing_costs_less_than_nothing_and_stops_account_for_the_difference(problem: Problem) -> None:
    answer = plan(problem, seconds=0.3)
    if not answer.is_feasible:
        return
    asked = (*without_each(problem, answer.order), *with_more(problem))
    found = answers(problem, answer.order, asked, seconds=0.5)
    for tried in (found.unchanged, *(each.found for each in found.answers)):
        come, gone = (sum(problem.sites[n].value for n in sites) for sites in (tried.comes_in, tried.falls_out))
        assert abs(come - gone - tried.gain) < 1e-6
        assert tried.gain >= 0
    assert all(each.gain >= 0 for each in found.answers)
