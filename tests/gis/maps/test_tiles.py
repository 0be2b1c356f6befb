"""Tiles of hand-laid parcels: where they lie, how they are cut, and what merging keeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, shape

from gis.crs import coords_of, lonlat_of
from gis.errors import InvalidValue
from gis.maps.merging import CELL, class_places, merge_small
from gis.maps.tiles import TILE_LAYERS, Tile, draw_layer, with_small
from gis.model import Readiness

CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 114°E
# 114°E 33°N at zoom 14: x = ⌊(114 + 180) / 360 · 2^14⌋ = 13380, y = ⌊(1 − asinh(tan 33°) / π) / 2 · 2^14⌋ = 6599.
HERE = Tile(14, 13380, 6599)
READY, WAITING = Readiness.READY.value, Readiness.NOT_STARTED.value


def in_crs(tile: Tile, x: float, y: float) -> tuple[float, float]:
    """The point in the working CRS that lies at (x, y) units of a tile."""
    west, north = tile.north_west
    east_m, north_m = west + x * tile.width_m / 4096, north - y * tile.width_m / 4096
    lon = math.degrees(east_m / 6378137)
    lat = math.degrees(math.atan(math.sinh(north_m / 6378137)))
    east, up = coords_of(np.array([[lon, lat]]), CRS)[0]
    return float(east), float(up)


def parcel(tile: Tile, left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """A parcel whose corners lie at these units of a tile."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return shapely.Polygon([in_crs(tile, *corner) for corner in corners])


def parcels(shapes: Sequence[Any], stage: str = "cleared", hold_reason: str | None = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "parcel_no": [f"P{i}" for i in range(len(shapes))],
            "name": [None] * len(shapes),
            "stage": [stage] * len(shapes),
            "hold_reason": [hold_reason] * len(shapes),
        },
        geometry=list(shapes),
        crs=CRS,
    )


def drawn(frame: gpd.GeoDataFrame, tile: Tile, layer: str = "parcel") -> list[dict[str, Any]]:
    data = draw_layer(TILE_LAYERS[layer], frame, tile, CRS)
    if not data:
        return []
    features: list[dict[str, Any]] = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})[layer][
        "features"
    ]
    return features


def bounds_of(feature: dict[str, Any]) -> tuple[float, ...]:
    return tuple(shape(feature["geometry"]).bounds)


@pytest.mark.parametrize(("z", "x", "y"), [(-1, 0, 0), (23, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_there_is_no_tile_outside_the_pyramid(z: int, x: int, y: int) -> None:
    with pytest.raises(InvalidValue):
        Tile(z, x, y)


def test_a_tiles_box_holds_the_place_that_it_is_of() -> None:
    bbox = HERE.box_in(CRS)
    assert bbox is not None
    east, north = coords_of(np.array([[114.0, 33.0]]), CRS)[0]
    assert bbox.west < east < bbox.east
    assert bbox.south < north < bbox.north
    # A z14 tile is 2,446 m wide on the equator, 2,446 · cos 33° = 2,051 m here; with 64/4096 more on each side, 2,115.
    assert bbox.east - bbox.west == pytest.approx(2115, rel=0.02)


def test_a_tile_on_the_other_side_of_the_world_shows_nothing_of_here() -> None:
    frame = parcels([parcel(HERE, 100, 100, 500, 500)])
    assert drawn(frame, Tile(14, 13380 - 8192, 6599)) == []


def test_a_parcel_comes_back_where_it_lies() -> None:
    (feature,) = drawn(parcels([parcel(HERE, 1000, 2000, 1100, 2200)]), HERE)
    assert bounds_of(feature) == (1000, 2000, 1100, 2200)


def test_y_points_down() -> None:
    north, south = parcel(HERE, 100, 100, 200, 200), parcel(HERE, 100, 3000, 200, 3100)
    assert lonlat_of(np.array([north.centroid.coords[0]]), CRS)[0, 1] > 33 - 0.02
    first, second = drawn(parcels([north, south]), HERE)
    assert bounds_of(first)[1] < bounds_of(second)[1]


def test_attributes_are_those_of_the_parcel_and_missing_ones_are_left_out() -> None:
    shapes = [parcel(HERE, 100, 100, 200, 200)]
    (free,) = drawn(parcels(shapes, stage="survey"), HERE)
    assert free["properties"] == {"parcel_no": "P0", "stage": "survey", "readiness": "in_procedure"}
    (held,) = drawn(parcels(shapes, hold_reason="lawsuit"), HERE)
    assert held["properties"] == {"parcel_no": "P0", "stage": "cleared", "readiness": "ready", "held": True}


def test_a_parcel_across_the_edge_is_cut_at_the_buffer() -> None:
    (feature,) = drawn(parcels([parcel(HERE, 4000, -500, 4500, 500)]), HERE)
    assert bounds_of(feature) == (4000, -64, 4160, 500)


def test_a_parcel_beyond_the_buffer_is_not_drawn() -> None:
    assert drawn(parcels([parcel(HERE, 4200, 0, 4300, 100)]), HERE) == []


def test_a_row_without_geometry_is_left_out() -> None:
    frame = parcels([None, parcel(HERE, 100, 100, 200, 200)])
    assert [f["properties"]["parcel_no"] for f in drawn(frame, HERE)] == ["P1"]


def test_neighbours_share_their_edge_after_rounding() -> None:
    left, right = parcel(HERE, 100, 100, 200.3, 200), parcel(HERE, 200.3, 100, 300, 200)
    first, second = drawn(parcels([left, right]), HERE)
    assert bounds_of(first)[2] == bounds_of(second)[0]


def test_small_parcels_are_drawn_one_by_one_when_zoomed_in() -> None:
    shapes = [parcel(HERE, x, 100, x + 6, 106) for x in range(100, 200, 10)]
    features = drawn(parcels(shapes), HERE)
    assert [f["properties"]["parcel_no"] for f in features] == [f"P{i}" for i in range(10)]


def test_small_parcels_are_merged_by_readiness_when_zoomed_out() -> None:
    tile = Tile(10, 836, 412)
    waiting = parcels([parcel(tile, 1000, 1000, 1016, 1016)], stage="not_started")
    ready = parcels([parcel(tile, 1020, 1000, 1036, 1016)])
    large = parcels([parcel(tile, 2000, 2000, 2200, 2200)])
    frame = gpd.GeoDataFrame(gpd.pd.concat([waiting, ready, large], ignore_index=True), crs=CRS)
    found = {f["properties"].get("parcel_no") or f["properties"]["readiness"]: f for f in drawn(frame, tile)}
    assert set(found) == {"P0", READY, WAITING}
    assert found["P0"]["properties"]["readiness"] == READY
    assert found[READY]["properties"] == {"readiness": READY, "merged": True}
    for code in (READY, WAITING):
        # 16 × 16 units, drawn as strips of a cell whose widths are rounded to whole units of 32 high.
        assert shape(found[code]["geometry"]).area == pytest.approx(256, abs=2 * CELL)


def test_towns_and_parks_are_never_merged() -> None:
    tile = Tile(10, 836, 412)
    frame = gpd.GeoDataFrame(
        {"code": ["a"], "name": ["城关"], "level": ["town"]}, geometry=[parcel(tile, 0, 0, 12, 12)], crs=CRS
    )
    (feature,) = drawn(frame, tile, "town")
    assert feature["properties"] == {"code": "a", "name": "城关", "level": "town"}


def test_merging_a_full_cell_fills_it_by_shares() -> None:
    # A quarter of the cell waits, three quarters are ready: strips of 8 and 24 of the 32 units.
    boxes = np.array([[0.0, 0, 8, 32], [8, 0, 32, 32]])
    merged = merge_small(boxes, np.array([256.0, 768.0]), class_places([WAITING, READY]))
    assert merged[WAITING].equals(box(0, 0, 8, 32))
    assert merged[READY].equals(box(8, 0, 32, 32))


def test_a_shape_across_cells_gives_each_its_part() -> None:
    merged = merge_small(np.array([[24.0, 16, 56, 32]]), np.array([512.0]), class_places([READY]))
    # 8 of its 32 units lie in the first cell, 24 in the second: areas 128 and 384, strips 4 and 12 wide.
    assert merged[READY].equals(shapely.MultiPolygon([box(0, 0, 4, 32), box(32, 0, 44, 32)]))


def test_an_overfull_cell_stays_within_itself_and_keeps_its_proportions() -> None:
    boxes = np.array([[0.0, 0, 32, 32]] * 3)
    merged = merge_small(boxes, np.array([1024.0, 1024.0, 2048.0]), class_places([WAITING, WAITING, READY]))
    assert merged[WAITING].equals(box(0, 0, 16, 32))
    assert merged[READY].equals(box(16, 0, 32, 32))


def test_a_cell_that_is_nearly_full_is_drawn_full() -> None:
    nearly = merge_small(np.array([[0.0, 0, 32, 32]]), np.array([0.91 * 1024]), class_places([READY]))
    assert nearly[READY].area == 1024
    half = merge_small(np.array([[0.0, 0, 32, 32]]), np.array([512.0]), class_places([READY]))
    assert half[READY].area == 512


def test_what_lies_outside_the_tile_is_left_to_its_neighbour() -> None:
    boxes = np.array([[-16.0, 0, 16, 32], [4080, 4080, 4112, 4112]])
    merged = merge_small(boxes, np.array([1024.0, 1024.0]), class_places([READY, READY]))
    assert merged[READY].area == 512 + 256


def test_shapes_without_a_class_are_left_out() -> None:
    assert merge_small(np.array([[0.0, 0, 8, 8]]), np.array([64.0]), class_places([None])) == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 63), st.integers(0, 63), st.sampled_from([c.value for c in Readiness])),
        unique_by=lambda cell: cell[:2],
        max_size=60,
    )
)
def test_merging_keeps_the_area_of_each_class(spots: list[tuple[int, int, str]]) -> None:
    """
    Shapes of 20 × 20 units that do not overlap: each class keeps its area, to half a unit of width a strip on each
    side and a tenth of a cell that is drawn full. Each shape meets at most four cells.
    """
    boxes = np.array([[x * 20.0, y * 20, x * 20 + 20, y * 20 + 20] for x, y, _ in spots]).reshape(-1, 4)
    merged = merge_small(boxes, np.full(len(spots), 400.0), class_places([code for _, _, code in spots]))
    for code in {code for _, _, code in spots}:
        shapes = [c for _, _, c in spots if c == code]
        drawn_area = merged[code].area if code in merged else 0.0
        assert drawn_area == pytest.approx(400 * len(shapes), abs=4 * len(shapes) * (CELL + 0.1 * CELL**2))


@pytest.mark.parametrize(("z", "off_units"), [(12, 1.1), (13, 0.6), (14, 0.3), (18, 0.02)])
def test_the_affine_map_of_a_near_tile_is_right_to_about_a_unit(z: int, off_units: float) -> None:
    tile = Tile(z, HERE.x * 2**z // 2**14, HERE.y * 2**z // 2**14)
    bbox = tile.box_in(CRS)
    assert bbox is not None
    affine = tile.affine_from(bbox, CRS)
    assert affine is not None
    a, b, d, e, xoff, yoff = affine
    for x, y in [(0, 0), (4096, 0), (2048, 2048), (0, 4096), (4096, 4096), (-64, 4160)]:
        east, north = in_crs(tile, x, y)
        assert a * east + b * north + xoff == pytest.approx(x, abs=off_units)
        assert d * east + e * north + yoff == pytest.approx(y, abs=off_units)


def test_a_tile_that_is_too_wide_or_too_far_away_has_no_affine_map() -> None:
    for tile in (Tile(10, 836, 412), Tile(14, 0, 0)):
        bbox = tile.box_in(CRS)
        assert bbox is not None
        assert tile.affine_from(bbox, CRS) is None


def test_prepared_cells_are_added_to_what_is_drawn_by_itself() -> None:
    tile = Tile(10, 836, 412)
    alone = draw_layer(TILE_LAYERS["parcel"], parcels([parcel(tile, 2000, 2000, 2200, 2200)]), tile, CRS)
    shares = np.zeros((128, 128, len(Readiness)))
    shares[2, 3] = [0.25, 0, 0, 0.5, 0]
    for data, numbers in ((alone, ["P0", None, None]), (b"", [None, None])):
        both = with_small(TILE_LAYERS["parcel"], data, shares)
        layer = mapbox_vector_tile.decode(both, default_options={"y_coord_down": True})["parcel"]
        assert [f["properties"].get("parcel_no") for f in layer["features"]] == numbers
        waiting, ready = layer["features"][-2:]
        assert waiting["properties"] == {"readiness": WAITING, "merged": True}
        assert bounds_of(waiting) == (96, 64, 104, 96)
        assert ready["properties"] == {"readiness": READY, "merged": True}
        assert bounds_of(ready) == (104, 64, 120, 96)
    assert with_small(TILE_LAYERS["parcel"], alone, None) == alone
    assert with_small(TILE_LAYERS["parcel"], b"", np.zeros((128, 128, len(Readiness)))) == b""
