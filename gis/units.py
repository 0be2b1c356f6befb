"""
Units of land, money and ratio, and the only place where numbers are rounded for people.

Stored: m², 万元 (10⁴ yuan) as exact decimals. Shown: 亩, 公顷, 亿元, percentage points.
1 公顷 = 15 亩 = 10,000 m², so 1 亩 = 10000/15 m² = 666.666… m² (RULES §5).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isnan

from gis.errors import InvalidValue
from gis.words import Words

M2_PER_HA = 10_000
MU_PER_HA = 15
M2_PER_MU = M2_PER_HA / MU_PER_HA
WAN_PER_YI = 10_000

# Factor from the unit written in a header to the stored unit of its dimension.
AREA_UNITS: dict[str, Fraction] = {
    "m2": Fraction(1),
    "m²": Fraction(1),
    "㎡": Fraction(1),
    "平方米": Fraction(1),
    "亩": Fraction(M2_PER_HA, MU_PER_HA),
    "mu": Fraction(M2_PER_HA, MU_PER_HA),
    "公顷": Fraction(M2_PER_HA),
    "ha": Fraction(M2_PER_HA),
    "hectares": Fraction(M2_PER_HA),
    "平方公里": Fraction(1_000_000),
    "km2": Fraction(1_000_000),
    "sqft": Fraction("0.09290304"),
}
MONEY_UNITS: dict[str, Fraction] = {
    "万元": Fraction(1),
    "万": Fraction(1),
    "wan": Fraction(1),
    "亿元": Fraction(WAN_PER_YI),
    "亿": Fraction(WAN_PER_YI),
    "元": Fraction(1, 10_000),
    "yuan": Fraction(1, 10_000),
    "千元": Fraction(1, 10),
}
LENGTH_UNITS: dict[str, Fraction] = {
    "m": Fraction(1),
    "米": Fraction(1),
    "km": Fraction(1000),
    "公里": Fraction(1000),
    "千米": Fraction(1000),
}
SHARE_UNITS: dict[str, Fraction] = {
    "%": Fraction(1),
    "％": Fraction(1),
    "percent": Fraction(1),
    "ratio": Fraction(100),
    "小数": Fraction(100),
}

UNITS_BY_DIMENSION: dict[str, dict[str, Fraction]] = {
    "area": AREA_UNITS,
    "money": MONEY_UNITS,
    "length": LENGTH_UNITS,
    "share": SHARE_UNITS,
}

_HEADER_UNIT = re.compile(r"^(?P<name>.*?)\s*[（(\[【/]\s*(?P<unit>[^（()）\[\]【】/]+?)\s*[)）\]】]?\s*$")


def split_header_unit(header: str) -> tuple[str, str | None]:
    """
    A column's header parted into its name and the unit it declares.

    ``计划投资（亿元）`` → ``("计划投资", "亿元")``; a header whose bracket holds no known unit
    is given back whole with None.
    """
    match = _HEADER_UNIT.match(header.strip())
    if match and any(match["unit"].lower() in units for units in UNITS_BY_DIMENSION.values()):
        return match["name"].strip(), match["unit"].lower()
    return header.strip(), None


def to_stored(value: Decimal, unit: str, dimension: str) -> Decimal:
    """``value`` in ``unit`` as the stored unit of ``dimension`` (m², 万元, m, %), to 12 digits after the point."""
    try:
        factor = UNITS_BY_DIMENSION[dimension][unit.lower()]
    except KeyError:
        known = "、".join(UNITS_BY_DIMENSION.get(dimension, {}))
        raise InvalidValue(
            Words(f"单位“{unit}”不能用于此列", f"unit '{unit}' does not fit this column"),
            found=unit,
            expected=known,
        ) from None
    scaled = Fraction(value) * factor
    return (Decimal(scaled.numerator) / Decimal(scaled.denominator)).quantize(Decimal("1e-12")).normalize()


def mu_of_m2(area_m2: float) -> float:
    """Square metres as 亩."""
    return area_m2 * MU_PER_HA / M2_PER_HA


def ha_of_m2(area_m2: float) -> float:
    """Square metres as 公顷."""
    return area_m2 / M2_PER_HA


def yi_of_wan(amount_wan: Decimal | float) -> Decimal:
    """万元 as 亿元."""
    return Decimal(str(amount_wan)) / WAN_PER_YI


def rounded(value: Decimal | float, places: int) -> Decimal:
    """``value`` rounded half-up, as a person does on paper: 13.865 → 13.87 at two places."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def shown(value: Decimal | float | None, places: int = 1) -> str:
    """``value`` as text with thousands separators, half-up; an em dash where there is no value."""
    if value is None or isnan(value):
        return "—"
    return f"{rounded(value, places):,}"
