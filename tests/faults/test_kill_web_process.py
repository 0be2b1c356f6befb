"""kill -9 of a web process while it answers: only its own visitor notices, and its sessions leave the database."""

from __future__ import annotations

import operator
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2.extensions import connection, parse_dsn

from gis.model import LOCAL_ACTOR
from gis.store import create_store
from tests.contract.store_samples import CRS, parcels, put
from tests.webapp.test_serving_processes import connected_ports, connections_of, read, serving, wait_for_children

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


def took(worker: int, visitor: HTTPConnection) -> bool:
    """Whether this worker has accepted the visitor's connection."""
    (_, ours), (_, theirs) = visitor.sock.getsockname(), visitor.sock.getpeername()
    return (theirs, ours) in connections_of(worker)


def asking(address: str, path: str, worker: int, workers: set[int]) -> HTTPConnection:
    """A visitor who has asked this worker and none of the others, and waits for the answer."""
    visitor = HTTPConnection(address, timeout=SECONDS)
    with only(worker, workers):
        visitor.request("GET", path)
        until(lambda: took(worker, visitor))
    return visitor


@pytest.mark.slow
def test_a_worker_killed_while_it_answers_takes_only_its_own_answers_with_it(county: str, database: connection) -> None:
    port = int(parse_dsn(county).get("port", 5432))
    with serving(county, "--workers", "2") as (server, url):
        workers = wait_for_children(server.pid, 2)
        doomed, spared = sorted(workers)
        read(f"{url}healthz")
        with closing(psycopg2.connect(county)) as locking:
            ask(locking, "LOCK TABLE guatu.parcel IN ACCESS EXCLUSIVE MODE")  # until it is rolled back
            address = urlsplit(url).netloc
            with (
                closing(asking(address, "/api/parcels/P1", doomed, workers)) as unlucky,
                closing(asking(address, "/api/parcels/P2", spared, workers)) as lucky,
            ):
                for worker in workers:
                    until(lambda worker=worker: connected_ports(worker, port) & set(waiting(database)))
                gone = connected_ports(doomed, port) - connected_ports(server.pid, port)
                os.kill(doomed, signal.SIGKILL)
                with pytest.raises(ConnectionError):
                    unlucky.getresponse()
                assert read(f"{url}healthz")["ok"] is True  # by who is left, while the table is still locked
                locking.rollback()
                assert lucky.getresponse().status == 200
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
    answered, broken = [0] * 4, [0] * 4

    def visit(visitor: int) -> None:
        while not stop.is_set():
            try:
                assert status_of(f"{url}api/parcels/P{answered[visitor] % 3}") == 200
                answered[visitor] += 1
            except urllib.error.HTTPError:
                raise
            except (urllib.error.URLError, ConnectionError):
                broken[visitor] += 1

    with serving(county, "--workers", "2") as (server, url), ThreadPoolExecutor(4) as visitors:
        wait_for_children(server.pid, 2)
        visits = [visitors.submit(visit, visitor) for visitor in range(4)]
        try:
            for _ in range(3):
                time.sleep(0.7)
                os.kill(min(wait_for_children(server.pid, 2)), signal.SIGKILL)
            # Each visitor is answered again, however long new workers take on this machine.
            until(lambda: all(map(operator.gt, answered, broken)) or any(visit.done() for visit in visits))
        finally:
            stop.set()
        for each in visits:
            each.result(timeout=SECONDS)
        until(lambda: len(wait_for_children(server.pid, 2)) == 2)
        assert sum(broken) <= 3 * 2 * 4
        # Each process has at most what its pool may hold: nobody's sessions are left from the dead.
        until(lambda: len(_sessions(database)) <= 1 + 3 * 4 + 1)
