"""Land that two parcels list is found, whoever's the other one is; slivers stand apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.batch_overlaps import find_overlaps
from gis.analysis.readiness import Slivers
from gis.errors import CrsMismatch
from tests.gis.analysis.batch_samples import box, member, members
from tests.gis.analysis.land_samples import layer, parcel


def test_overlaps_are_told_by_whose_the_other_parcel_is() -> None:
    own = members(member("P1", 0), member("P2", 90))
    others = members(member("Q1", 180, batch="二批"), member("R1", 0, 95), member("FAR", 900))
    found = find_overlaps(own, others, Slivers())
    rows = [
        (r["parcel_no"], r["other_no"], r["relation"], r["other_batch"], round(r["area_m2"], 6))
        for _, r in found.iterrows()
    ]
    assert rows == [
        ("P1", "P2", "own", "", 1_000.0),
        ("P2", "Q1", "other_batch", "二批", 1_000.0),
        ("P1", "R1", "neighbour", "", 500.0),
        ("P2", "R1", "neighbour", "", 50.0),
    ]
    assert found["share"].round(6).tolist() == [0.1, 0.1, 0.05, 0.005]
    assert not found["is_sliver"].any()


@pytest.mark.parametrize(
    ("beside", "is_sliver"),
    [((99.0, 0.0, 1.0, 0.9), True), ((99.95, 0.0, 10.0, 100.0), True), ((98.0, 0.0, 10.0, 100.0), False)],
)
def test_what_is_tiny_or_thin_is_a_probable_survey_error(beside: tuple[float, ...], is_sliver: bool) -> None:
    others = layer("parcel", [parcel("Q", box(*beside))])
    found = find_overlaps(members(member("P1", 0)), others, Slivers())
    assert found["is_sliver"].tolist() == [is_sliver]


def test_neighbours_that_share_a_boundary_do_not_overlap() -> None:
    assert find_overlaps(members(member("P1", 0), member("P2", 100)), members(member("Q", 0, 100)), Slivers()).empty


def test_an_empty_batch_and_no_neighbours_have_no_overlaps() -> None:
    assert find_overlaps(members(), members(member("Q", 0)), Slivers()).empty
    assert find_overlaps(members(member("P", 0)), members(), Slivers()).empty


def test_two_reference_systems_are_refused() -> None:
    with pytest.raises(CrsMismatch):
        find_overlaps(members(member("P1", 0)), layer("parcel", [parcel("Q", box(0, 0))], crs="EPSG:4548"), Slivers())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=1, max_size=6))
def test_every_pair_of_squares_is_found_with_its_area(places: list[tuple[float, float]]) -> None:
    found = find_overlaps(members(*(member(f"P{n}", x, y) for n, (x, y) in enumerate(places))), members(), Slivers())
    areas = {(r["parcel_no"], r["other_no"]): r["area_m2"] for _, r in found.iterrows()}
    for n, (x, y) in enumerate(places):
        for m, (u, v) in enumerate(places[n + 1 :], n + 1):
            expected = max(0.0, 100 - abs(x - u)) * max(0.0, 100 - abs(y - v))
            if expected > 1e-3:
                assert areas[f"P{n}", f"P{m}"] == pytest.approx(expected, abs=1e-4)
            elif expected == 0:
                assert (f"P{n}", f"P{m}") not in areas
