"""The sample county, built, stored and assessed once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gis.analysis.assessment import Assessment
from gis.demo.county import County, build_county
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.assess_store import assess_store
from gis.workflows.load_county import load_county


@pytest.fixture(scope="session")
def county() -> County:
    return build_county()


@pytest.fixture(scope="session")
def county_store(county: County, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("county") / "county.gpkg"
    store = create_store(path, name=county.name, crs=county.crs, actor=LOCAL_ACTOR, data_on=county.data_on)
    load_county(county, store, LOCAL_ACTOR)
    yield store
    store.close()


@pytest.fixture(scope="session")
def assessed(county_store: Store) -> Assessment:
    return assess_store(county_store, LOCAL_ACTOR)
