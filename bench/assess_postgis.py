"""
Assessment of a county in PostGIS: ours, against the join-and-cut in PostGIS SQL and in geopandas.

    python -m bench.assess_postgis [--parcels 10000 100000 1000000] [--projects 5000]

``ours``: read from the database and assessed whole (clocks, flags, money at risk, zones; land counted once). ``land``:
read, and footprints cut by parcels alone, which is what the others do. ``SQL``: areas of intersections by project and
stage; ``SQL+``: the same, without cutting parcels that lie wholly inside. ``geopandas``: read_postgis and overlay.
Then one parcel's event, with the assessment of its projects in the same transaction. Same database; each in a process
of its own.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg2

from bench.assess import growth
from bench.county import CRS, ON
from bench.postgis import SIZES, fill, machine, measured, server
from gis.analysis.footprints import project_footprints
from gis.analysis.readiness import Slivers, cut_land
from gis.crs import srid_of
from gis.model import LOCAL_ACTOR, Stage
from gis.rules import RuleBook
from gis.store import open_store
from gis.workflows.assess_store import StoreSource, assess_in_full, assess_store
from gis.workflows.keep_assessment import Assessor, keep, writing_assessed

PROJECTS = 5_000
EVENTS = 30
SAME = 1e-6  # of the area of all pairs
ByStage = dict[str, float]

# A road becomes a strip, a point a circle, as gis.analysis.footprints has them.
FOOTPRINTS = """
CREATE TEMPORARY TABLE footprint AS
SELECT code, CASE ST_Dimension(geometry)
  WHEN 2 THEN geometry
  WHEN 1 THEN ST_Buffer(geometry, row_width_m / 2, 'endcap=flat join=mitre')
  ELSE ST_Buffer(geometry, %(radius)s) END AS geometry
FROM guatu.project;
CREATE INDEX ON footprint USING gist (geometry);
ANALYZE footprint;
"""
CUT = """
SELECT code, stage, sum({area}) AS area_m2
FROM footprint JOIN guatu.parcel ON ST_Intersects(footprint.geometry, parcel.geometry)
GROUP BY code, stage
"""
PLAIN = "ST_Area(ST_Intersection(footprint.geometry, parcel.geometry))"
INSIDE_AS_IT_IS = f"""
CASE WHEN ST_CoveredBy(parcel.geometry, footprint.geometry) THEN ST_Area(parcel.geometry) ELSE {PLAIN} END
"""


def ours(dsn: str) -> ByStage:
    """The whole assessment; land counted once."""
    with closing(open_store(dsn)) as store:
        parts = assess_store(store, LOCAL_ACTOR, ON).parts
    listed = parts[parts["parcel_no"].notna()]
    return _sums(listed["stage"], listed["area_m2"])


def reading(dsn: str) -> None:
    """What ``ours`` reads, alone."""
    with closing(open_store(dsn)) as store:
        StoreSource(store, ON).inputs_of(None)


def land(dsn: str) -> ByStage:
    """Footprints cut by parcels: all pairs."""
    with closing(open_store(dsn)) as store:
        inputs = StoreSource(store, ON).inputs_of(None)
    cut = cut_land(project_footprints(inputs.projects, inputs.rules), inputs.parcels, Slivers())
    parts = cut.table(whole_m2=cut.parts.whole_m2)
    listed = parts[parts["parcel_no"].notna()]
    return _sums(listed["stage"], listed["whole_m2"])


def sql(dsn: str) -> ByStage:
    """As one writes it."""
    return _by_sql(dsn, PLAIN)


def sql_inside(dsn: str) -> ByStage:
    """Without cutting what lies inside."""
    return _by_sql(dsn, INSIDE_AS_IT_IS)


def geopandas(dsn: str) -> ByStage:
    """Read and overlaid."""
    with closing(psycopg2.connect(dsn)) as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pandas only supports SQLAlchemy")
        projects = _read(connection, "SELECT code, row_width_m, geometry FROM guatu.project")
        parcels = _read(connection, "SELECT parcel_no, stage, geometry FROM guatu.parcel")
    footprints = project_footprints(projects, RuleBook.default())
    cut = gpd.overlay(footprints, parcels, how="intersection")
    return _sums(cut["stage"], cut.area)


def one_event(dsn: str) -> dict[str, list[float]]:
    """
    Milliseconds of one parcel's event: the transaction that writes it and the assessment of its projects (``event``),
    of it the write alone (``write``), and what a web process then takes to have it (``read``).
    """
    taken: dict[str, list[float]] = {"event": [], "write": [], "read": []}
    with closing(open_store(dsn)) as store:
        keep(store)
        assessor = Assessor(store)
        overview = assessor.at(ON).overview
        blocking = assess_in_full(store, overview, overview.projects.index[::20]).blocking
        chosen = blocking.drop_duplicates("parcel_no").sample(EVENTS + 1, random_state=1)
        for number, stage in zip(chosen["parcel_no"], chosen["stage"], strict=True):
            event = _next_stage(number, Stage(stage))
            start = time.perf_counter()
            with writing_assessed(store, LOCAL_ACTOR) as writer:
                writer.append("parcel_event", event)
                written = time.perf_counter()
            committed = time.perf_counter()
            assessor.at(ON)
            moments = (("event", start, committed), ("write", start, written), ("read", committed, time.perf_counter()))
            for name, began, ended in moments:
                taken[name].append((ended - began) * 1000)
    return {name: each[1:] for name, each in taken.items()}  # the first one warms up


def _next_stage(number: str, stage: Stage) -> pd.DataFrame:
    stages = list(Stage)
    following = stages[min(stages.index(stage) + 1, len(stages) - 1)]
    event = {"parcel_no": number, "kind": "stage", "stage": following.value, "on_date": pd.Timestamp(ON)}
    return pd.DataFrame([{**event, "override_reason": "measured"}]).astype({"on_date": "datetime64[s]"})


def _by_sql(dsn: str, area: str) -> ByStage:
    radius = float(RuleBook.default().value("land.point_radius_m"))
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(FOOTPRINTS, {"radius": radius})
        cursor.execute(CUT.format(area=area))
        rows = cursor.fetchall()
    return _sums(pd.Series([row[1] for row in rows]), pd.Series([row[2] for row in rows]))


def _read(connection: Any, statement: str) -> gpd.GeoDataFrame:
    return gpd.read_postgis(statement, connection, geom_col="geometry", crs=srid_of(CRS))


def _sums(stages: pd.Series[Any], areas: pd.Series[Any]) -> ByStage:
    sums = areas.groupby(stages.to_numpy()).sum()
    return {str(stage): float(sums.get(stage.value, 0.0)) for stage in Stage}


ACTS: dict[str, Callable[[str], Any]] = {
    "reading": reading,
    "ours": ours,
    "land": land,
    "SQL": sql,
    "SQL+": sql_inside,
    "geopandas": geopandas,
}
OTHERS = ("SQL", "SQL+", "geopandas")


def require_same(found: dict[str, ByStage]) -> str:
    """All cuts must find the same land of each stage; in words, how far the assessment's sums are below it."""
    pairs = found["SQL"]
    whole = sum(pairs.values())
    for name in ("land", "SQL+", "geopandas"):
        for stage, area in pairs.items():
            if abs(found[name][stage] - area) > SAME * whole:
                raise SystemExit(f"{stage}: {name} finds {found[name][stage]} m², SQL {area} m²")
    once = sum(found["ours"].values())
    worst = max(abs(found["land"][stage] - area) for stage, area in pairs.items())
    return (
        f"  land of all pairs {whole:,.1f} m², by stage the same within {worst:.1g} m²; the assessment counts "
        f"{whole - once:,.1f} m² of it ({(whole - once) / whole:.2%}) once that two parcels list"
    )


def row(dsn: str, parcels: int, projects: int) -> dict[str, float]:
    """Print one county's lines; seconds of each act."""
    acts = {name: measured(act, dsn) for name, act in ACTS.items()}
    seconds = "".join(f"{acts[name].seconds:>11.2f}" for name in ACTS)
    peaks = f"{acts['ours'].peak_mib:>8.0f}{acts['geopandas'].peak_mib:>8.0f}"
    print(f"{parcels:>9,}{projects:>9,}{seconds}{peaks}", flush=True)
    print(f"{'CPU':>18}" + "".join(f"{acts[n].cpu_seconds:>11.2f}" for n in ACTS))
    for name in ("ours", "land"):
        ratios = (f"{acts[name].seconds / acts[other].seconds:.2f} of {other}" for other in OTHERS)
        by_cpu = (f"{acts[name].cpu_seconds / acts[other].cpu_seconds:.2f}" for other in OTHERS)
        print(f"  {name} takes {', '.join(ratios)}; by CPU {', '.join(by_cpu)}")
    print(require_same({name: act.found for name, act in acts.items() if act.found is not None}), flush=True)
    taken = measured(one_event, dsn).found
    medians = {name: statistics.median(each) for name, each in taken.items()}
    late = np.percentile(taken["event"], 95)
    print(
        f"  one parcel's event, assessed and committed: {medians['event']:.1f} ms (median of {EVENTS}; p95 {late:.1f} "
        f"ms), of it the write {medians['write']:.1f} ms; read by a web process in {medians['read']:.1f} ms",
        flush=True,
    )
    return {**{name: act.seconds for name, act in acts.items()}, "event": medians["event"]}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--projects", type=int, default=PROJECTS)
    options = parser.parse_args()
    taken = []
    with server() as databases:
        for number, parcels in enumerate(options.parcels):
            dsn = databases.fresh()
            if not number:
                print(f"{machine(dsn)}. Seconds, reading included; CPU with the database's; peak MiB without it.")
                names = "".join(f"{name:>11}" for name in ACTS)
                print(f"{'parcels':>9}{'projects':>9}{names}{'ours':>8}{'geop.':>8}")
            fill(dsn, parcels, options.projects)
            taken.append(row(dsn, parcels, options.projects))
            databases.drop(dsn)
    if len(taken) > 1:
        for name in taken[0]:
            exponent = growth(tuple(options.parcels), [seconds[name] for seconds in taken])
            print(f"{name}: grows as parcels^{exponent:.2f}")


if __name__ == "__main__":
    main()
