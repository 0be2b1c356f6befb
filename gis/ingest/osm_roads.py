"""
Roads from an OpenStreetMap extract (.osm.pbf, .osm): ways split at junctions, tags weighed, turns resolved.

The only user of osmium.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from gis import crs as systems
from gis.crs import LONLAT, Coords
from gis.ingest.crs_detection import inside
from gis.ingest.road_cuts import Ids, cut_runs, numbered_within, texts
from gis.ingest.road_tags import RoadFacts, blocks, facts_of
from gis.ingest.road_turns import Restriction, restriction_of, with_turns
from gis.ingest.roads import RoadTable, Stretches, near_county, refuse_other_county, without_zero_length
from gis.ingest.source import checked_path, source_of, unreadable
from gis.ingest.table import Target
from gis.rules.road_speeds import RoadProfile
from gis.words import Words

_HEAD_BYTES = 4096
_PBF, _XML = b"OSMHeader", b"<osm"
# What osmium raises of a file's content: broken blocks or XML, numbers that are none, places off the globe.
_BROKEN = (RuntimeError, ValueError, OverflowError, osmium.InvalidLocationError)
_CREDIT = "© OpenStreetMap contributors (ODbL)"


def is_osm(path: Path) -> bool:
    """The file's content is an OpenStreetMap extract, as PBF or XML."""
    return _format(path) is not None


def _format(path: Path) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if _PBF in head[:64]:
        return "pbf"
    return "osm" if _XML in head and head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else None


@dataclass
class _Ways:
    """What is gathered while the file is read. Runs are pieces of ways whose nodes are all there, one by one."""

    profile: RoadProfile
    read: int = 0
    missing_nodes: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    ways: list[int] = field(default_factory=list)
    facts: list[RoadFacts] = field(default_factory=list)
    run_way: list[int] = field(default_factory=list)
    run_size: list[int] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    lonlat: list[tuple[float, float]] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    restrictions: list[Restriction] = field(default_factory=list)

    def take(self, thing: Any) -> None:
        """One node, way or relation of the file."""
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_node():
            if blocks(tags, self.profile):
                self.blocked.add(thing.id)
        elif thing.is_way():
            self._take_way(thing, tags)
        else:
            members = [(m.role, m.type, m.ref) for m in thing.members]
            if (found := restriction_of(thing.id, tags, members)) is not None:
                self.restrictions.append(found)

    def _take_way(self, way: Any, tags: dict[str, str]) -> None:
        facts = facts_of(tags, self.profile)
        if facts is None:
            return
        self.read += 1
        if not isinstance(facts, RoadFacts):
            self.left_out[facts] += 1
            return
        place, runs = len(self.ways), len(self.run_way)
        for run in self._runs(way):
            self.run_way.append(place)
            self.run_size.append(len(run))
            self.nodes += [ref for ref, _, _ in run]
            self.lonlat += [(lon, lat) for _, lon, lat in run]
        if len(self.run_way) == runs:
            self.left_out["no_nodes"] += 1
            return
        self.ways.append(way.id)
        self.facts.append(facts)

    def _runs(self, way: Any) -> Iterator[list[tuple[int, float, float]]]:
        """Nodes of a way with their places, parted where one is missing; a node named twice in a row once."""
        run: list[tuple[int, float, float]] = []
        for node in way.nodes:
            location = node.location
            if not location.valid():
                self.missing_nodes += 1
                if len(run) > 1:
                    yield run
                run = []
            elif not run or run[-1][0] != node.ref:
                run.append((node.ref, location.lon, location.lat))
        if len(run) > 1:
            yield run


def read_osm_roads(path: Path, target: Target, profile: RoadProfile) -> RoadTable:
    """
    The roads of an extract that this vehicle may take, split at junctions (RULES of ``gis.ingest.road_tags``).

    A road's number is that of its way and, behind a dot, its place along it. Roads over 20 km from the county are
    left out. What is not connected is not looked at here.

    Raises
    ------
    UnreadableFile
        No such file, not an extract, broken, or without a road for this vehicle.
    OtherCounty
        All of it lies elsewhere; says how far away.
    """
    file = checked_path(path)
    ways = _read(file, profile)
    if not ways.ways:
        raise unreadable(
            file.name,
            f"文件中没有{profile.words.zh}可走的道路",
            f"the file has no road for a {profile.words.en}",
            found=f"{ways.read} highway, 缺结点 / nodes missing: {ways.missing_nodes}",
            expected="≥ 1",
        )
    lonlat: Coords = np.array(ways.lonlat)
    if not inside(lonlat, LONLAT, target).any():
        refuse_other_county(lonlat, target, file.name)
    found, zero = without_zero_length(_stretches(ways, lonlat, target))
    near = near_county(found.lines, target)
    kept = found.chosen(near)
    frame, turns = with_turns(kept.frame(target, _CREDIT), ways.restrictions, profile)
    left_out = {**ways.left_out, "zero_length": zero, "outside": int((~near).sum())}
    return RoadTable(
        source=source_of(file),
        frame=frame,
        read=ways.read,
        left_out={reason: count for reason, count in left_out.items() if count},
        crs=LONLAT,
        crs_evidence=Words("OpenStreetMap 数据均为 WGS 84 经纬度", "OpenStreetMap's coordinates are WGS 84 degrees"),
        turns=turns,
        missing_nodes=ways.missing_nodes,
    )


def _read(file: Path, profile: RoadProfile) -> _Ways:
    ways = _Ways(profile)
    kind = _format(file)
    try:
        if kind is None:
            raise RuntimeError("neither PBF nor XML")
        source = osmium.io.File(str(file), kind)
        wanted = osmium.filter.KeyFilter("highway", "barrier", "type")
        for thing in osmium.FileProcessor(source).with_locations("flex_mem").with_filter(wanted):
            ways.take(thing)
    except _BROKEN as error:
        raise unreadable(
            file.name,
            "不是完好的 OpenStreetMap 数据",
            "not an OpenStreetMap extract, or a broken one",
            found=str(error)[:120],
            expected=".osm.pbf, .osm",
        ) from None
    return ways


def _stretches(ways: _Ways, lonlat: Coords, target: Target) -> Stretches:
    """Runs cut where two roads meet, where one ends, and where a barrier stands."""
    nodes: Ids = np.array(ways.nodes, dtype=np.int64)
    blocked = np.isin(nodes, np.array(sorted(ways.blocked), dtype=np.int64))
    cut = cut_runs(nodes, np.array(ways.run_size), blocked)
    owner = np.array(ways.run_way)[cut.run]
    within = numbered_within(owner).tolist()
    numbers = texts(f"{ways.ways[way]}.{n}" for way, n in zip(owner.tolist(), within, strict=True))
    return Stretches(
        cut.lines(systems.coords_of(lonlat, target.crs)),
        numbers,
        _names(nodes[cut.starts], blocked[cut.starts], numbers, "a"),
        _names(nodes[cut.ends], blocked[cut.ends], numbers, "b"),
        owner,
        ways.facts,
    )


def _names(nodes: Ids, blocked: NDArray[np.bool_], numbers: NDArray[np.object_], side: str) -> NDArray[np.object_]:
    """A node's number; at a barrier each stretch has an end of its own, so that nothing passes."""
    parts = zip(nodes.tolist(), blocked.tolist(), numbers.tolist(), strict=True)
    return texts(f"{node}|{number}{side}" if stopped else str(node) for node, stopped, number in parts)
