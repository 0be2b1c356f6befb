"""What the clock of parcels reads, as plain arrays: the parcels by number, the events by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.analysis.stages import Ranks, ordered_by, owners_of, ranks_in, ranks_of, standing
from gis.model import EventKind, HoldReason, OwnerKind, Stage, SupplyKind

Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

NO_DAY = np.datetime64("NaT", "D")
NONE = -1  # the rank of a code that is not there


def no_days(size: int) -> Days:
    """So many days that nobody knows."""
    return np.full(size, NO_DAY)


@dataclass(frozen=True, slots=True)
class ParcelRows:
    """The parcels by number, each column once as a plain array, with defaults in place of what is missing."""

    numbers: pd.Index
    owners: Ranks
    supplies: Ranks
    ranks: Ranks
    stage_on: Days
    hold_ranks: Ranks
    hold_reason: pd.api.extensions.ExtensionArray
    held_since: Days
    planned: Mapping[Stage, Days]

    @classmethod
    def of(cls, parcels: pd.DataFrame) -> ParcelRows:
        table = ordered_by(parcels, "parcel_no")
        planned = {stage: f"planned_{stage.value}_on" for stage in list(Stage)[1:]}
        return cls(
            pd.Index(table["parcel_no"], dtype="str", name="parcel_no"),
            owners_of(table["owner_kind"]),
            ranks_in(table["supply_kind"], SupplyKind, missing=NONE),
            ranks_of(table["stage"]),
            _days(table["stage_on"]),
            ranks_in(table["hold_reason"], HoldReason, missing=NONE),
            table["hold_reason"].array.astype("str"),
            _days(table["held_since"]),
            {stage: _days(table[column]) for stage, column in planned.items() if column in table},
        )

    def entered(self, today: np.datetime64) -> Days:
        """
        The day on which each parcel entered its present stage.

        Land not started is taken to start today, and an unknown day counts as today.
        """
        entered: Days = np.where((self.ranks == 0) | np.isnat(self.stage_on), today, self.stage_on)
        return entered

    def by_owner(self) -> Iterator[tuple[OwnerKind, Places]]:
        """The places of each owner's parcels, by rising stage."""
        for owner in OwnerKind:
            where = np.flatnonzero(self.owners == owner.rank)
            if len(where):
                yield owner, where[np.argsort(self.ranks[where], kind="stable")]


def _days(column: pd.Series) -> Days:
    return column.to_numpy(dtype="datetime64[D]")


@dataclass(frozen=True, slots=True)
class StepsTold:
    """The events by which stages began, up to today, oldest first: the parcel's place, the stage, the day."""

    places: Places
    ranks: Ranks
    days: Days

    @classmethod
    def of(cls, events: pd.DataFrame | None, rows: ParcelRows, today: np.datetime64) -> StepsTold:
        if events is None or events.empty:
            return cls(np.zeros(0, np.intp), np.zeros(0, np.int64), no_days(0))
        if events["withdrawn"].any():  # else each row tells a step that stands, some of them twice
            events = standing(events)
        places = rows.numbers.get_indexer(pd.Index(events["parcel_no"]))
        is_stage = np.asarray(events["kind"].array == EventKind.STAGE.value, dtype=bool)
        days = events["on_date"].to_numpy()
        kept = np.flatnonzero(is_stage & (days <= today) & (places >= 0))
        kept = kept[np.argsort(days[kept], kind="stable")]
        return cls(places[kept], ranks_of(events["stage"])[kept], days[kept].astype("datetime64[D]"))
