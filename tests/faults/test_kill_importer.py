"""kill -9 of an importer into PostGIS: its file is there whole or not at all, and nobody waits for the dead."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

import psycopg2
import pytest

from gis.model import Query
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.import_file import import_file
from gis.workflows.verify_store import verify_store
from tests.contract.store_samples import CRS, OFFICER, parcels, projects, put
from tests.faults.importing_process import OPTIONS, ROWS, parcel_file

pytestmark = pytest.mark.postgis
KILLS = 8
ROOT = Path(__file__).resolve().parents[2]
# A new writer that has to wait for a dead one would wait its whole life.
AT_ONCE_SECONDS = 5.0
_HANG_IN_THE_DATABASE = """
import sys
from gis.store import open_store
with open_store(sys.argv[1])._writing("2026-03-01T00:00:00.000Z") as session:
    print("holds the store", flush=True)
    session.rows("SELECT pg_sleep(300)", {})
"""


@pytest.fixture
def store(postgis_dsn: str) -> Iterator[Store]:
    with closing(create_store(postgis_dsn, name="示范县", crs=CRS, actor=OFFICER)) as made:
        yield made


@pytest.fixture
def importer(store: Store, postgis_dsn: str) -> Iterator[tuple[IO[str], IO[str]]]:
    """The pipes of a process that imports the files that it is told."""
    command = [sys.executable, "-m", "tests.faults.importing_process", postgis_dsn]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout
        process.kill()


def acknowledged_until_killed(importer: tuple[IO[str], IO[str]], file: Path, share: int, seconds: float) -> bool:
    """Import ``file``; kill so many seconds after it said that ``share`` percent are done. Whether it was stored."""
    orders, lines = importer
    orders.write(f"{file}\n")
    orders.flush()
    said: list[tuple[str, int]] = []
    while not {word for word, _ in said} >= {"pid", "share"} or max(n for w, n in said if w == "share") < share:
        word, number = lines.readline().split()
        said.append((word, int(number)))
    time.sleep(seconds)
    with suppress(ProcessLookupError):  # it was done
        os.kill(dict(said)["pid"], signal.SIGKILL)
    said += [(line.split()[0], int(line.split()[1])) for line in iter(lines.readline, "dead\n")]
    return ("done", ROWS) in said


def rows_of(store: Store, number: int) -> int:
    """How many parcels of the numbered file are stored; each must be there with all that came along."""
    found = store.read("parcel", Query(columns=("parcel_no", "households", "stage")))
    mine = found[found["households"] == number]
    assert set(mine["stage"]) <= {"cleared"}
    return len(mine)


@pytest.mark.slow
def test_a_killed_importer_leaves_its_file_whole_or_not_at_all(
    store: Store, importer: tuple[IO[str], IO[str]], tmp_path: Path
) -> None:
    moments = random.Random(20260301)
    whole = 0
    for number in range(KILLS):
        file = parcel_file(tmp_path, number)
        # At its very beginning, twice while it stores, and when it has just committed.
        share, longest = ((0, 0.0), (70, 0.2), (70, 0.4), (100, 0.0))[number % 4]
        done = acknowledged_until_killed(importer, file, share, moments.uniform(0.0, longest))

        began = time.monotonic()
        put(store, "project", projects([f"K{number}"]))
        assert time.monotonic() - began < AT_ONCE_SECONDS
        there = rows_of(store, number)
        assert there == ROWS if done else there in (0, ROWS)
        assert store.count("parcel") == store.count("parcel_event") == number * ROWS + there
        assert store.count("import_log") == number + (there == ROWS)
        assert verify_store(store) == ()

        again = import_file(store, OFFICER, "parcels", file, OPTIONS)
        assert (again.stored, again.unchanged) == (ROWS - there, there)
        assert store.count("import_log") == number + 1
        whole += there == ROWS
    assert verify_store(store) == ()
    assert 0 < whole < KILLS


@pytest.mark.slow
def test_a_writer_killed_while_the_database_works_for_it_does_not_keep_the_others_out(
    store: Store, postgis_dsn: str
) -> None:
    command = [sys.executable, "-c", _HANG_IN_THE_DATABASE, postgis_dsn]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "holds the store\n"
        writer.kill()
    began = time.monotonic()
    assert put(store, "parcel", parcels(1)).count("stored") == 1
    assert time.monotonic() - began < AT_ONCE_SECONDS
    with closing(psycopg2.connect(postgis_dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")
        assert cursor.fetchone() == (0,)
