"""
Which land holds each project up, from when on it can build, and the flags that follow (DOMAIN §4).

Flags concern projects that are active and not finished. ``impossible``, ``late`` and ``tight`` are three
degrees of one thing, so a project has at most one of them; all flags need land that is not ready, but
for ``conflict``.

Everything here is arrays: of parts and parcels, which name their project by its position among the sorted
codes, and ``Columns`` of projects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import fsum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.columns import Columns, Rows, Texts, objects
from gis.analysis.cut import grouped
from gis.analysis.overlap_area import Floats
from gis.analysis.readiness import Bools, LandCut, Parts
from gis.analysis.stages import STAGE_CODES
from gis.model import Flag, ProjectStage, Readiness, Stage
from gis.rules import RuleBook

Days = npt.NDArray[np.datetime64]

_IDLE = {stage.value for stage in ProjectStage if not stage.is_active or stage.is_finished}
_CLASSES = [c.value for c in Readiness if c is not Readiness.READY]
_FLAGS = [flag.value for flag in Flag]
NO_DAY = np.datetime64("NaT", "s")
_FAR = np.datetime64("9999-12-31", "s")


def _class_of(stage: Stage) -> int:
    """The class of land in this stage that is not ready, as a position in ``_CLASSES``."""
    # Where a county's ready stage lies beyond clearance, cleared land is approved and not supplied.
    is_past = stage.readiness is Readiness.READY
    return _CLASSES.index(Readiness.APPROVED if is_past else stage.readiness)


_CLASS_OF_RANK = np.array([_class_of(stage) for stage in Stage])


@dataclass(frozen=True, slots=True)
class Needed:
    """
    Parcels that projects need, one entry a project and parcel, as arrays of one length.

    ``part`` is the position of their common land in ``LandCut.parts``, ``clock`` that of the parcel among the
    clocks; the others are as there. ``is_overdue``: a step of the parcel is.
    """

    part: Rows
    clock: Rows
    project: Rows
    parcel: Rows
    rank: npt.NDArray[np.int64]
    area_m2: Floats
    ready_earliest_on: Days
    ready_expected_on: Days
    held: Bools
    is_ready: Bools
    is_overdue: Bools

    def only(self, which: Rows | Bools) -> Needed:
        """These entries, in this order."""
        return Needed(*(getattr(self, field.name)[which] for field in fields(self)))


def needed_parcels(cut: LandCut, clocks: pd.DataFrame, rules: RuleBook) -> Needed:
    """
    The parcels that projects need.

    Needed: the common land is no sliver, at least ``land.needed_min_m2``, and at least
    ``land.needed_min_share`` of the parcel or of the footprint. All common land of project and parcel is
    measured, also what is counted for another parcel: each must be acquired.
    """
    parts, share = cut.parts, float(rules.value("land.needed_min_share"))
    large = parts.whole_m2 >= float(rules.value("land.needed_min_m2"))
    footprint = cut.lands.footprint_m2[parts.project]
    worth = (parts.whole_m2 >= share * parts.parcel_m2) | (parts.whole_m2 >= share * footprint)
    row = np.flatnonzero((parts.parcel >= 0) & large & worth & ~parts.is_thin)
    at = clock_places(cut, clocks)[parts.parcel[row]]
    return Needed(
        part=row,
        clock=at,
        project=parts.project[row],
        parcel=parts.parcel[row],
        rank=parts.rank[row],
        area_m2=parts.area_m2[row],
        ready_earliest_on=clocks["ready_earliest_on"].to_numpy()[at],
        ready_expected_on=clocks["ready_expected_on"].to_numpy()[at],
        held=clocks["held"].to_numpy(dtype=bool)[at],
        is_ready=clocks["is_ready"].to_numpy(dtype=bool)[at],
        is_overdue=np.asarray(clocks["overdue_stage"].array.take(at), dtype=object) != "",
    )


def clock_places(cut: LandCut, clocks: pd.DataFrame) -> Rows:
    """Where each parcel of the cut stands among the clocks; both are sorted by number."""
    if cut.listed == len(clocks):
        return cut.near
    return clocks.index.get_indexer(pd.Index(cut.numbers))


def blocking_parts(needed: Needed) -> Needed:
    """Needed parcels that are not ready: by project, held ones first, then the latest expected date first."""
    late = needed.only(~needed.is_ready)
    expected, earliest = _seconds(late.ready_expected_on), _seconds(late.ready_earliest_on)
    return late.only(np.lexsort((late.parcel, -earliest, -expected, ~late.held, late.project)))


def _seconds(days: Days) -> npt.NDArray[np.int64]:
    """Days as numbers; no day comes after all others."""
    return np.where(np.isnat(days), _FAR, days).astype("int64")


def land_columns(kinds: Texts, cut: LandCut, rules: RuleBook) -> dict[str, Any]:
    """``footprint_m2`` … ``is_uncovered`` of Assessment.projects, and ``lacks_parcels``: uncovered land that counts."""
    lands, parts = cut.lands, cut.parts
    footprint, size = lands.footprint_m2, len(kinds)
    ready = _sums(parts.project, parts.area_m2, parts.rank >= rules.ready_stage.rank, size)
    least = np.fmax(rules.value("land.needed_min_m2"), rules.value("land.needed_min_share") * footprint)
    is_drawn = np.isin(np.asarray(kinds, dtype=object), ["polygon", "line"])
    return {
        "footprint_m2": footprint,
        "uncovered_m2": lands.uncovered_m2,
        "overlap_m2": lands.overlap_m2,
        "geometry_kind": kinds,
        "ready_m2": ready,
        "ready_share": np.divide(ready, footprint, out=np.full(size, np.nan), where=footprint > 0),
        "stage_m2": _by_stage(parts, size),
        "is_uncovered": lands.is_uncovered,
        "lacks_parcels": lands.is_uncovered & is_drawn & (lands.uncovered_m2 >= least),
    }


def _sums(project: Rows, area_m2: Floats, which: Bools, size: int) -> Floats:
    """The area of those of each project's parts that ``which`` tells (m²)."""
    return np.bincount(project[which], weights=area_m2[which], minlength=size).astype(np.float64)


def _by_stage(parts: Parts, size: int) -> npt.NDArray[np.object_]:
    """Of each project, its counted area by stage, in the order of the stages."""
    listed = (parts.rank >= 0) & (parts.area_m2 > 0)
    result: list[dict[str, float]] = [{} for _ in range(size)]
    group = parts.project[listed] * len(STAGE_CODES) + parts.rank[listed]
    for key, areas in grouped(group, parts.area_m2[listed]):
        project, rank = divmod(key, len(STAGE_CODES))
        # Rounded once: the sum is the same to the last bit whatever else is assessed with it.
        result[project][STAGE_CODES[rank]] = fsum(areas)
    return objects(result)


def ready_columns(projects: Columns, needed: Needed, whole_on: tuple[np.datetime64, np.datetime64]) -> dict[str, Any]:
    """
    ``ready_earliest_on`` and ``ready_expected_on`` of each project, and the floats before its planned start.

    A project's land is ready with the latest parcel that it needs. Uncovered land needs a whole collective
    procedure from today, which takes until ``whole_on``. Held land has no expected date.
    """
    lacks, planned = projects["lacks_parcels"], projects["planned_start_on"]
    earliest = _latest(needed.ready_earliest_on, needed.project, lacks, whole_on[0])
    expected = _latest(needed.ready_expected_on, needed.project, lacks, whole_on[1])
    expected[needed.project[needed.held & ~needed.is_ready]] = NO_DAY
    return {
        "ready_earliest_on": earliest,
        "ready_expected_on": expected,
        "float_days": _days_between(expected, planned),
        "float_earliest_days": _days_between(earliest, planned),
    }


def _latest(days: Days, project: Rows, lacks: Bools, whole_on: np.datetime64) -> Days:
    """The latest of each project's days; of ``whole_on`` too where it lacks parcels."""
    latest = np.full(len(lacks), NO_DAY)
    np.fmax.at(latest, project, days)
    latest[lacks] = np.fmax(latest[lacks], whole_on)
    return latest


def _days_between(first: Days, last: Days) -> Floats:
    """Whole days from the first to the last; NaN where either is missing."""
    days = last.astype("datetime64[D]") - first.astype("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("int64"))


def _have(project: Rows, size: int) -> Bools:
    """Which projects are among these."""
    return np.bincount(project, minlength=size) > 0


def readiness_class(projects: Columns, blocking: Needed) -> npt.NDArray[np.object_]:
    """The readiness class of most land that is missing; ready where none is; uncovered where nothing is known."""
    lacking, uncovered = projects["lacks_parcels"], projects["uncovered_m2"]
    size, classes = len(lacking), _CLASS_OF_RANK[blocking.rank]
    sums = np.full((size, len(_CLASSES)), -1.0)
    for number in range(len(_CLASSES)):
        which = classes == number
        has = _have(blocking.project[which], size)
        sums[has, number] = _sums(blocking.project, blocking.area_m2, which, size)[has]
    sums[lacking, _CLASSES.index(Readiness.UNCOVERED)] = uncovered[lacking]
    unknown = uncovered >= projects["footprint_m2"]
    settled = np.where(unknown, Readiness.UNCOVERED.value, Readiness.READY.value)
    most = np.array(_CLASSES, dtype=object)[sums.argmax(axis=1)]
    return np.where((sums >= 0).any(axis=1), most, settled)


def waiting_for_land(projects: Columns, blocking: Needed) -> Bools:
    """Which projects are active, not finished, and have land that is not ready."""
    lacks = projects["lacks_parcels"]
    return _are_active(projects) & (lacks | _have(blocking.project, len(lacks)))


def _are_active(projects: Columns) -> Bools:
    """Which projects are active and not finished."""
    return np.array([stage not in _IDLE for stage in projects["stage"].tolist()], dtype=bool)


def quota_columns(needed: Needed, takes: Bools, left_m2: float | None, size: int) -> dict[str, Any]:
    """
    ``quota_m2`` and ``quota_left_m2`` of each project, of which there are ``size``.

    ``takes`` says of each clocked parcel whether its approval takes quota; those that ``needed`` has and that are not
    approved yet still will. Where no quota is known nothing is measured against it.
    """
    if left_m2 is None:
        return {"quota_m2": np.zeros(size), "quota_left_m2": np.full(size, np.nan)}
    waits = takes[needed.clock] & (needed.rank < Stage.APPROVED.rank)
    taken = np.zeros(size)
    for project, areas in grouped(needed.project[waits], needed.area_m2[waits]):
        # Rounded once: the sum is the same to the last bit whatever else is assessed with it.
        taken[project] = fsum(areas)
    return {"quota_m2": taken, "quota_left_m2": np.full(size, left_m2)}


def flags_of(projects: Columns, blocking: Needed, conflicting: Bools, tight_days: int) -> list[tuple[str, ...]]:
    """
    The flags of each project as a tuple of codes, worst first.

    ``projects`` has the columns of land and ready days, ``waits_for_land``, ``stage``, ``started``, the
    columns of the quota and ``planned_start_on``; ``conflicting`` says which have land in conflict with a zone.
    """
    found = _flags(projects, blocking, conflicting, tight_days)
    rows = zip(*(found[flag].tolist() for flag in Flag), strict=True)
    return [tuple(code for code, has in zip(_FLAGS, row, strict=True) if has) for row in rows]


def _flags(projects: Columns, blocking: Needed, conflicting: Bools, tight_days: int) -> Mapping[Flag, Bools]:
    size, lacks, planned = len(conflicting), projects["lacks_parcels"], projects["planned_start_on"]
    waits, started = projects["waits_for_land"], projects["started"]
    to_start = waits & ~started
    impossible = to_start & (projects["ready_earliest_on"] > planned)
    late = to_start & ~impossible & (projects["ready_expected_on"] > planned)
    return {
        Flag.IMPOSSIBLE: impossible,
        Flag.LATE: late,
        Flag.STARTED_BEFORE_LAND: waits & started,
        Flag.CONFLICT: _are_active(projects) & conflicting,
        Flag.HELD: waits & _have(blocking.project[blocking.held], size),
        Flag.UNCOVERED: waits & lacks,
        Flag.OVERDUE_STEP: waits & _have(blocking.project[blocking.is_overdue], size),
        Flag.QUOTA: waits & (projects["quota_m2"] > np.fmax(projects["quota_left_m2"], 0.0)),
        Flag.TIGHT: to_start & ~impossible & ~late & (projects["float_days"] < tight_days),
    }
