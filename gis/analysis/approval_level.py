"""
Who approves the requisition of so much land: the province, or the State Council (土地管理法 46, RULES §3.1).

The law counts three kinds of land apart: permanent basic farmland (any of it), other arable land, and 其他土地, which
is all that is neither: gardens, woods, built land, unused land. Arable land is not counted a second time as other land.
Only land that is requisitioned counts, that is, collective land; what is the state's already is not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gis.errors import InvalidValue
from gis.model import Authority
from gis.rules import RuleBook
from gis.units import M2_PER_HA, MU_PER_HA
from gis.words import Words, join

# Areas are sums of computed ones: what is less than this apart is the same area.
_SAME_M2 = 0.01
_FARMLAND_SOURCE = "土地管理法 44, 46：征收永久基本农田由国务院批准"


@dataclass(frozen=True, slots=True)
class Limits:
    """The areas (公顷) up to which the province approves, and the articles that say so."""

    arable_ha: float
    other_ha: float
    arable_source: str
    other_source: str

    @classmethod
    def of(cls, rules: RuleBook) -> Limits:
        """Those in force."""
        arable, other = "approval.arable_ha", "approval.other_ha"
        areas = (float(rules.value(arable)), float(rules.value(other)))
        return cls(*areas, rules.sources[arable], rules.sources[other])


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """Who approves; a reason for each kind of land that asks for the State Council, or one for the province."""

    authority: Authority
    reasons: tuple[Words, ...]
    sources: tuple[str, ...]

    @property
    def value(self) -> str:
        """The authority's code: ``province`` or ``state_council``."""
        return self.authority.value

    @property
    def reason(self) -> Words:
        """All reasons in one sentence."""
        return join(self.reasons)

    @property
    def source(self) -> str:
        """The articles."""
        return "; ".join(dict.fromkeys(self.sources))


def approval_level(
    farmland_m2: float, arable_m2: float, other_m2: float, limits: Limits | None = None
) -> ApprovalLevel:
    """
    Who approves the requisition of this land, all of it together (a batch, or a single site).

    Parameters
    ----------
    farmland_m2
        Permanent basic farmland; any of it is the State Council's.
    arable_m2
        Arable land (耕地) that is not permanent basic farmland; more than 35 公顷 is the State Council's.
    other_m2
        All other land; more than 70 公顷 is the State Council's. Exactly 35 or 70 is the province's (超过).
    limits
        The areas in force; None: those shipped.

    Raises
    ------
    InvalidValue
        An area is negative or no number.
    """
    limits = limits or Limits.of(RuleBook.default())
    for area in (farmland_m2, arable_m2, other_m2):
        _require_area(area)
    found: list[tuple[Words, str]] = []
    if farmland_m2 > _SAME_M2:
        found.append((_holds_farmland(farmland_m2), _FARMLAND_SOURCE))
    if arable_m2 > limits.arable_ha * M2_PER_HA + _SAME_M2:
        kind = Words("永久基本农田以外的耕地", "arable land other than permanent basic farmland")
        found.append((_more_than(kind, arable_m2, limits.arable_ha), limits.arable_source))
    if other_m2 > limits.other_ha * M2_PER_HA + _SAME_M2:
        kind = Words("其他土地", "other land")
        found.append((_more_than(kind, other_m2, limits.other_ha), limits.other_source))
    if found:
        reasons, sources = (words for words, _ in found), (source for _, source in found)
        return ApprovalLevel(Authority.STATE_COUNCIL, tuple(reasons), tuple(sources))
    within = _province(arable_m2, other_m2, limits)
    return ApprovalLevel(Authority.PROVINCE, (within,), (limits.arable_source, limits.other_source))


def _require_area(area: float) -> None:
    if not (math.isfinite(area) and area >= 0):
        words = Words("面积应为不小于 0 的数", "an area is a number not below 0")
        raise InvalidValue(words, found=str(area), expected="≥ 0 m²")


def _holds_farmland(farmland_m2: float) -> Words:
    area = _hectares(farmland_m2)
    return Words(
        f"含永久基本农田 {area.zh}，须国务院批准", f"holds {area.en} of permanent basic farmland: State Council"
    )


def _more_than(kind: Words, area_m2: float, limit_ha: float) -> Words:
    area = _hectares(area_m2)
    limit = f"{limit_ha:g}"
    return Words(
        f"{kind.zh} {area.zh}，超过 {limit} 公顷（{limit_ha * MU_PER_HA:g} 亩），须国务院批准",
        f"{area.en} of {kind.en}, more than {limit} ha: State Council",
    )


def _province(arable_m2: float, other_m2: float, limits: Limits) -> Words:
    arable, other = _hectares(arable_m2), _hectares(other_m2)
    return Words(
        f"不占永久基本农田，耕地 {arable.zh}（未超过 {limits.arable_ha:g} 公顷），"
        f"其他土地 {other.zh}（未超过 {limits.other_ha:g} 公顷），由省级人民政府批准",
        f"no permanent basic farmland, {arable.en} arable (not over {limits.arable_ha:g} ha), "
        f"{other.en} other land (not over {limits.other_ha:g} ha): the province",
    )


def _hectares(area_m2: float) -> Words:
    """Four decimals, as survey files have them: a square metre."""
    shown = f"{area_m2 / M2_PER_HA:.4f}"
    return Words(f"{shown} 公顷", f"{shown} ha")
