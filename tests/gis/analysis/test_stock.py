"""The stock of land: what kind each parcel is, since when, and how much of it is built on; squares of 100 m."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from gis.analysis.stock import built_on, parks_of, stock_of, stock_total, stock_totals
from gis.rules import RuleBook

CRS = "EPSG:4547"
ON = date(2026, 6, 30)
RULES = RuleBook.default()
COLUMNS = ("parcel_no", "owner_kind", "stage", "stage_on", "area_planar_m2", "town", "batch", "unit", "park")
DATES = ("agreed_start_on", "handed_over_on", "legal_start_on", "stat_start_on", "permit_start_on", "stopped_since")


def parcels(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["area_planar_m2"] = frame["area_planar_m2"].astype("float64").fillna(10_000.0)
    texts = [name for name in COLUMNS if name not in ("stage_on", "area_planar_m2")]
    return frame.astype({**dict.fromkeys(texts, "str"), "stage_on": "datetime64[s]"})


def supplies(*rows: dict[str, Any]) -> pd.DataFrame:
    names = ("parcel_no", "contract_no", "price_wan", *DATES, "certified_on", "certified_document", "cause")
    dtypes = dict.fromkeys((*DATES, "certified_on"), "datetime64[s]")
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype({**dtypes, "price_wan": "float64", "parcel_no": "str"})


def events(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["parcel_no", "stage", "on_date"])
    return frame.astype({"parcel_no": "str", "stage": "str", "on_date": "datetime64[s]"})


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_a_parcel_is_the_stock_that_its_stage_and_its_legal_start_make_it() -> None:
    land = parcels(
        {"parcel_no": "A", "stage": "approved", "stage_on": day("2026-01-05")},
        {"parcel_no": "B", "stage": "cleared", "stage_on": day("2026-03-01")},
        {"parcel_no": "C", "stage": "cleared", "owner_kind": "state", "stage_on": day("2026-03-02")},
        {"parcel_no": "D", "stage": "supplied", "stage_on": day("2026-03-03")},
        {"parcel_no": "E", "stage": "registered", "stage_on": day("2026-03-04")},
        {"parcel_no": "F", "stage": "submitted", "stage_on": day("2026-03-05")},
    )
    sold = supplies(
        {"parcel_no": "D", "agreed_start_on": day("2026-09-01")},
        {"parcel_no": "E", "agreed_start_on": day("2026-03-10"), "legal_start_on": day("2026-04-01")},
    )
    history = events(("B", "approved", "2025-12-01"), ("B", "cleared", "2026-03-01"), ("E", "supplied", "2026-02-02"))
    stock = stock_of(land, sold, history, RULES, ON).set_index("parcel_no")
    assert stock["kind"].to_dict() == {
        "A": "approved_not_supplied",
        "B": "approved_not_supplied",
        "C": "state_not_supplied",
        "D": "supplied_not_used",
        "E": "supplied_used",
    }
    assert stock["since_on"].dt.strftime("%Y-%m-%d").to_dict() == {
        "A": "2026-01-05",
        "B": "2025-12-01",
        "C": "2026-03-02",
        "D": "2026-03-03",
        "E": "2026-02-02",
    }
    assert stock["status"].fillna("").to_dict() == {"A": "", "B": "", "C": "", "D": "not_due", "E": "started"}


def test_supplied_land_without_a_contract_recorded_is_unused_and_not_enough_known() -> None:
    stock = stock_of(parcels({"parcel_no": "A", "stage": "supplied"}), supplies(), events(), RULES, ON)
    assert stock[["kind", "status"]].values.tolist() == [["supplied_not_used", "unknown"]]
    assert pd.isna(stock["since_on"].iloc[0])


def test_a_recorded_contract_makes_land_supplied_and_says_that_the_stage_is_behind() -> None:
    land = parcels({"parcel_no": "A", "stage": "cleared"}, {"parcel_no": "B", "stage": "supplied"})
    sold = supplies({"parcel_no": "A", "agreed_start_on": day("2024-01-01")}, {"parcel_no": "B"})
    stock = stock_of(land, sold, events(), RULES, ON)
    assert stock["kind"].tolist() == ["supplied_not_used", "supplied_not_used"]
    assert stock["stage_behind"].tolist() == [True, False]
    assert stock["status"].tolist() == ["recover_a", "unknown"]


def test_a_start_after_the_day_has_not_happened() -> None:
    land = parcels({"parcel_no": "A", "stage": "supplied"})
    sold = supplies({"parcel_no": "A", "agreed_start_on": day("2026-06-01"), "legal_start_on": day("2026-07-01")})
    assert stock_of(land, sold, events(), RULES, ON)["kind"].tolist() == ["supplied_not_used"]
    assert stock_of(land, sold, events(), RULES, date(2026, 7, 1))["kind"].tolist() == ["supplied_used"]


def test_no_parcels_are_no_stock() -> None:
    stock = stock_of(parcels(), supplies(), events(), RULES, ON)
    assert len(stock) == 0
    total = stock_total(stock.assign(built_m2=0.0))
    assert total["kinds"]["approved_not_supplied"] == {"n": 0, "area_m2": 0.0}
    assert total["built_share"] is None


def squares(*columns: float) -> gpd.GeoDataFrame:
    shapes = [box(500_000 + 100 * c, 4_100_000, 500_100 + 100 * c, 4_100_100) for c in columns]
    return gpd.GeoDataFrame({"parcel_no": [f"P{n}" for n in range(len(columns))]}, geometry=shapes, crs=CRS)


def projects(*rows: tuple[str, str, Any]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame([{"code": code, "stage": stage} for code, stage, _ in rows], columns=["code", "stage"])
    frame["row_width_m"] = 20.0
    frame["actual_start_on"] = pd.Series([pd.NaT] * len(frame), dtype="datetime64[s]")
    return gpd.GeoDataFrame(frame, geometry=[shape for *_, shape in rows], crs=CRS)


def test_land_under_begun_projects_is_built_on_and_counts_once() -> None:
    """P0: left half begun twice; P1: planned only; P2: a road of 20 m across; P3: nothing."""
    half = box(500_000, 4_100_000, 500_050, 4_100_100)
    whole = box(500_100, 4_100_000, 500_200, 4_100_100)
    road = LineString([(500_200, 4_100_050), (500_300, 4_100_050)])
    works = projects(
        ("D", "building", half),
        ("A", "completed", half),
        ("B", "filed", whole),
        ("C", "building", road),
        ("E", "building", Point(500_350, 4_100_050)),
        ("F", "cancelled", whole),
    )
    found = built_on(squares(0, 1, 2, 3), works, RULES, ON)
    assert found["built_m2"].tolist() == pytest.approx([5_000, 0, 2_000, 0], abs=1e-6)
    assert found["planned_m2"].tolist() == pytest.approx([5_000, 10_000, 2_000, 0], abs=1e-6)
    assert found["built_share"].tolist() == pytest.approx([0.5, 0, 0.2, 0], abs=1e-9)


def test_a_suspended_project_that_had_begun_is_built() -> None:
    works = projects(("A", "suspended", box(500_000, 4_100_000, 500_100, 4_100_100)))
    assert built_on(squares(0), works, RULES, ON)["built_share"].tolist() == [0.0]
    works["actual_start_on"] = pd.Timestamp("2026-01-01")
    assert built_on(squares(0), works, RULES, ON)["built_share"].tolist() == pytest.approx([1.0])


def test_without_parcels_or_projects_nothing_is_built() -> None:
    assert len(built_on(squares(), projects(), RULES, ON)) == 0
    assert built_on(squares(0), projects(), RULES, ON)["built_m2"].tolist() == [0.0]


def test_a_parcel_is_in_the_park_that_holds_a_point_of_it() -> None:
    parks = gpd.GeoDataFrame(
        {"code": ["K2", "K1"]},
        geometry=[box(500_000, 4_100_000, 500_160, 4_100_100), box(500_000, 4_100_000, 500_100, 4_100_100)],
        crs=CRS,
    )
    found = parks_of(squares(0, 1, 5), parks)
    assert [None if pd.isna(code) else code for code in found] == ["K1", "K2", None]
    assert pd.isna(parks_of(squares(0), parks[:0])[0])


STAGES = ("approved", "cleared", "supplied", "registered")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "stage": st.sampled_from(STAGES),
            "town": st.sampled_from(["T1", "T2", None]),
            "area_planar_m2": st.floats(0, 1e6),
            "owner_kind": st.sampled_from(["state", "collective", None]),
        }
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_the_groups_add_up_to_the_whole(rows: list[dict[str, Any]]) -> None:
    land = parcels(*({**row, "parcel_no": f"P{n}"} for n, row in enumerate(rows)))
    sold = supplies({"parcel_no": "P0", "agreed_start_on": day("2025-01-01"), "price_wan": 33.3})
    stock = stock_of(land, sold, events(), RULES, ON)
    stock["built_m2"] = np.linspace(0, 1, len(stock)) * stock["area_planar_m2"]
    total, groups = stock_total(stock), stock_totals(stock, "town", {"T1": "城关镇"})
    for kind, counted in total["kinds"].items():
        assert sum(group["kinds"][kind]["n"] for group in groups) == counted["n"]
        assert sum(group["kinds"][kind]["area_m2"] for group in groups) == pytest.approx(counted["area_m2"], abs=1e-6)
    assert sum(group["held_m2"] for group in groups) == pytest.approx(total["held_m2"], abs=1e-6)
    assert sum(group["fee_wan"] for group in groups) == pytest.approx(total["fee_wan"], abs=1e-6)
    assert total["kinds"]["supplied_not_used"]["n"] == sum(c["n"] for c in total["statuses"].values())
