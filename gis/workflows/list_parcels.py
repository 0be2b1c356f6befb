"""Parcels of a stage, a town, some words, or those that hold one project up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gis.analysis.overview import Overview
from gis.model import Query, Says, Stage
from gis.store.port import Store
from gis.workflows.assess_store import assess_in_full
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


def list_parcels(store: Store, overview: Overview, wanted: ParcelFilter) -> Record:
    """``{on, count, all, parcels}``: at most 1,000 rows by number; ``count`` is how many there are."""
    on = overview.on
    query = _query(store, overview, wanted)
    shown = store.read("parcel", replace(query, columns=STORED, limit=MOST_ROWS))
    shown = shown.join(clock_parcels(store, on, shown["parcel_no"])[list(TIMED)], on="parcel_no")
    return {
        "on": on.isoformat(),
        "count": _count(store, query),
        "all": _count(store, Query(on=on)),
        "parcels": records_of(shown, (*STORED, *TIMED)),
    }


def _count(store: Store, query: Query) -> int:
    return sum(store.tally("parcel", "owner_kind", query).values())


def _query(store: Store, overview: Overview, wanted: ParcelFilter) -> Query:
    among = (("stage", tuple(stage.value for stage in wanted.stage)), ("town", wanted.town))
    text = wanted.words.strip()
    return Query(
        on=overview.on,
        keys=_blocking(store, overview, wanted.blocking) if wanted.blocking else None,
        where=tuple((column, values) for column, values in among if values),
        says=Says(_SEARCHED, text) if text else None,
    )


def _blocking(store: Store, overview: Overview, code: str) -> tuple[str, ...]:
    return tuple(assess_in_full(store, overview, [code]).blocking["parcel_no"].dropna())
