"""From a project's place in the play to how far each batch of its land is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from gis.demo.cast import Part
from gis.demo.listing import Listing
from gis.demo.requisition import DATA_ON, Batch, stage_for_start, worked_on_or_before
from gis.model import OwnerKind, ProjectCategory, Stage, SupplyKind

# Land that was ready before this day was bought long ago: it is the state's, its requisition is not kept here.
FIRST_KEPT_ON = date(2025, 7, 15)
# Days by which the usual ready date stands before (+) or after (−) the planned start.
_MARGIN_DAYS = {"on_time": (60, 95), "tight": (10, 17), "late": (-80, -45), "overdue": (85, 120)}
_MARGIN_DAYS |= {"uncovered": (60, 95), "road_late": (-70, -40), "road_on_time": (60, 90)}
_READY = {"registered": Stage.REGISTERED, "supplied": Stage.SUPPLIED, "cleared": Stage.CLEARED}
_READY |= {"road_ready": Stage.CLEARED}


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a listing's parcels (indices) and their batch."""

    members: tuple[int, ...]
    batch: Batch


def shares_of(listing: Listing, towns: tuple[str, ...], rng: np.random.Generator) -> list[Share]:
    """
    The batches of a listing, its parcels dealt among them.

    ``towns``: the town of each parcel; an expressway's land is a batch a town.
    """
    everyone = tuple(range(len(listing.polygons)))
    if "expressway" in listing.land:
        return _by_town(listing, towns, rng)
    if "before" in listing.land:
        return _started_early(listing.part, everyone, rng)
    return [Share(everyone, _batch(listing, rng))]


def _batch(listing: Listing, rng: np.random.Generator) -> Batch:
    supply = supply_of(listing.part)
    for name in listing.land:
        if name in _READY:
            return _ready(listing.part, _READY[name], supply, rng)
        if name in _MARGIN_DAYS and listing.part is not None:
            low, high = _MARGIN_DAYS[name]
            stage, begun = stage_for_start(listing.part.start_on, int(rng.integers(low, high)))
            return Batch(stage, begun, supply=supply, lag=0.2 if name != "tight" else 0.0)
    if "impossible" in listing.land:
        return Batch(Stage.PRE_NOTICE, worked_on_or_before(DATA_ON - timedelta(days=3)), supply=supply, lag=0.5)
    stage = Stage(listing.land[0])
    age = int(rng.integers(6, 30 if stage is Stage.PLAN_NOTICE else 75))
    return Batch(stage, worked_on_or_before(DATA_ON - timedelta(days=age)), supply=supply, lag=0.25)


def _ready(part: Part | None, stage: Stage, supply: SupplyKind, rng: np.random.Generator) -> Batch:
    """Land that is ready, some weeks before its project started (or before today)."""
    start = part.start_on if part is not None else DATA_ON
    begun = min(start, DATA_ON) - timedelta(days=int(rng.integers(8, 45)))
    owner = OwnerKind.STATE if begun < FIRST_KEPT_ON else OwnerKind.COLLECTIVE
    return Batch(stage, worked_on_or_before(begun), owner, supply)


def _started_early(part: Part | None, everyone: tuple[int, ...], rng: np.random.Generator) -> list[Share]:
    """Work began on the ground that was ready; the rest is still in procedure."""
    supply = supply_of(part)
    ready = round(len(everyone) * float(rng.uniform(0.52, 0.7)))
    stage = (Stage.AGREEMENT, Stage.SUBMITTED, Stage.APPROVED)[int(rng.integers(0, 3))]
    begun = worked_on_or_before(DATA_ON - timedelta(days=int(rng.integers(10, 60))))
    return [
        Share(everyone[:ready], _ready(part, Stage.CLEARED, supply, rng)),
        Share(everyone[ready:], Batch(stage, begun, supply=supply, lag=0.2)),
    ]


def _by_town(listing: Listing, towns: tuple[str, ...], rng: np.random.Generator) -> list[Share]:
    """Each town has its task on the expressway: most have handed the land over, two have not."""
    behind = {"140781103": Stage.APPROVED, "140781102": Stage.SUBMITTED}
    shares = []
    for town in sorted(set(towns)):
        members = tuple(i for i, name in enumerate(towns) if name == town)
        ready = len(members) if town not in behind else round(len(members) * 0.82)
        begun = date(2025, 9, 30) + timedelta(days=int(rng.integers(0, 260)))
        cleared = Batch(Stage.CLEARED, worked_on_or_before(begun), supply=SupplyKind.ALLOTTED)
        shares.append(Share(members[:ready], cleared))
        if ready < len(members):
            late = worked_on_or_before(DATA_ON - timedelta(days=int(rng.integers(20, 60))))
            shares.append(Share(members[ready:], Batch(behind[town], late, supply=SupplyKind.ALLOTTED, lag=0.15)))
    return shares


def supply_of(part: Part | None) -> SupplyKind:
    """Industry and trade buy their land by market; roads, schools and works are allotted it."""
    if part is None or part.category is ProjectCategory.INDUSTRY or part.industry.startswith(("K", "H", "I")):
        return SupplyKind.MARKET
    return SupplyKind.ALLOTTED
