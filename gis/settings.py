"""What an administrator sets, read once at the entry points from a mapping (usually the environment)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gis.errors import InvalidParameter
from gis.words import Words


@dataclass(frozen=True, slots=True)
class BaseMap:
    """
    One base map that the server fetches for the page: an XYZ address with ``{z} {x} {y}``.

    ``labels`` is the id of another one that is drawn over it and not offered by itself (place names over imagery).
    """

    id: str
    name: str
    url: str = field(repr=False)
    attribution: str
    max_zoom: int = 18
    labels: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """
    ``db``: where the store is. ``tianditu_token`` stays on the server and out of every text.
    ``review_number`` (审图号) is shown on every map; it changes each year.
    """

    db: str | None = None
    tianditu_token: str | None = field(default=None, repr=False)
    base_maps: tuple[BaseMap, ...] = ()
    review_number: str = ""
    language: str = "zh"
    tile_cache: int = 2048

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """
        Read ``GUATU_DB``, ``GUATU_TIANDITU_TOKEN``, ``GUATU_BASEMAPS`` (a JSON list, or a file that
        holds one), ``GUATU_REVIEW_NUMBER``, ``GUATU_LANGUAGE``, ``GUATU_TILE_CACHE``.

        Raises
        ------
        InvalidParameter
            A setting cannot be read; names it.
        """
        return cls(
            db=env.get("GUATU_DB") or None,
            tianditu_token=env.get("GUATU_TIANDITU_TOKEN") or None,
            base_maps=_base_maps(env.get("GUATU_BASEMAPS", "")),
            review_number=env.get("GUATU_REVIEW_NUMBER", ""),
            language=_language(env.get("GUATU_LANGUAGE", "zh")),
            tile_cache=_count("GUATU_TILE_CACHE", env.get("GUATU_TILE_CACHE", "2048")),
        )


def _wrong(name: str, found: str, expected: str) -> InvalidParameter:
    return InvalidParameter(
        Words(f"设置 {name} 无法读取", f"setting {name} cannot be read"), found=found, expected=expected
    )


def _language(text: str) -> str:
    if text not in ("zh", "en"):
        raise _wrong("GUATU_LANGUAGE", text, "zh | en")
    return text


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _wrong(name, text, "0, 1, 2 …")
    return int(text)


def _base_maps(text: str) -> tuple[BaseMap, ...]:
    if not text.strip():
        return ()
    expected = '[{"id": "img", "name": "影像", "url": "https://…/{z}/{x}/{y}.png", "attribution": "…"}]'
    try:
        source = text if text.lstrip().startswith("[") else Path(text).read_text(encoding="utf-8")
        rows: list[dict[str, Any]] = json.loads(source)
        maps = tuple(BaseMap(**row) for row in rows)
    except (OSError, ValueError, TypeError) as error:
        raise _wrong("GUATU_BASEMAPS", type(error).__name__, expected) from None
    for base_map in maps:
        if not _is_usable(base_map) or [m.id for m in maps].count(base_map.id) > 1:
            raise _wrong("GUATU_BASEMAPS", str(base_map.id), expected)
    return maps


def _is_usable(base_map: BaseMap) -> bool:
    """Every text is a text, the id may stand in an address, and the address has a place for the tile."""
    texts = (base_map.id, base_map.name, base_map.url, base_map.attribution)
    if not all(isinstance(text, str) for text in texts) or not isinstance(base_map.max_zoom, int):
        return False
    has_places = all(place in base_map.url for place in ("{x}", "{y}", "{z}"))
    return base_map.id.isalnum() and base_map.url.startswith(("http://", "https://")) and has_places
