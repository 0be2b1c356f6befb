"""
An import as it would be: the file read, checked and fitted to the store under a person's choices, and each row's fate.

Nothing is written. Preview and commit make the same draft of the same bytes, and compare what they found by its digest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs as systems
from gis.errors import GuatuError
from gis.ingest.check import CheckOptions, check_table
from gis.ingest.contents import Part, first_file_of, read_part, unpacked
from gis.ingest.crs_detection import FoundCrs, find_crs
from gis.ingest.detection import Encoding, columns_of, encoding_of, guess_layer
from gis.ingest.files import Reading
from gis.ingest.fixes import with_area_units, with_edits, with_land_classes
from gis.ingest.mapping import Mapping
from gis.ingest.staging import Upload
from gis.ingest.table import CheckedTable, RawTable, SourceFile, Target
from gis.layers import Layer
from gis.model import Query
from gis.rules.land_classes import land_class_schemes
from gis.store.port import Store
from gis.workflows.assess_store import default_day
from gis.workflows.classify_rows import RowFate, classify_entities, classify_ledger, lift_by_ledgers
from gis.workflows.import_choices import UNKNOWN_SCHEME, Choices
from gis.workflows.import_file import KINDS
from gis.workflows.prepare_import import Prepared, prepare_import
from gis.workflows.read_import import refuse_empty, stored_keys, target_of, with_stored_projects
from gis.workflows.store_prepared import Storing

_KIND_OF = {layer: kind for kind, layer in KINDS.items()}
# Beside its own rows, these decide what an import does: names become codes, events are made of what stands.
_ALSO = ("town", "park", "project", "parcel_event", "project_event", "project_plan")


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """A part of an upload as it was read: its table before any fix, and its encoding."""

    upload: Upload
    part: Part
    raw: RawTable
    encoding: Encoding


def open_part(upload: Upload, part: Part, choices: Choices, *, alone: bool = True) -> OpenedPart:
    """
    Read a part. ``alone``: the upload has no other, so that the file's name and digest are the part's.

    Raises
    ------
    UnreadableFile
        As ``read_raw``; also where it has no rows.
    """
    how = Reading(
        layer_name=part.layer,
        sheet=part.sheet,
        encoding=choices.encoding,
        known=tuple(choices.columns),
        close_rings=choices.close_rings,
    )
    source = upload.source if alone else _source_of(upload, part)
    with unpacked(upload.file, part) as plain:
        raw = read_part(plain, part, source, how)
    with unpacked(upload.file, first_file_of(upload.file, part)) as plain:
        encoding = encoding_of(plain, part.format, said=choices.encoding)
    refuse_empty(raw)
    return OpenedPart(upload, part, raw, encoding)


def _source_of(upload: Upload, part: Part) -> SourceFile:
    """Of several parts each is a file of its own to the import log."""
    digest = hashlib.sha256(f"{upload.sha256}|{part.name}".encode()).hexdigest()
    name = part.name if part.name.startswith(upload.name) else f"{upload.name} › {part.name}"
    return SourceFile(name, upload.size, digest)


def with_kind(opened: OpenedPart, choices: Choices) -> Choices:
    """The choices with the kind of thing that the file looks like, where none was said."""
    return choices if choices.kind else replace(choices, kind=_KIND_OF[guess_layer(opened.raw)])


@dataclass(frozen=True)
class Draft:
    """
    An import as it would be.

    ``fates``: of the rows of ``ready.table.frame``, in its order; ``side_fates``: of the ledger rows that come along.
    ``removed``: stored rows that a complete file lacks. ``shapes``: row of the file → its geometry in longitude and
    latitude, of the refused rows. ``version``: of the data that it was made of. ``asks``: what must be said before
    it can be committed ("scheme").
    """

    choices: Choices
    layer: Layer
    ready: Prepared
    fates: list[RowFate]
    side_fates: dict[str, list[RowFate]]
    removed: gpd.GeoDataFrame
    shapes: dict[int, Any]
    version: int
    asks: tuple[str, ...]

    @property
    def table(self) -> CheckedTable:
        """The checked rows."""
        return self.ready.table

    @cached_property
    def digest(self) -> str:
        """Equal where two drafts would do the same to every row, and leave out the same ones."""
        told = hashlib.sha256()
        for row, fate in zip(self.table.rows, self.fates, strict=True):
            changes = [(c.column, c.before, c.after) for c in fate.changes]
            events = [(name, {k: str(v) for k, v in event.items()}) for name, event in fate.events]
            moved = None if fate.moved_m2 is None else round(fate.moved_m2, 3)
            told.update(json.dumps((row, fate.key, fate.state, changes, moved, events), default=str).encode())
        refused = [(r.place.row, r.place.column, r.found) for r in self.table.refused]
        removed = sorted(self.removed.iloc[:, 0].astype(str)) if len(self.removed) else []
        told.update(json.dumps((refused, removed, self.choices.as_dict()), default=str).encode())
        return told.hexdigest()


def versions_of(layer: Layer) -> tuple[str, ...]:
    """The layers whose changes may change what an import into ``layer`` does."""
    return tuple(dict.fromkeys((layer.name, *_ALSO)))


def draft_import(store: Store, opened: OpenedPart, choices: Choices) -> Draft:
    """
    What importing the part would do.

    Raises
    ------
    ColumnsNotMatched, CrsUnknown, CrsRefused, InvalidValue, InvalidParameter
        Causes that concern the whole file.
    """
    return _Drafting(store, opened, with_kind(opened, choices)).made()


@dataclass(frozen=True)
class _Drafting:
    store: Store
    opened: OpenedPart
    choices: Choices

    @property
    def layer(self) -> Layer:
        return self.choices.layer

    def made(self) -> Draft:
        version = self.store.version(versions_of(self.layer))
        mapping = self.choices.mapping(self.opened.part.name)
        raw = fixed_raw(self.store, self.opened.raw, self.layer, mapping, self.choices)
        table, asks = self._with_scheme(self._checked(raw, mapping), raw, mapping)
        ready = prepare_import(self.store, self.layer, table, self.choices.on or default_day(self.store))
        ready = self._as_appended(ready)
        fates = self._fates(ready)
        side_fates = lift_by_ledgers(self.store, fates, ready.side)
        return Draft(
            choices=self.choices,
            layer=self.layer,
            ready=ready,
            fates=fates,
            side_fates=side_fates,
            removed=self._removed(ready.table, raw),
            shapes=self._refused_shapes(raw, ready.table),
            version=version,
            asks=asks,
        )

    def _fates(self, ready: Prepared) -> list[RowFate]:
        classify = classify_entities if self.layer.kind == "entity" else classify_ledger
        return classify(self.store, self.layer, ready.table.frame)

    def _as_appended(self, ready: Prepared) -> Prepared:
        """A ledger's rows with what stands beside them, as they are written; writing them again changes nothing."""
        if self.layer.kind != "ledger" or ready.table.frame.empty:
            return ready
        frame = Storing(self.store, self.layer).corrections(ready.table.frame)
        return replace(ready, table=replace(ready.table, frame=frame))

    def _checked(self, raw: RawTable, mapping: Mapping | None) -> CheckedTable:
        options = CheckOptions(
            self.choices.on or default_day(self.store),
            mapping,
            self.choices.crs,
            self.choices.swap_axes,
            partial(stored_keys, self.store),
            self.choices.repair,
        )
        return check_table(raw, self.layer, target_of(self.store, self.layer), options)

    def _with_scheme(
        self, table: CheckedTable, raw: RawTable, mapping: Mapping | None
    ) -> tuple[CheckedTable, tuple[str, ...]]:
        """Codes of land classes under the scheme that was chosen; asked for where nobody said one."""
        if not (open_rows := self._without_scheme(table)).any():
            return table, ()
        if self.choices.scheme in (None, UNKNOWN_SCHEME):
            return table, () if self.choices.scheme else ("scheme",)
        columns = columns_of(raw, self.layer, mapping or Mapping())
        header = next((c["header"] for c in columns if c["field"] == "land_class_code"), "地类编码")
        scheme = next(s for s in land_class_schemes() if s.key == self.choices.scheme)
        return with_land_classes(table, scheme, header, open_rows), ()

    def _without_scheme(self, table: CheckedTable) -> NDArray[np.bool_]:
        """Rows with a code of a land class of which neither the file nor the store says of which scheme it is."""
        frame, names = table.frame, ("land_class_code", "land_class_scheme")
        if names[0] not in frame or frame.empty:
            return np.zeros(len(frame), dtype=bool)
        said = frame[names[1]].notna() if names[1] in frame else pd.Series(False, index=frame.index)
        keys = frame[self.layer.key[0]]
        stored = self.store.read(self.layer.name, Query(keys=tuple(keys), columns=(self.layer.key[0], *names)))
        stored = stored[stored[names[1]].notna()]
        known = dict(zip(stored[self.layer.key[0]], stored[names[0]], strict=True))
        same = [known.get(key) == code for key, code in zip(keys, frame[names[0]], strict=True)]
        return np.asarray(frame[names[0]].notna() & ~said & ~np.array(same, dtype=bool), dtype=bool)

    # ------------------------------------------------------------ what the file lacks

    def _removed(self, table: CheckedTable, raw: RawTable) -> gpd.GeoDataFrame:
        """Stored rows of what the file is said to be complete for, that it does not name, not even in a refused row."""
        complete = self.choices.complete_for
        columns = (self.layer.key[0], *(("name",) if "name" in self.layer.names else ()), "geometry")
        if complete is None or self.layer.kind != "entity":
            return gpd.GeoDataFrame({self.layer.key[0]: []}, geometry=[], crs=self.store.info.crs)
        where = () if complete.column == "all" else ((complete.column, complete.value),)
        stored = self.store.read(self.layer.name, Query(where=where, columns=columns))
        named = {*table.frame[self.layer.key[0]], *_texts_of_refused(raw, table)}
        return stored[~stored[self.layer.key[0]].isin(named)].reset_index(drop=True)

    def _refused_shapes(self, raw: RawTable, table: CheckedTable) -> dict[int, Any]:
        """Where the refused rows lie, as far as that can be drawn."""
        rows = {r.place.row for r in table.refused}
        found = crs_found(raw, target_of(self.store, self.layer), self.choices)
        at = [i for i, row in enumerate(raw.rows) if row in rows]
        if found is None or not at:
            return {}
        shapes = shapely.force_2d(np.asarray(found.geometry.array, dtype=object)[at])
        drawn = systems.to_lonlat(shapes, found.crs)
        good = [bool(np.isfinite(box).all()) for box in shapely.bounds(drawn)]
        return {raw.rows[i]: shape for i, shape, ok in zip(at, drawn, good, strict=True) if ok}


def crs_found(raw: RawTable, target: Target, choices: Choices) -> FoundCrs | None:
    """The file's CRS under the choices; None where it has no geometry or it cannot be told."""
    try:
        return find_crs(raw, target, said=choices.crs, swap_axes=choices.swap_axes)
    except GuatuError:
        return None


def fixed_raw(store: Store, raw: RawTable, layer: Layer, mapping: Mapping | None, choices: Choices) -> RawTable:
    """The table with codes of projects by name and with the person's fixes of cells and units."""
    edited = with_area_units(with_edits(raw, choices.edits), choices.area_units)
    return with_stored_projects(store, edited, layer, mapping)


def _texts_of_refused(raw: RawTable, table: CheckedTable) -> set[str]:
    kept = set(table.rows)
    at = [i for i, row in enumerate(raw.rows) if row not in kept]
    return {str(value).strip() for value in raw.frame.iloc[at].to_numpy(dtype=object).ravel()}
