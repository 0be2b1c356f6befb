"""An assessment with what parcels cannot change kept from before, on 30 June 2026."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from gis.analysis.assessment import Assessment, Inputs, assess
from gis.analysis.clock import time_parcels
from gis.analysis.progress import COLUMNS
from gis.analysis.project_land import Kept, assess_projects
from tests.gis.analysis.land_samples import assert_same, county, parcel, project, square, strip

ON = "2026-06-30"
APPROVED = {"stage": "approved", "stage_on": "2026-06-01"}
PROJECTS = [
    project("B", strip(20, 60), category="industry", planned_start_on="2026-08-01", is_chemical=True),
    project("A", strip(0, 30), category="industry", stage="building"),
    project("C"),
]
PARCELS = [parcel("3", strip(25, 50), **APPROVED), parcel("1", strip(0, 28)), parcel("2", strip(10, 40), "cleared")]
ZONES = [
    {"zone_no": "Z2", "kind": "permanent_basic_farmland", "geometry": strip(20, 60)},
    {"zone_no": "Z1", "kind": "permanent_basic_farmland", "geometry": strip(0, 25)},
]
MONEY: dict[str, Any] = {
    "plans": [{"project_code": code, "year": 2026, "plan_wan": 1000.0} for code in "AB"],
    "reports": [{"project_code": "A", "period": "month", "period_end_on": "2026-05-31", "invested_wan": 100.0}],
}
COUNTIES: list[dict[str, Any]] = [
    {},
    {"projects": [project("A", square(0, 0))]},
    {"parcels": [parcel("1", square(0, 0))], "zones": ZONES},
    {"projects": PROJECTS, "zones": ZONES},
    {"projects": PROJECTS, "parcels": PARCELS, "zones": ZONES, "events": [], **MONEY},
    {"projects": PROJECTS[:1], "parcels": PARCELS, **MONEY},
]


def kept_of(assessment: Assessment) -> Kept:
    """What a later assessment need not work out again."""
    return Kept(assessment.projects[[*COLUMNS, "progress_reasons"]], assessment.conflicts)


def assessed_with(kept: Kept, inputs: Inputs) -> Assessment:
    """The assessment by parcels alone: plans, reports, milestones and zones are not even there."""
    nothing = {name: getattr(inputs, name).iloc[:0] for name in ("plans", "reports", "milestones", "zones")}
    clocks = time_parcels(inputs.parcels, inputs.events, inputs.rules, inputs.on)
    return assess_projects(replace(inputs, **nothing), clocks, kept)


@pytest.mark.parametrize("tables", COUNTIES)
def test_with_what_is_kept_the_assessment_is_the_same(tables: Any) -> None:
    inputs = county(ON, **tables)
    expected = assess(inputs)
    assert_same(assessed_with(kept_of(expected), inputs), expected)


def test_what_is_kept_still_holds_after_a_parcels_step() -> None:
    tables: dict[str, Any] = {"projects": PROJECTS, "zones": ZONES, **MONEY}
    before = assess(county(ON, parcels=PARCELS, **tables))
    stepped = county(ON, parcels=[{**PARCELS[0], "stage": "cleared", "stage_on": ON}, *PARCELS[1:]], **tables)
    after = assess(stepped)
    assert not after.projects["ready_m2"].equals(before.projects["ready_m2"])
    assert_same(assessed_with(kept_of(before), stepped), after)


def test_nothing_that_is_kept_is_changed() -> None:
    inputs = county(ON, projects=PROJECTS, parcels=PARCELS, zones=ZONES, **MONEY)
    kept = kept_of(assess(inputs))
    before = Kept(kept.progress.copy(deep=True), kept.conflicts.copy(deep=True))
    assessed_with(kept, inputs)
    pd.testing.assert_frame_equal(kept.progress, before.progress)
    pd.testing.assert_frame_equal(kept.conflicts, before.conflicts)


def test_reasons_begin_with_those_of_progress() -> None:
    projects = assess(county(ON, projects=PROJECTS, parcels=PARCELS, zones=ZONES, **MONEY)).projects
    for of_progress, of_all in zip(projects["progress_reasons"], projects["reasons"], strict=True):
        assert of_all[: len(of_progress)] == of_progress
    assert projects.loc["A", "progress_reasons"]
