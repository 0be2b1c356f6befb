"""`guatu serve` on PostGIS: several processes, connections of their own, an orderly end, clear refusals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from gunicorn.workers.gthread import ThreadWorker
from psycopg2.extensions import parse_dsn

from gis.model import LOCAL_ACTOR
from gis.settings import Settings
from gis.store import create_store
from gis.store.postgis.migrations import schema_version
from tests.postgis_server import address
from webapp.even_worker import EvenWorker
from webapp.serving import gunicorn_options, workers_that_fit

GUATU = [sys.executable, "-c", "from gis.cli import main; main()"]
SECONDS = 60


def test_the_number_of_workers_fits_the_machine() -> None:
    assert [workers_that_fit(cores) for cores in (1, 2, 3, 64)] == [2, 4, 4, 4]
    assert gunicorn_options(Settings(workers=7))["workers"] == 7
    assert 2 <= gunicorn_options(Settings())["workers"] <= 4


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUATU_")}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


@pytest.fixture
def county(postgis_dsn: str) -> str:
    create_store(postgis_dsn, name="示例市", crs="EPSG:4547", actor=LOCAL_ACTOR).close()
    return postgis_dsn


@contextmanager
def serving(db: str, *words: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    command = [*GUATU, "--db", db, "serve", "--port", "0", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**more)
    ) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert found is not None, line + (server.stderr.read() if server.stderr else "")
            yield server, found[0]
        finally:
            if server.poll() is None:
                server.kill()


def read(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def wait_for_children(pid: int, count: int) -> set[int]:
    deadline = time.monotonic() + SECONDS
    while len(found := children(pid)) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def connections_of(pid: int) -> set[tuple[int, int]]:
    """The ports, its own and the other's, of the connections that a process opened, accepted or inherited."""
    inodes = {m[1] for path in Path(f"/proc/{pid}/fd").iterdir() if (m := re.match(r"socket:\[(\d+)]", link(path)))}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {(int(row[1][-4:], 16), int(row[2][-4:], 16)) for row in rows if row[9] in inodes}


def connected_ports(pid: int, port: int) -> set[int]:
    """The local ports of a process's connections to ``port`` on this machine, that it opened itself or inherited."""
    return {own for own, other in connections_of(pid) if other == port}


def link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:  # closed while we looked
        return ""


def test_it_answers_from_several_processes_and_ends_when_told_to(county: str) -> None:
    with serving(county, "--workers", "3") as (server, url):
        assert read(f"{url}api/info")["name"] == "示例市"
        workers = wait_for_children(server.pid, 3)
        assert len(workers) == 3
        for _ in range(30):
            assert read(f"{url}healthz")["ok"] is True
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=SECONDS) == 0
        assert server.stderr is not None
        assert server.stderr.read() == ""
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_each_process_answers_health_with_connections_of_its_own(county: str, how: signal.Signals) -> None:
    """Each worker in turn is the only one that is not stopped, so that it is known who answers."""
    port = int(parse_dsn(county).get("port", 5432))
    with serving(county, GUATU_WORKERS="2") as (server, url):
        read(f"{url}healthz")
        workers = wait_for_children(server.pid, 2)
        inherited = connected_ports(server.pid, port)
        own: dict[int, set[int]] = {}
        for worker in workers:
            others = workers - {worker}
            for other in others:
                os.kill(other, signal.SIGSTOP)
            assert read(f"{url}healthz")["ok"] is True
            own[worker] = connected_ports(worker, port) - inherited
            for other in others:
                os.kill(other, signal.SIGCONT)
        first, second = own.values()
        assert first
        assert second
        assert first.isdisjoint(second)
        server.send_signal(how)
        assert server.wait(timeout=SECONDS) == 0


@pytest.mark.parametrize(("connections", "seconds"), [(0, 0.0), (1, 0.001), (3, 0.003), (40, 0.004)])
def test_a_process_stands_back_for_those_with_fewer_connections(
    connections: int, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []
    monkeypatch.setattr(time, "sleep", done.append)
    monkeypatch.setattr(ThreadWorker, "accept", lambda worker, *listening: done.append(listening))
    worker = EvenWorker.__new__(EvenWorker)
    worker.nr_conns = connections
    worker.accept("server", "listener")
    assert done == [seconds, ("server", "listener")]


def test_a_worker_that_dies_is_replaced(county: str) -> None:
    with serving(county, "--workers", "1") as (server, url):
        read(f"{url}healthz")
        (first,) = wait_for_children(server.pid, 1)
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + SECONDS
        while children(server.pid) in ({first}, set()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert read(f"{url}healthz")["ok"] is True
        assert first not in children(server.pid)


def refused(db: str, **more: str) -> str:
    command = [*GUATU, "--db", db, "serve", "--port", "0"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, env=environment(**more), check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_store_of_an_older_schema_is_refused_before_anything_listens(county: str) -> None:
    with closing(psycopg2.connect(county)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("UPDATE guatu.schema_migration SET number = number - 1")
    text = refused(county, GUATU_LANGUAGE="en")
    assert "guatu migrate" in text
    assert f"found: {schema_version() - 1}" in text


def test_a_database_without_a_store_is_refused(postgis_dsn: str) -> None:
    assert "guatu init" in refused(postgis_dsn)


def test_the_password_comes_from_a_file_and_is_in_no_output(county: str, tmp_path: Path) -> None:
    parts = parse_dsn(county)
    password = parts.pop("password", "any-s3cret")  # a server of GUATU_TEST_DSN may not ask for one
    file = tmp_path / "db_password"
    file.write_text(f"{password}\n", encoding="utf-8")
    without = address(**parts)
    with serving(without, "--workers", "1", GUATU_DB_PASSWORD_FILE=str(file)) as (server, url):
        assert read(f"{url}healthz")["ok"] is True
        (worker,) = wait_for_children(server.pid, 1)
        for pid in (server.pid, worker):
            assert password.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
            assert password.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    assert "GUATU_DB_PASSWORD_FILE" in refused(without, GUATU_DB_PASSWORD_FILE=str(tmp_path / "absent"))


def test_a_server_that_lets_nobody_in_is_told_without_the_password(tmp_path: Path) -> None:
    file = tmp_path / "db_password"
    file.write_text("s3cret\n", encoding="utf-8")
    text = refused("postgresql://guatu@127.0.0.1:1/guatu", GUATU_DB_PASSWORD_FILE=str(file))
    assert "postgresql://127.0.0.1:1/guatu" in text
    assert "s3cret" not in text


def test_an_address_that_cannot_be_read_is_refused_without_repeating_it() -> None:
    assert "s3%zzcret" not in refused("postgresql://guatu:s3%zzcret@127.0.0.1/guatu")
