"""Where a coach stops for a project or park, set by hand: written, shown, withdrawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gis.crs import coords_of, lonlat_of
from gis.errors import InvalidParameter, NotAllowed, Place
from gis.layers import ENTRANCE, LAYERS
from gis.model import Actor
from gis.store.port import Store
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.one_batch import tidy_text
from gis.workflows.one_entity import read_one
from gis.workflows.plain import Record
from gis.workflows.record_row import record_row, standing_row, withdraw_row
from gis.workflows.road_travel import SUBJECTS

# An entrance farther from the county than this is a slip of the hand.
NEAR_COUNTY_M = 20_000.0


@dataclass(frozen=True, slots=True)
class GivenEntrance:
    """An entrance of a project or park, in degrees as a map gives it."""

    subject: str
    key: str
    lon: float
    lat: float
    note: str = ""


def show_entrance(store: Store, subject: str, key: str) -> Record | None:
    """The entrance as it stands, with ``lon`` and ``lat``; None where none was set."""
    row = standing_row(store, ENTRANCE, {"subject": subject, "subject_key": key})
    return None if row is None else _with_degrees(store, row)


def set_entrance(store: Store, actor: Actor, given: GivenEntrance, *, seen: str | None = None) -> Record:
    """
    Set the entrance; an earlier one stays in the ledger. Gives the row as it stands, with ``lon`` and ``lat``.

    ``seen``: see ``record_row``.

    Raises
    ------
    NotAllowed
        A viewer.
    InvalidParameter
        The subject is neither project nor park; the point is none, or lies over 20 km from the county.
    NotFound
        The store has no such project or park.
    Conflict
        Somebody set another one meanwhile.
    """
    _require_writer(actor)
    if given.subject not in SUBJECTS:
        raise _wrong("subject", given.subject, " | ".join(SUBJECTS))
    read_one(store, LAYERS[given.subject], given.key, default_day(store), ("code",))
    east, north = _place(store, given)
    row = {
        "subject": given.subject,
        "subject_key": given.key,
        "east_m": east,
        "north_m": north,
        "note": tidy_text(given.note, "note") or None,
    }
    return _with_degrees(store, record_row(store, actor, ENTRANCE, row, seen))


def withdraw_entrance(store: Store, actor: Actor, subject: str, key: str, *, reason: str, seen: str | None) -> None:
    """Take an entrance away, as ``withdraw_row`` does; NotAllowed as ``set_entrance``."""
    _require_writer(actor)
    withdraw_row(store, actor, ENTRANCE, {"subject": subject, "subject_key": key}, reason=reason, seen=seen)


def _require_writer(actor: Actor) -> None:
    if not actor.may_write:
        words = Words(f"“{actor.name}”只能查看，不能设置出入口", f"'{actor.name}' may look, not set entrances")
        raise NotAllowed(words, found=actor.role.value)


def _place(store: Store, given: GivenEntrance) -> tuple[float, float]:
    """East and north, to the centimetre."""
    degrees = (given.lon, given.lat)
    if not all(map(math.isfinite, degrees)) or abs(given.lon) > 180 or abs(given.lat) > 90:
        raise _wrong("lon, lat", str(degrees), "-180 … 180, -90 … 90")
    east, north = coords_of(np.array([degrees], dtype=np.float64), store.info.crs)[0].tolist()
    county = store.extent()
    if not (math.isfinite(east) and math.isfinite(north)):
        raise _wrong("lon, lat", str(degrees), store.info.crs)
    if county is not None:
        box = county.grown(NEAR_COUNTY_M)
        if not (box.west <= east <= box.east and box.south <= north <= box.north):
            raise _wrong("lon, lat", str(degrees), "本县（外扩20公里）/ the county grown by 20 km")
    return round(east, 2), round(north, 2)


def _with_degrees(store: Store, row: Record) -> Record:
    lon, lat = lonlat_of(np.array([[row["east_m"], row["north_m"]]]), store.info.crs)[0].tolist()
    return {**row, "lon": round(lon, 7), "lat": round(lat, 7)}


def _wrong(column: str, found: str, expected: str) -> InvalidParameter:
    return InvalidParameter(
        Words("参数无法读取", "this parameter cannot be read"),
        found=found[:80],
        expected=expected,
        place=Place(column=column),
    )
