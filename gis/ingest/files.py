"""
A path in, a raw table out: the file's kind is told from its content, its name only breaks ties.

The one place that knows every reader.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gis.ingest import vector
from gis.ingest.archive import Member, members, opened, unpack
from gis.ingest.source import checked_path, source_of, unreadable
from gis.ingest.spreadsheet import read_csv, read_xlsx
from gis.ingest.survey_txt import read_survey_txt
from gis.ingest.table import RawTable, SourceFile
from gis.ingest.text import decode
from gis.words import Words

HEAD_BYTES = 65_536
# Nothing that we read needs them, and they can be made to unfold without end or to fetch files.
_XML_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MUST_BE_UTF8 = {"geojson", "topojson", "kml"}
_KINDS = "GeoJSON, TopoJSON, GPKG, FGB, KML, KMZ, SHP, ZIP, DXF, TXT, CSV, XLSX"
# What GDAL would take for a pointer to other files or addresses, in whatever file it stands.
_OFFICE = re.compile(rb"PK\x03\x04(?s:.{26})(?:xl/|_rels/\.rels|docProps/)")  # the first member's name
_POINTERS = (b"<OGRVRTDataSource", b"<VRTDataset", b"gdal_streamed_alg", b"<GDAL_WMS", b"<OGCAPI")


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How to read: which layer of a file that has several, which sheet, which encoding, how many rows to skip.

    ``known`` are headers that a mapping names, so that a table's header row is found though no layer knows them.
    ``close_rings``: see ``read_survey_txt``.
    """

    layer_name: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    skip_rows: int | None = None
    known: tuple[str, ...] = ()
    close_rings: bool = False


def read_raw(path: Path | str, reading: Reading | None = None) -> RawTable:
    """
    Read a user's file: vector, table, survey text, or a ZIP with one of them in it.

    Raises
    ------
    UnreadableFile
        Missing, empty, over 500 MB (1 GB unpacked), broken, of a kind that is not read, or
        several layers and no word which.
    """
    file = checked_path(path)
    return _read(file, file.name, None, reading or Reading())


def _read(file: Path, name: str, source: SourceFile | None, how: Reading) -> RawTable:
    """``source`` is that of the archive around the file, where there is one."""
    with file.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    kind = kind_of_head(head, name)
    if kind is None:
        raise _unknown(name, head)
    if kind == "zip":
        return _read_zip(file, name, how)
    if kind == "kml":
        _refuse_entities(file, name)
    own = source or (vector.shapefile_source(file) if kind == "shp" else source_of(file))
    if kind in _MUST_BE_UTF8 and not is_utf8(file):
        return _read_recoded(file, kind, own, how)
    return _READERS[kind](file, own, how)


def _refuse_entities(file: Path, name: str) -> None:
    with file.open("rb") as stream:
        tail = b""
        while chunk := stream.read(HEAD_BYTES):
            if found := _XML_ENTITIES.search(tail + chunk):
                shown = found.group().decode()
                raise unreadable(
                    name,
                    "XML 中不得有实体声明",
                    "XML with a DOCTYPE or entities is not read",
                    found=shown,
                    expected="KML",
                )
            tail = chunk[-16:]


def kind_of(file: Path, name: str) -> str | None:
    """What a file is by its content ("geojson", "gpkg", "shp", "xlsx", "zip" …), its name where that is not enough."""
    with file.open("rb") as stream:
        return kind_of_head(stream.read(HEAD_BYTES), name)


def kind_of_head(head: bytes, name: str) -> str | None:
    """The same of a file of which only the first ``HEAD_BYTES`` are at hand."""
    return _binary_kind(head) or _text_kind(head, Path(name).suffix.lower())


def read_unpacked(file: Path, name: str, source: SourceFile, reading: Reading) -> RawTable:
    """
    Read a file that came in another one and was unpacked; ``source`` is what the user handed in.

    Raises
    ------
    UnreadableFile
        As ``read_raw``; also where it is a ZIP again.
    """
    return _read_inner(checked_path(file), name, source, reading)


def is_utf8(file: Path) -> bool:
    """All bytes of the file are valid UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as stream:
        try:
            while chunk := stream.read(HEAD_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _read_recoded(file: Path, kind: str, source: SourceFile, how: Reading) -> RawTable:
    """GeoJSON and KML are UTF-8 by their standards; some Chinese programs write GBK all the same."""
    text, encoding = decode(file.read_bytes(), file=source.name, encoding=how.encoding)
    text = re.sub(r"^(<\?xml[^>]*?)\s+encoding=([\"'])[^\"']*\2", r"\1", text.removeprefix("\ufeff"), count=1)
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        recoded = Path(folder) / f"content{file.suffix}"
        recoded.write_text(text, encoding="utf-8")
        raw = _READERS[kind](recoded, source, how)
    told = Words(f"文件不是 UTF-8 编码，已按 {encoding} 读取", f"the file is not UTF-8; read as {encoding}")
    return replace(raw, warnings=(told, *raw.warnings))


def _unknown(name: str, head: bytes) -> Exception:
    hint = {b"\xd0\xcf\x11\xe0": "XLS (Excel 97–2003)", b"AC10": "DWG", b"AutoCAD Binary": "binary DXF"}
    found = next((what for magic, what in hint.items() if head.startswith(magic)), Path(name).suffix or repr(head[:8]))
    return unreadable(name, "不支持的文件格式", "files of this kind are not read", found=found, expected=_KINDS)


def _binary_kind(head: bytes) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        return "xlsx" if b"[Content_Types].xml" in head[:2000] or _OFFICE.match(head) else "zip"
    magics = {b"SQLite format 3\0": "gpkg", b"fgb\x03fgb": "fgb", b"\x00\x00\x27\x0a": "shp"}
    return next((kind for magic, kind in magics.items() if head.startswith(magic)), None)


def _text_kind(head: bytes, suffix: str) -> str | None:
    is_part = suffix in (".dbf", ".shx", ".prj", ".cpg", ".xls", ".dwg")
    if is_part or head.startswith((b"AC10", b"\xd0\xcf\x11\xe0")) or any(pointer in head for pointer in _POINTERS):
        return None
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    marks = (
        ("topojson", rb"\{(?s:.*)\"type\"\s*:\s*\"Topology\""),
        ("geojson", rb"\{"),
        ("kml", rb"<(?s:.*)<(\w+:)?kml\b|<(\w+:)?kml\b"),
        ("dxf", rb"(999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n[ \t]*SECTION"),
    )
    told = next((kind for kind, mark in marks if re.match(mark, body)), None)
    if told is not None or body.startswith(b"<"):
        return told
    return {".csv": "csv", ".tsv": "csv", ".txt": "txt"}.get(suffix)


def _read_geojson(file: Path, source: SourceFile, how: Reading) -> RawTable:
    return vector.read_geojson(file, source, layer_name=how.layer_name)


def _read_topojson(file: Path, source: SourceFile, how: Reading) -> RawTable:
    return vector.read_topojson(file, source, layer_name=how.layer_name)


def _read_geopackage(file: Path, source: SourceFile, how: Reading) -> RawTable:
    return vector.read_geopackage(file, source, layer_name=how.layer_name)


_READERS: dict[str, Callable[[Path, SourceFile, Reading], RawTable]] = {
    "geojson": _read_geojson,
    "topojson": _read_topojson,
    "gpkg": _read_geopackage,
    "fgb": lambda file, source, how: vector.read_flatgeobuf(file, source),
    "kml": lambda file, source, how: vector.read_kml(file, source),
    "shp": lambda file, source, how: vector.read_shapefile(file, source),
    "dxf": lambda file, source, how: vector.read_dxf(file, source),
    "txt": lambda file, source, how: read_survey_txt(
        file.read_bytes(), source, encoding=how.encoding, close_rings=how.close_rings
    ),
    "csv": lambda file, source, how: read_csv(
        file.read_bytes(), source, encoding=how.encoding, skip_rows=how.skip_rows, known=how.known
    ),
    "xlsx": lambda file, source, how: read_xlsx(
        file.read_bytes(), source, sheet=how.sheet, skip_rows=how.skip_rows, known=how.known
    ),
}


# ---------------------------------------------------------------- archives


def _read_zip(file: Path, name: str, how: Reading) -> RawTable:
    """A zipped Shapefile, a KMZ, or a ZIP around one readable file."""
    found = members(file)
    source = replace(source_of(file), name=name)
    chosen = _chosen(name, found, how.layer_name)
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder, opened(file) as archive:
        if chosen.suffix == ".shp":
            parts = [m for m in found if m.stem == chosen.stem]
            targets = {m.suffix: unpack(archive, m, Path(folder) / f"layer{m.suffix}") for m in parts}
            unpacked = targets[".shp"]
        else:
            unpacked = unpack(archive, chosen, Path(folder) / f"content{chosen.suffix}")
        return _read_inner(unpacked, chosen.name, source, how)


def _read_inner(unpacked: Path, name: str, source: SourceFile, how: Reading) -> RawTable:
    with unpacked.open("rb") as stream:
        if _binary_kind(stream.read(HEAD_BYTES)) == "zip":
            raise unreadable(source.name, "压缩包内又是压缩包", "a ZIP in a ZIP", found=name, expected=_KINDS)
    return _read(unpacked, name, source, how)


def _chosen(name: str, found: tuple[Member, ...], wanted: str | None) -> Member:
    suffixes = (
        (".shp",),
        (".kml",),
        (".geojson", ".json", ".topojson", ".gpkg", ".fgb", ".dxf", ".txt", ".csv", ".xlsx"),
    )
    for group in suffixes:
        candidates = [m for m in found if m.suffix in group]
        if wanted is not None:
            candidates = [m for m in candidates if Path(m.name).stem == wanted] or candidates
        if len(candidates) > 1:
            raise unreadable(
                name,
                f"压缩包内有 {len(candidates)} 个可导入的文件，请每次只压缩一个",
                f"{len(candidates)} files in the ZIP could be meant; zip one at a time",
                found="、".join(m.name for m in candidates[:20]),
                expected="1",
            )
        if candidates:
            return candidates[0]
    listed = "、".join(m.name for m in found[:20]) or "—"
    raise unreadable(name, "压缩包内没有可导入的文件", "nothing in the ZIP can be read", found=listed, expected=_KINDS)
