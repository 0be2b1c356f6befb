"""
The map of a batch on A3 landscape, as a vector PDF: parcels with their numbers, zones, towns, legend, grid.

The first page shows the whole batch; where it lies scattered, so that parcels are small there, a page follows for each
group of neighbouring parcels. Every page bears the mark that it is internal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import numpy as np
import shapely
from reportlab.lib.pagesizes import A3, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from gis.reports.fonts import forget_fonts, register_fonts
from gis.reports.plan_sheet import Box, Look, Sheet, fitting_scale
from gis.words import Words

INTERNAL = "内部资料 不得公开"
WIDTH, HEIGHT = landscape(A3)
WINDOW: Box = (16 * mm, 20 * mm, WIDTH - 96 * mm, HEIGHT - 30 * mm)
PANEL = WINDOW[2] + 8 * mm
# Above this denominator parcels are too small to tell apart, and pages of their groups follow.
DETAIL_ABOVE = 10_000
GROUP_GAP_M = 150.0
MOST_DETAILS = 60
_LISTED_ROWS = 34


@dataclass(frozen=True, slots=True)
class PlanLayer:
    """Polygons that look alike, with their line in the legend (None: none) and a name for each (or none at all)."""

    shapes: Sequence[Any]
    look: Look
    legend: Words | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What the map shows, in one projected CRS (metres).

    ``parcels`` are the batch's, each with its ``labels`` on the map and its line in ``rows`` (label, number, area);
    ``under`` is drawn below them and ``over`` above, in their order. ``facts`` are lines beside the map; ``review_no``
    is the 审图号 ("" for none).
    """

    title: str
    crs: str
    made_on: date
    parcels: Sequence[Any]
    looks: Sequence[Look]
    labels: Sequence[str]
    rows: Sequence[tuple[str, str, str]]
    under: Sequence[PlanLayer] = ()
    over: Sequence[PlanLayer] = ()
    legend: Sequence[tuple[str, Look]] = ()
    facts: Sequence[str] = ()
    review_no: str = ""
    maker: str = ""


def write_plan(plan: Plan, target: IO[bytes]) -> tuple[Words, ...]:
    """Write the map to an open binary file; gives what must be said of it (no font)."""
    fonts = register_fonts(_texts(plan))
    canvas = Canvas(target, pagesize=landscape(A3), pageCompression=1)
    canvas.setTitle(plan.title)
    canvas.setAuthor(plan.maker)
    try:
        pages = list(_pages(plan))
        for number, (parcels, box) in enumerate(pages, 1):
            scale = fitting_scale(box, WINDOW)
            middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            sheet = Sheet(canvas, fonts.name, WINDOW, middle, scale)
            _draw(sheet, plan, parcels, f"{number} / {len(pages)}")
            canvas.showPage()
        canvas.save()
    finally:
        forget_fonts(fonts)
    return fonts.warnings


def _texts(plan: Plan) -> Iterator[str]:
    yield from (plan.title, plan.crs, INTERNAL, plan.review_no, plan.maker, *plan.labels, *plan.facts)
    yield from (text for row in plan.rows for text in row)
    yield from (text for text, _ in plan.legend)
    for layer in (*plan.under, *plan.over):
        yield from (layer.legend.zh if layer.legend else "", *layer.names)
    yield "　0123456789 abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:;/()-–—…（），。：；∶"
    yield "图例序号地块编号面积亩其余见台账批次坐标系制图审图单位日期比例尺北米年月日第页共等范围线本未填暂无"


def _pages(plan: Plan) -> Iterator[tuple[np.ndarray[Any, Any], Box]]:
    """The parcels (by place) and the box of each page."""
    everything = np.arange(len(plan.parcels))
    shapes = np.array(plan.parcels, dtype=object)
    whole = tuple(shapely.total_bounds(shapes).tolist()) if len(shapes) else (0.0, 0.0, 1000.0, 1000.0)
    yield everything, whole
    if fitting_scale(whole, WINDOW) > DETAIL_ABOVE:
        groups = _groups(shapes)
        if 1 < len(groups) <= MOST_DETAILS:
            for group in groups:
                yield group, tuple(shapely.total_bounds(shapes[group]).tolist())


def _groups(shapes: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Parcels that lie within ``GROUP_GAP_M`` of one another, from north to south."""
    west, south, east, north = shapely.bounds(shapes).T
    gap = GROUP_GAP_M / 2
    joined = shapely.union_all(shapely.box(west - gap, south - gap, east + gap, north + gap))
    areas = shapely.get_parts(joined)
    middle = shapely.point_on_surface(shapes)
    area, place = shapely.STRtree(middle).query(areas, predicate="covers")
    order = np.argsort(-shapely.bounds(areas)[:, 3])
    return [np.sort(place[area == number]) for number in order.tolist()]


def _draw(sheet: Sheet, plan: Plan, parcels: np.ndarray[Any, Any], page: str) -> None:
    with sheet.inside_window():
        for layer in plan.under:
            sheet.polygons(layer.shapes, layer.look)
        for shape, look in zip(plan.parcels, plan.looks, strict=True):
            sheet.polygons([shape], look)
        for layer in plan.over:
            sheet.polygons(layer.shapes, layer.look)
        for place in parcels.tolist():
            middle = shapely.point_on_surface(plan.parcels[place])
            sheet.label(middle.x, middle.y, plan.labels[place], 7)
        _names(sheet, plan.under)
    _frame(sheet)
    _head(sheet, plan, page)
    _panel(sheet, plan, parcels)


def _names(sheet: Sheet, layers: Sequence[PlanLayer]) -> None:
    """The names of areas, each in the part of it that is seen."""
    window = shapely.box(*sheet.ground)
    for layer in layers:
        for shape, name in zip(layer.shapes, layer.names, strict=False):
            seen = shapely.intersection(shapely.make_valid(shape), window)
            if name and not seen.is_empty:
                middle = shapely.point_on_surface(seen)
                sheet.label(middle.x, middle.y, name, 10, "#5A6675")


def _frame(sheet: Sheet) -> None:
    left, bottom, right, top = sheet.window
    sheet.canvas.setLineWidth(1.2)
    sheet.canvas.setDash([])
    sheet.canvas.rect(left, bottom, right - left, top - bottom)
    sheet.grid()


def _head(sheet: Sheet, plan: Plan, page: str) -> None:
    middle = (WINDOW[0] + WINDOW[2]) / 2
    size = min(20.0, 20.0 * (WINDOW[2] - WINDOW[0]) / max(sheet.width(plan.title, 20), 1.0))
    sheet.text(middle, HEIGHT - 18 * mm, plan.title, size, align="centre")
    sheet.text(WIDTH - 12 * mm, HEIGHT - 12 * mm, INTERNAL, 12, align="right", colour="#B00020")
    sheet.text(WINDOW[0], 8 * mm, f"坐标系：{plan.crs}", 8)
    review = f"审图号：{plan.review_no}" if plan.review_no else "审图号：未填"
    sheet.text(middle, 8 * mm, review, 8, align="centre")
    sheet.text(WIDTH - 12 * mm, 8 * mm, f"{plan.maker}　{plan.made_on.isoformat()}　{page}", 8, align="right")


def _panel(sheet: Sheet, plan: Plan, parcels: np.ndarray[Any, Any]) -> None:
    sheet.north_arrow(WIDTH - 24 * mm, HEIGHT - 42 * mm)
    sheet.scale_bar(PANEL, HEIGHT - 40 * mm)
    y = HEIGHT - 56 * mm
    for fact in plan.facts:
        sheet.text(PANEL, y, fact, 8.5)
        y -= 13
    y = _legend(sheet, plan, y - 8)
    _listing(sheet, plan, parcels, y - 22)


def _legend(sheet: Sheet, plan: Plan, y: float) -> float:
    layers = [
        (layer.legend.zh, layer.look) for layer in (*plan.under, *plan.over) if layer.legend and len(layer.shapes)
    ]
    sheet.text(PANEL, y, "图例", 11)
    y -= 6
    for text, look in (*plan.legend, *layers):
        y -= 14
        sheet.swatch((PANEL, y - 1, PANEL + 22, y + 9), look)
        sheet.text(PANEL + 28, y, text, 8.5)
    return y


def _listing(sheet: Sheet, plan: Plan, parcels: np.ndarray[Any, Any], y: float) -> None:
    """The parcels of this page by their labels, as many as there is room for."""
    sheet.text(PANEL, y, "序号　地块编号", 9)
    sheet.text(WIDTH - 12 * mm, y, "面积（亩）", 9, align="right")
    room = max(0, min(_LISTED_ROWS, int((y - 24 * mm) / 11)))
    rows = [plan.rows[place] for place in parcels.tolist()]
    fits = rows if len(rows) <= room else rows[: max(room - 1, 0)]
    for label, number, area in fits:
        y -= 11
        sheet.text(PANEL, y, label, 8)
        sheet.text(PANEL + 26, y, number[:34], 8)
        sheet.text(WIDTH - 12 * mm, y, area, 8, align="right")
    if len(fits) < len(rows):
        sheet.text(PANEL, y - 11, f"其余 {len(rows) - len(fits)} 块地见台账", 8)
