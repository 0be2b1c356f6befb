"""
Lamps (红黄绿灯) by rule templates that are data: a metric, bands with thresholds, periods in a row, a scope.

A template is the value of a rule parameter (``lamp.progress``, ``lamp.start``)::

    { metric = "gap_pp", unit = "pp", consecutive = 1,
      scope = { kinds = ["new"], levels = [], categories = [], min_total_wan = 1000 },
      bands = [ { lamp = "green", operator = ">=", threshold = 0 },
                { lamp = "yellow", operator = ">=", threshold = -30 },
                { lamp = "red", operator = "<", threshold = -30, consecutive = 2 } ] }

The first band that holds is the reading of one moment; a lamp has one band. With ``consecutive = n`` a lamp
is given only when the readings at the end of each of the last n months are at least as bad; until then the milder
lamp stays. Metrics are rounded to 10⁻⁹ before they are compared, so that a gap of exactly −30 points
is on the threshold and not beside it. Shipped alternatives: ``gis/rules/lamp_templates.toml``.
"""

from __future__ import annotations

import operator
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from gis.errors import InvalidValue, Place
from gis.model import Lamp, Level, ProjectCategory, ProjectKind
from gis.units import rounded
from gis.words import Words

PLACES = 9
MAX_CONSECUTIVE = 12

OPERATORS: dict[str, tuple[Callable[[Any, Any], Any], Words]] = {
    ">=": (operator.ge, Words("不低于", "at or above")),
    ">": (operator.gt, Words("高于", "above")),
    "<=": (operator.le, Words("不高于", "at or below")),
    "<": (operator.lt, Words("低于", "below")),
}
SEVERITY = {Lamp.NONE: -1, Lamp.GREEN: 0, Lamp.YELLOW: 1, Lamp.RED: 2}
_LAMP_BY_SEVERITY = {severity: lamp for lamp, severity in SEVERITY.items()}


@dataclass(frozen=True, slots=True)
class Metric:
    """What a template may measure: the unit that its thresholds are in, its words, and whether it has a history."""

    code: str
    unit: str
    words: Words
    unit_words: Words
    has_history: bool = True


_PERCENT = Words("%", "%")
METRICS: dict[str, Metric] = {
    metric.code: metric
    for metric in (
        Metric("gap_pp", "pp", Words("超欠序时", "gap to expected"), Words(" 个百分点", " points")),
        Metric("gap_relative", "relative", Words("超欠序时进度的比例", "gap as a share of expected"), _PERCENT),
        Metric("done_percent", "percent", Words("年度计划完成率", "share of the year's plan done"), _PERCENT),
        Metric(
            "start_months_late",
            "months",
            Words("逾期未开工月数", "months due and not started"),
            Words(" 个月", " months"),
            has_history=False,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Band:
    """One row of a template: the lamp that is given where the metric stands so to the threshold."""

    lamp: Lamp
    operator: str
    threshold: float
    consecutive: int = 1

    def holds(self, values: pd.Series) -> pd.Series:
        """Where the condition holds; never where there is no value."""
        compare, _ = OPERATORS[self.operator]
        held: pd.Series = compare(values.round(PLACES), round(self.threshold, PLACES))
        return held & values.notna()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which projects a template judges; an empty tuple lets everything pass."""

    kinds: tuple[ProjectKind, ...] = ()
    levels: tuple[Level, ...] = ()
    categories: tuple[ProjectCategory, ...] = ()
    min_total_wan: float | None = None

    def holds(self, projects: pd.DataFrame) -> pd.Series:
        """Projects in scope. One that lacks an attribute asked for is not."""
        inside = pd.Series(True, index=projects.index)
        for column, choices in (("kind", self.kinds), ("level", self.levels), ("category", self.categories)):
            if choices:
                inside &= projects[column].isin([choice.value for choice in choices])
        if self.min_total_wan is not None:
            inside &= (projects["total_wan"] >= self.min_total_wan).fillna(False).astype(bool)
        return inside


@dataclass(frozen=True, slots=True)
class LampTemplate:
    """A checked template. ``code`` is the rule parameter that it came from."""

    code: str
    metric: Metric
    bands: tuple[Band, ...]
    scope: Scope = Scope()

    @property
    def periods(self) -> int:
        """How many month ends must be looked at."""
        return max(band.consecutive for band in self.bands)

    @classmethod
    def parse(cls, code: str, value: Mapping[str, Any]) -> LampTemplate:
        """
        Read a template from a rule parameter's value.

        Raises
        ------
        InvalidValue
            An unknown metric, unit, operator, lamp or scope, a lamp in two bands; the place names the parameter
            and the key.
        """
        metric = METRICS.get(str(value.get("metric")))
        if metric is None:
            raise _wrong(code, "metric", value.get("metric"), " | ".join(METRICS))
        if value.get("unit", metric.unit) != metric.unit:
            raise _wrong(code, "unit", value["unit"], metric.unit)
        consecutive = _consecutive(code, value.get("consecutive", 1), metric)
        rows = value.get("bands")
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
            raise _wrong(code, "bands", rows, "[{lamp, operator, threshold}, …]")
        bands = tuple(_band(code, row, consecutive, metric) for row in rows)
        if len({band.lamp for band in bands}) < len(bands):
            found = " ".join(band.lamp.value for band in bands)
            raise _wrong(code, "bands.lamp", found, "每种灯一档 / one band a lamp")
        return cls(code, metric, bands, _scope(code, value.get("scope") or {}))


def _wrong(code: str, key: str, found: object, expected: str) -> InvalidValue:
    return InvalidValue(
        Words(f"评灯规则 {code} 的 {key} 无法读取", f"{key} of the lamp rule {code} cannot be read"),
        found=repr(found),
        expected=expected,
        place=Place(column=f"{code}.{key}"),
    )


def _consecutive(code: str, found: object, metric: Metric) -> int:
    most = MAX_CONSECUTIVE if metric.has_history else 1
    if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= most:
        raise _wrong(code, "consecutive", found, f"1–{most}")
    return found


def _band(code: str, row: object, consecutive: int, metric: Metric) -> Band:
    if not isinstance(row, Mapping) or row.get("operator") not in OPERATORS:
        raise _wrong(code, "bands.operator", row, " | ".join(OPERATORS))
    lamps = [lamp.value for lamp in Lamp if lamp is not Lamp.NONE]
    if row.get("lamp") not in lamps:
        raise _wrong(code, "bands.lamp", row.get("lamp"), " | ".join(lamps))
    threshold = row.get("threshold")
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or not np.isfinite(threshold):
        raise _wrong(code, "bands.threshold", threshold, metric.unit)
    periods = _consecutive(code, row.get("consecutive", consecutive), metric)
    return Band(Lamp(row["lamp"]), row["operator"], float(threshold), periods)


def _scope(code: str, value: object) -> Scope:
    known = ("kinds", "levels", "categories", "min_total_wan")
    if not isinstance(value, Mapping) or not set(value) <= set(known):
        raise _wrong(code, "scope", value, " | ".join(known))
    least = value.get("min_total_wan")
    try:
        return Scope(
            tuple(ProjectKind(v) for v in value.get("kinds", ())),
            tuple(Level(v) for v in value.get("levels", ())),
            tuple(ProjectCategory(v) for v in value.get("categories", ())),
            None if least is None else float(least),
        )
    except (ValueError, TypeError) as error:
        raise _wrong(code, "scope", value, str(error)) from None


def judged(template: LampTemplate, values: Sequence[pd.Series], in_scope: pd.Series) -> pd.DataFrame:
    """
    The lamp of each project.

    Parameters
    ----------
    template
        The rule.
    values
        The metric in the template's unit, one series a moment, newest first: today's, then that of each
        month end before (at least ``template.periods`` of them); all with one index.
    in_scope
        The projects that are judged at all.

    Returns
    -------
    DataFrame
        ``lamp`` (Lamp code; "none" without a value, outside the scope, or where no band holds),
        ``reading`` (Lamp code of today's value alone) and ``held`` (how many moments in a row, today's
        first, were at least as bad as today's reading).
    """
    readings = np.column_stack([_severity(template, series) for series in values[: template.periods]])
    severity = np.where(readings[:, 0] < 0, -1, _mildest(template))
    for band in sorted(template.bands, key=lambda b: SEVERITY[b.lamp]):
        rank = SEVERITY[band.lamp]
        long_enough = (readings[:, : band.consecutive] >= rank).all(axis=1)
        severity = np.where(long_enough & (readings[:, 0] >= 0), np.maximum(severity, rank), severity)
    as_bad = (readings >= readings[:, :1]) & (readings[:, :1] >= 0)
    inside = in_scope.to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "lamp": [_LAMP_BY_SEVERITY[s].value for s in np.where(inside, severity, -1)],
            "reading": [_LAMP_BY_SEVERITY[s].value for s in np.where(inside, readings[:, 0], -1)],
            "held": np.where(inside, np.cumprod(as_bad, axis=1).sum(axis=1), 0),
        },
        index=in_scope.index,
    ).astype({"lamp": "str", "reading": "str", "held": "int64"})


def _mildest(template: LampTemplate) -> int:
    return min(SEVERITY[band.lamp] for band in template.bands)


def _severity(template: LampTemplate, values: pd.Series) -> np.ndarray:
    """Today's reading of each value: the first band that holds; −1 for none."""
    severity = np.full(len(values), -1)
    for band in reversed(template.bands):
        severity = np.where(band.holds(values).to_numpy(), SEVERITY[band.lamp], severity)
    return severity


def lamp_words(template: LampTemplate, lamp: Lamp, reading: Lamp, held: int, said: tuple[Words, Words]) -> Words:
    """
    Why a lamp shows what it shows, in one sentence.

    ``said`` is what was measured ("欠序时 23.4 个百分点") and its inputs ("完成 43.3%，序时 66.7%").

    「红: 欠序时 23.4 个百分点（完成 43.3%，序时 66.7%；规则：低于 −20 个百分点为红）」
    """
    measured, inputs = said
    rule = _rule_words(template, reading, held)
    return Words(
        f"{lamp.words.zh}: {measured.zh}（{inputs.zh}；规则：{rule.zh}）",
        f"{lamp.words.en}: {measured.en} ({inputs.en}; rule: {rule.en})",
    )


def _rule_words(template: LampTemplate, reading: Lamp, held: int) -> Words:
    """The band that today's reading comes from, and how long it has held where that matters."""
    band = next(b for b in template.bands if b.lamp is reading)
    compare = OPERATORS[band.operator][1]
    bound, unit = number(band.threshold), template.metric.unit_words
    zh = f"{compare.zh} {bound}{unit.zh}为{band.lamp.words.zh}"
    en = f"{compare.en} {bound}{unit.en} is {band.lamp.words.en}"
    if band.consecutive == 1:
        return Words(zh, en)
    waiting_zh = f"，已 {held} 个月" if held < band.consecutive else ""
    waiting_en = f"; {held} so far" if held < band.consecutive else ""
    return Words(
        f"连续 {band.consecutive} 个月{zh}{waiting_zh}", f"{en} after {band.consecutive} months in a row{waiting_en}"
    )


def number(value: float) -> str:
    """A threshold as people write it: no trailing zeros, a true minus sign."""
    text = f"{Decimal(repr(value)).normalize():f}"
    return text.replace("-", "−")


def beside(value: float, bounds: Sequence[float], places: int = 1) -> str:
    """
    ``value`` rounded half-up for reading beside its thresholds, without its sign.

    More digits are shown where rounding would put it on a threshold (or on 0) that it is not on:
    −30.04 reads "30.04" next to a threshold of −30.
    """
    marks = {round(b, PLACES) for b in (0.0, *bounds)}
    exact = round(value, PLACES)
    while places < PLACES and exact not in marks and float(rounded(exact, places)) in marks:
        places += 1
    return f"{abs(rounded(exact, places)):,}"


@dataclass(frozen=True, slots=True)
class ShippedTemplate:
    """A template that a county may take over: which parameter it sets, its value, where it comes from."""

    id: str
    parameter: str
    words: Words
    value: Mapping[str, Any]
    source: str


def shipped_templates() -> tuple[ShippedTemplate, ...]:
    """The alternatives in ``gis/rules/lamp_templates.toml``, in its order."""
    text = (files("gis.rules") / "lamp_templates.toml").read_text(encoding="utf-8")
    return tuple(
        ShippedTemplate(row["id"], row["parameter"], Words(row["zh"], row["en"]), row["value"], row["source"])
        for row in tomllib.loads(text)["template"]
    )
