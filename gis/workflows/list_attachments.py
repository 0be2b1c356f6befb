"""What is attached to a parcel or a batch."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from gis.analysis.withdrawn import counting
from gis.errors import InvalidParameter, NotFound
from gis.layers import BATCH, PARCEL
from gis.model import AttachmentKind, Query
from gis.store.attached_files import AttachedFiles
from gis.store.port import Finding, Reader, Store
from gis.words import Words
from gis.workflows.one_entity import not_found
from gis.workflows.plain import Record, records_of

Subject = Literal["parcel", "batch"]
SUBJECTS: tuple[Subject, ...] = ("parcel", "batch")
SHOWN = ("sha256", "file_name", "media_type", "size_bytes", "kind", "stage", "note", "recorded_at", "recorded_by")


def list_attachments(store: Store, subject: Subject, key: str) -> list[Record]:
    """
    The attachments that count, in the order of their first attachment: ``SHOWN``.

    Raises
    ------
    NotFound
        There is no such parcel or batch.
    """
    require_subject(store, subject, key)
    return records_of(counting(attachment_rows(store, subject, key)), SHOWN)


def find_attachment(store: Store, sha256: str, file_name: str) -> Record:
    """
    The attachment of this content and name, whatever it is attached to.

    Raises
    ------
    NotFound
        None that counts has them: of a file that nobody attached, or whose attachments were withdrawn.
    """
    rows = counting(store.read("attachment", Query(where=(("sha256", sha256), ("file_name", file_name)))))
    if rows.empty:
        raise NotFound(Words("没有这个附件", "there is no such attachment"), found=file_name[:120])
    return records_of(rows, SHOWN)[0]


def verify_attachments(store: Store, files: AttachedFiles) -> tuple[Finding, ...]:
    """Attachments that count and whose file is not there, or is not what was attached."""
    rows = counting(store.read("attachment"))
    damaged = [sha256 for sha256 in rows["sha256"].unique() if not files.is_whole(sha256)]
    words = Words("附件的文件缺失或已被改动", "the attachment's file is missing or was altered")
    return tuple(
        Finding("attachment_whole", "attachment", f"{row['subject_key']} {row['file_name']}", words)
        for row in records_of(rows[rows["sha256"].isin(damaged)])
    )


def require_subject(reader: Reader, subject: str, key: str) -> None:
    """Raise NotFound where there is no such parcel, or no batch of this name that counts."""
    if subject == "parcel":
        if reader.read("parcel", Query(keys=(key,), columns=("parcel_no",))).empty:
            raise not_found(PARCEL, key)
    elif subject == "batch":
        if counting(reader.read("batch", Query(keys=(key,)))).empty:
            raise not_found(BATCH, key)
    else:
        raise InvalidParameter(Words("未知的对象", "unknown subject"), found=subject, expected=" | ".join(SUBJECTS))


def attachment_rows(reader: Reader, subject: str, key: str) -> pd.DataFrame:
    """The latest row of each attachment, those that were withdrawn among them."""
    return reader.read("attachment", Query(where=(("subject", subject), ("subject_key", key))))


def find_photo(reader: Reader, file_name: str) -> str | None:
    """The hash of a photograph of this name that is attached to something and counts; None where there is none."""
    rows = counting(reader.read("attachment", Query(where=(("file_name", file_name),))))
    # A scanned document is a picture too, and may be about people.
    pictures = rows[(rows["kind"] == AttachmentKind.PHOTO.value) & rows["media_type"].str.startswith("image/")]
    return None if pictures.empty else str(pictures["sha256"].iloc[-1])
