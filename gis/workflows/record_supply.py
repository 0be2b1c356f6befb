"""The record of a parcel's supply (供地合同、动工情况): shown with what follows from it, recorded, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from gis.analysis.idle_land import SUPPLY_TYPES, idle_status
from gis.analysis.idle_words import PRELIMINARY
from gis.errors import GuatuError, InvalidParameter, Place
from gis.layers import LAND_SUPPLY, PARCEL
from gis.model import Actor, Role
from gis.rules import RuleBook
from gis.store.port import Store
from gis.words import Words
from gis.workflows.one_entity import read_one
from gis.workflows.plain import Record, plain
from gis.workflows.record_row import record_row, require_past, standing_row, withdraw_row
from gis.workflows.require_role import require_role

# What a person writes; the rest is the store's.
SUPPLY_FIELDS = tuple(name for name in LAND_SUPPLY.names if name not in ("parcel_no", "withdrawn"))
MAY_RECORD_SUPPLY = (Role.LAND_OFFICER, Role.ADMIN)
# Days of things that have happened, and so lie not in the future.
_HAPPENED = (
    *("handed_over_on", "stat_start_on", "permit_start_on", "legal_start_on"),
    *("stopped_since", "certified_on"),
)
_AMOUNTS = ("price_wan", "due_area_m2", "developed_area_m2", "total_wan", "invested_wan")


def show_supply(store: Store, parcel_no: str, on: date) -> Record:
    """
    ``{on, parcel_no, supply, standing, preliminary}``; ``supply`` None where none is recorded.

    Raises
    ------
    NotFound
        The store has no parcel of this number on that day.
    """
    read_one(store, PARCEL, parcel_no, on, ("parcel_no",))
    supply = standing_row(store, LAND_SUPPLY, {"parcel_no": parcel_no})
    return {
        "on": on.isoformat(),
        "parcel_no": parcel_no,
        "supply": supply,
        "standing": None if supply is None else standing_of(store, supply, on),
        "preliminary": PRELIMINARY.as_dict(),
    }


def standing_of(store: Store, supply: Mapping[str, Any], on: date) -> Record:
    """How a record as JSON carries it stands on day ``on``: the fields of ``IdleResult``, and the status' words."""
    told = {
        name: pd.Timestamp(supply[name]) if type_ == "date" and supply[name] else supply[name]
        for name, type_ in SUPPLY_TYPES.items()
    }
    found = idle_status(told, on, RuleBook.from_frame(store.read("rule_parameter"), on))
    fields = {name: plain(getattr(found, name)) for name in found.__slots__}
    return {**fields, "status_words": found.status.words.as_dict()}


def record_supply(
    store: Store, actor: Actor, parcel_no: str, supply: Mapping[str, Any], *, seen: str | None, today: date
) -> Record:
    """
    Record what is known of a parcel's supply, whole: what ``supply`` (SUPPLY_FIELDS) lacks is not known.

    Raises
    ------
    NotAllowed
        The actor is no land officer or administrator.
    InvalidParameter
        Days in the future of what has happened, amounts below zero, days in a wrong order: all of them.
    NotFound
        The store has no such parcel.
    Conflict
        Somebody recorded another one meanwhile (``seen``: see ``record_row``).
    """
    _require_recorder(actor)
    problems = problems_of(supply, today)
    if problems:
        raise InvalidParameter.several(problems, Words("供地记录有误", "the record of supply is wrong"))
    read_one(store, PARCEL, parcel_no, today, ("parcel_no",))
    row = {name: supply.get(name) for name in SUPPLY_FIELDS}
    return record_row(store, actor, LAND_SUPPLY, {**row, "parcel_no": parcel_no}, seen)


def withdraw_supply(store: Store, actor: Actor, parcel_no: str, *, reason: str, seen: str | None) -> None:
    """Take the record of a parcel's supply away, as ``withdraw_row`` does; NotAllowed as ``record_supply``."""
    _require_recorder(actor)
    withdraw_row(store, actor, LAND_SUPPLY, {"parcel_no": parcel_no}, reason=reason, seen=seen)


def _require_recorder(actor: Actor) -> None:
    words = Words(f"“{actor.name}”不能登记供地", f"'{actor.name}' may not record supply")
    require_role(actor, MAY_RECORD_SUPPLY, words)


def problems_of(supply: Mapping[str, Any], today: date) -> list[GuatuError]:
    """What is wrong with a record, in the order of its columns."""
    found = require_past(LAND_SUPPLY, supply, _HAPPENED, today)
    found += [_negative(name, supply[name]) for name in _AMOUNTS if (supply.get(name) or 0) < 0]
    found += [problem for pair in _ORDERED if (problem := _disordered(supply, *pair))]
    if supply.get("certified_document") and not supply.get("certified_on"):
        found.append(
            _wrong(
                "certified_on",
                "",
                "认定日期 / a date",
                Words("填了认定书文号，须填认定日期", "a certificate needs its date"),
            )
        )
    return found


_ORDERED = (
    ("agreed_start_on", "agreed_finish_on"),
    ("legal_start_on", "stopped_since"),
)


def _disordered(supply: Mapping[str, Any], first: str, then: str) -> GuatuError | None:
    """Stopping is of something that began; an end is not before its beginning."""
    begin, end = supply.get(first), supply.get(then)
    if end is None or (begin is None and first == "agreed_start_on") or (begin is not None and begin <= end):
        return None
    one, other = LAND_SUPPLY.column(first).words, LAND_SUPPLY.column(then).words
    words = Words(f"{other.zh}不能早于{one.zh}", f"{other.en} may not come before {one.en}")
    return _wrong(then, str(end), f"≥ {begin or '—'}", words)


def _negative(name: str, amount: float) -> GuatuError:
    words = LAND_SUPPLY.column(name).words
    return _wrong(name, f"{amount:g}", "≥ 0", Words(f"{words.zh}不能为负", f"{words.en} may not be negative"))


def _wrong(name: str, found: str, expected: str, words: Words) -> GuatuError:
    return InvalidParameter(words, found=found, expected=expected, place=Place(column=name))
