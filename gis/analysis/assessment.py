"""The assessment of a county's projects on one day: how far each is, and whether its land will be there in time."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.clock import time_parcels
from gis.analysis.footprints import project_footprints
from gis.analysis.inputs import Assessment, Changes, Inputs
from gis.analysis.project_land import assess_projects

__all__ = ["Assessment", "Changes", "Inputs", "assess", "reassess"]

_TABLES = ("parts", "blocking", "conflicts", "overlaps")


def assess(inputs: Inputs) -> Assessment:
    """
    Assess every project.

    Raises
    ------
    CrsMismatch
        Projects, parcels and zones are not in one reference system.
    InvalidValue
        A rule cannot be read.
    """
    parcels = time_parcels(inputs.parcels, inputs.events, inputs.rules, inputs.on)
    return assess_projects(inputs, parcels)


def reassess(previous: Assessment, inputs: Inputs, changes: Changes) -> Assessment:
    """
    Assess anew only what ``changes`` touch; equal to ``assess(inputs)``.

    ``inputs`` are the new ones, for the same day and rules as ``previous``. Touched are the changed projects,
    and those on whose land a changed parcel lies or lay.
    """
    changed = _changed_parcels(previous, inputs, changes)
    parcels = _timed_anew(previous, inputs, changed)
    touched = _touched_projects(previous, inputs, changes, changed)
    anew = assess_projects(_only(inputs, touched), parcels)
    kept = ~previous.projects.index.isin(touched | _gone(previous.projects.index, inputs.projects["code"]))
    projects = _joined(previous.projects[kept], anew.projects).sort_index()
    tables = {name: _spliced(getattr(previous, name), getattr(anew, name), projects.index, touched) for name in _TABLES}
    return Assessment(on=inputs.on, projects=projects, parcels=parcels, **tables)


def _gone(before: pd.Index, now: pd.Series) -> set[str]:
    return set(before.difference(pd.Index(now)))


def _changed_parcels(previous: Assessment, inputs: Inputs, changes: Changes) -> set[str]:
    """Changed, new and deleted parcels."""
    return set(changes.parcels) | set(
        previous.parcels.index.symmetric_difference(pd.Index(inputs.parcels["parcel_no"]))
    )


def _timed_anew(previous: Assessment, inputs: Inputs, changed: set[str]) -> pd.DataFrame:
    """The clocks of all parcels, those of changed ones run anew."""
    rows = inputs.parcels[inputs.parcels["parcel_no"].isin(changed)]
    events = inputs.events
    events = None if events is None else events[events["parcel_no"].isin(changed)]
    anew = time_parcels(rows, events, inputs.rules, inputs.on)
    return _joined(previous.parcels[~previous.parcels.index.isin(changed)], anew).sort_index()


def _touched_projects(previous: Assessment, inputs: Inputs, changes: Changes, changed: set[str]) -> set[str]:
    """Changed and new projects, those on which changed parcels had a part, and those that they now lie on."""
    had = previous.parts.loc[previous.parts["parcel_no"].isin(changed), "project_code"]
    new = set(inputs.projects["code"]) - set(previous.projects.index)
    footprints = project_footprints(inputs.projects, inputs.rules)
    shapes = np.asarray(inputs.parcels.geometry.to_numpy(), dtype=object)[inputs.parcels["parcel_no"].isin(changed)]
    met = shapely.STRtree(shapes).query(np.asarray(footprints.geometry.to_numpy(), dtype=object))[0]
    return set(changes.projects) | new | set(had) | set(footprints["project_code"].iloc[met])


def _only(inputs: Inputs, codes: set[str]) -> Inputs:
    """The inputs of these projects, with the parcels near them."""
    projects = inputs.projects[inputs.projects["code"].isin(codes)]
    return replace(
        inputs,
        projects=projects,
        parcels=_near(inputs.parcels, project_footprints(projects, inputs.rules)),
        plans=inputs.plans[inputs.plans["project_code"].isin(codes)],
        reports=inputs.reports[inputs.reports["project_code"].isin(codes)],
        milestones=inputs.milestones[inputs.milestones["project_code"].isin(codes)],
    )


def _near(parcels: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The parcels whose boxes meet a footprint's."""
    tree = shapely.STRtree(np.asarray(footprints.geometry.to_numpy(), dtype=object))
    return parcels.iloc[np.unique(tree.query(np.asarray(parcels.geometry.to_numpy(), dtype=object))[0])]


def _joined(kept: pd.DataFrame, anew: pd.DataFrame) -> pd.DataFrame:
    """Both tables as one; an empty one has no say in the columns' types."""
    filled = [frame for frame in (kept, anew) if len(frame)]
    return pd.concat(filled) if filled else anew


def _spliced(before: pd.DataFrame, anew: pd.DataFrame, codes: pd.Index, touched: set[str]) -> pd.DataFrame:
    """A table by project with the rows of touched projects replaced and those of projects that are gone left out."""
    kept = before[before["project_code"].isin(codes) & ~before["project_code"].isin(touched)]
    return _joined(kept, anew).sort_values("project_code", kind="stable", ignore_index=True)
