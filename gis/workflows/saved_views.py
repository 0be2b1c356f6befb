"""Views that people keep by name: the conditions of a page's address. Each name stands for one view."""

from __future__ import annotations

import pandas as pd

from gis.analysis.withdrawn import counting
from gis.errors import InvalidParameter, NotFound, Place
from gis.model import Actor
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workflows.plain import Record, records_of

_SHOWN = ("name", "page", "query", "recorded_at", "recorded_by")
# The ledger wants a text: a view of everything has no condition.
_OF_EVERYTHING = "?"


def list_views(reader: Reader, page: str = "") -> list[Record]:
    """The views of ``page`` ("": of all), by name: name, page, query, and who saved it when."""
    kept = counting(reader.read("saved_view"))
    rows = records_of(kept[kept["page"] == page] if page else kept, _SHOWN)
    return [{**row, "query": "" if row["query"] == _OF_EVERYTHING else row["query"]} for row in rows]


def save_view(
    store: Store, actor: Actor, view: tuple[str, str, str], *, was: str = "", replace: bool = False
) -> Record:
    """
    Keep ``view`` (name, page, query of the address); ``was``: the name that it had, which goes.

    Raises
    ------
    InvalidParameter
        Another view has this name, and ``replace`` does not say that it is to go.
    NotFound
        There is no view ``was``.
    """
    name, page, query = view
    with store.writing(actor) as writer:
        known = {row["name"]: row for row in list_views(writer)}
        if was and was not in known:
            raise _unknown(was)
        if name in known and name != was and not replace:
            words = Words(f"已有名为“{name}”的视图", f"there is a view '{name}' already")
            raise InvalidParameter(words, found=name, expected="replace: true", place=Place(column="name"))
        if was and was != name:
            writer.append("saved_view", _row(was, known[was]["page"], known[was]["query"], withdrawn=True))
        writer.append("saved_view", _row(name, page, query, withdrawn=False))
    return {"name": name, "page": page, "query": query}


def withdraw_view(store: Store, actor: Actor, name: str) -> Record:
    """Take a view away; raises NotFound."""
    with store.writing(actor) as writer:
        known = {row["name"]: row for row in list_views(writer)}
        if name not in known:
            raise _unknown(name)
        writer.append("saved_view", _row(name, known[name]["page"], known[name]["query"], withdrawn=True))
    return {"name": name, "withdrawn": True}


def _row(name: str, page: str, query: str, *, withdrawn: bool) -> pd.DataFrame:
    kept = query or _OF_EVERYTHING
    return pd.DataFrame({"name": [name], "page": [page], "query": [kept], "withdrawn": [withdrawn]})


def _unknown(name: str) -> NotFound:
    return NotFound(Words(f"没有名为“{name}”的视图", f"there is no view '{name}'"), found=name)
