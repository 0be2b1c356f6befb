"""The import desk: the page, uploads on their way into the store, and undo of what was imported."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, current_app, jsonify

from gis.ingest.staging import Limits, Upload
from gis.model import Actor
from gis.workflows.commit_upload import commit_upload
from gis.workflows.draft_rows import STATES
from gis.workflows.drop_upload import drop_upload
from gis.workflows.import_choices import Choices
from gis.workflows.list_imports import list_imports
from gis.workflows.preview_upload import Tell, check_upload, preview_map, preview_rows
from gis.workflows.run_upload import Doing, run_upload
from gis.workflows.show_upload import list_uploads, show_upload
from gis.workflows.stage_upload import IMPORTERS, part_of, stage_upload
from gis.workflows.undo_import import undo_import
from webapp.acting import allow
from webapp.bodies import body, document
from webapp.context import served
from webapp.params import key_in_path, reading
from webapp.security import takes_up_to
from webapp.views.desk_page import render_desk

blueprint = Blueprint("imports", __name__)
# The form around a file takes a little itself.
LARGEST_FORM_BYTES = Limits().upload_bytes + (1 << 20)
MOST_PAGES = 100_000
# How long a request waits for its work (app.config): small files then need no second one.
WAIT_SECONDS = "UPLOAD_WAIT_SECONDS"
DIGEST_LENGTH = 64


@blueprint.get("/import")
def page() -> str:
    """The page."""
    return render_desk("import.html", "import.js", by="stage")


@blueprint.get("/api/imports")
def imports() -> Response:
    """The person's uploads, and the imports that the store remembers."""
    with reading():
        pass
    acts = allow(*IMPORTERS)
    store, staging = served().store, served().staging
    limits = staging.limits
    told = {"upload_bytes": limits.upload_bytes, "per_person": limits.per_person, "kept_hours": limits.kept_hours}
    return jsonify({"uploads": list_uploads(store, staging, acts), "imports": list_imports(store), "limits": told})


@blueprint.post("/api/imports")
@takes_up_to(LARGEST_FORM_BYTES)
def upload() -> tuple[Response, int]:
    """Take a file in, look through it, and begin the check of its first part."""
    acts = allow(*IMPORTERS)
    with body() as ask:
        file = ask.file("file")
    if file is None:
        raise AssertionError("a body without its file was refused")
    found = stage_upload(served().staging, acts, file.filename or "", file.stream)
    _begin(found, "checking", 0, partial(check_upload, served().store, found, 0, Choices()))
    return jsonify(show_upload(served().store, found)), 201


@blueprint.get("/api/imports/<upload_id>")
def upload_shown(upload_id: str) -> Response:
    """How far an upload is."""
    with reading():
        pass
    return jsonify(show_upload(served().store, _upload(upload_id)[0]))


@blueprint.delete("/api/imports/<upload_id>")
def dropped(upload_id: str) -> tuple[str, int]:
    """Drop it."""
    drop_upload(served().staging, allow(*IMPORTERS), key_in_path("upload_id", upload_id))
    return "", 204


@blueprint.put("/api/imports/<upload_id>/parts/<int:number>")
def choices(upload_id: str, number: int) -> Response:
    """Say something of a part, and have it checked again."""
    found, _ = _upload(upload_id)
    part_of(found, number)
    said = Choices.from_dict(document())
    _begin(found, "checking", number, partial(check_upload, served().store, found, number, said))
    return jsonify(show_upload(served().store, found))


@blueprint.get("/api/imports/<upload_id>/parts/<int:number>/rows")
def rows(upload_id: str, number: int) -> Response:
    """A page of the preview's rows."""
    with reading() as ask:
        states = ask.among("state", STATES)
        page_asked = ask.whole("page", 0, MOST_PAGES, 0)
    return jsonify(preview_rows(_upload(upload_id)[0], number, states, page_asked))


@blueprint.get("/api/imports/<upload_id>/parts/<int:number>/map")
def features(upload_id: str, number: int) -> Response:
    """The preview as map features."""
    with reading():
        pass
    response = Response(preview_map(_upload(upload_id)[0], number), mimetype="application/geo+json")
    response.cache_control.no_store = True
    return response


@blueprint.post("/api/imports/<upload_id>/parts/<int:number>/commit")
def commit(upload_id: str, number: int) -> Response:
    """Import a part as its preview said."""
    found, acts = _upload(upload_id)
    part_of(found, number)
    with body() as ask:
        seen = ask.text("digest", longest=DIGEST_LENGTH, required=True)
    _begin(found, "committing", number, partial(commit_upload, served().store, acts, found, number, seen))
    return jsonify(show_upload(served().store, found))


@blueprint.post("/api/imports/undo")
def undo() -> Response:
    """Undo an import as a whole."""
    acts = allow(*IMPORTERS)
    with body() as ask:
        sha256 = ask.text("sha256", longest=DIGEST_LENGTH, required=True)
        layer = ask.text("layer", required=True)
    undone = undo_import(served().store, acts, sha256, layer)
    return jsonify({"undone": undone.as_dict(), "imports": list_imports(served().store)})


def _upload(upload_id: str) -> tuple[Upload, Actor]:
    """The person's upload of this address, and the person."""
    acts = allow(*IMPORTERS)
    return served().staging.upload(key_in_path("upload_id", upload_id), acts), acts


def _begin(found: Upload, doing: Doing, number: int, work: Callable[[Tell], object]) -> None:
    run_upload(found, doing, number, work, current_app.config.get(WAIT_SECONDS, 2.0))
