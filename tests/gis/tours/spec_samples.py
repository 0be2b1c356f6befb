"""A day of a tour as an office writes it."""

from __future__ import annotations

from typing import Any

MORNING: dict[str, Any] = {
    "date": "2026-12-08",
    "from": "08:30",
    "until": "12:00",
    "start": "town:140781",
    "end": "park:K1",
}


def wishes(**more: Any) -> dict[str, Any]:
    """A tour of one morning, and what else is asked of it."""
    return {"title": "下半年观摩", "days": [MORNING], **more}
