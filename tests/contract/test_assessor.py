"""An assessment that follows the changes is the one that looks at everything, on every store."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.model import HoldReason, Stage
from gis.store.port import Store
from gis.workflows.assess_store import Assessor, assess_store
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, hold, parcels, projects, stages
from tests.gis.analysis.land_samples import assert_same

ON = date(2026, 6, 30)
STEPS = 12
STAGES = [stage.value for stage in Stage][1:]


def sites(random: np.random.Generator, codes: list[str]) -> gpd.GeoDataFrame:
    """Projects somewhere on the ten parcels: an area, a road or a point."""
    shapes = []
    for _ in codes:
        x, y = EAST + random.uniform(0, 900), NORTH + random.uniform(-50, 100)
        kinds = (
            shapely.box(x, y, x + 150, y + 60),
            shapely.LineString([(x, y), (x + 300, y + 20)]),
            shapely.Point(x, y),
        )
        shapes.append(kinds[random.integers(3)])
    frame = projects(codes, category="industry", planned_start_on=pd.Timestamp("2026-09-01"))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def change(random: np.random.Generator, store: Store) -> None:
    """One of the things that people do: a step, a hold, a parcel redrawn or added, a project moved, a plan."""
    number = f"P{random.integers(10)}"
    day = f"2026-0{random.integers(1, 7)}-1{random.integers(10)}"
    with store.writing(OFFICER) as writer:
        match random.integers(6):
            case 0 | 1:
                writer.append("parcel_event", stages(number, (str(random.choice(STAGES)), day)))
            case 2:
                writer.append("parcel_event", hold(number, day, HoldReason.DISPUTE.value))
            case 3:
                moved = parcels(1, first=int(random.integers(12)))
                writer.put("parcel", moved.set_geometry(moved.translate(random.uniform(-60, 60), 0)))
            case 4:
                writer.put("project", sites(random, [f"X{random.integers(4)}"]))
            case _:
                plan = {"project_code": ["X0"], "year": [2026], "plan_wan": [float(random.integers(1, 9))]}
                writer.append("project_plan", pd.DataFrame(plan))


def test_following_the_changes_gives_what_assessing_everything_gives(store: Store) -> None:
    random = np.random.default_rng(7)
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(10))
        writer.put("project", sites(random, ["X0", "X1", "X2"]))
    assessor = Assessor(store)
    assessor.at(ON)
    for _ in range(STEPS):
        change(random, store)
        assert_same(assessor.at(ON).assessment, assess_store(store, OFFICER, ON))
