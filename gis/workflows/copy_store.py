"""Copy a whole store to a new place of either kind, and prove that both hold the same."""

from __future__ import annotations

from gis.store import moving
from gis.store.moving import Compared, Progress
from gis.words import Words

_SHOWN_DIGITS = 16


def copy_store(source: str, target: str, *, progress: Progress) -> tuple[Compared, ...]:
    """
    Every table of ``source`` in the new store ``target``, compared as both are read afterwards.

    Raises as ``gis.store.moving.copy_store``; then there is nothing at ``target``.
    """
    return moving.copy_store(source, target, progress)


def compared_text(tables: tuple[Compared, ...], language: str) -> str:
    """The comparison as lines: table, rows in the source, rows in the copy, SHA-256 of the source, whether alike."""
    same, differs = Words("一致", "same"), Words("不一致", "DIFFERS")
    head = Words(f"{'':<16}{'原库行数':>8}{'新库行数':>7}  SHA-256", f"{'':<16}{'rows':>12}{'copied':>12}  SHA-256")
    lines = [head.of(language)]
    for table in tables:
        verdict = (same if table.same else differs).of(language)
        source, copy = table.source, table.copy
        digest = source.sha256[:_SHOWN_DIGITS]
        lines.append(f"{source.table.name:<16}{source.rows:>12,}{copy.rows:>12,}  {digest}  {verdict}")
    return "\n".join(lines)
