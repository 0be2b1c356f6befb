"""MapLibre expressions made from the style table: the value that a feature's code has in it."""

from __future__ import annotations

from typing import Any

from gis.maps.style import Table

Expression = list[Any]
INK = "#1B2430"
PAPER = "#FFFFFF"


def match(code: Expression, values: dict[str, Any], default: Any) -> Expression:
    """The value that stands beside ``code`` in ``values``, else ``default``."""
    chosen: Expression = ["match", code]
    for key, value in values.items():
        chosen += [key, value]
    return [*chosen, default]


def fill_of(table: Table, code: Expression) -> Expression:
    """The fill of ``code`` in a style table."""
    return match(code, {key: mark.fill for key, mark in table.items()}, PAPER)


def stroke_of(table: Table, code: Expression) -> Expression:
    """The outline of ``code``."""
    return match(code, {key: mark.stroke for key, mark in table.items()}, INK)


def opacity_of(table: Table, code: Expression) -> Expression:
    """The fill's opacity."""
    return match(code, {key: mark.opacity for key, mark in table.items()}, 0.5)


def width_of(table: Table, code: Expression) -> Expression:
    """The outline's width in px."""
    return match(code, {key: mark.width_px for key, mark in table.items()}, 1)


def dash_of(table: Table, code: Expression) -> Expression:
    """The outline's dashes; a solid line where the mark has none."""
    dashes = {key: ["literal", list(mark.dash)] for key, mark in table.items() if mark.dash}
    return match(code, dashes, ["literal", [1, 0]])


def image_of(kind: str, table: str, code: Expression) -> Expression:
    """The name of the image of ``code``: ``KIND:TABLE:CODE``. The page draws it when it is first asked for."""
    return ["concat", f"{kind}:{table}:", code]


def by_zoom(*stops: tuple[float, Any]) -> Expression:
    """A value that goes straight from stop to stop, a stop being a zoom and its value."""
    steps: Expression = ["interpolate", ["linear"], ["zoom"]]
    for zoom, value in stops:
        steps += [zoom, value]
    return steps
