"""Tours and their plans, as they are kept: each plan as it was made, under the tour that it is of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis.errors import InvalidParameter, NotFound, Place
from gis.layers import SCORING, TOUR, TOUR_PLAN
from gis.model import Actor, Role, ScoringState
from gis.store.port import Reader, Store
from gis.tours.itinerary import Plan, plan_as_dict, plan_from_dict
from gis.tours.spec import TourSpec, read_spec, spec_as_dict
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.record_row import record_row, row_frame, standing_row, standing_rows, withdraw_row
from gis.workflows.require_role import require_role

MAY_PLAN_TOURS = (Role.PLANNER, Role.ADMIN)
LONGEST_NAME = 100
# What the drives of a plan are made of.
ROAD_LAYERS = ("road", "entrance")
MOST_PLANS = 200
_NUMBER = re.compile(r"T(\d+)")


@dataclass(frozen=True, slots=True)
class KeptTour:
    """A tour as it is kept; ``recorded_at``: what whoever changes it hands back as ``seen``."""

    tour_no: str
    spec: TourSpec
    recorded_at: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan as it was made; ``made_from``: the plan that it was changed from, "" where none."""

    plan_no: str
    tour_no: str
    name: str
    made_from: str
    note: str
    spec: TourSpec
    plan: Plan
    recorded_at: str
    recorded_by: str


def list_tours(reader: Reader) -> list[Record]:
    """Every tour, the latest first, each with its plans in the order in which they were made."""
    states = {row["tour_no"]: row["state"] for row in _rows(standing_rows(reader, SCORING))}
    plans: dict[str, list[Record]] = {}
    for row in _rows(standing_rows(reader, TOUR_PLAN)):
        plans.setdefault(row["tour_no"], []).append(_plan_line(row))
    tours = sorted(_rows(standing_rows(reader, TOUR)), key=lambda row: (row["on_date"], _place(row["tour_no"])))
    return [
        {
            "tour_no": row["tour_no"],
            "title": row["title"],
            "on_date": str(row["on_date"])[:10],
            "plans": sorted(plans.get(row["tour_no"], []), key=lambda plan: _last_number(plan["plan_no"])),
            "scoring": states.get(row["tour_no"]),
        }
        for row in reversed(tours)
    ]


def read_tour(reader: Reader, tour_no: str) -> KeptTour:
    """The tour of this number; raises NotFound."""
    row = standing_row(reader, TOUR, {"tour_no": tour_no})
    if row is None:
        raise NotFound(Words(f"没有编号为“{tour_no}”的观摩", f"no tour '{tour_no}'"), found=tour_no)
    return KeptTour(tour_no, read_spec(row["spec"]), row["recorded_at"], str(row["recorded_by"]))


def new_tour(store: Store, actor: Actor, spec: TourSpec) -> str:
    """
    Keep a new tour; gives its number.

    Raises
    ------
    NotAllowed
        The actor may not plan tours.
    """
    require_planner(actor)
    with store.writing(actor) as writer:
        taken = [_place(number) for number in writer.read("tour")["tour_no"]]
        tour_no = f"T{max(taken, default=0) + 1}"
        writer.append("tour", row_frame(TOUR, _tour_row(tour_no, spec)))
    return tour_no


def change_tour(store: Store, actor: Actor, tour_no: str, spec: TourSpec, *, seen: str) -> KeptTour:
    """Other wishes in place of a tour's; raises NotFound, NotAllowed, Conflict (see ``record_row``)."""
    require_planner(actor)
    read_tour(store, tour_no)
    record_row(store, actor, TOUR, _tour_row(tour_no, spec), seen)
    return read_tour(store, tour_no)


def withdraw_tour(store: Store, actor: Actor, tour_no: str, *, reason: str, seen: str) -> None:
    """
    Take a tour away, with a reason; its plans stay in the ledger, its visits count no more.

    Raises
    ------
    InvalidParameter
        Its scoring is open: codes that people hold would go on working.
    """
    require_planner(actor)
    scoring = standing_row(store, SCORING, {"tour_no": tour_no})
    if scoring is not None and scoring["state"] == ScoringState.OPEN:
        words = Words("评分还开着，请先封存或撤回评分", "its scoring is open: close or withdraw that first")
        raise InvalidParameter(words, found=ScoringState.OPEN.value, expected=ScoringState.CLOSED.value)
    withdraw_row(store, actor, TOUR, {"tour_no": tour_no}, reason=reason, seen=seen)


@dataclass(frozen=True, slots=True)
class NewPlan:
    """
    A plan to keep: under which name, from which other it was made, and a note.

    ``roads_version``: the version of ROAD_LAYERS that it was timed on; None: of now.
    """

    name: str
    spec: TourSpec
    plan: Plan
    made_from: str = ""
    note: str = ""
    roads_version: int | None = None


def save_plan(store: Store, actor: Actor, tour_no: str, new: NewPlan) -> str:
    """
    Keep a plan; gives its number: the tour's, and which of its plans it is.

    Raises
    ------
    NotFound
        There is no such tour, or no plan that it was made from.
    InvalidParameter
        It has no name; the tour has too many plans.
    """
    require_planner(actor)
    name = new.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        words = Words("方案须有名称", "a plan needs a name")
        raise InvalidParameter(words, found=str(len(name)), expected=f"1–{LONGEST_NAME}", place=Place(column="name"))
    with store.writing(actor) as writer:
        read_tour(writer, tour_no)
        numbers = [row["plan_no"] for row in _rows(writer.read("tour_plan")) if row["tour_no"] == tour_no]
        if new.made_from and new.made_from not in numbers:
            raise _no_plan(new.made_from)
        if len(numbers) >= MOST_PLANS:
            words = Words("此观摩的方案过多", "the tour has too many plans")
            raise InvalidParameter(words, found=str(len(numbers)), expected=f"≤ {MOST_PLANS}")
        plan_no = f"{tour_no}-{max(map(_last_number, numbers), default=0) + 1}"
        roads = writer.version(ROAD_LAYERS) if new.roads_version is None else new.roads_version
        row = {
            "plan_no": plan_no,
            "tour_no": tour_no,
            "name": name,
            "made_from": new.made_from or None,
            "spec": spec_as_dict(new.spec),
            "plan": {**plan_as_dict(new.plan), "roads_version": roads},
            "note": new.note,
        }
        writer.append("tour_plan", row_frame(TOUR_PLAN, row))
    return plan_no


def read_plan(reader: Reader, plan_no: str) -> KeptPlan:
    """The plan of this number; raises NotFound."""
    row = standing_row(reader, TOUR_PLAN, {"plan_no": plan_no})
    if row is None:
        raise _no_plan(plan_no)
    return KeptPlan(
        plan_no=plan_no,
        tour_no=row["tour_no"],
        name=row["name"],
        made_from=row["made_from"] or "",
        note=row["note"] or "",
        spec=read_spec(row["spec"]),
        plan=plan_from_dict(row["plan"]),
        recorded_at=row["recorded_at"],
        recorded_by=str(row["recorded_by"]),
    )


def withdraw_plan(store: Store, actor: Actor, plan_no: str, *, reason: str, seen: str) -> None:
    """Take a plan away, with a reason."""
    require_planner(actor)
    withdraw_row(store, actor, TOUR_PLAN, {"plan_no": plan_no}, reason=reason, seen=seen)


def require_planner(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may plan tours."""
    require_role(actor, MAY_PLAN_TOURS, Words(f"“{actor.name}”不能编排观摩", f"'{actor.name}' may not plan tours"))


def _tour_row(tour_no: str, spec: TourSpec) -> Record:
    return {"tour_no": tour_no, "title": spec.title, "on_date": spec.days[0].on, "spec": spec_as_dict(spec)}


def _plan_line(row: Record) -> Record:
    plan = plan_from_dict(row["plan"])
    said = {name: row[name] for name in ("plan_no", "name", "recorded_by")}
    figures = {"value": round(plan.value, 3), "minutes": plan.minutes, "feasible": plan.is_feasible}
    texts = {"made_from": _text(row["made_from"]), "note": _text(row["note"]), "recorded_at": row["recorded_at"]}
    return {**said, **figures, **texts, "stops": len(plan.codes)}


def _rows(frame: pd.DataFrame) -> Iterable[dict[Any, Any]]:
    """With the moment of writing as ``standing_row`` tells it."""
    return frame.assign(recorded_at=frame["recorded_at"].astype("str")).to_dict("records")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _place(tour_no: str) -> int:
    match = _NUMBER.fullmatch(tour_no)
    return int(match[1]) if match else 0


def _last_number(plan_no: str) -> int:
    last = plan_no.rpartition("-")[2]
    return int(last) if last.isdigit() else 0


def _no_plan(plan_no: str) -> NotFound:
    return NotFound(Words(f"没有编号为“{plan_no}”的方案", f"no plan '{plan_no}'"), found=plan_no)
