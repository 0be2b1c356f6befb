"""
The register (台账) of all parcels on one day, as columns that are filtered, sorted and summed in memory.

Pure: made of rows as a store gives them (``tabulate``), brought up to date by rows of the same kind (``with_rows``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gis.analysis.clock import CLOCKED_COLUMNS, Clock, time_parcels
from gis.analysis.clock_rows import NO_DAY as NO_DATE
from gis.analysis.clock_rows import Days, ParcelRows
from gis.analysis.register_columns import (
    KINDS,
    NO_COUNT,
    NO_DAY,
    CodedColumn,
    Flags,
    Places,
    amounts_of,
    counts_of,
    days_of,
    joined,
    patched,
    texts_joined,
    texts_of,
    texts_patched,
)
from gis.analysis.stages import on_path, ordered_by
from gis.rules import RuleBook

LAND_CLASS = ("land_class_scheme", "land_class_edition", "land_class_code")
# Between the three in one value.
STROKE = "|"
_EPOCH = date(1970, 1, 1)
_TIMED = ("next_stage", "next_legal_on", "ready_expected_on", "overdue_days")
# What ``tabulate`` wants of a store's parcels.
REGISTER_COLUMNS: tuple[str, ...] = tuple(
    dict.fromkeys((*CLOCKED_COLUMNS, *LAND_CLASS, *(n for n in KINDS if n not in (*_TIMED, "due_on", "land_class"))))
)


@dataclass(frozen=True)
class Register:
    """
    Every parcel once, by rising number.

    ``texts``, ``coded``, ``days`` (since 1970), ``counts`` and ``amounts`` (m², 万元) by column name; see
    ``register_columns.KINDS``.
    """

    on: date
    texts: Mapping[str, pa.StringArray]
    coded: Mapping[str, CodedColumn]
    days: Mapping[str, npt.NDArray[np.int32]]
    counts: Mapping[str, npt.NDArray[np.int32]]
    amounts: Mapping[str, npt.NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def numbers(self) -> pa.StringArray:
        """The parcels' numbers."""
        return self.texts["parcel_no"]

    @cached_property
    def today(self) -> int:
        """The day as days since 1970."""
        return (self.on - _EPOCH).days

    @property
    def nbytes(self) -> int:
        """Bytes that the columns take."""
        coded = sum(c.codes.nbytes + sum(map(len, c.values)) * 3 for c in self.coded.values())
        plain = sum(a.nbytes for group in (self.days, self.counts, self.amounts) for a in group.values())
        return int(coded + plain + sum(a.nbytes for a in self.texts.values()))

    def place(self, number: str) -> int:
        """Where a number stands, or would stand."""
        return int(bisect_left(_Numbers(self.numbers), number))

    def has(self, number: str) -> bool:
        """Whether there is such a parcel."""
        place = self.place(number)
        return place < len(self) and self.numbers[place].as_py() == number

    def are_among(self, numbers: Collection[str]) -> Flags:
        """Which rows have one of these numbers."""
        wanted = pa.array(list(numbers), type=pa.string())
        found = pc.is_in(self.numbers, value_set=wanted)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)

    def records(self, places: Places, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """
        Rows as plain values, in the order of ``places``: dates YYYY-MM-DD, None where something is missing. The land
        class stands as its three parts.
        """
        names = [name for name in KINDS if columns is None or name in columns]
        values = {name: self._values(name, places) for name in names}
        if "land_class" in values:
            parts = [(value or STROKE * 2).split(STROKE, 2) for value in values.pop("land_class")]
            for at, name in enumerate(LAND_CLASS):
                values[name] = [part[at] or None for part in parts]
        return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]

    def _values(self, name: str, places: Places) -> list[Any]:
        kind = KINDS[name]
        if kind == "text":
            return list(self.texts[name].take(pa.array(places)).to_pylist())
        if kind == "coded":
            column = self.coded[name]
            return [None if code < 0 else column.values[code] for code in column.codes[places].tolist()]
        if kind == "amount":
            return [None if isnan(value) else value for value in self.amounts[name][places].tolist()]
        if kind == "count":
            return [None if value == NO_COUNT else value for value in self.counts[name][places].tolist()]
        return [None if d == NO_DAY else day_text(d) for d in self.days[name][places].tolist()]

    def with_rows(self, new: Register, gone: Collection[str] = ()) -> Register:
        """
        The register with ``new`` rows in place of those of the same numbers, or beside them, and without those of
        ``gone``.
        """
        changed = [*new.numbers.to_pylist(), *gone]
        numbers = _Numbers(self.numbers)
        before = np.array([bisect_left(numbers, number) for number in new.numbers.to_pylist()], dtype=np.intp)
        if not any(self.has(number) for number in gone) and all(map(self.has, new.numbers.to_pylist())):
            return self._patched(before, new)
        kept = np.flatnonzero(~self.are_among(changed))
        order = np.insert(kept, np.searchsorted(kept, before), len(self) + np.arange(len(new)))
        return stacked([self, new], order)

    def _patched(self, places: Places, new: Register) -> Register:
        """The same parcels, those at ``places`` as ``new`` has them; columns that are not touched are shared."""

        def arrays(group: str) -> dict[str, Any]:
            others = getattr(new, group)
            return {name: patched(values, places, others[name]) for name, values in getattr(self, group).items()}

        return Register(
            on=self.on,
            texts={name: texts_patched(texts, places, new.texts[name]) for name, texts in self.texts.items()},
            coded={name: column.patched(places, new.coded[name]) for name, column in self.coded.items()},
            days=arrays("days"),
            counts=arrays("counts"),
            amounts=arrays("amounts"),
        )


class _Numbers(Sequence[str]):
    """A column of texts as a sequence that can be searched."""

    def __init__(self, texts: pa.StringArray) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, place: Any) -> Any:
        return self._texts[place].as_py()


def day_text(day: int) -> str:
    """Days since 1970 as YYYY-MM-DD."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def stacked(parts: Sequence[Register], order: Places | None = None) -> Register:
    """Parts that follow one another (or are to stand in ``order``) as one register."""
    size = sum(map(len, parts))
    order = np.arange(size) if order is None else order
    first = parts[0]

    def arrays(group: str) -> dict[str, Any]:
        return {name: np.concatenate([getattr(p, group)[name] for p in parts])[order] for name in getattr(first, group)}

    return Register(
        on=first.on,
        texts={name: texts_joined([part.texts[name] for part in parts], order) for name in first.texts},
        coded={name: joined([part.coded[name] for part in parts], order) for name in first.coded},
        days=arrays("days"),
        counts=arrays("counts"),
        amounts=arrays("amounts"),
    )


def tabulate(parcels: pd.DataFrame, events: pd.DataFrame | None, rules: RuleBook, on: date) -> Register:
    """
    The register of these parcels.

    Parameters
    ----------
    parcels
        Parcel rows as the store gives them for day ``on``, with REGISTER_COLUMNS.
    events
        Their events up to ``on``, as ``time_parcels`` wants them.
    """
    rows = ordered_by(parcels, "parcel_no").reset_index(drop=True)
    clocks = time_parcels(rows, events, rules, on, reasons=False).reset_index(drop=True)
    due = _due(ParcelRows.of(rows), Clock.of(on, rules))
    timed = {name: clocks[name] for name in _TIMED}
    table = rows.assign(
        **timed, due_on=due.astype("datetime64[s]"), land_class=_land_classes(rows), stage=clocks["stage"]
    )
    # A step that is not there is an empty text.
    table["next_stage"] = table["next_stage"].where(table["next_stage"] != "")
    of_kind = {kind: [name for name, its in KINDS.items() if its == kind] for kind in set(KINDS.values())}
    return Register(
        on=on,
        texts={name: texts_of(table[name]) for name in of_kind["text"]},
        coded={name: CodedColumn.of(table[name]) for name in of_kind["coded"]},
        days={name: days_of(table[name]) for name in of_kind["day"]},
        counts={name: counts_of(table[name]) for name in of_kind["count"]},
        amounts={name: amounts_of(table[name]) for name in of_kind["amount"]},
    )


def _land_classes(rows: pd.DataFrame) -> pd.Series:
    """Scheme, edition and code as one value; missing where there is no code."""
    parts = [rows[name].fillna("").str.replace(STROKE, " ", regex=False) for name in LAND_CLASS]
    return (parts[0] + STROKE + parts[1] + STROKE + parts[2]).where(rows["land_class_code"].notna())


def _due(rows: ParcelRows, clock: Clock) -> Days:
    """The earliest planned day of a step of the path that is not taken yet."""
    due = np.full(len(rows.ranks), NO_DATE)
    for step, planned in rows.planned.items():
        is_to_come = on_path(rows.owners, step, clock.rules) & (rows.ranks < step.rank)
        due = np.fmin(due, np.where(is_to_come, planned, NO_DATE))
    return due
