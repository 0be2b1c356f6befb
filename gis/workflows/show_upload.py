"""How far an upload is: what it holds, what was found of each part, what is being done, and what came of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from gis.errors import NotFound, StoreBusy
from gis.ingest.staging import Staging, Upload
from gis.model import Actor
from gis.store.port import Store
from gis.words import Words
from gis.workflows.stage_upload import contents_kept

STATUS = "status.json"
_INTERRUPTED = Words(
    "处理中断（程序曾停止），库中未写入任何内容，可以重试",
    "interrupted (the program stopped); nothing was stored. Try again",
)


def show_upload(store: Store, upload: Upload) -> dict[str, Any]:
    """
    An upload as JSON.

    Returns
    -------
    dict
        What ``Upload.as_dict`` gives, and ``parts`` (each with ``choices``, ``detected``, ``preview``, ``done``: None
        where there is none yet), ``ignored``, ``is_archive``, and ``status``: ``doing`` ("checking", "committing" or
        None), ``part``, ``share`` (0 … 1), ``words``, ``error``.
    """
    status = status_of(store, upload)
    contents = contents_kept(upload)
    parts = [
        part.as_dict() | {name: upload.kept(f"{name}-{i}.json") for name in ("choices", "detected", "preview", "done")}
        for i, part in enumerate(contents.parts)
    ]
    return {
        **upload.as_dict(),
        "parts": parts,
        "ignored": [ignored.as_dict() for ignored in contents.ignored],
        "is_archive": contents.is_archive,
        "status": status,
    }


def status_of(store: Store, upload: Upload) -> dict[str, Any]:
    """What is being done with the upload; work whose process ended is told by what the store says of it."""
    is_busy = upload.is_worked_on  # before the status is read: who ends writes it first
    status: dict[str, Any] = upload.kept(STATUS) or idle()
    if status["doing"] is None or is_busy:
        return status
    try:
        with upload.working():  # what began meanwhile is not called interrupted
            return _ended(store, upload)
    except StoreBusy:
        return upload.kept(STATUS) or idle()


def _ended(store: Store, upload: Upload) -> dict[str, Any]:
    """The status of an upload that nobody works on, set right where its work was cut short."""
    status: dict[str, Any] = upload.kept(STATUS) or idle()
    if status["doing"] is None:
        return status
    if status["doing"] == "committing" and (report := logged_report(store, upload, int(status["part"]))) is not None:
        upload.keep(f"done-{status['part']}.json", report)
        status = idle()
    else:
        status = {**idle(), "part": status["part"], "error": _interrupted()}
    upload.keep(STATUS, status)
    return status


def idle() -> dict[str, Any]:
    """Nothing is being done."""
    return {"doing": None, "part": 0, "share": 0.0, "words": None, "error": None}


def _interrupted() -> dict[str, object]:
    return {"cause": "Interrupted", "message": _INTERRUPTED.as_dict(), "found": None, "expected": None}


def logged_report(store: Store, upload: Upload, number: int) -> dict[str, Any] | None:
    """The report of this part's import in the store's log; None where it was not committed."""
    log = store.read("import_log")
    for report in log["report"]:
        if isinstance(report, dict) and (report.get("upload"), report.get("part")) == (upload.id, number):
            return report
    return None


def list_uploads(store: Store, staging: Staging, actor: Actor) -> list[dict[str, Any]]:
    """The person's uploads in short: name, how many parts, how many of them are imported, what is being done."""
    found = []
    for upload in staging.uploads(actor):
        with suppress(NotFound):  # dropped or swept since it was listed
            found.append(_in_short(store, upload))
    return found


def _in_short(store: Store, upload: Upload) -> dict[str, Any]:
    parts = contents_kept(upload).parts
    done = sum(upload.path(f"done-{i}.json").exists() for i in range(len(parts)))
    return {**upload.as_dict(), "parts": len(parts), "done": done, "status": status_of(store, upload)}
