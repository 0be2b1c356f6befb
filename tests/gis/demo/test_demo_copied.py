"""The sample county in a database, and back in a file, is the same county with the same assessment."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gis.analysis.as_json import assessment_json
from gis.analysis.assessment import Assessment
from gis.analysis.overview import overview_of
from gis.demo.county import County
from gis.model import LOCAL_ACTOR
from gis.store import create_store, open_store
from gis.store.moving import copy_store
from gis.words import Words
from gis.workflows.assess_store import assess_overview, default_day
from gis.workflows.list_assessment import list_assessment
from gis.workflows.load_county import load_county
from gis.workflows.verify_store import verify_store


def quiet(_words: Words, _share: float) -> None:
    return None


@pytest.mark.postgis
def test_the_county_is_assessed_alike_wherever_it_was_copied(
    county: County, assessed: Assessment, postgis_dsn: str, tmp_path: Path
) -> None:
    source, back = tmp_path / "county.gpkg", tmp_path / "back.gpkg"
    made = create_store(source, name=county.name, crs=county.crs, actor=LOCAL_ACTOR, data_on=county.data_on)
    with closing(made) as store:
        load_county(county, store, LOCAL_ACTOR)
    there, again = copy_store(source, postgis_dsn, quiet), copy_store(postgis_dsn, back, quiet)
    assert all(table.same for table in (*there, *again))
    assert [table.source for table in there] == [table.copy for table in again]
    assert {t.copy.table.name: t.copy.rows for t in again}["parcel"] == len(county.tables["parcel"])
    wanted = assessment_json(overview_of([assessed]), [assessed])
    for place in (postgis_dsn, back):
        with closing(open_store(place)) as store:
            assert verify_store(store) == ()
            assert list_assessment(store, assess_overview(store, default_day(store))) == wanted
