"""The invented tours of the sample county: one that took place in summer, one that waits to be planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from gis.demo.cast import Part
from gis.demo.facts import COUNTY_CODE

Row = dict[str, Any]

TOOK_PLACE, WAITS = "T1", "T2"
TOOK_PLACE_ON, WAITS_ON = date(2026, 6, 16), date(2026, 11, 17)
# What the summer's tour has seen: every so-many-eth project that had begun by then.
SEEN_EVERY, MOST_SEEN = 6, 8
SEAT = f"town:{COUNTY_CODE}"


def tour_rows() -> list[Row]:
    """Both tours, their wishes as gis.tours.spec reads them."""
    return [
        _tour(TOOK_PLACE, "示例·2026年上半年重点项目观摩", _wishes(TOOK_PLACE_ON, "12:30")),
        _tour(WAITS, "示例·2026年下半年重点项目观摩", {**_wishes(WAITS_ON, "17:30"), **_ALL_DAY}),
    ]


def visit_rows(cast: Sequence[Part]) -> list[Row]:
    """What the summer's tour has seen."""
    begun = [part for part in cast if part.stage.has_started and part.start_on < TOOK_PLACE_ON]
    seen = begun[::SEEN_EVERY][:MOST_SEEN]
    return [{"project_code": part.code, "tour_no": TOOK_PLACE, "on_date": TOOK_PLACE_ON} for part in seen]


_ALL_DAY: Row = {
    "lunch": {"from": "11:30", "until": "13:00", "minutes": 60, "places": []},
    "limits": [{"by": "town", "key": "*", "at_least": 0, "at_most": 2}],
    "not_seen_in_last": 2,
}


def _wishes(on: date, until: str) -> Row:
    day = {"date": on.isoformat(), "from": "08:30", "until": until, "start": SEAT, "end": SEAT}
    return {"days": [day], "minutes_per_town": 60, "min_share_done": 0.3333}


def _tour(tour_no: str, title: str, wishes: Row) -> Row:
    on = date.fromisoformat(wishes["days"][0]["date"])
    return {"tour_no": tour_no, "title": title, "on_date": on, "spec": {"title": title, **wishes}}
