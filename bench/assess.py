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
    """Seconds by the clock and of all cores; peak memory (MiB); common land of all pairs (m², none for ``whole``)."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    common_m2: float


def whole(inputs: Inputs) -> float:
    """The whole assessment."""
    assess(inputs)
    return math.nan


def land(inputs: Inputs) -> float:
    """Footprints cut by parcels."""
    parts = cut_land(project_footprints(inputs.projects, inputs.rules), inputs.parcels, Slivers()).parts
    return float(parts.whole_m2[parts.parcel >= 0].sum())


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
    start, cpu = time.perf_counter(), time.process_time()
    common = act(inputs)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put(Measured(seconds, cpu, peak, common))  # type: ignore[attr-defined]


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
    print(f"{'':63}{'overlay/land, sjoin/land':>28}")
    heads = f"{'parcels':>9}{'projects':>9}{'assess':>9}{'CPU':>8}{'peak':>7}{'land':>8}{'overlay':>9}{'sjoin':>8}"
    print(f"{heads}{'by clock':>14}{'by CPU':>14}")
    taken: dict[int, list[float]] = {count: [] for count in projects}
    for size in parcels:
        for count in projects:
            found = row(size, count)
            taken[count].append(found["whole"].cpu_seconds)
            print(_line(size, count, found), flush=True)
    for count, seconds in taken.items():
        print(f"{count} projects: CPU seconds grow as parcels^{growth(parcels, seconds):.2f}")


def _line(parcels: int, projects: int, found: dict[str, Measured]) -> str:
    whole_, land_ = found["whole"], found["land"]
    others = [found["overlay"], found["sjoin"]]
    clock = " ".join(f"{other.seconds / land_.seconds:.1f}×" for other in others)
    cpu = " ".join(f"{other.cpu_seconds / land_.cpu_seconds:.1f}×" for other in others)
    return (
        f"{parcels:>9,}{projects:>9,}{whole_.seconds:>9.2f}{whole_.cpu_seconds:>8.2f}{whole_.peak_mib:>7.0f}"
        f"{land_.seconds:>8.2f}{others[0].seconds:>9.2f}{others[1].seconds:>8.2f}{clock:>14}{cpu:>14}"
    )


if __name__ == "__main__":
    main()
