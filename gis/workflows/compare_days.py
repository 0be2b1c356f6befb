"""Two days of requisition compared: totals by town or unit, stages, and the parcels and promises behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.analysis.compare import (
    COMPARED_COLUMNS,
    PARCEL_COLUMNS,
    PROMISE_COLUMNS,
    Comparison,
    Days,
    Movement,
    PromiseOutcome,
    compare,
    comparison_total,
    comparison_totals,
    transitions,
)
from gis.analysis.stages import standing
from gis.errors import InvalidParameter, Place
from gis.maps.geojson import features_of
from gis.model import Query
from gis.rules import RuleBook
from gis.store.port import Store
from gis.words import Words
from gis.workflows.names import read_names
from gis.workflows.places import lonlat_geometries
from gis.workflows.plain import Record, records_of

MOST_ROWS = 2_000
MOST_FEATURES = 20_000
# What an answer is made of.
COMPARED_LAYERS = ("parcel", "parcel_event", "town", "rule_parameter")
# What a list and a map begin with: what wants an eye first. Those that stood still come last.
_ORDER = (Movement.BACK, Movement.RETIRED, Movement.NEW, Movement.FORWARD, Movement.STILL)
_OUTCOMES = (PromiseOutcome.NOT_DONE, PromiseOutcome.LATE, PromiseOutcome.KEPT, PromiseOutcome.GONE)


@dataclass(frozen=True, slots=True)
class Span:
    """Two days, the earlier one first; raises InvalidParameter where it is not."""

    first: date
    second: date

    def __post_init__(self) -> None:
        if self.first >= self.second:
            raise InvalidParameter(
                Words("起始日期须早于截止日期", "the first day must come before the second"),
                found=f"{self.first} … {self.second}",
                expected="from < to",
                place=Place(column="from"),
            )


@dataclass(frozen=True, slots=True)
class CompareFilter:
    """Which parcels; empty lets all pass. ``movement`` and ``outcome`` narrow the lists alone, not the totals."""

    town: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    movement: tuple[Movement, ...] = ()
    outcome: tuple[PromiseOutcome, ...] = ()


def usual_span(second: date, first: date | None = None) -> Span:
    """From ``first``, or the last day of the January before ``second``: the year's promises were made by then."""
    if first is None:
        year = second.year if second > date(second.year, 1, 31) else second.year - 1
        first = date(year, 1, 31)
    return Span(first, second)


def compare_days(store: Store, span: Span, wanted: CompareFilter, by: str = "town") -> Record:
    """
    ``{from, to, by, total, groups, transitions, parcels, parcel_count, promises, promise_count, movements, outcomes}``
    as /api/compare sends it; each list has at most 2,000 rows, what wants an eye first.
    """
    names = read_names(store, span.second)
    found = read_comparison(store, span, wanted)
    parcels, promises = moved_rows(found, wanted), promise_rows(found, wanted)
    return {
        "from": span.first.isoformat(),
        "to": span.second.isoformat(),
        "by": by,
        "total": comparison_total(found),
        "groups": comparison_totals(found, by, names.of_group(by)),
        "transitions": transitions(found.parcels),
        "parcels": _named(parcels[:MOST_ROWS], names.towns, PARCEL_COLUMNS),
        "parcel_count": len(parcels),
        "promises": _named(promises[:MOST_ROWS], names.towns, PROMISE_COLUMNS),
        "promise_count": len(promises),
        "movements": [{"code": code.value, **code.words.as_dict()} for code in Movement],
        "outcomes": [{"code": code.value, **code.words.as_dict()} for code in PromiseOutcome],
    }


def read_comparison(store: Store, span: Span, wanted: CompareFilter) -> Comparison:
    """The two days compared, of the towns and units that the filter lets pass."""
    rules = RuleBook.from_frame(store.read("rule_parameter"), span.second)
    first, second = (store.read("parcel", Query(on=day, columns=COMPARED_COLUMNS)) for day in (span.first, span.second))
    events = standing(store.read("parcel_event", Query(on=span.second)))
    stages = events.loc[events["kind"] == "stage", ["parcel_no", "stage", "on_date"]]
    found = compare(first, second, stages, rules, Days(pd.Timestamp(span.first), pd.Timestamp(span.second)))
    return Comparison(_within(found.parcels, wanted), _within(found.promises, wanted))


def _within(rows: pd.DataFrame, wanted: CompareFilter) -> pd.DataFrame:
    kept = np.ones(len(rows), dtype=bool)
    for column, values in (("town", wanted.town), ("unit", wanted.unit)):
        if values:
            kept &= rows[column].isin(values).to_numpy(dtype=bool)
    return rows[kept].reset_index(drop=True)


def moved_rows(found: Comparison, wanted: CompareFilter) -> pd.DataFrame:
    """The parcels of the wanted movements, those that want an eye first, and of equal ones the farthest moved."""
    rank = {movement.value: place for place, movement in enumerate(_ORDER)}
    rows = found.parcels
    if wanted.movement:
        rows = rows[rows["movement"].isin([code.value for code in wanted.movement])]
    order = rows.assign(rank=rows["movement"].map(rank), far=-rows["steps"].fillna(0).abs())
    return rows.loc[order.sort_values(["rank", "far", "parcel_no"], kind="stable").index]


def promise_rows(found: Comparison, wanted: CompareFilter) -> pd.DataFrame:
    """The promises of the wanted outcomes, the latest first."""
    rank = {outcome.value: place for place, outcome in enumerate(_OUTCOMES)}
    rows = found.promises
    if wanted.outcome:
        rows = rows[rows["outcome"].isin([code.value for code in wanted.outcome])]
    order = rows.assign(rank=rows["outcome"].map(rank), late=-rows["days_late"])
    return rows.loc[order.sort_values(["rank", "late", "parcel_no"], kind="stable").index]


def _named(rows: pd.DataFrame, towns: dict[str, str], columns: Sequence[str]) -> list[Record]:
    return records_of(rows.assign(town_name=rows["town"].map(towns)), (*columns, "town_name"))


def compare_features(store: Store, span: Span, wanted: CompareFilter) -> Record:
    """
    The same parcels as map features, as /api/compare.geojson sends them: ``{type, features, shown, count}``.

    At most 20,000, those that moved before those that stood still. A retired parcel has the shape of the first day.
    """
    found = moved_rows(read_comparison(store, span, wanted), wanted)
    rows = found[:MOST_FEATURES].reset_index(drop=True)
    shapes = _shapes(store, span, rows)
    properties = records_of(rows, ("parcel_no", "name", "movement", "steps", "stage_from", "stage_to"))
    features = features_of(lonlat_geometries(shapes, store.info.crs), properties)
    return {"type": "FeatureCollection", "features": features, "shown": len(rows), "count": len(found)}


def _shapes(store: Store, span: Span, rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """The shape of each row's parcel, in their order."""
    is_gone = (rows["movement"] == Movement.RETIRED.value).to_numpy(dtype=bool)
    known: dict[str, Any] = {}
    for day, numbers in ((span.first, rows["parcel_no"][is_gone]), (span.second, rows["parcel_no"][~is_gone])):
        query = Query(on=day, keys=tuple(numbers.tolist()), columns=("parcel_no", "geometry"))
        frame = store.read("parcel", query)
        known.update(zip(frame["parcel_no"].tolist(), frame.geometry.tolist(), strict=True))
    shapes: list[Any] = [known[number] for number in rows["parcel_no"].tolist()]
    return gpd.GeoDataFrame(geometry=shapes, crs=store.info.crs)
