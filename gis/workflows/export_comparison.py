"""Two days compared as a workbook: the parcels, or the promises; on the second sheet what they sum to."""

from __future__ import annotations

import io
from typing import Any

from gis import __version__
from gis.analysis.compare import Comparison, Movement, PromiseOutcome, comparison_total, comparison_totals
from gis.layers import PARCEL
from gis.model import Coded, Stage
from gis.reports.table import Format, Table, TableColumn
from gis.reports.table_xlsx import write_xlsx
from gis.store.port import Store
from gis.units import M2_PER_MU, shown
from gis.words import Words
from gis.workflows.compare_days import CompareFilter, Span, moved_rows, promise_rows, read_comparison
from gis.workflows.names import read_names


def _col(name: str, zh: str, en: str, format_: Format = "text", codes: type[Coded] | None = None) -> TableColumn:
    return TableColumn(name, Words(zh, en), "code" if codes else format_, codes)


def _parcel(name: str) -> TableColumn:
    return TableColumn(name, PARCEL.column(name).words)


_SHARED = (_parcel("parcel_no"), _parcel("name"), _col("town_name", "所在乡镇", "town"), _parcel("unit"))
PARCEL_SHEET: tuple[TableColumn, ...] = (
    *_SHARED,
    _col("area_mu", "面积（亩）", "area (mu)", "area"),
    _col("households", "涉及户数", "households", "days"),
    _col("movement", "变化", "movement", codes=Movement),
    _col("steps", "推进步数", "steps", "days"),
    _col("stage_from", "起始阶段", "stage on the first day", codes=Stage),
    _col("stage_to", "截止阶段", "stage on the second day", codes=Stage),
    _col("due_wan", "应付补偿（万元）", "compensation due (万元)", "money"),
    _col("paid_from_wan", "起始已付（万元）", "paid by the first day (万元)", "money"),
    _col("paid_to_wan", "截止已付（万元）", "paid by the second day (万元)", "money"),
)
PROMISE_SHEET: tuple[TableColumn, ...] = (
    *_SHARED,
    _col("area_mu", "面积（亩）", "area (mu)", "area"),
    _col("stage", "承诺阶段", "promised stage", codes=Stage),
    _col("planned_on", "承诺日期", "promised for", "date"),
    _col("done_on", "完成日期", "done on", "date"),
    _col("outcome", "兑现情况", "outcome", codes=PromiseOutcome),
    _col("days_late", "逾期天数", "days late", "days"),
    _col("was_overdue", "起始日已逾期", "overdue on the first day", "yes_no"),
)
SHEETS = ("parcels", "promises")


def export_comparison(
    store: Store, span: Span, wanted: CompareFilter, *, by: str, sheet: str, language: str = "zh"
) -> bytes:
    """The workbook's bytes; ``sheet``: one of SHEETS."""
    names = read_names(store, span.second)
    found = read_comparison(store, span, wanted)
    is_promises = sheet == "promises"
    rows = promise_rows(found, wanted) if is_promises else moved_rows(found, wanted)
    title = Words("承诺兑现对照", "promises kept") if is_promises else Words("征收进展对照", "requisition compared")
    frame = rows.assign(town_name=rows["town"].map(names.towns), area_mu=rows["area_planar_m2"] / M2_PER_MU)
    totals = [*comparison_totals(found, by, names.of_group(by)), _whole(found)]
    notes = (
        (Words("名称", "name"), Words(store.info.name, store.info.name)),
        (Words("对照", "compared"), Words(f"{span.first} 与 {span.second}", f"{span.first} and {span.second}")),
        (Words("来源", "source"), Words(f"挂图 {__version__}，由本库地块与征收记录计算", f"Guatu {__version__}")),
        *((Words(row["zh"], row["en"]), _sums(row)) for row in totals),
    )
    target = io.BytesIO()
    columns = PROMISE_SHEET if is_promises else PARCEL_SHEET
    write_xlsx(Table(title, columns, frame.reset_index(drop=True), notes), target, language)
    return target.getvalue()


def _whole(found: Comparison) -> dict[str, Any]:
    return {"zh": "合计", "en": "total", **comparison_total(found)}


def _sums(row: dict[str, Any]) -> Words:
    moved = [(movement.words, row["movements"][movement.value]) for movement in Movement]
    kept = [(outcome.words, row["promises"][outcome.value]["n"]) for outcome in PromiseOutcome]
    return Words(
        "；".join(
            (
                *(f"{w.zh} {c['n']} 宗 {shown(c['area_m2'] / M2_PER_MU, 2)} 亩" for w, c in moved),
                f"承诺 {row['promised']} 项",
                *(f"{w.zh} {n}" for w, n in kept),
            )
        ),
        "; ".join(
            (
                *(f"{w.en}: {c['n']}, {shown(c['area_m2'] / M2_PER_MU, 2)} mu" for w, c in moved),
                f"promised: {row['promised']}",
                *(f"{w.en}: {n}" for w, n in kept),
            )
        ),
    )
