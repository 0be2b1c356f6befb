"""The assessment as plain text, for the terminal: what is red or held up first, then the totals."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
from rich.console import Console
from rich.table import Table

from gis.model import Flag, Lamp
from gis.units import shown
from gis.words import Words

WIDTH = 132
CODE_WIDTH = 24  # a national project code, whole
_LAMP_ORDER = {Lamp.RED.value: 0, Lamp.YELLOW.value: 1, Lamp.GREEN.value: 2, Lamp.NONE.value: 3}
_COLUMNS = (
    (Words("灯", "lamp"), "left"),
    (Words("代码", "code"), "left"),
    (Words("项目", "project"), "left"),
    (Words("超欠序时（百分点）", "gap (pp)"), "right"),
    (Words("净地率 %", "land ready %"), "right"),
    (Words("时差（天）", "float (days)"), "right"),
    (Words("受影响投资（万元）", "at risk (万元)"), "right"),
    (Words("预警", "flag"), "left"),
)


def assessment_text(projects: pd.DataFrame, on: date, language: str) -> str:
    """One line a project (the projects of an assessment of day ``on``), the worst first, and a line of totals."""
    table = Table(box=None, pad_edge=False, header_style="")
    for words, justify in _COLUMNS:
        table.add_column(words.of(language), justify=justify, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]
    table.columns[1].min_width = CODE_WIDTH
    for row in _ordered(projects).itertuples():
        table.add_row(*_cells(row, language))
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, highlight=False, markup=False)
    console.print(table)
    console.print(_totals(projects, on, language))
    return out.getvalue().rstrip()


def _ordered(projects: pd.DataFrame) -> pd.DataFrame:
    order = pd.DataFrame(
        {
            "risk": -projects["at_risk_wan"].fillna(0.0),
            "lamp": projects["lamp"].map(_LAMP_ORDER),
            "gap": projects["gap_pp"],
        }
    )
    return projects.loc[order.sort_values(["lamp", "risk", "gap"], kind="stable").index]


def _cells(row: object, language: str) -> list[str]:
    share = getattr(row, "ready_share")  # noqa: B009 (named as in the frame)
    flag = getattr(row, "worst_flag")  # noqa: B009
    return [
        Lamp(row.lamp).words.of(language),  # type: ignore[attr-defined]
        str(row.Index),  # type: ignore[attr-defined]
        str(row.name),  # type: ignore[attr-defined]
        shown(row.gap_pp),  # type: ignore[attr-defined]
        shown(share * 100),
        shown(row.float_days, 0),  # type: ignore[attr-defined]
        shown(row.at_risk_wan, 0),  # type: ignore[attr-defined]
        Flag(flag).words.of(language) if flag else "",
    ]


def _totals(projects: pd.DataFrame, on: date, language: str) -> str:
    lamps = {lamp: int((projects["lamp"] == lamp.value).sum()) for lamp in Lamp}
    flagged = int((projects["worst_flag"] != "").sum())
    risk = shown(projects["at_risk_wan"].sum(), 0)
    counts = "  ".join(f"{lamp.words.of(language)} {n}" for lamp, n in lamps.items())
    return Words(
        f"截至 {on}：{len(projects)} 个项目；{counts}；用地预警 {flagged} 个；受影响投资 {risk} 万元",
        f"as of {on}: {len(projects)} projects; {counts}; {flagged} with land flags; {risk} 万元 at risk",
    ).of(language)
