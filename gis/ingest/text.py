"""Bytes of a text file in any of the encodings that reach a bureau, as text."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from itertools import pairwise

from gis.errors import Place, UnreadableFile
from gis.words import Words

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, *, file: str, encoding: str | None = None, keywords: Sequence[str] = ()) -> tuple[str, str]:
    """
    The text and the encoding it was read in.

    A BOM decides; else strict UTF-8; else GB18030, unless Big5 shows one of ``keywords`` and GB18030 does not;
    else latin-1, also where high bytes stand alone among Latin letters.

    Raises
    ------
    UnreadableFile
        The encoding that was asked for does not fit, or the bytes are no text.
    """
    if encoding is not None:
        return _strictly(data, encoding, file)
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strictly(data, name, file)
    if b"\0" in data[:4096]:
        return _strictly(data, _utf16_without_bom(data, file), file)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _legacy(data, keywords)


def _strictly(data: bytes, encoding: str, file: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), encoding
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFile(
            Words(f"文件不是 {encoding} 编码的文本", f"the file is no text in {encoding}"),
            found=str(error),
            expected=encoding,
            place=Place(file),
        ) from None


def _utf16_without_bom(data: bytes, file: str) -> str:
    head = data[:4096]
    odd, even = head[1::2].count(0), head[0::2].count(0)
    # ASCII has a zero in every second byte; a Chinese sign has one now and then (一 is 4E 00).
    if max(odd, even) > len(head) // 8 and min(odd, even) * 8 < max(odd, even):
        return "utf-16-le" if odd > even else "utf-16-be"
    raise UnreadableFile(
        Words("文件不是文本", "the file is no text"), found="NUL", expected="UTF-8 / GB18030", place=Place(file)
    )


def _legacy(data: bytes, keywords: Sequence[str]) -> tuple[str, str]:
    readings = [(text, name) for name in ("gb18030", "big5") if (text := _tried(data, name)) is not None]
    if not readings:
        return data.decode("latin-1"), "latin-1"
    for text, name in readings:
        if any(word in text for word in keywords):
            return text, name
    text, name = readings[0]
    if _is_western(data, text):
        return data.decode("latin-1"), "latin-1"
    return text, name


def _tried(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_western(data: bytes, text: str) -> bool:
    """
    No two Chinese signs stand side by side, and high bytes stand alone among letters: an accented letter took
    its neighbour for a pair. GB18030 writes Chinese in pairs of which nearly all are high.
    """
    if any(ord(a) > 0x7F and ord(b) > 0x7F for a, b in pairwise(text)):
        return False
    return any(
        data[i] > 0x7F and data[i - 1] < 0x80 and chr(data[i + 1]).isascii() and chr(data[i + 1]).isalpha()
        for i in range(1, len(data) - 1)
    )
