"""What an attached file is, by what stands in it. What its sender or its name says of it counts for nothing."""

from __future__ import annotations

import codecs
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from gis.errors import UnreadableFile
from gis.words import Words

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Types that are taken, and the endings that their names may have; the first is given where it has none of them.
ENDINGS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    "text/csv": (".csv",),
    "text/plain": (".txt",),
}
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
LONGEST_NAME = 120
MOST_PARTS = 5_000
_HEAD_BYTES = 1024
_CHUNK_BYTES = 1 << 16
_MAIN_PART = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
# What a browser might take for a page or a drawing that can hold scripts.
_MARKUP = re.compile(rb"\s*<(!doctype|\?xml|html|head|body|script|svg|iframe|!--)", re.IGNORECASE)


def media_type_of(file: BinaryIO, name: str) -> str:
    """
    The type of an open file, one of ``ENDINGS``; the name only tells a table in text from other text.

    Raises
    ------
    UnreadableFile
        It is none of these: a program, a page, a drawing, an archive, a document with macros, an empty file.
    """
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    found = _by_first_bytes(head) or (_office(file) if head.startswith(b"PK") else _text(file, head, name))
    file.seek(0)
    if found is None:
        raise UnreadableFile(
            Words("不接受这种文件", "files of this kind are not taken"),
            found=name[:LONGEST_NAME],
            expected="PDF、JPEG、PNG、WebP、DOCX、XLSX、TXT、CSV",
        )
    return found


def tidy_file_name(name: str, media_type: str) -> str:
    """The last part of a sent name, without what cannot be shown, and with an ending of its type."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    path = PurePosixPath(shown or "file")
    if path.suffix.lower() in ENDINGS[media_type]:
        return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix
    ending = ENDINGS[media_type][0]
    return path.name[: LONGEST_NAME - len(ending)] + ending


def _by_first_bytes(head: bytes) -> str | None:
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _office(file: BinaryIO) -> str | None:
    """A document of Word or Excel without macros: by the names of its parts, none of which is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return None
    if len(names) > MOST_PARTS or "[Content_Types].xml" not in names:
        return None
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".js", ".vbs", ".hta")) for name in names):
        return None
    kinds = {kind for part, kind in _MAIN_PART.items() if part in names}
    return kinds.pop() if len(kinds) == 1 else None


def _text(file: BinaryIO, head: bytes, name: str) -> str | None:
    """Text in UTF-8 or GB 18030, which is no markup."""
    bare = head.removeprefix(codecs.BOM_UTF8)
    if not bare.strip() or _MARKUP.match(bare) or not any(_decodes(file, e) for e in ("utf-8-sig", "gb18030")):
        return None
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK_BYTES):
            if any(ord(c) < 32 and c not in "\t\r\n\f\x1a" for c in decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
