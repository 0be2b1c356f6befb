"""The tour as a page that works offline: nothing is fetched, no script runs, whatever a text in it says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

from gis.reports.tour_book import TourBook
from gis.reports.tour_html import tour_html
from tests.gis.reports.tour_samples import BOOK, FIRST, SECRETS, SITE_1

_VOID = ("meta", "img", "br", "link", "input")


class Reader(HTMLParser):
    """Notes elements with their attributes, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(book: TourBook = BOOK, language: str = "zh") -> Reader:
    return Reader(tour_html(book, language).decode())


def test_every_element_is_closed_and_every_name_is_its_own() -> None:
    page = read()
    assert page.open == []
    names = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert names.most_common(1)[0][1] == 1


def test_nothing_is_fetched_and_no_script_runs() -> None:
    page = read()
    assert {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "form"} == set()
    assert all((each["src"] or "").startswith("data:image/jpeg;base64,") for each in page.all("img"))
    text = tour_html(BOOK).decode()
    assert re.findall(r"url\((?!#)", text) == []
    assert "default-src 'none'" in text


def test_a_text_stays_a_text() -> None:
    odd = replace(SITE_1, name='"><img src=x onerror=alert(1)>', town="</section><script>1</script>", parking="&amp;")
    page = read(replace(BOOK, routes=(replace(FIRST, halts=(odd,), legs=()),), title="</title><script>1</script>"))
    assert page.all("script") == []
    assert [each for _, each in page.elements if "onerror" in each] == []
    assert "&amp;" in "".join(page.text)


def test_each_stop_has_its_part_and_its_ways() -> None:
    page = read()
    assert [each["id"] for each in page.all("section")] == ["siteA1", "siteA2", "siteB1"]
    links = [each["href"] or "" for each in page.all("a")]
    assert sum(link.startswith("https://uri.amap.com/navigation?to=") for link in links) == 3
    assert {link for link in links if link.startswith("#")} == {"#siteA1", "#siteA2", "#siteB1"}


def test_maps_are_drawn_in_the_page() -> None:
    page = read()
    maps = [each["aria-label"] for each in page.all("svg") if "aria-label" in each]
    assert maps == ["示范县重点项目观摩", "示例装备制造园（一期）", "项目用地范围", "=HYPERLINK(1)<b>&", "示例水厂"]
    said = "".join(page.text)
    for text in ("城关镇", "15分 估算", "1∶"):
        assert text in said


def test_on_a_phone_a_cell_says_what_it_is() -> None:
    heads = [each.get("data-head") for each in read().all("td") if each.get("data-head")]
    assert {"项目", "到达", "离开", "车程", "停留", "汇报人"} <= set(heads)


def test_the_public_one_has_nothing_internal() -> None:
    text = tour_html(BOOK.public()).decode()
    assert [secret for secret in SECRETS if secret in text] == []


def test_drives_that_are_not_estimated_are_not_marked() -> None:
    assert "估算" not in tour_html(replace(BOOK, estimated=False)).decode()


def test_the_page_says_its_language() -> None:
    assert read().all("html") == [{"lang": "zh-CN"}]
    english = read(BOOK, "en")
    assert english.all("html") == [{"lang": "en"}]
    assert "Timetable" in "".join(english.text)
