"""
Import of generated parcels with their stages from a GeoPackage into PostGIS, against ``ogr2ogr``.

    python -m bench.import_postgis [--parcels 10000 100000 | --large]

Ours: every check, every row's outcome in a report, an event for each stage, far tiles kept current. ``ogr2ogr``:
the rows by COPY into a table of its own, with a spatial index: no checks, no history. Same database, in turn.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.assess import growth
from bench.county import CRS
from bench.import_parcels import write_source
from bench.postgis import SIZES, Measured, machine, measured, query, server
from tests.postgis_databases import Databases


def ours(source: Path, dsn: str) -> int:
    """With every check, and the report; gives the rows stored."""
    from gis.model import LOCAL_ACTOR
    from gis.store import open_store
    from gis.workflows.import_file import ImportOptions, import_file

    with closing(open_store(dsn)) as store:
        report = import_file(store, LOCAL_ACTOR, "parcels", source, ImportOptions())
    if report.stored != report.read - report.refused_rows:
        raise SystemExit(f"stored {report.stored} of {report.read}")
    return report.stored


def ogr2ogr(source: Path, dsn: str) -> int:
    """A plain copy with a spatial index; gives the rows copied."""
    program = shutil.which("ogr2ogr") or "ogr2ogr"
    options = ["-f", "PostgreSQL", "-nln", "copied", "-lco", "SPATIAL_INDEX=GIST", "--config", "PG_USE_COPY", "YES"]
    subprocess.run([program, *options, dsn, str(source)], check=True)
    return int(query(dsn, "SELECT count(*) FROM copied")[0][0])


def both(databases: Databases, size: int, folder: Path) -> tuple[int, Measured, Measured]:
    """Rows, ours, ``ogr2ogr``: of one file into one new database."""
    from gis.model import LOCAL_ACTOR
    from gis.workflows.init_store import init_store

    source, dsn = folder / "source.gpkg", databases.fresh()
    rows = write_source(source, size)
    with init_store(dsn, name="bench", crs=CRS, actor=LOCAL_ACTOR):
        pass
    peer = measured(ogr2ogr, source, dsn)
    mine = measured(ours, source, dsn)
    databases.drop(dsn)
    if not mine.found == peer.found == rows:
        raise SystemExit(f"of {rows} rows we stored {mine.found}, ogr2ogr {peer.found}")
    return rows, mine, peer


def line(rows: int, mine: Measured, peer: Measured) -> str:
    """One line of the table."""
    ratio, by_cpu = mine.seconds / peer.seconds, mine.cpu_seconds / peer.cpu_seconds
    return (
        f"{rows:>9,} {mine.seconds:>8.1f} {rows / mine.seconds:>9,.0f} {mine.peak_mib:>9.0f}"
        f" {peer.seconds:>10.1f} {peer.peak_mib:>12.0f} {ratio:>13.1f} {by_cpu:>8.1f}"
    )


def sizes_of(options: Any) -> list[int]:
    """As asked for; with ``--large`` a million besides."""
    return [*options.parcels, *([1_000_000] if options.large else [])]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--large", action="store_true", help="1,000,000 parcels besides")
    sizes = sizes_of(parser.parse_args())
    taken: list[float] = []
    with server() as databases:
        print(machine(databases.fresh()))
        heads = f"{'parcels':>9} {'ours s':>8} {'rows/s':>9} {'ours MiB':>9} {'ogr2ogr s':>10} {'ogr2ogr MiB':>12}"
        print(f"{heads} {'ours/ogr2ogr':>13} {'by CPU':>8}")
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                rows, mine, peer = both(databases, size, Path(folder))
            taken.append(mine.seconds)
            print(line(rows, mine, peer), flush=True)
    if len(sizes) > 1:
        print(f"our seconds grow as parcels^{growth(tuple(sizes), taken):.2f}")


if __name__ == "__main__":
    main()
