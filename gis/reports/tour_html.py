"""
A tour as one page that works offline: timetable, map, a part a site, ways for the phone. No script, nothing fetched.

For a desk and for a phone; printed, each site begins a page.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from gis.reports.tour_book import Halt, Route, SiteLand, TourBook
from gis.reports.tour_links import NavigationLink, code_svg, with_links
from gis.reports.tour_map import TourGround, land_map, locator_map, overview_map, svg_of
from gis.reports.tour_words import (
    BLOCKING,
    BLOCKING_COLUMNS,
    BOTTLENECK,
    ESTIMATED_LINE,
    FACTS,
    INTERNAL,
    LAND,
    LAND_PICTURE,
    LOCATOR,
    NAVIGATION,
    NO_REVIEW,
    OTHER_PARCELS,
    OVERVIEW_MAP,
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
    timetable,
)
from gis.words import Words

# Nothing is fetched and no script runs, whatever a text in it may say.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:16px;color:#1b2430;background:#fff;
font:15px/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif;overflow-wrap:anywhere}
h1{font-size:26px;margin:8px 0;color:#0b3d66}h2{font-size:20px;margin:28px 0 8px;color:#0b3d66}
h3{font-size:15px;margin:16px 0 4px;color:#0b3d66}
.caution{color:#b00020;font-weight:600}.quiet{color:#5a6675;font-size:13px}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:2px 20px;margin:6px 0}
dl div{display:flex;gap:10px;border-bottom:1px solid #e2e6ea;padding:3px 0}dl div.long{grid-column:1/-1}
dt{color:#5a6675;flex:0 0 6.6em;overflow-wrap:break-word}dd{margin:0}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}
th,td{border:1px solid #c3cad2;padding:4px 6px;text-align:left;vertical-align:top;white-space:pre-line}
td.short,th.short{white-space:nowrap}
th{background:#1f3a5f;color:#fff;font-weight:600;white-space:nowrap}
svg{width:100%;height:auto;display:block}.map{max-width:820px;overflow-x:auto}
td a{color:#0b5fa5}.map text{font-family:inherit}
.locator{display:grid;grid-template-columns:1fr 132px;gap:14px;align-items:start}
.codes{font-size:12px;text-align:center}.codes svg{max-width:130px;margin:0 auto}
.ways a{display:inline-block;padding:8px 14px;margin:6px 8px 0 0;border:1px solid #0b5fa5;border-radius:6px;
color:#0b5fa5;text-decoration:none;font-weight:600}
.speech{white-space:pre-line;background:#f4f6f8;padding:10px 14px;border-radius:6px}
.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:10px}.photos img{width:100%}
.site{border-top:2px solid #0b3d66;margin-top:32px}
.flag{color:#b00020;font-weight:600}
nav ol{columns:2 260px;padding:0;list-style:none}nav li{display:flex;gap:8px}nav b{min-width:2em}nav a{color:#0b5fa5}
.mark{position:fixed;inset:0;display:grid;place-items:center;pointer-events:none;z-index:-1;
font-size:14vw;color:#f8ecee;transform:rotate(-30deg);white-space:nowrap}
@media(max-width:640px){body{padding:10px;font-size:16px}.locator{grid-template-columns:1fr}
.map svg{min-width:620px}.codes{display:none}h1{font-size:22px}.timetable thead{display:none}
.timetable tr{display:block;border:1px solid #c3cad2;border-radius:6px;margin:8px 0;padding:6px 10px}
.timetable td{display:flex;gap:10px;border:0;padding:1px 0;white-space:pre-line}
.timetable td::before{content:attr(data-head);color:#5a6675;flex:0 0 5em}.timetable td:empty{display:none}
.timetable td.name{font-weight:600;font-size:16px}}
@media print{.site{break-before:page}.ways{display:none}}
"""


def tour_html(book: TourBook, language: str = "zh") -> bytes:
    """The page, UTF-8."""
    return "".join(_Writer(book, language).page()).encode()


class _Writer:
    """Writes one page."""

    def __init__(self, book: TourBook, language: str) -> None:
        self._book, self._language = book, language
        self._ground = TourGround(book)

    def _of(self, words: Words | str) -> str:
        return escape(printable(words.of(self._language) if isinstance(words, Words) else words))

    def page(self) -> Iterator[str]:
        """The whole page."""
        book, title = self._book, self._of(self._book.title)
        lang = "zh-CN" if self._language == "zh" else "en"
        yield f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        yield f"<style>{_STYLE}</style></head><body>"
        if not book.is_public:
            yield f'<div class="mark" aria-hidden="true">{self._of(INTERNAL)}</div>'
        kind = "quiet" if book.is_public else "caution"
        yield f'<header><h1>{title}</h1><p class="{kind}">{self._of(caution(book))}</p>'
        yield f"<p>{self._of(book.unit)}</p>{self._facts(book_facts(book))}</header><main>"
        yield from self._remarks()
        yield from self._overview()
        for route in book.routes:
            yield from self._timetable(route)
        for route in book.routes:
            for halt, links in with_links(route):
                if halt.kind == "visit":
                    yield from self._site(route, halt, links)
        yield "</main></body></html>"

    def _facts(self, facts: Iterable[tuple[Words, Words]]) -> str:
        said = [(self._of(head), self._of(text)) for head, text in facts]
        long = {True: ' class="long"', False: ""}
        return f"<dl>{''.join(f'<div{long[len(t) > 30]}><dt>{h}</dt><dd>{t}</dd></div>' for h, t in said)}</dl>"

    def _remarks(self) -> Iterator[str]:
        if self._book.remarks:
            lines = "".join(f"<li>{self._of(words)}</li>" for words in self._book.remarks)
            yield f'<h2>{self._of(REMARKS)}</h2><ul class="flag">{lines}</ul>'

    def _overview(self) -> Iterator[str]:
        book, language = self._book, self._language
        yield f"<h2>{self._of(OVERVIEW_MAP)}</h2>"
        yield f'<div class="map">{svg_of(overview_map(self._ground, 720, 760, language), "map")}</div>'
        number = f"{REVIEW.of(language)}：{book.review_no}" if book.review_no else NO_REVIEW.of(language)
        yield f'<p class="quiet">{self._of(SOURCE)}　{self._of(number)}</p>'
        visits = ((halt.number, self._of(halt.name)) for halt in book.visits)
        stops = "".join(f'<li><b>{number}</b><a href="#site{number}">{name}</a></li>' for number, name in visits)
        yield f"<nav><ol>{stops}</ol></nav>"

    def _timetable(self, route: Route) -> Iterator[str]:
        yield f"<h2>{self._of(TIMETABLE)}　{self._of(route_title(route, self._language))}</h2>"
        if self._book.estimated:
            yield f'<p class="caution">{self._of(ESTIMATED_LINE)}</p>'
        heads = {name: self._of(words) for name, (words, _) in sheet_columns(self._book).items()}
        line = "".join(f'<th class="{_kind(name)}">{head}</th>' for name, head in heads.items())
        yield f'<div class="wide"><table class="timetable"><thead><tr>{line}</tr></thead><tbody>'
        for row, cells in zip(timetable(route), sheet_rows(self._book, route, self._language), strict=True):
            said = [self._cell(name, heads[name], text, row.number) for name, text in cells.items()]
            yield f"<tr>{''.join(said)}</tr>"
        yield "</tbody></table></div>"

    def _cell(self, name: str, head: str, text: str, number: str) -> str:
        said = self._of(text)
        if name == "name" and number:
            said = f'<a href="#site{number}">{said}</a>'
        return f'<td class="{_kind(name)}" data-head="{head}">{said}</td>'

    def _site(self, route: Route, halt: Halt, links: Sequence[NavigationLink]) -> Iterator[str]:
        yield f'<section class="site" id="site{halt.number}"><h2>{halt.number}　{self._of(halt.name)}</h2>'
        yield f'<p class="quiet">{self._of(halt.town)}</p>'
        if halt.flags:
            flags = "、".join(words.of(self._language) for words in halt.flags)
            yield f'<p class="flag">▲ {self._of(BOTTLENECK)}：{self._of(flags)}</p>'
        yield self._facts(schedule_facts(self._book, route, halt))
        yield f'<p class="ways">{self._of(NAVIGATION)}：{"".join(self._way(link) for link in links)}</p>'
        yield from self._place(route, halt, links)
        if halt.page.facts:
            yield f"<h3>{self._of(FACTS)}</h3>{self._facts((fact.head, fact.text) for fact in halt.page.facts)}"
        if halt.page.land is not None:
            yield from self._land(halt.page.land, halt.number)
        if halt.talk:
            yield f'<h3>{self._of(TALK)}</h3><div class="speech">{self._of(halt.talk)}</div>'
        if halt.page.photos:
            images = "".join(f'<img alt="{self._of(halt.name)}" src="{_data(photo)}">' for photo in halt.page.photos)
            yield f'<h3>{self._of(PHOTOS)}</h3><div class="photos">{images}</div>'
        yield "</section>"

    def _way(self, link: NavigationLink) -> str:
        return f'<a href="{escape(link.address)}" target="_blank" rel="noopener">{self._of(link.service)}</a>'

    def _place(self, route: Route, halt: Halt, links: Sequence[NavigationLink]) -> Iterator[str]:
        drawing = locator_map(self._ground, route, halt, (640, 300), self._language)
        yield f'<h3>{self._of(LOCATOR)}</h3><div class="locator">{svg_of(drawing, f"place{halt.number}")}'
        codes = [(NAVIGATION, links[0].address)]
        if halt.page.address:
            codes.append((SITE_PAGE, halt.page.address))
        drawn = "".join(
            f"<div>{code_svg(address, words.of(self._language))}{self._of(words)}</div>" for words, address in codes
        )
        yield f'<div class="codes">{drawn}</div></div>'

    def _land(self, land: SiteLand, number: str) -> Iterator[str]:
        yield f"<h3>{self._of(LAND)}</h3>{self._facts((fact.head, fact.text) for fact in land.facts)}"
        if land.parcels:
            more = f"（{OTHER_PARCELS.of(self._language).format(land.all_parcels)}）"
            said = BLOCKING.of(self._language) + more * (land.all_parcels > len(land.parcels))
            yield f'<p class="quiet">{self._of(said)}</p>'
            heads = "".join(f"<th>{self._of(words)}</th>" for words in BLOCKING_COLUMNS)
            yield f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>'
            for each in land.parcels:
                cells = (each.parcel_no, each.stage, each.area_mu, each.expected_on, each.reason)
                yield f"<tr>{''.join(f'<td>{self._of(cell)}</td>' for cell in cells)}</tr>"
            yield "</tbody></table></div>"
        if land.picture is not None:
            drawing = land_map(land.picture, 640, 380, self._language)
            yield f'<h3>{self._of(LAND_PICTURE)}</h3><div class="map">{svg_of(drawing, f"land{number}")}</div>'


def _kind(name: str) -> str:
    return f"{name} short" if name in ("number", "arrive", "leave") else name


def _data(photo: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}"
