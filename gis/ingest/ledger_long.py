"""
A long ledger: one row a project and month. Its months become last days, its own-month amounts run from January,
and everything else stays as the file has it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from gis.errors import InvalidValue
from gis.ingest import cells
from gis.ingest.headers import Match, spellings
from gis.ingest.ledger_run import DONE, ENDS, PERIOD, LedgerRun
from gis.ingest.months import year_in
from gis.ingest.table import RawTable
from gis.layers import PROGRESS_REPORT
from gis.model import Period, half_width
from gis.words import Words

_ENDS_COLUMN = PROGRESS_REPORT.column("period_end_on")
_MONTHS_OWN = re.compile(r"^(?:当月|本月|月)(?:实际)?完成(?:固定资产)?投资额?$")
_SAYS_RUNNING = re.compile(r"累计|累积|本年|年度|invested_?wan|invested this year", re.IGNORECASE)
_MONTH_ALONE = re.compile(r"^(1[0-2]|0?[1-9])月份?$")
_TITLE_MONTH = re.compile(r"(20\d\d)\s*年\s*(?:1\s*[-—–~至到]\s*)?(1[0-2]|[1-9])\s*月")


def long_reports(run: LedgerRun) -> RawTable:
    """
    The table with 报告类型 and 报告截止日期 filled in where the file leaves them open.

    The month is that of the row, else that of the title ("2026年5月…"). The tenth or twentieth ends ten days;
    any other day stands for its whole month.

    Raises
    ------
    InvalidValue
        Amounts of a project fall within a year, and nothing says that they run from January.
    """
    frame = run.raw.frame.copy()
    days = _last_days(run, frame)
    _state_periods(run, frame, days)
    _run_up(run, frame, days)
    return replace(run.raw, frame=frame)


def _is_given(run: LedgerRun, name: str) -> bool:
    return name in run.mapping.constants or name in run.mapping.compose


def _last_days(run: LedgerRun, frame: pd.DataFrame) -> list[date | None]:
    """The last day of each row's period, None where it is left to others to find or to refuse."""
    ends = run.matches.get("period_end_on")
    title = _TITLE_MONTH.search(run.raw.declared.get("标题", ""))
    if ends is not None:
        return [_last_day(run, ends, value) for value in frame.iloc[:, ends.position]]
    if title and not _is_given(run, "period_end_on"):
        return [cells.last_day(int(title[1]), int(title[2]))] * len(frame)
    return [None] * len(frame)


def _last_day(run: LedgerRun, ends: Match, value: Any) -> date | None:
    """ "5月" is a month of the ledger's year; everything else is for the reader of dates."""
    month = _MONTH_ALONE.match(half_width(value).strip()) if isinstance(value, str) else None
    year = run.mapping.options.year or year_in(run.raw.declared.get("标题", ""))
    try:
        if month is not None:
            return cells.last_day(year, int(month[1])) if year else None
        return cells.read_date(value, _ENDS_COLUMN, ends.target.format if ends.target else None)
    except InvalidValue:
        return None


def _state_periods(run: LedgerRun, frame: pd.DataFrame, days: list[date | None]) -> None:
    """Write the last days into the frame, and the kind of period where the file has none; keep what cannot be read."""
    is_told = "period" in run.matches or _is_given(run, "period")
    ends = run.matches.get("period_end_on")
    moved = 0
    for row, day in enumerate(days):
        if day is not None and not is_told and day.day not in (10, 20):
            days[row] = cells.last_day(day.year, day.month)
            moved += days[row] != day
    if moved:
        run.warnings.append(
            Words(
                f"{moved} 行的截止日期不是月末，按当月月末记",
                f"{moved} rows end within a month: taken as the whole month",
            )
        )
    if ends is not None and not (ends.target and ends.target.format):
        kept = frame.iloc[:, ends.position].tolist()
        frame.isetitem(ends.position, [v if d is None else d for v, d in zip(kept, days, strict=True)])
    elif ends is None and any(days):
        frame[ENDS] = days
    if not is_told:
        frame[PERIOD] = [(Period.TEN_DAYS if d and d.day in (10, 20) else Period.MONTH).value for d in days]


def _run_up(run: LedgerRun, frame: pd.DataFrame, days: list[date | None]) -> None:
    """Months' own amounts (当月完成投资) summed from January, where no running amounts stand beside them."""
    done, amounts = run.matches.get("invested_wan"), run.mapping.options.amounts
    if done is not None and amounts == "monthly":
        _sum(run, frame, days, done.position, done.unit or (done.target.unit if done.target else None))
    elif done is not None:
        if amounts is None and not _SAYS_RUNNING.search(done.header):
            _ask_if_falling(run, days, done)
    else:
        own = next((i for i, h in enumerate(frame.columns) if _is_months_own(str(h))), None)
        if own is not None:
            unit = next((u for _, u in spellings(str(frame.columns[own])) if u), None)
            _sum(run, frame, days, own, unit)


def _is_months_own(header: str) -> bool:
    return any(_MONTHS_OWN.match(name) for name, _ in spellings(header))


def _in_order(run: LedgerRun, days: list[date | None]) -> Iterator[tuple[tuple[str, int], int]]:
    """((project, year), row) by time; a month that a project has twice counts once (the second is refused later)."""
    code = run.matches.get("project_code")
    dated = sorted((day, row) for row, day in enumerate(days) if day is not None)
    seen: set[tuple[str, date]] = set()
    for day, row in dated:
        project = "" if code is None else cells.plain(run.cell(row, code.position)).strip()
        if (project, day) not in seen:
            seen.add((project, day))
            yield (project, day.year), row


def _ask_if_falling(run: LedgerRun, days: list[date | None], done: Match) -> None:
    before: dict[tuple[str, int], Decimal] = {}
    for key, row in _in_order(run, days):
        amount = run.amount(row, done.position, done.unit, silent=True)
        if amount is None:
            continue
        if amount < before.get(key, amount):
            raise run.unclear(run.raw.rows[row], done.header)
        before[key] = amount


def _sum(run: LedgerRun, frame: pd.DataFrame, days: list[date | None], position: int, unit: str | None) -> None:
    """After a month that cannot be read a project has no running amounts in that year."""
    sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    broken: set[tuple[str, int]] = set()
    made: list[Any] = [None] * len(frame)
    for key, row in _in_order(run, days):
        amount = run.amount(row, position, unit)
        if amount is None and not cells.is_dash(run.cell(row, position)):
            broken.add(key)
            run.warn_of_gap(row, str(run.raw.frame.columns[position]))
        elif amount is not None and key not in broken:
            sums[key] += amount
            made[row] = float(sums[key])
    frame.isetitem(position, made)
    headers = [DONE if i == position else str(h) for i, h in enumerate(frame.columns)]
    frame.columns = pd.Index(headers, dtype="object")
