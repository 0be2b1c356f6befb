"""
Uploaded files before they are imported: each in a folder of its own, outside the store, bounded, and gone after a day.

A folder holds the original bytes, who brought them and when, and whatever is kept beside them as JSON. Processes of one
host share it; a lock that ends with its process tells whether somebody is at work on an upload.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from gis.errors import GuatuError, InvalidParameter, NotFound, StoreBusy, StoreFull, UnreadableFile
from gis.ingest.table import SourceFile
from gis.model import Actor, Role
from gis.words import Words

if sys.platform != "win32":
    import fcntl

_CHUNK = 1 << 20
_ID = re.compile(r"[0-9a-f]{16}")
_PART_NAME = re.compile(r"[a-z0-9-]{1,40}\.(?:json|jsonl|geojson)")
_LONGEST_NAME = 120
_SWEEP_SECONDS = 60.0
_LOCK_TRIES, _LOCK_SECONDS = 5, 0.05
# The disk, or the share of it that this account may take (Windows knows no such error).
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may lie in the folder, and how long."""

    upload_bytes: int = 200 * 1024**2
    total_bytes: int = 4 * 1024**3
    per_person: int = 20
    kept_hours: float = 24.0


class UploadTooLarge(UnreadableFile):
    """A file over the limit of one upload."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file: its id, the name it came with, size, SHA-256, who brought it and when (UTC)."""

    id: str
    name: str
    size: int
    sha256: str
    actor: str
    at: str
    folder: Path

    @property
    def file(self) -> Path:
        """The original bytes."""
        return self.folder / f"original{_safe_suffix(self.name)}"

    @property
    def source(self) -> SourceFile:
        """As the import reports name it."""
        return SourceFile(self.name, self.size, self.sha256)

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {
            "id": self.id,
            "name": self.name,
            "size": self.size,
            "sha256": self.sha256,
            "actor": self.actor,
            "at": self.at,
        }

    # ------------------------------------------------------------ what is kept beside

    def path(self, name: str) -> Path:
        """The place of something kept beside the original ("choices-0.json")."""
        if not _PART_NAME.fullmatch(name):
            raise ValueError(name)
        return self.folder / name

    def keep(self, name: str, value: Any) -> None:
        """Keep ``value`` as JSON under ``name``: whole or not at all."""
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        self.keep_text(name, text)

    def keep_text(self, name: str, text: str) -> None:
        """Keep a text under ``name``: whole or not at all. A folder that was dropped meanwhile stays gone."""
        making = self.folder / f".{secrets.token_hex(6)}"
        try:
            making.write_text(text, encoding="utf-8")
            os.replace(making, self.path(name))
        except FileNotFoundError:
            raise _gone(self.id) from None

    def kept(self, name: str) -> Any:
        """What was kept under ``name``; None where nothing was."""
        try:
            return json.loads(self.path(name).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    @contextmanager
    def working(self) -> Iterator[None]:
        """
        While the block lasts nobody else works on this upload; ends with the process, however that ends.

        Raises
        ------
        StoreBusy
            Somebody is at work on it.
        """
        for _ in range(_LOCK_TRIES):  # who only asks whether somebody works on it holds the lock for a moment
            with _locked(self.folder / "lock") as got:
                if got:
                    yield
                    return
            time.sleep(_LOCK_SECONDS)
        raise StoreBusy(Words("此上传正在处理中，请稍候", "this upload is being worked on"), found=self.name)

    @property
    def is_worked_on(self) -> bool:
        """Somebody is at work on it now."""
        if not self.folder.is_dir():
            return False
        with _locked(self.folder / "lock") as got:
            return not got


_held: set[str] = set()  # on Windows, where a store has one process: the locks of this one


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    if sys.platform == "win32":
        got = str(path) not in _held
        if got:
            _held.add(str(path))
        try:
            yield got
        finally:
            if got:
                _held.discard(str(path))
        return
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except FileNotFoundError:
        raise _gone(path.parent.name) from None
    try:
        yield _try_lock(handle)
    finally:
        os.close(handle)  # gives the lock back


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _gone(upload_id: str) -> GuatuError:
    return NotFound(
        Words("没有这个上传，可能已过期或已放弃", "no such upload: it may have expired or been dropped"),
        found=upload_id[:20],
    )


class Staging:
    """The folder of all uploads. Safe with threads and processes of one host."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self._swept = 0.0

    def receive(
        self, name: str, stream: IO[bytes], actor: Actor, look: Callable[[Upload], None] | None = None
    ) -> Upload:
        """
        Take a file in, its bytes as they are.

        ``look``: what is done with it before anybody sees that it is there, such as listing what it holds; where
        that raises, nothing of the file stays.

        Raises
        ------
        UploadTooLarge
            Over 200 MB; what came so far is gone.
        UnreadableFile
            Empty.
        InvalidParameter
            The person has 20 uploads already, or the folder is full.
        StoreFull
            The disk is.
        """
        self.sweep(now=True)
        self._check_room(actor)
        shown, upload_id = _clean_name(name), secrets.token_hex(8)
        making = self._private() / f"{upload_id}.coming"
        making.mkdir(mode=0o700)
        try:
            size, sha256 = self._copy(stream, making / f"original{_safe_suffix(shown)}", shown)
            at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            coming = Upload(upload_id, shown, size, sha256, actor.name, at, making)
            if look is not None:
                look(coming)
            coming.keep("about.json", coming.as_dict())
            upload = replace(coming, folder=self.folder / upload_id)
            os.replace(making, upload.folder)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise StoreFull(
                Words("磁盘空间不足，无法接收上传", "no room on the disk for the upload"), found=error.strerror
            ) from None
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return upload

    def _copy(self, stream: IO[bytes], target: Path, name: str) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with target.open("wb") as out:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > self.limits.upload_bytes:
                    raise self.too_large(name)
                digest.update(chunk)
                out.write(chunk)
        if size == 0:
            raise UnreadableFile(Words("文件是空的", "the file is empty"), found=f"{name}: 0 B", expected="> 0 B")
        return size, digest.hexdigest()

    def too_large(self, name: str) -> UploadTooLarge:
        """The refusal of a file over the limit."""
        most = self.limits.upload_bytes // 1024**2
        words = Words(
            f"文件超过 {most} MB，请分成几个文件上传", f"the file is over {most} MB: upload it in several files"
        )
        return UploadTooLarge(words, found=name, expected=f"≤ {most} MB")

    def _check_room(self, actor: Actor) -> None:
        there = list(self._every())
        own = sum(upload.actor == actor.name for upload in there)
        if own >= self.limits.per_person:
            raise InvalidParameter(
                Words("未处理的上传过多，请先入库或放弃一些", "too many uploads wait: import or drop some first"),
                found=str(own),
                expected=f"< {self.limits.per_person}",
            )
        if sum(upload.size for upload in there) > self.limits.total_bytes:
            raise InvalidParameter(
                Words("上传区已满，请先处理已有的上传", "the upload folder is full: deal with earlier uploads first"),
                found=f"{sum(upload.size for upload in there) // 1024**2} MB",
                expected=f"≤ {self.limits.total_bytes // 1024**2} MB",
            )

    def upload(self, upload_id: str, actor: Actor) -> Upload:
        """The upload of this id; raises NotFound where there is none, or it is another person's."""
        self.sweep()
        found = _read(self.folder / upload_id) if _ID.fullmatch(upload_id) else None
        if found is None or not _may_see(actor, found):
            raise _gone(upload_id)
        return found

    def uploads(self, actor: Actor) -> tuple[Upload, ...]:
        """The person's uploads, the latest first; an administrator sees everybody's."""
        self.sweep()
        seen = [upload for upload in self._every() if _may_see(actor, upload)]
        return tuple(sorted(seen, key=lambda upload: (upload.at, upload.id), reverse=True))

    def drop(self, upload: Upload) -> None:
        """Forget an upload; raises StoreBusy where somebody is at work on it."""
        with upload.working():
            shutil.rmtree(upload.folder, ignore_errors=True)

    def sweep(self, *, now: bool = False) -> None:
        """Forget what is over a day old and not being worked on; at most once a minute unless ``now``."""
        if not now and time.monotonic() - self._swept < _SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        oldest = time.time() - self.limits.kept_hours * 3600
        for folder in self._folders():
            with suppress(OSError, GuatuError):
                if folder.stat().st_mtime < oldest:
                    self._forget(folder)

    def _forget(self, folder: Path) -> None:
        found = _read(folder)
        if found is None:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self.drop(found)

    def _every(self) -> Iterator[Upload]:
        for folder in self._folders():
            upload = _read(folder) if _ID.fullmatch(folder.name) else None  # what is still coming is not there yet
            if upload is not None:
                yield upload

    def _folders(self) -> list[Path]:
        try:
            return [p for p in self.folder.iterdir() if p.is_dir() and _ID.fullmatch(p.name.removesuffix(".coming"))]
        except FileNotFoundError:
            return []

    def _private(self) -> Path:
        """The folder, made where it is not there, for this account alone."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mine = not hasattr(os, "getuid") or self.folder.stat().st_uid == os.getuid()
            usable = mine and not self.folder.is_symlink() and os.access(self.folder, os.W_OK)
        except OSError:
            usable = False
        if not usable:
            raise InvalidParameter(
                Words(
                    "上传文件夹不可用，请检查设置 GUATU_UPLOAD_DIR",
                    "the upload folder cannot be used: see GUATU_UPLOAD_DIR",
                ),
                expected="GUATU_UPLOAD_DIR",
            )
        return self.folder


def default_folder(db: str | None) -> Path:
    """Beside a store of one file; for a database, the account's own folder under the system's temporary one."""
    if db is not None and "://" not in db:
        path = Path(db)
        return path.with_name(f"{path.name}.uploads")
    account = os.getuid() if hasattr(os, "getuid") else "all"
    return Path(tempfile.gettempdir()) / f"guatu-uploads-{account}"


def _read(folder: Path) -> Upload | None:
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        return Upload(**about, folder=folder)
    except (OSError, ValueError, TypeError):
        return None


def _may_see(actor: Actor, upload: Upload) -> bool:
    return actor.role is Role.ADMIN or actor.name == upload.actor


def _clean_name(name: str) -> str:
    """The file's own name without any folder or control character, at most 120 characters."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")[-1]
    shown = "".join(c for c in base if c.isprintable()).strip(". ")
    stem, suffix = PurePosixPath(shown).stem, PurePosixPath(shown).suffix[:12]
    return f"{stem[: _LONGEST_NAME - len(suffix)]}{suffix}" if shown else "upload"


def _safe_suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,10}", suffix) else ""
