"""A Shapefile as the receiver reads it: names, encodings, days, missing cells, and what had to be changed."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from gis.errors import InvalidParameter
from gis.ingest.dbf import dbf_encoding
from gis.reports.shapefile import ShapeColumn, write_shapefile
from gis.words import Words

W = Words("列", "column")
NAME, HOUSEHOLDS = ShapeColumn("name", "DKMC", W), ShapeColumn("households", "HS", W, "integer")
AREA, DAY = ShapeColumn("area_m2", "TYMJ", W, "real"), ShapeColumn("approved_on", "PFRQ", W, "date")
COLUMNS = (NAME, HOUSEHOLDS, AREA, DAY)
RING = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], holes=[[(2, 2), (2, 4), (4, 4), (4, 2)]])


def table(names: list[str | None]) -> gpd.GeoDataFrame:
    """One row a name; the second row has nothing but its name."""
    n = len(names)
    return gpd.GeoDataFrame(
        {
            "name": pd.Series(names, dtype="str"),
            "households": pd.array([3, *[None] * (n - 1)][:n], dtype="Int64"),
            "area_m2": [1234567.125, *[np.nan] * (n - 1)][:n],
            "approved_on": pd.Series(pd.to_datetime(["2026-03-02", *[None] * (n - 1)][:n])).astype("datetime64[s]"),
        },
        geometry=[MultiPolygon([box(500_000, 3_652_000, 500_100, 3_652_100), RING])] * n,
        crs="EPSG:4547",
    )


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_what_is_written_is_read_again(tmp_path, encoding):
    assert write_shapefile(tmp_path / "p.shp", table(["甲地块", "乙"]), COLUMNS, encoding=encoding) == ()
    read = gpd.read_file(tmp_path / "p.shp")
    assert read["DKMC"].tolist() == ["甲地块", "乙"]
    assert read["HS"].tolist()[0] == 3
    assert read["TYMJ"][0] == pytest.approx(1234567.125, abs=1e-6)
    assert read["PFRQ"][0] == pd.Timestamp("2026-03-02")
    assert read.loc[1, ["HS", "TYMJ", "PFRQ"]].isna().all()
    assert read.crs.to_epsg() == 4547 or "CGCS2000" in read.crs.name
    assert read.geometry.area.tolist() == [10_096.0, 10_096.0]  # 100 × 100 and 10 × 10 less 2 × 2


def test_the_files_say_in_what_their_texts_are_written(tmp_path):
    write_shapefile(tmp_path / "g.shp", table(["甲地块"]), COLUMNS)
    write_shapefile(tmp_path / "u.shp", table(["甲地块"]), COLUMNS, encoding="UTF-8")
    assert (tmp_path / "g.cpg").read_text() == "GBK"
    assert (tmp_path / "u.cpg").read_text() == "UTF-8"
    assert "甲地块".encode("gbk") in (tmp_path / "g.dbf").read_bytes()
    assert "甲地块".encode() in (tmp_path / "u.dbf").read_bytes()
    assert (tmp_path / "g.dbf").read_bytes()[29] == 0x4D  # code page 936, for programs that know no .cpg
    assert dbf_encoding(tmp_path / "g.dbf", None).name == "GB18030"
    assert dbf_encoding(tmp_path / "u.dbf", tmp_path / "u.cpg").warning is None


def test_days_are_days_and_whole_numbers_are_whole(tmp_path):
    write_shapefile(tmp_path / "p.shp", table(["甲"]), COLUMNS)
    info = pyogrio.read_info(tmp_path / "p.shp")
    assert dict(zip(info["fields"], info["dtypes"], strict=True))["PFRQ"] == "datetime64[D]"
    assert dict(zip(info["fields"], info["dtypes"], strict=True))["HS"] == "int64"


def test_characters_that_the_encoding_lacks_are_told(tmp_path):
    (told,) = write_shapefile(tmp_path / "p.shp", table(["𠀀庄"]), COLUMNS)
    assert "𠀀" in told.zh
    assert gpd.read_file(tmp_path / "p.shp")["DKMC"].tolist() == ["?庄"]
    assert write_shapefile(tmp_path / "q.shp", table(["𠀀庄"]), COLUMNS, encoding="UTF-8") == ()


def test_a_text_is_cut_between_characters_and_it_is_told(tmp_path):
    (told,) = write_shapefile(tmp_path / "p.shp", table(["一" * 200, "短"]), COLUMNS)
    assert "DKMC" in told.zh
    assert "1 处" in told.zh
    assert gpd.read_file(tmp_path / "p.shp")["DKMC"].tolist() == ["一" * 127, "短"]  # two bytes each in GBK
    write_shapefile(tmp_path / "q.shp", table(["一" * 200]), COLUMNS, encoding="UTF-8")
    assert gpd.read_file(tmp_path / "q.shp")["DKMC"].tolist() == ["一" * 84]  # three bytes each in UTF-8


def test_line_breaks_become_blanks(tmp_path):
    write_shapefile(tmp_path / "p.shp", table(["甲\r\n乙\t丙"]), COLUMNS)
    assert gpd.read_file(tmp_path / "p.shp")["DKMC"].tolist() == ["甲 乙 丙"]


def test_a_table_without_rows_is_a_file_with_its_columns(tmp_path):
    assert write_shapefile(tmp_path / "p.shp", table([]), COLUMNS) == ()
    assert pyogrio.read_info(tmp_path / "p.shp")["fields"].tolist() == ["DKMC", "HS", "TYMJ", "PFRQ"]
    assert pyogrio.read_info(tmp_path / "p.shp")["features"] == 0


@pytest.mark.parametrize("field", ["面积", "DKMCLONGEST", "dkmc", "1A", ""])
def test_a_field_that_a_dbf_cannot_name_is_refused(field):
    with pytest.raises(InvalidParameter):
        ShapeColumn("name", field, W)


@pytest.mark.parametrize(("name", "columns"), [("p.gpkg", COLUMNS), ("p.shp", (NAME, ShapeColumn("other", "DKMC", W)))])
def test_another_file_or_a_field_twice_is_refused(tmp_path, name, columns):
    with pytest.raises(InvalidParameter):
        write_shapefile(tmp_path / name, table(["甲"]), columns)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(codec="gbk", exclude_categories=["Cc"]), max_size=60), min_size=1, max_size=5))
def test_every_text_of_gbk_comes_back(tmp_path_factory: pytest.TempPathFactory, names: list[str]):
    path: Path = tmp_path_factory.mktemp("shape") / "p.shp"
    assert write_shapefile(path, table(list(names)), (NAME,)) == ()
    read = pyogrio.read_dataframe(path, encoding="GBK")["DKMC"]
    assert [value if isinstance(value, str) else "" for value in read] == [name.strip() for name in names]


def test_large_areas_keep_their_square_metres(tmp_path):
    frame = table(["甲"]).assign(area_m2=[123_456_789_012.5])
    write_shapefile(tmp_path / "p.shp", frame, (AREA,))
    assert gpd.read_file(tmp_path / "p.shp")["TYMJ"][0] == pytest.approx(123_456_789_012.5, abs=0.01)
