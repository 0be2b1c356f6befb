"""
The assessor keeps its last results and assesses anew only what changed.

Two projects of 100 × 100 m, each on its own parcel; EPSG:4547.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.analysis import assessment as analysis
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Change, Store
from gis.workflows import assess_store
from gis.workflows.assess_store import Assessor, changed_keys, default_day

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


def clear(store: Store, parcel_no: str, on: date) -> None:
    event = {"parcel_no": [parcel_no], "kind": ["stage"], "stage": ["cleared"], "on_date": pd.to_datetime([on])}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", pd.DataFrame(event))


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the assessor asked for: "all" for a full assessment, else the changes."""
    asked: list[object] = []

    def full(inputs: analysis.Inputs) -> analysis.Assessment:
        asked.append("all")
        return analysis.assess(inputs)

    def part(previous: analysis.Assessment, source: analysis.Source, changes: analysis.Changes) -> analysis.Assessment:
        asked.append(changes)
        return analysis.reassess(previous, source, changes)

    monkeypatch.setattr(assess_store, "assess", full)
    monkeypatch.setattr(assess_store, "reassess", part)
    return asked


def test_an_unchanged_store_is_assessed_once(store: Store, touched: list[object]) -> None:
    assessor = Assessor(store)
    assert assessor.at(ON) is assessor.at(ON)
    assert touched == ["all"]


def test_one_parcel_s_event_reassesses_that_parcel_only(store: Store, touched: list[object]) -> None:
    assessor = Assessor(store)
    before = assessor.at(ON).assessment.projects["ready_m2"]
    clear(store, "P2", date(2026, 10, 1))
    after = assessor.at(ON).assessment.projects["ready_m2"]
    assert touched == ["all", analysis.Changes(parcels=frozenset({"P2"}))]
    assert before.to_dict() == {"A": 0.0, "B": 0.0}
    assert after.to_dict() == pytest.approx({"A": 0.0, "B": 10_000.0})


def test_what_was_assessed_in_parts_equals_what_is_assessed_whole(store: Store) -> None:
    assessor = Assessor(store)
    assessor.at(ON)
    clear(store, "P1", date(2026, 10, 1))
    in_parts, whole = assessor.at(ON).assessment, assess_store.assess_store(store, LOCAL_ACTOR, ON)
    pd.testing.assert_frame_equal(in_parts.projects, whole.projects)
    pd.testing.assert_frame_equal(in_parts.parts, whole.parts)
    pd.testing.assert_frame_equal(in_parts.blocking, whole.blocking)


def test_an_event_after_the_day_leaves_that_day_s_land_as_it_was(store: Store) -> None:
    assessor = Assessor(store)
    clear(store, "P1", date(2026, 11, 2))
    assert assessor.at(ON).assessment.projects.loc["A", "ready_m2"] == 0
    assert assessor.at(date(2026, 11, 2)).assessment.projects.loc["A", "ready_m2"] == pytest.approx(10_000)


def test_only_the_days_last_asked_for_are_kept(store: Store, touched: list[object]) -> None:
    assessor = Assessor(store, days_kept=2)
    for day in (29, 30, 31, 29):
        assessor.at(date(2026, 10, day))
    assert touched == ["all"] * 4


def test_a_changed_rule_or_zone_means_everything_may_have_changed() -> None:
    assert changed_keys((Change(1, "zone", "Z1"),)) is None
    assert changed_keys((Change(1, "rule_parameter", "land.ready_stage"),)) is None
    assert changed_keys((Change(1, "parcel", None),)) is None


def test_ledger_changes_count_for_the_project_or_parcel_they_belong_to() -> None:
    changes = (Change(1, "progress_report", "A"), Change(2, "parcel_event", "P1"), Change(3, "import_log", "x"))
    assert changed_keys(changes) == analysis.Changes(frozenset({"A"}), frozenset({"P1"}))


def test_a_sample_is_looked_at_on_its_own_day(tmp_path: Path, store: Store) -> None:
    sample = create_store(
        tmp_path / "sample.gpkg", name="示例", crs="EPSG:4547", actor=LOCAL_ACTOR, data_on=ON, is_sample=True
    )
    assert default_day(sample) == ON
    assert default_day(store) == date.today()
    sample.close()
