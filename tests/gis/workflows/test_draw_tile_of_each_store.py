"""Whichever store a county is in, its tiles show the same: features, attributes, and shapes to a unit or two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from unittest.mock import Mock

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import box, shape

from gis.crs import mercator_of
from gis.maps.tiles import HALF_WORLD_M, TILE_LAYERS, Tile
from gis.model import LOCAL_ACTOR, HoldReason, Readiness, Stage
from gis.store import create_store
from gis.store.port import Store
from gis.store.postgis import tiles as postgis_tiles
from gis.workflows import draw_tile
from gis.workflows.draw_tile import TileDrawer
from tests.postgis_databases import Databases

CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 114°E
CORNER = np.array([560_000.0, 3_652_000.0])  # 60 km east of the central meridian: north is 0.35° off
DRAWN = box(-64, -64, 4160, 4160)
TODAY = date.today()
REPLACED_ON = date(2025, 6, 15)
# Before all events, after the first, the last day before the shapes were replaced, that day, after more events.
PAST_DAYS = [date(2025, 2, 1), date(2025, 4, 1), date(2025, 6, 14), REPLACED_ON, date(2025, 8, 1)]


def parcels(count: int = 700) -> gpd.GeoDataFrame:
    """Of 10 m to 4 km, some turned, some with names, some with a hole, some with more than 24 points."""
    random = np.random.default_rng(4)
    sides = 10 * 400 ** random.random(count)
    middles = CORNER + random.uniform(0, 30_000, (count, 2))
    shapes = []
    for i, (middle, side) in enumerate(zip(middles, sides, strict=True)):
        made = (
            shapely.Point(middle).buffer(side / 2, quad_segs=12)
            if i % 3 == 0
            else box(*(middle - side / 2), *(middle + side / 2))
        )
        made = made.difference(box(*(middle - side / 5), *(middle + side / 5))) if i % 5 == 0 else made
        shapes.append(shapely.MultiPolygon([shapely.affinity.rotate(made, float(i))]))
    names = [None if i % 4 else f"{i} 号地" for i in range(count)]
    return gpd.GeoDataFrame({"parcel_no": [f"P{i}" for i in range(count)], "name": names}, geometry=shapes, crs=CRS)


def events(count: int = 700) -> pd.DataFrame:
    """Two in three parcels are under way, some are held; all long ago."""
    stages = [list(Stage)[1 + i % 9].value for i in range(count)]
    rows: list[dict[str, Any]] = [
        {"parcel_no": f"P{i}", "kind": "stage", "stage": stages[i]} for i in range(count) if i % 3
    ]
    rows += [
        {"parcel_no": f"P{i}", "kind": "hold", "hold_reason": list(HoldReason)[i % 3].value} for i in range(0, count, 7)
    ]
    day = pd.Series(np.full(len(rows), np.datetime64("2025-03-01", "s")))
    return pd.DataFrame(rows).assign(on_date=day, override_reason="示例")


def areas(key: str, attributes: dict[str, list[str | None]]) -> gpd.GeoDataFrame:
    """Three large shapes with a wavy edge of many points, side by side."""
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    radius = 4500 + 300 * np.sin(angle * 40)
    wave = np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None]
    shapes = [
        shapely.MultiPolygon([shapely.Polygon(CORNER + np.array([5000 + 10_000 * i, 9000]) + wave)]) for i in range(3)
    ]
    return gpd.GeoDataFrame({key: ["a", "b", "c"], **attributes}, geometry=shapes, crs=CRS)


def filled(store: Store) -> Store:
    named = {"name": ["甲", "乙", "丙"]}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("town", areas("code", {**named, "level": ["town", "county", None]}))
        writer.put("park", areas("code", {**named, "level": ["national", None, "county"]}))
        writer.put("zone", areas("zone_no", {"name": [None, "乙", None], "kind": ["other", "urban_boundary", "other"]}))
        writer.put("parcel", parcels())
        writer.append("parcel_event", events())
    return store


def lived(store: Store) -> Store:
    """The county after a year: stages later and fallen back, holds begun and ended, parcels moved, reshaped and new."""
    filled(store)
    stages = [stage.value for stage in Stage]
    with store.writing(LOCAL_ACTOR) as writer:
        for month, step in ((5, 4), (7, 5), (9, 6)):
            said: list[dict[str, Any]] = [
                {"kind": "stage", "stage": stages[(i * month) % 10], "parcel_no": f"P{i}"} for i in range(0, 700, step)
            ]
            said += [
                {"kind": "hold", "hold_reason": "lawsuit", "parcel_no": f"P{i}"} for i in range(month, 700, 4 * step)
            ]
            said += [{"kind": "release", "parcel_no": f"P{i}"} for i in range(0, 700, 3 * step)]
            day = pd.Series(np.full(len(said), np.datetime64(f"2025-{month:02}-20", "s")))
            writer.append("parcel_event", pd.DataFrame(said).assign(on_date=day, override_reason="示例"))
        # Of more parcels all have other sizes and places.
        now = parcels(750)
        writer.put("parcel", now[(now.index % 11 == 0) | (now.index >= 700)], on=REPLACED_ON)
    return store


def made_by(fill: Any, folder: Any, databases: Databases) -> Iterator[tuple[Store, Store]]:
    """One county in a file and in PostGIS."""
    stores = [
        fill(create_store(where, name="示例县", crs=CRS, actor=LOCAL_ACTOR))
        for where in (folder / "county.gpkg", databases.fresh())
    ]
    yield stores[0], stores[1]
    for store in stores:
        store.close()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgis_databases: Databases) -> Iterator[tuple[Store, Store]]:
    yield from made_by(filled, tmp_path_factory.mktemp("pair"), postgis_databases)


@pytest.fixture(scope="module")
def lived_pair(tmp_path_factory: pytest.TempPathFactory, postgis_databases: Databases) -> Iterator[tuple[Store, Store]]:
    yield from made_by(lived, tmp_path_factory.mktemp("lived"), postgis_databases)


def tiles(z: int) -> list[Tile]:
    """At most six tiles of a zoom over the county, spread."""
    random = np.random.default_rng(z)
    merc = mercator_of(CORNER + random.uniform(0, 30_000, (40, 2)), CRS)
    places = np.column_stack((merc[:, 0] + HALF_WORLD_M, HALF_WORLD_M - merc[:, 1])) // (2 * HALF_WORLD_M / (1 << z))
    return [Tile(z, int(x), int(y)) for x, y in np.unique(places, axis=0)[:6]]


def features(store: Store, layer: str, tile: Tile, on: date | None = None) -> dict[str, Any]:
    """Key of a feature, or the class of merged ones, to (attributes, shape cut to what is drawn)."""
    data = TileDrawer(store).draw(TILE_LAYERS[layer], tile, on)
    if not data:
        return {}
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    assert list(layers) == [layer]
    assert (layers[layer]["extent"], layers[layer]["version"]) == (4096, 2)
    found = {}
    for feature in layers[layer]["features"]:
        properties = feature["properties"]
        key = (
            properties.get("parcel_no")
            or properties.get("code")
            or properties.get("zone_no")
            or properties["readiness"]
        )
        assert key not in found
        cut = shapely.make_valid(shape(feature["geometry"])).intersection(DRAWN)
        found[key] = (properties, cut)
    return found


def is_visible(drawn: Any) -> bool:
    """Not a sliver that one way of rounding leaves and the other does not."""
    return bool(drawn[1].area > 6 and drawn[1].buffer(-0.9).area > 0)


def assert_both_show_the_same(pair: tuple[Store, Store], layer: str, tile: Tile, on: date) -> int:
    """How many features both show."""
    in_file, in_postgis = (features(store, layer, tile, on) for store in pair)
    for key in set(in_file) ^ set(in_postgis):
        assert not is_visible(in_file.get(key) or in_postgis[key]), (tile, key)
    for key in set(in_file) & set(in_postgis):
        (attributes, one), (others, other) = in_file[key], in_postgis[key]
        assert attributes == others
        merged = attributes.get("merged")
        # Simplified to within four units; else rounded, and moved by an affine map.
        slack = 3.0 if tile.z >= 14 or merged else 6.0
        difference = one.symmetric_difference(other).area
        assert difference <= slack * max(one.length, other.length) / 2 + 2, (tile, key)
    return len(set(in_file) & set(in_postgis))


def assert_both_show_the_same_area_of_each_class(pair: tuple[Store, Store], z: int, on: date) -> None:
    # PostGIS draws those that are large at zoom 6 by themselves, a file none at zoom 2: only sums can be compared.
    (tile,) = tiles(z)
    sums = [{code.value: 0.0 for code in Readiness} for _ in pair]
    for store, of_class in zip(pair, sums, strict=True):
        for attributes, drawn in features(store, "parcel", tile, on).values():
            of_class[attributes["readiness"]] += drawn.area
    assert sum(sums[0].values()) > 0
    for code, area in sums[0].items():
        assert sums[1][code] == pytest.approx(area, abs=2 * 32 + 0.15 * area)


@pytest.mark.parametrize("z", range(6, 18))
@pytest.mark.parametrize("layer", ["parcel", "town", "park", "zone"])
def test_both_stores_draw_the_same(pair: tuple[Store, Store], layer: str, z: int) -> None:
    assert sum(assert_both_show_the_same(pair, layer, tile, TODAY) for tile in tiles(z))


@pytest.mark.parametrize("z", [2, 3, 4, 5])
def test_farther_out_than_is_prepared_both_show_the_same_area_of_each_class(pair: tuple[Store, Store], z: int) -> None:
    assert_both_show_the_same_area_of_each_class(pair, z, TODAY)


def test_past_days_are_the_same_in_both(pair: tuple[Store, Store]) -> None:
    for place in (tiles(14)[0], tiles(9)[0]):
        in_file, in_postgis = (features(store, "parcel", place, date(2025, 2, 1)) for store in pair)
        assert in_file.keys() == in_postgis.keys()
        assert {attributes["readiness"] for attributes, _ in in_postgis.values()} == {"not_started"}


@pytest.mark.parametrize("on", PAST_DAYS)
@pytest.mark.parametrize("z", [6, 8, 10, 11, 12, 13])
def test_both_draw_a_past_day_of_what_has_changed_since(lived_pair: tuple[Store, Store], z: int, on: date) -> None:
    assert sum(assert_both_show_the_same(lived_pair, "parcel", tile, on) for tile in tiles(z)[:4])


@pytest.mark.parametrize("on", PAST_DAYS)
@pytest.mark.parametrize("z", [2, 4])
def test_farther_out_both_show_the_same_area_on_a_past_day(lived_pair: tuple[Store, Store], z: int, on: date) -> None:
    assert_both_show_the_same_area_of_each_class(lived_pair, z, on)


def test_past_days_differ_from_each_other(lived_pair: tuple[Store, Store]) -> None:
    """So that the tests above see what they should."""
    (tile,) = tiles(6)
    days = [*PAST_DAYS, TODAY]
    for store in lived_pair:
        assert len({TileDrawer(store).draw(TILE_LAYERS["parcel"], tile, on) for on in days}) == len(days)


@pytest.mark.parametrize("z", [2, 6, 8, 10, 11, 12])
def test_a_past_day_read_in_strips_is_what_it_is_read_at_once(
    pair: tuple[Store, Store], z: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2025, 2, 1)
    monkeypatch.setattr(postgis_tiles, "LAST_PREPARED", -1)  # so that PostGIS leaves all past days to the rows
    for store in pair:
        at_once = [features(store, "parcel", tile, day) for tile in tiles(z)]
        with monkeypatch.context() as patched:
            patched.setattr(draw_tile, "STRIP_ROWS", 10)
            watched = Mock(wraps=store.read)
            patched.setattr(store, "read", watched)
            assert [features(store, "parcel", tile, day) for tile in tiles(z)] == at_once
        assert watched.call_count > len(at_once)
        assert any(at_once)


@pytest.mark.parametrize("layer", ["parcel", "town"])
@pytest.mark.parametrize("place", [(14, 0, 0), (6, 0, 63), (13, 3000, 3000), (22, 0, 0)])
def test_a_tile_far_away_is_drawn_too_and_shows_nothing(
    pair: tuple[Store, Store], layer: str, place: tuple[int, int, int]
) -> None:
    assert [features(store, layer, Tile(*place), TODAY) for store in pair] == [{}, {}]
