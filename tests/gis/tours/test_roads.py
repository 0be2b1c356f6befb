"""Travel on small drawn networks; every time is worked out by hand: ten metres take a second."""

from __future__ import annotations

import heapq
import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import InvalidValue
from gis.tours.roads import RoadNetwork
from gis.tours.travel import Snapped, Travel, Unreachable
from tests.gis.tours.road_samples import at, no_turn, road, roads

#  C --- D
#  |     |      a block of 100 m, and a blind road E east of B
#  A --- B --- E
BLOCK = {"A": (0, 0), "B": (100, 0), "C": (0, 100), "D": (100, 100), "E": (200, 0)}


def block(**directions: str) -> gpd.GeoDataFrame:
    pairs = ("AB", "BD", "CD", "AC", "BE")
    return roads(BLOCK, *(road(a, b, direction=directions.get(a + b, "both")) for a, b in pairs))


def travel(frame: gpd.GeoDataFrame, *points: tuple[float, float]) -> Travel:
    network = RoadNetwork(frame)
    return network.matrix(network.snap(at(*points)))


# ---------------------------------------------------------------- snapping


def test_a_spot_is_snapped_to_the_nearest_point_of_a_road_with_its_distance() -> None:
    (spot,) = RoadNetwork(block()).snap(at((30, -40)))
    assert (spot.x, spot.y) == pytest.approx((500_030, 4_000_000))
    assert (spot.road_no, spot.share, spot.metres_off) == ("AB", pytest.approx(0.3), pytest.approx(40))
    assert not spot.is_far


def test_a_spot_over_500_m_from_any_road_is_far() -> None:
    near, far = RoadNetwork(block()).snap(at((50, -500), (50, -501)))
    assert (near.is_far, far.is_far) == (False, True)


def test_nobody_stops_on_a_motorway_unless_there_is_nothing_else() -> None:
    motorway = road("A", "B", road_class="motorway")
    (spot,) = RoadNetwork(roads(BLOCK, motorway, road("C", "D"), road("A", "C"))).snap(at((50, 10)))
    assert spot.road_no != "AB"
    (spot,) = RoadNetwork(roads(BLOCK, motorway)).snap(at((50, 10)))
    assert spot.road_no == "AB"


def test_a_large_site_is_entered_where_it_is_nearest_to_a_road() -> None:
    from shapely import box

    shape = box(*at((40, -300))[0], *at((60, -20))[0])
    (spot,) = RoadNetwork(block()).snap_shapes(np.array([shape], dtype=object))
    assert spot.metres_off == pytest.approx(20)


def test_a_site_that_roads_run_through_is_entered_nearest_to_its_middle() -> None:
    from shapely import box

    shape = box(*at((60, -10))[0], *at((160, 90))[0])  # its middle is (110, 40); AB, BD and BE run through it
    (spot,) = RoadNetwork(block()).snap_shapes(np.array([shape], dtype=object))
    assert (spot.road_no, spot.metres_off) == ("BD", pytest.approx(0))
    assert (spot.x, spot.y) == pytest.approx((500_100, 4_000_040))


def test_an_empty_place_is_refused() -> None:
    with pytest.raises(InvalidValue):
        RoadNetwork(block()).snap_shapes(np.array([None], dtype=object))


def test_a_spot_of_another_network_is_refused() -> None:
    with pytest.raises(InvalidValue):
        RoadNetwork(block()).matrix([Snapped(0, 0, 0, "ZZ", 0.5)])


# ---------------------------------------------------------------- times


def test_two_spots_on_one_road_are_as_far_apart_as_the_road_between_them() -> None:
    found = travel(block(), (20, 0), (70, 0))
    assert found.seconds == pytest.approx(np.array([[0, 5], [5, 0]]))
    assert found.metres == pytest.approx(np.array([[0, 50], [50, 0]]))


def test_on_a_one_way_road_the_spot_behind_is_reached_round_the_block() -> None:
    found = travel(block(AB="forward"), (20, 0), (70, 0))
    assert found.seconds[0, 1] == pytest.approx(5)
    assert found.seconds[1, 0] == pytest.approx(3 + 30 + 2)  # on to B, round by D and C to A, on to the spot


def test_a_road_that_is_one_way_against_its_line_is_driven_backwards_only() -> None:
    found = travel(block(AB="backward"), (20, 0), (70, 0))
    assert found.seconds[1, 0] == pytest.approx(5)
    assert found.seconds[0, 1] == pytest.approx(2 + 30 + 3)


def test_a_spot_is_left_and_reached_in_both_directions() -> None:
    found = travel(block(), (20, 0), (10, 100))
    assert found.seconds[0, 1] == pytest.approx(2 + 10 + 1)


def test_spots_on_a_blind_road_are_driven_to_and_from_it() -> None:
    found = travel(block(), (150, 0), (190, 0), (50, 100))
    assert found.seconds[0, 1] == found.seconds[1, 0] == pytest.approx(4)
    assert found.seconds[0, 2] == found.seconds[2, 0] == pytest.approx(5 + 10 + 5)


def test_in_a_network_that_is_a_tree_ways_turn_at_the_fork() -> None:
    fork = roads(BLOCK, road("A", "B"), road("B", "D"), road("B", "E"))
    found = travel(fork, (100, 60), (130, 0), (40, 0), (100, 80))
    assert found.seconds[0].tolist() == pytest.approx([0, 6 + 3, 6 + 6, 2])
    assert found.seconds[3].tolist() == pytest.approx([2, 8 + 3, 8 + 6, 0])


def test_the_faster_of_two_roads_between_the_same_junctions_is_taken() -> None:
    slow = road("A", "B", speed_kmh=18)
    round_about = road("A", "B", (50, -30), road_no="AB2")
    found = travel(roads(BLOCK, slow, round_about, road("A", "C"), road("B", "D")), (0, 90), (100, 90))
    assert found.seconds[0, 1] == pytest.approx(9 + 2 * math.hypot(50, 30) / 10 + 9)
    assert found.shape(0, 1).length == pytest.approx(found.metres[0, 1])


def test_a_spot_at_a_junction_is_no_seconds_from_itself_on_the_next_road() -> None:
    network = RoadNetwork(block())
    found = network.matrix([Snapped(0, 0, 0, "AB", 1.0), Snapped(0, 0, 0, "BD", 0.0)])
    assert found.seconds == pytest.approx(np.zeros((2, 2)), abs=1e-6)


# ---------------------------------------------------------------- turns


def restricted(**turns: object) -> gpd.GeoDataFrame:
    """The block; ``AB`` … the turns forbidden from that road."""
    pairs = ("AB", "BD", "CD", "AC", "BE")
    return roads(BLOCK, *(road(a, b, no_turn=turns.get(a + b)) for a, b in pairs))


def test_a_forbidden_left_turn_is_driven_round() -> None:
    frame = restricted(AB=no_turn("B", "BD"))
    found = travel(frame, (90, 0), (100, 10))
    assert found.seconds[0, 1] == pytest.approx(1 + 20 + 1)  # to E and back: a coach may turn at the end of a road
    assert found.seconds[1, 0] == pytest.approx(2)  # the other way is not forbidden


def test_with_no_turning_at_the_end_the_forbidden_turn_costs_the_way_round_the_block() -> None:
    frame = restricted(AB=no_turn("B", "BD"), BE=no_turn("E", "BE"))
    found = travel(frame, (90, 0), (100, 10))
    assert found.seconds[0, 1] == pytest.approx(9 + 10 + 10 + 9)


def test_only_straight_on_forbids_to_turn_round_as_well() -> None:
    # From A at B only straight on to E; at E no turning: nobody who drives AB eastwards ever comes back.
    frame = restricted(AB=no_turn("B", "BD", "AB"), BE=no_turn("E", "BE"))
    found = travel(frame, (90, 0), (150, 0))
    assert found.seconds[0, 1] == pytest.approx(6)
    assert found.seconds[1, 0] == pytest.approx(6)


def test_where_turns_leave_no_way_the_pair_is_named() -> None:
    line = roads(BLOCK, road("A", "B", direction="forward", no_turn=no_turn("B", "BD")), road("B", "D"), road("B", "E"),
                 road("D", "C", direction="forward"), road("C", "A", direction="forward"))  # fmt: skip
    line["no_turn"] = [no_turn("B", "BD", "BE"), *[None] * 4]
    found = travel(line, (50, 0), (100, 50))
    assert found.unreachable == ((0, 1),)
    assert math.isinf(found.metres[0, 1])
    assert found.shape(0, 1).length == 0
    with pytest.raises(Unreachable) as told:
        found.minutes()
    assert told.value.pairs == ((0, 1),)


# ---------------------------------------------------------------- shapes, memory


def test_the_shape_follows_the_roads_from_spot_to_spot() -> None:
    found = travel(block(), (20, 0), (10, 100))
    expected = at((20, 0), (0, 0), (0, 100), (10, 100))
    assert np.array(found.shape(0, 1).coords) == pytest.approx(expected)
    assert found.shape(0, 0).length == 0


def test_a_spot_asked_for_later_gets_the_same_times() -> None:
    points = [(20, 0), (70, 0), (150, 0), (10, 100), (100, 40)]
    network = RoadNetwork(block(AB="forward"))
    spots = network.snap(at(*points))
    network.matrix(spots[:4])
    later = network.matrix(spots)
    anew = travel(block(AB="forward"), *points)
    assert later.seconds == pytest.approx(anew.seconds)
    for i in range(5):
        for j in range(5):
            assert later.shape(i, j).equals(anew.shape(i, j))


def test_what_is_forgotten_is_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis.tours.roads.MOST_KEPT", 3)
    network = RoadNetwork(block(AB="forward"))
    spots = network.snap(at((20, 0), (70, 0), (150, 0), (10, 100)))
    first = network.matrix(spots[:2])
    assert network.matrix(spots[2:]).seconds[0, 1] == pytest.approx(5 + 10 + 9)
    assert network.matrix(spots).seconds[:2, :2] == pytest.approx(first.seconds)
    assert first.shape(0, 1).length == pytest.approx(50)


def test_the_same_spot_twice_is_one_place() -> None:
    found = travel(block(), (20, 0), (20, 0), (70, 0))
    assert found.seconds[0].tolist() == pytest.approx([0, 0, 5])


# ---------------------------------------------------------------- against a search that knows no chains and no trees


class Slow:
    """Dijkstra over halves of roads, one after the other, every turn looked up."""

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        self.rows = {r["road_no"]: r for r in frame.to_dict("records")}
        self.restricted = {t["at"] for r in self.rows.values() for t in r["no_turn"] or []}
        self.halves = [(n, b) for n, r in self.rows.items() for b in (False, True)
                       if r["direction"] != ("forward" if b else "backward")]  # fmt: skip

    def seconds(self, number: str) -> float:
        return float(self.rows[number]["geometry"].length / 10)

    def head(self, number: str, back: bool) -> str:
        return str(self.rows[number]["from_node" if back else "to_node"])

    def leaving(self, node: str) -> list[tuple[str, bool]]:
        return [(n, b) for n, b in self.halves if self.head(n, not b) == node]

    def node(self, spot: Snapped) -> str | None:
        """The junction that the spot is, where no turn is forbidden there."""
        assert spot.road_no is not None
        node = self.head(spot.road_no, spot.share == 0) if spot.share in (0, 1) else None
        return None if node in self.restricted else node

    def starts(self, spot: Snapped) -> list[tuple[float, str, bool]]:
        node = self.node(spot)
        if node is not None:
            return [(self.seconds(n), n, b) for n, b in self.leaving(node)]
        number = str(spot.road_no)
        mine = [b for n, b in self.halves if n == number]
        return [((spot.share if b else 1 - spot.share) * self.seconds(number), number, b) for b in mine]

    def straight(self, start: Snapped, end: Snapped) -> float:
        """Without any junction."""
        if self.node(start) is not None and self.node(start) == self.node(end):
            return 0.0
        ahead = end.share - start.share
        if start.road_no != end.road_no or (str(start.road_no), ahead < 0) not in self.halves:
            return 0.0 if start.road_no == end.road_no and ahead == 0 else math.inf
        return abs(ahead) * self.seconds(str(start.road_no))

    def travel(self, start: Snapped, end: Snapped) -> float:
        best, goal = self.straight(start, end), self.node(end)
        queue, seen = self.starts(start), set()
        for far, number, _ in queue if self.node(start) is not None else []:
            if number == end.road_no and goal is None:  # the first road of all is the end's own
                back = next(b for f, n, b in queue if (f, n) == (far, number))
                best = min(best, far - (end.share if back else 1 - end.share) * self.seconds(number))
        heapq.heapify(queue)
        while queue:
            far, number, back = heapq.heappop(queue)
            if (number, back) in seen:
                continue
            seen.add((number, back))
            node = self.head(number, back)
            if node == goal:
                best = min(best, far)
            barred = {t["to"] for t in self.rows[number]["no_turn"] or [] if t["at"] == node}
            for other, way in self.leaving(node):
                if other in barred:
                    continue
                if other == end.road_no and goal is None:
                    best = min(best, far + (1 - end.share if way else end.share) * self.seconds(other))
                heapq.heappush(queue, (far + self.seconds(other), other, way))
        return best


@st.composite
def networks(draw: st.DrawFn, *, turns: bool) -> gpd.GeoDataFrame:
    """Up to twelve roads between up to seven junctions, some one-way, a few turns forbidden."""
    size = draw(st.integers(2, 7))
    names = "ABCDEFG"[:size]
    places = {
        name: (draw(st.integers(0, 40)) * 10.0 + 0.5 * i, draw(st.integers(0, 40)) * 10.0 + 7.3 * i * i)
        for i, name in enumerate(names)
    }
    ends = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    pairs = draw(st.lists(ends, min_size=1, max_size=12))
    ways = st.sampled_from(["both", "both", "both", "forward", "backward"])
    drawn = [road(a, b, road_no=f"r{i}", direction=draw(ways)) for i, (a, b) in enumerate(pairs)]
    for each in drawn if turns else []:
        if draw(st.booleans()):
            node = draw(st.sampled_from([each["start"], each["end"]]))
            each["no_turn"] = no_turn(node, draw(st.sampled_from([d["road_no"] for d in drawn])))
    return roads(places, *drawn)


SHARES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


def spots_of(frame: gpd.GeoDataFrame, data: st.DataObject) -> list[Snapped]:
    numbers = st.sampled_from(frame["road_no"].tolist())
    return [Snapped(0.0, 0.0, 0.0, data.draw(numbers), data.draw(SHARES)) for _ in range(4)]


@settings(max_examples=60, deadline=None)
@given(networks(turns=True), st.data())
def test_every_time_is_that_of_a_plain_search(frame: gpd.GeoDataFrame, data: st.DataObject) -> None:
    spots = spots_of(frame, data)
    network = RoadNetwork(frame)
    if data.draw(st.booleans()):
        network.matrix(spots[:2])
    found = network.matrix(spots)
    slow = Slow(frame)
    for i, start in enumerate(spots):
        for j, end in enumerate(spots):
            expected = 0.0 if (start.road_no, start.share) == (end.road_no, end.share) else slow.travel(start, end)
            assert found.seconds[i, j] == pytest.approx(expected, abs=0.02), (i, j)


@settings(max_examples=60, deadline=None)
@given(networks(turns=True), st.data())
def test_a_shape_is_as_long_as_the_metres_and_joined(frame: gpd.GeoDataFrame, data: st.DataObject) -> None:
    spots = spots_of(frame, data)
    found = RoadNetwork(frame).matrix(spots)
    for i, j in np.argwhere(np.isfinite(found.seconds)).tolist():
        assert found.shape(i, j).length == pytest.approx(found.metres[i, j], abs=0.02)
        assert found.metres[i, j] == pytest.approx(found.seconds[i, j] * 10, abs=0.2)


@settings(max_examples=60, deadline=None)
@given(networks(turns=False), st.data())
def test_without_forbidden_turns_no_way_round_is_shorter(frame: gpd.GeoDataFrame, data: st.DataObject) -> None:
    seconds = RoadNetwork(frame).matrix(spots_of(frame, data)).seconds
    for middle in range(len(seconds)):
        assert (seconds <= seconds[:, middle, None] + seconds[None, middle, :] + 0.02).all()


def test_shapes_have_no_jumps() -> None:
    found = travel(block(AB="forward"), (20, 0), (70, 0), (150, 0), (10, 100))
    for i in range(4):
        for j in range(4):
            steps = [math.dist(a, b) for a, b in pairwise(found.shape(i, j).coords)]
            assert max(steps, default=0) <= 100 + 1e-6
