"""The sheets of a batch's ledger, and the fields of its Shapefile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from gis.model import AreaBasis, OwnerKind, Stage, ZoneKind, ZoneResult
from gis.reports.shapefile import ShapeColumn
from gis.reports.table import Format, Table, TableColumn
from gis.rules.land_groups import LandGroup
from gis.words import Words


def _col(name: str, zh: str, en: str, format_: Format = "text", **more: object) -> TableColumn:
    return TableColumn(name, Words(zh, en), format_, **more)  # type: ignore[arg-type]


def _m2(name: str, zh: str, en: str) -> TableColumn:
    return _col(name, f"{zh}（平方米）", f"{en} (m²)", "area")


def _mu(name: str, zh: str, en: str) -> TableColumn:
    return _col(name, f"{zh}（亩）", f"{en} (mu)", "area")


_DECLARED = tuple(
    column
    for basis in AreaBasis
    for column in (
        _m2(f"declared_{basis.value}_m2", f"登记面积·{basis.words.zh}", f"declared, {basis.words.en}"),
        _m2(f"declared_{basis.value}_off_m2", f"登记差·{basis.words.zh}", f"declared − computed, {basis.words.en}"),
    )
)
# Each sheet: its key among the frames, its title, its columns.
SHEETS: tuple[tuple[str, Words, tuple[TableColumn, ...]], ...] = (
    (
        "areas",
        Words("面积汇总", "areas"),
        (
            _col("group", "地类", "land group"),
            _col("owner_kind", "权属", "owner", "code", codes=OwnerKind),
            _col("parcels", "地块数", "parcels", "days"),
            _m2("planar_m2", "投影面积", "planar area"),
            _mu("planar_mu", "投影面积", "planar area"),
            _m2("ellipsoid_m2", "椭球面积", "ellipsoidal area"),
            _m2("planar_excess_m2", "投影与椭球之差", "planar − ellipsoidal"),
            *_DECLARED,
            _col("undeclared", "无登记面积", "without a declared area", "days"),
        ),
    ),
    (
        "parcels",
        Words("地块", "parcels"),
        (
            _col("serial", "序号", "no.", "days"),
            _col("parcel_no", "地块编号", "parcel number"),
            _col("name", "地块名称", "name"),
            _col("town_name", "所在乡镇", "town"),
            _col("village", "所在村", "village"),
            _col("owner_kind", "权属性质", "owner kind", "code", codes=OwnerKind),
            _col("land_class_scheme", "地类分类标准", "land class scheme"),
            _col("land_class_edition", "地类分类版本", "edition"),
            _col("land_class_code", "地类编码", "land class code"),
            _col("class_name", "地类名称", "land class"),
            _col("group", "三大类", "land group", "code", codes=LandGroup),
            _m2("declared_m2", "登记面积", "declared area"),
            _col("basis", "面积基准", "declared area's basis", "code", codes=AreaBasis),
            _m2("planar_m2", "投影面积", "planar area"),
            _mu("planar_mu", "投影面积", "planar area"),
            _m2("ellipsoid_m2", "椭球面积", "ellipsoidal area"),
            _m2("off_m2", "登记差", "declared − computed"),
            _col("stage", "征收阶段", "stage", "code", codes=Stage),
            _col("stage_on", "阶段日期", "since", "date"),
            _col("households", "户数", "households", "days"),
            _col("buildings", "拆迁房屋", "buildings", "days"),
        ),
    ),
    (
        "gaps",
        Words("缺项", "gaps"),
        (
            _col("parcel_no", "地块编号", "parcel number"),
            _col("gap", "缺项", "gap"),
            _col("words", "说明", "what", "long_text"),
            _col("from_on", "最早可办日期", "from", "date"),
        ),
    ),
    (
        "zones",
        Words("管控图层", "constraint layers"),
        (
            _col("kind", "图层", "layer", "code", codes=ZoneKind),
            _col("compared", "已比对", "compared", "yes_no"),
            _col("result", "结论", "result", "code", codes=ZoneResult),
            _col("result_code", "结论代码", "result code"),
            _m2("area_m2", "重叠面积", "overlap"),
            _mu("area_mu", "重叠面积", "overlap"),
            _col("parcels", "涉及地块", "parcels", "days"),
            _col("slivers", "疑似误差处数", "slivers", "days"),
            _m2("sliver_m2", "疑似误差面积", "slivers"),
            _col("zones", "图斑数", "zones stored", "days"),
            _col("versions", "数据版本", "version"),
            _col("suppliers", "提供单位", "supplier"),
            _col("scope", "适用范围", "scope"),
        ),
    ),
    (
        "parts",
        Words("管控重叠明细", "parts in zones"),
        (
            _col("part_id", "图斑序号", "part"),
            _col("parcel_no", "地块编号", "parcel number"),
            _col("kind", "图层", "layer", "code", codes=ZoneKind),
            _col("zone_no", "管控区编号", "zone"),
            _col("zone_name", "管控区名称", "zone name"),
            _col("result", "结论", "result", "code", codes=ZoneResult),
            _m2("area_m2", "重叠面积", "overlap"),
            _mu("area_mu", "重叠面积", "overlap"),
            _col("share", "占地块", "of the parcel", "share"),
            _col("is_sliver", "疑似误差", "sliver", "yes_no"),
            _col("version_on", "数据版本", "version", "date"),
            _col("supplier", "提供单位", "supplier"),
        ),
    ),
    (
        "overlaps",
        Words("地块重叠", "overlaps"),
        (
            _col("parcel_no", "地块编号", "parcel number"),
            _col("other_no", "重叠地块", "other parcel"),
            _col("relation", "关系", "relation"),
            _col("other_batch", "对方批次", "other batch"),
            _m2("area_m2", "重叠面积", "overlap"),
            _mu("area_mu", "重叠面积", "overlap"),
            _col("share", "占地块", "of the parcel", "share"),
            _col("is_sliver", "疑似误差", "sliver", "yes_no"),
        ),
    ),
)

BATCH_FIELDS: tuple[ShapeColumn, ...] = (
    ShapeColumn("serial", "XH", Words("序号", "no."), "integer"),
    ShapeColumn("parcel_no", "DKBH", Words("地块编号", "parcel number")),
    ShapeColumn("name", "DKMC", Words("地块名称", "name")),
    ShapeColumn("town_name", "XZMC", Words("所在乡镇", "town")),
    ShapeColumn("village", "CMC", Words("所在村", "village")),
    ShapeColumn("owner_kind", "QSXZ", Words("权属性质", "owner kind")),
    ShapeColumn("land_class_scheme", "DLFLBZ", Words("地类分类标准", "land class scheme")),
    ShapeColumn("land_class_edition", "DLFLBB", Words("地类分类版本", "edition")),
    ShapeColumn("land_class_code", "DLBM", Words("地类编码", "land class code")),
    ShapeColumn("class_name", "DLMC", Words("地类名称", "land class")),
    ShapeColumn("declared_m2", "DJMJ_M2", Words("登记面积", "declared area"), "real"),
    ShapeColumn("planar_m2", "TYMJ_M2", Words("投影面积", "planar area"), "real"),
    ShapeColumn("ellipsoid_m2", "TQMJ_M2", Words("椭球面积", "ellipsoidal area"), "real"),
    ShapeColumn("batch", "BPPC", Words("报批批次", "approval batch")),
)


def batch_tables(frames: Mapping[str, pd.DataFrame], notes: Sequence[tuple[Words, Words]]) -> tuple[Table, ...]:
    """The sheets of a batch's ledger; ``notes`` stand on the last one."""
    return tuple(
        Table(title, columns, frames[key], tuple(notes) if place == 0 else ())
        for place, (key, title, columns) in enumerate(SHEETS)
    )
