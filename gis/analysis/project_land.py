"""From inputs and parcels' clocks to the assessment of projects: the one place where the analyses meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.analysis.blocked import blocked_by_project
from gis.analysis.bottleneck import (
    NO_DAY,
    Needed,
    blocking_parts,
    clock_places,
    flags_of,
    land_columns,
    needed_parcels,
    quota_columns,
    readiness_class,
    ready_columns,
    waiting_for_land,
)
from gis.analysis.clock import Clock
from gis.analysis.columns import Columns, Rows, Texts, objects, places_by, plain, texts
from gis.analysis.conflicts import chemical_outside_park, find_conflicts
from gis.analysis.cut import grouped
from gis.analysis.footprints import project_footprints
from gis.analysis.inputs import BLOCKING_COLUMNS, Assessment, Inputs
from gis.analysis.land_words import CONFLICT, SAID_OF, LandFacts, land_reasons
from gis.analysis.overlap_area import Floats
from gis.analysis.progress import assess_progress
from gis.analysis.quota import Quota, takes_quota
from gis.analysis.readiness import STAGES, Bools, LandCut, Slivers, cut_land
from gis.analysis.risk import MICRO_PER_WAN, apportioned, micro_at_risk, not_ready_share
from gis.rules import RuleBook
from gis.words import Words

# The columns of projects and of their progress that their land is judged by.
LOOKED_AT = ("stage", "planned_start_on", "started", "plan_wan", "invested_wan")
# The columns that this module and its analyses give, in their order.
_JUDGED = (
    *("footprint_m2", "uncovered_m2", "overlap_m2", "geometry_kind", "ready_m2", "ready_share", "stage_m2"),
    *("is_uncovered", "is_chemical_outside"),
    *("ready_earliest_on", "ready_expected_on", "float_days", "float_earliest_days"),
    *("quota_m2", "quota_left_m2"),
    *("readiness", "flags", "worst_flag", "at_risk_wan", "reasons"),
)


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


@dataclass(frozen=True, slots=True)
class By:
    """
    What land is judged by: the day, its rules, the clocks of its parcels (see ``time_parcels``), what is left of the
    year's quota (m², None: not known) and, where it is known, which of those parcels take some of it.
    """

    on: date
    rules: RuleBook
    clocks: pd.DataFrame
    left_m2: float | None
    takes: Bools

    @classmethod
    def of(cls, on: date, rules: RuleBook, parcels: pd.DataFrame, clocks: pd.DataFrame, quota: Quota | None) -> By:
        """Of these parcels and their clocks."""
        if quota is None:
            return cls(on, rules, clocks, None, np.zeros(len(clocks), dtype=bool))
        return cls(on, rules, clocks, quota.left_m2, takes_quota(parcels)[places_by(parcels["parcel_no"])])


@dataclass(frozen=True, slots=True)
class JudgedProjects:
    """
    ``projects`` and ``conflicts`` as Assessment has them; and what its other tables are made of: the land, and the
    investment at risk (万元) of each part.
    """

    projects: pd.DataFrame
    conflicts: pd.DataFrame
    land: _Land
    at_risk: Floats


def judge_projects(inputs: Inputs, clocks: pd.DataFrame, kept: Kept | None = None) -> JudgedProjects:
    """
    Judge the projects of ``inputs``.

    ``clocks`` are those of all parcels (see ``time_parcels``). With ``kept`` nobody looks at the plans, reports,
    milestones and zones of ``inputs``, which may be empty.
    """
    rules, made = inputs.rules, inputs.footprints
    slivers = Slivers.of(rules)
    footprints = project_footprints(inputs.projects, rules) if made is None else made
    cut = cut_land(footprints, inputs.parcels, slivers)
    kept = kept or _without_parcels(inputs, footprints, slivers)
    known = _known(inputs.projects, kept.progress)
    chemical = chemical_outside_park(inputs.projects, inputs.parks).to_numpy(dtype=bool)
    struck = _Struck.of(kept.conflicts, chemical)
    by = By.of(inputs.on, rules, inputs.parcels, clocks, inputs.quota)
    land = _Land.of(footprints["geometry_kind"].array, cut, by)
    columns, at_risk = _judged(known, land, struck, by)
    return JudgedProjects(pd.concat([known, columns], axis=1), kept.conflicts, land, at_risk)


def judge_projects_again(before: pd.DataFrame, conflicts: pd.DataFrame, cut: LandCut, by: By) -> pd.DataFrame:
    """
    The columns that parcels have a say in, of projects of which nothing changed but the clocks of their parcels.

    ``before`` is what an assessment said of them and ``conflicts`` is as in Assessment, ``cut`` their land (see
    ``gis.analysis.kept_land``).
    """
    struck = _Struck.of(conflicts, before["is_chemical_outside"].to_numpy(dtype=bool))
    return _judged(before, _Land.of(before["geometry_kind"].array, cut, by), struck, by)[0]


def assess_projects(inputs: Inputs, clocks: pd.DataFrame, kept: Kept | None = None) -> Assessment:
    """Judge the projects of ``inputs`` (see ``judge_projects``), and say what each judgement hangs on."""
    judged = judge_projects(inputs, clocks, kept)
    land = judged.land
    return Assessment(
        on=inputs.on,
        projects=judged.projects,
        parts=land.cut.table(at_risk_wan=judged.at_risk),
        blocking=_blocking_table(land, judged.at_risk),
        conflicts=judged.conflicts,
        parcels=clocks.iloc[_clocks_of_parts(land.cut, clocks)],
        overlaps=land.cut.overlaps,
    )


def _without_parcels(inputs: Inputs, footprints: gpd.GeoDataFrame, slivers: Slivers) -> Kept:
    """What can be said of the projects without a look at parcels."""
    conflicts = find_conflicts(footprints, _own(inputs.projects), inputs.zones, inputs.rules, slivers)
    return Kept(assess_progress(inputs), conflicts)


def _own(projects: gpd.GeoDataFrame) -> pd.DataFrame:
    """The projects' own attributes, by code."""
    own = pd.DataFrame(projects).set_index("code")
    del own[projects.geometry.name]
    return own if len(own) < 2 or own.index.is_monotonic_increasing else own.sort_index()


def _known(projects: gpd.GeoDataFrame, progress: pd.DataFrame) -> pd.DataFrame:
    """The projects' own attributes and their progress, by code."""
    own = _own(projects)
    return pd.concat([own, progress if progress.index.equals(own.index) else progress.loc[own.index]], axis=1)


@dataclass(frozen=True, slots=True)
class _Land:
    """
    The projects' land.

    It is cut by parcels; ``columns`` measure it. Some of the parcels are needed, and some of those hold the
    project up. ``whole_on``: when land can be ready that nobody has listed yet, at the earliest and as usual.
    """

    cut: LandCut
    columns: dict[str, Any]
    needed: Needed
    blocking: Needed
    clocks: pd.DataFrame
    whole_on: tuple[np.datetime64, np.datetime64]

    @classmethod
    def of(cls, kinds: Texts, cut: LandCut, by: By) -> _Land:
        columns = land_columns(kinds, cut, by.rules)
        needed = needed_parcels(cut, by.clocks, by.rules)
        columns |= quota_columns(needed, by.takes, by.left_m2, len(kinds))
        # Where everything is listed nobody asks for it.
        whole_on = Clock.of(by.on, by.rules).whole_procedure() if columns["lacks_parcels"].any() else (NO_DAY, NO_DAY)
        return cls(cut, columns, needed, blocking_parts(needed), by.clocks, whole_on)


@dataclass(frozen=True, slots=True)
class _Struck:
    """Projects in conflict: the conflicts of each that are no slivers, by code; which are chemical outside a park."""

    conflicts: Mapping[str, list[dict[str, Any]]]
    is_chemical_outside: Bools

    @classmethod
    def of(cls, conflicts: pd.DataFrame, is_chemical_outside: Bools) -> _Struck:
        found: dict[str, list[dict[str, Any]]] = {}
        rows = zip(*(conflicts[name].tolist() for name in ("is_sliver", "project_code", *CONFLICT)), strict=True)
        for is_sliver, code, *said in rows:
            if not is_sliver:
                found.setdefault(code, []).append(dict(zip(CONFLICT, said, strict=True)))
        return cls(found, is_chemical_outside)

    def among(self, codes: pd.Index) -> Bools:
        """Which of these projects, sorted by code, are in conflict."""
        return np.array([code in self.conflicts for code in codes], dtype=bool) | self.is_chemical_outside


def _judged(known: pd.DataFrame, land: _Land, struck: _Struck, by: By) -> tuple[pd.DataFrame, Floats]:
    """What is said of each project's land, and the investment at risk (万元) of each part."""
    columns = _land_said(known, land, struck, by.rules)
    columns["at_risk_wan"], at_risk = _at_risk(columns, land, by.on)
    columns["reasons"] = objects(_reasons(known, columns, land, struck, by))
    return pd.DataFrame({name: columns[name] for name in _JUDGED}, index=known.index), at_risk


def _land_said(known: pd.DataFrame, land: _Land, struck: _Struck, rules: RuleBook) -> dict[str, Any]:
    """How far each project's land is, as columns, with those of ``known`` that it rests on."""
    columns = {**{name: known[name].to_numpy() for name in LOOKED_AT}, **land.columns}
    columns |= ready_columns(columns, land.needed, land.whole_on)
    columns["is_chemical_outside"] = struck.is_chemical_outside
    columns["waits_for_land"] = waiting_for_land(columns, land.blocking)
    columns["readiness"] = texts(readiness_class(columns, land.blocking))
    flags = flags_of(columns, land.blocking, struck.among(known.index), int(rules.value("land.tight_float_days")))
    columns["flags"] = objects(flags)
    columns["worst_flag"] = texts(objects([codes[0] if codes else "" for codes in flags]))
    return columns


def _at_risk(projects: Columns, land: _Land, on: date) -> tuple[Floats, Floats]:
    """Investment at risk (万元) of each project, and of each part that it hangs on; zero elsewhere."""
    areas = land.cut.parts.area_m2
    of_project, of_part = np.zeros(len(projects["waits_for_land"])), np.zeros(len(areas))
    names = ("waits_for_land", "planned_start_on", "ready_expected_on", "plan_wan", "invested_wan")
    carrying = _carrying(projects["lacks_parcels"], land)
    for number, facts in enumerate(zip(*(plain(projects[name]) for name in names), strict=True)):
        waits, planned_on, ready_on, plan_wan, invested_wan = facts
        if not waits or number not in carrying:
            continue
        left_wan = plan_wan - (0.0 if isnan(invested_wan) else invested_wan)
        micro, rows = micro_at_risk(left_wan, not_ready_share(on, planned_on, ready_on)), carrying[number]
        of_project[number] = micro / MICRO_PER_WAN
        of_part[rows] = np.array(apportioned(micro, areas[rows].tolist())) / MICRO_PER_WAN
    return of_project, of_part


def _carrying(lacks: Bools, land: _Land) -> Mapping[int, Rows]:
    """Of each project, by position, the parts that carry its risk: blocking parcels, uncovered land."""
    parts = land.cut.parts
    carries = (parts.parcel < 0) & lacks[parts.project]
    carries[land.blocking.part] = True
    rows = np.flatnonzero(carries)
    return dict(grouped(parts.project[rows], rows))


def _reasons(known: pd.DataFrame, judged: Columns, land: _Land, struck: _Struck, by: By) -> list[tuple[Words, ...]]:
    """The reasons of each project: progress first, then land, worst first."""
    said = [plain(judged[name]) for name in SAID_OF]
    rows = (dict(zip(SAID_OF, values, strict=True)) for values in zip(*said, strict=True))
    whole_on = plain(np.array(land.whole_on))
    ready, radius_m = by.rules.ready_stage.words, float(by.rules.value("land.point_radius_m"))
    each = zip(
        *(known.index, known["progress_reasons"], rows, struck.is_chemical_outside.tolist()),
        blocked_by_project(land.blocking, land.clocks, land.cut.numbers, len(known)),
        strict=True,
    )
    return [
        (
            *of_progress,
            *land_reasons(
                LandFacts(
                    on=by.on,
                    project=row,
                    blocked=blocked,
                    conflicts=struck.conflicts.get(code, ()),
                    is_chemical_outside=is_outside,
                    whole_on=(whole_on[0], whole_on[1]),
                    ready=ready,
                    point_radius_m=radius_m,
                )
            ),
        )
        for code, of_progress, row, is_outside, blocked in each
    ]


def _blocking_table(land: _Land, at_risk: Floats) -> pd.DataFrame:
    blocking, clocks = land.blocking, land.clocks
    columns = {
        "parcel_no": land.cut.numbers.take(blocking.parcel),
        "stage": STAGES.take(blocking.rank),
        "area_m2": blocking.area_m2,
        "ready_earliest_on": blocking.ready_earliest_on,
        "ready_expected_on": blocking.ready_expected_on,
        "held": blocking.held,
        "overdue_stage": clocks["overdue_stage"].array.take(blocking.clock),
        "at_risk_wan": at_risk[blocking.part],
        "reason": clocks["reason"].to_numpy()[blocking.clock],
    }
    codes = land.cut.codes.take(blocking.project)
    return pd.DataFrame({"project_code": codes, **{name: columns[name] for name in BLOCKING_COLUMNS}})


def _clocks_of_parts(cut: LandCut, clocks: pd.DataFrame) -> Rows:
    """The positions of the clocks of all parcels that have a part in a project."""
    parcels = np.unique(cut.parts.parcel)
    return clock_places(cut, clocks)[parcels[parcels >= 0]]
