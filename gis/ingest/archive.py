"""ZIP files from outside: looked through, bounded, and unpacked without trusting a single name in them."""

from __future__ import annotations

import errno
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from gis.ingest.source import unreadable

MAX_UNPACKED_BYTES = 1024**3
MAX_MEMBERS = 2000
# Deflate packs nothing closer than 1,032 : 1; tables of blanks reach 100 : 1. What is small does no harm.
MAX_RATIO = 250
RATIO_MINDED_BYTES = 50 * 1024**2
# 2,000 members with long names take a tenth of it; one of 200 MB would take gigabytes to go through.
MAX_LIST_BYTES = 4 * 1024**2
_CHUNK = 1024 * 1024
_UTF8_FLAG = 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name as its maker wrote it, and where it is."""

    name: str
    info: zipfile.ZipInfo

    @property
    def stem(self) -> str:
        """The path without its last suffix, in lower case: what the parts of one Shapefile share."""
        path = PurePosixPath(self.name)
        return str(path.parent / path.stem).lower()

    @property
    def suffix(self) -> str:
        """ ".shp", in lower case."""
        return PurePosixPath(self.name).suffix.lower()


def members(path: Path) -> tuple[Member, ...]:
    """
    The files in a ZIP, without folders and without what macOS and Windows leave there.

    Raises
    ------
    UnreadableFile
        Not a ZIP, encrypted, more than 2,000 members, more than 1 GB unpacked or packed more than 250 : 1, a link,
        or a name that leads out of it.
    """
    try:
        with path.open("rb") as file:
            infos = listed(file)
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise _broken(path, str(error)) from None
    if len(infos) > MAX_MEMBERS:
        raise _refused(path, "文件过多", "too many members", str(len(infos)), f"≤ {MAX_MEMBERS}")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        raise _refused(path, "解压后超过 1 GB", "over 1 GB unpacked", f"{unpacked / 1024**2:,.0f} MB", "≤ 1024 MB")
    if unpacked > RATIO_MINDED_BYTES and unpacked > MAX_RATIO * path.stat().st_size:
        ratio = f"{unpacked // max(1, path.stat().st_size):,} : 1"
        raise _refused(path, "压缩比异常，疑似压缩炸弹", "packed too closely: a zip bomb?", ratio, f"≤ {MAX_RATIO} : 1")
    found = [Member(_name(info), info) for info in infos if not info.is_dir()]
    for member in found:
        _check_member(path, member)
    return tuple(m for m in found if not _is_litter(m.name))


class _ListedShortly:
    """An open file that gives no long piece at once: zipfile reads an archive's list of members in one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > MAX_LIST_BYTES:
            raise zipfile.BadZipFile(f"a list of members of {size:,} B, over {MAX_LIST_BYTES:,} B")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def listed(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    """The members of an open ZIP as its list has them; raises BadZipFile, also where that list is over 4 MB."""
    with zipfile.ZipFile(cast("IO[bytes]", _ListedShortly(file))) as archive:
        return archive.infolist()


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A ZIP whose ``members`` were looked through: who takes several of them reads its list once."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise _broken(path, str(error)) from None
    with archive:
        yield archive


def unpack(archive: zipfile.ZipFile, member: Member, target: Path) -> Path:
    """Write one member to ``target``; stops at 1 GB whatever the archive's directory said."""
    path, written = _path_of(archive), 0
    with _reading(archive, member) as stream, target.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if written > MAX_UNPACKED_BYTES:
                raise _refused(path, "解压后超过 1 GB", "over 1 GB unpacked", member.name, "≤ 1024 MB")
            out.write(chunk)
    return target


def head_of(archive: zipfile.ZipFile, member: Member, size: int) -> bytes:
    """The first ``size`` bytes of a member."""
    with _reading(archive, member) as stream:
        return stream.read(size)


@contextmanager
def _reading(archive: zipfile.ZipFile, member: Member) -> Iterator[IO[bytes]]:
    try:
        with archive.open(member.info) as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError) as error:
        raise _broken(_path_of(archive), f"{member.name}: {error}") from None
    except OSError as error:
        # A member that claims to begin before the file does; or one that bzip2 cannot unpack, which has no number.
        if error.errno in (errno.EINVAL, None):
            raise _broken(_path_of(archive), f"{member.name}: {error}") from None
        raise


def _path_of(archive: zipfile.ZipFile) -> Path:
    return Path(archive.filename or "")


def _name(info: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag are GBK in China; zipfile read them as code page 437."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _check_member(path: Path, member: Member) -> None:
    parts = PurePosixPath(member.name.replace("\\", "/"))
    odd = any(ord(c) < 32 for c in member.name)
    if odd or parts.is_absolute() or ".." in parts.parts or ":" in member.name.split("/")[0]:
        raise _refused(
            path, "压缩包内的路径不安全", "an unsafe path in the archive", member.name, "相对路径 / relative"
        )
    if stat.S_ISLNK(member.info.external_attr >> 16):
        raise _refused(path, "压缩包内有链接", "a link in the archive", member.name, "普通文件 / plain files")
    if member.info.flag_bits & 0x1:
        raise _refused(path, "压缩包已加密", "the archive is encrypted", member.name, "未加密 / not encrypted")


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] in (".DS_Store", "Thumbs.db")


def _broken(path: Path, why: str) -> Exception:
    return unreadable(path.name, "压缩包已损坏", "the archive is broken", found=why[:200], expected="ZIP")


def _refused(path: Path, zh: str, en: str, found: str, expected: str) -> Exception:
    return unreadable(path.name, zh, en, found=found, expected=expected)
