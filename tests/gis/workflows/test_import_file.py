"""Importing as a bureau does it: files in, a store, a report that accounts for every row."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from gis import crs as systems
from gis.errors import CrsUnknown, InvalidParameter, NotAllowed
from gis.gcj02 import gcj02_of_wgs84
from gis.model import LOCAL_ACTOR, Actor, Query, Role
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.import_file import ImportOptions, import_file

CRS = "EPSG:4547"
JULY = ImportOptions(on=date(2026, 7, 31))


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with closing(create_store(tmp_path / "county.gpkg", name="示范县", crs=CRS, actor=LOCAL_ACTOR)) as made:
        yield made


def square(east, north=0, size=100):
    return shapely.box(500_000 + east, 4_000_000 + north, 500_000 + east + size, 4_000_000 + north + size)


def parcels(**columns):
    frame = {"地块编号": ["甲", "乙", "丙"], "户数": [1, 2, 3], **columns}
    return gpd.GeoDataFrame(frame, geometry=[square(0), square(200), square(400)], crs=CRS)


def file_of(folder, frame, name="a.gpkg"):
    path = folder / name
    if isinstance(frame, gpd.GeoDataFrame):
        path.unlink(missing_ok=True)
        pyogrio.write_dataframe(frame, path)
    else:
        frame.to_csv(path, index=False)
    return path


def towns():
    frame = {"code": ["140781", "140781100", "140781101"], "name": ["介休市", "义安镇", "张兰镇"],
             "level": ["county", "town", "town"]}  # fmt: skip
    shapes = [shapely.box(499_000, 3_999_000, 503_000, 4_001_000), shapely.box(499_000, 3_999_000, 500_250, 4_001_000),
              shapely.box(500_250, 3_999_000, 503_000, 4_001_000)]  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def put(store, folder, kind, frame, options=JULY, name=None):
    suffix = "gpkg" if isinstance(frame, gpd.GeoDataFrame) else "csv"
    return import_file(store, LOCAL_ACTOR, kind, file_of(folder, frame, name or f"{kind}.{suffix}"), options)


def counts(report):
    return (report.read, report.stored, report.updated, report.unchanged, report.refused_rows)


# ---------------------------------------------------------------- the transaction


def test_good_rows_are_stored_and_bad_ones_refused_by_name(store, tmp_path):
    report = put(store, tmp_path, "parcels", parcels(户数=["1", "两户", "3"]))
    assert counts(report) == (3, 2, 0, 0, 1)
    assert [r.place.row for r in report.refused] == [2]
    assert store.read("parcel")["parcel_no"].tolist() == ["丙", "甲"]


def test_the_same_file_again_changes_nothing_and_is_not_logged_twice(store, tmp_path):
    path = file_of(tmp_path, parcels())
    import_file(store, LOCAL_ACTOR, "parcels", path, JULY)
    version = store.version()
    again = import_file(store, LOCAL_ACTOR, "parcels", path, JULY)
    assert counts(again) == (3, 0, 0, 3, 0)
    assert store.version() == version
    assert store.count("import_log") == 1


def test_a_changed_file_updates_by_key(store, tmp_path):
    put(store, tmp_path, "parcels", parcels())
    report = put(store, tmp_path, "parcels", parcels(户数=[1, 9, 3]), name="b.gpkg")
    assert counts(report) == (3, 0, 1, 2, 0)
    assert store.count("import_log") == 2
    assert store.read("parcel", Query(keys=("乙",)))["households"].tolist() == [9]


def test_the_log_has_the_files_name_digest_counts_and_report(store, tmp_path):
    report = put(store, tmp_path, "parcels", parcels())
    row = store.read("import_log").iloc[0]
    assert (row["file_name"], row["sha256"], row["layer"]) == ("parcels.gpkg", report.sha256, "parcel")
    assert (row["read"], row["stored"], row["refused"]) == (3, 3, 0)
    assert row["crs"] == CRS
    assert row["report"]["crs_evidence"]["en"].startswith("the file declares EPSG:4547")


def test_a_dry_run_says_what_would_happen_and_stores_nothing(store, tmp_path):
    report = put(store, tmp_path, "parcels", parcels(), ImportOptions(dry_run=True))
    assert counts(report) == (3, 3, 0, 0, 0)
    assert report.dry_run
    assert store.count("parcel") == 0
    assert store.count("import_log") == 0
    assert store.version() == 0


def test_strict_refuses_the_file_for_one_row(store, tmp_path):
    frame = parcels(户数=["1", "两户", "3"])
    report = put(store, tmp_path, "parcels", frame, ImportOptions(strict=True))
    assert counts(report) == (3, 0, 0, 0, 3)
    assert "strict" in report.warnings[0].en
    assert store.count("parcel") == 0
    assert counts(put(store, tmp_path, "parcels", parcels(), ImportOptions(strict=True))) == (3, 3, 0, 0, 0)


def test_a_cause_that_concerns_the_file_stores_nothing(store, tmp_path):
    table = pd.DataFrame({"地块编号": ["甲"], "WKT": [square(0).wkt]})  # a six-digit easting, no zone
    with pytest.raises(CrsUnknown):
        put(store, tmp_path, "parcels", table)
    assert store.count("parcel") == 0
    assert store.count("import_log") == 0


def test_a_viewer_may_not_import_and_an_unknown_kind_is_named(store, tmp_path):
    path = file_of(tmp_path, parcels())
    with pytest.raises(NotAllowed):
        import_file(store, Actor("客人", Role.VIEWER), "parcels", path)
    with pytest.raises(InvalidParameter) as refused:
        import_file(store, LOCAL_ACTOR, "roads", path)
    assert "parcels" in refused.value.expected


def test_progress_runs_from_nothing_to_all(store, tmp_path):
    told = []
    put(store, tmp_path, "parcels", parcels(), ImportOptions(progress=lambda words, share: told.append(share)))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_attributes_may_come_later_without_geometry(store, tmp_path):
    put(store, tmp_path, "parcels", parcels())
    report = put(store, tmp_path, "parcels", pd.DataFrame({"地块编号": ["乙", "丁"], "责任人": ["王", "李"]}))
    assert counts(report) == (2, 0, 1, 0, 1)
    row = store.read("parcel", Query(keys=("乙",))).iloc[0]
    assert (row["person"], row["households"], row.geometry.area) == ("王", 2, 10_000.0)


# ---------------------------------------------------------------- towns and parks


def test_towns_by_name_become_codes_and_missing_ones_are_told_from_the_place(store, tmp_path):
    put(store, tmp_path, "towns", towns())
    report = put(store, tmp_path, "parcels", parcels(所在乡镇=["义安", None, "无名镇"]))
    stored = store.read("parcel").set_index("parcel_no")["town"]
    assert stored.to_dict() == {"甲": "140781100", "乙": "140781100", "丙": "无名镇"}
    told = " ".join(w.en for w in report.warnings)
    assert "无名镇" in told
    assert "1 filled from where the geometry lies" in told


def test_a_town_that_the_store_knows_is_not_filled_over(store, tmp_path):
    put(store, tmp_path, "towns", towns())
    put(store, tmp_path, "parcels", parcels(所在乡镇=["张兰镇", "张兰镇", "张兰镇"]))
    put(store, tmp_path, "parcels", parcels(户数=[7, 8, 9]), name="b.gpkg")
    assert set(store.read("parcel")["town"]) == {"140781101"}


def test_without_towns_nothing_is_filled_and_nothing_is_outside(store, tmp_path):
    report = put(store, tmp_path, "parcels", parcels())
    assert report.warnings == ()
    assert store.read("parcel")["town"].isna().all()


def test_rows_outside_the_county_are_refused_once_the_county_is_known(store, tmp_path):
    put(store, tmp_path, "towns", towns())
    frame = parcels()
    frame.loc[2, "geometry"] = square(30_000)
    report = put(store, tmp_path, "parcels", frame)
    assert [r.place.row for r in report.refused] == [3]
    assert "20 km" in report.refused[0].expected.en


# ---------------------------------------------------------------- ledgers that come along


def projects(**columns):
    return pd.DataFrame({"项目代码": ["A", "B"], "项目名称": ["甲厂", "乙路"], **columns})


def test_a_project_ledger_brings_plans_stages_and_real_dates(store, tmp_path):
    frame = projects(
        **{"2026年计划投资（万元）": [500, 300], "项目阶段": ["在建", "签约"], "实际开工日期": ["2026-03-01", None]}
    )
    report = put(store, tmp_path, "projects", frame)
    assert counts(report) == (2, 2, 0, 0, 0)
    assert store.read("project_plan")["plan_wan"].tolist() == [500.0, 300.0]
    assert report.side["project_event"].stored == 3
    assert store.read("project").set_index("code")["stage"].to_dict() == {"A": "building", "B": "signed"}
    in_march = store.read("project", Query(on=date(2026, 2, 28))).set_index("code")["stage"]
    assert in_march["A"] == "planned"
    again = put(store, tmp_path, "projects", frame, ImportOptions(on=date(2026, 8, 31)))
    assert counts(again) == (2, 0, 0, 2, 0)
    assert store.count("project_event") == 3


def test_a_row_whose_plan_alone_changed_is_updated(store, tmp_path):
    put(store, tmp_path, "projects", projects(**{"2026年计划投资（万元）": [500, 300]}))
    report = put(store, tmp_path, "projects", projects(**{"2026年计划投资（万元）": [500, 350]}), name="b.csv")
    assert counts(report) == (2, 0, 1, 1, 0)
    assert report.side["project_plan"].updated == 1


def test_dated_steps_of_parcels_become_events(store, tmp_path):
    frame = parcels(征收预公告日期=["2026-01-05", "2026-01-06", None], 净地日期=["2026-06-01", None, None])
    put(store, tmp_path, "parcels", frame)
    assert store.count("parcel_event") == 3
    assert store.read("parcel").set_index("parcel_no")["stage"].to_dict() == {
        "甲": "cleared", "乙": "pre_notice", "丙": "not_started"
    }  # fmt: skip


def test_a_stated_stage_and_hold_of_parcels_become_events_once(store, tmp_path):
    frame = parcels(
        征收阶段=["净地", "未启动", None], 阶段日期=["2026-05-01", None, None], 受阻原因=[None, "诉讼", None]
    )
    put(store, tmp_path, "parcels", frame)
    put(store, tmp_path, "parcels", frame, ImportOptions(on=date(2026, 8, 31)), name="b.gpkg")
    events = store.read("parcel_event")
    assert events["kind"].tolist() == ["hold", "stage"] or events["kind"].tolist() == ["stage", "hold"]
    held = store.read("parcel", Query(keys=("乙",))).iloc[0]
    assert (held["hold_reason"], held["held_since"].date()) == ("lawsuit", date(2026, 7, 31))


def test_reports_come_as_a_column_a_month(store, tmp_path):
    put(store, tmp_path, "projects", projects())
    frame = pd.DataFrame(
        {"项目代码": ["A", "X"], "2026年1-2月累计完成投资（万元）": [10, 5], "2026年1-3月累计完成投资（万元）": [25, 6]}
    )
    report = put(store, tmp_path, "reports", frame)
    assert (report.stored, report.refused_rows) == (2, 2)
    assert store.read("progress_report")["invested_wan"].tolist() == [10.0, 25.0]


def test_events_and_milestones_are_long_tables(store, tmp_path):
    put(store, tmp_path, "parcels", parcels())
    put(store, tmp_path, "projects", projects())
    events = pd.DataFrame({"地块编号": ["甲", "甲"], "记录类型": ["进入阶段", "受阻"], "征收阶段": ["征收预公告", None],
                           "受阻原因": [None, "阻工"], "日期": ["2026-01-05", "2026-02-01"]})  # fmt: skip
    assert counts(put(store, tmp_path, "events", events)) == (2, 2, 0, 0, 0)
    assert store.read("parcel", Query(keys=("甲",)))["hold_reason"].tolist() == ["obstruction"]
    milestones = pd.DataFrame({"项目代码": ["A"], "节点名称": ["开工"], "承诺完成日期": ["2026-09-30"]})
    assert counts(put(store, tmp_path, "milestones", milestones)) == (1, 1, 0, 0, 0)


# ---------------------------------------------------------------- shifted files


def shifted(frame):
    degrees = systems.to_lonlat(frame.geometry.array, CRS)
    return frame.set_geometry(gpd.GeoSeries(shapely.transform(degrees, gcj02_of_wgs84), crs="EPSG:4490"))


def test_known_parcels_that_come_back_shifted_raise_the_warning(store, tmp_path):
    put(store, tmp_path, "parcels", parcels())
    report = put(store, tmp_path, "parcels", shifted(parcels()), name="b.gpkg")
    assert any("GCJ-02" in w.en for w in report.warnings)


def test_new_parcels_that_lie_where_they_should_raise_none(store, tmp_path):
    put(store, tmp_path, "towns", towns())
    report = put(store, tmp_path, "parcels", parcels())
    assert not any("GCJ-02" in w.en for w in report.warnings)


# ---------------------------------------------------------------- real data


@pytest.mark.real_data
def test_the_gcj_02_boundaries_of_jinzhong_raise_the_warning(tmp_path, shared_data):
    # Coarse boundaries (介休 has 86 vertices) of EPSG:4490 first, then finer ones of GCJ-02 as found.
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[columns]\nadcode = "code"\ndistrict = "name"\n[options]\nignore = ["level"]\n', encoding="utf-8"
    )
    with closing(create_store(tmp_path / "a.gpkg", name="晋中", crs="EPSG:4546", actor=LOCAL_ACTOR)) as store:
        admin = shared_data / "admin"
        first = import_file(store, LOCAL_ACTOR, "towns", admin / "fastgeocn_cgcs2000_districts_7cities.geojson")
        assert counts(first) == (73, 73, 0, 0, 0)
        assert not any("GCJ-02" in w.en for w in first.warnings)
        second = import_file(
            store, LOCAL_ACTOR, "towns", admin / "cnmaps_gcj02_1407_jinzhong.geojson", ImportOptions(mapping=mapping)
        )
        assert counts(second) == (12, 0, 11, 0, 1)
        assert any("GCJ-02" in w.en for w in second.warnings)


@pytest.mark.real_data
@pytest.mark.slow
def test_the_parcels_of_cambridge_are_all_accounted_for(tmp_path, shared_data):
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\nML = "parcel_no"\n[options]\nrepeated_keys = "number"\n', encoding="utf-8")
    path = shared_data / "cambridge" / "ASSESSING_ParcelsFY2014.topojson"
    with closing(create_store(tmp_path / "a.gpkg", name="Cambridge", crs="EPSG:26986", actor=LOCAL_ACTOR)) as store:
        report = import_file(store, LOCAL_ACTOR, "parcels", path, ImportOptions(mapping=Path(mapping)))
        assert report.read == 13_116
        assert report.stored + report.refused_rows == 13_116
        assert store.count("parcel") == report.stored
        # Of 37 invalid polygons (see the data's own README) those whose repair keeps the area are repaired.
        assert len(report.repaired) + sum("m² →" in r.found for r in report.refused) >= 34
        assert not any("GCJ-02" in w.en for w in report.warnings)
        # The same file by geopandas and pyproj, with no code of ours: areas agree within the repairs.
        frame = gpd.read_file(path).set_crs("EPSG:4326", allow_override=True).to_crs("EPSG:26986")
        valid = np.asarray(frame.geometry.is_valid & frame["ML"].notna())
        refused = {r.place.row for r in report.refused}
        kept = np.array([i + 1 not in refused for i in range(len(frame))])
        assert frame.geometry.area[valid & ~kept].sum() == 0.0
        assert report.area_after_m2 == pytest.approx(frame.geometry.area[kept].sum(), rel=1e-6)
