"""Two hundred who read and ten who write at once: nobody is turned away, no update is lost, no half is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.crowd import LEAST_TURNS, SHARED, gather, make_store, own_keys
from tests.postgis_server import Cluster, absence_of_programs

SECONDS = 8
READERS, WRITERS = 200, 10


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A file, or a server of the test's own: 300 connections, and every commit on the disk."""
    if request.param == "geopackage":
        yield str(tmp_path / "county.gpkg")
        return
    missing = absence_of_programs()
    if missing:
        pytest.skip(missing)
    with Cluster(durable=True, max_connections=300) as cluster:
        yield cluster.dsn()


@pytest.mark.slow
def test_two_hundred_readers_and_ten_writers_lose_nothing_and_see_whole_transactions(where: str) -> None:
    make_store(where, WRITERS)
    tally = gather(where, seconds=SECONDS, readers=READERS, writers=WRITERS)
    assert tally.wrong == []
    assert tally.reads >= READERS * LEAST_TURNS
    for writer in range(WRITERS):
        counts = {tally.acknowledged[key] for key in own_keys(writer)}
        assert len(counts) == 1
        # Its first turn may have lost the shared parcel to somebody else; the others are its alone.
        assert counts.pop() >= LEAST_TURNS - 1
    assert tally.acknowledged[SHARED] >= 1
