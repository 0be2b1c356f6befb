"""Stores on PostGIS for measurements: the generated county, on a private server that goes when the script ends."""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import psycopg2

from bench.county import CRS, ON, county
from gis.analysis.assessment import Inputs
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.columns import STAGE_COLUMNS
from tests.postgis_databases import Databases
from tests.postgis_server import Cluster, given_dsn

SIZES = (10_000, 100_000)
# As docker-compose.yml sets them; what is committed is on the disk, as in production.
SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
}
TIMEOUT_SECONDS = 3600
BACKEND_ENDS_SECONDS = 0.5  # within it a backend whose client has gone ends
_private: list[Cluster] = []


class Measured(NamedTuple):
    """
    Seconds by the clock; of all cores, the database's with them (nan on a server that is not ours); peak memory (MiB,
    the database's own not counted); and what the act found.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float
    found: Any


@contextmanager
def server() -> Iterator[Databases]:
    """New databases: on the server of `GUATU_TEST_DSN`, else on a private one with the settings of docker-compose."""
    given = given_dsn()
    if given:
        with closing(Databases(given)) as made:
            yield made
        return
    with Cluster(durable=True) as cluster:
        with closing(psycopg2.connect(cluster.dsn())) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            for name, value in SETTINGS.items():
                cursor.execute(f"ALTER SYSTEM SET {name} = %s", (value,))
        cluster.stop()
        cluster.start()
        with closing(Databases(cluster.dsn())) as made:
            _private.append(cluster)
            yield made
            _private.clear()


def _database_seconds() -> float:
    """Processor time of all backends that have ended (proc(5), fields 16 and 17 of the postmaster)."""
    if not _private:
        return math.nan
    time.sleep(BACKEND_ENDS_SECONDS)
    fields = Path(f"/proc/{_private[0].pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def machine(dsn: str) -> str:
    """The machine, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = query(dsn, "SELECT current_setting('server_version'), postgis_lib_version()")[0]
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, PostgreSQL {versions[0]}, PostGIS {versions[1]}, load {load}"


def query(dsn: str, statement: str, *bound: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement; it is committed."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, bound or None)
        return cursor.fetchall() if cursor.description else []


def fill(dsn: str, parcels: int, projects: int) -> None:
    """Make a store with the county of ``bench.county`` in an empty database, as autovacuum leaves it after a while."""
    inputs = county(parcels, projects)
    tables: dict[str, pd.DataFrame] = {"zone": inputs.zones, "parcel": inputs.parcels, "project": inputs.projects}
    ledgers: dict[str, pd.DataFrame] = {
        "project_event": _project_stages(inputs),
        "parcel_event": pd.concat([inputs.events, _holds(inputs)], ignore_index=True),
        "project_plan": inputs.plans,
        "progress_report": inputs.reports,
    }
    new = create_store(dsn, name="bench", crs=CRS, actor=LOCAL_ACTOR, data_on=ON)
    with closing(new) as store, store.writing(LOCAL_ACTOR) as writer:
        for layer, frame in tables.items():
            writer.put(layer, frame.drop(columns=list(STAGE_COLUMNS.get(layer, ()))))
        for layer, frame in ledgers.items():
            writer.append(layer, frame)
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("VACUUM ANALYZE")


def _project_stages(inputs: Inputs) -> pd.DataFrame:
    columns = {"project_code": inputs.projects["code"], "stage": inputs.projects["stage"]}
    return pd.DataFrame({**columns, "on_date": pd.Timestamp("2026-01-05").as_unit("s")})


def _holds(inputs: Inputs) -> pd.DataFrame:
    held = inputs.parcels[inputs.parcels["hold_reason"].notna()]
    columns = {"parcel_no": held["parcel_no"], "hold_reason": held["hold_reason"], "on_date": held["held_since"]}
    return pd.DataFrame({**columns, "kind": "hold"})


def measured(act: Callable[..., Any], *given: Any) -> Measured:
    """What ``act`` takes in a process of its own."""
    database = _database_seconds()
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=_run, args=(act, given, results))
    process.start()
    answer = results.get(timeout=TIMEOUT_SECONDS)
    process.join()
    if isinstance(answer, str):
        raise SystemExit(f"{act.__name__}: {answer}")
    seconds, cpu, peak, found = answer
    return Measured(seconds, cpu + _database_seconds() - database, peak, found)


def _run(act: Callable[..., Any], given: tuple[Any, ...], results: Any) -> None:
    try:
        start, cpu = time.perf_counter(), _own_seconds()
        found = act(*given)
        seconds, cpu = time.perf_counter() - start, _own_seconds() - cpu
    except BaseException as error:
        results.put(f"{type(error).__name__}: {error}")
        raise
    # Where a program was run, the act is that program; the process that runs it holds no more than Python.
    programs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    results.put((seconds, cpu, (programs or _own_peak_kib()) / 1024, found))


def _own_peak_kib() -> int:
    """Of this program alone: ``getrusage`` tells the peak of whoever started it where that was higher."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
