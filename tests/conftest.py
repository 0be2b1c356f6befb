"""What every test shares: where real data lies, new PostGIS databases, and that a skip is never silent."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests import postgis_server
from tests.postgis_databases import Databases, databases

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
REQUIRE_ALL = os.environ.get("GUATU_REQUIRE_ALL") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = pytest.mark.skip(reason=f"needs the real data in {SHARED_DATA}")
    for item in items:
        if item.get_closest_marker("real_data") and not SHARED_DATA.is_dir():
            item.add_marker(absent)
        if {"postgis_databases", "durable_cluster"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("postgis")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, object, None]:
    """Where everything is required (CI), a skip is a failure."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped where GUATU_REQUIRE_ALL=1 forbids it: {reason}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("not run")
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            terminalreporter.line(f"{report.nodeid}: {reason}")
        terminalreporter.line("`make test` as root or with sudo installs what is missing; then run it again.")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real data beside the checkout."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgis_databases() -> Iterator[Databases]:
    """New PostGIS databases; one server for all tests of a process."""
    missing = postgis_server.absence()
    if missing:
        pytest.skip(missing)
    with databases() as made:
        yield made


@pytest.fixture
def postgis_dsn(postgis_databases: Databases) -> Iterator[str]:
    """The address of a new database with PostGIS, which is dropped afterwards, whoever is still connected."""
    dsn = postgis_databases.fresh()
    yield dsn
    postgis_databases.drop(dsn)


@pytest.fixture
def durable_cluster() -> Iterator[postgis_server.Cluster]:
    """A server of the test's own that may be killed and started again; it keeps what was committed."""
    missing = postgis_server.absence_of_programs()
    if missing:
        pytest.skip(missing)
    with postgis_server.Cluster(durable=True) as cluster:
        yield cluster
