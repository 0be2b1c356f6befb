"""What python-docx does not say itself: Chinese fonts, page numbers, links, a mark across each page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

FONT = "宋体"
LATIN_FONT = "Times New Roman"
LONG_CELL = 300
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_A4_CM = (21.0, 29.7)
# A line of art text, as word processors draw a mark (ECMA-376 part 4, shape type 136).
_MARK = """
<w:r {names} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
     xmlns:w10="urn:schemas-microsoft-com:office:word"><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/></v:formulas>
<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="mark{number}" o:spid="_x0000_s{number}" type="#_x0000_t136" fillcolor="#ead0d4" stroked="f"
 style="{style}">
<v:fill opacity=".45"/><v:textpath style="font-family:&quot;{font}&quot;;font-size:1pt" string={text}/>
</v:shape></w:pict></w:r>"""
_MARK_STYLE = (
    "position:absolute;margin-left:0;margin-top:0;width:380pt;height:95pt;rotation:320;z-index:-251658752;"
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
    "mso-position-vertical:center;mso-position-vertical-relative:margin"
)


def new_document(title: str, author: str, size_pt: float = 10.5) -> Any:
    """An empty A4 document whose texts are set in a Song font."""
    document = Document()
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Header", "Footer"):
        style = document.styles[name]
        style.font.name = LATIN_FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = Pt(size_pt)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    for name, size in (("Heading 1", 16), ("Heading 2", 12)):
        document.styles[name].font.size = Pt(size)
        document.styles[name].font.color.rgb = RGBColor(0x0B, 0x3D, 0x66)
    document.core_properties.title = printable(title)[:250]
    document.core_properties.author = printable(author)[:250]
    document.core_properties.comments = ""
    lay_out(document.sections[0], wide=False)
    return document


def lay_out(section: Any, *, wide: bool) -> None:
    """A4, upright or wide, with equal margins."""
    width, height = _A4_CM[::-1] if wide else _A4_CM
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(width), Cm(height)
    section.left_margin = section.right_margin = Cm(1.9)
    section.top_margin = section.bottom_margin = Cm(1.9)
    section.header_distance = section.footer_distance = Cm(0.9)


def add_mark(section: Any, text: str) -> None:
    """The text across every page of a section and those that follow it."""
    paragraph = section.header.paragraphs[0]
    said = _MARK.format(names=nsdecls("w"), number=2049, style=_MARK_STYLE, font=FONT, text=quoteattr(text))
    paragraph._p.append(parse_xml(said))


def add_page_number(paragraph: Any, words: str) -> None:
    """``words`` with the page's number in the place of {}."""
    before, _, after = words.partition("{}")
    paragraph.add_run(before)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
    paragraph.add_run(after)


def add_link(paragraph: Any, address: str, text: str) -> None:
    """A text that opens an address."""
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = paragraph.add_run(printable(text))
    run.font.color.rgb, run.font.underline = RGBColor(0x0B, 0x5F, 0xA5), True
    link.append(run._r)
    paragraph._p.append(link)


def add_table(document: Any, rows: Sequence[Sequence[str]], widths_cm: Sequence[float], **how: Any) -> Any:
    """
    A table of texts. ``head``: the first row is repeated on every page; ``size``: of the letters (pt).
    """
    table = document.add_table(rows=len(rows), cols=len(widths_cm))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
    for row, texts, number in zip(table.rows, rows, range(len(rows)), strict=True):
        is_head = bool(how.get("head")) and number == 0
        for cell, text, width in zip(row.cells, texts, widths_cm, strict=True):
            cell.width = Cm(width)
            _fill(cell, text, how.get("size", 9.5), is_head=is_head)
        # A row stays on one page as long as it fits on one.
        if all(len(text) <= LONG_CELL for text in texts):
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if is_head:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def _fill(cell: Any, text: str, size: float, *, is_head: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    run = paragraph.add_run(printable(text))
    run.font.size, run.font.bold = Pt(size), is_head
    if is_head:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "DCE6F0")
        cell._tc.get_or_add_tcPr().append(shade)


def printable(text: str) -> str:
    """Without what XML cannot hold."""
    return _NOT_IN_XML.sub("", text)
