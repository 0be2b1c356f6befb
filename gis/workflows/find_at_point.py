"""What lies at a place on the map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.footprints import project_footprints
from gis.analysis.overview import Overview
from gis.crs import coords_of
from gis.maps.geojson import bounds_json
from gis.maps.tiles import readiness_of
from gis.model import BBox, Query
from gis.rules import RuleBook
from gis.store.port import Store
from gis.workflows.assess_store import widest_reach_m
from gis.workflows.places import lonlat_geometries
from gis.workflows.plain import Record, records_of

MOST_THINGS = 100


@dataclass(frozen=True, slots=True)
class _Kind:
    """A layer that can be clicked: its key, and what a list of hits shows beside code and name."""

    layer: str
    key: str
    shown: tuple[str, ...]


_KINDS = (
    _Kind("project", "code", ("stage",)),
    _Kind("parcel", "parcel_no", ("stage", "hold_reason")),
    _Kind("park", "code", ("level",)),
    _Kind("zone", "zone_no", ("kind", "result", "version_on", "supplier")),
    _Kind("town", "code", ("level",)),
)


def find_at_point(store: Store, overview: Overview, lon: float, lat: float, radius_m: float = 0.0) -> list[Record]:
    """
    Projects, parcels, parks, zones and towns within ``radius_m`` of a place, the smallest first.

    A project's land is its polygon, its line widened to the right of way, or a circle about its point.

    Returns
    -------
    list
        At most 100 of ``{layer, code, name, area_m2, distance_m, bounds, …}``: ``stage`` of projects and parcels,
        ``lamp`` and ``worst_flag`` of projects, ``readiness`` of parcels, ``level`` of parks and towns,
        ``kind``, ``result`` (of its own, above its kind's), ``version_on`` and ``supplier`` of zones.
    """
    east, north = coords_of(np.array([[lon, lat]]), store.info.crs)[0].tolist()
    if not (np.isfinite(east) and np.isfinite(north)):
        return []
    place = shapely.Point(east, north)
    found = [hit for kind in _KINDS for hit in _hits(store, overview, kind, place, radius_m)]
    return sorted(found, key=lambda hit: (hit["area_m2"], hit["code"]))[:MOST_THINGS]


def _hits(store: Store, overview: Overview, kind: _Kind, place: shapely.Point, radius_m: float) -> list[Record]:
    frame = _near(store, kind, place, radius_m, overview.on)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    hit = shapely.dwithin(shapes, place, radius_m)
    rows = frame[hit]
    lonlat = lonlat_geometries(rows, store.info.crs)
    areas, distances = shapely.area(shapes[hit]), shapely.distance(shapes[hit], place)
    return [
        {
            "layer": kind.layer,
            "code": record.pop(kind.key),
            "name": record.pop("name"),
            "area_m2": float(areas[i]),
            "distance_m": round(float(distances[i]), 2),
            **record,
            "bounds": bounds_json(lonlat[i : i + 1]),
        }
        for i, record in enumerate(records_of(_told(rows, kind, overview), None))
    ]


def _near(store: Store, kind: _Kind, place: shapely.Point, radius_m: float, on: date) -> gpd.GeoDataFrame:
    """The rows whose box is near; projects with their land for a geometry."""
    box = BBox(place.x, place.y, place.x, place.y).grown(radius_m)
    columns = (kind.key, "name", *kind.shown, "geometry")
    if kind.layer == "project":
        return _near_projects(store, box, columns, on)
    return store.read(kind.layer, Query(on=on, bbox=box, columns=columns))


def _near_projects(store: Store, box: BBox, columns: tuple[str, ...], on: date) -> gpd.GeoDataFrame:
    rules = RuleBook.from_frame(store.read("rule_parameter"), on)
    reach = widest_reach_m(store, on, rules)
    frame = store.read("project", Query(on=on, bbox=box.grown(reach), columns=(*columns, "row_width_m")))
    if not len(frame):
        return frame
    land = project_footprints(frame, rules)
    shape_of = dict(zip(land["project_code"].tolist(), land.geometry.tolist(), strict=True))
    shapes = np.array([shape_of.get(code) for code in frame["code"]], dtype=object)
    return frame.drop(columns="row_width_m").set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _told(rows: gpd.GeoDataFrame, kind: _Kind, overview: Overview) -> pd.DataFrame:
    """The rows with what their layer's hits tell beside what is stored."""
    if kind.layer == "project":
        return rows.join(overview.projects[["lamp", "worst_flag"]], on="code")
    if kind.layer == "parcel":
        return rows.assign(readiness=pd.Series(readiness_of(rows["stage"]), index=rows.index, dtype="object"))
    return rows
