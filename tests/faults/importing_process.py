"""
A process that is made to be killed: it imports files of parcels and says when each import is acknowledged.

``python -m tests.faults.importing_process STORE`` loads the libraries once. For each line, the path of a file, it
forks a child, says ``pid N``, lets the child import until it dies or ends, and says ``dead``. A child says ``share
N`` (percent) as the import goes on, and ``done N``, the rows stored.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import pyogrio

from gis.store import open_store
from gis.workflows.import_file import ImportOptions, import_file
from tests.contract.store_samples import CRS, OFFICER, parcels, square

ROWS = 1000
OPTIONS = ImportOptions(on=date(2026, 7, 31), progress=lambda _, share: say(f"share {round(100 * share)}"))


def say(text: str) -> None:
    """Unbuffered: what was said was said before the kill."""
    os.write(1, f"{text}\n".encode())


def parcel_file(folder: Path, number: int) -> Path:
    """The file of this number: its own parcels, each with ``number`` households and a stage that becomes an event."""
    path = folder / f"parcels_{number}.gpkg"
    frame = parcels(ROWS, first=number * ROWS, households=number, stage="净地", stage_on="2026-03-01")
    places = range(number * ROWS, (number + 1) * ROWS)
    frame = frame.set_geometry([square(n % 100, n // 100) for n in places], crs=CRS)
    pyogrio.write_dataframe(frame, path)
    return path


def import_one(where: str, path: str) -> None:
    """Import, say so, end."""
    store = open_store(where)
    report = import_file(store, OFFICER, "parcels", Path(path), OPTIONS)
    say(f"done {report.stored}")
    store.close()


def main() -> None:
    where = sys.argv[1]
    for path in sys.stdin:
        child = os.fork()
        if child == 0:
            import_one(where, path.strip())
            os._exit(0)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main()
