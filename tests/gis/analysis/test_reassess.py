"""Assessing anew what changed gives what assessing everything gives, exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis import assessment as whole
from gis.analysis.assessment import Assessment, Changes, Inputs, assess, reassess
from gis.analysis.footprints import boxes_of, project_footprints
from gis.model import HoldReason, ProjectStage, Stage
from tests.gis.analysis.land_samples import assert_same, began, county, parcel, project, square, strip

Rows = dict[str, dict[str, Any]]
ON = "2026-06-30"

places = st.integers(0, 6).map(lambda n: n * 5.0)
lots = st.builds(square, places, places, st.sampled_from([5.0, 8.0, 10.0]))
lines = st.builds(lambda x, y: shapely.LineString([(x, y), (x + 20, y + 5)]), places, places)
points = st.builds(shapely.Point, places, places)
lands = st.one_of(lots, lots, lines, points, st.none())
days = st.sampled_from(["2025-03-01", "2026-02-09", "2026-06-01", "2026-08-15", "2027-03-01"])
stages = st.sampled_from([stage.value for stage in Stage])


@st.composite
def parcels(draw: st.DrawFn, number: str) -> dict[str, Any]:
    stage_on = draw(st.sampled_from(["2025-03-01", "2026-02-09", "2026-06-01"]))
    held = draw(st.one_of(st.none(), st.none(), st.sampled_from([reason.value for reason in HoldReason])))
    planned = {"planned_cleared_on": draw(st.one_of(st.none(), days))}
    return parcel(number, draw(lots), draw(stages), stage_on, hold_reason=held, **planned)


@st.composite
def projects(draw: st.DrawFn, code: str) -> dict[str, Any]:
    stage = draw(st.sampled_from([stage.value for stage in ProjectStage]))
    start = draw(st.one_of(st.none(), days))
    return project(code, draw(lands), stage=stage, planned_start_on=start, category="industry", row_width_m=6.0)


@st.composite
def changed(draw: st.DrawFn, parcel_rows: Rows, project_rows: Rows) -> tuple[Rows, Rows, Changes]:
    """The rows after a few changes (edits, new ones, deletions), and the keys that changed."""
    parcel_rows, project_rows = deepcopy(parcel_rows), deepcopy(project_rows)
    numbers = draw(st.lists(st.sampled_from([f"L{n}" for n in range(9)]), max_size=3, unique=True))
    codes = draw(st.lists(st.sampled_from([f"P{n}" for n in range(6)]), max_size=2, unique=True))
    for number in numbers:
        if number in parcel_rows and draw(st.booleans()):
            edit = draw(st.sampled_from(["stage", "geometry", "all", "gone"]))
            if edit == "gone":
                del parcel_rows[number]
                continue
            new = draw(parcels(number))
            parcel_rows[number] = new if edit == "all" else {**parcel_rows[number], edit: new[edit]}
        else:
            parcel_rows[number] = draw(parcels(number))
    for code in codes:
        if code in project_rows and draw(st.booleans()):
            del project_rows[code]
        else:
            project_rows[code] = draw(projects(code))
    return parcel_rows, project_rows, Changes(frozenset(codes), frozenset(numbers))


def inputs_of(parcel_rows: Rows, project_rows: Rows) -> Inputs:
    zones = [
        {"zone_no": "Z1", "kind": "permanent_basic_farmland", "geometry": square(0, 0, 12)},
        {"zone_no": "Z2", "kind": "urban_boundary", "geometry": strip(0, 25, 0, 60)},
    ]
    plans = [{"project_code": code, "year": 2026, "plan_wan": 1000.0} for code in project_rows]
    events = [began(row["parcel_no"], row["stage"], row["stage_on"]) for row in parcel_rows.values() if row["stage_on"]]
    return county(
        ON,
        parcels=list(parcel_rows.values()),
        projects=list(project_rows.values()),
        zones=zones,
        plans=plans,
        events=events,
    )


def made(draw: st.DrawFn, strategy: Any, prefix: str, most: int) -> Rows:
    keys = [f"{prefix}{n}" for n in range(draw(st.integers(0, most)))]
    return {key: draw(strategy(key)) for key in keys}


@dataclass(frozen=True)
class Whole:
    """A source that has everything at hand; of the parcels it gives those near the projects, as a store does."""

    inputs: Inputs

    def parcels(self, numbers: Collection[str]) -> gpd.GeoDataFrame:
        return self.inputs.parcels[self.inputs.parcels["parcel_no"].isin(numbers)]

    def inputs_of(self, codes: Collection[str] | None) -> Inputs:
        whole = self.inputs
        projects = whole.projects if codes is None else whole.projects[whole.projects["code"].isin(codes)]
        near = shapely.union_all(shapely.box(*boxes_of(project_footprints(projects, whole.rules)).T))
        ledgers = {
            name: frame[frame["project_code"].isin(projects["code"])]
            for name, frame in (("plans", whole.plans), ("reports", whole.reports), ("milestones", whole.milestones))
        }
        parcels = whole.parcels[whole.parcels.geometry.intersects(near)]
        return replace(whole, projects=projects, parcels=parcels, **ledgers)


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_assessing_anew_what_changed_equals_assessing_all(data: st.DataObject) -> None:
    parcel_rows, project_rows = made(data.draw, parcels, "L", 7), made(data.draw, projects, "P", 4)
    assessment = assess(inputs_of(parcel_rows, project_rows))
    for _ in range(data.draw(st.integers(1, 2))):
        parcel_rows, project_rows, changes = data.draw(changed(parcel_rows, project_rows))
        inputs = inputs_of(parcel_rows, project_rows)
        assessment = reassess(assessment, Whole(inputs), changes)
        assert_same(assessment, assess(inputs))


def assessed_codes(previous: Assessment, inputs: Inputs, changes: Changes) -> list[str]:
    """The projects that ``reassess`` assesses anew."""
    seen: list[str] = []
    assess_projects = whole.assess_projects

    def watched(inputs: Inputs, clocks: Any) -> Assessment:
        seen.extend(inputs.projects["code"])
        return assess_projects(inputs, clocks)

    with patch.object(whole, "assess_projects", watched):
        reassess(previous, Whole(inputs), changes)
    return seen


@pytest.fixture
def two_sites() -> tuple[Rows, Mapping[str, Any]]:
    """Two projects far apart, each on its own parcel."""
    parcel_rows = {"L1": parcel("L1", square(0, 0)), "L2": parcel("L2", square(500, 0))}
    project_rows = {"P1": project("P1", square(0, 0)), "P2": project("P2", square(500, 0))}
    return parcel_rows, project_rows


def test_a_parcels_step_touches_only_the_project_on_it(two_sites: Any) -> None:
    parcel_rows, project_rows = two_sites
    before = assess(inputs_of(parcel_rows, project_rows))
    parcel_rows["L2"] = {**parcel_rows["L2"], "stage": "survey", "stage_on": "2026-06-01"}
    changes = Changes(parcels=frozenset(["L2"]))
    assert assessed_codes(before, inputs_of(parcel_rows, project_rows), changes) == ["P2"]


def test_a_parcel_that_moves_touches_the_project_that_it_leaves_and_the_one_that_it_reaches(two_sites: Any) -> None:
    parcel_rows, project_rows = two_sites
    before = assess(inputs_of(parcel_rows, project_rows))
    parcel_rows["L2"] = {**parcel_rows["L2"], "geometry": square(5, 0)}
    changes = Changes(parcels=frozenset(["L2"]))
    assert assessed_codes(before, inputs_of(parcel_rows, project_rows), changes) == ["P1", "P2"]


def test_a_projects_change_touches_no_other(two_sites: Any) -> None:
    parcel_rows, project_rows = two_sites
    before = assess(inputs_of(parcel_rows, project_rows))
    project_rows["P1"] = {**project_rows["P1"], "planned_start_on": "2026-07-15"}
    changes = Changes(projects=frozenset(["P1"]))
    assert assessed_codes(before, inputs_of(parcel_rows, project_rows), changes) == ["P1"]
