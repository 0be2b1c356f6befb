"""The JSON of an assessment, which ``guatu assess --json`` prints and /api/assessment sends."""

from __future__ import annotations

import json

import pytest

from gis.analysis.as_json import assessment_json
from gis.analysis.assessment import assess
from gis.analysis.overview import overview_of
from tests.gis.analysis.land_samples import county, parcel, project, strip


def test_the_json_has_the_fixed_form() -> None:
    # The days: tests/gis/analysis/test_assessment.py.
    held = parcel("2", strip(10, 25), hold_reason="dispute", stage="approved", stage_on="2026-06-01")
    projects = [project("A", strip(0, 30), planned_start_on="2026-08-01")]
    assessment = assess(county("2026-06-30", projects=projects, parcels=[parcel("1", strip(0, 10)), held]))
    found = json.loads(json.dumps(assessment_json(overview_of([assessment]), [assessment]), allow_nan=False))
    assert list(found) == ["on", "projects", "totals"]
    assert found["on"] == "2026-06-30"
    row = found["projects"][0]
    reasons = row.pop("reasons")
    assert row == {
        "code": "A",
        "name": "示例A",
        "lamp": "none",
        "progress_gap_pp": None,
        "land": {
            "footprint_m2": pytest.approx(300.0),
            "ready_m2": 0.0,
            "uncovered_m2": pytest.approx(50.0),
            "overlap_m2": 0.0,
            "by_stage_m2": {"not_started": pytest.approx(100.0), "approved": pytest.approx(150.0)},
        },
        "ready_earliest": "2026-08-15",
        "ready_expected": None,
        "float_days": None,
        "flags": ["impossible", "held", "uncovered"],
        "blocking": [
            {"parcel_no": "2", "stage": "approved", "area_m2": pytest.approx(150.0), "ready_expected": None},
            {"parcel_no": "1", "stage": "not_started", "area_m2": pytest.approx(100.0), "ready_expected": "2027-03-12"},
        ],
        "at_risk_wan": 0.0,
    }
    assert all(set(reason) == {"zh", "en"} for reason in reasons)
    assert found["totals"]["n"] == 1
