"""A table as CSV: UTF-8 with a byte-order mark, so that Excel reads the Chinese."""

from __future__ import annotations

import csv
import io
from typing import IO, Any

import pandas as pd

from gis.reports.table import FORMULA_STARTS, Format, Table, TableColumn, shown_text

_TEXTS: tuple[Format, ...] = ("text", "long_text", "code", "codes", "yes_no")


def write_csv(table: Table, target: IO[bytes], language: str = "zh") -> None:
    """
    Write ``table`` to an open binary file, in ``language``.

    Text that a spreadsheet would run as a formula gets an apostrophe before it: CSV has no other way
    to say that it is text.
    """
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.words.of(language) for column in table.columns)
    columns = [
        [_cell(column, value, language) for value in table.frame[column.name].tolist()] for column in table.columns
    ]
    writer.writerows(zip(*columns, strict=True))
    text.detach()


def _cell(column: TableColumn, value: Any, language: str) -> str:
    if column.format in _TEXTS:
        text = shown_text(column, value, language)
        return f"'{text}" if text.startswith(FORMULA_STARTS) else text
    if value is None or pd.isna(value):
        return ""
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)
