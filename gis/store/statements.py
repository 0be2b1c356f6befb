# ruff: noqa: S608
"""
SQL that depends on a layer's columns, derived from its declaration; what the engines write differently
comes from their dialects.

Only names from gis.layers and this package are put into the text; every value is bound. (Hence the
exemption above: no text of a user's ever reaches these strings.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis.layers import Layer
from gis.model import Query, Says
from gis.store.columns import GEOMETRY, VERSION
from gis.store.ledgers import Ledger
from gis.store.session import Dialect
from gis.store.values import in_small_letters, sought_value, storable

Bound = dict[str, Any]
# Where a text is asked for that no row can hold: an engine would not even take it.
_NO_ROW = "1 = 0"


@dataclass
class Selection:
    """A SELECT in the making: conditions and what is bound to them."""

    conditions: list[str] = field(default_factory=list)
    bound: Bound = field(default_factory=dict)

    def add(self, condition: str, **bound: object) -> None:
        """One more condition; its named values are bound."""
        self.conditions.append(condition)
        self.bound.update(bound)

    @property
    def where(self) -> str:
        """The WHERE clause, empty where there is no condition."""
        return f"WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


def row_id(layer: Layer) -> str:
    """The integer primary key's name: GDAL's ``fid`` for entities, ``id`` for ledgers."""
    return "fid" if layer.kind == "entity" else "id"


def quoted(names: Iterable[str], prefix: str = "") -> str:
    """Column names in double quotes, with commas between."""
    return ", ".join(f'{prefix}"{name}"' for name in names)


@dataclass(frozen=True, slots=True)
class Reach:
    """
    How much of a query a SELECT of present rows answers by itself.

    ``unreplaced_since``: leave out rows replaced after that day. ``filtered``: equalities and the limit
    are applied here; not where rows of the past are still to be laid over these. ``ordered``: by key.
    """

    unreplaced_since: str | None = None
    filtered: bool = True
    ordered: bool = True


PRESENT = Reach()


def select_entities(
    dialect: Dialect, layer: Layer, columns: Sequence[str], query: Query, reach: Reach = PRESENT
) -> tuple[str, Bound]:
    """The present rows of a layer that ``query`` asks for."""
    key, chosen, source = layer.key[0], Selection(), f"{layer.name} AS t"
    if query.bbox is not None:
        source, condition = dialect.in_box(layer)
        chosen.add(condition, **dict(zip(("west", "south", "east", "north"), query.bbox.as_tuple(), strict=True)))
    if query.near is not None:
        condition, bound = dialect.near(layer, query.near)
        chosen.add(condition, **bound)
    if query.keys is not None:
        _choose(chosen, dialect, f't."{key}"', "keys", query.keys)
    if reach.unreplaced_since is not None:
        chosen.add(
            "NOT EXISTS (SELECT 1 FROM row_history AS h "
            f'WHERE h.layer = :layer AND h.key = t."{key}" AND h.valid_to > :day)',
            layer=layer.name,
            day=reach.unreplaced_since,
        )
    limit = _filter(chosen, dialect, layer, query, "t.") if reach.filtered else ""
    order = f' ORDER BY t."{key}"' if reach.ordered else ""
    shown = ", ".join(_version(layer) if name == VERSION else f't."{name}"' for name in columns)
    return f"SELECT {shown} FROM {source} {chosen.where}{order}{limit}", chosen.bound


def select_tally(dialect: Dialect, layer: Layer, column: str, query: Query) -> tuple[str, Bound]:
    """How many of the present rows that ``query`` asks for have each value of ``column``."""
    inner, bound = select_entities(dialect, layer, (column,), query, Reach(ordered=False))
    return f'SELECT "{column}", count(*) FROM ({inner}) AS counted GROUP BY "{column}" ORDER BY "{column}"', bound


def _version(layer: Layer) -> str:
    """One more than the versions of this key that have been replaced."""
    replaced = f"SELECT count(*) FROM row_history AS h WHERE h.layer = '{layer.name}' AND h.key = t.\"{layer.key[0]}\""
    return f'1 + ({replaced}) AS "{VERSION}"'


def _choose(chosen: Selection, dialect: Dialect, expression: str, name: str, texts: Sequence[str]) -> None:
    """Rows where ``expression`` is one of ``texts``."""
    condition, bound = dialect.among(expression, name, storable(texts))
    chosen.add(condition, **bound)


def _filter(chosen: Selection, dialect: Dialect, layer: Layer, query: Query, prefix: str = "") -> str:
    for place, (column, value) in enumerate(query.where):
        name = f"where{place}"
        if isinstance(value, tuple):
            _choose(chosen, dialect, f'{prefix}"{column}"', name, value)
        elif storable((value,)):
            chosen.add(f'{prefix}"{column}" = :{name}', **{name: sought_value(layer, column, value)})
        else:
            chosen.add(_NO_ROW)
    if query.says is not None:
        _say(chosen, dialect, query.says, prefix)
    if query.limit is None:
        return ""
    chosen.bound["limit"] = query.limit
    return " LIMIT :limit"


def _say(chosen: Selection, dialect: Dialect, says: Says, prefix: str) -> None:
    """Rows of which some column holds the text."""
    if storable((says.text,)):
        either = " OR ".join(dialect.holds(f'{prefix}"{column}"', "says") for column in says.columns)
        chosen.add(f"({either})", says=in_small_letters(says.text))
    else:
        chosen.add(_NO_ROW)


def select_events(dialect: Dialect, ledger: Ledger, columns: Sequence[str], query: Query) -> tuple[str, Bound]:
    """Every row up to the day, by owner, day and order of writing."""
    chosen = _owned(dialect, ledger, query)
    if query.on is not None:
        chosen.add(f'"{ledger.day}" <= :day', day=query.on.isoformat())
    limit = _filter(chosen, dialect, ledger.layer, query)
    order = f'"{ledger.owner}", "{ledger.day}", id'
    return f"SELECT {quoted(columns)} FROM {ledger.layer.name} {chosen.where} ORDER BY {order}{limit}", chosen.bound


def select_ruling(dialect: Dialect, ledger: Ledger, columns: Sequence[str], query: Query) -> tuple[str, Bound]:
    """The ruling row of each key, as gis.store.ledgers says."""
    layer, key = ledger.layer, quoted(ledger.layer.key)
    owned = _owned(dialect, ledger, query)
    counted = f"SELECT *, {_counts_from(dialect, ledger)} AS counts_from FROM {layer.name} {owned.where}"
    known = Selection(bound=owned.bound)
    if query.on is not None:
        known.add("counts_from <= :day", day=query.on.isoformat())
    ranked = (
        f"SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY counts_from DESC, id DESC) AS place "
        f"FROM ({counted}) AS counted {known.where}"
    )
    ruling = Selection(["place = 1"], known.bound)
    shown = ", ".join(_as_known(ledger, name, query) for name in columns)
    inner = f"SELECT {shown}, {_order(ledger)} FROM ({ranked}) AS ranked {ruling.where}"
    chosen = Selection(bound=ruling.bound)
    limit = _filter(chosen, dialect, ledger.layer, query)
    order = ", ".join(f"order{place} NULLS FIRST" for place in range(len(layer.key) + 1))
    return f"SELECT {quoted(columns)} FROM ({inner}) AS ruling {chosen.where} ORDER BY {order}{limit}", chosen.bound


def _counts_from(dialect: Dialect, ledger: Ledger) -> str:
    """The day from which a row counts: its own, else the latest known when it was written, else the beginning."""
    if ledger.day is None:
        return dialect.beginning
    before = f'max("{ledger.day}") OVER (PARTITION BY {quoted(ledger.layer.key)} ORDER BY id)'
    return f'coalesce("{ledger.day}", {before}, {dialect.beginning})'


def _order(ledger: Ledger) -> str:
    return ", ".join(f'"{name}" AS order{place}' for place, name in enumerate((*ledger.layer.key, "id")))


def _owned(dialect: Dialect, ledger: Ledger, query: Query) -> Selection:
    chosen = Selection()
    if query.keys is not None:
        _choose(chosen, dialect, f'"{ledger.owner}"', "keys", query.keys)
    return chosen


def _as_known(ledger: Ledger, name: str, query: Query) -> str:
    if query.on is None or name != ledger.hides_after:
        return f'"{name}"'
    return f'CASE WHEN "{name}" <= :day THEN "{name}" END AS "{name}"'


def select_stored(dialect: Dialect, layer: Layer, columns: Sequence[str]) -> str:
    """The rows of some owners (``:keys``, a JSON list) in the order in which they were written."""
    owner = layer.column(layer.key[0])
    expression = f'"{owner.name}"' if owner.type == "text" else f'CAST("{owner.name}" AS text)'
    owned = f"{expression} IN ({dialect.each('keys')})"
    return f"SELECT {row_id(layer)}, {quoted(columns)} FROM {layer.name} WHERE {owned} ORDER BY {row_id(layer)}"


def select_recorded_at(layer: Layer) -> str:
    """The keys of the rows that were written at the moment ``:at``."""
    return f'SELECT "{layer.key[0]}" FROM {layer.name} WHERE recorded_at = :at ORDER BY "{layer.key[0]}"'


def select_known_keys(dialect: Dialect, layer: Layer) -> str:
    """Which of ``:keys`` (a JSON list) the layer holds."""
    key = layer.key[0]
    return f'SELECT "{key}" FROM {layer.name} WHERE "{key}" IN ({dialect.each("keys")})'


def select_spoken_of(dialect: Dialect, ledger: Layer, column: str) -> str:
    """Of which of ``:keys`` (a JSON list) the ledger's ``column`` tells."""
    return f'SELECT DISTINCT "{column}" FROM {ledger.name} WHERE "{column}" IN ({dialect.each("keys")})'


def count(layer: Layer) -> str:
    """Rows of a layer."""
    return f"SELECT count(*) FROM {layer.name}"


def select_shapes_ever(dialect: Dialect, layer: Layer) -> str:
    """The geometries that entities have or had; takes a list ``keys`` and the ``layer``'s name."""
    keys = dialect.each("keys")
    return (
        f"SELECT {GEOMETRY} FROM {layer.name} WHERE {layer.key[0]} IN ({keys}) AND {GEOMETRY} IS NOT NULL "
        f"UNION ALL SELECT {GEOMETRY} FROM row_history "
        f"WHERE layer = :layer AND key IN ({keys}) AND {GEOMETRY} IS NOT NULL"
    )
