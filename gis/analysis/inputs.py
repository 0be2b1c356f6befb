"""What an assessment reads, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from gis.analysis.quota import Quota
from gis.rules import RuleBook

# What ``Assessment.blocking`` says of each part, beside its project.
BLOCKING_COLUMNS = (
    "parcel_no",
    "stage",
    "area_m2",
    "ready_earliest_on",
    "ready_expected_on",
    "held",
    "overdue_stage",
    "at_risk_wan",
    "reason",
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """
    What an assessment reads, as the store gave it for day ``on`` (see gis.store.port for the frames).

    ``projects``, ``parcels``, ``zones``, ``parks`` share one projected CRS in metres.
    ``plans`` are project_plan rows, ``reports`` progress_report rows (only periods ended by ``on``),
    ``milestones`` milestone rows. ``events`` are parcel_event rows up to ``on``; without them a parcel's
    earlier steps count as taken on its present stage's date.

    ``parcels`` and ``events`` may be those near the projects only: the others change nothing. ``footprints`` are
    those of the projects, where somebody made them already (see ``project_footprints``). ``quota`` is that of the
    year of ``on``, None where none is known.
    """

    on: date
    projects: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    parks: gpd.GeoDataFrame
    plans: pd.DataFrame
    reports: pd.DataFrame
    milestones: pd.DataFrame
    rules: RuleBook
    events: pd.DataFrame | None = None
    footprints: gpd.GeoDataFrame | None = None
    quota: Quota | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """
    Keys of projects and parcels that were changed, added or deleted since an assessment was made.

    ``replaced``: those of the parcels of which more changed than what their events say. ``quota``: what is left of the
    year's quota may be another, which concerns every project.
    """

    projects: frozenset[str] = frozenset()
    parcels: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
    quota: bool = False

    @property
    def are_events(self) -> bool:
        """Nothing changed but what events say of parcels."""
        return not (self.projects or self.replaced)


@dataclass(frozen=True, slots=True)
class Assessment:
    """
    Results for one day. No frame is ever changed after it was made.

    projects
        One row a project, index ``code``, sorted. Columns, beside the project's own attributes
        (name … remark, stage as ``str`` codes; no geometry):

        progress: ``year``, ``months_elapsed`` (int), ``expected_share`` (0–1), ``plan_wan``,
        ``invested_wan``, ``stat_invested_wan``, ``done_share`` (no cap; NaN without a plan),
        ``gap_pp`` (percentage points), ``shortfall_wan`` (how far behind the expected amount; ≤ 0 is ahead),
        ``required_monthly_wan`` (to year's end), ``forecast_wan`` (year's end by the last three months' rate),
        ``forecast_share``, ``lamp`` (Lamp code), ``started`` (bool), ``due_to_start`` (bool: planned start
        reached, not cancelled), ``start_lamp`` (Lamp code, "none" once started or not due),
        ``start_months_late`` (int), ``stagnant`` (bool), ``image_percent``, ``last_report_on`` (datetime64),
        ``progress_reasons`` (tuple of Words: those of ``reasons`` that progress gives).

        land: ``geometry_kind`` ("polygon", "line", "point", "none"), ``footprint_m2``, ``ready_m2``,
        ``ready_share`` (NaN without a footprint), ``uncovered_m2``, ``overlap_m2`` (land under two or more
        parcels), ``stage_m2`` (dict Stage code → m²; with ``uncovered_m2`` they sum to ``footprint_m2``),
        ``is_uncovered`` (bool: more than slivers of it lie under no parcel), ``is_chemical_outside`` (bool: chemical,
        and not in a park that allows chemicals),
        ``ready_earliest_on``, ``ready_expected_on`` (datetime64, NaT: none), ``float_days`` (planned start −
        expected; NaN without either), ``float_earliest_days``, ``readiness`` (Readiness code: the class of
        most of its not-ready land, "ready" where all is; "uncovered" without a geometry),
        ``quota_m2`` (its land that must be approved yet and takes quota; 0 where no quota is known),
        ``quota_left_m2`` (what is left of the year's quota for all projects; NaN: not known),
        ``flags`` (tuple of Flag codes, worst first), ``worst_flag`` (code or ""),
        ``at_risk_wan`` (rounded to 10⁻⁶), ``reasons`` (tuple of Words: lamp first, then land, worst first).
    parts
        One row a part of a footprint: ``project_code``, ``parcel_no`` (missing where no parcel lies),
        ``stage`` (Stage code, missing where uncovered), ``area_m2``, ``is_sliver``, ``at_risk_wan``.
        ``at_risk_wan`` of a project's parts sums to the project's figure exactly (in 10⁻⁶ 万元).
    blocking
        Parts that hold a project up (not ready, not slivers), one row a project and parcel:
        ``project_code``, ``parcel_no``, ``stage``, ``area_m2``, ``ready_earliest_on``, ``ready_expected_on``,
        ``held`` (bool), ``overdue_stage`` (code or ""), ``at_risk_wan``, ``reason`` (Words). Ordered by project, then
        latest expected date first (held first of all).
    conflicts
        ``project_code``, ``zone_no``, ``kind``, ``result`` (ZoneResult code), ``area_m2``, ``share`` of the footprint,
        ``is_sliver``, ``together_m2`` (land of the project in all zones of this kind and result, counted once).
    parcels
        One row a parcel that has a part in a project, index ``parcel_no``, sorted: ``stage``, ``next_stage`` (code
        or ""), ``next_legal_on`` (earliest legal date of the next step), ``ready_earliest_on``,
        ``ready_expected_on``, ``overdue_stage``, ``overdue_days``, ``held`` (bool), ``hold_reason``, ``held_since``,
        ``provisional`` (bool: working days beyond the published calendar), ``is_ready`` (bool), ``reason`` (Words).
    overlaps
        Pairs of parcels whose overlap lies on a footprint: ``project_code``, ``parcel_no``, ``other_no``, ``area_m2``.
    """

    on: date
    projects: pd.DataFrame
    parts: pd.DataFrame
    blocking: pd.DataFrame
    conflicts: pd.DataFrame
    parcels: pd.DataFrame
    overlaps: pd.DataFrame
