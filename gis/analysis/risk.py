"""
Investment at risk for want of land, and which parcels it hangs on (DOMAIN §4).

Counted in whole 10⁻⁶ 万元, so that the parts of a project sum to its figure exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

MICRO_PER_WAN = 1_000_000
# Areas as weights are taken to the square millimetre.
MICRO_PER_M2 = 1_000_000


def not_ready_share(on: date, planned_start_on: date | None, ready_on: date | None) -> Fraction:
    """
    The share of what is left of the plan period in which the land is not expected to be ready.

    The period runs from the later of ``on`` and the planned start to 31 December, both days counted; the land
    is ready from ``ready_on`` on. Without a ready day (held land) it is not ready for the whole period. A
    period that begins after this year has nothing at risk in it.

    From 1 July, ready on 1 October: 92 of 184 days, one half.
    """
    begin = max(on, planned_start_on) if planned_start_on else on
    end = date(on.year, 12, 31) + timedelta(days=1)
    days = (end - begin).days
    if days <= 0:
        return Fraction(0)
    waiting = (min(ready_on, end) - begin).days if ready_on else days
    return Fraction(max(waiting, 0), days)


def micro_at_risk(remaining_wan: float, share: Fraction) -> int:
    """``share`` of the plan's rest in 10⁻⁶ 万元, rounded half-up; 0 where nothing is left."""
    if not remaining_wan > 0:
        return 0
    return int(round(remaining_wan * MICRO_PER_WAN) * share + Fraction(1, 2))


def apportioned(amount: int, weights: Sequence[float]) -> list[int]:
    """
    ``amount`` in whole units by ``weights`` (≥ 0), summing to it exactly: by the largest remainder.

    Equal remainders: the earlier one first. Where all weights are zero, equal shares.
    """
    if not weights:
        return []
    whole_units = [round(weight * MICRO_PER_M2) for weight in weights]
    total = sum(whole_units)
    if total == 0:
        whole_units, total = [1] * len(weights), len(weights)
    shares = [divmod(amount * units, total) for units in whole_units]
    parts = [whole for whole, _ in shares]
    order = sorted(range(len(parts)), key=lambda i: -shares[i][1])
    for i in order[: amount - sum(parts)]:
        parts[i] += 1
    return parts
