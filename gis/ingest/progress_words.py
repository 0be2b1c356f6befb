"""Image progress as people write it ("主体施工至三层，完成60%"): the one percentage it holds, and the words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from gis.ingest import cells
from gis.ingest.headers import match_headers
from gis.ingest.ledger_run import SAID
from gis.ingest.mapping import Mapping
from gis.ingest.table import RawTable
from gis.layers import PROGRESS_REPORT
from gis.model import half_width
from gis.words import Words

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")


def with_words(raw: RawTable, mapping: Mapping) -> RawTable:
    """``raw`` with texts of image progress parted; words that the file tells beside them stay, behind them."""
    frame = raw.frame
    matches = match_headers([str(h) for h in frame.columns], PROGRESS_REPORT, mapping).matches
    by_name = {m.slot.column.name: m for m in matches}
    image, words = by_name.get("image_percent"), by_name.get("words")
    if image is None or not any(_is_words(v) for v in frame.iloc[:, image.position]):
        return raw
    parted = [_parted(v) for v in frame.iloc[:, image.position]]
    frame = frame.copy()
    frame.isetitem(image.position, [percent for percent, _ in parted])
    texts = [None] * len(frame) if words is None else frame.iloc[:, words.position].tolist()
    joined = [
        "；".join(str(t) for t in (own, text) if not cells.is_blank(t)) or None
        for (_, own), text in zip(parted, texts, strict=True)
    ]
    if words is None:
        frame[SAID] = joined
    else:
        frame.isetitem(words.position, joined)
    untold = sum(own is not None and percent is None for percent, own in parted)
    told = Words(
        f"{untold} 处形象进度只有文字，没有唯一的百分比",
        f"{untold} texts of image progress hold not just one percentage",
    )
    return replace(raw, frame=frame, warnings=(*raw.warnings, told) if untold else raw.warnings)


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and bool(re.search(r"[^\d\s.%％-]", value)) and not cells.is_dash(value)


def _parted(value: Any) -> tuple[Any, str | None]:
    """(percentage, words): "主体施工至三层，完成60%" → ("60%", itself); with two percentages none is chosen."""
    if not _is_words(value):
        return value, None
    found = set(_PERCENT.findall(half_width(value)))
    return (f"{found.pop()}%" if len(found) == 1 else None), value.strip()
