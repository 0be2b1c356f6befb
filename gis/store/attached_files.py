"""
Files that are attached to parcels and batches: a folder outside the database, each under the hash of its content.

A file is kept as it came, byte for byte, photographs with what the camera wrote into them (place and time): they are
evidence. The program never changes or removes one; which of them count is for the ``attachment`` ledger to say.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gis.errors import InvalidParameter, NotFound, StoreFull, TooMuchAsked, UnreadableFile
from gis.store.attached_types import media_type_of
from gis.words import Words

LARGEST_FILE_BYTES = 20 << 20
_CHUNK_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = ".part"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What the folder knows of a file that it holds."""

    sha256: str
    size_bytes: int
    media_type: str


def folder_beside(where: str | None, files_dir: str | None) -> Path | None:
    """The folder of a store: as the settings name it, else beside its file; None for a database without a setting."""
    if files_dir:
        return Path(files_dir)
    return Path(f"{where}.files") if where and "://" not in where else None


class AttachedFiles:
    """The folder. It is made when the first file comes; ``most_bytes`` bounds what it holds in all."""

    def __init__(self, folder: Path | None, *, most_bytes: int) -> None:
        self.folder = folder
        self._most_bytes = most_bytes

    def keep(self, file: BinaryIO, name: str) -> KeptFile:
        """
        Keep a file under its content's hash, once however often it comes; it is whole on the disk when this returns.

        Raises
        ------
        UnreadableFile
            It is too large, or of a kind that is not taken.
        InvalidParameter
            The store is a database, and no folder is set.
        TooMuchAsked, StoreFull
            The folder holds as much as it may; the disk is full.
        """
        folder = self._set_folder()
        media_type = media_type_of(file, name)
        with _no_room_told(), _arriving(folder) as part:
            sha256, size = _copied(file, part)
            place = self._place(folder, sha256)
            if not place.exists():
                self._check_room(folder, size)
                place.parent.mkdir(exist_ok=True)
                part.replace(place)
                _force_to_disk(place.parent)
        return KeptFile(sha256, size, media_type)

    def path(self, sha256: str) -> Path:
        """Where the file of this hash lies; raises NotFound where there is none."""
        found = self._place(self.folder, sha256) if self.folder and _SHA256.fullmatch(sha256) else None
        if found is None or not found.is_file():
            raise NotFound(Words("附件的文件不在了", "the attachment's file is not there"), found=sha256[:64])
        return found

    def is_whole(self, sha256: str) -> bool:
        """Whether the file is there and its content is still the one that was attached."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except (NotFound, OSError):
            return False

    def _set_folder(self) -> Path:
        if self.folder is None:
            raise InvalidParameter(
                Words("没有设置附件文件夹，不能保存附件", "no folder for attached files is set, so none can be kept"),
                expected="GUATU_FILES_DIR=FOLDER",
            )
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        return self.folder

    @staticmethod
    def _place(folder: Path, sha256: str) -> Path:
        return folder / sha256[:2] / sha256[2:]

    def _check_room(self, folder: Path, size: int) -> None:
        if sum(_sizes(folder)) + size > self._most_bytes:
            raise TooMuchAsked(
                Words("附件文件夹已满，请管理员扩大", "the folder of attached files holds as much as it may"),
                expected=f"≤ {self._most_bytes // 1_000_000} MB (GUATU_FILES_TOTAL_MB)",
            )


def _sizes(folder: Path) -> Iterator[int]:
    with os.scandir(folder) as parts:
        for part in [entry for entry in parts if entry.is_dir(follow_symlinks=False)]:
            with os.scandir(part) as files:
                yield from (file.stat(follow_symlinks=False).st_size for file in files)


@contextmanager
def _arriving(folder: Path) -> Iterator[Path]:
    """A name for a file that is not whole yet; whatever happens, nothing stays under it."""
    part = folder / f".{secrets.token_hex(8)}{_PART}"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _copied(file: BinaryIO, part: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as copy:
        while chunk := file.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > LARGEST_FILE_BYTES:
                raise UnreadableFile(
                    Words("文件过大", "the file is too large"),
                    found=f"> {size >> 20} MB",
                    expected=f"≤ {LARGEST_FILE_BYTES >> 20} MB",
                )
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest(), size


def _force_to_disk(folder: Path) -> None:
    with suppress(OSError):  # not every system lets a folder be forced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _no_room_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StoreFull(Words("磁盘已满，附件没有保存", "the disk is full, the file was not kept")) from None
