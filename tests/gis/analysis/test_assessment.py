"""
Whole assessments of small counties on 30 June 2026, calculated by hand.

Land not started is ready by law on 15 August 2026 at the earliest (pre-notice 30 June, ten working days to
14 July, plan notice 15 July, thirty days to 14 August) and as usual on 12 March 2027 (15 July, 4 and 24 August,
28 September, 12 November, 26 January, 12 March). Land approved on 1 June is ready by law today, as usual on 16 July.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.as_json import assessment_json
from gis.analysis.assessment import Assessment, assess
from gis.analysis.overview import overview_of
from gis.errors import CrsMismatch
from tests.gis.analysis.land_samples import TABLES, assert_same, county, layer, parcel, project, square, strip

ON = "2026-06-30"
APPROVED = {"stage": "approved", "stage_on": "2026-06-01"}
CLEARED = {"stage": "cleared", "stage_on": "2026-03-01"}


def assessed(projects: list[dict[str, Any]], parcels: list[dict[str, Any]], **tables: Any) -> Assessment:
    return assess(county(ON, projects=projects, parcels=parcels, **tables))


def one(values: dict[str, Any], *parcels: dict[str, Any], **tables: Any) -> pd.Series:
    """The row of one project A on 0–30 m."""
    return assessed([project("A", **{"geometry": strip(0, 30), **values})], list(parcels), **tables).projects.loc["A"]


def whole(number: str = "1", **values: Any) -> dict[str, Any]:
    """A parcel under the whole of project A."""
    return parcel(number, **{"geometry": strip(0, 30), **values})


@pytest.mark.parametrize(
    ("stage", "planned", "flags", "float_days"),
    [
        ({}, "2026-08-14", ("impossible",), -210.0),
        ({}, "2026-08-15", ("late",), -209.0),
        ({}, "2027-03-11", ("late",), -1.0),
        ({}, "2027-03-12", ("tight",), 0.0),
        (APPROVED, "2026-01-01", ("impossible",), -196.0),  # the planned start has passed
        (APPROVED, "2026-07-10", ("late",), -6.0),
        (APPROVED, "2026-08-14", ("tight",), 29.0),
        (APPROVED, "2026-08-15", (), 30.0),
        (CLEARED, "2026-07-01", (), 122.0),
        (CLEARED, "2026-01-01", (), -59.0),  # late once, ready now: the land holds nothing up
    ],
)
def test_a_start_is_impossible_late_or_tight(
    stage: Any, planned: str, flags: tuple[str, ...], float_days: float
) -> None:
    row = one({"planned_start_on": planned}, whole(**stage))
    assert row["flags"] == flags
    assert row["float_days"] == float_days
    assert row["worst_flag"] == (flags[0] if flags else "")


def test_without_a_planned_start_there_is_no_float() -> None:
    row = one({}, whole())
    assert pd.isna(row["float_days"])
    assert row["flags"] == ()
    assert row["ready_expected_on"] == pd.Timestamp("2027-03-12")


def test_the_latest_needed_parcel_decides() -> None:
    row = one({"planned_start_on": "2026-08-01"}, parcel("1", strip(0, 10), **APPROVED), parcel("2", strip(10, 30)))
    assert row["ready_earliest_on"] == pd.Timestamp("2026-08-15")
    assert row["ready_expected_on"] == pd.Timestamp("2027-03-12")
    assert row["float_earliest_days"] == -14.0
    said = [words.zh for words in row["reasons"]]
    assert "不可能按期：地块 2 尚在“未启动”，法定最早 2026-08-15 净地，晚于计划开工 2026-08-01 共 14 天" in said


def test_the_reasons_say_it_in_english_too() -> None:
    row = one({"planned_start_on": "2026-07-10"}, whole("12", **APPROVED))
    said = [words.en for words in row["reasons"]]
    expected = "late: parcel 12 is still at 'approved', expected cleared on 2026-07-16, "
    assert f"{expected}6 days after the planned start 2026-07-10" in said


def test_a_project_that_started_on_land_not_ready_says_so() -> None:
    row = one({"stage": "building", "planned_start_on": "2026-01-01"}, whole(**APPROVED))
    assert row["flags"] == ("started_before_land",)
    assert "未供先用：已开工，尚有 0.45 亩未达净地：地块 1（已批复）" in [words.zh for words in row["reasons"]]


def test_a_project_that_started_on_ready_land_has_no_flag() -> None:
    row = one({"stage": "started"}, whole(**CLEARED))
    assert row["flags"] == ()
    assert row["readiness"] == "ready"
    assert "用地已全部净地" in [words.zh for words in row["reasons"]]


@pytest.mark.parametrize("stage", ["completed", "operating", "full_capacity", "suspended", "cancelled"])
def test_projects_that_are_over_have_no_flags_and_nothing_at_risk(stage: str) -> None:
    plans = [{"project_code": "A", "year": 2026, "plan_wan": 1000.0}]
    zones = [{"zone_no": "Z", "kind": "permanent_basic_farmland", "geometry": square(0, 0)}]
    held = whole(hold_reason="dispute", planned_survey_on="2026-01-01")
    row = one({"stage": stage, "planned_start_on": "2026-01-01"}, held, plans=plans, zones=zones)
    assert row["flags"] == ()
    assert row["at_risk_wan"] == 0.0


@pytest.mark.parametrize("stage", ["completed", "suspended"])
def test_land_under_no_parcel_is_never_called_ready(stage: str) -> None:
    row = one({"stage": stage})
    assert (row["ready_m2"], row["uncovered_m2"], row["readiness"]) == (0.0, 300.0, "uncovered")
    assert not any("用地已全部" in words.zh for words in row["reasons"])


def test_a_held_parcel_takes_away_the_expected_date() -> None:
    held = parcel("2", strip(10, 30), hold_reason="lawsuit", held_since="2026-05-01", **APPROVED)
    assessment = assessed(
        [project("A", strip(0, 30), planned_start_on="2026-12-01")], [parcel("1", strip(0, 10)), held]
    )
    row = assessment.projects.loc["A"]
    assert row["flags"] == ("held",)
    assert pd.isna(row["ready_expected_on"])
    assert pd.isna(row["float_days"])
    assert row["ready_earliest_on"] == pd.Timestamp("2026-08-15")
    assert assessment.blocking["parcel_no"].tolist() == ["2", "1"]  # held first
    assert "受阻地块：2（诉讼，2026-05-01 起），解除前无预计日期" in [words.zh for words in row["reasons"]]


def test_a_held_parcel_that_is_ready_holds_nothing_up() -> None:
    row = one({"planned_start_on": "2026-12-01"}, whole(hold_reason="dispute", **CLEARED))
    assert row["flags"] == ()


def test_land_without_a_parcel_needs_a_whole_procedure() -> None:
    row = one({"planned_start_on": "2027-12-01"}, parcel("1", strip(0, 20), **CLEARED))
    assert row["flags"] == ("uncovered",)
    assert row["ready_earliest_on"] == pd.Timestamp("2026-08-15")
    assert row["ready_expected_on"] == pd.Timestamp("2027-03-12")
    assert row["uncovered_m2"] == pytest.approx(100.0)
    assert row["readiness"] == "uncovered"


def test_uncovered_land_decides_where_it_is_the_latest() -> None:
    row = one({"planned_start_on": "2026-08-01"}, parcel("1", strip(0, 20), **APPROVED))
    assert row["flags"] == ("impossible", "uncovered")
    said = next(words.zh for words in row["reasons"] if words.zh.startswith("不可能按期"))
    assert said.startswith("不可能按期：0.15 亩用地无地块，须自 2026-06-30 起走完整征收程序，法定最早 2026-08-15 净地")


def test_a_gap_between_drawings_does_not_hold_a_project_up() -> None:
    row = one({"planned_start_on": "2026-07-01"}, whole(geometry=strip(0, 30, 0, 9.95), **CLEARED))
    assert row["uncovered_m2"] == pytest.approx(1.5)
    assert row["flags"] == ()
    assert row["readiness"] == "ready"


def test_a_point_lacks_no_parcels() -> None:
    row = one(
        {"geometry": shapely.Point(5, 5), "planned_start_on": "2026-07-10"}, parcel("1", square(0, 0), **APPROVED)
    )
    assert row["geometry_kind"] == "point"
    assert row["flags"] == ("late",)
    assert row["reasons"][-1].zh == "项目只有点位，用地按半径 50 米的圆近似，不判断未落图用地"


def test_a_point_on_no_parcel_is_not_judged() -> None:
    row = one({"geometry": shapely.Point(5, 5), "planned_start_on": "2026-07-10"})
    assert (row["flags"], row["readiness"]) == ((), "uncovered")
    assert pd.isna(row["ready_expected_on"])


def test_a_project_off_the_map_is_not_judged() -> None:
    row = one({"geometry": None, "planned_start_on": "2026-07-10"}, whole())
    assert (row["geometry_kind"], row["flags"], row["readiness"], row["stage_m2"]) == ("none", (), "uncovered", {})
    assert (row["footprint_m2"], row["uncovered_m2"]) == (0.0, 0.0)
    assert pd.isna(row["ready_share"])


def test_a_step_whose_planned_day_has_passed_is_told() -> None:
    parcels = [
        parcel("1", strip(0, 10), planned_survey_on="2026-06-01"),
        parcel("2", strip(10, 30), planned_survey_on="2026-05-01"),
    ]
    row = one({"planned_start_on": "2028-01-01"}, *parcels)
    assert row["flags"] == ("overdue_step",)
    assert "步骤逾期：地块 2 的“现状调查与稳评”已逾计划 60 天（共 2 宗逾期）" in [words.zh for words in row["reasons"]]


def test_land_by_stage_and_its_shares() -> None:
    parcels = [parcel("1", strip(0, 10), **CLEARED), parcel("2", strip(10, 15)), parcel("3", strip(5, 12), **APPROVED)]
    row = one({}, *parcels)
    assert row["stage_m2"] == {"not_started": 50.0, "approved": 70.0 - 20.0, "cleared": 50.0}
    assert list(row["stage_m2"]) == ["not_started", "approved", "cleared"]
    assert (row["footprint_m2"], row["ready_m2"], row["uncovered_m2"]) == pytest.approx((300.0, 50.0, 150.0))
    assert row["overlap_m2"] == pytest.approx(70.0)  # 5–10 m under 1 and 3, 10–12 m under 2 and 3
    assert row["ready_share"] == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("lot", "land", "needed"),
    [
        # 4 m² of a parcel of 100,000 m² (0.004 %) and of a footprint of 10,000 m² (0.04 %)
        (shapely.box(100, 0, 1100, 100), shapely.box(0, 0, 100.04, 100), False),
        # 12 m²: 0.12 % of the footprint
        (shapely.box(100, 0, 1100, 100), shapely.box(0, 0, 100.12, 100), True),
        # 4 m² of a parcel of 100 m²
        (shapely.box(100, 0, 110, 10), shapely.box(0, 0, 100.4, 100), True),
        # 0.9 m² of a parcel of 9 m²
        (shapely.box(100, 0, 103, 3), shapely.box(0, 0, 100.3, 100), False),
        # 5 m² along 100 m: a sliver
        (shapely.box(100, 0, 101, 100), shapely.box(0, 0, 100.05, 100), False),
    ],
)
def test_a_parcel_is_needed_from_a_thousandth_of_it_or_of_the_footprint(lot: Any, land: Any, needed: bool) -> None:
    base = parcel("0", shapely.box(0, 0, 100, 100), **CLEARED)
    assessment = assessed([project("A", land)], [base, parcel("1", lot)])
    assert assessment.blocking["parcel_no"].tolist() == (["1"] if needed else [])


def test_a_held_parcel_under_another_still_holds_the_project_up() -> None:
    under = parcel("2", strip(0, 10), hold_reason="dispute", **APPROVED)
    assessment = assessed([project("A", strip(0, 30), planned_start_on="2028-01-01")], [whole(), under])
    assert assessment.projects.loc["A", "flags"] == ("held",)
    assert assessment.blocking.set_index("parcel_no")["area_m2"].to_dict() == {"1": 300.0, "2": 0.0}


def test_the_readiness_class_is_that_of_most_land_that_is_missing() -> None:
    parcels = [parcel("1", strip(0, 20), **CLEARED), parcel("2", strip(20, 26), **APPROVED), parcel("3", strip(26, 30))]
    assert one({}, *parcels)["readiness"] == "approved"


def test_a_county_may_count_land_as_ready_only_when_supplied() -> None:
    rules = {"land.ready_stage": "supplied"}
    row = one({"planned_start_on": "2026-07-01"}, whole(supply_kind="market", **CLEARED), rules=rules)
    # Cleared on 1 March: supplied by law from today, as usual 60 days after 1 March, so today.
    assert (row["ready_m2"], row["readiness"], row["flags"]) == (0.0, "approved", ("tight",))
    assert row["ready_expected_on"] == pd.Timestamp(ON)


def test_investment_at_risk_goes_to_the_parcels_that_hold_it_up_by_area() -> None:
    parcels = [parcel("1", strip(0, 10), **APPROVED), parcel("2", strip(10, 25)), parcel("3", strip(25, 28), **CLEARED)]
    plans = [{"project_code": "A", "year": 2026, "plan_wan": 1000.0}]
    reports = [{"project_code": "A", "period": "month", "period_end_on": "2026-05-31", "invested_wan": 100.0}]
    assessment = assessed([project("A", strip(0, 30))], parcels, plans=plans, reports=reports)
    # 900 left, land missing to 31 December: all of it; by 100, 150 and 20 m².
    assert assessment.projects.loc["A", "at_risk_wan"] == 900.0
    assert assessment.parts["at_risk_wan"].tolist() == [333.333333, 500.0, 0.0, 66.666667]
    assert assessment.parts["parcel_no"].isna().tolist() == [False, False, False, True]
    assert assessment.blocking.set_index("parcel_no")["at_risk_wan"].to_dict() == {"2": 500.0, "1": 333.333333}


def test_investment_is_at_risk_for_the_days_without_land() -> None:
    plans = [{"project_code": "A", "year": 2026, "plan_wan": 1850.0}]
    row = one({}, whole(**APPROVED), plans=plans)
    # Of 185 days from 30 June to 31 December the 16 to 15 July are without land.
    assert row["at_risk_wan"] == 160.0
    said = "受影响投资 160.00 万元：本年剩余计划 1,850.00 万元，剩余计划期的 8.6% 用地未就绪"
    assert row["reasons"][-1].zh == said


def test_no_plan_has_nothing_at_risk() -> None:
    assert one({}, whole())["at_risk_wan"] == 0.0


def test_a_conflict_flags_a_project_and_a_sliver_of_one_does_not() -> None:
    zone = {"zone_no": "Z", "kind": "permanent_basic_farmland"}
    struck = one({}, whole(**CLEARED), zones=[{**zone, "geometry": square(0, 0)}])
    touched = one({}, whole(**CLEARED), zones=[{**zone, "geometry": strip(29.95, 60)}])
    assert (struck["flags"], touched["flags"]) == (("conflict",), ())
    said = "管控冲突：0.15 亩（33.3%）占用永久基本农田 Z，须国务院批准（初步比对，以自然资源主管部门认定为准）"
    assert said in [words.zh for words in struck["reasons"]]


def test_land_in_two_zones_of_one_kind_is_told_once() -> None:
    # Two buffers over 0–20 m and 10–30 m of a 30 m × 10 m footprint: together all of it, 300 m² = 0.45 亩.
    zone = {"kind": "chemical_buffer"}
    buffers = [
        {**zone, "zone_no": "Z1", "geometry": strip(-5, 20, -5, 15)},
        {**zone, "zone_no": "Z2", "geometry": strip(10, 35, -5, 15)},
    ]
    said = [words.zh for words in one({}, whole(**CLEARED), zones=buffers)["reasons"]]
    assert any(text.startswith("管控冲突：0.45 亩（100.0%）占用化工安全缓冲区 Z1、Z2，") for text in said)


def test_a_chemical_project_outside_a_chemical_park_conflicts() -> None:
    row = one({"is_chemical": True}, whole(**CLEARED))
    assert row["flags"] == ("conflict",)
    assert "管控冲突：化工项目不在允许化工的园区内" in [words.zh for words in row["reasons"]]


def test_flags_come_worst_first() -> None:
    held = parcel("1", strip(0, 20), hold_reason="dispute", planned_survey_on="2026-01-01")
    row = one({"planned_start_on": "2026-07-01", "is_chemical": True}, held)
    assert row["flags"] == ("impossible", "conflict", "held", "uncovered", "overdue_step")


def test_overlapping_parcels_on_a_footprint_are_reported() -> None:
    overlaps = assessed([project("A", strip(0, 30))], [parcel("2", strip(0, 20)), parcel("1", strip(15, 30))]).overlaps
    assert overlaps.to_dict("records") == [
        {"project_code": "A", "parcel_no": "1", "other_no": "2", "area_m2": pytest.approx(50.0)}
    ]


def test_tables_in_two_reference_systems_are_refused() -> None:
    inputs = county(ON, projects=[project("A", square(0, 0))])
    moved = type(inputs)(
        **{**{f: getattr(inputs, f) for f in inputs.__slots__}, "parcels": layer("parcel", [], crs="EPSG:4548")}
    )
    with pytest.raises(CrsMismatch):
        assess(moved)


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"projects": [project("A", strip(0, 30))]},
        {"projects": [project("A"), project("B")], "parcels": [whole()]},
        {"parcels": [whole()]},
        {"events": []},
    ],
)
def test_an_empty_county_has_tables_of_the_same_columns_and_types(tables: Any) -> None:
    full = assess(county(ON, projects=[project("A", strip(0, 30))], parcels=[whole(), parcel("2", square(0, 0))]))
    found = assess(county(ON, **tables))
    for name in TABLES:
        expected = getattr(full, name).dtypes.to_dict()
        assert getattr(found, name).dtypes.to_dict() == expected, name
    json.dumps(assessment_json(overview_of([found]), [found]), allow_nan=False)


def test_the_order_of_the_tables_does_not_matter() -> None:
    projects = [project("B", strip(20, 60), category="industry"), project("A", strip(0, 30)), project("C")]
    parcels = [parcel("3", strip(25, 50), **CLEARED), parcel("1", strip(0, 28)), parcel("2", strip(10, 40), **APPROVED)]
    zones = [
        {"zone_no": "Z2", "kind": "permanent_basic_farmland", "geometry": strip(20, 60)},
        {"zone_no": "Z1", "kind": "permanent_basic_farmland", "geometry": strip(0, 25)},
    ]
    one_way = assess(county(ON, projects=projects, parcels=parcels, zones=zones))
    assert_same(assess(county(ON, projects=projects[::-1], parcels=parcels[::-1], zones=zones[::-1])), one_way)


def test_no_input_is_changed() -> None:
    inputs = county(
        ON, projects=[project("B", strip(0, 30)), project("A")], parcels=[whole("2"), whole("1", stage="survey")]
    )
    before = {name: getattr(inputs, name).copy(deep=True) for name in ("projects", "parcels", "zones")}
    assess(inputs)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(inputs, name)), pd.DataFrame(frame))


lots = st.builds(lambda x, w: strip(x * 5.0, (x + w) * 5.0), st.integers(0, 12), st.integers(1, 6))


@given(st.lists(lots, min_size=1, max_size=4), st.lists(lots, max_size=6), st.floats(0.01, 1e6))
@settings(max_examples=25, deadline=None)
def test_what_is_at_risk_in_parts_sums_to_what_is_at_risk(lands: list[Any], shapes: list[Any], plan: float) -> None:
    projects = [project(f"P{n}", land) for n, land in enumerate(lands)]
    parcels = [parcel(f"L{n}", shape, **(APPROVED if n % 2 else {})) for n, shape in enumerate(shapes)]
    plans = [{"project_code": row["code"], "year": 2026, "plan_wan": plan} for row in projects]
    assessment = assessed(projects, parcels, plans=plans)
    micro = (
        (assessment.parts["at_risk_wan"] * 1e6).round().astype("int64").groupby(assessment.parts["project_code"]).sum()
    )
    expected = (assessment.projects["at_risk_wan"] * 1e6).round().astype("int64")
    assert micro.reindex(expected.index).fillna(0).astype("int64").to_dict() == expected.to_dict()
