"""Attached files: each once under its content's hash, of the kinds that are taken, and nothing of them elsewhere."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from gis.errors import InvalidParameter, NotFound, StoreFull, TooMuchAsked, UnreadableFile
from gis.store import attached_files
from gis.store.attached_files import LARGEST_FILE_BYTES, AttachedFiles, folder_beside
from gis.store.attached_types import DOCX, XLSX, media_type_of, tidy_file_name

PDF = b"%PDF-1.7\n..."


def office(*names: str) -> bytes:
    """A zip with parts of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


WORD = office("[Content_Types].xml", "word/document.xml")
EXCEL = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.fixture
def files(tmp_path: Path) -> AttachedFiles:
    return AttachedFiles(tmp_path / "files", most_bytes=100_000)


def everything(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (PDF, "公告.pdf", "application/pdf"),
        (PDF, "公告.html", "application/pdf"),
        (b"\xff\xd8\xff\xe0....", "a.png", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "a", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a", "image/webp"),
        (WORD, "a.xlsx", DOCX),
        (EXCEL, "a.docx", XLSX),
        ("户主，面积\n".encode(), "a.csv", "text/csv"),
        ("户主，面积\n".encode("gb18030"), "a.txt", "text/plain"),
        (b"\xef\xbb\xbfa,b\r\n\t1", "a.CSV", "text/csv"),
    ],
)
def test_the_type_is_what_stands_in_the_file(content, name, expected):
    assert media_type_of(io.BytesIO(content), name) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"<html><script>alert(1)</script>",
        b"\xef\xbb\xbf <!DOCTYPE html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?><svg/>",
        b"<!-- --><html>",
        b"MZ\x90\x00",
        b"\x7fELF\x02\x01",
        b"GIF89a\x01\x00\x01\x00",
        b"II*\x00....",
        b"RIFF\x00\x00\x00\x00AVI ",
        b"PK\x03\x04broken",
        b"text with\x00a zero",
        b"\xff\xfe\xff\xff",
        office("a.txt"),
        office("[Content_Types].xml", "ppt/presentation.xml"),
        office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        office("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"),
    ],
)
@pytest.mark.parametrize("name", ["公告.pdf", "a.docx", "a.txt"])
def test_whatever_its_name_says_a_file_of_another_kind_is_refused(content, name, files):
    with pytest.raises(UnreadableFile, match="not taken"):
        files.keep(io.BytesIO(content), name)
    assert everything(files.folder) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("公告.pdf", "公告.pdf"),
        ("公告.PDF", "公告.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\公告.pdf", "公告.pdf"),
        ("a.exe", "a.exe.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie b.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("", "file.pdf"),
        ("..", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_one_name_that_can_be_shown_with_the_ending_of_its_type(name, expected):
    assert tidy_file_name(name, "application/pdf") == expected


def test_a_file_is_kept_once_under_its_hash(files):
    first, second = (files.keep(io.BytesIO(PDF), name) for name in ("a.pdf", "b.pdf"))
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert first == second
    assert (first.sha256, first.size_bytes, first.media_type) == (sha256, len(PDF), "application/pdf")
    assert everything(files.folder) == [f"{sha256[:2]}/{sha256[2:]}"]
    assert files.path(sha256).read_bytes() == PDF
    assert files.is_whole(sha256)


def test_a_file_that_was_altered_or_is_gone_is_not_whole(files):
    kept = files.keep(io.BytesIO(PDF), "a.pdf")
    files.path(kept.sha256).write_bytes(PDF + b" ")
    assert not files.is_whole(kept.sha256)
    files.path(kept.sha256).unlink()
    assert not files.is_whole(kept.sha256)


@pytest.mark.parametrize(
    "sha256", ["", "../../etc/passwd", "a" * 63, "A" * 64, "0" * 64, "0" * 62 + "/.", "0" * 64 + "\n"]
)
def test_what_is_no_hash_of_a_kept_file_leads_nowhere(files, sha256):
    files.keep(io.BytesIO(PDF), "a.pdf")
    with pytest.raises(NotFound):
        files.path(sha256)


def test_a_file_that_is_too_large_leaves_nothing(files):
    large = io.BytesIO(PDF + b"0" * LARGEST_FILE_BYTES)
    with pytest.raises(UnreadableFile, match="too large"):
        files.keep(large, "a.pdf")
    assert everything(files.folder) == []


def test_the_folder_takes_no_more_than_it_may(files):
    files.keep(io.BytesIO(PDF + b"0" * 60_000), "a.pdf")
    with pytest.raises(TooMuchAsked):
        files.keep(io.BytesIO(PDF + b"1" * 60_000), "a.pdf")
    files.keep(io.BytesIO(PDF + b"0" * 60_000), "the same again.pdf")
    assert len(everything(files.folder)) == 1


def test_a_full_disk_is_told_and_leaves_nothing(files, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(attached_files.os, "fsync", full)
    with pytest.raises(StoreFull):
        files.keep(io.BytesIO(PDF), "a.pdf")
    assert everything(files.folder) == []


def test_others_cannot_read_the_folder(files):
    kept = files.keep(io.BytesIO(PDF), "a.pdf")
    assert os.stat(files.folder).st_mode & 0o007 == 0
    assert files.path(kept.sha256).stat().st_mode & 0o007 == 0


def test_the_folder_lies_beside_a_file_and_is_set_for_a_database():
    assert folder_beside("/srv/county.gpkg", None) == Path("/srv/county.gpkg.files")
    assert folder_beside("/srv/county.gpkg", "/srv/files") == Path("/srv/files")
    assert folder_beside("postgresql://guatu@db/guatu", "/srv/files") == Path("/srv/files")
    assert folder_beside("postgresql://guatu@db/guatu", None) is None
    with pytest.raises(InvalidParameter) as caught:
        AttachedFiles(None, most_bytes=1).keep(io.BytesIO(PDF), "a.pdf")
    assert caught.value.expected == "GUATU_FILES_DIR=FOLDER"
