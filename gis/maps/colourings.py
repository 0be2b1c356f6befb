"""The ways to colour the projects, and what each of them sets on the map's layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gis.maps.expressions import Expression, fill_of, image_of, stroke_of
from gis.maps.style import NO_VALUE, RISK, TABLES
from gis.words import Words


@dataclass(frozen=True, slots=True)
class Colouring:
    """One way to colour the projects: the property that decides, and the table that says how."""

    code: str
    table: str
    words: Words
    hint: Words
    code_of: Expression


def _property(name: str) -> Expression:
    """A feature's code; ``none`` where it is null or empty."""
    value = ["to-string", ["coalesce", ["get", name], ""]]
    return ["case", ["==", value, ""], NO_VALUE, value]


def _risk_class() -> Expression:
    """The code in RISK of ``at_risk_wan``, by the table's own bounds (see style.risk_class)."""
    rising = sorted((mark.from_wan or 0, code) for code, mark in RISK.items())
    steps: Expression = ["step", ["to-number", ["get", "at_risk_wan"], 0], rising[0][1]]
    for bound, code in rising[1:]:
        steps += [bound, code]
    return steps


COLOURINGS: tuple[Colouring, ...] = (
    Colouring(
        "lamp",
        "lamp",
        Words("进度", "Progress"),
        Words("按序时进度亮灯", "lamp by time-proportional progress"),
        _property("lamp"),
    ),
    Colouring(
        "stage",
        "project_stage",
        Words("阶段", "Stage"),
        Words("按项目阶段", "by stage of the project"),
        _property("stage"),
    ),
    Colouring(
        "land",
        "readiness",
        Words("用地", "Land"),
        Words("按用地准备情况，地块着色加深", "by land readiness; parcels stand out"),
        _property("readiness"),
    ),
    Colouring(
        "flag",
        "flag",
        Words("瓶颈", "Bottleneck"),
        Words("按最突出的供地瓶颈", "by the worst land-supply flag"),
        _property("worst_flag"),
    ),
    Colouring(
        "risk",
        "risk",
        Words("受影响投资", "At risk"),
        Words("按今年因用地受影响的投资", "by this year's investment that land puts at risk"),
        _risk_class(),
    ),
)


def repaint(colouring: Colouring) -> dict[str, dict[str, Any]]:
    """What this colouring sets: layer → paint or layout property → value."""
    table, code = TABLES[colouring.table], colouring.code_of
    by_land = colouring.code == "land"
    fill, stroke = fill_of(table, code), stroke_of(table, code)
    return {
        "project-fill": {"fill-color": fill, "fill-opacity": 0.18 if by_land else 0.82},
        "project-hatch": {
            "fill-pattern": image_of("hatch", colouring.table, code),
            "fill-opacity": 0 if by_land else 0.6,
        },
        "project-line": {"line-color": stroke},
        "project-casing": {"line-color": stroke},
        "project-way": {"line-color": fill},
        "project-badge": {"icon-image": image_of("badge", colouring.table, code)},
        "parcel-fill": {"fill-opacity": 0.85 if by_land else 0.3},
        "parcel-hatch": {"fill-opacity": 0.7 if by_land else 0.0},
        "parcel-line": {"line-opacity": 1 if by_land else 0.55},
    }


def colourings() -> list[dict[str, Any]]:
    """Every colouring with its words and what it repaints, for the page."""
    return [
        {
            "code": colouring.code,
            "table": colouring.table,
            **colouring.words.as_dict(),
            "hint": colouring.hint.as_dict(),
            "repaint": repaint(colouring),
        }
        for colouring in COLOURINGS
    ]


DEFAULT_COLOURING = COLOURINGS[0].code
