"""
A canvas that writes SVG and takes what a ``Sheet`` asks of one, so that a map is drawn once for paper and for pages.

Only that much of reportlab's canvas is here; its y goes up, that of SVG down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from reportlab.lib.colors import Color, black


@dataclass(frozen=True)
class _Pen:
    stroke: Color = black
    fill: Color = black
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass
class SvgPath:
    """A path under way."""

    height: float
    steps: list[str] = field(default_factory=list)

    def moveTo(self, x: float, y: float) -> None:  # noqa: N802 (reportlab's names)
        """Begin a line."""
        self.steps.append(f"M{x:.1f} {self.height - y:.1f}")

    def lineTo(self, x: float, y: float) -> None:  # noqa: N802
        """Go on with it."""
        self.steps.append(f"L{x:.1f} {self.height - y:.1f}")

    def close(self) -> None:
        """Back to where it began."""
        self.steps.append("Z")

    def rect(self, x: float, y: float, width: float, height: float) -> None:
        """A rectangle."""
        self.steps.append(f"M{x:.1f} {self.height - y - height:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}Z")

    @property
    def d(self) -> str:
        """The steps as SVG has them."""
        return "".join(self.steps)


@dataclass
class SvgText:
    """A line of text under way."""

    x: float
    y: float
    size: float = 10.0
    text: str = ""
    outlined: bool = False

    def setFont(self, _font: str, size: float) -> None:  # noqa: N802
        """Its size; the font is the page's."""
        self.size = size

    def setTextRenderMode(self, mode: int) -> None:  # noqa: N802
        """2: with an edge around the letters; asked before the text comes."""
        if not self.text:
            self.outlined = mode == 2

    def textOut(self, text: str) -> None:  # noqa: N802
        """The text."""
        self.text = text


class SvgCanvas:
    """``name`` tells the marks of one drawing from those of others in the same page."""

    def __init__(self, width: float, height: float, name: str) -> None:
        self._size = (width, height)
        self._name = name
        self._pen = _Pen()
        self._kept: list[tuple[_Pen, int]] = []
        self._open = 0
        self._clips = 0
        self._parts: list[str] = []

    def svg(self, words: str) -> str:
        """The drawing as one element; ``words`` say what it shows."""
        width, height = self._size
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
            f'aria-label="{escape(words)}">{"".join(self._parts)}{"</g>" * self._open}</svg>'
        )

    def saveState(self) -> None:  # noqa: N802
        """Remember pen and clip."""
        self._kept.append((self._pen, self._open))

    def restoreState(self) -> None:  # noqa: N802
        """As they were remembered."""
        self._pen, before = self._kept.pop()
        self._parts.append("</g>" * (self._open - before))
        self._open = before

    def setStrokeColor(self, colour: Color) -> None:  # noqa: N802
        """Of lines."""
        self._pen = replace(self._pen, stroke=colour)

    def setFillColor(self, colour: Color) -> None:  # noqa: N802
        """Of areas and texts."""
        self._pen = replace(self._pen, fill=colour)

    def setLineWidth(self, width: float) -> None:  # noqa: N802
        """In points."""
        self._pen = replace(self._pen, width=width)

    def setDash(self, dash: Sequence[float]) -> None:  # noqa: N802
        """On and off lengths; none: solid."""
        self._pen = replace(self._pen, dash=tuple(dash))

    def setLineCap(self, _mode: int) -> None:  # noqa: N802
        """All ends are round here."""

    def setLineJoin(self, _mode: int) -> None:  # noqa: N802
        """All corners are round here."""

    def beginPath(self) -> SvgPath:  # noqa: N802
        """A new path."""
        return SvgPath(self._size[1])

    def drawPath(self, path: SvgPath, stroke: int = 1, fill: int = 0, fillMode: int = 0) -> None:  # noqa: N802, N803
        """Lines, area or both."""
        if path.steps:
            self._parts.append(f'<path d="{path.d}"{self._look(stroke, fill)}/>')

    def clipPath(self, path: SvgPath, **_how: Any) -> None:  # noqa: N802
        """What comes now shows only within, until the state is restored."""
        self._clips += 1
        name = f"{self._name}-{self._clips}"
        self._parts.append(f'<clipPath id="{name}"><path d="{path.d}"/></clipPath><g clip-path="url(#{name})">')
        self._open += 1

    def rect(self, x: float, y: float, width: float, height: float, stroke: int = 1, fill: int = 0) -> None:
        """A rectangle."""
        path = self.beginPath()
        path.rect(x, y, width, height)
        self.drawPath(path, stroke, fill)

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A straight line."""
        path = self.beginPath()
        path.moveTo(x1, y1)
        path.lineTo(x2, y2)
        self.drawPath(path)

    def circle(self, x: float, y: float, radius: float, stroke: int = 1, fill: int = 0) -> None:
        """A disc or ring."""
        place = f'cx="{x:.1f}" cy="{self._size[1] - y:.1f}" r="{radius:.1f}"'
        self._parts.append(f"<circle {place}{self._look(stroke, fill)}/>")

    def beginText(self, x: float, y: float) -> SvgText:  # noqa: N802
        """A new line of text."""
        return SvgText(x, y)

    def drawText(self, text: SvgText) -> None:  # noqa: N802
        """The line of text."""
        edge = self._look(1, 1) if text.outlined else self._look(0, 1)
        place = f'x="{text.x:.1f}" y="{self._size[1] - text.y:.1f}" font-size="{text.size:.1f}"'
        self._parts.append(f"<text {place}{edge}>{escape(text.text)}</text>")

    def _look(self, stroke: int, fill: int) -> str:
        pen = self._pen
        said = f' fill="{_hex(pen.fill)}" fill-rule="evenodd"{_seen(pen.fill, "fill")}' if fill else ' fill="none"'
        if stroke:
            dash = f' stroke-dasharray="{" ".join(f"{length:g}" for length in pen.dash)}"' if pen.dash else ""
            said += f' stroke="{_hex(pen.stroke)}" stroke-width="{pen.width:.2g}" stroke-linejoin="round"{dash}'
        return said


def _hex(colour: Color) -> str:
    return f"#{int(colour.int_rgb()):06x}"


def _seen(colour: Color, what: str) -> str:
    return f' {what}-opacity="{colour.alpha:g}"' if colour.alpha < 1 else ""
