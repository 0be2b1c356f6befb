"""kill -9 of a web process while it answers: only its own visitor notices, and its sessions leave the database."""

from __future__ import annotations

import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg2
import pytest
from psycopg2.extensions import connection, parse_dsn

from gis.model import LOCAL_ACTOR
from gis.store import create_store
from tests.contract.store_samples import CRS, parcels, put
from tests.webapp.test_serving_processes import connected_ports, read, serving, wait_for_children

pytestmark = pytest.mark.postgis
SECONDS = 30


@pytest.fixture
def county(postgis_dsn: str) -> str:
    with closing(create_store(postgis_dsn, name="示例市", crs=CRS, actor=LOCAL_ACTOR)) as store:
        put(store, "parcel", parcels(3))
    return postgis_dsn


@pytest.fixture
def database(county: str) -> Iterator[connection]:
    with closing(psycopg2.connect(county)) as opened:
        opened.autocommit = True
        yield opened


def ask(database: connection, statement: str, *bound: object) -> list[tuple[object, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement, bound)
        return cursor.fetchall() if cursor.description else []


def waiting(database: connection) -> list[int]:
    """The client ports of sessions that wait for a lock."""
    found = ask(
        database,
        "SELECT client_port FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    )
    return [int(str(port)) for (port,) in found]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def only(awake: int, workers: set[int]) -> Iterator[None]:
    """Meanwhile this worker alone takes requests."""
    others = workers - {awake}
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return int(answer.status)


def wait_until_warm(workers: set[int], url: str, database: connection) -> None:
    """
    Until no worker has anything left to keep in the store.

    One that is stopped while it holds the writers' lock would keep the other from ever coming to the table.
    """
    for worker in workers:
        until(lambda worker=worker: _is_warm(worker, workers, url, database))


def _is_warm(worker: int, workers: set[int], url: str, database: connection) -> bool:
    """Whether this worker has answered from the assessment; it is not asked while the stopped ones hold a lock."""
    with only(worker, workers):
        return not _advisory_locks(database) and status_of(f"{url}api/parcels/P0") == 200


def _advisory_locks(database: connection) -> int:
    """How many locks of writers, and of those that wait to write, are held in this database."""
    asked = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database AND datname = current_database()"
    return int(str(ask(database, f"{asked} WHERE locktype = 'advisory'")[0][0]))


@pytest.mark.slow
def test_a_worker_killed_while_it_answers_takes_only_its_own_answers_with_it(county: str, database: connection) -> None:
    with serving(county, "--workers", "2") as (server, url), ThreadPoolExecutor(2) as visitors:
        workers = wait_for_children(server.pid, 2)
        doomed, spared = sorted(workers)
        wait_until_warm(workers, url, database)
        asked: dict[int, Future[int]] = {}
        with closing(psycopg2.connect(county)) as locking:
            ask(locking, "LOCK TABLE guatu.parcel IN ACCESS EXCLUSIVE MODE")  # until it is rolled back
            for number, worker in enumerate((doomed, spared), 1):
                with only(worker, workers):
                    asked[worker] = visitors.submit(status_of, f"{url}api/parcels/P{number}")
                    until(lambda number=number: len(waiting(database)) >= number)
            port = int(parse_dsn(county).get("port", 5432))
            gone = connected_ports(doomed, port) - connected_ports(server.pid, port)
            assert gone & set(waiting(database))
            os.kill(doomed, signal.SIGKILL)
            with pytest.raises((urllib.error.URLError, ConnectionError)):
                asked[doomed].result(timeout=SECONDS)
            assert read(f"{url}healthz")["ok"] is True  # by who is left, while the table is still locked
        assert asked[spared].result(timeout=SECONDS) == 200
        until(lambda: not _sessions(database) & gone)
        until(lambda: len(wait_for_children(server.pid, 2) - {doomed}) == 2)
        assert [status_of(f"{url}api/parcels/P{number}") for number in (0, 1, 2)] == [200] * 3


def _sessions(database: connection) -> set[int]:
    found = ask(database, "SELECT client_port FROM pg_stat_activity WHERE datname = current_database()")
    return {int(str(port)) for (port,) in found}


@pytest.mark.slow
def test_visitors_go_on_while_workers_are_killed_one_after_the_other(county: str, database: connection) -> None:
    """The killed one's visitors see a broken connection at most; nobody is given a wrong answer or an error page."""
    stop = threading.Event()

    def visit() -> tuple[int, int]:
        answered = broken = 0
        while not stop.is_set():
            try:
                assert status_of(f"{url}api/parcels/P{answered % 3}") == 200
                answered += 1
            except urllib.error.HTTPError:
                raise
            except (urllib.error.URLError, ConnectionError):
                broken += 1
        return answered, broken

    with serving(county, "--workers", "2") as (server, url), ThreadPoolExecutor(4) as visitors:
        wait_for_children(server.pid, 2)
        visits = [visitors.submit(visit) for _ in range(4)]
        try:
            for _ in range(3):
                time.sleep(0.7)
                os.kill(min(wait_for_children(server.pid, 2)), signal.SIGKILL)
            time.sleep(0.7)
        finally:
            stop.set()
        counts = [visit.result(timeout=SECONDS) for visit in visits]
        until(lambda: len(wait_for_children(server.pid, 2)) == 2)
        assert all(answered > broken for answered, broken in counts)
        assert sum(broken for _, broken in counts) <= 3 * 2 * 4
        # Each process has at most what its pool may hold: nobody's sessions are left from the dead.
        until(lambda: len(_sessions(database)) <= 1 + 3 * 4 + 1)
