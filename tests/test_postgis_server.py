"""The tests' own PostgreSQL: new databases with PostGIS, crashes that can be had, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from tests.postgis_databases import Databases
from tests.postgis_server import Cluster, absence_of_programs, address, is_running

ROOT = Path(__file__).resolve().parent.parent
_START_AND_WAIT = """
import time
from tests.postgis_server import Cluster
cluster = Cluster()
print(cluster.pid, cluster.folder, flush=True)
time.sleep(600)
"""


def rows(dsn: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def is_gone_within(seconds: float, pid: int, folder: Path) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid) or folder.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def shared_memory() -> set[str]:
    """The ids of the segments that exist: the second field behind the heading, see proc_sysvipc(5)."""
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}


def test_a_fresh_database_has_postgis(postgis_dsn: str) -> None:
    ((version,),) = rows(postgis_dsn, "SELECT postgis_version()")
    assert str(version).startswith("3.")


def test_a_fresh_database_keeps_chinese_texts(postgis_dsn: str) -> None:
    assert rows(postgis_dsn, "SELECT '挂图作战', char_length('挂图作战')") == [("挂图作战", 4)]


def test_two_fresh_databases_do_not_share_tables(postgis_databases: Databases) -> None:
    one, other = postgis_databases.fresh(), postgis_databases.fresh()
    rows(one, "CREATE TABLE parcel (code text)")
    assert rows(one, "SELECT to_regclass('parcel')::text") == [("parcel",)]
    assert rows(other, "SELECT to_regclass('parcel')::text") == [(None,)]
    postgis_databases.drop(one)
    postgis_databases.drop(other)


def test_a_database_is_dropped_under_those_who_are_connected(postgis_databases: Databases) -> None:
    dsn = postgis_databases.fresh()
    with closing(psycopg2.connect(dsn)) as connection:
        postgis_databases.drop(dsn)
        with pytest.raises(psycopg2.OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        psycopg2.connect(dsn)


def test_only_databases_that_the_tests_made_are_dropped(postgis_databases: Databases, postgis_dsn: str) -> None:
    with pytest.raises(ValueError, match="postgres is not a database that these tests made"):
        postgis_databases.drop(address(**{**parse_dsn(postgis_dsn), "dbname": "postgres"}))


def test_a_killed_durable_cluster_comes_back_with_what_was_committed(durable_cluster: Cluster) -> None:
    dsn = durable_cluster.dsn()
    rows(dsn, "CREATE TABLE event (seq int)")
    rows(dsn, "INSERT INTO event VALUES (1), (2)")
    with closing(psycopg2.connect(dsn)) as open_connection, open_connection.cursor() as cursor:
        cursor.execute("INSERT INTO event VALUES (3)")  # never committed
        durable_cluster.kill()
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(dsn)
        durable_cluster.start()
    assert rows(dsn, "SELECT seq FROM event ORDER BY seq") == [(1,), (2,)]
    assert rows(dsn, "SHOW fsync") == [("on",)]


def test_a_cluster_ends_with_its_block_and_leaves_no_folder() -> None:
    if missing := absence_of_programs():
        pytest.skip(missing)
    with Cluster(max_connections=7) as cluster:
        pid = cluster.pid
        assert pid is not None
        assert rows(cluster.dsn(), "SHOW max_connections") == [("7",)]
    assert is_gone_within(0, pid, cluster.folder)


def test_a_killed_cluster_that_is_not_started_again_leaves_no_shared_memory() -> None:
    if missing := absence_of_programs():
        pytest.skip(missing)
    with Cluster() as cluster:
        key_and_id = (cluster.data / "postmaster.pid").read_text().splitlines()[6].split()
        cluster.kill()
        assert key_and_id[1] in shared_memory()
    assert key_and_id[1] not in shared_memory()
    assert not cluster.folder.exists()


def test_a_killed_test_process_leaves_no_server_behind() -> None:
    if missing := absence_of_programs():
        pytest.skip(missing)
    command = [sys.executable, "-c", _START_AND_WAIT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        pid, folder = process.stdout.readline().split()
        assert is_running(int(pid))
        process.kill()
    assert is_gone_within(20, int(pid), Path(folder))


@pytest.mark.parametrize(
    "parameters",
    [
        {"host": "127.0.0.1", "port": "5432", "user": "guatu", "password": "a@b:c/ d", "dbname": "示范县"},
        {"host": "/run/postgresql", "user": "guatu", "dbname": "county"},
        {"host": "::1", "dbname": "county", "sslmode": "disable", "application_name": "a b"},
    ],
)
def test_an_address_names_what_libpq_reads_from_it(parameters: dict[str, str]) -> None:
    assert parse_dsn(address(**parameters)) == parameters
