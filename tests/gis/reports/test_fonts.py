"""A PDF's Chinese is embedded, and only what it uses; without any font of the system that is told."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from reportlab.lib import fonts as families
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from gis.reports.fonts import NO_FONT, FontFile, chinese_font, forget_fonts, register_fonts, truetype_subset

TEXT = "示例县报批批次地块图 2026 内部资料 不得公开"


@pytest.fixture
def font() -> FontFile:
    found = chinese_font()
    if found is None:
        pytest.skip("needs a Chinese font (fonts-noto-cjk)")
    return found


def test_a_subset_has_the_characters_asked_for_and_few_more(font: FontFile) -> None:
    data = truetype_subset(font, set(TEXT))
    made = TTFont(BytesIO(data))
    known = set(map(chr, made.getBestCmap()))
    assert set(TEXT) <= known
    assert len(known) <= len(set(TEXT)) + 2
    assert len(data) < 60_000


def test_outlines_are_those_of_truetype_whatever_the_font_has(font: FontFile) -> None:
    made = TTFont(BytesIO(truetype_subset(font, {"县"})))
    assert "glyf" in made
    assert "CFF " not in made
    glyph = made["glyf"][made.getBestCmap()[ord("县")]]
    assert glyph.numberOfContours > 1


def test_a_pdf_bears_its_font(font: FontFile) -> None:
    fonts = register_fonts([TEXT], font)
    target = BytesIO()
    canvas = Canvas(target, pageCompression=0)
    canvas.setFont(fonts.name, 12)
    canvas.drawString(72, 700, TEXT)
    canvas.save()
    forget_fonts(fonts)
    assert b"/FontFile2" in target.getvalue()
    assert fonts.warnings == ()


def test_a_second_file_of_the_same_process_has_its_own_characters(font: FontFile) -> None:
    for text in ("甲乙丙", "句容很长"):
        fonts = register_fonts([text], font)
        known = pdfmetrics.getFont(fonts.name).face.charToGlyph
        forget_fonts(fonts)
        assert [character for character in text if ord(character) not in known] == []


def test_a_font_that_is_let_go_leaves_nothing_behind(font: FontFile) -> None:
    before = [len(kept) for kept in (pdfmetrics._fonts, pdfmetrics._dynFaceNames, families._tt2ps_map)]
    forget_fonts(register_fonts([TEXT], font))
    assert [len(kept) for kept in (pdfmetrics._fonts, pdfmetrics._dynFaceNames, families._tt2ps_map)] == before


def test_without_any_font_the_standard_name_stands_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "NotoSansCJK-Regular.ttc").write_bytes(b"no font at all")
    assert chinese_font((str(tmp_path), str(tmp_path / "nowhere"))) is None
    monkeypatch.setattr("gis.reports.fonts.chinese_font", lambda: None)
    fonts = register_fonts([TEXT])
    assert (fonts.name, fonts.warnings) == ("STSong-Light", (NO_FONT,))
