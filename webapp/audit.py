"""
Who signed in, and who looked at people's data in full: a line each, with no personal data in it.

Who imported and who undid an import stands in the store's own import log, in the transaction that did it.

A line is JSON: ``at`` (UTC), ``who``, ``from``, ``act``, ``on`` (the key of the thing), ``result``. It goes to the
logger ``guatu.audit`` and, where there is a file, to its end; what cannot be written down is not shown.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from flask import Flask, current_app, request

from gis.settings import Settings

_KEY = "guatu_audit"
_log = logging.getLogger("guatu.audit")


def init(app: Flask, settings: Settings) -> None:
    """Where the lines go: as the settings say, else beside the accounts, else to the logger alone."""
    beside = f"{settings.accounts}.audit.log" if settings.accounts else None
    place = settings.audit_log or beside
    app.extensions[_KEY] = Path(place) if place else None


def note(who: str, act: str, on: str, *, result: str = "ok") -> None:
    """Write a line; raises OSError where it cannot be written."""
    line = json.dumps(
        {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "who": who,
            "from": request.remote_addr,
            "act": act,
            "on": on,
            "result": result,
        },
        ensure_ascii=False,
    )
    _log.info("%s", line)
    file = cast("Path | None", current_app.extensions[_KEY])
    if file is not None:
        # One write at the file's end: processes do not mix their lines.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0) as end:
            end.write(f"{line}\n".encode())
