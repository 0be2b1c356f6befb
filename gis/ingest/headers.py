"""
A file's headers, told to what they mean: the layer's columns, a year's plan, the date of a requisition stage.

Matching is by whole header against declared names, never by a part of one: "开工日期（计划）" is not
"开工日期". What does not match is named in a warning and left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gis.ingest.mapping import PLAN_FIELD, FieldTarget, Mapping, importable
from gis.layers import PARCEL_EVENT, PROJECT_PLAN, Column, Layer
from gis.model import Stage
from gis.units import split_header_unit

SlotKind = Literal["column", "derived", "plan", "plan_year", "event"]

# What people call the beginning of a stage in a date's header (issue A §C; DOMAIN §3).
STAGE_STEMS: dict[Stage, tuple[str, ...]] = {
    Stage.PRE_NOTICE: ("征收预公告", "征收土地预公告", "征地预公告", "预公告"),
    Stage.SURVEY: ("现状调查与稳评", "土地现状调查", "现状调查"),
    Stage.PLAN_NOTICE: ("补偿安置方案公告", "征地补偿安置方案公告", "补偿安置公告", "方案公告"),
    Stage.AGREEMENT: ("补偿登记与签约", "补偿签约", "签约", "协议签订", "签订协议"),
    Stage.SUBMITTED: ("组卷报批", "报批", "上报"),
    Stage.APPROVED: ("已批复", "批复", "批准"),
    Stage.CLEARED: ("净地", "净地交付", "净地移交", "交地"),
    Stage.SUPPLIED: ("已供地", "供地", "供应"),
    Stage.REGISTERED: ("已登记", "不动产登记", "登记发证"),
}
# Only these stages begin with something being finished, so that "完成日期" is the day they begin.
_BEGIN_BY_FINISHING = {Stage.APPROVED, Stage.CLEARED, Stage.SUPPLIED, Stage.REGISTERED}
_DATE_WORDS = ("日期", "时间")
_HARMLESS = re.compile(
    r"\((?:必填|选填|可选|全称|简称|名称|年/?月/?日|yyyy[-/年]?mm[-/月]?dd日?|是/否|户|栋|人|处|required|optional)\)",
    re.IGNORECASE,
)
_NAKED_UNIT = re.compile(r"^(?P<name>.+?)[,:、]?(?P<unit>万元|亿元|千元|公顷|平方米|平方公里|亩|%)$")
PLAN_YEAR = re.compile(
    r"^(?P<year>20\d\d)年?度?(?:计划(?:完成)?投资额?|投资计划|计划投资目标|投资任务|plan)$|^plan(?P<en>20\d\d)$"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """Something a file's column may be: ``column`` says how its cells are read."""

    kind: SlotKind
    column: Column
    headers: tuple[str, ...]
    year: int | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The file's column at ``position`` fills ``slot``; ``unit`` is what its header says, if it says one."""

    position: int
    header: str
    slot: Slot
    unit: str | None = None
    target: FieldTarget | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """Every file column's fate: matched, beaten by another column for the same field, computed by us, unknown."""

    matches: tuple[Match, ...]
    beaten: tuple[tuple[str, str], ...] = ()
    computed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def normal(header: str) -> str:
    """A header as it is compared: compatible forms folded, no blanks, underscores, stars or colons, case-blind."""
    folded = unicodedata.normalize("NFKC", header)
    return re.sub(r"[\s_*:·]+", "", folded).casefold()


def spellings(header: str) -> list[tuple[str, str | None]]:
    """The ways to read a header, best first: each a normal name and the unit it declares."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", header)).strip()
    text = _HARMLESS.sub("", text)
    bracketed = re.sub(r"([(\[【])单位\s*:?\s*", r"\1", text)
    name, unit = split_header_unit(bracketed)
    found: list[tuple[str, str | None]] = [(normal(text), None)]
    if unit is not None:
        found.append((normal(name), unit))
    naked = _NAKED_UNIT.match(normal(text))
    if naked:
        found.append((naked["name"], naked["unit"]))
    return found


def slots_of(layer: Layer) -> tuple[Slot, ...]:
    """What a file of this layer may hold."""
    columns = importable(layer)
    found = [Slot("derived" if c.derived else "column", c, _headers(c)) for c in columns.values()]
    if layer.name == "project":
        found += _plan_slots()
    if layer.name == "parcel":
        found += [_event_slot(stage) for stage in STAGE_STEMS]
    return tuple(found)


def _headers(column: Column) -> tuple[str, ...]:
    """The declared headers, and for a stage's planned date what else people call it."""
    stage = next((s for s in STAGE_STEMS if column.name == f"planned_{s.value}_on"), None)
    if stage is None:
        return column.headers
    said = [f"{before}{stem}" for stem in STAGE_STEMS[stage] for before in ("计划", "拟", "预计")]
    said += [f"{stem}计划" for stem in STAGE_STEMS[stage]]
    return (*column.headers, *(f"{text}{word}" for text in said for word in (*_DATE_WORDS, "完成日期", "完成时间")))


def _plan_slots() -> list[Slot]:
    plan, year = PROJECT_PLAN.column(PLAN_FIELD), PROJECT_PLAN.column("year")
    return [Slot("plan", plan, plan.headers), Slot("plan_year", year, (*year.headers, "计划年度", "年份"))]


def _event_slot(stage: Stage) -> Slot:
    words = [*_DATE_WORDS, *(("完成日期", "完成时间") if stage in _BEGIN_BY_FINISHING else ())]
    zh = [f"{before}{stem}{word}" for stem in STAGE_STEMS[stage] for before in ("", "实际") for word in words]
    en = [f"{stage.value}_on", f"{stage.words.en} date", f"{stage.words.en} on", f"date of {stage.words.en}"]
    return Slot("event", PARCEL_EVENT.column("on_date"), (*zh, *en), stage=stage)


def match_headers(headers: Sequence[str], layer: Layer, mapping: Mapping) -> Matching:
    """
    Decide what each header is. The mapping's columns come first, then declared headers.

    Where two columns claim one field, the one whose header stands earlier among the field's headers
    has it (then the one that comes first in the file); the other is reported as beaten.
    """
    slots = slots_of(layer)
    by_mapping, absent = _mapped(headers, slots, mapping)
    taken = {m.position for m in by_mapping} | _positions(headers, mapping.options.ignore)
    used = _positions(headers, mapping.headers_used)
    filled = {_slot_key(m.slot) for m in by_mapping} | {("column", f, None, None) for f in _given(mapping)}
    claims = _claims(headers, slots, taken, mapping) if mapping.options.match_others else []
    matches, beaten = _settle(claims, filled, by_mapping)
    matches = _without_vague_plan([*by_mapping, *matches])
    named = taken | used | {m.position for m in matches} | {position for position, _ in beaten}
    rest = [h for i, h in enumerate(headers) if i not in named and mapping.options.match_others]
    computed = _computed(layer)
    return Matching(
        tuple(sorted(matches, key=lambda m: m.position)),
        tuple((headers[position], winner) for position, winner in beaten),
        tuple(h for h in rest if normal(h) in computed),
        tuple(h for h in rest if normal(h) not in computed),
        absent,
    )


def _given(mapping: Mapping) -> set[str]:
    return {*mapping.constants, *mapping.compose}


def _positions(headers: Sequence[str], wanted: Iterable[str]) -> set[int]:
    names = {normal(w) for w in wanted}
    return {i for i, h in enumerate(headers) if normal(h) in names}


def _slot_key(slot: Slot) -> tuple[str, str, int | None, Stage | None]:
    kind = "column" if slot.kind in ("column", "derived") else slot.kind
    return (kind, slot.column.name, slot.year, slot.stage)


def _mapped(headers: Sequence[str], slots: Sequence[Slot], mapping: Mapping) -> tuple[list[Match], tuple[str, ...]]:
    found, absent = [], []
    for wanted, target in mapping.columns.items():
        position = find_header(headers, wanted)
        slot = next((s for s in slots if _is_target(s, target)), None)
        if position is None or slot is None:
            absent.append(wanted)
            continue
        unit = next((u for _, u in spellings(headers[position]) if u), None)
        found.append(Match(position, headers[position], replace(slot, year=target.year), unit, target))
    return found, tuple(absent)


def find_header(headers: Sequence[str], wanted: str) -> int | None:
    """The position of the column with this header, exactly or as headers are compared."""
    exact = [i for i, h in enumerate(headers) if h.strip() == wanted.strip()]
    alike = exact or [i for i, h in enumerate(headers) if normal(h) == normal(wanted)]
    return alike[0] if alike else None


def _is_target(slot: Slot, target: FieldTarget) -> bool:
    return slot.column.name == target.field and slot.stage == target.stage and slot.kind != "plan_year"


def _claims(
    headers: Sequence[str], slots: Sequence[Slot], taken: set[int], mapping: Mapping
) -> list[tuple[int, Match]]:
    """(rank, match) for every column that some slot knows."""
    known: dict[str, tuple[int, Slot]] = {}
    for slot in slots:
        for rank, header in enumerate(slot.headers):
            known.setdefault(normal(header), (rank, slot))
    found = []
    for position, header in enumerate(headers):
        claim = None if position in taken else _claim(position, header, known)
        if claim is not None:
            found.append(claim)
    return found


def _claim(position: int, header: str, known: dict[str, tuple[int, Slot]]) -> tuple[int, Match] | None:
    for name, unit in spellings(header):
        if name in known:
            rank, slot = known[name]
            return rank, Match(position, header, slot, unit or _own_unit(name, slot.column))
        year = PLAN_YEAR.match(name)
        plan = known.get(normal(PLAN_FIELD))
        if year and plan and plan[1].kind == "plan":
            return 0, Match(position, header, replace(plan[1], year=int(year["year"] or year["en"])), unit)
    return None


def _own_unit(name: str, column: Column) -> str | None:
    """A header that is our own column name says its unit: total_wan, declared_area_m2, row_width_m."""
    if name != normal(column.name):
        return None
    return {"area": "m2", "money": "wan", "length": "m", "share": "%"}.get(column.dimension or "")


def _settle(
    claims: list[tuple[int, Match]], filled: set[tuple[str, str, int | None, Stage | None]], mapped: Sequence[Match]
) -> tuple[list[Match], list[tuple[int, str]]]:
    winners: dict[tuple[str, str, int | None, Stage | None], Match] = {}
    beaten: list[tuple[int, str]] = []
    for _, match in sorted(claims, key=lambda claim: (claim[0], claim[1].position)):
        key = _slot_key(match.slot)
        if key in filled:
            beaten.append((match.position, next((m.header for m in mapped if _slot_key(m.slot) == key), key[1])))
        elif key in winners:
            beaten.append((match.position, winners[key].header))
        else:
            winners[key] = match
    return list(winners.values()), sorted(beaten)


def _without_vague_plan(matches: list[Match]) -> list[Match]:
    """A bare "计划投资" is a year's plan only where the total stands in a column of its own."""
    has_total = any(m.slot.column.name == "total_wan" for m in matches)
    vague = {m.position for m in matches if m.slot.kind == "plan" and m.target is None and not has_total}
    return [m for m in matches if m.position not in vague or not normal(m.header).startswith("计划投资")]


def _computed(layer: Layer) -> set[str]:
    kept = importable(layer)
    return {normal(h) for c in layer.columns if c.name not in kept for h in c.headers}
