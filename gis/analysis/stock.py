"""
Stock of land (存量): approved but not supplied (批而未供), supplied but not used (供而未用), held but not built on.

No national definition of these names was found (RULES §4, UNVERIFIED); as here: approved and not yet supplied by its
stage; supplied and without a legal start. Land whose contract is recorded counts as supplied, whatever its stage says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.analysis.columns import texts
from gis.analysis.cut import cut
from gis.analysis.footprints import project_footprints, require_one_crs, shapes_of, valid_polygons
from gis.analysis.idle_land import SUSPECTED, IdleStatus, idle_statuses
from gis.analysis.overlap_area import Floats
from gis.analysis.stages import ranks_of
from gis.analysis.totals import NOT_STATED, exact_sum
from gis.model import Coded, OwnerKind, ProjectStage, Stage
from gis.rules import RuleBook
from gis.words import Words

# Columns of ``land_supply`` that a stock list shows beside its own.
SUPPLIED_WITH = (
    *("contract_no", "price_wan", "agreed_start_on", "agreed_finish_on", "handed_over_on"),
    *("stat_start_on", "permit_start_on", "legal_start_on", "certified_on", "certified_document"),
)
# What a list may be grouped by: its column.
GROUPED_BY: Mapping[str, str] = {"town": "town", "park": "park", "batch": "batch", "unit": "unit"}


class StockKind(Coded):
    """What stock a parcel is."""

    APPROVED = "approved_not_supplied", "批而未供", "approved, not supplied"
    STATE_CLEARED = "state_not_supplied", "国有净地未供", "state land, cleared, not supplied"
    UNUSED = "supplied_not_used", "供而未用", "supplied, not used"
    USED = "supplied_used", "已供已动工", "supplied, development begun"


def stock_of(
    parcels: pd.DataFrame, supplies: pd.DataFrame, events: pd.DataFrame, rules: RuleBook, on: date
) -> pd.DataFrame:
    """
    The stock of land on day ``on``.

    Parameters
    ----------
    parcels
        Parcels as of that day: ``parcel_no``, ``owner_kind``, ``stage``, ``stage_on``, ``area_planar_m2`` and what else
        is to be shown. Those that are no stock are left out.
    supplies
        The ruling rows of ``land_supply``, none withdrawn.
    events
        Stage events up to that day, in order, those that stand: ``parcel_no``, ``stage``, ``on_date``.

    Returns
    -------
    DataFrame
        In the order of ``parcels``, their columns and: ``kind`` (StockKind codes), ``since_on`` (when the land was
        approved, or supplied; the stage's own day where no event tells), ``stage_behind`` (a contract is recorded, but
        no stage "supplied"), SUPPLIED_WITH, and of supplied land the columns of ``idle_statuses``.
    """
    supplied = texts(supplies["parcel_no"].array)
    is_contracted = parcels["parcel_no"].isin(supplied).to_numpy(dtype=bool)
    ranks = ranks_of(parcels["stage"])
    is_supplied = (ranks >= Stage.SUPPLIED.rank) | is_contracted
    is_state = (parcels["owner_kind"] == OwnerKind.STATE.value).to_numpy(dtype=bool)
    kept = is_supplied | (ranks >= np.where(is_state, Stage.CLEARED.rank, Stage.APPROVED.rank))
    rows = parcels[kept].reset_index(drop=True)
    idle = _idle(rows["parcel_no"], is_supplied[kept], supplies, rules, on)
    begun = idle["legal_start_on"].notna().to_numpy(dtype=bool)
    return rows.assign(
        kind=texts(_kinds(is_supplied[kept], is_state[kept], begun)),
        since_on=_since(rows, is_supplied[kept], events),
        stage_behind=is_contracted[kept] & (ranks[kept] < Stage.SUPPLIED.rank),
        **{str(name): idle[name].array for name in idle.columns if name not in rows},
    )


def _kinds(
    is_supplied: npt.NDArray[np.bool_], is_state: npt.NDArray[np.bool_], begun: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    """The kind of each row; land of the state was never approved for requisition."""
    codes: npt.NDArray[np.object_] = np.array([kind.value for kind in StockKind], dtype=object)
    unsupplied = np.where(is_state, StockKind.STATE_CLEARED.rank, StockKind.APPROVED.rank)
    used = np.where(begun, StockKind.USED.rank, StockKind.UNUSED.rank)
    return np.asarray(codes[np.where(is_supplied, used, unsupplied)])


def _idle(
    numbers: pd.Series, is_supplied: npt.NDArray[np.bool_], supplies: pd.DataFrame, rules: RuleBook, on: date
) -> pd.DataFrame:
    """What the supply ledger and its clock say of each of these parcels; nothing of land that is not supplied."""
    recorded = supplies.drop_duplicates("parcel_no", keep="last").set_index("parcel_no")
    told = recorded.reindex(numbers.array).reset_index(names="parcel_no")
    judged = idle_statuses(told, on, rules).drop(columns=["parcel_no"])
    shown = told[[name for name in SUPPLIED_WITH if name in told]]
    happened = {"legal_start_on": shown["legal_start_on"].where(shown["legal_start_on"] <= pd.Timestamp(on))}
    found = pd.concat([shown.assign(**happened), judged], axis="columns")
    found["status"] = found["status"].where(is_supplied)
    found["reason"] = found["reason"].where(is_supplied, None)
    return found


def _since(rows: pd.DataFrame, is_supplied: npt.NDArray[np.bool_], events: pd.DataFrame) -> pd.Series:
    """The day on which each parcel was supplied, or else approved; where no event tells, its present stage's day."""
    wanted = np.where(
        is_supplied,
        Stage.SUPPLIED.value,
        np.where(rows["owner_kind"] == OwnerKind.STATE.value, Stage.CLEARED.value, Stage.APPROVED.value),
    )
    last = events.drop_duplicates(["parcel_no", "stage"], keep="last").set_index(["parcel_no", "stage"])["on_date"]
    told = last.reindex(pd.MultiIndex.from_arrays([rows["parcel_no"].array, wanted])).reset_index(drop=True)
    return told.fillna(rows["stage_on"]).astype("datetime64[s]")


def built_on(parcels: gpd.GeoDataFrame, projects: gpd.GeoDataFrame, rules: RuleBook, on: date) -> pd.DataFrame:
    """
    How much of each parcel lies under projects (圈而不建, 圈大建小).

    A project known by a point alone has no footprint that could be measured and is left out. Land under several
    projects counts once.

    Returns
    -------
    DataFrame
        In the order of ``parcels``: ``planned_m2`` under projects of whatever stage but cancelled, ``built_m2`` under
        those that have begun, ``built_share`` (0–1 of the parcel).
    """
    standing = projects[(projects["stage"] != ProjectStage.CANCELLED.value).to_numpy(dtype=bool)]
    footprints = project_footprints(standing, rules)
    measured = footprints["geometry_kind"].isin(("polygon", "line")).to_numpy(dtype=bool)
    ordered = standing.sort_values("code", kind="stable")
    begun = has_begun(ordered, on) & measured
    require_one_crs(footprints, parcels)
    land, ground = shapes_of(footprints), valid_polygons(shapes_of(parcels))
    planned_m2, built_m2 = _under(ground, land[measured]), _under(ground, land[begun])
    whole = shapely.area(ground)
    share = np.divide(built_m2, whole, out=np.zeros(len(whole)), where=whole > 0)
    return pd.DataFrame({"planned_m2": planned_m2, "built_m2": built_m2, "built_share": np.minimum(share, 1.0)})


def has_begun(projects: pd.DataFrame, on: date) -> npt.NDArray[np.bool_]:
    """Which projects have begun: by their stage, or, where suspended since, by the day of their start."""
    stages = [code for code in ProjectStage if code.has_started]
    started = projects["stage"].isin([stage.value for stage in stages])
    return np.asarray(started | (projects["actual_start_on"] <= pd.Timestamp(on)), dtype=bool)


def _under(ground: npt.NDArray[np.object_], land: npt.NDArray[np.object_]) -> Floats:
    """Of each shape of ``ground`` the area under ``land``, counted once (m²)."""
    near, at = shapely.STRtree(land).query(ground)
    pieces, _ = cut(ground, land, (near, at), np.zeros(len(land), dtype=np.int64))
    return np.bincount(pieces.footprint, weights=pieces.area_m2, minlength=len(ground)).astype(np.float64)


def parks_of(parcels: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> Any:
    """The code of the park in which each parcel lies (by a point inside it; of several, the first), else missing."""
    points = shapely.point_on_surface(shapes_of(parcels))
    ordered = parks.sort_values("code", kind="stable")
    point, park = shapely.STRtree(points).query(valid_polygons(shapes_of(ordered)), predicate="covers")[::-1]
    place = np.full(len(points), -1)
    for row, of in sorted(zip(point.tolist(), park.tolist(), strict=True), reverse=True):
        place[row] = of
    return texts(ordered["code"].array).take(place, allow_fill=True)


def stock_totals(stock: pd.DataFrame, by: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """
    One row a group of ``GROUPED_BY``: ``code`` ("" = not stated), ``zh``, ``en`` and what ``stock_total`` gives.

    By code, the group that is not stated last; counts and sums of the groups add up to those of the whole.
    """
    groups = stock[GROUPED_BY[by]].fillna("").astype("str")
    rows = []
    for code in sorted(groups.unique(), key=lambda code: (code == "", code)):
        part = stock[groups == code]
        words = NOT_STATED if code == "" else Words(names.get(code, code), names.get(code, code))
        rows.append({"code": str(code), **words.as_dict(), **stock_total(part)})
    return rows


def stock_total(stock: pd.DataFrame) -> dict[str, Any]:
    """
    ``kinds`` and ``statuses``: ``{code: {n, area_m2}}``; ``suspected``: the same of idle land A and B together;
    ``certified``; ``fee_wan``: the previewed fees of land over the one-year line; ``held_m2``: supplied land,
    ``built_m2``: what of it lies under projects that have begun, ``built_share`` (None where nothing is held).
    """
    held = stock[stock["kind"].isin((StockKind.UNUSED.value, StockKind.USED.value))]
    held_m2, built_m2 = exact_sum(held["area_planar_m2"]), exact_sum(held["built_m2"])
    over = held["status"] == IdleStatus.IDLE_A.value
    return {
        "kinds": {kind.value: _counted(stock[stock["kind"] == kind.value]) for kind in StockKind},
        "statuses": {status.value: _counted(held[held["status"] == status.value]) for status in IdleStatus},
        "suspected": _counted(held[held["status"].isin([status.value for status in SUSPECTED])]),
        "certified": _counted(held[held["is_certified"].to_numpy(dtype=bool)]),
        "fee_wan": exact_sum(held["fee_preview_wan"][over]),
        "held_m2": held_m2,
        "built_m2": built_m2,
        "built_share": built_m2 / held_m2 if held_m2 else None,
    }


def _counted(rows: pd.DataFrame) -> dict[str, Any]:
    return {"n": len(rows), "area_m2": exact_sum(rows["area_planar_m2"])}
