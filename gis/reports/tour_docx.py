"""The handbook of a tour as a Word file, to be worked on: cover, map of the routes, timetable, a page a site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Cm, Pt, RGBColor
from reportlab.lib.units import cm

from gis.reports.docx_parts import add_link, add_mark, add_page_number, add_table, lay_out, new_document
from gis.reports.tour_book import Halt, Route, SiteLand, TourBook
from gis.reports.tour_links import NavigationLink, code_png, with_links
from gis.reports.tour_map import Drawing, TourGround, book_fonts, land_map, locator_map, overview_map, png_of
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

_WIDTH_CM, _WIDE_CM = 17.2, 25.9
_WARNING = RGBColor(0xB0, 0x00, 0x20)
_QUIET = RGBColor(0x5A, 0x66, 0x75)
_SHORT = 24


def tour_docx(book: TourBook, language: str = "zh") -> bytes:
    """The handbook."""
    with book_fonts(book) as fonts:
        target = BytesIO()
        _Writer(book, fonts.name, language).document().save(target)
        return target.getvalue()


class _Writer:
    """Writes one handbook."""

    def __init__(self, book: TourBook, font: str, language: str) -> None:
        self._book, self._font, self._language = book, font, language
        self._ground = TourGround(book)
        self._document = new_document(book.title, book.unit)

    def document(self) -> Any:
        """The whole handbook."""
        self._head_and_foot()
        self._cover()
        self._overview()
        for route in self._book.routes:
            self._timetable(route)
        if self._book.visits:
            lay_out(self._document.add_section(WD_SECTION.NEW_PAGE), wide=False)
        for route in self._book.routes:
            for halt, links in with_links(route):
                if halt.kind == "visit":
                    self._site(route, halt, links)
        return self._document

    # --- parts of a page ----------------------------------------------------------------------------

    def _of(self, words: Words | str) -> str:
        return printable(words.of(self._language) if isinstance(words, Words) else words)

    def _say(self, words: Words | str, size: float = 10.5, colour: RGBColor | None = None, **how: Any) -> Any:
        paragraph = self._document.add_paragraph()
        run = paragraph.add_run(self._of(words))
        run.font.size, run.font.bold = Pt(size), how.get("bold", False)
        if colour is not None:
            run.font.color.rgb = colour
        if how.get("centred"):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = Pt(how.get("before", 0))
        return paragraph

    def _heading(self, words: Words | str, level: int = 2) -> Any:
        paragraph = self._document.add_heading(self._of(words), level)
        paragraph.paragraph_format.space_before = Pt(8)
        return paragraph

    def _map(self, drawing: Drawing, words: Words | str) -> None:
        """The picture with what it shows said for who cannot see it."""
        picture = self._document.add_picture(BytesIO(png_of(drawing, self._font)), width=Cm(drawing.width / cm))
        picture._inline.docPr.set("descr", self._of(words))

    def _facts(self, facts: Sequence[tuple[Words, Words]], widths: Sequence[float] = (3.4, 13.8)) -> None:
        add_table(self._document, [(self._of(head), self._of(text)) for head, text in facts], widths)

    def _paired(self, facts: Sequence[tuple[Words, Words]]) -> None:
        """Short facts two a line, then the long ones, in one table."""
        said = [(self._of(head), self._of(text)) for head, text in facts]
        short = [fact for fact in said if len(fact[1]) <= _SHORT]
        rows = [
            (*short[place], *(short[place + 1] if place + 1 < len(short) else ("", "")))
            for place in range(0, len(short), 2)
        ]
        long = [fact for fact in said if fact not in short]
        table = add_table(self._document, [*rows, *((*fact, "", "") for fact in long)], (2.5, 6.1, 2.5, 6.1))
        for row in table.rows[len(rows) :]:
            kept = row.cells[1].text
            merged = row.cells[1].merge(row.cells[3])
            for extra in merged.paragraphs[1:]:
                extra._p.getparent().remove(extra._p)
            if merged.text != kept:  # pragma: no cover (merging keeps the first cell's text)
                merged.text = kept

    # --- the pages ----------------------------------------------------------------------------------

    def _head_and_foot(self) -> None:
        section = self._document.sections[0]
        head = section.header.paragraphs[0]
        head.add_run(self._of(self._book.title).replace("\n", " ")[:40]).font.size = Pt(8)
        run = head.add_run("　　" + caution(self._book).of(self._language))
        run.font.size = Pt(8)
        if not self._book.is_public:
            run.font.color.rgb = _WARNING
            add_mark(section, INTERNAL.of(self._language))
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        foot.add_run(f"{self._of(self._book.unit)[:40]}　{self._book.plan_no}　")
        add_page_number(foot, PAGE_OF.of(self._language))

    def _cover(self) -> None:
        self._say(self._book.title, 26, RGBColor(0x0B, 0x3D, 0x66), centred=True, bold=True, before=150)
        self._say(HANDBOOK, 18, centred=True, before=12)
        self._say("", before=60)
        self._facts(list(book_facts(self._book)))
        self._say(self._book.unit, 14, centred=True, before=60)
        colour = None if self._book.is_public else _WARNING
        self._say(caution(self._book), 12, colour, centred=True).add_run().add_break(WD_BREAK.PAGE)

    def _overview(self) -> None:
        book, language = self._book, self._language
        self._heading(OVERVIEW_MAP, 1)
        self._map(overview_map(self._ground, _WIDTH_CM * cm, 20.5 * cm, language), OVERVIEW_MAP)
        number = f"{REVIEW.of(language)}：{book.review_no}" if book.review_no else NO_REVIEW.of(language)
        self._say(f"{SOURCE.of(language)}　{number}", 8, _QUIET)
        if book.estimated:
            self._say(ESTIMATED_LINE, 8, _WARNING)
        if book.remarks:
            self._heading(REMARKS)
            for words in book.remarks:
                self._say(words, 9.5, _WARNING)

    def _timetable(self, route: Route) -> None:
        lay_out(self._document.add_section(WD_SECTION.NEW_PAGE), wide=True)
        self._heading(f"{TIMETABLE.of(self._language)}　{route_title(route, self._language)}", 1)
        columns = sheet_columns(self._book)
        whole = sum(share for _, share in columns.values())
        rows = [[words.of(self._language) for words, _ in columns.values()]]
        rows += [list(row.values()) for row in sheet_rows(self._book, route, self._language)]
        widths = [_WIDE_CM * share / whole for _, share in columns.values()]
        add_table(self._document, rows, widths, head=True, size=9)
        if self._book.estimated:
            self._say(ESTIMATED_LINE, 8, _WARNING)

    def _site(self, route: Route, halt: Halt, links: Sequence[NavigationLink]) -> None:
        heading = self._heading(f"{halt.number}　{halt.name}", 1)
        heading.paragraph_format.page_break_before = halt is not self._book.visits[0]
        self._say(halt.town, 10, _QUIET)
        if halt.flags:
            flags = "、".join(words.of(self._language) for words in halt.flags)
            self._say(f"▲ {BOTTLENECK.of(self._language)}：{flags}", 11, _WARNING, bold=True)
        self._paired(list(schedule_facts(self._book, route, halt)))
        self._place(route, halt, links)
        if halt.page.facts:
            self._heading(FACTS)
            self._paired([(fact.head, fact.text) for fact in halt.page.facts])
        if halt.page.land is not None:
            self._land(halt.page.land)
        if halt.talk:
            self._heading(TALK)
            for line in printable(halt.talk).split("\n"):
                self._say(line, 11)
        if halt.page.photos:
            self._heading(PHOTOS)
            paragraph = self._document.add_paragraph()
            for photo in halt.page.photos:
                paragraph.add_run().add_picture(BytesIO(photo), width=Cm(8.4))

    def _place(self, route: Route, halt: Halt, links: Sequence[NavigationLink]) -> None:
        """The locator map, below it the codes and links of the way to it and of its page."""
        self._heading(LOCATOR)
        drawing = locator_map(self._ground, route, halt, (_WIDTH_CM * cm, 6.4 * cm), self._language)
        self._map(drawing, halt.name)
        paragraph = self._document.add_paragraph()
        for words, address in self._codes(halt, links):
            paragraph.add_run().add_picture(BytesIO(code_png(address)), width=Cm(2.6))
            paragraph.add_run(f" {words}　　").font.size = Pt(8)
        paragraph.add_run(f"{NAVIGATION.of(self._language)}：").font.size = Pt(9)
        for link in links:
            add_link(paragraph, link.address, link.service.of(self._language))
            paragraph.add_run("　")

    def _codes(self, halt: Halt, links: Sequence[NavigationLink]) -> Iterator[tuple[str, str]]:
        yield NAVIGATION.of(self._language), links[0].address
        if halt.page.address:
            yield SITE_PAGE.of(self._language), halt.page.address

    def _land(self, land: SiteLand) -> None:
        self._heading(LAND)
        self._paired([(fact.head, fact.text) for fact in land.facts])
        if land.parcels:
            more = OTHER_PARCELS.of(self._language).format(land.all_parcels)
            said = f"{BLOCKING.of(self._language)}（{more}）" if land.all_parcels > len(land.parcels) else BLOCKING
            self._say(said, 9.5, _QUIET, before=4)
            rows = [[self._of(words) for words in BLOCKING_COLUMNS]]
            for each in land.parcels:
                cells = (each.parcel_no, each.stage, each.area_mu, each.expected_on, each.reason)
                rows.append([self._of(cell) for cell in cells])
            add_table(self._document, rows, (3.4, 2.6, 2.1, 2.5, 6.6), head=True, size=8.5)
        if land.picture is not None:
            self._say(LAND_PICTURE, 9.5, _QUIET, before=4)
            self._map(land_map(land.picture, _WIDTH_CM * cm, 8.6 * cm, self._language), LAND_PICTURE)
