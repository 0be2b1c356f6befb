"""Whether a row is still the version that its editor read. The same in every store."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.errors import Clash, Conflict, InvalidParameter
from gis.layers import Layer
from gis.store.columns import GEOMETRY
from gis.store.incoming import Incoming
from gis.store.session import Session, Table
from gis.store.values import Kept
from gis.words import Words

# So many are told with both their versions.
_MOST_CLASHES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What the store has for incoming rows: its rows, each one's place among them or -1, and which would change."""

    stored: Table
    places: NDArray[np.intp]
    changing: NDArray[np.bool_]


def refuse_stale(session: Session, incoming: Incoming, found: Found, expected: Mapping[str, int]) -> None:
    """Raises Conflict where a row that would change has another version than its editor read (``Writer.put``)."""
    owners = incoming.owners
    _refuse_strangers(expected, owners)
    watched = [row for row in np.flatnonzero(found.changing).tolist() if owners[row] in expected]
    counted = _versions(session, incoming.layer, [owners[row] for row in watched])
    stale = []
    for row in watched:
        version = 0 if found.places[row] < 0 else counted.get(owners[row], 1)
        if version != expected[owners[row]]:
            stale.append((row, int(expected[owners[row]]), version))
    if stale:
        clashes = [_clash(session, incoming, found, row, versions) for row, *versions in stale[:_MOST_CLASHES]]
        raise _conflict(incoming.layer, clashes, len(stale))


def _refuse_strangers(expected: Mapping[str, int], owners: Collection[str]) -> None:
    for key in sorted(set(expected) - set(owners)):
        words = Words("要求核对版本的键不在数据中", "a version is expected of a key that is not among the rows")
        raise InvalidParameter(words, found=key)


def _versions(session: Session, layer: Layer, keys: list[str]) -> dict[str, int]:
    """Versions of keys that have been changed since they were new."""
    if not keys:
        return {}
    return {key: 1 + n for key, n in session.sql.replaced_versions(layer=layer.name, keys=json.dumps(keys))}


def _clash(session: Session, incoming: Incoming, found: Found, row: int, versions: Sequence[int]) -> Clash:
    """Both versions of a row: ``versions`` as expected and as stored."""
    place = int(found.places[row])
    wanted = {name: values[row] for name, values in incoming.columns.items() if values[row] is not None}
    stored = {name: found.stored[name][place] for name in wanted} if place >= 0 else {}
    if incoming.geometry is not None and incoming.geometry[row] is not None:
        wanted[GEOMETRY] = shapely.to_wkt(incoming.geometry[row], rounding_precision=-1)
        if place >= 0:
            stored[GEOMETRY] = _wkt(session, found.stored[GEOMETRY][place : place + 1])
    expected, version = versions
    at, by = (found.stored[name][place] if place >= 0 else None for name in ("recorded_at", "recorded_by"))
    return Clash(incoming.layer.name, incoming.owners[row], expected, version, stored, wanted, at, by)


def _wkt(session: Session, kept: Kept) -> Any:
    (geometry,) = session.geometries_of(kept)
    return None if geometry is None else shapely.to_wkt(geometry, rounding_precision=-1)


def _conflict(layer: Layer, clashes: list[Clash], count: int) -> Conflict:
    first, name = clashes[0], layer.words
    many = Words(f"（共 {count} 条）", f" ({count} rows)") if count > 1 else Words("", "")
    if first.changed_by is None:
        zh, en = f"{name.zh} {first.key} 不存在", f"{first.key} ({name.en}) is not there"
    else:
        zh = f"{name.zh} {first.key} 已被{first.changed_by}修改（{first.changed_at}）"
        en = f"{first.key} ({name.en}) was changed by {first.changed_by} at {first.changed_at}"
    words = Words(f"{zh}{many.zh}，未写入任何内容", f"{en}{many.en}; nothing was written")
    return Conflict(
        words, clashes, found=f"版本 / version {first.version}", expected=f"版本 / version {first.expected}"
    )
