"""Import of generated parcels into the embedded store, against ``ogr2ogr`` copying the same file unchecked."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.county import CRS, county

SIZES = (10_000, 100_000)
HEADERS = {"parcel_no": "地块编号", "stage": "征收阶段", "stage_on": "阶段日期", "owner_kind": "权属性质"}


def write_source(path: Path, parcels: int) -> int:
    """A bureau's GeoPackage with so many parcels; the number of rows written."""
    land = county(parcels, 1).parcels
    land[[*HEADERS, "geometry"]].rename(columns=HEADERS).to_file(path, engine="pyogrio", layer="地块")
    return len(land)


def ours(source: Path, folder: Path) -> None:
    """With every check, and the report."""
    from gis.model import LOCAL_ACTOR
    from gis.workflows.import_file import ImportOptions, import_file
    from gis.workflows.init_store import init_store

    with init_store(str(folder / "ours.gpkg"), name="bench", crs=CRS, actor=LOCAL_ACTOR) as store:
        report = import_file(store, LOCAL_ACTOR, "parcels", source, ImportOptions())
    assert report.stored == report.read - report.refused_rows


def ogr2ogr(source: Path, folder: Path) -> None:
    """A plain copy with a spatial index: no checks, no history."""
    subprocess.run([shutil.which("ogr2ogr") or "ogr2ogr", str(folder / "ogr.gpkg"), str(source)], check=True)


def measured(act: Callable[[Path, Path], None], source: Path, folder: Path) -> tuple[float, float]:
    """Seconds and peak memory (MiB) of ``act`` in a process of its own, its children counted in."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=_run, args=(act, source, folder, results))
    process.start()
    answer: tuple[float, float] = results.get(timeout=1800)
    process.join()
    return answer


def _run(act: Callable[[Path, Path], None], source: Path, folder: Path, results: object) -> None:
    start = time.perf_counter()
    act(source, folder)
    seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    results.put((seconds, peak / 1024))  # type: ignore[attr-defined]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 parcels only")
    sizes = SIZES[:1] if parser.parse_args().quick else SIZES
    print(f"{'parcels':>9} {'ours s':>8} {'ours MiB':>9} {'ogr2ogr s':>10} {'ogr2ogr MiB':>12} {'ours/ogr2ogr':>13}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            rows = write_source(folder / "source.gpkg", size)
            (seconds, peak), (peer, peer_peak) = (
                measured(act, folder / "source.gpkg", folder) for act in (ours, ogr2ogr)
            )
            print(f"{rows:>9,} {seconds:>8.1f} {peak:>9.0f} {peer:>10.1f} {peer_peak:>12.0f} {seconds / peer:>13.1f}")


if __name__ == "__main__":
    main()
