"""
Units of land, money and ratio, and the only place where numbers are rounded for people.

Stored: m², 万元 (10⁴ yuan) as exact decimals. Shown: 亩, 公顷, 亿元, percentage points.
1 公顷 = 15 亩 = 10,000 m², so 1 亩 = 10000/15 m² = 666.666… m² (RULES §5).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import isfinite

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
    "平方千米": Fraction(1_000_000),
    "km2": Fraction(1_000_000),
    "km²": Fraction(1_000_000),
    "㎢": Fraction(1_000_000),
    "万平方米": Fraction(10_000),
    "万m2": Fraction(10_000),
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
    "百万元": Fraction(100),
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

# A unit stands in brackets at the end, or after a stroke: a stroke within brackets belongs to a
# compound unit ("万元/亩"), which is none of ours.
_UNIT_IN_BRACKETS = re.compile(r"^(?P<name>.*?)\s*[（(\[【]\s*(?P<unit>[^（()）\[\]【】]+?)\s*[)）\]】]?$")
_UNIT_AFTER_STROKE = re.compile(r"^(?P<name>.*?)\s*/\s*(?P<unit>[^（()）\[\]【】/]+)$")
# Numbers beyond this are no amount of land or money; they would only make arithmetic endless.
_MAX_EXPONENT = 30
_EXACT = Context(prec=400)


def split_header_unit(header: str) -> tuple[str, str | None]:
    """
    A column's header parted into its name and the unit it declares.

    ``计划投资（亿元）`` → ``("计划投资", "亿元")``; a header whose bracket holds no known unit
    is given back whole with None.
    """
    text = header.strip()
    for match in (_UNIT_IN_BRACKETS.match(text), _UNIT_AFTER_STROKE.match(text)):
        if match and any(match["unit"].lower() in units for units in UNITS_BY_DIMENSION.values()):
            return match["name"], match["unit"].lower()
    return text, None


def to_stored(value: Decimal, unit: str, dimension: str) -> Decimal:
    """
    ``value`` in ``unit`` as the stored unit of ``dimension`` (m², 万元, m, %), to 12 digits after the point.

    Raises
    ------
    InvalidValue
        The unit is not one of the dimension, or the value is no finite number of a sensible size.
    """
    try:
        factor = UNITS_BY_DIMENSION[dimension][unit.lower()]
    except KeyError:
        known = "、".join(UNITS_BY_DIMENSION.get(dimension, {}))
        raise InvalidValue(
            Words(f"单位“{unit}”不能用于此列", f"unit '{unit}' does not fit this column"),
            found=unit,
            expected=known,
        ) from None
    if value.is_finite() and value.adjusted() < -_MAX_EXPONENT:
        return Decimal(0)
    if not value.is_finite() or value.adjusted() > _MAX_EXPONENT:
        raise InvalidValue(
            Words("数值超出范围", "the number is out of range"), found=str(value), expected=f"< 10^{_MAX_EXPONENT}"
        )
    scaled = Fraction(value) * factor
    quotient = _EXACT.divide(Decimal(scaled.numerator), Decimal(scaled.denominator))
    return quotient.quantize(Decimal("1e-12"), context=_EXACT).normalize(_EXACT)


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
    """
    ``value`` rounded half-up, as a person does on paper: 13.865 → 13.87 at two places.

    What rounds to nothing is 0, not −0.
    """
    step = Decimal(1).scaleb(-places)
    near = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP, context=_EXACT)
    return near if near else abs(near)


def shown(value: Decimal | float | None, places: int = 1) -> str:
    """``value`` as text with thousands separators, half-up; an em dash where there is no (finite) value."""
    if value is None or not isfinite(value):
        return "—"
    return f"{rounded(value, places):,}"
