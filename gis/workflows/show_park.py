"""Parks: all of them, or one whole with its projects, its land by stage and its utilities."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import shapely

from gis.analysis.overview import Overview
from gis.analysis.readiness import cut_by_parcels
from gis.layers import PARK
from gis.maps.geojson import bounds_json
from gis.model import BBox, Query, Readiness, Utility, UtilityStatus
from gis.store.port import Store
from gis.workflows.list_projects import LISTED
from gis.workflows.names import read_names, with_names
from gis.workflows.one_entity import read_one
from gis.workflows.places import lonlat_geometries
from gis.workflows.plain import Record, records_of


def list_parks(store: Store, overview: Overview) -> list[Record]:
    """Every park with its attributes, its area, where it lies, and how many projects it holds."""
    frame = store.read("park", Query(on=overview.on))
    shapes = lonlat_geometries(frame, store.info.crs)
    counts = overview.projects["located_in_park"].value_counts()
    return [
        {
            **record,
            "area_m2": float(area),
            "projects": int(counts.get(record["code"], 0)),
            "bounds": bounds_json(shapes[i : i + 1]),
        }
        for i, (record, area) in enumerate(zip(records_of(frame, PARK.names), frame.geometry.area, strict=True))
    ]


def show_park(store: Store, overview: Overview, code: str) -> Record:
    """
    One park whole, as /api/parks/CODE sends it. ``land`` is the park's area by the stage of the parcels on it, m²,
    each point counted once; ``uncovered`` is what no parcel covers.

    Raises
    ------
    NotFound
        The store has no park of this code on that day.
    """
    frame = read_one(store, PARK, code, overview.on)
    park = records_of(frame, PARK.names)[0]
    inside = overview.projects[overview.projects["located_in_park"] == code]
    named = with_names(inside, read_names(store, overview.on)).assign(code=inside.index.astype("str"))
    return {
        "on": overview.on.isoformat(),
        "park": park,
        "projects": records_of(named, LISTED),
        "land": _land(store, frame, overview.on),
        "area_m2": float(frame.geometry.area.iloc[0]),
        "utilities": _utilities(park),
        "bounds": bounds_json(lonlat_geometries(frame, store.info.crs)),
    }


def _land(store: Store, park: gpd.GeoDataFrame, on: date) -> dict[str, float]:
    box = BBox(*(float(v) for v in park.total_bounds))
    parcels = store.read("parcel", Query(on=on, bbox=box, columns=("parcel_no", "stage", "geometry")))
    shape = shapely.make_valid(np.asarray(park.geometry.array, dtype=object))
    ground = gpd.GeoDataFrame({"project_code": park["code"].tolist()}, geometry=shape, crs=park.crs)
    parts = cut_by_parcels(ground, parcels)
    stages = parts["stage"].fillna(Readiness.UNCOVERED.value)
    return {str(stage): float(area) for stage, area in parts["area_m2"].groupby(stages).sum().items()}


def _utilities(park: Record) -> list[Record]:
    """The items of 七通一平 with their status; none where nobody has stated it."""
    return [
        {"item": item.value, **item.words.as_dict(), "status": status, "status_words": _status_words(status)}
        for item in Utility
        for status in [park[f"utility_{item.value}"]]
    ]


def _status_words(status: str | None) -> dict[str, str] | None:
    return None if status is None else UtilityStatus(status).words.as_dict()
