"""
A Chinese font for PDF files, embedded, so that every reader shows what we wrote.

A font of this machine is looked for where systems keep them; only the characters that a file uses are put into it.
Where there is none, Adobe's standard name for a Song font is written without the font: Acrobat and most readers then
show one of their own, some show nothing, and whoever makes the file is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.ttCollection import TTCollection
from reportlab.lib import fonts as families
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont as PdfFont

from gis.words import Words

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "C:/Windows/Fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
# By file name, the better ones first: free fonts of Linux, those of 麒麟 and 统信, of Windows, of macOS.
PREFERRED = (
    r"NotoSansCJK(sc)?-Regular\.(ttc|otf)",
    r"NotoSansSC-Regular\.(ttf|otf)",
    r"SourceHanSans(SC|CN)?-Regular\.(ttc|otf)",
    r"(wqy-)?(zenhei|microhei)\.ttc",
    r"wqy-(zenhei|microhei)\.ttc",
    r"(simhei|msyh|simsun|Deng|simfang)\.tt[fc]",
    r"FZ(SS|HT|FS)K?.*\.ttf",
    r"DroidSansFallback(Full)?\.ttf",
    r"(PingFang|STHeiti Light|Hiragino Sans GB|Songti)\.ttc",
    r"NotoSerifCJK(sc)?-Regular\.(ttc|otf)",
    r"u(ming|kai)\.ttc",
)
UNEMBEDDED = "STSong-Light"
NO_FONT = Words(
    "服务器没有中文字体，PDF 未嵌入字体，个别阅读器可能显示不全；请安装 fonts-noto-cjk",
    "no Chinese font on this server: the PDF embeds none, and some readers may not show its texts; "
    "install fonts-noto-cjk",
)
_MOST_OFF_EM = 0.001
_SUBFAMILY = re.compile(r"\b(SC|CN)\b")
_serial = count(1)


@dataclass(frozen=True, slots=True)
class FontFile:
    """A file with a font, and which of a collection's it is."""

    path: Path
    number: int = 0


@dataclass(frozen=True, slots=True)
class PdfFonts:
    """The name by which a file's texts are set, and what must be said of it."""

    name: str
    warnings: tuple[Words, ...] = ()


@cache
def chinese_font(folders: tuple[str, ...] = FOLDERS) -> FontFile | None:
    """The best Chinese font that this machine has; None where it has none that can be read."""
    files = list(_font_files(folders))
    for pattern in PREFERRED:
        for path in files:
            if re.fullmatch(pattern, path.name, re.IGNORECASE):
                font = _with_chinese(path)
                if font is not None:
                    return font
    return None


def _font_files(folders: Iterable[str]) -> Iterator[Path]:
    for folder in folders:
        place = Path(folder).expanduser()
        if place.is_dir():
            yield from sorted(path for path in place.rglob("*") if path.suffix.lower() in (".ttf", ".ttc", ".otf"))


def _with_chinese(path: Path) -> FontFile | None:
    """The font of a file that has Chinese; of a collection the one for the mainland where it says so."""
    try:
        with path.open("rb") as file:
            if path.suffix.lower() != ".ttc":
                return FontFile(path) if _has_chinese(TTFont(file, lazy=True)) else None
            fonts = TTCollection(file, lazy=True).fonts
            names = [font["name"].getDebugName(1) or "" for font in fonts]
            mainland = (place for place, name in enumerate(names) if _SUBFAMILY.search(name) and "Mono" not in name)
            place = next(mainland, 0)
            return FontFile(path, place) if _has_chinese(fonts[place]) else None
    except Exception:  # whatever is wrong with a font of the system, there are others
        return None


def _has_chinese(font: Any) -> bool:
    return ord("县") in font.getBestCmap()


def register_fonts(texts: Iterable[str], font: FontFile | None = None) -> PdfFonts:
    """
    Make a font for a PDF that shows these texts; ``font`` None: the best of this machine.

    Characters that the font lacks are shown as it shows what it lacks.
    """
    found = font or chinese_font()
    if found is None:
        pdfmetrics.registerFont(UnicodeCIDFont(UNEMBEDDED))
        return PdfFonts(UNEMBEDDED, (NO_FONT,))
    name = f"guatu{next(_serial)}"
    made = PdfFont(name, BytesIO(truetype_subset(found, set().union(*texts))))
    # reportlab takes two fonts of one face for the same, and the second file would lack what the first did not have.
    made.face.name = f"{name}-{bytes(made.face.name).decode('ascii', 'replace')}".encode()
    pdfmetrics.registerFont(made)
    return PdfFonts(name)


def forget_fonts(fonts: PdfFonts) -> None:
    """Let go of a font made for one file."""
    font = pdfmetrics._fonts.pop(fonts.name, None)
    if fonts.name != UNEMBEDDED and font is not None:
        pdfmetrics._dynFaceNames.pop(font.face.name, None)
        for kept in (families._tt2ps_map, families._ps2tt_map):
            for key in [key for key in kept if fonts.name in (key, key[0])]:
                kept.pop(key, None)


def truetype_subset(font: FontFile, characters: set[str]) -> bytes:
    """A TrueType font of these characters; cubic outlines, which many fonts have, become quadratic ones."""
    options = subset.Options(layout_features=[], notdef_outline=True, hinting=False, name_IDs=[1, 2, 4, 6])
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "VDMX", "DSIG"]
    with (
        subset.load_font(str(font.path), options, lazy=True)
        if font.path.suffix.lower() != ".ttc"
        else TTFont(font.path, fontNumber=font.number, lazy=True) as whole
    ):
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes={ord(character) for character in characters | {" ", "?"}})
        subsetter.subset(whole)
        if "CFF " in whole:
            _make_quadratic(whole)
        target = BytesIO()
        whole.save(target)
        return target.getvalue()


def _make_quadratic(font: Any) -> None:
    """Outlines of PostScript kind as those of TrueType, within a thousandth of an em."""
    order, glyphs, drawn = font.getGlyphOrder(), font.getGlyphSet(), {}
    most_off = _MOST_OFF_EM * font["head"].unitsPerEm
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, most_off, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    del font["CFF "]
    font["glyf"].compile(font)
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    zeros = ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements")
    for field in (*zeros, "maxSizeOfInstructions", "maxComponentElements"):
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    maxp.compile(font)
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"
