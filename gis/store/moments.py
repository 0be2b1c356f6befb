"""Moments as stores keep them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment() -> str:
    """Now in UTC, to the millisecond."""
    return told(datetime.now(UTC))


def told(at: datetime) -> str:
    """A moment in UTC, to the millisecond; one without a zone is taken for UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
