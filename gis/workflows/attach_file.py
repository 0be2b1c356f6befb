"""Attach a file to a parcel or a batch, and withdraw one that was attached wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd

from gis.analysis.withdrawn import counting
from gis.errors import NotFound
from gis.layers import ATTACHMENT
from gis.model import Actor, AttachmentKind, Query, Stage
from gis.store.attached_files import AttachedFiles
from gis.store.attached_types import IMAGES, tidy_file_name
from gis.store.port import Reader, Store, Writer
from gis.words import Words
from gis.workflows.judge_events import refuse_strangers
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.list_attachments import SHOWN, Subject, attachment_rows, require_subject
from gis.workflows.plain import Record, records_of
from gis.workflows.record_row import row_frame
from gis.workflows.withdrawal_reason import withdrawal_reason


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is told with a file. ``kind`` None: a photograph where the file is a picture, else a document."""

    file_name: str
    kind: AttachmentKind | None = None
    stage: Stage | None = None
    note: str = ""


def attach_file(
    store: Store, files: AttachedFiles, actor: Actor, subject: Subject, key: str, told: Attachment, file: BinaryIO
) -> Record:
    """
    Keep the file and write that it is attached: one that was withdrawn counts again. Gives the row as it is listed.

    Raises
    ------
    NotFound
        There is no such parcel or batch.
    NotAllowed
        The actor is an editor, and it is not of his jurisdiction.
    UnreadableFile, InvalidParameter, TooMuchAsked, StoreFull
        As ``AttachedFiles.keep``; nothing is attached.
    """
    _require_own(store, actor, subject, key)
    kept = files.keep(file, told.file_name)
    is_picture = kept.media_type in IMAGES
    row = {
        "subject": subject,
        "subject_key": key,
        "sha256": kept.sha256,
        "file_name": tidy_file_name(told.file_name, kept.media_type),
        "media_type": kept.media_type,
        "size_bytes": kept.size_bytes,
        "kind": told.kind or (AttachmentKind.PHOTO if is_picture else AttachmentKind.DOCUMENT),
        "stage": told.stage,
        "note": told.note or None,
        "withdrawn": False,
    }
    with writing_assessed(store, actor) as writer:
        _require_own(writer, actor, subject, key)
        writer.append(ATTACHMENT.name, row_frame(ATTACHMENT, row))
        return _one(writer, subject, key, kept.sha256)


def withdraw_attachment(store: Store, actor: Actor, subject: Subject, key: str, sha256: str, *, reason: str) -> None:
    """
    Say that an attachment counts no more, and why. Its row stays, and so does its file, which nobody is given any more.

    Raises
    ------
    NotFound
        Nothing of this content is attached there.
    NotAllowed
        The actor is an editor, and it is not of his jurisdiction.
    InvalidParameter
        The reason is none, or too long.
    """
    why = withdrawal_reason(reason)
    with writing_assessed(store, actor) as writer:
        rows = _counting_of(writer, subject, key, sha256)
        _require_own(writer, actor, subject, key)
        row = {name: rows.iloc[0][name] for name in ATTACHMENT.names}
        writer.append(ATTACHMENT.name, row_frame(ATTACHMENT, {**row, "note": why, "withdrawn": True}))


def _require_own(reader: Reader, actor: Actor, subject: str, key: str) -> None:
    """The parcel or batch is there, and the actor, if an editor, is of the towns that its land lies in."""
    require_subject(reader, subject, key)
    columns = ("parcel_no", "town")
    wanted = (
        Query(keys=(key,), columns=columns) if subject == "parcel" else Query(where=(("batch", key),), columns=columns)
    )
    refuse_strangers(reader, actor, reader.read("parcel", wanted))


def _counting_of(writer: Writer, subject: str, key: str, sha256: str) -> pd.DataFrame:
    rows = counting(attachment_rows(writer, subject, key))
    rows = rows[rows["sha256"] == sha256]
    if rows.empty:
        raise NotFound(Words("没有这个附件", "there is no such attachment"), found=sha256[:64])
    return rows


def _one(writer: Writer, subject: str, key: str, sha256: str) -> Record:
    return records_of(_counting_of(writer, subject, key, sha256), SHOWN)[0]
