"""One project whole: its figures, reports, promises, land and what holds it up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from gis.analysis.charts import months
from gis.analysis.inputs import BLOCKING_COLUMNS
from gis.analysis.overview import Overview
from gis.layers import PROJECT
from gis.model import Query
from gis.store.port import Store
from gis.workflows.assess_store import assess_in_full
from gis.workflows.list_projects import LISTED
from gis.workflows.names import read_names, with_names
from gis.workflows.one_entity import not_found
from gis.workflows.places import bounds_by_key
from gis.workflows.plain import Record, records_of

WHOLE = (*LISTED, "stage_m2", "overlap_m2", "start_months_late", "float_earliest_days", "reasons")
REPORTED = ("period", "period_end_on", "invested_wan", "stat_invested_wan", "image_percent", "words", "problems")
PROMISED = ("name", "promised_on", "promised_by", "said_on", "done_on", "evidence")
MOST_PROMISES = 500
CONFLICTS = ("zone_no", "kind", "result", "area_m2", "share", "is_sliver")


def show_project(store: Store, overview: Overview, code: str) -> Record:
    """
    Everything about one project, as /api/projects/CODE sends it.

    Raises
    ------
    NotFound
        The store has no project of this code on that day.
    """
    if code not in overview.projects.index:
        raise not_found(PROJECT, code)
    row = overview.projects.loc[[code]]
    of_project = Query(on=overview.on, where=(("project_code", code),))
    reports = store.read("progress_report", of_project)
    named = with_names(row, read_names(store, overview.on)).assign(code=code)
    return {
        "on": overview.on.isoformat(),
        "project": records_of(named, WHOLE)[0],
        "reports": records_of(reports.sort_values("period_end_on", kind="stable"), REPORTED),
        "curve": _curve(row, reports, overview),
        "milestones": _milestones(store, of_project),
        "plans": records_of(store.read("project_plan", of_project), ("year", "plan_wan", "set_on")),
        "blocking": _blocking(store, overview, code),
        "conflicts": records_of(_of(overview.conflicts, code), CONFLICTS),
        "bounds": bounds_by_key(store, "project", "code", [code], overview.on).get(code),
    }


def _of(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    return frame[frame["project_code"] == code]


def _curve(row: pd.DataFrame, reports: pd.DataFrame, overview: Overview) -> list[Record]:
    """Planned and done share of the year's plan at each month's end; no value without a plan or before the day."""
    plan = float(row["plan_wan"].iloc[0])
    if not plan > 0:
        return []
    return [
        {
            "month": month["month"],
            "planned_share": month["plan_wan"] / plan,
            "done_share": None if month["done_wan"] is None else month["done_wan"] / plan,
        }
        for month in months(row, reports, overview.on)
    ]


def _milestones(store: Store, of_project: Query) -> list[Record]:
    """The ruling promise of each milestone by its date, the earlier ones under ``history``, oldest first."""
    promises = _promises(store, of_project)
    ruling = {promise["name"]: promise for promise in reversed(promises)}
    return [
        {**promise, "history": [p for p in promises[::-1] if p["name"] == name and p != promise]}
        for name, promise in sorted(ruling.items(), key=lambda item: item[1]["promised_on"] or "")
    ]


def _promises(store: Store, of_project: Query) -> list[Record]:
    """
    Every promise that ever ruled, the latest first.

    The ledger gives the ruling ones of a day; so it is read again for the day before the latest of them was said.
    """
    found: list[Record] = []
    day = of_project.on
    while day is not None and len(found) < MOST_PROMISES:
        ruling = records_of(store.read("milestone", replace(of_project, on=day)), PROMISED)
        found += [promise for promise in ruling if promise not in found]
        said = [promise["said_on"] for promise in ruling if promise["said_on"]]
        day = date.fromisoformat(max(said)) - timedelta(days=1) if said else None
    return found


def _blocking(store: Store, overview: Overview, code: str) -> list[Record]:
    """The parcels that hold it up, worst first, each with where it lies."""
    rows = records_of(assess_in_full(store, overview, [code]).blocking, BLOCKING_COLUMNS)
    numbers = [row["parcel_no"] for row in rows if row["parcel_no"]]
    boxes = bounds_by_key(store, "parcel", "parcel_no", numbers, overview.on)
    return [{**row, "bounds": boxes.get(row["parcel_no"])} for row in rows]
