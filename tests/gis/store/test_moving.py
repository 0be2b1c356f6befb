"""A store moved to the other kind and back is the same store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from gis.errors import StoreExists, StoreMissing, UnreadableFile
from gis.layers import LAYERS
from gis.store import is_database, open_store, transfer
from gis.store.geopackage.session import GeoPackageSession
from gis.store.moving import copy_store
from gis.store.port import Store
from gis.store.postgis.session import PostgisSession
from gis.store.tables import TABLES
from gis.words import Words
from tests.contract.store_samples import parcels, put
from tests.gis.store.moving_samples import change_from_outside, contents, filled, goes_on, is_empty, rows_of
from tests.postgis_databases import Databases


def quiet(_words: Words, _share: float) -> None:
    return None


def copied(source: str, target: str | Path) -> str:
    """The copy, which both readings say is the same."""
    tables = copy_store(source, target, quiet)
    assert [table.source.table.name for table in tables if not table.same] == []
    assert [table.source.table for table in tables] == list(TABLES)
    return str(target)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return filled(tmp_path / "county.gpkg")


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for a copy of either kind."""
    return str(request.getfixturevalue("postgis_dsn") if request.param == "postgis" else tmp_path / "copy.gpkg")


@pytest.fixture
def both(path: str, target: str) -> Iterator[tuple[Store, Store]]:
    copied(path, target)
    stores = open_store(path), open_store(target)
    yield stores
    for store in stores:
        store.close()


def test_there_and_back_everything_is_the_same_and_goes_on(path: str, postgis_dsn: str, tmp_path: Path) -> None:
    change_from_outside(path)
    back = copied(copied(path, postgis_dsn), tmp_path / "back.gpkg")
    assert contents(path) == contents(postgis_dsn) == contents(back)
    assert contents(path)["row_history"][0] == 4
    assert rows_of(back, "SELECT count(*) FROM rtree_parcel_geometry") == [(599,)]
    for place in (postgis_dsn, back):
        goes_on(place)


def test_a_store_of_a_database_copies_to_another_database(postgis_dsn: str, postgis_databases: Databases) -> None:
    other = postgis_databases.fresh()
    copied(filled(postgis_dsn), other)
    assert contents(postgis_dsn) == contents(other)
    goes_on(other)
    postgis_databases.drop(other)


def test_the_copy_reads_as_the_source_does(both: tuple[Store, Store]) -> None:
    one, other = both
    assert replace(one.info, schema_version=0) == replace(other.info, schema_version=0)
    assert (one.version(), one.changes_since(0), one.extent()) == (
        other.version(),
        other.changes_since(0),
        other.extent(),
    )
    for layer in LAYERS:
        assert_frame_equal(one.read(layer), other.read(layer))
    assert_frame_equal(one.history("parcel", "P0"), other.history("parcel", "P0"))
    assert len(other.history("parcel", "P0")) == 2


def test_who_wrote_what_and_when_moves_with_it(both: tuple[Store, Store]) -> None:
    (written,) = {tuple(store.read("import_log").iloc[0][["recorded_by", "recorded_role"]]) for store in both}
    assert written == ("赵规划", "land_officer")


def test_a_copy_is_of_one_moment_whoever_writes_meanwhile(path: str, target: str) -> None:
    writer = open_store(path)
    before = contents(path)

    def write(_words: Words, _share: float) -> None:
        if writer.count("parcel") == 600:
            put(writer, "parcel", parcels(1, first=700))

    tables = copy_store(path, target, write)
    assert all(table.same for table in tables)
    assert contents(target) == before != contents(path)
    writer.close()


def test_a_copy_that_fails_leaves_nothing(path: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session = PostgisSession if is_database(target) else GeoPackageSession
    usual: Callable[..., None] = session.load

    def fail(self: object, table: object, cells: object) -> None:
        usual(self, table, cells)
        if getattr(table, "name", "") == "row_history":
            raise KeyboardInterrupt

    monkeypatch.setattr(session, "load", fail)
    with pytest.raises(KeyboardInterrupt):
        copy_store(path, target, quiet)
    assert is_empty(target)
    monkeypatch.undo()
    copied(path, target)


def test_a_broken_geometry_of_the_source_is_told_and_nothing_is_left(path: str, target: str) -> None:
    from gis.store.geopackage.connections import connect

    with closing(connect(Path(path))) as file:
        file.execute("DROP TRIGGER rtree_parcel_geometry_update3")
        file.execute("UPDATE parcel SET geometry = substr(geometry, 1, 60) WHERE parcel_no = 'P7'")
    with pytest.raises(UnreadableFile) as told:
        copy_store(path, target, quiet)
    assert "guatu verify" in told.value.words.zh
    assert is_empty(target)


def test_what_is_at_the_target_is_never_overwritten(path: str, target: str) -> None:
    copied(path, target)
    before = contents(target)
    with pytest.raises(StoreExists):
        copy_store(path, target, quiet)
    assert contents(target) == before


def test_a_source_that_is_not_there_makes_no_target(tmp_path: Path, target: str) -> None:
    with pytest.raises(StoreMissing):
        copy_store(tmp_path / "none.gpkg", target, quiet)
    assert is_empty(target)


def test_a_log_that_a_former_store_left_is_not_taken_for_the_copy_s(path: str, tmp_path: Path) -> None:
    (tmp_path / "copy.gpkg-wal").write_bytes(b"old")
    with pytest.raises(StoreExists) as told:
        copy_store(path, tmp_path / "copy.gpkg", quiet)
    assert told.value.found is not None
    assert told.value.found.endswith("-wal")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("parcel", "UPDATE parcel SET person = '王五' WHERE parcel_no = 'P5'"),
        ("parcel", "UPDATE parcel SET compensation_due_wan = 123456789.012346 WHERE parcel_no = 'P0'"),
        ("town", "UPDATE town SET recorded_by = '' WHERE fid = 1"),
        ("store_info", "UPDATE store_info SET created_by = '别人'"),
        ("change", "INSERT INTO change (layer, key, changed_at) VALUES ('parcel', 'P1', '2026-06-30T00:00:00.000Z')"),
    ],
)
def test_the_smallest_difference_changes_that_table_s_digest_only(path: str, table: str, change: str) -> None:
    from gis.store.geopackage.connections import connect

    before = contents(path)
    with closing(connect(Path(path))) as file:
        file.execute(change)
    after = contents(path)
    assert [name for name in before if before[name] != after[name]] == [table]


def test_the_digests_do_not_depend_on_the_engine_where_rows_come_in_many_pieces(
    path: str, postgis_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_ROWS_AT_ONCE", 7)
    copied(path, postgis_dsn)
    assert contents(path) == contents(postgis_dsn)


def test_a_copy_tells_how_far_it_is(path: str, tmp_path: Path) -> None:
    shares: list[float] = []
    copy_store(path, tmp_path / "copy.gpkg", lambda words, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > len(TABLES)
