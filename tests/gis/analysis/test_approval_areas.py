"""Land by what the law counts apart, on squares of 100 m: 10,000 m² each."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from gis.analysis.approval_areas import ApprovalAreas, approval_areas
from gis.analysis.approval_level import Limits
from gis.analysis.readiness import Slivers
from gis.errors import CrsMismatch
from gis.model import Authority
from gis.rules import RuleBook

CRS = "EPSG:4547"
LIMITS = Limits.of(RuleBook.default())


def square(column: float, side: float = 100) -> Polygon:
    return box(500_000 + column * 100, 4_100_000, 500_000 + column * 100 + side, 4_100_100)


def land(*rows: tuple[str | None, Polygon]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"land_class_code": [code for code, _ in rows]}, geometry=[g for _, g in rows], crs=CRS)


def zones(*shapes: Polygon, crs: str = CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"zone_no": [str(n) for n in range(len(shapes))]}, geometry=list(shapes), crs=crs)


def counted(parcels: gpd.GeoDataFrame, farmland: gpd.GeoDataFrame) -> ApprovalAreas:
    return approval_areas(parcels, farmland, Slivers())


def test_arable_land_other_land_and_land_of_no_class_are_counted_apart() -> None:
    parcels = land(("0103", square(0)), ("0601", square(1)), (None, square(2)), ("0101K", square(3)))
    areas = counted(parcels, zones())
    assert areas == ApprovalAreas(0, 20_000, 10_000, 10_000)


def test_arable_land_is_arable_in_full_width_digits_too() -> None:
    # As gis.rules.land_groups reads them: 35.01 公顷 of it would else be the province's.
    assert counted(land(("０１０３", square(0))), zones()) == ApprovalAreas(0, 10_000, 0, 0)


def test_arable_land_that_is_permanent_basic_farmland_is_not_counted_as_arable_again() -> None:
    parcels = land(("0103", square(0)), ("0301", square(1)))
    areas = counted(parcels, zones(square(0.5), square(0.6)))  # half of each; the zones overlap
    assert areas.farmland_m2 == pytest.approx(5_000 + 6_000)
    assert areas.arable_m2 == pytest.approx(5_000)
    assert areas.other_m2 == pytest.approx(4_000)


def test_a_strip_of_drawing_noise_is_no_farmland() -> None:
    areas = counted(land(("0103", square(0))), zones(square(0.9995)))  # 0.05 m wide
    assert (areas.farmland_m2, areas.arable_m2) == (0, 10_000)


def test_land_under_two_parcels_counts_once() -> None:
    areas = counted(land(("0103", square(0)), ("0601", square(0.5)), ("0601", square(0.5))), zones())
    assert areas.arable_m2 == pytest.approx(10_000)
    assert areas.other_m2 == pytest.approx(5_000)


def test_no_land_has_no_area() -> None:
    assert counted(land(), zones(square(0))) == ApprovalAreas()


def test_land_of_no_class_is_in_doubt_where_it_might_change_who_approves() -> None:
    assert ApprovalAreas(unstated_m2=1_000).doubts(LIMITS)[0].zh == "0.1000 公顷未填地类，按其他土地计"
    doubtful = ApprovalAreas(arable_m2=350_000, unstated_m2=1_000)
    assert doubtful.level(LIMITS).authority is Authority.PROVINCE
    assert doubtful.doubts(LIMITS)[0].zh.endswith("如为耕地，须国务院批准")
    assert ApprovalAreas(arable_m2=350_000).doubts(LIMITS) == ()


def test_two_reference_systems_do_not_meet() -> None:
    with pytest.raises(CrsMismatch):
        counted(land(("0103", square(0))), zones(square(0), crs="EPSG:4546"))
