"""What the law says of an event of some parcels, as the store, or an open write transaction, knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from gis.analysis.approval_areas import ApprovalAreas, approval_areas, areas_one_by_one
from gis.analysis.case import CASE_COLUMNS, Case, ProposedEvent, cases_of
from gis.analysis.lawful import Law, breaches_of, notes_on
from gis.analysis.readiness import Slivers
from gis.analysis.stages import standing
from gis.errors import Breach, InvalidParameter, NotAllowed, NotFound
from gis.model import Actor, BBox, OwnerKind, Query, Role, Stage, ZoneKind
from gis.rules import RuleBook
from gis.store.port import Reader
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.require_role import require_role

MOST_AT_ONCE = 2_000
MOST_NAMED = 20
MAY_RECORD = (Role.EDITOR, Role.PLANNER, Role.LAND_OFFICER, Role.ADMIN)
_LAND = ("parcel_no", "batch", "owner_kind", "land_class_code", "geometry")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the law says of one event of each of some parcels, and what it looked at."""

    cases: Mapping[str, Case]
    breaches: tuple[Breach, ...]
    notes: Mapping[str, tuple[Words, ...]]

    def as_record(self) -> Record:
        """As /api sends it: ``lawful``, ``overridable``, ``breaches``, and notes with the parcels that they are of."""
        by_note: dict[Words, list[str]] = {}
        for number, notes in self.notes.items():
            for note in notes:
                by_note.setdefault(note, []).append(number)
        return {
            "parcels": len(self.cases),
            "lawful": not self.breaches,
            "overridable": all(breach.overridable for breach in self.breaches),
            "breaches": [breach.as_dict() for breach in self.breaches],
            "notes": [{**note.as_dict(), "parcels": numbers} for note, numbers in by_note.items()],
        }


def judge_events(reader: Reader, numbers: Sequence[str], proposed: ProposedEvent, today: date) -> Judged:
    """
    What the law says of ``proposed`` of each of these parcels; the rules are those in force on its day.

    Raises
    ------
    NotFound
        There is no parcel of one of these numbers; names them.
    InvalidParameter
        No parcel, or more than 2,000.
    """
    parcels = parcels_of(reader, numbers)
    cases = cases_of(parcels, standing(reader.read("parcel_event", Query(keys=tuple(parcels["parcel_no"])))))
    rules = RuleBook.from_frame(reader.read("rule_parameter"), proposed.on)
    law = Law(rules, today, _together(reader, parcels, rules) if proposed.stage is Stage.APPROVED else {})
    return Judged(
        cases,
        tuple(breach for case in cases.values() for breach in breaches_of(case, proposed, law)),
        {number: notes_on(case, proposed, law) for number, case in cases.items()},
    )


def parcels_of(reader: Reader, numbers: Iterable[str]) -> pd.DataFrame:
    """The parcels of these numbers, each once; raises as ``judge_events``."""
    wanted = tuple(dict.fromkeys(numbers))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        words = Words(f"一次可办 1–{MOST_AT_ONCE} 块地", f"1–{MOST_AT_ONCE} parcels at once")
        raise InvalidParameter(words, found=str(len(wanted)), expected=f"1 … {MOST_AT_ONCE}")
    found = reader.read("parcel", Query(keys=wanted, columns=(*CASE_COLUMNS, "town", "batch")))
    missing = sorted(set(wanted) - set(found["parcel_no"]))
    if missing:
        named = "、".join(missing[:MOST_NAMED])
        raise NotFound(Words(f"没有地块“{named}”", f"no parcel '{named}'"), found=named)
    return found


def refuse_strangers(reader: Reader, actor: Actor, parcels: pd.DataFrame) -> None:
    """
    Raise NotAllowed where the actor may not record events, or, an editor, not of the towns that these parcels lie in.

    An editor's jurisdiction is a town, or the county above it. A parcel whose town nobody knows is no editor's.
    """
    words = Words(f"“{actor.name}”不能登记征收进度", f"'{actor.name}' may not record events")
    require_role(actor, MAY_RECORD, words)
    if actor.role is not Role.EDITOR or actor.jurisdiction is None:
        return
    towns = reader.read("town", Query(columns=("code", "parent")))
    parents = dict(zip(towns["code"].tolist(), towns["parent"].tolist(), strict=True))
    outside = [
        number
        for number, town in zip(parcels["parcel_no"].tolist(), parcels["town"].tolist(), strict=True)
        if actor.jurisdiction not in (town, parents.get(town))
    ]
    if outside:
        named = "、".join(outside[:MOST_NAMED])
        words = Words(f"地块不在“{actor.name}”的辖区内", f"not in the jurisdiction of '{actor.name}'")
        raise NotAllowed(words, found=named, expected=actor.jurisdiction)


def _together(reader: Reader, parcels: pd.DataFrame, rules: RuleBook) -> dict[str, ApprovalAreas]:
    """By parcel, the areas of what is approved with it: the collective land of its batch; of none, its own."""
    batches = {name for name in parcels["batch"].tolist() if isinstance(name, str) and name}
    alone = parcels[~parcels["batch"].isin(batches) & (parcels["owner_kind"] != OwnerKind.STATE.value)]
    slivers = Slivers.of(rules)
    found: dict[str, ApprovalAreas] = {}
    if len(alone):
        land = reader.read("parcel", Query(keys=tuple(alone["parcel_no"]), columns=_LAND))
        areas = areas_one_by_one(land, _farmland_near(reader, land), slivers)
        found |= zip(land["parcel_no"].tolist(), areas, strict=True)
    for name in sorted(batches):
        members = reader.read("parcel", Query(where=(("batch", name),), columns=_LAND))
        taken = members[members["owner_kind"] != OwnerKind.STATE.value]
        areas_of_all = approval_areas(taken, _farmland_near(reader, taken), slivers)
        found |= dict.fromkeys(taken["parcel_no"].tolist(), areas_of_all)
    return found


def _farmland_near(reader: Reader, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    boxes = tuple(BBox(*box) for box in land.geometry.bounds.to_numpy().tolist())
    return reader.read("zone", Query(near=boxes, where=(("kind", ZoneKind.FARMLAND.value),)))
