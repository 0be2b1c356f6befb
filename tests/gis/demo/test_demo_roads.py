"""The sample county's roads: invented and marked so, one network, near to everything that a tour may visit."""

from __future__ import annotations

import numpy as np
import pytest

from gis.demo.county import County
from gis.demo.roads import SOURCE
from gis.model import RoadDirection
from gis.store.port import Store
from gis.tours.connected import connected_roads
from gis.tours.roads import RoadNetwork
from gis.tours.spec import Spot
from gis.tours.travel import FAR_FROM_ROAD_M
from gis.workflows.tour_travel import Travels


def test_every_road_is_marked_as_invented(county: County) -> None:
    roads = county.entity("road")
    assert set(roads["source"]) == {SOURCE}
    assert roads["road_no"].str.startswith("示例-").all()
    assert roads["name"].notna().all()
    assert 500 < len(roads) < 5000


def test_one_gets_from_every_road_to_every_other(county: County) -> None:
    assert connected_roads(county.entity("road")).main.all()


def test_every_project_and_park_lies_within_500_m_of_a_road(county: County) -> None:
    network = RoadNetwork(county.entity("road"))
    for layer in ("project", "park"):
        shapes = county.entity(layer).geometry.dropna().to_numpy()
        assert max(spot.metres_off for spot in network.snap_shapes(shapes)) < FAR_FROM_ROAD_M


def test_there_is_a_pair_of_one_way_streets_and_a_forbidden_turn(county: County) -> None:
    roads = county.entity("road")
    one_way = roads[roads["direction"] != RoadDirection.BOTH.value]
    assert one_way["name"].nunique() == 2
    (turns,) = roads["no_turn"].dropna()
    assert {turn["to"] for turn in turns} <= set(roads["road_no"])


def test_a_road_has_its_length_and_joins_its_nodes(county: County) -> None:
    roads = county.entity("road")
    assert roads["length_m"].to_numpy() == pytest.approx(roads.geometry.length.to_numpy(), abs=0.001)
    assert (roads["length_m"] >= 0.5).all()


def test_tours_of_the_sample_county_go_by_road(county_store: Store) -> None:
    codes = [c for c, g in zip(*(county_store.read("project")[n] for n in ("code", "geometry")), strict=True) if g]
    found = Travels(county_store).between([Spot("project", code) for code in codes[:20]])
    assert not found.travel.estimated
    assert found.travel.unreachable == ()
    off_diagonal = found.travel.metres[~np.eye(20, dtype=bool)]
    assert off_diagonal.min() >= 0
    assert off_diagonal.max() < 60_000
