"""
Idle land by 《闲置土地处置办法》 (国土资源部令第 53 号): how each supplied parcel stands to its lines on one day.

Whatever is found is 疑似 (suspected): only a written finding (认定书, ``certified_on``) makes it certain. Of the three
starts that people speak of, statistical, permitted and legal, only the legal one (动工开发, art. 30) counts.
A period of years ends with the same day of a later year, 29 February with 28 February where there is none (民法典 202),
and is full after that day; the rule ``idle.full_year`` may say that it is full on the day itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.columns import texts
from gis.analysis.idle_words import idle_reasons
from gis.layers import FRAME_DTYPES
from gis.model import Coded
from gis.rules import RuleBook
from gis.words import Words

Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
# Less than this is no area (m²) and no money (万元) to take a share of.
LEAST = 1e-6


class IdleStatus(Coded):
    """How supplied land stands to the lines of idle land; all but the first three and the last are suspicions."""

    STARTED = "started", "已动工开发", "development has begun"
    NOT_DUE = "not_due", "未到期", "not due"
    OVERDUE = "overdue_under_one_year", "逾期未满一年", "overdue, under one year"
    IDLE_A = "idle_a", "疑似闲置（满一年未动工）", "suspected idle: a year overdue"
    RECOVER_A = "recover_a", "疑似闲置（满两年，收回线）", "suspected idle: two years overdue, may be taken back"
    IDLE_B = "idle_b", "疑似闲置（开发不足且中止）", "suspected idle: little developed and stopped"
    GOVERNMENT_CAUSE = "government_cause", "政府原因", "caused by the government"
    UNKNOWN = "unknown", "资料不全", "not enough known"


# Statuses that are suspicions of idle land.
SUSPECTED = (IdleStatus.IDLE_A, IdleStatus.RECOVER_A, IdleStatus.IDLE_B)
# Where the fee is or would become due if nothing begins.
_BEFORE_THE_FEE = (IdleStatus.NOT_DUE, IdleStatus.OVERDUE, IdleStatus.IDLE_A)

SUPPLY_TYPES: Mapping[str, str] = {
    "parcel_no": "text",
    "price_wan": "money",
    "agreed_start_on": "date",
    "handed_over_on": "date",
    "legal_start_on": "date",
    "due_area_m2": "real",
    "developed_area_m2": "real",
    "total_wan": "money",
    "invested_wan": "money",
    "stopped_since": "date",
    "government_cause": "boolean",
    "cause": "text",
    "certified_on": "date",
    "certified_document": "text",
}


@dataclass(frozen=True, slots=True)
class IdleRules:
    """The thresholds in force (``idle.*`` of the rule parameters)."""

    idle_years: int
    recover_years: int
    handover_years: int
    stopped_years: int
    developed_share: float
    invested_share: float
    fee_share: float
    full_on_the_day: bool

    @classmethod
    def of(cls, rules: RuleBook) -> IdleRules:
        """As the rule book has them."""
        return cls(
            idle_years=int(rules.value("idle.one_year_line")),
            recover_years=int(rules.value("idle.two_year_line")),
            handover_years=int(rules.value("idle.start_after_handover")),
            stopped_years=int(rules.value("idle.stopped")),
            developed_share=float(rules.value("idle.developed_share")),
            invested_share=float(rules.value("idle.invested_share")),
            fee_share=float(rules.value("idle.fee_share")),
            full_on_the_day=rules.value("idle.full_year") == "on",
        )

    def is_full(self, line: Days, today: np.datetime64) -> Flags:
        """The period that ends with ``line`` is over on ``today``; never where there is no line."""
        return np.asarray(line <= today if self.full_on_the_day else line < today)


@dataclass(frozen=True, slots=True)
class IdleResult:
    """One parcel's standing; None where there is no value. Days left are 0 on the line's day and negative after it."""

    status: IdleStatus
    is_certified: bool
    due_start_on: date | None
    one_year_line_on: date | None
    two_year_line_on: date | None
    days_to_one_year: int | None
    days_to_two_years: int | None
    developed_share: float | None
    invested_share: float | None
    fee_preview_wan: float | None
    reason: Words


def idle_status(supply: Mapping[str, Any], on: date, rules: RuleBook | None = None) -> IdleResult:
    """
    One parcel's standing on day ``on``.

    Parameters
    ----------
    supply
        What is known of its supply, by the names of ``land_supply``; what is not there counts as unknown.
    rules
        The rules in force; the shipped ones where none are given.
    """
    frame = idle_statuses(pd.DataFrame([{"parcel_no": "", **supply}]), on, rules or RuleBook.default())
    told: dict[str, Any] = {str(name): _told(value) for name, value in frame.iloc[0].to_dict().items()}
    del told["parcel_no"]
    return IdleResult(**{**told, "status": IdleStatus(told["status"])})


def _told(value: Any) -> Any:
    """A cell as a plain value."""
    if isinstance(value, Words | bool | str):
        return value
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


def idle_statuses(supplies: pd.DataFrame, on: date, rules: RuleBook) -> pd.DataFrame:
    """
    How each row of a table stands on day ``on``.

    Parameters
    ----------
    supplies
        Rows of ``land_supply`` (SUPPLY_TYPES; a column that is not there counts as unknown). Dates after ``on`` have
        not happened. Invested and total exclude the land's price and taxes (53号令 art. 30).

    Returns
    -------
    DataFrame
        In the order of ``supplies``: ``parcel_no``, ``status`` (IdleStatus codes), ``is_certified``, ``due_start_on``
        (agreed, else a year after the handover), ``one_year_line_on``, ``two_year_line_on``, ``days_to_one_year``,
        ``days_to_two_years`` (0 on the day itself, negative after it; missing once development has begun),
        ``developed_share``, ``invested_share`` (0–1), ``fee_preview_wan`` (due at the one-year line; missing where none
        would be), ``reason`` (Words, with its inputs).
    """
    bounds, today = IdleRules.of(rules), np.datetime64(on, "D")
    table = _Table.of(supplies, today)
    lines, begun = _Lines.of(table, bounds), table.is_known("legal_start_on")
    status = _statuses(table, lines, bounds, today, begun)
    columns = {
        "parcel_no": table.texts("parcel_no"),
        "status": texts(status),
        "is_certified": table.is_known("certified_on"),
        "due_start_on": lines.due.astype("datetime64[s]"),
        "one_year_line_on": lines.idle.astype("datetime64[s]"),
        "two_year_line_on": lines.recover.astype("datetime64[s]"),
        "days_to_one_year": _days_left(lines.idle, today, begun),
        "days_to_two_years": _days_left(lines.recover, today, begun),
        "developed_share": table.share("developed_area_m2", "due_area_m2"),
        "invested_share": table.share("invested_wan", "total_wan"),
        "fee_preview_wan": _fees(table, bounds, status),
    }
    frame = pd.DataFrame(columns)
    frame["reason"] = pd.Series(idle_reasons(frame, table.frame, bounds.fee_share, on), dtype=object)
    return frame


@dataclass(frozen=True, slots=True)
class _Table:
    """Supplies as known on one day: every column of SUPPLY_TYPES, by position, without what had not happened yet."""

    frame: pd.DataFrame

    @classmethod
    def of(cls, supplies: pd.DataFrame, today: np.datetime64) -> _Table:
        size = len(supplies)
        given = {name: supplies[name].reset_index(drop=True) for name in SUPPLY_TYPES if name in supplies}
        nothing = pd.Series([None] * size, dtype="object")
        columns: dict[str, Any] = {name: given.get(name, nothing) for name in SUPPLY_TYPES}
        frame = pd.DataFrame(columns).astype({name: FRAME_DTYPES[type_] for name, type_ in SUPPLY_TYPES.items()})
        for name in ("legal_start_on", "stopped_since", "certified_on"):
            frame[name] = frame[name].where(frame[name] <= today)
        return cls(frame)

    def days(self, name: str) -> Days:
        return self.frame[name].to_numpy().astype("datetime64[D]")

    def is_known(self, name: str) -> Flags:
        return self.frame[name].notna().to_numpy(dtype=bool)

    def floats(self, name: str) -> Floats:
        return self.frame[name].to_numpy(dtype=np.float64)

    def texts(self, name: str) -> Any:
        return self.frame[name].array

    def share(self, part: str, whole: str) -> Floats:
        """``part`` of ``whole``; NaN where either is missing or the whole is nothing."""
        value, of = self.floats(part), self.floats(whole)
        return np.asarray(np.divide(value, of, out=np.full(len(value), np.nan), where=of > LEAST))


@dataclass(frozen=True, slots=True)
class _Lines:
    """The day on which development was due to begin, and the last days of the periods after it."""

    due: Days
    idle: Days
    recover: Days

    @classmethod
    def of(cls, table: _Table, bounds: IdleRules) -> _Lines:
        agreed = table.days("agreed_start_on")
        after_handover = years_after(table.days("handed_over_on"), bounds.handover_years)
        due = np.where(np.isnat(agreed), after_handover, agreed)
        return cls(due, years_after(due, bounds.idle_years), years_after(due, bounds.recover_years))


def years_after(days: Days, years: int) -> Days:
    """The same day ``years`` later, the month's last where it has none such (29 → 28 February); NaT stays."""
    months = days.astype("datetime64[M]")
    day = (days - months.astype("datetime64[D]")).astype("timedelta64[D]")
    later = months + np.timedelta64(12 * years, "M")
    last = (later + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.asarray(np.minimum(later.astype("datetime64[D]") + day, last))


def _statuses(
    table: _Table, lines: _Lines, bounds: IdleRules, today: np.datetime64, begun: Flags
) -> npt.NDArray[np.object_]:
    """The status codes, the first that holds."""
    by_government = table.frame["government_cause"].fillna(False).to_numpy(dtype=bool)
    stopped = bounds.is_full(years_after(table.days("stopped_since"), bounds.stopped_years), today)
    is_b = begun & stopped & _is_little(table, bounds)
    is_overdue = ~begun & (lines.due < today)
    conditions = [
        by_government & (is_b | is_overdue),
        is_b,
        begun,
        np.isnat(lines.due),
        bounds.is_full(lines.recover, today),
        bounds.is_full(lines.idle, today),
        is_overdue,
    ]
    choices = [
        IdleStatus.GOVERNMENT_CAUSE,
        IdleStatus.IDLE_B,
        IdleStatus.STARTED,
        IdleStatus.UNKNOWN,
        IdleStatus.RECOVER_A,
        IdleStatus.IDLE_A,
        IdleStatus.OVERDUE,
    ]
    place = np.argmax(np.stack([*conditions, np.ones(len(begun), dtype=bool)]), axis=0)
    codes: npt.NDArray[np.object_] = np.array([*(s.value for s in choices), IdleStatus.NOT_DUE.value], dtype=object)
    return np.asarray(codes[place])


def _is_little(table: _Table, bounds: IdleRules) -> Flags:
    """Developed under a third of what is due, or invested under a quarter; what is unknown says nothing."""
    developed = table.share("developed_area_m2", "due_area_m2") < bounds.developed_share
    return np.asarray(developed | (table.share("invested_wan", "total_wan") < bounds.invested_share))


def _days_left(line: Days, today: np.datetime64, begun: Flags) -> Any:
    missing = np.isnat(line) | begun
    return pd.arrays.IntegerArray(np.where(missing, 0, (line - today).astype(np.int64)), missing)


def _fees(table: _Table, bounds: IdleRules, status: npt.NDArray[np.object_]) -> Floats:
    by_government = table.frame["government_cause"].fillna(False).to_numpy(dtype=bool)
    due = np.isin(status.astype(str), [s.value for s in _BEFORE_THE_FEE]) & ~by_government
    return np.where(due, bounds.fee_share * table.floats("price_wan"), np.nan)
