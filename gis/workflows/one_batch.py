"""
One approval batch as a store, or an open write transaction, has it: its row and its parcels.

A batch is the parcels whose ``batch`` column holds its name; what is said of it as a whole stands in the ledger
``batch``. A name that stands in parcels alone (of an import) is a batch that nobody has registered yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.analysis.batch import BatchState
from gis.analysis.withdrawn import counting
from gis.errors import InvalidParameter, NotFound, Place
from gis.layers import BATCH
from gis.model import Actor, BatchKind, Query, Role, Stage, half_width
from gis.store.port import Reader, Writer
from gis.words import Words
from gis.workflows.plain import Record, column_values, records_of
from gis.workflows.require_role import require_role

LONGEST_NAME = 80
LONGEST_TEXT = 1_000
MOST_MEMBERS = 2_000
MAY_CHANGE = (Role.LAND_OFFICER, Role.ADMIN)
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch's row; ``registered`` False: its name stands in parcels alone, and all else is unknown."""

    name: str
    kind: BatchKind = BatchKind.TOWN_BATCH
    year: int = 0
    purpose: str = ""
    submitted_on: date | None = None
    approved_on: date | None = None
    document: str = ""
    approved_area_m2: float | None = None
    converted_area_m2: float | None = None
    note: str = ""
    registered: bool = True

    @property
    def state(self) -> BatchState:
        """How far it is, by its own row."""
        if self.approved_on is not None:
            return BatchState.APPROVED
        return BatchState.SUBMITTED if self.submitted_on is not None else BatchState.DRAFT

    def as_of(self, on: date) -> Batch:
        """What was known of it on ``on``: without an approval, or a submission, of a later day."""
        known = self
        if self.approved_on is not None and self.approved_on > on:
            known = replace(known, approved_on=None, document="", approved_area_m2=None, converted_area_m2=None)
        if self.submitted_on is not None and self.submitted_on > on:
            known = replace(known, submitted_on=None)
        return known

    def as_row(self, **changed: Any) -> pd.DataFrame:
        """Its ledger row with these columns changed."""
        row: Record = {name: getattr(self, name, None) for name in BATCH.names}
        row |= {"kind": self.kind.value, "withdrawn": False, **changed}
        frame = pd.DataFrame([{key: None if value == "" else value for key, value in row.items()}])
        dates = [column.name for column in BATCH.columns if column.type == "date"]
        return frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates})

    def as_record(self, state: BatchState) -> Record:
        """As /api sends it."""
        return {
            "name": self.name,
            "kind": self.kind.value if self.registered else None,
            "year": self.year,
            "purpose": self.purpose,
            "submitted_on": _text(self.submitted_on),
            "approved_on": _text(self.approved_on),
            "document": self.document,
            "approved_area_m2": self.approved_area_m2,
            "converted_area_m2": self.converted_area_m2,
            "note": self.note,
            "registered": self.registered,
            "state": state.value,
        }


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def batches_of(reader: Reader) -> dict[str, Batch]:
    """Every registered batch by name, those taken away left out."""
    return {row["name"]: _batch(row) for row in records_of(counting(reader.read("batch")), BATCH.names)}


def _batch(row: Mapping[str, Any]) -> Batch:
    return Batch(
        name=row["name"],
        kind=BatchKind(row["kind"]),
        year=int(row["year"]),
        purpose=row["purpose"] or "",
        submitted_on=_day(row["submitted_on"]),
        approved_on=_day(row["approved_on"]),
        document=row["document"] or "",
        approved_area_m2=row["approved_area_m2"],
        converted_area_m2=row["converted_area_m2"],
        note=row["note"] or "",
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def read_batch(reader: Reader, name: str, on: date) -> Batch:
    """
    The batch of this name, be it registered or borne by parcels alone.

    Raises
    ------
    NotFound
        No batch and no parcel bears the name.
    """
    found = batches_of(reader).get(name)
    if found is not None:
        return found
    if not len(reader.read("parcel", Query(where=(("batch", name),), columns=("parcel_no",), limit=1))):
        raise NotFound(Words(f"没有批次“{name}”", f"no batch '{name}'"), found=name)
    return unregistered(name, on)


def unregistered(name: str, on: date) -> Batch:
    """A batch of which nobody said more than its name; its year is the one that the name tells, else that of ``on``."""
    told = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)
    return Batch(name, year=int(told[0]) if told else on.year, registered=False)


def state_of(batch: Batch, stages: Sequence[str | None]) -> BatchState:
    """How far a batch is: by its row, or, where nobody registered it, by its least advanced parcel."""
    if batch.registered:
        return batch.state
    least = min((Stage(code or Stage.NOT_STARTED.value).rank for code in stages), default=0)
    if least >= Stage.APPROVED.rank:
        return BatchState.APPROVED
    return BatchState.SUBMITTED if least >= Stage.SUBMITTED.rank else BatchState.DRAFT


def members_of(
    reader: Reader, name: str, on: date | None = None, columns: Sequence[str] | None = None
) -> gpd.GeoDataFrame:
    """The batch's parcels by number, with all columns or these."""
    return reader.read(
        "parcel", Query(on=on, where=(("batch", name),), columns=None if columns is None else tuple(columns))
    )


def require_officer(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may change batches."""
    words = Words(f"“{actor.name}”不能办理报批批次", f"'{actor.name}' may not change batches")
    require_role(actor, MAY_CHANGE, words)


def require_open(batch: Batch) -> None:
    """Raise InvalidParameter where the batch is approved: what was approved does not change."""
    if batch.approved_on is not None:
        words = Words(
            f"批次“{batch.name}”已批准，不能再增减地块", f"batch '{batch.name}' is approved: its parcels stay"
        )
        raise InvalidParameter(words, found=f"{batch.document} {batch.approved_on}")


def tidy_name(text: str) -> str:
    """A batch's name: trimmed, blanks as one; raises InvalidParameter where it cannot be one."""
    name = re.sub(r"\s+", " ", text).strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or set(name) & set("/\\,"):
        raise InvalidParameter(
            Words("批次名称无效", "not a batch's name"),
            found=text[:_SHOWN],
            expected=f"1–{LONGEST_NAME} 个字符，不含 / \\ , ／ characters without / \\ ,",
            place=Place(column="name"),
        )
    return name


def tidy_text(text: str | None, column: str) -> str:
    """A text of at most 1,000 characters, trimmed."""
    tidy = (text or "").strip()
    if len(tidy) > LONGEST_TEXT:
        words = Words("文字过长", "the text is too long")
        raise InvalidParameter(words, found=str(len(tidy)), expected=f"≤ {LONGEST_TEXT}", place=Place(column=column))
    return tidy


def tidy_numbers(numbers: Sequence[str]) -> tuple[str, ...]:
    """Parcel numbers, each once, folded to half-width; raises InvalidParameter where there are none or too many."""
    found = tuple(dict.fromkeys(n for n in (half_width(number).strip() for number in numbers) if n))
    if not 0 < len(found) <= MOST_MEMBERS:
        words = Words(f"一个批次可有 1–{MOST_MEMBERS} 块地", f"a batch has 1–{MOST_MEMBERS} parcels")
        raise InvalidParameter(
            words, found=str(len(found)), expected=f"1 … {MOST_MEMBERS}", place=Place(column="parcels")
        )
    return found


def put_batch(writer: Writer, numbers: Sequence[str], name: str | None, on: date) -> None:
    """Have these parcels belong to the batch, or, of None, to none."""
    frame = pd.DataFrame({"parcel_no": list(numbers), "batch": pd.Series([name] * len(numbers), dtype="str")})
    writer.put("parcel", frame, on=on, clearing=name is None)


def free_parcels(reader: Reader, numbers: Sequence[str], name: str) -> tuple[str, ...]:
    """
    Those of these parcels that are not in the batch ``name`` yet.

    Raises
    ------
    NotFound
        No parcel has one of the numbers; names the first.
    InvalidParameter
        Some are in another batch; names them.
    """
    rows = reader.read("parcel", Query(keys=tuple(numbers), columns=("parcel_no", "batch")))
    batch_of = dict(zip(rows["parcel_no"].tolist(), column_values(rows["batch"]), strict=True))
    if missing := [number for number in numbers if number not in batch_of]:
        named = "、".join(missing[:_SHOWN])
        raise NotFound(
            Words(f"没有 {len(missing)} 块地：{named}", f"{len(missing)} parcels are not there: {named}"), found=named
        )
    taken = [number for number in numbers if batch_of[number] not in (None, "", name)]
    if taken:
        named = "、".join(f"{number}（{batch_of[number]}）" for number in taken[:_SHOWN])
        words = Words(
            f"{len(taken)} 块地已在其他批次，先移出", f"{len(taken)} parcels are in another batch: take them out first"
        )
        raise InvalidParameter(words, found=named, place=Place(column="parcels"))
    return tuple(number for number in numbers if batch_of[number] != name)
