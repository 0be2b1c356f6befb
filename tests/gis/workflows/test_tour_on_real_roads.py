"""A tour of sixty sites spread over Liechtenstein, on its real roads, from wishes to files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import gpxpy
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.crs import lonlat_of
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Store
from gis.tours.assembly import RouteWish
from gis.tours.check import faults
from gis.tours.spec import TourSpec, read_spec
from gis.tours.timing import time_order
from gis.workflows.export_tour import KINDS, export_tour_files
from gis.workflows.import_roads import import_roads
from gis.workflows.keep_assessment import Assessor
from gis.workflows.plan_tour import Search, plan_tour, time_tour
from gis.workflows.tour_board import TourGround
from gis.workflows.tour_book import NewPlan, new_tour, save_plan
from gis.workflows.tour_lines import tour_lines
from gis.workflows.tour_travel import Travels

pytestmark = pytest.mark.real_data
CRS = "EPSG:32632"
SITES, TOWNS = 60, 6
ON = date(2026, 6, 30)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[TourGround]:
    """Roads of the country; a site at every so-many-eth road, in six towns from south to north."""
    place = tmp_path_factory.mktemp("liechtenstein") / "county.gpkg"
    with closing(create_store(place, name="示例", crs=CRS, actor=LOCAL_ACTOR, data_on=ON, is_sample=True)) as store:
        import_roads(store, LOCAL_ACTOR, shared_data / "roads" / "liechtenstein.osm.pbf")
        _settle(store)
        yield TourGround(store, Assessor(store).at(ON).overview, Travels(store))


def _settle(store: Store) -> None:
    roads = store.read("road").sort_values("road_no", kind="stable")
    every = roads.geometry.to_numpy()[:: len(roads) // SITES][:SITES]
    at = shapely.get_coordinates(shapely.line_interpolate_point(every, 0.5, normalized=True)) + 30.0
    at = at[np.argsort(at[:, 1], kind="stable")]
    west, south, east, north = roads.total_bounds
    sides = np.linspace(south, north, TOWNS + 1)
    towns = {
        "code": [f"T{i}" for i in range(TOWNS)],
        "name": [f"示例{i}镇" for i in range(TOWNS)],
        "level": ["town"] * TOWNS,
    }
    areas = [shapely.box(west, low, east, high) for low, high in pairwise(sides)]
    of_town = np.clip(np.searchsorted(sides, at[:, 1]) - 1, 0, TOWNS - 1)
    sites = {
        "code": [f"P{i:02d}" for i in range(SITES)],
        "name": [f"示例项目{i}" for i in range(SITES)],
        "level": ["county"] * SITES,
        "total_wan": 1000.0 * (1 + np.arange(SITES) * 7 % SITES),
        "located_in_town": [f"T{i}" for i in of_town],
    }
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("town", gpd.GeoDataFrame(pd.DataFrame(towns), geometry=areas, crs=CRS))
        writer.put("project", gpd.GeoDataFrame(pd.DataFrame(sites), geometry=gpd.points_from_xy(*at.T), crs=CRS))


def wishes(**more: object) -> TourSpec:
    """A day and a half from the middle of the country, every town shown, lunch on the way."""
    days = [
        {"date": "2026-12-08", "from": "08:30", "until": "17:30", "start": "town:T3", "end": "town:T3"},
        {"date": "2026-12-09", "from": "08:30", "until": "12:00", "start": "town:T3", "end": "town:T3"},
    ]
    asked = {
        "title": "观摩",
        "days": days,
        "lunch": {"from": "11:30", "until": "13:00", "minutes": 60},
        "limits": [{"by": "town", "at_least": 1}],
        "minutes_per_town": 120,
        "sites": [{"code": "P00", "must": True}],
    }
    return read_spec({**asked, **more})


def test_a_tour_on_real_roads_meets_every_wish(ground: TourGround) -> None:
    spec = wishes()
    plan = plan_tour(ground, spec, Search(seconds=3))
    assert (plan.is_feasible, plan.estimated) == (True, False)
    assert "P00" in plan.codes
    assert {stop.town for day in plan.days for stop in day.stops} == {f"T{i}" for i in range(TOWNS)}
    assert [day.lunch is not None for day in plan.days] == [True, False]
    assert all(day.back <= day.must_back for day in plan.days)
    board = ground.laid_out(spec).board
    routes = [RouteWish(day.on, day.coach, tuple(stop.code for stop in day.stops)) for day in plan.days]
    timing = time_order(board.problem, board.order_of(routes)[0])
    assert faults(board.problem, timing.shifts) == ()
    # An hour's drive is more than the country is long; a minute is less than any two towns are apart.
    assert max(stop.drive_min for day in plan.days for stop in day.stops) < 60


def test_what_a_hand_changes_is_timed_the_same_way(ground: TourGround) -> None:
    spec = wishes(limits=[], sites=[])
    along = time_tour(ground, spec, [RouteWish(date(2026, 12, 8), 1, ("P00", "P01", "P58", "P59"))])
    to_and_fro = time_tour(ground, spec, [RouteWish(date(2026, 12, 8), 1, ("P00", "P58", "P01", "P59"))])
    assert along.value == to_and_fro.value
    assert along.minutes < to_and_fro.minutes


def test_the_lines_follow_the_roads(ground: TourGround) -> None:
    spec = wishes(limits=[], sites=[])
    plan = time_tour(ground, spec, [RouteWish(date(2026, 12, 8), 1, ("P05", "P55"))])
    (legs, none) = tour_lines(ground.travels, plan)
    assert none == ()
    assert len(legs) == 3
    roads = shapely.union_all(ground.store.read("road").geometry.to_numpy())
    lonlat = lonlat_of(shapely.get_coordinates(roads), CRS)
    tree = shapely.STRtree(shapely.points(lonlat))
    for leg in legs:
        line = shapely.points(np.array(leg))
        assert len(line) > 5
        # Every bend of the route is a bend of a road, but for its two ends (a hundred-thousandth of a degree is 1 m).
        assert tree.query_nearest(line[1:-1], return_distance=True)[1].max() < 2e-5


def test_every_file_goes_out(ground: TourGround, tmp_path: Path) -> None:
    spec = wishes(limits=[], sites=[])
    plan = time_tour(ground, spec, [RouteWish(date(2026, 12, 8), 1, ("P05", "P30", "P55"))])
    tour_no = new_tour(ground.store, LOCAL_ACTOR, spec)
    plan_no = save_plan(ground.store, LOCAL_ACTOR, tour_no, NewPlan("方案", spec, plan))
    files = export_tour_files(ground, plan_no, tmp_path)
    assert sorted(file.suffix[1:] for file in files) == sorted(KINDS)
    assert all(file.stat().st_size > 500 for file in files)
    gpx = gpxpy.parse(io.StringIO(next(f for f in files if f.suffix == ".gpx").read_text(encoding="utf-8")))
    assert gpx.tracks[0].length_2d() > 10_000
