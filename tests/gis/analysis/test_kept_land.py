"""What is kept of a cut gives the cut again, with what the parcels are by then."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.footprints import project_footprints
from gis.analysis.inputs import Inputs
from gis.analysis.kept_land import LAND_COLUMNS, codes_listed_once, cut_again, parts_of
from gis.analysis.overview import JUDGED_FROM, Overview, assess_briefly, judge_again
from gis.analysis.readiness import LandCut, Slivers, cut_land
from gis.model import Stage
from tests.gis.analysis.land_samples import began, county, parcel, project, square, strip

ON = "2026-06-30"
STAGES = [stage.value for stage in Stage]
NUMBERS = ("L1", "L2", "L3")


def inputs_of(stages: dict[str, str]) -> Inputs:
    """
    P1 is 10 × 10 m on L1 (5 m of it) and L2 (4 m of it), 1 m bare; P2 is a road 6 m wide over L2 and L3; P3 a point.

    All in a county whose only chemical project, P2, is in no park.
    """
    parcels = [
        parcel("L1", square(-5, 0, 10), stages["L1"], "2026-02-09"),
        parcel("L2", strip(5, 9, 0, 30), stages["L2"], "2026-02-09"),
        parcel("L3", square(20, 10, 20), stages["L3"], "2026-02-09", planned_cleared_on="2026-05-01"),
    ]
    projects = [
        project("P1", square(0, 0, 10), planned_start_on="2026-09-01", category="industry"),
        project("P2", strip(0, 40, 18, 24), planned_start_on="2026-07-10", is_chemical=True),
        project("P3", square(60, 60, 1).centroid, planned_start_on="2026-07-10"),
    ]
    events = [began(number, stage, "2026-02-09") for number, stage in stages.items()]
    plans = [{"project_code": code, "year": 2026, "plan_wan": 1000.0} for code in ("P1", "P2")]
    return county(ON, parcels=parcels, projects=projects, plans=plans, events=events)


def same_cut(found: LandCut, expected: LandCut) -> None:
    for table in ("parts", "lands"):
        one, other = getattr(found, table), getattr(expected, table)
        for field in fields(one):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)
    assert list(found.codes) == list(expected.codes)
    assert list(found.numbers) == list(expected.numbers)


def test_a_cut_comes_back_from_what_is_kept_of_it() -> None:
    inputs = inputs_of(dict.fromkeys(NUMBERS, "survey"))
    brief = assess_briefly(inputs)
    slivers = Slivers.of(inputs.rules)
    cut = cut_land(project_footprints(inputs.projects, inputs.rules), inputs.parcels, slivers)
    pd.testing.assert_frame_equal(brief.parts, parts_of(cut))
    kept = brief.parts[brief.parts["project_code"] == "P1"]
    assert kept[["parcel_no", "whole_m2", "parcel_m2"]].to_numpy().tolist() == [["L1", 50, 100], ["L2", 40, 120]]
    same_cut(cut_again(brief.overview.projects[list(LAND_COLUMNS)], brief.parts, inputs.parcels), cut)


@given(st.lists(st.sampled_from(STAGES), min_size=6, max_size=6))
@settings(max_examples=40, deadline=None)
def test_judging_again_after_events_gives_what_assessing_gives(stages: list[str]) -> None:
    before = assess_briefly(inputs_of(dict(zip(NUMBERS, stages[:3], strict=True))))
    after = inputs_of(dict(zip(NUMBERS, stages[3:], strict=True)))
    known = Overview(before.overview.on, before.overview.projects[list(JUDGED_FROM)], before.overview.conflicts)
    assert after.events is not None
    found = judge_again(known, before.parts, after.parcels, after.events, after.rules)
    expected = assess_briefly(after).overview.projects[found.projects.columns]
    pd.testing.assert_frame_equal(found.projects, expected, check_exact=True)
    assert {"ready_m2", "flags", "reasons", "at_risk_wan", "readiness"} <= set(found.projects.columns)


def test_a_cut_comes_back_only_where_no_land_lies_under_several_parcels() -> None:
    projects = pd.DataFrame({"overlap_m2": [0.0, 0.5, 0.0]}, index=["P1", "P2", "P3"])
    assert list(codes_listed_once(projects)) == ["P1", "P3"]
