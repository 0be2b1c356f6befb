"""
The maps of a tour, each drawn once as vectors: on a PDF's page, as SVG in a page, as a picture in a Word file.

Routes are told apart by colour and by dash, so that a black-and-white copy still reads. No base map is needed: towns,
roads, routes, numbered stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2
import shapely
from reportlab.pdfgen.canvas import Canvas

from gis.crs import coords_of
from gis.reports.fonts import PdfFonts, forget_fonts, register_fonts
from gis.reports.plan_sheet import Box, Look, fitting_scale
from gis.reports.route_sheet import RouteSheet
from gis.reports.svg_canvas import SvgCanvas
from gis.reports.tour_book import Halt, LandPicture, LonLat, Route, TourBook
from gis.reports.tour_words import (
    BOTTLENECK,
    DRIVE_MIN,
    ESTIMATED,
    FOOTPRINT,
    LUNCH_PLACE,
    METRES,
    NORTH,
    START_END,
    fixed_texts,
    printable,
    route_title,
)

# Dark enough for white figures, and told apart by the colour-blind (after Okabe and Ito).
COLOURS = ("#0B5FA5", "#C2410C", "#0F766E", "#7E2A8C", "#8A6100", "#9F1239")
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (2, 1.5), (7, 2, 1.5, 2), (1, 1.5))
DOTS_PER_INCH = 200
LOCATOR_SCALE = 50_000
_LEGEND_ROW = 14.0
_LEGEND_COLUMNS = 3
_SMALLEST_WINDOW_M = 3_000.0
_ROADS = (
    Look("", "#C98A2B", 1.8),
    Look("", "#C98A2B", 1.5),
    Look("", "#D3A75C", 1.2),
    Look("", "#C9C2B2", 0.9),
    Look("", "#D4D0C6", 0.7),
    Look("", "#DEDBD3", 0.5),
)
_TOWN = Look("", "#98A2AF", 0.8, (4, 2, 1, 2))
_PLACE = Look("#303A46", "#FFFFFF", 0.8)
_LUNCH = Look("#6B7480", "#FFFFFF", 0.8)
_FOOTPRINT = Look("", "#111111", 1.6)
_WARNING = "#D00000"
_ROAD_NAMES_FROM_RANK = 4
_MOST_NEAR = 15
_HALF_LINE = 0.5
# Lines of the legend beside the routes': starts and ends, lunch, bottlenecks.
_MARKS = 3
# A tour's map fills its page rather than be measured on with a ruler.
_FINE = tuple(number * 10**power / 10 for power in range(2, 7) for number in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map of a size in points: its ground's middle (m) and scale, what is drawn on a sheet, what it is called."""

    width: float
    height: float
    legend: float
    middle: tuple[float, float]
    scale: float
    draw: Callable[[RouteSheet], None]
    words: str

    def on(self, canvas: Any, font: str, kind: type[RouteSheet] = RouteSheet) -> None:
        """Draw it with its lower left corner at the canvas's origin; the legend stands below the window."""
        # The frame's line lies within the drawing.
        window = (_HALF_LINE, self.legend + _HALF_LINE, self.width - _HALF_LINE, self.height - _HALF_LINE)
        self.draw(kind(canvas, font, window, self.middle, self.scale))


class _WebSheet(RouteSheet):
    """A sheet whose texts are set by a browser, in a font that nobody knows here."""

    def width(self, text: str, size: float) -> float:
        """About as wide as common fonts set it."""
        return size * sum(0.56 if ord(character) < 0x2E80 else 1.0 for character in text)


def svg_of(drawing: Drawing, name: str) -> str:
    """The drawing as an SVG element; ``name`` is its own within the page."""
    canvas = SvgCanvas(drawing.width, drawing.height, name)
    drawing.on(canvas, "", _WebSheet)
    return canvas.svg(drawing.words)


def png_of(drawing: Drawing, font: str) -> bytes:
    """The drawing as a PNG of DOTS_PER_INCH, drawn from its vectors."""
    page = BytesIO()
    canvas = Canvas(page, pagesize=(drawing.width, drawing.height))
    drawing.on(canvas, font)
    canvas.save()
    document = pypdfium2.PdfDocument(page.getvalue())
    try:
        picture = document[0].render(scale=DOTS_PER_INCH / 72).to_pil()
        target = BytesIO()
        picture.save(target, "PNG", compress_level=6, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
        return target.getvalue()
    finally:
        document.close()


class book_fonts:  # noqa: N801 (it is used as a function: ``with book_fonts(book) as fonts``)
    """Within the block there is a font for everything that the book's files say."""

    def __init__(self, book: TourBook) -> None:
        self._texts = (printable(text) for text in (*book.texts(), *fixed_texts()))

    def __enter__(self) -> PdfFonts:
        self._fonts = register_fonts(self._texts)
        return self._fonts

    def __exit__(self, *_: object) -> None:
        forget_fonts(self._fonts)


class TourGround:
    """A book's places and lines on the ground (m), worked out once for all of its maps."""

    def __init__(self, book: TourBook) -> None:
        self.book = book
        self._lines = {
            route.number: [shapely.LineString(self.places(leg)) for leg in route.lines] for route in book.routes
        }
        spots = [place for r in book.routes for place in (r.start.lonlat, r.end.lonlat, *(h.lonlat for h in r.halts))]
        self._spots = dict(zip(spots, self.places(spots).tolist(), strict=True))

    def places(self, lonlat: Iterable[LonLat]) -> Any:
        """Degrees → metres (n, 2)."""
        return coords_of(np.array(list(lonlat), dtype=float).reshape(-1, 2), self.book.crs)

    def lines(self, route: Route) -> list[Any]:
        """A route's legs."""
        return self._lines[route.number]

    def spot(self, lonlat: LonLat) -> tuple[float, float]:
        """A start, an end or a halt of the book."""
        east, north = self._spots[lonlat]
        return east, north


# --- the whole tour ---------------------------------------------------------------------------------


def route_look(route: Route) -> Look:
    """A route's line."""
    place = route.number - 1
    return Look(COLOURS[place % len(COLOURS)], COLOURS[place % len(COLOURS)], 2.2, DASHES[place % len(DASHES)])


def overview_map(ground: TourGround, width: float, height: float, language: str) -> Drawing:
    """All routes with their numbered stops and what the legend says of each."""
    book = ground.book
    legend = _legend_height(len(book.routes) + _MARKS)
    box = _box_of([line for route in book.routes for line in ground.lines(route)])

    def draw(sheet: RouteSheet) -> None:
        with sheet.inside_window():
            _ground(sheet, book, least_rank=3)
            for route in book.routes:
                sheet.lines(ground.lines(route), route_look(route))
            _halts(sheet, ground, [(route, route.halts) for route in book.routes], with_names=True)
            _drives(sheet, ground, language)
            _town_names(sheet, book)
        _frame(sheet, language)
        _legend(sheet, book, language)

    scale = fitting_scale(box, (0, legend, width, height), 2_500, _FINE)
    return Drawing(width, height, legend, _middle(box), scale, draw, book.title)


def locator_map(ground: TourGround, route: Route, halt: Halt, size: tuple[float, float], language: str) -> Drawing:
    """Where a halt lies: the roads around it, and the route that comes and goes."""
    book = ground.book

    def draw(sheet: RouteSheet) -> None:
        with sheet.inside_window():
            _ground(sheet, book, least_rank=len(_ROADS) - 1)
            sheet.lines(ground.lines(route), route_look(route))
            _halts(sheet, ground, [(route, _near(sheet, ground, route, halt))], with_names=False, chosen=halt)
            _road_names(sheet, book)
            _town_names(sheet, book)
        _frame(sheet, language, small=True)

    return Drawing(*size, 0.0, ground.spot(halt.lonlat), LOCATOR_SCALE, draw, halt.name)


def land_map(picture: LandPicture, width: float, height: float, language: str) -> Drawing:
    """The footprint over the parcels, coloured by stage; the numbers that come first are the last to make room."""
    entries = [(FOOTPRINT.of(language), _FOOTPRINT), *((words.of(language), look) for words, look in picture.legend)]
    legend = _legend_height(len(entries))
    west, south, east, north = shapely.bounds(picture.footprint).tolist()

    def draw(sheet: RouteSheet) -> None:
        with sheet.inside_window():
            for parcel in picture.parcels:
                sheet.polygons([parcel.shape], parcel.look)
            sheet.polygons([picture.footprint], _FOOTPRINT)
            _parcel_names(sheet, picture)
        _frame(sheet, language, small=True)
        _swatches(sheet, entries)

    box = (west, south, east, north)
    scale = fitting_scale(box, (0, legend, width, height), scales=_FINE)
    return Drawing(width, height, legend, _middle(box), scale, draw, FOOTPRINT.of(language))


# --- parts ------------------------------------------------------------------------------------------


def _box_of(lines: Sequence[Any]) -> Box:
    if not lines:
        return (0.0, 0.0, _SMALLEST_WINDOW_M, _SMALLEST_WINDOW_M)
    west, south, east, north = shapely.total_bounds(lines).tolist()
    x, y = max(0.0, _SMALLEST_WINDOW_M - (east - west)) / 2, max(0.0, _SMALLEST_WINDOW_M - (north - south)) / 2
    return (west - x, south - y, east + x, north + y)


def _middle(box: Box) -> tuple[float, float]:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _ground(sheet: RouteSheet, book: TourBook, least_rank: int) -> None:
    """Towns and roads, the larger roads over the smaller ones."""
    sheet.polygons([town.shape for town in book.towns], _TOWN)
    for rank in range(min(least_rank, len(_ROADS) - 1), -1, -1):
        shapes = [road.shape for road in book.roads if road.rank == rank]
        if shapes:
            sheet.lines(shapely.simplify(shapes, sheet.metres * 0.4), _ROADS[rank])


def _town_names(sheet: RouteSheet, book: TourBook) -> None:
    window = shapely.box(*sheet.ground)
    for town in book.towns:
        seen = shapely.intersection(shapely.make_valid(town.shape), window)
        if not seen.is_empty:
            middle = shapely.point_on_surface(seen)
            sheet.label(middle.x, middle.y, printable(town.name), 9, "#5A6675")


def _road_names(sheet: RouteSheet, book: TourBook) -> None:
    """Each road's name once, where it lies in the window."""
    window, named = shapely.box(*sheet.ground), set[str]()
    for road in sorted(book.roads, key=lambda road: road.rank):
        if road.name and road.name not in named and road.rank < _ROAD_NAMES_FROM_RANK:
            seen = shapely.intersection(road.shape, window)
            if not seen.is_empty and seen.length > 25 * sheet.metres:
                middle = shapely.line_interpolate_point(shapely.get_parts(seen)[0], 0.5, normalized=True)
                if sheet.label(middle.x, middle.y, printable(road.name), 6, "#7A5B1E"):
                    named.add(road.name)


def _near(sheet: RouteSheet, ground: TourGround, route: Route, halt: Halt) -> list[Halt]:
    """The halts of a route that show on a sheet about one of them, that one first, then the nearest ones."""
    east, north = ground.spot(halt.lonlat)
    west, south, right, top = sheet.ground
    seen = [
        (np.hypot(x - east, y - north), place, other)
        for place, other in enumerate(route.halts)
        for x, y in [ground.spot(other.lonlat)]
        if other is not halt and west < x < right and south < y < top
    ]
    return [halt, *(other for _, _, other in sorted(seen, key=lambda each: each[:2])[:_MOST_NEAR])]


def _halts(
    sheet: RouteSheet,
    ground: TourGround,
    shown: Sequence[tuple[Route, Sequence[Halt]]],
    *,
    with_names: bool,
    chosen: Halt | None = None,
) -> None:
    """Starts, ends, lunches and numbered stops, the chosen one larger; then the names, where there is room."""
    boxes = []
    for place in dict.fromkeys(place for route, _ in shown for place in (route.start, route.end)):
        boxes.append((sheet.square(*ground.spot(place.lonlat), _PLACE), place.name))
    for route, halts in shown:
        for halt in halts:
            at = ground.spot(halt.lonlat)
            if halt.kind == "lunch":
                boxes.append((sheet.square(*at, _LUNCH), halt.name))
            else:
                box = sheet.dot(*at, halt.number, _dot_look(route, halt), 9 if halt is chosen else 7)
                boxes.append((box, halt.name))
    for box, name in boxes if with_names else ():
        sheet.note(box, _short(name), 7, "#1B2430")


def _drives(sheet: RouteSheet, ground: TourGround, language: str) -> None:
    """The minutes of each drive at the middle of its line."""
    for route in ground.book.routes:
        minutes = [*(halt.drive_min for halt in route.halts), route.back_drive_min]
        for line, drive in zip(ground.lines(route), minutes, strict=True):
            if drive and line.length > 0:
                middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
                text = DRIVE_MIN.of(language).format(drive)
                said = f"{text} {ESTIMATED.of(language)}" if ground.book.estimated else text
                sheet.label(middle.x, middle.y, said, 6.5, route_look(route).stroke)


def _dot_look(route: Route, halt: Halt) -> Look:
    return Look(route_look(route).stroke, _WARNING if halt.flags else "#FFFFFF", 2.0 if halt.flags else 0.8)


def _short(name: str, most: int = 12) -> str:
    plain = printable(name).replace("\n", " ")
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _parcel_names(sheet: RouteSheet, picture: LandPicture) -> None:
    window = shapely.box(*sheet.ground)
    for parcel in picture.parcels:
        seen = shapely.intersection(shapely.make_valid(parcel.shape), window)
        if not seen.is_empty:
            middle = shapely.point_on_surface(seen)
            sheet.label(middle.x, middle.y, printable(parcel.label), 6)


def _frame(sheet: RouteSheet, language: str, *, small: bool = False) -> None:
    left, bottom, right, top = sheet.window
    sheet.swatch(sheet.window, Look("", "#3A4450", 0.8))
    sheet.north_arrow(right - 14, top - (44 if small else 48), NORTH.of(language))
    sheet.backed((left + 4, bottom + 4, left + (128 if small else 150), bottom + 33))
    sheet.scale_bar(left + 12, bottom + 20, METRES.of(language))


def _legend_height(entries: int) -> float:
    return 8 + _LEGEND_ROW * -(-entries // _LEGEND_COLUMNS)


def _legend(sheet: RouteSheet, book: TourBook, language: str) -> None:
    """Lines of the routes, then what the marks mean, below the window."""
    places = iter(_places(sheet, len(book.routes) + _MARKS))
    for route, (x, y) in zip(book.routes, places, strict=False):
        sheet.stroke((x, y + 3), (x + 24, y + 3), route_look(route))
        sheet.text(x + 28, y, route_title(route, language), 7.5)
    x, y = next(places)
    sheet.swatch((x + 9, y, x + 15, y + 6), _PLACE)
    sheet.text(x + 28, y, START_END.of(language), 7.5)
    if any(halt.kind == "lunch" for route in book.routes for halt in route.halts):
        x, y = next(places)
        sheet.swatch((x + 9, y, x + 15, y + 6), _LUNCH)
        sheet.text(x + 28, y, LUNCH_PLACE.of(language), 7.5)
    if any(halt.flags for halt in book.visits):
        x, y = next(places)
        sheet.ring(x + 12, y + 3, 4, Look("#FFFFFF", _WARNING, 2.0))
        sheet.text(x + 28, y, BOTTLENECK.of(language), 7.5)


def _swatches(sheet: RouteSheet, entries: Sequence[tuple[str, Look]]) -> None:
    for (x, y), (text, look) in zip(_places(sheet, len(entries)), entries, strict=True):
        sheet.swatch((x, y - 1, x + 22, y + 8), look)
        sheet.text(x + 27, y, text, 7.5)


def _places(sheet: RouteSheet, entries: int) -> list[tuple[float, float]]:
    left, bottom, right, _ = sheet.window
    step = (right - left) / _LEGEND_COLUMNS
    return [
        (left + step * (place % _LEGEND_COLUMNS), bottom - 14 - _LEGEND_ROW * (place // _LEGEND_COLUMNS))
        for place in range(entries)
    ]
