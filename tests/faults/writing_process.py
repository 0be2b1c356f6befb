"""
A process that is made to be killed: it writes numbered transactions and says when each is acknowledged.

``python -m tests.faults.writing_process STORE`` loads the libraries once. For each line it reads it forks a
child, says ``pid N``, lets the child write until it dies, and says ``dead``. A child says ``done N``.
"""

from __future__ import annotations

import os
import sys
from itertools import count

import pandas as pd

from gis.store import open_store
from tests.contract.store_samples import OFFICER, parcels, stages

ROWS = 3


def say(text: str) -> None:
    """Unbuffered: what was said was said before the kill."""
    os.write(1, f"{text}\n".encode())


def write_for_ever(where: str) -> None:
    """Transaction n: three parcels with n households, each with an event; and one row that every one replaces."""
    store = open_store(where)
    for number in count(store.count("parcel") // ROWS):
        new = parcels(ROWS, first=1 + number * ROWS, households=number)
        event = pd.concat([stages(key, ("cleared", "2026-03-01")) for key in new["parcel_no"]])
        with store.writing(OFFICER) as writer:
            writer.put("parcel", new)
            writer.append("parcel_event", event)
            writer.put("project", pd.DataFrame({"code": ["X1"], "name": [f"第{number}次"]}))
        say(f"done {number}")


def main() -> None:
    where = sys.argv[1]
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            write_for_ever(where)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main()
