"""
Take back the approval, or the submission, of a batch that was recorded wrongly.

The events of all its parcels are withdrawn by further rows, and the batch's own row by one that bears the reason, which
one without the step follows: all in one transaction, or nothing. What the approval took of the quota is given back.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from gis.analysis.stages import standing
from gis.errors import InvalidParameter
from gis.model import Actor, EventKind, Query, Stage
from gis.store.port import Store, Writer
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.one_batch import Batch, members_of, read_batch, require_officer
from gis.workflows.plain import Record, column_values
from gis.workflows.record_event import Withdrawal, withdraw_in
from gis.workflows.withdrawal_reason import withdrawal_reason


def withdraw_batch_step(store: Store, actor: Actor, name: str, reason: str) -> Record:
    """
    Take back the batch's last step: ``{name, stage, parcels}``.

    Raises
    ------
    InvalidParameter
        The reason is none or too long, or the batch is neither submitted nor approved by its own row.
    LawBroken
        A parcel has a later entry, which must be withdrawn first; names the first of them.
    NotFound
        There is no such batch.
    NotAllowed
        The actor may not change batches.
    """
    require_officer(actor)
    why = withdrawal_reason(reason)
    on = default_day(store)
    with writing_assessed(store, actor) as writer:
        batch = read_batch(writer, name, on)
        stage, day = _last_step(batch)
        steps = _steps(writer, batch, stage, day)
        numbers = sorted(set(steps["parcel_no"][steps["own"]]))
        for number in numbers:
            withdraw_in(writer, actor, number, Withdrawal(EventKind.STAGE, stage, day, why))
        if stage is Stage.APPROVED:
            _clear_document(writer, batch, set(steps["parcel_no"][~steps["own"]]), on)
        writer.append("batch", batch.as_row(note=why, withdrawn=True))
        writer.append("batch", batch.as_row(**_UNDONE[stage]))
    return {"name": name, "stage": stage.value, "parcels": numbers}


_UNDONE: dict[Stage, dict[str, None]] = {
    Stage.APPROVED: dict.fromkeys(("approved_on", "document", "approved_area_m2", "converted_area_m2")),
    Stage.SUBMITTED: {"submitted_on": None},
}


def _last_step(batch: Batch) -> tuple[Stage, date]:
    if batch.approved_on is not None:
        return Stage.APPROVED, batch.approved_on
    if batch.submitted_on is not None:
        return Stage.SUBMITTED, batch.submitted_on
    words = Words(
        f"批次“{batch.name}”没有可撤销的上报或批准", f"batch '{batch.name}' was neither submitted nor approved"
    )
    raise InvalidParameter(words, found=batch.state.value)


def _steps(writer: Writer, batch: Batch, stage: Stage, day: date) -> pd.DataFrame:
    """The standing events of this stage of its parcels; ``own``: the batch's, of its day, of no other document."""
    numbers = members_of(writer, batch.name, columns=("parcel_no",))["parcel_no"]
    rows = writer.read("parcel_event", Query(keys=tuple(numbers)))
    rows = rows[(rows["kind"] == EventKind.STAGE.value) & (rows["stage"] == stage.value)]
    # An event that bore the batch's document, and was corrected since, is the batch's still.
    bore = rows["document"].fillna("").isin(["", batch.document])
    ours = bore.groupby([rows["parcel_no"], rows["on_date"]]).transform("any").astype(bool)
    # Of a submission the batch keeps no document.
    is_own = (rows["on_date"] == pd.Timestamp(day)) & (ours | (stage is not Stage.APPROVED) | (not batch.document))
    return standing(rows.assign(own=is_own))


def _clear_document(writer: Writer, batch: Batch, approved: set[str], on: date) -> None:
    """Parcels that bear the approval's number bear none, but those ``approved`` otherwise."""
    rows = members_of(writer, batch.name, columns=("parcel_no", "document_no"))
    told = zip(rows["parcel_no"].tolist(), column_values(rows["document_no"]), strict=True)
    bearing = [number for number, document in told if document == batch.document and number not in approved]
    if bearing:
        cleared = pd.DataFrame({"parcel_no": bearing, "document_no": pd.Series([None] * len(bearing), dtype="str")})
        writer.put("parcel", cleared, on=on, clearing=True)
