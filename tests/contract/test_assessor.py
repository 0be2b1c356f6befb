"""An assessment that follows the changes is the one that looks at everything, on every store, by whatever way."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.analysis.overview import Overview
from gis.model import HoldReason, Stage
from gis.store.port import Store, Writer
from gis.workflows.assess_store import ASSESSED_LAYERS, assess_in_full, assess_store, assess_to_keep
from gis.workflows.keep_assessment import Assessor, follow, keep, writing_assessed
from gis.workflows.kept_rows import overview_from, rows_of
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, hold, parcels, projects, stages

ON = date(2026, 6, 30)
STEPS = 12
STAGES = [stage.value for stage in Stage][1:]


def sites(random: np.random.Generator, codes: list[str]) -> gpd.GeoDataFrame:
    """Projects somewhere on the ten parcels: an area, a road or a point."""
    shapes = []
    for _ in codes:
        x, y = EAST + random.uniform(0, 900), NORTH + random.uniform(-50, 100)
        kinds = (
            shapely.box(x, y, x + 150, y + 60),
            shapely.LineString([(x, y), (x + 300, y + 20)]),
            shapely.Point(x, y),
        )
        shapes.append(kinds[random.integers(3)])
    frame = projects(codes, category="industry", planned_start_on=pd.Timestamp("2026-09-01"))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def change(random: np.random.Generator, writer: Writer) -> None:
    """One of the things that people do: a step, a hold, a parcel redrawn or added, a project moved, a plan."""
    number = f"P{random.integers(10)}"
    day = f"2026-0{random.integers(1, 7)}-1{random.integers(10)}"
    match random.integers(6):
        case 0 | 1:
            writer.append("parcel_event", stages(number, (str(random.choice(STAGES)), day)))
        case 2:
            writer.append("parcel_event", hold(number, day, HoldReason.DISPUTE.value))
        case 3:
            moved = parcels(1, first=int(random.integers(12)))
            writer.put("parcel", moved.set_geometry(moved.translate(random.uniform(-60, 60), 0)))
        case 4:
            writer.put("project", sites(random, [f"X{random.integers(4)}"]))
        case _:
            plan = {"project_code": ["X0"], "year": [2026], "plan_wan": [float(random.integers(1, 9))]}
            writer.append("project_plan", pd.DataFrame(plan))


@pytest.fixture
def county(store: Store) -> Store:
    """Ten parcels side by side, three projects somewhere on them, and a zone across some."""
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(10))
        writer.put("project", sites(np.random.default_rng(7), ["X0", "X1", "X2"]))
        zone = {"zone_no": ["Z1"], "name": ["农田"], "kind": ["permanent_basic_farmland"]}
        shape = shapely.box(EAST + 200, NORTH - 40, EAST + 600, NORTH + 90)
        writer.put("zone", gpd.GeoDataFrame(zone, geometry=[shape], crs=CRS))
    return store


def assert_whole(overview: Overview, store: Store, on: date = ON) -> None:
    """The overview is what assessing everything gives, to the last bit."""
    whole = assess_store(store, OFFICER, on)
    pd.testing.assert_frame_equal(overview.projects, whole.projects, check_exact=True)
    pd.testing.assert_frame_equal(overview.conflicts, whole.conflicts, check_exact=True)


def assert_in_full(overview: Overview, store: Store) -> None:
    """Each project looked at by itself is what assessing everything gives."""
    whole = assess_store(store, OFFICER, overview.on)
    for table in ("parts", "blocking", "overlaps"):
        pieces = [getattr(assess_in_full(store, overview, [code]), table) for code in overview.projects.index]
        filled = [piece for piece in pieces if len(piece)]
        expected = getattr(whole, table)
        found = pd.concat(filled, ignore_index=True) if filled else expected.iloc[:0]
        pd.testing.assert_frame_equal(found, expected, check_exact=True, obj=table)


def test_a_write_that_keeps_the_assessment_leaves_what_assessing_everything_gives(county: Store) -> None:
    random = np.random.default_rng(11)
    keep(county)
    follower = Assessor(county)
    follower.at(ON)
    for _ in range(STEPS):
        with writing_assessed(county, OFFICER) as writer:
            change(random, writer)
        kept = county.results()
        assert kept is not None
        assert (kept.on, kept.version) == (ON, county.version(ASSESSED_LAYERS))
        whole = assess_to_keep(county, ON)
        assert kept.rows == rows_of(whole.overview)
        pd.testing.assert_frame_equal(county.kept_parts(), whole.parts, check_exact=True)
        assert_whole(overview_from(kept.on, kept.rows), county)
        assert_whole(follower.at(ON).overview, county)


def test_writes_that_keep_nothing_are_caught_up_with(county: Store) -> None:
    random = np.random.default_rng(13)
    for _ in range(STEPS // 2):
        with county.writing(OFFICER) as writer:
            change(random, writer)
        assert_whole(Assessor(county).at(ON).overview, county)
    assert_in_full(Assessor(county).at(ON).overview, county)


def test_a_day_that_is_not_kept_follows_the_changes_too(county: Store) -> None:
    random, on = np.random.default_rng(17), date(2026, 4, 15)
    assessor = Assessor(county)
    assessor.at(on)
    for _ in range(STEPS // 2):
        with county.writing(OFFICER) as writer:
            change(random, writer)
        assert_whole(assessor.at(on).overview, county, on)
    assert_in_full(assessor.at(on).overview, county)
    assert county.results() is None


class Changed(Exception):
    """Somebody changed their mind."""


@pytest.mark.parametrize("writing", [writing_assessed, lambda store, actor: store.writing(actor)])
def test_a_write_that_is_rolled_back_leaves_the_kept_assessment_as_it_was(county: Store, writing: Any) -> None:
    keep(county)
    before = county.results()
    with suppress(Changed), writing(county, OFFICER) as writer:
        writer.append("parcel_event", stages("P3", ("cleared", "2026-06-01")))
        assert follow(county, writer)
        assert writer.results() != before
        raise Changed
    assert county.results() == before


@pytest.mark.parametrize("writing", [writing_assessed, lambda store, actor: store.writing(actor)])
def test_a_project_that_is_retired_leaves_the_assessment(county: Store, writing: Any) -> None:
    """In the kept results, for who has read them before and for who has not; it may come back."""
    before = Assessor(county)
    assert "X1" in before.at(ON).overview.projects.index
    with writing(county, OFFICER) as writer:
        writer.retire("project", ("X1",), date(2026, 6, 1))
    for assessor in (before, Assessor(county)):
        assert_whole(assessor.at(ON).overview, county)
        assert assessor.at(ON).overview.projects.index.tolist() == ["X0", "X2"]
    with writing(county, OFFICER) as writer:
        writer.put("project", sites(np.random.default_rng(8), ["X1"]), on=date(2026, 6, 2))
    assert_whole(before.at(ON).overview, county)


def test_the_last_project_that_is_retired_leaves_an_assessment_of_none(county: Store) -> None:
    before = Assessor(county)
    assert len(before.at(ON).overview.projects) == 3
    with writing_assessed(county, OFFICER) as writer:
        writer.retire("project", ("X0", "X1", "X2"), date(2026, 6, 1))
    assert [before.at(ON).overview.projects.empty, Assessor(county).at(ON).overview.projects.empty] == [True, True]
