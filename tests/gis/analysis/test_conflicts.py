"""Footprints against constraint zones: areas by hand, rules as data, slivers and chemical projects."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import shapely

from gis.analysis.conflicts import chemical_outside_park, find_conflicts
from gis.analysis.footprints import project_footprints
from gis.analysis.readiness import Slivers
from gis.errors import CrsMismatch, InvalidValue
from gis.rules import RuleBook
from tests.gis.analysis.land_samples import county, layer, project, square, strip

FARMLAND = "permanent_basic_farmland"


def zone(number: str, kind: str, geometry: Any, **values: Any) -> dict[str, Any]:
    return {"zone_no": number, "kind": kind, "geometry": geometry, **values}


def conflicts_of(
    projects: list[dict[str, Any]], *zones: dict[str, Any], rules: dict[str, Any] | None = None
) -> pd.DataFrame:
    inputs = county("2026-06-30", projects=projects, zones=zones, rules=rules)
    footprints = project_footprints(inputs.projects, inputs.rules)
    return find_conflicts(footprints, inputs.projects.set_index("code"), inputs.zones, inputs.rules, Slivers())


def test_land_inside_a_zone_is_measured_with_its_share_and_what_it_means() -> None:
    found = conflicts_of([project("A", strip(0, 30))], zone("Z", FARMLAND, strip(20, 50)))
    row = found.iloc[0]
    assert len(found) == 1
    assert (row["project_code"], row["zone_no"], row["kind"]) == ("A", "Z", FARMLAND)
    assert (row["result"], row["area_m2"], row["is_sliver"]) == ("STATE_COUNCIL", 100.0, False)
    assert row["share"] == pytest.approx(1 / 3)


def test_a_zones_own_result_stands_above_the_rule() -> None:
    found = conflicts_of([project("A", square(0, 0))], zone("Z", FARMLAND, square(0, 0), result="PROHIBIT"))
    assert found["result"].tolist() == ["PROHIBIT"]


def test_a_zone_whose_result_is_ok_is_left_out() -> None:
    land = [project("A", square(0, 0))]
    assert conflicts_of(land, zone("Z", FARMLAND, square(0, 0), result="OK")).empty
    assert conflicts_of(land, zone("Z", "other", square(0, 0))).empty


def test_industry_outside_the_urban_boundary_conflicts_and_a_road_does_not() -> None:
    land = [project("A", strip(0, 30), category="industry"), project("B", strip(0, 30), category="infrastructure")]
    found = conflicts_of(land, zone("U1", "urban_boundary", strip(0, 10)), zone("U2", "urban_boundary", strip(5, 18)))
    assert found["project_code"].tolist() == ["A"]
    assert found["zone_no"].isna().all()
    assert found["area_m2"].tolist() == pytest.approx([120.0], abs=1e-3)  # from 18 m to 30 m


def test_without_an_urban_boundary_nothing_is_known_to_lie_outside() -> None:
    assert conflicts_of([project("A", strip(0, 30), category="industry")]).empty


def test_the_outer_water_zone_concerns_chemical_projects_only() -> None:
    land = [
        project("A", square(0, 0), is_chemical=True),
        project("B", square(0, 0)),
        project("C", square(0, 0), is_chemical=False),
    ]
    found = conflicts_of(land, zone("W", "water_source_quasi", square(0, 0)))
    assert found["project_code"].tolist() == ["A"]


def test_a_touch_of_a_zone_is_told_as_a_sliver() -> None:
    found = conflicts_of([project("A", strip(0, 30))], zone("Z", FARMLAND, strip(29.95, 60)))
    assert found["is_sliver"].tolist() == [True]
    assert found["area_m2"].tolist() == pytest.approx([0.5])
    assert conflicts_of([project("A", strip(0, 30))], zone("Z", FARMLAND, strip(30, 60))).empty


def test_land_in_several_zones_that_mean_the_same_is_counted_once_beside_each() -> None:
    found = conflicts_of(
        [project("A", strip(0, 30)), project("B", strip(100, 130))],
        zone("Z1", FARMLAND, strip(0, 20)),
        zone("Z2", FARMLAND, strip(10, 25)),
        zone("Z3", FARMLAND, strip(10, 25), result="PROHIBIT"),
        zone("Z4", FARMLAND, strip(29.99, 35)),  # 0.1 m²: a sliver
        zone("Z5", FARMLAND, strip(95, 105)),
    ).set_index("zone_no")
    assert found["area_m2"].to_dict() == pytest.approx({"Z1": 200, "Z2": 150, "Z3": 150, "Z4": 0.1, "Z5": 50})
    # Z1 and Z2 together cover 0–25 m of A; Z3 means something else, Z4 is no land to speak of.
    together = {"Z1": 250, "Z2": 250, "Z3": 150, "Z4": 0.1, "Z5": 50}
    assert found["together_m2"].to_dict() == pytest.approx(together, abs=1e-4)


def test_conflicts_come_by_project_the_worst_first() -> None:
    land = [project("B", square(0, 0)), project("A", square(0, 0), category="industry")]
    zones = [
        zone("1", "water_source_2", square(0, 0)),
        zone("2", FARMLAND, square(0, 0)),
        zone("3", "ecological_red_line_core", square(0, 0)),
        zone("4", "ecological_red_line", square(0, 0)),
        zone("5", "urban_boundary", square(90, 0)),
    ]
    found = conflicts_of(land, *zones)
    assert found.loc[found["project_code"] == "A", "result"].tolist() == [
        "PROHIBIT",
        "STATE_COUNCIL",
        "PROVINCE_CONFIRM",
        "ARGUE",
        "ARGUE",
    ]
    assert found["project_code"].tolist() == ["A"] * 5 + ["B"] * 4


def test_projects_without_a_geometry_conflict_with_nothing() -> None:
    land = [project("A", None, category="industry")]
    assert conflicts_of(land, zone("U", "urban_boundary", square(0, 0)), zone("Z", FARMLAND, square(0, 0))).empty


def test_an_invalid_zone_is_read_by_its_valid_shape() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    assert conflicts_of([project("A", square(0, 0))], zone("Z", FARMLAND, bow_tie))["area_m2"].tolist() == [50.0]


def test_a_rule_that_cannot_be_read_is_named() -> None:
    with pytest.raises(InvalidValue) as refused:
        conflicts_of(
            [project("A", square(0, 0))],
            zone("Z", FARMLAND, square(0, 0)),
            rules={f"zone.{FARMLAND}": {"result": "NO", "where": "inside"}},
        )
    assert FARMLAND in refused.value.words.en


def test_zones_in_another_reference_system_are_refused() -> None:
    inputs = county("2026-06-30", projects=[project("A", square(0, 0))])
    footprints = project_footprints(inputs.projects, inputs.rules)
    zones = layer("zone", [zone("Z", FARMLAND, square(0, 0))], crs="EPSG:4548")
    with pytest.raises(CrsMismatch):
        find_conflicts(footprints, inputs.projects.set_index("code"), zones, RuleBook.default(), Slivers())


def test_a_chemical_project_belongs_in_a_park_that_allows_chemicals() -> None:
    parks = [
        {"code": "K1", "geometry": square(0, 0, 100), "chemicals_allowed": True},
        {"code": "K2", "geometry": square(200, 0, 100), "chemicals_allowed": False},
        {"code": "K3", "geometry": square(400, 0, 100)},
    ]
    rows = [
        project("A", square(10, 10), is_chemical=True),  # in K1 by its place
        project("B", square(210, 10), is_chemical=True, located_in_park="K1"),  # by its record
        project("C", square(210, 10), is_chemical=True),
        project("D", square(10, 10), is_chemical=True, located_in_park="K3"),
        project("E", None, is_chemical=True),
        project("F", square(900, 0), is_chemical=False),
        project("G", square(900, 0)),
    ]
    inputs = county("2026-06-30", projects=rows, parks=parks)
    outside = chemical_outside_park(inputs.projects, inputs.parks)
    assert outside.index[outside].tolist() == ["C", "D", "E"]
