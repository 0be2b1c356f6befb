"""Tables of people and programs: CSV in whatever encoding and separator, XLSX as it was typed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from itertools import chain
from typing import IO, Any

import openpyxl
from openpyxl.utils import range_boundaries

from gis.errors import Place, UnreadableFile
from gis.ingest.archive import MAX_RATIO, RATIO_MINDED_BYTES, listed
from gis.ingest.cells import UNCACHED, is_blank
from gis.ingest.grid import MAX_COLUMNS, MAX_ROWS, Grid, PlainTable, header_score, known_names, plain_table
from gis.ingest.placed import with_geometry
from gis.ingest.source import unreadable
from gis.ingest.table import RawTable, SourceFile
from gis.ingest.text import decode
from gis.words import Words

_SEPARATORS = ",;\t"
_MAX_CELL = 50_000_000
_MAX_UNPACKED = 1_000_000_000
_CHUNK = 1_000_000
_END = "\ue000end of the file\ue000"  # of the private use area: in no file
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_LAST_ROW = 1_048_576
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def read_csv(
    data: bytes,
    source: SourceFile,
    *,
    encoding: str | None = None,
    skip_rows: int | None = None,
    known: Iterable[str] = (),
) -> RawTable:
    """
    Read a CSV: UTF-8, UTF-16, GB18030 or latin-1; separated by comma, semicolon or tab.

    Parameters
    ----------
    encoding, skip_rows
        As a mapping's options say; None: found out.
    known
        Headers that a mapping names, so that the header row is found though no layer knows them.

    Raises
    ------
    UnreadableFile
        No text, empty, or over 1,000,000 rows or 500 columns.
    """
    text, _ = decode(data, file=source.name, encoding=encoding)
    grid = Grid(_records(text, source))
    table = plain_table(grid, source.name, known_names(known), skip_rows=skip_rows)
    return _raw(table, source, "csv", ())


def _records(text: str, source: SourceFile) -> list[list[Any]]:
    said = re.match(r"sep=(.)\r?\n", text)
    body = text[said.end() :] if said else text
    separator = said[1] if said else _separator(body)
    csv.field_size_limit(_MAX_CELL)
    rows: list[list[Any]] = [[]] if said else []
    lines = chain(io.StringIO(body, newline=""), [_END])
    try:
        for record in csv.reader(lines, delimiter=separator):
            if record == [_END]:
                return rows
            rows.append([cell if cell.strip() else None for cell in record])
            if len(rows) > MAX_ROWS + 100:
                return rows
    except csv.Error as error:
        raise unreadable(source.name, "CSV 文件有误", "the CSV is broken", found=str(error), expected="CSV") from None
    return _closed(source, rows)


def _closed(source: SourceFile, rows: list[list[Any]]) -> list[list[Any]]:
    """A quotation mark that is never closed makes one cell of all that follows: rows would be lost in it."""
    cell = str(rows[-1][-1]).replace(_END, "").strip()
    if "\n" not in cell:  # it stands in the last row: nothing is lost
        rows[-1][-1] = cell or None
        return rows
    raise UnreadableFile(
        Words(
            "CSV 中有未闭合的引号，其后各行会丢失", "a quotation mark of the CSV is never closed: rows would be lost"
        ),
        found=cell[:40],
        expected='"…"',
        place=Place(source.name, len(rows)),
    )


def _separator(text: str) -> str:
    """The one that parts most of the first lines into most fields."""
    sample = [line for line in text[:200_000].splitlines()[:30] if line.strip()]

    def fields(separator: str) -> int:
        counts = sorted(len(row) for row in csv.reader(sample, delimiter=separator))
        return counts[len(counts) // 2] if counts else 0

    csv.field_size_limit(_MAX_CELL)
    return max(_SEPARATORS, key=fields)


def _raw(table: PlainTable, source: SourceFile, format_: str, more: tuple[Words, ...]) -> RawTable:
    raw = RawTable(source, format_, table.frame, table.rows, declared=table.declared, warnings=(*table.warnings, *more))
    return with_geometry(raw)


def read_xlsx(
    data: bytes,
    source: SourceFile,
    *,
    sheet: str | None = None,
    skip_rows: int | None = None,
    known: Iterable[str] = (),
) -> RawTable:
    """
    Read one sheet of an XLSX: values as they were saved, nothing is run or fetched.

    Parameters
    ----------
    sheet
        Its name; None: the first visible sheet with known headers, else the first that is not empty.
    skip_rows, known
        As for ``read_csv``.

    Raises
    ------
    UnreadableFile
        Broken, locked with a password, over the limits, or without that sheet.
    """
    refuse_bomb(io.BytesIO(data), source)
    names = known_names(known)
    book = _opened(data, source, values=True)
    title, grid, others = _chosen(book, names, sheet, source)
    try:
        _complete(grid, data, source, book[title])
    except UnreadableFile:
        raise
    except Exception as error:  # as in _opened: parts of the file are read a second time
        raise _broken(source, error) from None
    book.close()
    table = plain_table(grid, source.name, names, skip_rows=skip_rows)
    return _raw(table, source, "xlsx", tuple(others))


def _complete(grid: Grid, data: bytes, source: SourceFile, sheet: Any) -> None:
    """Give the grid what cells alone do not tell: formulas without a value, texts merged over several rows."""
    marks = _marks(data, sheet)
    if marks.has_formulas:
        _mark_uncached(grid, data, source, sheet.title)
    _fill_down(grid, marks.merged)


def refuse_bomb(file: IO[bytes], source: SourceFile) -> None:
    """Raise UnreadableFile where an open workbook is none, or unpacks to more than is read: before it is unpacked."""
    try:
        size = sum(info.file_size for info in listed(file))
        packed = file.seek(0, io.SEEK_END)
    except Exception as error:  # zipfile, too, lets what it stumbles on through
        raise _broken(source, error) from None
    if size > RATIO_MINDED_BYTES and size > MAX_RATIO * packed:
        found = f"{size // max(1, packed):,} : 1"
        raise unreadable(
            source.name,
            "压缩比异常，疑似压缩炸弹",
            "packed too closely: a zip bomb?",
            found=found,
            expected=f"≤ {MAX_RATIO} : 1",
        )
    if size > _MAX_UNPACKED:
        raise unreadable(source.name, "文件解压后过大", "too large unpacked", found=f"{size:,} B", expected="≤ 1 GB")


def _broken(source: SourceFile, error: Exception) -> UnreadableFile:
    return unreadable(
        source.name,
        "不是完好的 XLSX 文件（有密码的请先去掉密码）",
        "not a sound XLSX file (take a password off first)",
        found=str(error) or type(error).__name__,
        expected="XLSX",
    )


def _opened(data: bytes, source: SourceFile, *, values: bool) -> Any:
    """The workbook, read-only; ``values``: what formulas gave, else the formulas."""
    try:
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    except Exception as error:  # openpyxl lets every parser's own errors through
        raise _broken(source, error) from None


def _chosen(book: Any, known: frozenset[str], wanted: str | None, source: SourceFile) -> tuple[str, Grid, list[Words]]:
    visible = [ws.title for ws in book.worksheets if ws.sheet_state == "visible"]
    if wanted is not None:
        if wanted not in book.sheetnames:
            listed = "、".join(visible)
            raise unreadable(
                source.name, f"没有工作表“{wanted}”", f"no sheet '{wanted}'", found=wanted, expected=listed
            )
        return wanted, _grid(book[wanted], source), []
    grids = {title: _grid(book[title], source) for title in visible}
    filled = [title for title, grid in grids.items() if any(not is_blank(c) for row in grid.rows for c in row)]
    if not filled:
        raise unreadable(
            source.name, "表格是空的", "the workbook is empty", found="、".join(visible), expected="数据 / data"
        )
    title = next((t for t in filled if header_score(grids[t], known) >= 2), filled[0])
    others = [t for t in filled if t != title]
    warnings = []
    if others:
        zh, en = "、".join(others), ", ".join(others)
        warnings.append(Words(f"只读了工作表“{title}”，未读：{zh}", f"only the sheet '{title}' was read, not: {en}"))
    return title, grids[title], warnings


def _grid(sheet: Any, source: SourceFile) -> Grid:
    sheet.reset_dimensions()
    rows: list[list[Any]] = []
    filled = 0
    try:
        for row in sheet.iter_rows():
            rows.append([_value(cell) for cell in row[: MAX_COLUMNS + 1]])
            if len(rows) > _LAST_ROW:
                raise _too_long(source)
            filled = len(rows) if any(value is not None for value in rows[-1]) else filled
            if filled > MAX_ROWS + 100:
                break
    except UnreadableFile:
        raise
    except Exception as error:  # as in _opened: the sheet is parsed only now
        raise _broken(source, error) from None
    return Grid(rows[:filled])


def _too_long(source: SourceFile) -> UnreadableFile:
    """A row that claims a number beyond any sheet's last: the rows missing before it would fill the memory."""
    return unreadable(
        source.name, "表格过大", "the table is too large", found=f"> {_LAST_ROW:,}", expected=f"≤ {MAX_ROWS:,}"
    )


def _value(cell: Any) -> Any:
    """A cell as it is shown where that changes its meaning: 0.6 formatted as per cent is 60 %."""
    value = cell.value
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and _is_per_cent(cell.number_format):
        percent = (Decimal(str(value)) * 100).normalize()
        return f"{percent:f}%"
    return value


def _is_per_cent(number_format: str | None) -> bool:
    """The format multiplies by a hundred; a quoted or escaped sign is a mere text behind the number."""
    return "%" in _QUOTED.sub("", number_format or "")


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a sheet's XML says and its cells do not: merged ranges, and that there are formulas."""

    merged: tuple[str, ...]
    has_formulas: bool


def _marks(data: bytes, sheet: Any) -> _Marks:
    merged: list[str] = []
    has_formulas, tail = False, b""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(sheet._worksheet_path.lstrip("/")) as stream:
        while chunk := stream.read(_CHUNK):
            window = tail + chunk
            has_formulas = has_formulas or bool(_FORMULA.search(window))
            merged += [m[1].decode() for m in _MERGE.finditer(window) if m.end() > len(tail)]
            tail = window[-200:]
    return _Marks(tuple(merged), has_formulas)


def _mark_uncached(grid: Grid, data: bytes, source: SourceFile, title: str) -> None:
    """A formula that was never calculated has no value: say so in its cell, so that it is refused, not missed."""
    book = _opened(data, source, values=False)
    sheet = book[title]
    sheet.reset_dimensions()
    for at, row in enumerate(sheet.iter_rows()):
        for column, cell in enumerate(row[:MAX_COLUMNS]):
            if cell.data_type == "f" and _at(grid, at, column) is None:
                _put(grid, at, column, UNCACHED)
    book.close()


def _at(grid: Grid, row: int, column: int) -> Any:
    return grid.rows[row][column] if row < len(grid.rows) and column < len(grid.rows[row]) else None


def _put(grid: Grid, row: int, column: int, value: Any) -> None:
    while len(grid.rows) <= row:
        grid.rows.append([])
    grid.rows[row] += [None] * (column + 1 - len(grid.rows[row]))
    grid.rows[row][column] = value


def _fill_down(grid: Grid, merged: Iterable[str]) -> None:
    """
    A text merged over several rows of one column belongs to all of them (a town over its projects). A number
    does not: an amount must not be counted once a row.
    """
    for first, last, column in _columns_merged(merged):
        value = _at(grid, first, column)
        if isinstance(value, str) and not re.search(r"\d", value):
            for row in range(first + 1, min(last, len(grid.rows) - 1) + 1):
                if _at(grid, row, column) is None and any(not is_blank(c) for c in grid.rows[row]):
                    _put(grid, row, column, value)


def _columns_merged(merged: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    for reference in merged:
        left, top, right, bottom = range_boundaries(reference)
        if left == right and None not in (left, top, bottom):
            yield int(top or 1) - 1, int(bottom or 1) - 1, int(left or 1) - 1
