"""Scores of a tour, worked out by hand; and what holds of them whatever the ballots say."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.scores import (
    Criterion,
    ScoredSite,
    ScoreSheet,
    Trim,
    ranks_of,
    score_projects,
    score_towns,
    sheet_as_dict,
    sheet_from_dict,
)
from gis.errors import InvalidParameter

# Progress counts three times what the looks of the site count; their largest marks are 100 and 20.
PROGRESS, LOOKS = Criterion("形象进度", 3, 100), Criterion("现场管理", 1, 20)
A = ScoredSite("A", "甲项目", "T1", "城关镇")
B = ScoredSite("B", "乙项目", "T2", "北关镇")
C = ScoredSite("C", "丙项目", "T1", "城关镇")
UNTRIMMED = Trim()


def sheet(trim: Trim = UNTRIMMED) -> ScoreSheet:
    return ScoreSheet((PROGRESS, LOOKS), (A, B, C), trim)


def plain(*scores: float, trim: Trim = UNTRIMMED) -> float | None:
    """The score of one project under one criterion, of these ballots."""
    (found,) = score_projects(ScoreSheet((Criterion("综合"),), (A,), trim), [{"A": [s]} for s in scores])
    return found.score


def test_a_ballot_s_score_weighs_each_mark_by_its_largest_one():
    # (3 × 80/100 + 1 × 10/20) / 4 = (2.4 + 0.5) / 4 = 0.725
    assert float(sheet().score([80, 10])) == 72.5
    assert float(sheet().score([100, 20])) == 100
    assert float(sheet().score([0, 0])) == 0


def test_a_project_s_score_is_the_mean_of_the_ballots_that_give_it_marks():
    ballots = [{"A": [80, 10], "B": [60, 20]}, {"A": [100, 20]}]
    a, b, c = score_projects(sheet(), ballots)
    assert (a.score, a.mean, a.ballots, a.counted, a.marks, a.rank) == (86.25, 86.25, 2, 2, (90.0, 15.0), 1)
    # (3 × 0.6 + 1) / 4 = 0.7
    assert (b.score, b.ballots, b.rank) == (70.0, 1, 2)
    assert (c.score, c.mean, c.ballots, c.counted, c.marks, c.rank) == (None, None, 0, 0, (), None)


def test_the_trimmed_mean_drops_the_highest_and_the_lowest():
    assert plain(60, 80, 90, 100) == 82.5
    assert plain(100, 60, 90, 80, trim=Trim(1)) == 85
    assert plain(10, 20, 30, 40, 100, trim=Trim(2)) == 30


def test_a_share_is_rounded_down_at_each_end():
    ten = [0, 60, 60, 60, 60, 70, 70, 70, 70, 100]
    assert plain(*ten, trim=Trim(share=0.1)) == 65  # one falls away at each end of ten
    assert plain(*ten[:9], trim=Trim(share=0.1)) == sum(ten[:9]) / 9  # none of nine
    assert Trim(share=0.29).dropped(100) == 29  # though 0.29 × 100 is 28.99… in doubles


def test_something_is_always_left_to_be_counted():
    assert plain(70, trim=Trim(3)) == 70
    assert plain(70, 90, trim=Trim(3)) == 80
    assert plain(10, 70, 100, trim=Trim(3)) == 70
    assert [Trim(1).dropped(n) for n in range(6)] == [0, 0, 0, 1, 1, 1]


def test_the_plain_mean_stands_beside_the_trimmed_one():
    (found, *_) = score_projects(sheet(Trim(1)), [{"A": [m, 20]} for m in (0, 60, 80, 100)])
    # 25, 70, 85, 100: all four 70, the two in the middle 77.5
    assert (found.score, found.mean, found.ballots, found.counted) == (77.5, 70.0, 4, 2)
    assert found.marks == (70.0, 20.0)


def test_equal_scores_share_a_rank_and_the_next_is_left_out():
    assert ranks_of([80, 90, 80, None, 70]) == [2, 1, 2, None, 4]
    assert ranks_of([1 / 3, 0.1 + 0.2, 0.3]) == [1, 2, 2]
    assert ranks_of([]) == []


def test_a_town_s_score_is_the_mean_of_its_projects():
    found = score_projects(ScoreSheet((Criterion("综合"),), (A, B, C)), [{"A": [90], "B": [80], "C": [60]}])
    assert [(t.name, t.projects, t.score, t.rank) for t in score_towns(found)] == [
        ("北关镇", 1, 80.0, 1),
        ("城关镇", 2, 75.0, 2),
    ]


def test_a_town_without_a_mark_comes_last_and_a_project_without_one_does_not_count():
    found = score_projects(ScoreSheet((Criterion("综合"),), (A, B, C)), [{"A": [50]}])
    assert [(t.town, t.projects, t.score, t.rank) for t in score_towns(found)] == [
        ("T1", 1, 50.0, 1),
        ("T2", 0, None, None),
    ]


def test_a_sheet_comes_back_from_json_as_it_was():
    kept = sheet(Trim(1, 0.1))
    assert sheet_from_dict(json.loads(json.dumps(sheet_as_dict(kept)))) == kept


def test_everything_that_is_wrong_with_a_sheet_is_told_at_once():
    criteria = (Criterion("", 1), Criterion("甲", 0), Criterion("甲", float("nan"), 2000))
    with pytest.raises(InvalidParameter) as refused:
        ScoreSheet(criteria, (A, A), Trim(-1, 0.5))
    assert [problem.place.column for problem in refused.value.problems] == [
        *("criteria[1].name", "criteria[2].weight", "criteria[3].name", "criteria[3].weight", "criteria[3].most"),
        *("trim.count", "trim.share", "sites"),
    ]
    with pytest.raises(InvalidParameter):
        ScoreSheet((), (A,))
    with pytest.raises(InvalidParameter):
        ScoreSheet((PROGRESS,), ())


def test_marks_may_leave_projects_out_and_come_back_in_the_order_of_the_sheet():
    assert sheet().checked({"B": [99.5, 0], "A": [100, 20]}) == {"A": [100.0, 20.0], "B": [99.5, 0.0]}
    assert list(sheet().checked({"B": [1, 1], "A": [1, 1]})) == ["A", "B"]


@pytest.mark.parametrize(
    "marks",
    [
        {},
        {"Z": [1, 1]},
        {"A": []},
        {"A": [1]},
        {"A": [1, 1, 1]},
        {"A": [100.1, 1]},
        {"A": [-0.1, 1]},
        {"A": [1, 20.5]},
        {"A": [float("nan"), 1]},
        {"A": [float("inf"), 1]},
        {"A": [92.55, 1]},
        {"A": [True, 1]},
        {"A": ["90", 1]},
        {"A": [None, 1]},
        {"A": [10**400, 1]},
        {"A": {"0": 1, "1": 1}},
        {"A": "ab"},
        {"A": None},
        {str(n): [1, 1] for n in range(1000)},
    ],
)
def test_marks_that_do_not_fit_the_sheet_are_refused(marks):
    with pytest.raises(InvalidParameter):
        sheet().checked(marks)


def test_all_wrong_marks_are_told_at_once_with_their_project():
    with pytest.raises(InvalidParameter) as refused:
        sheet().checked({"A": [101, 21], "B": [1], "Z": [1, 1]})
    assert [p.place.column for p in refused.value.problems] == ["marks.A", "marks.A", "marks.B", "marks.Z"]
    assert "甲项目" in refused.value.problems[0].words.zh


# ---------------------------------------------------------------- whatever the ballots say

marks = st.tuples(st.integers(0, 1000).map(lambda n: n / 10), st.integers(0, 200).map(lambda n: n / 10))
ballots = st.lists(st.dictionaries(st.sampled_from("ABC"), marks, max_size=3), max_size=12)
trims = st.builds(Trim, st.integers(0, 4), st.integers(0, 49).map(lambda n: n / 100))


@given(ballots, trims, st.randoms(use_true_random=False))
def test_the_order_of_the_ballots_does_not_matter(given_ballots, trim, shuffler: random.Random):
    shuffled = list(given_ballots)
    shuffler.shuffle(shuffled)
    assert score_projects(sheet(trim), shuffled) == score_projects(sheet(trim), given_ballots)


@given(ballots, trims)
def test_a_score_lies_between_the_lowest_and_the_highest_ballot(given_ballots, trim):
    for found in score_projects(sheet(trim), given_ballots):
        own = [float(sheet().score(b[found.site.code])) for b in given_ballots if found.site.code in b]
        assert (found.score is None) == (own == [])
        assert found.score is None or min(own) <= found.score <= max(own)
        assert found.counted >= min(1, found.ballots)


@given(ballots, trims)
def test_the_mean_marks_weigh_up_to_the_score(given_ballots, trim):
    for found in score_projects(sheet(trim), given_ballots):
        if found.score is not None:
            assert float(sheet().score(found.marks)) == pytest.approx(found.score, abs=1e-9)
