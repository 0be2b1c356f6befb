"""One parcel as plain text, for the terminal: where it stands, its steps, its next legal day, whom it blocks."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from gis.model import Stage
from gis.units import shown
from gis.words import Words

WIDTH = 120
_COLUMNS = (
    Words("步骤", "step"),
    Words("计划", "planned"),
    Words("办理", "done"),
    Words("最早", "earliest"),
    Words("法定期限", "statutory wait"),
    Words("文号与备注", "document and remarks"),
)
_TITLE = Words("地块", "parcel")
_OVERRIDDEN = Words("越规理由", "against the rule")
_NEXT = Words("下一步", "next")
_NO_NEXT = Words("没有下一步", "no step is left")
_BLOCKS = Words("制约的项目", "projects that it blocks")
_NONE = Words("无", "none")
_AT_RISK = Words("受影响投资", "at risk")
_DUE = Words("征收土地公告最迟", "to be announced by")
_OVERDUE = Words("已逾期", "overdue")


def parcel_text(shown_parcel: Mapping[str, Any], language: str) -> str:
    """The record of ``gis.workflows.show_parcel`` as lines of text."""
    parcel = shown_parcel["parcel"]
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, highlight=False, markup=False)
    stage = Stage(parcel["stage"] or Stage.NOT_STARTED).words.of(language)
    named = [_TITLE.of(language), parcel["parcel_no"], parcel["name"], parcel["town_name"], parcel["village"], stage]
    console.print(" ".join(text for text in named if text))
    console.print(shown_parcel["reason"][language])
    console.print(_table(shown_parcel["steps"], language))
    console.print(_next(shown_parcel["next"], language))
    if due := shown_parcel["announcement"]:
        late = f"（{_OVERDUE.of(language)}）" if due["is_overdue"] else ""
        console.print(f"{_DUE.of(language)} {due['due_on']}{late}")
    console.print(_blocks(shown_parcel["blocks"], language))
    return out.getvalue().rstrip()


def _table(steps: Sequence[Mapping[str, Any]], language: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="")
    for words in _COLUMNS:
        table.add_column(words.of(language), overflow="fold")
    for step in steps:
        dates = [step[name] or "" for name in ("planned_on", "done_on", "earliest_on")]
        waits = "; ".join(_wait(wait, language) for wait in step["waits"])
        mark = f"{_OVERRIDDEN.of(language)}: {step['override_reason']}" if step["override_reason"] else ""
        remarks = " ".join(text for text in (step["document"], mark) if text)
        table.add_row(step[language], *dates, waits, remarks)
    return table


def _wait(wait: Mapping[str, Any], language: str) -> str:
    unit = Words("个工作日", " working days") if wait["working"] else Words("日", " days")
    until = f"（{wait['began']} → {wait['last_on']}）" if wait["began"] else ""
    return f"{wait['days']}{unit.of(language)}{until}"


def _next(step: Mapping[str, Any] | None, language: str) -> str:
    if step is None:
        return _NO_NEXT.of(language)
    return f"{_NEXT.of(language)}: {step[language]} ≥ {step['legal_on']}"


def _blocks(blocks: Sequence[Mapping[str, Any]], language: str) -> str:
    if not blocks:
        return f"{_BLOCKS.of(language)}: {_NONE.of(language)}"
    lines = [
        f"  {b['code']} {b['name'] or ''} {_AT_RISK.of(language)} {shown(b['at_risk_wan'], 0)} 万元" for b in blocks
    ]
    return "\n".join([f"{_BLOCKS.of(language)}:", *lines])
