"""The columns of the projects' ledger as it is handed out (RULES §7.5: dispatch and statistical figures apart)."""

from __future__ import annotations

from gis.layers import PROJECT
from gis.model import Coded, Flag, Lamp, Readiness
from gis.reports.table import Format, TableColumn
from gis.words import Words


def _col(name: str, zh: str, en: str, format_: Format = "text", codes: type[Coded] | None = None) -> TableColumn:
    return TableColumn(name, Words(zh, en), format_, codes)


def _stored(name: str, format_: Format = "text") -> TableColumn:
    column = PROJECT.column(name)
    return TableColumn(name, column.words, "code" if column.codes else format_, column.codes)


PROJECT_COLUMNS: tuple[TableColumn, ...] = (
    _stored("code"),
    _stored("name"),
    _stored("owner"),
    _col("located_in_town_name", "所在乡镇", "located in town"),
    _col("located_in_park_name", "所在园区", "located in park"),
    _col("credited_to_town_name", "归属乡镇", "credited to town"),
    _stored("industry"),
    _stored("category"),
    _stored("level"),
    _stored("kind"),
    _stored("stage"),
    _col("lamp", "进度灯", "progress lamp", "code", Lamp),
    _col("start_lamp", "开工灯", "start lamp", "code", Lamp),
    _col("stagnant", "形象进度停滞", "stagnant", "yes_no"),
    _col("total_wan", "总投资（万元）", "total investment (万元)", "money"),
    _col("plan_wan", "年度计划投资（万元）", "annual plan (万元)", "money"),
    _col("invested_wan", "本年累计完成投资（万元）[调度口径]", "invested this year (万元) [dispatch]", "money"),
    _col("stat_invested_wan", "本年累计入统投资（万元）[统计口径]", "invested this year (万元) [statistics]", "money"),
    _col("done_share", "完成年度计划", "share of the annual plan done", "share"),
    _col("expected_share", "序时进度", "time-proportional share", "share"),
    _col("gap_pp", "超（欠）序时（百分点）", "ahead of (behind) schedule (pp)", "points"),
    _col("shortfall_wan", "欠序时投资（万元）", "behind the expected amount (万元)", "money"),
    _col("required_monthly_wan", "后续月均需完成（万元）", "needed a month to year's end (万元)", "money"),
    _col("forecast_share", "预计全年完成", "forecast share of the plan", "share"),
    _col("image_percent", "形象进度（%）", "image progress (%)", "percent"),
    _col("last_report_on", "最近报告日期", "last report", "date"),
    _stored("planned_start_on", "date"),
    _stored("actual_start_on", "date"),
    _stored("planned_finish_on", "date"),
    _stored("actual_finish_on", "date"),
    _col("footprint_mu", "用地面积（亩）", "footprint (mu)", "area"),
    _col("ready_mu", "净地面积（亩）", "ready land (mu)", "area"),
    _col("ready_share", "净地率", "ready share", "share"),
    _col("uncovered_mu", "未落图面积（亩）", "land with no parcel listed (mu)", "area"),
    _col("readiness", "用地就绪", "land readiness", "code", Readiness),
    _col("ready_earliest_on", "最早供地日期（法定）", "land ready, earliest legal", "date"),
    _col("ready_expected_on", "预计供地日期", "land ready, expected", "date"),
    _col("float_days", "时差（天）", "float (days)", "days"),
    _col("flags", "用地瓶颈", "land bottlenecks", "codes", Flag),
    _col("at_risk_wan", "受影响投资（万元）", "investment at risk (万元)", "money"),
    _stored("leader"),
    _stored("department"),
    _stored("service_officer"),
    _col("reasons", "原因", "reasons", "long_text"),
    _stored("remark"),
)
