"""Road layers of bureaus and distributors: columns by recipe, junctions by where lines meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
from shapely import LineString, MultiLineString, Point, Polygon

from gis.errors import ColumnsNotMatched, CrsUnknown, InvalidValue, UnreadableFile
from gis.ingest.road_layer import RoadLayerReading, read_road_layer
from gis.ingest.roads import RoadTable
from gis.ingest.table import Target
from gis.model import BBox
from gis.rules.road_speeds import RoadProfile
from gis.tours.connected import connected_roads

CRS = "EPSG:4547"
EAST, NORTH = 500_000.0, 4_000_000.0
COACH = RoadProfile.named("coach")


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(EAST + x, NORTH + y) for x, y in points])


def layer(lines: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"等级": ["县道"] * len(lines), **columns}, geometry=lines, crs=CRS)


def read(
    folder: Path, frame: gpd.GeoDataFrame, *, name: str = "路网.gpkg", mapping: str | None = None, **said: Any
) -> RoadTable:
    path = folder / name
    pyogrio.write_dataframe(frame, path, encoding="UTF-8" if name.endswith(".shp") else None)
    if mapping is not None:
        (folder / "map.toml").write_text(mapping, encoding="utf-8")
        said["mapping"] = folder / "map.toml"
    extent = said.pop("extent", None)
    return read_road_layer(path, Target(CRS, extent), COACH, RoadLayerReading(**said))


def lengths(table: RoadTable) -> list[float]:
    return [round(metres, 1) for metres in table.frame["length_m"]]


# ---------------------------------------------------------------- junctions


def test_lines_with_an_end_in_common_meet_there(tmp_path: Path) -> None:
    table = read(tmp_path, layer([line((0, 0), (100, 0)), line((100, 0), (100, 80))]))
    assert lengths(table) == [100, 80]
    assert table.frame["to_node"][0] == table.frame["from_node"][1] == "500100.000,4000000.000"
    assert table.frame["road_no"].tolist() == ["#1.1", "#2.1"]


def test_ends_within_half_a_metre_are_one_and_those_farther_apart_are_not(tmp_path: Path) -> None:
    table = read(tmp_path, layer([line((0, 0), (100, 0)), line((100.3, 0.3), (100, 80)), line((0, 0.6), (0, 90))]))
    assert table.frame["to_node"][0] == table.frame["from_node"][1]
    assert table.frame["from_node"][0] != table.frame["from_node"][2]
    assert table.frame.geometry[1].coords[0] == table.frame.geometry[0].coords[-1]
    assert "0.5 米" in table.warnings[-1].zh


def test_the_snap_tolerance_can_be_said(tmp_path: Path) -> None:
    frame = layer([line((0, 0), (100, 0)), line((102, 0), (102, 80))])
    assert connected_roads(read(tmp_path, frame, snap_m=3.0).frame).main.all()
    assert not connected_roads(read(tmp_path, frame).frame).main.all()


def test_a_line_that_ends_on_another_one_cuts_it(tmp_path: Path) -> None:
    table = read(tmp_path, layer([line((0, 0), (100, 0)), line((40, 0.2), (40, 80))]))
    assert lengths(table) == [40, 60, 79.8]
    assert connected_roads(table.frame).main.all()


def test_lines_with_a_vertex_in_common_meet_and_those_that_only_cross_do_not(tmp_path: Path) -> None:
    cross = line((50, -50), (50, 50))
    bridge = read(tmp_path, layer([line((0, 0), (100, 0)), cross]))
    assert lengths(bridge) == [100, 100]
    junction = read(tmp_path, layer([line((0, 0), (50, 0), (100, 0)), line((50, -50), (50, 0), (50, 50))]))
    assert lengths(junction) == [50, 50, 50, 50]


def test_a_line_in_several_parts_becomes_several_roads_of_one_number(tmp_path: Path) -> None:
    parts = MultiLineString([line((0, 0), (100, 0)), line((100, 0), (200, 0))])
    table = read(tmp_path, layer([parts, line((200, 0), (300, 0))], 编号=["X321", "X321"]))
    assert table.frame["road_no"].tolist() == ["X321.1", "X321.2", "X321.3"]


def test_a_line_of_no_length_is_dropped_and_told(tmp_path: Path) -> None:
    table = read(tmp_path, layer([line((0, 0), (100, 0)), line((100, 0), (100, 0)), line((100, 0), (200, 0))]))
    assert table.left_out == {"zero_length": 1}
    assert connected_roads(table.frame).main.all()


# ---------------------------------------------------------------- columns


def test_a_bureau_s_shapefile_is_read_by_its_chinese_words(tmp_path: Path) -> None:
    frame = layer(
        [line((0, 0), (100, 0)), line((100, 0), (200, 0)), line((200, 0), (300, 0))],
        名称=["一号路", "二号路", None], 等级=["省道", "高速公路", "村道"],
        方向=["双向", "单向", "逆向"], 限速=["40", "120", None],
    )  # fmt: skip
    table = read(tmp_path, frame, name="roads.shp")
    assert table.frame["road_class"].tolist() == ["primary", "motorway", "unclassified"]
    assert table.frame["direction"].tolist() == ["both", "forward", "backward"]
    assert table.frame["speed_kmh"].tolist() == [34, 100, 30]
    assert table.frame["name"].tolist()[:2] == ["一号路", "二号路"]


def test_geofabrik_s_columns_are_understood_as_they_are(tmp_path: Path) -> None:
    frame = layer(
        [line((0, 0), (100, 0)), line((100, 0), (200, 0)), line((200, 0), (300, 0)), line((0, 0), (0, 50))],
        osm_id=["1", "2", "3", "4"], code=[5113, 5122, 5131, 5153], oneway=["B", "F", "T", "B"], maxspeed=[60, 0, 0, 0],
        fclass=["primary", "residential", "motorway_link", "footway"],
    ).drop(columns="等级")  # fmt: skip
    table = read(tmp_path, frame)
    assert table.frame["road_no"].tolist() == ["1.1", "2.1", "3.1"]
    assert table.frame["road_class"].tolist() == ["primary", "residential", "motorway"]
    assert table.frame["direction"].tolist() == ["both", "forward", "backward"]
    assert table.frame["speed_kmh"].tolist() == [51, 20, 51]
    assert table.left_out == {"class": 1}


def test_a_mapping_says_which_column_is_what_and_what_its_values_mean(tmp_path: Path) -> None:
    mapping = """
[columns]
LX = "road_class"
DX = "direction"
[values.road_class]
"甲" = "trunk"
[values.direction]
"A" = "F"
"""
    frame = layer([line((0, 0), (100, 0))], LX=["甲"], DX=["A"]).drop(columns="等级")
    table = read(tmp_path, frame, mapping=mapping)
    assert table.frame["road_class"].tolist() == ["trunk"]
    assert table.frame["direction"].tolist() == ["forward"]


def test_a_stated_speed_is_taken_as_it_is_but_not_over_the_class_s_top(tmp_path: Path) -> None:
    table = read(tmp_path, layer([line((0, 0), (9, 0)), line((9, 0), (20, 0))], 车速=[45.0, 200.0]))
    assert table.frame["speed_kmh"].tolist() == [45, 60]


def test_words_that_nobody_knows_and_things_that_are_no_lines_are_refused_by_row(tmp_path: Path) -> None:
    shapes = [line((0, 0), (100, 0)), line((0, 0), (0, 9)), line((0, 0), (9, 9)), Point(EAST, NORTH)]
    table = read(tmp_path, layer(shapes, 等级=["县道", "天桥", "县道", "县道"], 方向=["双向", "双向", "潮汐", "双向"]))
    assert [(r.place.row, r.place.column, r.found) for r in table.refused] == [
        (2, "道路等级", "天桥"),
        (3, "通行方向", "潮汐"),
        (4, "geometry", "type 0"),
    ]
    assert len(table.frame) == 1


def test_a_layer_without_a_class_says_which_columns_it_looks_for(tmp_path: Path) -> None:
    with pytest.raises(ColumnsNotMatched) as told:
        read(tmp_path, layer([line((0, 0), (100, 0))]).rename(columns={"等级": "甲"}))
    assert "fclass" in told.value.words.zh


def test_a_wrong_mapping_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue) as told:
        read(tmp_path, layer([line((0, 0), (100, 0))]), mapping='[columns]\nLX = "klasse"\n')
    assert "klasse" in told.value.words.zh


def test_a_layer_of_another_county_is_refused(tmp_path: Path) -> None:
    county = BBox(EAST + 90_000, NORTH, EAST + 95_000, NORTH + 5_000)
    with pytest.raises(CrsUnknown) as told:
        read(tmp_path, layer([line((0, 0), (100, 0))]), extent=county)
    assert "本县" in told.value.words.zh


def test_a_layer_of_polygons_alone_has_no_road(tmp_path: Path) -> None:
    square = Polygon([(EAST, NORTH), (EAST + 9, NORTH), (EAST, NORTH + 9)])
    with pytest.raises(UnreadableFile):
        read(tmp_path, layer([square]))


def test_the_same_file_gives_the_same_roads(tmp_path: Path) -> None:
    frame = layer([line((0, 0), (100, 0)), line((40, 0.2), (40, 80)), line((100.2, 0), (200, 0))])
    one, other = read(tmp_path, frame), read(tmp_path, frame)
    assert one.frame.drop(columns="geometry").equals(other.frame.drop(columns="geometry"))
