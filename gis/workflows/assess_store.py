"""Assess what a store holds on one day; keep the last results and assess anew only what changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from gis.analysis.assessment import Assessment, Changes, Inputs, assess, reassess
from gis.analysis.clock import CLOCKED_COLUMNS, STEP_COLUMNS
from gis.analysis.footprints import boxes_of, project_footprints
from gis.model import Actor, BBox, Query
from gis.rules import RuleBook
from gis.store.port import Change, Store

ASSESSED_LAYERS = (
    "project",
    "parcel",
    "zone",
    "town",
    "park",
    "project_plan",
    "progress_report",
    "milestone",
    "project_event",
    "parcel_event",
    "rule_parameter",
)
_PROJECT_LEDGERS = ("project", "project_plan", "progress_report", "milestone", "project_event")
_PARCEL_LEDGERS = ("parcel", "parcel_event")


def default_day(store: Store) -> date:
    """The day a store is looked at when nobody says one: a sample's own day, else today."""
    return store.info.data_on or date.today()


class StoreSource:
    """``gis.analysis.inputs.Source``: a store as it was on one day."""

    def __init__(self, store: Store, on: date) -> None:
        self._store = store
        self._on = on
        self._rules = RuleBook.from_frame(store.read("rule_parameter"), on)

    def parcels(self, numbers: Collection[str]) -> gpd.GeoDataFrame:
        """See ``Source.parcels``."""
        return self._store.read("parcel", Query(on=self._on, keys=tuple(sorted(numbers))))

    def inputs_of(self, codes: Collection[str] | None) -> Inputs:
        """See ``Source.inputs_of``. Of the parcels, those near the projects' land are read, with their events."""
        query = Query(on=self._on, keys=None if codes is None else tuple(sorted(codes)))
        projects = self._store.read("project", query)
        parcels = self._near(projects)
        return Inputs(
            on=self._on,
            projects=projects,
            parcels=parcels,
            zones=self._all("zone"),
            towns=self._all("town"),
            parks=self._all("park"),
            plans=self._store.read("project_plan", query),
            reports=self._store.read("progress_report", query),
            milestones=self._store.read("milestone", query),
            rules=self._rules,
            events=self._events(tuple(parcels["parcel_no"])),
        )

    def _events(self, numbers: tuple[str, ...]) -> pd.DataFrame:
        return self._store.read("parcel_event", Query(on=self._on, keys=numbers, columns=STEP_COLUMNS))

    def _all(self, layer: str) -> gpd.GeoDataFrame:
        return self._store.read(layer, Query(on=self._on))

    def _near(self, projects: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        boxes = boxes_of(project_footprints(projects, self._rules)).tolist()
        near = tuple(BBox(*box) for box in boxes)
        return self._store.read("parcel", Query(on=self._on, near=near, columns=(*CLOCKED_COLUMNS, "geometry")))


def assess_store(store: Store, actor: Actor, on: date | None = None) -> Assessment:
    """Assess every project of the store as of ``on``."""
    return assess(StoreSource(store, on or default_day(store)).inputs_of(None))


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment and the data version it was made of."""

    version: int
    assessment: Assessment


class Assessor:
    """
    Answers "the assessment as of this day" for one store, again and again.

    Safe to share by the threads of a process: one assesses, the others wait and get its result.
    """

    def __init__(self, store: Store, *, days_kept: int = 4) -> None:
        self._store = store
        self._kept: OrderedDict[date, Assessed] = OrderedDict()
        self._days_kept = days_kept
        self._lock = threading.Lock()

    def at(self, on: date) -> Assessed:
        """The assessment as of ``on``, of the data as they are now."""
        with self._lock:
            version = self._store.version(ASSESSED_LAYERS)
            kept = self._kept.get(on)
            if kept is None or kept.version != version:
                kept = Assessed(version, self._made(on, kept))
            self._kept[on] = kept
            self._kept.move_to_end(on)
            while len(self._kept) > self._days_kept:
                self._kept.popitem(last=False)
            return kept

    def _made(self, on: date, kept: Assessed | None) -> Assessment:
        source = StoreSource(self._store, on)
        changes = None if kept is None else changed_keys(self._store.changes_since(kept.version))
        if kept is None or changes is None:
            return assess(source.inputs_of(None))
        return reassess(kept.assessment, source, changes)


def changed_keys(changes: tuple[Change, ...]) -> Changes | None:
    """
    The projects and parcels that these changes touch; None where everything may have changed.

    Ledger changes carry the key of the project or parcel they belong to.
    """
    projects: set[str] = set()
    parcels: set[str] = set()
    for change in changes:
        if change.layer not in ASSESSED_LAYERS:
            continue
        if change.key is None:
            return None
        if change.layer in _PROJECT_LEDGERS:
            projects.add(change.key)
        elif change.layer in _PARCEL_LEDGERS:
            parcels.add(change.key)
        else:
            return None
    return Changes(frozenset(projects), frozenset(parcels))
