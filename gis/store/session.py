"""
An open transaction of either engine, as the code that both share sees it.

What a row is, which of a ledger's rows rules, what a write replaces: that is said once, in reading.py, writing.py
and incoming.py, over these few methods. Only how an engine wants to be asked differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gis.errors import UnreadableFile
from gis.layers import Layer
from gis.model import BBox
from gis.store.columns import GEOMETRY
from gis.store.port import Finding
from gis.store.values import Kept, frame_values
from gis.words import Words

if TYPE_CHECKING:
    from gis.store.tables import KeptTable

Geometries = NDArray[np.object_]
Bound = Mapping[str, Any]
# Rows as kept values by column; geometries as the engine keeps them.
Table = dict[str, Kept]


class Dialect(Protocol):
    """The few expressions that the engines write differently."""

    def each(self, name: str) -> str:
        """A subselect of the texts in ``:name``, a JSON list."""
        ...

    def among(self, expression: str, name: str, texts: Sequence[str]) -> tuple[str, Bound]:
        """The condition that ``expression`` is one of ``texts``, all storable, and what is bound to it as ``name``."""
        ...

    def holds(self, expression: str, name: str) -> str:
        """The condition that a text, in small letters, holds ``:name`` somewhere."""
        ...

    beginning: str
    """A day before every day."""

    def in_box(self, layer: Layer) -> tuple[str, str]:
        """The source, named ``t``, and the condition of rows whose box meets ``:west :south :east :north``."""
        ...

    def near(self, layer: Layer, boxes: Sequence[BBox]) -> tuple[str, Bound]:
        """The condition of rows of ``t`` whose box meets one of ``boxes``, and what is bound to it."""
        ...


class Session(Protocol):
    """One open transaction."""

    dialect: Dialect

    @property
    def sql(self) -> Named:
        """The engine's named statements, run in this transaction."""
        ...

    def rows(self, statement: str, bound: Bound) -> list[tuple[Any, ...]]:
        """All rows of a SELECT as kept values; ``bound`` holds the values of its ``:names``."""
        ...

    def arrays(self, statement: str, bound: Bound, types: Mapping[str, str]) -> dict[str, Any]:
        """
        All rows of a SELECT as the arrays that the port promises, by column.

        ``types``: column → type, in the order of the SELECT; ``geometry`` stands for geometries.
        """
        ...

    def many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """The named statement for each row's values."""
        ...

    def insert(self, layer: Layer, cells: Table) -> None:
        """Add rows: columns by name, all of one length."""
        ...

    def add(self, table: str, types: Mapping[str, str], cells: Table) -> None:
        """Add rows to a table of the store's own: kept values by column, all of one length; ``types`` as in arrays."""
        ...

    def load(self, table: KeptTable, cells: Table) -> None:
        """Add rows of any table with their own numbers: all columns, kept values, geometries as the engine's."""
        ...

    def loaded(self, table: KeptTable) -> None:
        """No more rows of this table come: later ones are numbered after them."""
        ...

    def update(self, layer: Layer, cells: Table, ids: Kept, before: Kept | None) -> None:
        """Replace cells of the rows with these ids; ``before``: the geometries that were there, where they change."""
        ...

    def delete(self, layer: Layer, ids: Kept, before: Kept | None) -> None:
        """Remove the rows with these ids; ``before``: their geometries, where the layer has such."""
        ...

    def touched(self, layer: str) -> None:
        """A row of this layer changed."""
        ...

    def finish(self) -> None:
        """What must be done once before the commit."""
        ...

    def kept_geometries(self, geometries: Geometries) -> Kept:
        """Geometries as the engine keeps them; None for a missing one."""
        ...

    def geometries_of(self, kept: Kept) -> Geometries:
        """Back again."""
        ...

    def engine_findings(self) -> Iterator[Finding]:
        """What the engine finds wrong in its own structures."""
        ...


class Named:
    """Named statements (aiosql) bound to one connection: ``named.last_change()``."""

    def __init__(self, queries: Any, connection: Any) -> None:
        self._queries = queries
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._queries, name), self._connection)


Sessions = AbstractContextManager[Session]


def arrays_of(session: Session, table: Table, types: Mapping[str, str]) -> dict[str, Any]:
    """Kept values as the arrays that the port promises."""
    return {
        name: session.geometries_of(kept) if types[name] == GEOMETRY else frame_values(types[name], kept)
        for name, kept in table.items()
    }


def broken_geometry(of: Words, error: Exception) -> UnreadableFile:
    """The refusal to read rows, called ``of``, among which a geometry cannot be read."""
    words = Words(
        f"{of.zh}中有损坏的几何，请用 guatu verify 查明",
        f"a geometry of {of.en} is broken: guatu verify names it",
    )
    return UnreadableFile(words, found=str(error)[:200], expected="几何 / a geometry")


def table_of(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> Table:
    """Fetched rows as columns."""
    cells = np.empty((len(rows), len(names)), dtype=object)
    if rows:
        cells[:] = rows
    return {name: cells[:, place] for place, name in enumerate(names)}
