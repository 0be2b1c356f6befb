"""
Write a prepared import into an open transaction: rows, the ledger rows that came along, and the log of it.

What ``import_file`` and the import desk have in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from gis.ingest.completion import completed, with_what_stands
from gis.ingest.report import Counts, ImportReport
from gis.layers import LAYERS, Layer
from gis.model import Query
from gis.store.port import Outcome, PutResult, Store, Writer
from gis.workflows.assess_store import default_day
from gis.workflows.log_import import is_logged, log_import
from gis.workflows.prepare_import import Prepared

# So many new keys, and so many changed ones, are kept in the log by name.
MOST_KEYS_LOGGED = 5_000
# Of their imports the log keeps numbers alone, no cell.
OF_PEOPLE = frozenset({"household", "building"})


@dataclass(frozen=True, slots=True)
class Written:
    """
    What the store said of each row, and of the ledger rows that came along.

    ``new`` and ``changed`` are keys of entities whose own rows were written: events alone change no row.
    """

    outcomes: tuple[Outcome, ...]
    side: dict[str, Counts]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def as_log(self) -> dict[str, Any]:
        """What the log keeps so that the import can be undone; of very many keys only their number."""
        told: dict[str, Any] = {"new": len(self.new), "changed": len(self.changed)}
        for name, keys in (("new_keys", self.new), ("changed_keys", self.changed)):
            if len(keys) <= MOST_KEYS_LOGGED:
                told[name] = list(keys)
        return told


@dataclass(frozen=True, slots=True)
class Storing:
    """
    Where and from which day on rows are written.

    ``on``: the day from which changed attributes hold; None: what a stored row had blank holds from its beginning,
    what changes holds from today.
    """

    store: Store
    layer: Layer
    on: date | None = None

    def write(self, writer: Writer, ready: Prepared) -> Written:
        """Write the rows; raises as ``Writer.put`` and ``Writer.append``."""
        frame = ready.table.frame
        if frame.empty:
            result = PutResult(())
        elif self.layer.kind == "ledger":
            result = writer.append(self.layer.name, self.corrections(frame))
        else:
            result = self._put(writer, frame)
        new, changed = (self._keys(frame, result, outcome) for outcome in ("stored", "updated"))
        outcomes = list(result.outcomes)
        side: dict[str, Counts] = {}
        for name, rows in ready.side.items():
            along = writer.append(name, rows)
            side[name] = Counts(*(along.count(o) for o in ("stored", "updated", "unchanged")))
            _lift(outcomes, frame[self.layer.key[0]], rows[LAYERS[name].key[0]], along)
        return Written(tuple(outcomes), side, new, changed)

    def _keys(self, frame: pd.DataFrame, result: PutResult, wanted: str) -> tuple[str, ...]:
        if self.layer.kind == "ledger":
            return ()
        pairs = zip(frame[self.layer.key[0]], result.outcomes, strict=True) if len(frame) else ()
        return tuple(str(key) for key, outcome in pairs if outcome == wanted)

    def corrections(self, frame: pd.DataFrame) -> pd.DataFrame:
        """
        Ledger rows as they are appended. A report leaves what it does not speak of: statistics come in a file of
        their own, and a ledger tells image progress of its latest month only.
        """
        if self.layer.name != "progress_report":
            return frame
        owners = tuple(dict.fromkeys(frame[self.layer.key[0]]))
        stored = self.store.read(self.layer.name, Query(keys=owners, columns=self.layer.names))
        return with_what_stands(frame, stored, self.layer.key)

    def _put(self, writer: Writer, frame: pd.DataFrame) -> PutResult:
        """
        Entities; what a stored row had blank holds from its beginning, unless the user gave a day.

        A county loads its ledger, then its maps, and asks how things stood last month: the maps must be there.
        """
        if self.on is not None:
            return writer.put(self.layer.name, frame, on=self.on)
        filled = completed(frame, self._stored_now(frame), self.layer.key[0])
        if not filled.empty:
            writer.put(self.layer.name, filled, on=date.min)
        result = writer.put(self.layer.name, frame, on=default_day(self.store))
        updated = frame[self.layer.key[0]].isin(filled[self.layer.key[0]])
        outcomes = zip(result.outcomes, updated, strict=True)
        return PutResult(tuple("updated" if u and o == "unchanged" else o for o, u in outcomes))

    def _stored_now(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The stored rows of a frame's keys, in its columns; geometry only where it may be blank."""
        names = [n for n in frame.columns if n != "geometry" or not self.layer.geometry_required]
        return self.store.read(self.layer.name, Query(keys=tuple(frame[self.layer.key[0]]), columns=tuple(names)))

    def log(
        self, writer: Writer, report: ImportReport, written: Written, more: Mapping[str, Any] | None = None
    ) -> None:
        """
        The import log; a file that is logged already and changed nothing is not logged again.

        ``more`` is kept in the log's report beside the report itself.
        """
        changed = report.stored or report.updated or any(c.stored or c.updated for c in report.side.values())
        told = {**report.as_dict(), **written.as_log(), **(more or {})}
        if report.layer in OF_PEOPLE:  # many read the log who may not know of them
            told |= {"refused": [], "repaired": [], "warnings": []}
        if not changed and not told.get("retired") and is_logged(self.store, report.layer, report.sha256):
            return
        log_import(writer, report.layer, report, told)


def _lift(outcomes: list[Outcome], keys: pd.Series[Any], owners: pd.Series[Any], along: PutResult) -> None:
    """A row whose own columns are unchanged is updated where a ledger row that it brought is not."""
    changed = {owner for owner, outcome in zip(owners, along.outcomes, strict=True) if outcome != "unchanged"}
    for i, key in enumerate(keys):
        if outcomes[i] == "unchanged" and key in changed:
            outcomes[i] = "updated"


def report_of(ready: Prepared, written: Written, seconds: float) -> ImportReport:
    """The report of what was written."""
    table = ready.table
    return ImportReport(
        file=table.source.name,
        sha256=table.source.sha256,
        layer=table.layer,
        crs=table.crs,
        crs_evidence=table.crs_evidence,
        read=table.read,
        stored=written.outcomes.count("stored"),
        updated=written.outcomes.count("updated"),
        unchanged=written.outcomes.count("unchanged"),
        refused_rows=table.read - len(written.outcomes),
        refused=table.refused,
        repaired=table.repaired,
        warnings=(*table.warnings, *ready.warnings),
        side=written.side,
        area_before_m2=table.area_before_m2,
        area_after_m2=table.area_after_m2,
        seconds=seconds,
    )
