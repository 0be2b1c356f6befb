"""An overview follows the changes, and is what assessing everything gives, exactly."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.assessment import Changes, Inputs, assess
from gis.analysis.footprints import boxes_of, project_footprints
from gis.analysis.overview import Overview, assess_briefly, overview_of
from gis.model import HoldReason, ProjectStage, Stage
from tests.gis.analysis.land_samples import began, county, parcel, project, square, strip

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


def part_of(inputs: Inputs, codes: frozenset[str]) -> Inputs:
    """What concerns these projects; of the parcels those near them, as a store gives them."""
    projects = inputs.projects[inputs.projects["code"].isin(codes)]
    near = shapely.union_all(shapely.box(*boxes_of(project_footprints(projects, inputs.rules)).T))
    ledgers = {
        name: frame[frame["project_code"].isin(projects["code"])]
        for name, frame in (("plans", inputs.plans), ("reports", inputs.reports), ("milestones", inputs.milestones))
    }
    parcels = inputs.parcels[inputs.parcels.geometry.intersects(near)]
    return replace(inputs, projects=projects, parcels=parcels, **ledgers)


def touched(before: Inputs, after: Inputs, changes: Changes) -> frozenset[str]:
    """The changed projects, and those whose land meets what a changed parcel was or is."""
    land = project_footprints(after.projects, after.rules)
    shapes = [
        *before.parcels.geometry[before.parcels["parcel_no"].isin(changes.parcels)],
        *after.parcels.geometry[after.parcels["parcel_no"].isin(changes.parcels)],
    ]
    met = shapely.intersects(np.asarray(land.geometry.array, dtype=object), shapely.union_all(shapes))
    return changes.projects | frozenset(land["project_code"][met])


def assert_same(found: Overview, expected: Overview) -> None:
    pd.testing.assert_frame_equal(found.projects, expected.projects, check_exact=True)
    pd.testing.assert_frame_equal(found.conflicts, expected.conflicts, check_exact=True)


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_assessing_anew_what_changed_gives_what_assessing_all_gives(data: st.DataObject) -> None:
    parcel_rows, project_rows = made(data.draw, parcels, "L", 7), made(data.draw, projects, "P", 4)
    inputs = inputs_of(parcel_rows, project_rows)
    overview = overview_of([assess(inputs)])
    for _ in range(data.draw(st.integers(1, 2))):
        before = inputs
        parcel_rows, project_rows, changes = data.draw(changed(parcel_rows, project_rows))
        inputs = inputs_of(parcel_rows, project_rows)
        codes = touched(before, inputs, changes)
        overview = overview.with_anew(codes, overview_of([assess(part_of(inputs, codes))]))
        assert_same(overview, overview_of([assess(inputs)]))


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_what_parcels_have_no_say_in_may_be_taken_from_an_overview(data: st.DataObject) -> None:
    parcel_rows, project_rows = made(data.draw, parcels, "L", 7), made(data.draw, projects, "P", 4)
    overview = overview_of([assess(inputs_of(parcel_rows, project_rows))])
    codes = frozenset(code for code in project_rows if data.draw(st.booleans()))
    parcel_rows = made(data.draw, parcels, "L", 7)
    inputs = inputs_of(parcel_rows, project_rows)
    found = assess(part_of(inputs, codes), overview.kept(codes))
    whole = overview_of([assess(inputs)])
    nothing = overview_of([assess(part_of(inputs, frozenset()))])
    assert_same(whole.with_anew(codes, nothing).with_anew(codes, overview_of([found])), whole)


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_a_brief_assessment_is_the_overview_of_a_whole_one(data: st.DataObject) -> None:
    inputs = inputs_of(made(data.draw, parcels, "L", 7), made(data.draw, projects, "P", 4))
    assert_same(assess_briefly(inputs).overview, overview_of([assess(inputs)]))


def test_assessments_of_projects_apart_make_one_overview() -> None:
    parcel_rows = {"L1": parcel("L1", square(0, 0)), "L2": parcel("L2", square(500, 0))}
    project_rows = {"P1": project("P1", square(0, 0)), "P2": project("P2", square(500, 0))}
    inputs = inputs_of(parcel_rows, project_rows)
    parts = [assess(part_of(inputs, frozenset([code]))) for code in ("P2", "P1")]
    assert_same(overview_of(parts), overview_of([assess(inputs)]))
