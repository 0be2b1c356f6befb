"""One parcel whole: its steps and their clock, and whom it holds up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from gis.analysis.assessment import Assessment
from gis.analysis.case import Case, cases_of
from gis.analysis.event_log import event_log, holds_of
from gis.analysis.lawful import RunningWait, announcement_due, funds_gate, running_waits
from gis.analysis.overview import Overview
from gis.analysis.stages import standing
from gis.layers import PARCEL
from gis.model import EventKind, OwnerKind, Query, Stage
from gis.rules import RuleBook, Wait
from gis.store.port import Store
from gis.workflows.assess_store import assess_on_parcel
from gis.workflows.clock_parcels import clock_parcels
from gis.workflows.names import read_names
from gis.workflows.one_entity import read_one
from gis.workflows.parcel_surroundings import lineage_of, neighbours_of
from gis.workflows.places import bounds_by_key
from gis.workflows.plain import Record, plain, records_of


def show_parcel(store: Store, overview: Overview, parcel_no: str) -> Record:
    """
    Everything about one parcel, as /api/parcels/NO sends it.

    Raises
    ------
    NotFound
        The store has no parcel of this number on that day.
    """
    found = read_one(store, PARCEL, parcel_no, overview.on, PARCEL.names)
    events = store.read("parcel_event", Query(on=overview.on, where=(("parcel_no", parcel_no),)))
    rules = RuleBook.from_frame(store.read("rule_parameter"), overview.on)
    case = cases_of(found, standing(events))[parcel_no]
    log = event_log(events)
    assessment = assess_on_parcel(store, overview, parcel_no)
    timed = records_of(clock_parcels(store, overview.on, [parcel_no]))[0]
    parcel = records_of(found)[0]
    town_name = read_names(store, overview.on).towns.get(parcel["town"])
    return {
        "on": overview.on.isoformat(),
        "parcel": {**parcel, **timed, "town_name": town_name},
        "steps": _steps(parcel, timed, case, log, rules),
        "events": records_of(log),
        "holds": _holds(log),
        "funds": _funds(case, rules),
        "announcement": _announcement(case, rules, overview.on),
        "next": _next(timed),
        "blocks": _blocks(assessment, parcel_no),
        "projects": _projects(assessment, parcel_no),
        "reason": timed["reason"],
        "overlaps": _overlaps(assessment, parcel_no),
        "bounds": bounds_by_key(store, "parcel", "parcel_no", [parcel_no], overview.on).get(parcel_no),
        "lineage": lineage_of(store, parcel_no, overview.on),
        "neighbours": neighbours_of(store, parcel_no, overview.on),
    }


def _steps(parcel: Record, timed: Record, case: Case, log: pd.DataFrame, rules: RuleBook) -> list[Record]:
    """
    The stages of the parcel's path with their dates and the statutory waits before them.

    ``done_on`` is set for stages that were reached and not left again. ``earliest_on`` is the law's earliest day:
    of the next step, and of the step at which the land is ready.
    """
    reached = _reached(log)
    present = Stage(parcel["stage"] or Stage.NOT_STARTED.value)
    earliest = {timed["next_stage"]: timed["next_legal_on"]}
    if present.rank < rules.ready_stage.rank:
        earliest.setdefault(rules.ready_stage.value, timed["ready_earliest_on"])
    path = rules.path(OwnerKind(parcel["owner_kind"] or OwnerKind.COLLECTIVE.value))
    return [
        {
            **_step(stage, parcel, reached.get(stage.value, {}) if stage.rank <= present.rank else {}, earliest),
            "waits": _waits(stage, case, rules),
        }
        for stage in path
        if stage is not Stage.NOT_STARTED
    ]


def _step(stage: Stage, parcel: Record, event: Record, earliest: dict[str, Any]) -> Record:
    return {
        "stage": stage.value,
        **stage.words.as_dict(),
        "planned_on": parcel.get(f"planned_{stage.value}_on"),
        "done_on": event.get("on_date"),
        "earliest_on": earliest.get(stage.value),
        "document": event.get("document"),
        "actor": event.get("recorded_by"),
        "override_reason": event.get("override_reason"),
    }


def _reached(log: pd.DataFrame) -> dict[str, Record]:
    """The last event of each stage."""
    stages = log[(log["kind"] == EventKind.STAGE.value) & (log["state"] == "stands")]
    return {row["stage"]: row for row in records_of(stages)}


def _waits(stage: Stage, case: Case, rules: RuleBook) -> list[Record]:
    """The waits that the law sets before a stage; their days where they have begun."""
    begun = {running.wait: running for running in running_waits(case, stage, rules)}
    path = rules.path(case.owner)
    return [
        _wait(wait, begun.get(wait))
        for wait in rules.waits
        if wait.before is stage and wait.after in path and wait.supply in (None, case.supply)
    ]


def _wait(wait: Wait, running: RunningWait | None) -> Record:
    days = {name: getattr(running, name).isoformat() if running else None for name in ("began", "last_on", "first_on")}
    return {
        "after": wait.after.value,
        "days": wait.days,
        "working": wait.working,
        "source": wait.source,
        **days,
        "provisional": running.provisional if running else False,
    }


def _funds(case: Case, rules: RuleBook) -> Record | None:
    """What must be paid in full before which stage, and since when it is; None where the path has no such stage."""
    gate = funds_gate(case, rules)
    if gate is None:
        return None
    on = min((entry.on for entry in case.entries if entry.kind is EventKind.FUNDS), default=None)
    told = None if on is None else on.isoformat()
    return {"before": gate.value, "on": told, "source": rules.sources["gate.funds"]}


def _announcement(case: Case, rules: RuleBook, on: date) -> Record | None:
    due = announcement_due(case, rules)
    if due is None:
        return None
    days = {"began": due.began.isoformat(), "due_on": due.due_on.isoformat(), "is_overdue": due.due_on < on}
    return {"after": due.after.value, **days, "provisional": due.provisional, "source": due.source}


def _holds(log: pd.DataFrame) -> list[Record]:
    """Each time that it was held, the latest first, with the rows of what was tried."""
    rows = records_of(log)
    return [
        {
            "hold": rows[hold["hold"]],
            "release": None if hold["release"] is None else rows[hold["release"]],
            "efforts": [rows[place] for place in hold["efforts"]],
        }
        for hold in holds_of(log)
    ]


def _next(timed: Record) -> Record | None:
    code = timed["next_stage"]
    return {"stage": code, **Stage(code).words.as_dict(), "legal_on": timed["next_legal_on"]} if code else None


def _blocks(assessment: Assessment, parcel_no: str) -> list[Record]:
    """The projects that it holds up, the most money at risk first."""
    rows = assessment.blocking[assessment.blocking["parcel_no"] == parcel_no]
    return _named(
        assessment, rows.sort_values("at_risk_wan", ascending=False, kind="stable"), ("area_m2", "at_risk_wan")
    )


def _projects(assessment: Assessment, parcel_no: str) -> list[Record]:
    """Every project that stands on it."""
    rows = assessment.parts[assessment.parts["parcel_no"] == parcel_no]
    return _named(assessment, rows, ("area_m2", "is_sliver"))


def _named(assessment: Assessment, rows: pd.DataFrame, columns: tuple[str, ...]) -> list[Record]:
    names = assessment.projects["name"]
    return [
        {"code": code, "name": plain(names.get(code)), **record}
        for code, record in zip(rows["project_code"].tolist(), records_of(rows, columns), strict=True)
    ]


def _overlaps(assessment: Assessment, parcel_no: str) -> list[Record]:
    """Land that it shares with other parcels, under projects."""
    pairs = assessment.overlaps
    mine = pairs[(pairs["parcel_no"] == parcel_no) | (pairs["other_no"] == parcel_no)]
    other = mine["other_no"].where(mine["parcel_no"] == parcel_no, mine["parcel_no"])
    return records_of(mine.assign(parcel_no=other), ("project_code", "parcel_no", "area_m2"))
