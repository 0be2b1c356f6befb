"""Keeping what a write replaces. The same in every store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.layers import Layer
from gis.model import Actor
from gis.store.columns import GEOMETRY, RECORDED, STAGE_COLUMNS
from gis.store.session import Session, Table

# Before every day: what holds until then never held.
NEVER = "0001-01-01"


@dataclass(frozen=True, slots=True)
class HistoryKeeper:
    """Writes rows of the history within an open transaction; ``at`` is its moment, ``actor`` who replaces."""

    session: Session
    actor: Actor
    at: str

    def keep(self, layer: Layer, stored: Table, valid_to: str) -> None:
        """These rows, in the columns of ``data_columns`` and RECORDED, held until ``valid_to``."""
        names = [name for name in data_columns(layer) if name != GEOMETRY]
        rows = range(len(stored[layer.key[0]]))
        attributes = [_json({name: stored[name][row] for name in names}) for row in rows]
        geometries = stored[GEOMETRY].tolist() if layer.geometry else [None for _ in rows]
        recorded = [{name: stored[name][row] for name in RECORDED} for row in rows]
        kept = zip(stored[layer.key[0]].tolist(), attributes, geometries, recorded, strict=True)
        self._add(layer, list(kept), valid_to)

    def keep_absence(self, layer: Layer, keys: Sequence[str], valid_to: str) -> None:
        """There was nothing of these keys until ``valid_to``: attributes are JSON's null."""
        self._add(layer, [(key, "null", None, self.recorded) for key in keys], valid_to)

    def signed(self, cells: Table, size: int) -> Table:
        """The cells of new rows, and who wrote them."""
        return cells | {name: np.full(size, value, dtype=object) for name, value in self.recorded.items()}

    @property
    def recorded(self) -> dict[str, str | None]:
        """Who writes, as rows have it."""
        told = (self.at, self.actor.name, self.actor.role.value, self.actor.jurisdiction)
        return dict(zip(RECORDED, told, strict=True))

    def _add(self, layer: Layer, kept: Sequence[tuple[str, str, Any, Mapping[str, str | None]]], valid_to: str) -> None:
        if not kept:
            return
        begun = dict(self.session.sql.last_history(layer=layer.name, keys=json.dumps([key for key, *_ in kept])))
        by = {"by": self.actor.name, "role": self.actor.role.value, "jurisdiction": self.actor.jurisdiction}
        rows = [
            {
                "layer": layer.name,
                "key": key,
                "valid_from": begun.get(key),
                "valid_to": valid_to,
                "attributes": attributes,
                "geometry": geometry,
                **recorded,
                "at": self.at,
                **by,
            }
            for key, attributes, geometry, recorded in kept
        ]
        self.session.many("add_history", rows)


def data_columns(layer: Layer) -> tuple[str, ...]:
    """What a version of an entity consists of: everything but what its events say, which is kept by them."""
    staged = STAGE_COLUMNS.get(layer.name, ())
    geometry = (GEOMETRY,) if layer.geometry else ()
    return (*(name for name in layer.names if name not in staged), *geometry)


def chosen(table: Table, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Table:
    """These rows of a table."""
    return {name: kept[rows] for name, kept in table.items()}


def _json(values: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in values.items() if value is not None}, ensure_ascii=False)
