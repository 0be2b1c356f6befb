"""The sample county's tables as bureaus would send them: Chinese headers with units, names in place of codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.demo.county import County
from gis.layers import LAYERS, Column
from gis.model import Period, ZoneKind
from gis.units import mu_of_m2

# The town whose survey bureau sends boundary points as TXT, and the parcels' attributes as a table.
TXT_TOWN = "140781101"
_UNITS = {"area": "（平方米）", "money": "（万元）", "length": "（米）", "share": "（%）"}
_MONTH_COLUMNS = {
    "invested_wan": "{m}月累计完成投资（万元）",
    "stat_invested_wan": "{m}月累计入统投资（万元）",
    "image_percent": "{m}月形象进度（%）",
}


def header_of(column: Column) -> str:
    """A column's Chinese name with the unit of its values: 总投资（万元）."""
    return column.words.zh + _UNITS.get(column.dimension or "", "")


def chinese(county: County, layer: str, frame: pd.DataFrame, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """
    The frame with Chinese headers and values: names for codes and places, 是/否, dates without a time.

    Columns that are empty throughout are left out; the geometry stays.
    """
    wanted = [c for c in LAYERS[layer].columns if c.name in frame and (columns is None or c.name in set(columns))]
    filled = [c for c in wanted if frame[c.name].notna().any()]
    shown = {header_of(c): _shown(county, c, frame[c.name]) for c in filled}
    result = pd.DataFrame(shown, index=frame.index)
    if isinstance(frame, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(result, geometry=frame.geometry, crs=county.crs)
    return result


def _shown(county: County, column: Column, values: pd.Series[Any]) -> pd.Series[Any]:
    if column.codes is not None:
        return values.map({member.value: member.words.zh for member in column.codes}).astype("str")
    if column.references in ("town", "park") and column.name != "parent":
        named = county.tables[column.references]
        return values.map(dict(zip(named["code"], named["name"], strict=True))).astype("str")
    if column.type == "boolean":
        return values.map({True: "是", False: "否"}).astype("str")
    return values


def park_table(county: County) -> gpd.GeoDataFrame:
    """Parks with headers short enough for a shapefile (five Chinese characters in GBK), areas in 亩."""
    parks = county.entity("park")
    table = chinese(county, "park", parks)
    areas = {"approved_area_m2": "批准面积亩", "developable_area_m2": "可开发面积"}
    table["批准面积亩"] = [round(mu_of_m2(a), 3) for a in parks["approved_area_m2"]]
    dropped = [header_of(LAYERS["park"].column(name)) for name in (*areas, "factory_built_m2", "factory_let_m2")]
    return gpd.GeoDataFrame(table.drop(columns=dropped), geometry="geometry", crs=county.crs)


def project_ledger(county: County) -> pd.DataFrame:
    """项目台账: one row a project, with its present stage and a column for each year's plan."""
    projects = pd.DataFrame(county.tables["project"].drop(columns="geometry"))
    ledger = chinese(county, "project", projects.drop(columns="row_width_m"))
    last = county.tables["project_event"].groupby("project_code", sort=False).last()
    stage, on_date = (LAYERS["project"].column(name) for name in ("stage", "stage_on"))
    present = last.reindex(projects["code"])
    ledger[stage.words.zh] = _shown(county, stage, present["stage"]).to_numpy()
    ledger[on_date.words.zh] = present["on_date"].to_numpy()
    plans = county.tables["project_plan"].pivot(index="project_code", columns="year", values="plan_wan")
    for year in plans.columns:
        ledger[f"{year}年计划投资（万元）"] = plans[year].reindex(projects["code"]).to_numpy()
    return ledger


def footprints(county: County) -> gpd.GeoDataFrame:
    """The projects that have a geometry, with code, name and right-of-way width."""
    projects = county.entity("project")
    there = projects[projects.geometry.notna()]
    return gpd.GeoDataFrame(chinese(county, "project", there, ("code", "name", "row_width_m")), geometry="geometry")


def monthly_dispatch(county: County, year: int) -> pd.DataFrame:
    """月度调度表 of a year: one row a project, three columns a month, words and problems of the last report."""
    reports = county.tables["progress_report"]
    in_year = reports[(reports["period"] == Period.MONTH.value) & (reports["period_end_on"].dt.year == year)]
    names = dict(zip(county.tables["project"]["code"], county.tables["project"]["name"], strict=True))
    last = in_year.groupby("project_code").last()
    table = pd.DataFrame({"项目代码": last.index, "项目名称": [names[code] for code in last.index]})
    for column, header in _MONTH_COLUMNS.items():
        wide = in_year.pivot(index="project_code", columns="period_end_on", values=column)
        for day in wide.columns:
            table[header.format(m=day.month)] = wide[day].to_numpy()
    table["进展情况"] = last["words"].to_numpy()
    table["存在问题"] = last["problems"].to_numpy()
    return table


def parcels(county: County, *, txt_town: bool) -> gpd.GeoDataFrame:
    """The parcels of TXT_TOWN, or all others, as the land bureau's table."""
    every = county.entity("parcel")
    chosen = every[(every["town"] == TXT_TOWN) == txt_town]
    return gpd.GeoDataFrame(chinese(county, "parcel", chosen), geometry="geometry", crs=county.crs)


def parcel_attributes(county: County) -> pd.DataFrame:
    """What the land bureau knows of TXT_TOWN's parcels beside their boundary points."""
    return pd.DataFrame(parcels(county, txt_town=True).drop(columns="geometry"))


def promises(county: County, *, renewed: bool) -> pd.DataFrame:
    """Milestones as first promised, or those promised anew."""
    every = county.tables["milestone"]
    again = every.duplicated(["project_code", "name"], keep="first")
    return chinese(county, "milestone", every[again == renewed])


def zones(county: County, *, farmland: bool) -> gpd.GeoDataFrame:
    """The farmland, or all other zones."""
    every = county.entity("zone")
    chosen = every[(every["kind"] == ZoneKind.FARMLAND.value) == farmland]
    return gpd.GeoDataFrame(chinese(county, "zone", chosen), geometry="geometry", crs=county.crs)


def ledger_rows(table: pd.DataFrame) -> list[list[Any]]:
    """A table's cells as a spreadsheet takes them: dates without a time, None where missing."""
    rows: Mapping[str, list[Any]] = {str(name): _cells(table[name]) for name in table.columns}
    return [list(row) for row in zip(*rows.values(), strict=True)]


def _cells(values: pd.Series[Any]) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [_day(v) for v in values]
    return [None if missing else v for v, missing in zip(values.tolist(), values.isna(), strict=True)]


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()
