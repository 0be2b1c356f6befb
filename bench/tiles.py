"""
Tile latency at z8–z16 on generated parcels in the embedded store, through the whole app.

    python -m bench.tiles [--parcels 100000] [--db FILE]

Cold: read, cut, drawn, packed; beside it the processor's time, which is what an idle machine takes. Kept: from
the app's memory. Unchanged: answered 304 by ETag. Goals: z14 cold under 50 ms, kept or unchanged under 2 ms.
The worst of z10 and below holds the making of the overview, once a change of the data.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from flask.testing import FlaskClient

from gis.crs import mercator_of
from gis.maps.tiles import EXTENT, HALF_WORLD_M, Tile
from gis.model import LOCAL_ACTOR, Stage
from gis.settings import Settings
from gis.store import create_store, open_store
from gis.store.port import Store
from webapp import create_app

CRS = "EPSG:4546"  # central meridian 111°E
AREA_M2 = 740e6  # 介休市 is about that large
ORIGIN = np.array([580_000.0, 4_090_000.0])
ZOOMS = range(8, 17)
TILES_A_ZOOM = 12
ROUNDS = 20


def parcel_shapes(count: int, rng: np.random.Generator) -> np.ndarray:
    """A net of four-sided parcels without gaps: corners moved at random, each side with a bend."""
    across = int(np.ceil(np.sqrt(count)))
    side = np.sqrt(AREA_M2 / count)
    nodes = np.stack(np.meshgrid(np.arange(2 * across + 1), np.arange(2 * across + 1), indexing="ij"), axis=-1)
    nodes = ORIGIN + nodes * side / 2 + rng.uniform(-0.12, 0.12, nodes.shape) * side
    ring = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1), (0, 0)]
    corners = np.stack([nodes[i : i + 2 * across : 2, j : j + 2 * across : 2] for i, j in ring], axis=2)
    polygons = shapely.polygons(corners.reshape(-1, len(ring), 2))[:count]
    return np.asarray(shapely.multipolygons(polygons[:, None]))


def fill(store: Store, count: int) -> None:
    """Parcels in fields of one stage each, as requisition goes by village, some of them held."""
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
    started = events[field > 0]
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", frame.set_crs(CRS))
        writer.append("parcel_event", started)


def some_tiles(z: int, rng: np.random.Generator) -> list[Tile]:
    """Tiles of one zoom over the parcels."""
    side = np.sqrt(AREA_M2)
    places = mercator_of(ORIGIN + rng.uniform(0.05, 0.95, (TILES_A_ZOOM * 8, 2)) * side, CRS)
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


def row(client: FlaskClient, z: int, rng: np.random.Generator) -> str:
    """One line of the table."""
    cold, worked, kept, unchanged, sizes = [], [], [], [], []
    for tile in some_tiles(z, rng):
        address = f"/tiles/parcel/{tile.z}/{tile.x}/{tile.y}.mvt"
        before = time.process_time()
        ms, status, body, tag = timed(client, address)
        assert status == 200, status
        worked.append((time.process_time() - before) * 1000)
        cold.append(ms)
        sizes.append(len(body) / 1024)
        kept += [timed(client, address)[0] for _ in range(ROUNDS)]
        for _ in range(ROUNDS):
            ms, status, _, _ = timed(client, address, **{"If-None-Match": tag})
            assert status == 304, status
            unchanged.append(ms)
    columns = [
        statistics.median(cold),
        statistics.median(worked),
        max(cold),
        statistics.median(kept),
        statistics.median(unchanged),
    ]
    return f"z{z:<4}{len(cold):>6}" + "".join(f"{ms:>14.2f}" for ms in columns) + f"{statistics.median(sizes):>12.1f}"


def main() -> None:
    """Build or open the store and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--db", type=Path, help="keep the generated store here, and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.db or Path(folder) / "tiles.gpkg"
        if not path.exists():
            start = time.perf_counter()
            fill(create_store(path, name="bench", crs=CRS, actor=LOCAL_ACTOR), options.parcels)
            print(f"stored {options.parcels:,} parcels in {time.perf_counter() - start:.1f} s")
        client = create_app(Settings(), open_store(path)).test_client()
        timed(client, "/tiles/parcel/14/0/0.mvt")  # imports and connections
        heads = ("cold ms", "of it CPU", "worst ms", "kept ms", "304 ms")
        print(f"{'zoom':<5}{'tiles':>6}" + "".join(f"{head:>14}" for head in heads) + f"{'gzip KiB':>12}")
        rng = np.random.default_rng(1)
        for z in reversed(ZOOMS):
            print(row(client, z, rng), flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB, tile extent {EXTENT}")


if __name__ == "__main__":
    main()
