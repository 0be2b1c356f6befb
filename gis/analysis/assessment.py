"""The assessment of a county's projects on one day: how far each is, and whether its land will be there in time."""

from __future__ import annotations

from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.clock import time_parcels
from gis.analysis.inputs import Assessment, Changes, Inputs, Source
from gis.analysis.project_land import assess_projects

__all__ = ["Assessment", "Changes", "Inputs", "Source", "assess", "reassess"]

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


def reassess(previous: Assessment, source: Source, changes: Changes) -> Assessment:
    """
    Assess anew only what ``changes`` touch; equal to assessing all that ``source`` has.

    ``source`` gives the present inputs, for the same day, rules, zones, towns and parks as ``previous``. Touched are
    the changed projects, and those on whose land a changed parcel lies or lay.
    """
    touched = touched_projects(previous, source, changes)
    anew = assess(source.inputs_of(touched))
    projects = _joined(previous.projects[~previous.projects.index.isin(touched)], anew.projects).sort_index()
    tables = {name: _spliced(getattr(previous, name), getattr(anew, name), touched) for name in _TABLES}
    parcels = _joined(_kept_clocks(previous, anew, tables["parts"], touched), anew.parcels).sort_index()
    footprints = cast("gpd.GeoDataFrame", _spliced(previous.footprints, anew.footprints, touched))
    return Assessment(on=previous.on, projects=projects, parcels=parcels, footprints=footprints, **tables)


def touched_projects(previous: Assessment, source: Source, changes: Changes) -> set[str]:
    """Changed projects, those on which changed parcels had a part, and those that they may lie on now."""
    had = previous.parts.loc[previous.parts["parcel_no"].isin(changes.parcels), "project_code"]
    shapes = np.asarray(source.parcels(changes.parcels).geometry.to_numpy(), dtype=object)
    land = previous.footprints
    met = shapely.STRtree(shapes).query(np.asarray(land.geometry.to_numpy(), dtype=object))[0]
    return set(changes.projects) | set(had) | set(land["project_code"].iloc[met])


def _kept_clocks(previous: Assessment, anew: Assessment, parts: pd.DataFrame, touched: set[str]) -> pd.DataFrame:
    """The clocks that were not run anew, without those of parcels that have left their last project."""
    were = set(previous.parts.loc[previous.parts["project_code"].isin(touched), "parcel_no"].dropna())
    run_anew = set(anew.parcels.index)
    left = were - run_anew
    gone = left - set(parts.loc[parts["parcel_no"].isin(left), "parcel_no"])
    return previous.parcels.drop(index=list(gone | run_anew), errors="ignore")


def _joined(kept: pd.DataFrame, anew: pd.DataFrame) -> pd.DataFrame:
    """Both tables as one; an empty one has no say in the columns' types."""
    filled = [frame for frame in (kept, anew) if len(frame)]
    return pd.concat(filled) if filled else anew


def _spliced(before: pd.DataFrame, anew: pd.DataFrame, touched: set[str]) -> pd.DataFrame:
    """A table by project with the rows of touched projects replaced."""
    kept = before[~before["project_code"].isin(touched)]
    return _joined(kept, anew).sort_values("project_code", kind="stable", ignore_index=True)
