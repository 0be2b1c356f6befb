"""Far tiles of a past day are those of a store whose present is that day: the same bytes, the same areas to the dm²."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg2
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from gis.analysis.stages import standing
from gis.crs import mercator_of
from gis.maps.tiles import FIRST_ZOOM_BY_BOX, HALF_WORLD_M, Tile
from gis.model import LOCAL_ACTOR, HoldReason, Query, Readiness, Stage
from gis.store import create_store
from gis.store.port import Store, StoredTile, TileSpec
from gis.store.postgis import tiles
from tests.gis.store.tile_samples import CRS, EAST, GROWTH, NORTH
from tests.postgis_databases import Databases

DAYS = [date(2025, month, 10) for month in (1, 3, 5, 7)]
BEFORE_ALL = date(2024, 12, 31)
# Of these, 30 m are small up to zoom 12, where a cell is 76.4 m of Web Mercator; 7 km are large at zoom 6 too.
SIDES = [30.0, 100.0, 900.0, 7000.0]
ZOOMS = (2, 6, 8, 10, 11, 12)


@pytest.fixture(scope="module")
def dsns(postgis_databases: Databases) -> tuple[str, str]:
    return postgis_databases.fresh(), postgis_databases.fresh()


@pytest.fixture(scope="module")
def pair(dsns: tuple[str, str]) -> Iterator[tuple[Store, Store]]:
    """A store with a past, and one whose present is made what the other's past was."""
    made = [create_store(dsn, name="示例县", crs=CRS, actor=LOCAL_ACTOR) for dsn in dsns]
    yield made[0], made[1]
    for store in made:
        store.close()


def put(
    store: Store, on: date, squares: dict[str, tuple[float, float]], since: date | None = None, **attributes: Any
) -> None:
    """Parcel number → side and how far it lies from its number's place, both in metres."""
    shapes = []
    for number, (side, shift) in squares.items():
        west, south = EAST + 45 * int(number) + shift, NORTH + 31 * int(number) - shift
        shapes.append(shapely.MultiPolygon([box(west, south, west + side, south + side)]))
    frame = gpd.GeoDataFrame({"parcel_no": list(squares), **attributes}, geometry=shapes, crs=CRS)
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", frame, on=on, since=since)


def tell(store: Store, on: date, numbers: Sequence[str], **said: str) -> None:
    """One event of each parcel: ``stage``, ``hold_reason``, or neither for a release."""
    kind = "stage" if "stage" in said else "hold" if said else "release"
    rows = pd.DataFrame({"parcel_no": list(numbers), "kind": kind, "override_reason": "示例", **said})
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", rows.assign(on_date=pd.Timestamp(on)))


def become(twin: str, store: Store, on: date) -> None:
    """The database ``twin`` holds, as its present parcels, those of ``store`` at the end of ``on``."""
    frame = store.read("parcel", Query(on=on, columns=("parcel_no", "stage", "hold_reason", "geometry")))
    held = frame["hold_reason"].astype(object).where(frame["hold_reason"].notna(), None)
    rows = zip(frame["parcel_no"], frame["stage"], held, frame.geometry.to_wkb(), strict=True)
    with closing(psycopg2.connect(twin)) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM guatu.parcel")
        cursor.executemany(
            "INSERT INTO guatu.parcel (parcel_no, stage, hold_reason, geometry) "
            "VALUES (%s, %s, %s, ST_GeomFromWKB(%s, 4547))",
            rows,
        )
        connection.commit()


def drawn(store: Store, tile: Tile, on: date | None) -> StoredTile:
    bbox = tile.box_in(CRS) if tile.z >= FIRST_ZOOM_BY_BOX else None
    made = store.tile(TileSpec("parcel", tile.z, tile.x, tile.y, bbox, None, on))
    assert made is not None
    return made


def tiles_around(zoom: int, metres: float) -> list[Tile]:
    """Those of this zoom that meet a square of so many metres from the corner."""
    corners = mercator_of(np.array([[EAST, NORTH], [EAST + metres, NORTH + metres]]), CRS)
    width = 2 * HALF_WORLD_M / (1 << zoom)
    (west, south), (east, north) = ((corners * [1, -1] + HALF_WORLD_M) // width).astype(int).tolist()
    return [Tile(zoom, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]


def covered_m2(tile: StoredTile, zoom: int) -> dict[str, float]:
    """Square metres of Web Mercator that each class's merged parcels cover."""
    assert tile.shares is not None
    cell_m2 = (2 * HALF_WORLD_M / (1 << zoom) / 128) ** 2
    return dict(zip([code.value for code in Readiness], tile.shares.sum(axis=(0, 1)) * cell_m2, strict=True))


def assert_the_past_is_drawn(store: Store, twin: Store, twin_dsn: str, on: date) -> int:
    """Every far tile; how many of them show something."""
    become(twin_dsn, store, on)
    shown = 0
    for zoom in ZOOMS:
        for tile in tiles_around(zoom, 12_000.0):
            past, present = drawn(store, tile, on), drawn(twin, tile, None)
            assert past.rows is None
            assert past.data == present.data, (tile, on)
            nothing = np.zeros((128, 128, len(Readiness)))
            ours = nothing if past.shares is None else past.shares
            # Both are whole dm² over the same number: equal to the last bit.
            assert np.array_equal(ours, nothing if present.shares is None else present.shares), (tile, on)
            shown += bool(past.data) or bool(ours.any())
    return shown


numbers = st.integers(0, 40).map(str)
days = st.sampled_from(DAYS)
writes = st.one_of(
    st.tuples(
        st.just("put"),
        days,
        st.dictionaries(
            numbers, st.tuples(st.sampled_from(SIDES), st.sampled_from([0.0, 20.0, 4000.0])), min_size=1, max_size=12
        ),
    ),
    st.tuples(st.just("rename"), days, st.sets(numbers)),
    st.tuples(st.just("stage"), days, st.sets(numbers), st.sampled_from(list(Stage))),
    st.tuples(st.just("hold"), days, st.sets(numbers)),
    st.tuples(st.just("release"), days, st.sets(numbers)),
    st.tuples(st.just("retire"), days, st.sets(numbers)),
    st.tuples(
        st.just("begin"),
        days,
        st.dictionaries(numbers, st.tuples(st.sampled_from(SIDES), st.just(0.0)), min_size=1, max_size=5),
    ),
    st.tuples(st.just("withdraw"), days, st.sets(numbers)),
    st.tuples(st.just("sql"), st.sampled_from(["move", "restage", "delete"]), st.sets(numbers)),
)
BY_OTHERS = {
    "move": "UPDATE guatu.parcel SET geometry = ST_Translate(geometry, 777, -333) WHERE parcel_no = ANY (%s)",
    "restage": "UPDATE guatu.parcel SET stage = 'approved' WHERE parcel_no = ANY (%s)",
    "delete": "DELETE FROM guatu.parcel AS p WHERE parcel_no = ANY (%s) "
    "AND NOT EXISTS (SELECT 1 FROM guatu.parcel_event AS e WHERE e.parcel_no = p.parcel_no)",
}


def write(store: Store, dsn: str, kind: str, *what: Any) -> None:
    if kind == "sql":
        with closing(psycopg2.connect(dsn)) as other, other.cursor() as cursor:
            cursor.execute(BY_OTHERS[what[0]], (sorted(what[1]),))
            other.commit()
        return
    on, chosen = what[0], what[1]
    if kind in ("put", "begin"):
        put(store, on, chosen, since=on if kind == "begin" else None)
        return
    there = sorted(set(store.read("parcel", Query(columns=("parcel_no",)))["parcel_no"]) & chosen)
    if not there:
        return
    if kind == "rename":
        frame = pd.DataFrame({"parcel_no": there, "name": f"{on} 号地"})
        with store.writing(LOCAL_ACTOR) as writer:
            writer.put("parcel", frame, on=on)
    elif kind == "retire":
        with store.writing(LOCAL_ACTOR) as writer:
            writer.retire("parcel", there, on)
    elif kind == "withdraw":
        withdraw(store, there)
    else:
        said = {"stage": {"stage": what[2].value} if len(what) > 2 else {}, "hold": {"hold_reason": "dispute"}}
        tell(store, on, there, **said.get(kind, {}))


def withdraw(store: Store, numbers: Sequence[str]) -> None:
    """The last event of each of these parcels that stands never happened."""
    known = standing(store.read("parcel_event", Query(keys=tuple(numbers))))
    last = known.groupby("parcel_no", sort=False).tail(1)
    if len(last):
        columns = ["parcel_no", "kind", "stage", "hold_reason", "on_date"]
        with store.writing(LOCAL_ACTOR) as writer:
            writer.append("parcel_event", last[columns].assign(withdrawn=True, note="录入错误"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(writes, min_size=1, max_size=8), st.sampled_from([BEFORE_ALL, *DAYS[:-1]]))
def test_a_past_day_is_drawn_as_if_it_were_the_present_after_any_writes(
    pair: tuple[Store, Store], dsns: tuple[str, str], steps: list[Any], on: date
) -> None:
    for step in steps:
        write(pair[0], dsns[0], *step)
    assert_the_past_is_drawn(*pair, dsns[1], on)


@pytest.fixture
def lived(store: Store) -> Store:
    """Small and large parcels with later stages, falls back, holds, and moved, grown, shrunk and new ones."""
    random = np.random.default_rng(11)
    everyone, stages = [str(n) for n in range(100)], list(Stage)
    sides = dict(zip(everyone, random.choice(SIDES, len(everyone), p=[0.6, 0.2, 0.15, 0.05]).tolist(), strict=True))
    put(store, DAYS[0], {n: (sides[n], 0.0) for n in everyone})
    for i, on in enumerate(DAYS):
        for chosen in np.array_split(random.permutation(everyone)[:60], 6):
            tell(store, on, chosen.tolist(), stage=stages[int(random.integers(0, len(stages)))].value)
        tell(store, on, everyone[i::7], hold_reason=list(HoldReason)[i % 3].value)
        tell(store, on, everyone[i::9])
        # Twice on one day: the later row rules.
        tell(store, on, everyone[i::8], stage=Stage.SURVEY.value)
        tell(store, on, everyone[i::16], stage=Stage.CLEARED.value)
    put(store, DAYS[1], {n: (sides[n], 300.0) for n in everyone[5::9]})
    put(store, DAYS[2], {n: (SIDES[-1 - SIDES.index(sides[n])], 0.0) for n in everyone[6::8]})
    put(store, DAYS[2], {n: (sides[n], 0.0) for n in everyone[1::10]}, name="只改名称")
    put(store, DAYS[3], {str(n): (SIDES[n % 4], 0.0) for n in range(100, 120)})
    return store


@pytest.mark.parametrize("on", [BEFORE_ALL, *DAYS[:-1], date(2025, 3, 9), date(2025, 5, 9)])
def test_a_county_that_has_changed_much_is_drawn_as_it_was(
    lived: Store, on: date, postgis_databases: Databases
) -> None:
    twin_dsn = postgis_databases.fresh()
    with closing(create_store(twin_dsn, name="示例县", crs=CRS, actor=LOCAL_ACTOR)) as twin:
        assert assert_the_past_is_drawn(lived, twin, twin_dsn, on) >= len(ZOOMS)


def test_the_area_of_a_parcel_is_of_the_class_that_it_had(store: Store) -> None:
    put(store, DAYS[0], {"1": (30.0, 0.0), "2": (100.0, 0.0)})
    tell(store, DAYS[1], ["1"], stage="survey")
    tell(store, DAYS[2], ["1"], stage="cleared")
    tell(store, DAYS[3], ["1"], stage="approved")
    (tile,) = tiles_around(6, 100.0)
    for on, code in ((DAYS[0], "not_started"), (DAYS[1], "in_procedure"), (DAYS[2], "ready"), (DAYS[3], "approved")):
        wanted = dict.fromkeys((each.value for each in Readiness), 0) | {"not_started": 10_000}
        wanted[code] += 900
        ground = {code: area / GROWTH for code, area in covered_m2(drawn(store, tile, on), 6).items()}
        assert ground == pytest.approx(wanted, rel=0.002)


def test_a_parcel_is_drawn_where_and_as_large_as_it_was(store: Store) -> None:
    # 7 km are drawn by themselves at every zoom, 30 m merged; 40 km to the north-west is another tile of zoom 10.
    put(store, DAYS[0], {"1": (7000.0, 0.0), "30": (30.0, 0.0)})
    put(store, DAYS[1], {"1": (30.0, 0.0), "30": (30.0, -40_000.0)})
    (tile,) = tiles_around(10, 100.0)
    before, after = drawn(store, tile, DAYS[0]), drawn(store, tile, DAYS[1])
    assert before.data
    assert not after.data
    for each in (before, after):
        assert covered_m2(each, 10)["not_started"] == pytest.approx(900 * GROWTH, rel=0.002)
    assert before.shares is not None
    assert after.shares is not None
    assert not np.array_equal(before.shares, after.shares)


def test_a_new_parcel_is_there_on_every_past_day(store: Store) -> None:
    put(store, DAYS[3], {"1": (30.0, 0.0)})
    tell(store, DAYS[3], ["1"], stage="approved")
    (tile,) = tiles_around(8, 100.0)
    assert covered_m2(drawn(store, tile, BEFORE_ALL), 8)["not_started"] == pytest.approx(900 * GROWTH, rel=0.002)


def test_near_tiles_of_a_past_day_and_other_layers_are_left_to_the_rows(store: Store) -> None:
    put(store, DAYS[0], {"1": (30.0, 0.0)})
    tell(store, DAYS[1], ["1"], stage="approved")
    (near,) = tiles_around(13, 10.0)
    bbox = near.box_in(CRS)
    assert bbox is not None
    affine = near.affine_from(bbox, CRS)
    assert store.tile(TileSpec("parcel", 13, near.x, near.y, bbox, affine, DAYS[1])) is not None
    assert store.tile(TileSpec("parcel", 13, near.x, near.y, bbox, affine, DAYS[0])) is None


def test_a_day_after_which_very_much_changed_is_left_to_the_rows_far_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, DAYS[0], {str(n): (30.0, 0.0) for n in range(6)})
    tell(store, DAYS[1], ["1", "2", "3"], stage="approved")
    put(store, DAYS[1], {"4": (100.0, 0.0), "5": (100.0, 0.0)})
    spec = TileSpec("parcel", 5, tiles_around(5, 10.0)[0].x, tiles_around(5, 10.0)[0].y, None, None, DAYS[0])
    monkeypatch.setattr(tiles, "MOST_TURNED", 6)
    assert store.tile(spec) is not None
    monkeypatch.setattr(tiles, "MOST_TURNED", 5)
    assert store.tile(spec) is None
    (far,) = tiles_around(11, 10.0)
    assert drawn(store, far, DAYS[0]).shares is not None
