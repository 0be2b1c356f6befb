"""The year's quota: what is left, which land takes it, and the projects that need more than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gis.analysis.assessment import assess
from gis.analysis.quota import Quota, quota_of, takes_quota
from tests.gis.analysis.land_samples import Rows, county, layer, parcel, project, strip
from tests.gis.analysis.progress_samples import layer_frame

FIELD = {"land_class_scheme": "用地用海", "land_class_edition": "2023", "land_class_code": "0103"}
BUILT = {**FIELD, "land_class_code": "1001"}
ON = date(2026, 6, 30)


def given(*rows: tuple[int, float, bool]) -> Rows:
    return [{"year": year, "area_m2": area, "withdrawn": gone} for year, area, gone in rows]


def batch(name: str, year: int, approved_on: str | None, area_m2: float, withdrawn: bool = False) -> dict[str, object]:
    row = {"name": name, "kind": "town_batch", "year": year, "approved_on": approved_on}
    return {**row, "converted_area_m2": area_m2, "withdrawn": withdrawn}


def test_what_approved_batches_of_the_year_took_is_used() -> None:
    batches = [
        batch("A", 2026, "2026-03-01", 4000.0),
        batch("of the last day", 2026, "2026-06-30", 500.0),
        batch("later", 2026, "2026-07-01", 700.0),
        batch("not approved", 2026, None, 900.0),
        batch("of last year's quota", 2025, "2026-01-10", 1100.0),
        batch("taken away", 2026, "2026-02-01", 1300.0, withdrawn=True),
    ]
    found = quota_of(
        layer_frame("land_quota", given((2025, 1.0, False), (2026, 6000.0, False))),
        layer_frame("batch", batches),
        2026,
        ON,
    )
    assert found == Quota(2026, 6000.0, 4500.0)
    assert found.left_m2 == 1500.0


@pytest.mark.parametrize("rows", [(), given((2025, 9.0, False)), given((2026, 9.0, True))])
def test_a_year_without_a_quota_has_none(rows: Rows) -> None:
    assert quota_of(layer_frame("land_quota", rows), layer_frame("batch", ()), 2026, ON) is None


def test_more_approved_than_given_leaves_less_than_nothing() -> None:
    batches = layer_frame("batch", [batch("A", 2026, "2026-03-01", 4000.0)])
    found = quota_of(layer_frame("land_quota", given((2026, 1000.0, False))), batches, 2026, ON)
    assert found is not None
    assert found.left_m2 == -3000.0


def test_collective_land_takes_quota_unless_it_is_building_land() -> None:
    parcels = layer(
        "parcel",
        [
            parcel("field", **FIELD),
            parcel("yard", **BUILT),
            parcel("state field", owner_kind="state", **FIELD),
            parcel("no class"),
            parcel("code without scheme", land_class_code="1001"),
            parcel("no owner", **{**FIELD, "owner_kind": None}),
        ],
    )
    assert takes_quota(parcels).tolist() == [True, False, False, True, True, True]
    assert takes_quota(parcels.iloc[:0]).tolist() == []


def flags(quota: Quota | None, **of_second: object) -> tuple[str, ...]:
    """Of a project on two parcels of 1,000 m² each, collective fields, the first at the survey."""
    parcels = [
        parcel("P1", strip(0, 100), "survey", "2026-05-01", **FIELD),
        parcel("P2", strip(100, 200), **{"stage": "not_started", **FIELD, **of_second}),
    ]
    inputs = county("2026-06-30", projects=[project("X", strip(0, 200))], parcels=parcels)
    row = assess(replace(inputs, quota=quota)).projects.loc["X"]
    assert ("quota" in row["flags"]) == any("用地指标不足" in words.zh for words in row["reasons"])
    return tuple(flag for flag in row["flags"] if flag == "quota")


@pytest.mark.parametrize(
    ("left", "of_second", "expected"),
    [
        (1999.0, {}, ("quota",)),
        (2000.0, {}, ()),
        (-500.0, {}, ("quota",)),
        (1000.0, BUILT, ()),
        (1000.0, {"stage": "approved", "stage_on": "2026-06-01"}, ()),
        (999.0, {"owner_kind": "state"}, ("quota",)),
        (1000.0, {"owner_kind": "state"}, ()),
    ],
)
def test_a_project_that_needs_more_than_is_left_is_flagged(
    left: float, of_second: dict[str, object], expected: tuple[str, ...]
) -> None:
    assert flags(Quota(2026, left + 500.0, 500.0), **of_second) == expected


def test_where_no_quota_is_known_nobody_is_flagged() -> None:
    assert flags(None) == ()


def test_a_project_whose_land_is_approved_needs_nothing_of_an_overdrawn_quota() -> None:
    approved = {"stage": "approved", "stage_on": "2026-06-01", **FIELD}
    parcels = [parcel("P1", strip(0, 200), **approved)]
    inputs = county("2026-06-30", projects=[project("X", strip(0, 200))], parcels=parcels)
    row = assess(replace(inputs, quota=Quota(2026, 0.0, 500.0))).projects.loc["X"]
    assert (row["quota_m2"], row["quota_left_m2"], "quota" in row["flags"]) == (0.0, -500.0, False)


def test_the_reason_says_how_much_is_needed_left_and_lacking() -> None:
    parcels = [parcel("P1", strip(0, 200, 0, 100), **FIELD)]
    inputs = county("2026-06-30", projects=[project("X", strip(0, 200, 0, 100))], parcels=parcels)
    reasons = assess(replace(inputs, quota=Quota(2026, 10_000.0, 5_000.0))).projects.loc["X", "reasons"]
    said = next(words for words in reasons if words.zh.startswith("用地指标不足"))
    assert said.zh == "用地指标不足：待批用地需指标 30.00 亩，2026 年度全县指标剩余 7.50 亩，尚缺 22.50 亩"
    assert said.en == "quota short: 30.00 mu must still be approved, 7.50 mu left of 2026's quota, 22.50 mu lacking"
