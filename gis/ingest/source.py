"""The user's file as such: its name, size and SHA-256, and the one way to say that it cannot be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from gis.errors import Place, UnreadableFile
from gis.ingest.table import SourceFile
from gis.words import Words

MAX_FILE_BYTES = 500 * 1024 * 1024
_CHUNK = 1024 * 1024


def unreadable(name: str, zh: str, en: str, *, found: str, expected: str) -> UnreadableFile:
    """The cause for a file that is broken, too large or of a kind that is not read."""
    return UnreadableFile(Words(zh, en), found=found, expected=expected, place=Place(name))


def checked_path(path: Path | str) -> Path:
    """
    ``path`` as an existing, not empty, bounded file.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is empty or over 500 MB.
    """
    file = Path(path)
    if not file.is_file():
        raise unreadable(file.name, "没有这个文件", "no such file", found=str(path), expected="文件路径 / a file")
    size = file.stat().st_size
    if size == 0:
        raise unreadable(file.name, "文件是空的", "the file is empty", found="0 B", expected="> 0 B")
    if size > MAX_FILE_BYTES:
        raise unreadable(
            file.name,
            "文件超过 500 MB",
            "the file is over 500 MB",
            found=f"{size / 1024**2:,.0f} MB",
            expected="≤ 500 MB",
        )
    return file


def source_of(path: Path, beside: Iterable[Path] = ()) -> SourceFile:
    """
    Name, size and SHA-256 of a file.

    A Shapefile is several files: the digest then runs over the .shp and those ``beside`` it, in their order.
    """
    digest = hashlib.sha256()
    size = 0
    for part in (path, *beside):
        with part.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    return SourceFile(path.name, size, digest.hexdigest())
