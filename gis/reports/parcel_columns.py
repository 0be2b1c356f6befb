"""The columns of the parcels' register as they are handed out: for spreadsheets, for GIS files, for Shapefiles."""

from __future__ import annotations

from gis.layers import PARCEL
from gis.model import Coded, Stage
from gis.reports.shapefile import FieldType, ShapeColumn
from gis.reports.table import Format, TableColumn
from gis.words import Words

_FORMATS: dict[str, Format] = {"date": "date", "money": "money", "integer": "days"}


def _stored(name: str, format_: Format | None = None) -> TableColumn:
    column = PARCEL.column(name)
    plain: Format = "code" if column.codes else _FORMATS.get(column.type, "text")
    return TableColumn(name, column.words, format_ or plain, column.codes)


def _col(name: str, zh: str, en: str, format_: Format = "text", codes: type[Coded] | None = None) -> TableColumn:
    return TableColumn(name, Words(zh, en), format_, codes)


def _area(name: str, zh: str, en: str) -> TableColumn:
    return _col(name, f"{zh}（平方米）", f"{en} (m²)", "area")


# Three areas, each for itself: they are computed differently and are never added to one another (RULES §2.4).
PARCEL_COLUMNS: tuple[TableColumn, ...] = (
    _stored("parcel_no"),
    _stored("name"),
    _col("town_name", "所在乡镇", "town"),
    _stored("village"),
    _stored("owner_kind"),
    _stored("supply_kind"),
    _stored("land_class_scheme"),
    _stored("land_class_edition"),
    _stored("land_class_code"),
    _area("declared_area_m2", "登记面积", "declared area"),
    _stored("declared_basis"),
    _area("area_planar_m2", "投影面积", "planar area"),
    _area("area_ellipsoid_m2", "椭球面积", "ellipsoidal area"),
    _stored("stage"),
    _stored("stage_on"),
    _stored("hold_reason"),
    _stored("held_since"),
    _col("next_stage", "下一步", "next step", "code", Stage),
    _col("next_legal_on", "下一步最早法定日期", "next step, earliest legal day", "date"),
    _col("due_on", "下一计划日期", "next planned day", "date"),
    _col("overdue_days", "逾期天数", "days overdue", "days"),
    _col("ready_expected_on", "预计净地日期", "land ready, expected", "date"),
    _stored("unit"),
    _stored("person"),
    _stored("batch"),
    _stored("document_no"),
    _stored("households"),
    _stored("buildings"),
    _col("compensation_due_wan", "应付补偿（万元）", "compensation due (万元)", "money"),
    _col("compensation_paid_wan", "已付补偿（万元）", "compensation paid (万元)", "money"),
    _stored("remark"),
)

# Where files of the land bureaus have a name for it, that one; the unit stands in the name where there is one.
_FIELDS: dict[str, tuple[str, FieldType]] = {
    "parcel_no": ("DKBH", "text"),
    "name": ("DKMC", "text"),
    "town_name": ("XZMC", "text"),
    "village": ("CMC", "text"),
    "owner_kind": ("QSXZ", "text"),
    "supply_kind": ("GDFS", "text"),
    "land_class_scheme": ("DLFLBZ", "text"),
    "land_class_edition": ("DLFLBB", "text"),
    "land_class_code": ("DLBM", "text"),
    "declared_area_m2": ("DJMJ_M2", "real"),
    "declared_basis": ("MJJZ", "text"),
    "area_planar_m2": ("TYMJ_M2", "real"),
    "area_ellipsoid_m2": ("TQMJ_M2", "real"),
    "stage": ("ZSJD", "text"),
    "stage_on": ("JDRQ", "date"),
    "hold_reason": ("SZYY", "text"),
    "held_since": ("SZRQ", "date"),
    "next_stage": ("XYB", "text"),
    "next_legal_on": ("XYBZZRQ", "date"),
    "due_on": ("XYJHRQ", "date"),
    "overdue_days": ("YQTS", "integer"),
    "ready_expected_on": ("YJJDRQ", "date"),
    "unit": ("ZRDW", "text"),
    "person": ("ZRR", "text"),
    "batch": ("BPPC", "text"),
    "document_no": ("PZWH", "text"),
    "households": ("HS", "integer"),
    "buildings": ("CQFW", "integer"),
    "compensation_due_wan": ("YFBC_WY", "real"),
    "compensation_paid_wan": ("YFBC2_WY", "real"),
    "remark": ("BZ", "text"),
}
PARCEL_FIELDS: tuple[ShapeColumn, ...] = tuple(
    ShapeColumn(column.name, _FIELDS[column.name][0], column.words, _FIELDS[column.name][1])
    for column in PARCEL_COLUMNS
)
