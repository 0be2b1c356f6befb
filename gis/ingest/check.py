"""A raw table becomes one that may be stored: columns, reference system, geometry and keys, in one report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs as systems
from gis.crs import Coords
from gis.errors import CrsRefused, Place
from gis.ingest.columns import Converted, match_and_convert
from gis.ingest.crs_detection import FoundCrs, find_crs
from gis.ingest.cut_names import with_whole_names
from gis.ingest.geometry import CheckedGeometry, Labels, check_geometry
from gis.ingest.ledger import as_reports
from gis.ingest.mapping import Mapping
from gis.ingest.oddities import declared_areas, duplicates, overlaps
from gis.ingest.table import CheckedTable, RawTable, Refusal, Target
from gis.ingest.usual_recipes import with_usual_recipes
from gis.ingest.vector import Geometries
from gis.layers import LAYERS, Layer
from gis.words import Words

KnownKeys = Callable[[str], Collection[str]]
Positions = NDArray[np.intp]
_DRAWN = {"DXF", "KML"}


def _none_known(_layer: str) -> Collection[str]:
    return ()


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """
    What the user said of the file.

    ``known`` gives the keys of a layer that the store holds: a row whose key is known may come without
    geometry, and a ledger's row must belong to something. ``repair``: rows of the file whose broken polygons are to be
    made valid whatever that does to their area.
    """

    today: date
    mapping: Mapping | None = None
    crs: str | None = None
    swap_axes: bool = False
    known: KnownKeys = field(default=_none_known)
    repair: frozenset[int] = frozenset()


def check_table(raw: RawTable, layer: Layer, target: Target, options: CheckOptions) -> CheckedTable:
    """
    Decide of each row whether it may be stored, and in what form.

    Returns
    -------
    CheckedTable
        ``read`` = kept rows + refused rows; every bad cell of a refused row is named.

    Raises
    ------
    ColumnsNotMatched, CrsUnknown, CrsRefused, InvalidValue
        Causes that concern the whole file.
    """
    if layer.name == "progress_report":
        raw = as_reports(raw, options.mapping, today=options.today)
    raw = with_whole_names(raw, layer, options.mapping or Mapping())
    mapping, recipes = with_usual_recipes(options.mapping or Mapping(), raw, layer)
    converted = match_and_convert(raw, layer, mapping, today=options.today)
    run = _Run(raw, layer, target, converted)
    found = find_crs(raw, target, said=options.crs, swap_axes=options.swap_axes) if layer.geometry else None
    shapes = run.shapes(found, options.repair)
    bad = {*converted.bad_rows, *shapes.bad}
    refused = [*raw.refused, *converted.refused, *shapes.refused]
    for more in run.left_out(shapes, options, bad):
        refused += more.values()
        bad |= more.keys()
    repeated = run.repeated(bad)
    refused += repeated.values()
    kept = np.array([i for i in range(len(raw.rows)) if i not in bad and i not in repeated], dtype=np.intp)
    stored = {raw.rows[i] for i in kept}
    warnings = [*raw.warnings, *recipes, *(found.warnings if found else ()), *converted.warnings, *shapes.warnings]
    return CheckedTable(
        layer.name,
        raw.source,
        run.frame(kept, shapes, found),
        tuple(raw.rows[i] for i in kept),
        len(raw.rows) + _refused_by_reader(raw),
        found.crs if found else None,
        side={name: _side(rows, kept) for name, rows in converted.side.items()},
        refused=tuple(sorted(refused, key=lambda r: r.place.row or 0)),
        repaired=tuple(r for r in shapes.repaired if r.place.row in stored),
        warnings=(*warnings, *run.oddities(kept, shapes, found)),
        stated=converted.derived.iloc[kept].reset_index(drop=True)
        if len(converted.derived.columns)
        else pd.DataFrame(),
        crs_evidence=found.evidence if found else None,
        area_before_m2=shapes.area_before_m2,
        area_after_m2=float(np.nansum(shapely.area(shapes.geometry[kept]))),
    )


def _refused_by_reader(raw: RawTable) -> int:
    """Rows that the reader itself left out: whole rows, or single cells of a table with a column a month."""
    there = set(raw.rows)
    rows = {r.place.row for r in raw.refused if r.place.row not in there}
    cells = {(r.place.row, r.place.column) for r in raw.refused if r.place.row in there}
    return len(rows) + len(cells)


def _side(rows: pd.DataFrame, kept: Positions) -> pd.DataFrame:
    return rows[rows.index.isin(kept)].reset_index(drop=True)


@dataclass(frozen=True)
class _Run:
    """One check under way."""

    raw: RawTable
    layer: Layer
    target: Target
    converted: Converted

    @cached_property
    def keys(self) -> list[str]:
        """How a person calls each row: its key, or its number where it has none."""
        named = self.converted.frame[self.layer.key[0]]
        return [str(key) if pd.notna(key) else f"#{row}" for key, row in zip(named, self.raw.rows, strict=True)]

    def place(self, position: int, column: str) -> Place:
        return Place(self.raw.source.name, self.raw.rows[position], column)

    def shapes(self, found: FoundCrs | None, repair: Collection[int] = ()) -> CheckedGeometry:
        if found is None:
            return CheckedGeometry(np.full(len(self.raw.rows), None, dtype=object))
        moved = systems.reproject(found.geometry, found.crs, self.target.crs)
        labels = Labels(self.raw.source.name, self.raw.rows, self.keys, repair)
        return check_geometry(moved, self.layer, self.target, labels, drawn=self.raw.format in _DRAWN)

    def frame(self, kept: Positions, shapes: CheckedGeometry, found: FoundCrs | None) -> pd.DataFrame:
        frame = self.converted.frame.iloc[kept].reset_index(drop=True)
        if found is None:
            return frame
        return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes.geometry[kept], crs=self.target.crs))

    def left_out(
        self, shapes: CheckedGeometry, options: CheckOptions, bad: Collection[int]
    ) -> Iterator[dict[int, Refusal]]:
        """Rows whose cells are good and that may not be stored all the same, one rule after the other."""
        yield self.without_geometry(shapes, options.known, bad)
        yield self.belonging_nowhere(options.known, bad)
        yield self.yet_to_come(options.today, bad)

    def without_geometry(self, shapes: CheckedGeometry, known: KnownKeys, bad: Collection[int]) -> dict[int, Refusal]:
        """Rows of a layer that must have geometry, new to the store and without any."""
        if not self.layer.geometry_required:
            return {}
        empty = [int(i) for i in np.flatnonzero(shapely.is_missing(shapes.geometry)) if i not in bad]
        if not empty:
            return {}
        stored, keys = known(self.layer.name), self.keys
        wanted = Words("几何图形（新增的要素必须有）", "a geometry (a new feature must have one)")
        return {i: Refusal(self.place(i, "geometry"), "", wanted) for i in empty if keys[i] not in stored}

    def belonging_nowhere(self, known: KnownKeys, bad: Collection[int]) -> dict[int, Refusal]:
        """Ledger rows of a project or parcel that the store does not hold."""
        refused: dict[int, Refusal] = {}
        for column in self.layer.columns:
            if not (column.must_exist and column.references and column.name in self.converted.frame):
                continue
            stored = known(column.references)
            what = LAYERS[column.references].words
            wanted = Words(f"库中已有的{what.zh}", f"one of the stored {what.en}")
            for i, key in enumerate(self.converted.frame[column.name]):
                if i not in bad and key not in stored:
                    refused[i] = Refusal(self.place(i, column.words.zh), str(key), wanted)
        return refused

    def yet_to_come(self, today: date, bad: Collection[int]) -> dict[int, Refusal]:
        """Events of days after today: the stage of a parcel is what its events say, so it would have them already."""
        if self.layer.name != "parcel_event":
            return {}
        days = self.converted.frame["on_date"]
        wanted = Words(
            "不晚于今天的日期（计划日期请写入地块的计划列）", "a day not after today (plans belong to the parcels)"
        )
        ahead = [int(i) for i in np.flatnonzero(days > pd.Timestamp(today)) if i not in bad]
        column = self.layer.column("on_date").words.zh
        return {i: Refusal(self.place(i, column), _shown(days[i]), wanted) for i in ahead}

    def repeated(self, bad: Collection[int]) -> dict[int, Refusal]:
        """Good rows whose key stands in an earlier good row."""
        keyed = self.converted.frame.reindex(columns=list(self.layer.row_key)).astype(object)
        keyed = keyed.where(keyed.notna(), None)  # two NaN are no equal parts of a key
        seen: dict[tuple[object, ...], int] = {}
        refused: dict[int, Refusal] = {}
        for i, key in enumerate(keyed.itertuples(index=False, name=None)):
            if i in bad:
                continue
            first = seen.setdefault(key, i)
            if first != i:
                row = self.raw.rows[first]
                wanted = Words(f"不重复的键（第 {row} 行已有）", f"a key that stands once (row {row} has it)")
                place = self.place(i, self.layer.column(self.layer.key[0]).words.zh)
                refused[i] = Refusal(place, " / ".join(_shown(part) for part in key if part is not None), wanted)
        return refused

    def oddities(self, kept: Positions, shapes: CheckedGeometry, found: FoundCrs | None) -> tuple[Words, ...]:
        if found is None or len(kept) == 0:
            return ()
        keys = [self.keys[i] for i in kept.tolist()]
        geoms = shapes.geometry[kept]
        told = duplicates(geoms, keys) if self.layer.geometry == "MultiPolygon" else ()
        if self.layer.name != "parcel":
            return told
        told += overlaps(geoms, keys)
        if "declared_area_m2" in self.converted.frame:
            said = self.converted.frame["declared_area_m2"].iloc[kept]
            told += declared_areas(said, geoms, self.target.crs, _areas_there(geoms, found, self.target), keys)
        return told


def _shown(part: object) -> str:
    return part.date().isoformat() if isinstance(part, pd.Timestamp) else str(part)


def _areas_there(geoms: Geometries, found: FoundCrs, target: Target) -> Coords:
    """Planar areas in the file's own CRS, NaN where that is no projection in metres: another zone than ours."""
    try:
        own = systems.working_crs(found.crs)
    except CrsRefused:
        return np.full(len(geoms), np.nan)
    if systems.same_crs(own, target.crs):
        return np.asarray(shapely.area(geoms))
    return np.asarray(shapely.area(systems.reproject(gpd.GeoSeries(geoms), target.crs, own).to_numpy()))
