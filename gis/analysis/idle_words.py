"""Why supplied land stands as it does, in a sentence with the days and shares that decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from gis.units import shown
from gis.words import Words, join

Row = dict[str, Any]
PRELIMINARY = Words(
    "疑似结果由登记日期与规则推算，是否闲置以自然资源主管部门的《闲置土地认定书》为准",
    "what is suspected follows from recorded days and the rules; whether land is idle is decided by the written finding"
    " of the natural-resources authority alone",
)


def idle_reasons(found: pd.DataFrame, supplies: pd.DataFrame, fee_share: float, on: date) -> list[Words]:
    """One sentence a row; ``found`` and ``supplies`` by position, as gis.analysis.idle_land has them."""
    told: list[Any] = supplies.drop(columns=["parcel_no"]).to_dict("records")
    judged: list[Any] = found.to_dict("records")
    rows: list[Row] = [{**supply, **row} for supply, row in zip(told, judged, strict=True)]
    return [_reason(row, fee_share, on) for row in rows]


def _reason(row: Row, fee_share: float, on: date) -> Words:
    parts = [_SENTENCES[row["status"]](row, on)]
    if _known(row["fee_preview_wan"]) and row["status"] == "idle_a":
        parts.append(_fee(row, fee_share))
    if row["is_certified"]:
        parts.append(_certified(row))
    return join(parts)


def _due(row: Row) -> Words:
    """From which day development was due, and where that day comes from."""
    day = _day(row["due_start_on"])
    if _known(row["agreed_start_on"]):
        return Words(f"约定动工日期 {day}", f"development was agreed to begin on {day}")
    handed = _day(row["handed_over_on"])
    return Words(
        f"未约定动工日期，自 {handed} 交地起满一年即 {day} 应动工",
        f"no start was agreed: a year after the handover of {handed}, development was due on {day}",
    )


def _started(row: Row, _: date) -> Words:
    day = _day(row["legal_start_on"])
    begun = Words(f"{day} 已动工开发", f"development began on {day}")
    if not _known(row["stopped_since"]):
        return begun
    stopped = _day(row["stopped_since"])
    shares = _shares(row)
    return Words(
        f"{begun.zh}，{stopped} 起中止；{shares.zh}，未达疑似闲置条件",
        f"{begun.en}, stopped since {stopped}; {shares.en}: not what makes land idle",
    )


def _not_due(row: Row, on: date) -> Words:
    due = _due(row)
    left = (pd.Timestamp(row["due_start_on"]).date() - on).days
    return Words(f"{due.zh}，还有 {left} 天", f"{due.en}; {left} days are left")


def _overdue(row: Row, on: date) -> Words:
    due, line = _due(row), _day(row["one_year_line_on"])
    late, left = _late(row, on), row["days_to_one_year"]
    return Words(
        f"{due.zh}，已逾期 {late} 天未动工；距满一年线 {line} 还有 {left} 天",
        f"{due.en}; {late} days overdue, {left} days to the one-year line of {line}",
    )


def _idle_a(row: Row, on: date) -> Words:
    due, line, late = _due(row), _day(row["two_year_line_on"]), _late(row, on)
    left = row["days_to_two_years"]
    return Words(
        f"{due.zh}，已逾期 {late} 天未动工，满一年，疑似闲置；距满两年收回线 {line} 还有 {left} 天",
        f"{due.en}; {late} days overdue, over a year: suspected idle; {left} days to the two-year line of {line}",
    )


def _recover_a(row: Row, on: date) -> Words:
    due, late = _due(row), _late(row, on)
    return Words(
        f"{due.zh}，已逾期 {late} 天未动工，满两年，疑似闲置，达到无偿收回线",
        f"{due.en}; {late} days overdue, over two years: suspected idle, may be taken back without compensation",
    )


def _idle_b(row: Row, _: date) -> Words:
    begun, stopped, shares = _day(row["legal_start_on"]), _day(row["stopped_since"]), _shares(row)
    return Words(
        f"{begun} 动工，{stopped} 起中止开发满一年；{shares.zh}，疑似闲置",
        f"begun on {begun}, stopped since {stopped}, over a year; {shares.en}: suspected idle",
    )


def _government(row: Row, _: date) -> Words:
    if not _known(row["legal_start_on"]):
        what = Words(f"{_due(row).zh}，未动工", f"{_due(row).en} and has not begun")
    else:
        stopped = _day(row["stopped_since"])
        what = Words(f"{stopped} 起中止开发", f"stopped since {stopped}")
    cause = row["cause"] if isinstance(row["cause"], str) and row["cause"] else ""
    return Words(
        f"{what.zh}；登记为政府原因{f'（{cause}）' if cause else ''}，按延期、置换或协议收回处理，不收闲置费",
        f"{what.en}; recorded as caused by the government{f' ({cause})' if cause else ''}: extended, exchanged or taken"
        " back by agreement, no fee",
    )


def _unknown(_: Row, __: date) -> Words:
    return Words(
        "没有约定动工日期，也没有交地日期，无法判断",
        "neither an agreed start nor a handover is recorded: nothing can be said",
    )


def _shares(row: Row) -> Words:
    zh = f"已动工面积占 {_percent(row['developed_share'])}，已投资额占 {_percent(row['invested_share'])}"
    en = f"{_percent(row['developed_share'])} of the area developed, {_percent(row['invested_share'])} invested"
    return Words(zh, en)


def _fee(row: Row, fee_share: float) -> Words:
    share, price, fee = shown(100 * fee_share, 0), shown(row["price_wan"], 2), shown(row["fee_preview_wan"], 2)
    return Words(
        f"闲置费预估 {price} 万元 × {share}% = {fee} 万元",
        f"fee preview: {price} 万元 × {share} % = {fee} 万元",
    )


def _certified(row: Row) -> Words:
    day = _day(row["certified_on"])
    document = row["certified_document"] if isinstance(row["certified_document"], str) else ""
    return Words(
        f"已于 {day} 认定{f'（{document}）' if document else ''}",
        f"found idle in writing on {day}{f' ({document})' if document else ''}",
    )


def _late(row: Row, on: date) -> int:
    return (on - pd.Timestamp(row["due_start_on"]).date()).days


def _known(value: Any) -> bool:
    return not pd.isna(value)


def _day(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if _known(value) else "—"


def _percent(share: float) -> str:
    return f"{shown(100 * share, 1)}%" if _known(share) else "—"


_SENTENCES: dict[str, Callable[[Row, date], Words]] = {
    "started": _started,
    "not_due": _not_due,
    "overdue_under_one_year": _overdue,
    "idle_a": _idle_a,
    "recover_a": _recover_a,
    "idle_b": _idle_b,
    "government_cause": _government,
    "unknown": _unknown,
}
