"""The households of a parcel: what concerns the persons is masked unless it is asked for in full."""

from __future__ import annotations

from gis.analysis.compensation import building_totals, household_totals
from gis.layers import BUILDING, HOUSEHOLD, PARCEL
from gis.model import Actor, Query, Role
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workflows.one_entity import not_found
from gis.workflows.plain import Record, records_of
from gis.workflows.record_row import standing_rows
from gis.workflows.require_role import require_role

HOUSEHOLD_READERS = (Role.LAND_OFFICER, Role.ADMIN)
# How much of a number stays readable at its two ends, where it is longer than both.
_ID_ENDS, _PHONE_ENDS = (4, 4), (3, 4)
_FEWEST_HIDDEN = 4


def list_households(store: Store, actor: Actor, parcel_no: str, *, full: bool = False) -> Record:
    """
    ``{parcel_no, full, households, totals}``; a household: the columns of the ledger, ``seen`` (its ``recorded_at``).

    Raises
    ------
    NotAllowed
        The actor is neither a land officer nor an administrator.
    NotFound
        There is no such parcel.
    """
    require_household_reader(actor)
    require_parcel(store, parcel_no)
    rows = standing_rows(store, HOUSEHOLD, parcel_no)
    shown = records_of(rows.assign(seen=rows["recorded_at"].astype("str")), (*HOUSEHOLD.names, "seen", "recorded_by"))
    return {
        "parcel_no": parcel_no,
        "full": full,
        "households": shown if full else [masked_household(row) for row in shown],
        "totals": household_totals(rows),
    }


def list_buildings(store: Store, actor: Actor, parcel_no: str) -> Record:
    """``{parcel_no, buildings, totals}``; for others than land officers and administrators masked, without notes."""
    require_parcel(store, parcel_no)
    rows = standing_rows(store, BUILDING, parcel_no)
    shown = records_of(rows.assign(seen=rows["recorded_at"].astype("str")), (*BUILDING.names, "seen", "recorded_by"))
    if actor.role not in HOUSEHOLD_READERS:
        shown = [{**row, "owner": masked(row["owner"], (1, 0), fewest=1), "note": None} for row in shown]
    return {"parcel_no": parcel_no, "buildings": shown, "totals": building_totals(rows)}


def masked_household(row: Record) -> Record:
    """The household with the middle of its identity number and phone hidden."""
    return {**row, "id_no": masked(row["id_no"], _ID_ENDS), "phone": masked(row["phone"], _PHONE_ENDS)}


def masked(text: str | None, ends: tuple[int, int], *, fewest: int = _FEWEST_HIDDEN) -> str | None:
    """``text`` with its middle hidden; wholly hidden where less than ``fewest`` characters would be."""
    if not text:
        return None
    first, last = ends if len(text) - sum(ends) >= fewest else (0, 0)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]


def require_household_reader(actor: Actor) -> None:
    """Raise NotAllowed for whoever is not to know of people's data."""
    words = Words("被征收户信息只有土地人员和管理员可以查看", "households are for land officers and administrators")
    require_role(actor, HOUSEHOLD_READERS, words)


def require_parcel(reader: Reader, parcel_no: str) -> None:
    """Raise NotFound where there is no such parcel now."""
    if reader.read("parcel", Query(keys=(parcel_no,), columns=("parcel_no",))).empty:
        raise not_found(PARCEL, parcel_no)
