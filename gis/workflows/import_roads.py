"""
Import roads: an OpenStreetMap extract or a road layer takes the place of the whole layer ``road``, in one transaction.

The same file again changes nothing and is not logged twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import geopandas as gpd

from gis.ingest.osm_roads import is_osm, read_osm_roads
from gis.ingest.road_layer import RoadLayerReading, read_road_layer
from gis.ingest.roads import RoadTable, without_lost_turns
from gis.ingest.source import checked_path, unreadable
from gis.ingest.table import Target
from gis.layers import ROAD
from gis.model import Actor, Query
from gis.rules.road_speeds import RoadProfile
from gis.store.port import PutResult, Store, Writer
from gis.tours.connected import Connected, connected_roads
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.log_import import is_logged, log_import
from gis.workflows.road_report import RoadImportReport, road_report

Progress = Callable[[Words, float], None]


def _silent(_words: Words, _share: float) -> None:
    return None


@dataclass(frozen=True, slots=True)
class RoadImportOptions:
    """
    What the user says of a file of roads.

    ``profile``: the vehicle ("coach", "car"). ``mapping``: a TOML file for a road layer, column → field. ``crs``: of a
    road layer that cannot say it itself. ``snap_m``: ends of a road layer's lines so near are one junction. ``on``:
    the day from which the new roads hold (default: today; a sample's own day).
    """

    profile: str = "coach"
    mapping: Path | None = None
    crs: str | None = None
    layer_name: str | None = None
    snap_m: float | None = None
    dry_run: bool = False
    on: date | None = None
    progress: Progress = field(default=_silent, compare=False)


@dataclass(frozen=True, slots=True)
class RoadsWritten:
    """What the store did: outcomes of the rows put, and how many roads that the file has no more were retired."""

    put: PutResult
    retired: int

    @property
    def changed(self) -> bool:
        """Anything at all."""
        return bool(self.retired or self.put.count("stored") or self.put.count("updated"))


class _Undo(Exception):
    """Ends a dry run's transaction so that it is rolled back."""


def import_roads(store: Store, actor: Actor, path: Path, options: RoadImportOptions | None = None) -> RoadImportReport:
    """
    Replace the roads of the store by those of ``path``: the largest part of them that hangs together.

    Raises
    ------
    UnreadableFile, OtherCounty, ColumnsNotMatched, CrsUnknown, CrsRefused, InvalidValue
        Causes that concern the whole file; nothing is stored.
    InvalidParameter
        No such profile.
    NotAllowed, StoreBusy, StoreFull
        From the store; nothing is stored.
    """
    chosen, began = options or RoadImportOptions(), time.perf_counter()
    tell = chosen.progress
    tell(Words("读取道路", "reading the roads"), 0.0)
    table = _read(store, path, chosen)
    tell(Words("检查连通", "looking at what hangs together"), 0.4)
    connected = connected_roads(table.frame)
    _refuse_nothing_connected(table, connected)
    kept = without_lost_turns(gpd.GeoDataFrame(table.frame[connected.main].reset_index(drop=True)))
    tell(Words("入库", "storing"), 0.5)
    report = road_report(table, connected, kept, store.info.crs, chosen.profile)
    written: RoadImportReport | None = None
    with _transaction(store, actor) as writer:
        done = _written(writer, kept, chosen.on or default_day(store))
        written = report.with_outcome(done.put, done.retired, seconds=time.perf_counter() - began)
        if chosen.dry_run:
            written = written.as_dry_run()
            raise _Undo
        if done.changed or not is_logged(writer, ROAD.name, written.sha256):
            log_import(writer, ROAD.name, written, written.as_dict())
    tell(Words("完成", "done"), 1.0)
    if written is None:
        raise AssertionError("a transaction that neither raised nor reported")
    return written


def _read(store: Store, path: Path, chosen: RoadImportOptions) -> RoadTable:
    profile = RoadProfile.named(chosen.profile)
    target = Target(store.info.crs, store.extent())
    file = checked_path(path)
    if is_osm(file):
        return read_osm_roads(file, target, profile)
    said = RoadLayerReading(chosen.mapping, chosen.crs, chosen.layer_name, chosen.snap_m)
    return read_road_layer(file, target, profile, said)


def _refuse_nothing_connected(table: RoadTable, connected: Connected) -> None:
    if connected.main.any():
        return
    raise unreadable(
        table.source.name,
        "道路互不连通，组不成路网",
        "no two roads hang together: there is no network",
        found=f"{len(table.frame):,} 段 / stretches",
        expected="可往返的路网 / roads that can be driven there and back",
    )


@contextmanager
def _transaction(store: Store, actor: Actor) -> Iterator[Writer]:
    try:
        with store.writing(actor) as writer:
            yield writer
    except _Undo:
        return


def _written(writer: Writer, roads: gpd.GeoDataFrame, on: date) -> RoadsWritten:
    there = writer.read(ROAD.name, Query(columns=("road_no",)))["road_no"]
    gone = there[~there.isin(roads["road_no"])].tolist()
    put = writer.put(ROAD.name, roads, on=on, clearing=True)
    if gone:
        writer.retire(ROAD.name, gone, on)
    return RoadsWritten(put, len(gone))
