"""Assess what a store holds on one day: all of it, a piece at a time, or what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.analysis.assessment import Assessment, Changes, Inputs, assess
from gis.analysis.clock import CLOCKED_COLUMNS, STEP_COLUMNS
from gis.analysis.footprints import boxes_of, project_footprints, reach_m
from gis.analysis.kept_land import codes_listed_once
from gis.analysis.overview import Brief, Overview, assess_briefly, brief_of, judge_again, overview_of
from gis.analysis.quota import QUOTA_COLUMNS, Quota, quota_of
from gis.model import Actor, BBox, Query
from gis.rules import RuleBook
from gis.store.port import Change, Reader, Store, Writer

ASSESSED_LAYERS = (
    "project",
    "parcel",
    "zone",
    "park",
    "project_plan",
    "progress_report",
    "milestone",
    "project_event",
    "parcel_event",
    "rule_parameter",
    "batch",
    "land_quota",
)
_PROJECT_LEDGERS = ("project", "project_plan", "progress_report", "milestone", "project_event")
_PARCEL_LEDGERS = ("parcel", "parcel_event")
_QUOTA_LEDGERS = ("batch", "land_quota")
_TIMED_COLUMNS = tuple(dict.fromkeys((*CLOCKED_COLUMNS, *QUOTA_COLUMNS)))
T = TypeVar("T")
# Of each store and day: what layers gave when they had this version.
_REMEMBERED: WeakKeyDictionary[Store, dict[tuple[tuple[str, ...], date], tuple[int, object]]] = WeakKeyDictionary()
MOST_REMEMBERED = 64
# So many projects are assessed at once: what they and the parcels near them take is some tens of megabytes.
PIECE = 200


def default_day(store: Store) -> date:
    """The day a store is looked at when nobody says one: a sample's own day, else today."""
    return store.info.data_on or date.today()


def last_day_that_may_have_been(store: Store) -> date:
    """Today; the day that a sample's data are of, where that is later."""
    return max(date.today(), store.info.data_on or date.min)


class _Projects(NamedTuple):
    """Rows of projects and, in the same order, their footprints."""

    rows: gpd.GeoDataFrame
    land: gpd.GeoDataFrame

    def of(self, codes: Collection[str]) -> _Projects:
        """Those with these codes."""
        wanted = set(codes)
        places = [place for place, code in enumerate(self.rows["code"].tolist()) if code in wanted]
        return self if len(places) == len(self.rows) else _Projects(self.rows.iloc[places], self.land.iloc[places])


class StoreSource:
    """What an assessment reads, from a store, or from its open write transaction, as of one day."""

    def __init__(self, store: Store, on: date, writer: Writer | None = None) -> None:
        self._store = store
        self._reader: Reader = writer or store
        self.on = on
        self._read_whole: dict[str, gpd.GeoDataFrame] = {}
        self._found: _Projects | None = None
        self.rules = self._remembered(("rule_parameter",), self._read_rules)
        self.quota = self._remembered(_QUOTA_LEDGERS, self._read_quota)

    def _remembered(self, layers: tuple[str, ...], make: Callable[[], T]) -> T:
        """What ``make`` gives as long as ``layers`` are unchanged. What is not committed yet is not remembered."""
        version = self._reader.version(layers)
        kept = _REMEMBERED.setdefault(self._store, {})
        found, value = kept.get((layers, self.on), (None, None))
        if found == version:
            return cast("T", value)
        made = make()
        if self._reader is self._store:
            kept[layers, self.on] = version, made
            for oldest in list(kept)[:-MOST_REMEMBERED]:
                kept.pop(oldest, None)
        return made

    def _read_rules(self) -> RuleBook:
        return RuleBook.from_frame(self._reader.read("rule_parameter"), self.on)

    def _read_quota(self) -> Quota | None:
        return quota_of(self._reader.read("land_quota"), self._reader.read("batch"), self.on.year, self.on)

    def _widest_reach_m(self) -> float:
        return widest_reach_m(self._reader, self.on, self.rules)

    def inputs_of(self, codes: Collection[str] | None) -> Inputs:
        """What an assessment of those of these projects that there are needs; of all where ``codes`` is None."""
        query = Query(on=self.on, keys=None if codes is None else tuple(sorted(codes)))
        sides = {name: self._reader.read(name, query) for name in ("project_plan", "progress_report", "milestone")}
        return self._inputs(query, sides, zones=self._whole("zone"))

    def land_of(self, codes: Collection[str]) -> Inputs:
        """The same for an assessment that is given ``Kept`` sides, and does not look at plans, reports and zones."""
        none = pd.DataFrame()
        sides = dict.fromkeys(("project_plan", "progress_report", "milestone"), none)
        return self._inputs(Query(on=self.on, keys=tuple(sorted(codes))), sides, zones=gpd.GeoDataFrame())

    def _inputs(self, query: Query, sides: Mapping[str, pd.DataFrame], zones: gpd.GeoDataFrame) -> Inputs:
        projects, land = self._projects(query)
        parcels = self._near(land)
        return Inputs(
            on=self.on,
            projects=projects,
            footprints=land,
            parcels=parcels,
            zones=zones,
            parks=self._whole("park") if projects["is_chemical"].any() else gpd.GeoDataFrame(),
            plans=sides["project_plan"],
            reports=sides["progress_report"],
            milestones=sides["milestone"],
            rules=self.rules,
            events=self.events_of(parcels),
            quota=self.quota,
        )

    def _projects(self, query: Query) -> _Projects:
        """Projects by their codes; not read again where they were just found near a parcel."""
        if self._found is not None and query.keys is not None and set(query.keys) <= set(self._found.rows["code"]):
            return self._found.of(query.keys)
        rows = self._reader.read("project", query)
        return _Projects(rows, project_footprints(rows, self.rules))

    def parcels(self, numbers: Collection[str]) -> pd.DataFrame:
        """What the clock and the quota ask of these parcels, by number."""
        return self._reader.read("parcel", Query(on=self.on, keys=tuple(numbers), columns=_TIMED_COLUMNS))

    def events_of(self, parcels: pd.DataFrame) -> pd.DataFrame:
        """The steps of these parcels."""
        keys = tuple(parcels["parcel_no"])
        return self._reader.read("parcel_event", Query(on=self.on, keys=keys, columns=STEP_COLUMNS))

    def left_as(self, projects: pd.DataFrame | None) -> bool:
        """As much is left of the year's quota as these projects, earlier assessed, were judged by."""
        if projects is None or projects.empty:
            return False
        left, before = self.quota.left_m2 if self.quota else np.nan, projects["quota_left_m2"].to_numpy(dtype=float)
        return bool(np.array_equal(before, np.full(len(before), left), equal_nan=True))

    def _whole(self, layer: str) -> gpd.GeoDataFrame:
        if layer not in self._read_whole:
            self._read_whole[layer] = self._reader.read(layer, Query(on=self.on))
        return self._read_whole[layer]

    def _near(self, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        near = tuple(BBox(*box) for box in boxes_of(land).tolist())
        return self._reader.read("parcel", Query(on=self.on, near=near, columns=(*_TIMED_COLUMNS, "geometry")))

    def codes(self) -> tuple[str, ...]:
        """Every project of the day."""
        return tuple(self._reader.read("project", Query(on=self.on, columns=("code",)))["code"])

    def touched(self, changes: Changes) -> frozenset[str]:
        """The changed projects, and those on whose land a changed parcel lies or ever lay."""
        shapes = self._reader.shapes_ever("parcel", changes.parcels) if changes.parcels else np.empty(0, dtype=object)
        return changes.projects | self.standing_on(shapes)

    def standing_on(self, shapes: NDArray[np.object_]) -> frozenset[str]:
        """The projects of the day whose land meets one of these shapes."""
        if not len(shapes):
            return frozenset()
        reach = self._remembered(("project", "rule_parameter"), self._widest_reach_m)
        near = tuple(BBox(*box).grown(reach) for box in shapely.bounds(shapes).tolist())
        rows = self._reader.read("project", Query(on=self.on, near=near))
        land = project_footprints(rows, self.rules)
        self._found = _Projects(rows, land)
        met = shapely.STRtree(shapes).query(np.asarray(land.geometry.to_numpy(), dtype=object))[0]
        return frozenset(land["project_code"].iloc[met])


def widest_reach_m(reader: Reader, on: date, rules: RuleBook) -> float:
    """How far the land of any project may lie from the box of its geometry (m)."""
    return reach_m(reader.tally("project", "row_width_m", Query(on=on)), rules)


def assess_store(store: Store, actor: Actor, on: date | None = None) -> Assessment:
    """Assess every project of the store as of ``on``, all at once."""
    return assess(StoreSource(store, on or default_day(store)).inputs_of(None))


def assess_overview(store: Store, on: date) -> Overview:
    """The overview of every project as of ``on``, in the memory of one piece."""
    return overview_of(brief.overview for brief in _briefs(store, on))


def assess_to_keep(store: Store, on: date) -> Brief:
    """The same with what is kept of the projects' land."""
    return brief_of(_briefs(store, on))


def _briefs(store: Store, on: date) -> Iterator[Brief]:
    source = StoreSource(store, on)
    return (assess_briefly(source.inputs_of(codes)) for codes in _pieces(source.codes()))


def _pieces(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    """``PIECE`` at a time; at least one piece, which may be empty."""
    return (codes[first : first + PIECE] for first in range(0, max(len(codes), 1), PIECE))


def assess_again(source: StoreSource, before: Overview, parts: pd.DataFrame) -> Overview | None:
    """
    The overview after events of parcels alone, without a look at any geometry: of those projects for which that will
    do. None where there are none.

    ``before``, ``parts``: see ``judge_again``.
    """
    listed_once = before.only(codes_listed_once(before.projects))
    parts = parts[parts["project_code"].isin(listed_once.projects.index)]
    parcels = source.parcels(parts["parcel_no"].unique())
    if parts.empty or not parts["parcel_no"].isin(parcels["parcel_no"]).all():
        return None
    return judge_again(listed_once, parts, parcels, source.events_of(parcels), source.rules, source.quota)


def assess_anew(source: StoreSource, changes: Changes, before: Overview | None, touched: Collection[str]) -> Brief:
    """
    The overview of the ``touched`` projects after ``changes``; at least one.

    ``before``: what it was, of at least some of them. Of projects that did not change themselves, the side that parcels
    have no say in is taken from there.
    """
    known = frozenset() if before is None else frozenset(before.projects.index)
    by_land = (frozenset(touched) & known) - changes.projects
    found = []
    if before is not None and by_land:
        found.append(assess_briefly(source.land_of(by_land), before.kept(by_land)))
    if others := frozenset(touched) - by_land:
        found.append(assess_briefly(source.inputs_of(others)))
    return found[0] if len(found) == 1 else brief_of(found)


def assess_in_full(store: Store, overview: Overview, codes: Collection[str]) -> Assessment:
    """Parts, blocking parcels and overlaps, too, of those of these projects that the overview has."""
    return _in_full(StoreSource(store, overview.on), overview, codes)


def assess_all_in_full(store: Store, overview: Overview) -> Iterator[Assessment]:
    """The same of every project, some at a time, by code."""
    source = StoreSource(store, overview.on)
    return (_in_full(source, overview, codes) for codes in _pieces(overview.projects.index.tolist()))


def _in_full(source: StoreSource, overview: Overview, codes: Collection[str]) -> Assessment:
    there = frozenset(codes) & frozenset(overview.projects.index)
    return assess(source.land_of(there), overview.kept(there))


def assess_on_parcel(store: Store, overview: Overview, parcel_no: str) -> Assessment:
    """In full, the projects on whose land this parcel lies."""
    source = StoreSource(store, overview.on)
    frame = store.read("parcel", Query(on=overview.on, keys=(parcel_no,), columns=("parcel_no", "geometry")))
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    return _in_full(source, overview, source.standing_on(shapes))


def changed_keys(changes: tuple[Change, ...]) -> Changes | None:
    """
    The projects and parcels that these changes touch; None where everything may have changed.

    Ledger changes carry the key of the project or parcel they belong to. What of the quota changed concerns all
    projects, if it changed what is left of it: see ``StoreSource.left_as``.
    """
    projects: set[str] = set()
    parcels: set[str] = set()
    replaced: set[str] = set()
    quota = False
    for change in changes:
        if change.layer not in ASSESSED_LAYERS:
            continue
        if change.layer in _QUOTA_LEDGERS:
            quota = True
        elif change.key is None:
            return None
        elif change.layer in _PROJECT_LEDGERS:
            projects.add(change.key)
        elif change.layer in _PARCEL_LEDGERS:
            parcels.add(change.key)
            if change.layer == "parcel" and not change.by_events:
                replaced.add(change.key)
        else:
            return None
    return Changes(frozenset(projects), frozenset(parcels), frozenset(replaced), quota)
