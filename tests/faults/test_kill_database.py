"""kill -9 of PostgreSQL under imports and edits: nothing acknowledged is lost, and the same store goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from gis.errors import StoreUnreachable
from gis.model import Query
from gis.store import create_store, open_store
from gis.store.port import Store
from gis.workflows.import_file import import_file
from gis.workflows.verify_store import verify_store
from tests.contract.store_samples import CRS, OFFICER, parcels, put, stages
from tests.faults.importing_process import ROWS, parcel_file
from tests.postgis_server import Cluster

pytestmark = pytest.mark.postgis
KILLS = 3
EDITED = 10_000_000  # keys of edited parcels lie beyond those of the files


@pytest.fixture
def cluster(durable_cluster: Cluster) -> Cluster:
    return durable_cluster


@pytest.fixture
def store(cluster: Cluster) -> Iterator[Store]:
    with closing(create_store(cluster.dsn(), name="示范县", crs=CRS, actor=OFFICER)) as made:
        yield made


class Work:
    """Something done again and again until told to stop, in a thread; what failed as it may is tried again."""

    def __init__(self, act: Callable[[int], None]) -> None:
        self.done: list[int] = []
        self.cut_off = 0
        self._act = act
        self._stop = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._stop.is_set():
            try:
                self._act(number)
            except StoreUnreachable:
                self.cut_off += 1
                time.sleep(0.02)
            else:
                self.done.append(number)
                number += 1

    def wait_for(self, more: int, future: Future[None]) -> None:
        """Until so many more are done; a failure of another kind ends the test at once."""
        wanted = len(self.done) + more
        deadline = time.monotonic() + 60
        while len(self.done) < wanted:
            if future.done():
                future.result()
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        self._stop.set()


def edit(store: Store, number: int) -> None:
    """A new parcel with an event, and one row that every edit replaces."""
    key = f"P{EDITED + number}"
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(1, households=0).assign(parcel_no=key))
        writer.append("parcel_event", stages(key, ("cleared", "2026-03-01")))
        writer.put("project", pd.DataFrame({"code": ["X1"], "name": [f"第{number}次"]}))


@pytest.mark.slow
def test_a_killed_database_loses_nothing_acknowledged_and_the_same_store_goes_on(
    cluster: Cluster, store: Store, tmp_path: Path
) -> None:
    moments = Random(20260301)
    edits = Work(lambda number: edit(store, number))
    imports = Work(
        lambda number: _imported(import_file(store, OFFICER, "parcels", parcel_file(tmp_path, 1 + number)).read)
    )
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(work.run) for work in (edits, imports)]
        try:
            for _ in range(KILLS):
                edits.wait_for(3, futures[0])
                imports.wait_for(1, futures[1])
                time.sleep(moments.uniform(0.0, 0.5))
                cluster.kill()
                cluster.start()
            edits.wait_for(3, futures[0])
            imports.wait_for(1, futures[1])
        finally:
            edits.stop()
            imports.stop()
        for future in futures:
            future.result(timeout=60)
    assert edits.cut_off + imports.cut_off >= KILLS
    _all_there(store, edits, imports)
    with closing(open_store(cluster.dsn())) as again:
        _all_there(again, edits, imports)


def _imported(read: int) -> None:
    assert read == ROWS


def _all_there(store: Store, edits: Work, imports: Work) -> None:
    """Each edit and each file whole and once: what was cut off was done again, or had been stored unsaid."""
    assert verify_store(store) == ()
    found = store.read("parcel", Query(columns=("parcel_no", "households", "stage")))
    numbers = found["parcel_no"].str[1:].astype("int64")
    assert set(numbers[numbers >= EDITED] - EDITED) == set(edits.done)
    sizes = found[numbers < EDITED].groupby("households").size().to_dict()
    assert sizes == {1 + number: ROWS for number in imports.done}
    assert set(found["stage"]) == {"cleared"}
    assert store.count("parcel_event") == len(found)
    assert store.count("import_log") == len(imports.done)
    assert list(store.read("project")["name"]) == [f"第{edits.done[-1]}次"]
    assert len(store.history("project", "X1")) == len(edits.done) - 1


def _cut_off(cluster: Cluster, act: Callable[[], object], seconds: float) -> None:
    killer = threading.Timer(seconds, cluster.kill)
    killer.start()
    try:
        with pytest.raises(StoreUnreachable):
            act()
    finally:
        killer.join()


@pytest.mark.slow
def test_reads_and_writes_cut_off_say_that_the_database_does_not_answer(cluster: Cluster, store: Store) -> None:
    put(store, "parcel", parcels(3, households=1))

    def slow_read() -> None:
        with store.session() as session:  # type: ignore[attr-defined]
            session.rows("SELECT pg_sleep(30)", {})

    def slow_copy() -> None:
        with store.session() as session:  # type: ignore[attr-defined]
            session.arrays("SELECT repeat('x', 1000) AS a FROM generate_series(1, 20000000)", {}, {"a": "text"})

    def slow_write() -> None:
        with store.writing(OFFICER) as writer:
            writer.put("parcel", parcels(3, households=2))
            time.sleep(1.0)

    for act in (slow_read, slow_copy, slow_write):
        _cut_off(cluster, act, 0.4)
        with pytest.raises(StoreUnreachable):  # while it is down
            store.count("parcel")
        cluster.start()
        assert list(store.read("parcel", Query(columns=("households",)))["households"]) == [1, 1, 1]
    assert put(store, "parcel", parcels(3, households=2)).count("updated") == 3
    assert verify_store(store) == ()
    # A crash makes the sequence of changes skip some numbers; it never gives one twice.
    assert [change.key for change in store.changes_since(0)] == ["P0", "P1", "P2"] * 2


@pytest.mark.slow
def test_one_session_that_is_ended_by_the_administrator_does_not_touch_the_others(
    cluster: Cluster, store: Store
) -> None:
    put(store, "parcel", parcels(3, households=1))

    def end_the_writer() -> None:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        with closing(open_store(cluster.dsn())) as other, other.session() as session:  # type: ignore[attr-defined]
            session.rows(end, {})

    def write() -> None:
        with store.writing(OFFICER) as writer:
            writer.put("parcel", parcels(3, households=2))
            end_the_writer()
            writer.put("parcel", parcels(1, first=9))

    with pytest.raises(StoreUnreachable):
        write()
    assert list(store.read("parcel", Query(columns=("households",)))["households"]) == [1, 1, 1]
    assert put(store, "parcel", parcels(3, households=2)).count("updated") == 3
