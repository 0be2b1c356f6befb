"""From inputs and parcels' clocks to the assessment of projects: the one place where the analyses meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.analysis.bottleneck import (
    blocking_parts,
    flag_columns,
    flag_tuples,
    land_columns,
    needed_parcels,
    readiness_class,
    ready_dates,
)
from gis.analysis.clock import Clock
from gis.analysis.conflicts import chemical_outside_park, find_conflicts
from gis.analysis.footprints import project_footprints
from gis.analysis.inputs import Assessment, Inputs
from gis.analysis.land_words import LandFacts, land_reasons
from gis.analysis.progress import assess_progress
from gis.analysis.readiness import MIN_AREA_M2, Slivers, cut_land
from gis.analysis.risk import MICRO_PER_WAN, apportioned, micro_at_risk, not_ready_share
from gis.rules import RuleBook

_PARTS = ["project_code", "parcel_no", "stage", "area_m2", "is_sliver", "at_risk_wan"]
_BLOCKING = [
    "project_code",
    "parcel_no",
    "stage",
    "area_m2",
    "ready_earliest_on",
    "ready_expected_on",
    "held",
    "overdue_stage",
    "at_risk_wan",
    "reason",
]


def assess_projects(inputs: Inputs, clocks: pd.DataFrame) -> Assessment:
    """Assess the projects of ``inputs``; ``clocks`` are those of all parcels (see ``time_parcels``)."""
    slivers = _slivers(inputs.rules)
    footprints = project_footprints(inputs.projects, inputs.rules)
    cut = cut_land(footprints, inputs.parcels, slivers)
    projects = _with_progress(inputs)
    conflicts = find_conflicts(footprints, projects, inputs.zones, inputs.rules, slivers)
    needed = needed_parcels(cut, clocks, inputs.rules)
    blocking = blocking_parts(needed)
    chemical = chemical_outside_park(inputs.projects, inputs.parks)
    land = land_columns(footprints, cut, projects.index, inputs.rules)
    projects = _with_land(projects, land, needed, blocking, _conflicting(conflicts, chemical), inputs)
    parts = cut.parts.assign(at_risk_wan=0.0)
    _put_at_risk(projects, blocking, parts, inputs)
    blocking = blocking.assign(at_risk_wan=parts["at_risk_wan"].reindex(blocking.index))
    projects["reasons"] = _reasons(projects, blocking, conflicts, chemical, inputs)
    return Assessment(
        on=inputs.on,
        projects=projects.drop(columns=["progress_reasons", "lacks_parcels", "waits_for_land"]),
        parts=parts[_PARTS],
        blocking=blocking[_BLOCKING].reset_index(drop=True),
        conflicts=conflicts,
        parcels=clocks,
        overlaps=cut.overlaps,
    )


def _slivers(rules: RuleBook) -> Slivers:
    return Slivers(MIN_AREA_M2, float(rules.value("land.sliver_width_m")))


def _with_progress(inputs: Inputs) -> pd.DataFrame:
    """The projects' own attributes and their progress, by code."""
    own = pd.DataFrame(inputs.projects.drop(columns=inputs.projects.geometry.name))
    return own.set_index("code").sort_index().join(assess_progress(inputs))


def _conflicting(conflicts: pd.DataFrame, chemical: pd.Series) -> pd.Series:
    real = conflicts.loc[~conflicts["is_sliver"].to_numpy(dtype=bool), "project_code"]
    return pd.Series(chemical.index.isin(real), index=chemical.index) | chemical


def _with_land(
    projects: pd.DataFrame,
    land: pd.DataFrame,
    needed: pd.DataFrame,
    blocking: pd.DataFrame,
    conflicting: pd.Series,
    inputs: Inputs,
) -> pd.DataFrame:
    """The projects with their land columns, dates and flags."""
    frame = projects.join(land).join(ready_dates(land, needed, Clock.of(inputs.on, inputs.rules)))
    frame["float_days"] = (frame["planned_start_on"] - frame["ready_expected_on"]).dt.days.astype("float64")
    frame["float_earliest_days"] = (frame["planned_start_on"] - frame["ready_earliest_on"]).dt.days.astype("float64")
    frame["readiness"] = readiness_class(land, blocking)
    flags = flag_columns(frame, blocking, conflicting, int(inputs.rules.value("land.tight_float_days")))
    frame["flags"] = flag_tuples(flags)
    frame["worst_flag"] = frame["flags"].map(lambda flags: flags[0] if flags else "").astype("str")
    return frame.assign(waits_for_land=flags["waits_for_land"], at_risk_wan=0.0)


def _put_at_risk(projects: pd.DataFrame, blocking: pd.DataFrame, parts: pd.DataFrame, inputs: Inputs) -> None:
    """Fill ``at_risk_wan`` of the projects that wait for land, and of the parts that it hangs on."""
    project_risk, part_risk = projects["at_risk_wan"].to_numpy().copy(), parts["at_risk_wan"].to_numpy().copy()
    rows = _risk_rows(projects, blocking, parts)
    for number, project in enumerate(projects.itertuples()):
        if not project.waits_for_land or project.Index not in rows:
            continue
        share = not_ready_share(inputs.on, _date(project.planned_start_on), _date(project.ready_expected_on))
        micro = micro_at_risk(_remaining(project), share)
        at = rows[project.Index]
        project_risk[number] = micro / MICRO_PER_WAN
        part_risk[at] = np.array(apportioned(micro, parts["area_m2"].to_numpy()[at].tolist())) / MICRO_PER_WAN
    projects["at_risk_wan"], parts["at_risk_wan"] = project_risk, part_risk


def _risk_rows(projects: pd.DataFrame, blocking: pd.DataFrame, parts: pd.DataFrame) -> Mapping[Any, Any]:
    """Of each project, the rows of ``parts`` (by position) that carry its risk: blocking parcels, uncovered land."""
    lacking = projects.index[projects["lacks_parcels"]]
    bare = parts.index[parts["parcel_no"].isna() & parts["project_code"].isin(lacking)]
    carrying = parts.loc[blocking.index.union(bare), "project_code"]
    return {code: carrying.index[at].to_numpy() for code, at in carrying.groupby(carrying).indices.items()}


def _remaining(project: Any) -> float:
    """What is left of this year's plan (万元); NaN without a plan."""
    invested = 0.0 if pd.isna(project.invested_wan) else project.invested_wan
    return float(project.plan_wan - invested)


def _date(value: Any) -> Any:
    return None if pd.isna(value) else value.date()


def _reasons(
    projects: pd.DataFrame, blocking: pd.DataFrame, conflicts: pd.DataFrame, chemical: pd.Series, inputs: Inputs
) -> pd.Series:
    """The reasons of each project: progress first, then land, worst first."""
    ready = inputs.rules.ready_stage.words
    whole = Clock.of(inputs.on, inputs.rules).whole_procedure()
    whole_on = (pd.Timestamp(whole[0]), pd.Timestamp(whole[1]))
    blocked, struck = _by_project(blocking), _by_project(conflicts[~conflicts["is_sliver"].astype(bool)])
    reasons = []
    rows: Any = projects.reset_index().to_dict("records")
    for row in rows:
        facts = LandFacts(
            project={**row, "on": inputs.on},
            blocking=blocked.get(row["code"], []),
            conflicts=struck.get(row["code"], []),
            whole_on=whole_on,
            ready=ready,
            is_chemical_outside=bool(chemical[row["code"]]),
            point_radius_m=float(inputs.rules.value("land.point_radius_m")),
        )
        reasons.append((*row["progress_reasons"], *land_reasons(facts)))
    return pd.Series(reasons, index=projects.index, dtype=object)


def _by_project(frame: pd.DataFrame | gpd.GeoDataFrame) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        rows.setdefault(row["project_code"], []).append({str(key): value for key, value in row.items()})
    return rows
