"""Requisition tasks of linear projects: which there are, and how each area's task stands."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.footprints import boxes_of, project_footprints, shapes_of
from gis.analysis.readiness import Slivers
from gis.analysis.requisition_tasks import STRETCH_COLUMNS, TASK_COLUMNS, stretches, task_progress, width_of
from gis.layers import PROJECT, REQUISITION_TASK
from gis.model import BBox, Query, Stage, TownLevel
from gis.rules import RuleBook
from gis.store.port import Store
from gis.workflows.one_entity import read_one
from gis.workflows.plain import Record, records_of
from gis.workflows.record_row import standing_rows

# What an answer is made of.
TASK_LAYERS = ("project", "project_event", "parcel", "parcel_event", "requisition_task", "town", "rule_parameter")
_PROJECT = ("code", "name", "stage", "row_width_m", "geometry")


def list_linear_projects(store: Store, on: date) -> Record:
    """``{on, projects: [{code, name, length_m, tasks}]}``: projects that are a line; ``tasks``: how many are set."""
    frame = store.read("project", Query(on=on, columns=_PROJECT))
    lines = frame[shapely.get_dimensions(shapes_of(frame)) == 1]
    tasks = standing_rows(store, REQUISITION_TASK, on=on)["project_code"].value_counts()
    told = lines[["code", "name"]].assign(
        length_m=lines.geometry.length, tasks=[int(tasks.get(code, 0)) for code in lines["code"]]
    )
    return {"on": on.isoformat(), "projects": records_of(told)}


def list_tasks(store: Store, code: str, on: date) -> Record:
    """
    How the tasks of one project stand, as /api/projects/CODE/tasks sends it.

    ``tasks``: by county where the line runs through several and no task is set for a town, else by town; TASK_COLUMNS
    and ``town_name``, ``note``, ``recorded_at``. ``elsewhere``: tasks of areas of the other level, whose lengths lie in
    the same line and must not be added. ``stretches``: the line in order. All empty where the project is no line.

    Raises
    ------
    NotFound
        The store has no project of this code on that day.
    """
    project = read_one(store, PROJECT, code, on, _PROJECT)
    tasks = _tasks(store, code, on)
    line = project.geometry.iloc[0]
    is_linear = bool(shapely.get_dimensions(line) == 1 and not shapely.is_empty(line))
    answer: Record = {"on": on.isoformat(), "code": code, "name": project["name"].iloc[0], "is_linear": is_linear}
    if not is_linear:
        return {**answer, "tasks": [], "elsewhere": [], "stretches": [], "length_m": 0.0, "set": records_of(tasks)}
    return {**answer, **_measured(store, project, tasks, on)}


def _measured(store: Store, project: gpd.GeoDataFrame, tasks: pd.DataFrame, on: date) -> Record:
    rules = RuleBook.from_frame(store.read("rule_parameter"), on)
    towns = store.read("town", Query(on=on, columns=("code", "name", "level", "geometry")))
    line, width = project.geometry.iloc[0], width_of(project["row_width_m"].iloc[0], rules)
    ready = _ready(store, project, rules, on)
    level = _level(towns, tasks, line)
    slivers = Slivers.of(rules)
    found = {each: stretches(line, width, towns[towns["level"] == each.value], ready, slivers) for each in TownLevel}
    names = dict(zip(towns["code"].tolist(), towns["name"].tolist(), strict=True))
    of_level = tasks["town"].isin(towns["code"][towns["level"] == level.value])
    other = next(each for each in TownLevel if each is not level)
    elsewhere = task_progress(found[other], tasks[~of_level], on)
    return {
        "level": level.value,
        "width_m": width,
        "length_m": float(line.length),
        "tasks": _rows(task_progress(found[level], tasks[of_level], on), tasks, names),
        "elsewhere": _rows(elsewhere[elsewhere["town"].isin(tasks["town"])], tasks, names),
        "stretches": records_of(_merged(found[level]), STRETCH_COLUMNS),
    }


def _level(towns: gpd.GeoDataFrame, tasks: pd.DataFrame, line: shapely.Geometry) -> TownLevel:
    """By towns where a task is set for one, or where the line stays in one county."""
    level_of = dict(zip(towns["code"].tolist(), towns["level"].tolist(), strict=True))
    if any(level_of.get(code) == TownLevel.TOWN.value for code in tasks["town"].tolist()):
        return TownLevel.TOWN
    counties = towns[towns["level"] == TownLevel.COUNTY.value]
    crossed = int(shapely.intersects(shapes_of(counties), line).sum())
    has_tasks = len(tasks) > 0
    return TownLevel.COUNTY if crossed > 1 or (has_tasks and crossed) else TownLevel.TOWN


def _ready(store: Store, project: gpd.GeoDataFrame, rules: RuleBook, on: date) -> np.ndarray:
    """The shapes of ready parcels near the line."""
    strip = project_footprints(project, rules)
    boxes = tuple(BBox(*box) for box in boxes_of(strip).tolist())
    stages = tuple(stage.value for stage in Stage if stage.rank >= rules.ready_stage.rank)
    query = Query(on=on, near=boxes, columns=("parcel_no", "geometry"), where=(("stage", stages),))
    return shapes_of(store.read("parcel", query))


def _rows(found: pd.DataFrame, tasks: pd.DataFrame, names: dict[str, str]) -> list[Record]:
    told = tasks.set_index("town")[["note", "recorded_at"]]
    joined = found.join(told, on="town").assign(town_name=found["town"].map(names))
    return records_of(joined, (*TASK_COLUMNS, "town_name", "note", "recorded_at"))


def _merged(parts: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring stretches that are alike as one."""
    town = parts["town"].fillna("")
    begins = (town != town.shift()) | (parts["is_ready"] != parts["is_ready"].shift())
    ends = begins.shift(-1, fill_value=True)
    return parts[begins.to_numpy()].assign(end_m=parts["end_m"].to_numpy()[ends.to_numpy()])


def _tasks(store: Store, code: str, on: date) -> pd.DataFrame:
    rows = standing_rows(store, REQUISITION_TASK, code, on=on)
    return rows.assign(recorded_at=rows["recorded_at"].astype("str"))[
        ["town", "set_on", "due_on", "note", "recorded_at"]
    ]
