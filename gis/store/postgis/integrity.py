"""What must be true of a PostGIS store's own structures: indexes, constraints, guards, extents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gis.layers import ENTITIES, LAYERS
from gis.store.port import Finding
from gis.words import Words

if TYPE_CHECKING:
    from gis.store.postgis.session import PostgisSession

_GUARDED = {*(name for name, layer in LAYERS.items() if layer.kind == "ledger"), "row_history", "change"}


def engine_findings(session: PostgisSession) -> Iterator[Finding]:
    """Everything that is not as it must be. Keys and values themselves the database refuses by constraint."""
    for (name,) in session.sql.broken_indexes():
        yield Finding("engine", None, None, Words(f"索引 {name} 无效", f"the index {name} is not valid"))
    for name, table in session.sql.unchecked_constraints():
        words = Words(f"{table} 的约束 {name} 未经检验", f"the constraint {name} of {table} was never checked")
        yield Finding("engine", None, None, words)
    for name in sorted(_GUARDED - {name for (name,) in session.sql.guarded_tables()}):
        words = Words(f"{name} 的只增保护已关闭", f"{name} may be changed: its append-only trigger is off")
        yield Finding("metadata", name if name in LAYERS else None, None, words)
    for layer in ENTITIES:
        if layer.geometry and (stated := session.recorded(layer.name)) != (real := session.measured(layer.name)):
            words = Words(
                f"{layer.words.zh}登记的范围 {stated} 与实际范围 {real} 不符",
                f"the stated extent of {layer.name} {stated} is not the real one {real}",
            )
            yield Finding("extent", layer.name, None, words)
