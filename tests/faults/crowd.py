"""
Many people at one store: 200 who read and 10 who write, in several processes, for as long as you like.

``python -m tests.faults.crowd --seconds 60`` on a private PostGIS; ``--geopackage`` on a file. Every writer counts its
own parcels up, three in each transaction, and now and then one parcel that all share; each count is what it read plus
one, written with the version that it read. So at the end the counts are those that were acknowledged, or an update was
lost; and whoever sees three parcels of a writer that differ has seen half a transaction.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pandas as pd

from gis.errors import Conflict, GuatuError
from gis.model import Query
from gis.store import create_store, open_store
from gis.store.port import Store
from gis.workflows.verify_store import verify_store
from tests.contract.store_samples import CRS, OFFICER, parcels, put
from tests.postgis_server import Cluster

READING_PROCESSES = 4
WRITING_PROCESSES = 2
OWN = 3
SHARED = "SHARED"
SHARED_EVERY = 5
BUSY_SECONDS = 60.0
START_SECONDS = 120.0
LEAST_TURNS = 3
# Between two looks of one reader.
PAUSE_SECONDS = 0.5
COLUMNS = ("parcel_no", "households", "version")


_barrier: Barrier | None = None


@dataclass
class Tally:
    """What a process, or all together, did and saw."""

    reads: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take the other's counts in."""
        self.reads += other.reads
        self.acknowledged.update(other.acknowledged)
        self.conflicts += other.conflicts
        self.wrong.extend(other.wrong)


def own_keys(writer: int) -> list[str]:
    """The parcels of a writer."""
    return [f"W{writer}-{n}" for n in range(OWN)]


def make_store(where: str, writers: int) -> None:
    """A store in which everybody stands at zero."""
    keys = [key for writer in range(writers) for key in own_keys(writer)] + [SHARED]
    with closing(create_store(where, name="示范县", crs=CRS, actor=OFFICER)) as store:
        put(store, "parcel", parcels(len(keys), households=0).assign(parcel_no=keys))


def gather(where: str, *, seconds: float, readers: int = 200, writers: int = 10) -> Tally:
    """Let them all loose at the store for ``seconds``; gives what they did, and what was wrong with the store after."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["gis.workflows.verify_store", "tests.contract.store_samples"])
    size = READING_PROCESSES + WRITING_PROCESSES
    whole = Tally()
    with ProcessPoolExecutor(size, context, initializer=_meet_at, initargs=(context.Barrier(size),)) as processes:
        reading = [processes.submit(read_together, where, part, seconds) for part in _parts(readers, READING_PROCESSES)]
        writing = [
            processes.submit(write_together, where, part, seconds) for part in _parts(writers, WRITING_PROCESSES)
        ]
        for each in (*reading, *writing):
            whole.add(each.result())
    whole.wrong += wrong_at_the_end(where, whole.acknowledged)
    return whole


def _meet_at(barrier: Barrier) -> None:
    """All processes of the crowd begin together."""
    global _barrier  # noqa: PLW0603 (a barrier can only be handed to a process as it begins)
    _barrier = barrier


def _parts(people: int, processes: int) -> list[range]:
    return [range(first * people // processes, (first + 1) * people // processes) for first in range(processes)]


def read_together(where: str, people: range, seconds: float) -> Tally:
    """One process's readers, a thread each."""
    return _together(where, people, seconds, lambda store, tally, _, until: _read(store, tally, until))


def write_together(where: str, people: range, seconds: float) -> Tally:
    """One process's writers, a thread each."""
    return _together(where, people, seconds, _write)


def _together(where: str, people: range, seconds: float, act: Callable[[Store, Tally, int, float], None]) -> Tally:
    whole, lock = Tally(), threading.Lock()

    def one(person: int) -> None:
        tally = Tally()
        try:
            act(store, tally, person, until)
        except GuatuError as error:
            tally.wrong.append(f"{type(error).__name__}: {error}")
        with lock:
            whole.add(tally)

    with closing(open_store(where, busy_seconds=BUSY_SECONDS)) as store, ThreadPoolExecutor(len(people)) as pool:
        if _barrier:
            _barrier.wait(START_SECONDS)
        until = time.monotonic() + seconds
        for done in [pool.submit(one, person) for person in people]:
            done.result()
    return whole


def _read(store: Store, tally: Tally, until: float) -> None:
    """Whole transactions only, and never an older state than was seen before."""
    version, before = 0, pd.Series(dtype="int64")
    while time.monotonic() < until or tally.reads < LEAST_TURNS:
        now = store.version()
        counts = store.read("parcel", Query(columns=("parcel_no", "households"))).set_index("parcel_no")["households"]
        sizes = counts.drop(SHARED).groupby(lambda key: key.partition("-")[0]).nunique()
        if not (sizes == 1).all():
            tally.wrong.append(f"half a transaction: {counts.to_dict()}")
        if now < version or (not before.empty and (counts < before).any()):
            tally.wrong.append(f"went back: {version} → {now}")
        version, before = now, counts
        tally.reads += 1
        time.sleep(PAUSE_SECONDS)


def _write(store: Store, tally: Tally, writer: int, until: float) -> None:
    turn = 0
    while time.monotonic() < until or turn < LEAST_TURNS:
        keys = own_keys(writer) + ([SHARED] if turn % SHARED_EVERY == 0 else [])
        turn += 1
        found = store.read("parcel", Query(columns=COLUMNS, keys=tuple(keys)))
        # Who counted stands beside the count: two who want the very same row are no conflict (see ``Writer.put``).
        more = pd.DataFrame(
            {"parcel_no": found["parcel_no"], "households": found["households"] + 1, "remark": f"{writer}-{turn}"}
        )
        versions = dict(zip(found["parcel_no"], map(int, found["version"]), strict=True))
        try:
            with store.writing(OFFICER) as transaction:
                transaction.put("parcel", more, expected=versions)
        except Conflict as conflict:
            tally.conflicts += 1
            tally.wrong += [f"conflict over {clash.key}" for clash in conflict.clashes if clash.key != SHARED]
        else:
            tally.acknowledged.update(keys)


def wrong_at_the_end(where: str, acknowledged: Counter[str]) -> list[str]:
    """Every count must be what was acknowledged, with as many versions behind it; and the store sound."""
    with closing(open_store(where)) as store:
        found = store.read("parcel", Query(columns=COLUMNS))
        wrong = [
            f"{key}: {households} stored, {acknowledged[key]} acknowledged, version {version}"
            for key, households, version in found.itertuples(index=False)
            if not households == acknowledged[key] == version - 1
        ]
        wrong += [
            f"{key}: history" for key in (SHARED, "W0-0") if len(store.history("parcel", key)) != acknowledged[key]
        ]
        return wrong + [finding.words.en for finding in verify_store(store)]


@contextmanager
def _place(geopackage: bool) -> Iterator[str]:
    if geopackage:
        with tempfile.TemporaryDirectory() as folder:
            yield str(Path(folder, "county.gpkg"))
    else:
        with Cluster(durable=True, max_connections=300) as cluster:
            yield cluster.dsn()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--writers", type=int, default=10)
    parser.add_argument("--geopackage", action="store_true")
    asked = parser.parse_args()
    with _place(asked.geopackage) as where:
        make_store(where, asked.writers)
        tally = gather(where, seconds=asked.seconds, readers=asked.readers, writers=asked.writers)
    writes = sum(tally.acknowledged[own_keys(writer)[0]] for writer in range(asked.writers))
    print(f"{asked.readers} readers: {tally.reads} reads; {asked.writers} writers: {writes} writes acknowledged,")
    print(f"{tally.acknowledged[SHARED]} of the shared parcel, {tally.conflicts} conflicts over it")
    print(*(tally.wrong[:20] or ["nothing wrong"]), sep="\n")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    from tests.faults import crowd  # under its own name: what processes are handed must be found by it

    sys.exit(crowd.main())
