"""A batch as map features: its parcels, what of them lies in zones, what other parcels list too."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np

from gis.crs import to_lonlat
from gis.maps.geojson import features_of
from gis.store.port import Store
from gis.workflows.assemble_store_batch import assemble
from gis.workflows.plain import Record, records_of

MOST_PARTS = 2_000


def batch_features(store: Store, name: str, on: date) -> Record:
    """
    A FeatureCollection in degrees; ``what`` of each feature is "parcel", "zone" or "overlap".

    Raises
    ------
    NotFound
        There is no such batch.
    """
    found = assemble(store, name, on)
    report = found.report
    parcels = found.members[["parcel_no", "geometry"]].assign(group=report.measured["group"].to_numpy(dtype=object))
    real = report.overlaps[~report.overlaps["is_sliver"].astype(bool)][:MOST_PARTS]
    parts = report.zones.parts[~report.zones.parts["is_sliver"].astype(bool)][:MOST_PARTS]
    features = [
        *_features(store, parcels, "parcel", ("parcel_no", "group")),
        *_features(store, parts, "zone", ("part_id", "parcel_no", "kind", "result")),
        *_features(store, real, "overlap", ("parcel_no", "other_no", "relation")),
    ]
    return {"type": "FeatureCollection", "features": features}


def _features(store: Store, rows: gpd.GeoDataFrame, what: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    if not len(rows):
        return []
    shapes = to_lonlat(np.asarray(rows.geometry.to_numpy(), dtype=object), store.info.crs)
    return features_of(shapes, [{"what": what, **record} for record in records_of(rows, columns)])
