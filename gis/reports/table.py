"""A table to hand out: columns with words and formats, rows, and what must be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from gis.model import Coded
from gis.words import Words

Format = Literal[
    "text",
    "long_text",
    "wrapped_text",
    "money",
    "area",
    "share",
    "points",
    "percent",
    "mark",
    "days",
    "date",
    "yes_no",
    "code",
    "codes",
]
# Text that a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TableColumn:
    """
    One column: its name in the frame, its header, and how its values are shown.

    ``money`` 万元, ``area`` 亩, ``share`` 0–1 shown as %, ``points`` percentage points, ``percent`` 0–100, ``mark``
    with two digits after the point; ``code`` and ``codes`` are shown by their words in ``codes``; ``wrapped_text`` is
    text on several lines of a narrow column. ``width``: in characters (None: as usual for the format).
    """

    name: str
    words: Words
    format: Format = "text"
    codes: type[Coded] | None = None
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """
    What a spreadsheet shows.

    ``frame`` has the columns' names; areas are already 亩. ``notes`` are (heading, text) lines of the
    second sheet; ``fills`` are colours "#RRGGBB" by column and code. ``totals``: what stands under some columns, in a
    row of its own below the others. ``pages_wide``: over how many sheets of A3 it is printed.
    """

    title: Words
    columns: tuple[TableColumn, ...]
    frame: pd.DataFrame
    notes: tuple[tuple[Words, Words], ...] = ()
    fills: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    totals: Mapping[str, float | str] = field(default_factory=dict)
    pages_wide: int = 3


def shown_text(column: TableColumn, value: object, language: str) -> str:
    """A code, a tuple of codes, a yes or no, a sentence or some sentences, as a person reads them; "" where missing."""
    if isinstance(value, tuple | list):
        return "；".join(shown_text(column, item, language) for item in value)
    if isinstance(value, Words):
        return value.of(language)
    if value is None or pd.isna(value) or value == "":  # type: ignore[call-overload]
        return ""
    if column.codes is not None:
        return column.codes(str(value)).words.of(language)
    if column.format == "yes_no":
        return Words("是", "yes").of(language) if value else Words("否", "no").of(language)
    return str(value)
