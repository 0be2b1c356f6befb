"""The cells from which far tiles are drawn stay true, whoever writes and however much at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg2
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from gis.model import LOCAL_ACTOR, Readiness, Stage
from gis.store.port import Store, TileSpec
from gis.store.postgis.migrations import migrations
from tests.gis.store.tile_samples import CRS, EAST, GROWTH, NORTH

WORLD_M = 40_075_016.685578488


@pytest.fixture
def cursor(store: Store, postgis_dsn: str) -> Iterator[Any]:
    """As another program sees the tables; nothing of it stays."""
    with closing(psycopg2.connect(postgis_dsn)) as connection, connection.cursor() as opened:
        yield opened
        connection.rollback()


def put(store: Store, numbers: list[int], sides: list[float]) -> None:
    shapes = [
        box(EAST + 40 * n, NORTH + 35 * n, EAST + 40 * n + s, NORTH + 35 * n + s)
        for n, s in zip(numbers, sides, strict=True)
    ]
    frame = gpd.GeoDataFrame({"parcel_no": [str(n) for n in numbers]}, geometry=shapes, crs=CRS)
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", frame)


def tell(store: Store, numbers: list[int], stage: Stage) -> None:
    rows = {"parcel_no": [str(n) for n in numbers], "kind": "stage", "stage": stage.value, "override_reason": "示例"}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", pd.DataFrame(rows).assign(on_date=pd.Timestamp("2026-01-05")))


def findings(store: Store) -> list[str]:
    return [finding.words.en for finding in store.check_integrity()]


def covered_m2(cursor: Any, zoom: int) -> dict[str, float]:
    """Square metres of Web Mercator that each class covers in the cells of one zoom."""
    names = [code.value for code in Readiness][:4]
    cursor.execute(
        f"SELECT {', '.join(f'coalesce(sum({n}), 0) / 100.0' for n in names)} FROM guatu.parcel_cell WHERE zoom = %s",
        (zoom,),
    )
    return dict(zip(names, map(float, cursor.fetchone()), strict=True))


parcel_numbers = st.integers(0, 60)
writes = st.one_of(
    st.tuples(st.just("put"), st.dictionaries(parcel_numbers, st.sampled_from([3.0, 30.0, 120.0, 900.0, 7000.0]))),
    st.tuples(st.just("tell"), st.sets(parcel_numbers), st.sampled_from(list(Stage))),
    st.tuples(st.just("sql"), st.sampled_from(["move", "delete", "restage", "number"]), st.sets(parcel_numbers)),
)
BY_OTHERS = {
    "move": "UPDATE guatu.parcel SET geometry = ST_Translate(geometry, 777, -333) WHERE parcel_no = ANY (%s)",
    "delete": "DELETE FROM guatu.parcel AS p WHERE parcel_no = ANY (%s) "
    "AND NOT EXISTS (SELECT 1 FROM guatu.parcel_event AS e WHERE e.parcel_no = p.parcel_no)",
    "restage": "UPDATE guatu.parcel SET stage = 'approved', geometry = ST_Scale(geometry, 1.0001, 1) "
    "WHERE parcel_no = ANY (%s)",
    "number": "UPDATE guatu.parcel SET fid = fid + 100000 WHERE parcel_no = ANY (%s)",
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(writes, max_size=6))
def test_cells_are_those_of_the_parcels_after_any_writes(store: Store, postgis_dsn: str, steps: list[Any]) -> None:
    """What was added is taken away without remainder: the comparison is exact."""
    there: set[int] = set()
    with closing(psycopg2.connect(postgis_dsn)) as other, other.cursor() as cursor:
        for kind, *what in steps:
            if kind == "put" and what[0]:
                put(store, list(what[0]), list(what[0].values()))
            elif kind == "tell":
                cursor.execute("SELECT parcel_no FROM guatu.parcel")
                there = {int(number) for (number,) in cursor.fetchall()} & what[0]
                other.rollback()
                if there:
                    tell(store, sorted(there), what[1])
            elif kind == "sql":
                cursor.execute(BY_OTHERS[what[0]], ([str(n) for n in what[1]],))
                other.commit()
        cursor.execute("SET search_path = guatu, public")
        for kept, due, empty in (
            ("parcel_cell", "parcel_cell_due", "(not_started, in_procedure, approved, ready) <> (0, 0, 0, 0)"),
            ("parcel_large", "parcel_large_due", "true"),
        ):
            cursor.execute(
                f"(SELECT * FROM {kept} WHERE {empty} EXCEPT ALL SELECT * FROM {due}) "
                f"UNION ALL (SELECT * FROM {due} EXCEPT ALL SELECT * FROM {kept} WHERE {empty})"
            )
            assert cursor.fetchall() == []


def test_the_cells_of_every_zoom_hold_the_area_of_what_is_small_there(store: Store, cursor: Any) -> None:
    # 30 m are small up to zoom 12, where a cell is 76.4 m of Web Mercator; 100 m (119 m) up to zoom 11, 700 m up to 8.
    for number, (side, stage) in enumerate([(30, "not_started"), (100, "approved"), (700, "cleared"), (700, "survey")]):
        cursor.execute(
            "INSERT INTO guatu.parcel (parcel_no, stage, geometry) VALUES (%s, %s, ST_GeomFromWKB(%s, 4547))",
            (f"x{number}", stage, shapely.to_wkb(shapely.MultiPolygon([box(EAST, NORTH, EAST + side, NORTH + side)]))),
        )
    wanted = {"not_started": 900, "approved": 10_000, "ready": 490_000, "in_procedure": 490_000}
    last = {"not_started": 12, "approved": 11, "ready": 8, "in_procedure": 8}
    for zoom in range(6, 13):
        area = covered_m2(cursor, zoom)
        for code, ground in wanted.items():
            expected = ground * GROWTH if zoom <= last[code] else 0
            assert area[code] == pytest.approx(expected, rel=0.002), (zoom, code)
    cursor.execute("SELECT ST_ZMin(place) FROM guatu.parcel_large ORDER BY 1")
    assert [z for (z,) in cursor.fetchall()] == [9, 9, 12]


def test_a_store_that_has_parcels_is_prepared_when_it_is_migrated(store: Store, cursor: Any) -> None:
    put(store, [1, 2, 3], [30.0, 800.0, 90.0])
    cursor.execute("SET search_path = guatu, public")
    cursor.execute("SELECT * FROM parcel_cell_due ORDER BY 1, 2, 3, 4")
    due = cursor.fetchall()
    assert {row[0] for row in due} == set(range(6, 13))
    cursor.execute("DROP TABLE parcel_cell, parcel_large CASCADE")
    cursor.execute("DROP FUNCTION readiness_of, near_shape, far_shape, place_of, parcel_spread, parcel_seen CASCADE")
    cursor.execute("DROP FUNCTION keep_parcel_cells CASCADE")
    cursor.execute(migrations()[1].text)
    cursor.execute("SELECT * FROM parcel_cell ORDER BY 1, 2, 3, 4")
    assert cursor.fetchall() == due


def test_emptying_the_table_empties_the_cells(store: Store, cursor: Any) -> None:
    put(store, [1, 2, 3], [30.0, 8000.0, 90.0])
    cursor.execute("TRUNCATE guatu.parcel")
    cursor.execute("SELECT count(*) FROM guatu.parcel_large")
    assert cursor.fetchone() == (0,)
    assert sum(sum(covered_m2(cursor, zoom).values()) for zoom in range(6, 13)) == 0


def test_verify_names_a_cell_and_a_parcel_that_are_not_as_they_should_be(store: Store, postgis_dsn: str) -> None:
    put(store, [5, 6], [30.0, 5000.0])
    assert findings(store) == []
    with closing(psycopg2.connect(postgis_dsn)) as other, other.cursor() as cursor:
        cursor.execute("UPDATE guatu.parcel_cell SET ready = ready + 1 WHERE zoom = 6")
        cursor.execute("DELETE FROM guatu.parcel_large")
        other.commit()
        found = findings(store)
        cursor.execute("UPDATE guatu.parcel_cell SET ready = ready - 1 WHERE zoom = 6")
        cursor.execute("INSERT INTO guatu.parcel_large SELECT * FROM guatu.parcel_large_due")
        other.commit()
    assert any("the prepared cell 6/" in text for text in found)
    assert any("is drawn far out is not right" in text for text in found)
    assert findings(store) == []


def test_classes_of_stages_are_those_of_the_model(cursor: Any, store: Store) -> None:
    cursor.execute("SELECT s, guatu.readiness_of(s) FROM unnest(%s) AS s", ([stage.value for stage in Stage],))
    assert dict(cursor.fetchall()) == {stage.value: stage.readiness.value for stage in Stage}


def test_layers_without_shapes_are_left_to_the_rows(store: Store) -> None:
    assert store.tile(TileSpec("project", 9, 418, 206, None, None)) is None
