"""Forget an upload; the store never saw it."""

from __future__ import annotations

from gis.ingest.staging import Staging
from gis.model import Actor
from gis.workflows.stage_upload import check_importer


def drop_upload(staging: Staging, actor: Actor, upload_id: str) -> None:
    """
    Drop an upload with all that was found of it.

    Raises
    ------
    NotFound
        There is none, or it is another person's.
    StoreBusy
        It is being worked on.
    """
    check_importer(actor)
    staging.drop(staging.upload(upload_id, actor))
