"""
Roads from a layer of lines (Shapefile, GeoPackage, GeoJSON …): columns by recipe, junctions by where lines meet.

Lines are cut where two have a vertex in common, and where one ends within the snap tolerance of another; ends within
it are made one. Lines that only cross, as at a bridge, do not meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs as systems
from gis.errors import Place
from gis.ingest.columns import match_and_convert
from gis.ingest.crs_detection import FoundCrs, find_crs
from gis.ingest.files import Reading, read_raw
from gis.ingest.mapping import Mapping, read_mapping
from gis.ingest.road_tags import Reason, RoadFacts, speed_limit
from gis.ingest.road_topology import Drawn, stretches_of
from gis.ingest.road_words import CLASSES_EXPECTED, DIRECTIONS_EXPECTED, class_of, direction_of_word
from gis.ingest.roads import RoadTable, near_county, without_zero_length
from gis.ingest.source import checked_path, unreadable
from gis.ingest.table import RawTable, Refusal, Target
from gis.ingest.vector import Geometries
from gis.layers import ROAD, Column, Layer
from gis.model import RoadClass
from gis.rules.road_speeds import RoadProfile
from gis.words import Words

SNAP_M = 0.5
_LINES = (1, 5)
_LINE = Words("线", "a line")

# The same layer as bureaus file it: words for class and direction, a limit beside or instead of a speed.
FILED_ROAD = Layer(
    ROAD.name,
    ROAD.words,
    ROAD.kind,
    ROAD.key,
    (
        replace(ROAD.column("road_no"), required=False),
        ROAD.column("name"),
        replace(
            ROAD.column("road_class"),
            codes=None,
            aliases=(*ROAD.column("road_class").aliases, "行政等级", "公路等级", "道路类型", "类别", "class", "type"),
        ),
        replace(ROAD.column("direction"), codes=None, required=False, aliases=("方向", "oneway", "单行", "是否单行")),
        Column("speed_kmh", "real", ROAD.column("speed_kmh").words, ("车速", "speed_kmh")),
        Column("maxspeed", "text", Words("限速", "speed limit"), ("maxspeed", "限制速度")),
        ROAD.column("surface"),
    ),
    geometry=ROAD.geometry,
    geometry_required=True,
)


@dataclass(frozen=True, slots=True)
class RoadLayerReading:
    """What the user says of a road layer: a mapping file, its CRS, which layer, how near ends are one (m)."""

    mapping: Path | None = None
    crs: str | None = None
    layer_name: str | None = None
    snap_m: float | None = None


def read_road_layer(path: Path, target: Target, profile: RoadProfile, said: RoadLayerReading) -> RoadTable:
    """
    The roads of a layer of lines that this vehicle may take.

    A road's number is the row's own (else ``#`` and the row) and, behind a dot, the place of the stretch.

    Raises
    ------
    UnreadableFile, ColumnsNotMatched, CrsUnknown, CrsRefused, InvalidValue
        As ``import_file``; CrsUnknown, too, where all lies outside the county.
    """
    mapping = _mapping(said.mapping)
    raw = _raw(path, mapping, said)
    found = find_crs(raw, target, said=said.crs)
    if found is None:
        raise unreadable(raw.source.name, "文件中没有图形", "the file has no geometry", found=raw.format, expected="线")
    rows = _Rows(raw, mapping, profile)
    lines = systems.reproject(found.geometry, found.crs, target.crs).to_numpy()
    drawn, left_out = rows.drawn(shapely.force_2d(lines), target)
    if not len(drawn.lines):
        raise _no_road(rows, profile)
    snap_m = SNAP_M if said.snap_m is None else said.snap_m
    stretches, zero = without_zero_length(stretches_of(drawn, snap_m))
    left_out["zero_length"] += zero
    return RoadTable(
        source=raw.source,
        frame=stretches.frame(target, raw.source.name),
        read=len(raw.rows) + len(raw.refused),
        left_out={reason: count for reason, count in left_out.items() if count},
        crs=found.crs,
        crs_evidence=found.evidence,
        refused=(*raw.refused, *rows.refused),
        warnings=_warnings(raw, found, rows, snap_m),
    )


def _mapping(path: Path | None) -> Mapping:
    if path is None:
        return Mapping()
    file = checked_path(path)
    return read_mapping(file.read_bytes(), FILED_ROAD, name=file.name)


def _raw(path: Path, mapping: Mapping, said: RoadLayerReading) -> RawTable:
    raw = read_raw(path, Reading(layer_name=said.layer_name, encoding=mapping.options.encoding))
    if not raw.rows:
        raise unreadable(raw.source.name, "文件中没有要素", "the file has no feature", found="0", expected="≥ 1")
    return raw


def _no_road(rows: _Rows, profile: RoadProfile) -> Exception:
    first = rows.refused[0] if rows.refused else None
    return unreadable(
        rows.raw.source.name,
        f"文件中没有{profile.words.zh}可走的道路",
        f"the file has no road for a {profile.words.en}",
        found=f"{first.place.column}: {first.found}" if first else f"{len(rows.raw.rows)}",
        expected=first.expected.zh if first else "≥ 1",
    )


def _warnings(raw: RawTable, found: FoundCrs, rows: _Rows, snap_m: float) -> tuple[Words, ...]:
    snapped = Words(
        f"相距不超过 {snap_m:g} 米的端点视为同一路口", f"ends within {snap_m:g} m of one another are one junction"
    )
    return (*raw.warnings, *found.warnings, *rows.warnings, snapped)


class _Rows:
    """The rows of a layer: what each says, which cannot be read (``refused``), and what to tell of the columns."""

    def __init__(self, raw: RawTable, mapping: Mapping, profile: RoadProfile) -> None:
        self.raw, self.profile = raw, profile
        converted = match_and_convert(raw, FILED_ROAD, mapping, today=date.today())
        self.frame, self.warnings = converted.frame, converted.warnings
        self.refused: list[Refusal] = list(converted.refused)
        self._bad = set(converted.bad_rows)

    def drawn(self, lines: Geometries, target: Target) -> tuple[Drawn, Counter[str]]:
        """The lines to be cut, in the target's CRS, and how many rows were left out for which reason."""
        left_out: Counter[str] = Counter()
        near = near_county(lines, target)
        facts: list[RoadFacts] = []
        kept: list[int] = []
        for row, said in enumerate(self._facts(shapely.get_type_id(lines))):
            if isinstance(said, RoadFacts) and near[row]:
                kept.append(row)
                facts.append(said)
            elif said is not None:
                left_out["outside" if isinstance(said, RoadFacts) else said] += 1
        parts, owner = shapely.get_parts(lines[kept], return_index=True)
        names = self._names(kept)
        return Drawn(parts, owner, tuple(names), tuple(facts)), left_out

    def _facts(self, types: NDArray[np.int32]) -> Sequence[RoadFacts | Reason | None]:
        """What each row says; None where it is refused."""
        cells = {name: self._texts(name) for name in FILED_ROAD.names}
        return [self._row(i, {k: v[i] for k, v in cells.items()}, int(types[i])) for i in range(len(self.raw.rows))]

    def _texts(self, name: str) -> list[str]:
        if name not in self.frame:
            return [""] * len(self.raw.rows)
        return ["" if pd.isna(value) else str(value) for value in self.frame[name].tolist()]

    def _row(self, i: int, cells: dict[str, str], type_id: int) -> RoadFacts | Reason | None:
        if i in self._bad:
            return None
        kind, direction = class_of(cells["road_class"]), direction_of_word(cells["direction"])
        if type_id not in _LINES:
            self._refuse(i, "geometry", "" if type_id < 0 else f"type {type_id}", _LINE)
        elif kind is None:
            self._refuse(i, "road_class", cells["road_class"], CLASSES_EXPECTED)
        elif direction is None:
            self._refuse(i, "direction", cells["direction"], DIRECTIONS_EXPECTED)
        elif isinstance(kind, str):
            return kind
        else:
            kmh, surface = self._kmh(cells, *kind), cells["surface"] or None
            return RoadFacts(kind[0], direction, kmh, cells["name"] or None, surface)
        return None

    def _kmh(self, cells: dict[str, str], road_class: RoadClass, is_link: bool) -> float:
        """The speed that the row states, else from its limit, else that of its class."""
        top = self.profile.speeds[road_class].top_kmh
        if cells["speed_kmh"] and float(cells["speed_kmh"]) > 0:
            return min(float(cells["speed_kmh"]), top)
        limit = speed_limit(cells["maxspeed"].removesuffix(".0"), top)
        return self.profile.speed_kmh(road_class, limit, is_link=is_link, surface=cells["surface"] or None)

    def _refuse(self, i: int, column: str, found: str, expected: Words) -> None:
        title = column if column == "geometry" else FILED_ROAD.column(column).words.zh
        place = Place(self.raw.source.name, self.raw.rows[i], title)
        self.refused.append(Refusal(place, found, expected))

    def _names(self, kept: Sequence[int]) -> list[str]:
        """Each row's number in the file, else ``#`` and its place; one that several rows have is no hindrance."""
        numbers = self._texts("road_no")
        return [numbers[i].strip() or f"#{self.raw.rows[i]}" for i in kept]
