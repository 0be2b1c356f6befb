"""Headers and titles that name a month or a span of months: "3月", "2026年3月完成投资", "1-3月累计"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from gis.units import split_header_unit

Amounts = Literal["cumulative", "monthly"]
_CHINESE = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_MONTH = r"(?:1[0-2]|0?[1-9])|十[一二]?|[一二三四五六七八九]"
_SPAN = re.compile(
    rf"^(?P<before>[^\d]*?)(?:(?P<year>20\d\d)(?:年度?|[-/.]))?(?P<middle>[^\d]*?)"
    rf"(?:(?P<first>{_MONTH})月?(?:份)?[-—–~～至到])?(?:(?P=year)年)?(?P<month>{_MONTH})(?:月份?|$)(?P<rest>[^\d]*)$"
)
_NUMERIC = re.compile(r"^(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])$")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST_HEADER = 100  # a longer text is somebody's remark, and would be looked through again and again
_UNIT_WITHIN = re.compile(r"[(\[【](万元|亿元|千元|元|%)[)\]】]")
_CUMULATIVE = ("累计", "累积", "至今", "cumulative", "ytd")
_MONTHLY = ("当月", "本月", "单月", "每月", "月度", "monthly")
# A month in these headers is not a month of progress.
_NOT_PROGRESS = ("开工", "竣工", "日期", "时间", "投产", "供地", "批复", "公告", "签约", "净地")


@dataclass(frozen=True, slots=True)
class MonthHeader:
    """
    A month named by a header: ``year`` None where it says none; ``amounts`` None where it does not say whether
    the amounts run from January or are the month's own; ``what`` is the rest of the words, ``unit`` its unit.
    """

    month: int
    year: int | None
    amounts: Amounts | None
    what: str
    unit: str | None


def month_of_header(header: str) -> MonthHeader | None:
    """What month a header names, None where it names none (or a month of something else than progress)."""
    said = header if len(header) <= _LONGEST_HEADER else ""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", said))
    name, unit = _without_unit(re.sub(r"([(\[【])单位:?", r"\1", text))
    numeric = _NUMERIC.match(name)
    if numeric:
        return MonthHeader(int(numeric["month"]), int(numeric["year"]), None, "", unit)
    match = _SPAN.match(name)
    if match is None:
        return _english(name, unit)
    if "月" not in name and not (match["year"] and not match["rest"]):
        return None
    what = f"{match['before']}{match['middle']}{match['rest']}"
    if any(word in what for word in _NOT_PROGRESS):
        return None
    first = _number(match["first"]) if match["first"] else None
    if first is not None and first != 1:
        return None
    amounts: Amounts | None = "cumulative" if first == 1 and _number(match["month"]) != 1 else _amounts(what)
    year = int(match["year"]) if match["year"] else None
    return MonthHeader(_number(match["month"]), year, amounts, what.strip("()·/、:"), unit)


def _without_unit(text: str) -> tuple[str, str | None]:
    """The unit in brackets at the end, or wherever a group's header left it ("完成投资(万元)1月")."""
    name, unit = split_header_unit(text)
    within = _UNIT_WITHIN.search(name) if unit is None else None
    return (name, unit) if within is None else (name.replace(within[0], "", 1), within[1])


def _english(name: str, unit: str | None) -> MonthHeader | None:
    match = re.fullmatch(r"(?i)(?:(20\d\d)[-/]?)?([a-z]{3,9})\.?[-/]?(20\d\d)?", name)
    if match is None or match[2][:3].lower() not in _ENGLISH or len(match[2]) not in (3, 4, 5, 6, 7, 8, 9):
        return None
    month = _ENGLISH.index(match[2][:3].lower()) + 1
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")[month - 1]  # fmt: skip
    if not full.startswith(match[2].lower()):
        return None
    year = match[1] or match[3]
    return MonthHeader(month, int(year) if year else None, None, "", unit)


def _number(text: str) -> int:
    return _CHINESE.get(text) or int(text)


def _amounts(what: str) -> Amounts | None:
    if any(word in what.lower() for word in _CUMULATIVE):
        return "cumulative"
    return "monthly" if any(word in what.lower() for word in _MONTHLY) else None


def year_in(text: str) -> int | None:
    """The one year that a title names ("2026年重点项目台账"); None where it names none or several."""
    years = {int(y) for y in re.findall(r"(20\d\d)\s*年", unicodedata.normalize("NFKC", text))}
    return years.pop() if len(years) == 1 else None
