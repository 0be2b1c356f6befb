"""
Stages that a file states become events: the present is derived from events, never typed over.

A project's ledger says a stage, and the days on which it really started and finished; a parcel's says
a stage or a hold, and perhaps the day of each step. What follows from days is dated by them; a stated stage
is an event of its own only where it is not what the events say already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from gis.layers import FRAME_DTYPES, LAYERS
from gis.model import EventKind, ProjectStage, Stage
from gis.words import Words

Present = Mapping[str, Mapping[str, Any]]
NOTE = "导入文件所载 / as stated by an imported file"


@dataclass(frozen=True, slots=True)
class Events:
    """Rows for an event ledger, and what to tell of them."""

    frame: pd.DataFrame
    warnings: tuple[Words, ...] = ()


def project_events(frame: pd.DataFrame, stated: pd.DataFrame, present: Present, today: date) -> Events:
    """
    Events of projects.

    ``started`` on the actual start where the stage, if stated, is at least that; ``completed`` on the actual
    finish likewise. The stated stage, where it differs from what then rules, on its own date, else on the latest
    of those dates if that makes it rule, else today.

    Parameters
    ----------
    frame, stated
        Kept rows, and beside them what they state of ``stage`` and ``stage_on``.
    present
        What the store holds now, by code: ``stage``, ``stage_on``.
    """
    rows: list[dict[str, Any]] = []
    future = 0
    for row in _rows(frame, stated, ("code", "stage", "stage_on", "actual_start_on", "actual_finish_on")):
        found = list(_of_project(row, present.get(row["code"], {}), today))
        past = [event for event in found if event[1] <= today]
        future += len(found) - len(past)
        rows += [{"project_code": row["code"], "stage": stage.value, "on_date": on, "note": NOTE} for stage, on in past]
    return Events(_ledger("project_event", rows), _told_future(future))


def _of_project(row: Mapping[str, Any], known: Mapping[str, Any], today: date) -> Iterator[tuple[ProjectStage, date]]:
    stage = None if row["stage"] is None else ProjectStage(row["stage"])
    dated = list(_dated(stage, row))
    yield from dated
    last_on, last = _ruling(dated, known)
    if stage is None:
        return
    if stage is last:
        if row["stage_on"] is not None and stage not in dict(dated) and row["stage_on"] != last_on:
            yield stage, row["stage_on"]
        return
    latest = max((on for _, on in dated), default=today)
    yield stage, row["stage_on"] or (latest if last_on is None or latest >= last_on else today)


def _dated(stage: ProjectStage | None, row: Mapping[str, Any]) -> Iterator[tuple[ProjectStage, date]]:
    stopped = stage is not None and not stage.is_active
    if row["actual_start_on"] is not None and (stage is None or stage.has_started or stopped):
        yield ProjectStage.STARTED, row["actual_start_on"]
    if row["actual_finish_on"] is not None and (stage is None or stage.is_finished):
        yield ProjectStage.COMPLETED, row["actual_finish_on"]


def _ruling(dated: list[tuple[ProjectStage, date]], known: Mapping[str, Any]) -> tuple[date | None, ProjectStage]:
    """The stage that rules once the dated events are there; planned where nothing is."""
    standing = ProjectStage(known["stage"]) if known.get("stage") else ProjectStage.PLANNED
    last: tuple[date | None, ProjectStage] = (known.get("stage_on"), standing)
    for stage, on in dated:
        if last[0] is None or on >= last[0]:
            last = (on, stage)
    return last


def parcel_events(
    frame: pd.DataFrame, stated: pd.DataFrame, steps: pd.DataFrame, present: Present, today: date
) -> Events:
    """
    Events of parcels: the dated ``steps`` that the file brings, and after them a stated stage or hold.

    A stated stage that is not what then rules begins on its own date, else today: an earlier day would claim
    waits that nobody saw. A hold begins on its own date, else today; one that stands already is left.

    Parameters
    ----------
    steps
        Rows of ``parcel_event``, one a date column and parcel.
    present
        What the store holds now, by parcel number: ``stage``, ``stage_on``, ``hold_reason``, ``held_since``.
    """
    columns = ("parcel_no", "stage", "stage_on", "hold_reason", "held_since")
    last_steps = _last_steps(steps, today)
    rows: list[dict[str, Any]] = [dict(zip(steps.columns, v, strict=True)) for v in steps.itertuples(index=False)]
    for row in _rows(frame, stated, columns):
        known = present.get(row["parcel_no"], {})
        rows += _stage_event(row, known, last_steps.get(row["parcel_no"]), today)
        rows += _hold_event(row, known, today)
    past = [row for row in rows if pd.Timestamp(row["on_date"]).date() <= today]
    return Events(_ledger("parcel_event", past), _told_future(len(rows) - len(past)))


def _last_steps(steps: pd.DataFrame, today: date) -> dict[str, tuple[date, Stage]]:
    """The step that rules by ``today``, by parcel: what lies ahead is not recorded."""
    steps = steps if steps.empty else steps[steps["on_date"] <= pd.Timestamp(today)]
    if steps.empty:
        return {}
    ordered = steps.assign(rank=[Stage(s).rank for s in steps["stage"]]).sort_values(["on_date", "rank"], kind="stable")
    last = ordered.groupby("parcel_no").tail(1)
    return {
        str(key): (on.date(), Stage(stage))
        for key, on, stage in zip(last["parcel_no"], last["on_date"], last["stage"], strict=True)
    }


def _stage_event(
    row: Mapping[str, Any], known: Mapping[str, Any], step: tuple[date, Stage] | None, today: date
) -> list[dict[str, Any]]:
    if row["stage"] is None:
        return []
    ruling, since = Stage(known["stage"]) if known.get("stage") else Stage.NOT_STARTED, known.get("stage_on")
    if step is not None and (since is None or step[0] >= since):
        since, ruling = step
    same = row["stage"] == ruling.value
    if same and (row["stage_on"] is None or row["stage_on"] == since or (step is not None and step[1] is ruling)):
        return []
    on = row["stage_on"] or today
    return [_event(row["parcel_no"], EventKind.STAGE, on, stage=row["stage"])]


def _hold_event(row: Mapping[str, Any], known: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    reason, since = row["hold_reason"], row["held_since"]
    if reason is None or (known.get("hold_reason") == reason and since in (None, known.get("held_since"))):
        return []
    return [_event(row["parcel_no"], EventKind.HOLD, since or today, hold_reason=reason)]


def _event(parcel_no: str, kind: EventKind, on: date, **more: str) -> dict[str, Any]:
    return {"parcel_no": parcel_no, "kind": kind.value, "on_date": on, "note": NOTE, **more}


def _rows(frame: pd.DataFrame, stated: pd.DataFrame, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Each kept row's values as plain Python, None where missing."""
    columns = {name: plain_values(_column(frame, stated, name)) for name in names}
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _column(frame: pd.DataFrame, stated: pd.DataFrame, name: str) -> pd.Series[Any]:
    for table in (stated, frame):
        if name in table.columns:
            return table[name]
    return pd.Series([None] * len(frame), dtype="object")


def plain_values(column: pd.Series[Any]) -> list[Any]:
    """Values with None for whatever is missing, days as ``date``."""
    pairs = zip(column.tolist(), column.isna().tolist(), strict=True)
    return [None if missing else v.date() if isinstance(v, pd.Timestamp) else v for v, missing in pairs]


def _ledger(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as the ledger's frame; of several of one key the last stands."""
    layer = LAYERS[name]
    frame = pd.DataFrame(rows, columns=list(layer.names), dtype="object")
    typed = frame.astype({c.name: FRAME_DTYPES[c.type] for c in layer.columns})
    return typed.drop_duplicates(list(layer.key), keep="last", ignore_index=True)


def _told_future(count: int) -> tuple[Words, ...]:
    if not count:
        return ()
    return (Words(f"{count} 条阶段记录的日期在今天之后，未记入", f"{count} events lie after today: not recorded"),)
