"""How many things stand behind each entry of the legend."""

from __future__ import annotations

from datetime import date

from gis.model import Coded, Level, Query, Stage, ZoneKind
from gis.store.port import Store
from gis.workflows.plain import Record

_COUNTED: dict[str, tuple[str, type[Coded]]] = {
    "parcel": ("stage", Stage),
    "zone": ("kind", ZoneKind),
    "park": ("level", Level),
}


def count_legend(store: Store, on: date) -> Record:
    """``{parcel: {stage: n}, zone: {kind: n}, park: {level: n}, town: n, on}``; a code without any is 0."""
    counted = {layer: _counts(store, layer, column, codes, on) for layer, (column, codes) in _COUNTED.items()}
    return {**counted, "town": len(store.read("town", Query(on=on, columns=("code",)))), "on": on.isoformat()}


def _counts(store: Store, layer: str, column: str, codes: type[Coded], on: date) -> dict[str, int]:
    counts = store.tally(layer, column, Query(on=on))
    return {member.value: int(counts.get(member.value, 0)) for member in codes}
