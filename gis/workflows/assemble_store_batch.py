"""Read what a batch is assembled of, and look at it whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from gis.analysis.batch import BatchInputs, BatchReport, BatchState, assemble_batch
from gis.analysis.batch_gaps import Papers
from gis.analysis.batch_zones import ZoneLayer
from gis.analysis.quota import Quota, quota_of
from gis.analysis.withdrawn import counting
from gis.model import AttachmentKind, BBox, Query
from gis.rules import RuleBook
from gis.store.port import Reader
from gis.workflows.one_batch import Batch, members_of, read_batch, state_of
from gis.workflows.plain import column_values, plain

_PIECE_M = 500.0


@dataclass(frozen=True, slots=True)
class Assembled:
    """A batch, its parcels and all that is found of it; ``zones`` are the constraint zones near them."""

    batch: Batch
    state: BatchState
    members: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    report: BatchReport


def assemble(reader: Reader, name: str, on: date) -> Assembled:
    """
    Look at a batch as of ``on``.

    Raises
    ------
    NotFound
        There is no such batch.
    """
    batch = read_batch(reader, name, on).as_of(on)
    members = members_of(reader, name, on)
    state = state_of(batch, column_values(members["stage"]))
    near = boxes_near(members)
    zones = reader.read("zone", Query(on=on, near=near))
    inputs = BatchInputs(
        on=on,
        members=members,
        others=_others(reader, members, near, on),
        zones=zones,
        stored=stored_zones(reader, on),
        papers=_papers(reader, name, members, on),
        rules=RuleBook.from_frame(reader.read("rule_parameter"), on),
        quota=read_quota(reader, batch.year, on),
        approved=state is BatchState.APPROVED,
        quota_m2=batch.converted_area_m2,
    )
    return Assembled(batch, state, members, zones, assemble_batch(inputs))


def boxes_near(members: gpd.GeoDataFrame) -> tuple[BBox, ...]:
    """Boxes that together hold every parcel: one a cell of 500 m by their middles, not one a parcel."""
    if not len(members):
        return ()
    bounds = members.geometry.bounds
    middle = bounds[["minx", "miny"]].to_numpy() + bounds[["maxx", "maxy"]].to_numpy()
    cells = pd.DataFrame(middle // (2 * _PIECE_M), columns=["x", "y"]).astype("int64")
    grouped = bounds.reset_index(drop=True).groupby([cells["x"], cells["y"]])
    corners = grouped.agg({"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"})
    return tuple(BBox(*box) for box in corners.to_numpy().tolist())


def _others(reader: Reader, members: gpd.GeoDataFrame, near: tuple[BBox, ...], on: date) -> gpd.GeoDataFrame:
    """Parcels near the batch that are not in it."""
    found = reader.read("parcel", Query(on=on, near=near, columns=("parcel_no", "batch", "geometry")))
    return found[~found["parcel_no"].isin(members["parcel_no"])].reset_index(drop=True)


def stored_zones(reader: Reader, on: date) -> dict[str, ZoneLayer]:
    """What the store has of each zone kind, wherever it lies."""
    return {
        kind: ZoneLayer(count, _values(reader, kind, "version_on", on), _values(reader, kind, "supplier", on))
        for kind, count in reader.tally("zone", "kind", Query(on=on)).items()
        if kind
    }


def _values(reader: Reader, kind: str, column: str, on: date) -> tuple[str, ...]:
    tally = reader.tally("zone", column, Query(on=on, where=(("kind", kind),)))
    return tuple(sorted(str(value) for value in map(plain, tally) if value is not None))


def _papers(reader: Reader, name: str, members: gpd.GeoDataFrame, on: date) -> Papers:
    numbers = tuple(members["parcel_no"])
    events = reader.read("parcel_event", Query(on=on, keys=numbers))
    return Papers(events, _attached(reader, name, numbers))


def _attached(reader: Reader, name: str, numbers: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """(parcel number, or "" for the batch itself; stage) of what is attached."""
    there = counting(reader.read("attachment"))
    there = there[there["kind"] == AttachmentKind.DOCUMENT.value]
    of_batch = there[(there["subject"] == "batch") & (there["subject_key"] == name)]
    of_parcels = there[(there["subject"] == "parcel") & there["subject_key"].isin(numbers)]
    found = {("", code) for code in column_values(of_batch["stage"]) if code}
    pairs = zip(of_parcels["subject_key"].tolist(), column_values(of_parcels["stage"]), strict=True)
    return frozenset(found | {(number, code) for number, code in pairs if code})


def read_quota(reader: Reader, year: int, on: date) -> Quota | None:
    """The quota of a year as it stands on ``on``; None where none is known."""
    return quota_of(reader.read("land_quota"), reader.read("batch"), year, on)
