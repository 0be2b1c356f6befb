"""What the page's charts show of the projects that its filter lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from gis.analysis.progress import MONTHS, month_end, months_elapsed, reports_until
from gis.analysis.totals import MILLIONTHS, rows, totals
from gis.model import Lamp, Readiness, Stage

UNCOVERED = Readiness.UNCOVERED


def charts(projects: pd.DataFrame, reports: pd.DataFrame, on: date, towns: Mapping[str, str]) -> dict[str, Any]:
    """
    The three charts, as ``/api/charts`` sends them (None: no value).

    Parameters
    ----------
    projects
        ``Assessment.projects``, or those that a filter let pass.
    reports
        Progress reports of the store; those of other projects are left out here.
    on
        The assessment's day.
    towns
        Town code → name.

    Returns
    -------
    dict
        ``lamps_by_town``, ``months`` and ``land``, see the functions of these names.
    """
    return {
        "lamps_by_town": lamps_by_town(projects, towns),
        "months": months(projects, reports, on),
        "land": land(projects),
    }


def lamps_by_town(projects: pd.DataFrame, towns: Mapping[str, str]) -> list[dict[str, Any]]:
    """Lamps of the projects that lie in each town, by town code; "not stated" last."""
    frame = totals(projects, "town", towns)
    order = frame.assign(last=frame["code"].eq("")).sort_values(["last", "code"]).index
    return [
        {
            "code": row["code"],
            "zh": row["zh"],
            "en": row["en"],
            **{lamp.value: row["lamps"][lamp.value] for lamp in Lamp},
        }
        for row in rows(frame.loc[order])
    ]


def months(projects: pd.DataFrame, reports: pd.DataFrame, on: date) -> list[dict[str, Any]]:
    """
    Plan against done, cumulative, at the end of each month of the year, 万元.

    Only projects with a plan count, as in ``totals``. The plan is spread evenly over the months. A project
    that did not report a month stands at its last figure. Months that have not ended have no figure done;
    ``stat_wan`` has none before the first statistical figure.
    """
    plan = projects["plan_wan"].where(projects["plan_wan"] > 0).dropna()
    told = reports_until(reports, on)
    told = told[told["project_code"].isin(plan.index) & (told["period_end_on"] >= pd.Timestamp(on.year, 1, 1))]
    ended = months_elapsed(on)
    year_plan = _sum(plan)
    return [
        {
            "month": f"{on.year}-{month:02}",
            "plan_wan": year_plan * month / MONTHS,
            "done_wan": _standing(told, "invested_wan", on.year, month, default=0.0) if month <= ended else None,
            "stat_wan": _standing(told, "stat_invested_wan", on.year, month) if month <= ended else None,
        }
        for month in range(1, MONTHS + 1)
    ]


def _standing(told: pd.DataFrame, column: str, year: int, month: int, default: float | None = None) -> float | None:
    """The projects' last figures at a month's end, summed; ``default`` where nobody has given one."""
    until = told[told["period_end_on"] <= pd.Timestamp(month_end(year, month))]
    last = until.dropna(subset=[column]).groupby("project_code")[column].last()
    return _sum(last) if len(last) else default


def _sum(values: pd.Series) -> float:
    """A sum that no order changes, in whole millionths."""
    return sum((values * MILLIONTHS).round().astype("int64").tolist()) / MILLIONTHS


def land(projects: pd.DataFrame) -> list[dict[str, Any]]:
    """Footprint area by requisition stage, m², in the order of the law; land that no parcel covers last."""
    by_stage = pd.DataFrame(list(projects["stage_m2"]), columns=[stage.value for stage in Stage], dtype="float64")
    areas = by_stage.sum()
    listed = [{"stage": s.value, **s.words.as_dict(), "m2": float(areas[s.value])} for s in Stage]
    uncovered = float(projects["uncovered_m2"].sum())
    return [*listed, {"stage": UNCOVERED.value, **UNCOVERED.words.as_dict(), "m2": uncovered}]
