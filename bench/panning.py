"""
Twenty people on the map of a prefecture: tiles while they pan at z14, first view, memory of the web processes.

    python -m bench.panning [--parcels 1000000] [--projects 5000] [--users 20]

A person starts somewhere in the county with a screen of 4 × 3 tiles and then moves by one tile every two seconds, one
way or another, for half a minute; the new tiles are asked for one after another over a kept connection. First with
nobody writing, then with an event of a parcel every five seconds, which makes the tiles around it old. Two web
processes.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from bench.first_view import seconds_to_view
from bench.http_load import Connection, Load, get
from bench.postgis import fill, machine, server
from bench.tiles_against_tipg import change_a_parcel, our_path, ours, peaks_mib, tiles_with_parcels
from gis.maps.tiles import Tile

ZOOM, ACROSS, DOWN = 14, 4, 3
MOVES, PAUSE_SECONDS, WRITE_SECONDS = 15, 2.0, 5.0
VIEWS = 3


def walk(start: Tile, seed: int) -> Iterator[list[Tile]]:
    """The tiles that come into view, move by move: first a screen, then a row or a column of it."""
    random = np.random.default_rng(seed)
    west, north = start.x, start.y
    yield [Tile(ZOOM, west + i, north + j) for i, j in itertools.product(range(ACROSS), range(DOWN))]
    for _ in range(MOVES):
        across, down = ((1, 0), (-1, 0), (0, 1), (0, -1))[random.integers(4)]
        west, north = west + across, north + down
        if across:
            yield [Tile(ZOOM, west + (ACROSS - 1 if across > 0 else 0), north + j) for j in range(DOWN)]
        else:
            yield [Tile(ZOOM, west + i, north + (DOWN - 1 if down > 0 else 0)) for i in range(ACROSS)]


class Waited(NamedTuple):
    """Milliseconds of each tile: of the screens that people opened, and of what came into view later."""

    opening: list[float]
    panning: list[float]


def pan(address: str, start: Tile, seed: int, waited: Waited) -> None:
    """One person."""
    connection = Connection(address)
    time.sleep(seed % 20 / 20 * PAUSE_SECONDS)  # not all at the same moment
    for move, tiles in enumerate(walk(start, seed)):
        began = time.perf_counter()
        for tile in tiles:
            asked = time.perf_counter()
            answer = connection.get(our_path(tile))
            waited[min(move, 1)].append((time.perf_counter() - asked) * 1000)
            if answer.status not in (200, 204):
                raise SystemExit(f"{our_path(tile)}: {answer.status}")
        time.sleep(max(0.0, PAUSE_SECONDS - (time.perf_counter() - began)))
    connection.close()


def crowd(address: str, starts: list[Tile], first_seed: int) -> tuple[Load, Load]:
    """All of them at once: opening, and panning."""
    waited = Waited([], [])
    people = [
        threading.Thread(target=pan, args=(address, start, first_seed + number, waited))
        for number, start in enumerate(starts)
    ]
    began = time.perf_counter()
    for person in people:
        person.start()
    for person in people:
        person.join()
    seconds = time.perf_counter() - began
    return Load(seconds, waited.opening), Load(seconds, waited.panning)


@contextmanager
def writing(dsn: str) -> Iterator[None]:
    """An event every few seconds while the block lasts."""
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(WRITE_SECONDS):
            change_a_parcel(dsn)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def _told(what: str, loads: tuple[Load, Load]) -> str:
    lines = zip((f"{what}: opening", f"{what}: panning"), loads, strict=True)
    return "\n".join(
        f"{name:<34}{len(load.each_ms):>8,}{load.rate:>9.1f}{load.median_ms:>9.1f}{load.p95_ms:>9.1f}"
        f"{max(load.each_ms):>9.1f}"
        for name, load in lines
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--projects", type=int, default=5_000)
    parser.add_argument("--users", type=int, default=20)
    options = parser.parse_args()
    with server() as databases:
        dsn = databases.fresh()
        fill(dsn, options.parcels, options.projects)
        # The second time elsewhere: nobody has kept those tiles yet.
        starts = tiles_with_parcels(ZOOM, options.parcels)[: 2 * options.users]
        began = time.perf_counter()
        with ours(dsn) as (address, process):
            started = time.perf_counter() - began
            print(f"{machine(dsn)}; {options.parcels:,} parcels, {options.projects:,} projects")
            print(f"server up, the day assessed and kept: {started:.1f} s; peak MiB {peaks_mib(process)}")
            print(f"{options.users} people at z{ZOOM:<18}{'tiles':>8}{'/s':>9}{'median':>9}{'p95 ms':>9}{'most':>9}")
            print(_told("  nobody writes", crowd(address, starts[: options.users], 0)), flush=True)
            with writing(dsn):
                print(
                    _told(f"  an event every {WRITE_SECONDS:.0f} s", crowd(address, starts[options.users :], 100)),
                    flush=True,
                )
            views = [seconds_to_view(address) for _ in range(VIEWS)]
            painted, listed, drawn = (statistics.median(view[at] for view in views) for at in range(3))
            print(f"first view: paint {painted:.2f} s, list and figures {listed:.2f} s, map drawn {drawn:.2f} s")
            get(address, "/api/totals?on=2026-05-31")
            print(f"peak MiB of the web processes, after another day was looked at: {peaks_mib(process)}")


if __name__ == "__main__":
    main()
