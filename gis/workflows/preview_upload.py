"""
Show what importing a part of an upload would do, row by row and on the map. Nothing is written to the store.

What was found is kept beside the upload, so that the pages of a long list are not worked out anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

import pandas as pd

from gis.errors import GuatuError, NotFound
from gis.ingest.staging import Upload
from gis.store.port import Store
from gis.words import Words
from gis.workflows.detect_upload import detect_upload
from gis.workflows.draft_import import Draft, OpenedPart, draft_import, fixed_raw, open_part
from gis.workflows.draft_rows import STATES, map_of, rows_of, with_cells
from gis.workflows.import_choices import Choices
from gis.workflows.plain import Record
from gis.workflows.stage_upload import part_of

PAGE_ROWS = 100
Tell = Callable[[Words, float], None]


def check_upload(store: Store, upload: Upload, number: int, choices: Choices, tell: Tell) -> None:
    """
    Detection and preview of part ``number`` under ``choices``, kept beside the upload.

    A cause that concerns the whole file (its CRS cannot be told …) is kept as the preview's ``problem``, beside what
    was detected all the same.
    """
    part, alone = part_of(upload, number)
    upload.keep(f"choices-{number}.json", choices.as_dict())
    tell(Words("读取文件", "reading"), 0.05)
    try:
        opened = open_part(upload, part, choices, alone=alone)
    except GuatuError as error:
        upload.keep(f"preview-{number}.json", {"problem": error.as_dict()})
        return
    tell(Words("识别", "detecting"), 0.35)
    upload.keep(f"detected-{number}.json", detect_upload(store, opened, choices))
    tell(Words("比对", "comparing"), 0.5)
    try:
        draft = draft_import(store, opened, choices)
    except GuatuError as error:
        upload.keep(f"preview-{number}.json", {"problem": error.as_dict()})
        return
    keep_preview(store, upload, number, opened, draft)
    tell(Words("完成", "done"), 1.0)


def keep_preview(store: Store, upload: Upload, number: int, opened: OpenedPart, draft: Draft) -> None:
    """Keep a draft beside the upload as its preview: the summary last, so that it is there only with its lists."""
    mapping = draft.choices.mapping(opened.part.name)
    raw = fixed_raw(store, opened.raw, draft.layer, mapping, draft.choices)
    records = with_cells(list(rows_of(draft)), raw.frame, raw.rows, draft.choices.edits)
    lines = (json.dumps(record, ensure_ascii=False, default=_plain) for record in records)
    upload.keep_text(f"rows-{number}.jsonl", "\n".join(lines))
    upload.keep_text(f"map-{number}.geojson", json.dumps(map_of(draft, store.info.crs), ensure_ascii=False))
    upload.keep(f"preview-{number}.json", preview_upload(draft, records))


def preview_upload(draft: Draft, records: list[Record]) -> dict[str, Any]:
    """
    The summary of a draft.

    Returns
    -------
    dict
        ``counts`` by state (they sum to the file's rows and the removed ones), ``digest`` (to be sent with the commit),
        ``asks`` (what must be said first), ``warnings``, ``repaired``, ``side`` (ledger rows that come along by their
        fate), ``crs``, ``crs_evidence``, ``area_before_m2``, ``area_after_m2``, ``moved_m2``, ``can_retire``.
    """
    table, counts = draft.table, Counter(record["state"] for record in records)
    moved = [fate.moved_m2 for fate in draft.fates if fate.moved_m2 is not None]
    return {
        "problem": None,
        "kind": draft.choices.kind,
        "layer": draft.layer.name,
        "file": table.source.name,
        "counts": {state: counts.get(state, 0) for state in STATES},
        "digest": draft.digest,
        "version": draft.version,
        "asks": list(draft.asks),
        "warnings": [words.as_dict() for words in (*table.warnings, *draft.ready.warnings)],
        "repaired": [repair.as_dict() for repair in table.repaired],
        "side": {name: dict(Counter(fate.state for fate in fates)) for name, fates in draft.side_fates.items()},
        "crs": table.crs[:80] if table.crs else None,
        "crs_evidence": table.crs_evidence.as_dict() if table.crs_evidence else None,
        "area_before_m2": round(table.area_before_m2, 2),
        "area_after_m2": round(table.area_after_m2, 2),
        "moved_m2": round(sum(moved), 2),
        "can_retire": bool(len(draft.removed)) and not table.refused,
    }


def preview_rows(upload: Upload, number: int, states: tuple[str, ...], page: int) -> dict[str, Any]:
    """A page of 100 rows of the kept preview, of these states (none: of all); ``count``: how many there are."""
    try:
        with upload.path(f"rows-{number}.jsonl").open(encoding="utf-8") as lines:
            wanted = (line for line in lines if line.strip() and (not states or _state(line) in states))
            before = sum(1 for _ in islice(wanted, page * PAGE_ROWS))
            rows = [json.loads(line) for line in islice(wanted, PAGE_ROWS)]
            count = before + len(rows) + sum(1 for _ in wanted)
    except FileNotFoundError:
        raise no_preview() from None
    return {"rows": rows, "page": page, "per_page": PAGE_ROWS, "count": count}


def _state(line: str) -> str:
    """Of a line's JSON only what is asked: a list may have a million."""
    start = line.index('"state": "') + len('"state": "')
    return line[start : line.index('"', start)]


def preview_map(upload: Upload, number: int) -> str:
    """The kept preview as GeoJSON; raises NotFound where there is none."""
    try:
        return upload.path(f"map-{number}.geojson").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise no_preview() from None


def no_preview() -> NotFound:
    """There is nothing to show or commit yet."""
    return NotFound(Words("还没有预览", "there is no preview yet"))


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else str(value)
