"""
From a sheet as people make it (title, unit note, two-row header, sections, totals) to a plain table.

Nothing is dropped silently: every row left out is named in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gis.errors import Place, UnreadableFile
from gis.ingest import cells
from gis.ingest.headers import PLAN_YEAR, normal, slots_of, spellings
from gis.ingest.months import month_of_header
from gis.layers import LAYERS
from gis.units import UNITS_BY_DIMENSION, split_header_unit
from gis.words import Words

MAX_ROWS = 1_000_000
MAX_COLUMNS = 500
_LOOKED_AT = 15
_NOTE = re.compile(r"单位\s*[:：]\s*([^)）\]】]+)")
_TOTAL = re.compile(r"^.{0,8}(?:合计|小计|总计|共计)[:：]?$|^(?:sub)?total$", re.IGNORECASE)
_SECTION = re.compile(r"^[(（]?[一二三四五六七八九十]{1,3}[)）、.．]")
_FOOTER = re.compile(r"^(?:注|备注|说明|填表|填报|制表|审核|联系)[^,，]{0,8}[:：]")
_GEOMETRY_NAMES = {"wkt", "geom", "geometry", "经度", "纬度", "lon", "lat", "x", "y", "x坐标", "y坐标", "点号", "圈号"}
_NAMED_AT_MOST = 10

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet's cells, row by row; ``rows[0]`` is the sheet's row 1."""

    rows: list[Row]


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A frame of the file's own headers and values, its row numbers, the notes above it, what was left out."""

    frame: pd.DataFrame
    rows: tuple[int, ...]
    declared: dict[str, str] = field(default_factory=dict)
    warnings: tuple[Words, ...] = ()


def known_names(more: Iterable[str] = ()) -> frozenset[str]:
    """Every header that some layer knows, as headers are compared, and ``more`` (a mapping's)."""
    declared = {normal(h) for layer in LAYERS.values() for slot in slots_of(layer) for h in slot.headers}
    return frozenset(declared | _GEOMETRY_NAMES | {normal(h) for h in more})


def is_known(header: Any, known: Collection[str]) -> bool:
    """Some layer knows this header, or it names a month or a year's plan."""
    if not isinstance(header, str) or cells.is_blank(header):
        return False
    names = [name for name, _ in spellings(header)]
    if any(name in known or PLAN_YEAR.match(name) for name in names):
        return True
    return month_of_header(header) is not None


def header_score(grid: Grid, known: Collection[str]) -> int:
    """How many known headers the best of the first rows has: which of several sheets is the table."""
    return max((_score(row, known) for row in grid.rows[:_LOOKED_AT]), default=0)


def _score(row: Row, known: Collection[str]) -> int:
    return sum(is_known(cell, known) for cell in row)


def plain_table(grid: Grid, file: str, known: Collection[str], *, skip_rows: int | None = None) -> PlainTable:
    """
    Find the header, join a two-row one, drop totals, section titles, footers and empty rows.

    Parameters
    ----------
    skip_rows
        The header is the row after so many; None: it is looked for in the first 15 rows.

    Raises
    ------
    UnreadableFile
        No header, or more than 1,000,000 rows or 500 columns.
    """
    width = max((_width(row) for row in grid.rows), default=0)
    _refuse_too_large(len(grid.rows), width, file)
    rows = [[*row[:width], *[None] * (width - len(row))] for row in grid.rows]
    first, last = _header_rows(rows, known) if skip_rows is None else (skip_rows, skip_rows)
    if width == 0 or first >= len(rows):
        raise UnreadableFile(
            Words("表格是空的", "the table is empty"),
            found=f"{len(rows)}",
            expected="列名 / headers",
            place=Place(file),
        )
    kept, warnings = _data_rows(rows, last + 1)
    headers = _headers(rows[first], rows[last] if last > first else None, known)
    return PlainTable(
        _frame([rows[i] for i in kept], headers), tuple(i + 1 for i in kept), _declared(rows[:first]), tuple(warnings)
    )


def _width(row: Row) -> int:
    return next((i + 1 for i in range(len(row) - 1, -1, -1) if not cells.is_blank(row[i])), 0)


def _refuse_too_large(rows: int, columns: int, file: str) -> None:
    if rows > MAX_ROWS + _LOOKED_AT or columns > MAX_COLUMNS:
        raise UnreadableFile(
            Words("表格过大", "the table is too large"),
            found=f"{rows} × {columns}",
            expected=f"≤ {MAX_ROWS:,} × {MAX_COLUMNS}",
            place=Place(file),
        )


def _header_rows(rows: Sequence[Row], known: Collection[str]) -> tuple[int, int]:
    """First and last row of the header: the row with most known headers, and the one above or below if they pair."""
    head = rows[:_LOOKED_AT]
    scores = [_score(row, known) for row in head]
    best = scores.index(max(scores)) if scores and max(scores) > 0 else _fullest_text(head)
    if best > 0 and _pairs(rows[best - 1], rows[best], known):
        return best - 1, best
    if best + 1 < len(rows) and _pairs(rows[best], rows[best + 1], known):
        return best, best + 1
    return best, best


def _fullest_text(rows: Sequence[Row]) -> int:
    """Where no header is known: the first row of texts that is at least half as full as the fullest one."""
    filled = [sum(not cells.is_blank(c) for c in row) for row in rows]
    most = max(filled, default=0)
    for i, row in enumerate(rows):
        texts = [c for c in row if not cells.is_blank(c)]
        if filled[i] * 2 >= most and all(isinstance(c, str) for c in texts):
            return i
    return 0


def _pairs(upper: Row, lower: Row, known: Collection[str]) -> bool:
    """
    Two rows are one header: groups above ("2026年" over "1月", "2月"), and beside them headers that reach over
    both rows. A title above a header has none of the latter; a row of data stands under headers of its own.
    """
    over = [None if _is_note(c) else c for c in upper]
    reaching = [c for c, below in zip(over, lower, strict=True) if not cells.is_blank(c) and cells.is_blank(below)]
    under = [i for i, c in enumerate(lower) if not cells.is_blank(c)]
    if not under or not any(is_known(c, known) for c in reaching):
        return False
    grouped = all(isinstance(lower[i], str) and _is_grouped(over, lower, i, known) for i in under)
    return grouped and any(cells.is_blank(over[i]) for i in under)


def _is_grouped(upper: Row, lower: Row, i: int, known: Collection[str]) -> bool:
    """Column ``i`` lies under a group, and not as a value under a header that stands for itself."""
    if cells.is_blank(upper[i]):
        return _group(upper, lower, i) is not None
    begins_group = i + 1 < len(upper) and cells.is_blank(upper[i + 1]) and not cells.is_blank(lower[i + 1])
    return begins_group or not is_known(upper[i], known)


def _is_note(cell: Any) -> bool:
    return isinstance(cell, str) and bool(_NOTE.search(cell)) and len(cell) < 30


def _group(upper: Row, lower: Row, i: int) -> str | None:
    """The group above column ``i``: its own upper cell, or the nearest to the left with no gap below between."""
    start = i
    while start > 0 and cells.is_blank(upper[start]) and not cells.is_blank(lower[start - 1]):
        start -= 1
    return None if cells.is_blank(upper[start]) else str(upper[start]).strip()


def _headers(upper: Row, lower: Row | None, known: Collection[str]) -> list[str]:
    found = []
    for i, cell in enumerate(upper):
        below = None if lower is None else lower[i]
        if lower is None or cells.is_blank(below):
            found.append(cells.plain(cell).strip() if not cells.is_blank(cell) else "")
        else:
            found.append(_joined(_group(upper, lower, i) or "", str(below).strip(), known))
    return found


def _joined(group: str, below: str, known: Collection[str]) -> str:
    """
    "计划" over "开工日期" is 计划开工日期, "投资情况" over "总投资" is 总投资; a group's unit goes with its columns.
    """
    name, unit = split_header_unit(group)
    told = below if unit is None or split_header_unit(below)[1] else f"{below}({unit})"
    if is_known(f"{name}{told}", known):
        return f"{name}{told}"
    return told if is_known(told, known) and month_of_header(told) is None else f"{name} {told}"


def _data_rows(rows: Sequence[Row], start: int) -> tuple[list[int], list[Words]]:
    kept: list[int] = []
    dropped: dict[str, list[int]] = {"total": [], "section": [], "footer": []}
    for i in range(start, len(rows)):
        kind = _kind(rows[i])
        if kind == "data":
            kept.append(i)
        elif kind != "empty":
            dropped[kind].append(i + 1)
    words = {
        "total": ("合计行未导入", "total rows left out"),
        "section": ("分组标题行未导入", "section titles left out"),
        "footer": ("表尾说明未导入", "footers left out"),
    }
    return kept, [_left_out(*words[kind], numbers) for kind, numbers in dropped.items() if numbers]


def _left_out(zh: str, en: str, numbers: Sequence[int]) -> Words:
    named = [str(n) for n in numbers[:_NAMED_AT_MOST]]
    more = "" if len(numbers) <= _NAMED_AT_MOST else f" …（{len(numbers)}）"
    return Words(f"{zh}：第 {'、'.join(named)} 行{more}", f"{en}: row {', '.join(named)}{more}")


def _kind(row: Row) -> str:
    filled = [c for c in row if not cells.is_blank(c)]
    if not filled:
        return "empty"
    texts = [re.sub(r"\s+", "", c) for c in row[:3] if isinstance(c, str) and not cells.is_blank(c)]
    if any(_TOTAL.match(text) for text in texts):
        return "total"
    first = next((re.sub(r"\s+", "", c) for c in filled if isinstance(c, str)), "")
    if len(filled) <= 2 and _SECTION.match(first) and len(row) > 3:
        return "section"
    return "footer" if len(filled) <= 4 and _FOOTER.match(first) else "data"


def _declared(above: Sequence[Row]) -> dict[str, str]:
    """The title, and the units that a note above the table states for all of it ("单位：万元、亩")."""
    texts = [str(c).strip() for row in above for c in row if isinstance(c, str) and not cells.is_blank(c)]
    found = {"标题": " ".join(texts)} if texts else {}
    known = {unit for units in UNITS_BY_DIMENSION.values() for unit in units}
    noted = [u.strip() for text in texts for note in _NOTE.findall(text) for u in re.split(r"[、,，/;；\s]+", note)]
    units = [unit for unit in noted if unit.lower() in known]
    return {**found, "单位": "、".join(units)} if units else found


def _frame(rows: Sequence[Row], headers: Sequence[str]) -> pd.DataFrame:
    """Columns without header and without values are air; one without header but with values keeps a name."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headers)
    kept = [i for i, h in enumerate(headers) if h or any(not cells.is_blank(v) for v in columns[i])]
    names = [headers[i] or f"（第{i + 1}列）" for i in kept]
    frame = pd.DataFrame({k: pd.Series(list(columns[i]), dtype="object") for k, i in enumerate(kept)})
    frame.columns = pd.Index(names, dtype="object")
    return frame
