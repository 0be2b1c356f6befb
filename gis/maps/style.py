"""
How each code is drawn: fill, outline, hatch, symbol and words, in one frozen table.

The map, its legend, the vector tiles, the ledgers and the slides all read it. Nothing is told by
colour alone: within a table every code has its own symbol (drawn in circles), areas differ by hatch,
and what needs attention is darker, so that a black-and-white print and a colour-blind reader
(protanopia, deuteranopia) tell the codes apart. tests/gis/maps/test_style.py measures that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from types import MappingProxyType

from gis.model import Coded, Flag, Lamp, Level, ProjectStage, Readiness, Stage, TownLevel, ZoneKind
from gis.rules.land_groups import LandGroup
from gis.words import Words


class Hatch(StrEnum):
    """Patterns laid over a fill, named by what they look like."""

    NONE = "none"
    DIAGONAL = "diagonal"
    BACK_DIAGONAL = "back_diagonal"
    CROSS = "cross"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    GRID = "grid"
    DOTS = "dots"
    DENSE_DOTS = "dense_dots"
    DASHES = "dashes"


_NO_SYMBOL = Words("", "")


@dataclass(frozen=True, slots=True)
class Mark:
    """
    How one code is drawn.

    ``fill`` and ``stroke`` are ``#RRGGBB``. ``symbol`` is one character a language. ``dash`` is the outline's
    on/off lengths in widths (empty: solid), ``width_px`` its width, ``opacity`` that of the fill.
    ``from_wan`` is a class's lower bound in 万元, where the table classes an amount.
    """

    words: Words
    fill: str
    stroke: str
    hatch: Hatch = Hatch.NONE
    symbol: Words = _NO_SYMBOL
    dash: tuple[float, ...] = ()
    width_px: float = 1.2
    opacity: float = 1.0
    from_wan: float | None = None

    def as_dict(self) -> dict[str, object]:
        """The mark as ``/api/style`` sends it."""
        sent: dict[str, object] = {
            "fill": self.fill,
            "stroke": self.stroke,
            "hatch": self.hatch.value,
            "symbol": self.symbol.zh,
            "symbol_en": self.symbol.en,
            "dash": list(self.dash),
            "width_px": self.width_px,
            "opacity": self.opacity,
            **self.words.as_dict(),
        }
        return sent if self.from_wan is None else {**sent, "from_wan": self.from_wan}


Table = Mapping[str, Mark]
NO_VALUE = "none"


def _both(symbol: str) -> Words:
    return Words(symbol, symbol)


def _mark(
    code: Coded, fill: str, stroke: str, hatch: Hatch = Hatch.NONE, symbol: Words = _NO_SYMBOL, **more: object
) -> tuple[str, Mark]:
    """A table's entry for a code of a closed list."""
    return code.value, Mark(code.words, fill, stroke, hatch, symbol, **more)  # type: ignore[arg-type]


def _table(*marks: tuple[str, Mark]) -> Table:
    return MappingProxyType(dict(marks))


# Red, yellow and green as every county office expects them, parted by lightness: 43, 83, 58.
LAMP: Table = _table(
    _mark(Lamp.RED, "#C42B27", "#7D1512", Hatch.CROSS, _both("✕")),
    _mark(Lamp.YELLOW, "#F2C632", "#8C6A00", Hatch.DIAGONAL, _both("!")),
    _mark(Lamp.GREEN, "#2F9C72", "#13593E", Hatch.NONE, _both("✓")),
    _mark(Lamp.NONE, "#E6E9ED", "#7A8594", Hatch.DOTS, _both("–"), dash=(3, 2)),
)

# Three families: before the start violet, building blue, built green; darker as it goes on.
PROJECT_STAGE: Table = _table(
    _mark(ProjectStage.PLANNED, "#ECE6F4", "#7E6BA3", Hatch.DOTS, Words("谋", "1")),
    _mark(ProjectStage.SIGNED, "#C8B8E2", "#654F94", Hatch.DENSE_DOTS, Words("签", "2")),
    _mark(ProjectStage.FILED, "#8F78BD", "#45316F", Hatch.VERTICAL, Words("立", "3")),
    _mark(ProjectStage.STARTED, "#A5D0F0", "#2B6CA3", Hatch.DIAGONAL, Words("开", "4")),
    _mark(ProjectStage.BUILDING, "#3C86C6", "#154A78", Hatch.BACK_DIAGONAL, Words("建", "5")),
    _mark(ProjectStage.COMPLETED, "#B5DDA8", "#3C7A33", Hatch.HORIZONTAL, Words("竣", "6")),
    _mark(ProjectStage.OPERATING, "#57A85C", "#22602A", Hatch.DASHES, Words("投", "7")),
    _mark(ProjectStage.FULL_CAPACITY, "#1B6136", "#0B361C", Hatch.NONE, Words("达", "8")),
    _mark(ProjectStage.SUSPENDED, "#F0BE57", "#8A5A00", Hatch.CROSS, Words("停", "P")),
    _mark(ProjectStage.CANCELLED, "#B4BAC4", "#59616E", Hatch.GRID, Words("消", "X")),
)

# What still has to be done is dark, what is done recedes.
READINESS: Table = _table(
    _mark(Readiness.NOT_STARTED, "#A5352B", "#6B1A13", Hatch.DOTS, Words("未", "N")),
    _mark(Readiness.IN_PROCEDURE, "#DC9430", "#8A5308", Hatch.DIAGONAL, Words("办", "P")),
    _mark(Readiness.APPROVED, "#95C2E3", "#2C6795", Hatch.HORIZONTAL, Words("批", "A")),
    _mark(Readiness.READY, "#CFEBD2", "#4C8A57", Hatch.NONE, Words("净", "R")),
    _mark(Readiness.UNCOVERED, "#FFFFFF", "#8A2468", Hatch.GRID, Words("空", "?"), dash=(2, 2), width_px=1.6),
)


def _stage_mark(stage: Stage) -> Mark:
    """A parcel's stage has the colours of its readiness class and its own number."""
    base = READINESS[stage.readiness.value]
    return Mark(stage.words, base.fill, base.stroke, base.hatch, _both(str(stage.rank)))


STAGE: Table = MappingProxyType({stage.value: _stage_mark(stage) for stage in Stage})

FLAG: Table = _table(
    _mark(Flag.IMPOSSIBLE, "#7E1433", "#3A0515", Hatch.CROSS, Words("不", "I")),
    _mark(Flag.LATE, "#CC3A2E", "#7D1512", Hatch.DIAGONAL, Words("晚", "L")),
    _mark(Flag.STARTED_BEFORE_LAND, "#9C4FB0", "#582567", Hatch.GRID, Words("先", "S")),
    _mark(Flag.CONFLICT, "#3E4A9E", "#1E2660", Hatch.BACK_DIAGONAL, Words("冲", "C")),
    _mark(Flag.HELD, "#E8873A", "#8F4508", Hatch.VERTICAL, Words("阻", "H")),
    _mark(Flag.UNCOVERED, "#DDB6D3", "#8A2468", Hatch.DENSE_DOTS, Words("漏", "U")),
    _mark(Flag.OVERDUE_STEP, "#EFC744", "#8C6A00", Hatch.HORIZONTAL, Words("逾", "O")),
    _mark(Flag.QUOTA, "#4FA3A5", "#145456", Hatch.DASHES, Words("标", "Q")),
    _mark(Flag.TIGHT, "#F7F0B8", "#8C8330", Hatch.DOTS, Words("紧", "T")),
    (NO_VALUE, Mark(Words("无瓶颈", "no bottleneck"), "#BFDDCB", "#4C8A57", Hatch.NONE, _both("✓"))),
)

# Classes of this year's investment at risk, from the greatest; an amount is in the first whose bound it reaches.
RISK: Table = _table(
    *(
        (code, Mark(Words(zh, en), fill, stroke, hatch, _both(symbol), from_wan=from_wan))
        for code, zh, en, fill, stroke, hatch, symbol, from_wan in (
            ("severe", "2亿元以上", "≥ 200 million yuan", "#7A1527", "#38040E", Hatch.CROSS, "4", 20_000),
            ("high", "5000万—2亿元", "50–200 million", "#C34A31", "#7A2412", Hatch.BACK_DIAGONAL, "3", 5_000),
            ("medium", "1000万—5000万元", "10–50 million", "#EC9A52", "#95531A", Hatch.DIAGONAL, "2", 1_000),
            ("low", "1000万元以下", "< 10 million", "#F3CF7E", "#8F7022", Hatch.DOTS, "1", 1e-6),
            (NO_VALUE, "无", "none", "#EDF1F4", "#74828F", Hatch.NONE, "–", 0),
        )
    )
)

_OUTLINE_ONLY = 0.12
ZONE: Table = _table(
    *(
        _mark(code, fill, stroke, hatch, Words(zh, en), dash=dash, width_px=1.4, opacity=opacity)
        for code, fill, stroke, hatch, zh, en, dash, opacity in (
            (ZoneKind.FARMLAND, "#E4DDA0", "#7A6B12", Hatch.HORIZONTAL, "农", "F", (), 0.55),
            (ZoneKind.REDLINE_CORE, "#EFB7B7", "#A11D1D", Hatch.CROSS, "核", "R", (), 0.6),
            (ZoneKind.REDLINE, "#F5D3D0", "#A11D1D", Hatch.DIAGONAL, "红", "r", (4, 2), 0.5),
            (ZoneKind.URBAN_BOUNDARY, "#E7E2F0", "#5B4A8A", Hatch.NONE, "城", "B", (6, 2, 1, 2), _OUTLINE_ONLY),
            (ZoneKind.WATER_1, "#A9CDEE", "#15528F", Hatch.GRID, "1", "1", (), 0.6),
            (ZoneKind.WATER_2, "#C4DDF3", "#15528F", Hatch.VERTICAL, "2", "2", (4, 2), 0.5),
            (ZoneKind.WATER_QUASI, "#DEECF8", "#15528F", Hatch.DASHES, "准", "3", (2, 2), 0.45),
            (ZoneKind.CHEMICAL_BUFFER, "#F6DDC2", "#A85400", Hatch.DENSE_DOTS, "化", "C", (3, 1), 0.5),
            (ZoneKind.OTHER, "#E3E6EA", "#6B7480", Hatch.DOTS, "他", "o", (2, 2), 0.45),
        )
    )
)

PARK: Table = _table(
    *(
        _mark(code, "#E9E6F6", "#4A3F94", Hatch.NONE, Words(zh, en), dash=dash, width_px=width, opacity=0.5)
        for code, zh, en, dash, width in (
            (Level.NATIONAL, "国", "N", (), 3.4),
            (Level.PROVINCIAL, "省", "P", (), 2.4),
            (Level.MUNICIPAL, "市", "M", (8, 2), 2.4),
            (Level.COUNTY, "县", "C", (4, 2), 2.0),
            (Level.TOWNSHIP, "乡", "T", (2, 2), 1.6),
        )
    )
)

TOWN: Table = _table(
    _mark(TownLevel.COUNTY, "#FFFFFF", "#5A6675", dash=(6, 2), width_px=2.2),
    _mark(TownLevel.TOWN, "#FFFFFF", "#98A2AF", dash=(4, 2, 1, 2), width_px=1.1),
)

# What an import would do to a row: what needs a look is dark or hatched, what stays recedes.
IMPORT: Table = _table(
    *(
        (code, Mark(Words(zh, en), fill, stroke, hatch, Words(symbol, symbol), dash=dash, width_px=2.0, opacity=0.75))
        for code, zh, en, fill, stroke, hatch, symbol, dash in (
            ("new", "新增", "new", "#3C86C6", "#154A78", Hatch.DIAGONAL, "+", ()),
            ("changed", "变更", "changed", "#F2C632", "#8C6A00", Hatch.HORIZONTAL, "≠", ()),
            ("unchanged", "未变", "unchanged", "#E6E9ED", "#7A8594", Hatch.NONE, "=", ()),
            ("removed", "缺少", "missing from the file", "#FFFFFF", "#6B2E7A", Hatch.GRID, "−", (4, 3)),
            ("refused", "拒绝", "refused", "#A5352B", "#6B1A13", Hatch.CROSS, "✕", ()),
        )
    )
)

# Yellow fields, green farm land, what is built or waste pale; white what no group is known of, each with its hatch.
LAND_GROUP: Table = _table(
    _mark(LandGroup.ARABLE, "#E9C46A", "#7A2412", Hatch.DIAGONAL, Words("耕", "A")),
    _mark(LandGroup.AGRICULTURAL, "#A7C957", "#7A2412", Hatch.DOTS, Words("农", "F")),
    _mark(LandGroup.CONSTRUCTION, "#D9A5A0", "#7A2412", Hatch.NONE, Words("建", "B")),
    _mark(LandGroup.UNUSED, "#B8C4CE", "#7A2412", Hatch.HORIZONTAL, Words("荒", "U")),
    _mark(LandGroup.OPEN, "#FFFFFF", "#7A2412", Hatch.BACK_DIAGONAL, Words("类", "G")),
    _mark(LandGroup.NOT_IN_SCHEME, "#FFFFFF", "#7A2412", Hatch.CROSS, Words("码", "C")),
    _mark(LandGroup.UNKNOWN_SCHEME, "#FFFFFF", "#7A2412", Hatch.GRID, Words("标", "S")),
    _mark(LandGroup.MISSING, "#FFFFFF", "#7A2412", Hatch.DENSE_DOTS, Words("缺", "M")),
)

# How far a parcel went between two days: light to dark with the steps; what wants an eye has a hue of its own.
MOVEMENT: Table = _table(
    *(
        (code, Mark(words, fill, stroke, hatch, symbol, opacity=0.85))
        for code, words, fill, stroke, hatch, symbol in (
            ("back", Words("退回", "went back"), "#B3261E", "#5A0F0A", Hatch.CROSS, _both("−")),
            ("still", Words("未动", "stood still"), "#E3E6EA", "#7A8594", Hatch.NONE, _both("0")),
            ("forward1", Words("推进 1 步", "1 step on"), "#BFE0CD", "#4F7A63", Hatch.DOTS, _both("1")),
            ("forward2", Words("推进 2–3 步", "2–3 steps on"), "#6FB592", "#2B5A43", Hatch.DIAGONAL, _both("2")),
            ("forward4", Words("推进 4 步及以上", "4 steps on or more"), "#1D6B4F", "#0A2E20", Hatch.GRID, _both("4")),
            ("new", Words("新增", "new"), "#3F7FD0", "#154A78", Hatch.HORIZONTAL, _both("+")),
            ("retired", Words("注销", "retired"), "#8A6FB8", "#45316F", Hatch.BACK_DIAGONAL, _both("✕")),
        )
    )
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "lamp": LAMP,
        "project_stage": PROJECT_STAGE,
        "readiness": READINESS,
        "stage": STAGE,
        "flag": FLAG,
        "risk": RISK,
        "zone": ZONE,
        "park": PARK,
        "town": TOWN,
        "import": IMPORT,
        "land_group": LAND_GROUP,
        "movement": MOVEMENT,
    }
)


def risk_class(at_risk_wan: float | None) -> str:
    """The code in ``RISK`` of an amount in 万元; ``none`` for nothing or no value."""
    if at_risk_wan is None or isnan(at_risk_wan):
        return NO_VALUE
    for code, mark in RISK.items():
        if mark.from_wan is not None and at_risk_wan >= mark.from_wan:
            return code
    return NO_VALUE


def style_tables() -> dict[str, dict[str, dict[str, object]]]:
    """Every table as ``/api/style`` sends it."""
    return {name: {code: mark.as_dict() for code, mark in table.items()} for name, table in TABLES.items()}
