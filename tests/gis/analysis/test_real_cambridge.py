"""Real land: the parcels of Cambridge, Massachusetts under its development projects, in EPSG:26986."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.analysis.readiness import Slivers, cut_by_parcels, cut_land

pytestmark = pytest.mark.real_data
CRS = "EPSG:26986"


def _read(file: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(file)
    return frame.set_crs("EPSG:4326", allow_override=True).to_crs(CRS)


@pytest.fixture(scope="module")
def parcels(shared_data: Path) -> gpd.GeoDataFrame:
    """The 13,116 parcels, some of them invalid, some overlapping; stages dealt out in turn."""
    frame = _read(shared_data / "cambridge" / "ASSESSING_ParcelsFY2014.topojson")
    stages = np.array(["cleared", "survey", "approved", "not_started"], dtype=object)
    numbers = [f"{number:05}" for number in range(len(frame))]
    columns = {"parcel_no": numbers, "stage": stages[np.arange(len(frame)) % 4]}
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.array, crs=CRS)


@pytest.fixture(scope="module")
def footprints(shared_data: Path) -> gpd.GeoDataFrame:
    """The 355 special-permit areas, made valid."""
    frame = _read(shared_data / "cambridge" / "CDD_SpecialPermitAreas.geojson")
    codes = [f"{number:03}" for number in range(len(frame))]
    return gpd.GeoDataFrame({"project_code": codes}, geometry=frame.geometry.make_valid().array, crs=CRS)


def test_the_counts_are_those_of_the_source(parcels: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame) -> None:
    assert (len(parcels), len(footprints)) == (13_116, 355)


def test_common_land_agrees_with_geopandas_overlay(parcels: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame) -> None:
    cut = cut_land(footprints, parcels, Slivers())
    parts = cut.table(whole_m2=cut.parts.whole_m2)
    listed = parts[parts["parcel_no"].notna()].set_index(["project_code", "parcel_no"])["whole_m2"]
    valid = parcels.set_geometry(parcels.geometry.make_valid())
    overlay = gpd.overlay(footprints, valid, how="intersection", keep_geom_type=True)
    expected = overlay.assign(area=overlay.area).groupby(["project_code", "parcel_no"])["area"].sum()
    both = pd.concat([listed, expected], axis=1, keys=["ours", "theirs"]).fillna(0.0)
    # A few hundred thousand m² in some two thousand pairs, none of them off by more than a square centimetre.
    assert (both["ours"] - both["theirs"]).abs().max() < 1e-4
    assert listed.sum() == pytest.approx(expected.sum(), rel=1e-9)


def test_the_parts_of_each_footprint_sum_to_it(parcels: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame) -> None:
    parts = cut_by_parcels(footprints, parcels)
    sums = parts.groupby("project_code")["area_m2"].sum().reindex(footprints["project_code"]).to_numpy()
    whole = footprints.area.to_numpy()
    assert np.abs(sums - whole).max() <= 1.0
    assert (np.abs(sums - whole) / whole).max() <= 1e-6
    assert np.abs(parts.area - parts["area_m2"]).max() < 1e-2


def test_uncovered_land_is_what_the_union_of_all_parcels_leaves(
    parcels: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame
) -> None:
    cut = cut_land(footprints, parcels, Slivers())
    union = shapely.union_all(parcels.geometry.make_valid().to_numpy(), grid_size=1e-6)
    expected = shapely.area(shapely.difference(footprints.geometry.to_numpy(), union))
    assert np.abs(cut.lands.uncovered_m2 - expected).max() < 1e-2
