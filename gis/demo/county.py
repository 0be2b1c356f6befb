"""The sample county whole: land first, then what stands on it, then what was written about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis.demo.approvals import batch_rows, paper_events, quota_rows
from gis.demo.cast import Part
from gis.demo.compensation import account_rows, building_rows, household_rows
from gis.demo.facts import COUNTY_CODE, COUNTY_NAME, WORKING_CRS, town_names
from gis.demo.frames import layer_frame
from gis.demo.land_supply import supply_rows, task_rows
from gis.demo.parcels import LandBook, towns_of, write_listing
from gis.demo.parks import ParkGround
from gis.demo.progress import Course, run_course
from gis.demo.requisition import DATA_ON
from gis.demo.roads import road_rows
from gis.demo.scene import Scene, draw_scene
from gis.demo.tours import tour_rows, visit_rows
from gis.demo.zones import DrawnZone
from gis.model import ProjectCategory, ProjectStage, TownLevel, Utility

Row = dict[str, Any]
DEFAULT_SEED = 20261031

_LEADERS = ("示例甲", "示例乙", "示例丙", "示例丁", "示例戊", "示例己", "示例庚", "示例辛")
_OFFICERS = ("示例子", "示例丑", "示例寅", "示例卯", "示例辰", "示例巳", "示例午", "示例未", "示例申", "示例酉")
_DEPARTMENTS = {
    "C": "示例市工业和信息化局",
    "G": "示例市交通运输局",
    "N": "示例市住房和城乡建设局",
    "K": "示例市住房和城乡建设局",
    "P": "示例市教育局",
    "Q": "示例市卫生健康局",
    "A": "示例市农业农村局",
    "R": "示例市文化和旅游局",
    "H": "示例市文化和旅游局",
    "D": "示例市能源局",
}


@dataclass(frozen=True)
class County:
    """
    The county's tables by layer, as a store takes them (types of gis.store.port; geometry in ``crs``).

    ``tables`` has the entities and the ledgers; parcels and projects bear no derived columns:
    those follow from the events.
    """

    name: str
    crs: str
    data_on: date
    seed: int
    tables: dict[str, pd.DataFrame]

    def entity(self, layer: str) -> gpd.GeoDataFrame:
        """The table of an entity layer, with its geometry."""
        return gpd.GeoDataFrame(self.tables[layer], geometry="geometry", crs=self.crs)


def build_county(seed: int = DEFAULT_SEED) -> County:
    """
    The sample county that belongs to ``seed``: the same tables each time, from no clock and no order of chance.

    Raises
    ------
    UnreadableFile
        The committed facts in ``data/demo`` are not there.
    """
    rng = np.random.default_rng(seed)
    scene = draw_scene(rng)
    book = LandBook(town_names(), rng)
    for listing in scene.listings:
        write_listing(book, listing, towns_of(listing.polygons, scene.towns))
    courses = {part.code: run_course(part, rng) for part in scene.cast}
    batches = batch_rows(book.parcels, book.events)
    tables = {
        "town": layer_frame("town", _town_rows(scene)),
        "park": layer_frame("park", [_park_row(park) for park in scene.parks]),
        "project": layer_frame("project", [_project_row(i, p, scene, courses) for i, p in enumerate(scene.cast)]),
        "parcel": layer_frame("parcel", sorted(book.parcels, key=lambda row: row["parcel_no"])),
        "zone": layer_frame("zone", _zone_rows(scene.zones)),
        "road": layer_frame("road", road_rows(scene, np.random.default_rng([seed, 1]))),
        "project_event": layer_frame("project_event", [r for c in courses.values() for r in c.events]),
        "project_plan": layer_frame("project_plan", [r for c in courses.values() for r in c.plans]),
        "progress_report": layer_frame("progress_report", [r for c in courses.values() for r in c.reports]),
        "milestone": layer_frame("milestone", [r for c in courses.values() for r in c.milestones]),
        "parcel_event": layer_frame("parcel_event", [*book.events, *paper_events(book.events)]),
        "batch": layer_frame("batch", batches),
        "land_quota": layer_frame("land_quota", quota_rows(batches)),
        "household": layer_frame("household", household_rows(book.parcels, book.events)),
        "building": layer_frame("building", building_rows(book.parcels, book.events)),
        "account_entry": layer_frame("account_entry", account_rows(book.parcels, book.events)),
        "land_supply": layer_frame("land_supply", supply_rows(book.parcels, book.events)),
        "tour": layer_frame("tour", tour_rows()),
        "tour_visit": layer_frame("tour_visit", visit_rows(scene.cast)),
        "requisition_task": layer_frame("requisition_task", task_rows(_centrelines(scene), scene.towns)),
    }
    return County(f"{COUNTY_NAME}（示例）", WORKING_CRS, DATA_ON, seed, tables)


def _centrelines(scene: Scene) -> dict[str, BaseGeometry]:
    shapes = {part.code: scene.shape_of(part) for part in scene.cast}
    return {code: shape for code, shape in shapes.items() if isinstance(shape, LineString)}


def _town_rows(scene: Scene) -> list[Row]:
    names = town_names()
    whole = MultiPolygon(list(shapely.get_parts(shapely.union_all(list(scene.towns.values())))))
    county = {"code": COUNTY_CODE, "name": COUNTY_NAME, "level": str(TownLevel.COUNTY), "geometry": whole}
    rows = [
        {"code": code, "name": names[code], "level": str(TownLevel.TOWN), "parent": COUNTY_CODE, "geometry": area}
        for code, area in sorted(scene.towns.items())
    ]
    return [county, *rows]


def _park_row(park: ParkGround) -> Row:
    sketch = park.sketch
    area = round(park.boundary.area, 1)
    utilities = {f"utility_{item}": str(sketch.utility(item)) for item in Utility}
    return utilities | {
        "code": park.code,
        "name": sketch.name,
        "level": str(sketch.level),
        "approved_area_m2": area,
        "developable_area_m2": round(area * 0.93, 1),
        "leading_industries": sketch.industries,
        "chemicals_allowed": sketch.chemicals,
        "factory_built_m2": sketch.factory_m2[0],
        "factory_let_m2": sketch.factory_m2[1],
        "remark": "示例园区，范围与数据均为虚构",
        "geometry": park.boundary,
    }


def _project_row(number: int, part: Part, scene: Scene, courses: dict[str, Course]) -> Row:
    course = courses[part.code]
    park = scene.park_of(part)
    shape = scene.shape_of(part)
    town = _town_of(part, shape, scene)
    started = part.stage.has_started or part.stage is ProjectStage.SUSPENDED
    return {
        "code": part.code,
        "name": part.name,
        "owner": part.owner,
        "industry": part.industry,
        "category": str(part.category),
        "level": str(part.level),
        "kind": str(part.kind),
        "total_wan": part.total_wan,
        "planned_start_on": part.start_on,
        "planned_finish_on": course.finish_on,
        "actual_start_on": part.start_on if started else None,
        "actual_finish_on": course.actual_finish_on,
        "leader": _LEADERS[number * 5 % len(_LEADERS)],
        "department": _department(part),
        "service_officer": _OFFICERS[number % len(_OFFICERS)],
        "located_in_town": town,
        "located_in_park": park.code if park else None,
        "credited_to_town": part.credited_to or town,
        "is_chemical": part.industry[1:3] == "26",
        "row_width_m": scene.lines[part.place][0].width_m if part.place in scene.lines else None,
        "remark": "示例项目，内容均为虚构",
        "geometry": shape,
    }


def _department(part: Part) -> str:
    if part.category is ProjectCategory.ECOLOGY:
        return "示例市生态环境局"
    return _DEPARTMENTS.get(part.industry[0], "示例市发展和改革局")


def _town_of(part: Part, shape: BaseGeometry | None, scene: Scene) -> str:
    """The town that the middle lies in; a road through several towns belongs to the county."""
    if isinstance(shape, LineString):
        crossed = [code for code, area in scene.towns.items() if area.intersects(shape)]
        return crossed[0] if len(crossed) == 1 else COUNTY_CODE
    if shape is None:
        return part.place
    return towns_of([shape], scene.towns)[0]


def _zone_rows(zones: Sequence[DrawnZone]) -> list[Row]:
    return [
        {
            "zone_no": f"示例-{i:04d}",
            "name": zone.name,
            "kind": str(zone.kind),
            "version_on": date(2025, 12, 31),
            "supplier": "示例市自然资源局",
            "geometry": zone.shape,
        }
        for i, zone in enumerate(zones, start=1)
    ]
