"""Files attached to parcels and batches: listed, attached, withdrawn, and given out as what they are."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Blueprint, Response, jsonify, send_file

from gis.model import AttachmentKind, Stage
from gis.store.attached_files import LARGEST_FILE_BYTES
from gis.store.attached_types import IMAGES
from gis.workflows.attach_file import Attachment, attach_file, withdraw_attachment
from gis.workflows.list_attachments import Subject, find_attachment, list_attachments
from webapp.acting import allow, require_person
from webapp.bodies import body
from webapp.context import served
from webapp.params import key_in_path, reading
from webapp.rights import MAY
from webapp.security import takes_up_to

blueprint = Blueprint("attachments", __name__)
# The file and the form around it.
LARGEST_FORM_BYTES = LARGEST_FILE_BYTES + (1 << 16)
LONGEST_FILE_NAME = 1_000
# Nothing in it may run, load or be sent anywhere, whatever a browser takes it for.
_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@blueprint.get("/api/parcels/<path:parcel_no>/attachments")
def of_parcel(parcel_no: str) -> Response:
    """What is attached to a parcel."""
    return _listed("parcel", key_in_path("parcel_no", parcel_no))


@blueprint.get("/api/batches/<path:name>/attachments")
def of_batch(name: str) -> Response:
    """What is attached to a batch."""
    return _listed("batch", key_in_path("name", name))


@blueprint.post("/api/parcels/<path:parcel_no>/attachments")
@takes_up_to(LARGEST_FORM_BYTES)
def to_parcel(parcel_no: str) -> tuple[Response, int]:
    """Attach a file to a parcel."""
    return _attached("parcel", key_in_path("parcel_no", parcel_no))


@blueprint.post("/api/batches/<path:name>/attachments")
@takes_up_to(LARGEST_FORM_BYTES)
def to_batch(name: str) -> tuple[Response, int]:
    """Attach a file to a batch."""
    return _attached("batch", key_in_path("name", name))


@blueprint.delete("/api/parcels/<path:parcel_no>/attachments/<sha256>")
def from_parcel(parcel_no: str, sha256: str) -> tuple[Response, int]:
    """Withdraw an attachment of a parcel."""
    return _withdrawn("parcel", key_in_path("parcel_no", parcel_no), sha256)


@blueprint.delete("/api/batches/<path:name>/attachments/<sha256>")
def from_batch(name: str, sha256: str) -> tuple[Response, int]:
    """Withdraw an attachment of a batch."""
    return _withdrawn("batch", key_in_path("name", name), sha256)


@blueprint.get("/files/<sha256>/<path:file_name>")
def file(sha256: str, file_name: str) -> Response:
    """An attached file, of the type that the ledger has for it. Pictures are shown, all else is saved."""
    with reading():
        pass
    require_person()
    site = served()
    found = find_attachment(site.store, key_in_path("sha256", sha256), key_in_path("file_name", file_name))
    answer = send_file(
        site.files.path(found["sha256"]),
        mimetype=found["media_type"],
        as_attachment=found["media_type"] not in IMAGES,
        download_name=found["file_name"],
        etag=found["sha256"],
    )
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # A withdrawn file is not shown again from a browser's memory.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _listed(subject: Subject, key: str) -> Response:
    with reading():
        pass
    rows = list_attachments(served().store, subject, key)
    answer = jsonify({"subject": subject, "key": key, "attachments": rows})
    answer.cache_control.no_cache = True
    return answer


def _attached(subject: Subject, key: str) -> tuple[Response, int]:
    actor, site = allow(*MAY["attach"]), served()
    with body() as ask:
        sent = ask.file("file")
        kind, stage = ask.code("kind", AttachmentKind), ask.code("stage", Stage)
        note = ask.note("note")
    assert sent is not None  # noqa: S101  body() raises where a file is missing
    told = Attachment((sent.filename or "")[-LONGEST_FILE_NAME:], kind, stage, note)
    with sent.stream as stream:
        row = attach_file(site.store, site.files, actor, subject, key, told, cast("BinaryIO", stream))
    return jsonify(row), 201


def _withdrawn(subject: Subject, key: str, sha256: str) -> tuple[Response, int]:
    actor, site = allow(*MAY["attach"]), served()
    with body() as ask:
        reason = ask.reason()
    withdraw_attachment(site.store, actor, subject, key, key_in_path("sha256", sha256), reason=reason)
    return jsonify({"withdrawn": sha256}), 200
