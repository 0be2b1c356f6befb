"""kill -9 at any moment loses nothing acknowledged, shows nothing half written and leaves a sound file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from gis.store import create_store, open_store
from tests.contract.store_samples import CRS, OFFICER
from tests.faults.writing_process import ROWS

KILLS = 25
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def where(tmp_path: Path) -> str:
    place = str(tmp_path / "county.gpkg")
    create_store(place, name="示范县", crs=CRS, actor=OFFICER).close()
    return place


@pytest.fixture
def writer(where: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.faults.writing_process", where]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        yield process
        process.kill()


def acknowledged_until_killed(writer: subprocess.Popen[str], commits: int, seconds: float) -> list[int]:
    """
    Let one child write until it has said so many commits (0: while it is still opening the store), and so many
    seconds more; kill it, and give the numbers that it said were stored.
    """
    lines, orders = _pipes(writer)
    orders.write("go\n")
    orders.flush()
    pid, done = 0, []
    while pid == 0 or len(done) < commits:  # a quick child may speak before its parent names it
        word, number = lines.readline().split()
        if word == "pid":
            pid = int(number)
        else:
            done.append(int(number))
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    for line in iter(lines.readline, "dead\n"):
        done.append(int(line.split()[1]))
    return done


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdout is not None
    assert process.stdin is not None
    return process.stdout, process.stdin


def stored_whole(where: str) -> set[int]:
    """The numbers of the transactions that the store holds; each must be there with all its rows."""
    store = open_store(where)
    parcels = store.read("parcel")
    sizes = parcels.groupby("households").size()
    assert set(sizes) <= {ROWS}
    assert set(parcels["stage"]) <= {"cleared"}
    assert store.count("parcel_event") == len(parcels)
    numbers = {int(number) for number in sizes.index}
    last = max(numbers, default=None)
    assert list(store.read("project")["name"]) == ([] if last is None else [f"第{last}次"])
    assert len(store.history("project", "X1")) == max(len(numbers) - 1, 0)
    assert [finding.words.en for finding in store.check_integrity()] == []
    store.close()
    return numbers


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_was_acknowledged(where: str, writer: subprocess.Popen[str]) -> None:
    moments = random.Random(20260301)
    acknowledged: set[int] = set()
    for kill in range(KILLS):
        done = acknowledged_until_killed(writer, kill % 4, moments.uniform(0.0, 0.05))
        acknowledged |= set(done)
        numbers = stored_whole(where)
        assert acknowledged <= numbers
        assert len(numbers - acknowledged) <= KILLS  # at most one a kill was stored and not said
        assert numbers == set(range(len(numbers)))
    assert len(acknowledged) >= sum(kill % 4 for kill in range(KILLS))
