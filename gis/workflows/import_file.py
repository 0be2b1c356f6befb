"""
Import a user's file: read it, check it, store what is good in one transaction, report what became of every row.

A cause that concerns the whole file (its reference system cannot be told, a required column is missing) stores
nothing. A row that cannot be taken is refused by itself; the good rows are stored together or not at all.
The same file again changes nothing, and is then not logged twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis.errors import InvalidParameter
from gis.ingest.check import CheckOptions, check_table
from gis.ingest.events import Events, parcel_events, plain_values, project_events
from gis.ingest.files import Reading, read_raw
from gis.ingest.mapping import Mapping, read_mapping
from gis.ingest.references import holding_towns, only_towns, resolve
from gis.ingest.report import Counts, ImportReport
from gis.ingest.shift import Shift, find_misplaced, find_shift
from gis.ingest.source import checked_path
from gis.ingest.table import CheckedTable, RawTable, Target
from gis.layers import LAYERS, Layer
from gis.model import Actor, Query
from gis.store.port import Outcome, PutResult, Store, Writer
from gis.words import Words

KINDS: dict[str, str] = {
    "projects": "project",
    "parks": "park",
    "parcels": "parcel",
    "zones": "zone",
    "towns": "town",
    "reports": "progress_report",
    "milestones": "milestone",
    "events": "parcel_event",
}
Progress = Callable[[Words, float], None]
_COMPARED = 2000
_TOWN_COLUMN = {"project": "located_in_town", "parcel": "town"}
_STAGE_COLUMNS = {
    "project": ("code", "stage", "stage_on"),
    "parcel": ("parcel_no", "stage", "stage_on", "hold_reason", "held_since"),
}


def _silent(_words: Words, _share: float) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    What the user says of a file.

    ``mapping``: a TOML file, column → field. ``crs``: of the file, where it cannot say it itself. ``on``: the day
    from which changed attributes hold, and that of a stage without one (default: today). ``strict``: any refused
    row refuses the file. ``layer_name``: which layer of a file that has several.
    """

    mapping: Path | None = None
    crs: str | None = None
    dry_run: bool = False
    swap_axes: bool = False
    on: date | None = None
    strict: bool = False
    layer_name: str | None = None
    progress: Progress = field(default=_silent, compare=False)


class _Undo(Exception):
    """Ends a dry run's transaction so that it is rolled back."""


def import_file(
    store: Store, actor: Actor, kind: str, path: Path, options: ImportOptions | None = None
) -> ImportReport:
    """
    Import ``path`` as ``kind`` (a key of ``KINDS``).

    Returns
    -------
    ImportReport
        ``read = stored + updated + unchanged + refused_rows``; with ``dry_run`` what would have become of them.

    Raises
    ------
    UnreadableFile, ColumnsNotMatched, CrsUnknown, CrsRefused, InvalidValue
        Causes that concern the whole file; nothing is stored.
    NotAllowed, StoreBusy, StoreFull, InvalidRow
        From the store; nothing is stored.
    """
    chosen = options or ImportOptions()
    return _Import(store, actor, _layer(kind), chosen).run(path)


def _layer(kind: str) -> Layer:
    try:
        return LAYERS[KINDS[kind]]
    except KeyError:
        raise InvalidParameter(
            Words(f"不能导入“{kind}”", f"'{kind}' cannot be imported"), found=kind, expected=" | ".join(KINDS)
        ) from None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A checked table with its references resolved and its events made, ready to be written."""

    table: CheckedTable
    side: dict[str, pd.DataFrame]
    warnings: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    """What the store said of each row, and of the ledger rows that came along."""

    outcomes: tuple[Outcome, ...]
    side: dict[str, Counts]


@dataclass(frozen=True)
class _Import:
    """One import under way."""

    store: Store
    actor: Actor
    layer: Layer
    options: ImportOptions

    @property
    def today(self) -> date:
        return self.options.on or date.today()

    def run(self, path: Path) -> ImportReport:
        began = time.perf_counter()
        tell = self.options.progress
        tell(Words("读取文件", "reading"), 0.0)
        mapping = self._mapping()
        raw = self._read(path, mapping)
        tell(Words("检查", "checking"), 0.3)
        ready = self._ready(self._checked(raw, mapping))
        if self.options.strict and ready.table.refused_rows:
            report = _refused_whole(_report(ready, _Written((), {}), 0.0), ready.table)
        else:
            tell(Words("入库", "storing"), 0.7)
            report = self._stored(ready, began)
        tell(Words("完成", "done"), 1.0)
        return report

    def _mapping(self) -> Mapping | None:
        if self.options.mapping is None:
            return None
        file = checked_path(self.options.mapping)
        return read_mapping(file.read_bytes(), self.layer, name=file.name)

    def _read(self, path: Path, mapping: Mapping | None) -> RawTable:
        how = Reading(layer_name=self.options.layer_name)
        if mapping is not None:
            said = mapping.options
            headers = tuple(mapping.columns)
            how = replace(how, sheet=said.sheet, encoding=said.encoding, skip_rows=said.skip_rows, known=headers)
        return read_raw(path, how)

    def _checked(self, raw: RawTable, mapping: Mapping | None) -> CheckedTable:
        extent = None if self.layer.name == "town" else self.store.extent(("town",))
        options = CheckOptions(self.today, mapping, self.options.crs, self.options.swap_axes, self._known)
        return check_table(raw, self.layer, Target(self.store.info.crs, extent), options)

    def _known(self, layer: str) -> Collection[str]:
        key = LAYERS[layer].key[0]
        return frozenset(self.store.read(layer, Query(columns=(key,)))[key])

    # ------------------------------------------------------------ before storing

    def _ready(self, table: CheckedTable) -> _Ready:
        frame, warnings = self._resolved(table.frame)
        frame, filled = self._with_towns(frame)
        table = replace(table, frame=frame)
        side = dict(table.side)
        events = self._events(table, side.pop("parcel_event", pd.DataFrame()))
        if events is not None and len(events.frame):
            side["parcel_event" if self.layer.name == "parcel" else "project_event"] = events.frame
        told = (*warnings, *filled, *(events.warnings if events else ()), *self._shifted(table))
        return _Ready(table, {name: rows for name, rows in side.items() if len(rows)}, told)

    def _resolved(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Words, ...]]:
        """Towns and parks given by name, as codes."""
        told: tuple[Words, ...] = ()
        for column in self.layer.columns:
            if column.references not in ("town", "park") or column.name not in frame or frame[column.name].isna().all():
                continue
            places = self.store.read(column.references, Query(columns=("code", "name")))
            codes, names = [*places["code"]], [*places["name"]]
            if self.layer.name == column.references:
                codes, names = [*codes, *frame["code"]], [*names, *frame["name"]]
            found = resolve(frame[column.name], *_each_once(codes, names), column.references)
            frame = frame.assign(**{column.name: found.values})
            told += found.warnings(column)
        return frame, told

    def _with_towns(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Words, ...]]:
        """A missing town is the one that holds most of the geometry, unless the store knows one already."""
        name = _TOWN_COLUMN.get(self.layer.name)
        if name is None or "geometry" not in frame or frame.empty:
            return frame, ()
        said = frame[name] if name in frame else pd.Series([None] * len(frame), dtype="str", index=frame.index)
        open_ = said.isna() & frame["geometry"].notna() & ~frame[self.layer.key[0]].isin(self._placed(name))
        towns = only_towns(self.store.read("town"))
        if not open_.any() or towns.empty:
            return frame, ()
        found = holding_towns(np.asarray(frame.loc[open_, "geometry"].array, dtype=object), towns)
        filled = said.astype("object")
        filled[open_] = found
        column, count = self.layer.column(name).words, sum(code is not None for code in found)
        told = Words(
            f"{count} 行的{column.zh}按图形位置补填", f"{column.en}: {count} filled from where the geometry lies"
        )
        return frame.assign(**{name: filled.astype("str")}), (told,) if count else ()

    def _placed(self, name: str) -> Collection[str]:
        """Keys whose town the store knows."""
        key = self.layer.key[0]
        stored = self.store.read(self.layer.name, Query(columns=(key, name)))
        return frozenset(stored.loc[stored[name].notna(), key])

    def _events(self, table: CheckedTable, steps: pd.DataFrame) -> Events | None:
        columns = _STAGE_COLUMNS.get(self.layer.name)
        if columns is None or table.frame.empty:
            return None
        states_dates = "actual_start_on" in table.frame or "actual_finish_on" in table.frame
        if table.stated.empty and steps.empty and not states_dates:
            return None
        stored = self.store.read(self.layer.name, Query(columns=columns))
        rows = zip(*(plain_values(stored[c]) for c in columns), strict=True)
        present = {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows}
        if self.layer.name == "project":
            return project_events(table.frame, table.stated, present, self.today)
        return parcel_events(table.frame, table.stated, steps, present, self.today)

    def _shifted(self, table: CheckedTable) -> tuple[Words, ...]:
        """Does the file lie off, as the maps of 高德 and 百度 do, from what is stored?"""
        if self.layer.geometry is None or "geometry" not in table.frame or table.frame.empty:
            return ()
        shift = self._shift_by_name(table) or self._shift_by_town(table)
        return (shift.words,) if shift else ()

    def _shift_by_name(self, table: CheckedTable) -> Shift | None:
        step = max(1, len(table.frame) // _COMPARED)
        key = self.layer.key[0]
        incoming = table.frame.iloc[::step]
        stored = self.store.read(self.layer.name, Query(keys=tuple(incoming[key])))
        by = key
        if self.layer.name == "town" and stored.empty and "name" in incoming:
            stored, by = self.store.read("town"), "name"
            stored = stored.drop_duplicates("name", keep=False)
        pairs = incoming[[by, "geometry"]].merge(stored[[by, "geometry"]], on=by, suffixes=("", "_stored"))
        if pairs.empty:
            return None
        moved, there = (np.asarray(pairs[c].array, dtype=object) for c in ("geometry", "geometry_stored"))
        return find_shift(moved, there, self.store.info.crs)

    def _shift_by_town(self, table: CheckedTable) -> Shift | None:
        name = _TOWN_COLUMN.get(self.layer.name)
        if name is None or name not in table.frame:
            return None
        towns = only_towns(self.store.read("town")).drop_duplicates("code").set_index("code").geometry
        rows = table.frame[table.frame[name].isin(towns.index) & table.frame["geometry"].notna()]
        if rows.empty:
            return None
        geoms = np.asarray(rows["geometry"].array, dtype=object)
        return find_misplaced(geoms, np.asarray(towns[rows[name]].array, dtype=object), self.store.info.crs)

    # ------------------------------------------------------------ storing

    def _stored(self, ready: _Ready, began: float) -> ImportReport:
        report: ImportReport | None = None
        with self._transaction() as writer:
            written = self._write(writer, ready)
            report = _report(ready, written, time.perf_counter() - began)
            if self.options.dry_run:
                report = replace(report, dry_run=True)
                raise _Undo
            self._log(writer, report, written)
        if report is None:
            raise AssertionError("a transaction that neither raised nor reported")
        return report

    @contextmanager
    def _transaction(self) -> Iterator[Writer]:
        try:
            with self.store.writing(self.actor) as writer:
                yield writer
        except _Undo:
            return

    def _write(self, writer: Writer, ready: _Ready) -> _Written:
        frame = ready.table.frame
        if frame.empty:
            result = PutResult(())
        elif self.layer.kind == "ledger":
            result = writer.append(self.layer.name, frame.drop(columns="geometry", errors="ignore"))
        else:
            result = writer.put(self.layer.name, frame, on=self.options.on)
        outcomes = list(result.outcomes)
        side: dict[str, Counts] = {}
        for name, rows in ready.side.items():
            along = writer.append(name, rows)
            side[name] = Counts(*(along.count(o) for o in ("stored", "updated", "unchanged")))
            _lift(outcomes, frame[self.layer.key[0]], rows[LAYERS[name].key[0]], along)
        return _Written(tuple(outcomes), side)

    def _log(self, writer: Writer, report: ImportReport, written: _Written) -> None:
        """The import log; a file that is logged already and changed nothing is not logged again."""
        changed = report.stored or report.updated or any(c.stored or c.updated for c in written.side.values())
        if not changed and self._is_logged(report):
            return
        row = {
            "layer": report.layer,
            "file_name": report.file,
            "sha256": report.sha256,
            "crs": report.crs,
            "read": report.read,
            "stored": report.stored,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "refused": report.refused_rows,
            "report": report.as_dict(),
        }
        writer.append("import_log", pd.DataFrame({name: [value] for name, value in row.items()}))

    def _is_logged(self, report: ImportReport) -> bool:
        log = self.store.read("import_log", Query(keys=(report.sha256,)))
        return bool((log["layer"] == report.layer).any())


def _each_once(codes: list[str], names: list[Any]) -> tuple[list[str], list[Any]]:
    once = dict(zip(codes, names, strict=True))
    return list(once), list(once.values())


def _lift(outcomes: list[Outcome], keys: pd.Series[Any], owners: pd.Series[Any], along: PutResult) -> None:
    """A row whose own columns are unchanged is updated where a ledger row that it brought is not."""
    changed = {owner for owner, outcome in zip(owners, along.outcomes, strict=True) if outcome != "unchanged"}
    for i, key in enumerate(keys):
        if outcomes[i] == "unchanged" and key in changed:
            outcomes[i] = "updated"


def _report(ready: _Ready, written: _Written, seconds: float) -> ImportReport:
    table = ready.table
    return ImportReport(
        file=table.source.name,
        sha256=table.source.sha256,
        layer=table.layer,
        crs=table.crs,
        crs_evidence=table.crs_evidence,
        read=table.read if written.outcomes or not table.rows else table.refused_rows,
        stored=written.outcomes.count("stored"),
        updated=written.outcomes.count("updated"),
        unchanged=written.outcomes.count("unchanged"),
        refused_rows=table.refused_rows,
        refused=table.refused,
        repaired=table.repaired,
        warnings=(*table.warnings, *ready.warnings),
        side=written.side,
        area_before_m2=table.area_before_m2,
        area_after_m2=table.area_after_m2,
        seconds=seconds,
    )


def _refused_whole(report: ImportReport, table: CheckedTable) -> ImportReport:
    """``strict``: rows were refused, so all are."""
    told = Words(
        f"严格模式：{table.refused_rows} 行被拒绝，整个文件未入库",
        f"strict: {table.refused_rows} rows were refused, so nothing was stored",
    )
    return replace(
        report, read=table.read, refused_rows=table.read, area_after_m2=0.0, warnings=(told, *report.warnings)
    )
