"""
Edit attributes of parcels, one or many at once: look at what would change, then write all of it or nothing.

What the store keeps itself (stage, hold, computed areas) is no attribute; batches are put together on their own page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from gis.errors import InvalidParameter, InvalidRow, NotFound, Place
from gis.layers import FRAME_DTYPES, PARCEL, Column
from gis.model import FIRST_DAY, LAST_DAY, Actor, Query
from gis.store.port import Reader, Store, Writer
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.judge_events import refuse_strangers
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.plain import Record, plain, records_of

MOST_EDITS = 1_000
LONGEST_TEXT, LONGEST_REMARK = 200, 2_000
LARGEST_NUMBER = 1e12
LARGEST_COUNT = 10_000_000
_NOT_HERE = frozenset({"parcel_no", "batch"})

EDITABLE: tuple[Column, ...] = tuple(c for c in PARCEL.columns if not c.derived and c.name not in _NOT_HERE)
_BY_NAME = {column.name: column for column in EDITABLE}

Scalar = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Edit:
    """New values of one parcel by column, None to empty a cell. ``version``: that of the row that the person saw."""

    parcel_no: str
    values: Mapping[str, Scalar]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that cannot be taken."""

    column: str
    words: Words
    found: str
    expected: str

    def as_record(self) -> Record:
        """As JSON carries it."""
        title = self.words.as_dict()
        return {"column": self.column, "title": title, "found": self.found, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class Planned:
    """What an edit would do to one parcel: ``values`` ready to be stored, of those that differ from what is there."""

    parcel_no: str
    version: int
    seen: int | None
    before: Mapping[str, Any]
    values: Mapping[str, Any]
    refused: tuple[Refusal, ...] = field(default=())

    @property
    def is_outdated(self) -> bool:
        """Somebody changed the row since the person saw it, and this edit would change it again."""
        return bool(self.values) and self.seen is not None and self.seen != self.version

    def as_record(self) -> Record:
        """As JSON carries it: ``changes`` with what is stored and what it would be."""
        changes = [
            {"column": name, "before": plain(self.before[name]), "after": plain(value)}
            for name, value in self.values.items()
        ]
        return {
            "parcel_no": self.parcel_no,
            "version": self.version,
            "outdated": self.is_outdated,
            "changes": changes,
            "refused": [refusal.as_record() for refusal in self.refused],
        }


def preview_edits(store: Store, actor: Actor, edits: Sequence[Edit]) -> Record:
    """
    ``{rows, changed, unchanged, refused, outdated}``: what the edits would do, without doing it.

    Raises
    ------
    InvalidParameter, NotFound, NotAllowed
        None or too many edits, a parcel twice; a parcel that is not there; one that the actor may not edit.
    """
    planned = _plan(store, actor, edits)
    return {
        "rows": [each.as_record() for each in planned],
        "changed": sum(bool(each.values) for each in planned),
        "unchanged": sum(not each.values and not each.refused for each in planned),
        "refused": sum(bool(each.refused) for each in planned),
        "outdated": sum(each.is_outdated for each in planned),
    }


def edit_parcels(store: Store, actor: Actor, edits: Sequence[Edit]) -> Record:
    """
    Write the edits, all or none; ``{changed, rows}`` with each changed row's new ``version`` and former values.

    Raises
    ------
    Conflict
        Somebody changed a row since its ``version``; says both.
    InvalidRow
        A value cannot be taken; says which.
    InvalidParameter, NotFound, NotAllowed
        As for ``preview_edits``.
    """
    on = default_day(store)
    with writing_assessed(store, actor) as writer:
        planned = _plan(writer, actor, edits)
        _refuse_wrong(planned)
        changed = [each for each in planned if each.values]
        for columns, rows in _by_columns(changed).items():
            _put(writer, columns, rows, on)
        versions = _versions(writer, [each.parcel_no for each in changed])
    written = [{**each.as_record(), "version": versions[each.parcel_no], "outdated": False} for each in changed]
    return {"changed": len(changed), "rows": written}


def _plan(reader: Reader, actor: Actor, edits: Sequence[Edit]) -> list[Planned]:
    numbers = [edit.parcel_no for edit in edits]
    if not 1 <= len(numbers) <= MOST_EDITS or len(set(numbers)) != len(numbers):
        raise InvalidParameter(
            Words("没有要改的地块、一次太多或有重复", "no parcels to edit, too many at once, or one of them twice"),
            found=str(len(numbers)),
            expected=f"1 … {MOST_EDITS}",
        )
    columns = tuple(dict.fromkeys(name for edit in edits for name in edit.values if name in _BY_NAME))
    wanted = ("parcel_no", "version", *dict.fromkeys((*columns, "town")))
    stored = reader.read("parcel", Query(keys=tuple(numbers), columns=wanted))
    rows = {record["parcel_no"]: record for record in records_of(stored)}
    if missing := [number for number in numbers if number not in rows]:
        named = "、".join(missing[:5])
        raise NotFound(Words(f"没有地块“{named}”", f"no parcel '{named}'"), found=named)
    refuse_strangers(reader, actor, stored)
    towns = set(reader.read("town", Query(columns=("code",)))["code"])
    return [_planned(edit, rows[edit.parcel_no], towns) for edit in edits]


def _planned(edit: Edit, row: Record, towns: set[str]) -> Planned:
    values: dict[str, Any] = {}
    refused = []
    for name, given in edit.values.items():
        taken = _taken(name, given, towns)
        if isinstance(taken, Refusal):
            refused.append(taken)
        elif plain(taken) != row[name]:
            values[name] = taken
    before = {name: row[name] for name in values}
    return Planned(edit.parcel_no, int(row["version"]), edit.version, before, values, tuple(refused))


def _taken(name: str, given: Scalar, towns: set[str]) -> Any:
    """The value as the store takes it, or why not."""
    column = _BY_NAME.get(name)
    if column is None:
        words = Words("此列不能在台账里修改", "this column cannot be edited in the register")
        return Refusal(name[:80], words, name[:80], " | ".join(_BY_NAME))
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    try:
        value = _READERS[column.type](column, given)
    except (ValueError, TypeError, OverflowError):
        value = None
    if value is None:
        words = Words(f"{column.words.zh}无法读取", f"{column.words.en}: this value cannot be read")
        return Refusal(name, words, str(given)[:80], _expected(column))
    if name == "town" and value not in towns:
        return Refusal(name, Words("没有这个行政区代码", "there is no such town"), str(value)[:80], "town.code")
    return value


def _text(column: Column, given: Any) -> str | None:
    if column.codes:
        return column.codes.of(given).value if isinstance(given, str) and _is_code(column, given) else None
    text = given.strip() if isinstance(given, str) else None
    longest = LONGEST_REMARK if column.name == "remark" else LONGEST_TEXT
    return text if text and len(text) <= longest and text.isprintable() else None


def _is_code(column: Column, given: str) -> bool:
    return column.codes is not None and given in [member.value for member in column.codes]


def _amount(_: Column, given: Any) -> float | None:
    number = math.nan if isinstance(given, bool) else float(given)
    return number if math.isfinite(number) and 0 <= number <= LARGEST_NUMBER else None


def _count(column: Column, given: Any) -> int | None:
    number = _amount(column, given)
    return int(number) if number is not None and number.is_integer() and number <= LARGEST_COUNT else None


def _day(_: Column, given: Any) -> date | None:
    day = date.fromisoformat(given) if isinstance(given, str) and len(given) == 10 else None
    return day if day is not None and FIRST_DAY <= day <= LAST_DAY else None


_READERS: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text,
    "real": _amount,
    "money": _amount,
    "integer": _count,
    "date": _day,
}


def _expected(column: Column) -> str:
    if column.codes:
        return " | ".join(column.codes)
    longest = LONGEST_REMARK if column.name == "remark" else LONGEST_TEXT
    return {
        "text": f"≤ {longest} 个字符 / characters",
        "real": "≥ 0 (m²)",
        "money": "≥ 0 (万元)",
        "integer": "0, 1, 2, …",
        "date": "YYYY-MM-DD",
    }[column.type]


def _refuse_wrong(planned: Sequence[Planned]) -> None:
    for each in planned:
        for refusal in each.refused[:1]:
            raise InvalidRow(
                Words(f"地块“{each.parcel_no}”：{refusal.words.zh}", f"parcel '{each.parcel_no}': {refusal.words.en}"),
                found=refusal.found,
                expected=refusal.expected,
                place=Place(column=refusal.column),
            )


def _by_columns(planned: Sequence[Planned]) -> dict[tuple[str, ...], list[Planned]]:
    """Rows that change the same columns: a cell that nobody edited would be emptied if the frame had it."""
    groups: dict[tuple[str, ...], list[Planned]] = {}
    for each in planned:
        groups.setdefault(tuple(sorted(each.values)), []).append(each)
    return groups


def _put(writer: Writer, columns: tuple[str, ...], rows: Sequence[Planned], on: date) -> None:
    frame = pd.DataFrame({"parcel_no": pd.array([each.parcel_no for each in rows], dtype="str")})
    for name in columns:
        values = [each.values[name] for each in rows]
        kind = _BY_NAME[name].type
        column = pd.Series(
            pd.to_datetime(values) if kind == "date" else values, dtype=None if kind == "date" else object
        )
        frame[name] = column.astype(FRAME_DTYPES[kind]).array  # type: ignore[call-overload]
    expected = {each.parcel_no: each.version if each.seen is None else each.seen for each in rows}
    writer.put("parcel", frame, on=on, expected=expected, clearing=True)


def _versions(reader: Reader, numbers: Sequence[str]) -> dict[str, int]:
    if not numbers:
        return {}
    stored = reader.read("parcel", Query(keys=tuple(numbers), columns=("parcel_no", "version")))
    return dict(zip(stored["parcel_no"].tolist(), map(int, stored["version"].tolist()), strict=True))
