"""Remember which sites a tour has visited, for the next one's "not seen in the last N"."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gis.analysis.withdrawn import counting
from gis.layers import TOUR_VISIT
from gis.model import Actor, Query
from gis.store.port import Reader, Store, Writer
from gis.workflows.plain import Record
from gis.workflows.record_row import row_frame
from gis.workflows.tour_book import read_plan, require_planner
from gis.workflows.withdrawal_reason import withdrawal_reason


def visits_of(reader: Reader) -> pd.DataFrame:
    """Every visit that counts, of tours that were not withdrawn: ``project_code``, ``tour_no``, ``on_date``."""
    tours = counting(reader.read("tour"))["tour_no"]
    visits = counting(reader.read("tour_visit"))[["project_code", "tour_no", "on_date"]]
    return visits[visits["tour_no"].isin(tours)]


def remember_visits(store: Store, actor: Actor, plan_no: str) -> int:
    """
    The stops of this plan were visited, each on its day: what its tour visited before is forgotten. Gives how many.

    A project that was retired since the plan was made is not remembered anew; what was remembered of it stays.

    Raises
    ------
    NotFound
        There is no such plan.
    """
    require_planner(actor)
    with store.writing(actor) as writer:
        kept = read_plan(writer, plan_no)
        there = set(writer.read("project", Query(keys=kept.plan.codes, columns=("code",)))["code"])
        seen = {stop.code: day.on for day in kept.plan.days for stop in day.stops if stop.code in there}
        before = counting(writer.read("tour_visit"))
        gone = before[(before["tour_no"] == kept.tour_no) & ~before["project_code"].isin(kept.plan.codes)]
        _append(writer, [{**row, "withdrawn": True} for row in _own(gone)])
        _append(writer, [{"project_code": code, "tour_no": kept.tour_no, "on_date": on} for code, on in seen.items()])
    return len(seen)


def forget_visits(store: Store, actor: Actor, tour_no: str, *, reason: str) -> int:
    """The tour's visits did not take place; gives how many there were."""
    require_planner(actor)
    why = withdrawal_reason(reason)
    with store.writing(actor) as writer:
        standing = counting(writer.read("tour_visit"))
        own = _own(standing[standing["tour_no"] == tour_no])
        _append(writer, [{**row, "note": why, "withdrawn": True} for row in own])
    return len(own)


def _own(visits: pd.DataFrame) -> list[Record]:
    """Rows with the columns of the layer alone."""
    return [{str(name): value for name, value in row.items()} for row in visits[[*TOUR_VISIT.names]].to_dict("records")]


def _append(writer: Writer, rows: Sequence[Record]) -> None:
    if rows:
        writer.append("tour_visit", pd.concat([row_frame(TOUR_VISIT, row) for row in rows], ignore_index=True))
