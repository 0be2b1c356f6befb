"""Keys that stand several times in a file, told apart without touching the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from gis.ingest import cells


def qualified(keys: Sequence[str | None], by: Sequence[Any]) -> list[str | None]:
    """Every key that is not alone gets "#" and its row's value of ``by``; the file's order plays no part."""
    counts = Counter(keys)
    return [
        f"{key}#{cells.plain(value)}" if key is not None and counts[key] > 1 and not cells.is_blank(value) else key
        for key, value in zip(keys, by, strict=True)
    ]


def numbered(keys: Sequence[str | None]) -> list[str | None]:
    """The first of equal keys stays; each later one gets the next "-2", "-3" … that no other row has."""
    taken, seen = set(keys), Counter[str]()
    made: list[str | None] = []
    for key in keys:
        name = key
        if key is not None and seen[key]:
            n = seen[key] + 1
            while (name := f"{key}-{n}") in taken:
                n += 1
            taken.add(name)
            seen[key] = n
        elif key is not None:
            seen[key] = 1
        made.append(name)
    return made
