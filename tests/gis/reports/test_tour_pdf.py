"""The handbook as PDF, read again by another library than the one that wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest

from gis.reports.tour_book import Halt, Route, TourBook
from gis.reports.tour_pdf import tour_pdf
from tests.gis.reports.tour_samples import BOOK, FIRST, SECRETS, SITE_1, SITE_3


def pages(data: bytes) -> list[str]:
    """The text of each page, line ends left out: a text that is broken over lines is still that text."""
    document = pypdfium2.PdfDocument(data)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return ["".join(text.split()) for text in texts]


@pytest.fixture(scope="module")
def handbook() -> list[str]:
    return pages(tour_pdf(BOOK))


def test_cover_map_timetables_and_a_page_a_site_come_in_this_order(handbook: list[str]) -> None:
    heads = ("观摩手册", "线路总图", "日程表A·2026年12月8日（周二）1号车", "日程表B·2026年12月8日（周二）2号车")
    assert [head in page for head, page in zip(heads, handbook, strict=False)] == [True] * 4
    sites = [page for page in handbook if "位置图" in page]
    assert [name in page for name, page in zip(("示例装备制造园", "HYPERLINK", "示例水厂"), sites, strict=True)] == [
        True
    ] * 3


def test_pages_are_a4_and_the_timetables_lie(handbook: list[str]) -> None:
    document = pypdfium2.PdfDocument(tour_pdf(BOOK))
    sizes = [tuple(round(side) for side in page.get_size()) for page in document]
    document.close()
    assert sizes[:5] == [(595, 842), (595, 842), (842, 595), (842, 595), (595, 842)]
    assert len(sizes) == len(handbook)


def test_every_page_bears_its_number_and_who_may_have_it(handbook: list[str]) -> None:
    for number, page in enumerate(handbook, 1):
        assert f"第{number}页" in page
        assert "内部资料注意保管" in page


def test_a_site_s_page_says_what_one_asks_there(handbook: list[str]) -> None:
    first = next(number for number, page in enumerate(handbook) if "位置图" in page)
    page = "".join(handbook[first : first + 2])
    said = (
        "08:45—09:23（1号车）",
        "15分8.8公里（估算）",
        "20分+上下车3分（等候15分）",
        "王建国",
        "东门停车场",
        "64,000万元",
    )
    land = ("用地有瓶颈：受阻地块", "净地比例", "50.0%", "P-0142", "等3块地", "用地图（按征收阶段着色）", "7净地")
    assert [text for text in (*said, *land, "二、“进展”<script>alert(1)</script>") if text not in page] == []


def test_the_map_has_stops_drives_towns_and_scale(handbook: list[str]) -> None:
    for text in ("城关镇", "北关镇", "县政府", "机关食堂", "15分估算", "用地有瓶颈", "1∶"):
        assert text in handbook[1]


def test_drives_that_are_not_estimated_are_not_marked() -> None:
    assert "估算" not in "".join(pages(tour_pdf(replace(BOOK, estimated=False))))


def test_what_the_plan_breaks_is_said(handbook: list[str]) -> None:
    assert "城关镇停留超出5分钟" in handbook[1]


def test_the_public_one_has_nothing_internal() -> None:
    text = "".join(pages(tour_pdf(BOOK.public())))
    assert [secret for secret in (*SECRETS, "用地有瓶颈") if secret in text] == []
    assert "公开版" in text
    assert "64,000万元" in text


def test_links_open_the_way_and_the_page() -> None:
    data = tour_pdf(BOOK)
    document = pypdfium2.PdfDocument(data)
    found = [link for page in document for link in links_of(page)]
    document.close()
    assert sum(address.startswith("https://uri.amap.com/navigation?to=") for address in found) == 6
    assert "http://10.1.2.3:8765/?sel=project:P1" in found


def links_of(page: pypdfium2.PdfPage) -> list[str]:
    """The addresses of a page's links."""
    import ctypes

    raw = pypdfium2.raw
    start, link, found = ctypes.c_int(0), raw.FPDF_LINK(), []
    while raw.FPDFLink_Enumerate(page, start, link):
        action = raw.FPDFLink_GetAction(link)
        size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFAction_GetURIPath(page.pdf, action, buffer, size)
        found.append(buffer.value.decode())
    return found


def long_route(stops: int) -> Route:
    first = SITE_3.arrive
    halts = []
    for number in range(1, stops + 1):
        begin = first + timedelta(minutes=number)
        halts.append(replace(SITE_3, number=number, code=f"P{number}", arrive=begin, begin=begin, leave=begin))
    return replace(FIRST, halts=tuple(halts), legs=(), back=halts[-1].leave)


def test_a_text_of_pages_runs_on_and_is_not_cut_off() -> None:
    long = "".join(f"第{number}句讲解内容很长。" for number in range(400))
    odd = replace(SITE_1, talk=long, reporter="长" * 300, name="名" * 250)
    text = "".join(pages(tour_pdf(replace(BOOK, routes=(replace(FIRST, halts=(odd,), legs=()),)))))
    assert text.count("第399句讲解内容很长。") == 2  # in the timetable and on the site's page
    assert text.count("长" * 30) >= 1


def test_four_hundred_stops_are_taken_and_one_more_is_not() -> None:
    from gis.errors import InvalidValue

    assert len(replace(BOOK, routes=(long_route(400),)).visits) == 400
    with pytest.raises(InvalidValue) as refused:
        replace(BOOK, routes=(long_route(401),))
    assert (refused.value.found, refused.value.expected) == ("401", "≤ 400")


def test_in_english_it_is_in_english() -> None:
    text = "".join(pages(tour_pdf(BOOK, "en")))
    for said in ("Handbookofthetour", "Timetable", "Drive", "estimated", "Keyfigures", "Internal:keepsafe"):
        assert said in text


def test_a_plan_without_routes_is_a_book_without_pages_of_sites() -> None:
    empty = TourBook("观摩", "示范县", "T1-1", "初稿", (), BOOK.crs, BOOK.data_on)
    assert len(pages(tour_pdf(empty))) == 2


def test_a_book_s_halts_are_numbered_as_they_are_told() -> None:
    assert [halt.number for halt in BOOK.visits] == ["A1", "A2", "B1"]
    assert isinstance(BOOK.visits[0], Halt)
