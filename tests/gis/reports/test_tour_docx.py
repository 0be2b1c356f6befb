"""The handbook as a Word file, read again."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from PIL import Image

from gis.reports.tour_book import TourBook
from gis.reports.tour_docx import tour_docx
from tests.gis.reports.tour_samples import BOOK, FIRST, FORMULA, SECRETS, SITE_1


def opened(book: TourBook = BOOK, language: str = "zh") -> Any:
    return docx.Document(BytesIO(tour_docx(book, language)))


@pytest.fixture(scope="module")
def handbook() -> Any:
    return opened()


def everything(document: Any) -> str:
    """All text of all its parts, head and foot among them."""
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    heads = [section.header._element.xml + section.footer._element.xml for section in document.sections]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *tables, *heads])


def pairs(table: Any) -> dict[str, str]:
    found = {}
    for row in table.rows:
        cells = [cell.text for cell in row.cells]
        found |= dict(zip(cells[::2], cells[1::2], strict=False))
    return found


def test_the_headings_are_the_map_the_timetables_and_the_sites(handbook: Any) -> None:
    heads = [p.text for p in handbook.paragraphs if p.style.name == "Heading 1"]
    assert heads == [
        "线路总图",
        *("日程表　A · 2026年12月8日（周二） 1号车", "日程表　B · 2026年12月8日（周二） 2号车"),
        *("A1　示例装备制造园（一期）", f"A2　{FORMULA}", "B1　示例水厂"),
    ]


def test_timetables_lie_and_the_rest_stands(handbook: Any) -> None:
    upright, lying = WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE
    assert [section.orientation for section in handbook.sections] == [upright, lying, lying, upright]


def test_the_timetable_s_head_is_repeated_and_its_rows_are_the_route(handbook: Any) -> None:
    table = handbook.tables[1]
    assert [cell.text for cell in table.rows[0].cells] == [
        *("序号", "项目", "乡镇", "到达", "离开", "车程", "停留", "汇报人", "讲解词", "停车点", "备用点", "用地提示")
    ]
    assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert [cell.text for cell in table.rows[2].cells][:7] == [
        *(
            "A1",
            "示例装备制造园（一期）",
            "城关镇",
            "08:45",
            "09:23",
            "15分 8.8公里（估算）",
            "20分 + 上下车3分（等候15分）",
        )
    ]


def test_a_site_s_page_has_its_figures_and_its_land(handbook: Any) -> None:
    visit, facts, land, blocking = (pairs(table) for table in handbook.tables[3:7])
    assert visit["到达—离开"] == "08:45—09:23（1号车）"
    assert visit["停车点"] == "东门停车场"
    assert facts["总投资"] == "64,000万元"
    assert land["净地比例"] == "50.0%"
    assert blocking["P-0142"] == "已批复"


def test_maps_are_pictures_of_print_quality(handbook: Any) -> None:
    """The overview is 17.2 cm wide: 1354 dots at 200 an inch."""
    with zipfile.ZipFile(BytesIO(tour_docx(BOOK))) as archive:
        sizes = [
            Image.open(BytesIO(archive.read(name))).size
            for name in archive.namelist()
            if name.startswith("word/media/") and name.endswith(".png")
        ]
    assert max(width for width, _ in sizes) in (1354, 1355)
    # The overview, three locators, one picture of land, four codes: three ways and a page.
    assert len(sizes) == 9
    described = [element.get("descr") for element in handbook.element.body.iter("{*}docPr") if element.get("descr")]
    assert "线路总图" in described


def test_links_open_the_way_in_three_services(handbook: Any) -> None:
    addresses = [r.target_ref for r in handbook.part.rels.values() if r.reltype == RELATIONSHIP_TYPE.HYPERLINK]
    for service in ("https://uri.amap.com/", "https://api.map.baidu.com/", "https://apis.map.qq.com/"):
        assert sum(address.startswith(service) for address in addresses) == 3


def test_head_and_foot_mark_it_as_internal_and_number_the_pages(handbook: Any) -> None:
    section = handbook.sections[0]
    assert 'string="内部资料"' in section.header._element.xml
    assert "内部资料 注意保管" in section.header.paragraphs[0].text
    assert 'w:instr="PAGE"' in section.footer._element.xml
    assert all(other.header.is_linked_to_previous for other in list(handbook.sections)[1:])


def test_control_characters_and_markup_stay_text(handbook: Any) -> None:
    text = everything(handbook)
    assert "二、“进展” <script>alert(1)</script>" in text
    assert FORMULA in text
    odd = replace(SITE_1, name="甲\x00\ud800\x1b乙", parking="\x0b")
    assert "甲乙" in everything(opened(replace(BOOK, routes=(replace(FIRST, halts=(odd,), legs=()),))))


def test_the_public_one_has_nothing_internal() -> None:
    data = tour_docx(BOOK.public())
    text = everything(docx.Document(BytesIO(data)))
    assert [secret for secret in (*SECRETS, "讲解词") if secret in text] == []
    with zipfile.ZipFile(BytesIO(data)) as archive:
        raw = b"".join(archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels")))
    assert [secret for secret in SECRETS if secret.encode() in raw] == []


def test_in_english_it_is_in_english() -> None:
    heads = [p.text for p in opened(BOOK, "en").paragraphs if p.style.name == "Heading 1"]
    assert heads[0] == "Map of the routes"
