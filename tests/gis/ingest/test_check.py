"""From a raw table to one that may be stored: every row is kept or refused, and every bad cell is named."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from gis.errors import ColumnsNotMatched, CrsUnknown, Place
from gis.ingest.check import CheckOptions, check_table
from gis.ingest.table import RawTable, Refusal, SourceFile, Target
from gis.layers import LAYERS
from gis.model import BBox
from gis.words import Words

TODAY = date(2026, 7, 31)
TARGET = Target("EPSG:4547", BBox(490_000.0, 3_990_000.0, 520_000.0, 4_010_000.0))
SOURCE = SourceFile("a.shp", 1, "ab" * 32)


def square(at, size=100.0):
    return shapely.box(500_000 + at, 4_000_000, 500_000 + at + size, 4_000_000 + size)


def raw_of(columns, geoms=None, **more):
    frame = pd.DataFrame(columns)
    series = None if geoms is None else gpd.GeoSeries(geoms)
    values = {"crs": "EPSG:4547", "rows": tuple(range(1, len(frame) + 1))} | more
    return RawTable(SOURCE, "Shapefile", frame, values.pop("rows"), series, **values)


def check(raw, layer="parcel", *, target=TARGET, known=(), **options):
    return check_table(
        raw, LAYERS[layer], target, CheckOptions(TODAY, known=lambda _layer: frozenset(known), **options)
    )


def test_good_rows_come_out_in_the_stores_columns_units_and_crs():
    raw = raw_of(
        {"地块编号": ["甲一"], "登记面积（亩）": [15.0]}, [shapely.box(114.0, 36.0, 114.001, 36.001)], crs="EPSG:4490"
    )
    table = check(raw, target=Target("EPSG:4547"))
    assert table.frame["parcel_no"].tolist() == ["甲一"]
    assert table.frame["declared_area_m2"].tolist() == [10_000.0]
    assert table.frame.crs.to_epsg() == 4547
    assert table.frame.geometry.iloc[0].geom_type == "MultiPolygon"
    assert (table.read, table.refused_rows, table.crs) == (1, 0, "EPSG:4490")


def test_a_row_with_several_bad_cells_is_one_refused_row():
    bowtie = shapely.Polygon([(500_000, 4e6), (500_100, 4e6), (500_000, 4_000_100), (500_100, 4_000_090)])
    raw = raw_of(
        {"地块编号": ["甲", "乙"], "户数": ["两户", "3"], "登记面积（亩）": ["很大", "15"]}, [bowtie, square(0)]
    )
    table = check(raw)
    assert table.refused_rows == 1
    assert {(r.place.row, r.place.column) for r in table.refused} == {
        (1, "户数"),
        (1, "登记面积（亩）"),
        (1, "geometry"),
    }
    assert table.rows == (2,)


def test_a_key_that_comes_again_is_refused_with_the_first_row_named():
    table = check(raw_of({"地块编号": ["甲", "乙", "甲"]}, [square(0), square(200), square(400)]))
    assert table.rows == (1, 2)
    assert table.refused[0].place.row == 3
    assert "row 1 has it" in table.refused[0].expected.en


def test_a_repeated_key_after_a_refused_row_is_the_first():
    table = check(raw_of({"地块编号": ["甲", "甲"], "户数": ["x", "1"]}, [square(0), square(200)]))
    assert table.rows == (2,)


def test_a_new_parcel_needs_geometry_and_a_known_one_does_not():
    table = check(raw_of({"地块编号": ["甲", "乙"]}, [None, None], crs=None), known=["乙"])
    assert table.rows == (2,)
    assert "geometry" in table.refused[0].expected.en
    without = check(raw_of({"地块编号": ["甲", "乙"]}, crs=None), known=["乙"])
    assert without.rows == (2,)
    assert "geometry" not in without.frame


def test_ledger_rows_must_belong_to_something():
    raw = raw_of({"项目代码": ["A", "B"], "节点名称": ["开工", "开工"], "承诺完成日期": ["2026-08-01"] * 2}, crs=None)
    table = check(raw, "milestone", known=["B"])
    assert table.rows == (2,)
    assert table.refused[0].found == "A"
    assert table.crs is None


def test_refusals_of_the_reader_are_counted_and_kept():
    refused = Refusal(Place("a.shp", 7, "geometry"), "ring", Words("面", "polygon"))
    table = check(raw_of({"地块编号": ["甲"]}, [square(0)], refused=(refused,)))
    assert (table.read, table.refused_rows) == (2, 1)
    assert refused in table.refused


def test_ledger_rows_that_a_refused_row_brought_are_gone_with_it():
    raw = raw_of(
        {
            "项目代码": ["A", "B"],
            "项目名称": ["甲", "乙"],
            "总投资（亿元）": ["1", "x"],
            "2026年计划投资（万元）": [5, 6],
        },
        crs=None,
    )
    table = check(raw, "project")
    assert table.side["project_plan"]["project_code"].tolist() == ["A"]
    assert table.side["project_plan"]["plan_wan"].tolist() == [5.0]


def test_stated_stages_stay_beside_the_kept_rows():
    raw = raw_of({"地块编号": ["甲", "乙"], "征收阶段": ["净地", "净地"], "户数": ["x", "1"]}, [square(0), square(200)])
    table = check(raw)
    assert table.stated["stage"].tolist() == ["cleared"]
    assert "stage" not in table.frame


def test_areas_before_and_after_are_of_the_file_and_of_what_is_kept():
    table = check(raw_of({"地块编号": ["甲", None]}, [square(0), square(200)]))
    assert (table.area_before_m2, table.area_after_m2) == (20_000.0, 10_000.0)


def test_duplicates_overlaps_and_areas_are_told_of_kept_parcels():
    raw = raw_of(
        {"地块编号": list("甲乙丙"), "登记面积（平方米）": [10_000, 1.0, 10_000]}, [square(0), square(0), square(50)]
    )
    told = " ".join(w.en for w in check(raw).warnings)
    assert "甲=乙" in told
    assert "3 pairs of parcels overlap" in told
    assert "look like 公顷" in told


def test_zones_may_overlap_in_silence():
    columns = {"管控区编号": ["1", "2"], "管控类型": ["永久基本农田", "其他管控区"]}
    assert check(raw_of(columns, [square(0), square(50)]), "zone").warnings == ()


def test_required_columns_that_are_missing_concern_the_whole_file():
    with pytest.raises(ColumnsNotMatched):
        check(raw_of({"备注": ["x"]}, [square(0)]))


cells = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["甲", "乙", "丙", None]),
        "households": st.sampled_from(["1", "x", None]),
        "shape": st.sampled_from([square(0), None, shapely.Point(500_000, 4e6), square(900_000)]),
    }
)


@settings(deadline=None)
@given(st.lists(cells, min_size=1, max_size=8))
def test_every_row_is_kept_or_refused_and_refused_ones_have_a_reason(rows):
    raw = raw_of(
        {"地块编号": [r["key"] for r in rows], "户数": [r["households"] for r in rows]}, [square(0)] * len(rows)
    )
    raw = RawTable(
        SOURCE, "Shapefile", raw.frame, raw.rows, gpd.GeoSeries([r["shape"] for r in rows] + []), "EPSG:4547"
    )
    try:
        table = check(raw)
    except CrsUnknown:  # nothing of the file lies in the county
        reject()
    named = {r.place.row for r in table.refused}
    assert set(table.rows) | named == set(raw.rows)
    assert set(table.rows) & named == set()
    assert table.read == len(table.rows) + table.refused_rows
    assert table.frame["parcel_no"].is_unique


def test_a_promise_that_stands_twice_without_its_day_refuses_the_second_row_only():
    columns = {"项目代码": ["P1", "P1"], "节点名称": ["开工", "开工"], "承诺完成日期": ["2026-05-01", "2026-06-01"]}
    table = check(raw_of(columns, crs=None), "milestone", known=["P1"])
    assert (table.rows, table.refused_rows) == ((1,), 1)
    assert table.refused[0].found == "P1 / 开工"


def test_an_event_of_a_day_to_come_is_refused_by_itself():
    columns = {"地块编号": ["P1", "P1"], "记录类型": ["进入阶段"] * 2, "征收阶段": ["已批复", "净地"]}
    table = check(raw_of({**columns, "日期": ["2026-07-31", "2026-08-01"]}, crs=None), "parcel_event", known=["P1"])
    assert (table.rows, table.refused_rows) == ((1,), 1)
    assert (table.refused[0].place.column, table.refused[0].found) == ("日期", "2026-08-01")
