"""
What OpenStreetMap's tags say of a road: whether a vehicle may take it, which way, how fast.

Tags come as a plain mapping; nothing here knows files. Values that cannot be read say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis.model import RoadClass, RoadDirection
from gis.rules.road_speeds import SIZE_TAGS, RoadProfile, implied_kmh, osm_classes

Tags = Mapping[str, str]
# Why a road is left out: not one for this vehicle, closed to it, too low or weak for it, an area.
Reason = Literal["class", "access", "size", "area"]
KM_OF_MILE = 1.609344
M_OF_FOOT, M_OF_INCH = 0.3048, 0.0254
T_OF_POUND = 0.00045359237

_CLOSED = frozenset(
    ("no", "private", "agricultural", "forestry", "delivery", "permit", "military", "use_sidepath", "emergency")
)
_NO_SERVICE = frozenset(("emergency_access",))
_BLOCKING = frozenset(
    ("bollard", "block", "cycle_barrier", "motorcycle_barrier", "jersey_barrier", "debris", "log", "turnstile",
     "kissing_gate", "stile", "full-height_turnstile", "planter", "bus_trap", "sump_buster")
)  # fmt: skip
_YES, _NO, _BACKWARD = frozenset(("yes", "true", "1")), frozenset(("no", "false", "0")), frozenset(("-1", "reverse"))
_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(mph|km/?h|kmh|kph)?$", re.IGNORECASE)
_LENGTH = re.compile(r"^(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?)?$", re.IGNORECASE)
_FEET = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:'|ft)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|in)?)?$", re.IGNORECASE)
_WEIGHT = re.compile(r"^(\d+(?:[.,]\d+)?)\s*(t|to|tonnes?|kg|lbs?)?$", re.IGNORECASE)
_UNITS_T = {"kg": 0.001, "lb": T_OF_POUND, "lbs": T_OF_POUND}


@dataclass(frozen=True, slots=True)
class RoadFacts:
    """What is stored of a road beside its line."""

    road_class: RoadClass
    direction: RoadDirection
    speed_kmh: float
    name: str | None = None
    surface: str | None = None


def facts_of(tags: Tags, profile: RoadProfile) -> RoadFacts | Reason | None:
    """What the tags say of a way; why this vehicle cannot take it; None where it is no way for anybody."""
    highway = tags.get("highway")
    if highway is None:
        return None
    road_class = osm_classes().get(highway)
    if road_class is None or tags.get("service") in _NO_SERVICE or not _fits_track(tags, profile):
        return "class"
    if tags.get("area") == "yes":
        return "area"
    if not is_open(tags, profile):
        return "access"
    if not is_wide_enough(tags, profile):
        return "size"
    limit = limit_kmh(tags, profile, road_class)
    surface = tags.get("surface")
    speed = profile.speed_kmh(road_class, limit, is_link=highway.endswith("_link"), surface=surface)
    return RoadFacts(road_class, direction_of(tags, profile), speed, tags.get("name") or tags.get("ref"), surface)


def _fits_track(tags: Tags, profile: RoadProfile) -> bool:
    return tags["highway"] != "track" or tags.get("tracktype") in profile.track_grades


def is_open(tags: Tags, profile: RoadProfile) -> bool:
    """The vehicle may enter: the most special of its access tags rules."""
    said = [tags[key] for key in profile.access_keys if key in tags]
    return not said or said[-1] not in _CLOSED


def is_wide_enough(tags: Tags, profile: RoadProfile) -> bool:
    """No limit of height, width, length or weight is below the vehicle's own."""
    for tag in SIZE_TAGS:
        limit = (tonnes_of if tag == "maxweight" else metres_of)(tags.get(tag, ""))
        if limit is not None and limit < profile.sizes[tag]:
            return False
    return True


def blocks(tags: Tags, profile: RoadProfile) -> bool:
    """A barrier on a road that stops the vehicle: bollards, a locked gate, a beam that is too low."""
    barrier = tags.get("barrier")
    if barrier is None:
        return False
    said = [tags[key] for key in profile.access_keys if key in tags]
    if said:
        return said[-1] in _CLOSED
    return barrier in _BLOCKING or not is_wide_enough(tags, profile)


# ---------------------------------------------------------------- which way


def direction_of(tags: Tags, profile: RoadProfile) -> RoadDirection:
    """One-way as tagged for this vehicle, else as tagged; roundabouts and motorways are one-way unless tagged."""
    said = next((tags[key] for key in profile.oneway_keys if key in tags), tags.get("oneway", ""))
    if said in _NO:
        return RoadDirection.BOTH
    if said in _BACKWARD:
        return RoadDirection.BACKWARD
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return RoadDirection.FORWARD if said in _YES or implied else RoadDirection.BOTH


# ---------------------------------------------------------------- how fast


def limit_kmh(tags: Tags, profile: RoadProfile, road_class: RoadClass) -> float | None:
    """The signposted limit, None where there is none to be read; of one for each direction the lower."""
    for key in profile.limit_keys:
        found = speed_limit(tags.get(key, ""), profile.speeds[road_class].top_kmh)
        if found is not None:
            return found
    both = [speed_limit(tags.get(f"maxspeed:{way}", "")) for way in ("forward", "backward")]
    return min((limit for limit in both if limit is not None), default=None)


def speed_limit(text: str, unlimited_kmh: float | None = None) -> float | None:
    """
    A ``maxspeed`` in km/h: "50", "30 mph", "CN:urban", "walk", "none"; of "90;30" the lowest.

    ``none`` gives ``unlimited_kmh``. What cannot be read, and 0, give None.
    """
    found = [_one_limit(part.strip(), unlimited_kmh) for part in re.split(r"[;|]", text)]
    return min((limit for limit in found if limit), default=None)


def _one_limit(text: str, unlimited_kmh: float | None) -> float | None:
    if text in ("none", "unlimited"):
        return unlimited_kmh
    if number := _SPEED.match(text):
        return float(number[1]) * (KM_OF_MILE if (number[2] or "").lower() == "mph" else 1.0)
    named = re.fullmatch(r"(?:([A-Za-z]{2})(?:-\w+)?:)?([A-Za-z_]+\d*|zone:\d+|\d+)", text)
    return None if named is None else _zone_limit(named[1] or "", named[2])


def _zone_limit(country: str, zone: str) -> float | None:
    """What ``CN:urban``, ``DE:zone30``, ``DE:zone:30`` and ``walk`` mean."""
    if numbered := re.fullmatch(r"(?:zone:?)?(\d+)", zone):
        return float(numbered[1])
    return implied_kmh(country, zone)


# ---------------------------------------------------------------- how large


def metres_of(text: str) -> float | None:
    """Metres of "3.8", "3,8 m", "12 ft", feet and inches; None for anything else ("default", "")."""
    text = text.strip()
    if plain := _LENGTH.match(text):
        return float(plain[1].replace(",", "."))
    if feet := _FEET.match(text):
        return float(feet[1]) * M_OF_FOOT + float(feet[2] or 0) * M_OF_INCH
    return None


def tonnes_of(text: str) -> float | None:
    """Tonnes of "7.5", "7.5 t", "7500 kg", "16000 lbs"; None for anything else."""
    found = _WEIGHT.match(text.strip())
    if found is None:
        return None
    return float(found[1].replace(",", ".")) * _UNITS_T.get((found[2] or "t").lower(), 1.0)
