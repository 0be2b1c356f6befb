"""What is drawn in the sample county lies as things lie on the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.demo.county import County, build_county
from gis.demo.facts import COUNTY_CODE, county_boundary, town_names
from gis.demo.ground import Frame, Lot, Rect, coverage, plots, strips
from gis.layers import LAYERS
from gis.model import Level, ProjectCategory, ProjectKind, TownLevel, Utility, UtilityStatus, ZoneKind
from gis.units import M2_PER_MU


def test_the_same_seed_gives_the_same_county(county: County) -> None:
    again = build_county(county.seed)
    for layer, table in county.tables.items():
        other = again.tables[layer]
        if LAYERS[layer].kind == "ledger":
            assert table.equals(other), layer
            continue
        assert table.drop(columns="geometry").equals(other.drop(columns="geometry")), layer
        assert table["geometry"].to_wkb().equals(other["geometry"].to_wkb()), layer


def test_another_seed_gives_another_county_of_the_same_size(county: County) -> None:
    other = build_county(county.seed + 1)
    assert len(other.tables["project"]) == len(county.tables["project"])
    assert abs(len(other.tables["parcel"]) - len(county.tables["parcel"])) < 1500
    assert (
        not other.tables["parcel"]["geometry"]
        .iloc[:50]
        .geom_equals(county.tables["parcel"]["geometry"].iloc[:50])
        .all()
    )


def test_the_towns_tile_the_county(county: County) -> None:
    towns = county.entity("town")
    whole = towns[towns["level"] == TownLevel.COUNTY.value]
    parts = towns[towns["level"] == TownLevel.TOWN.value]
    assert list(parts["code"]) == list(town_names())
    assert list(whole["code"]) == [COUNTY_CODE]
    assert parts.area.sum() == pytest.approx(whole.area.iloc[0], abs=1.0)
    assert shapely.symmetric_difference(shapely.union_all(parts.geometry), whole.geometry.iloc[0]).area < 1.0
    # Towns' corners are put on the outline to a millimetre: over its 190 km that moves a few square metres.
    assert whole.geometry.iloc[0].symmetric_difference(county_boundary()).area < 10.0
    assert all(len(area.geoms) == 1 for area in parts.geometry)


def test_everything_is_valid_and_inside_the_county(county: County) -> None:
    outline = county.entity("town").geometry.iloc[0].buffer(30.0)
    for layer in ("park", "project", "parcel", "zone"):
        table = county.entity(layer)
        there = table[table.geometry.notna()]
        assert there.geometry.is_valid.all(), layer
        assert there.geometry.within(outline).all(), layer


def test_parcels_meet_without_slivers_but_for_a_few_that_overlap_on_purpose(county: County) -> None:
    shapes = county.entity("parcel").geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    overlap = shapely.area(shapely.intersection(shapes[first[pairs]], shapes[second[pairs]]))
    assert not ((overlap > 1e-6) & (overlap < 1.0)).any()
    assert 5 <= (overlap >= 1.0).sum() <= 200


def test_parcels_are_of_the_size_of_fields_and_sites(county: County) -> None:
    parcels = county.entity("parcel")
    mu = parcels.area / M2_PER_MU
    assert 5000 <= len(parcels) <= 7000
    assert 2.0 <= mu.median() <= 8.0
    assert (mu.between(0.5, 30.0)).mean() > 0.95
    assert parcels["parcel_no"].is_unique


def test_there_are_projects_of_every_kind_category_and_level_with_every_geometry(county: County) -> None:
    projects = county.entity("project")
    assert 110 <= len(projects) <= 130
    assert set(projects["kind"]) == {kind.value for kind in ProjectKind}
    assert set(projects["category"]) == {c.value for c in ProjectCategory}
    assert set(projects["level"]) >= {Level.PROVINCIAL.value, Level.MUNICIPAL.value, Level.COUNTY.value}
    kinds = projects.geometry.geom_type.fillna("None").value_counts()
    assert kinds["MultiPolygon"] > 80
    assert kinds["LineString"] == 6
    assert kinds["Point"] >= 5
    assert projects.geometry.isna().sum() >= 5


def test_the_expressway_passes_through_several_towns(county: County) -> None:
    projects, towns = county.entity("project"), county.entity("town").iloc[1:]
    road = projects[projects["name"].str.contains("高速")].iloc[0]
    assert towns.geometry.intersects(road.geometry).sum() >= 5
    assert road["row_width_m"] == 42.0
    assert road.geometry.length > 30_000


def test_some_projects_are_credited_to_another_town(county: County) -> None:
    projects = county.tables["project"]
    enclaves = projects[projects["credited_to_town"] != projects["located_in_town"]]
    assert len(enclaves) >= 8
    codes = set(county.tables["town"]["code"])
    assert set(projects["located_in_town"]) | set(projects["credited_to_town"]) <= codes


def test_five_parks_of_five_levels_differ_in_their_utilities_and_one_takes_chemicals(county: County) -> None:
    parks = county.tables["park"]
    assert set(parks["level"]) == {level.value for level in Level}
    assert parks["chemicals_allowed"].sum() == 1
    in_service = (parks[[f"utility_{u}" for u in Utility]] == UtilityStatus.DONE.value).sum(axis=1)
    assert in_service.max() == len(Utility)
    assert in_service.min() <= 3
    chemical = county.tables["project"][county.tables["project"]["is_chemical"]]
    assert len(chemical) >= 4
    assert set(chemical["located_in_park"]) == set(parks.loc[parks["chemicals_allowed"], "code"])


def test_every_kind_of_zone_is_there_and_zones_of_one_kind_do_not_overlap(county: County) -> None:
    zones = county.entity("zone")
    assert set(zones["kind"]) == {kind.value for kind in ZoneKind}
    for kind, group in zones.groupby("kind"):
        assert group.area.sum() == pytest.approx(shapely.union_all(group.geometry.to_numpy()).area, abs=1.0), kind
    farmland = zones[zones["kind"] == ZoneKind.FARMLAND.value]
    assert len(farmland) > 100


def test_invented_things_say_so(county: County) -> None:
    for layer, columns in {
        "park": ["name"],
        "project": ["name", "owner", "leader"],
        "zone": ["name", "zone_no"],
    }.items():
        for column in columns:
            assert county.tables[layer][column].str.startswith("示例").all(), column
    for column in ("village", "person", "unit", "name"):
        assert county.tables["parcel"][column].str.startswith("示例").all(), column
    documents = county.tables["parcel_event"]["document"].dropna()
    assert documents.str.startswith("示例").all()
    assert county.tables["parcel"]["batch"].dropna().str.endswith("（示例）").all()


@settings(max_examples=40, deadline=None)
@given(
    turn=st.floats(-90, 90),
    width=st.floats(60, 700),
    height=st.floats(60, 500),
    target=st.floats(800, 20_000),
    chamfer=st.sampled_from([0.0, 0.3]),
)
def test_plots_tile_their_block(turn: float, width: float, height: float, target: float, chamfer: float) -> None:
    lot = Lot(Frame((580_000.0, 4_100_000.0), turn, 0.05), Rect(0, 0, width, height), chamfer)
    (polygons,) = coverage([plots(lot.ring, target, np.random.default_rng(1))])
    assert sum(p.area for p in polygons) == pytest.approx(lot.polygon.area, rel=1e-5, abs=1.0)
    assert shapely.coverage_is_valid(np.array(polygons))


def test_a_roads_pieces_tile_its_mitred_strip() -> None:
    bent = np.array([(0.0, 0.0), (100.0, 0.0), (180.0, 60.0), (300.0, 60.0)])
    (pieces,) = coverage([strips(bent, 40.0)])
    strip = shapely.LineString(bent).buffer(20.0, cap_style="flat", join_style="mitre")
    assert len(pieces) == 6
    assert shapely.symmetric_difference(shapely.union_all(pieces), strip).area < 0.5


def test_a_frame_is_undone_by_its_inverse() -> None:
    frame = Frame((5.0, 7.0), 33.0, 0.1)
    points = np.array([(0.0, 0.0), (10.0, 3.0), (-4.0, 8.0)])
    assert np.allclose(frame.to_local(frame.to_ground(points)), points)


def test_the_county_is_in_its_working_crs(county: County) -> None:
    assert county.crs == "EPSG:4546"
    assert isinstance(county.tables["parcel"], gpd.GeoDataFrame)
    # 介休 lies 0.7°–1.2° east of 111°E: 60–105 km east of the central meridian.
    west, _, east, _ = county.entity("town").total_bounds
    assert 560_000 < west < east < 606_000
