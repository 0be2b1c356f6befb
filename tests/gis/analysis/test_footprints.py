"""Footprints from polygons, lines and points."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from gis.analysis.footprints import project_footprints
from tests.gis.analysis.land_samples import county, project, square


def footprint_of(geometry: Any, **values: Any) -> Any:
    inputs = county("2026-06-30", projects=[project("A", geometry, **values)])
    return project_footprints(inputs.projects, inputs.rules).iloc[0]


def test_a_polygon_is_its_own_footprint() -> None:
    found = footprint_of(square(0, 0))
    assert found["geometry_kind"] == "polygon"
    assert found.geometry.equals(square(0, 0))


def test_a_line_becomes_a_strip_of_its_width_with_flat_ends_and_mitred_bends() -> None:
    bend = shapely.LineString([(0, 0), (100, 0), (100, 50)])
    found = footprint_of(bend, row_width_m=20.0)
    assert found["geometry_kind"] == "line"
    # 100 × 20 and 50 × 20, which share an inner corner of 10 × 10 and gain an outer one of 10 × 10.
    assert found.geometry.area == pytest.approx(3000.0)
    assert found.geometry.bounds == (0.0, -10.0, 110.0, 50.0)


@pytest.mark.parametrize("width", [None, 0.0, -3.0])
def test_a_line_without_a_width_takes_the_rules_width(width: float | None) -> None:
    found = footprint_of(shapely.LineString([(0, 0), (100, 0)]), row_width_m=width)
    assert found.geometry.area == pytest.approx(2600.0)  # 26 m


def test_a_point_becomes_a_circle() -> None:
    found = footprint_of(shapely.Point(5, 5))
    assert found["geometry_kind"] == "point"
    assert found.geometry.bounds == pytest.approx((-45.0, -45.0, 55.0, 55.0))


@pytest.mark.parametrize("geometry", [None, shapely.Polygon()])
def test_a_project_without_a_geometry_has_an_empty_footprint(geometry: Any) -> None:
    found = footprint_of(geometry)
    assert found["geometry_kind"] == "none"
    assert found.geometry.is_empty


def test_of_a_mixed_collection_the_polygons_count() -> None:
    mixed = shapely.GeometryCollection([square(0, 0), shapely.LineString([(50, 0), (60, 0)]), shapely.Point(90, 0)])
    found = footprint_of(mixed)
    assert found["geometry_kind"] == "polygon"
    assert found.geometry.equals(square(0, 0))


def test_an_invalid_polygon_is_made_valid() -> None:
    found = footprint_of(shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]))
    assert found.geometry.is_valid
    assert found.geometry.area == pytest.approx(50.0)


def test_footprints_come_by_code() -> None:
    inputs = county("2026-06-30", projects=[project("B", square(0, 0)), project("A", None)])
    assert project_footprints(inputs.projects, inputs.rules)["project_code"].tolist() == ["A", "B"]


def test_no_projects_have_no_footprints() -> None:
    inputs = county("2026-06-30")
    found = project_footprints(inputs.projects, inputs.rules)
    assert len(found) == 0
    assert found.crs == inputs.projects.crs
