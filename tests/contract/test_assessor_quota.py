"""The assessment follows the year's quota on every store: what it keeps is what looking at everything gives."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.store.port import Store
from gis.workflows.assess_store import ASSESSED_LAYERS, assess_to_keep
from gis.workflows.keep_assessment import Assessor, keep, writing_assessed
from gis.workflows.kept_rows import rows_of
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, append, parcels, projects, put, stages

ON = date(2026, 6, 30)


def quota(area_m2: float) -> pd.DataFrame:
    """The quota of 2026."""
    return pd.DataFrame({"year": [2026], "area_m2": [area_m2]})


def batch(name: str, approved_on: str | None = None, area_m2: float | None = None) -> pd.DataFrame:
    """A batch of 2026."""
    row = {"name": name, "kind": "town_batch", "year": 2026}
    return pd.DataFrame([{**row, "approved_on": pd.Timestamp(approved_on), "converted_area_m2": area_m2}])


@pytest.fixture
def county(store: Store) -> Store:
    """Three parcels of 10,000 m² and two projects, on two of them and on one."""
    put(store, "parcel", parcels(3))
    shapes = [
        shapely.box(EAST, NORTH, EAST + 200, NORTH + 100),
        shapely.box(EAST + 200, NORTH, EAST + 300, NORTH + 100),
    ]
    put(store, "project", gpd.GeoDataFrame(projects(["X1", "X2"]), geometry=shapes, crs=CRS))
    return store


def kept_flags(store: Store) -> dict[str, bool]:
    """Which projects are short of quota by the kept rows, which must be those of everything looked at anew."""
    keep(store)
    kept = store.results()
    assert kept is not None
    assert kept.rows == rows_of(assess_to_keep(store, ON).overview)
    rows = Assessor(store).at(ON).overview.projects
    return {code: "quota" in flags for code, flags in rows["flags"].items()}


def test_flags_follow_what_is_given_and_what_approvals_take(county: Store) -> None:
    assert kept_flags(county) == {"X1": False, "X2": False}
    append(county, "land_quota", quota(25_000.0))
    assert kept_flags(county) == {"X1": False, "X2": False}
    append(county, "batch", batch("一批", "2026-05-01", 10_000.0))
    assert kept_flags(county) == {"X1": True, "X2": False}
    append(county, "batch", batch("二批", "2026-06-01", 8_000.0))
    assert kept_flags(county) == {"X1": True, "X2": True}
    append(county, "parcel_event", stages("P0", ("approved", "2026-06-01")))
    append(county, "land_quota", quota(28_000.0))
    assert kept_flags(county) == {"X1": False, "X2": False}


@pytest.mark.parametrize("row", [batch("一批"), batch("一批", "2026-09-01", 9_000.0)])
def test_a_batch_that_leaves_as_much_as_before_costs_no_new_assessment(county: Store, row: pd.DataFrame) -> None:
    append(county, "land_quota", quota(25_000.0))
    keep(county)
    before = Assessor(county)
    before.at(ON)
    with writing_assessed(county, OFFICER) as writer:
        writer.append("batch", row)
    kept = county.results()
    assert kept is not None
    assert kept.version == county.version(ASSESSED_LAYERS)
    assert kept.rows == rows_of(assess_to_keep(county, ON).overview)
    assert before.at(ON).overview.projects["quota_left_m2"].tolist() == [25_000.0, 25_000.0]


@pytest.mark.parametrize("rows", [{"land_quota": quota(5_000.0)}, {"batch": batch("一批", "2026-05-01", 24_000.0)}])
def test_whoever_followed_sees_the_new_flags(county: Store, rows: dict[str, Any]) -> None:
    append(county, "land_quota", quota(25_000.0))
    follower, past = Assessor(county), Assessor(county)
    assert not any("quota" in flags for flags in follower.at(ON).overview.projects["flags"])
    past.at(date(2026, 4, 30))
    for layer, frame in rows.items():
        with writing_assessed(county, OFFICER) as writer:
            writer.append(layer, frame)
    assert all("quota" in flags for flags in follower.at(ON).overview.projects["flags"])
    is_short = ["quota" in flags for flags in past.at(date(2026, 4, 30)).overview.projects["flags"]]
    assert is_short == [("land_quota" in rows)] * 2
