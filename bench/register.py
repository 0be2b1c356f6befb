"""
The register of a county in PostGIS: ours, against the same answers in plain SQL.

    python -m bench.register [--parcels 10000 100000 1000000]

``build``: read from the database into memory, by a process of its own, with what it takes there. Then, of a register
that is there: the first page, filters (two stages and two towns; words; overdue), a page sorted by area, sums of all
and of a filter, choices with their counts; and the next page after somebody recorded an event. ``SQL``: count, sums
and the first page of the same filter by plain statements on the same database over one connection, without the
clock's columns, which SQL cannot tell. Medians of several runs; nothing of ours is answered from a kept answer.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd
import psycopg2

from bench.county import CRS, ON, county
from bench.postgis import SIZES, machine, measured, server
from gis.model import LOCAL_ACTOR, RegisterFilter, Stage
from gis.store import create_store, open_store
from gis.store.columns import STAGE_COLUMNS
from gis.store.port import Store
from gis.workflows.list_register import Page, Registers, facet_register, list_register, sum_register
from gis.workflows.register_index import RegisterIndex

RUNS = 7
PROJECTS = 100
TOWNS = tuple(f"1407810{n:02d}" for n in range(14))
NARROW = RegisterFilter(stage=(Stage.APPROVED, Stage.SUBMITTED), town=TOWNS[:2])
WHERE = f"stage IN ('approved', 'submitted') AND town IN ('{TOWNS[0]}', '{TOWNS[1]}')"
SUMS = "count(*), sum(area_planar_m2), sum(area_ellipsoid_m2), sum(households), sum(compensation_due_wan)"


def fill(dsn: str, parcels: int) -> None:
    """The generated county, its parcels with the attributes that a bureau's have."""
    inputs, random = county(parcels, PROJECTS), np.random.default_rng(3)
    frame = inputs.parcels.drop(columns=list(STAGE_COLUMNS["parcel"]))
    size = len(frame)
    frame = frame.assign(
        name=[f"示例地块{n % 997}号" for n in range(size)],
        town=random.choice(TOWNS, size),
        village=[f"示例{n % 300}村" for n in range(size)],
        unit=[f"示例{n % 14}镇人民政府" for n in range(size)],
        person=[f"经办{n % 400}" for n in range(size)],
        land_class_scheme="用地用海",
        land_class_edition="2023",
        land_class_code=random.choice(["0101", "0102", "0201", "0301", "0601"], size),
        households=pd.array(random.integers(0, 9, size), dtype="Int64"),
        buildings=pd.array(random.integers(0, 4, size), dtype="Int64"),
        compensation_due_wan=np.round(random.uniform(1, 90, size), 2),
        planned_cleared_on=pd.Timestamp("2026-12-31").as_unit("s"),
    )
    new = create_store(dsn, name="bench", crs=CRS, actor=LOCAL_ACTOR, data_on=ON)
    with closing(new) as store, store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", frame)
        writer.append("parcel_event", inputs.events)
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("VACUUM ANALYZE")


def build(dsn: str) -> tuple[int, int]:
    """Rows and bytes of a register that is read whole."""
    with closing(open_store(dsn)) as store:
        register = RegisterIndex(store).at(ON, wait=True).register
        return len(register), register.nbytes


def nobody(_: Any) -> Any:
    """No filter here names a project."""
    raise AssertionError


def questions(store: Store) -> Iterator[tuple[str, Callable[[Registers], object]]]:
    """What is asked, by name."""
    everything = RegisterFilter()

    def page(wanted: RegisterFilter, **how: Any) -> Callable[[Registers], object]:
        return lambda registers: list_register(registers, nobody, ON, wanted, Page(**how))

    yield "first page", page(everything, versions=True)
    yield "filter: stages, towns", page(NARROW, versions=True)
    yield "filter: words", page(RegisterFilter(words="地块12号"))
    yield "filter: overdue", page(RegisterFilter(overdue=True))
    yield "sorted by area", page(everything, sort="-area_planar_m2")
    yield "sorted by name", page(everything, sort="name")
    yield "sums of all", lambda registers: sum_register(registers, nobody, ON, everything)
    yield "sums of a filter", lambda registers: sum_register(registers, nobody, ON, NARROW)
    yield "choices", lambda registers: facet_register(registers, nobody, ON, NARROW)


def ours(dsn: str) -> dict[str, float]:
    """Seconds of each question, of a register that is there."""
    with closing(open_store(dsn)) as store:
        registers = Registers(store)
        registers.index.at(ON, wait=True)
        found = {name: _median(lambda ask=ask: ask(_fresh(registers))) for name, ask in questions(store)}
        found["page after an event"] = _after_event(store, registers)
        return found


def _fresh(registers: Registers) -> Registers:
    """The same index, and nothing kept of earlier answers."""
    anew = Registers(registers.store)
    anew.index = registers.index
    return anew


def _after_event(store: Store, registers: Registers) -> float:
    number = str(registers.index.at(ON).register.numbers[0])
    row = {"parcel_no": number, "kind": "stage", "stage": "pre_notice", "on_date": pd.Timestamp("2026-06-01")}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", pd.DataFrame([row]))
    return _seconds(lambda: list_register(registers, nobody, ON, RegisterFilter(), Page()))


def peer(dsn: str) -> dict[str, float]:
    """Seconds of the same by SQL."""
    rows = "SELECT * FROM guatu.parcel {where} ORDER BY {by} LIMIT 100"
    statements = {
        "first page": [rows.format(where="", by="parcel_no"), "SELECT count(*) FROM guatu.parcel"],
        "filter: stages, towns": [
            rows.format(where=f"WHERE {WHERE}", by="parcel_no"),
            f"SELECT count(*) FROM guatu.parcel WHERE {WHERE}",
        ],
        "filter: words": [rows.format(where="WHERE name LIKE '%地块12号%'", by="parcel_no")],
        "sorted by area": [rows.format(where="", by="area_planar_m2 DESC")],
        "sorted by name": [rows.format(where="", by="name, parcel_no")],
        "sums of all": [f"SELECT {SUMS} FROM guatu.parcel"],
        "sums of a filter": [f"SELECT {SUMS} FROM guatu.parcel WHERE {WHERE}"],
    }
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:

        def answers(texts: list[str]) -> None:
            for text in texts:
                cursor.execute(text)
                cursor.fetchall()

        return {name: _median(lambda texts=texts: answers(texts)) for name, texts in statements.items()}


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _median(act: Callable[[], object]) -> float:
    return statistics.median(_seconds(act) for _ in range(RUNS))


def report(dsn: str, parcels: int) -> None:
    """One size's part of the table."""
    filling = _seconds(lambda: fill(dsn, parcels))
    built = measured(build, dsn)
    rows, size = built.found
    told = f"filled {filling:.0f} s · build {built.seconds:.1f} s, peak {built.peak_mib:.0f} MiB"
    print(f"\n{rows:,} parcels · {told} · register {size / 2**20:.1f} MiB, {size / rows:.0f} B a row", flush=True)
    here, there = measured(ours, dsn).found, peer(dsn)
    print(f"{'':26}{'ours ms':>10}{'SQL ms':>10}")
    for name, seconds in here.items():
        other = f"{there[name] * 1000:10.0f}" if name in there else f"{'–':>10}"
        print(f"{name:26}{seconds * 1000:10.0f}{other}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, nargs="+", default=[*SIZES])
    sizes = parser.parse_args().parcels
    with server() as databases:
        for place, parcels in enumerate(sizes):
            dsn = databases.fresh()
            if place == 0:
                print(machine(dsn))
            report(dsn, parcels)


if __name__ == "__main__":
    main()
