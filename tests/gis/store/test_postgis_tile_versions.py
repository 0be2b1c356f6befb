"""A tile's version is another one whenever the tile is, whoever writes, and a change elsewhere leaves it as it is."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from gis.maps.tiles import TILE_LAYERS, Tile
from gis.model import LOCAL_ACTOR, Stage
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.draw_tile import TileDrawer
from tests.gis.store.tile_samples import CRS, EAST, NORTH

HERE, AWAY = Tile(14, 13380, 6599), Tile(14, 13386, 6599)  # six tiles to the east: 12.3 km
STEP_M = 3_000.0
PARCEL = TILE_LAYERS["parcel"]


def put(store: Store, places: dict[int, float], side: float = 40.0) -> None:
    """Parcel number → metres east of the corner."""
    shapes = [box(EAST + x, NORTH, EAST + x + side, NORTH + side) for x in places.values()]
    frame = gpd.GeoDataFrame({"parcel_no": [str(n) for n in places]}, geometry=shapes, crs=CRS)
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", frame, on=date(2026, 1, 1))


def put_and_give_up(store: Store) -> None:
    with store.writing(LOCAL_ACTOR) as writer:
        frame = gpd.GeoDataFrame({"parcel_no": ["9"]}, geometry=[box(EAST, NORTH, EAST + 9, NORTH + 9)], crs=CRS)
        writer.put("parcel", frame)
        raise RuntimeError("given up")


def tell(store: Store, number: int, stage: Stage, on: str = "2026-01-05") -> None:
    row = {"parcel_no": [str(number)], "kind": "stage", "stage": stage.value, "override_reason": "示例"}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", pd.DataFrame(row).assign(on_date=pd.Timestamp(on)))


def run(dsn: str, statement: str, *bound: Any) -> None:
    """As another program."""
    with closing(psycopg2.connect(dsn)) as other, other, other.cursor() as cursor:
        cursor.execute(statement, bound)


def version(store: Store, tile: Tile, on: date | None = None) -> str:
    return TileDrawer(store).version(PARCEL, tile, on)


def test_a_change_here_leaves_tiles_away_from_it_as_they_are(store: Store) -> None:
    put(store, {1: 0.0, 2: 12_300.0})
    here, away = version(store, HERE), version(store, AWAY)
    tell(store, 1, Stage.SURVEY)
    assert version(store, HERE) != here
    assert version(store, AWAY) == away
    tell(store, 2, Stage.SURVEY)
    assert version(store, AWAY) != away


def test_a_parcel_that_moves_changes_the_tiles_that_it_leaves_and_enters(store: Store, postgis_dsn: str) -> None:
    put(store, {1: 0.0, 2: 0.0, 3: 12_300.0})
    here, away = version(store, HERE), version(store, AWAY)
    run(postgis_dsn, "UPDATE guatu.parcel SET geometry = ST_Translate(geometry, 12300, 0) WHERE parcel_no = '1'")
    assert version(store, HERE) != here
    assert version(store, AWAY) != away


def test_a_large_parcel_changes_every_tile_that_it_reaches(store: Store, postgis_dsn: str) -> None:
    put(store, {1: 0.0}, side=20_000.0)
    before = [version(store, tile) for tile in (HERE, AWAY)]
    run(postgis_dsn, "UPDATE guatu.parcel SET stage = 'approved'")
    assert all(version(store, tile) != was for tile, was in zip((HERE, AWAY), before, strict=True))


def test_deleting_and_emptying_are_changes(store: Store, postgis_dsn: str) -> None:
    nothing = version(store, HERE)
    put(store, {1: 0.0, 2: 100.0})
    seen = {nothing, version(store, HERE)}
    run(postgis_dsn, "DELETE FROM guatu.parcel WHERE parcel_no = '1'")
    assert version(store, HERE) not in seen
    run(postgis_dsn, "TRUNCATE guatu.parcel")
    assert version(store, HERE) == nothing


def test_a_write_that_is_taken_back_is_none(store: Store) -> None:
    put(store, {1: 0.0})
    before = version(store, HERE)
    with pytest.raises(RuntimeError, match="given up"):
        put_and_give_up(store)
    assert version(store, HERE) == before


def test_every_day_that_shows_the_present_has_its_version_and_no_other_day(store: Store) -> None:
    put(store, {1: 0.0})
    tell(store, 1, Stage.SURVEY, on="2026-02-01")
    now = version(store, HERE)
    assert version(store, HERE, date(2026, 2, 1)) == version(store, HERE, date(2026, 6, 1)) == now
    past = [version(store, HERE, date(2026, 1, day)) for day in (30, 31)]
    assert len({now, *past}) == 3


def test_far_tiles_and_other_layers_have_a_new_version_with_every_change(store: Store) -> None:
    put(store, {1: 0.0, 2: 12_300.0})
    tiles = [Tile(9, 418, 206), Tile(10, 836, 412)]
    before = [version(store, tile) for tile in tiles]
    tell(store, 2, Stage.SURVEY)
    assert all(version(store, tile) != was for tile, was in zip(tiles, before, strict=True))


def test_a_file_gives_a_new_version_with_every_change_and_day(tmp_path: Path) -> None:
    with closing(create_store(tmp_path / "a.gpkg", name="示例县", crs=CRS, actor=LOCAL_ACTOR)) as store:
        put(store, {1: 0.0})
        before = {version(store, HERE, date(2026, 6, day)) for day in (1, 2)}
        assert len(before) == 2
        tell(store, 1, Stage.SURVEY)
        assert version(store, HERE, date(2026, 6, 1)) not in before


places = st.integers(-2, 6).map(lambda n: n * STEP_M / 2)
writes = st.one_of(
    st.tuples(st.just("put"), st.dictionaries(st.integers(0, 3), places, min_size=1), st.sampled_from([40.0, 5000.0])),
    st.tuples(st.just("tell"), st.integers(0, 3), st.sampled_from(list(Stage)[1:])),
    st.tuples(st.just("move"), st.integers(0, 3), st.sampled_from([-2000.0, 1500.0])),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(writes, max_size=5))
def test_no_tile_changes_without_its_version(store: Store, postgis_dsn: str, steps: list[Any]) -> None:
    drawer = TileDrawer(store)
    tiles = [Tile(14, x, y) for x in range(13378, 13386) for y in (6598, 6599)] + [Tile(12, 3345, 1649)]
    tiles += [Tile(11, 1672, 824), Tile(16, 53521, 26399)]
    seen: dict[tuple[Tile, str], bytes] = {}
    known = set()
    for kind, what, how in [*steps, ("move", 0, 0.0)]:
        if kind == "put":
            put(store, what, how)
            known |= set(what)
        elif kind == "tell" and what in known:
            tell(store, what, how)
        elif kind == "move":
            statement = "UPDATE guatu.parcel SET geometry = ST_Translate(geometry, %s, 0) WHERE parcel_no = %s"
            run(postgis_dsn, statement, how, str(what))
        for tile in tiles:
            drawn = drawer.draw(PARCEL, tile)
            assert seen.setdefault((tile, drawer.version(PARCEL, tile)), drawn) == drawn
