"""Why a project's progress is judged as it is: one sentence for each finding, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from gis.analysis.lamps import LampTemplate, beside, lamp_words, number
from gis.model import Lamp, ProjectStage
from gis.units import shown
from gis.words import Words

Facts = Mapping[Hashable, Any]


def progress_reasons(facts: Facts, progress: LampTemplate, start: LampTemplate) -> tuple[Words, ...]:
    """
    The sentences of one project: its lamp, its start lamp, stagnation, missing reports.

    ``facts`` is the project's row of progress columns with its stage and planned start, and the
    columns that only the sentences need: ``measure``, ``reading``, ``held``, ``start_reading``,
    ``in_scope``, ``still_reports``, ``still_since``, ``still_until``, ``missing_reports``.
    """
    found = (_lamp(facts, progress), _start_lamp(facts, start), _stagnation(facts), _missing(facts))
    return tuple(words for words in found if words is not None)


def _lamp(facts: Facts, template: LampTemplate) -> Words:
    lamp = Lamp(facts["lamp"])
    if lamp is Lamp.NONE:
        return _no_lamp(facts)
    done, expected = shown(100 * facts["done_share"]), shown(100 * facts["expected_share"])
    inputs = Words(f"完成 {done}%，序时 {expected}%", f"done {done}%, expected {expected}%")
    measured = _MEASURED[template.metric.code](facts["measure"], template)
    return lamp_words(template, lamp, Lamp(facts["reading"]), int(facts["held"]), (measured, inputs))


# Of a metric that measures a gap: how a lead and a lag read; the size stands at ``{}``.
_GAPS = {
    "gap_pp": (Words("超序时 {} 个百分点", "{} points ahead"), Words("欠序时 {} 个百分点", "{} points behind")),
    "gap_relative": (
        Words("比序时进度超 {}%", "{}% ahead of expected"),
        Words("比序时进度欠 {}%", "{}% behind expected"),
    ),
}


def _gap(value: float, template: LampTemplate) -> Words:
    if value == 0:
        return Words("与序时持平", "level with expected")
    ahead, behind = _GAPS[template.metric.code]
    said, size = ahead if value > 0 else behind, _size(value, template)
    return Words(said.zh.format(size), said.en.format(size))


def _done_percent(value: float, template: LampTemplate) -> Words:
    size = _size(value, template)
    return Words(f"完成年度计划的 {size}%", f"{size}% of the year's plan done")


def _size(value: float, template: LampTemplate) -> str:
    return beside(value, [band.threshold for band in template.bands])


_MEASURED: dict[str, Callable[[float, LampTemplate], Words]] = {
    "gap_pp": _gap,
    "gap_relative": _gap,
    "done_percent": _done_percent,
}


def _halted(facts: Facts) -> Words | None:
    """That the project is suspended or cancelled, and since when."""
    for stage in (ProjectStage.SUSPENDED, ProjectStage.CANCELLED):
        if facts["stage"] == stage.value:
            since = _day(facts["stage_on"])
            on_zh, on_en = (f"（{since}）", f" ({since})") if since else ("", "")
            return Words(f"项目已{stage.words.zh}{on_zh}", f"the project is {stage.words.en}{on_en}")
    return None


def _no_lamp(facts: Facts) -> Words:
    """Why there is no lamp."""
    why = _halted(facts) or _no_plan(facts) or _no_band(facts)
    return Words(f"无灯: {why.zh}", f"no lamp: {why.en}")


def _no_plan(facts: Facts) -> Words | None:
    plan, year = facts["plan_wan"], facts["year"]
    if _is_missing(plan):
        return Words(f"{year} 年没有年度计划投资", f"no plan for {year}")
    if plan <= 0:
        return Words(f"{year} 年度计划投资为 {shown(plan, 0)}", f"the plan for {year} is {shown(plan, 0)}")
    return None


def _no_band(facts: Facts) -> Words:
    if not facts["in_scope"]:
        return Words("不在评灯规则的适用范围内", "outside the scope of the lamp rule")
    return Words("评灯规则没有适用的档次", "no band of the lamp rule holds")


def _start_lamp(facts: Facts, template: LampTemplate) -> Words | None:
    lamp = Lamp(facts["start_lamp"])
    if lamp is Lamp.NONE:
        return None
    months = int(facts["start_months_late"])
    planned = _day(facts["planned_start_on"])
    measured = Words(
        f"应开工未开工 {months} 个月", f"due to start and not started, {months} month{'s' if months > 1 else ''}"
    )
    inputs = Words(f"计划 {planned} 开工", f"planned start {planned}")
    said = lamp_words(template, lamp, Lamp(facts["start_reading"]), 1, (measured, inputs))
    return Words(f"开工{said.zh}", f"start {said.en}")


def _stagnation(facts: Facts) -> Words | None:
    if not facts["stagnant"]:
        return None
    percent, times = number(round(facts["image_percent"], 1)), facts["still_reports"]
    since, until = _day(facts["still_since"]), _day(facts["still_until"])
    return Words(
        f"没变化: 形象进度 {percent}% 连续 {times} 期未变（{since} 至 {until}）",
        f"no change: image progress is {percent}% in {times} reports running ({since} to {until})",
    )


def _missing(facts: Facts) -> Words | None:
    missing = int(facts["missing_reports"])
    if missing <= 0 or facts["lamp"] == Lamp.NONE.value:
        return None
    last = facts["last_report_on"]
    # Before its first month ends a year owes no report: what is missing is of the year before.
    if _is_missing(last) or (last.year < facts["year"] and facts["months_elapsed"] > 0):
        return Words(
            f"{facts['year']} 年尚无进度报告，完成投资按 0 计，缺 {facts['months_elapsed']} 期",
            f"no report in {facts['year']} yet: investment counts as 0; {facts['months_elapsed']} missing",
        )
    return Words(
        f"最近一期报告截至 {_day(last)}，缺 {missing} 期", f"the latest report ends {_day(last)}; {missing} missing"
    )


def _day(value: Any) -> str:
    return "" if _is_missing(value) else f"{value:%Y-%m-%d}"


def _is_missing(value: Any) -> bool:
    return bool(pd.isna(value))
