"""The checklist of a batch (报批要件清单) as a Word file: what is there, what is missing, for which parcels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

_LONGEST_NAMED = 30
_FONT = "宋体"


@dataclass(frozen=True, slots=True)
class Checked:
    """One line: what is checked, how many parcels have it, how many there are, the numbers of those that lack it."""

    what: str
    done: int
    parcels: int
    lacking: Sequence[str] = ()

    @property
    def is_complete(self) -> bool:
        """No parcel lacks it."""
        return not self.lacking


@dataclass(frozen=True, slots=True)
class Checklist:
    """A batch's checklist: ``facts`` (heading, text), the lines, sentences to end with."""

    title: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[Checked]
    remarks: Sequence[str] = ()


def write_checklist(checklist: Checklist, target: IO[bytes]) -> None:
    """Write the checklist to an open binary file."""
    document = Document()
    _set_fonts(document)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.add_run(_printable(checklist.title))
    run.bold, run.font.size = True, Pt(16)
    _table(document, [(head, text) for head, text in checklist.facts], (4.5, 12.5))
    document.add_paragraph()
    rows = [("核对事项", "结论", "缺少的地块"), *(_line(line) for line in checklist.lines)]
    _table(document, rows, (6.5, 3.5, 7.0), has_head=True)
    for remark in checklist.remarks:
        document.add_paragraph(_printable(remark))
    document.add_paragraph("\n经办人：____________　　审核人：____________　　日期：____________")
    document.save(target)


def _line(line: Checked) -> tuple[str, str, str]:
    named = "、".join(line.lacking[:_LONGEST_NAMED])
    more = f" 等 {len(line.lacking)} 块" if len(line.lacking) > _LONGEST_NAMED else ""
    state = "✓ 齐备" if line.is_complete else f"✗ 缺 {line.parcels - line.done}／{line.parcels}"
    return line.what, state, named + more


def _set_fonts(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(2.0)


def _table(document: Any, rows: Sequence[Sequence[str]], widths_cm: Sequence[float], *, has_head: bool = False) -> None:
    table = document.add_table(rows=0, cols=len(widths_cm))
    table.style = "Table Grid"
    table.autofit = False
    for place, row in enumerate(rows):
        cells = table.add_row().cells
        for cell, text, width in zip(cells, row, widths_cm, strict=True):
            cell.width = Cm(width)
            cell.text = _printable(text)
            for run in cell.paragraphs[0].runs:
                run.bold = has_head and place == 0


def _printable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(character for character in text if character in "\n\t" or ord(character) >= 32)
