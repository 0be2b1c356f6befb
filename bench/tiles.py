"""
Tile latency at z8–z16 on generated parcels, through the whole app.

    python -m bench.tiles [--parcels 100000] [--land net|county] [--postgis | --db FILE-OR-ADDRESS]

Cold: read, cut, drawn, packed, by a process that has drawn nothing yet; web CPU: of it the web process's own time.
Shared: another process has drawn it. Kept: this process has. 304: unchanged by its ETag. In a file the worst of z10 and
below holds the making of the overview, once a change of the data; in PostGIS every write keeps far tiles prepared.

Net: parcels of 86 m without gaps, in fields of one stage each; 100,000 are a county, a million a prefecture.
County: parcels of 30 m, each in a stage of its own: the hardest to show far out.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from flask.testing import FlaskClient

from bench.county import CRS as COUNTY_CRS
from bench.county import county
from gis.crs import mercator_of
from gis.maps.mvt import EXTENT
from gis.maps.tiles import HALF_WORLD_M, Tile
from gis.model import LOCAL_ACTOR, Stage
from gis.settings import Settings
from gis.store import create_store, open_store
from gis.store.port import Store
from tests import postgis_databases
from webapp import create_app

CRS = "EPSG:4546"  # central meridian 111°E
PARCEL_M2 = 7_400.0  # 100,000 of them are 介休市, 740 km²
ORIGIN = np.array([500_000.0, 4_090_000.0])
ZOOMS = range(8, 17)
TILES_A_ZOOM = 20
ROUNDS = 10
Land = tuple[gpd.GeoDataFrame, pd.DataFrame]  # parcels, and the events of their stages


def parcel_shapes(count: int, rng: np.random.Generator) -> np.ndarray:
    """A net of four-sided parcels without gaps: corners moved at random, each side with a bend."""
    across = int(np.ceil(np.sqrt(count)))
    side = np.sqrt(PARCEL_M2)
    nodes = np.stack(np.meshgrid(np.arange(2 * across + 1), np.arange(2 * across + 1), indexing="ij"), axis=-1)
    nodes = ORIGIN + nodes * side / 2 + rng.uniform(-0.12, 0.12, nodes.shape) * side
    ring = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1), (0, 0)]
    corners = np.stack([nodes[i : i + 2 * across : 2, j : j + 2 * across : 2] for i, j in ring], axis=2)
    polygons = np.asarray(shapely.polygons(corners.reshape(-1, len(ring), 2)))[:count]
    return np.asarray(shapely.multipolygons(polygons[:, None]))


def net(count: int) -> Land:
    """Parcels in fields of one stage each, as requisition goes by village."""
    rng = np.random.default_rng(7)
    shapes = parcel_shapes(count, rng)
    numbers = [f"P{i:07}" for i in range(count)]
    frame = gpd.GeoDataFrame({"parcel_no": numbers, "name": [f"{i % 400} 号地" for i in range(count)]}, geometry=shapes)
    field = (
        (shapely.get_x(shapely.centroid(shapes)) // 900 + shapely.get_y(shapely.centroid(shapes)) // 900) % 7
    ).astype(int)
    stages = np.array([s.value for s in Stage][1:])[field]
    events = pd.DataFrame(
        {
            "parcel_no": numbers,
            "kind": "stage",
            "stage": stages,
            "on_date": pd.Series(np.full(count, np.datetime64("2026-01-05", "s"))),
            "override_reason": "generated",
        }
    )
    return frame.set_crs(CRS), events[field > 0]


def dense(count: int) -> Land:
    """bench.county's parcels."""
    inputs = county(count, 10)
    assert inputs.events is not None
    told = inputs.events[["parcel_no", "kind", "stage", "on_date"]].assign(override_reason="generated")
    return inputs.parcels.drop(columns=["stage", "stage_on", "hold_reason", "held_since"]), told


LANDS: dict[str, tuple[str, Callable[[int], Land]]] = {"net": (CRS, net), "county": (COUNTY_CRS, dense)}


def fill(store: Store, land: Land) -> None:
    """Both in one transaction, as an import does."""
    parcels, events = land
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", parcels)
        writer.append("parcel_event", events)


def some_tiles(store: Store, z: int, rng: np.random.Generator) -> list[Tile]:
    """Tiles of one zoom over the parcels."""
    box = store.extent(("parcel",))
    assert box is not None
    west, south, east, north = box.as_tuple()
    share = rng.uniform(0.03, 0.97, (TILES_A_ZOOM * 8, 2))
    places = mercator_of(np.array([west, south]) + share * [east - west, north - south], store.info.crs)
    width = 2 * HALF_WORLD_M / (1 << z)
    xy = np.unique(np.column_stack((places[:, 0] + HALF_WORLD_M, HALF_WORLD_M - places[:, 1])) // width, axis=0)
    rng.shuffle(xy)
    return [Tile(z, int(x), int(y)) for x, y in xy[:TILES_A_ZOOM]]


def timed(client: FlaskClient, address: str, **headers: str) -> tuple[float, int, bytes, str]:
    """Milliseconds, status, body and ETag of one request."""
    start = time.perf_counter()
    answer = client.get(address, headers={"Accept-Encoding": "gzip", **headers})
    ms = (time.perf_counter() - start) * 1000
    return ms, answer.status_code, answer.get_data(), answer.headers.get("ETag", "")


def row(clients: tuple[FlaskClient, FlaskClient], tiles: Sequence[Tile]) -> str:
    """One line of the table; the second client's process shares the first one's folder."""
    client, other = clients
    cold, worked, shared, kept, unchanged, sizes = [], [], [], [], [], []
    for tile in tiles:
        address = f"/tiles/parcel/{tile.z}/{tile.x}/{tile.y}.mvt"
        before = time.process_time()
        ms, status, body, tag = timed(client, address)
        assert status in (200, 204), status
        worked.append((time.process_time() - before) * 1000)
        cold.append(ms)
        sizes.append(len(body) / 1000)
        shared.append(timed(other, address)[0])
        kept += [timed(client, address)[0] for _ in range(ROUNDS)]
        for _ in range(ROUNDS):
            ms, status, _, _ = timed(client, address, **{"If-None-Match": tag})
            assert status == 304, status
            unchanged.append(ms)
    times = [median(cold), p95(cold), max(cold), median(worked), median(shared), median(kept), median(unchanged)]
    return f"z{tiles[0].z:<4}{len(cold):>6}" + "".join(f"{v:>10.1f}" for v in (*times, median(sizes), max(sizes)))


def p95(values: Sequence[float]) -> float:
    """The value that one in twenty exceeds."""
    return float(np.percentile(values, 95))


@contextmanager
def opened(options: argparse.Namespace) -> Iterator[Store]:
    """The store asked for, filled where it is new."""
    crs, make = LANDS[options.land]
    with ExitStack() as stack:
        where = options.db
        if options.postgis:
            where = stack.enter_context(postgis_databases.databases()).fresh()
        where = where or f"{stack.enter_context(tempfile.TemporaryDirectory())}/tiles.gpkg"
        if options.db is None or not ("://" in where or Path(where).exists()):
            land = make(options.parcels)
            start = time.perf_counter()
            fill(create_store(where, name="bench", crs=crs, actor=LOCAL_ACTOR), land)
            print(f"stored {len(land[0]):,} parcels in {time.perf_counter() - start:.0f} s", flush=True)
        store = open_store(where)
        stack.callback(store.close)
        yield store


def main() -> None:
    """Build or open the store and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--land", choices=LANDS, default="net")
    parser.add_argument("--postgis", action="store_true", help="on a private cluster, or the one of GUATU_TEST_DSN")
    parser.add_argument("--db", help="keep the generated store in this file and use it again, or a store's address")
    options = parser.parse_args()
    with opened(options) as store, tempfile.TemporaryDirectory() as folder:
        settings = Settings(tile_cache_dir=f"{folder}/tiles", tile_cache_mb=1000)
        clients = (create_app(settings, store).test_client(), create_app(settings, store).test_client())
        for client in clients:
            timed(client, "/tiles/parcel/14/0/0.mvt")  # imports and connections
        heads = ("cold", "p95", "worst", "web CPU", "shared", "kept", "304", "kB", "most kB")
        print(f"{'zoom':<5}{'tiles':>6}" + "".join(f"{head:>10}" for head in heads))
        rng = np.random.default_rng(1)
        for z in reversed(ZOOMS):
            print(row(clients, some_tiles(store, z, rng)), flush=True)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"milliseconds; peak memory {peak_mb:.0f} MB; tile extent {EXTENT}")


if __name__ == "__main__":
    main()
