"""
Work on an upload that outlasts a request: begun here, told beside the upload, one at a time for each upload.

A thread does it; the lock that it holds ends with the process, so that who asks later knows whether it still runs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Literal

from gis.errors import GuatuError
from gis.ingest.staging import Upload
from gis.words import Words
from gis.workflows.preview_upload import Tell
from gis.workflows.show_upload import STATUS, idle

Doing = Literal["checking", "committing"]
# Reading a large file takes memory: no more than so many at a time in one process.
_TURNS = threading.BoundedSemaphore(2)
_log = logging.getLogger(__name__)
_FAILED = Words("服务器出现意外错误，未写入任何内容", "an unexpected error; nothing was stored")


def run_upload(upload: Upload, doing: Doing, part: int, work: Callable[[Tell], object], wait_seconds: float) -> bool:
    """
    Begin ``work`` on an upload and wait for it a little; True where it has ended by then.

    Raises
    ------
    StoreBusy
        Something else is being done with the upload.
    """
    with ExitStack() as stack:
        stack.enter_context(upload.working())
        upload.keep(STATUS, {**idle(), "doing": doing, "part": part, "words": Words("排队", "waiting").as_dict()})
        held = stack.pop_all()
    thread = threading.Thread(
        target=_run, args=(upload, doing, part, work, held), name=f"upload-{upload.id}", daemon=True
    )
    thread.start()
    thread.join(wait_seconds)
    return not thread.is_alive()


def _run(upload: Upload, doing: Doing, part: int, work: Callable[[Tell], object], held: ExitStack) -> None:
    def tell(words: Words, share: float) -> None:
        status = {"doing": doing, "part": part, "share": share, "words": words.as_dict(), "error": None}
        upload.keep(STATUS, status)

    with held, _TURNS:
        error: dict[str, Any] | None = None
        try:
            work(tell)
        except GuatuError as cause:
            error = cause.as_dict()
        except Exception:  # nobody else would hear of it
            _log.exception("%s of upload %s failed", doing, upload.id)
            error = {"cause": "Unexpected", "message": _FAILED.as_dict(), "found": None, "expected": None}
        _end(upload, part, error)


def _end(upload: Upload, part: int, error: dict[str, Any] | None) -> None:
    try:
        upload.keep(STATUS, {**idle(), "part": part, "error": error})
    except (GuatuError, OSError):
        _log.warning("upload %s is gone", upload.id)
