"""What an uploaded file holds: every part that can be imported by itself, and what is left aside, with why."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import openpyxl

from gis.errors import UnreadableFile
from gis.ingest.archive import Member, head_of, members, opened, unpack
from gis.ingest.files import HEAD_BYTES, Reading, kind_of, kind_of_head, read_unpacked
from gis.ingest.source import unreadable
from gis.ingest.spreadsheet import refuse_bomb
from gis.ingest.table import RawTable, SourceFile
from gis.ingest.together import joined
from gis.ingest.vector import layers_of
from gis.words import Words

MOST_PARTS = 200
# The member of a part that is all survey TXT files of an archive together: in no archive is a file called so.
EVERY_TXT = "*.txt"
_READABLE = (".shp", ".kml", ".geojson", ".json", ".topojson", ".gpkg", ".fgb", ".dxf", ".txt", ".csv", ".tsv", ".xlsx")
_BESIDE_SHP = (
    ".shx",
    ".dbf",
    ".prj",
    ".cpg",
    ".sbn",
    ".sbx",
    ".qix",
    ".qpj",
    ".qmd",
    ".xml",
    ".fix",
    ".atx",
    ".ain",
    ".aih",
)
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".kmz")
_NESTED = Words("压缩包内的压缩包不读取，请先解压", "an archive in an archive is not read: unpack it first")
_NO_SHP = Words("是 Shapefile 的一部分，但缺少同名的 .shp", "a part of a Shapefile whose .shp is not there")
_NOT_READ = Words("不支持的文件格式", "files of this kind are not read")
_NO_GEOMETRY = Words("没有图形的表", "a table without geometry")
_HIDDEN = Words("隐藏的工作表不读", "a hidden sheet is not read")
_TOO_MANY = Words(f"一次最多处理 {MOST_PARTS} 个", f"at most {MOST_PARTS} at a time")


@dataclass(frozen=True, slots=True)
class Part:
    """
    Something that can be imported by itself.

    ``member`` is the file in the archive (EVERY_TXT: all survey files together), ``layer`` the layer of a GeoPackage,
    ``sheet`` of a workbook; each None where there is nothing to choose. ``format`` as ``files.kind_of`` has it.
    """

    name: str
    format: str
    member: str | None = None
    layer: str | None = None
    sheet: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {
            "name": self.name,
            "format": self.format,
            "member": self.member,
            "layer": self.layer,
            "sheet": self.sheet,
        }


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file of the archive that is left aside, and why."""

    name: str
    why: Words

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"name": self.name, "why": self.why.as_dict()}


@dataclass(frozen=True, slots=True)
class Contents:
    """All that an upload holds. ``is_archive``: its parts are files of an archive."""

    parts: tuple[Part, ...]
    ignored: tuple[Ignored, ...]
    is_archive: bool = False


def contents_of(file: Path, name: str) -> Contents:
    """
    Look through ``file``, called ``name`` by its owner.

    Raises
    ------
    UnreadableFile
        It is of a kind that is not read, an unsafe archive, or nothing in it can be read.
    """
    kind = kind_of(file, name)
    if kind is None:
        raise unreadable(name, _NOT_READ.zh, _NOT_READ.en, found=PurePosixPath(name).suffix or "—", expected=_kinds())
    if kind != "zip":
        parts, ignored = _inside(file, Part(name, kind))
        return _some(Contents(tuple(parts), tuple(ignored)), name)
    return _some(_of_archive(file), name)


def _kinds() -> str:
    return "ZIP, " + ", ".join(suffix[1:].upper() for suffix in _READABLE)


def _some(found: Contents, name: str) -> Contents:
    if found.parts:
        return found
    listed = "、".join(f"{i.name}（{i.why.zh}）" for i in found.ignored[:10]) or "—"
    raise unreadable(name, "文件中没有可导入的内容", "nothing in the file can be read", found=listed, expected=_kinds())


def _of_archive(file: Path) -> Contents:
    found = members(file)
    parts: list[Part] = []
    ignored: list[Ignored] = []
    with opened(file) as archive:
        texts = _survey_texts(archive, found)
        for member in _not_beside(found):
            if len(parts) < MOST_PARTS:
                more, left = _of_member(file, archive, member)
                parts += more
                ignored += left
            elif member not in texts:  # those are read together all the same
                ignored.append(Ignored(member.name, _TOO_MANY))
    if len(texts) > 1:
        parts.insert(0, Part(f"全部 {len(texts)} 个 TXT / all {len(texts)} TXT", "txt", EVERY_TXT))
    return Contents(tuple(parts), tuple(ignored), is_archive=True)


def _survey_texts(archive: zipfile.ZipFile, found: Sequence[Member]) -> list[Member]:
    """What is read as one table where there are several: the texts of surveys, told from their first bytes."""
    return [member for member in found if member.suffix == ".txt" and _is_survey(archive, member)]


def _is_survey(archive: zipfile.ZipFile, member: Member) -> bool:
    try:
        return kind_of_head(head_of(archive, member, HEAD_BYTES), member.name) == "txt"
    except UnreadableFile:  # who reads the member itself says why
        return False


def _not_beside(found: Sequence[Member]) -> list[Member]:
    stems = {m.stem for m in found if m.suffix == ".shp"}
    return [member for member in found if not _is_beside(member, stems)]


def _is_beside(member: Member, stems: set[str]) -> bool:
    """One of a Shapefile's further files; "a.shp.xml" is its metadata."""
    return member.suffix in _BESIDE_SHP and (member.stem in stems or member.stem.removesuffix(".shp") in stems)


def _of_member(file: Path, archive: zipfile.ZipFile, member: Member) -> tuple[list[Part], list[Ignored]]:
    if member.suffix in _ARCHIVES:
        return [], [Ignored(member.name, _NESTED)]
    if member.suffix in (".shx", ".dbf"):
        return [], [Ignored(member.name, _NO_SHP)]
    if member.suffix not in _READABLE:
        return [], [Ignored(member.name, _NOT_READ)]
    try:
        with _beside(file) as folder:
            plain = unpack(archive, member, Path(folder) / f"content{member.suffix}")
            kind = kind_of(plain, member.name)
            if kind in (None, "zip"):
                return [], [Ignored(member.name, _NESTED if kind else _NOT_READ)]
            return _inside(plain, Part(member.name, str(kind), member.name))
    except UnreadableFile as error:
        return [], [Ignored(member.name, error.words)]


def _inside(file: Path, part: Part) -> tuple[list[Part], list[Ignored]]:
    """The layers of a GeoPackage and the sheets of a workbook; anything else is one part."""
    if part.format == "gpkg":
        return _layers(file, part)
    if part.format == "xlsx":
        return _sheets(file, part)
    return [part], []


def _layers(file: Path, part: Part) -> tuple[list[Part], list[Ignored]]:
    listed = layers_of(file, SourceFile(part.name, 0, ""))
    with_shapes = [name for name, kind in listed if kind is not None]
    named = [
        Part(part.name if len(with_shapes) == 1 else f"{part.name} › {name}", part.format, part.member, layer=name)
        for name in with_shapes
    ]
    return named, [Ignored(f"{part.name} › {name}", _NO_GEOMETRY) for name, kind in listed if kind is None]


def _sheets(file: Path, part: Part) -> tuple[list[Part], list[Ignored]]:
    with file.open("rb") as stream:  # to list its sheets is to unpack all of its texts
        refuse_bomb(stream, SourceFile(part.name, file.stat().st_size, ""))
    try:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    except Exception:  # the reader tells what is wrong, in words for people
        return [part], []
    shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    book.close()
    ignored = [Ignored(f"{part.name} › {title}", _HIDDEN) for title in hidden]
    if len(shown) <= 1:
        return [part], ignored
    return [Part(f"{part.name} › {title}", part.format, part.member, sheet=title) for title in shown], ignored


def _beside(file: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when it has served; beside the upload, where there is room for uploads."""
    return tempfile.TemporaryDirectory(prefix=".unpacked-", dir=file.parent)


@contextmanager
def unpacked(file: Path, part: Part) -> Iterator[Path]:
    """The part's own file, with what belongs to it beside it."""
    if part.member is None or part.member == EVERY_TXT:
        yield file
        return
    found = members(file)
    chosen = next((m for m in found if m.name == part.member), None)
    if chosen is None:
        raise unreadable(file.name, "压缩包内没有这个文件", "not in the archive", found=part.member, expected="—")
    with _beside(file) as folder:
        with opened(file) as archive:
            plain = _unpacked_into(Path(folder), archive, chosen, found)
        yield plain


def _unpacked_into(folder: Path, archive: zipfile.ZipFile, chosen: Member, found: Sequence[Member]) -> Path:
    if chosen.suffix != ".shp":
        return unpack(archive, chosen, folder / f"content{chosen.suffix}")
    beside = [m for m in found if m.stem == chosen.stem]
    targets = {m.suffix: unpack(archive, m, folder / f"layer{m.suffix}") for m in beside}
    return targets[".shp"]


def first_file_of(file: Path, part: Part) -> Part:
    """The part itself; of all survey files together the first of them."""
    if part.member != EVERY_TXT:
        return part
    with opened(file) as archive:
        first = next(m for m in members(file) if m.suffix == ".txt" and _is_survey(archive, m))
    return replace(part, member=first.name)


def read_part(plain: Path, part: Part, source: SourceFile, reading: Reading) -> RawTable:
    """
    The part's table; ``plain`` is its own file (``unpacked``).

    Raises
    ------
    UnreadableFile
        As ``read_raw``.
    """
    if part.member != EVERY_TXT:
        return read_unpacked(plain, part.member or part.name, source, reading)
    found, left = _read_texts(plain, source, reading)
    if not found:
        raise unreadable(
            source.name, "没有可读的界址点 TXT", "no survey TXT can be read", found=left[0].zh, expected="TXT"
        )
    made = joined(found, source)
    return replace(made, warnings=(*left, *made.warnings))


def _read_texts(file: Path, source: SourceFile, reading: Reading) -> tuple[list[tuple[str, RawTable]], list[Words]]:
    """The tables of an archive's survey texts by name, and what is said of those that cannot be read."""
    found, left = [], []
    with opened(file) as archive, _beside(file) as folder:
        for member in _survey_texts(archive, members(file)):
            try:
                text = unpack(archive, member, Path(folder) / "content.txt")
                found.append((member.name, read_unpacked(text, member.name, source, reading)))
            except UnreadableFile as error:
                left.append(Words(f"{member.name} 未读：{error.words.zh}", f"{member.name} not read: {error.words.en}"))
    return found, left
