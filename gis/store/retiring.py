"""Entities that leave the present, or are taken back. The same in every store."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from gis.errors import InvalidRow, NotFound
from gis.layers import LEDGERS, Layer
from gis.store import statements
from gis.store.columns import GEOMETRY, RECORDED
from gis.store.history import NEVER, HistoryKeeper, chosen, data_columns
from gis.store.port import TakenBack
from gis.store.session import Session, Table, table_of
from gis.store.values import Kept
from gis.words import Words, join

_MOST_NAMED = 20


def retire(keeper: HistoryKeeper, layer: Layer, keys: Collection[str], on: str) -> None:
    """See ``Writer.retire``."""
    stored = stored_rows(keeper.session, layer, sorted(keys))
    missing = sorted(set(keys) - set(stored[layer.key[0]]))
    if missing:
        named = "、".join(missing[:_MOST_NAMED])
        words = Words(f"库中没有这样的{layer.words.zh}：{named}", f"no such {layer.words.en}: {named}")
        raise NotFound(words, found=named)
    _refuse_spoken_of(keeper.session, layer, sorted(keys))
    _remove(keeper, layer, stored, on)


def _refuse_spoken_of(session: Session, layer: Layer, keys: Sequence[str]) -> None:
    """Rows of ledgers that the database itself holds to their thing keep it in place: told by name, not by engine."""
    told: list[Words] = []
    for ledger in LEDGERS:
        for column in (c.name for c in ledger.columns if c.is_foreign_key and c.references == layer.name):
            select = statements.select_spoken_of(session.dialect, ledger, column)
            if found := sorted(key for (key,) in session.rows(select, {"keys": json.dumps(list(keys))})):
                named = "、".join(found[:_MOST_NAMED])
                told.append(Words(f"{named} 有{ledger.words.zh}", f"{named}: {ledger.words.en}"))
    if told:
        why = join(told)
        words = Words(
            f"{layer.words.zh}还有记录，不能停用：{why.zh}",
            f"{layer.words.en} with records cannot be retired: {why.en}",
        )
        raise InvalidRow(words, found=why.zh)


def take_back(keeper: HistoryKeeper, layer: Layer, at: str) -> TakenBack:
    """See ``Writer.take_back``; ``at`` as stores keep moments."""
    session, key = keeper.session, layer.key[0]
    keys = [found for (found,) in session.rows(statements.select_recorded_at(layer), {"at": at})]
    before = _replaced_at(session, layer, keys, at)
    stored = stored_rows(session, layer, keys)
    had = np.array([found in before for found in stored[key]], dtype=bool)
    back, new = chosen(stored, had), chosen(stored, ~had)
    _restore(keeper, layer, back, before)
    _remove(keeper, layer, new, NEVER)
    return TakenBack(tuple(back[key].tolist()), tuple(new[key].tolist()))


def stored_rows(session: Session, layer: Layer, keys: Sequence[str]) -> Table:
    """The present rows of these keys as the history wants them, with their row ids."""
    names = (*data_columns(layer), *RECORDED)
    rows = session.rows(statements.select_stored(session.dialect, layer, names), {"keys": json.dumps(list(keys))})
    return table_of(rows, (statements.row_id(layer), *names))


def _replaced_at(session: Session, layer: Layer, keys: Sequence[str], at: str) -> dict[str, tuple[Any, Any]]:
    """By key, attributes and geometry of what stood before the transaction of that moment; of nothing, no entry."""
    before: dict[str, tuple[Any, Any]] = {}
    for key, attributes, geometry in session.sql.replaced_at(layer=layer.name, keys=json.dumps(list(keys)), at=at):
        before.setdefault(key, (json.loads(attributes), geometry))
    return {key: stood for key, stood in before.items() if stood[0] is not None}


def _restore(keeper: HistoryKeeper, layer: Layer, stored: Table, before: dict[str, tuple[Any, Any]]) -> None:
    keys = stored[layer.key[0]].tolist()
    if not keys:
        return
    keeper.keep(layer, stored, NEVER)
    stood = [{**before[key][0], GEOMETRY: before[key][1]} for key in keys]
    cells = {name: _column([row.get(name) for row in stood]) for name in data_columns(layer)}
    geometry = stored[GEOMETRY] if layer.geometry else None
    keeper.session.update(layer, keeper.signed(cells, len(keys)), stored[statements.row_id(layer)], geometry)


def _remove(keeper: HistoryKeeper, layer: Layer, stored: Table, until: str) -> None:
    """The rows held until that day; since then there is nothing of their keys."""
    keeper.keep(layer, stored, until)
    keeper.keep_absence(layer, stored[layer.key[0]].tolist(), NEVER)
    geometry = stored[GEOMETRY] if layer.geometry else None
    keeper.session.delete(layer, stored[statements.row_id(layer)], geometry)


def _column(values: Sequence[Any]) -> Kept:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
