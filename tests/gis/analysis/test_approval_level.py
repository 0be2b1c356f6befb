"""Who approves: the limits of 土地管理法 46 (RULES §3.1, §11: 35.00 公顷 is the province's, 35.01 is not)."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.approval_level import Limits, approval_level
from gis.errors import InvalidValue
from gis.model import Authority
from gis.rules import RuleBook

HA = 10_000.0


@pytest.mark.parametrize(
    ("farmland", "arable", "other", "authority"),
    [
        (0, 0, 0, Authority.PROVINCE),
        (0, 35.00 * HA, 0, Authority.PROVINCE),
        (0, 35.01 * HA, 0, Authority.STATE_COUNCIL),
        (0, 0, 70.00 * HA, Authority.PROVINCE),
        (0, 0, 70.01 * HA, Authority.STATE_COUNCIL),
        (1.0, 0, 0, Authority.STATE_COUNCIL),
        # Counted apart: together they are more than either limit, and still the province's.
        (0, 35.00 * HA, 70.00 * HA, Authority.PROVINCE),
    ],
)
def test_the_limits_of_the_law(farmland: float, arable: float, other: float, authority: Authority) -> None:
    assert approval_level(farmland, arable, other).authority is authority


def test_the_noise_of_adding_areas_does_not_pass_a_limit() -> None:
    assert approval_level(0, sum([0.1] * 3_500_000), 0).authority is Authority.PROVINCE


def test_every_kind_of_land_that_asks_for_the_state_council_is_a_reason() -> None:
    level = approval_level(500.0, 40 * HA, 80 * HA)
    assert [reason.zh for reason in level.reasons] == [
        "含永久基本农田 0.0500 公顷，须国务院批准",
        "永久基本农田以外的耕地 40.0000 公顷，超过 35 公顷（525 亩），须国务院批准",
        "其他土地 80.0000 公顷，超过 70 公顷（1050 亩），须国务院批准",
    ]
    assert level.reason.zh.count("；") == 2
    assert "46" in level.source


def test_the_limits_are_the_store_s_own() -> None:
    book = RuleBook.default()
    stricter = dataclasses.replace(book, values={**book.values, "approval.arable_ha": 10})
    assert approval_level(0, 11 * HA, 0, Limits.of(stricter)).authority is Authority.STATE_COUNCIL


@pytest.mark.parametrize("area", [-1.0, float("nan"), float("inf")])
def test_an_area_that_is_none_is_refused(area: float) -> None:
    with pytest.raises(InvalidValue):
        approval_level(0, area, 0)


areas = st.floats(0, 1e7)


@given(areas, areas, areas, st.floats(0, 1e6))
def test_more_land_never_lowers_the_level(farmland: float, arable: float, other: float, more: float) -> None:
    level = approval_level(farmland, arable, other).authority.rank
    assert approval_level(farmland + more, arable, other).authority.rank >= level
    assert approval_level(farmland, arable + more, other).authority.rank >= level
    assert approval_level(farmland, arable, other + more).authority.rank >= level
