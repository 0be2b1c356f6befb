"""
Record that a batch was submitted, or approved: its row and an event of every parcel in one transaction, or nothing.

The law is asked for each parcel (gis.workflows.record_event); what breaks it needs a reason, which stays for good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from gis.analysis.batch import are_requisitioned
from gis.analysis.batch_areas import measured_parcels, taken_m2
from gis.analysis.case import ProposedEvent
from gis.analysis.stages import ranks_of
from gis.errors import InvalidParameter, Place
from gis.model import Actor, Authority, EventKind, Stage
from gis.rules import RuleBook
from gis.store.port import Reader, Store, Writer
from gis.words import Words
from gis.workflows.assess_store import default_day, last_day_that_may_have_been
from gis.workflows.judge_events import judge_events
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.one_batch import Batch, members_of, read_batch, require_officer, tidy_text
from gis.workflows.plain import Record
from gis.workflows.record_event import record_in


@dataclass(frozen=True, slots=True)
class Decision:
    """A step of a whole batch: its day, its document, who approved, and why a rule of law is broken ("" for not)."""

    on: date
    document: str = ""
    authority: Authority | None = None
    override: str = ""

    def proposed(self, stage: Stage) -> ProposedEvent:
        """The event of each parcel; raises InvalidValue on a day out of range or a text too long."""
        return ProposedEvent(EventKind.STAGE, self.on, stage, document=self.document, authority=self.authority)


def submit_batch(store: Store, actor: Actor, name: str, said: Decision) -> Record:
    """
    Record the submission: ``{name, parcels, passed, overridden, notes}``; ``passed`` are the parcels that stood at this
    step or beyond it already, or that need no approval.

    Raises
    ------
    LawBroken
        A rule would be broken and there is no reason, or none helps; nothing is written.
    InvalidParameter
        The batch is empty, or submitted or approved already.
    NotFound
        There is no such batch.
    NotAllowed
        The actor may not change batches.
    """

    def row(batch: Batch, _members: gpd.GeoDataFrame) -> pd.DataFrame:
        if batch.state.rank > 0:
            raise _done(batch, Words("已上报", "submitted"))
        return batch.as_row(submitted_on=said.on)

    return _record(store, actor, name, said, Stage.SUBMITTED, row)


def approve_batch(store: Store, actor: Actor, name: str, said: Decision) -> Record:
    """
    Record the approval, as ``submit_batch``: its document on the parcels that it moves and on the state's that bear
    none, and in the batch's row its area and what it takes of the year's quota (planar, as of now).

    Raises as ``submit_batch``; InvalidParameter, too, without a document's number.
    """
    if not said.document.strip():
        words = Words("批准须写明批准文号", "an approval has a document number")
        raise InvalidParameter(words, expected="晋政地字〔2026〕1号", place=Place(column="document"))

    def row(batch: Batch, members: gpd.GeoDataFrame) -> pd.DataFrame:
        if batch.approved_on is not None:
            raise _done(batch, Words("已批准", "approved"))
        measured = measured_parcels(members)
        area = float(measured["planar_m2"].sum())
        taken = {"approved_area_m2": area, "converted_area_m2": taken_m2(measured)}
        return batch.as_row(approved_on=said.on, document=said.document.strip(), **taken)

    return _record(store, actor, name, said, Stage.APPROVED, row)


def judge_batch(store: Store, name: str, stage: Stage, said: Decision) -> Record:
    """What the law says of the step, with nothing written: as ``Judged.as_record``, and ``passed``."""
    members = _members(store, name, default_day(store))
    numbers, passed = _concerned(store, members, stage, said.on)
    if not numbers:
        none: Record = {"parcels": 0, "lawful": True, "overridable": True, "breaches": [], "notes": []}
        return {**none, "passed": list(passed)}
    judged = judge_events(store, numbers, said.proposed(stage), last_day_that_may_have_been(store))
    return {**judged.as_record(), "passed": list(passed)}


def _record(
    store: Store,
    actor: Actor,
    name: str,
    said: Decision,
    stage: Stage,
    row_of: Callable[[Batch, gpd.GeoDataFrame], pd.DataFrame],
) -> Record:
    require_officer(actor)
    proposed, reason = said.proposed(stage), tidy_text(said.override, "override")
    today, on = last_day_that_may_have_been(store), default_day(store)
    with writing_assessed(store, actor) as writer:
        batch, members = read_batch(writer, name, on), _members(writer, name, on)
        row = row_of(batch, members)
        numbers, passed = _concerned(writer, members, stage, said.on)
        done = record_in(writer, actor, numbers, proposed, reason, today).as_record() if numbers else {}
        if stage is Stage.APPROVED:
            _write_document(writer, [*numbers, *_bare(writer, members, said.on)], said.document.strip(), on)
        writer.append("batch", row)
    overridden, notes = done.get("overridden", []), done.get("notes", [])
    return {"name": name, "parcels": list(numbers), "passed": list(passed), "overridden": overridden, "notes": notes}


def _members(reader: Reader, name: str, on: date) -> gpd.GeoDataFrame:
    read_batch(reader, name, on)
    members = members_of(reader, name)
    if not len(members):
        words = Words(f"批次“{name}”没有地块", f"batch '{name}' has no parcels")
        raise InvalidParameter(words, found="0", expected="≥ 1", place=Place(column="parcels"))
    return members


def _concerned(reader: Reader, members: pd.DataFrame, stage: Stage, on: date) -> tuple[Sequence[str], Sequence[str]]:
    """The parcels that take this step now, and those that are past it or whose path has none."""
    rules = RuleBook.from_frame(reader.read("rule_parameter"), on)
    takes = are_requisitioned(members, rules) & (ranks_of(members["stage"]) < stage.rank)
    return members["parcel_no"][takes].tolist(), members["parcel_no"][~takes].tolist()


def _bare(reader: Reader, members: pd.DataFrame, on: date) -> Sequence[str]:
    """The parcels that no approval moves, and that bear no document: those approved otherwise keep what they have."""
    rules = RuleBook.from_frame(reader.read("rule_parameter"), on)
    is_bare = members["document_no"].fillna("").eq("").to_numpy() & ~are_requisitioned(members, rules)
    return members["parcel_no"][is_bare].tolist()


def _write_document(writer: Writer, numbers: Sequence[str], document: str, on: date) -> None:
    frame = pd.DataFrame({"parcel_no": list(numbers), "document_no": pd.Series([document] * len(numbers), dtype="str")})
    if numbers:
        writer.put("parcel", frame, on=on)


def _done(batch: Batch, words: Words) -> InvalidParameter:
    said = Words(f"批次“{batch.name}”{words.zh}", f"batch '{batch.name}' is {words.en} already")
    return InvalidParameter(said, found=f"{batch.document} {batch.approved_on or batch.submitted_on}".strip())
