"""
The stores that must all pass this suite. A further one is a further ``kind`` of ``where``; no test changes.

``where`` is what ``open_store`` takes, so that a test can open the same store from another process.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gis.store import create_store, open_store
from gis.store.port import Store
from tests.contract.store_samples import CRS, OFFICER


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for a new store of each kind."""
    if request.param == "postgis":
        return str(request.getfixturevalue("postgis_dsn"))
    return str(tmp_path / "县.gpkg")


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    """A new store; whatever a test did to it, it must be sound afterwards."""
    made = create_store(where, name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    yield made
    made.close()
    again = open_store(where)
    assert [finding.words.en for finding in again.check_integrity()] == []
    again.close()
