"""
Undo a finished import as a whole, while nothing later stands on it.

Rows that it replaced come back, rows that it brought go as if they had never been, and the events that came along are
withdrawn. The ledgers stay append-only: the undo is a further row of the import log, and of the events.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from gis.analysis.withdrawn import counting
from gis.errors import InvalidParameter, NotFound
from gis.layers import ENTITIES, LAYERS, LEDGERS, Layer
from gis.model import Actor, Query
from gis.store.port import Store, Writer
from gis.words import Words
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.stage_upload import check_importer

# What stands in ledgers of these by the same key is not told by a row: it cannot be taken back.
_WITHDRAWN = {"parcel_event"}
# Columns that hold a key of a layer and are not declared to refer to it.
_ALSO_REFER = {
    "parcel": {"lineage": "parent_no", "account_entry": "parcel_no"},
    "project": {"account_entry": "project_code"},
}
_REPLACED_WHOLE = {
    "road": Words("道路整体替换，请重新导入原来的文件", "roads are replaced as a whole: import the earlier file again")
}
_NAMED = 10
_NOTE = "撤销导入 / import undone"


class StandsOnIt(InvalidParameter):
    """An import that something later stands on; its words name the first of them."""

    def __init__(self, standing: list[Words]) -> None:
        shown = standing[:_NAMED]
        more = len(standing) - len(shown)
        zh = "；".join(w.zh for w in shown) + (f"；另有 {more} 项" if more else "")
        en = "; ".join(w.en for w in shown) + (f"; and {more} more" if more else "")
        super().__init__(
            Words(f"此后的记录依赖这次导入，不能撤销：{zh}", f"later records stand on this import: {en}"),
            found=str(len(standing)),
            expected="0",
        )


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: keys of rows that are back as they were, of rows that are gone, and how many events went."""

    restored: tuple[str, ...]
    removed: tuple[str, ...]
    withdrawn_events: int

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        counts = {"restored": len(self.restored), "removed": len(self.removed)}
        return {**counts, "withdrawn_events": self.withdrawn_events}


def undo_import(store: Store, actor: Actor, sha256: str, layer_name: str) -> Undone:
    """
    Undo the latest import of the file with this digest into this layer.

    Raises
    ------
    NotFound
        There is no such import.
    StandsOnIt
        Rows were edited later, events or other records refer to what it brought.
    InvalidParameter
        It was undone already, or brought rows of a ledger that cannot be withdrawn.
    NotAllowed, StoreBusy
        As ``Store.writing``.
    """
    check_importer(actor)
    with writing_assessed(store, actor) as writer:
        return _Undoing(writer, logged_import(writer, sha256, layer_name), actor).run()


@dataclass(frozen=True, slots=True)
class LoggedImport:
    """A row of the import log: its moment (UTC), the layer, the report, and the whole row."""

    layer: Layer
    at: datetime
    report: dict[str, Any]
    row: dict[str, Any]


def logged_import(store: Any, sha256: str, layer_name: str) -> LoggedImport:
    """The import of this file into this layer; raises NotFound."""
    log = store.read("import_log", Query(keys=(sha256,)))
    rows = log[log["layer"] == layer_name]
    if rows.empty:
        raise NotFound(Words("没有这次导入", "there is no such import"), found=f"{sha256[:16]} {layer_name}"[:40])
    row = rows.iloc[-1].to_dict()
    at = pd.Timestamp(row["recorded_at"]).to_pydatetime().replace(tzinfo=UTC)
    return LoggedImport(LAYERS[layer_name], at, dict(row["report"] or {}), row)


def hindrance(layer_name: str, report: dict[str, Any]) -> Words | None:
    """Why an import cannot be undone whatever stands on it; None where that must be looked into."""
    if report.get("undone") or layer_name in _REPLACED_WHOLE:
        return _REPLACED_WHOLE.get(layer_name) or Words("已经撤销过", "it was undone already")
    layer = LAYERS[layer_name]
    if layer.kind == "ledger" and layer_name not in _WITHDRAWN:
        name = layer.words
        return Words(
            f"{name.zh}是只增的台账，不能整体撤销，请逐条更正",
            f"{name.en} cannot be withdrawn: correct them one by one",
        )
    if layer.kind == "entity" and "new" not in report:
        return Words(
            "由旧版本程序导入，没有逐行记录", "it was imported by an older version, which kept no list of rows"
        )
    if layer.kind == "entity" and not report.keys() & {"new_keys", "changed_keys"}:
        return Words("新增和变更的行都太多，没有逐行记录", "too many rows were both new and changed to be kept by name")
    side = [LAYERS[name].words for name, counts in report.get("side", {}).items() if _counts(name, counts)]
    if side:
        zh, en = "、".join(w.zh for w in side), ", ".join(w.en for w in side)
        return Words(f"同时写入了{zh}，这些台账不能整体撤销", f"it also wrote {en}, which cannot be withdrawn")
    return None


def _counts(name: str, counts: dict[str, int]) -> bool:
    return name not in _WITHDRAWN and bool(counts.get("stored") or counts.get("updated"))


class _Undoing:
    """One undo under way, within its transaction: what is found to stand on the import rolls it back."""

    def __init__(self, writer: Writer, found: LoggedImport, actor: Actor) -> None:
        self.writer, self.found, self.actor = writer, found, actor
        self.layer = found.layer

    def run(self) -> Undone:
        why = hindrance(self.layer.name, self.found.report)
        if why is not None:
            raise InvalidParameter(Words(f"不能撤销：{why.zh}", f"cannot be undone: {why.en}"), found=self.layer.name)
        events = self._events()
        touched = self._touched()
        edited = [*self._edited(touched), *self._made_again()]
        standing = [*edited, *self._later_events(events), *self._standing_on_new(touched)]
        if standing:
            raise StandsOnIt(standing)
        withdrawn = self._withdraw(events)
        restored, removed = self._taken_back()
        undone = Undone(restored, removed, withdrawn)
        self._log(undone)
        return undone

    # ------------------------------------------------------------ what it did

    def _touched(self) -> dict[str, bool]:
        """The keys that it wrote → whether the row still is as it left it."""
        if self.layer.kind == "ledger":
            return {}
        key = self.layer.key[0]
        rows = self.writer.read(self.layer.name, Query(columns=(key, "recorded_at")))
        mine = rows[_moments(rows) == self.found.at]
        named = [*self.found.report.get("new_keys", ()), *self.found.report.get("changed_keys", ())]
        return {**dict.fromkeys(named, False), **dict.fromkeys(mine[key], True)}

    def _edited(self, touched: dict[str, bool]) -> list[Words]:
        """Rows that were changed again since, or have gone."""
        later = [key for key, same in touched.items() if not same]
        told = [Words(f"{self._name} {key} 此后被修改过", f"{key} was changed later") for key in later]
        report = self.found.report
        wrote = int(report.get("new", 0)) + int(report.get("changed", 0))
        unnamed = wrote - len(touched)
        if "new" in report and unnamed > 0:
            told.append(Words(f"有 {unnamed} 行此后被修改过", f"{unnamed} rows were changed later"))
        return told

    @property
    def _retired(self) -> tuple[str, ...]:
        """The keys that it took out of the present."""
        return tuple(self.found.report.get("retired") or ())

    def _made_again(self) -> list[Words]:
        """Rows that it retired and that stand again: what they say since is not overwritten by what they said."""
        if not self._retired:
            return []
        key = self.layer.key[0]
        again = self.writer.read(self.layer.name, Query(keys=self._retired, columns=(key,)))[key]
        return [
            Words(f"{self._name} {no} 注销后又重新建立", f"{no} was retired and made again since")
            for no in sorted(map(str, again))
        ]

    @property
    def _name(self) -> str:
        return self.layer.words.zh

    def _new_keys(self, touched: Collection[str]) -> set[str]:
        """Of what it wrote, the rows that were not there before: by name, or all but those that it changed."""
        named = self.found.report.get("new_keys")
        return set(named) if named is not None else set(touched) - set(self.found.report["changed_keys"])

    def _events(self) -> pd.DataFrame:
        """Every event of the parcels to which this import brought some."""
        events = self.writer.read("parcel_event")
        mine = events.loc[_moments(events) == self.found.at, "parcel_no"].unique()
        return events[events["parcel_no"].isin(mine)].reset_index(drop=True)

    # ------------------------------------------------------------ what stands on it

    def _later_events(self, events: pd.DataFrame) -> list[Words]:
        later = events[_moments(events) > self.found.at]
        return [
            Words(f"地块 {parcel} 此后有征收记录", f"parcel {parcel} has later events")
            for parcel in dict.fromkeys(later["parcel_no"])
        ]

    def _standing_on_new(self, touched: Collection[str]) -> list[Words]:
        """Whatever refers to a row that was not there before this import and would go with it."""
        new = self._new_keys(touched) if touched else set()
        if not new:
            return []
        found = [words for layer in ENTITIES for words in self._referring(layer, new)]
        for ledger in LEDGERS:
            found += self._recorded(ledger, new)
        return [*found, *self._in_batches(new)]

    def _referring(self, layer: Layer, new: set[str]) -> list[Words]:
        columns = [c.name for c in layer.columns if c.references == self.layer.name]
        if not columns:
            return []
        rows = self.writer.read(layer.name, Query(columns=(layer.key[0], *columns)))
        told = []
        for column in columns:
            hit = rows[rows[column].isin(new)]
            own = hit[layer.key[0]].isin(new) if layer is self.layer else pd.Series(False, index=hit.index)
            for key in hit.loc[~own, layer.key[0]]:
                told.append(Words(f"{layer.words.zh} {key} 引用了它", f"{key} ({layer.words.en}) refers to it"))
        return told

    def _recorded(self, ledger: Layer, new: set[str]) -> list[Words]:
        """Ledger rows of new things, but for what came with the import itself."""
        columns = [c.name for c in ledger.columns if c.references == self.layer.name]
        if ledger.name == "attachment" and self.layer.name == "parcel":
            columns = ["subject_key"]
        if (also := _ALSO_REFER.get(self.layer.name, {}).get(ledger.name)) is not None:
            columns.append(also)
        if not columns:
            return []
        rows = self.writer.read(ledger.name)
        rows = rows[_moments(rows) != self.found.at]
        if ledger.name == "attachment":
            rows = rows[rows["subject"] == self.layer.name]
        if "withdrawn" in rows and ledger.name != "parcel_event":
            rows = counting(rows)
        keys = {key for column in columns for key in rows.loc[rows[column].isin(new), column]}
        words = ledger.words
        return [Words(f"{key} 已有{words.zh}", f"{key} has {words.en}") for key in sorted(map(str, keys))]

    def _in_batches(self, new: set[str]) -> list[Words]:
        """New parcels that have been put into a batch of the bureau."""
        if self.layer.name != "parcel":
            return []
        standing = set(counting(self.writer.read("batch"))["name"])
        rows = self.writer.read("parcel", Query(columns=("parcel_no", "batch")))
        hit = rows[rows["parcel_no"].isin(new) & rows["batch"].isin(standing)]
        pairs = zip(hit["parcel_no"], hit["batch"], strict=True)
        return [
            Words(f"地块 {no} 已列入批次“{batch}”", f"parcel {no} is in the batch '{batch}'") for no, batch in pairs
        ]

    # ------------------------------------------------------------ doing it

    def _withdraw(self, events: pd.DataFrame) -> int:
        """The events of this import as rows that withdraw them; what one of them corrected is written again."""
        if events.empty:
            return 0
        names = list(LAYERS["parcel_event"].names)
        key = list(LAYERS["parcel_event"].key)
        mine = events[_moments(events) == self.found.at].drop_duplicates(key, keep="last")
        before = events[_moments(events) < self.found.at].drop_duplicates(key, keep="last")
        joined = mine[key].merge(before, on=key, how="left", indicator=True)
        stood = joined["_merge"].eq("both").to_numpy()
        gone = mine.loc[~stood, names].assign(withdrawn=True, note=f"{_NOTE}：{self.found.row['file_name']}")
        rows = pd.concat([gone, joined.loc[stood, names]], ignore_index=True) if stood.any() else gone
        typed = rows.astype({"withdrawn": "boolean"})
        self.writer.append("parcel_event", typed[names])
        return len(rows)

    def _taken_back(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self.layer.kind == "ledger":
            return (), ()
        back = self.writer.take_back(self.layer.name, self.found.at)
        return (*back.restored, *self._unretired()), back.removed

    def _unretired(self) -> tuple[str, ...]:
        """Rows that the import took out of the present, as they were on the day before."""
        keys = self._retired
        if not keys:
            return ()
        day = date.fromisoformat(self.found.report["retired_on"])
        stood = self.writer.read(self.layer.name, Query(keys=keys, on=day - timedelta(days=1)))
        if len(stood) != len(keys):
            lost = sorted(set(keys) - set(stood[self.layer.key[0]]))[:_NAMED]
            raise StandsOnIt(
                [
                    Words(f"{self._name} {key} 注销当天才建立，无法恢复", f"{key} was made on the day it went")
                    for key in lost
                ]
            )
        kept = [c.name for c in self.layer.columns if not c.derived]
        self.writer.put(self.layer.name, stood[[*kept, "geometry"]], on=day)
        return keys

    def _log(self, undone: Undone) -> None:
        told = {"by": self.actor.name, "at": datetime.now(UTC).isoformat(timespec="seconds"), **undone.as_dict()}
        row = {name: self.found.row[name] for name in LAYERS["import_log"].names}
        row |= {"stored": 0, "updated": 0, "unchanged": 0, "read": 0, "refused": 0}
        row["report"] = {**self.found.report, "undone": told}
        self.writer.append("import_log", pd.DataFrame({name: [value] for name, value in row.items()}))


def _moments(rows: pd.DataFrame) -> pd.Series[Any]:
    """When each row was written, in UTC."""
    return pd.to_datetime(rows["recorded_at"]).dt.tz_localize(UTC)
