"""Extracts of OpenStreetMap: small ones drawn by hand, and real ones."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from gis.errors import UnreadableFile
from gis.ingest.osm_roads import is_osm, read_osm_roads
from gis.ingest.roads import OtherCounty, RoadTable
from gis.ingest.table import Target
from gis.model import BBox
from gis.rules.road_speeds import RoadProfile
from gis.tours.connected import connected_roads
from gis.tours.roads import RoadNetwork
from tests.gis.ingest.osm_samples import CRS, EAST, NORTH, extract, turn, way

COACH = RoadProfile.named("coach")
#  7 - 8 - 9     a grid of 100 m
#  4 - 5 - 6
#  1 - 2 - 3
GRID = {3 * row + column + 1: (100.0 * column, 100.0 * row) for row in range(3) for column in range(3)}


def read(path: Path, extent: BBox | None = None) -> RoadTable:
    return read_osm_roads(path, Target(CRS, extent), COACH)


def ends(table: RoadTable) -> dict[str, str]:
    return {r["road_no"]: f"{r['from_node']}-{r['to_node']}" for r in table.frame.to_dict("records")}


# ---------------------------------------------------------------- stretches


def test_ways_are_split_where_another_one_meets_them(tmp_path: Path) -> None:
    table = read(extract(tmp_path, GRID, way(10, "1 2 3"), way(11, "2 5 8")))
    assert ends(table) == {"10.1": "1-2", "10.2": "2-3", "11.1": "2-8"}
    assert table.frame["length_m"].tolist() == pytest.approx([100, 100, 200], abs=0.01)
    assert list(table.frame.geometry[2].coords)[1] == pytest.approx((EAST + 100, NORTH + 100), abs=0.01)


def test_a_footway_does_not_split_a_road(tmp_path: Path) -> None:
    table = read(extract(tmp_path, GRID, way(10, "1 2 3"), way(11, "2 5", highway="footway")))
    assert ends(table) == {"10.1": "1-3"}
    assert table.left_out == {"class": 1}
    assert table.read == 2


def test_a_way_that_comes_back_to_itself_is_split_there(tmp_path: Path) -> None:
    table = read(extract(tmp_path, GRID, way(10, "1 2 5 6 3 2")))
    assert ends(table) == {"10.1": "1-2", "10.2": "2-2"}


def test_a_bollard_parts_the_road_it_stands_on(tmp_path: Path) -> None:
    path = extract(tmp_path, GRID, way(10, "1 2 3"), way(11, "3 6 5 2"), nodes={2: {"barrier": "bollard"}})
    table = read(path)
    assert ends(table) == {"10.1": "1-2|10.1b", "10.2": "2|10.2a-3", "11.1": "3-2|11.1b"}
    assert connected_roads(table.frame).main.tolist() == [False, True, True]


def test_ways_that_lead_over_missing_nodes_are_cut_there_and_the_nodes_counted(tmp_path: Path) -> None:
    table = read(extract(tmp_path, GRID, way(10, "1 2 99 98 5 6"), way(11, "97 3"), way(12, "1 96 2")))
    assert ends(table) == {"10.1": "1-2", "10.2": "5-6"}
    assert table.missing_nodes == 4
    assert table.left_out == {"no_nodes": 2}


def test_a_stretch_of_no_length_is_dropped_and_its_ends_made_one(tmp_path: Path) -> None:
    places = {**GRID, 20: GRID[2]}
    table = read(extract(tmp_path, places, way(10, "1 2"), way(11, "2 20"), way(12, "20 3"), way(13, "2 5")))
    assert table.left_out == {"zero_length": 1}
    assert connected_roads(table.frame).main.all()
    assert len(table.frame) == 3


def test_facts_of_a_road_are_kept(tmp_path: Path) -> None:
    tags = {"name": "府前路", "surface": "asphalt", "oneway": "-1", "maxspeed": "60", "highway": "tertiary_link"}
    (row,) = read(extract(tmp_path, GRID, way(10, "1 2", **tags))).frame.to_dict("records")
    assert (row["name"], row["surface"], row["road_class"]) == ("府前路", "asphalt", "tertiary")
    assert (row["direction"], row["speed_kmh"]) == ("backward", 50.0)
    assert "OpenStreetMap" in row["source"]


# ---------------------------------------------------------------- the county


def test_roads_over_20_km_from_the_county_are_left_out(tmp_path: Path) -> None:
    places = {1: (0, 0), 2: (100, 0), 3: (60_000, 0), 4: (60_100, 0)}
    county = BBox(EAST - 1000, NORTH - 1000, EAST + 30_000, NORTH + 1000)
    table = read(extract(tmp_path, places, way(10, "1 2"), way(11, "3 4")), county)
    assert ends(table) == {"10.1": "1-2"}
    assert table.left_out == {"outside": 1}


def test_an_extract_of_another_county_is_refused_with_its_distance(tmp_path: Path) -> None:
    path = extract(tmp_path, GRID, way(10, "1 2"))
    county = BBox(EAST + 99_000, NORTH - 1000, EAST + 101_000, NORTH + 1000)
    with pytest.raises(OtherCounty) as told:
        read(path, county)
    assert "100 公里" in told.value.words.zh
    assert "another county" in told.value.words.en
    assert told.value.place.file == "roads.osm"


@pytest.mark.parametrize(
    "content",
    [
        b"<osm version='0.6'><node id='1'",
        b"<html/>",
        b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x00",
        b"<osm version='0.6'><node id='1' lon='1140' lat='36'/></osm>",
        b"<osm version='0.6'><node id='99999999999999999999999' lon='114' lat='36'/></osm>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><osm version='0.6'><node id='1' lon='114' lat='36'/></osm>",
    ],
)
def test_a_file_that_is_no_extract_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.osm"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        read(path)


def test_an_extract_without_roads_for_a_coach_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as told:
        read(extract(tmp_path, GRID, way(10, "1 2", highway="footway")))
    assert "大巴" in told.value.words.zh


def test_an_extract_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    path = extract(tmp_path, GRID, way(10, "1 2")).rename(tmp_path / "数据.txt")
    assert is_osm(path)
    (tmp_path / "a.osm").write_text('{"type": "FeatureCollection"}', encoding="utf-8")
    assert not is_osm(tmp_path / "a.osm")


# ---------------------------------------------------------------- turns

CROSS = (way(10, "4 5"), way(11, "5 6"), way(12, "2 5"), way(13, "5 8"))


def turned(tmp_path: Path, *turns: str, roads: tuple[str, ...] = CROSS) -> RoadTable:
    return read(extract(tmp_path, GRID, *roads, *turns))


def no_turns(table: RoadTable) -> dict[str, list[str]]:
    rows = table.frame.dropna(subset="no_turn").to_dict("records")
    return {r["road_no"]: [f"{t['at']}>{t['to']}" for t in r["no_turn"]] for r in rows}


@pytest.mark.parametrize("kind", ["no_left_turn", "no_right_turn", "no_straight_on", "no_entry", "no_exit"])
def test_a_forbidden_turn_closes_one_road_from_another(tmp_path: Path, kind: str) -> None:
    table = turned(tmp_path, turn(1, kind, "w10 n5 w13"))
    assert no_turns(table) == {"10.1": ["5>13.1"]}
    assert table.turns.kept == 1


@pytest.mark.parametrize("kind", ["only_straight_on", "only_left_turn", "only_right_turn"])
def test_an_only_turn_closes_every_other_road_and_the_way_back(tmp_path: Path, kind: str) -> None:
    table = turned(tmp_path, turn(1, kind, "w10 n5 w11"))
    assert no_turns(table) == {"10.1": ["5>10.1", "5>12.1", "5>13.1"]}


def test_no_u_turn_on_one_road_closes_the_way_back(tmp_path: Path) -> None:
    assert no_turns(turned(tmp_path, turn(1, "no_u_turn", "w10 n5 w10"))) == {"10.1": ["5>10.1"]}


def test_buses_excepted_means_the_coach_and_cars_excepted_does_not(tmp_path: Path) -> None:
    turns = (turn(1, "no_left_turn", "w10 n5 w13", **{"except": "psv;bicycle"}),
             turn(2, "no_right_turn", "w10 n5 w12", **{"except": "motorcar"}))  # fmt: skip
    table = turned(tmp_path, *turns)
    assert no_turns(table) == {"10.1": ["5>12.1"]}
    assert (table.turns.kept, table.turns.not_concerned) == (1, 1)


def test_turns_that_are_not_modelled_are_listed_with_why(tmp_path: Path) -> None:
    through = (*CROSS[1:], way(10, "4 5 2 3"))  # way 10 passes through node 5
    turns = (
        turn(1, "no_left_turn", "w12 w13 w11"),
        turn(2, "no_left_turn", "w10 n5 w13"),
        turn(3, "no_parking", "w12 n5 w13"),
        turn(4, "", "w12 n5 w13", restriction__conditional="no_left_turn @ (Mo-Fr 07:00-09:00)"),
    )
    table = turned(tmp_path, *turns, roads=through)
    why = {each["id"]: each["why"] for each in table.turns.not_modelled}
    assert why == {"1": "via_way", "2": "ambiguous", "3": "kind", "4": "conditional"}
    assert no_turns(table) == {}


def test_turns_of_roads_that_are_not_driven_concern_nobody(tmp_path: Path) -> None:
    roads = (*CROSS[:3], way(13, "5 8", highway="footway"))
    table = turned(tmp_path, turn(1, "no_left_turn", "w10 n5 w13"), roads=roads)
    assert (table.turns.kept, table.turns.not_concerned, table.turns.not_modelled) == (0, 1, ())


def test_a_turn_for_lorries_alone_does_not_concern_a_coach(tmp_path: Path) -> None:
    lorries = turn(1, "", "w10 n5 w13", restriction__hgv="no_left_turn")
    buses = turn(2, "", "w10 n5 w12", restriction__bus="no_right_turn")
    assert no_turns(turned(tmp_path, lorries, buses)) == {"10.1": ["5>12.1"]}


# ---------------------------------------------------------------- real extracts


def real(shared_data: Path, name: str, crs: str) -> tuple[RoadTable, gpd.GeoDataFrame]:
    table = read_osm_roads(shared_data / "roads" / name, Target(crs), COACH)
    return table, gpd.GeoDataFrame(table.frame[connected_roads(table.frame).main].reset_index(drop=True))


@pytest.mark.real_data
def test_liechtenstein_is_one_network_that_a_coach_can_drive(shared_data: Path) -> None:
    table, main = real(shared_data, "liechtenstein.osm.pbf", "EPSG:32632")
    assert table.read == sum(table.left_out.values()) + len({n.split(".")[0] for n in table.frame["road_no"]})
    assert len(main) > 0.95 * len(table.frame)
    assert 350_000 < main["length_m"].sum() < 500_000
    network = RoadNetwork(main)
    # Vaduz, Schaan, Balzers, Ruggell: 6 to 25 km apart by road.
    from gis.crs import coords_of

    towns = coords_of(
        np.array([[9.5215, 47.1410], [9.5095, 47.1650], [9.5020, 47.0680], [9.5250, 47.2410]]), "EPSG:32632"
    )
    travel = network.matrix(network.snap(towns))
    assert travel.unreachable == ()
    assert 2_500 < travel.metres[0, 1] < 4_500
    assert 20_000 < travel.metres[2, 3] < 27_000
    assert 25 * 60 < travel.seconds[2, 3] < 50 * 60


@pytest.mark.real_data
def test_streets_of_shenzhen_are_read_from_both_forms_alike(shared_data: Path) -> None:
    _, one = real(shared_data, "longgang.osm.pbf", "EPSG:4547")
    _, other = real(shared_data, "longgang.osm", "EPSG:4547")
    assert one["road_no"].tolist() == other["road_no"].tolist()
    assert {"motorway", "secondary", "residential"} <= set(one["road_class"])
    assert (one["direction"] == "forward").sum() > 50
    network = RoadNetwork(one)
    west, south, east, north = one.total_bounds
    points = np.random.default_rng(0).uniform((west, south), (east, north), (12, 2))
    travel = network.matrix(network.snap(points))
    assert travel.unreachable == ()
    for i, j in np.ndindex(12, 12):
        assert travel.shape(i, j).length == pytest.approx(travel.metres[i, j], abs=0.01)
