"""
An approval batch (报批批次) looked at whole: areas, who approves, overlaps, zones, gaps in the papers, quota.

Tables in, tables out: no database, no drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.approval_areas import ApprovalAreas, approval_areas
from gis.analysis.approval_level import ApprovalLevel, Limits
from gis.analysis.batch_areas import area_table, measured_parcels, taken_m2
from gis.analysis.batch_gaps import Papers, checklist, find_gaps
from gis.analysis.batch_overlaps import find_overlaps
from gis.analysis.batch_zones import ZoneLayer, ZoneReport, compare_zones
from gis.analysis.quota import Quota
from gis.analysis.readiness import Slivers
from gis.analysis.stages import on_path, owners_of
from gis.model import Coded, Stage, ZoneKind
from gis.rules import RuleBook


class BatchState(Coded):
    """How far a batch is."""

    DRAFT = "draft", "组卷中", "being put together"
    SUBMITTED = "submitted", "已上报", "submitted"
    APPROVED = "approved", "已批准", "approved"


@dataclass(frozen=True, slots=True)
class BatchInputs:
    """
    What a batch is assembled of, all in one working CRS (metres).

    ``members`` are its parcels with all columns, ``others`` the parcels near them (``parcel_no``, ``batch``), ``zones``
    those near them and ``stored`` what the store has of each kind at all. ``quota``: of the batch's year, None where
    none is known. ``quota_m2``: what its approval took of it, which ``quota`` has as used; None where it took nothing
    yet.
    """

    on: date
    members: gpd.GeoDataFrame
    others: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    stored: Mapping[str, ZoneLayer]
    papers: Papers
    rules: RuleBook
    quota: Quota | None = None
    approved: bool = False
    quota_m2: float | None = None


@dataclass(frozen=True, slots=True)
class BatchReport:
    """
    What is said of a batch.

    measured
        One row a parcel, by number (see ``measured_parcels``).
    areas, by_group
        Sums by land group and owner, and by land group alone (see ``area_table``).
    land, level
        The land whose requisition is approved together, and who approves it.
    overlaps, zones, gaps, checklist
        See ``find_overlaps``, ``compare_zones``, ``find_gaps``, ``checklist``.
    quota, takes_m2
        The year's quota; and the planar area that this batch takes of it, or took when it was approved.
    counted
        What it took is among what is used of the quota.
    """

    on: date
    measured: pd.DataFrame
    areas: pd.DataFrame
    by_group: pd.DataFrame
    land: ApprovalAreas
    level: ApprovalLevel
    overlaps: gpd.GeoDataFrame
    zones: ZoneReport
    gaps: pd.DataFrame
    checklist: pd.DataFrame
    quota: Quota | None
    takes_m2: float
    counted: bool

    @property
    def left_m2(self) -> float | None:
        """What is left of the quota after this batch; below zero where it does not suffice."""
        if self.quota is None:
            return None
        return self.quota.left_m2 - (0.0 if self.counted else self.takes_m2)


def assemble_batch(inputs: BatchInputs) -> BatchReport:
    """
    Look at a batch whole.

    Raises
    ------
    CrsMismatch
        The tables are not in one CRS.
    InvalidValue
        A rule cannot be read.
    """
    rules, members = inputs.rules, inputs.members
    slivers = Slivers.of(rules)
    measured = measured_parcels(members)
    land = _requisitioned(members, inputs.zones, rules, slivers)
    gaps = find_gaps(members, measured, inputs.papers, rules, on=inputs.on, approved=inputs.approved)
    return BatchReport(
        on=inputs.on,
        measured=measured,
        areas=area_table(measured),
        by_group=area_table(measured, by=("group",)),
        land=land,
        level=land.level(Limits.of(rules)),
        overlaps=find_overlaps(members, inputs.others, slivers),
        zones=compare_zones(members, inputs.zones, inputs.stored, rules, slivers),
        gaps=gaps,
        checklist=checklist(gaps, len(members), rules),
        quota=inputs.quota,
        takes_m2=taken_m2(measured) if inputs.quota_m2 is None else inputs.quota_m2,
        counted=inputs.quota_m2 is not None,
    )


def _requisitioned(
    members: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, rules: RuleBook, slivers: Slivers
) -> ApprovalAreas:
    """The areas of the land that is requisitioned: of owners whose path has an approval."""
    farmland = zones[(zones["kind"] == ZoneKind.FARMLAND.value).to_numpy(dtype=bool)]
    return approval_areas(members[are_requisitioned(members, rules)], farmland, slivers)


def are_requisitioned(parcels: pd.DataFrame, rules: RuleBook) -> npt.NDArray[np.bool_]:
    """Which parcels pass an approval on their owner's path; a missing owner kind counts as collective."""
    return on_path(owners_of(parcels["owner_kind"]), Stage.APPROVED, rules)
