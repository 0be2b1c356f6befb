"""
One cell of a user's table, read as what its column holds: number with unit, date, boolean, code, text.

Each reader gives the stored value, None where the cell is blank, and raises InvalidValue saying what was
found and what was expected where it can be read in no way or in two.
"""

from __future__ import annotations

import calendar
import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from gis.errors import InvalidValue
from gis.ingest.synonyms import SYNONYMS
from gis.layers import Column
from gis.model import Coded, ProjectCode, half_width
from gis.units import UNITS_BY_DIMENSION, to_stored
from gis.words import Words

_BLANK_TEXT = {"", "nan", "nat", "<na>", "none", "null"}
_BLANK_VALUE = _BLANK_TEXT | {"-", "--", "—", "——", "–", "/", "\\", "无", "暂无", "待定", "n/a", "na", "空", "未定"}
# Stands in a cell whose formula was saved without a result.
UNCACHED = "#UNCALCULATED!"
_FORMULA_ERROR = re.compile(r"^#(?:DIV/0!|REF!|VALUE!|NAME\?|N/A|NUM!|NULL!)", re.IGNORECASE)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")
_NUMBER = re.compile(
    r"^(?P<number>[+-]?[\d,]*\.?\d+(?:\.(?=\D|$))?(?:e[+-]?\d+)?)\s*(?P<unit>[^\d\s].*)?$", re.IGNORECASE
)
_COUNT_WORDS = {"户", "栋", "人", "处", "座", "个", "幢", "间"}
_MAX_NUMBER = Decimal(10) ** 15
_LONGEST_NUMBER = 100
_MAX_TEXT = 10_000
# Excel keeps 15 digits of a number: a longer code typed as a number has lost its tail.
_EXCEL_EXACT = 10**15
_SPOILT_CODE = re.compile(r"^\d(?:\.\d+)?E\+\d{2}$", re.IGNORECASE)
_EXCEL_DAY_0 = date(1899, 12, 30)
_EXCEL_DAYS = range(18_264, 73_416)  # 1950-01-01 … 2100-12-31
_YEARS = range(1949, 2101)
# These columns say by when, so that a bare month means its last day; all others say from when.
MONTH_MEANS_LAST_DAY = {"period_end_on", "planned_finish_on", "promised_on"}
_FULL_DATE = re.compile(
    r"^(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?"
    r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$"
)
_LATE_IN_UTC = re.compile(r"[T ](?:1[6-9]|2\d):.*(?:Z|[+-]00:?00)$")  # the next day has begun in Beijing
_MONTH_DATE = re.compile(r"^(\d{4})(?:年|[-/.])(\d{1,2})月?(?P<end>底|末)?$")
_TRUE = {"是", "有", "对", "√", "✓", "✔", "true", "t", "yes", "y", "1", "1.0"}
_FALSE = {"否", "无", "没有", "×", "✗", "false", "f", "no", "n", "0", "0.0"}


def is_blank(value: Any) -> bool:
    """Missing in any of the ways that pandas, spreadsheets and people have."""
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().lower() in _BLANK_TEXT


def is_dash(value: Any) -> bool:
    """Blank, or what people write for nothing where a number or a date belongs."""
    return is_blank(value) or (isinstance(value, str) and half_width(value).strip().lower() in _BLANK_VALUE)


def _refuse(value: Any, zh: str, en: str) -> InvalidValue:
    expected = Words(zh, en)
    return InvalidValue(expected, found=str(value), expected=f"{zh} / {en}")


def _refuse_formula_error(value: Any) -> None:
    if isinstance(value, str) and value == UNCACHED:
        raise _refuse(
            value,
            "公式没有保存计算结果，请用表格程序打开并保存一次",
            "a formula saved without its result: open the file in a spreadsheet program and save it",
        )
    if isinstance(value, str) and _FORMULA_ERROR.match(value.strip()):
        raise _refuse(value, "公式结果有误，请在表格中改正", "a formula's error: correct it in the spreadsheet")


def read_number(value: Any, column: Column, unit: str | None) -> float | None:
    """
    A number in the column's stored unit (m², 万元, m, %), None where blank.

    ``unit`` is that of header, mapping or default; a unit in the cell itself ("3.2亿元") wins over it.
    """
    _refuse_formula_error(value)
    if is_dash(value):
        return None
    number, own_unit = split_number(value)
    if column.dimension is None:
        if own_unit is not None and own_unit not in _COUNT_WORDS:
            raise _refuse(value, "应为数字", "expected a number")
        stored = number
    else:
        stored = _in_stored_unit(value, number, own_unit or unit, column)
    _check_range(value, stored, column)
    return float(stored)


def split_number(value: Any) -> tuple[Decimal, str | None]:
    """A cell's number and the unit that stands behind it; raises InvalidValue where it is no number."""
    if isinstance(value, bool | date):
        raise _refuse(value, "应为数字", "expected a number")
    text = half_width(str(value)).replace("，", ",").replace("¥", "").strip()
    match = _NUMBER.match(text) if len(text) <= _LONGEST_NUMBER else None
    digits = match["number"] if match else ""
    if match is None or ("," in digits and not _GROUPED.match(digits)):
        raise _refuse(value, "应为数字", "expected a number")
    try:
        return Decimal(digits.replace(",", "")), (match["unit"] or "").strip().lower() or None
    except InvalidOperation:
        raise _refuse(value, "应为数字", "expected a number") from None


def _in_stored_unit(value: Any, number: Decimal, unit: str | None, column: Column) -> Decimal:
    if abs(number) > _MAX_NUMBER:
        raise _refuse(value, "数值过大", "the number is too large")
    if unit is None or column.dimension is None:
        return number
    if unit.lower() not in UNITS_BY_DIMENSION[column.dimension]:
        known = "、".join(UNITS_BY_DIMENSION[column.dimension])
        raise _refuse(value, f"单位应为 {known} 之一", f"expected one of the units {known}")
    return to_stored(number, unit, column.dimension)


_MAY_BE_NEGATIVE = {"invested_wan", "stat_invested_wan", "amount_wan"}


def _check_range(value: Any, stored: Decimal, column: Column) -> None:
    if abs(stored) > _MAX_NUMBER:
        raise _refuse(value, "数值过大", "the number is too large")
    if stored < 0 and column.name not in _MAY_BE_NEGATIVE:
        raise _refuse(value, "不得为负数", "may not be negative")
    if column.dimension == "share" and stored > 100:
        raise _refuse(value, "应在 0 至 100% 之间", "expected 0 to 100 %")


def read_integer(value: Any, column: Column) -> int | None:
    """A whole number, None where blank."""
    number = read_number(value, column, None)
    if number is None:
        return None
    if number != int(number):
        raise _refuse(value, "应为整数", "expected a whole number")
    return int(number)


def read_date(value: Any, column: Column, pattern: str | None = None) -> date | None:
    """
    A day, None where blank.

    Reads ISO, slashes, dots, 年月日, 20260302, Excel serial numbers and datetimes; a month alone (2026年3月,
    202603) is its last day in the columns of ``MONTH_MEANS_LAST_DAY`` and in planned steps, else its first;
    "2026年3月底" is always the last. A moment in UTC belongs to the day that it is in Beijing. ``pattern`` is a
    strptime pattern: texts are then read by it and in no other way.
    """
    _refuse_formula_error(value)
    if is_dash(value):
        return None
    if isinstance(value, datetime):
        return _bounded(value, value.date())
    if isinstance(value, date):
        return _bounded(value, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _date_of_number(value, column)
    return _date_of_text(str(value), column, pattern)


def month_means_last_day(column: Column) -> bool:
    """A bare month in this column means its last day."""
    is_step = column.name.startswith("planned_") and column.name not in ("planned_start_on", "planned_finish_on")
    return is_step or column.name in MONTH_MEANS_LAST_DAY


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _bounded(value: Any, day: date) -> date:
    if day.year not in _YEARS:
        raise _refuse(value, "年份应在 1949 至 2100 之间", "expected a year from 1949 to 2100")
    return day


def _no_date(value: Any) -> InvalidValue:
    return _refuse(value, "应为日期，如 2026-03-02 或 2026年3月2日", "expected a date such as 2026-03-02")


def _date_of_number(value: float, column: Column) -> date:
    if not math.isfinite(value):
        raise _no_date(value)
    whole = int(value)
    if whole != value:
        # 2026.1 may be January or a 2026.10 that lost its zero; a serial number's fraction is the hour.
        if whole in _EXCEL_DAYS:
            return _EXCEL_DAY_0 + timedelta(days=whole)
        raise _no_date(value)
    if whole in _EXCEL_DAYS:
        return _EXCEL_DAY_0 + timedelta(days=whole)
    return _date_of_text(str(whole), column, None)


def _date_of_text(raw: str, column: Column, pattern: str | None) -> date:
    text = re.sub(r"\s+", " ", half_width(raw)).strip()
    text = text if pattern else re.sub(r" ?([年月日/.-]) ?", r"\1", text)
    if pattern:
        try:
            return _bounded(raw, datetime.strptime(text, pattern).date())  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise _refuse(raw, f"应为 {pattern} 格式的日期", f"expected a date like {pattern}") from None
    full = _FULL_DATE.match(text) or re.match(r"^(\d{4})(\d{2})(\d{2})$", text)
    if full:
        day = _made_date(raw, int(full[1]), int(full[2]), int(full[3]))
        return _bounded(raw, day + timedelta(days=1)) if _LATE_IN_UTC.search(text) else day
    month = _MONTH_DATE.match(text.replace(" ", "")) or re.match(r"^(\d{4})(\d{2})(?P<end>)$", text)
    if month is None:
        return _date_of_serial_text(raw, text)
    first = _made_date(raw, int(month[1]), int(month[2]), 1)
    return last_day(first.year, first.month) if month["end"] or month_means_last_day(column) else first


def _date_of_serial_text(raw: str, text: str) -> date:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and int(text[:5]) in _EXCEL_DAYS:
        return _EXCEL_DAY_0 + timedelta(days=int(text[:5]))
    raise _no_date(raw)


def _made_date(raw: Any, year: int, month: int, day: int) -> date:
    try:
        return _bounded(raw, date(year, month, day))
    except ValueError:
        raise _no_date(raw) from None


def read_boolean(value: Any) -> bool | None:
    """是/否, 有/无, √/×, true/false, yes/no, 1/0; None where blank or a dash."""
    _refuse_formula_error(value)
    if isinstance(value, bool):
        return value
    if is_blank(value):
        return None
    text = half_width(str(value)).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text in _BLANK_VALUE:
        return None
    raise _refuse(value, "应为 是 或 否", "expected yes or no")


def read_code(value: Any, codes: type[Coded]) -> str | None:
    """The code of a closed list: by code, by Chinese or English name, or by a usual short form of it."""
    _refuse_formula_error(value)
    if is_blank(value):
        return None
    text = half_width(plain(value)).strip()
    known = SYNONYMS.get(codes, {})
    try:
        return str(codes.of(known.get(text, text)))
    except InvalidValue as error:
        # Brackets in the lists' own words are full-width.
        for member in codes:
            if half_width(member.words.zh) == text:
                return str(member.value)
        if text.lower() in _BLANK_VALUE:
            return None
        raise InvalidValue(
            Words(f"应为：{error.expected}", f"expected one of: {error.expected}"),
            found=str(value),
            expected=error.expected,
        ) from None


def read_text(value: Any, column: Column, *, is_key: bool = False) -> str | None:
    """
    Text, trimmed; numbers without ".0", days as ISO. Keys are folded to half-width, so that two ways to
    write one code are one key; a code that Excel has cut to 15 digits is refused.
    """
    _refuse_formula_error(value)
    if is_blank(value):
        return None
    is_code = is_key or column.references is not None
    # Names of columns that hold numbers of people and things end so; as other codes, they are no amounts.
    is_number = is_code or column.name.endswith("_no")
    if (_is_cut(value) and math.isfinite(value)) or (
        is_number and isinstance(value, str) and _SPOILT_CODE.match(value.strip())
    ):
        raise _refuse(
            value,
            "编码被表格程序当作数字截断，请将该列设为文本后重填",
            "the code was cut by the spreadsheet as a number: set the column to text and enter it again",
        )
    text = plain(value).strip()
    if not text.isprintable():
        text = "".join(c for c in text if ord(c) >= 32 or c in "\n\t")
    if len(text) > _MAX_TEXT:
        raise _refuse(text[:40] + "…", f"不得超过 {_MAX_TEXT} 个字", f"at most {_MAX_TEXT} characters")
    if not is_code:
        return text
    if not is_key and column.references != "project":
        return half_width(text).strip()
    try:
        return ProjectCode.parse(text).text
    except InvalidValue:
        raise _refuse(
            value,
            f"{column.words.zh}应为 1–64 个可见字符",
            f"{column.words.en}: 1–64 printable characters",
        ) from None


def _is_cut(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _EXCEL_EXACT


def plain(value: Any) -> str:
    """A value as a person would type it: 12.0 as 12, midnight as the day alone."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return str(value)
