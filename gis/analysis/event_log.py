"""A parcel's events as people read them: what stands, what was corrected or withdrawn, and each hold with its story."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import pandas as pd

from gis.layers import PARCEL_EVENT
from gis.model import EventKind


def event_log(events: pd.DataFrame) -> pd.DataFrame:
    """
    The entries of one parcel, without the rows that withdraw others.

    Parameters
    ----------
    events
        All parcel_event rows of one parcel, in the order in which they were written within a day.

    Returns
    -------
    DataFrame
        The rows, and ``state``: "stands", "corrected" (a later row of its key replaced it) or "withdrawn"; of what
        was withdrawn ``withdrawn_reason``, ``withdrawn_by``, ``withdrawn_at``. Of what was tried about a hold every
        entry stands until its day's are withdrawn: two of one day are two, not one corrected.
    """
    states, reasons, people, moments, kept = [], [], [], [], []
    for place, following in enumerate(_following(events)):
        row = events.iloc[place]
        if _is_withdrawal(row):
            continue
        kept.append(place)
        undone = None if following is None else events.iloc[following]
        if undone is not None and row["kind"] == EventKind.EFFORT.value and not _is_withdrawal(undone):
            undone = _withdrawal_after(events, place)
        is_withdrawn = undone is not None and _is_withdrawal(undone)
        states.append("stands" if undone is None else "withdrawn" if is_withdrawn else "corrected")
        reasons.append(undone["note"] if undone is not None and is_withdrawn else None)
        people.append(undone["recorded_by"] if undone is not None and is_withdrawn else None)
        moments.append(undone["recorded_at"] if undone is not None and is_withdrawn else None)
    log = events.iloc[kept].drop(columns="withdrawn")
    told = {"state": states, "withdrawn_reason": reasons, "withdrawn_by": people, "withdrawn_at": moments}
    return log.assign(**{name: pd.Series(values, log.index, dtype=object) for name, values in told.items()})


def _is_withdrawal(row: pd.Series) -> bool:
    return row["withdrawn"] is True or (pd.notna(row["withdrawn"]) and bool(row["withdrawn"]))


def _following(events: pd.DataFrame) -> Sequence[int | None]:
    """Of each row the place of the next row of its key."""
    following: list[int | None] = [None] * len(events)
    last: dict[tuple[str, ...], int] = {}
    for place, key in enumerate(_keys(events)):
        if key in last:
            following[last[key]] = place
        last[key] = place
    return following


def _keys(events: pd.DataFrame) -> list[tuple[str, ...]]:
    columns = [["" if pd.isna(value) else str(value) for value in events[name].tolist()] for name in PARCEL_EVENT.key]
    return list(zip(*columns, strict=True))


def _withdrawal_after(events: pd.DataFrame, place: int) -> pd.Series | None:
    keys = _keys(events)
    later = (n for n in range(place + 1, len(events)) if keys[n] == keys[place] and _is_withdrawal(events.iloc[n]))
    found = next(later, None)
    return None if found is None else events.iloc[found]


class HoldPlaces(TypedDict):
    """Where a hold's rows stand in a log."""

    hold: int
    release: int | None
    efforts: list[int]


def holds_of(log: pd.DataFrame) -> list[HoldPlaces]:
    """
    Each time that the parcel was held, the latest first: the hold's row, its release's (None: still held) and those of
    what was tried in between, as places in ``log``.
    """
    found: list[HoldPlaces] = []
    efforts: list[int] = []
    for place, (kind, state) in enumerate(zip(log["kind"].tolist(), log["state"].tolist(), strict=True)):
        if state != "stands":
            continue
        if kind == EventKind.HOLD.value:
            efforts = []
            found.insert(0, {"hold": place, "release": None, "efforts": efforts})
        elif kind == EventKind.RELEASE.value and found:
            found[0]["release"] = place
        elif kind == EventKind.EFFORT.value and found:
            efforts.append(place)
    return found
