"""
An assessment is made once, kept, and made anew only where something changed.

Two projects of 100 × 100 m, each on its own parcel; EPSG:4547.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.analysis import assessment as analysis
from gis.analysis.overview import Brief, assess_briefly
from gis.errors import NotAllowed
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Change, Store
from gis.words import Words
from gis.workflows import assess_store, keep_assessment
from gis.workflows.assess_store import changed_keys, default_day
from gis.workflows.keep_assessment import Assessor, writing_assessed
from gis.workflows.verify_store import differing_assessments

ON = date(2026, 10, 31)


def lots(key: str, *names: str) -> gpd.GeoDataFrame:
    boxes = [shapely.box(500_000 + 200 * i, 3_650_000, 500_100 + 200 * i, 3_650_100) for i in range(len(names))]
    return gpd.GeoDataFrame({key: list(names), "name": list(names)}, geometry=boxes, crs="EPSG:4547")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = create_store(tmp_path / "county.gpkg", name="示例", crs="EPSG:4547", actor=LOCAL_ACTOR)
    with made.writing(LOCAL_ACTOR) as writer:
        writer.put("project", lots("code", "A", "B"))
        writer.put("parcel", lots("parcel_no", "P1", "P2"))
    yield made
    made.close()


def cleared(parcel_no: str, on: date) -> pd.DataFrame:
    event = {"parcel_no": [parcel_no], "kind": ["stage"], "stage": ["cleared"], "on_date": pd.to_datetime([on])}
    return pd.DataFrame(event)


def clear(store: Store, parcel_no: str, on: date) -> None:
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", cleared(parcel_no, on))


@pytest.fixture
def assessed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The projects of each assessment that was made."""
    made: list[list[str]] = []

    def watched(inputs: analysis.Inputs, kept: analysis.Kept | None = None) -> Brief:
        made.append(list(inputs.projects["code"]))
        return assess_briefly(inputs, kept)

    monkeypatch.setattr(assess_store, "assess_briefly", watched)
    return made


@pytest.mark.parametrize("on", [date.today(), ON])
def test_an_unchanged_store_is_assessed_once(store: Store, assessed: list[list[str]], on: date) -> None:
    assessor = Assessor(store)
    assert assessor.at(on) is assessor.at(on)
    assert assessed == [["A", "B"]]


def test_the_day_that_people_look_at_is_assessed_once_for_all_processes(
    store: Store, assessed: list[list[str]]
) -> None:
    first, second = Assessor(store).at(date.today()), Assessor(store).at(date.today())
    assert assessed == [["A", "B"]]
    pd.testing.assert_frame_equal(first.overview.projects, second.overview.projects, check_exact=True)


@pytest.mark.parametrize(("on", "anew"), [(date.today(), []), (ON, [["B"]])])
def test_one_parcel_s_event_assesses_the_project_on_it_alone(
    store: Store, assessed: list[list[str]], on: date, anew: list[list[str]]
) -> None:
    """On the day whose assessment is kept, it is not even cut again."""
    assessor = Assessor(store)
    before = assessor.at(on).overview.projects["ready_m2"]
    clear(store, "P2", date(2026, 10, 1))
    after = assessor.at(on).overview.projects["ready_m2"]
    assert assessed == [["A", "B"], *anew]
    assert before.to_dict() == {"A": 0.0, "B": 0.0}
    assert after.to_dict() == pytest.approx({"A": 0.0, "B": 10_000.0})


def test_a_write_assesses_what_it_touches_and_readers_need_not(store: Store, assessed: list[list[str]]) -> None:
    assessor = Assessor(store)
    assessor.at(date.today())
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.append("parcel_event", cleared("P2", date(2026, 10, 1)))
    for one in (assessor, Assessor(store)):
        assert one.at(date.today()).overview.projects["ready_m2"].to_dict() == pytest.approx({"A": 0.0, "B": 10_000.0})
    assert assessed == [["A", "B"]]  # of its parcel's event the project is judged by the land that was kept


def two_parcels_on_one_project(store: Store, east: float) -> None:
    """P1 and P9 lie on project A, the second ``east`` metres from the first."""
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("project", lots("code", "A"))
        shapes = [shapely.box(500_000 + x, 3_650_000, 500_060 + x, 3_650_100) for x in (0, east)]
        numbers = {"parcel_no": ["P1", "P9"], "name": ["P1", "P9"]}
        writer.put("parcel", gpd.GeoDataFrame(numbers, geometry=shapes, crs="EPSG:4547"))


@pytest.mark.parametrize(("east", "again"), [(60, []), (40, [["A"]])])
def test_an_event_cuts_a_project_s_land_again_only_where_parcels_overlap(
    store: Store, assessed: list[list[str]], east: float, again: list[list[str]]
) -> None:
    """Parcels of 60 × 100 m, 60 m or 40 m apart: of the latter both lie on 2,000 m², which are not counted as ready."""
    two_parcels_on_one_project(store, east)
    keep_assessment.keep(store)
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.append("parcel_event", cleared("P1", date(2026, 10, 1)))
    assert assessed == [["A", "B"], *again]
    project = Assessor(store).at(date.today()).overview.projects.loc["A"]
    assert project["ready_m2"] == pytest.approx(6_000 if east == 60 else 4_000)
    assert project["overlap_m2"] == pytest.approx(0 if east == 60 else 2_000)


def test_of_the_projects_on_a_parcel_those_alone_are_cut_again_where_parcels_overlap(
    store: Store, assessed: list[list[str]]
) -> None:
    """P1 lies on A, where P9 overlaps it, and on C, where nothing does."""
    two_parcels_on_one_project(store, 40)
    with store.writing(LOCAL_ACTOR) as writer:
        corner = shapely.box(500_000, 3_650_000, 500_030, 3_650_100)
        writer.put("project", lots("code", "C").set_geometry([corner], crs="EPSG:4547"))
    keep_assessment.keep(store)
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.append("parcel_event", cleared("P1", date(2026, 10, 1)))
    assert assessed == [["A", "B", "C"], ["A"]]
    ready = Assessor(store).at(date.today()).overview.projects["ready_m2"]
    assert ready.to_dict() == pytest.approx({"A": 4_000, "B": 0, "C": 3_000})
    assert list(differing_assessments(store)) == []


def test_a_parcel_drawn_anew_and_stepped_on_in_one_write_is_cut_again(store: Store, assessed: list[list[str]]) -> None:
    keep_assessment.keep(store)
    half = lots("parcel_no", "P1").set_geometry([shapely.box(500_000, 3_650_000, 500_050, 3_650_100)], crs="EPSG:4547")
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.put("parcel", half)
        writer.append("parcel_event", cleared("P1", date(2026, 10, 1)))
    assert assessed[1:] == [["A"]]
    project = Assessor(store).at(date.today()).overview.projects.loc["A"]
    assert (project["ready_m2"], project["uncovered_m2"]) == pytest.approx((5_000, 5_000))


def test_an_event_of_a_parcel_on_nobody_s_land_touches_no_project(store: Store, assessed: list[list[str]]) -> None:
    with store.writing(LOCAL_ACTOR) as writer:
        far = lots("parcel_no", "P7").translate(0, 5_000)
        writer.put("parcel", lots("parcel_no", "P7").set_geometry(far))
    keep_assessment.keep(store)
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.append("parcel_event", cleared("P7", date(2026, 10, 1)))
    kept = store.results()
    assert kept is not None
    assert kept.version == store.version(assess_store.ASSESSED_LAYERS)
    assert assessed == [["A", "B"]]


def test_a_parcel_that_moves_touches_the_project_that_it_leaves_and_the_one_that_it_reaches(
    store: Store, assessed: list[list[str]]
) -> None:
    assessor = Assessor(store)
    assessor.at(date.today())
    moved = lots("parcel_no", "P1", "P2").iloc[1:]
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.put("parcel", moved.set_geometry(moved.translate(-200, 0)))
    assert sorted(assessed[1]) == ["A", "B"]


def test_a_write_that_touches_too_much_leaves_it_to_the_reader(
    store: Store, assessed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_assessment, "MOST_FOLLOWED", 1)
    Assessor(store).at(date.today())
    kept = store.results()
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        for number in ("P1", "P2"):
            writer.append("parcel_event", cleared(number, date(2026, 10, 1)))
    assert (assessed, store.results()) == ([["A", "B"]], kept)
    after = Assessor(store).at(date.today()).overview.projects["ready_m2"]
    assert after.to_dict() == pytest.approx({"A": 10_000.0, "B": 10_000.0})


def test_verify_names_a_project_whose_kept_assessment_is_not_what_assessing_gives(store: Store) -> None:
    keep_assessment.keep(store)
    assert list(differing_assessments(store)) == []
    kept = store.results()
    assert kept is not None
    rows = {"A": kept.rows["A"].replace('"uncovered_m2": 0.0', '"uncovered_m2": 1.5')}
    assert rows["A"] != kept.rows["A"]
    with store.writing(LOCAL_ACTOR) as writer:
        writer.keep_results(replace(kept, rows=rows), whole=False)
    assert [(finding.rule, finding.key) for finding in differing_assessments(store)] == [("assessment_current", "A")]
    clear(store, "P1", date(2026, 10, 1))
    assert list(differing_assessments(store)) == []


def test_verify_names_a_project_whose_kept_parts_are_not_those_of_its_land(store: Store) -> None:
    keep_assessment.keep(store)
    kept = store.results(keys=["B"])
    assert kept is not None
    parts = store.kept_parts(["P2"]).assign(whole_m2=9_999.0)
    with store.writing(LOCAL_ACTOR) as writer:
        writer.keep_results(replace(kept, parts=parts), whole=False)
    assert [(finding.rule, finding.key) for finding in differing_assessments(store)] == [("assessment_current", "B")]


def test_what_another_program_made_is_not_taken_for_ours(
    store: Store, assessed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    Assessor(store).at(date.today())
    monkeypatch.setattr(keep_assessment, "edition", lambda: "another")
    Assessor(store).at(date.today())
    assert assessed == [["A", "B"]] * 2


def test_a_store_that_cannot_be_written_to_is_assessed_all_the_same(
    store: Store, assessed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise NotAllowed(Words("只读", "read-only"))

    monkeypatch.setattr(keep_assessment, "keep", refuse)
    assessor = Assessor(store)
    assert list(assessor.at(date.today()).overview.projects.index) == ["A", "B"]
    clear(store, "P2", date(2026, 10, 1))
    assert assessor.at(date.today()).overview.projects.loc["B", "ready_m2"] == pytest.approx(10_000)
    assert assessed == [["A", "B"], ["B"]]
    assert store.results() is None


def test_a_county_without_projects_is_kept_too(tmp_path: Path) -> None:
    store = create_store(tmp_path / "bare.gpkg", name="示例", crs="EPSG:4547", actor=LOCAL_ACTOR)
    Assessor(store).at(date.today())
    kept = store.results()
    assert kept is not None
    assert kept.rows == {}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", lots("parcel_no", "P1"))
    assert len(Assessor(store).at(date.today()).overview.projects) == 0
    with store.writing(LOCAL_ACTOR):  # the store is free: nobody writes what is kept already
        assert len(Assessor(store).at(date.today()).overview.projects) == 0
    store.close()


def test_pieces_of_a_county_give_what_the_whole_gives(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = assess_store.assess_overview(store, ON)
    monkeypatch.setattr(assess_store, "PIECE", 1)
    pd.testing.assert_frame_equal(assess_store.assess_overview(store, ON).projects, whole.projects, check_exact=True)
    in_full = [list(piece.projects.index) for piece in assess_store.assess_all_in_full(store, whole)]
    assert in_full == [["A"], ["B"]]


def test_an_event_after_the_day_leaves_that_day_s_land_as_it_was(store: Store) -> None:
    assessor = Assessor(store)
    clear(store, "P1", date(2026, 11, 2))
    assert assessor.at(ON).overview.projects.loc["A", "ready_m2"] == 0
    assert assessor.at(date(2026, 11, 2)).overview.projects.loc["A", "ready_m2"] == pytest.approx(10_000)


def test_only_the_days_last_asked_for_are_kept(store: Store, assessed: list[list[str]]) -> None:
    assessor = Assessor(store, days_kept=2)
    for day in (29, 30, 31, 29):
        assessor.at(date(2026, 10, day))
    assert assessed == [["A", "B"]] * 4


def test_a_changed_rule_or_zone_means_everything_may_have_changed() -> None:
    assert changed_keys((Change(1, "zone", "Z1"),)) is None
    assert changed_keys((Change(1, "rule_parameter", "land.ready_stage"),)) is None
    assert changed_keys((Change(1, "parcel", None),)) is None


def test_ledger_changes_count_for_the_project_or_parcel_they_belong_to() -> None:
    changes = (Change(1, "progress_report", "A"), Change(2, "parcel_event", "P1"), Change(3, "import_log", "x"))
    assert changed_keys(changes) == analysis.Changes(frozenset({"A"}), frozenset({"P1"}))


def test_parcels_of_which_more_than_events_changed_are_told() -> None:
    by_events = (Change(1, "parcel_event", "P1"), Change(2, "parcel", "P1", by_events=True))
    found = changed_keys(by_events)
    assert found == analysis.Changes(parcels=frozenset({"P1"}))
    assert found.are_events
    found = changed_keys((*by_events, Change(3, "parcel", "P1")))
    assert found == analysis.Changes(parcels=frozenset({"P1"}), replaced=frozenset({"P1"}))
    assert not found.are_events


def test_a_sample_is_looked_at_on_its_own_day(tmp_path: Path, store: Store) -> None:
    sample = create_store(
        tmp_path / "sample.gpkg", name="示例", crs="EPSG:4547", actor=LOCAL_ACTOR, data_on=ON, is_sample=True
    )
    assert default_day(sample) == ON
    assert default_day(store) == date.today()
    sample.close()


def test_land_that_a_changed_rule_widens_is_found_from_the_parcels_on_it(store: Store) -> None:
    road = gpd.GeoSeries([shapely.LineString([(500_000, 3_651_000), (501_000, 3_651_000)])], crs="EPSG:4547")
    field = gpd.GeoSeries([shapely.box(500_000, 3_651_400, 501_000, 3_651_600)], crs="EPSG:4547")
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.put("project", gpd.GeoDataFrame({"code": ["R"], "name": ["路"]}, geometry=road))
        writer.put("parcel", gpd.GeoDataFrame({"parcel_no": ["F"]}, geometry=field))
    assessor = Assessor(store)
    assert list(assess_store.assess_on_parcel(store, assessor.at(ON).overview, "F").projects.index) == []
    wider = {"code": ["land.default_row_width_m"], "value": [1000.0], "source": ["示例"]}
    with writing_assessed(store, LOCAL_ACTOR) as writer:
        writer.append("rule_parameter", pd.DataFrame(wider))
    assert list(assess_store.assess_on_parcel(store, assessor.at(ON).overview, "F").projects.index) == ["R"]
