"""Roads in every store: imported whole, imported again, driven; entrances set by hand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, Point

from gis.crs import to_lonlat
from gis.errors import InvalidParameter, NotAllowed, NotFound
from gis.ingest.roads import OtherCounty
from gis.store.port import Store
from gis.tours.spec import Spot
from gis.workflows.import_roads import RoadImportOptions, import_roads
from gis.workflows.set_entrance import GivenEntrance, set_entrance, show_entrance, withdraw_entrance
from gis.workflows.tour_travel import Travels
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, VIEWER, parcels, put, square

#   D --- C     a block of 1 km; AB is one-way, from C no turn into CD; a lane lies apart
#   |     |
#   A --> B
OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
{nodes}
<way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="secondary"/><tag k="oneway" v="yes"/>
<tag k="name" v="府前路"/></way>
<way id="11"><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/></way>
<way id="12"><nd ref="3"/><nd ref="4"/><tag k="highway" v="secondary"/></way>
<way id="13"><nd ref="4"/><nd ref="1"/><tag k="highway" v="secondary"/><tag k="maxspeed" v="{limit}"/></way>
<way id="14"><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/><tag k="name" v="孤巷"/></way>
{more}
</osm>
"""
PLACES = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000), 5: (3000, 0), 6: (3200, 0)}


def point(x: float, y: float) -> Spot:
    """A point so many metres east and north of the block's corner."""
    lon, lat = to_lonlat([Point(EAST + x, NORTH + y)], CRS)[0].coords[0]
    return Spot("point", "", lon, lat)


def osm_file(folder: Path, *, limit: str = "40", more: str = "", name: str = "roads.osm") -> Path:
    degrees = to_lonlat([LineString([(EAST + x, NORTH + y) for x, y in PLACES.values()])], CRS)[0].coords
    nodes = [f'<node id="{n}" lon="{lon:.9f}" lat="{lat:.9f}"/>' for n, (lon, lat) in zip(PLACES, degrees, strict=True)]
    path = folder / name
    path.write_text(OSM.format(nodes="\n".join(nodes), limit=limit, more=more), encoding="utf-8")
    return path


@pytest.fixture
def county(store: Store) -> Store:
    put(store, "parcel", parcels())
    projects = gpd.GeoDataFrame(
        {"code": ["X1", "X2", "X3"], "name": ["甲", "乙", "丙"]},
        geometry=[square(2, -3), square(9, 12), None],
        crs=CRS,
    )
    put(store, "project", projects)
    return store


def test_roads_are_stored_as_stretches_with_what_was_left_out_in_the_log(county: Store, tmp_path: Path) -> None:
    report = import_roads(county, OFFICER, osm_file(tmp_path))
    assert (report.stored, report.updated, report.unchanged, report.retired) == (4, 0, 0, 0)
    roads = county.read("road").set_index("road_no")
    assert roads.index.tolist() == ["10.1", "11.1", "12.1", "13.1"]
    assert roads["direction"].tolist() == ["forward", "both", "both", "both"]
    assert roads["speed_kmh"].tolist() == [40.0, 40.0, 40.0, 34.0]
    assert roads["length_m"].tolist() == pytest.approx([1000] * 4, abs=0.01)
    (log,) = county.read("import_log").to_dict("records")
    assert (log["layer"], log["file_name"], log["sha256"]) == ("road", "roads.osm", report.sha256)
    assert log["report"]["profile"] == "coach"
    assert log["report"]["left_out"] == {"apart": 1}
    (piece,) = log["report"]["pieces"]
    assert (piece["roads"], piece["names"], piece["touches"]) == (1, ["孤巷"], False)
    assert piece["metres"] == pytest.approx(200, abs=0.1)


def test_the_same_file_again_changes_nothing_and_is_not_logged_twice(county: Store, tmp_path: Path) -> None:
    path = osm_file(tmp_path)
    import_roads(county, OFFICER, path)
    version = county.version()
    again = import_roads(county, OFFICER, path)
    assert (again.stored, again.updated, again.unchanged, again.retired) == (0, 0, 4, 0)
    assert county.version() == version
    assert county.count("import_log") == 1


def test_another_file_takes_the_place_of_all_roads(county: Store, tmp_path: Path) -> None:
    import_roads(county, OFFICER, osm_file(tmp_path))
    diagonal = '<way id="20"><nd ref="1"/><nd ref="3"/><tag k="highway" v="primary"/></way>'
    path = osm_file(tmp_path, limit="20", more=diagonal, name="later.osm")
    path.write_text(path.read_text(encoding="utf-8").replace('id="12"', 'id="99"'), encoding="utf-8")
    report = import_roads(county, OFFICER, path)
    assert (report.stored, report.updated, report.unchanged, report.retired) == (2, 1, 2, 1)
    assert county.read("road")["road_no"].tolist() == ["10.1", "11.1", "13.1", "20.1", "99.1"]
    assert county.count("import_log") == 2


def test_a_dry_run_tells_all_and_stores_nothing(county: Store, tmp_path: Path) -> None:
    report = import_roads(county, OFFICER, osm_file(tmp_path), RoadImportOptions(dry_run=True))
    assert (report.stored, report.dry_run) == (4, True)
    assert county.count("road") == 0
    assert county.count("import_log") == 0


def test_an_extract_of_another_county_is_refused_with_its_distance(county: Store, tmp_path: Path) -> None:
    path = osm_file(tmp_path)
    text = path.read_text(encoding="utf-8")
    import re

    path.write_text(re.sub(r'lat="3\d', 'lat="28', text), encoding="utf-8")
    with pytest.raises(OtherCounty) as told:
        import_roads(county, OFFICER, path)
    kilometres = int(re.search(r"约 ([\d,]+) 公里", told.value.words.zh)[1].replace(",", ""))  # type: ignore[index]
    assert 950 < kilometres < 1050  # nine degrees of latitude
    assert county.count("road") == 0


def test_travel_goes_by_the_roads_and_anew_when_they_change(county: Store, tmp_path: Path) -> None:
    travel = Travels(county)
    spots = [Spot("project", "X1"), point(1000, 500)]
    before = travel.between(spots).travel
    assert before.estimated
    assert before.metres[0, 1] == pytest.approx(1.35 * ((750 - 0) ** 2 + 750**2) ** 0.5, rel=0.2)
    import_roads(county, OFFICER, osm_file(tmp_path))
    found = travel.between(spots)
    assert not found.travel.estimated
    # X1 lies 200 m south of AB, from 200 to 300 m east of A; its nearest side is as near all along.
    assert found.snapped[0].road_no == "10.1"
    assert found.snapped[0].metres_off == pytest.approx(200, abs=0.01)
    off = found.snapped[0].x - EAST
    assert found.travel.metres[0, 1] == pytest.approx(1000 - off + 500, abs=0.1)
    assert found.travel.metres[1, 0] == pytest.approx(500 + 1000 + 1000 + off, abs=0.1)  # AB is one-way
    assert found.travel.seconds[0, 1] == pytest.approx(found.travel.metres[0, 1] / (40 / 3.6))


def test_forbidden_turns_are_stored_and_obeyed(county: Store, tmp_path: Path) -> None:
    turn = (
        '<relation id="7"><member type="way" ref="11" role="from"/><member type="node" ref="3" role="via"/>'
        '<member type="way" ref="12" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/>'
        "</relation>"
    )
    import_roads(county, OFFICER, osm_file(tmp_path, more=turn))
    roads = county.read("road").set_index("road_no")
    assert roads.loc["11.1", "no_turn"] == [{"at": "3", "to": "12.1"}]
    spots = [point(1000, 900), point(900, 1000)]
    travel = Travels(county).between(spots).travel
    # Back to B is no help, for AB is one-way: but at C a coach may turn round, and does not come nearer by it.
    assert travel.metres[1, 0] == pytest.approx(200, abs=0.1)
    assert travel.unreachable == ((0, 1),)


def test_an_entrance_set_by_hand_wins_until_it_is_withdrawn(county: Store, tmp_path: Path) -> None:
    import_roads(county, OFFICER, osm_file(tmp_path))
    travel, spots = Travels(county), [Spot("project", "X1")]
    lon, lat = to_lonlat([LineString([(EAST + 1020, NORTH + 400), (EAST, NORTH)])], CRS)[0].coords[0]
    row = set_entrance(county, OFFICER, GivenEntrance("project", "X1", lon, lat, "东门"))
    assert (row["east_m"], row["north_m"]) == pytest.approx((EAST + 1020, NORTH + 400), abs=0.02)
    assert row["lon"] == pytest.approx(lon)
    found = travel.between(spots)
    assert (found.snapped[0].road_no, found.snapped[0].metres_off) == ("11.1", pytest.approx(20, abs=0.02))
    withdraw_entrance(county, OFFICER, "project", "X1", reason="误设", seen=row["recorded_at"])
    assert show_entrance(county, "project", "X1") is None
    assert travel.between(spots).snapped[0].road_no == "10.1"


def test_an_entrance_may_be_set_by_who_may_write_of_what_is_there_near_the_county(county: Store) -> None:
    lon, lat = to_lonlat([LineString([(EAST, NORTH), (EAST, NORTH + 1)])], CRS)[0].coords[0]
    with pytest.raises(NotAllowed):
        set_entrance(county, VIEWER, GivenEntrance("project", "X1", lon, lat))
    with pytest.raises(NotFound):
        set_entrance(county, OFFICER, GivenEntrance("park", "X1", lon, lat))
    with pytest.raises(InvalidParameter):
        set_entrance(county, OFFICER, GivenEntrance("parcel", "P0", lon, lat))
    with pytest.raises(InvalidParameter):
        set_entrance(county, OFFICER, GivenEntrance("project", "X1", lon, lat + 1))


def test_spots_without_a_place_are_named_all_at_once(county: Store) -> None:
    put(county, "project", gpd.GeoDataFrame({"code": ["X4"], "name": ["丁"]}, geometry=[None], crs=CRS))
    with pytest.raises(InvalidParameter) as told:
        Travels(county).between([Spot("project", "X3"), Spot("project", "X1"), Spot("project", "X4")])
    assert [problem.found for problem in told.value.problems] == ["X3", "X4"]
    with pytest.raises(NotFound) as unknown:
        Travels(county).between([Spot("town", "140781"), Spot("project", "X1"), Spot("park", "K9")])
    assert unknown.value.found == "town:140781, park:K9"


def test_a_spot_over_500_m_from_any_road_is_told(county: Store, tmp_path: Path) -> None:
    import_roads(county, OFFICER, osm_file(tmp_path))
    found = Travels(county).between([point(0, -400), point(0, -700)])
    assert [stop.is_far for stop in found.snapped] == [False, True]
    assert [place.off_road_m for place in found.places] == pytest.approx([400, 700], abs=0.05)


def test_for_a_town_the_coach_goes_to_a_point_within_it(county: Store) -> None:
    put(county, "town", gpd.GeoDataFrame({"code": ["T1"], "name": ["城关镇"]}, geometry=[square(0, 0)], crs=CRS))
    (stop,) = Travels(county).between([Spot("town", "T1")]).snapped
    assert square(0, 0).contains(Point(stop.x, stop.y))
