"""A small store with one of everything that a move could lose."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import LineString

from gis.model import Actor, Role
from gis.store import create_store, is_database, open_sql_store, open_store
from gis.store.port import Store
from gis.store.transfer import digests
from tests.contract.store_samples import (
    CRS,
    OFFICER,
    append,
    hold,
    parcels,
    projects,
    put,
    release,
    square,
    stages,
    town,
)

OTHER = Actor("赵规划", Role.LAND_OFFICER, "140781100")


def filled(where: str | Path) -> str:
    """A new store there: every entity, corrections, history, a bulk change, an import, a changed rule."""
    with closing(
        create_store(where, name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    ) as store:
        _fill(store)
    return str(where)


def _fill(store: Store) -> None:
    put(store, "town", town())
    put(store, "project", gpd.GeoDataFrame(projects(("X1", "X2")), geometry=[square(0), None], crs=CRS))
    put(store, "parcel", parcels(600, households=1))  # told as the whole layer
    put(store, "parcel", parcels(2, households=2, compensation_due_wan=[123456789.012345, -0.0]), on=date(2026, 3, 1))
    put(store, "parcel", parcels(1).set_geometry([square(0, 7)]), on=date(2026, 4, 1))
    put(store, "project", projects(("X1",), is_chemical=[True], remark=["“引号”, 逗号\n换行 \\ 😀"]))
    append(store, "parcel_event", stages("P1", ("survey", "2026-03-01"), ("pre_notice", "2026-02-01")))
    append(store, "parcel_event", hold("P1", "2026-03-05"))
    append(store, "parcel_event", release("P1", "2026-03-09"))
    month = {"project_code": "X1", "period": "month", "period_end_on": pd.Timestamp("2026-05-31")}
    for amount in (100.1, 120.0, 100.1):
        append(store, "progress_report", pd.DataFrame([{**month, "invested_wan": amount, "photos": ["甲.jpg"]}]))
    _go_on_tour(store)
    with store.writing(OTHER) as writer:
        counts = dict.fromkeys(("read", "stored", "updated", "unchanged", "refused"), 3)
        row = {"layer": "parcel", "file_name": "地块.txt", "sha256": "0" * 64, "report": {"b": 1, "a": [None, 0.1]}}
        writer.append("import_log", pd.DataFrame([{**row, **counts}]))
        writer.append(
            "rule_parameter", pd.DataFrame([{"code": "land.tight_float_days", "value": 45, "source": "纪要"}])
        )


def _go_on_tour(store: Store) -> None:
    road = {
        **{"road_no": "1", "road_class": "primary", "direction": "both", "speed_kmh": 60.0, "length_m": 5.0},
        **{"from_node": "a", "to_node": "b", "no_turn": [{"at": "b", "to": "1"}]},
    }
    put(store, "road", gpd.GeoDataFrame([road], geometry=[LineString([(0, 0), (3, 4)])], crs=CRS))
    append(
        store,
        "tour",
        pd.DataFrame([{"tour_no": "T1", "title": "观摩", "on_date": pd.Timestamp("2026-07-01"), "spec": {}}]),
    )
    append(store, "ballot", pd.DataFrame([{"tour_no": "T1", "code_digest": "d", "marks": {"X1": [9.5]}}]))


def change_from_outside(path: str) -> None:
    """As QGIS does it: a parcel gone from the middle of the numbers, a moment written otherwise."""
    from gis.store.geopackage.connections import connect

    with closing(connect(Path(path))) as file:
        file.execute("DELETE FROM parcel WHERE parcel_no = 'P300'")
        file.execute("UPDATE town SET recorded_at = '2026-06-30T16:00:00+08:00'")


def contents(where: str) -> dict[str, tuple[int, str]]:
    """Table → rows and digest, read from the store as it is."""
    with closing(open_sql_store(where)) as store, store.session() as session:
        return {d.table.name: (d.rows, d.sha256) for d in digests(session, lambda table, rows: None)}


def goes_on(where: str) -> None:
    """The store is sound, and what is written now comes after everything before."""
    with closing(open_store(where)) as store:
        before, rows = store.version(), store.count("parcel")
        assert list(store.check_integrity()) == []
        put(store, "parcel", parcels(2, first=900))
        append(store, "parcel_event", stages("P1", ("plan_notice", "2026-03-01")))
        # Of equal days the row written last rules: so its number is the largest.
        ruling = store.read("parcel")[lambda f: f["parcel_no"] == "P1"]["stage"].iloc[0]
        assert (ruling, store.count("parcel")) == ("plan_notice", rows + 2)
        assert [change.seq for change in store.changes_since(before)] == list(range(before + 1, before + 5))
        assert list(store.check_integrity()) == []


def is_empty(where: str) -> bool:
    """Nothing of a store is there, not half a one either."""
    if not is_database(where):
        path = Path(where)
        return not path.exists() and not [entry for entry in path.parent.iterdir() if path.name in entry.name]
    import psycopg2

    with closing(psycopg2.connect(where)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('guatu') IS NULL")
        return bool(cursor.fetchone() == (True,))


def rows_of(path: str, select: str) -> list[tuple[object, ...]]:
    """What plain SQLite reads."""
    with closing(sqlite3.connect(path)) as file:
        return file.execute(select).fetchall()
