"""What the tests of the PostGIS store's tiles share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Store
from tests.gis.store.tile_samples import CRS


@pytest.fixture
def store(postgis_dsn: str) -> Iterator[Store]:
    """A new store on PostGIS."""
    made = create_store(postgis_dsn, name="示例县", crs=CRS, actor=LOCAL_ACTOR)
    yield made
    made.close()
