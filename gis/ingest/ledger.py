"""
The monthly ledger (月调度台账) as progress reports: called before columns are matched,

    raw = as_reports(raw, mapping, today=today)        # for the layer progress_report only

One row a project and a column a month becomes one row a report; every report keeps the number of the row that
it stands in. A long table (project, month, amount) stays as it is but for its months, amounts and words.
Reports hold amounts that run from January; which of the two a ledger holds is asked where it cannot be told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from gis.errors import InvalidValue, Place
from gis.ingest import cells
from gis.ingest.headers import find_header, match_headers, normal
from gis.ingest.ledger_long import long_reports
from gis.ingest.ledger_run import DONE, ENDS, IMAGE, PERIOD, SAID, STAT, LedgerRun
from gis.ingest.mapping import Amounts, Mapping, template_fields
from gis.ingest.months import MonthHeader, month_of_header, year_in
from gis.ingest.progress_words import with_words
from gis.ingest.table import RawTable
from gis.layers import PROGRESS_REPORT
from gis.model import Period
from gis.words import Words

_FILLERS = re.compile(
    r"本?年度?|实际|累计|累积|至今|当月|本月|单月|每月|月度|完成|固定资产|投资|额|情况|数|调度|统计|入统|入库|cumulative|ytd|monthly|[()·、:/]"
)
_STAT = re.compile(r"统计|入统|入库")
_IMAGE = re.compile(r"形象进度|工程进度")
_WORDS = re.compile(r"进展|工程形象")
_NAMED_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class _MonthColumn:
    """A column of one month: where it is, what it is called, which field it fills."""

    position: int
    header: str
    month: MonthHeader
    field: str
    year: int

    @property
    def ends(self) -> date:
        return cells.last_day(self.year, self.month.month)


def as_reports(raw: RawTable, mapping: Mapping | None, *, today: date) -> RawTable:
    """
    A ledger's raw table as one row a report, ready to be matched to ``progress_report``.

    Cells that cannot be read are in ``refused`` under the file's own header; the row's other months stay. A text of
    image progress that holds one percentage ("主体施工至三层，完成60%") gives the percentage and the words.

    Raises
    ------
    InvalidValue
        It cannot be told whether amounts run from January or are each month's own, or of which year they are.
    """
    known = mapping or Mapping()
    headers = [str(h) for h in raw.frame.columns]
    matched = match_headers(headers, PROGRESS_REPORT, known).matches
    run = LedgerRun(raw, known, today, {m.slot.column.name: m for m in matched})
    months = _month_columns(run, headers)
    made = _wide(run, months) if months else long_reports(run)
    told = replace(made, refused=(*raw.refused, *run.refused), warnings=(*raw.warnings, *run.warnings))
    return with_words(told, known)


def _month_columns(run: LedgerRun, headers: Sequence[str]) -> list[_MonthColumn]:
    """The columns that report a month, in order of time; a year that nothing names is this one."""
    claimed = {m.position for m in run.matches.values() if m.target is not None}
    ignored = {normal(h) for h in run.mapping.options.ignore}
    said = run.mapping.options.year or year_in(run.raw.declared.get("标题", ""))
    found, assumed = [], False
    for position, header in enumerate(headers):
        month = None if position in claimed or normal(header) in ignored else month_of_header(header)
        kind = None if month is None else _field_of(month)
        if month is None or kind is None:
            continue
        assumed = assumed or (month.year is None and said is None)
        found.append(_MonthColumn(position, header, month, kind, month.year or said or run.today.year))
    if found and assumed:
        _check_assumed_year(run, found)
    return sorted(found, key=lambda column: (column.ends, column.position))


def _field_of(month: MonthHeader) -> str | None:
    """Which field a month's column fills; None for what is no progress (a month's plan, a month's meeting)."""
    what = month.what.lower()
    if _IMAGE.search(what):
        return IMAGE
    if _WORDS.search(what):
        return SAID
    if _FILLERS.sub("", what):
        return None
    return STAT if _STAT.search(what) else DONE


def _check_assumed_year(run: LedgerRun, columns: Sequence[_MonthColumn]) -> None:
    year = run.today.year
    for column in columns:
        filled = any(not cells.is_dash(v) for v in run.raw.frame.iloc[:, column.position])
        if column.month.year is None and column.month.month > run.today.month and filled:
            raise InvalidValue(
                Words(
                    f"台账未注明年份，而 {year} 年 {column.month.month} 月尚未到：请在标题、列名或对照文件 year 中注明",
                    f"the ledger names no year and {year}-{column.month.month:02d} has not come: "
                    "say it in the title, the headers or the mapping's year",
                ),
                found=column.header,
                expected="year",
                place=Place(run.raw.source.name, column=column.header),
            )
    run.warnings.append(Words(f"台账未注明年份，按{year}年计", f"the ledger names no year: taken as {year}"))


# ---------------------------------------------------------------- a column a month


def _wide(run: LedgerRun, columns: Sequence[_MonthColumn]) -> RawTable:
    by_field = {name: _one_kind(run, [c for c in columns if c.field == name]) for name in (DONE, STAT)}
    texts = [c for c in columns if c.field in (IMAGE, SAID)]
    others, latest = _others(run, columns), _latest(run, columns)
    codes = _code_positions(run)
    rows: list[dict[Any, Any]] = []
    numbers: list[int] = []
    for row in range(len(run.raw.frame)):
        reports = _reports_of(run, row, by_field, texts)
        if latest is not None and _says_more(run, row):
            reports.setdefault(latest, {})
        for ends, values in sorted(reports.items()):
            told = {p: run.cell(row, p) for p in others if ends == latest or p in codes}
            rows.append({**_whole(ends, values), **told})
            numbers.append(run.raw.rows[row])
    names = [PERIOD, ENDS, DONE, STAT, IMAGE, SAID]
    frame = pd.DataFrame(rows, columns=[*names, *others], dtype="object")
    image = "形象进度(%)" if all(c.month.unit for c in texts if c.field == IMAGE) else IMAGE
    shown = [image if name == IMAGE else name for name in names]
    frame.columns = pd.Index([*shown, *(str(run.raw.frame.columns[p]) for p in others)], dtype="object")
    return replace(run.raw, frame=_without_empty(frame, shown), rows=tuple(numbers))


def _code_positions(run: LedgerRun) -> set[int]:
    """The columns that say whose row it is: one of codes, or those of which the mapping composes them."""
    match, recipe = run.matches.get("project_code"), run.mapping.compose.get("project_code", ())
    wanted = template_fields(recipe) if isinstance(recipe, str) else recipe
    headers = [str(h) for h in run.raw.frame.columns]
    parts = {find_header(headers, name) for name in wanted}
    return {p for p in (match.position if match else None, *parts) if p is not None}


def _latest(run: LedgerRun, columns: Sequence[_MonthColumn]) -> date | None:
    """The last month that any row reports: what the ledger says beside its months is as of then."""
    this_month = cells.last_day(run.today.year, run.today.month)
    filled = (c for c in columns if any(not cells.is_dash(v) for v in run.raw.frame.iloc[:, c.position]))
    return max((c.ends for c in filled if c.ends <= this_month), default=None)


def _says_more(run: LedgerRun, row: int) -> bool:
    """The row reports progress or problems beside its months."""
    said = (run.matches[name] for name in ("image_percent", "words", "problems", "photos") if name in run.matches)
    return any(not cells.is_dash(run.cell(row, m.position)) for m in said)


def _whole(ends: date, values: Named[str, Any]) -> dict[Any, Any]:
    return {PERIOD: Period.MONTH.value, ENDS: ends, **values}


def _without_empty(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Without those of the first columns, ours, that hold nothing; the file may call one of its own the same."""
    empty = {i for i, n in enumerate(names) if n not in (PERIOD, ENDS) and frame.iloc[:, i].isna().all()}
    return frame.iloc[:, [i for i in range(frame.shape[1]) if i not in empty]]


def _others(run: LedgerRun, columns: Sequence[_MonthColumn]) -> list[int]:
    """The columns that are no month's: they are told with the latest one. Amounts without a month are not."""
    taken = {c.position for c in columns}
    amounts = {m.position for name, m in run.matches.items() if name in ("invested_wan", "stat_invested_wan")}
    return [p for p in range(run.raw.frame.shape[1]) if p not in taken | amounts]


def _one_kind(run: LedgerRun, columns: list[_MonthColumn]) -> tuple[list[_MonthColumn], Amounts]:
    """One column a month, and what their amounts are; where a month has both kinds, the running ones are used."""
    if not columns:
        return [], "cumulative"
    said = {c.month.amounts for c in columns} - {None}
    running = [c for c in columns if c.month.amounts == "cumulative"]
    if len(said) == 2 or _stand_twice(columns, running):
        run.warnings.append(
            Words("当月数与累计数并列，只用累计数", "monthly and running amounts: only the running were used")
        )
        told = {c.ends for c in running}
        return _unrepeated(run, [c for c in columns if c in running or _is_january(c, told)]), "cumulative"
    kept = _unrepeated(run, columns)
    amounts = next(iter(said), None) or run.mapping.options.amounts or _told_by_numbers(run, kept)
    if amounts == "cumulative":
        _warn_of_falls(run, kept)
    return kept, amounts


def _stand_twice(columns: Sequence[_MonthColumn], running: Sequence[_MonthColumn]) -> bool:
    """A month that stands bare beside a running one ("3月" beside "1-3月") is its own amount."""
    told = {c.ends for c in running}
    return any(c.month.amounts is None and c.ends in told for c in columns)


def _is_january(column: _MonthColumn, told: Collection[date]) -> bool:
    """January's own amount runs from January too; it is needed where no running one tells it."""
    return column.month.month == 1 and column.ends not in told


def _unrepeated(run: LedgerRun, columns: Sequence[_MonthColumn]) -> list[_MonthColumn]:
    kept: dict[date, _MonthColumn] = {}
    for column in columns:
        first = kept.setdefault(column.ends, column)
        if first is not column:
            run.warnings.append(
                Words(
                    f"“{column.header}”与“{first.header}”为同一月份，只用后者",
                    f"'{column.header}' and '{first.header}' are one month: the latter was used",
                )
            )
    return list(kept.values())


def _told_by_numbers(run: LedgerRun, columns: Sequence[_MonthColumn]) -> Amounts:
    falls = list(_falls(run, columns))
    if falls:
        raise run.unclear(falls[0], columns[0].header)
    if any(c.month.month > 1 for c in columns):
        run.warnings.append(
            Words(
                "未注明累计还是当月，各月不减，按累计数",
                "not said whether amounts run from January: taken so, as none falls",
            )
        )
    return "cumulative"


def _falls(run: LedgerRun, columns: Sequence[_MonthColumn]) -> Iterator[int]:
    """The file's rows in which an amount is smaller than that of an earlier month of the year."""
    for row in range(len(run.raw.frame)):
        before: dict[int, Decimal] = {}
        for column in columns:
            amount = run.amount(row, column.position, column.month.unit, silent=True)
            if amount is None:
                continue
            if amount < before.get(column.year, amount):
                yield run.raw.rows[row]
                break
            before[column.year] = amount


def _warn_of_falls(run: LedgerRun, columns: Sequence[_MonthColumn]) -> None:
    rows = [str(row) for row in _falls(run, columns)]
    if rows:
        listed = "、".join(rows[:_NAMED_AT_MOST]) + ("…" if len(rows) > _NAMED_AT_MOST else "")
        run.warnings.append(Words(f"累计数比上月减少：第 {listed} 行", f"running amounts fall: row {listed}"))


def _reports_of(
    run: LedgerRun,
    row: int,
    amounts: Named[str, tuple[list[_MonthColumn], Amounts]],
    texts: Sequence[_MonthColumn],
) -> dict[date, dict[str, Any]]:
    """A row's reports by their last day; months without anything have none."""
    reports: dict[date, dict[str, Any]] = defaultdict(dict)
    for name, (columns, kind) in amounts.items():
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for column in columns:
            amount = run.amount(row, column.position, column.month.unit)
            if amount is None:
                if kind == "monthly" and not cells.is_dash(run.cell(row, column.position)):
                    run.warn_of_gap(row, column.header)
                    break
                continue
            if _is_future(run, row, column):
                continue
            sums[column.year] = sums[column.year] + amount if kind == "monthly" else amount
            reports[column.ends][name] = float(sums[column.year])
    for column in texts:
        value = run.cell(row, column.position)
        if not cells.is_dash(value) and not _is_future(run, row, column):
            reports[column.ends][column.field] = value
    return reports


def _is_future(run: LedgerRun, row: int, column: _MonthColumn) -> bool:
    if column.ends <= cells.last_day(run.today.year, run.today.month):
        return False
    expected = Words("该月尚未到，不应有数", "this month has not come: nothing can be reported")
    run.refuse(row, column.header, run.cell(row, column.position), expected)
    return True
