"""The imports that the store remembers, the latest first, and which of them could be undone."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gis.layers import LAYERS
from gis.store.port import Reader
from gis.workflows.undo_import import hindrance

MOST_LISTED = 200


def list_imports(store: Reader) -> list[dict[str, Any]]:
    """
    The import log: of a file that was imported again, the last time.

    Each has ``file``, ``layer`` and its words, ``sha256``, ``at`` (UTC), ``by``, the counts, ``undone`` (by whom and
    when, or None), ``hindrance`` (why it cannot be undone, None where it may be tried) and its ``report``.
    """
    log = store.read("import_log").sort_values("recorded_at", ascending=False, kind="stable").head(MOST_LISTED)
    return [_listed(row) for row in log.to_dict("records")]


def _listed(row: dict[Any, Any]) -> dict[str, Any]:
    report = row["report"] if isinstance(row["report"], dict) else {}
    why = hindrance(row["layer"], report)
    undone = report.get("undone")
    counts = report if undone else row
    return {
        "file": row["file_name"],
        "layer": row["layer"],
        "words": LAYERS[row["layer"]].words.as_dict(),
        "sha256": row["sha256"],
        "at": pd.Timestamp(row["recorded_at"]).isoformat(timespec="seconds") + "Z",
        "by": row["recorded_by"],
        **{name: int(counts.get(name) or 0) for name in ("read", "stored", "updated", "unchanged")},
        "refused": int((report.get("refused_rows") if undone else row["refused"]) or 0),
        "retired": len(report.get("retired") or ()),
        "undone": undone,
        "hindrance": None if why is None else why.as_dict(),
        "report": {k: v for k, v in report.items() if k not in ("new_keys", "changed_keys", "retired")},
    }
