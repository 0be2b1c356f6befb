"""The register in memory: what its rows say, how they are brought up to date, filtered, sorted and summed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.register import REGISTER_COLUMNS, Register, stacked, tabulate
from gis.analysis.register_columns import KINDS
from gis.analysis.register_filter import facets, ordered, passing, sums
from gis.errors import InvalidParameter
from gis.layers import FRAME_DTYPES, PARCEL
from gis.model import RegisterFilter, Stage
from gis.rules import RuleBook

ON = date(2026, 6, 30)
RULES = RuleBook.default()


def rows(*given: dict[str, object]) -> pd.DataFrame:
    """Parcels as a store gives them; what is not said is missing."""
    frame = pd.DataFrame(list(given)).reindex(columns=list(REGISTER_COLUMNS))
    types = {c.name: FRAME_DTYPES[c.type] for c in PARCEL.columns if c.name in REGISTER_COLUMNS}
    for name in REGISTER_COLUMNS:
        if types[name].startswith("datetime"):
            frame[name] = pd.to_datetime(frame[name])
    return frame.astype(types)


def register(*given: dict[str, object]) -> Register:
    return tabulate(rows(*given), None, RULES, ON)


A = {
    "parcel_no": "A",
    "name": "东地",
    "town": "T1",
    "owner_kind": "collective",
    "land_class_scheme": "GB/T 21010",
    "land_class_edition": "2017",
    "land_class_code": "0101",
    "stage": "pre_notice",
    "stage_on": "2026-06-10",
    "declared_area_m2": 1000.0,
    "declared_basis": "planar",
    "area_planar_m2": 1001.5,
    "area_ellipsoid_m2": 1002.5,
    "households": 3,
    "compensation_due_wan": 10.25,
    "unit": "甲镇政府",
    "person": "张三",
    # Two steps are planned; the first of them has passed, the day of the second has not.
    "planned_survey_on": "2026-06-20",
    "planned_plan_notice_on": "2026-09-01",
}
B = {
    "parcel_no": "B",
    "name": "西地 West",
    "town": "T2",
    "owner_kind": "state",
    "stage": "cleared",
    "stage_on": "2026-01-05",
    "declared_area_m2": 500.0,
    "declared_basis": "ellipsoidal",
    "area_planar_m2": 400.0,
    "households": 0,
    "buildings": 2,
    "hold_reason": "lawsuit",
    "held_since": "2026-05-01",
    "batch": "2026年第1批次",
    "unit": "乙镇政府",
}
C = {"parcel_no": "C", "declared_area_m2": 7.0}
THREE = (A, B, C)


def names(found: Register, passes: np.ndarray) -> list[str]:
    return [row["parcel_no"] for row in found.records(np.flatnonzero(passes), ("parcel_no",))]


def test_a_row_says_what_is_stored_and_what_the_clock_tells():
    (row,) = register(A).records(np.array([0]))
    assert row["parcel_no"] == "A"
    assert (row["land_class_scheme"], row["land_class_edition"], row["land_class_code"]) == (
        "GB/T 21010",
        "2017",
        "0101",
    )
    assert row["stage_on"] == "2026-06-10"
    assert row["next_stage"] == "survey"
    # The law wants no time between pre-notice and survey: it may be taken today.
    assert row["next_legal_on"] == "2026-06-30"
    assert row["due_on"] == "2026-06-20"
    assert row["overdue_days"] == 10
    assert row["households"] == 3
    assert row["buildings"] is None
    assert row["compensation_due_wan"] == 10.25
    assert row["hold_reason"] is None
    assert row["area_planar_m2"] == 1001.5


def test_a_plan_for_a_step_that_was_taken_is_no_longer_due():
    (row,) = register(A | {"stage": "survey", "stage_on": "2026-06-25"}).records(np.array([0]))
    assert (row["due_on"], row["overdue_days"]) == ("2026-09-01", 0)


def test_a_parcel_of_which_little_is_known_has_a_row():
    (row,) = register(C).records(np.array([0]))
    assert row["stage"] == "not_started"
    assert row["next_stage"] == "pre_notice"
    assert [row[name] for name in ("town", "land_class_code", "due_on", "area_planar_m2", "unit")] == [None] * 5


def test_no_parcels_make_an_empty_register():
    empty = register()
    assert len(empty) == 0
    assert sums(empty, passing(empty, RegisterFilter()))["count"] == 0
    assert facets(empty, RegisterFilter())["town"] == []


def test_rows_stand_by_number_whatever_their_order():
    found = register(C, A, B)
    assert found.numbers.to_pylist() == ["A", "B", "C"]
    assert [found.place(number) for number in ("A", "B", "C", "BB")] == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RegisterFilter(), ["A", "B", "C"]),
        (RegisterFilter(town=("T1",)), ["A"]),
        (RegisterFilter(town=("T1", "T2")), ["A", "B"]),
        (RegisterFilter(town=("none",)), ["C"]),
        (RegisterFilter(town=("nowhere",)), []),
        (RegisterFilter(stage=(Stage.NOT_STARTED, Stage.CLEARED)), ["B", "C"]),
        (RegisterFilter(owner_kind=("state",)), ["B"]),
        (RegisterFilter(land_class=("0101",)), ["A"]),
        (RegisterFilter(land_class=("GB/T 21010|2017|0101",)), ["A"]),
        (RegisterFilter(land_class=("none",)), ["B", "C"]),
        (RegisterFilter(batch=("2026年第1批次",)), ["B"]),
        (RegisterFilter(batch=("none",)), ["A", "C"]),
        (RegisterFilter(unit=("甲镇政府",), person=("张三",)), ["A"]),
        (RegisterFilter(unit=("甲镇政府",), town=("T2",)), []),
        (RegisterFilter(held=True), ["B"]),
        (RegisterFilter(held=False), ["A", "C"]),
        (RegisterFilter(overdue=True), ["A"]),
        (RegisterFilter(hold_reason=("lawsuit", "dispute")), ["B"]),
        (RegisterFilter(parcel_no=("C", "A", "nobody")), ["A", "C"]),
        (RegisterFilter(parcel_no=("B",), town=("T1",)), []),
        (RegisterFilter(words="西地"), ["B"]),
        (RegisterFilter(words="west"), ["B"]),
        (RegisterFilter(words=" 镇政府 "), ["A", "B"]),
        (RegisterFilter(words="第1批"), ["B"]),
        (RegisterFilter(words="(.*"), []),
    ],
)
def test_a_filter_lets_pass_what_it_names(wanted, expected):
    found = register(*THREE)
    assert names(found, passing(found, wanted)) == expected


def test_days_to_the_next_legal_day_are_counted_from_the_registers_day():
    # A plan notice of 29 June is posted for 30 days, to 29 July: agreements from 30 July on, 30 days after 30 June.
    found = register(A | {"stage": "plan_notice", "stage_on": "2026-06-29"})
    assert found.records(np.array([0]))[0]["next_legal_on"] == "2026-07-30"
    assert names(found, passing(found, RegisterFilter(legal_within_days=30))) == ["A"]
    assert names(found, passing(found, RegisterFilter(legal_within_days=29))) == []


def test_land_with_no_step_left_has_no_next_legal_day():
    found = register(B | {"stage": "registered", "hold_reason": None, "held_since": None})
    assert names(found, passing(found, RegisterFilter(legal_within_days=3650))) == []


def test_among_narrows_further():
    found = register(*THREE)
    among = found.are_among(["B", "C", "nowhere"])
    assert names(found, passing(found, RegisterFilter(held=False), among)) == ["C"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["A", "B", "C"]),
        ("-parcel_no", ["C", "B", "A"]),
        ("area_planar_m2", ["B", "A", "C"]),
        ("-area_planar_m2", ["A", "B", "C"]),
        ("households", ["B", "A", "C"]),
        ("-households", ["A", "B", "C"]),
        ("stage", ["C", "A", "B"]),
        ("-stage", ["B", "A", "C"]),
        ("stage_on", ["B", "A", "C"]),
        ("-stage_on", ["A", "B", "C"]),
        ("name", ["A", "B", "C"]),
        ("-name", ["B", "A", "C"]),
        ("unit", ["A", "B", "C"]),
        ("-unit", ["B", "A", "C"]),
        ("overdue_days", ["B", "C", "A"]),
        ("held_since", ["B", "A", "C"]),
    ],
)
def test_rows_are_sorted_by_any_column_missing_ones_last(sort, expected):
    found = register(*THREE)
    places = ordered(found, passing(found, RegisterFilter()), sort)
    assert [row["parcel_no"] for row in found.records(places, ("parcel_no",))] == expected


@pytest.mark.parametrize("sort", list(KINDS))
def test_equal_rows_stand_by_number_both_ways(sort):
    found = register(*[C | {"parcel_no": number} for number in ("Z", "Y", "X")])
    for falling in ("", "-") if sort != "parcel_no" else ("",):
        places = ordered(found, passing(found, RegisterFilter()), falling + sort)
        assert [found.numbers[int(p)].as_py() for p in places] == ["X", "Y", "Z"]


def test_chinese_texts_are_sorted_by_their_sound():
    # ān, běi, chéng, xī: as a dictionary has them, which is not the order of their code points.
    units = ["西关", "城关", "安和", "北关"]
    found = register(*[C | {"parcel_no": str(n), "unit": unit} for n, unit in enumerate(units)])
    places = ordered(found, passing(found, RegisterFilter()), "unit")
    assert [row["unit"] for row in found.records(places, ("unit",))] == ["安和", "北关", "城关", "西关"]


def test_a_column_that_is_not_there_cannot_be_sorted_by():
    found = register(A)
    with pytest.raises(InvalidParameter):
        ordered(found, passing(found, RegisterFilter()), "geometry")


def test_sums_keep_the_kinds_of_area_apart_and_say_what_is_missing():
    found = register(*THREE)
    total = sums(found, passing(found, RegisterFilter()))
    assert total["count"] == 3
    assert total["area_planar_m2"] == 1401.5
    assert total["area_ellipsoid_m2"] == 1002.5
    assert total["declared_area_m2"] == {"planar": 1000.0, "ellipsoidal": 500.0, "unknown": 7.0}
    assert (total["households"], total["buildings"]) == (3, 2)
    assert (total["compensation_due_wan"], total["compensation_paid_wan"]) == (10.25, 0.0)
    assert total["missing"] == {
        "area_planar_m2": 1,
        "area_ellipsoid_m2": 2,
        "compensation_due_wan": 2,
        "compensation_paid_wan": 3,
        "households": 1,
        "buildings": 2,
        "declared_area_m2": 0,
    }


def test_choices_count_what_would_pass_without_their_own_field():
    found = register(*THREE)
    counted = facets(found, RegisterFilter(town=("T1",), held=False))
    assert counted["town"] == [("T1", 1), ("T2", 0), ("none", 1)]
    assert dict(counted["stage"])["pre_notice"] == 1
    assert dict(counted["stage"])["cleared"] == 0
    assert counted["overdue"] == [("true", 1), ("false", 0)]


def test_rows_are_replaced_added_and_taken_away():
    found = register(*THREE)
    new = register(B | {"unit": "丙镇政府", "parcel_no": "B"}, A | {"parcel_no": "AA", "town": "T9"})
    after = found.with_rows(new, gone=["C"])
    assert after.numbers.to_pylist() == ["A", "AA", "B"]
    assert [row["unit"] for row in after.records(np.arange(3))] == ["甲镇政府", "甲镇政府", "丙镇政府"]
    assert after.coded["unit"].values == ("甲镇政府", "丙镇政府")
    assert found.numbers.to_pylist() == ["A", "B", "C"]


NUMBERS = st.sampled_from([f"N{n}" for n in range(12)])
ROW = st.fixed_dictionaries(
    {"parcel_no": NUMBERS},
    optional={
        "town": st.sampled_from(["T1", "T2", "T3"]),
        "stage": st.sampled_from([stage.value for stage in Stage]),
        "area_planar_m2": st.floats(0, 1e6),
        "households": st.integers(0, 9),
        "name": st.sampled_from(["甲", "乙", ""]),
    },
)
LAND = st.lists(ROW, unique_by=lambda row: row["parcel_no"], max_size=12)


@settings(max_examples=60, deadline=None)
@given(before=LAND, changed=LAND, gone=st.sets(NUMBERS, max_size=4))
def test_what_is_brought_up_to_date_is_what_is_made_anew(before, changed, gone):
    gone -= {row["parcel_no"] for row in changed}
    now = {row["parcel_no"]: row for row in (*before, *changed) if row["parcel_no"] not in gone}
    updated, anew = register(*before).with_rows(register(*changed), gone), register(*now.values())
    every = np.arange(len(anew))
    assert updated.records(every) == anew.records(every)
    assert sums(updated, passing(updated, RegisterFilter())) == sums(anew, passing(anew, RegisterFilter()))


@settings(max_examples=40, deadline=None)
@given(land=LAND, cut=st.integers(0, 12))
def test_pieces_read_one_after_the_other_make_the_whole(land, cut):
    land = sorted(land, key=lambda row: row["parcel_no"])
    parts = stacked([register(*land[:cut]), register(*land[cut:])])
    every = np.arange(len(land))
    assert parts.records(every) == register(*land).records(every)


@settings(max_examples=40, deadline=None)
@given(land=LAND, towns=st.sets(st.sampled_from(["T1", "T2", "none"])))
def test_what_passes_and_what_does_not_sum_to_all(land, towns):
    found = register(*land)
    passes = passing(found, RegisterFilter(town=tuple(towns)))
    one, other, both = (sums(found, flags) for flags in (passes, ~passes, np.ones(len(found), dtype=bool)))
    assert one["count"] + other["count"] == both["count"]
    assert one["area_planar_m2"] + other["area_planar_m2"] == pytest.approx(both["area_planar_m2"], abs=1e-5)
