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
    yield from _cells(session)


def _cells(session: PostgisSession) -> Iterator[Finding]:
    """The prepared tiles as the parcels give them, to the square decimetre: both are whole numbers."""
    for place in session.sql.wrong_cells():
        where = "/".join(map(str, place))
        words = Words(f"小比例尺格网 {where} 与地块不符", f"the prepared cell {where} is not what the parcels give it")
        yield Finding("prepared_tiles", "parcel", None, words)
    for (fid,) in session.sql.wrong_large_parcels():
        words = Words(f"地块行 {fid} 的小比例尺位置不符", f"where row {fid} of parcel is drawn far out is not right")
        yield Finding("prepared_tiles", "parcel", None, words)
