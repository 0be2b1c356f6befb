"""Vector tiles against an independent decoder (mapbox_vector_tile) and Shapely's areas."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from shapely.geometry import MultiPolygon, Polygon, box, shape

from gis.maps.mvt import Coded, Rectangles, Value, encode_polygons, with_rectangles


def decoded(tile: bytes, layer: str = "parcel") -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})[layer][
        "features"
    ]
    return features


def encoded(*geometries: Any, **attributes: list[Value | None]) -> bytes:
    return encode_polygons("parcel", np.array(geometries, dtype=object), attributes)


def raw_layer(tile: bytes) -> Any:
    message = vector_tile_pb2.tile()
    message.ParseFromString(tile)
    return message.layers[0]


def test_a_square_comes_back_as_it_was() -> None:
    (feature,) = decoded(encoded(box(0, 0, 10, 20), parcel_no=["A-1"]))
    assert shape(feature["geometry"]).equals(box(0, 0, 10, 20))
    assert feature["properties"] == {"parcel_no": "A-1"}


def test_the_commands_are_those_of_the_specification() -> None:
    # A ring (3,6) (8,12) (20,34) as in section 4.3.5.5 of the specification, there with these very integers.
    geometry = raw_layer(encoded(Polygon([(3, 6), (8, 12), (20, 34)]))).features[0].geometry
    assert list(geometry) == [9, 6, 12, 18, 10, 12, 24, 44, 15]


def test_outer_rings_turn_clockwise_on_the_screen_and_holes_the_other_way() -> None:
    holed = Polygon(box(0, 0, 100, 100).exterior, [box(20, 20, 40, 40).exterior])
    for geometry in (holed, shapely.reverse(holed)):
        (feature,) = decoded(encoded(geometry))
        outer, hole = feature["geometry"]["coordinates"]
        assert shapely.LinearRing(outer).is_ccw  # y points down, so counter-clockwise on paper
        assert not shapely.LinearRing(hole).is_ccw
        assert shape(feature["geometry"]).area == 100 * 100 - 20 * 20


def test_a_multipolygon_stays_one_feature_with_its_holes_where_they_were() -> None:
    holed = Polygon(box(0, 0, 100, 100).exterior, [box(20, 20, 40, 40).exterior])
    parts = MultiPolygon([holed, box(200, 200, 210, 210)])
    features = decoded(encoded(parts, box(300, 0, 310, 5), n=[1, 2]))
    assert [f["properties"]["n"] for f in features] == [1, 2]
    assert shape(features[0]["geometry"]).equals(parts)
    assert shape(features[1]["geometry"]).equals(box(300, 0, 310, 5))


def test_points_beyond_the_tile_and_below_zero_are_kept() -> None:
    (feature,) = decoded(encoded(box(-64, -64, 4160, 4160)))
    assert shape(feature["geometry"]).bounds == (-64, -64, 4160, 4160)


def test_numbers_of_three_bytes_and_more_come_back_beside_those_of_one() -> None:
    # From 2,048 further points on a LineTo takes three bytes (count << 3 | 2 ≥ 2^14), a coordinate from 8,192 units on.
    comb = Polygon([(0, 0), *((x, 1 + x % 2) for x in range(3000)), (2999, 0)])
    far = box(-9_000, -3_000_000, 20_000, 10)
    found = [shape(feature["geometry"]) for feature in decoded(encoded(comb, far, box(1, 1, 2, 2)))]
    assert [one.area for one in found] == [comb.area, far.area, 1.0]
    assert all(one.symmetric_difference(given).area == 0 for one, given in zip(found[:2], (comb, far), strict=True))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 16_381, 40_000])
def test_texts_of_every_length_come_back_from_a_column_of_arrow(size: int) -> None:
    # The length of a text takes one byte up to 127 and two up to 16,383; that of its message begins two bytes earlier.
    texts = pa.array(["甲", "x" * size, "乙"], pa.string())
    names = Coded(np.array([1, 2, 0]), texts)
    tile = encode_polygons("parcel", np.array([box(0, 0, i, i) for i in (1, 2, 3)], dtype=object), {"name": names})
    assert [feature["properties"]["name"] for feature in decoded(tile)] == ["x" * size, "乙", "甲"]
    assert decoded(tile)[2]["properties"] == {"name": "甲"}


def test_what_rounds_to_no_area_is_left_out_and_its_neighbour_is_not() -> None:
    hair = box(5.1, 0, 5.3, 100)
    dot = box(5.1, 5.1, 5.3, 5.3)
    features = decoded(encoded(hair, box(0, 0, 4, 4), dot, None, Polygon(), n=[1, 2, 3, 4, 5]))
    assert [f["properties"]["n"] for f in features] == [2]


def test_a_hole_goes_with_its_outer_ring_and_a_lost_hole_leaves_the_ring() -> None:
    thin = Polygon(box(0, 0, 100, 0.4).exterior, [box(10, 0.1, 20, 0.2).exterior])
    pinhole = Polygon(box(0, 0, 100, 100).exterior, [box(10.1, 10.1, 10.3, 10.3).exterior])
    features = decoded(encoded(thin, pinhole, n=[1, 2]))
    assert [f["properties"]["n"] for f in features] == [2]
    assert shape(features[0]["geometry"]).area == 100 * 100


def test_nothing_to_draw_is_no_bytes() -> None:
    assert encoded() == b""
    assert encoded(None, Polygon(), n=[1, 2]) == b""


def test_missing_values_are_not_written() -> None:
    features = decoded(encoded(box(0, 0, 9, 9), box(10, 0, 19, 9), name=["东坡", None], held=[None, True]))
    assert [f["properties"] for f in features] == [{"name": "东坡"}, {"held": True}]


def test_equal_values_are_stored_once_and_true_is_not_one() -> None:
    tile = encoded(box(0, 0, 9, 9), box(10, 0, 19, 9), a=["x", "x"], b=[True, None], c=[None, 1], d=[1.0, -3.5])
    assert len(raw_layer(tile).values) == 5
    first, second = (f["properties"] for f in decoded(tile))
    assert first == {"a": "x", "b": True, "d": 1.0}
    assert second == {"a": "x", "c": 1, "d": -3.5}
    assert isinstance(first["b"], bool)
    assert not isinstance(second["c"], bool)


def test_layers_are_joined_by_joining_their_bytes() -> None:
    tile = encode_polygons("park", np.array([box(0, 0, 9, 9)]), {}) + encode_polygons(
        "town", np.array([box(0, 0, 99, 99)]), {}
    )
    layers = mapbox_vector_tile.decode(tile)
    assert sorted(layers) == ["park", "town"]


@pytest.mark.parametrize("number", [0, 1, -1, 127, 128, -129, 2**31, -(2**31)])
def test_whole_numbers_of_every_length_come_back(number: int) -> None:
    (feature,) = decoded(encoded(box(0, 0, 9, 9), n=[number]))
    assert feature["properties"] == {"n": number}


polygons = st.builds(
    lambda x, y, radius, corners, hole: (
        shapely.Point(x, y)
        .buffer(radius, quad_segs=corners)
        .difference(shapely.Point(x, y).buffer(radius / 3) if hole else Polygon())
    ),
    st.floats(-200, 4300),
    st.floats(-200, 4300),
    st.floats(3, 900),
    st.integers(1, 6),
    st.booleans(),
)


@given(st.lists(polygons, min_size=1, max_size=12))
def test_every_shape_comes_back_with_its_own_attributes_and_its_area(shapes: list[Polygon]) -> None:
    features = decoded(encoded(*shapes, n=list(range(len(shapes)))))
    assert [f["properties"]["n"] for f in features] == list(range(len(shapes)))
    for before, feature in zip(shapes, features, strict=True):
        # Each point moves by at most half a unit each way, so the area by at most half the boundary's length or so.
        assert shape(feature["geometry"]).area == pytest.approx(before.area, abs=before.length + 2)


@given(st.lists(polygons, min_size=1, max_size=6))
def test_rings_never_repeat_a_point(shapes: list[Polygon]) -> None:
    for feature in decoded(encoded(*shapes)):
        for ring in feature["geometry"]["coordinates"]:
            rings = ring if isinstance(ring[0][0], list) else [ring]
            for points in rings:
                assert (np.diff(points, axis=0) != 0).any(axis=1).all()


rectangles = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 4000), st.integers(1, 90), st.integers(1, 90)),
    min_size=1,
    max_size=8,
)


@given(st.lists(polygons, max_size=5), st.lists(rectangles, max_size=4))
def test_added_rectangles_leave_what_is_there_and_keep_their_own_attributes(
    shapes: list[Polygon], groups: list[list[tuple[int, int, int, int]]]
) -> None:
    readiness: list[Value | None] = ["ready"] * len(shapes)
    before = encoded(*shapes, n=list(range(len(shapes))), readiness=readiness) if shapes else b""
    boxes = [np.array([(x, y, x + w, y + h) for x, y, w, h in group]) for group in groups]
    added = [Rectangles(box, {"readiness": code, "merged": True}) for box, code in zip(boxes, "abcd", strict=False)]
    after = with_rectangles(before, "parcel", added)
    assert bool(after) == bool(shapes or groups)
    if not after:
        return
    old, features = decoded(before) if before else [], decoded(after)
    assert features[: len(old)] == old
    assert [f["properties"] for f in features[len(old) :]] == [dict(one.attributes) for one in added]
    raw = raw_layer(after)
    assert len(set(raw.keys)) == len(raw.keys)
    for box_, feature in zip(boxes, raw.features[len(old) :], strict=True):
        area = ((box_[:, 2] - box_[:, 0]) * (box_[:, 3] - box_[:, 1])).sum()
        assert shape_area(feature.geometry) == area


def shape_area(commands: Any) -> int:
    """The surveyor's area of all rings: positive where they turn as outer rings do."""
    at, x, y, ring, doubled = 0, 0, 0, [], 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == 7:
            doubled += sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
            ring = []
            continue
        for _ in range(count):
            x += (commands[at] >> 1) ^ -(commands[at] & 1)
            y += (commands[at + 1] >> 1) ^ -(commands[at + 1] & 1)
            ring.append((x, y))
            at += 2
    return doubled // 2
