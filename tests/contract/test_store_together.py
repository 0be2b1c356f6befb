"""Several threads and processes on one store."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gis.errors import StoreBusy, StoreExists, StoreMissing
from gis.model import Query
from gis.store import create_store, open_store
from gis.store.port import Store
from tests.contract.store_samples import CRS, OFFICER, parcels, put, stages

_WRITES = """
import sys
from gis.store import open_store
from tests.contract.store_samples import OFFICER, parcels, put
store = open_store(sys.argv[1], busy_seconds=60)
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    put(store, "parcel", parcels(1, first=number))
store.close()
"""
_READS = """
import sys
from gis.store import open_store
store = open_store(sys.argv[1])
print(store.count("parcel"), store.version(), len(store.read("parcel")))
"""


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another Python process on the same store."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_one_process_wrote_another_reads_at_once(store: Store, where: str) -> None:
    put(store, "parcel", parcels(3))
    output, _ = child(_READS, where).communicate(timeout=60)
    assert output.split() == ["3", "3", "3"]


def test_processes_that_write_together_lose_nothing(store: Store, where: str) -> None:
    writers = [child(_WRITES, where, first, first + 10) for first in (0, 100)]
    for number in range(200, 210):
        put(store, "parcel", parcels(1, first=number))
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0, 0]
    wanted = {f"P{n}" for first in (0, 100, 200) for n in range(first, first + 10)}
    assert set(store.read("parcel")["parcel_no"]) == wanted
    assert len(store.changes_since(0)) == 30


def test_threads_read_whole_transactions_while_another_writes(store: Store) -> None:
    put(store, "parcel", parcels(20, households=0))
    done = threading.Event()

    def write() -> None:
        for households in range(1, 15):
            put(store, "parcel", parcels(20, households=households))
        done.set()

    def read() -> list[set[int]]:
        seen = []
        while not done.is_set():
            seen.append(set(store.read("parcel", Query(columns=("households",)))["households"]))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        pool.submit(write).result(timeout=120)
        snapshots = [values for reader in readers for values in reader.result(timeout=120)]
    assert snapshots
    assert {len(values) for values in snapshots} == {1}


def test_threads_that_write_together_take_turns(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: put(store, "parcel", parcels(1, first=n)), range(24)))
    assert store.count("parcel") == 24
    assert [change.seq for change in store.changes_since(0)] == list(range(1, 25))


def test_a_writer_who_waits_too_long_is_told_that_the_store_is_busy(store: Store, where: str) -> None:
    other = open_store(where, busy_seconds=0.2)
    began = time.monotonic()
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(1))
        with pytest.raises(StoreBusy):
            put(other, "parcel", parcels(1))
        with pytest.raises(StoreBusy), other.writing(OFFICER):
            pass
        assert other.count("parcel") == 0  # readers do not wait
    assert time.monotonic() - began < 5
    assert put(other, "parcel", parcels(1, first=1)).count("stored") == 1
    other.close()


def test_a_second_writer_in_the_same_process_is_told_that_the_store_is_busy(where: str) -> None:
    create_store(where, name="示范县", crs=CRS, actor=OFFICER).close()
    store = open_store(where, busy_seconds=0.2)
    with store.writing(OFFICER), pytest.raises(StoreBusy), store.writing(OFFICER):
        pass
    put(store, "parcel", parcels(1))
    store.close()


def test_a_store_is_made_once_and_opened_where_it_is(store: Store, where: str) -> None:
    with pytest.raises(StoreExists):
        create_store(where, name="又一个", crs=CRS, actor=OFFICER)
    assert open_store(where).info == store.info
    with pytest.raises(StoreMissing):
        open_store(where + ".elsewhere")


def test_what_was_written_is_there_after_closing_and_opening(store: Store, where: str) -> None:
    put(store, "parcel", parcels(2, households=3))
    with store.writing(OFFICER) as writer:
        writer.append("parcel_event", stages("P1", ("cleared", "2026-03-01")))
    store.close()
    again = open_store(where)
    assert list(again.read("parcel")["stage"]) == ["not_started", "cleared"]
    assert again.version() == 4
    assert list(again.check_integrity()) == []
    again.close()


def test_a_closed_store_answers_nothing(where: str) -> None:
    store = create_store(where, name="示范县", crs=CRS, actor=OFFICER)
    store.close()
    with pytest.raises(StoreMissing):
        store.count("parcel")
