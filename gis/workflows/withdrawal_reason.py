"""Why something is taken back: whoever withdraws a row must say so, and the row keeps it for good."""

from __future__ import annotations

from gis.analysis.case import LONGEST_TEXT
from gis.errors import InvalidParameter, Place
from gis.words import Words


def withdrawal_reason(text: str | None) -> str:
    """The reason, trimmed; raises InvalidParameter (column ``reason``) unless it has 1–1,000 characters."""
    reason = (text or "").strip()
    if not 0 < len(reason) <= LONGEST_TEXT:
        words = Words(
            f"撤销须写明理由（1–{LONGEST_TEXT} 个字符）",
            f"a withdrawal needs its reason, of 1–{LONGEST_TEXT} characters",
        )
        raise InvalidParameter(
            words, found=str(len(reason)), expected=f"1 … {LONGEST_TEXT}", place=Place(column="reason")
        )
    return reason
