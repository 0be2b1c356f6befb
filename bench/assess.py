"""
Assessment of generated counties, against what one would write with geopandas.

Each case runs in a process of its own; its peak memory includes the county itself. ``land`` is the cutting of
footprints by parcels alone, what ``overlay`` and ``sjoin`` do (without the counting-once, slivers and uncovered land).
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from typing import NamedTuple

import geopandas as gpd
import shapely

from bench.county import county
from gis.analysis.assessment import Inputs, assess
from gis.analysis.footprints import project_footprints
from gis.analysis.readiness import Slivers, cut_land

PARCELS = (10_000, 100_000, 1_000_000)
PROJECTS = (50, 500, 5_000)


class Measured(NamedTuple):
    """Seconds, peak memory (MiB), and the common land of all pairs (m²; none for ``whole``)."""

    seconds: float
    peak_mib: float
    common_m2: float


def whole(inputs: Inputs) -> float:
    """The whole assessment."""
    assess(inputs)
    return math.nan


def land(inputs: Inputs) -> float:
    """Footprints cut by parcels."""
    parts = cut_land(project_footprints(inputs.projects, inputs.rules), inputs.parcels, Slivers()).parts
    return float(parts.loc[parts["parcel"] >= 0, "whole_m2"].sum())


def overlay(inputs: Inputs) -> float:
    """geopandas' overlay."""
    footprints = project_footprints(inputs.projects, inputs.rules)
    cut = gpd.overlay(footprints, inputs.parcels[["parcel_no", "stage", "geometry"]], how="intersection")
    return float(cut.area.sum())


def sjoin(inputs: Inputs) -> float:
    """A spatial join, then the intersection of each pair."""
    footprints = project_footprints(inputs.projects, inputs.rules)
    pairs = gpd.sjoin(footprints, inputs.parcels[["parcel_no", "stage", "geometry"]], predicate="intersects")
    others = inputs.parcels.geometry.to_numpy()[pairs["index_right"].to_numpy()]
    return float(shapely.area(shapely.intersection(pairs.geometry.to_numpy(), others)).sum())


ACTS: tuple[Callable[[Inputs], float], ...] = (whole, land, overlay, sjoin)


def _run(act: Callable[[Inputs], float], parcels: int, projects: int, results: object) -> None:
    inputs = county(parcels, projects)
    start = time.perf_counter()
    common = act(inputs)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put(Measured(seconds, peak, common))  # type: ignore[attr-defined]


def measured(act: Callable[[Inputs], float], parcels: int, projects: int) -> Measured:
    """What ``act`` takes in a fresh process."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=_run, args=(act, parcels, projects, results))
    process.start()
    answer: Measured = results.get(timeout=3600)
    process.join()
    return answer


def row(parcels: int, projects: int) -> dict[str, Measured]:
    """All acts on one county; they must find the same common land."""
    found = {act.__name__: measured(act, parcels, projects) for act in ACTS}
    for other in ("overlay", "sjoin"):
        ours, theirs = found["land"].common_m2, found[other].common_m2
        if abs(ours - theirs) > 1e-6 * theirs:
            raise SystemExit(f"{other} finds {theirs} m² of common land, we find {ours}")
    return found


def growth(parcels: tuple[int, ...], seconds: list[float]) -> float:
    """The exponent p of seconds ~ parcels^p, from the smallest to the largest county."""
    return math.log(seconds[-1] / seconds[0]) / math.log(parcels[-1] / parcels[0])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the smaller counties only")
    quick = parser.parse_args().quick
    parcels, projects = (PARCELS[:2], PROJECTS[:2]) if quick else (PARCELS, PROJECTS)
    print(f"Assessment, {os.cpu_count()} cores. Seconds; peak memory in MiB with the county in it.")
    print(f"{'parcels':>9}{'projects':>9}{'assess':>9}{'peak':>7}{'land':>8}{'overlay':>9}{'sjoin':>8}{'ratios':>15}")
    taken: dict[int, list[float]] = {count: [] for count in projects}
    for size in parcels:
        for count in projects:
            found = row(size, count)
            taken[count].append(found["whole"].seconds)
            print(_line(size, count, found), flush=True)
    for count, seconds in taken.items():
        print(f"{count} projects: seconds grow as parcels^{growth(parcels, seconds):.2f}")


def _line(parcels: int, projects: int, found: dict[str, Measured]) -> str:
    ours = found["land"].seconds
    seconds = {name: result.seconds for name, result in found.items()}
    ratios = f"{seconds['overlay'] / ours:.1f}× {seconds['sjoin'] / ours:.1f}×"
    return (
        f"{parcels:>9,}{projects:>9,}{seconds['whole']:>9.2f}{found['whole'].peak_mib:>7.0f}"
        f"{ours:>8.2f}{seconds['overlay']:>9.2f}{seconds['sjoin']:>8.2f}{ratios:>15}"
    )


if __name__ == "__main__":
    main()
