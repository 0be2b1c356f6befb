"""What a map of routes needs beside a plan's sheet: lines, numbered stops that make room for one another, notes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from reportlab.lib.colors import HexColor

from gis.reports.plan_sheet import Box, Look, Sheet


class RouteSheet(Sheet):
    """A sheet for routes and their stops."""

    def lines(self, shapes: Iterable[Any], look: Look) -> None:
        """Draw lines, those parts that may be seen, in one go; of ``look`` stroke, width and dash count."""
        canvas, path = self.canvas, self.canvas.beginPath()
        near = shapely.box(*self.ground).buffer(20 * self.metres)
        for part in shapely.get_parts(shapely.intersection(np.array(list(shapes), dtype=object), near)):
            if part.geom_type == "LineString" and not part.is_empty:
                for number, (east, north, *_) in enumerate(part.coords):
                    (path.lineTo if number else path.moveTo)(*self.at(east, north))
        canvas.saveState()
        canvas.setStrokeColor(HexColor(look.stroke))
        canvas.setLineWidth(look.width_pt)
        canvas.setLineJoin(1)
        canvas.setDash([length * max(look.width_pt, 1) for length in look.dash])
        canvas.drawPath(path, fill=0, stroke=1)
        canvas.restoreState()

    def dot(self, east: float, north: float, text: str, look: Look, radius: float = 7.0) -> Box:
        """
        A disc with a number at a place of the ground; where another stands, near by with a line to its place.

        Gives the disc's box on paper; no label is put over it.
        """
        canvas, (x, y) = self.canvas, self.at(east, north)
        middle_x, middle_y = next((p for p in _around(x, y, radius) if not self.is_taken(_square(*p, radius))), (x, y))
        canvas.saveState()
        canvas.setDash([])
        canvas.setStrokeColor(HexColor(look.stroke))
        if (middle_x, middle_y) != (x, y):
            canvas.setLineWidth(0.8)
            canvas.line(x, y, middle_x, middle_y)
            canvas.setFillColor(HexColor(look.stroke))
            canvas.circle(x, y, 1.6, stroke=0, fill=1)
        canvas.setLineWidth(look.width_pt)
        canvas.setFillColor(HexColor(look.fill))
        canvas.circle(middle_x, middle_y, radius, stroke=1, fill=1)
        canvas.restoreState()
        size = radius * (1.3 if len(text) < 3 else 0.95)
        self.text(middle_x, middle_y - size * 0.35, text, size, align="centre", colour="#FFFFFF")
        self.taken.append(_square(middle_x, middle_y, radius + look.width_pt / 2))
        return self.taken[-1]

    def square(self, east: float, north: float, look: Look, half: float = 4.0) -> Box:
        """A small square at a place of the ground; gives its box on paper."""
        box = _square(*self.at(east, north), half)
        self.swatch(box, look)
        self.taken.append(box)
        return box

    def ring(self, x: float, y: float, radius: float, look: Look) -> None:
        """A disc on paper."""
        self.canvas.setStrokeColor(HexColor(look.stroke))
        self.canvas.setFillColor(HexColor(look.fill))
        self.canvas.setLineWidth(look.width_pt)
        self.canvas.setDash([])
        self.canvas.circle(x, y, radius, stroke=1, fill=1)

    def stroke(self, begin: tuple[float, float], end: tuple[float, float], look: Look) -> None:
        """A straight line on paper."""
        self.canvas.saveState()
        self.canvas.setStrokeColor(HexColor(look.stroke))
        self.canvas.setLineWidth(look.width_pt)
        self.canvas.setDash([length * max(look.width_pt, 1) for length in look.dash])
        self.canvas.line(*begin, *end)
        self.canvas.restoreState()

    def backed(self, box: Box) -> None:
        """A white ground on paper, for texts over the map."""
        self.swatch(box, Look("#FFFFFF", "", opacity=0.85))

    def note(self, beside: Box, text: str, size: float, colour: str = "#000000") -> bool:
        """A text right, left, above or below of a box on paper, where there is room; False where there is none."""
        left, bottom, right, top = beside
        x, y, half = (left + right) / 2, (bottom + top) / 2, self.width(text, size) / 2
        above, below = (x, top + 1 + size / 2), (x, bottom - 1 - size / 2)
        places = ((right + 2 + half, y), (left - 2 - half, y), above, below)
        return any(self.put(*place, text, size, colour) for place in places)


def _square(x: float, y: float, half: float) -> Box:
    return (x - half, y - half, x + half, y + half)


def _around(x: float, y: float, radius: float) -> Iterator[tuple[float, float]]:
    """The place itself, then rings of places about it, nearer ones first."""
    yield x, y
    for ring in (2.2, 3.4, 4.8, 6.4):
        for turn in range(12):
            angle = math.radians(30 * turn)
            yield x + ring * radius * math.cos(angle), y + ring * radius * math.sin(angle)
