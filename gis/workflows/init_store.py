"""Make an empty store."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing

from gis.crs import working_crs
from gis.model import Actor
from gis.store import create_store
from gis.store.port import Store


def init_store(where: str, *, name: str, crs: str, actor: Actor) -> AbstractContextManager[Store]:
    """
    Make an empty store in the working CRS ``crs`` with the shipped rule parameters; closes at the block's end.

    Raises
    ------
    CrsRefused
        ``crs`` is not projected, not in metres, or on a datum that must not be used.
    StoreExists
        Something is already there.
    """
    return closing(create_store(where, name=name, crs=working_crs(crs), actor=actor))
