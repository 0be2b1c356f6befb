"""Requests that cannot be met: which wishes clash, and how little has to be given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis.tours.clashes import Clash, Relaxation, clash_of
from gis.tours.counting import bound, is_impossible
from gis.tours.problem import CountRule, Problem, StayRule
from gis.tours.wishes import Wish
from tests.gis.tours.small_tours import NINE, best_value, day, site, tour


def clash(problem: Problem) -> Clash:
    found = clash_of(problem, seconds=1.5)
    assert found is not None
    return found


def test_a_request_that_can_be_met_has_no_clash() -> None:
    assert clash_of(tour((0, 10), [site(1, must=True)], [day()])) is None


def test_a_must_see_site_too_far_away_needs_a_later_end_or_is_given_up() -> None:
    """40 minutes there, 20 of stay, 40 back: a shift of an hour must be 40 minutes longer."""
    found = clash(tour((0, 40), [site(1, must=True)], [day(NINE + 60)]))
    assert found.is_proved
    assert found.wishes == (Wish("hours", shift=0), Wish("must", "P1"))
    assert found.relaxations == (Relaxation(Wish("hours", shift=0), 40), Relaxation(Wish("must", "P1"), 1))


def test_a_meeting_is_not_moved_silently_but_the_day_begins_earlier_or_the_meeting_later() -> None:
    """The same with a meeting at the end of the hour."""
    found = clash(tour((0, 40), [site(1, must=True)], [replace(day(NINE + 60), meets=NINE + 60)]))
    hours = Wish("hours", shift=0)
    assert found.relaxations == (
        Relaxation(hours, 40, is_earlier=True),
        Relaxation(hours, 40),
        Relaxation(Wish("must", "P1"), 1),
    )


def test_where_beginning_earlier_does_not_help_only_the_meeting_later_does() -> None:
    """The site opens at 10:00; 20 minutes there and 40 back take until 11:00, an hour after the meeting began."""
    problem = tour((0, 40), [site(1, 1.0, 20, (600, 900), must=True)], [replace(day(600), meets=600)])
    assert clash(problem).relaxations[0] == Relaxation(Wish("hours", shift=0), 60)


def test_a_day_that_ends_before_its_meeting_may_be_longer_up_to_it() -> None:
    found = clash(tour((0, 40), [site(1, must=True)], [replace(day(NINE + 60), meets=NINE + 120)]))
    assert found.relaxations[0] == Relaxation(Wish("hours", shift=0), 40)


def test_nobody_is_told_of_a_clash_once_somebody_says_to_stop() -> None:
    """Neither at once nor in the middle of the search, which without that takes its minute."""
    sites = [site(1, 1.0, 20, (600, 600), must=True), site(2, 1.0, 20, (600, 600), must=True)]
    problem = tour((0, 10, -10), sites, [day()])
    assert clash_of(problem, stop=lambda: True) is None
    asked = iter([False] * 50)
    assert clash_of(problem, seconds=1000.0, stop=lambda: next(asked, True)) is None


def test_two_must_see_sites_that_exclude_one_another_are_both_named() -> None:
    """Each can be visited at 10:00 only; they lie 20 minutes apart."""
    sites = [site(1, 1.0, 20, (600, 600), must=True), site(2, 1.0, 20, (600, 600), must=True), site(3, must=True)]
    found = clash(tour((0, 10, -10, 5), sites, [day()]))
    assert found.wishes == (Wish("must", "P1"), Wish("must", "P2"))
    assert [relaxation.by for relaxation in found.relaxations] == [1, 1]


def test_a_minimum_larger_than_the_candidates_is_lowered_to_them() -> None:
    found = clash(tour((0, 1, 2), [site(1), site(2)], [day()], [CountRule("town", frozenset({0, 1}), at_least=3)]))
    assert found.is_proved
    assert found.wishes == (Wish("least", "town"),)
    assert found.relaxations == (Relaxation(Wish("least", "town"), 1),)


def test_a_minimum_against_a_town_s_minutes_names_both() -> None:
    """Two stays of 20 minutes do not go into 30."""
    town = frozenset({0, 1})
    rules = [CountRule("town", town, at_least=2)]
    found = clash(tour((0, 1, 2), [site(1), site(2)], [day()], rules, [StayRule("minutes", town, 30)]))
    assert found.is_proved
    assert set(found.wishes) == {Wish("least", "town"), Wish("stay", "minutes")}


def test_where_two_clashes_stand_apart_what_is_given_up_together_is_said() -> None:
    """Two sites too far away, on a day of an hour; each alone is a clash."""
    sites = [site(1, 1.0, 20, (600, 600), must=True), site(2, 1.0, 20, (600, 600), must=True)]
    sites += [site(3, 1.0, 20, (700, 700), must=True), site(4, 1.0, 20, (700, 700), must=True)]
    found = clash(tour((0, 10, -10, 12, -12), sites, [day()]))
    assert found.relaxations == ()
    assert {wish.kind for wish in found.together} == {"must"}
    assert len(found.together) == 2


def test_counting_is_never_wrong_about_what_can_be_met() -> None:
    problem = tour((0, 10, 20, 30), [site(1, 3.0), site(2, 2.0), site(3, 1.0)], [day(NINE + 90)])
    assert not is_impossible(problem)
    most, best = bound(problem), best_value(problem)
    assert most is not None
    assert best == pytest.approx(5.0)
    assert best <= most < 6.0
    assert is_impossible(replace(problem, counts=(CountRule("all", frozenset({0, 1, 2}), at_least=3),)))
    assert is_impossible(tour((0, 10), [site(1, must=True)], []))
