"""A batch as text for the terminal, made of what ``show_batch`` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gis.model import OwnerKind, ZoneKind, ZoneResult
from gis.units import M2_PER_MU, shown
from gis.words import Words

_MOST_NAMED = 8
Said = Callable[[str, str], str]


def batch_text(record: Mapping[str, Any], language: str) -> str:
    """The batch: facts, areas, who approves, quota, zones, overlaps, what is missing."""

    def of(words: Mapping[str, str]) -> str:
        return words[language]

    def said(zh: str, en: str) -> str:
        return Words(zh, en).of(language)

    return "\n".join(
        (
            *_facts(record, said),
            *_areas(record, said, language),
            f"{said('批准权限', 'approved by')}: {record['level'][language]}",
            f"  {of(record['level']['reason'])}",
            *(f"  {of(doubt)}" for doubt in record["level"]["doubts"]),
            _quota(record["quota"], said),
            *_zones(record["zones"], said, language),
            _overlaps(record["overlaps"], said),
            *_checklist(record["checklist"], said, language),
        )
    )


def _facts(record: Mapping[str, Any], said: Said) -> Iterator[str]:
    batch, total = record["batch"], record["total"]
    state = {"draft": ("组卷中", "being put together"), "submitted": ("已上报", "submitted")}
    shown_state = said(*state.get(batch["state"], ("已批准", "approved")))
    yield f"{batch['name']}  {shown_state}  {batch['document']}".rstrip()
    yield said(
        f"{total['parcels']} 块地，投影面积 {_mu(total['planar_m2'])} 亩（{shown(total['planar_m2'], 2)} 平方米），"
        f"椭球面积 {shown(total['ellipsoid_m2'], 2)} 平方米",
        f"{total['parcels']} parcels, planar {_mu(total['planar_m2'])} mu ({shown(total['planar_m2'], 2)} m²), "
        f"ellipsoidal {shown(total['ellipsoid_m2'], 2)} m²",
    )


def _areas(record: Mapping[str, Any], said: Said, language: str) -> Iterator[str]:
    for row in record["areas"]:
        owner = OwnerKind(row["owner_kind"]).words.of(language) if row["owner_kind"] else said("权属未填", "no owner")
        mu = _mu(row["planar_m2"])
        yield f"  {row[f'group_{language}']} · {owner}: {row['parcels']}, {mu} {said('亩', 'mu')}"


def _quota(quota: Mapping[str, Any], said: Said) -> str:
    if quota["given_m2"] is None:
        return said(f"{quota['year']} 年度用地指标未登记", f"no quota known of {quota['year']}")
    given, used, this, left = (_mu(quota[name]) for name in ("given_m2", "used_m2", "this_m2", "left_m2"))
    return said(
        f"{quota['year']} 年度用地指标：下达 {given} 亩，已用 {used} 亩，本批次 {this} 亩，剩余 {left} 亩",
        f"quota of {quota['year']}: given {given} mu, used {used}, this batch {this}, left {left}",
    )


def _zones(zones: Mapping[str, Any], said: Said, language: str) -> Iterator[str]:
    yield f"{said('管控比对', 'zones')}（{zones['preliminary'][language]}）"
    for layer in zones["layers"]:
        kind = ZoneKind(layer["kind"]).words.of(language)
        if not layer["compared"]:
            yield f"  {kind}: {said('未入库，未比对', 'not stored, not compared')}"
            continue
        result = ZoneResult(layer["result"])
        versions = "、".join(layer["versions"]) or "—"
        yield (
            f"  {kind}: {result.value} {result.words.of(language)}, {shown(layer['area_m2'], 1)} m² = "
            f"{_mu(layer['area_m2'])} {said('亩', 'mu')}, {said('版本', 'version')} {versions}"
        )


def _overlaps(overlaps: Mapping[str, Any], said: Said) -> str:
    return said(
        f"地块重叠 {overlaps['count']} 处，疑似误差 {overlaps['slivers']} 处",
        f"{overlaps['count']} overlaps, {overlaps['slivers']} probable survey errors",
    )


def _checklist(lines: Sequence[Mapping[str, Any]], said: Said, language: str) -> Iterator[str]:
    yield said("核对清单", "checklist")
    for line in lines:
        named = "、".join(line["named"][:_MOST_NAMED]) + (" …" if len(line["named"]) > _MOST_NAMED else "")
        mark = "✓" if not line["lacking"] else f"✗ {line['lacking']}/{line['parcels']}"
        yield f"  {mark} {line['words'][language]}  {named}".rstrip()


def _mu(area_m2: float) -> str:
    return shown(area_m2 / M2_PER_MU, 2)
