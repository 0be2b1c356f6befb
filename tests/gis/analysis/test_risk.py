"""Investment at risk: shares of the plan period by hand, and the exact sum of its parts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.risk import apportioned, micro_at_risk, not_ready_share


@pytest.mark.parametrize(
    ("on", "planned", "ready", "share"),
    [
        # 1 July to 31 December: 184 days, of which July, August and September are 92.
        ("2026-07-01", None, "2026-10-01", Fraction(1, 2)),
        ("2026-03-10", "2026-07-01", "2026-10-01", Fraction(1, 2)),  # counted from the planned start
        ("2026-07-01", "2026-03-10", "2026-10-01", Fraction(1, 2)),  # that has passed: from today
        ("2026-07-01", None, None, Fraction(1)),  # held
        ("2026-07-01", None, "2027-05-01", Fraction(1)),  # not ready this year
        ("2026-07-01", None, "2027-01-01", Fraction(1)),  # 31 December is still missing
        ("2026-07-01", None, "2026-12-31", Fraction(183, 184)),
        ("2026-07-01", None, "2026-07-01", Fraction(0)),
        ("2026-07-01", "2026-11-01", "2026-10-01", Fraction(0)),  # ready before it is needed
        ("2026-12-31", None, "2027-01-01", Fraction(1)),  # the year's last day
        ("2026-07-01", "2027-02-01", None, Fraction(0)),  # the period begins after this year
    ],
)
def test_the_share_of_the_plan_period_without_land(
    on: str, planned: str | None, ready: str | None, share: Fraction
) -> None:
    days = [date.fromisoformat(text) if text else None for text in (planned, ready)]
    assert not_ready_share(date.fromisoformat(on), *days) == share


@pytest.mark.parametrize(
    ("remaining", "share", "micro"),
    [
        (9014.0, Fraction(1, 2), 4_507_000_000),
        (1.0, Fraction(1, 3), 333_333),
        (1.0, Fraction(2, 3), 666_667),
        (0.000001, Fraction(1, 2), 1),  # half-up
        (-5.0, Fraction(1), 0),  # more invested than planned
        (float("nan"), Fraction(1), 0),  # no plan
    ],
)
def test_the_money_at_risk_is_rounded_half_up_to_millionths(remaining: float, share: Fraction, micro: int) -> None:
    assert micro_at_risk(remaining, share) == micro


def test_money_goes_to_parcels_by_area_the_largest_remainder_first() -> None:
    assert apportioned(100, [1.0, 1.0, 1.0]) == [34, 33, 33]
    assert apportioned(10, [1.0, 2.0, 2.0, 1.0]) == [2, 3, 3, 2]  # 1.67, 3.33, 3.33, 1.67
    assert apportioned(7, [0.0, 5.0]) == [0, 7]
    assert apportioned(3, [0.0, 0.0]) == [2, 1]
    assert apportioned(0, [4.0]) == [0]
    assert apportioned(5, []) == []


@given(st.integers(0, 10**14), st.lists(st.floats(0, 1e7), min_size=1, max_size=40))
def test_the_parts_sum_to_the_whole_and_none_is_off_by_one_unit(amount: int, weights: list[float]) -> None:
    parts = apportioned(amount, weights)
    assert sum(parts) == amount
    units = [round(weight * 1_000_000) for weight in weights]
    if sum(units):
        assert all(abs(part - Fraction(amount * unit, sum(units))) < 1 for part, unit in zip(parts, units, strict=True))
