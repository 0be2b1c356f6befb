"""
Which land holds each project up, from when on it can build, and the flags that follow (DOMAIN §4).

Flags concern projects that are active and not finished. ``impossible``, ``late`` and ``tight`` are three
degrees of one thing, so a project has at most one of them; all flags need land that is not ready, but
for ``conflict``.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.analysis.clock import Clock
from gis.analysis.readiness import LandCut
from gis.analysis.stages import ranks_of
from gis.model import Flag, ProjectStage, Readiness, Stage
from gis.rules import RuleBook

_IDLE = [stage.value for stage in ProjectStage if not stage.is_active or stage.is_finished]
_CLOCK_COLUMNS = [
    "ready_earliest_on",
    "ready_expected_on",
    "held",
    "hold_reason",
    "held_since",
    "overdue_stage",
    "overdue_days",
    "is_ready",
    "reason",
]
# Which class a stage's land has while it is not ready. Where a county's ready stage lies beyond
# clearance, cleared land is approved and not supplied.
_CLASS_OF_STAGE = {
    stage.value: Readiness.APPROVED.value if stage.readiness is Readiness.READY else stage.readiness.value
    for stage in Stage
}


def needed_parcels(cut: LandCut, clocks: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """
    The parts of parcels that projects need, with the parcels' clocks.

    Needed: the common land is no sliver, at least ``land.needed_min_m2``, and at least
    ``land.needed_min_share`` of the parcel or of the footprint. All common land of project and parcel is
    measured, also what is counted for another parcel: each must be acquired. Indexed as ``cut.parts``.
    """
    parts = cut.parts[cut.parts["parcel_no"].notna()]
    footprint = cut.lands["footprint_m2"].reindex(parts["project_code"]).to_numpy()
    share = float(rules.value("land.needed_min_share"))
    large = parts["whole_m2"] >= float(rules.value("land.needed_min_m2"))
    worth = (parts["whole_m2"] >= share * parts["parcel_m2"]) | (parts["whole_m2"] >= share * footprint)
    needed = parts[large & worth & ~parts["is_thin"]]
    clock = clocks[_CLOCK_COLUMNS].reindex(needed["parcel_no"])
    return needed.assign(**{name: clock[name].to_numpy() for name in _CLOCK_COLUMNS})


def blocking_parts(needed: pd.DataFrame) -> pd.DataFrame:
    """Needed parts that are not ready: by project, held ones first, then the latest expected date first."""
    late_first = needed[~needed["is_ready"].astype(bool)].sort_values("parcel_no", kind="stable")
    order = ["held", "ready_expected_on", "ready_earliest_on"]
    late_first = late_first.sort_values(order, ascending=False, kind="stable", na_position="first")
    return late_first.sort_values("project_code", kind="stable")


def land_columns(footprints: gpd.GeoDataFrame, cut: LandCut, codes: pd.Index, rules: RuleBook) -> pd.DataFrame:
    """``geometry_kind`` … ``stage_m2`` of Assessment.projects, and ``lacks_parcels``: uncovered land that counts."""
    frame = cut.lands.reindex(codes)
    areas = ["footprint_m2", "uncovered_m2", "overlap_m2"]
    frame[areas] = frame[areas].fillna(0.0)
    kinds = footprints.set_index("project_code")["geometry_kind"]
    frame["geometry_kind"] = kinds.reindex(codes).fillna("none").astype("str")
    listed = cut.parts[cut.parts["parcel_no"].notna()]
    ready = listed[ranks_of(listed["stage"]) >= rules.ready_stage.rank]
    frame["ready_m2"] = ready.groupby("project_code")["area_m2"].sum().reindex(codes).fillna(0.0)
    frame["ready_share"] = frame["ready_m2"] / frame["footprint_m2"].where(frame["footprint_m2"] > 0)
    frame["stage_m2"] = _by_stage(listed, codes)
    least = np.fmax(rules.value("land.needed_min_m2"), rules.value("land.needed_min_share") * frame["footprint_m2"])
    drawn = frame["geometry_kind"].isin(["polygon", "line"])
    uncovered = frame["is_uncovered"].eq(True)
    frame["lacks_parcels"] = uncovered & drawn & (frame["uncovered_m2"] >= least)
    return frame.drop(columns="is_uncovered")


def _by_stage(listed: pd.DataFrame, codes: pd.Index) -> pd.Series:
    """Of each project, its counted area by stage, in the order of the stages."""
    result: dict[str, dict[str, float]] = {code: {} for code in codes}
    sums = listed.assign(rank=ranks_of(listed["stage"])).groupby(["project_code", "rank", "stage"])["area_m2"].sum()
    for code, _, stage, area in sums[sums > 0].reset_index().itertuples(index=False):
        result[code][stage] = float(area)
    return pd.Series(list(result.values()), index=codes, dtype=object)


def ready_dates(land: pd.DataFrame, needed: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """
    ``ready_earliest_on`` and ``ready_expected_on`` of each project: the latest over what it needs.

    Uncovered land needs a whole collective procedure from today. Held land has no expected date.
    """
    by = needed.groupby("project_code")
    frame = by[["ready_earliest_on", "ready_expected_on"]].max().reindex(land.index)
    whole = [pd.Timestamp(day) for day in clock.whole_procedure()]
    for column, day in zip(frame.columns, whole, strict=True):
        later = land["lacks_parcels"] & ~(frame[column] >= day)
        frame[column] = frame[column].mask(later, day)
    frame["ready_expected_on"] = frame["ready_expected_on"].mask(_any(needed, _is_held(needed), land.index))
    return frame.astype("datetime64[s]")


def _is_held(needed: pd.DataFrame) -> pd.Series:
    return needed["held"].astype(bool) & ~needed["is_ready"].astype(bool)


def _any(parts: pd.DataFrame, condition: pd.Series, codes: pd.Index) -> pd.Series:
    """Which projects have a part that meets the condition."""
    return pd.Series(codes.isin(parts.loc[condition.to_numpy(dtype=bool), "project_code"]), index=codes)


def readiness_class(land: pd.DataFrame, blocking: pd.DataFrame) -> pd.Series:
    """The readiness class of most land that is missing; ready where none is; uncovered where nothing is known."""
    rest = blocking.assign(readiness=blocking["stage"].map(_CLASS_OF_STAGE))
    sums = rest.groupby(["project_code", "readiness"])["area_m2"].sum().unstack("readiness")
    classes = [c.value for c in Readiness if c is not Readiness.READY]
    sums = sums.reindex(index=land.index, columns=classes)
    sums[Readiness.UNCOVERED.value] = land["uncovered_m2"].where(land["lacks_parcels"])
    unknown = land["uncovered_m2"] >= land["footprint_m2"]
    missing = sums.notna().any(axis=1)
    most = pd.Series(np.array(classes, dtype=object)[sums.fillna(-1.0).to_numpy().argmax(axis=1)], index=land.index)
    settled = np.where(unknown, Readiness.UNCOVERED.value, Readiness.READY.value)
    return most.where(missing, pd.Series(settled, index=land.index)).astype("str")


def flag_columns(
    projects: pd.DataFrame, blocking: pd.DataFrame, conflicting: pd.Series, tight_days: int
) -> pd.DataFrame:
    """
    One boolean column a flag, in the order of ``Flag``, and ``waits_for_land``.

    ``projects`` has the land columns, ``ready_*_on``, ``float_days``, ``stage``, ``started``,
    ``planned_start_on``; ``conflicting`` says which have land in conflict with a zone.
    """
    codes = projects.index
    active = ~projects["stage"].isin(_IDLE)
    lacks, blocked = projects["lacks_parcels"], pd.Series(codes.isin(blocking["project_code"]), index=codes)
    waits = active & (blocked | lacks)
    to_start = waits & ~projects["started"]
    impossible = to_start & (projects["ready_earliest_on"] > projects["planned_start_on"])
    late = to_start & ~impossible & (projects["ready_expected_on"] > projects["planned_start_on"])
    flags = {
        Flag.IMPOSSIBLE: impossible,
        Flag.LATE: late,
        Flag.STARTED_BEFORE_LAND: waits & projects["started"],
        Flag.CONFLICT: active & conflicting,
        Flag.HELD: waits & _any(blocking, blocking["held"], codes),
        Flag.UNCOVERED: waits & lacks,
        Flag.OVERDUE_STEP: waits & _any(blocking, blocking["overdue_stage"] != "", codes),
        Flag.TIGHT: to_start & ~impossible & ~late & (projects["float_days"] < tight_days),
    }
    return pd.DataFrame({**{flag.value: flags[flag] for flag in Flag}, "waits_for_land": waits})


def flag_tuples(flags: pd.DataFrame) -> pd.Series:
    """The flags of each project as a tuple of codes, worst first."""
    names = [flag.value for flag in Flag]
    rows = flags[names].to_numpy(dtype=bool)
    tuples = [tuple(name for name, has in zip(names, row, strict=True) if has) for row in rows.tolist()]
    return pd.Series(tuples, index=flags.index, dtype=object)
