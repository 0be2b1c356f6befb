"""Survey TXT of 10,000 parcels written and read, against pyogrio writing and reading the same as GeoPackage."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

SIZES = ((10_000, 20), (10_000, 100), (1, 1_000_000))
LIMIT_S = 2.0


def parcels(count: int, corners: int) -> gpd.GeoDataFrame:
    """So many parcels of so many corners on a grid, the same each time."""
    rng = np.random.default_rng(1)
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    # Corners lie some metres apart, however many there are.
    radius = max(40.0, corners / 6) + 10 * rng.random((count, corners)) * (corners <= 100)
    middles = np.stack([500_000 + np.arange(count) % 100 * 120.0, 4_100_000 + np.arange(count) // 100 * 120.0], axis=1)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    shapes = shapely.polygons((middles[:, None] + radius[..., None] * around).round(3))
    columns = {"parcel_no": [f"140781-{n:05d}" for n in range(count)], "land_class_code": ["0103"] * count}
    return gpd.GeoDataFrame({**columns, "name": ["示例地块"] * count}, geometry=shapes, crs="EPSG:4526")


def best_of(times: int, act: Callable[[], object]) -> tuple[float, float]:
    """The least seconds by the clock, and of the processor, of several runs."""
    found = []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        act()
        found.append((time.perf_counter() - clock, time.process_time() - processor))
    return min(clock for clock, _ in found), min(processor for _, processor in found)


def measure(land: gpd.GeoDataFrame, folder: Path) -> dict[str, tuple[float, float]]:
    """What each way takes; the file that was read must hold what was written."""
    from gis.ingest.survey_txt import read_survey_txt
    from gis.ingest.table import SourceFile
    from gis.reports.survey_txt import SurveyHeader, write_survey_txt

    header = SurveyHeader(38, "示例局", date(2026, 1, 1))
    data = write_survey_txt(land, header).data
    source = SourceFile("a.txt", len(data), "0" * 64)
    read = read_survey_txt(data, source)
    if len(read.frame) != len(land) or read.refused:
        raise SystemExit("what was written is not what was read")
    peer = folder / "a.gpkg"
    return {
        "write": best_of(3, lambda: write_survey_txt(land, header)),
        "read": best_of(3, lambda: read_survey_txt(data, source)),
        "write gpkg": best_of(3, lambda: pyogrio.write_dataframe(land, peer, layer="a", use_arrow=True)),
        "read gpkg": best_of(3, lambda: pyogrio.read_dataframe(peer, use_arrow=True)),
        "MB": (len(data) / 1e6, 0.0),
    }


def main() -> None:
    """Print the table; end with a message where the first size takes longer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 parcels of 20 corners only")
    sizes = SIZES[:1] if parser.parse_args().quick else SIZES
    names = ("write", "read", "write gpkg", "read gpkg")
    print(f"{'parcels':>8} {'corners':>9} {'MB':>7}" + "".join(f"{f'{name} s (cpu)':>22}" for name in names))
    slow = False
    for place, (count, corners) in enumerate(sizes):
        with tempfile.TemporaryDirectory() as name:
            found = measure(parcels(count, corners), Path(name))
        told = "".join(f"{f'{found[each][0]:.2f} ({found[each][1]:.2f})':>22}" for each in names)
        print(f"{count:>8,} {corners:>9,} {found['MB'][0]:>7.1f}{told}", flush=True)
        slow = slow or (place == 0 and max(found["write"][0], found["read"][0]) > LIMIT_S)
    if slow:
        raise SystemExit(f"10,000 parcels of 20 corners took more than {LIMIT_S} s")


if __name__ == "__main__":
    main()
