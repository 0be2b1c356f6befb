"""What a database refuses: connections, time, room. Each has its own cause and its own status on the web."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress

import psycopg2
import pytest
from flask import Flask
from psycopg2.extensions import connection, parse_dsn

from gis.errors import GuatuError, StoreBusy, StoreFull, StoreMissing, StoreUnreachable, TooMuchAsked
from gis.settings import Settings
from gis.store import create_store, open_store
from gis.store.port import Store
from gis.store.postgis import connections
from tests.contract.store_samples import CRS, OFFICER, parcels, put
from tests.postgis_server import Cluster, absence_of_programs
from webapp import create_app
from webapp.errors import problem_of

pytestmark = pytest.mark.postgis


@pytest.fixture
def store(postgis_dsn: str) -> Iterator[Store]:
    with closing(create_store(postgis_dsn, name="示范县", crs=CRS, actor=OFFICER)) as made:
        put(made, "parcel", parcels(3, households=1))
        yield made


def app_of(dsn: str) -> Flask:
    return create_app(Settings(db=dsn))


def execute(dsn: str, statement: str) -> None:
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(statement)


# ------------------------------------------------------------------ connections


@pytest.fixture
def few_connections() -> Iterator[str]:
    """A server of its own that takes six connections, three of them only from superusers."""
    missing = absence_of_programs()
    if missing:
        pytest.skip(missing)
    with Cluster(max_connections=6) as cluster:
        yield cluster.dsn()


@pytest.mark.slow
def test_a_server_without_a_free_connection_is_busy_not_gone(few_connections: str) -> None:
    create_store(few_connections, name="示范县", crs=CRS, actor=OFFICER).close()
    app = app_of(few_connections)
    store: Store = app.extensions["guatu"].store
    assert store.count("parcel") == 0
    with ExitStack() as taken:
        _take_all(few_connections, taken)
        with pytest.raises(StoreBusy, match="no more connections"):
            store.count("parcel")
        answer = app.test_client().get("/healthz")
        assert (answer.status_code, answer.get_json()["type"]) == (503, "StoreBusy")
        assert int(answer.headers["Retry-After"]) > 0
        assert 'http-equiv="refresh"' in app.test_client().get("/").get_data(as_text=True)
    until_true(lambda: app.test_client().get("/healthz").status_code == 200)
    store.close()


def _take_all(dsn: str, taken: ExitStack) -> None:
    """End the app's sessions, and take their places and all others."""
    ours = taken.enter_context(closing(psycopg2.connect(dsn)))
    with ours.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'guatu'")
    until_true(lambda: _sessions_of_the_app(ours) == 0)
    with suppress(psycopg2.OperationalError):
        while True:
            taken.enter_context(closing(psycopg2.connect(dsn)))


def _sessions_of_the_app(ours: connection) -> int:
    with ours.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guatu'")
        ours.commit()
        return int((cursor.fetchone() or (0,))[0])


def until_true(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# PostgreSQL 15's sentences, English and of its zh_CN catalogue: no SQLSTATE comes with them.
@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ("FATAL:  sorry, too many clients already", StoreBusy),
        ("FATAL:  remaining connection slots are reserved for non-replication superuser connections", StoreBusy),
        ('FATAL:  too many connections for role "guatu"', StoreBusy),
        ('FATAL:  too many connections for database "guatu"', StoreBusy),
        ("致命错误:  对不起, 已经有太多的客户", StoreBusy),
        ("致命错误:  已保留的连接位置为执行非复制请求的超级用户预留", StoreBusy),
        ('致命错误:  由角色"guatu"发起的连接太多了', StoreBusy),
        ('FATAL:  database "guatu" does not exist', StoreMissing),
        ('致命错误:  数据库 "guatu" 不存在', StoreMissing),
        ("FATAL:  the database system is starting up", StoreUnreachable),
        ('FATAL:  password authentication failed for user "guatu"', StoreUnreachable),
    ],
)
def test_who_is_not_let_in_learns_why(told: str, cause: type[GuatuError], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise psycopg2.OperationalError(told)

    monkeypatch.setattr(psycopg2, "connect", refuse)
    with pytest.raises(cause) as refused:
        connections.connect("postgresql://guatu:s3cret@db/guatu")
    assert refused.value.found == "postgresql://db/guatu"


def test_a_process_whose_connections_are_all_in_use_is_busy_for_a_moment(store: Store, postgis_dsn: str) -> None:
    free = threading.Event()
    holding = threading.Semaphore(0)
    impatient = open_store(postgis_dsn, busy_seconds=0.2)

    def hold() -> int:
        with impatient.session():  # type: ignore[attr-defined]
            holding.release()
            free.wait(20)
            return impatient.count("parcel")  # within: the same connection

    with closing(impatient), ThreadPoolExecutor(connections.MOST_CONNECTIONS) as pool:
        held = [pool.submit(hold) for _ in range(connections.MOST_CONNECTIONS)]
        for _ in held:
            assert holding.acquire(timeout=20)
        with pytest.raises(StoreBusy, match="in use"):
            impatient.count("parcel")
        free.set()
        assert [each.result(timeout=20) for each in held] == [3] * len(held)
        assert impatient.count("parcel") == 3


# ------------------------------------------------------------------ time


def test_a_read_over_its_time_is_cut_off_and_the_connection_is_good_for_the_next(
    store: Store, postgis_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app_of(postgis_dsn).test_client()
    monkeypatch.setattr(connections, "_BEGIN_READ", connections._BEGIN_READ.replace("30s", "300ms"))
    with closing(psycopg2.connect(postgis_dsn)) as locking, locking.cursor() as cursor:
        cursor.execute("LOCK TABLE guatu.parcel, guatu.town IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        with pytest.raises(TooMuchAsked):
            store.read("parcel")
        answer = client.get("/api/parcels/P1")
        assert (answer.status_code, answer.get_json()["type"]) == (503, "TooMuchAsked")
        assert int(answer.headers["Retry-After"]) > 0
        page = client.get("/")
        assert page.status_code == 503
        assert "http-equiv" not in page.get_data(as_text=True)  # asking again would only take as long
        assert time.monotonic() - began < 10
    assert store.count("parcel") == 3
    assert client.get("/api/parcels/P1").status_code == 200
    assert client.get("/").status_code == 200


def test_only_reads_have_a_time_limit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big import takes as long as it takes."""
    monkeypatch.setattr(connections, "_BEGIN_READ", connections._BEGIN_READ.replace("30s", "100ms"))
    assert store.count("parcel") == 3
    with store._writing("2026-03-01T00:00:00.000Z") as session:  # type: ignore[attr-defined]
        assert session.rows("SELECT pg_sleep(0.5)", {}) == [("",)]


# ------------------------------------------------------------------ room


def test_a_query_that_needs_more_scratch_room_than_allowed_asks_for_too_much(store: Store, postgis_dsn: str) -> None:
    name = parse_dsn(postgis_dsn)["dbname"]
    for limit in ("temp_file_limit = '64kB'", "work_mem = '64kB'"):
        execute(postgis_dsn, f"ALTER DATABASE {name} SET {limit}")
    sort = "SELECT max(n) FROM (SELECT n FROM generate_series(1, 200000) AS n ORDER BY -n OFFSET 1) AS sorted"
    with closing(open_store(postgis_dsn)) as limited:
        with pytest.raises(TooMuchAsked), limited.session() as session:  # type: ignore[attr-defined]
            session.rows(sort, {})
        assert limited.count("parcel") == 3


@pytest.mark.parametrize(
    ("code", "cause", "status"),
    [
        ("53100", StoreFull, 507),  # disk_full
        ("53200", TooMuchAsked, 503),  # out_of_memory
        ("40P01", StoreBusy, 503),  # deadlock_detected
        ("55P03", StoreBusy, 503),  # lock_not_available
        ("57P01", StoreUnreachable, 503),  # admin_shutdown
    ],
)
def test_what_the_database_refuses_in_the_middle_of_a_write_has_a_cause_and_nothing_is_kept(
    store: Store, postgis_dsn: str, code: str, cause: type[GuatuError], status: int
) -> None:
    """A trigger stands in for the disk: the error takes the way from server through driver to cause as a real one."""
    execute(postgis_dsn, _REFUSING.format(code=code))
    with pytest.raises(cause) as refused, store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(3, households=2))
    assert problem_of(refused.value)["status"] == status
    assert list(store.read("parcel")["households"]) == [1, 1, 1]
    execute(postgis_dsn, "DROP TRIGGER refusing ON guatu.parcel")
    assert put(store, "parcel", parcels(3, households=2)).count("updated") == 3
    assert list(store.check_integrity()) == []


_REFUSING = """
CREATE FUNCTION guatu.refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.parcel_no = 'P2' THEN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$;
CREATE TRIGGER refusing BEFORE INSERT OR UPDATE ON guatu.parcel FOR EACH ROW EXECUTE FUNCTION guatu.refuse();
"""


def test_a_broken_disk_is_no_expected_cause(store: Store, postgis_dsn: str) -> None:
    """58030, io_error: not "try again later", but a number for the visitor and the whole story in the log."""
    execute(postgis_dsn, _REFUSING.format(code="58030"))
    with pytest.raises(psycopg2.Error):
        put(store, "parcel", parcels(3, households=2))
    assert list(store.read("parcel")["households"]) == [1, 1, 1]
