"""
Import a user's file: read it, check it, store what is good in one transaction, report what became of every row.

A cause that concerns the whole file (its reference system cannot be told, a required column is missing) stores
nothing. A row that cannot be taken is refused by itself; the good rows are stored together or not at all.
The same file again changes nothing, and is then not logged twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from gis.errors import InvalidParameter
from gis.ingest.check import CheckOptions, check_table
from gis.ingest.files import Reading, read_raw
from gis.ingest.mapping import Mapping, read_mapping
from gis.ingest.report import ImportReport
from gis.ingest.source import checked_path
from gis.ingest.table import CheckedTable, RawTable
from gis.layers import LAYERS, Layer
from gis.model import Actor
from gis.store.port import Store, Writer
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.prepare_import import Prepared, prepare_import
from gis.workflows.read_import import refuse_empty, stored_keys, target_of, with_stored_projects
from gis.workflows.store_prepared import Storing, Written, report_of

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
# Lists with people or their money in them: the command line takes them, the import desk does not show them.
PRIVATE_KINDS: dict[str, str] = {"households": "household", "buildings": "building", "entries": "account_entry"}
Progress = Callable[[Words, float], None]


def _silent(_words: Words, _share: float) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    What the user says of a file.

    ``mapping``: a TOML file, column → field. ``crs``: of the file, where it cannot say it itself. ``on``: the day
    from which changed attributes hold, and that of a stage without one (default: today; a sample's own day).
    ``strict``: any refused row refuses the file. ``layer_name``: which layer of a file that has several.
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
    Import ``path`` as ``kind`` (a key of ``KINDS`` or ``PRIVATE_KINDS``).

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
    return _Import(store, actor, importable_layer(kind), chosen).run(path)


def importable_layer(kind: str) -> Layer:
    """The layer of a key of ``KINDS`` or ``PRIVATE_KINDS``; raises InvalidParameter."""
    try:
        return LAYERS[{**KINDS, **PRIVATE_KINDS}[kind]]
    except KeyError:
        raise InvalidParameter(
            Words(f"不能导入“{kind}”", f"'{kind}' cannot be imported"), found=kind, expected=" | ".join(KINDS)
        ) from None


@dataclass(frozen=True)
class _Import:
    """One import under way."""

    store: Store
    actor: Actor
    layer: Layer
    options: ImportOptions

    @property
    def today(self) -> date:
        return self.options.on or default_day(self.store)

    def run(self, path: Path) -> ImportReport:
        began = time.perf_counter()
        tell = self.options.progress
        tell(Words("读取文件", "reading"), 0.0)
        mapping = self._mapping()
        raw = self._read(path, mapping)
        tell(Words("检查", "checking"), 0.3)
        ready = prepare_import(self.store, self.layer, self._checked(raw, mapping), self.today)
        if self.options.strict and ready.table.refused_rows:
            return _refused_whole(ready)
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
        raw = read_raw(path, how)
        refuse_empty(raw)
        return with_stored_projects(self.store, raw, self.layer, mapping)

    def _checked(self, raw: RawTable, mapping: Mapping | None) -> CheckedTable:
        known = partial(stored_keys, self.store)
        options = CheckOptions(self.today, mapping, self.options.crs, self.options.swap_axes, known)
        return check_table(raw, self.layer, target_of(self.store, self.layer), options)

    # ------------------------------------------------------------ storing

    def _stored(self, ready: Prepared, began: float) -> ImportReport:
        report: ImportReport | None = None
        storing = Storing(self.store, self.layer, self.options.on)
        with self._transaction() as writer:
            written = storing.write(writer, ready)
            report = report_of(ready, written, time.perf_counter() - began)
            if self.options.dry_run:
                report = replace(report, dry_run=True)
                raise _Undo
            storing.log(writer, report, written)
        if report is None:
            raise AssertionError("a transaction that neither raised nor reported")
        return report

    @contextmanager
    def _transaction(self) -> Iterator[Writer]:
        try:
            with writing_assessed(self.store, self.actor) as writer:
                yield writer
        except _Undo:
            return


def _refused_whole(ready: Prepared) -> ImportReport:
    """``strict``: rows were refused, so all are."""
    count = ready.table.refused_rows
    told = Words(
        f"严格模式：{count} 行被拒绝，整个文件未入库", f"strict: {count} rows were refused, so nothing was stored"
    )
    report = report_of(ready, Written((), {}), 0.0)
    return replace(report, area_after_m2=0.0, warnings=(told, *report.warnings))
