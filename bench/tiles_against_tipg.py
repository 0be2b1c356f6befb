"""
Vector tiles of one PostGIS store, ours against tipg (PyPI): same database, two workers each, four connections.

    python -m bench.tiles_against_tipg [--parcels 10000 100000 1000000] [--whole]

Cold: each tile for the first time after a change of parcels everywhere, which makes all our kept tiles old. Edited:
each tile after a change of one parcel, which makes old those that show its surroundings. Warm: the same tiles again;
ours come from the caches, tipg has none and draws each anew. 304: asked by the ETag, which tipg has not.
tipg sends much the same attributes with the same edge around a tile, and as it comes: at most 10,000 parcels in a
tile (--whole: all of them). At z12 ours sends parcels below four pixels as merged areas: fewer features, all land.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pandas as pd
import shapely

from bench.assess import growth
from bench.county import CELL_M, CRS, ON, ORIGIN_M
from bench.http_load import Load, ask, get, together
from bench.postgis import fill, machine, query, server
from gis.crs import mercator_of
from gis.maps.tiles import HALF_WORLD_M, Tile
from gis.model import LOCAL_ACTOR
from gis.store import open_store

PROJECTS = 50
ZOOMS = (14, 13, 12)
WORKERS, CONNECTIONS = 2, 4
MOST_TILES = 60
EXTENT = 4096  # units across a tile, from both
COLD_REQUESTS, WARM_REQUESTS = 120, 480
START_SECONDS = 120
ROOT = Path(__file__).parent.parent
TIPG = ROOT / ".bench" / "tipg"
SERVE = "from gis.cli import main; main()"  # guatu
ATTRIBUTES = '["parcel_no", "stage", "hold_reason"]'
EVERY_PARCEL = "100000000"


def tipg_python() -> Path:
    """The interpreter of a virtual environment of its own that has tipg; made where it is not."""
    python = TIPG / "bin" / "python"
    if not (TIPG / "bin" / "uvicorn").exists():
        venv.create(TIPG, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "tipg", "uvicorn[standard]"], check=True)
    return python


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _served(command: list[str], port: int, health: str, environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A server in a folder of its own while the block lasts: its address and process."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GUATU_", "TIPG_", "PG"))}
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command, cwd=folder, env={**inherited, **environment}, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, health, process)
            yield address, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait_for(address: str, health: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if get(address, health).status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{address} did not start")


@contextmanager
def ours(dsn: str) -> Iterator[tuple[str, int]]:
    """``guatu serve``, its first assessment made."""
    port = _free_port()
    program = [sys.executable, "-c", SERVE, "serve", "--port", str(port), "--workers", str(WORKERS)]
    with tempfile.TemporaryDirectory() as kept:
        environment = {"GUATU_DB": dsn, "GUATU_TILE_CACHE_DIR": f"{kept}/tiles", "PYTHONPATH": str(ROOT)}
        with _served(program, port, "/healthz", environment) as (address, process):
            ask(address, ["/api/totals"] * 4 * CONNECTIONS, 2 * CONNECTIONS)
            yield address, process


@contextmanager
def tipg(dsn: str, *, whole: bool) -> Iterator[tuple[str, int]]:
    """tipg under uvicorn; it does not look for new tables meanwhile."""
    port = _free_port()
    program = [str(tipg_python()), "-m", "uvicorn", "tipg.main:app", "--workers", str(WORKERS), "--port", str(port)]
    environment = {
        "DATABASE_URL": dsn,
        "TIPG_DB_SCHEMAS": '["guatu"]',
        "TIPG_DB_TABLES": '["guatu.parcel"]',
        "TIPG_CATALOG_TTL": "0",
        "TIPG_TILE_BUFFER": "64",
        "TIPG_TABLE_CONFIG__guatu_parcel__properties": ATTRIBUTES,
        **({"TIPG_MAX_FEATURES_PER_TILE": EVERY_PARCEL} if whole else {}),
    }
    with _served([*program, "--log-level", "warning"], port, "/healthz", environment) as found:
        yield found


def our_path(tile: Tile) -> str:
    """Where we serve a tile."""
    return f"/tiles/parcel/{tile.z}/{tile.x}/{tile.y}.mvt"


def tipg_path(tile: Tile) -> str:
    """Where tipg serves a tile."""
    return f"/collections/guatu.parcel/tiles/WebMercatorQuad/{tile.z}/{tile.x}/{tile.y}"


def tiles_with_parcels(z: int, parcels: int) -> list[Tile]:
    """Up to ``MOST_TILES`` tiles of a zoom over the county, in a random order."""
    random = np.random.default_rng(z)
    side_m = ceil(np.sqrt(parcels)) * CELL_M
    places = mercator_of(ORIGIN_M + random.uniform(0.02, 0.98, (5_000, 2)) * side_m, CRS)
    width = 2 * HALF_WORLD_M / (1 << z)
    xy = np.unique(np.column_stack((places[:, 0] + HALF_WORLD_M, HALF_WORLD_M - places[:, 1])) // width, axis=0)
    random.shuffle(xy)
    return [Tile(z, int(x), int(y)) for x, y in xy[:MOST_TILES]]


def change_a_parcel(dsn: str) -> None:
    """One event of one parcel: what was kept of the tiles around it is old."""
    event = {"parcel_no": "L0000000", "kind": "hold", "hold_reason": "dispute", "on_date": pd.Timestamp(ON)}
    row = pd.DataFrame([{**event, "note": uuid.uuid4().hex}]).astype({"on_date": "datetime64[s]"})
    with closing(open_store(dsn)) as store, store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", row)


def change_every_block(dsn: str) -> None:
    """What was kept of parcels' tiles is old everywhere, as after an import of all parcels."""
    query(dsn, "UPDATE guatu.parcel_block SET stamp = %s", uuid.uuid4().hex)


def features(address: str, paths: list[str]) -> list[int]:
    """Features of each tile, without those in the edge around it alone."""
    counts = []
    for path in paths:
        answer = get(address, path)
        if answer.status != 200:
            raise SystemExit(f"{address}{path}: {answer.status} {answer.content[:500]!r}")
        drawn = mapbox_vector_tile.decode(answer.content)
        counts.append(sum(_is_within(feature) for layer in drawn.values() for feature in layer["features"]))
    return counts


def _is_within(feature: dict[str, Any]) -> bool:
    """Not only in the edge around the tile: there, ours has parcels that tipg leaves out."""
    west, south, east, north = shapely.from_geojson(json.dumps(feature["geometry"])).bounds
    return bool(west < EXTENT and south < EXTENT and east > 0 and north > 0)


def measure(dsn: str, address: str, paths: list[str]) -> tuple[Load, Load, Load]:
    """Cold, edited and warm."""
    rounds = range(ceil(COLD_REQUESTS / len(paths)))
    cold, edited = [
        together([_after(change, dsn, address, paths) for _ in rounds])
        for change in (change_every_block, change_a_parcel)
    ]
    return cold, edited, ask(address, paths * ceil(WARM_REQUESTS / len(paths)), CONNECTIONS)


def _after(change: Callable[[str], None], dsn: str, address: str, paths: list[str]) -> Load:
    change(dsn)
    return ask(address, paths, CONNECTIONS)


def unchanged(address: str, paths: list[str]) -> Load:
    """Asked by their ETags."""
    etags = {path: get(address, path).headers["etag"] for path in paths}
    return ask(address, paths * ceil(WARM_REQUESTS / len(paths)), CONNECTIONS, expected=304, etags=etags)


def _line(side: str, loads: Sequence[Load], counts: list[int], rest: str) -> str:
    figures = "".join(f"{load.rate:>9.1f}{load.median_ms:>9.1f}{load.p95_ms:>9.1f}" for load in loads)
    return f"{side:<12}{figures}{np.median(counts):>10,.0f}  {rest}"


def row(dsn: str, z: int, parcels: int, addresses: tuple[str, str]) -> tuple[str, float]:
    """The lines of one zoom, and our median time cold (ms)."""
    tiles = tiles_with_parcels(z, parcels)
    paths = [our_path(tile) for tile in tiles], [tipg_path(tile) for tile in tiles]
    counts = [features(address, mine[:8]) for address, mine in zip(addresses, paths, strict=True)]
    if z == ZOOMS[0]:
        _require_as_many(*counts)
    mine, theirs = (measure(dsn, address, asked) for address, asked in zip(addresses, paths, strict=True))
    kept = unchanged(addresses[0], paths[0])
    times = zip(("cold", "edited", "warm"), mine, theirs, strict=True)
    ratios = ", ".join(f"{one.rate / other.rate:.1f}× {name}" for name, one, other in times)
    lines = [
        f"z{z}, {len(tiles)} tiles: {ratios}; 304: {kept.rate:.0f}/s, {kept.p95_ms:.1f} ms p95",
        _line("  ours", mine, counts[0], ""),
        _line("  tipg", theirs, counts[1], "(no cache)"),
    ]
    return "\n".join(lines), mine[0].median_ms


def _require_as_many(mine: list[int], theirs: list[int]) -> None:
    """Parcels that only touch the edge of a tile may be told differently: one in a hundred, no more."""
    for one, other in zip(mine, theirs, strict=True):
        if abs(one - other) > max(3, 0.01 * max(one, other)):
            raise SystemExit(f"a z{ZOOMS[0]} tile has {one} parcels from us, {other} from tipg")


def peaks_mib(parent: int) -> str:
    """Peak memory of a server's worker processes."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    found = [
        int(line.split()[1]) / 1024
        for child in children
        for line in Path(f"/proc/{child}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return " and ".join(f"{peak:.0f}" for peak in sorted(found, reverse=True)[:WORKERS])


def table(dsn: str, parcels: int, *, whole: bool) -> dict[int, float]:
    """Print one county's table; our median time cold (ms) by zoom."""
    start = time.perf_counter()
    fill(dsn, parcels, PROJECTS)
    stored = query(dsn, "SELECT count(*), sum(ST_NPoints(geometry)) FROM guatu.parcel")[0][0]
    print(f"\n{stored:,} parcels, stored in {time.perf_counter() - start:.0f} s")
    each = ("median", "p95 ms")
    heads = "".join(f"{head:>9}" for head in (*("cold /s", *each), *("edited /s", *each), *("warm /s", *each)))
    print(f"{'':<12}{heads}{'features':>10}", flush=True)
    medians = {}
    with ours(dsn) as (our_address, our_process), tipg(dsn, whole=whole) as (tipg_address, tipg_process):
        for z in ZOOMS:
            text, medians[z] = row(dsn, z, parcels, (our_address, tipg_address))
            print(text, flush=True)
        print(f"peak MiB of the web processes: ours {peaks_mib(our_process)}, tipg {peaks_mib(tipg_process)}")
    return medians


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, nargs="+", default=[100_000])
    parser.add_argument("--whole", action="store_true", help="tipg sends all parcels of a tile")
    options = parser.parse_args()
    tipg_python()
    taken = []
    with server() as databases:
        for number, parcels in enumerate(options.parcels):
            dsn = databases.fresh()
            if not number:
                print(f"{machine(dsn)}; {WORKERS} workers each, {CONNECTIONS} connections")
            taken.append(table(dsn, parcels, whole=options.whole))
            databases.drop(dsn)
    for z in ZOOMS if len(taken) > 1 else ():
        exponent = growth(tuple(options.parcels), [medians[z] for medians in taken])
        print(f"z{z}: our median time cold grows as parcels^{exponent:.2f}")


if __name__ == "__main__":
    main()
