"""What a page must know of a store before it shows anything: where it lies, how much it holds, its code lists."""

from __future__ import annotations

from datetime import date

import numpy as np

from gis import __version__, model
from gis.crs import crs_name, lonlat_of, proj4_text
from gis.layers import ENTITIES
from gis.maps.base_maps import base_maps_of, offered, served_here
from gis.maps.geojson import DECIMALS
from gis.model import BBox, Coded
from gis.settings import Settings
from gis.store.port import Store
from gis.workflows.plain import Record

CODE_LISTS: dict[str, type[Coded]] = {
    name: value
    for name, value in vars(model).items()
    if isinstance(value, type) and issubclass(value, Coded) and value is not Coded
}


def describe_store(store: Store, settings: Settings, on: date) -> Record:
    """The store and the settings that a page may see, as /api/info sends them."""
    info = store.info
    extent = store.extent()
    return {
        "name": info.name,
        "crs": info.crs,
        "crs_name": crs_name(info.crs),
        "proj4": proj4_text(info.crs),
        "bounds": None if extent is None else lonlat_bounds(extent, info.crs),
        "data_on": None if info.data_on is None else info.data_on.isoformat(),
        "on": on.isoformat(),
        "is_sample": info.is_sample,
        "version": store.version(),
        "guatu": __version__,
        "counts": {layer.name: store.count(layer.name) for layer in ENTITIES},
        "review_number": settings.review_number,
        "basemaps": [
            {"id": b.id, "name": b.name, "url": b.url, "attribution": b.attribution, "max_zoom": b.max_zoom}
            for b in map(served_here, offered(base_maps_of(settings).values()))
        ],
    }


def lonlat_bounds(box: BBox, crs: str) -> list[float]:
    """[west, south, east, north] in degrees around a box of the working CRS."""
    along = np.linspace(0, 1, 5)
    x, y = np.meshgrid(box.west + along * (box.east - box.west), box.south + along * (box.north - box.south))
    degrees = np.round(lonlat_of(np.column_stack((x.ravel(), y.ravel())), crs), DECIMALS)
    return [float(v) for v in (*degrees.min(axis=0), *degrees.max(axis=0))]


def list_codes() -> Record:
    """Every closed list: ``{name: [{code, zh, en}]}``."""
    return {
        name: [{"code": member.value, **member.words.as_dict()} for member in codes]
        for name, codes in CODE_LISTS.items()
    }
