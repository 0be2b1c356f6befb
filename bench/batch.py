"""
A batch of 500 parcels looked at whole, in a county of many: areas, who approves, overlaps, zones, gaps, quota.

    python -m bench.batch [--parcels 100000] [--members 500] [--postgis]

The batch lies in one corner of the county, where its farmland is. ``assembled`` is what the page asks for, reading
included; ``package`` the zip with boundary points, Shapefile, ledger, map and checklist. Each is the median of some
runs after a first one that is not counted: seconds by the clock, and of the processor.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.county import ON
from bench.postgis import fill, machine, server
from gis.model import LOCAL_ACTOR, Query
from gis.store import open_store
from gis.store.port import Store
from gis.workflows.assemble_store_batch import assemble
from gis.workflows.export_batch import PackageChoices, package_batch
from gis.workflows.list_batches import list_batches
from gis.workflows.new_batch import NewBatch, new_batch
from gis.workflows.set_land_quota import GivenQuota, set_land_quota
from gis.workflows.show_batch import show_batch

NAME = "2026年度第1批次"
TIMES = 5
PROJECTS = 500
LIMIT_SECONDS = 2.0


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--postgis", action="store_true", help="on PostGIS in place of a GeoPackage")
    asked = parser.parse_args()
    if asked.postgis:
        with server() as databases:
            dsn = databases.fresh()
            print(machine(dsn))
            _measure(dsn, asked.parcels, asked.members)
        return
    with tempfile.TemporaryDirectory() as folder:
        _measure(str(Path(folder) / "bench.gpkg"), asked.parcels, asked.members)


def _measure(place: str, parcels: int, members: int) -> None:
    _fill(place, parcels)
    with closing(open_store(place)) as store:
        print(f"{store.count('parcel'):,} parcels, a batch of {members}")
        numbers = _side_by_side(store, members)
        set_land_quota(store, LOCAL_ACTOR, GivenQuota(ON.year, 1e7))
        made = _seconds(lambda: new_batch(store, LOCAL_ACTOR, NewBatch(NAME), numbers), 1)
        rows = {
            "made (written)": made,
            "assembled": _seconds(lambda: assemble(store, NAME, ON)),
            "shown (JSON)": _seconds(lambda: show_batch(store, NAME, ON)),
            "all batches listed": _seconds(lambda: list_batches(store, ON)),
            "package": _seconds(lambda: package_batch(store, NAME, PackageChoices())),
        }
        report = assemble(store, NAME, ON).report
    print(f"{len(report.gaps)} gaps, {len(report.overlaps)} overlaps, {len(report.zones.parts)} parts in zones")
    print(f"{'':20} {'clock':>9} {'CPU':>9}")
    for what, (clock, cpu) in rows.items():
        print(f"{what:20} {clock:7.2f} s {cpu:7.2f} s")
    if rows["assembled"][0] > LIMIT_SECONDS:
        raise SystemExit(f"assembling took more than {LIMIT_SECONDS} s")


def _fill(place: str, parcels: int) -> None:
    if place.startswith("postgresql"):
        fill(place, parcels, PROJECTS)
        return
    from bench.county import CRS, county
    from gis.store import create_store
    from gis.store.columns import STAGE_COLUMNS

    inputs = county(parcels, PROJECTS)
    with (
        closing(create_store(place, name="bench", crs=CRS, actor=LOCAL_ACTOR, data_on=ON)) as store,
        store.writing(LOCAL_ACTOR) as writer,
    ):
        derived = STAGE_COLUMNS["parcel"]
        writer.put("zone", inputs.zones)
        writer.put("parcel", inputs.parcels.drop(columns=list(derived)))
        if inputs.events is not None:
            writer.append("parcel_event", inputs.events)


def _side_by_side(store: Store, members: int) -> list[str]:
    """The parcels nearest to the county's south-western corner."""
    rows = store.read("parcel", Query(columns=("parcel_no", "geometry")))
    middle = rows.geometry.bounds
    near = (middle["minx"] - middle["minx"].min()) + (middle["miny"] - middle["miny"].min())
    return [str(number) for number in rows["parcel_no"].to_numpy()[near.to_numpy().argsort()[:members]]]


def _seconds(act: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """By the clock, and of this process's own processor time."""
    clock, cpu = [], []
    for _ in range(times + (times > 1)):
        start, own = time.perf_counter(), time.process_time()
        act()
        clock.append(time.perf_counter() - start)
        cpu.append(time.process_time() - own)
    return statistics.median(clock[times > 1 :]), statistics.median(cpu[times > 1 :])


if __name__ == "__main__":
    main()
