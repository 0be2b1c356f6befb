"""The stock of land as a workbook: the parcels on the first sheet, what they sum to on the second."""

from __future__ import annotations

import io
from datetime import date

from gis import __version__
from gis.analysis.idle_land import IdleStatus
from gis.analysis.idle_words import PRELIMINARY
from gis.analysis.stock import StockKind, stock_total, stock_totals
from gis.layers import LAND_SUPPLY, PARCEL
from gis.model import Coded
from gis.reports.table import Format, Table, TableColumn
from gis.reports.table_xlsx import write_xlsx
from gis.store.port import Store
from gis.units import M2_PER_MU, shown
from gis.words import Words
from gis.workflows.list_stock import StockFilter, pick, read_stock
from gis.workflows.names import read_names

_TITLE = Words("土地存量", "stock of land")


def _col(name: str, zh: str, en: str, format_: Format = "text", codes: type[Coded] | None = None) -> TableColumn:
    return TableColumn(name, Words(zh, en), format_, codes)


def _parcel(name: str, format_: Format = "text") -> TableColumn:
    column = PARCEL.column(name)
    return TableColumn(name, column.words, "code" if column.codes else format_, column.codes)


def _supply(name: str, format_: Format = "text") -> TableColumn:
    return TableColumn(name, LAND_SUPPLY.column(name).words, format_)


STOCK_SHEET: tuple[TableColumn, ...] = (
    _parcel("parcel_no"),
    _parcel("name"),
    _col("kind", "存量类别", "kind of stock", "code", StockKind),
    _col("town_name", "所在乡镇", "town"),
    _col("park_name", "所在园区", "park"),
    _parcel("stage"),
    _col("since_on", "批准（供应）日期", "approved (supplied) on", "date"),
    _col("days_since", "已历天数", "days since", "days"),
    _col("area_mu", "面积（亩）", "area (mu)", "area"),
    _col("area_ha", "面积（公顷）", "area (ha)", "area"),
    _parcel("batch"),
    _parcel("document_no"),
    _parcel("unit"),
    _parcel("person"),
    _supply("contract_no"),
    _col("price_wan", "土地价款（万元）", "land price (万元)", "money"),
    _supply("agreed_start_on", "date"),
    _supply("agreed_finish_on", "date"),
    _supply("handed_over_on", "date"),
    _supply("stat_start_on", "date"),
    _supply("permit_start_on", "date"),
    _supply("legal_start_on", "date"),
    _col("status", "闲置判断（疑似）", "standing (suspected)", "code", IdleStatus),
    _col("one_year_line_on", "满一年线", "one-year line", "date"),
    _col("days_to_one_year", "距满一年（天）", "days to one year", "days"),
    _col("two_year_line_on", "满两年线", "two-year line", "date"),
    _col("days_to_two_years", "距满两年（天）", "days to two years", "days"),
    _col("fee_preview_wan", "闲置费预估（万元）", "fee preview (万元)", "money"),
    _col("developed_share", "已动工面积占比", "share developed", "share"),
    _col("invested_share", "已投资占比", "share invested", "share"),
    _col("built_share", "已开工项目占地比", "share under begun projects", "share"),
    _col("is_certified", "已认定", "found in writing", "yes_no"),
    _supply("certified_on", "date"),
    _supply("certified_document"),
    _col("reason", "判断依据", "why", "long_text"),
)


def export_stock(store: Store, on: date, wanted: StockFilter, by: str, language: str = "zh") -> bytes:
    """The workbook's bytes: every parcel that the filter lets pass, whatever their number."""
    names = read_names(store, on)
    stock = pick(read_stock(store, on, names), wanted)
    shown_ = stock.assign(area_mu=stock["area_planar_m2"] / M2_PER_MU, area_ha=stock["area_planar_m2"] / 10_000)
    groups = stock_totals(stock, by, names.of_group(by))
    total = {"zh": "合计", "en": "total", **stock_total(stock)}
    notes = (
        (Words("名称", "name"), _same(store.info.name)),
        (Words("数据截止", "as of"), _same(on.isoformat())),
        (Words("说明", "note"), PRELIMINARY),
        (Words("来源", "source"), Words(f"挂图 {__version__}，由本库地块、供地记录计算", f"Guatu {__version__}")),
        *((Words(row["zh"], row["en"]), _sums(row)) for row in (*groups, total)),
    )
    target = io.BytesIO()
    write_xlsx(Table(_TITLE, STOCK_SHEET, shown_, notes), target, language)
    return target.getvalue()


def _sums(row: dict[str, object]) -> Words:
    kinds: dict[str, dict[str, float]] = row["kinds"]  # type: ignore[assignment]
    suspected: dict[str, float] = row["suspected"]  # type: ignore[assignment]
    parts = [(kind.words, kinds[kind.value]) for kind in StockKind]
    parts.append((Words("疑似闲置", "suspected idle"), suspected))
    return Words(
        "；".join(f"{words.zh} {counted['n']} 宗 {_mu(counted)} 亩" for words, counted in parts),
        "; ".join(f"{words.en}: {counted['n']}, {_mu(counted)} mu" for words, counted in parts),
    )


def _mu(counted: dict[str, float]) -> str:
    return shown(counted["area_m2"] / M2_PER_MU, 2)


def _same(text: str) -> Words:
    return Words(text, text)
