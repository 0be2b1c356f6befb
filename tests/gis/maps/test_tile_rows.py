"""Rows of a database are drawn as a frame of the same rows is."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box, shape

from gis.maps.tile_rows import draw_rows
from gis.maps.tiles import TILE_LAYERS, Tile, draw_layer

CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 114°E
TILE = Tile(14, 13380, 6599)  # the parcels at (500000, 3652000) lie in it; two units to the metre
EAST, NORTH = 500_000.0, 3_652_000.0
DRAWN = box(-64, -64, 4160, 4160)
PARCEL = TILE_LAYERS["parcel"]


def square(x: float, y: float, side: float = 30.0) -> Polygon:
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def drawn_both(shapes: list[Any], tile: Tile = TILE, /, **texts: list[str]) -> tuple[bytes, bytes]:
    """By rows, and by the frame of the same."""
    multi = [each if isinstance(each, MultiPolygon) else MultiPolygon([each]) for each in shapes]
    count = len(multi)
    columns = {"parcel_no": [f"P{i}" for i in range(count)], "name": [""] * count, "stage": ["survey"] * count}
    columns |= {"hold_reason": [""] * count} | texts
    wkb = [shapely.to_wkb(each, byte_order=1) for each in multi]
    bounds = tile.box_in(CRS)
    assert bounds is not None
    affine = tile.affine_from(bounds, CRS)
    assert affine is not None
    arrow = {name: pa.array(column, pa.string()) for name, column in columns.items()}
    sizes = np.array([len(each) for each in wkb], dtype=np.int64)
    by_rows = draw_rows(PARCEL, arrow, memoryview(b"".join(wkb)), sizes, tile, affine)
    frame = gpd.GeoDataFrame(
        {name: [text or None for text in column] for name, column in columns.items()}, geometry=multi, crs=CRS
    )
    return by_rows, draw_layer(PARCEL, frame, tile, CRS)


def features(data: bytes) -> dict[str, tuple[dict[str, Any], Any]]:
    if not data:
        return {}
    layer = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})["parcel"]
    return {
        feature["properties"]["parcel_no"]: (feature["properties"], shape(feature["geometry"]).intersection(DRAWN))
        for feature in layer["features"]
    }


def assert_alike(shapes: list[Any], expected: int, **texts: list[str]) -> None:
    mine, theirs = map(features, drawn_both(shapes, TILE, **texts))
    assert len(mine) == expected
    assert mine.keys() == theirs.keys()
    for key, (attributes, geometry) in mine.items():
        assert attributes == theirs[key][0]
        # The affine map is right to a quarter of a unit here; rounding adds half of one on each side.
        assert geometry.symmetric_difference(theirs[key][1]).area <= geometry.length + 2


def test_attributes_are_the_same_and_missing_ones_are_left_out() -> None:
    shapes = [square(0, 0), square(40, 0), square(80, 0)]
    texts = {
        "name": ["甲", "", "丙"],
        "stage": ["survey", "registered", "not_started"],
        "hold_reason": ["", "dispute", ""],
    }
    assert_alike(shapes, 3, **texts)
    (first, _), (second, _), _ = features(drawn_both(shapes, TILE, **texts)[0]).values()
    assert first == {"parcel_no": "P0", "name": "甲", "stage": "survey", "readiness": "in_procedure"}
    assert second == {"parcel_no": "P1", "stage": "registered", "readiness": "ready", "held": True}


def test_holes_and_parts_are_the_same() -> None:
    holed = Polygon(square(0, 0, 300).exterior, [square(50, 50, 100).exterior])
    assert_alike([MultiPolygon([holed, square(400, 0)]), shapely.reverse(holed), square(0, 400)], 3)


def test_a_shape_is_drawn_where_it_reaches_the_tile_and_nowhere_else() -> None:
    around = box(EAST - 9_000, NORTH - 9_000, EAST + 9_000, NORTH + 9_000)
    # No corner on the tile. Longer ones differ: a straight line of the working CRS is none in the plane of the tiles.
    across = box(EAST - 3_000, NORTH, EAST + 3_000, NORTH + 10)
    assert_alike([around, across, square(9_000, 0), square(0, -9_000), square(0, 0)], 3)


def test_what_reaches_far_beyond_the_tile_is_cut() -> None:
    wide = box(EAST - 9_000, NORTH, EAST + 9_000, NORTH + 10)
    ((_, _),) = features(drawn_both([wide])[0]).values()
    layer = mapbox_vector_tile.decode(drawn_both([wide])[0], default_options={"y_coord_down": True})["parcel"]
    west, _, east, _ = shape(layer["features"][0]["geometry"]).bounds
    assert (west, east) == (-64, 4160)


def test_every_parcel_that_crosses_the_edge_is_there() -> None:
    grid = [square(x, y, 47) for x in range(-3000, 3000, 50) for y in (-100, 0, 100)]
    mine, theirs = map(features, drawn_both(grid))
    # Those that touch the edge of the buffer alone may be told differently: one each side of three rows.
    assert len(mine.keys() ^ theirs.keys()) <= 6
    assert len(mine) > 100


def test_the_order_of_the_rows_is_that_of_their_numbers() -> None:
    data, _ = drawn_both([square(0, 0), square(40, 0), square(80, 0)], parcel_no=["Z", "东", "A"])
    assert list(features(data)) == ["A", "Z", "东"]


def test_far_out_many_points_are_simplified_and_names_and_stages_left_out() -> None:
    round_ = shapely.Point(EAST, NORTH).buffer(200, quad_segs=64)
    tile = Tile(13, 6690, 3299)
    mine, theirs = map(features, drawn_both([round_, square(400, 0, 100)], tile, name=["甲", "乙"]))
    assert mine.keys() == theirs.keys() == {"P0", "P1"}
    assert mine["P0"][0] == theirs["P0"][0] == {"parcel_no": "P0", "readiness": "in_procedure"}
    assert shapely.get_num_coordinates(mine["P0"][1]) < 64
    assert mine["P0"][1].symmetric_difference(theirs["P0"][1]).area < 4 * mine["P0"][1].length


def test_nothing_is_no_bytes() -> None:
    assert drawn_both([])[0] == b""
    assert drawn_both([square(90_000, 0)])[0] == b""
    assert drawn_both([MultiPolygon()])[0] == b""


def test_long_texts_come_back_too() -> None:
    assert_alike([square(0, 0), square(40, 0)], 2, name=["长" * 200, "短"], parcel_no=["N" * 130, "M"])


def test_what_is_no_multipolygon_is_refused() -> None:
    affine = (1.0, 0.0, 0.0, -1.0, 0.0, 0.0)
    columns = {name: pa.array(["x"]) for name in PARCEL.columns}
    wkb = shapely.to_wkb(square(0, 0), byte_order=1)
    with pytest.raises(ValueError, match="not a MultiPolygon"):
        draw_rows(PARCEL, columns, wkb, np.array([len(wkb)]), TILE, affine)
