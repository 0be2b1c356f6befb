"""The land desk of one day: what is overdue, due, allowed and held, and why each parcel stands in its list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from gis.analysis.case import CASE_COLUMNS, cases_of
from gis.analysis.desk import (
    DESK_LISTS,
    DeskDays,
    DeskFilter,
    DeskList,
    announce_by,
    desk_lists,
    is_of,
    may_open_today,
    week_end,
)
from gis.analysis.lawful import next_step
from gis.analysis.register import Register, day_text
from gis.analysis.register_columns import NO_CODE, NO_DAY, Places
from gis.analysis.stages import standing
from gis.model import EventKind, Query, Stage
from gis.rules import RuleBook
from gis.store.port import Store
from gis.workflows.names import read_names
from gis.workflows.plain import Record

MOST_ROWS = 500
# Of more parcels at once it is not looked up which of them the law allows since today alone.
MOST_LOOKED_AT = 5_000
_SHOWN = (
    *("parcel_no", "name", "town", "village", "stage", "stage_on", "next_stage", "next_legal_on", "due_on"),
    *("overdue_days", "hold_reason", "held_since", "unit", "person", "area_planar_m2"),
)
_CHOSEN_BY = ("unit", "person", "town")


def list_desk(store: Store, register: Register, wanted: DeskFilter, limit: int = 100) -> Record:
    """
    ``{on, week_until, lists: {name: {count, rows}}, choices: {unit, person, town}}``.

    Of each list at most ``limit`` rows, the most pressing first; ``announce_by`` beside the register's own columns,
    ``opened`` where the law allows the next step since today, ``unpaid`` where it waits for its funds. ``choices``
    count the parcels of all lists but ``may``, whoever's they are.
    """
    days = desk_days(store, register)
    lists = desk_lists(register, wanted, days)
    towns = read_names(store, register.on).towns
    rows = {name: _rows(register, each.first(min(limit, MOST_ROWS)), days, towns) for name, each in lists.items()}
    unpaid = _unpaid(store, register.on, [row for each in rows.values() for row in each])
    everybody_s = lists if wanted == DeskFilter() else desk_lists(register, DeskFilter(), days)
    return {
        "on": register.on.isoformat(),
        "week_until": week_end(register.on).isoformat(),
        "lists": {
            name: {
                "count": each.count,
                "rows": [{**row, "unpaid": row["parcel_no"] in unpaid} for row in rows[name]],
            }
            for name, each in lists.items()
        },
        "choices": _choices(register, everybody_s, towns),
    }


def desk_days(store: Store, register: Register) -> DeskDays:
    """What the desk asks beside the register."""
    rules = RuleBook.from_frame(store.read("rule_parameter"), register.on)
    opened = np.full(len(register), NO_DAY, dtype=np.int32)
    places = may_open_today(register, rules)[:MOST_LOOKED_AT]
    opened[places[_opens_on(store, register, places, rules)]] = register.today
    return DeskDays(opened, announce_by(register, rules, announced_until(store, register.on)))


def announced_until(store: Store, on: date) -> dict[str, date]:
    """Parcel → the last day up to ``on`` on which its requisition was announced."""
    told = store.read("parcel_event", Query(on=on, where=(("kind", EventKind.ANNOUNCED.value),)))
    rows = standing(told)
    return {number: day.date() for number, day in zip(rows["parcel_no"], rows["on_date"], strict=True)}


def _opens_on(store: Store, register: Register, places: Places, rules: RuleBook) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Of which of these rows the wait before the next step ran out yesterday."""
    numbers = [record["parcel_no"] for record in register.records(places, ("parcel_no",))]
    if not numbers:
        return np.zeros(0, dtype=bool)
    parcels = store.read("parcel", Query(on=register.on, keys=tuple(numbers), columns=CASE_COLUMNS))
    events = standing(store.read("parcel_event", Query(on=register.on, keys=tuple(numbers))))
    cases = cases_of(parcels, events)
    steps = [next_step(cases[number], rules) if number in cases else None for number in numbers]
    waits = [step.waits if step is not None else () for step in steps]
    return np.array([max((wait.first_on for wait in each), default=None) == register.on for each in waits])


def _rows(register: Register, places: Places, days: DeskDays, towns: Mapping[str, str]) -> list[Record]:
    rows = register.records(places, _SHOWN)
    beside = zip(days.announce_by[places].tolist(), days.opened_on[places].tolist(), strict=True)
    return [
        {
            **row,
            "town_name": towns.get(row["town"]),
            "announce_by": None if announce == NO_DAY else day_text(announce),
            "opened": opened != NO_DAY,
        }
        for row, (announce, opened) in zip(rows, beside, strict=True)
    ]


def _unpaid(store: Store, on: date, rows: Sequence[Record]) -> frozenset[str]:
    """Those of these parcels that wait for their compensation to be in place."""
    gate = RuleBook.from_frame(store.read("rule_parameter"), on).value("gate.funds")
    numbers = {row["parcel_no"] for row in rows if row["next_stage"] == gate}
    if not numbers:
        return frozenset()
    told = store.read("parcel_event", Query(on=on, keys=tuple(sorted(numbers))))
    events = standing(told)
    return frozenset(numbers.difference(events["parcel_no"][events["kind"] == EventKind.FUNDS.value]))


def _choices(register: Register, lists: Mapping[str, DeskList], towns: Mapping[str, str]) -> Record:
    """The values of each filter, with how many parcels press."""
    pressing = np.logical_or.reduce([lists[name].chosen for name in DESK_LISTS if name != "may"])
    found: Record = {}
    for name in _CHOSEN_BY:
        column = register.coded[name]
        counts = Counter(column.codes[pressing].tolist())
        values = [(column.values[code], n) for code, n in counts.items() if code != NO_CODE]
        everyone = dict.fromkeys(column.values, 0) | dict(values)
        found[name] = [{"code": code, "n": n} for code, n in sorted(everyone.items(), key=lambda each: -each[1])]
    found["town"] = [{**choice, "name": towns.get(choice["code"])} for choice in found["town"]]
    return found


# ------------------------------------------------------------------ calendar

MOST_DATES = 2_000
DAYS_BACK, DAYS_AHEAD = 60, 400


def list_dates(store: Store, register: Register, wanted: DeskFilter) -> list[Record]:
    """
    The days that a unit has before it: ``{parcel_no, what, stage, on, place, unit, person}``, in their order, at most
    2,000 of the sixty days past and the four hundred to come. ``what``: planned, legal (the first day on which the law
    allows the next step), announce.
    """
    days = desk_days(store, register)
    towns = read_names(store, register.on).towns
    first = register.on - timedelta(days=DAYS_BACK)
    last = register.on + timedelta(days=DAYS_AHEAD)
    found: list[Record] = []
    for what, values in (
        ("planned", register.days["due_on"]),
        ("legal", np.where(register.days["next_legal_on"] > register.today, register.days["next_legal_on"], NO_DAY)),
        ("announce", days.announce_by),
    ):
        found += _dated(register, wanted, values, (first, last), towns, what)
    return sorted(found, key=lambda each: (each["on"], each["parcel_no"], each["what"]))[:MOST_DATES]


def _dated(
    register: Register, wanted: DeskFilter, values: Any, between: tuple[date, date], towns: Mapping[str, str], what: str
) -> list[Record]:
    first, last = ((day - date(1970, 1, 1)).days for day in between)
    places = np.flatnonzero(is_of(register, wanted) & (values >= first) & (values <= last))
    places = places[np.argsort(values[places], kind="stable")][:MOST_DATES]
    rows = register.records(places, ("parcel_no", "name", "town", "village", "next_stage", "stage", "unit", "person"))
    return [
        {
            "parcel_no": row["parcel_no"],
            "what": what,
            "stage": row["next_stage"] if what == "legal" else Stage.APPROVED.value if what == "announce" else None,
            "on": day_text(day),
            "place": " ".join(text for text in (towns.get(row["town"]), row["village"], row["name"]) if text),
            "unit": row["unit"],
            "person": row["person"],
        }
        for row, day in zip(rows, values[places].tolist(), strict=True)
    ]
