"""Towns and the county, with where they lie."""

from __future__ import annotations

from datetime import date

from gis.maps.geojson import bounds_json, label_points
from gis.model import Query
from gis.store.port import Store
from gis.workflows.places import lonlat_geometries
from gis.workflows.plain import Record, records_of


def list_towns(store: Store, on: date) -> list[Record]:
    """``[{code, name, level, parent, bounds, lon, lat}]``; lon, lat: the point for the name."""
    frame = store.read("town", Query(on=on))
    shapes = lonlat_geometries(frame, store.info.crs)
    points = label_points(shapes)
    return [
        {**record, "bounds": bounds_json(shapes[i : i + 1]), "lon": points[i][0], "lat": points[i][1]}
        for i, record in enumerate(records_of(frame, ("code", "name", "level", "parent")))
    ]
