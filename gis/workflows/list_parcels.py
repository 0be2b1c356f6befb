"""Parcels of a stage, a town, some words, or those that hold one project up."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gis.analysis.assessment import Assessment
from gis.model import Query, Stage
from gis.store.port import Store
from gis.workflows.clock_parcels import clock_parcels
from gis.workflows.plain import Record, records_of

MOST_ROWS = 1_000
STORED = (
    "parcel_no",
    "name",
    "town",
    "village",
    "owner_kind",
    "stage",
    "stage_on",
    "hold_reason",
    "held_since",
    "area_planar_m2",
    "households",
    "unit",
    "person",
    "batch",
)
TIMED = (
    "next_stage",
    "next_legal_on",
    "ready_earliest_on",
    "ready_expected_on",
    "overdue_stage",
    "overdue_days",
    "held",
)
_SEARCHED = ("parcel_no", "name", "village", "unit", "person", "batch")


@dataclass(frozen=True, slots=True)
class ParcelFilter:
    """Which parcels; empty lets all pass. ``blocking`` is a project's code."""

    stage: tuple[Stage, ...] = ()
    town: tuple[str, ...] = ()
    words: str = ""
    blocking: str = ""


def list_parcels(store: Store, assessment: Assessment, wanted: ParcelFilter) -> Record:
    """``{on, count, all, parcels}``: at most 1,000 rows by number; ``count`` is how many there are."""
    frame = store.read("parcel", Query(on=assessment.on, columns=STORED))
    passed = frame[_passes(frame, assessment, wanted)]
    shown = passed.head(MOST_ROWS)
    shown = shown.join(clock_parcels(store, assessment.on, shown["parcel_no"])[list(TIMED)], on="parcel_no")
    return {
        "on": assessment.on.isoformat(),
        "count": len(passed),
        "all": len(frame),
        "parcels": records_of(shown, (*STORED, *TIMED)),
    }


def _passes(frame: pd.DataFrame, assessment: Assessment, wanted: ParcelFilter) -> pd.Series:
    passes = pd.Series(True, index=frame.index)
    if wanted.stage:
        passes &= frame["stage"].isin([stage.value for stage in wanted.stage])
    if wanted.town:
        passes &= frame["town"].isin(wanted.town)
    if wanted.blocking:
        blocking = assessment.blocking
        passes &= frame["parcel_no"].isin(blocking.loc[blocking["project_code"] == wanted.blocking, "parcel_no"])
    text = wanted.words.strip().casefold()
    if text:
        passes &= _says(frame, text)
    return passes


def _says(frame: pd.DataFrame, text: str) -> pd.Series:
    said = pd.Series(False, index=frame.index)
    for column in _SEARCHED:
        said |= frame[column].fillna("").astype("str").str.casefold().str.contains(text, regex=False).astype(bool)
    return said
