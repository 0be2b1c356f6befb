"""How fast a road is driven and what a vehicle needs of it, from ``road_speeds.toml`` (each number with its source)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from gis.errors import InvalidParameter
from gis.model import RoadClass
from gis.words import Words

PROFILES = ("coach", "car")
# Tags that say how high, wide, long or heavy a vehicle may be.
SIZE_TAGS = ("maxheight", "maxwidth", "maxlength", "maxweight")


@dataclass(frozen=True, slots=True)
class ClassSpeed:
    """km/h on a road of one class: without a limit, and at most."""

    kmh: float
    top_kmh: float


@dataclass(frozen=True)
class RoadProfile:
    """
    A vehicle: which roads it may take, how fast it takes them.

    ``access_keys``: tags from the most general to the one that rules. ``sizes``: the least limit of each of SIZE_TAGS
    that lets it pass, metres and tonnes. ``exceptions``: words of a turn restriction's ``except`` that mean it.
    """

    name: str
    words: Words
    access_keys: tuple[str, ...]
    oneway_keys: tuple[str, ...]
    limit_keys: tuple[str, ...]
    exceptions: frozenset[str]
    track_grades: frozenset[str]
    sizes: Mapping[str, float]
    speeds: Mapping[RoadClass, ClassSpeed]

    @classmethod
    @cache
    def named(cls, name: str) -> RoadProfile:
        """The shipped profile; raises InvalidParameter on another name."""
        if name not in PROFILES:
            words = Words(f"没有车型“{name}”", f"no vehicle profile '{name}'")
            raise InvalidParameter(words, found=name, expected=" | ".join(PROFILES))
        table = _table()
        row = table["profile"][name]
        speeds = {RoadClass(c["class"]): ClassSpeed(c[f"{name}_kmh"], c[f"{name}_top_kmh"]) for c in table["class"]}
        return cls(
            name=name,
            words=Words(row["zh"], row["en"]),
            access_keys=tuple(row["access_keys"]),
            oneway_keys=tuple(row["oneway_keys"]),
            limit_keys=tuple(row["limit_keys"]),
            exceptions=frozenset(row["exceptions"]),
            track_grades=frozenset(row["track_grades"]),
            sizes={tag: row[tag] for tag in SIZE_TAGS},
            speeds=speeds,
        )

    def speed_kmh(
        self, road_class: RoadClass, limit_kmh: float | None, *, is_link: bool = False, surface: str | None = None
    ) -> float:
        """What is driven: a share of the limit, else the class's speed; never over the class's top."""
        table, speed = _table(), self.speeds[road_class]
        kmh = speed.kmh * (table["link_share"] if is_link else 1.0)
        if limit_kmh is not None:
            kmh = min(limit_kmh * table["limit_share"], speed.top_kmh)
        if surface is not None and surface.lower() in table["unpaved"]:
            kmh = min(kmh, table["unpaved_kmh"])
        return round(float(kmh), 1)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "road_speeds.toml").read_text(encoding="utf-8"))


@cache
def osm_classes() -> Mapping[str, RoadClass]:
    """Values of OpenStreetMap's ``highway`` that mean a road for vehicles → its class."""
    return {value: RoadClass(row["class"]) for row in _table()["class"] for value in row["osm"]}


@cache
def implied_kmh(country: str, zone: str) -> float | None:
    """The limit that "CN:urban" names; None where nobody knows."""
    rows = {row["country"]: row for row in _table()["implied"]}
    found = rows.get(country.upper(), {}).get(zone.lower(), rows["*"].get(zone.lower()))
    return None if found is None else float(found)
