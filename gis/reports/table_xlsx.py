"""A table as an Excel workbook: the table on the first sheet, what must be said of it on the second."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from gis.reports.table import FORMULA_STARTS, Format, Table, TableColumn, shown_text
from gis.words import Words

Sheet = Any  # openpyxl's write-only sheet; its stubs lack most of what it has
LONGEST_CELL = 32_767  # Excel's own limit
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER_FORMATS: dict[Format, str] = {
    "money": "#,##0.00",
    "area": "#,##0.00",
    "share": "0.0%",
    "points": "0.0",
    "percent": "0.0",
    "mark": "0.00",
    "days": "0",
    "date": "yyyy-mm-dd",
}
_WIDTHS: dict[Format, float] = {
    "date": 12,
    "code": 12,
    "yes_no": 9,
    "share": 10,
    "days": 9,
    "codes": 20,
    "long_text": 60,
    "wrapped_text": 22,
}
_DEFAULT_WIDTH = 18.0
_LINE_PT = 15.0
_HIGHEST_PT = 409.0  # Excel's own limit
_A3 = 8  # as ECMA-376 numbers paper sizes
_NAME_WIDTHS = {"code": 25.0, "name": 32.0, "owner": 24.0}
_HEADER = {
    "font": Font(bold=True, color="FFFFFF"),
    "fill": PatternFill("solid", fgColor="1F3A5F"),
    "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
}
_LINE = Side(style="thin", color="D0D5DB")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TOP = Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_NOTES = Words("说明", "notes")


def write_xlsx(table: Table, target: IO[bytes], language: str = "zh") -> None:
    """Write ``table`` to an open binary file, in ``language``."""
    write_book([table], target, language)


def write_book(tables: Sequence[Table], target: IO[bytes], language: str = "zh") -> None:
    """Write several tables, at least one, each on its sheet, and the notes of all of them on the last."""
    book = Workbook(write_only=True)
    for table in tables:
        _write_sheet(book, table, language)
    _write_notes(book, [note for table in tables for note in table.notes], language)
    book.save(target)


def _write_sheet(book: Workbook, table: Table, language: str) -> None:
    sheet = book.create_sheet(_sheet_name(table.title.of(language)))
    _lay_out(sheet, table)
    sheet.append([_header_cell(sheet, column.words.of(language)) for column in table.columns])
    painters = [_Painter(sheet, column, table.fills.get(column.name, {}), language) for column in table.columns]
    columns = [table.frame[column.name].tolist() for column in table.columns]
    narrow = [place for place, column in enumerate(table.columns) if column.format == "wrapped_text"]
    for number, row in enumerate(zip(*columns, strict=True), 2):
        cells = [painter.cell(value) for painter, value in zip(painters, row, strict=True)]
        if lines := max((_lines(cells[place].value, _width(table.columns[place])) for place in narrow), default=0):
            sheet.row_dimensions[number].height = min(lines * _LINE_PT, _HIGHEST_PT)
        sheet.append(cells)
    if table.totals:
        sheet.append([_total_cell(sheet, column, table.totals.get(column.name)) for column in table.columns])


def _width(column: TableColumn) -> float:
    """In characters."""
    return column.width or _NAME_WIDTHS.get(column.name, _WIDTHS.get(column.format, _DEFAULT_WIDTH))


def _lines(text: Any, width: float) -> int:
    """About how many lines a text takes; not every program works out a row's height when it opens a file."""
    if not isinstance(text, str):
        return 0
    # A Chinese character is as wide as two others.
    wide = [sum(1 if ord(character) < 0x2E80 else 2 for character in line) for line in text.split("\n")]
    return sum(max(1, math.ceil(columns / (width - 1))) for columns in wide)


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31]


def _lay_out(sheet: Sheet, table: Table) -> None:
    """Frozen header and first two columns, widths, filter buttons; printed on A3, three sheets wide."""
    sheet.freeze_panes = "C2"
    last = get_column_letter(len(table.columns))
    sheet.auto_filter.ref = f"A1:{last}{len(table.frame) + 1}"
    sheet.row_dimensions[1].height = 45
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(column)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = table.pages_wide, 0
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:B"


def _header_cell(sheet: Sheet, text: str) -> Any:
    cell = text_cell(sheet, text)
    cell.font, cell.fill, cell.alignment = _HEADER["font"], _HEADER["fill"], _HEADER["alignment"]
    return cell


def _total_cell(sheet: Sheet, column: TableColumn, value: float | str | None) -> Any:
    cell = text_cell(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value)
    cell.font, cell.border = Font(bold=True), _BORDER
    cell.number_format = _NUMBER_FORMATS.get(column.format, "General")
    return cell


class _Painter:
    """Makes the cells of one column."""

    def __init__(self, sheet: Sheet, column: TableColumn, fills: Any, language: str) -> None:
        self._sheet = sheet
        self._column = column
        self._language = language
        self._number_format = _NUMBER_FORMATS.get(column.format)
        self._fills = {code: _paint(colour) for code, colour in fills.items()}
        # Cells that look alike share their style: to make it for each takes ten times as long as to write it.
        self._styles: dict[tuple[str, bool], Any] = {}

    def cell(self, value: Any) -> Any:
        """One cell. Text is always text, whatever it begins with."""
        if self._number_format is not None:
            cell: Any = WriteOnlyCell(self._sheet, _number(value))
        else:
            cell = text_cell(self._sheet, shown_text(self._column, value, self._language))
        looks = (str(value) if self._fills else "", bool(cell.quotePrefix))
        if looks in self._styles:
            cell._style = self._styles[looks]
        else:
            self._styles[looks] = self._dressed(cell, looks[0])._style
        return cell

    def _dressed(self, cell: Any, code: str) -> Any:
        if self._number_format is not None:
            cell.number_format = self._number_format
        if fill := self._fills.get(code):
            cell.fill, cell.font = fill
        cell.alignment = _WRAPPED if self._column.format in ("long_text", "wrapped_text") else _TOP
        cell.border = _BORDER
        return cell


def _paint(colour: str) -> tuple[PatternFill, Font]:
    """A cell's fill "#RRGGBB", and the ink that can be read on it (Rec. 601 luma)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    is_dark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
    return PatternFill("solid", fgColor=colour.lstrip("#")), Font(color="FFFFFF" if is_dark else "000000")


def text_cell(sheet: Sheet, text: str) -> Any:
    """A cell that holds ``text`` and never a formula, even after somebody edits it."""
    kept = _NOT_IN_XML.sub("", text)[:LONGEST_CELL]
    cell = WriteOnlyCell(sheet, kept or None)
    if kept:
        cell.data_type = "s"
        cell.quotePrefix = kept.startswith(FORMULA_STARTS)
    return cell


def _number(value: Any) -> Any:
    """A number or a day; nothing for what is missing."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _write_notes(book: Workbook, notes: Iterable[tuple[Words, Words]], language: str) -> None:
    sheet = book.create_sheet(_NOTES.of(language))
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 90
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for heading, text in notes:
        head = text_cell(sheet, heading.of(language))
        head.font = Font(bold=True)
        said = text_cell(sheet, text.of(language))
        said.alignment = _WRAPPED
        sheet.append([head, said])
