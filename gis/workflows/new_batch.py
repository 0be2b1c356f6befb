"""Put together an approval batch: register its name and have parcels belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gis.errors import InvalidParameter, Place
from gis.model import Actor, BatchKind
from gis.store.port import Store
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.one_batch import (
    MOST_MEMBERS,
    Batch,
    batches_of,
    free_parcels,
    members_of,
    put_batch,
    require_officer,
    tidy_name,
    tidy_numbers,
    tidy_text,
)
from gis.workflows.plain import Record

FIRST_YEAR, LAST_YEAR = 1987, 2199  # the land law came into force in 1987


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is said of a batch; ``year`` is the one whose quota it takes, None: this year."""

    name: str
    kind: BatchKind = BatchKind.TOWN_BATCH
    year: int | None = None
    purpose: str = ""
    note: str = ""


def new_batch(store: Store, actor: Actor, said: NewBatch, numbers: Sequence[str]) -> Record:
    """
    Register the batch and put these parcels (none: those that bear its name already) into it.

    Returns
    -------
    Record
        ``{name, added, parcels}``: how many came in, how many it has.

    Raises
    ------
    InvalidParameter
        The name is taken or no name, the year is none; a parcel is in another batch; there are too many, or none.
    NotFound
        No parcel has one of the numbers.
    NotAllowed
        The actor may not change batches.
    """
    require_officer(actor)
    on = default_day(store)
    batch = _checked(said, on)
    with writing_assessed(store, actor) as writer:
        if batch.name in batches_of(writer):
            words = Words(f"批次“{batch.name}”已存在", f"there is a batch '{batch.name}' already")
            raise InvalidParameter(words, found=batch.name, place=Place(column="name"))
        there = members_of(writer, batch.name, columns=("parcel_no",))["parcel_no"].tolist()
        wanted = tidy_numbers([*there, *numbers])
        added = free_parcels(writer, wanted, batch.name)
        writer.append("batch", batch.as_row())
        if added:
            put_batch(writer, added, batch.name, on)
    return {"name": batch.name, "added": len(added), "parcels": len(there) + len(added), "most": MOST_MEMBERS}


def _checked(said: NewBatch, on: date) -> Batch:
    year = on.year if said.year is None else said.year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        words = Words("年度无效", "not a year")
        raise InvalidParameter(
            words, found=str(year), expected=f"{FIRST_YEAR} … {LAST_YEAR}", place=Place(column="year")
        )
    purpose, note = tidy_text(said.purpose, "purpose"), tidy_text(said.note, "note")
    return Batch(tidy_name(said.name), said.kind, year, purpose, note=note)
