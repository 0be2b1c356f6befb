"""
In which encoding a Shapefile's DBF has its texts.

The .cpg file should say, and is often missing or wrong; the code page byte of the DBF is wrong as often.
So the bytes decide: Chinese written as GBK is almost never valid UTF-8, and the reverse.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gis.words import Words

_SAMPLES = 20_000
_CHINESE = re.compile(r"[\u2e80-\uffef\U00020000-\U0003ffff]")
_SEVERAL_BYTES_CUT = 3
_SAID = {"936": "GB18030", "gbk": "GB18030", "gb2312": "GB18030", "cp936": "GB18030", "65001": "UTF-8", "950": "BIG5"}


@dataclass(frozen=True, slots=True)
class DbfEncoding:
    """What to read the DBF with, and what to tell the user of it."""

    name: str
    warning: Words | None = None


def dbf_encoding(dbf: Path, cpg: Path | None) -> DbfEncoding:
    """
    The encoding of a DBF's texts: "UTF-8", "GB18030", "BIG5", or "ISO-8859-1" where nothing else fits.

    What the .cpg says holds where the bytes can be read so; else they decide and a warning says which.
    """
    texts = tuple(text for _, text in islice(_texts(dbf.read_bytes()), _SAMPLES))
    said = _said(cpg)
    if not texts:
        return DbfEncoding(said or "UTF-8")
    if said is not None and _fits(texts, said) and not (_takes_anything(said) and _is_chinese_utf8(texts)):
        return DbfEncoding(said)
    told = _told(texts)
    return DbfEncoding(told, _warning(told, said))


def _warning(told: str, said: str | None) -> Words:
    if said is not None:
        return Words(
            f".cpg 声明的编码 {said} 与 DBF 内容不符，已按 {told} 读取",
            f"the .cpg says {said} but the DBF's bytes are not; read as {told}",
        )
    return Words(
        f"没有 .cpg 文件，按 DBF 内容判断文字编码为 {told}",
        f"no .cpg file; the DBF's texts were told to be {told} from their bytes",
    )


def _said(cpg: Path | None) -> str | None:
    if cpg is None:
        return None
    text = cpg.read_bytes()[:64].decode("ascii", "ignore").strip()
    number = re.search(r"\d{3,5}$", text)
    name = _SAID.get(text.lower()) or (number and _SAID.get(number.group())) or text
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):  # a name with a NUL in it
        return None
    return name


def _told(texts: tuple[bytes, ...]) -> str:
    if _fits(texts, "UTF-8") and not _looks_like_gbk(texts):
        return "UTF-8"
    if _fits(texts, "GB18030"):
        return "GB18030"
    return "ISO-8859-1"


def _looks_like_gbk(texts: tuple[bytes, ...]) -> bool:
    """
    Valid as UTF-8 by accident: a few GBK characters (联通 …) are two-byte UTF-8, which no Chinese text is.
    """
    decoded = "".join(_decoded(text, "UTF-8") or "" for text in texts)
    return _fits(texts, "GB18030") and not _CHINESE.search(decoded)


def _takes_anything(encoding: str) -> bool:
    """One byte a character, so that any bytes fit: some programs write ISO-8859-1 into every .cpg."""
    high = bytes(range(0xA0, 0x100))
    return len(high.decode(encoding, "ignore")) > len(high) * 3 // 4


def _is_chinese_utf8(texts: tuple[bytes, ...]) -> bool:
    return _fits(texts, "UTF-8") and any(_CHINESE.search(_decoded(text, "UTF-8") or "") for text in texts)


def _fits(texts: tuple[bytes, ...], encoding: str) -> bool:
    return all(_decoded(text, encoding) is not None for text in texts)


def _decoded(text: bytes, encoding: str) -> str | None:
    """The text; a last character that the field's width cut through is let go."""
    for cut in range(_SEVERAL_BYTES_CUT + 1):
        try:
            return text[: len(text) - cut].decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def mended(data: bytes, encoding: str) -> bytes | None:
    """
    The DBF without the halves of characters that a field's width cut off; None where there are none.

    Programs cut by bytes: "地块编号" in UTF-8 has 12, and a field's name has room for 10.
    """
    fixed = bytearray(data)
    for start, text in _texts(data):
        whole = _decoded(text, encoding)
        if whole is None:
            continue
        left = len(whole.encode(encoding))
        if left < len(text):
            is_name = start < int.from_bytes(data[8:10], "little")
            fixed[start + left : start + len(text)] = (b"\0" if is_name else b" ") * (len(text) - left)
    return None if fixed == data else bytes(fixed)


def _texts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Field names and text values that are not plain ASCII, and where they begin."""
    header_size, record_size = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields = []
    offset = 1
    for start in range(32, header_size - 1, 32):
        descriptor = data[start : start + 32]
        if len(descriptor) < 32 or descriptor[0] == 0x0D:
            break
        if not (name := descriptor[:11].split(b"\0", maxsplit=1)[0]).isascii():
            yield start, name
        if descriptor[11:12] == b"C":
            fields.append((offset, descriptor[16]))
        offset += descriptor[16]
    yield from _values(data, header_size, record_size, fields)


def _values(data: bytes, start: int, record_size: int, fields: list[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    if record_size < 1:
        return
    for record in range(start, len(data) - record_size + 1, record_size):
        if data[record : record + record_size].isascii():
            continue
        for offset, width in fields:
            value = data[record + offset : record + offset + width].rstrip(b" \0")
            if not value.isascii():
                yield record + offset, value
