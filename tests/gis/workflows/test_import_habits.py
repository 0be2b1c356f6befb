"""Files as county offices keep them: ledgers without codes, months of their own, maps that come after the ledger."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from gis.errors import UnreadableFile
from gis.model import LOCAL_ACTOR, Query
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.import_file import ImportOptions, import_file

CRS = "EPSG:4547"


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with closing(create_store(tmp_path / "county.gpkg", name="示范县", crs=CRS, actor=LOCAL_ACTOR)) as made:
        yield made


def put(store, folder, kind, frame, **options):
    path = folder / ("a.gpkg" if isinstance(frame, gpd.GeoDataFrame) else "a.csv")
    path.unlink(missing_ok=True)
    if isinstance(frame, gpd.GeoDataFrame):
        pyogrio.write_dataframe(frame, path)
    else:
        frame.to_csv(path, index=False)
    return import_file(store, LOCAL_ACTOR, kind, path, ImportOptions(**options))


def counts(report):
    return (report.read, report.stored, report.updated, report.unchanged, report.refused_rows)


def ledger(**columns):
    return pd.DataFrame({"项目代码": ["P1", "P2"], "项目名称": ["甲项目", "乙项目"], **columns})


def drawn(**columns):
    shape = shapely.box(500_000, 4_000_000, 500_100, 4_000_100)
    return gpd.GeoDataFrame({"项目代码": ["P1"], "项目名称": ["甲项目"], **columns}, geometry=[shape], crs=CRS)


# ---------------------------------------------------------------- ledgers


def test_months_own_amounts_are_summed_once(store, tmp_path):
    put(store, tmp_path, "projects", ledger())
    mapping = tmp_path / "m.toml"
    mapping.write_text('[options]\namounts = "monthly"\nyear = 2026\n', encoding="utf-8")
    months = {"1月": [100, 50], "2月": [100, None], "3月": [100, 70]}
    put(store, tmp_path, "reports", ledger(**months), mapping=mapping)
    reports = store.read("progress_report").sort_values(["project_code", "period_end_on"])
    assert reports["invested_wan"].tolist() == [100.0, 200.0, 300.0, 50.0, 120.0]


def test_next_months_ledger_leaves_the_image_progress_that_an_earlier_one_told(store, tmp_path):
    put(store, tmp_path, "projects", ledger())
    may = {"2026年4月累计": [30, 3], "2026年5月累计": [50, 5], "形象进度(%)": [60, 6]}
    put(store, tmp_path, "reports", ledger(**may))
    june = {**may, "2026年6月累计": [70, 7], "形象进度(%)": [70, 8]}
    report = put(store, tmp_path, "reports", ledger(**june))
    assert counts(report) == (6, 2, 0, 4, 0)
    reports = store.read("progress_report", Query(keys=("P1",)))
    assert reports["image_percent"].tolist()[1:] == [60.0, 70.0]


def test_a_file_of_statistics_leaves_the_dispatch_figures_and_the_reverse(store, tmp_path):
    put(store, tmp_path, "projects", ledger())
    month = {"报告截止日期": ["2026-05-31"] * 2}
    put(store, tmp_path, "reports", ledger(**month, **{"本年累计完成投资(万元)": [50, 5]}))
    put(store, tmp_path, "reports", ledger(**month, **{"本年累计入统投资(万元)": [40, None]}))
    put(store, tmp_path, "reports", ledger(**month, **{"本年累计完成投资(万元)": [55, None]}))
    reports = store.read("progress_report")
    assert reports["invested_wan"].tolist() == [55.0, 5.0]
    assert reports["stat_invested_wan"].tolist()[0] == 40.0


def test_a_ledger_without_codes_finds_its_projects_by_name_and_refuses_the_others(store, tmp_path):
    put(store, tmp_path, "projects", pd.DataFrame(
        {"项目代码": ["P1", "P2", "P3"], "项目名称": ["甲项目", "同名", "同名"]}))  # fmt: skip
    frame = pd.DataFrame(
        {"项目名称": ["甲 项目", "同名", "没有的"], "2026年1月累计": [1, 2, 3], "2026年2月累计": [4, 5, 6]}
    )
    report = put(store, tmp_path, "reports", frame)
    assert counts(report) == (4, 2, 0, 0, 2)
    assert [(r.place.row, r.place.column, r.found) for r in report.refused] == [
        (3, "项目名称", "同名"),
        (4, "项目名称", "没有的"),
    ]
    assert store.read("progress_report")["project_code"].tolist() == ["P1", "P1"]
    assert counts(put(store, tmp_path, "reports", frame)) == (4, 0, 0, 2, 2)


def test_a_long_ledger_and_promises_find_their_projects_by_name_too(store, tmp_path):
    put(store, tmp_path, "projects", ledger())
    long = pd.DataFrame({"项目名称": ["乙项目"], "月份": ["2026年4月"], "累计完成投资（亿元）": [0.5]})
    assert counts(put(store, tmp_path, "reports", long)) == (1, 1, 0, 0, 0)
    assert store.read("progress_report")[["project_code", "invested_wan"]].values.tolist() == [["P2", 5000.0]]
    promise = pd.DataFrame({"项目名称": ["甲项目"], "节点": ["主体封顶"], "承诺完成日期": ["2026-12-31"]})
    assert counts(put(store, tmp_path, "milestones", promise)) == (1, 1, 0, 0, 0)
    assert store.read("milestone")["project_code"].tolist() == ["P1"]


# ---------------------------------------------------------------- what comes later


def test_a_map_that_comes_after_the_ledger_holds_for_earlier_days_too(store, tmp_path):
    put(store, tmp_path, "projects", ledger())
    assert counts(put(store, tmp_path, "projects", drawn())) == (1, 0, 1, 0, 0)
    last_year = store.read("project", Query(on=date(2020, 1, 1))).set_index("code")
    assert last_year.geometry["P1"].area == pytest.approx(10_000)
    assert last_year.geometry["P2"] is None
    assert counts(put(store, tmp_path, "projects", drawn())) == (1, 0, 0, 1, 0)


def test_what_was_not_blank_keeps_its_history(store, tmp_path):
    put(store, tmp_path, "projects", ledger(包联领导=["张", None]))
    assert counts(put(store, tmp_path, "projects", ledger(包联领导=["李", "王"]))) == (2, 0, 2, 0, 0)
    before = store.read("project", Query(on=date(2020, 1, 1)))
    assert before["leader"].tolist() == ["张", "王"]
    assert store.read("project")["leader"].tolist() == ["李", "王"]


def test_with_a_day_given_blanks_hold_from_that_day_only(store, tmp_path):
    put(store, tmp_path, "projects", ledger())
    put(store, tmp_path, "projects", drawn(), on=date(2026, 7, 1))
    assert store.read("project", Query(on=date(2026, 6, 30))).set_index("code").geometry["P1"] is None
    assert store.read("project", Query(on=date(2026, 7, 1))).set_index("code").geometry["P1"] is not None


# ---------------------------------------------------------------- the whole file


def test_a_table_of_headers_alone_is_refused_as_a_file_without_features_is(store, tmp_path):
    with pytest.raises(UnreadableFile, match="no rows of data"):
        put(store, tmp_path, "projects", ledger().iloc[:0])


def test_a_shapefile_in_utf8_is_read_though_its_column_names_are_cut(store, tmp_path):
    frame = drawn().rename(columns={"项目代码": "项目代", "项目名称": "项目名"})  # as a DBF keeps them
    pyogrio.write_dataframe(frame, tmp_path / "a.shp", encoding="UTF-8")
    report = import_file(store, LOCAL_ACTOR, "projects", tmp_path / "a.shp")
    assert counts(report) == (1, 1, 0, 0, 0)
    assert store.read("project")["name"].tolist() == ["甲项目"]
