"""Roads: import, preparation, a travel matrix of 60 sites, on real and generated networks, against networkx."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from bench.road_network import CRS, network

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "roads"
REAL = {"liechtenstein": "EPSG:32632", "andorra": "EPSG:32631"}
GENERATED = 400_000
SITES = 60
# networkx searches so many sites of the large network; its time is then told for all of them.
SEARCHED = 3
# Goals of the project: 60 sites on a county's network, and on one of 400,000 roads (seconds).
GOALS = {"county": 0.5, "large": 3.0}
Times = dict[str, float]


def imported(case: str, folder: Path) -> Times:
    """Read a file (or generate), keep what hangs together, store it in a GeoPackage, read it back."""
    from gis.model import LOCAL_ACTOR
    from gis.tours.connected import connected_roads
    from gis.workflows.import_roads import import_roads
    from gis.workflows.init_store import init_store

    store_path = folder / f"{case}.gpkg"
    with init_store(str(store_path), name="bench", crs=REAL.get(case, CRS), actor=LOCAL_ACTOR) as store:
        if case in REAL:
            path, rows = DATA / f"{case}.osm.pbf", None
        else:
            path, rows = None, network(GENERATED)
        began = time.perf_counter()
        if path is not None:
            roads = import_roads(store, LOCAL_ACTOR, path).roads
        else:
            kept = rows[connected_roads(rows).main].reset_index(drop=True)
            with store.writing(LOCAL_ACTOR) as writer:
                roads = len(writer.put("road", kept).outcomes)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        store.read("road")
        return {"roads": roads, "import_s": seconds, "read_s": time.perf_counter() - began}


def ours(case: str, folder: Path) -> Times:
    """Prepare, snap and search; then one site more."""
    from gis.tours.roads import RoadNetwork

    roads = stored(case, folder)
    began = time.perf_counter()
    made = RoadNetwork(roads)
    prepared = time.perf_counter() - began
    points = _points(roads)
    began = time.perf_counter()
    spots = made.snap(points)
    snapped = time.perf_counter() - began
    began = time.perf_counter()
    cpu = time.process_time()
    travel = made.matrix(spots)
    searched, cpu = time.perf_counter() - began, time.process_time() - cpu
    began = time.perf_counter()
    for i in range(SITES - 1):
        travel.shape(i, i + 1)
    shaped = time.perf_counter() - began
    began = time.perf_counter()
    made.matrix((*spots, *made.snap(_points(roads, seed=3)[:1])))
    one_more = time.perf_counter() - began
    answer = {
        "prepare_s": prepared,
        "snap_s": snapped,
        "matrix_s": searched,
        "matrix_cpu_s": cpu,
        "shapes_s": shaped,
        "one_more_s": one_more,
        "memory_mib": peak_mib(),
    }
    plain = RoadNetwork(roads.assign(no_turn=None))  # networkx knows no turns
    np.save(folder / f"{case}.npy", plain.matrix(_at_nodes(roads)).seconds)
    return answer


def networkx(case: str, folder: Path) -> Times:
    """The same between junctions, by networkx; stops where the times differ."""
    import networkx as nx

    roads = stored(case, folder)
    began = time.perf_counter()
    graph = nx.DiGraph()
    seconds = shapely.length(roads.geometry.to_numpy()) / (roads["speed_kmh"].to_numpy() / 3.6)
    for start, end, weight, way in zip(roads["from_node"], roads["to_node"], seconds, roads["direction"], strict=True):
        for tail, head, barred in ((start, end, "backward"), (end, start, "forward")):
            if way != barred and weight < graph.get_edge_data(tail, head, {"weight": np.inf})["weight"]:
                graph.add_edge(tail, head, weight=weight)
    prepared = time.perf_counter() - began
    nodes = [roads["from_node"].iat[row] for row in _rows(roads)]
    count = SITES if len(roads) < 50_000 else SEARCHED
    began = time.perf_counter()
    found = [nx.single_source_dijkstra_path_length(graph, node) for node in nodes[:count]]
    searched = (time.perf_counter() - began) * SITES / count
    expected = np.array([[row[node] for node in nodes] for row in found])
    if not np.allclose(expected, np.load(folder / f"{case}.npy")[:count], atol=0.01):
        raise SystemExit(f"{case}: networkx finds other times")
    return {"prepare_s": prepared, "matrix_s": searched, "memory_mib": peak_mib()}


def stored(case: str, folder: Path) -> gpd.GeoDataFrame:
    """The roads as the store gives them."""
    from gis.store import open_store

    return open_store(str(folder / f"{case}.gpkg")).read("road")


def _rows(roads: gpd.GeoDataFrame) -> list[int]:
    return np.random.default_rng(2).integers(0, len(roads), SITES).tolist()


def _at_nodes(roads: gpd.GeoDataFrame) -> list[Any]:
    from gis.tours.travel import Snapped

    return [Snapped(0.0, 0.0, 0.0, roads["road_no"].iat[row], 0.0) for row in _rows(roads)]


def _points(roads: gpd.GeoDataFrame, seed: int = 1) -> np.ndarray:
    west, south, east, north = roads.total_bounds
    return np.random.default_rng(seed).uniform((west, south), (east, north), (SITES, 2))


def peak_mib() -> float:
    """The most memory that this process has had, the roads read in it, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(act: Callable[[str, Path], Times], case: str, folder: Path) -> Times:
    """``act`` in a process of its own."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=_run, args=(act, case, folder, results))
    process.start()
    answer: Times | str = results.get(timeout=1800)
    process.join()
    if isinstance(answer, str):
        raise SystemExit(answer)
    return answer


def _run(act: Callable[[str, Path], Times], case: str, folder: Path, results: Any) -> None:
    try:
        results.put(act(case, folder))
    except BaseException as error:
        results.put(f"{act.__name__} {case}: {error!r}")
        raise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cases", default="liechtenstein,andorra,generated", help="of: liechtenstein, andorra, generated"
    )
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    told: list[Mapping[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        for case in said.cases.split(","):
            folder = Path(name)
            row = {"case": case, **measured(imported, case, folder)}
            row |= measured(ours, case, folder)
            row |= {f"networkx_{key}": value for key, value in measured(networkx, case, folder).items()}
            row["goal_s"] = GOALS["large" if row["roads"] > 50_000 else "county"]
            row["is_met"] = row["matrix_s"] < row["goal_s"]
            told.append(row)
            if not said.json:
                print(_line(row), flush=True)
    if said.json:
        print(json.dumps(told, indent=2))


def _line(row: Mapping[str, Any]) -> str:
    return (
        f"{row['case']:14} {row['roads']:>8,.0f} roads  import {row['import_s']:6.2f} s  read {row['read_s']:5.2f} s\n"
        f"  ours      prepare {row['prepare_s']:6.2f} s  snap {row['snap_s']:5.3f} s  matrix {row['matrix_s']:6.3f} s "
        f"({row['matrix_cpu_s']:.3f} s of a processor)  "
        f"59 shapes {row['shapes_s']:5.3f} s  one site more {row['one_more_s']:5.3f} s  {row['memory_mib']:6.0f} MiB\n"
        f"  networkx  prepare {row['networkx_prepare_s']:6.2f} s  matrix {row['networkx_matrix_s']:7.2f} s  "
        f"{row['networkx_memory_mib']:6.0f} MiB\n"
        f"  goal      matrix under {row['goal_s']} s: {'met' if row['is_met'] else 'missed'}"
    )


if __name__ == "__main__":
    main()
