"""
Every table of a store, with the types of its columns: what moves when a store moves. The same in every store.

What an engine keeps for itself (spatial indexes, the layers' boxes, GeoPackage metadata, the migrations that were
run) is not here: the other engine has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gis.layers import ENTITIES, LAYERS, Layer
from gis.store.columns import GEOMETRY, RECORDED
from gis.store.statements import row_id
from gis.words import Words

_RECORDED = {name: "datetime" if name == "recorded_at" else "text" for name in RECORDED}


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table: its integer key ``id`` and all its columns, name → type as gis.layers has it, or datetime, geometry."""

    name: str
    words: Words
    id: str
    types: Mapping[str, str]

    @property
    def geometry(self) -> bool:
        """Its rows have a geometry, or may."""
        return GEOMETRY in self.types


def _of(layer: Layer) -> KeptTable:
    key = row_id(layer)
    geometry = {GEOMETRY: "geometry"} if layer.geometry else {}
    types = {key: "integer", **geometry, **{column.name: column.type for column in layer.columns}, **_RECORDED}
    return KeptTable(layer.name, layer.words, key, types)


STORE_INFO = KeptTable(
    "store_info",
    Words("库信息", "the store itself"),
    "id",
    {
        "id": "integer",
        "name": "text",
        "crs": "text",
        "created_at": "datetime",
        "created_by": "text",
        "created_role": "text",
        "data_on": "date",
        "is_sample": "boolean",
    },
)
ROW_HISTORY = KeptTable(
    "row_history",
    Words("历史记录", "replaced rows"),
    "id",
    {
        "id": "integer",
        "layer": "text",
        "key": "text",
        "valid_from": "date",
        "valid_to": "date",
        "attributes": "json",
        GEOMETRY: "geometry",
        **_RECORDED,
        "replaced_at": "datetime",
        "replaced_by": "text",
        "replaced_role": "text",
        "replaced_jurisdiction": "text",
    },
)
CHANGE = KeptTable(
    "change",
    Words("变更序列", "sequence of changes"),
    "seq",
    {"seq": "integer", "layer": "text", "key": "text", "changed_at": "datetime", "by_events": "boolean"},
)
ENTITY_TABLES = tuple(_of(layer) for layer in ENTITIES)
LEDGER_TABLES = tuple(_of(layer) for layer in LAYERS.values() if layer.kind == "ledger")
# Keys, and those that were retired, before what is said of them.
TABLES = (STORE_INFO, *ENTITY_TABLES, ROW_HISTORY, *LEDGER_TABLES, CHANGE)
