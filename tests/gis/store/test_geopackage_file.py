"""The file itself: what GDAL and QGIS see of it, and that they may edit it."""

from __future__ import annotations

import ctypes
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from gis.errors import UnreadableFile
from gis.layers import ENTITIES, LAYERS
from gis.model import BBox, Query, Stage
from gis.store import create_store, open_store
from gis.store.columns import RECORDED_WORDS
from gis.store.geopackage.connections import connect
from gis.store.geopackage.session import GeoPackageDialect
from gis.store.port import Store
from gis.store.statements import Reach, select_entities
from tests.contract.store_samples import (
    CRS,
    EAST,
    NORTH,
    OFFICER,
    append,
    parcels,
    projects,
    put,
    square,
    stages,
    town,
)

BUNDLED = Path(pyogrio.__file__).parent.parent / "pyogrio.libs"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "county.gpkg"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = create_store(path, name="示范县", crs=CRS, actor=OFFICER)
    put(made, "town", town())
    put(made, "parcel", parcels(5, owner_kind="collective", planned_cleared_on=pd.Timestamp("2026-05-01")))
    put(made, "project", gpd.GeoDataFrame(projects(("a", "b")), geometry=[square(0), None], crs=CRS))
    append(made, "parcel_event", stages("P0", ("survey", "2026-03-01")))
    yield made
    made.close()


def found(store: Store) -> list[tuple[str, str | None]]:
    """Rules broken, and by what."""
    return sorted({(finding.rule, finding.key) for finding in store.check_integrity()})


ASSESSMENT = ("assessment", "project_assessment", "project_part")


def test_gdal_lists_every_layer_with_its_chinese_name(store: Store, path: Path) -> None:
    listed = dict(pyogrio.list_layers(path))
    assert {name: listed[name] for name in ("parcel", "project", "parcel_event")} == {
        "parcel": "MultiPolygon",
        "project": "Unknown",
        "parcel_event": None,
    }
    assert set(listed) == {*LAYERS, "row_history", "change", "store_info", *ASSESSMENT}
    for name, layer in LAYERS.items():
        assert pyogrio.read_info(path, layer=name)["layer_metadata"]["IDENTIFIER"] == layer.words.zh


def test_gdal_reads_values_types_and_the_reference_system(store: Store, path: Path) -> None:
    info = pyogrio.read_info(path, layer="parcel")
    assert (info["crs"], info["features"], info["fid_column"]) == (CRS, 5, "fid")
    assert info["total_bounds"] == (EAST, NORTH, EAST + 500, NORTH + 100)
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert (types["planned_cleared_on"], types["recorded_at"]) == ("OFTDate", "OFTDateTime")
    rules = pyogrio.read_info(path, layer="rule_parameter")
    assert dict(zip(rules["fields"], rules["ogr_subtypes"], strict=True))["value"] == "OFSTJSON"
    row = pyogrio.read_dataframe(path, layer="parcel", where="parcel_no = 'P0'").iloc[0]
    assert (row["stage"], row["area_planar_m2"], row["geometry"].area) == ("survey", 10_000.0, 10_000.0)


def test_gdal_filters_by_the_spatial_index(store: Store, path: Path) -> None:
    assert pyogrio.read_info(path, layer="parcel")["capabilities"]["fast_spatial_filter"]
    box = (EAST + 150, NORTH + 10, EAST + 250, NORTH + 20)
    assert sorted(pyogrio.read_dataframe(path, layer="parcel", bbox=box)["parcel_no"]) == ["P1", "P2"]


def test_gdal_sees_aliases_comments_and_coded_values(store: Store, path: Path) -> None:
    # pyogrio does not tell aliases, the GDAL that it brings along does.
    gdal = ctypes.CDLL(str(next(BUNDLED.glob("libgdal*"))))
    gdal.GDALAllRegister()
    for name in ("GDALOpenEx", "GDALDatasetGetLayerByName", "OGR_L_GetLayerDefn", "OGR_FD_GetFieldDefn"):
        getattr(gdal, name).restype = ctypes.c_void_p
    for name in ("OGR_Fld_GetNameRef", "OGR_Fld_GetAlternativeNameRef", "OGR_Fld_GetComment", "OGR_Fld_GetDomainName"):
        getattr(gdal, name).restype = ctypes.c_char_p
        getattr(gdal, name).argtypes = [ctypes.c_void_p]
    file = ctypes.c_void_p(gdal.GDALOpenEx(str(path).encode(), 4, None, None, None))
    layer = ctypes.c_void_p(gdal.GDALDatasetGetLayerByName(file, b"parcel"))
    definition = ctypes.c_void_p(gdal.OGR_L_GetLayerDefn(layer))
    said = {}
    for place in range(gdal.OGR_FD_GetFieldCount(definition)):
        field = gdal.OGR_FD_GetFieldDefn(definition, place)
        said[gdal.OGR_Fld_GetNameRef(field).decode()] = tuple(
            of(field).decode()
            for of in (gdal.OGR_Fld_GetAlternativeNameRef, gdal.OGR_Fld_GetComment, gdal.OGR_Fld_GetDomainName)
        )
    gdal.GDALClose(file)
    assert said["stage"] == ("征收阶段", "requisition stage", "stage")
    assert said["compensation_due_wan"] == ("应付补偿（万元）", "compensation due (10⁴ yuan)", "")
    assert all(alias for alias, _, _ in said.values())


def test_every_code_is_told_with_its_chinese_words(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        rows = file.execute(
            "SELECT value, description FROM gpkg_data_column_constraints "
            "WHERE constraint_name = 'stage' AND constraint_type = 'enum' ORDER BY rowid"
        ).fetchall()
        named = file.execute("SELECT table_name, column_name, constraint_name FROM gpkg_data_columns").fetchall()
    assert rows == [(stage.value, stage.words.zh) for stage in Stage]
    coded = {
        (layer.name, c.name): c.codes.__name__.lower() for layer in LAYERS.values() for c in layer.columns if c.codes
    }
    assert {(table, column): constraint for table, column, constraint in named if constraint} == coded


def test_ogrinfo_opens_the_file_without_a_word_of_warning(store: Store, path: Path) -> None:
    if shutil.which("ogrinfo") is None:
        pytest.skip("needs ogrinfo (Debian: gdal-bin)")
    summary = subprocess.run(["ogrinfo", "-ro", "-so", path, "parcel"], capture_output=True, text=True, check=True)
    assert summary.stderr == ""
    assert "IDENTIFIER=地块" in summary.stdout
    assert "domain name=stage" in summary.stdout
    domain = subprocess.run(
        ["ogrinfo", "-ro", "-fielddomain", "stage", path], capture_output=True, text=True, check=True
    )
    assert "cleared: 净地" in domain.stdout


def test_the_file_is_a_geopackage_by_its_own_account(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert file.execute("PRAGMA user_version").fetchone() == (10300,)
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        kinds = dict(file.execute("SELECT table_name, data_type FROM gpkg_contents"))
        srs = file.execute("SELECT srs_id, definition FROM gpkg_spatial_ref_sys ORDER BY srs_id").fetchall()
        extended = set(file.execute("SELECT table_name, extension_name FROM gpkg_extensions"))
    assert {name for name, kind in kinds.items() if kind == "features"} == {layer.name for layer in ENTITIES}
    assert [srid for srid, _ in srs] == [-1, 0, 4326, 4547]
    assert srs[-1][1].startswith('PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 114E"')
    assert {("parcel", "gpkg_rtree_index"), ("gpkg_data_columns", "gpkg_schema")} <= extended


def test_aliases_of_one_table_are_all_different() -> None:
    recorded = [zh for zh, _ in RECORDED_WORDS.values()]
    for layer in LAYERS.values():
        names = [column.words.zh for column in layer.columns] + recorded
        assert len(set(names)) == len(names), layer.name


def test_a_box_is_looked_up_in_the_index_not_by_a_scan(store: Store, path: Path) -> None:
    box = BBox(EAST, NORTH, EAST + 10, NORTH + 10)
    statement, bound = select_entities(
        GeoPackageDialect(),
        LAYERS["parcel"],
        ("parcel_no",),
        Query(bbox=box),
        Reach(unreplaced_since="2026-01-01"),
    )
    with closing(connect(path)) as file:
        plan = [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {statement}", bound)]
    assert plan[0].startswith("SCAN r VIRTUAL TABLE INDEX 2:")
    assert "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)" in plan
    assert any(step.startswith("SEARCH h USING") for step in plan)


def test_rows_that_gdal_adds_are_indexed_and_sound(store: Store, path: Path) -> None:
    new = gpd.GeoDataFrame({"parcel_no": ["Q1"]}, geometry=[square(7)], crs=CRS)
    pyogrio.write_dataframe(new, path, layer="parcel", append=True, promote_to_multi=True)
    box = BBox(EAST + 710, NORTH, EAST + 720, NORTH + 10)
    row = store.read("parcel", Query(bbox=box, columns=("parcel_no", "stage", "recorded_by"))).iloc[0]
    assert tuple(row) == ("Q1", "not_started", "外部程序")
    assert store.extent(("parcel",)) == BBox(EAST, NORTH, EAST + 800, NORTH + 100)
    assert found(store) == [("derived_area", "Q1")]  # another program does not compute our areas: verify says so


def test_geometries_that_gdal_moves_or_deletes_leave_the_index_right(store: Store, path: Path) -> None:
    if shutil.which("ogrinfo") is None:
        pytest.skip("needs ogrinfo (Debian: gdal-bin)")
    move = "UPDATE parcel SET geometry = (SELECT geometry FROM parcel WHERE parcel_no = 'P3') WHERE parcel_no = 'P1'"
    for sql in (move, "DELETE FROM parcel WHERE parcel_no = 'P4'"):
        subprocess.run(["ogrinfo", path, "-sql", sql], check=True, capture_output=True)
    assert list(store.read("parcel")["parcel_no"]) == ["P0", "P1", "P2", "P3"]
    inside = [BBox(EAST + c * 100 + 1, NORTH + 1, EAST + c * 100 + 99, NORTH + 2) for c in range(5)]
    held = [list(store.read("parcel", Query(bbox=box))["parcel_no"]) for box in inside]
    assert held == [["P0"], [], ["P2"], ["P1", "P3"], []]
    assert found(store) == []


def test_another_program_cannot_store_what_the_codes_forbid(store: Store, path: Path) -> None:
    with closing(connect(path)) as file:
        for statement in (
            "UPDATE parcel SET stage = 'flying'",
            "UPDATE parcel SET planned_cleared_on = '2026-02-30'",
            "UPDATE parcel SET parcel_no = ' '",
            "UPDATE project SET is_chemical = 7",
            "INSERT INTO parcel_event (parcel_no, kind, on_date) VALUES ('none', 'release', '2026-01-01')",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                file.execute(statement)


@pytest.mark.parametrize("table", ["parcel_event", "project_plan", "rule_parameter", "row_history", "change"])
def test_ledgers_refuse_to_be_changed_or_deleted(store: Store, path: Path, table: str) -> None:
    append(store, "project_plan", pd.DataFrame({"project_code": ["a"], "year": [2026], "plan_wan": [1.0]}))
    put(store, "parcel", parcels(1, name="新名"))
    key = LAYERS[table].key[0] if table in LAYERS else "layer"
    with closing(connect(path)) as file:
        assert file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
        for statement in (f"UPDATE {table} SET {key} = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(statement)


def test_what_is_wrong_in_a_file_is_found_and_named(store: Store, path: Path) -> None:
    assert found(store) == []
    put(store, "parcel", parcels(1, name="新名"))
    with closing(connect(path)) as file:
        file.execute("PRAGMA foreign_keys = OFF")
        file.execute("UPDATE parcel SET stage = 'cleared' WHERE parcel_no = 'P1'")
        file.execute("UPDATE parcel SET area_planar_m2 = 7 WHERE parcel_no = 'P2'")
        file.execute("DELETE FROM rtree_parcel_geometry WHERE id = 4")
        file.execute("UPDATE rtree_parcel_geometry SET maxx = maxx - 50 WHERE id = 5")
        file.execute("UPDATE gpkg_contents SET max_x = max_x - 1 WHERE table_name = 'town'")
        file.execute("DROP TRIGGER parcel_event_refuses_stray")
        file.execute("INSERT INTO parcel_event (parcel_no, kind, on_date) VALUES ('P9', 'release', '2026-01-01')")
        file.execute("DROP TRIGGER row_history_refuses_update")
        file.execute("UPDATE row_history SET valid_from = '2020-01-01'")
        file.execute("DELETE FROM gpkg_contents WHERE table_name = 'change'")
    assert found(store) == [
        ("derived_area", "P2"),
        ("derived_stage", "P1"),
        ("extent", None),
        ("history", "P0"),
        ("metadata", None),
        ("reference", "P9"),
        ("spatial_index", "P3"),
        ("spatial_index", "P4"),
    ]


def test_events_of_a_drawn_parcel_that_was_lost_are_found(store: Store, path: Path) -> None:
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(1, first=7), since=date(2026, 5, 1))
    append(store, "parcel_event", stages("P7", ("survey", "2026-05-02")))
    assert found(store) == []
    with closing(connect(path)) as file, file:
        file.execute("DROP TRIGGER parcel_refuses_loss")
        file.execute("DELETE FROM parcel WHERE parcel_no = 'P7'")
    assert found(store) == [("reference", "P7")]


def test_a_value_that_slipped_past_the_checks_is_found(store: Store, path: Path) -> None:
    with closing(connect(path)) as file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        file.execute("UPDATE parcel SET owner_kind = '皇家'")
    assert {(finding.rule, finding.words.en) for finding in store.check_integrity()} == {
        ("engine", "the database is damaged: CHECK constraint failed in parcel")
    }


def test_broken_pages_are_told_as_a_damaged_file(store: Store, path: Path) -> None:
    store.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(UnreadableFile):
        open_store(path)


def test_a_broken_geometry_is_found_and_named_and_never_read_as_if_it_were_none(store: Store, path: Path) -> None:
    with closing(connect(path)) as file:
        file.execute("UPDATE parcel SET geometry = substr(geometry, 1, 50) WHERE parcel_no = 'P3'")
    assert found(store) == [("geometry", "P3")]
    with pytest.raises(UnreadableFile, match="a geometry of parcels is broken"):
        store.read("parcel")
    assert len(store.read("parcel", Query(columns=("parcel_no",)))) == 5
