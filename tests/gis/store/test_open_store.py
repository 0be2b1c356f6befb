from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest

from gis.errors import CrsRefused, GuatuError, StoreExists, StoreMissing, StoreSchema, UnreadableFile
from gis.store import create_store, migrate_store, open_store
from gis.store.geopackage.ddl import SCHEMA_VERSION
from tests.contract.store_samples import CRS, OFFICER, parcels, square


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "county.gpkg"


def made(path: Path) -> Path:
    create_store(path, name="示范县", crs=CRS, actor=OFFICER).close()
    return path


def test_the_file_is_whole_once_it_is_there_and_nothing_else_is_left(path: Path) -> None:
    made(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["county.gpkg"]


def test_whatever_is_at_the_place_is_never_overwritten(path: Path) -> None:
    path.write_text("my letters", encoding="utf-8")
    with pytest.raises(StoreExists):
        made(path)
    assert path.read_text(encoding="utf-8") == "my letters"
    assert [entry.name for entry in path.parent.iterdir()] == ["county.gpkg"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing) as missing:
        made(tmp_path / "nowhere" / "county.gpkg")
    assert missing.value.found == str(tmp_path / "nowhere")


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:3857", "EPSG:2381", "nonsense"])
def test_a_working_crs_must_be_projected_in_metres(path: Path, crs: str) -> None:
    with pytest.raises(CrsRefused):
        create_store(path, name="示范县", crs=crs, actor=OFFICER)
    assert not path.exists()


@pytest.mark.parametrize("version", [SCHEMA_VERSION - 1, SCHEMA_VERSION + 1])
def test_a_store_of_another_version_says_both_versions(path: Path, version: int) -> None:
    with closing(sqlite3.connect(made(path))) as file, file:
        file.execute("UPDATE store_info SET schema_version = ?", (version,))
    with pytest.raises(StoreSchema) as refused:
        open_store(path)
    assert (refused.value.found, refused.value.expected) == (str(version), str(SCHEMA_VERSION))


LAND_BUREAU = (
    "batch",
    "land_quota",
    "lineage",
    "attachment",
    "household",
    "building",
    "account_entry",
    "land_supply",
    "requisition_task",
    "saved_view",
)
TOURS = ("entrance", "tour", "tour_plan", "tour_visit", "scoring", "ballot")


def test_a_file_of_the_first_version_is_migrated_to_what_a_new_one_is(path: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.gpkg"
    made(new)
    with closing(sqlite3.connect(made(path))) as file, file:
        for trigger in ("parcel_event_refuses_stray", "parcel_refuses_loss"):  # what later versions added
            file.execute(f"DROP TRIGGER {trigger}")
        file.execute("DROP TABLE rtree_road_geometry")
        for table in ("assessment", "project_assessment", "project_part", *LAND_BUREAU, *TOURS, "road"):
            file.execute(f"DROP TABLE {table}")
            for told in ("gpkg_data_columns", "gpkg_extensions", "gpkg_geometry_columns", "gpkg_contents"):
                file.execute(f"DELETE FROM {told} WHERE table_name = ?", (table,))
        file.execute("DELETE FROM gpkg_data_columns WHERE table_name = 'parcel_event' AND column_name = 'withdrawn'")
        file.execute(
            "DELETE FROM gpkg_data_column_constraints WHERE value IN ('funds', 'effort', 'announced') "
            "OR constraint_name IN ('batchkind', 'lineagekind', 'attachmentkind')"
            "OR constraint_name IN ('roadclass', 'roaddirection', 'scoringstate')"
        )
        file.execute("ALTER TABLE change DROP COLUMN by_events")
        file.execute("UPDATE store_info SET schema_version = 1")
    assert migrate_store(path) == (1, SCHEMA_VERSION)
    assert structure(path) == structure(new)
    with closing(open_store(path)) as store:
        assert list(store.check_integrity()) == []
    assert migrate_store(path) == (SCHEMA_VERSION, SCHEMA_VERSION)


def structure(path: Path) -> set[tuple[str, ...]]:
    """The tables' declarations, and what the file tells of them."""
    with closing(sqlite3.connect(path)) as file:
        tables = file.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        told = file.execute("SELECT table_name, data_type, identifier FROM gpkg_contents").fetchall()
        columns = file.execute(
            "SELECT table_name, column_name, title, constraint_name FROM gpkg_data_columns"
        ).fetchall()
        codes = file.execute("SELECT constraint_name, value, description FROM gpkg_data_column_constraints").fetchall()
        shapes = file.execute("SELECT table_name, geometry_type_name, CAST(srs_id AS TEXT) FROM gpkg_geometry_columns")
        declared = {*((name, "".join(sql.split())) for name, sql in tables), *shapes.fetchall()}
    return {*declared, *told, *columns, *codes}


def test_a_file_that_is_no_store_is_said_so(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(UnreadableFile):
        open_store(path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableFile):
        open_store(path)
    path.unlink()
    gpd.GeoDataFrame({"a": [1]}, geometry=[square(0)], crs=CRS).to_file(path, layer="other")
    with pytest.raises(UnreadableFile):
        open_store(path)


def test_a_folder_or_nothing_is_a_missing_store(path: Path) -> None:
    for place in (path, path.parent):
        with pytest.raises(StoreMissing):
            open_store(place)


def test_postgis_is_told_apart_in_one_place_and_its_password_is_not_repeated() -> None:
    for act in (open_store, lambda place: create_store(place, name="县", crs=CRS, actor=OFFICER)):
        with pytest.raises(GuatuError) as refused:
            act("postgresql://me:secret@host/county")
        assert "secret" not in str(refused.value.as_dict())


def test_a_place_with_odd_characters_is_a_place(tmp_path: Path) -> None:
    path = made(tmp_path / "50% 县?#&.gpkg")
    store = open_store(str(path))
    assert store.info.name == "示范县"
    store.close()


def test_a_forked_child_uses_connections_of_its_own(path: Path) -> None:
    store = open_store(made(path))
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(3))
    child = os.fork()
    if child == 0:
        with store.writing(OFFICER) as writer:
            writer.put("parcel", parcels(1, first=9))
        os._exit(0 if store.count("parcel") == 4 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.count("parcel") == 4
    assert list(store.check_integrity()) == []
    store.close()
