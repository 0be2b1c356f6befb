"""Parcels drawn, reshaped, divided and put together, on both kinds of store: squares of 100 m, 10,000 m² each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Polygon, box

from gis.errors import Conflict, InvalidRow, InvalidValue, NotAllowed, NotFound
from gis.model import Actor, Query, Role
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.keep_assessment import Assessor, keep
from gis.workflows.redraw_parcels import Redrawing, draw_parcel, merge_parcels, reshape_parcel, split_parcel
from gis.workflows.verify_store import verify_store
from tests.contract.store_samples import (
    CRS,
    EAST,
    NORTH,
    OFFICER,
    VIEWER,
    append,
    hold,
    parcels,
    projects,
    put,
    square,
    stages,
)

JUNE = date(2026, 6, 1)
ACROSS = LineString([(EAST - 10, NORTH + 30), (EAST + 110, NORTH + 30)])


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def county(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """P0 P1 P2 side by side in 东村, P0 and P1 in survey; project X1 stands on all of P0."""
    place = request.getfixturevalue("postgis_dsn") if request.param == "postgis" else str(tmp_path / "县.gpkg")
    store = create_store(place, name="示范县", crs=CRS, actor=OFFICER)
    put(store, "parcel", parcels(3, village="东村", owner_kind="collective", households=[4, 5, 6]))
    for number, day in (("P0", "2026-04-20"), ("P1", "2026-05-10")):
        append(store, "parcel_event", stages(number, ("pre_notice", "2026-04-01"), ("survey", day)))
    ground = gpd.GeoDataFrame(projects(planned_start_on=pd.Timestamp("2026-09-01")), geometry=[square(0)], crs=CRS)
    put(store, "project", ground)
    keep(store)
    yield store
    assert [f.words.en for f in verify_store(store) if f.rule not in ("lawful_events", "reference_known")] == []
    store.close()


def how(**more: Any) -> Redrawing:
    return Redrawing(**{"on": JUNE, "versions": {}, **more})


def row(store: Store, parcel_no: str, on: date | None = None) -> pd.Series:
    return store.read("parcel", Query(on=on, keys=(parcel_no,))).iloc[0]


def numbers(store: Store, on: date | None = None) -> list[str]:
    return store.read("parcel", Query(on=on, columns=("parcel_no",)))["parcel_no"].tolist()


# ------------------------------------------------------------------ dividing


def test_the_pieces_take_the_place_of_the_parcel_and_know_it(county: Store) -> None:
    done = split_parcel(county, OFFICER, "P0", ACROSS, ["A", ""], how(note="边界调整"))
    assert (done.stored, list(done.shapes), done.retired) == (True, ["A", "P0-1"], ("P0",))
    assert numbers(county) == ["A", "P0-1", "P1", "P2"]
    assert numbers(county, date(2026, 5, 31)) == ["P0", "P1", "P2"]
    assert [row(county, n)["area_planar_m2"] for n in ("A", "P0-1")] == pytest.approx([7000, 3000])
    lineage = county.read("lineage")[["parcel_no", "parent_no", "kind"]].to_numpy().tolist()
    assert lineage == [["A", "P0", "split"], ["P0-1", "P0", "split"]]


def test_the_pieces_have_the_attributes_and_events_but_not_what_is_of_the_whole(county: Store) -> None:
    split_parcel(county, OFFICER, "P0", ACROSS, [], how())
    piece = row(county, "P0-2")
    assert (piece["village"], piece["stage"], str(piece["stage_on"].date())) == ("东村", "survey", "2026-04-20")
    assert pd.isna(piece["households"])
    notes = county.read("parcel_event", Query(keys=("P0-1",)))["note"].tolist()
    assert notes == ["沿用原地块 P0 的记录"] * 2


def test_a_held_parcel_that_is_divided_leaves_held_pieces(county: Store) -> None:
    append(county, "parcel_event", hold("P0", "2026-05-20", "lawsuit"))
    split_parcel(county, OFFICER, "P0", ACROSS, [], how())
    assert row(county, "P0-1")["hold_reason"] == "lawsuit"


def test_the_assessment_follows_the_pieces(county: Store) -> None:
    split_parcel(county, OFFICER, "P0", ACROSS, [], how())
    overview = Assessor(county).at(date.today()).overview
    assert overview.projects.loc["X1", "footprint_m2"] == pytest.approx(10_000)
    assert overview.projects.loc["X1", "uncovered_m2"] == pytest.approx(0)
    assert set(county.kept_parts()["parcel_no"]) == {"P0-1", "P0-2"}


def test_a_number_that_is_or_was_taken_is_refused_and_nothing_is_written(county: Store) -> None:
    before = county.version()
    for wanted in (["P1"], ["N", "N"]):
        with pytest.raises(InvalidRow, match="taken"):
            split_parcel(county, OFFICER, "P0", ACROSS, wanted, how())
    assert county.version() == before
    split_parcel(county, OFFICER, "P0", ACROSS, [], how())
    with pytest.raises(InvalidRow, match="taken"):
        split_parcel(
            county, OFFICER, "P1", LineString([(EAST + 90, NORTH + 5), (EAST + 210, NORTH + 5)]), ["P0"], how()
        )


def test_who_edits_an_old_version_is_told_so(county: Store) -> None:
    put(county, "parcel", parcels(1, village="西村"))
    with pytest.raises(Conflict) as refused:
        split_parcel(county, OFFICER, "P0", ACROSS, [], how(versions={"P0": 1}))
    (clash,) = refused.value.clashes
    assert (clash.key, clash.expected, clash.version, clash.changed_by) == ("P0", 1, 2, "李土地")
    assert split_parcel(county, OFFICER, "P0", ACROSS, [], how(versions={"P0": 2})).stored


def test_a_dry_run_says_what_would_be_and_writes_nothing(county: Store) -> None:
    before = county.version()
    done = split_parcel(county, OFFICER, "P0", ACROSS, [], how(dry_run=True))
    assert (done.stored, sorted(done.shapes), done.may_be_accepted) == (False, ["P0-1", "P0-2"], True)
    assert county.version() == before


def test_a_day_in_the_future_or_before_the_last_event_is_refused(county: Store) -> None:
    for day in (date(2199, 1, 1), date(2026, 4, 10)):
        with pytest.raises(InvalidValue):
            split_parcel(county, OFFICER, "P0", ACROSS, [], how(on=day))


def test_only_planners_land_officers_and_administrators_redraw_what_is_there(county: Store) -> None:
    for actor in (VIEWER, Actor("填报员", Role.EDITOR)):
        with pytest.raises(NotAllowed):
            split_parcel(county, actor, "P0", ACROSS, [], how())
    with pytest.raises(NotFound):
        split_parcel(county, OFFICER, "P9", ACROSS, [], how())


# ------------------------------------------------------------------ putting together


def test_merged_parcels_are_one_with_the_latest_days_and_the_sums_of_both(county: Store) -> None:
    done = merge_parcels(county, OFFICER, ["P0", "P1"], "M", how())
    assert (done.stored, done.retired) == (True, ("P0", "P1"))
    merged = row(county, "M")
    assert merged["area_planar_m2"] == pytest.approx(20_000)
    assert (merged["village"], merged["households"]) == ("东村", 9)
    assert (merged["stage"], str(merged["stage_on"].date())) == ("survey", "2026-05-10")
    assert county.read("parcel_event", Query(keys=("M",)))["stage"].tolist() == ["pre_notice", "survey"]
    assert sorted(county.read("lineage")["parent_no"]) == ["P0", "P1"]


def funds(parcel_no: str, on: str) -> pd.DataFrame:
    return pd.DataFrame({"parcel_no": [parcel_no], "kind": ["funds"], "on_date": pd.to_datetime([on])})


def test_funds_of_one_parcel_are_not_those_of_the_whole_that_it_is_put_into(county: Store) -> None:
    append(county, "parcel_event", funds("P0", "2026-05-11"))
    merge_parcels(county, OFFICER, ["P0", "P1"], "M", how())
    assert "funds" not in county.read("parcel_event", Query(keys=("M",)))["kind"].tolist()


def test_funds_are_in_place_from_the_day_on_which_all_have_them(county: Store) -> None:
    for number, day in (("P0", "2026-05-11"), ("P1", "2026-05-20"), ("P0", "2026-05-25")):
        append(county, "parcel_event", funds(number, day))
    merge_parcels(county, OFFICER, ["P0", "P1"], "M", how())
    told = county.read("parcel_event", Query(keys=("M",)))
    assert told["on_date"][told["kind"] == "funds"].dt.strftime("%m-%d").tolist() == ["05-20", "05-25"]


def test_parcels_of_different_stages_or_holds_are_not_put_together(county: Store) -> None:
    with pytest.raises(InvalidValue) as refused:
        merge_parcels(county, OFFICER, ["P1", "P2"], "M", how())
    assert refused.value.found == "P1: survey、P2: not_started"
    append(county, "parcel_event", hold("P0", "2026-05-20"))
    with pytest.raises(InvalidValue, match="held because of"):
        merge_parcels(county, OFFICER, ["P0", "P1"], "M", how())
    with pytest.raises(InvalidValue):
        merge_parcels(county, OFFICER, ["P0", "P0"], "M", how())


def test_parcels_far_apart_are_put_together_only_where_that_is_accepted(county: Store) -> None:
    put(county, "parcel", parcels(1, first=9, owner_kind="collective"))
    apart = merge_parcels(county, OFFICER, ["P2", "P9"], "M", how())
    assert (apart.stored, [f.kind for f in apart.findings["M"]]) == (False, ["parts"])
    assert merge_parcels(county, OFFICER, ["P2", "P9"], "M", how(accepted=True)).stored


# ------------------------------------------------------------------ another shape, and a new parcel


def test_a_reshaped_parcel_keeps_the_vertices_that_nobody_moved(county: Store) -> None:
    corners = [(100.001, -0.002), (199.998, 0.001), (200, 120), (100, 120)]
    drawn = Polygon([(EAST + east, NORTH + north) for east, north in corners])
    done = reshape_parcel(county, OFFICER, "P1", drawn, how(versions={"P1": 1}))
    assert done.stored
    assert row(county, "P1")["area_planar_m2"] == pytest.approx(12_000, abs=1e-6)
    assert row(county, "P1", date(2026, 5, 31))["area_planar_m2"] == pytest.approx(10_000)
    assert row(county, "P1")["stage"] == "survey"


def test_an_overlap_is_told_and_stored_only_when_it_is_accepted(county: Store) -> None:
    drawn = box(EAST + 100, NORTH, EAST + 205, NORTH + 100)
    told = reshape_parcel(county, OFFICER, "P1", drawn, how())
    (finding,) = told.findings["P1"]
    assert (told.stored, finding.kind, finding.other_no, finding.area_m2) == (
        False,
        "overlap",
        "P2",
        pytest.approx(500),
    )
    assert row(county, "P1")["area_planar_m2"] == pytest.approx(10_000)
    assert reshape_parcel(county, OFFICER, "P1", drawn, how(accepted=True)).stored


def test_a_shape_that_cannot_be_is_never_stored(county: Store) -> None:
    splinter = box(EAST + 100, NORTH, EAST + 200, NORTH + 0.01)
    told = reshape_parcel(county, OFFICER, "P1", splinter, how(accepted=True))
    assert (told.stored, told.may_be_accepted) == (False, False)


def test_a_drawn_parcel_meets_its_neighbours_and_is_there_from_its_day_on(county: Store) -> None:
    shape = box(EAST + 300.003, NORTH, EAST + 350, NORTH + 100)
    done = draw_parcel(county, OFFICER, {"parcel_no": "N1", "village": "东村"}, shape, how())
    assert done.stored
    assert row(county, "N1")["area_planar_m2"] == pytest.approx(5_000, abs=1e-6)
    assert numbers(county, date(2026, 5, 31)) == ["P0", "P1", "P2"]
    with pytest.raises(InvalidRow, match="taken"):
        draw_parcel(county, OFFICER, {"parcel_no": "N1"}, shape, how())
    with pytest.raises(InvalidRow):
        draw_parcel(county, OFFICER, {"village": "东村"}, shape, how())
