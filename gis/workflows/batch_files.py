"""The files of a batch's package, each made of an assembled batch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.batch_areas import total_areas
from gis.analysis.batch_gaps import Gap
from gis.analysis.batch_overlaps import Relation
from gis.analysis.batch_zones import PRELIMINARY
from gis.analysis.columns import objects
from gis.crs import crs_name, same_crs
from gis.errors import InvalidValue
from gis.ingest.survey_txt import read_survey_txt
from gis.ingest.table import SourceFile
from gis.maps.style import LAND_GROUP, TOWN, ZONE, Mark
from gis.model import DbfEncoding, Query, TownLevel, ZoneKind, half_width
from gis.reports.batch_checklist import Checked, Checklist
from gis.reports.batch_tables import BATCH_FIELDS
from gis.reports.plan_map import Plan, PlanLayer
from gis.reports.plan_sheet import Look
from gis.reports.shapefile import write_shapefile
from gis.reports.survey_txt import SurveyHeader, write_survey_txt
from gis.rules.land_groups import LandGroup, group_words
from gis.store.port import Store
from gis.units import M2_PER_MU, mu_of_m2, shown
from gis.words import Words
from gis.workflows.assemble_store_batch import Assembled, boxes_near
from gis.workflows.names import read_names
from gis.workflows.show_batch import PARCEL_COLUMNS
from gis.workflows.survey_zone import in_zone, zone_of

# What may be lost by writing coordinates to the millimetre and reading them again (m).
MOST_OFF_M = 0.001


class PackageBroken(InvalidValue):
    """A file of a package that, read back, is not what was written; nothing is handed out."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The boundary-point file read back: how many records, and how far the worst place is off (mm)."""

    records: int
    worst_mm: float


def parcel_frame(store: Store, found: Assembled) -> gpd.GeoDataFrame:
    """The batch's parcels by number with their serial number, names of towns, measures."""
    members, measured = found.members, found.report.measured
    columns: dict[str, Any] = {name: members[name].array for name in PARCEL_COLUMNS}
    added: dict[str, Any] = {str(name): measured[name].array for name in measured if name not in columns}
    frame = pd.DataFrame({"serial": range(1, len(members) + 1), **columns, **added})
    frame["town_name"] = frame["town"].map(read_names(store, found.report.on).towns)
    frame["batch"] = found.batch.name
    frame["planar_mu"] = frame["planar_m2"] / M2_PER_MU
    frame["stage_on"] = members["stage_on"].to_numpy()
    return gpd.GeoDataFrame(frame, geometry=members.geometry.to_numpy(), crs=members.crs)


# --- boundary points --------------------------------------------------------------------------------


def survey_file(store: Store, found: Assembled, parcels: gpd.GeoDataFrame) -> tuple[bytes, Compared, tuple[Words, ...]]:
    """
    The boundary-point TXT of the batch, read back and compared with what was to be written.

    Raises
    ------
    PackageBroken
        What is read back differs by more than a millimetre.
    InvalidValue
        A parcel cannot be written (see ``write_survey_txt``).
    """
    zone = zone_of(parcels)
    placed = in_zone(parcels, zone)
    header = SurveyHeader(zone.zone, store.info.name, found.report.on, zone.width)
    landed = placed.assign(land_use=found.batch.purpose or "")
    written = write_survey_txt(landed, header)
    return written.data, compare_survey(written.data, placed, zone.zone), written.warnings


def compare_survey(data: bytes, parcels: gpd.GeoDataFrame, zone: int) -> Compared:
    """Read a boundary-point TXT back and compare it with the parcels that were written, part by part."""
    read = read_survey_txt(data, SourceFile("界址点.txt", len(data), hashlib.sha256(data).hexdigest()))
    numbers, parts = _written_parts(parcels, zone)
    found = [half_width(str(number)) for number in read.frame["地块编号"]]
    if read.refused or len(found) != len(parts):
        raise _broken(f"{len(found)}", f"{len(parts)}")
    wrong = [number for number, other in zip(found, numbers, strict=True) if number != other]
    if wrong:
        raise _broken(wrong[0], "…")
    shapes = np.asarray(read.geometry.to_numpy(), dtype=object) if read.geometry is not None else np.empty(0)
    off = shapely.hausdorff_distance(shapes, parts)
    rings = shapely.get_num_interior_rings(_single(shapes)) != shapely.get_num_interior_rings(parts)
    worst = float(np.max(off, initial=0.0))
    if not np.isfinite(off).all() or worst > MOST_OFF_M or rings.any():
        raise _broken(f"{worst * 1000:.3f} mm", f"≤ {MOST_OFF_M * 1000:g} mm")
    return Compared(len(parts), worst * 1000)


def _written_parts(parcels: gpd.GeoDataFrame, zone: int) -> tuple[list[str], Any]:
    """The records that the writer makes: number and polygon, with the zone before the easting."""
    numbers: list[str] = []
    parts: list[Any] = []
    for number, shape in zip(parcels["parcel_no"], parcels.geometry, strict=True):
        polygons = list(shapely.get_parts(shape))
        parts += polygons
        plain = half_width(str(number).replace(",", "，"))
        numbers += [plain] if len(polygons) == 1 else [f"{plain}-{n}" for n in range(1, len(polygons) + 1)]
    array, before = np.array(parts, dtype=object), np.array([zone * 1e6, 0.0])
    return numbers, shapely.transform(array, lambda xy: np.where(xy[:, :1] < 1e6, xy + before, xy))


def _single(shapes: Any) -> Any:
    """The one polygon of each multi-polygon."""
    return np.array([shapely.get_parts(shape)[0] for shape in shapes], dtype=object)


def _broken(found: str, expected: str) -> PackageBroken:
    words = Words(
        "界址点文件回读与原图不一致，未导出", "the boundary-point file read back differs: nothing is exported"
    )
    return PackageBroken(words, found=found, expected=expected)


# --- Shapefile --------------------------------------------------------------------------------------


def shape_file(folder: Path, stem: str, parcels: gpd.GeoDataFrame, encoding: DbfEncoding) -> tuple[Words, ...]:
    """Write the batch's parcels into ``folder`` as ``stem``.shp with all that belongs to it."""
    return write_shapefile(folder / f"{stem}.shp", parcels, BATCH_FIELDS, encoding=encoding)


# --- ledger -----------------------------------------------------------------------------------------


def ledger_frames(found: Assembled, parcels: gpd.GeoDataFrame) -> Mapping[str, pd.DataFrame]:
    """The frames of the ledger's sheets (see ``gis.reports.batch_tables.SHEETS``)."""
    report = found.report
    layers, parts, overlaps = (pd.DataFrame(f) for f in (report.zones.layers, report.zones.parts, report.overlaps))
    return {
        "areas": _area_rows(found),
        "parcels": pd.DataFrame(parcels.drop(columns="geometry")),
        "gaps": report.gaps.assign(gap=objects([Gap(code).words for code in report.gaps["gap"]])),
        "zones": layers.assign(
            area_mu=layers["area_m2"] / M2_PER_MU,
            result_code=layers["result"],
            versions=["、".join(texts) for texts in layers["versions"]],
            suppliers=["、".join(texts) for texts in layers["suppliers"]],
        ),
        "parts": parts.assign(area_mu=parts["area_m2"] / M2_PER_MU),
        "overlaps": overlaps.assign(
            relation=objects([Relation(code).words for code in overlaps["relation"]]),
            area_mu=overlaps["area_m2"] / M2_PER_MU,
        ),
    }


def _area_rows(found: Assembled) -> pd.DataFrame:
    areas = found.report.areas
    rows = areas.assign(group=objects([group_words(LandGroup(code)) for code in areas["group"]]))
    total = pd.DataFrame([{**total_areas(found.report.measured), "group": Words("合计", "total"), "owner_kind": ""}])
    frame = pd.concat([rows, total], ignore_index=True) if len(rows) else total
    return frame.assign(planar_mu=frame["planar_m2"] / M2_PER_MU)


def notes_of(store: Store, found: Assembled) -> tuple[tuple[Words, Words], ...]:
    """What must be said beside the ledger."""
    report = found.report
    facts = [(Words(zh, zh), Words(text, text)) for zh, text in facts_of(store, found)]
    return (
        *facts,
        (Words("管控比对", "zones"), PRELIMINARY),
        (
            Words("面积口径", "areas"),
            Words(
                "登记、投影、椭球面积分列，互不相加；批准权限与指标按投影面积计",
                "declared, planar and ellipsoidal areas stand apart and are never added; who approves, and the quota, "
                "go by planar areas",
            ),
        ),
        (Words("批准权限", "who approves"), report.level.reason),
    )


def facts_of(store: Store, found: Assembled) -> list[tuple[str, str]]:
    """(heading, text) lines in Chinese that each of the files begins with."""
    report, batch = found.report, found.batch
    total = total_areas(report.measured)
    mu, ha = shown(mu_of_m2(total["planar_m2"]), 2), shown(total["planar_m2"] / 10_000, 4)
    quota = report.quota
    lines = [
        ("数据库", store.info.name + ("（示例数据，均属虚构）" if store.info.is_sample else "")),
        ("批次", batch.name),
        ("报批方式", batch.kind.words.zh if batch.registered else "未登记"),
        ("用途", batch.purpose or "—"),
        ("状态", found.state.words.zh + (f"　{batch.document}　{batch.approved_on}" if batch.approved_on else "")),
        ("地块数", str(total["parcels"])),
        ("投影面积", f"{mu} 亩（{ha} 公顷）"),
        ("批准权限", report.level.authority.words.zh),
        ("占用指标", f"{shown(mu_of_m2(report.takes_m2), 2)} 亩"),
        ("数据截止", report.on.isoformat()),
    ]
    if quota is not None and report.left_m2 is not None:
        given, left = shown(mu_of_m2(quota.given_m2), 2), shown(mu_of_m2(report.left_m2), 2)
        lines.insert(-1, (f"{batch.year} 年度指标", f"{given} 亩"))
        lines.insert(-1, ("本批次后剩余", f"{left} 亩"))
    return lines


# --- checklist --------------------------------------------------------------------------------------


def checklist_of(store: Store, found: Assembled) -> Checklist:
    """The checklist, with the lines of zones and overlaps after those of the papers."""
    report = found.report
    parcels = len(found.members)
    columns = (report.checklist[name].tolist() for name in ("words", "done", "named"))
    lines = [Checked(words.zh, done, parcels, named) for words, done, named in zip(*columns, strict=True)]
    lines += _overlap_lines(report.overlaps, parcels)
    not_compared = [ZoneKind(kind).words.zh for kind in report.zones.layers["kind"][~report.zones.layers["compared"]]]
    remarks = [f"管控比对：{PRELIMINARY.zh}。", f"批准权限：{report.level.reason.zh}。"]
    if not_compared:
        remarks.insert(1, f"未入库、未比对的管控图层：{'、'.join(not_compared)}。")
    return Checklist(f"{found.batch.name} 报批要件核对清单", facts_of(store, found), lines, remarks)


def _overlap_lines(overlaps: pd.DataFrame, parcels: int) -> list[Checked]:
    real = overlaps[~overlaps["is_sliver"].astype(bool)]
    return [
        Checked(f"无重叠：{relation.words.zh}", parcels - len(numbers), parcels, numbers)
        for relation in Relation
        for numbers in [tuple(dict.fromkeys(real["parcel_no"][real["relation"] == relation.value]))]
    ]


# --- map --------------------------------------------------------------------------------------------


def plan_of(store: Store, found: Assembled, parcels: gpd.GeoDataFrame, review_no: str) -> Plan:
    """The map of the batch."""
    groups = [LandGroup(code) for code in parcels["group"]]
    looks = {group: _look(LAND_GROUP[group.value]) for group in dict.fromkeys(groups)}
    shown_groups = sorted(looks, key=lambda group: group.rank)
    return Plan(
        title=f"{found.batch.name}建设用地报批地块图",
        crs=_crs_words(parcels, store.info.crs),
        made_on=found.report.on,
        parcels=parcels.geometry.tolist(),
        looks=[looks[group] for group in groups],
        labels=[str(number) for number in parcels["serial"]],
        rows=[
            (str(serial), number, shown(area, 2))
            for serial, number, area in zip(parcels["serial"], parcels["parcel_no"], parcels["planar_mu"], strict=True)
        ],
        under=_under(store, found),
        over=_outline(parcels),
        legend=[(f"报批地块·{group_words(group).zh}", looks[group]) for group in shown_groups],
        facts=[f"{heading}：{text}"[:40] for heading, text in facts_of(store, found)[1:]],
        review_no=review_no,
        maker=store.info.name,
    )


def _crs_words(parcels: gpd.GeoDataFrame, code: str) -> str:
    """The working CRS as a survey names it."""
    zone = zone_of(parcels)
    if not same_crs(str(parcels.crs), zone.crs):
        return f"{crs_name(code)}（{code}）"
    middle = 3 * zone.zone if zone.width == 3 else 6 * zone.zone - 3
    return f"2000国家大地坐标系 高斯-克吕格 {zone.width}度带 {zone.zone}带（中央子午线 {middle}°，{code}）"


def _outline(parcels: gpd.GeoDataFrame) -> list[PlanLayer]:
    whole = shapely.union_all(shapely.make_valid(parcels.geometry.to_numpy()), grid_size=0.001)
    return [PlanLayer([whole], Look("", "#B00020", 1.4), Words("批次范围线", "the batch's outline"))]


def _under(store: Store, found: Assembled) -> list[PlanLayer]:
    """Zones, neighbours and town boundaries, below the parcels."""
    layers = [
        PlanLayer(rows.geometry.tolist(), _look(ZONE[kind]), ZoneKind(kind).words)
        for kind in (k.value for k in ZoneKind)
        for rows in [found.zones[found.zones["kind"] == kind]]
        if len(rows)
    ]
    near = store.read(
        "parcel", Query(on=found.report.on, near=boxes_near(found.members), columns=("parcel_no", "geometry"))
    )
    others = near[~near["parcel_no"].isin(found.members["parcel_no"])]
    towns = store.read("town", Query(on=found.report.on))
    towns = towns[towns["level"] != TownLevel.COUNTY.value]
    return [
        *layers,
        PlanLayer(others.geometry.tolist(), Look("", "#9AA3AD", 0.35), Words("相邻地块", "neighbouring parcels")),
        PlanLayer(
            towns.geometry.tolist(), _look(TOWN["town"], fill=False), Words("乡镇界", "towns"), towns["name"].tolist()
        ),
    ]


def _look(mark: Mark, *, fill: bool = True) -> Look:
    return Look(mark.fill if fill else "", mark.stroke, mark.width_px * 0.6, mark.dash, mark.hatch.value, mark.opacity)


def warnings_text(warnings: Sequence[Words]) -> str:
    """What was to be said of the files, one line each."""
    return "\n".join(dict.fromkeys(words.zh for words in warnings))
