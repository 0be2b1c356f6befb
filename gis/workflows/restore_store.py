"""Make a store from a backup, and check it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gis import store
from gis.store.moving import Progress
from gis.store.moving import restore_store as restored
from gis.store.port import Finding
from gis.workflows.verify_store import verify_store


def restore_store(where: str, file: Path, *, progress: Progress) -> tuple[Finding, ...]:
    """
    The backup as the new store ``where``, brought up to date where an older Guatu wrote it; gives what
    ``verify_store`` finds in it.

    Raises
    ------
    StoreExists, StoreMissing, StoreUnreachable, UnreadableFile, ProgramFailed, StoreFull
        As ``gis.store.moving.restore_store``; then there is no store.
    StoreSchema
        The backup is of a newer Guatu.
    """
    restored(where, file, progress)
    store.migrate_store(where)
    with closing(store.open_store(where)) as opened:
        opened.restart_changes()
        return verify_store(opened)
