"""Footprints cut by parcels: areas by hand, the law of conservation, and geopandas' overlay as an oracle."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.readiness import LandCut, Slivers, cut_by_parcels, cut_land
from gis.errors import CrsMismatch
from gis.model import Stage
from tests.gis.analysis.land_samples import CRS, layer, parcel, square, strip

STAGES = [stage.value for stage in Stage]


def footprints_of(*shapes: Any) -> gpd.GeoDataFrame:
    """Footprints A, B, C …"""
    codes = [chr(65 + number) for number in range(len(shapes))]
    return gpd.GeoDataFrame({"project_code": codes}, geometry=gpd.GeoSeries(shapes, crs=CRS))


def parts_of(footprint: Any, *parcels: dict[str, Any]) -> dict[Any, float]:
    """Area by parcel number of one footprint's parts; None: uncovered."""
    parts = cut_by_parcels(footprints_of(footprint), layer("parcel", parcels))
    return {None if pd.isna(row.parcel_no) else row.parcel_no: row.area_m2 for row in parts.itertuples()}


def whole_m2(cut: LandCut) -> pd.Series:
    """All common land of each project and parcel."""
    parts = cut.table(whole_m2=cut.parts.whole_m2)
    return parts[parts["parcel_no"].notna()].set_index(["project_code", "parcel_no"])["whole_m2"]


def test_a_footprint_is_parted_among_its_parcels_and_what_nobody_listed() -> None:
    found = parts_of(strip(0, 30), parcel("1", strip(0, 10)), parcel("2", strip(10, 18)), parcel("9", strip(50, 60)))
    assert found == pytest.approx({"1": 100.0, "2": 80.0, None: 120.0})


def test_land_under_two_parcels_counts_once_for_the_less_advanced() -> None:
    advanced, behind = parcel("1", strip(0, 20), "cleared"), parcel("2", strip(10, 30), "survey")
    assert parts_of(strip(0, 30), advanced, behind) == pytest.approx({"1": 100.0, "2": 200.0})


def test_of_two_parcels_in_one_stage_the_first_number_counts() -> None:
    assert parts_of(strip(0, 30), parcel("2", strip(0, 20)), parcel("1", strip(10, 30))) == {"1": 200.0, "2": 100.0}


def test_land_under_three_parcels_counts_once() -> None:
    parcels = [parcel("1", strip(0, 30), "cleared"), parcel("2", strip(0, 20), "approved"), parcel("3", strip(0, 10))]
    assert parts_of(strip(0, 30), *parcels) == pytest.approx({"1": 100.0, "2": 100.0, "3": 100.0})
    cut = cut_land(footprints_of(strip(0, 30)), layer("parcel", parcels), Slivers())
    # Two or more parcels lie on the first 20 m.
    assert cut.lands.overlap_m2 == pytest.approx([200.0])
    pairs = list(zip(cut.overlaps["parcel_no"], cut.overlaps["other_no"], cut.overlaps["area_m2"], strict=True))
    assert pairs == [("1", "2", 200.0), ("1", "3", 100.0), ("2", "3", 100.0)]


def test_equal_overlap_and_gap_do_not_cancel_out() -> None:
    """One parcel drawn twice and its neighbour not at all: the areas sum to the footprint, yet land is missing."""
    found = parts_of(strip(0, 30), parcel("1", strip(0, 10)), parcel("2", strip(0, 10)), parcel("3", strip(20, 30)))
    assert found == pytest.approx({"1": 100.0, "3": 100.0, None: 100.0})


def test_a_parcel_wholly_under_another_is_still_known() -> None:
    cut = cut_land(
        footprints_of(strip(0, 30)), layer("parcel", [parcel("1", strip(0, 30)), parcel("2", strip(0, 10))]), Slivers()
    )
    assert cut.table().set_index("parcel_no").loc["2", "area_m2"] == 0.0
    assert whole_m2(cut)["A", "2"] == pytest.approx(100.0)


def test_parcels_that_only_touch_the_footprint_have_no_part() -> None:
    assert parts_of(strip(0, 10), parcel("1", strip(0, 10)), parcel("2", strip(10, 20))) == {"1": 100.0}


@pytest.mark.parametrize(
    ("shape", "is_sliver"),
    [
        (strip(0, 0.9, 0, 1), True),  # 0.9 m²
        (strip(0, 1.1, 0, 1), False),
        (strip(0, 100, 0, 0.09), True),  # 9 m², under 0.1 m wide
        (strip(0, 100, 0, 0.11), False),
    ],
)
def test_small_and_narrow_parts_are_slivers(shape: Any, is_sliver: bool) -> None:
    parts = cut_by_parcels(footprints_of(strip(0, 100)), layer("parcel", [parcel("1", shape)]))
    assert parts.set_index("parcel_no").loc["1", "is_sliver"] == is_sliver


def test_a_gap_between_two_drawings_is_a_sliver_and_a_lot_beside_it_is_not() -> None:
    gap = layer("parcel", [parcel("1", strip(0, 100, 0, 4.99)), parcel("2", strip(0, 100, 5.01, 10))])
    lot = layer("parcel", [parcel("1", strip(0, 100, 0, 4.99)), parcel("2", strip(0, 95, 5.01, 10))])
    land = footprints_of(strip(0, 100))
    assert cut_land(land, gap, Slivers()).lands.is_uncovered.tolist() == [False]
    assert cut_land(land, lot, Slivers()).lands.is_uncovered.tolist() == [True]


def test_a_missing_stage_counts_as_not_started() -> None:
    parts = cut_by_parcels(footprints_of(strip(0, 10)), layer("parcel", [parcel("1", strip(0, 10))]))
    assert parts["stage"].tolist() == ["not_started"]


def test_an_invalid_parcel_is_cut_by_its_valid_shape() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    assert parts_of(strip(0, 10), parcel("1", bow_tie)) == pytest.approx({"1": 50.0, None: 50.0})


@pytest.mark.parametrize(("lands", "parcels"), [((), (square(0, 0),)), ((square(0, 0),), ()), ((), ())])
def test_empty_tables_are_cut_without_a_word(lands: Any, parcels: Any) -> None:
    listed = layer("parcel", [parcel(str(n), shape) for n, shape in enumerate(parcels)])
    found = cut_by_parcels(footprints_of(*lands), listed)
    assert found["area_m2"].sum() == 100.0 * len(lands)
    assert found["parcel_no"].isna().all()
    assert found.crs == CRS


def test_tables_in_two_reference_systems_are_refused_by_name() -> None:
    with pytest.raises(CrsMismatch) as refused:
        cut_by_parcels(footprints_of(square(0, 0)), layer("parcel", [], crs="EPSG:4548"))
    assert (refused.value.found, refused.value.expected) == ("EPSG:4548", "EPSG:4547")


def boxes(largest: int = 40) -> st.SearchStrategy[Any]:
    """Rectangles on a metre grid, so that edges often coincide."""
    low, size = st.integers(0, largest), st.integers(1, 12)
    return st.builds(lambda x, y, w, h: shapely.box(x, y, x + w, y + h), low, low, size, size)


def blobs() -> st.SearchStrategy[Any]:
    """Irregular polygons, convex and not."""
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)

    def made(x: float, y: float, radii: list[float]) -> Any:
        r = np.array(radii)
        return shapely.Polygon(np.stack([x + r * np.cos(angles), y + r * np.sin(angles)], 1))

    place = st.floats(0, 40, allow_nan=False).map(lambda v: round(v, 3))
    return st.builds(made, place, place, st.lists(st.floats(1, 12).map(lambda v: round(v, 3)), min_size=9, max_size=9))


def listed_parcels(shapes: list[Any], stages: list[str]) -> gpd.GeoDataFrame:
    return layer("parcel", [parcel(f"{n:02}", s, stages[n % len(stages)]) for n, s in enumerate(shapes)])


shapes_of = st.one_of(st.lists(boxes(), min_size=1, max_size=12), st.lists(blobs(), min_size=1, max_size=8))


@given(shapes_of, shapes_of, st.lists(st.sampled_from(STAGES), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_parts_and_uncovered_land_sum_to_the_footprint(lands: list[Any], shapes: list[Any], stages: list[str]) -> None:
    footprints, parcels = footprints_of(*lands), listed_parcels(shapes, stages)
    parts = cut_by_parcels(footprints, parcels)
    sums = parts.groupby("project_code")["area_m2"].sum().reindex(footprints["project_code"]).to_numpy()
    whole = footprints.area.to_numpy()
    assert np.all(np.abs(sums - whole) <= np.minimum(1.0, 1e-6 * whole))
    # Against one union of all parcels, cut once.
    union = shapely.union_all(parcels.geometry.to_numpy())
    bare = parts[parts["parcel_no"].isna()].groupby("project_code")["area_m2"].sum()
    expected = shapely.area(shapely.difference(footprints.geometry.to_numpy(), union))
    assert bare.reindex(footprints["project_code"]).fillna(0.0).to_numpy() == pytest.approx(expected, abs=1e-3)


@given(shapes_of, shapes_of, st.lists(st.sampled_from(STAGES), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_each_stage_has_what_no_less_advanced_one_takes(lands: list[Any], shapes: list[Any], stages: list[str]) -> None:
    footprints, parcels = footprints_of(*lands), listed_parcels(shapes, stages)
    cut = cut_land(footprints, parcels, Slivers())
    found = cut.table().assign(rank=cut.parts.rank).groupby(["project_code", "rank"])["area_m2"].sum()
    for code, land in zip(footprints["project_code"], footprints.geometry, strict=True):
        taken = shapely.Polygon()
        for rank, stage in enumerate(STAGES):
            claimed = shapely.union_all(parcels.geometry[parcels["stage"] == stage].to_numpy())
            fresh = shapely.area(shapely.intersection(land, shapely.difference(claimed, taken)))
            assert found.get((code, rank), 0.0) == pytest.approx(fresh, abs=1e-3)
            taken = shapely.union(taken, claimed)


@given(shapes_of, shapes_of, st.lists(st.sampled_from(STAGES), min_size=1, max_size=5), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_input_does_not_matter(
    lands: list[Any], shapes: list[Any], stages: list[str], random: Any
) -> None:
    footprints, parcels = footprints_of(*lands), listed_parcels(shapes, stages)
    shuffled = parcels.iloc[random.sample(range(len(parcels)), len(parcels))]
    turned = footprints.iloc[::-1]
    one, two = cut_land(footprints, parcels, Slivers()), cut_land(turned, shuffled, Slivers())
    for name in ("parts", "lands"):
        found, expected = asdict(getattr(one, name)), asdict(getattr(two, name))
        pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected), check_exact=True, obj=name)
    pd.testing.assert_frame_equal(one.table(), two.table(), check_exact=True)
    pd.testing.assert_frame_equal(one.overlaps, two.overlaps, check_exact=True)


@given(shapes_of, shapes_of)
@settings(max_examples=60, deadline=None)
def test_common_land_agrees_with_geopandas_overlay(lands: list[Any], shapes: list[Any]) -> None:
    footprints, parcels = footprints_of(*lands), listed_parcels(shapes, ["survey"])
    listed = whole_m2(cut_land(footprints, parcels, Slivers()))
    overlay = gpd.overlay(footprints, parcels[["parcel_no", "geometry"]], how="intersection", keep_geom_type=True)
    expected = overlay.assign(area=overlay.area).groupby(["project_code", "parcel_no"])["area"].sum()
    expected = expected[expected > 1e-6]
    assert listed.index.tolist() == expected.index.tolist()
    assert listed.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9, abs=1e-6)
