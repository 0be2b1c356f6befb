"""Areas of a batch: by group and owner, each basis for itself, nothing lost and nothing mixed."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.batch_areas import MEASURES, area_table, measured_parcels, taken_m2, total_areas
from gis.model import AreaBasis
from tests.gis.analysis.batch_samples import YARD, member, members

CLASSES = st.sampled_from([None, "0103", "0201", "0703", "0403", "1001", "16", "9999"])
SCHEMES = st.sampled_from([(None, None), ("用地用海", "2023"), ("GB/T 21010", "2017"), ("自拟", "1")])
ROWS = st.lists(
    st.tuples(
        CLASSES,
        SCHEMES,
        st.sampled_from(["collective", "state", None]),
        st.one_of(st.none(), st.floats(1, 1e6)),
        st.sampled_from([*(basis.value for basis in AreaBasis), None]),
    ),
    max_size=12,
)


def test_land_is_summed_by_group_and_owner() -> None:
    rows = members(
        member("P1", 0),
        member("P2", 100),
        member("P3", 200, **YARD),
        member("P4", 300, owner_kind="state", land_class_scheme=None),
        member("P5", 400, owner_kind=None, land_class_code=None),
    )
    table = area_table(measured_parcels(rows))
    found = [
        (row["group"], row["owner_kind"], row["parcels"], round(row["planar_m2"], 6)) for _, row in table.iterrows()
    ]
    assert found == [
        ("arable", "collective", 2, 20_000.0),
        ("construction", "collective", 1, 10_000.0),
        ("unknown_scheme", "state", 1, 10_000.0),
        ("missing", "", 1, 10_000.0),
    ]


def test_a_declared_area_is_compared_on_its_own_basis_and_stands_apart() -> None:
    rows = members(
        member("P1", 0, declared_area_m2=10_100.0),
        member("P2", 100, declared_area_m2=9_990.0, declared_basis="ellipsoidal"),
        member("P3", 200, declared_area_m2=10_001.0, declared_basis=None),
        member("P4", 300, declared_area_m2=None),
    )
    total = total_areas(measured_parcels(rows))
    assert (total["parcels"], total["undeclared"]) == (4, 1)
    assert (total["declared_planar_m2"], round(total["declared_planar_off_m2"], 6)) == (10_100.0, 100.0)
    assert total["declared_ellipsoidal_m2"] == 9_990.0
    assert total["declared_ellipsoidal_off_m2"] == pytest.approx(-10.0, abs=0.01)
    assert (total["declared_unknown_m2"], round(total["declared_unknown_off_m2"], 6)) == (10_001.0, 1.0)


def test_planar_areas_are_larger_than_true_ones_off_the_central_meridian() -> None:
    """125 km east of it by 386 ppm (RULES §11, computed with PROJ 9)."""
    row = measured_parcels(members(member("P1", 125_000.0))).iloc[0]
    assert row["planar_m2"] == pytest.approx(10_000.0)
    assert row["planar_m2"] / row["ellipsoid_m2"] - 1 == pytest.approx(386e-6, abs=5e-6)


def test_all_but_building_land_takes_quota() -> None:
    rows = members(member("P1", 0), member("P2", 100, **YARD), member("P3", 200, land_class_code=None))
    assert taken_m2(measured_parcels(rows)) == pytest.approx(20_000.0)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_groups_sum_to_the_whole_whatever_is_known(rows: list[tuple[object, ...]]) -> None:
    parcels = members(
        *(
            member(
                f"P{n}",
                100.0 * n,
                land_class_code=code,
                land_class_scheme=scheme[0],  # type: ignore[index]
                land_class_edition=scheme[1],  # type: ignore[index]
                owner_kind=owner,
                declared_area_m2=area,
                declared_basis=basis,
            )
            for n, (code, scheme, owner, area, basis) in enumerate(rows)
        )
    )
    measured = measured_parcels(parcels)
    total = total_areas(measured)
    for by in (("group", "owner_kind"), ("group",)):
        table = area_table(measured, by=by)
        assert table["parcels"].sum() == len(rows)
        for name in MEASURES:
            assert fsum(table[name]) == pytest.approx(total[name], abs=1e-6)
    declared = fsum(total[f"declared_{basis.value}_m2"] for basis in AreaBasis)
    assert declared == pytest.approx(fsum(measured["declared_m2"].dropna()), abs=1e-6)
