"""What another program (QGIS, psql) changes in the database is noticed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date

import psycopg2
import pytest

from gis.errors import StoreBusy
from gis.store import create_store, open_store
from gis.store.port import Change, Store
from gis.workflows.keep_assessment import Assessor
from tests.contract.store_samples import CRS, OFFICER, append, parcels, projects, put, stages

pytestmark = pytest.mark.postgis


@pytest.fixture
def store(postgis_dsn: str) -> Iterator[Store]:
    made = create_store(postgis_dsn, name="示范县", crs=CRS, actor=OFFICER)
    put(made, "parcel", parcels(3))
    yield made
    made.close()


def test_an_edit_of_another_program_is_a_change_of_the_whole_layer(store: Store, postgis_dsn: str) -> None:
    before = store.version()
    with closing(psycopg2.connect(postgis_dsn)) as other, other, other.cursor() as cursor:
        cursor.execute("UPDATE guatu.parcel SET remark = 'QGIS' WHERE parcel_no = 'P0'")
        cursor.execute("DELETE FROM guatu.parcel WHERE parcel_no = 'P2'")
    changes = store.changes_since(before)
    assert [(change.layer, change.key) for change in changes] == [("parcel", None), ("parcel", None)]
    assert store.version(("parcel",)) == changes[-1].seq
    assert store.version(("town",)) == 0


def test_an_event_of_another_program_is_noticed_too(store: Store, postgis_dsn: str) -> None:
    before = store.version()
    with closing(psycopg2.connect(postgis_dsn)) as other, other, other.cursor() as cursor:
        columns = "parcel_no, kind, stage, on_date"
        cursor.execute(f"INSERT INTO guatu.parcel_event ({columns}) VALUES ('P0', 'stage', 'survey', '2026-03-01')")
    assert [(change.layer, change.key) for change in store.changes_since(before)] == [("parcel_event", None)]


def test_guatu_tells_its_own_changes_once_and_by_key(store: Store) -> None:
    before = store.version()
    append(store, "parcel_event", stages("P1", ("survey", "2026-03-01")))
    told = store.changes_since(before)
    assert told == (Change(before + 1, "parcel_event", "P1"), Change(before + 2, "parcel", "P1", by_events=True))


def test_another_program_s_edit_takes_its_turn_among_the_writers(store: Store, postgis_dsn: str) -> None:
    with closing(psycopg2.connect(postgis_dsn)) as other, other.cursor() as cursor:
        cursor.execute("UPDATE guatu.parcel SET remark = 'QGIS' WHERE parcel_no = 'P0'")
        waiting = open_store(postgis_dsn, busy_seconds=0.2)
        with pytest.raises(StoreBusy):
            put(waiting, "parcel", parcels(1, first=7))
        other.commit()
        assert put(waiting, "parcel", parcels(1, first=7)).count("stored") == 1
        waiting.close()
    first, second = store.changes_since(store.version() - 2)
    assert ((first.key, second.key), first.seq < second.seq) == ((None, "P7"), True)


def test_another_program_that_waits_for_its_turn_holds_nothing_that_the_writer_needs(
    store: Store, postgis_dsn: str
) -> None:
    def edit() -> None:
        with closing(psycopg2.connect(postgis_dsn)) as other, other, other.cursor() as cursor:
            cursor.execute("UPDATE guatu.parcel SET remark = 'QGIS', stage = 'survey' WHERE parcel_no = 'P1'")

    with ThreadPoolExecutor(1) as program:
        with store.writing(OFFICER) as writer:
            edited = program.submit(edit)
            # PostgreSQL looks for a deadlock once, a second after a wait began: whoever waits later would be ended.
            time.sleep(1.5)
            writer.append("parcel_event", stages("P0", ("survey", "2026-03-01")))
            writer.append("parcel_event", stages("P1", ("pre_notice", "2026-03-01")))
        edited.result()
    assert store.read("parcel").set_index("parcel_no")["stage"].to_dict() == {
        "P0": "survey",
        "P1": "survey",
        "P2": "not_started",
    }


def test_a_project_that_another_program_deletes_leaves_the_overview(store: Store, postgis_dsn: str) -> None:
    put(store, "project", projects(["X1", "X2"]))
    assessor = Assessor(store)
    assert list(assessor.at(date.today()).overview.projects.index) == ["X1", "X2"]
    with closing(psycopg2.connect(postgis_dsn)) as other, other, other.cursor() as cursor:
        cursor.execute("DELETE FROM guatu.project WHERE code = 'X1'")
    assert list(assessor.at(date.today()).overview.projects.index) == ["X2"]
