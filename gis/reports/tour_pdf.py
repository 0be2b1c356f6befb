"""
The handbook of a tour as a PDF on A4: cover, map of the routes, timetable, a page a site.

Texts run on, over pages where they must; nothing is cut off. Every page of the internal version bears its mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from gis.reports.tour_book import Halt, Route, SiteLand, TourBook
from gis.reports.tour_links import NavigationLink, code_rows, with_links
from gis.reports.tour_map import Drawing, TourGround, book_fonts, land_map, locator_map, overview_map
from gis.reports.tour_words import (
    BLOCKING,
    BLOCKING_COLUMNS,
    BOTTLENECK,
    ESTIMATED_LINE,
    FACTS,
    HANDBOOK,
    INTERNAL,
    LAND,
    LAND_PICTURE,
    LOCATOR,
    NAVIGATION,
    NO_REVIEW,
    OTHER_PARCELS,
    OVERVIEW_MAP,
    PAGE_OF,
    PHOTOS,
    REMARKS,
    REVIEW,
    SITE_PAGE,
    SOURCE,
    TALK,
    TIMETABLE,
    book_facts,
    caution,
    printable,
    route_title,
    schedule_facts,
    sheet_columns,
    sheet_rows,
)
from gis.words import Words

MARGIN = 16 * mm
WIDTH, HEIGHT = A4
TEXT_WIDTH = WIDTH - 2 * MARGIN - 12
WIDE = HEIGHT - 2 * MARGIN - 12
_INK, _QUIET, _WARNING = "#1B2430", "#5A6675", "#B00020"
_CODE = 26 * mm
# In the narrowest column a text of this many characters still fits on a page; rows with longer ones may be parted.
LONG_CELL = 200
_SHORT_CELL = 24


def tour_pdf(book: TourBook, language: str = "zh") -> bytes:
    """The handbook."""
    with book_fonts(book) as fonts:
        target = BytesIO()
        document = _document(target, book, fonts.name, language)
        document.build(list(_Writer(book, fonts.name, language).story()))
        return target.getvalue()


def _document(target: BytesIO, book: TourBook, font: str, language: str) -> Any:
    title = printable(book.title)
    document = BaseDocTemplate(target, pagesize=A4, title=title, author=printable(book.unit), pageCompression=1)
    decorate = partial(_decorate, book, font, language)
    for name, size in (("upright", A4), ("wide", landscape(A4))):
        frame = Frame(MARGIN, MARGIN, size[0] - 2 * MARGIN, size[1] - 2 * MARGIN, id=name)
        document.addPageTemplates(PageTemplate(name, [frame], onPage=decorate, pagesize=size))
    return document


def _decorate(book: TourBook, font: str, language: str, canvas: Canvas, document: Any) -> None:
    """The mark across the page, the head and the foot."""
    width, height = canvas._pagesize
    canvas.saveState()
    if not book.is_public:
        canvas.translate(width / 2, height / 2)
        canvas.rotate(40)
        canvas.setFont(font, 72)
        canvas.setFillColor(Color(0.55, 0.1, 0.15, alpha=0.07))
        canvas.drawCentredString(0, -24, INTERNAL.of(language))
    canvas.restoreState()
    canvas.saveState()
    canvas.setFont(font, 8)
    canvas.setFillColor(HexColor(_QUIET))
    canvas.drawString(MARGIN, height - 10 * mm, _fitting(printable(book.title), 60))
    canvas.setFillColor(HexColor(_QUIET if book.is_public else _WARNING))
    canvas.drawRightString(width - MARGIN, height - 10 * mm, caution(book).of(language))
    canvas.setFillColor(HexColor(_QUIET))
    canvas.drawString(MARGIN, 8 * mm, _fitting(printable(f"{book.unit} {book.plan_no}"), 60))
    canvas.drawRightString(width - MARGIN, 8 * mm, PAGE_OF.of(language).format(document.page))
    canvas.restoreState()


def _fitting(text: str, most: int) -> str:
    """A running head: the whole stands on the cover."""
    line = text.replace("\n", " ")
    return line if len(line) <= most else f"{line[: most - 1]}…"


class _Map(Flowable):  # type: ignore[misc]
    """A drawing as a part of the text."""

    def __init__(self, drawing: Drawing, font: str) -> None:
        super().__init__()
        self._drawing, self._font = drawing, font
        self.width, self.height = drawing.width, drawing.height

    def draw(self) -> None:
        """On the page's canvas."""
        self._drawing.on(self.canv, self._font)


class _Code(Flowable):  # type: ignore[misc]
    """A QR code of ``side`` points, its quiet edge among them; who looks at the page on a screen may tap it."""

    def __init__(self, text: str, side: float) -> None:
        super().__init__()
        self._text, self.width, self.height = text, side, side

    def draw(self) -> None:
        """Its dark modules, those of a row that touch in one."""
        rows = code_rows(self._text)
        module = self.width / (len(rows) + 8)
        path = self.canv.beginPath()
        for number, row in enumerate(rows):
            y = self.height - (number + 5) * module
            for begin, length in _runs(row):
                path.rect((begin + 4) * module, y, length * module, module)
        self.canv.setFillColor(HexColor("#000000"))
        self.canv.drawPath(path, stroke=0, fill=1)
        self.canv.linkURL(self._text, (0, 0, self.width, self.height), relative=1)


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row, and how many follow one another."""
    begin: int | None = None
    for place, dark in enumerate([*row, False]):
        if dark and begin is None:
            begin = place
        elif not dark and begin is not None:
            yield begin, place - begin
            begin = None


class _Writer:
    """Makes the flowables of a handbook."""

    def __init__(self, book: TourBook, font: str, language: str) -> None:
        self._book, self._font, self._language = book, font, language
        self._ground = TourGround(book)
        wrap = {"wordWrap": "CJK"} if language == "zh" else {"splitLongWords": 1}
        self._style = ParagraphStyle("text", fontName=font, fontSize=10, leading=15, textColor=HexColor(_INK), **wrap)

    def _say(self, words: Words | str, size: float = 10, colour: str = _INK, **more: Any) -> Paragraph:
        text = words.of(self._language) if isinstance(words, Words) else words
        style = ParagraphStyle(
            "said", self._style, fontSize=size, leading=size * 1.45, textColor=HexColor(colour), **more
        )
        return Paragraph(escape(printable(text)).replace("\n", "<br/>"), style)

    def _heading(self, words: Words | str, size: float = 12) -> Paragraph:
        return self._say(words, size, "#0B3D66", spaceBefore=8, spaceAfter=4, keepWithNext=1)

    def story(self) -> Iterator[Any]:
        """The whole handbook."""
        yield from self._cover()
        yield PageBreak()
        yield from self._overview()
        yield NextPageTemplate("wide")
        for route in self._book.routes:
            yield PageBreak()
            yield from self._timetable(route)
        yield NextPageTemplate("upright")
        for route in self._book.routes:
            for halt, links in with_links(route):
                if halt.kind == "visit":
                    yield PageBreak()
                    yield from self._site(route, halt, links)

    def _cover(self) -> Iterator[Any]:
        yield Spacer(1, 60 * mm)
        yield self._say(self._book.title, 28, "#0B3D66", alignment=TA_CENTER, spaceAfter=10 * mm)
        yield self._say(HANDBOOK, 20, alignment=TA_CENTER, spaceAfter=24 * mm)
        yield self._facts(list(book_facts(self._book)), size=11)
        yield Spacer(1, 20 * mm)
        yield self._say(self._book.unit, 14, alignment=TA_CENTER, spaceAfter=6 * mm)
        colour = _QUIET if self._book.is_public else _WARNING
        yield self._say(caution(self._book), 12, colour, alignment=TA_CENTER)

    def _facts(self, facts: Sequence[tuple[Words, Words]], size: float = 9.5) -> Table:
        rows = [[self._say(head, size, _QUIET), self._say(text, size)] for head, text in facts]
        split = int(any(len(text.of(self._language)) > LONG_CELL for _, text in facts))
        return Table(rows, colWidths=[TEXT_WIDTH * 0.2, TEXT_WIDTH * 0.8], style=_LINES, splitInRow=split)

    def _paired(self, facts: Sequence[tuple[Words, Words]]) -> Iterator[Table]:
        """Short facts two a line; below them the long ones, each on lines of its own."""
        short = [fact for fact in facts if len(fact[1].of(self._language)) <= _SHORT_CELL]
        cells = [[self._say(head, 9, _QUIET), self._say(text, 9)] for head, text in short]
        pairs = [
            [*cells[place], *(cells[place + 1] if place + 1 < len(cells) else ("", ""))]
            for place in range(0, len(cells), 2)
        ]
        if pairs:
            yield Table(pairs, colWidths=[TEXT_WIDTH * share for share in (0.13, 0.37, 0.13, 0.37)], style=_LINES)
        if long := [fact for fact in facts if fact not in short]:
            yield self._facts(long, 9)

    def _overview(self) -> Iterator[Any]:
        book, language = self._book, self._language
        yield self._heading(OVERVIEW_MAP, 15)
        yield _Map(overview_map(self._ground, TEXT_WIDTH, 205 * mm, language), self._font)
        number = f"{REVIEW.of(language)}：{book.review_no}" if book.review_no else NO_REVIEW.of(language)
        yield self._say(f"{SOURCE.of(language)}　{number}", 8, _QUIET)
        if book.estimated:
            yield self._say(ESTIMATED_LINE, 8, _WARNING)
        if book.remarks:
            yield self._heading(REMARKS)
            for words in book.remarks:
                yield self._say(words, 9, _WARNING)

    def _timetable(self, route: Route) -> Iterator[Any]:
        language = self._language
        yield self._heading(f"{TIMETABLE.of(language)}　{route_title(route, language)}", 14)
        columns = sheet_columns(self._book)
        rows = [[self._say(words, 8.5, "#FFFFFF") for words, _ in columns.values()]]
        said = list(sheet_rows(self._book, route, language))
        rows += [[self._say(text, 8.5) for text in row.values()] for row in said]
        widths = [WIDE * share / sum(share for _, share in columns.values()) for _, share in columns.values()]
        split = any(len(text) > LONG_CELL for row in said for text in row.values())
        yield Table(rows, colWidths=widths, style=_HEADED, repeatRows=1, splitInRow=int(split))
        if self._book.estimated:
            yield self._say(ESTIMATED_LINE, 8, _WARNING)

    def _site(self, route: Route, halt: Halt, links: Sequence[NavigationLink]) -> Iterator[Any]:
        book, language = self._book, self._language
        yield self._say(f"{halt.number}　{halt.name}", 17, "#0B3D66", spaceAfter=2)
        yield self._say(halt.town, 10, _QUIET, spaceAfter=4)
        if halt.flags:
            flags = "、".join(words.of(language) for words in halt.flags)
            yield self._say(f"▲ {BOTTLENECK.of(language)}：{flags}", 11, _WARNING, spaceAfter=4)
        yield from self._paired(list(schedule_facts(book, route, halt)))
        yield self._heading(LOCATOR)
        yield self._place(route, halt, links)
        if halt.page.facts:
            yield self._heading(FACTS)
            yield from self._paired([(fact.head, fact.text) for fact in halt.page.facts])
        if halt.page.land is not None:
            yield from self._land(halt.page.land)
        if halt.talk:
            yield self._heading(TALK)
            yield from (self._say(line, 10.5, spaceAfter=3) for line in printable(halt.talk).split("\n"))
        if halt.page.photos:
            yield self._heading(PHOTOS)
            yield from self._photos(halt.page.photos)

    def _place(self, route: Route, halt: Halt, links: Sequence[NavigationLink]) -> Table:
        """The locator map, and beside it the codes of the way to it and of its page."""
        drawing = locator_map(self._ground, route, halt, (TEXT_WIDTH - 38 * mm, 66 * mm), self._language)
        words = [f"<link href={quoteattr(link.address)}>{link.service.of(self._language)}</link>" for link in links]
        codes: list[Any] = [_Code(links[0].address, _CODE), self._say(NAVIGATION, 8)]
        codes.append(Paragraph(" · ".join(words), ParagraphStyle("links", self._style, fontSize=7, leading=10)))
        if halt.page.address:
            codes += [_Code(halt.page.address, _CODE), self._say(SITE_PAGE, 8)]
        return Table([[_Map(drawing, self._font), codes]], colWidths=[TEXT_WIDTH - 36 * mm, 36 * mm], style=_SIDE)

    def _land(self, land: SiteLand) -> Iterator[Any]:
        language = self._language
        yield self._heading(LAND)
        yield from self._paired([(fact.head, fact.text) for fact in land.facts])
        if land.parcels:
            more = OTHER_PARCELS.of(language).format(land.all_parcels)
            said = f"{BLOCKING.of(language)}（{more}）" if land.all_parcels > len(land.parcels) else BLOCKING
            yield self._say(said, 9.5, _QUIET, spaceBefore=4, spaceAfter=2, keepWithNext=1)
            rows = [[self._say(words, 8.5, "#FFFFFF") for words in BLOCKING_COLUMNS]]
            for each in land.parcels:
                cells = (each.parcel_no, each.stage, each.area_mu, each.expected_on, each.reason)
                rows.append([self._say(cell, 8.5) for cell in cells])
            widths = [TEXT_WIDTH * share for share in (0.2, 0.15, 0.12, 0.15, 0.38)]
            yield Table(rows, colWidths=widths, style=_HEADED, repeatRows=1, splitInRow=1)
        if land.picture is not None:
            yield self._heading(LAND_PICTURE, 10)
            yield _Map(land_map(land.picture, TEXT_WIDTH, 92 * mm, language), self._font)

    def _photos(self, photos: Sequence[bytes]) -> Iterator[Any]:
        wide = (TEXT_WIDTH - 6 * mm) / 2
        images = [Image(BytesIO(photo), wide, 60 * mm, kind="proportional") for photo in photos]
        for place in range(0, len(images), 2):
            pair: list[Any] = [*images[place : place + 2], ""][:2]
            yield Table([pair], colWidths=[TEXT_WIDTH / 2] * 2, style=_SIDE)


_LINES = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#D0D5DB")),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]
_HEADED = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("GRID", (0, 0), (-1, -1), 0.4, HexColor("#C3CAD2")),
    ("BACKGROUND", (0, 0), (-1, 0), HexColor("#1F3A5F")),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]
_SIDE = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
]
