"""
Wrong one-time codes, counted for all web processes of a host as wrong passwords are (webapp.attempts).

Members of a tour often share one address (the office's, or a telephone company's), so that more may be mistyped than
passwords before the next is not looked at; a right one clears what was held against the address. A code has 59 bits:
nobody comes near to guessing one in so many tries.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask import request

from gis.errors import TooManyAttempts
from gis.settings import Settings
from gis.words import Words
from gis.workflows.cast_ballot import WrongCode
from webapp.attempts import Attempts
from webapp.context import served

MOST_WRONG, LOCK_SECONDS = 30, 600

Found = TypeVar("Found")


def guarded(tour_no: str, look: Callable[[], Found]) -> Found:
    """
    What ``look`` gives, which raises WrongCode where the code is wrong.

    Raises
    ------
    TooManyAttempts
        The code is wrong, and too many wrong ones came from this address. A right one is always taken: many members
        may sit behind one address.
    """
    site = served()
    attempts = Attempts(_folder(site.settings), lock_after=MOST_WRONG, lock_seconds=LOCK_SECONDS)
    # Stores of one host may share the folder.
    name, address = f"{site.store.info.created_at.isoformat()}:{tour_no}", request.remote_addr or ""
    wait = attempts.wait_seconds(name, address)
    try:
        found = look()
    except WrongCode:
        if wait:
            raise _too_many(wait) from None
        attempts.note(name, address)
        raise
    if not wait:
        attempts.forget(name, address)
    return found


def _folder(settings: Settings) -> Path:
    """Beside a store of one file, as its other folders; for a database, under the system's temporary one."""
    if settings.db is not None and "://" not in settings.db:
        path = Path(settings.db)
        return path.with_name(f"{path.name}.codes")
    account = os.getuid() if hasattr(os, "getuid") else "all"
    return Path(tempfile.gettempdir()) / f"guatu-codes-{account}"


def _too_many(wait_seconds: int) -> TooManyAttempts:
    minutes = -(-wait_seconds // 60)
    words = Words(
        f"评分码错误次数过多，请 {minutes} 分钟后再试", f"too many wrong codes; try again in {minutes} minutes"
    )
    return TooManyAttempts(words, wait_seconds, expected=f"{wait_seconds} s")
