"""The store that a command works on: what ``--db`` or GUATU_DB names."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, closing
from typing import TYPE_CHECKING

import click

from gis.errors import InvalidParameter
from gis.settings import Settings
from gis.words import Words

if TYPE_CHECKING:
    from gis.store.port import Store


def place_of(ctx: click.Context) -> str:
    """The store's place; raises InvalidParameter where none is named."""
    db: str | None = ctx.obj
    if not db:
        raise InvalidParameter(
            Words("没有指定数据库", "no store was named"), expected="guatu --db FILE …  |  GUATU_DB=FILE guatu …"
        )
    return whole_place(db)


def whole_place(place: str) -> str:
    """A store's place; a database's address with the password of its file."""
    return settings_of(place).db or place


def settings_of(db: str) -> Settings:
    """The settings of the environment, for this store."""
    return Settings.from_env({**os.environ, "GUATU_DB": db})


def opened(ctx: click.Context) -> AbstractContextManager[Store]:
    """The store, closed at the block's end."""
    from gis.store import open_store

    return closing(open_store(place_of(ctx)))
