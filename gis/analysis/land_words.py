"""Why a project's land is judged as it is: one sentence for each flag, worst first, and what it was measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from gis.analysis.blocked import NAMED, Blocked, Part
from gis.analysis.clock_words import day
from gis.model import Flag, HoldReason, Stage, ZoneKind, ZoneResult
from gis.units import mu_of_m2, shown
from gis.words import Words, join

SMALL_M2 = 100.0
# The columns of projects, and those of their conflicts, that the sentences speak of.
SAID_OF = (
    *("planned_start_on", "ready_earliest_on", "ready_expected_on", "float_days"),
    *("footprint_m2", "uncovered_m2", "geometry_kind", "lacks_parcels", "waits_for_land"),
    *("quota_m2", "quota_left_m2"),
    *("flags", "worst_flag", "at_risk_wan", "plan_wan", "invested_wan"),
)
CONFLICT = ("zone_no", "kind", "result", "together_m2")


@dataclass(frozen=True, slots=True)
class LandFacts:
    """
    What the sentences of one project speak of.

    ``project`` is its row (of ``SAID_OF``; days as ``date``, None where there is none), ``conflicts`` its
    conflicts (of ``CONFLICT``) that are no slivers, worst first; ``whole_on`` the earliest and the expected day
    of a whole procedure begun today; ``ready`` the words of the ready stage.
    """

    on: date
    project: dict[str, Any]
    blocked: Blocked
    conflicts: Sequence[dict[str, Any]]
    is_chemical_outside: bool
    whole_on: tuple[date, date]
    ready: Words
    point_radius_m: float


def land_reasons(facts: LandFacts) -> tuple[Words, ...]:
    """The sentences of one project's land, worst first."""
    said = [words for flag in Flag if flag.value in facts.project["flags"] for words in _SAID[flag](facts)]
    return (*said, *_in_time(facts), *_risk(facts), *_measured_on(facts))


def _area(area_m2: float) -> Words:
    """An area for people: in 亩, small ones in m²."""
    if area_m2 < SMALL_M2:
        m2 = shown(area_m2, 0)
        return Words(f"{m2} 平方米", f"{m2} m²")
    mu = shown(mu_of_m2(area_m2), 2)
    return Words(f"{mu} 亩", f"{mu} mu")


def _stage_of(part: Part) -> Words:
    return Stage(part.stage).words


def _named(blocked: Blocked) -> Words:
    """The first few parcels by number and stage, and how many there are."""
    named = [
        Words(f"{part.parcel_no}（{_stage_of(part).zh}）", f"{part.parcel_no} ({_stage_of(part).en})")
        for part in blocked.named
    ]
    return _and_more(join(named, "、", ", "), len(named), blocked.count)


def _and_more(words: Words, named: int, count: int, measure: str = "宗") -> Words:
    """The names, and how many more there are; ``measure`` is the Chinese measure word."""
    if count == named:
        return words
    return Words(f"{words.zh}等 {count} {measure}", f"{words.en} and {count - named} more")


def _decider(facts: LandFacts, column: str, parts: Sequence[Part]) -> Words:
    """What decides the ready day: the parcel that has it, or the land that nobody has listed."""
    if parts and getattr(parts[0], column) == facts.project[column]:
        number, stage = parts[0].parcel_no, _stage_of(parts[0])
        return Words(f"地块 {number} 尚在“{stage.zh}”", f"parcel {number} is still at '{stage.en}'")
    area = _area(facts.project["uncovered_m2"])
    return Words(
        f"{area.zh}用地无地块，须自 {day(facts.on)} 起走完整征收程序",
        f"{area.en} under no parcel need a whole procedure from {day(facts.on)} on",
    )


def _after_start(facts: LandFacts, column: str, parts: Sequence[Part], how: Words) -> Words:
    ready, planned = facts.project[column], facts.project["planned_start_on"]
    decider, days = _decider(facts, column, parts), (ready - planned).days
    return Words(
        f"{decider.zh}，{how.zh} {day(ready)} {facts.ready.zh}，晚于计划开工 {day(planned)} 共 {days} 天",
        f"{decider.en}, {how.en} {day(ready)}, {days} days after the planned start {day(planned)}",
    )


def _impossible(facts: LandFacts) -> list[Words]:
    how = Words("法定最早", f"by law {facts.ready.en} at the earliest on")
    said = _after_start(facts, "ready_earliest_on", facts.blocked.decide_earliest, how)
    return [Words(f"不可能按期：{said.zh}", f"impossible: {said.en}")]


def _late(facts: LandFacts) -> list[Words]:
    how = Words("预计", f"expected {facts.ready.en} on")
    said = _after_start(facts, "ready_expected_on", facts.blocked.decide_expected, how)
    return [Words(f"预计晚于开工：{said.zh}", f"late: {said.en}")]


def _tight(facts: LandFacts) -> list[Words]:
    decider = _decider(facts, "ready_expected_on", facts.blocked.decide_expected)
    ready, days = day(facts.project["ready_expected_on"]), int(facts.project["float_days"])
    return [
        Words(
            f"时差不足：{decider.zh}，预计 {ready} {facts.ready.zh}，距计划开工仅 {days} 天",
            f"tight: {decider.en}, expected {facts.ready.en} on {ready}, only {days} days before the planned start",
        )
    ]


def _started_before_land(facts: LandFacts) -> list[Words]:
    lacks = facts.project["uncovered_m2"] if facts.project["lacks_parcels"] else 0.0
    area = _area(facts.blocked.area_m2 + lacks)
    zh, en = (
        f"未供先用：已开工，尚有 {area.zh}未达{facts.ready.zh}",
        f"started before land: {area.en} not {facts.ready.en}",
    )
    if not facts.blocked.count:
        return [Words(zh, en)]
    named = _named(facts.blocked)
    return [Words(f"{zh}：地块 {named.zh}", f"{en}: parcels {named.en}")]


def _conflict(facts: LandFacts) -> list[Words]:
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in facts.conflicts:
        kinds.setdefault((row["kind"], row["result"]), []).append(row)
    footprint_m2 = facts.project["footprint_m2"]
    said = [_zone_conflict(ZoneKind(k), ZoneResult(r), rows, footprint_m2) for (k, r), rows in kinds.items()]
    if facts.is_chemical_outside:
        en = "conflict: a chemical project outside a park that allows chemicals"
        said.append(Words("管控冲突：化工项目不在允许化工的园区内", en))
    return said


def _zone_conflict(kind: ZoneKind, result: ZoneResult, rows: list[dict[str, Any]], footprint_m2: float) -> Words:
    """All conflicts of a project with zones of one kind that mean the same."""
    together_m2 = rows[0]["together_m2"]  # the same in each row
    area, share = _area(together_m2), shown(100 * together_m2 / footprint_m2)
    where = _zones(kind.words, [row["zone_no"] for row in rows if pd.notna(row["zone_no"])])
    return Words(
        f"管控冲突：{area.zh}（{share}%）{where.zh}，{result.words.zh}（初步比对，以自然资源主管部门认定为准）",
        f"conflict: {area.en} ({share}%) {where.en}, {result.words.en} "
        "(first comparison; the natural-resources bureau decides)",
    )


def _zones(kind: Words, numbers: list[str]) -> Words:
    if not numbers:
        return Words(f"在{kind.zh}以外", f"outside the {kind.en}")
    named = numbers[:NAMED]
    words = _and_more(join([Words(number, number) for number in named], "、", ", "), len(named), len(numbers), "处")
    return Words(f"占用{kind.zh} {words.zh}", f"in {kind.en} {words.en}")


def _held(facts: LandFacts) -> list[Words]:
    held = facts.blocked.held
    words = _and_more(join([_hold(part) for part in held], "、", ", "), len(held), facts.blocked.held_count)
    return [Words(f"受阻地块：{words.zh}，解除前无预计日期", f"held: {words.en}; no expected date until released")]


def _hold(part: Part) -> Words:
    number = part.parcel_no
    reason = HoldReason(part.hold_reason).words
    if part.held_since is None:
        return Words(f"{number}（{reason.zh}）", f"parcel {number} ({reason.en})")
    since = day(part.held_since)
    return Words(f"{number}（{reason.zh}，{since} 起）", f"parcel {number} ({reason.en} since {since})")


def _uncovered(facts: LandFacts) -> list[Words]:
    area, share = _area(facts.project["uncovered_m2"]), facts.project["uncovered_m2"] / facts.project["footprint_m2"]
    part = shown(100 * share)
    earliest, expected = (day(on) for on in facts.whole_on)
    return [
        Words(
            f"未落图用地：{area.zh}（{part}%）没有任何地块，完整程序法定最早 {earliest}，预计 {expected}",
            f"uncovered: {area.en} ({part}%) under no parcel; a whole procedure takes until {earliest} by law, "
            f"{expected} as usual",
        )
    ]


def _overdue_step(facts: LandFacts) -> list[Words]:
    worst, count = facts.blocked.overdue[0], facts.blocked.overdue_count
    stage, days, number = Stage(worst.overdue_stage).words, worst.overdue_days, worst.parcel_no
    rest = Words(f"（共 {count} 宗逾期）", f" ({count} parcels overdue)") if count > 1 else Words("", "")
    return [
        Words(
            f"步骤逾期：地块 {number} 的“{stage.zh}”已逾计划 {days} 天{rest.zh}",
            f"overdue step: '{stage.en}' of parcel {number} is {days} days late{rest.en}",
        )
    ]


def _quota(facts: LandFacts) -> list[Words]:
    needed_m2, left_m2 = facts.project["quota_m2"], max(facts.project["quota_left_m2"], 0.0)
    year, needed, short = facts.on.year, _area(needed_m2), _area(needed_m2 - left_m2)
    left = _area(left_m2) if left_m2 > 0 else Words("0", "nothing")
    return [
        Words(
            f"用地指标不足：待批用地需指标 {needed.zh}，{year} 年度全县指标剩余 {left.zh}，尚缺 {short.zh}",
            f"quota short: {needed.en} must still be approved, {left.en} left of {year}'s quota, {short.en} lacking",
        )
    ]


_SAID = {
    Flag.IMPOSSIBLE: _impossible,
    Flag.LATE: _late,
    Flag.STARTED_BEFORE_LAND: _started_before_land,
    Flag.CONFLICT: _conflict,
    Flag.HELD: _held,
    Flag.UNCOVERED: _uncovered,
    Flag.OVERDUE_STEP: _overdue_step,
    Flag.QUOTA: _quota,
    Flag.TIGHT: _tight,
}


def _in_time(facts: LandFacts) -> list[Words]:
    """That the land is there, or when it will be, where no flag says so."""
    ready = facts.project["ready_expected_on"]
    if facts.project["worst_flag"] or facts.project["geometry_kind"] == "none" or ready is None:
        return []
    if not facts.project["waits_for_land"]:
        lacks = facts.blocked.count or facts.project["lacks_parcels"]
        return [] if lacks else [Words(f"用地已全部{facts.ready.zh}", f"all land is {facts.ready.en}")]
    words = Words(
        f"用地预计 {day(ready)} 全部{facts.ready.zh}", f"all land is expected to be {facts.ready.en} on {day(ready)}"
    )
    if pd.isna(facts.project["float_days"]):
        return [words]
    days = int(facts.project["float_days"])
    return [Words(f"{words.zh}，早于计划开工 {days} 天", f"{words.en}, {days} days before the planned start")]


def _risk(facts: LandFacts) -> list[Words]:
    at_risk = facts.project["at_risk_wan"]
    if not at_risk > 0:
        return []
    left = facts.project["plan_wan"] - facts.project["invested_wan"]
    share = shown(100 * at_risk / left)
    amount, rest = shown(at_risk, 2), shown(left, 2)
    return [
        Words(
            f"受影响投资 {amount} 万元：本年剩余计划 {rest} 万元，剩余计划期的 {share}% 用地未就绪",
            f"at risk: {amount} 万元, as land is missing for {share}% of the time left for this year's {rest} 万元",
        )
    ]


def _measured_on(facts: LandFacts) -> list[Words]:
    if facts.project["geometry_kind"] == "none":
        return [Words("项目尚未落图，无法分析用地", "no geometry: the land cannot be judged")]
    if facts.project["geometry_kind"] == "point":
        radius = shown(facts.point_radius_m, 0)
        zh = f"项目只有点位，用地按半径 {radius} 米的圆近似，不判断未落图用地"
        return [Words(zh, f"only a point is known: land within {radius} m of it is looked at, as an approximation")]
    return []
