"""A disk that takes no more: the writer is told, nothing acknowledged is lost, nothing half written is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gis.errors import StoreFull
from gis.model import Query
from gis.store import create_store, open_store
from gis.store.geopackage import connections
from tests.contract.store_samples import CRS, OFFICER, parcels, put

ROOT = Path(__file__).resolve().parents[2]
_FILL = """
import os, resource, sys
from gis.errors import StoreFull
from gis.store import open_store
from tests.contract.store_samples import parcels, put
where = sys.argv[1]
store = open_store(where)
put(store, "parcel", parcels(10))
resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(where) + 300_000,) * 2)
stored = 10
try:
    while True:
        put(store, "parcel", parcels(100, first=stored))
        stored += 100
except StoreFull:
    print(stored, store.count("parcel"))
"""


@pytest.fixture
def where(tmp_path: Path) -> str:
    place = str(tmp_path / "county.gpkg")
    create_store(place, name="示范县", crs=CRS, actor=OFFICER).close()
    return place


def test_a_file_that_may_not_grow_refuses_the_write_and_keeps_the_rest(where: str) -> None:
    result = subprocess.run([sys.executable, "-c", _FILL, where], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 0, result.stderr
    acknowledged, seen = map(int, result.stdout.split())
    assert seen == acknowledged > 10
    store = open_store(where)
    assert store.count("parcel") == acknowledged
    assert list(store.check_integrity()) == []
    assert put(store, "parcel", parcels(100, first=acknowledged)).count("stored") == 100  # room again: it goes on
    store.close()


def test_a_full_database_refuses_the_write_and_keeps_the_rest(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = os.path.getsize(where) // 4096
    connect = connections.connect

    def small(path: Path, busy_seconds: float) -> connections.Connection:
        connection = connect(path, busy_seconds)
        connection.execute(f"PRAGMA max_page_count = {pages + 40}")
        return connection

    monkeypatch.setattr(connections, "connect", small)
    store = open_store(where)
    put(store, "parcel", parcels(10, households=1))
    with pytest.raises(StoreFull):
        put(store, "parcel", parcels(2000, households=2))
    assert list(store.read("parcel", Query(columns=("households",)))["households"]) == [1] * 10
    assert put(store, "parcel", parcels(1, households=3)).outcomes == ("updated",)
    assert list(store.check_integrity()) == []
    store.close()
