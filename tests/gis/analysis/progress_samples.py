"""Small counties for the tests of progress: frames as a store gives them, from a few plain rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.analysis.inputs import Inputs
from gis.analysis.progress import assess_progress
from gis.layers import FRAME_DTYPES, LAYERS
from gis.rules import RuleBook


def layer_frame(layer: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a layer with every declared column, typed as the store types them."""
    columns = {}
    for column in LAYERS[layer].columns:
        values = [row.get(column.name) for row in rows]
        if column.type == "date":
            values = [pd.NaT if value is None else pd.Timestamp(value) for value in values]
        columns[column.name] = pd.Series(values, dtype=FRAME_DTYPES[column.type])
    return pd.DataFrame(columns)


def project(code: str, **values: Any) -> dict[str, Any]:
    """A project under construction, unless said otherwise."""
    return {"code": code, "name": f"示例{code}", "stage": "building", **values}


def report(code: str, period_end_on: str, invested_wan: float | None = None, **values: Any) -> dict[str, Any]:
    """A monthly report."""
    row = {"project_code": code, "period": "month", "period_end_on": period_end_on, "invested_wan": invested_wan}
    return {**row, **values}


def inputs_of(
    on: str,
    projects: Sequence[Mapping[str, Any]],
    plans: Sequence[tuple[str, int, float]] = (),
    reports: Sequence[Mapping[str, Any]] = (),
    rules: Mapping[str, Any] | None = None,
) -> Inputs:
    """Inputs of an assessment with these rows; ``rules`` override the shipped ones."""
    book = RuleBook.default()
    frame = layer_frame("project", projects)
    geometry = gpd.GeoSeries([None] * len(frame), crs="EPSG:4547")
    empty = {name: gpd.GeoDataFrame(layer_frame(name, ())) for name in ("parcel", "zone", "park")}
    plan_rows = [{"project_code": code, "year": year, "plan_wan": wan} for code, year, wan in plans]
    return Inputs(
        on=date.fromisoformat(on),
        projects=gpd.GeoDataFrame(frame, geometry=geometry),
        parcels=empty["parcel"],
        zones=empty["zone"],
        parks=empty["park"],
        plans=layer_frame("project_plan", plan_rows),
        reports=layer_frame("progress_report", reports),
        milestones=layer_frame("milestone", ()),
        rules=RuleBook({**book.values, **(rules or {})}, book.sources),
    )


def assessed(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """
    The projects of an assessment at the end of June, from those columns that a test is about.

    Without a value: no plan, no lamp, no flag, not started, no footprint.
    """
    lone = {"plan_wan": float("nan"), "invested_wan": float("nan"), "lamp": "none", "flags": ()}
    land = {"at_risk_wan": 0.0, "footprint_m2": 0.0, "ready_m2": 0.0, "uncovered_m2": 0.0, "stage_m2": {}}
    progress = {"expected_share": 0.5, "started": False, "due_to_start": False}
    named = [{"code": f"P{i:03}", "name": f"示例{i}", **row} for i, row in enumerate(rows)]
    frame = layer_frame("project", named).drop(columns=["code"])
    for name, default in {**lone, **land, **progress}.items():
        values = [row.get(name, default) for row in named]
        dtype = {float: "float64", bool: "bool", str: "str"}.get(type(default), "object")
        frame[name] = pd.Series(values, dtype=dtype)
    return frame.set_index(pd.Index([row["code"] for row in named], name="code", dtype="str"))


def row_of(on: str, plan_wan: float | None, reports: list[dict[str, object]], **values: object) -> pd.Series:
    """The progress of one project A."""
    plans = [] if plan_wan is None else [("A", int(on[:4]), plan_wan)]
    return assess_progress(inputs_of(on, [project("A", **values)], plans, reports)).loc["A"]


def reasons_of(row: pd.Series) -> list[str]:
    """What is said of it in Chinese."""
    return [words.zh for words in row["progress_reasons"]]
