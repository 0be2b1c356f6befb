"""
Which land holds each project up, from when on it can build, and the flags that follow (DOMAIN §4).

Flags concern projects that are active and not finished. ``impossible``, ``late`` and ``tight`` are three
degrees of one thing, so a project has at most one of them; all flags need land that is not ready, but
for ``conflict``.

Tables of parts name their project by its position among the sorted codes (column ``project``).
"""

from __future__ import annotations

from math import fsum
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.clock import Clock
from gis.analysis.cut import grouped
from gis.analysis.readiness import LandCut
from gis.analysis.stages import STAGE_CODES
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
_CLASSES = [c.value for c in Readiness if c is not Readiness.READY]
_FAR = np.datetime64("9999-12-31")


def _class_of(stage: Stage) -> int:
    """The class of land in this stage that is not ready, as a position in ``_CLASSES``."""
    # Where a county's ready stage lies beyond clearance, cleared land is approved and not supplied.
    is_past = stage.readiness is Readiness.READY
    return _CLASSES.index(Readiness.APPROVED if is_past else stage.readiness)


_CLASS_OF_RANK = np.array([_class_of(stage) for stage in Stage])


def needed_parcels(cut: LandCut, clocks: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """
    The parts of parcels that projects need, with the parcels' clocks.

    Needed: the common land is no sliver, at least ``land.needed_min_m2``, and at least
    ``land.needed_min_share`` of the parcel or of the footprint. All common land of project and parcel is
    measured, also what is counted for another parcel: each must be acquired. Indexed as ``cut.parts``.
    """
    parts = cut.parts[(cut.parts["parcel"] >= 0).to_numpy()]
    footprint = cut.lands["footprint_m2"].to_numpy()[parts["project"]]
    share = float(rules.value("land.needed_min_share"))
    large = parts["whole_m2"] >= float(rules.value("land.needed_min_m2"))
    worth = (parts["whole_m2"] >= share * parts["parcel_m2"]) | (parts["whole_m2"] >= share * footprint)
    needed = parts[large & worth & ~parts["is_thin"]]
    clock = clocks[_CLOCK_COLUMNS].iloc[_positions(cut, clocks)[needed["parcel"]]]
    return needed.assign(**{name: clock[name].array for name in _CLOCK_COLUMNS})


def _positions(cut: LandCut, clocks: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Where each parcel of the cut stands among the clocks; both are sorted by number."""
    if cut.listed == len(clocks):
        return cut.near
    return clocks.index.get_indexer(pd.Index(cut.numbers, dtype="str"))


def blocking_parts(needed: pd.DataFrame) -> pd.DataFrame:
    """Needed parts that are not ready: by project, held ones first, then the latest expected date first."""
    rows = needed[~needed["is_ready"].to_numpy(dtype=bool)]
    expected = rows["ready_expected_on"].fillna(pd.Timestamp(_FAR)).to_numpy().astype("int64")
    earliest = rows["ready_earliest_on"].fillna(pd.Timestamp(_FAR)).to_numpy().astype("int64")
    order = np.lexsort((rows["parcel"], -earliest, -expected, ~rows["held"].to_numpy(dtype=bool), rows["project"]))
    return rows.iloc[order]


def land_columns(footprints: gpd.GeoDataFrame, cut: LandCut, rules: RuleBook) -> pd.DataFrame:
    """``geometry_kind`` … ``stage_m2`` of Assessment.projects, and ``lacks_parcels``: uncovered land that counts."""
    frame = cut.lands.drop(columns="is_uncovered").rename_axis("code")
    frame["geometry_kind"] = footprints["geometry_kind"].astype("str").array
    ready = cut.parts[cut.parts["rank"] >= rules.ready_stage.rank]
    frame["ready_m2"] = _sums(ready, len(frame))
    frame["ready_share"] = frame["ready_m2"] / frame["footprint_m2"].where(frame["footprint_m2"] > 0)
    frame["stage_m2"] = _by_stage(cut.parts, frame.index)
    least = np.fmax(rules.value("land.needed_min_m2"), rules.value("land.needed_min_share") * frame["footprint_m2"])
    drawn = frame["geometry_kind"].isin(["polygon", "line"])
    frame["lacks_parcels"] = cut.lands["is_uncovered"].to_numpy() & drawn & (frame["uncovered_m2"] >= least)
    return frame


def _sums(parts: pd.DataFrame, size: int) -> npt.NDArray[np.float64]:
    """Area of the parts of each project (m²)."""
    return np.asarray(np.bincount(parts["project"], weights=parts["area_m2"], minlength=size), dtype=np.float64)


def _by_stage(parts: pd.DataFrame, codes: pd.Index) -> pd.Series:
    """Of each project, its counted area by stage, in the order of the stages."""
    listed = parts[(parts["rank"] >= 0) & (parts["area_m2"] > 0)]
    result: list[dict[str, float]] = [{} for _ in codes]
    group = listed["project"].to_numpy() * len(STAGE_CODES) + listed["rank"].to_numpy()
    for key, areas in grouped(group, listed["area_m2"].to_numpy()):
        project, rank = divmod(key, len(STAGE_CODES))
        # Rounded once: the sum is the same to the last bit whatever else is assessed with it.
        result[project][STAGE_CODES[rank]] = fsum(areas)
    return pd.Series(result, index=codes, dtype=object)


def ready_dates(land: pd.DataFrame, needed: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """
    ``ready_earliest_on`` and ``ready_expected_on`` of each project: the latest over what it needs.

    Uncovered land needs a whole collective procedure from today. Held land has no expected date.
    """
    columns = ["ready_earliest_on", "ready_expected_on"]
    latest = needed.groupby("project")[columns].max().reindex(range(len(land)))
    frame = latest.set_axis(land.index).astype("datetime64[s]")
    for column, day in zip(columns, clock.whole_procedure(), strict=True):
        later = land["lacks_parcels"] & ~(frame[column] >= pd.Timestamp(day))
        frame[column] = frame[column].mask(later, pd.Timestamp(day))
    waiting = needed["held"].to_numpy(dtype=bool) & ~needed["is_ready"].to_numpy(dtype=bool)
    frame["ready_expected_on"] = frame["ready_expected_on"].mask(_any(needed[waiting], len(land)))
    return frame.astype("datetime64[s]")


def _any(parts: pd.DataFrame, size: int) -> npt.NDArray[np.bool_]:
    """Which projects have one of these parts."""
    return np.bincount(parts["project"], minlength=size) > 0


def readiness_class(land: pd.DataFrame, blocking: pd.DataFrame) -> pd.Series:
    """The readiness class of most land that is missing; ready where none is; uncovered where nothing is known."""
    sums = np.full((len(land), len(_CLASSES)), -1.0)
    classes = _CLASS_OF_RANK[blocking["rank"]]
    for number in range(len(_CLASSES)):
        rows = blocking[classes == number]
        sums[:, number] = np.where(_any(rows, len(land)), _sums(rows, len(land)), -1.0)
    lacking = land["lacks_parcels"].to_numpy(dtype=bool)
    sums[lacking, _CLASSES.index(Readiness.UNCOVERED)] = land["uncovered_m2"].to_numpy()[lacking]
    unknown = land["uncovered_m2"].to_numpy() >= land["footprint_m2"].to_numpy()
    settled = np.where(unknown, Readiness.UNCOVERED.value, Readiness.READY.value)
    most = np.array(_CLASSES, dtype=object)[sums.argmax(axis=1)]
    return pd.Series(np.where((sums >= 0).any(axis=1), most, settled), index=land.index, dtype="str")


def flag_columns(
    projects: pd.DataFrame, blocking: pd.DataFrame, conflicting: pd.Series, tight_days: int
) -> pd.DataFrame:
    """
    One boolean column a flag, in the order of ``Flag``, and ``waits_for_land``.

    ``projects`` has the land columns, ``ready_*_on``, ``float_days``, ``stage``, ``started``,
    ``planned_start_on``; ``conflicting`` says which have land in conflict with a zone.
    """
    size, lacks = len(projects), projects["lacks_parcels"]
    active = ~projects["stage"].isin(_IDLE)
    waits = active & (lacks | _any(blocking, size))
    to_start = waits & ~projects["started"]
    impossible = to_start & (projects["ready_earliest_on"] > projects["planned_start_on"])
    late = to_start & ~impossible & (projects["ready_expected_on"] > projects["planned_start_on"])
    flags: dict[Flag, Any] = {
        Flag.IMPOSSIBLE: impossible,
        Flag.LATE: late,
        Flag.STARTED_BEFORE_LAND: waits & projects["started"],
        Flag.CONFLICT: active & conflicting,
        Flag.HELD: waits & _any(blocking[blocking["held"].to_numpy(dtype=bool)], size),
        Flag.UNCOVERED: waits & lacks,
        Flag.OVERDUE_STEP: waits & _any(blocking[(blocking["overdue_stage"] != "").to_numpy(dtype=bool)], size),
        Flag.TIGHT: to_start & ~impossible & ~late & (projects["float_days"] < tight_days),
    }
    return pd.DataFrame({**{flag.value: flags[flag] for flag in Flag}, "waits_for_land": waits})


def flag_tuples(flags: pd.DataFrame) -> pd.Series:
    """The flags of each project as a tuple of codes, worst first."""
    names = [flag.value for flag in Flag]
    rows = flags[names].to_numpy(dtype=bool)
    tuples = [tuple(name for name, has in zip(names, row, strict=True) if has) for row in rows.tolist()]
    return pd.Series(tuples, index=flags.index, dtype=object)
