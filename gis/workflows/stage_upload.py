"""Take an uploaded file in and look through it. Nothing is written to the store."""

from __future__ import annotations

from typing import IO, Any

from gis.errors import NotFound
from gis.ingest.contents import Contents, Ignored, Part, contents_of
from gis.ingest.staging import Staging, Upload
from gis.model import Actor, Role
from gis.words import Words
from gis.workflows.require_role import require_role

IMPORTERS = (Role.PLANNER, Role.LAND_OFFICER, Role.ADMIN)
_CONTENTS = "contents.json"


def stage_upload(staging: Staging, actor: Actor, name: str, stream: IO[bytes]) -> Upload:
    """
    Receive a file and list what it holds.

    Raises
    ------
    NotAllowed
        The actor may not import.
    UnreadableFile, UploadTooLarge
        It cannot be read at all, is unsafe or too large; nothing of it is kept.
    InvalidParameter, StoreFull
        There is no room for it.
    """
    check_importer(actor)
    return staging.receive(name, stream, actor, _look_through)


def _look_through(upload: Upload) -> None:
    keep_contents(upload, contents_of(upload.file, upload.name))


def check_importer(actor: Actor) -> None:
    """Raises NotAllowed where the actor may not import."""
    require_role(actor, IMPORTERS, Words("没有导入权限", "you may not import files"))


def keep_contents(upload: Upload, contents: Contents) -> None:
    """Keep what the upload holds beside it."""
    upload.keep(
        _CONTENTS,
        {
            "parts": [part.as_dict() for part in contents.parts],
            "ignored": [ignored.as_dict() for ignored in contents.ignored],
            "is_archive": contents.is_archive,
        },
    )


def contents_kept(upload: Upload) -> Contents:
    """What the upload holds; raises NotFound where it is gone."""
    kept: dict[str, Any] | None = upload.kept(_CONTENTS)
    if kept is None:
        raise NotFound(
            Words("没有这个上传，可能已过期或已放弃", "no such upload: it may have expired"), found=upload.id
        )
    parts = tuple(Part(**row) for row in kept["parts"])
    ignored = tuple(Ignored(row["name"], Words(**row["why"])) for row in kept["ignored"])
    return Contents(parts, ignored, kept["is_archive"])


def part_of(upload: Upload, number: int) -> tuple[Part, bool]:
    """The part of this number, from 0, and whether it is the only one; raises NotFound."""
    parts = contents_kept(upload).parts
    if not 0 <= number < len(parts):
        raise NotFound(
            Words("上传中没有这一部分", "the upload has no such part"),
            found=str(number),
            expected=f"0 … {len(parts) - 1}",
        )
    return parts[number], len(parts) == 1
