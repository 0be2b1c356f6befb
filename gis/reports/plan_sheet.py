"""
A sheet of paper with a window onto the ground: polygons, hatches, texts, grid, scale bar, drawn as vectors.

Lengths on paper are points (1/72 inch) from the lower left; coordinates of the ground are metres (east, north).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from gis.units import shown

Box = tuple[float, float, float, float]
# Denominators of maps that a person measures on with a ruler.
SCALES = tuple(number * 10**power for power in range(2, 7) for number in (1, 2, 2.5, 5))
_M_PER_POINT = 0.0254 / 72
HATCH_STEP = 2.4 * mm
_ANGLES: dict[str, tuple[float, ...]] = {
    "diagonal": (45,),
    "back_diagonal": (-45,),
    "cross": (45, -45),
    "horizontal": (0,),
    "vertical": (90,),
    "grid": (0, 90),
    "dashes": (0,),
    "dots": (0,),
    "dense_dots": (0,),
}
_DASHES: dict[str, tuple[float, ...]] = {"dashes": (4, 3), "dots": (0.8, 4), "dense_dots": (0.8, 2)}


@dataclass(frozen=True, slots=True)
class Look:
    """How a polygon is drawn: colours "#RRGGBB" ("" for none), outline in points, hatch as the style table names it."""

    fill: str = ""
    stroke: str = "#000000"
    width_pt: float = 0.5
    dash: tuple[float, ...] = ()
    hatch: str = "none"
    opacity: float = 1.0


@dataclass
class Sheet:
    """
    A page with a map window.

    ``window`` is the window on paper (left, bottom, right, top), ``middle`` the place on the ground at its middle,
    ``scale`` the denominator; ``taken`` are the boxes on paper over which no label may stand.
    """

    canvas: Canvas
    font: str
    window: Box
    middle: tuple[float, float]
    scale: float
    taken: list[Box] = field(default_factory=list)

    @property
    def ground(self) -> Box:
        """West, south, east, north of the window (m)."""
        left, bottom, right, top = self.window
        width, height = (right - left) * self.metres, (top - bottom) * self.metres
        east, north = self.middle
        return (east - width / 2, north - height / 2, east + width / 2, north + height / 2)

    @property
    def metres(self) -> float:
        """Metres on the ground to a point on paper."""
        return self.scale * _M_PER_POINT

    def at(self, east: float, north: float) -> tuple[float, float]:
        """A place of the ground on paper."""
        left, bottom, right, top = self.window
        x = (left + right) / 2 + (east - self.middle[0]) / self.metres
        return x, (bottom + top) / 2 + (north - self.middle[1]) / self.metres

    def inside_window(self) -> _Clipped:
        """Within the block nothing is drawn outside the window."""
        path = self.canvas.beginPath()
        left, bottom, right, top = self.window
        path.rect(left, bottom, right - left, top - bottom)
        return _Clipped(self.canvas, path)

    def polygons(self, shapes: Sequence[Any], look: Look) -> None:
        """Draw polygons, those parts that may be seen."""
        near = shapely.box(*self.ground).buffer(20 * self.metres)
        for shape in shapes:
            seen = shape if near.covers(shape) else shapely.intersection(shapely.make_valid(shape), near)
            for part in shapely.get_parts(seen):
                if part.geom_type == "Polygon" and not part.is_empty:
                    self._polygon(part, look)

    def _polygon(self, polygon: Any, look: Look) -> None:
        west, south, east, north = polygon.bounds
        self._paint(lambda: self._path(polygon), (*self.at(west, south), *self.at(east, north)), look)

    def is_taken(self, box: Box) -> bool:
        """A label or a mark stands there already."""
        return any(_meet(box, other) for other in self.taken)

    def swatch(self, box: Box, look: Look) -> None:
        """A box on paper that looks as polygons do."""

        def path() -> Any:
            drawn = self.canvas.beginPath()
            drawn.rect(box[0], box[1], box[2] - box[0], box[3] - box[1])
            return drawn

        self._paint(path, box, look)

    def _paint(self, path: Callable[[], Any], box: Box, look: Look) -> None:
        canvas = self.canvas
        canvas.saveState()
        if look.fill:
            canvas.setFillColor(_colour(look.fill, look.opacity))
            canvas.drawPath(path(), fill=1, stroke=0, fillMode=0)
        if look.hatch in _ANGLES:
            canvas.saveState()
            canvas.clipPath(path(), stroke=0, fill=0, fillMode=0)
            canvas.setStrokeColor(HexColor(look.stroke))
            self._hatch(box, look.hatch)
            canvas.restoreState()
        if look.stroke:
            canvas.setStrokeColor(HexColor(look.stroke))
            canvas.setLineWidth(look.width_pt)
            canvas.setDash([length * max(look.width_pt, 1) for length in look.dash])
            canvas.drawPath(path(), fill=0, stroke=1)
        canvas.restoreState()

    def _path(self, polygon: Any) -> Any:
        path = self.canvas.beginPath()
        for ring in (polygon.exterior, *polygon.interiors):
            places = [self.at(east, north) for east, north, *_ in ring.coords]
            path.moveTo(*places[0])
            for place in places[1:-1]:
                path.lineTo(*place)
            path.close()
        return path

    def _hatch(self, box: Box, name: str) -> None:
        """Lines or dots over a box on paper, in step with the whole sheet; clipping is the caller's."""
        self.canvas.setLineWidth(0.4)
        self.canvas.setDash(list(_DASHES.get(name, ())))
        step = HATCH_STEP / 2 if name == "dense_dots" else HATCH_STEP
        for angle in _ANGLES.get(name, ()):
            for line in _lines(box, angle, step):
                self.canvas.line(*line)

    def text(self, x: float, y: float, text: str, size: float, **how: Any) -> None:
        """A line of text: ``align`` "left", "centre", "right"; ``colour``; ``halo`` for a white edge."""
        canvas, width = self.canvas, self.width(text, size)
        x -= {"left": 0.0, "centre": width / 2, "right": width}[how.get("align", "left")]
        canvas.saveState()
        if how.get("halo"):
            self._line(x, y, text, size, 1, HexColor("#FFFFFF"))
        self._line(x, y, text, size, 0, HexColor(how.get("colour", "#000000")))
        canvas.restoreState()

    def _line(self, x: float, y: float, text: str, size: float, mode: int, colour: Color) -> None:
        canvas = self.canvas
        canvas.setStrokeColor(colour)
        canvas.setFillColor(colour)
        canvas.setLineWidth(size / 6)
        drawn = canvas.beginText(x, y)
        drawn.setFont(self.font, size)
        drawn.setTextRenderMode(2 if mode else 0)
        drawn.textOut(text)
        drawn.setTextRenderMode(0)
        canvas.drawText(drawn)

    def width(self, text: str, size: float) -> float:
        """How wide a text is (points)."""
        return float(pdfmetrics.stringWidth(text, self.font, size))

    def label(self, east: float, north: float, text: str, size: float, colour: str = "#000000") -> bool:
        """A text about a place of the ground, where no other label stands and it lies in the window; False else."""
        return self.put(*self.at(east, north), text, size, colour)

    def put(self, x: float, y: float, text: str, size: float, colour: str = "#000000") -> bool:
        """The same about a place on paper."""
        half = self.width(text, size) / 2
        box = (x - half, y - size / 2, x + half, y + size / 2)
        left, bottom, right, top = self.window
        inside = left < box[0] and bottom < box[1] and box[2] < right and box[3] < top
        if not inside or self.is_taken(box):
            return False
        self.taken.append(box)
        self.text(x, y - size * 0.35, text, size, align="centre", halo=True, colour=colour)
        return True

    def grid(self) -> None:
        """Ticks with coordinates along the window's frame, and crosses where they meet within."""
        step = self.scale * 0.05
        step = next(number for number in (s / 10 for s in (*SCALES, math.inf)) if number >= step)
        west, south, east, north = self.ground
        left, bottom, right, top = self.window
        canvas = self.canvas
        canvas.saveState()
        canvas.setLineWidth(0.4)
        canvas.setStrokeColor(HexColor("#555555"))
        easts, norths = list(_steps(west, east, step)), list(_steps(south, north, step))
        for value in easts:
            x = self.at(value, south)[0]
            for y, way, label in ((top, 1, top + 6), (bottom, -1, bottom - 11)):
                canvas.line(x, y, x, y + 4 * way)
                self.text(x, label, shown(value, 0).replace(",", ""), 6, align="centre", colour="#333333")
        for value in norths:
            y = self.at(west, value)[1]
            for x, way in ((left, -1), (right, 1)):
                canvas.line(x, y, x + 4 * way, y)
                self._upright(x + (-6 if way < 0 else 11), y, shown(value, 0).replace(",", ""))
        for value in easts:
            for other in norths:
                x, y = self.at(value, other)
                canvas.line(x - 3, y, x + 3, y)
                canvas.line(x, y - 3, x, y + 3)
        canvas.restoreState()

    def _upright(self, x: float, y: float, text: str) -> None:
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.rotate(90)
        self.text(0, 0, text, 6, align="centre", colour="#333333")
        self.canvas.restoreState()

    def scale_bar(self, x: float, y: float, metres: str = "米") -> None:
        """A bar of four pieces of a round length, and the scale in figures."""
        piece = next(length for length in (s / 10 for s in SCALES) if length / self.metres >= 7 * mm)
        width = piece / self.metres
        for place in range(4):
            self.canvas.setFillColor(HexColor("#000000" if place % 2 == 0 else "#FFFFFF"))
            self.canvas.rect(x + place * width, y, width, 4, fill=1, stroke=1)
        for place in (0, 2, 4):
            self.text(x + place * width, y + 7, shown(place * piece, 0), 7, align="centre")
        self.text(x + 4 * width + 14, y, metres, 8)
        self.text(x, y - 14, f"1∶{shown(self.scale, 0)}", 10)

    def north_arrow(self, x: float, y: float, north: str = "北") -> None:
        """Grid north."""
        canvas = self.canvas
        for way, fill in ((-1, "#000000"), (1, "#FFFFFF")):
            path = canvas.beginPath()
            path.moveTo(x, y + 26)
            path.lineTo(x + way * 7, y)
            path.lineTo(x, y + 6)
            path.close()
            canvas.setFillColor(HexColor(fill))
            canvas.drawPath(path, fill=1, stroke=1)
        self.text(x, y + 30, north, 9, align="centre")


class _Clipped:
    """A drawing state with a clip, for ``with``."""

    def __init__(self, canvas: Canvas, path: Any) -> None:
        self._canvas, self._path = canvas, path

    def __enter__(self) -> None:
        self._canvas.saveState()
        self._canvas.clipPath(self._path, stroke=0, fill=0)

    def __exit__(self, *_: object) -> None:
        self._canvas.restoreState()


def fitting_scale(box: Box, window: Box, at_least: float = 500, scales: Sequence[float] = SCALES) -> float:
    """The largest of these scales at which the ground box, with an edge around it, fits into the window."""
    width, height = (box[2] - box[0]) * 1.12, (box[3] - box[1]) * 1.12
    across = max(width / (window[2] - window[0]), height / (window[3] - window[1])) / _M_PER_POINT
    return next((scale for scale in scales if scale >= max(across, at_least)), math.ceil(across))


def _steps(low: float, high: float, step: float) -> Iterator[float]:
    value = math.ceil(low / step) * step
    while value < high:
        yield value
        value += step


def _lines(box: Box, angle: float, step: float) -> Iterator[Box]:
    """Parallel lines over a box, at whole steps from the sheet's corner."""
    left, bottom, right, top = box
    turn = math.radians(angle)
    along, across = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    corners = [(left, bottom), (left, top), (right, bottom), (right, top)]
    offsets = [x * across[0] + y * across[1] for x, y in corners]
    lengths = [x * along[0] + y * along[1] for x, y in corners]
    for offset in _steps(min(offsets), max(offsets), step):
        ends = [
            (offset * across[0] + length * along[0], offset * across[1] + length * along[1])
            for length in (min(lengths), max(lengths))
        ]
        yield (*ends[0], *ends[1])


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _colour(code: str, opacity: float) -> Color:
    colour = HexColor(code)
    return Color(colour.red, colour.green, colour.blue, alpha=opacity)
