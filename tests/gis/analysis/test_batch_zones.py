"""Parcels against constraint zones: what lies where, by whose data; what was not looked at is told."""

from __future__ import annotations

import pytest

from gis.analysis.batch_zones import ZoneLayer, compare_zones
from gis.analysis.readiness import Slivers
from gis.rules import RuleBook
from tests.gis.analysis.batch_samples import box, member, members, zone
from tests.gis.analysis.land_samples import layer

FARMLAND, REDLINE, BOUNDARY = "permanent_basic_farmland", "ecological_red_line", "urban_boundary"
ONE = ZoneLayer(1, ("2025-12-31",), ("示例局",))


def report(parcels, zones, stored):  # type: ignore[no-untyped-def]
    return compare_zones(parcels, layer("zone", zones), stored, RuleBook.default(), Slivers())


def test_each_part_says_result_area_share_zone_version_and_supplier() -> None:
    rows = [zone("Z1", FARMLAND, box(50, 0), version_on="2025-12-31", supplier="示例局")]
    found = report(members(member("P1", 0)), rows, {FARMLAND: ONE})
    part = found.parts.iloc[0]
    assert (part["part_id"], part["parcel_no"], part["zone_no"], part["zone_name"]) == ("G0001", "P1", "Z1", "示例Z1")
    assert (part["result"], round(part["area_m2"], 6), round(part["share"], 6)) == ("STATE_COUNCIL", 5_000.0, 0.5)
    assert (part["version_on"].date().isoformat(), part["supplier"]) == ("2025-12-31", "示例局")
    assert part["geometry"].area == pytest.approx(5_000.0)


def test_a_layer_counts_each_point_once_where_zones_overlap() -> None:
    rows = [zone("Z1", REDLINE, box(50, 0)), zone("Z2", REDLINE, box(40, 0))]
    found = report(members(member("P1", 0)), rows, {REDLINE: ZoneLayer(2, (), ())})
    assert found.parts["area_m2"].round(6).tolist() == [5_000.0, 6_000.0]
    line = found.layers.set_index("kind").loc[REDLINE]
    assert (round(line["area_m2"], 6), line["parcels"], line["result"]) == (6_000.0, 1, "PROVINCE_CONFIRM")


def test_a_layer_that_is_not_stored_was_not_compared() -> None:
    layers = report(members(member("P1", 0)), [], {FARMLAND: ONE}).layers.set_index("kind")
    assert (layers.loc[FARMLAND, "compared"], layers.loc[FARMLAND, "result"]) == (True, "OK")
    assert (layers.loc[REDLINE, "compared"], layers.loc[REDLINE, "result"]) == (False, "")
    assert layers.loc[FARMLAND, "versions"] == ("2025-12-31",)


def test_land_outside_the_urban_boundary_is_to_be_argued() -> None:
    found = report(
        members(member("P1", 0), member("P2", 100)), [zone("U", BOUNDARY, box(0, 0, 150, 100))], {BOUNDARY: ONE}
    )
    assert found.parts[["parcel_no", "zone_no", "result"]].to_numpy().tolist() == [["P2", "", "ARGUE"]]
    assert found.parts["area_m2"].round(6).tolist() == [5_000.0]
    assert found.layers.set_index("kind").loc[BOUNDARY, "scope"].zh == "仅涉及产业类项目"


def test_where_the_boundary_lies_elsewhere_all_land_is_outside() -> None:
    found = report(members(member("P1", 0)), [], {BOUNDARY: ONE})
    assert found.parts["area_m2"].round(6).tolist() == [10_000.0]


def test_a_zone_says_itself_what_it_means() -> None:
    found = report(members(member("P1", 0)), [zone("Z1", REDLINE, box(50, 0), result="PROHIBIT")], {REDLINE: ONE})
    assert found.parts["result"].tolist() == ["PROHIBIT"]


def test_slivers_are_kept_and_told_apart() -> None:
    found = report(members(member("P1", 0)), [zone("Z1", FARMLAND, box(99.95, 0))], {FARMLAND: ONE})
    line = found.layers.set_index("kind").loc[FARMLAND]
    assert (line["result"], line["area_m2"], line["slivers"], round(line["sliver_m2"], 6)) == ("OK", 0.0, 1, 5.0)
    assert found.parts["is_sliver"].tolist() == [True]


def test_a_batch_without_parcels_has_no_parts() -> None:
    found = report(members(), [zone("U", BOUNDARY, box(0, 0))], {BOUNDARY: ONE})
    assert len(found.parts) == 0
    assert found.layers["area_m2"].sum() == 0
