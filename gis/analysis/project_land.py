"""From inputs and parcels' clocks to the assessment of projects: the one place where the analyses meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.blocked import blocked_by_project
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
from gis.analysis.cut import grouped
from gis.analysis.footprints import project_footprints
from gis.analysis.inputs import BLOCKING_COLUMNS, Assessment, Inputs
from gis.analysis.land_words import LandFacts, land_reasons
from gis.analysis.progress import assess_progress
from gis.analysis.readiness import MIN_AREA_M2, Slivers, cut_land
from gis.analysis.risk import MICRO_PER_WAN, apportioned, micro_at_risk, not_ready_share
from gis.rules import RuleBook

_PARTS = ["project_code", "parcel_no", "stage", "area_m2", "is_sliver", "at_risk_wan"]


@dataclass(frozen=True, slots=True)
class Kept:
    """
    What a parcel's event cannot change: the side of an assessment that does not look at parcels.

    Of an earlier assessment of exactly these projects, on the same day, with the same rules, zones, plans,
    reports and rows of projects.

    progress
        As ``assess_progress`` gives it: index ``code``, sorted; ``gis.analysis.progress.COLUMNS`` and
        ``progress_reasons``. ``Assessment.projects`` has these columns.
    conflicts
        As in Assessment.
    """

    progress: pd.DataFrame
    conflicts: pd.DataFrame


def assess_projects(inputs: Inputs, clocks: pd.DataFrame, kept: Kept | None = None) -> Assessment:
    """
    Assess the projects of ``inputs``.

    ``clocks`` are those of all parcels (see ``time_parcels``). With ``kept`` nobody looks at the plans, reports,
    milestones and zones of ``inputs``, which may be empty.
    """
    slivers = Slivers(MIN_AREA_M2, float(inputs.rules.value("land.sliver_width_m")))
    footprints = project_footprints(inputs.projects, inputs.rules)
    cut = cut_land(footprints, inputs.parcels, slivers)
    kept = kept or _without_parcels(inputs, footprints, slivers)
    projects, conflicts = _own(inputs.projects).join(kept.progress), kept.conflicts
    chemical = chemical_outside_park(inputs.projects, inputs.parks)
    needed = needed_parcels(cut, clocks, inputs.rules)
    blocking = blocking_parts(needed)
    projects = _with_land(projects.join(land_columns(footprints, cut, inputs.rules)), needed, inputs)
    projects = _with_flags(projects, blocking, _conflicting(conflicts, chemical), inputs.rules)
    projects["at_risk_wan"], at_risk = _at_risk(projects, blocking, cut.parts, inputs)
    projects["reasons"] = _reasons(projects, blocking, conflicts, chemical, inputs)
    holding_up = blocking.assign(at_risk_wan=at_risk[blocking.index])
    return Assessment(
        on=inputs.on,
        projects=projects.drop(columns=["lacks_parcels", "waits_for_land"]),
        parts=cut.parts.assign(at_risk_wan=at_risk)[_PARTS],
        blocking=holding_up[["project_code", *BLOCKING_COLUMNS]].reset_index(drop=True),
        conflicts=conflicts,
        parcels=clocks[clocks.index.isin(cut.parts["parcel_no"].dropna())],
        overlaps=cut.overlaps,
        footprints=footprints,
    )


def _without_parcels(inputs: Inputs, footprints: gpd.GeoDataFrame, slivers: Slivers) -> Kept:
    """What can be said of the projects without a look at parcels."""
    conflicts = find_conflicts(footprints, _own(inputs.projects), inputs.zones, inputs.rules, slivers)
    return Kept(assess_progress(inputs), conflicts)


def _own(projects: gpd.GeoDataFrame) -> pd.DataFrame:
    """The projects' own attributes, by code."""
    return pd.DataFrame(projects.drop(columns=projects.geometry.name)).set_index("code").sort_index()


def _conflicting(conflicts: pd.DataFrame, chemical: pd.Series) -> pd.Series:
    real = conflicts.loc[~conflicts["is_sliver"].to_numpy(dtype=bool), "project_code"]
    return pd.Series(chemical.index.isin(real), index=chemical.index) | chemical


def _with_land(projects: pd.DataFrame, needed: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """The projects with the days on which their land is ready, and the float before the planned start."""
    frame = projects.join(ready_dates(projects, needed, Clock.of(inputs.on, inputs.rules)))
    frame["float_days"] = (frame["planned_start_on"] - frame["ready_expected_on"]).dt.days.astype("float64")
    frame["float_earliest_days"] = (frame["planned_start_on"] - frame["ready_earliest_on"]).dt.days.astype("float64")
    return frame


def _with_flags(
    projects: pd.DataFrame, blocking: pd.DataFrame, conflicting: pd.Series, rules: RuleBook
) -> pd.DataFrame:
    """The projects with readiness class and flags."""
    flags = flag_columns(projects, blocking, conflicting, int(rules.value("land.tight_float_days")))
    tuples = flag_tuples(flags)
    return projects.assign(
        readiness=readiness_class(projects, blocking),
        flags=tuples,
        worst_flag=tuples.map(lambda codes: codes[0] if codes else "").astype("str"),
        waits_for_land=flags["waits_for_land"],
    )


def _at_risk(
    projects: pd.DataFrame, blocking: pd.DataFrame, parts: pd.DataFrame, inputs: Inputs
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Investment at risk (万元) of each project, and of each part that it hangs on; zero elsewhere."""
    of_project, of_part = np.zeros(len(projects)), np.zeros(len(parts))
    areas, carrying = parts["area_m2"].to_numpy(), _carrying(projects, blocking, parts)
    for number, project in enumerate(projects.itertuples()):
        rows = carrying.get(number)
        if not project.waits_for_land or rows is None:
            continue
        share = not_ready_share(inputs.on, _date(project.planned_start_on), _date(project.ready_expected_on))
        micro = micro_at_risk(_remaining(project), share)
        of_project[number] = micro / MICRO_PER_WAN
        of_part[rows] = np.array(apportioned(micro, areas[rows].tolist())) / MICRO_PER_WAN
    return of_project, of_part


def _carrying(projects: pd.DataFrame, blocking: pd.DataFrame, parts: pd.DataFrame) -> Mapping[int, Any]:
    """Of each project, by position, the rows of ``parts`` that carry its risk: blocking parcels, uncovered land."""
    owner = parts["project"].to_numpy()
    carries = (parts["parcel"] < 0).to_numpy() & projects["lacks_parcels"].to_numpy(dtype=bool)[owner]
    carries[blocking.index] = True
    rows = np.flatnonzero(carries)
    return dict(grouped(owner[rows], rows))


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
    rules, struck, outside = inputs.rules, _real_conflicts(conflicts), chemical.tolist()
    earliest, expected = Clock.of(inputs.on, rules).whole_procedure()
    blocked = blocked_by_project(blocking, len(projects))
    rows: Any = projects.reset_index().to_dict("records")
    reasons = [
        (
            *row["progress_reasons"],
            *land_reasons(
                LandFacts(
                    on=inputs.on,
                    project=row,
                    blocked=blocked[number],
                    conflicts=struck.get(row["code"], []),
                    is_chemical_outside=outside[number],
                    whole_on=(pd.Timestamp(earliest), pd.Timestamp(expected)),
                    ready=rules.ready_stage.words,
                    point_radius_m=float(rules.value("land.point_radius_m")),
                )
            ),
        )
        for number, row in enumerate(rows)
    ]
    return pd.Series(reasons, index=projects.index, dtype=object)


def _real_conflicts(conflicts: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Of each project, the conflicts that are no slivers."""
    result: dict[str, list[dict[str, Any]]] = {}
    rows: Any = conflicts[~conflicts["is_sliver"].to_numpy(dtype=bool)].to_dict("records")
    for row in rows:
        result.setdefault(row["project_code"], []).append(row)
    return result
