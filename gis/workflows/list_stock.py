"""The stock of land (存量) by town, park, batch or unit, with the parcels behind every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.analysis.idle_land import IdleStatus
from gis.analysis.idle_words import PRELIMINARY
from gis.analysis.stages import standing
from gis.analysis.stock import StockKind, built_on, parks_of, stock_of, stock_total, stock_totals
from gis.layers import LAND_SUPPLY
from gis.model import Query, Stage
from gis.rules import RuleBook
from gis.store.port import Store
from gis.workflows.names import Names, read_names
from gis.workflows.plain import Record, records_of
from gis.workflows.record_row import standing_rows

MOST_ROWS = 2_000
_STORED = (
    *("parcel_no", "name", "town", "village", "owner_kind", "stage", "stage_on", "batch", "document_no"),
    *("unit", "person", "area_planar_m2"),
)
STOCK_COLUMNS = (
    *_STORED,
    *("park", "town_name", "park_name", "kind", "since_on", "days_since", "stage_behind", "contract_no", "price_wan"),
    *("agreed_start_on", "agreed_finish_on", "handed_over_on", "stat_start_on", "permit_start_on", "legal_start_on"),
    *("status", "is_certified", "certified_on", "certified_document", "due_start_on", "one_year_line_on"),
    *("two_year_line_on", "days_to_one_year", "days_to_two_years", "developed_share", "invested_share"),
    *("fee_preview_wan", "planned_m2", "built_m2", "built_share", "reason"),
)
_STAGES = (Stage.APPROVED, Stage.CLEARED, Stage.SUPPLIED, Stage.REGISTERED)
_SEARCHED = ("parcel_no", "name", "village", "batch", "unit", "person", "contract_no")
# What a list begins with: the worst first.
_WORST_FIRST = (
    *(IdleStatus.RECOVER_A, IdleStatus.IDLE_A, IdleStatus.IDLE_B, IdleStatus.GOVERNMENT_CAUSE, IdleStatus.OVERDUE),
    *(IdleStatus.UNKNOWN, IdleStatus.NOT_DUE, IdleStatus.STARTED),
)
# What an answer is made of.
STOCK_LAYERS = (
    *("parcel", "parcel_event", "land_supply", "project", "project_event", "park", "town", "rule_parameter"),
)


@dataclass(frozen=True, slots=True)
class StockFilter:
    """Which land; empty lets all pass. ``built_below``: supplied land with a smaller share built on (0–1)."""

    kind: tuple[StockKind, ...] = ()
    status: tuple[IdleStatus, ...] = ()
    town: tuple[str, ...] = ()
    park: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()
    words: str = ""
    built_below: float | None = None


def list_stock(store: Store, on: date, wanted: StockFilter, by: str = "town") -> Record:
    """
    ``{on, by, count, all, total, groups, parcels, kinds, statuses, preliminary}`` as /api/stock sends it.

    ``groups`` and ``total`` are of what the filter lets pass; ``parcels`` are at most 2,000, the worst first.
    """
    names = read_names(store, on)
    stock = read_stock(store, on, names)
    shown = pick(stock, wanted)
    return {
        "on": on.isoformat(),
        "by": by,
        "count": len(shown),
        "all": len(stock),
        "total": stock_total(shown),
        "groups": stock_totals(shown, by, names.of_group(by)),
        "parcels": records_of(shown[:MOST_ROWS], STOCK_COLUMNS),
        "kinds": code_words(StockKind),
        "statuses": code_words(IdleStatus),
        "preliminary": PRELIMINARY.as_dict(),
    }


def code_words(codes: type[StockKind | IdleStatus]) -> list[Record]:
    """A code list as JSON carries it."""
    return [{"code": code.value, **code.words.as_dict()} for code in codes]


def read_stock(store: Store, on: date, names: Names) -> pd.DataFrame:
    """All stock of the store as of ``on``, the worst first: STOCK_COLUMNS."""
    rules = RuleBook.from_frame(store.read("rule_parameter"), on)
    supplies = _supplies(store, on)
    parcels = _parcels(store, on, supplies["parcel_no"])
    numbers = tuple(parcels["parcel_no"].tolist())
    events = standing(store.read("parcel_event", Query(on=on, keys=numbers)))
    events = events[events["kind"] == "stage"]
    works = store.read("project", Query(on=on, columns=("code", "stage", "actual_start_on", "row_width_m", "geometry")))
    parks = store.read("park", Query(on=on, columns=("code", "geometry")))
    land = parcels.assign(park=parks_of(parcels, parks))
    built = built_on(parcels, works, rules, on)
    with_built = land.assign(**{name: built[name].array for name in built.columns})
    return _told(stock_of(with_built, supplies, events, rules, on), names, on)


def _supplies(store: Store, on: date) -> pd.DataFrame:
    """The contracts, but those of land that was supplied only after ``on``: they bear no day of their own."""
    rows = standing_rows(store, LAND_SUPPLY, on=on)
    stages = (("stage", (Stage.SUPPLIED.value, Stage.REGISTERED.value)),)
    told = standing(store.read("parcel_event", Query(keys=tuple(rows["parcel_no"].tolist()), where=stages)))
    first = told.groupby("parcel_no")["on_date"].min().reindex(rows["parcel_no"])
    is_later = (first > pd.Timestamp(on)).to_numpy(dtype=bool)
    return rows[~is_later].reset_index(drop=True)


def _parcels(store: Store, on: date, supplied: pd.Series) -> gpd.GeoDataFrame:
    """The parcels that may be stock: by their stage, or because a contract is recorded."""
    columns = (*_STORED, "geometry")
    stages = (("stage", tuple(stage.value for stage in _STAGES)),)
    by_stage = store.read("parcel", Query(on=on, columns=columns, where=stages))
    more = tuple(number for number in supplied.tolist() if number not in set(by_stage["parcel_no"]))
    if not more:
        return by_stage
    by_contract = store.read("parcel", Query(on=on, columns=columns, keys=more))
    both = pd.concat([by_stage, by_contract], ignore_index=True)
    return gpd.GeoDataFrame(both.sort_values("parcel_no", kind="stable", ignore_index=True), crs=by_stage.crs)


def _told(stock: pd.DataFrame, names: Names, on: date) -> pd.DataFrame:
    """With names and the days since; in the order of the list."""
    rank = {status.value: place for place, status in enumerate(_WORST_FIRST)}
    since = (pd.Timestamp(on) - stock["since_on"]).dt.days.astype("Int64")
    told = stock.assign(
        town_name=stock["town"].map(names.towns),
        park_name=pd.Series(stock["park"], index=stock.index).map(names.parks),
        days_since=since,
        rank=stock["status"].map(rank).fillna(len(rank)),
    )
    return told.sort_values(["rank", "days_to_two_years", "since_on", "parcel_no"], kind="stable", ignore_index=True)


def pick(stock: pd.DataFrame, wanted: StockFilter) -> pd.DataFrame:
    """What of the stock a filter lets pass, in its order."""
    kept = pd.Series(True, index=stock.index)
    among: Mapping[str, tuple[Any, ...]] = {
        "kind": tuple(code.value for code in wanted.kind),
        "status": tuple(code.value for code in wanted.status),
        "town": wanted.town,
        "park": wanted.park,
        "batch": wanted.batch,
    }
    for column, values in among.items():
        if values:
            kept &= stock[column].isin(values)
    if wanted.built_below is not None:
        supplied = stock["kind"].isin((StockKind.UNUSED.value, StockKind.USED.value))
        kept &= supplied & (stock["built_share"] < wanted.built_below)
    if text := wanted.words.strip().lower():
        kept &= _says(stock, text)
    return stock[kept.to_numpy(dtype=bool)].reset_index(drop=True)


def _says(stock: pd.DataFrame, text: str) -> pd.Series:
    found = pd.Series(False, index=stock.index)
    for column in _SEARCHED:
        found |= stock[column].fillna("").astype("str").str.lower().str.contains(text, regex=False).astype(bool)
    return found
