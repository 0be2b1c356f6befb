"""What a new tour begins with: half a day by one coach from the county's seat, with the usual conditions."""

from __future__ import annotations

from datetime import date, timedelta

from gis.model import Query, TownLevel
from gis.store.port import Store
from gis.tours.spec import USUAL_SHARE_DONE
from gis.workflows.plain import Record

# RULES §7.6: at most an hour a town.
USUAL_MINUTES_PER_TOWN = 60


def usual_spec(store: Store, on: date) -> Record:
    """The wishes of a new tour, as ``gis.tours.spec.read_spec`` reads them; its title is left to whoever makes it."""
    towns = store.read("town", Query(on=on, columns=("code", "level")))
    seats = [*towns[towns["level"] == TownLevel.COUNTY]["code"], *towns["code"]]
    seat = f"town:{seats[0]}" if seats else ""
    day = (on + timedelta(days=7)).isoformat()
    return {
        "title": "",
        "days": [{"date": day, "from": "08:30", "until": "12:00", "start": seat, "end": seat, "meeting": None}],
        "minutes_per_town": USUAL_MINUTES_PER_TOWN,
        "min_share_done": round(USUAL_SHARE_DONE, 4),
        "not_seen_in_last": 2,
    }
