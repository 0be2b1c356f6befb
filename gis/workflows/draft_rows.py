"""The rows of a draft import as people read them: one record a row, with what changes or why it is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis import crs as systems
from gis.ingest.fixes import Edits
from gis.ingest.table import Refusal
from gis.layers import LAYERS, Layer
from gis.maps.geojson import features_of
from gis.model import Stage
from gis.units import shown
from gis.words import Words
from gis.workflows.classify_rows import CellChange, RowFate
from gis.workflows.draft_import import Draft

Record = dict[str, Any]
STATES = ("new", "changed", "unchanged", "removed", "refused")
# So many shapes of each state are drawn; the lists have all.
MOST_DRAWN = 3000
_SHAPE = Words("图形", "shape")
_EVENT = Words("征收记录", "event")


def rows_of(draft: Draft) -> Iterator[Record]:
    """
    Every row: the file's in its order, then the stored ones that it lacks.

    Each has ``row`` (None for a removed one), ``key``, ``name``, ``state``, ``changes`` (column, words, before, after),
    ``moved_m2``, ``reasons`` (column, found, expected, fix), ``cells`` (of a refused row: header → text as it stands).
    """
    refused = _refusals(draft)
    kept = [_kept_record(draft, i, fate) for i, fate in enumerate(draft.fates)]
    records = [*kept, *(_refused_record(row, reasons) for row, reasons in refused.items())]
    yield from sorted(records, key=lambda record: record["row"] or 0)
    yield from _removed_records(draft)


def _kept_record(draft: Draft, position: int, fate: RowFate) -> Record:
    frame = draft.table.frame
    name: Any = frame["name"].iat[position] if "name" in frame else None
    return {
        "row": draft.table.rows[position],
        "key": fate.key,
        "name": None if pd.isna(name) else str(name),
        "state": fate.state,
        "changes": list(_changes(draft.layer, fate)),
        "moved_m2": None if fate.moved_m2 is None else round(fate.moved_m2, 2),
        "reasons": [],
    }


def _changes(layer: Layer, fate: RowFate) -> Iterator[Record]:
    for change in fate.changes:
        yield _change(layer, change)
    if fate.is_moved:
        yield {"column": "geometry", "words": _SHAPE.as_dict(), "before": None, "after": None}
    for name, event in fate.events:
        words = LAYERS[name].words
        yield {"column": name, "words": words.as_dict(), "before": None, "after": _event_words(event).as_dict()}


def _change(layer: Layer, change: CellChange) -> Record:
    column = layer.column(change.column)
    return {
        "column": change.column,
        "words": column.words.as_dict(),
        "before": _told(layer, change.column, change.before),
        "after": _told(layer, change.column, change.after),
    }


def _told(layer: Layer, name: str, value: Any) -> Any:
    """A kept value as people read it: words of a code, 是/否, an area in m² with its 亩."""
    column = layer.column(name)
    if value is None:
        return None
    if column.codes is not None:
        return next((m.words.as_dict() for m in column.codes if m.value == value), str(value))
    if column.type == "boolean":
        return Words("是", "yes").as_dict() if value else Words("否", "no").as_dict()
    if column.dimension == "area":
        return f"{shown(float(value), 2)} m²"
    if column.type in ("real", "money", "integer"):
        return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return str(value)[:500]


def _event_words(event: Mapping[str, Any]) -> Words:
    """A ledger row in a few words: stage and day, or amounts."""
    day = event.get("on_date") or event.get("set_on")
    on = f" {pd.Timestamp(day).date().isoformat()}" if day is not None else ""
    if (stage := event.get("stage")) is not None:
        words = Stage(stage).words if stage in set(Stage) else Words(str(stage), str(stage))
        return Words(f"{words.zh}{on}", f"{words.en}{on}")
    if "plan_wan" in event:
        text = f"{event.get('year')}: {event['plan_wan']:,.2f}"
        return Words(f"{text} 万元", f"{text} 万元")
    kind = str(event.get("hold_reason") or event.get("kind") or _EVENT.zh)
    return Words(f"{kind}{on}", f"{kind}{on}")


def _refusals(draft: Draft) -> dict[int | None, list[Refusal]]:
    found: dict[int | None, list[Refusal]] = {}
    for refusal in draft.table.refused:
        found.setdefault(refusal.place.row, []).append(refusal)
    return found


def _refused_record(row: int | None, reasons: list[Refusal]) -> Record:
    return {
        "row": row,
        "key": None,
        "name": None,
        "state": "refused",
        "changes": [],
        "moved_m2": None,
        "reasons": [reason.as_dict() | {"fix": reason.fix} for reason in reasons],
    }


def with_cells(records: list[Record], raw: pd.DataFrame, rows: tuple[int, ...], edits: Edits) -> list[Record]:
    """Refused records with the cells that their reasons name, as the file has them or as they were corrected."""
    at = {row: i for i, row in enumerate(rows)}
    headers = [str(h) for h in raw.columns]
    for record in records:
        position = at.get(record["row"] or -1)
        if record["state"] != "refused" or position is None:
            continue
        named = {reason["column"] for reason in record["reasons"]} & set(headers)
        record["cells"] = {name: _text(raw.iat[position, headers.index(name)]) for name in sorted(named)}
        record["edited"] = sorted(edits.get(record["row"], {}))
        record["label"] = next((t for v in raw.iloc[position].tolist()[:6] if (t := _text(v))), None)
    return records


def _text(value: Any) -> str:
    missing = value is None or (not isinstance(value, list | dict) and bool(pd.isna(value)))
    return "" if missing else str(value)[:200]


def _removed_records(draft: Draft) -> Iterator[Record]:
    removed, key = draft.removed, draft.layer.key[0]
    for i in range(len(removed)):
        name: Any = removed["name"].iat[i] if "name" in removed else None
        yield {
            "row": None,
            "key": str(removed[key].iat[i]),
            "name": None if pd.isna(name) else str(name),
            "state": "removed",
            "changes": [],
            "moved_m2": None,
            "reasons": [],
        }


def map_of(draft: Draft, crs: str) -> dict[str, Any]:
    """
    The rows as GeoJSON for the map: ``state``, ``row``, ``key``; at most 3,000 of each state, ``left_off`` tells more.

    What a changed row replaces is not drawn: the map behind shows it.
    """
    features: list[dict[str, Any]] = []
    left_off: dict[str, int] = {}
    for state, shapes, about in _drawn(draft, crs):
        features += features_of(shapes[:MOST_DRAWN], about[:MOST_DRAWN])
        if len(shapes) > MOST_DRAWN:
            left_off[state] = len(shapes) - MOST_DRAWN
    return {"type": "FeatureCollection", "features": features, "left_off": left_off}


def _drawn(draft: Draft, crs: str) -> Iterator[tuple[str, Any, list[Record]]]:
    frame = draft.table.frame
    for state in ("unchanged", "changed", "new"):
        at = [i for i, fate in enumerate(draft.fates) if fate.state == state]
        if "geometry" not in frame or not at:
            continue
        shapes = np.asarray(frame["geometry"].array, dtype=object)[at]
        about = [{"state": state, "row": draft.table.rows[i], "key": draft.fates[i].key} for i in at]
        yield state, *_there(systems.to_lonlat(shapes, crs), about)
    if len(draft.removed):
        keys = draft.removed.iloc[:, 0].astype(str)
        shapes = systems.to_lonlat(np.asarray(draft.removed.geometry.array, dtype=object), crs)
        yield "removed", *_there(shapes, [{"state": "removed", "row": None, "key": key} for key in keys])
    if draft.shapes:
        shapes = np.array(list(draft.shapes.values()), dtype=object)
        yield "refused", *_there(shapes, [{"state": "refused", "row": row, "key": None} for row in draft.shapes])


def _there(shapes: Any, about: list[Record]) -> tuple[Any, list[Record]]:
    """Only what has a shape."""
    has = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return shapes[has], [row for row, there in zip(about, has, strict=True) if there]
