"""What parcels inherit from those that they came of: their record, their lineage, what they had in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.stages import standing
from gis.errors import InvalidValue
from gis.layers import LAYERS, PARCEL
from gis.model import EventKind, LineageKind, Query
from gis.store.port import Reader
from gis.words import Words

# What is of the whole parcel and cannot be told of a piece: to be filled in anew.
OF_THE_WHOLE = (
    "declared_area_m2",
    "declared_basis",
    "households",
    "buildings",
    "compensation_due_wan",
    "compensation_paid_wan",
)
WRITABLE = tuple(column.name for column in PARCEL.columns if not column.derived)
# Child and parent, by number.
Parents = Sequence[tuple[str, str]]


def lineage_rows(parents: Parents, kind: LineageKind, on: date, note: str) -> pd.DataFrame:
    """Rows of the lineage: which came from which."""
    told = {"kind": kind.value, "on_date": pd.Timestamp(on), "note": note or None}
    return pd.DataFrame([{"parcel_no": child, "parent_no": parent, **told} for child, parent in parents])


def inherited_events(reader: Reader, parents: Parents, on: date) -> pd.DataFrame:
    """
    The parents' standing events as those of the children; of a stage that several have, the latest day.

    Funds and an announcement are of the whole from the day on which every parent has them.

    Raises
    ------
    InvalidValue
        ``on`` is before the last of them.
    """
    names = [name for name in LAYERS["parcel_event"].names if name != "withdrawn"]
    whose = tuple(dict.fromkeys(parent for _, parent in parents))
    known = standing(reader.read("parcel_event", Query(keys=whose)))
    if known.empty:
        return pd.DataFrame(columns=names)
    _refuse_before(known, on)
    rows = known[names].merge(pd.DataFrame(parents, columns=["child", "parcel_no"]), on="parcel_no")
    rows = rows[~_is_of_some_only(rows, parents)].reset_index(drop=True)
    rows["note"] = _carried_over(rows)
    rows["parcel_no"] = rows.pop("child")
    rows = rows.sort_values("on_date", kind="stable")
    is_stage = rows["stage"].notna()
    stages = rows[is_stage].drop_duplicates(["parcel_no", "kind", "stage"], keep="last")
    others = rows[~is_stage].drop_duplicates(["parcel_no", "kind", "on_date"], keep="last")
    return pd.concat([stages, others]).sort_values("on_date", kind="stable").reset_index(drop=True)


def _is_of_some_only(rows: pd.DataFrame, parents: Parents) -> npt.NDArray[np.bool_]:
    """Funds and announcements (``child``: of whom they are to be) before the day on which all parents have them."""
    of_all = rows["kind"].isin((EventKind.FUNDS.value, EventKind.ANNOUNCED.value))
    wanted = pd.Series([child for child, _ in parents], dtype="str").value_counts()
    first = rows[of_all].groupby(["child", "kind", "parcel_no"])["on_date"].min()
    whole = first.groupby(level=["child", "kind"]).agg(["size", "max"])
    has_all = whole["size"].to_numpy() == wanted.reindex(whole.index.get_level_values("child")).to_numpy()
    since = whole["max"].where(has_all).reindex(pd.MultiIndex.from_frame(rows[["child", "kind"]]))
    return np.asarray(of_all & ~(rows["on_date"] >= since.array), dtype=bool)


def _carried_over(rows: pd.DataFrame) -> list[str]:
    notes = rows["note"].fillna("").tolist()
    told = [f"沿用原地块 {parent} 的记录" for parent in rows["parcel_no"].tolist()]
    return [f"{note}（{carried}）" if note else carried for note, carried in zip(notes, told, strict=True)]


def _refuse_before(events: pd.DataFrame, on: date) -> None:
    latest = events["on_date"].max().date()
    if on < latest:
        words = Words("日期早于地块最近的记录", "the day is before the parcel's last event")
        raise InvalidValue(words, found=on.isoformat(), expected=f"≥ {latest.isoformat()}")


def merged_row(before: gpd.GeoDataFrame, number: str) -> pd.DataFrame:
    """One parcel of several: what all are alike in, and the sums of what is of the whole where all have it."""
    row = {name: _agreed(name, before[name]) for name in WRITABLE}
    return pd.DataFrame([{name: value for name, value in {**row, "parcel_no": number}.items() if value is not None}])


def _agreed(name: str, values: pd.Series) -> Any:
    """The sum of what is of the whole, where all have it; else the value in which all are alike."""
    if name in OF_THE_WHOLE and name != "declared_basis":
        return None if values.isna().any() else values.sum()
    first = values.iloc[0]
    return None if values.isna().any() or (values != first).any() else first
