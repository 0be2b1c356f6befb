"""What a tour's handbook says of each site: key figures, the land under it, its picture, photographs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import shapely

from gis.analysis.assessment import Assessment, Inputs, assess
from gis.analysis.overview import Overview
from gis.errors import GuatuError
from gis.maps.style import STAGE, Mark
from gis.model import (
    Coded,
    Flag,
    Lamp,
    Level,
    ProjectCategory,
    ProjectKind,
    ProjectStage,
    Query,
    Readiness,
    Stage,
)
from gis.reports.photograph import photo_jpeg
from gis.reports.plan_sheet import Look
from gis.reports.tour_book import MOST_PHOTOS, BlockingParcel, DrawnParcel, Fact, LandPicture, SiteLand, SitePage
from gis.store.attached_files import LARGEST_FILE_BYTES, AttachedFiles
from gis.store.port import Store
from gis.units import mu_of_m2, shown
from gis.words import Words
from gis.workflows.assess_store import StoreSource
from gis.workflows.list_attachments import find_photo
from gis.workflows.names import read_names, with_names

MOST_BLOCKING = 8
MOST_DRAWN = 300
_NONE = Words("—", "—")


@dataclass(frozen=True, slots=True)
class PageSources:
    """
    What pages are made of. ``address``: of the server, with its last stroke, for the sites' own pages ("": not known).
    """

    store: Store
    overview: Overview
    files: AttachedFiles | None = None
    address: str = ""


def site_pages(sources: PageSources, codes: Collection[str]) -> dict[str, SitePage]:
    """The page of each of these projects; a project that the store has no more gets an empty one."""
    overview = sources.overview.only(codes)
    there = overview.projects.index.tolist()
    if not there:
        return dict.fromkeys(codes, SitePage())
    inputs = StoreSource(sources.store, overview.on).land_of(there)
    assessed = assess(inputs, overview.kept(there))
    rows = with_names(overview.projects, read_names(sources.store, overview.on)).to_dict("index")
    reports = _last_reports(sources, there)
    pages = {
        code: SitePage(
            facts=tuple(fact for fact in _facts(rows[code], reports.get(code, {})) if fact.text.zh),
            land=_land(code, rows[code], assessed, inputs),
            photos=_photos(sources, reports.get(code, {})),
            address=site_address(sources.address, code),
        )
        for code in there
    }
    return {code: pages.get(code, SitePage()) for code in codes}


def site_address(address: str, code: str) -> str:
    """Where the wall map shows this project."""
    return f"{address}?sel=project:{quote(code, safe='')}" if address else ""


def _last_reports(sources: PageSources, codes: Sequence[str]) -> dict[str, dict[Any, Any]]:
    """The latest report of each project."""
    asked = Query(on=sources.overview.on, where=(("project_code", tuple(codes)),))
    reports = sources.store.read("progress_report", asked).sort_values("period_end_on", kind="stable")
    latest = reports.groupby("project_code").tail(1)
    return {str(row["project_code"]): row for row in latest.to_dict("records")}


# --- key figures ------------------------------------------------------------------------------------


def _facts(row: Mapping[Any, Any], report: Mapping[Any, Any]) -> list[Fact]:
    """What is empty is left out by the caller."""
    lamp = Lamp(row["lamp"])
    return [
        Fact(Words("建设单位", "Owner"), _text(row["owner"])),
        Fact(Words("类别", "Category"), _codes((ProjectCategory, row["category"]), (Level, row["level"]))),
        Fact(Words("建设性质", "Kind"), _codes((ProjectKind, row["kind"]))),
        Fact(Words("园区", "Park"), _text(row["located_in_park_name"])),
        Fact(Words("总投资", "Total investment"), _money(row["total_wan"])),
        Fact(Words("阶段", "Stage"), _codes((ProjectStage, row["stage"]))),
        Fact(Words("计划工期", "Planned"), _span(row["planned_start_on"], row["planned_finish_on"])),
        Fact(Words("年度计划", "Plan of the year"), _money(row["plan_wan"]), is_internal=True),
        Fact(Words("本年完成", "Invested this year"), _done(row), is_internal=True),
        Fact(Words("形象进度", "Image progress"), _percent(row["image_percent"]), is_internal=True),
        Fact(Words("进度灯", "Lamp"), _NONE if lamp is Lamp.NONE else _lamp(lamp, row["gap_pp"]), is_internal=True),
        Fact(Words("包联领导", "Leader"), _text(row["leader"]), is_internal=True),
        Fact(Words("责任单位", "Department"), _text(row["department"]), is_internal=True),
        Fact(Words("进展情况", "Progress"), _text(report.get("words")), is_internal=True),
        Fact(Words("存在问题", "Problems"), _text(report.get("problems")), is_internal=True),
    ]


def _text(value: Any) -> Words:
    text = value.strip() if isinstance(value, str) else ""
    return Words(text, text)


def _codes(*values: tuple[type[Coded], Any]) -> Words:
    words = [kind(value).words for kind, value in values if isinstance(value, str) and value]
    return Words("、".join(w.zh for w in words), ", ".join(w.en for w in words))


def _money(value: Any) -> Words:
    if value is None or pd.isna(value):
        return Words("", "")
    return Words(f"{shown(float(value), 0)}万元", f"{shown(float(value), 0)} 万元")


def _percent(value: Any) -> Words:
    return _text("" if value is None or pd.isna(value) else f"{shown(float(value), 1)}%")


def _done(row: Mapping[Any, Any]) -> Words:
    money, share = _money(row["invested_wan"]), row["done_share"]
    if not money.zh or pd.isna(share):
        return money
    said = shown(100 * float(share), 1)
    return Words(f"{money.zh}（年度计划的{said}%）", f"{money.en} ({said}% of the plan)")


def _lamp(lamp: Lamp, gap_pp: Any) -> Words:
    if pd.isna(gap_pp):
        return lamp.words
    gap = shown(abs(float(gap_pp)), 1)
    way = Words("超序时", "ahead by") if gap_pp >= 0 else Words("欠序时", "behind by")
    return Words(f"{lamp.words.zh}（{way.zh}{gap}个百分点）", f"{lamp.words.en} ({way.en} {gap} pp)")


def _day(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{pd.Timestamp(value):%Y-%m-%d}"


def _span(start: Any, finish: Any) -> Words:
    return _text(" — ".join(part for part in (_day(start), _day(finish)) if part))


# --- land -------------------------------------------------------------------------------------------


def _land(code: str, row: Mapping[Any, Any], assessed: Assessment, inputs: Inputs) -> SiteLand:
    blocking = assessed.blocking[assessed.blocking["project_code"] == code]
    flags = tuple(Flag(flag).words for flag in row["flags"])
    return SiteLand(
        facts=tuple(fact for fact in _land_facts(row) if fact.text.zh),
        flags=flags,
        parcels=tuple(_blocking(each) for each in blocking.head(MOST_BLOCKING).to_dict("records")),
        all_parcels=len(blocking),
        picture=_picture(code, assessed, inputs) if flags else None,
    )


def _land_facts(row: Mapping[Any, Any]) -> list[Fact]:
    area, share = row["footprint_m2"], row["ready_share"]
    ready = "" if pd.isna(share) else f"{shown(100 * float(share), 1)}%"
    flags = [Flag(flag).words for flag in row["flags"]]
    none = Words("无瓶颈", "none")
    return [
        Fact(Words("用地面积", "Footprint"), _text(f"{shown(mu_of_m2(float(area)), 2)} 亩" if area > 0 else "")),
        Fact(Words("净地比例", "Ready share"), _text(ready)),
        Fact(Words("用地总体", "Readiness"), Readiness(row["readiness"]).words),
        Fact(Words("预计净地", "Expected to be ready"), _text(_day(row["ready_expected_on"]))),
        Fact(
            Words("瓶颈", "Bottlenecks"),
            Words("、".join(w.zh for w in flags), ", ".join(w.en for w in flags)) if flags else none,
        ),
    ]


def _blocking(row: Mapping[Any, Any]) -> BlockingParcel:
    number, stage = row["parcel_no"], row["stage"]
    is_listed = isinstance(number, str)
    return BlockingParcel(
        parcel_no=number if is_listed else Readiness.UNCOVERED.words.zh,
        stage=Stage(stage).words if isinstance(stage, str) and stage else Readiness.UNCOVERED.words,
        area_mu=shown(mu_of_m2(float(row["area_m2"])), 2),
        expected_on=_day(row["ready_expected_on"]),
        reason=row["reason"],
    )


def _picture(code: str, assessed: Assessment, inputs: Inputs) -> LandPicture | None:
    """The footprint with the parcels under it; None where the project has no land drawn."""
    land = inputs.footprints
    shapes = [] if land is None else land[land["project_code"] == code].geometry.tolist()
    footprint = shapely.union_all(shapely.make_valid(np.array(shapes, dtype=object))) if shapes else None
    if footprint is None or footprint.is_empty or footprint.area <= 0:
        return None
    parts = assessed.parts[(assessed.parts["project_code"] == code) & ~assessed.parts["is_sliver"].astype(bool)]
    numbers = parts.sort_values("area_m2", ascending=False)["parcel_no"].dropna().unique()[:MOST_DRAWN]
    under = inputs.parcels[inputs.parcels["parcel_no"].isin(numbers)]
    listed = assessed.blocking[assessed.blocking["project_code"] == code]["parcel_no"].head(MOST_BLOCKING).tolist()
    # Those that the page lists have their numbers written on them, the others the sign of their stage.
    under = under.assign(is_other=~under["parcel_no"].isin(listed)).sort_values("is_other", kind="stable")
    drawn = tuple(
        DrawnParcel(shape, _look(STAGE[stage]), STAGE[stage].symbol.zh if is_other else number)
        for number, stage, shape, is_other in zip(
            under["parcel_no"], under["stage"], under.geometry, under["is_other"], strict=True
        )
    )
    stages = sorted({Stage(stage) for stage in under["stage"]}, key=lambda stage: stage.rank)
    return LandPicture(footprint, drawn, tuple(map(_legend_line, stages)))


def _legend_line(stage: Stage) -> tuple[Words, Look]:
    mark = STAGE[stage.value]
    words = Words(f"{mark.symbol.zh} {stage.words.zh}", f"{mark.symbol.en} {stage.words.en}")
    return words, _look(mark)


def _look(mark: Mark) -> Look:
    return Look(mark.fill, mark.stroke, mark.width_px * 0.6, mark.dash, mark.hatch.value, mark.opacity)


# --- photographs ------------------------------------------------------------------------------------


def _photos(sources: PageSources, report: Mapping[Any, Any]) -> tuple[bytes, ...]:
    """Those that the latest report names, where the files are attached to something in this store."""
    named = report.get("photos")
    if sources.files is None or not isinstance(named, list):
        return ()
    found = [_photo(sources.store, sources.files, str(name)) for name in named[: 4 * MOST_PHOTOS]]
    return tuple(photo for photo in found if photo is not None)[:MOST_PHOTOS]


def _photo(store: Store, files: AttachedFiles, name: str) -> bytes | None:
    """A handbook is not held up by a picture that is not there or cannot be read."""
    try:
        sha256 = find_photo(store, name)
        data = b"" if sha256 is None else files.path(sha256).read_bytes()
    except (GuatuError, OSError):
        return None
    return photo_jpeg(data) if 0 < len(data) <= LARGEST_FILE_BYTES else None
